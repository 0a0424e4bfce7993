//! How letters leave the outbox: claimed, begun, settled, let go.

use allclear::domain::ids::LetterId;
use allclear::store::{Begun, Claimed, Lane, Lease, NewAttempt, NewItem, NewLetter, Settled};
use chrono::TimeDelta;

use super::ground::{at, ground, letter, ms, number, run};
use crate::support::on_both;

fn lease(holder: &str) -> Lease {
    Lease {
        holder: holder.to_owned(),
        until: at(50),
    }
}

fn begun(id: i64) -> Begun {
    Begun {
        id,
        frozen: format!("bytes of {id}"),
    }
}

fn settled(id: i64, state: &'static str) -> Settled {
    Settled {
        id,
        attempts: 1,
        state,
        counted: 1,
        doubts: 0,
        not_before: ms(30),
        thaw: 0,
        ended_at: Some(ms(20)),
        failure: None,
    }
}

fn keys(claimed: &[Claimed]) -> Vec<&str> {
    claimed.iter().map(|c| c.dedup_key.as_str()).collect()
}

on_both!(
    letters_are_claimed_in_order_by_lane_and_by_one_hand_only,
    |db| async move {
        let (_, mut tx) = ground(db).await;
        assert!(
            tx.claim(Lane::Routine, &lease("i.1"), 9, at(9))
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(tx.next_letter(Lane::Urgent).await.unwrap(), None);
        let new = |key: &str, priority| letter(key, priority, "a@v.example");
        let unready = NewLetter {
            ready: 0,
            ..new("unready", 1)
        };
        tx.add_letters(&[new("later", 3)], at(2)).await.unwrap();
        tx.add_letters(
            &[new("chase", 3), new("account", 1), new("urgent", 0), unready],
            at(1),
        )
        .await
        .unwrap();
        assert_eq!(tx.next_letter(Lane::Routine).await.unwrap(), Some(ms(1)));
        assert_eq!(tx.next_letter(Lane::Urgent).await.unwrap(), Some(ms(1)));
        assert!(
            tx.claim(Lane::Routine, &lease("i.1"), 9, at(0))
                .await
                .unwrap()
                .is_empty(),
            "too early"
        );
        assert!(
            tx.claim(Lane::Routine, &lease("i.1"), 0, at(9))
                .await
                .unwrap()
                .is_empty()
        );
        let two = tx.claim(Lane::Routine, &lease("i.1"), 2, at(9)).await.unwrap();
        assert_eq!(keys(&two), ["account", "chase"]);
        assert_eq!(
            (two[0].address.as_str(), two[0].kind.as_str()),
            ("a@v.example", "account")
        );
        assert_eq!(
            (two[0].details.as_str(), two[0].created_at),
            (r#"{"note":"𠮷"}"#, ms(1))
        );
        assert_eq!(
            (
                two[0].attempts,
                two[0].doubts,
                two[0].begun_at,
                two[0].frozen.clone()
            ),
            (0, 0, None, None)
        );
        assert_eq!(tx.next_letter(Lane::Routine).await.unwrap(), Some(ms(2)));
        assert_eq!(
            keys(&tx.claim(Lane::Routine, &lease("i.2"), 9, at(9)).await.unwrap()),
            ["later"]
        );
        assert_eq!(
            keys(&tx.claim(Lane::Urgent, &lease("i.2"), 9, at(9)).await.unwrap()),
            ["urgent"]
        );
        assert_eq!(tx.next_letter(Lane::Routine).await.unwrap(), None);
    }
);

on_both!(
    an_attempt_begins_only_in_the_hand_that_holds_it,
    |db| async move {
        let (_, mut tx) = ground(db).await;
        tx.add_letters(
            &[letter("a", 1, "a@v.example"), letter("b", 1, "b@v.example")],
            at(1),
        )
        .await
        .unwrap();
        let held = tx.claim(Lane::Routine, &lease("i.1"), 9, at(9)).await.unwrap();
        let [a, b] = [held[0].id, held[1].id];
        assert!(
            tx.begin_attempts(&lease("i.1"), &[], at(9))
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            tx.begin_attempts(&lease("i.2"), &[begun(a)], at(9))
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            tx.begin_attempts(&lease("i.1"), &[begun(a)], at(50))
                .await
                .unwrap()
                .is_empty(),
            "run out"
        );
        assert_eq!(
            tx.begin_attempts(&lease("i.1"), &[begun(a), begun(99_999)], at(9))
                .await
                .unwrap(),
            [a]
        );
        assert!(tx.settle(&lease("i.1"), &[]).await.unwrap().is_empty());
        assert!(
            tx.settle(&lease("i.2"), &[settled(a, "accepted")])
                .await
                .unwrap()
                .is_empty()
        );
        assert!(
            tx.settle(&lease("i.1"), &[settled(b, "accepted")])
                .await
                .unwrap()
                .is_empty(),
            "another attempt"
        );
        let again = Settled {
            doubts: 1,
            ended_at: None,
            ..settled(a, "waiting")
        };
        assert_eq!(
            tx.settle(&lease("i.1"), std::slice::from_ref(&again))
                .await
                .unwrap(),
            [a]
        );
        assert!(
            tx.settle(&lease("i.1"), std::slice::from_ref(&again))
                .await
                .unwrap()
                .is_empty(),
            "it was let go"
        );
        assert_eq!(tx.next_letter(Lane::Routine).await.unwrap(), Some(ms(30)));
        let held = tx.claim(Lane::Routine, &lease("i.3"), 9, at(30)).await.unwrap();
        assert_eq!((held[0].id, held[0].attempts, held[0].doubts), (a, 1, 1));
        assert_eq!(held[0].frozen.as_deref(), Some(format!("bytes of {a}").as_str()));
        let other = Begun {
            frozen: "other bytes".to_owned(),
            ..begun(a)
        };
        assert_eq!(
            tx.begin_attempts(&lease("i.3"), &[other], at(31)).await.unwrap(),
            [a]
        );
        tx.doubt_lost(&[]).await.unwrap();
        tx.doubt_lost(&[a]).await.unwrap();
        assert_eq!(
            number(&mut tx, "SELECT MAX(doubts) FROM letter WHERE begun_at IS NULL").await,
            2
        );
        assert_eq!(
            number(
                &mut tx,
                "SELECT COUNT(*) FROM letter WHERE frozen LIKE 'bytes of %'"
            )
            .await,
            1
        );
        let thawed = Settled {
            attempts: 2,
            thaw: 1,
            failure: Some("550 𠮷".to_owned()),
            ..settled(a, "dead")
        };
        assert_eq!(tx.settle(&lease("i.3"), &[thawed]).await.unwrap(), [a]);
        let found = tx.posted(LetterId(a)).await.unwrap().unwrap();
        assert_eq!(
            (found.failure.as_deref(), found.ended),
            (Some("550 𠮷"), Some(at(20)))
        );
        assert_eq!(
            number(&mut tx, "SELECT COUNT(*) FROM letter WHERE frozen IS NULL").await,
            2
        );
    }
);

on_both!(a_thousand_letters_go_out_together, |db| async move {
    let (g, mut tx) = ground(db).await;
    let round = g.round(&mut tx, "2026-06-01", 100).await;
    let owed = g.crowd(&mut tx, round, 100, 1000).await;
    let new: Vec<_> = (0..1000)
        .map(|n| letter(&format!("k{n}"), 3, "a@v.example"))
        .collect();
    assert_eq!(tx.add_letters(&new, at(1)).await.unwrap(), 1000);
    let items: Vec<_> = new
        .iter()
        .zip(&owed)
        .map(|(l, o)| NewItem {
            dedup_key: &l.dedup_key,
            obligation_id: o.0,
        })
        .collect();
    tx.add_items(&items).await.unwrap();
    assert_eq!(number(&mut tx, "SELECT COUNT(*) FROM letter_item").await, 1000);
    let held = tx.claim(Lane::Routine, &lease("i.1"), 1000, at(9)).await.unwrap();
    assert!(held.len() == 1000 && held.is_sorted_by_key(|l| l.id));
    let ids: Vec<i64> = held.iter().map(|l| l.id).collect();
    let all: Vec<_> = ids.iter().map(|id| begun(*id)).collect();
    assert_eq!(
        tx.begin_attempts(&lease("i.1"), &all, at(9)).await.unwrap().len(),
        1000
    );
    assert_eq!(tx.last_numbers().await.unwrap(), (0, ids[999]));
    let kept = tx.sealed_letters(ids[0], 2).await.unwrap();
    assert_eq!(kept.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ids[1..3]);
    tx.reseal_letter(ids[1], "something else", "x").await.unwrap();
    tx.reseal_letter(ids[2], &kept[1].1, "anew").await.unwrap();
    let now = tx.sealed_letters(ids[0], 2).await.unwrap();
    assert_eq!((&now[0], now[1].1.as_str()), (&kept[0], "anew"));
    let attempts: Vec<_> = ids
        .iter()
        .map(|id| NewAttempt {
            letter_id: *id,
            began_at: ms(9),
            ended_at: ms(10),
            stage: "data",
            outcome: "accepted",
            code: Some(250),
            words: "2.0.0 𠮷".to_owned(),
        })
        .collect();
    tx.add_attempts(&[]).await.unwrap();
    tx.add_attempts(&attempts).await.unwrap();
    tx.doubt_lost(&ids).await.unwrap();
    let all: Vec<_> = ids.iter().map(|id| settled(*id, "accepted")).collect();
    assert_eq!(tx.settle(&lease("i.1"), &all).await.unwrap().len(), 1000);
    let letters: Vec<LetterId> = ids.iter().map(|id| LetterId(*id)).collect();
    assert_eq!(tx.attempts(&letters).await.unwrap().len(), 1000);
    assert_eq!(tx.named_units(&letters, 2000).await.unwrap().len(), 1000);
    tx.mark_passed(&ids, at(11)).await.unwrap();
});

on_both!(letters_of_the_silent_and_of_the_slow_are_freed, |db| async move {
    let (_, mut tx) = ground(db).await;
    let new: Vec<_> = (0..3)
        .map(|n| letter(&format!("k{n}"), 3, "a@v.example"))
        .collect();
    tx.add_letters(&new, at(1)).await.unwrap();
    for holder in ["one.1", "two.1", "o_e.1"] {
        assert_eq!(
            tx.claim(Lane::Routine, &lease(holder), 1, at(9))
                .await
                .unwrap()
                .len(),
            1
        );
    }
    let silence = TimeDelta::minutes(5);
    tx.beat("one", ms(19)).await.unwrap();
    tx.beat("two", ms(19)).await.unwrap();
    assert!(tx.any_lost(at(20), silence).await.unwrap(), "o_e never lived");
    assert_eq!(tx.free_lost(at(20), silence).await.unwrap(), 1);
    assert!(!tx.any_lost(at(20), silence).await.unwrap());
    tx.beat("two", ms(25)).await.unwrap();
    assert!(
        tx.any_lost(at(24), silence).await.unwrap(),
        "one is silent for just so long"
    );
    assert_eq!(tx.free_lost(at(24), silence).await.unwrap(), 1);
    assert_eq!(tx.free_held_by("on").await.unwrap(), 0);
    assert_eq!(tx.free_held_by("two.").await.unwrap(), 1);
    assert_eq!(
        tx.claim(Lane::Routine, &lease("two.2"), 1, at(9))
            .await
            .unwrap()
            .len(),
        1
    );
    tx.beat("two", ms(50)).await.unwrap();
    assert!(
        tx.any_lost(at(50), silence).await.unwrap(),
        "the lease has run out"
    );
    assert_eq!(tx.free_all().await.unwrap(), 1);
    assert_eq!(tx.free_all().await.unwrap(), 0);
    assert_eq!(tx.free_held_by("").await.unwrap(), 0);
});

on_both!(a_holder_is_named_letter_by_letter, |db| async move {
    let (_, mut tx) = ground(db).await;
    tx.add_letters(&[letter("a", 3, "a@v.example")], at(1))
        .await
        .unwrap();
    tx.claim(Lane::Routine, &lease("Abc.1"), 1, at(9)).await.unwrap();
    for other in ["abc.", "A_c.", "%"] {
        assert_eq!(tx.free_held_by(other).await.unwrap(), 0, "{other}");
    }
    tx.beat("abc", ms(19)).await.unwrap();
    tx.beat("A_c", ms(19)).await.unwrap();
    assert!(
        tx.any_lost(at(20), TimeDelta::minutes(5)).await.unwrap(),
        "neither holds it"
    );
    assert_eq!(tx.free_lost(at(20), TimeDelta::minutes(5)).await.unwrap(), 1);
});

on_both!(
    a_restored_copy_holds_its_letters_back_until_it_may_send,
    |db| async move {
        let (_, mut tx) = ground(db).await;
        tx.add_letters(
            &[letter("a", 0, "a@v.example"), letter("b", 3, "b@v.example")],
            at(1),
        )
        .await
        .unwrap();
        run(
            &mut tx,
            "UPDATE letter SET state = 'accepted' WHERE dedup_key = 'b'",
        )
        .await;
        tx.claim(Lane::Urgent, &lease("i.1"), 9, at(9)).await.unwrap();
        assert_eq!(tx.oldest_urgent().await.unwrap(), Some(ms(1)));
        assert_eq!(tx.hold_letters().await.unwrap(), 1);
        assert_eq!(tx.hold_letters().await.unwrap(), 0);
        assert_eq!(tx.oldest_urgent().await.unwrap(), None);
        assert!(
            tx.claim(Lane::Urgent, &lease("i.2"), 9, at(9))
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(tx.release_held().await.unwrap(), 1);
        assert_eq!(tx.release_held().await.unwrap(), 0);
        assert_eq!(
            tx.claim(Lane::Urgent, &lease("i.2"), 9, at(9))
                .await
                .unwrap()
                .len(),
            1
        );
    }
);
