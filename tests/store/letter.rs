//! Letters on their way into the outbox, and what becomes of dead ones.

use allclear::store::{Group, NewAcknowledgement, NewItem, NewLetter, Tx};

use super::ground::{NAME, at, chase_letter, ground, letter, ms, number, run};
use crate::support::on_both;

on_both!(
    a_letter_is_written_once_and_grows_only_until_it_is_ready,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (round, [a, b]) = g.owed(&mut tx).await;
        assert_eq!(tx.add_letters(&[], at(1)).await.unwrap(), 0);
        tx.add_items(&[]).await.unwrap();
        let open = NewLetter {
            ready: 0,
            ..chase_letter("k", round, 100, 1)
        };
        let id = g.letter(&mut tx, &open, &[a]).await;
        let higher = NewLetter {
            kind: "escalated",
            step: Some(2),
            ..open.clone()
        };
        assert_eq!(tx.add_letters(&[higher], at(2)).await.unwrap(), 1);
        let row = tx.letter_row(id).await.unwrap().unwrap();
        assert_eq!(
            (row.kind.as_str(), row.step),
            ("escalated", Some(2)),
            "it takes the higher step"
        );
        tx.add_letters(std::slice::from_ref(&open), at(3)).await.unwrap();
        assert_eq!(
            tx.letter_row(id).await.unwrap().unwrap().step,
            Some(2),
            "and keeps it"
        );
        let item = |id| NewItem {
            dedup_key: "k",
            obligation_id: id,
        };
        let unknown = NewItem {
            dedup_key: "nothing",
            obligation_id: a.0,
        };
        tx.add_items(&[item(b.0), item(a.0), unknown]).await.unwrap();
        assert_eq!(tx.letter_items(id).await.unwrap(), [a.0, b.0]);
        let group = Group {
            round,
            due: at(100),
            resumption: 0,
        };
        let other = Group {
            due: at(101),
            ..group
        };
        assert_eq!(tx.make_ready(other).await.unwrap(), 0);
        assert_eq!(tx.make_ready(group).await.unwrap(), 1);
        assert_eq!(tx.make_ready(group).await.unwrap(), 0);
        let late = NewLetter {
            kind: "overdue",
            step: Some(9),
            ..open
        };
        assert_eq!(
            tx.add_letters(&[late], at(4)).await.unwrap(),
            0,
            "one that is ready stays"
        );
        assert_eq!(tx.letter_row(id).await.unwrap().unwrap().step, Some(2));
        assert!(tx.letter_items(99_999).await.unwrap().is_empty());
    }
);

on_both!(
    a_letter_is_found_by_its_key_and_acknowledged_first_of_all_once,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (round, [a, _]) = g.owed(&mut tx).await;
        let new = chase_letter("k", round, 100, 1);
        let id = g.letter(&mut tx, &new, &[a]).await;
        let other = g.letter(&mut tx, &letter("o", 1, "o@v.example"), &[]).await;
        assert_eq!(tx.letter_of("k").await.unwrap(), Some(id));
        let found = tx.letter_row(id).await.unwrap().unwrap();
        assert_eq!(
            (found.dedup_key.as_str(), found.address.as_str()),
            ("k", "k@v.example")
        );
        assert_eq!((found.round_id, found.due_at), (Some(round.0), Some(ms(100))));
        assert_eq!(
            (found.resumption, found.alert_id, found.acknowledged_at),
            (Some(0), None, None)
        );
        assert!(tx.letter_of("K").await.unwrap().is_none());
        assert!(tx.letter_by_token("hash of k").await.unwrap().is_none());
        assert!(tx.letter_row(99_999).await.unwrap().is_none());
        let by_link = NewAcknowledgement {
            letter: Some(id),
            via: "link",
            by_address: Some("k@v.example"),
            ..Default::default()
        };
        let by_phone = NewAcknowledgement {
            letter: Some(id),
            via: "phone",
            entered_by: Some(g.officer.0),
            caller_post: Some("镇值班室𠮷"),
            called_at: Some(at(7)),
            ..Default::default()
        };
        tx.acknowledge_letter(&by_link, at(5)).await.unwrap();
        tx.acknowledge_letter(&by_phone, at(8)).await.unwrap();
        assert_eq!(
            tx.letter_row(id).await.unwrap().unwrap().acknowledged_at,
            Some(ms(5))
        );
        assert_eq!(tx.letter_row(other).await.unwrap().unwrap().acknowledged_at, None);
        let told = tx.decisions(g.villages[0], at(0), 9).await.unwrap();
        let labels: Vec<_> = told
            .iter()
            .map(|d| (d.result.as_str(), d.by_label.as_deref()))
            .collect();
        assert_eq!(
            labels,
            [("phone", Some("镇值班室𠮷")), ("link", Some("k@v.example"))]
        );
    }
);

on_both!(
    a_dead_letter_is_passed_on_once_for_those_whom_no_other_reaches,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (round, [a, b]) = g.owed(&mut tx).await;
        let dead = g
            .letter(&mut tx, &chase_letter("dead", round, 100, 1), &[a, b])
            .await;
        assert!(tx.dead_letters(9).await.unwrap().is_empty());
        let group = Group {
            round,
            due: at(100),
            resumption: 0,
        };
        assert!(tx.dead_addresses(group, 1, &[a.0]).await.unwrap().is_empty());
        run(
            &mut tx,
            "UPDATE letter SET state = 'dead', ended_at = 5 WHERE dedup_key = 'dead'",
        )
        .await;
        g.letter(&mut tx, &letter("account", 1, "x@v.example"), &[]).await;
        run(
            &mut tx,
            "UPDATE letter SET state = 'dead', ended_at = 4 WHERE dedup_key = 'account'",
        )
        .await;
        let found = tx.dead_letters(9).await.unwrap();
        assert_eq!(found.len(), 1, "only those of chases");
        assert_eq!(
            (found[0].id, found[0].round_id, found[0].due_at),
            (dead, round.0, ms(100))
        );
        assert_eq!((found[0].resumption, found[0].step), (0, 1));
        assert!(tx.dead_letters(0).await.unwrap().is_empty());
        assert_eq!(tx.abandoned(&found[0]).await.unwrap(), [a.0, b.0]);
        let addresses = tx.dead_addresses(group, 1, &[b.0]).await.unwrap();
        assert_eq!(addresses, [(b.0, "dead@v.example".to_owned())]);
        assert!(tx.dead_addresses(group, 1, &[]).await.unwrap().is_empty());
        assert_eq!(
            tx.dead_addresses(group, 0, &[b.0]).await.unwrap(),
            addresses,
            "a later step counts"
        );
        assert!(
            tx.dead_addresses(group, 2, &[b.0]).await.unwrap().is_empty(),
            "an earlier one does not"
        );
        let paused = Group {
            resumption: ms(130),
            ..group
        };
        assert!(
            tx.dead_addresses(paused, 1, &[b.0]).await.unwrap().is_empty(),
            "another group"
        );
        g.letter(&mut tx, &chase_letter("lower", round, 100, 0), &[a])
            .await;
        assert_eq!(
            tx.abandoned(&found[0]).await.unwrap(),
            [a.0, b.0],
            "an earlier step does not count"
        );
        let by_hand = chase_letter("n/one", round, 100, 2);
        g.letter(&mut tx, &by_hand, &[a]).await;
        assert_eq!(
            tx.abandoned(&found[0]).await.unwrap(),
            [a.0, b.0],
            "a reminder by hand does not count"
        );
        g.letter(&mut tx, &chase_letter("same", round, 100, 1), &[a])
            .await;
        assert_eq!(tx.abandoned(&found[0]).await.unwrap(), [b.0]);
        tx.pause(b, at(130), 1).await.unwrap();
        assert!(
            tx.abandoned(&found[0]).await.unwrap().is_empty(),
            "it left the group"
        );
        tx.mark_passed(&[], at(9)).await.unwrap();
        assert_eq!(tx.dead_letters(9).await.unwrap().len(), 1);
        tx.mark_passed(&[dead, 99_999], at(9)).await.unwrap();
        assert!(tx.dead_letters(9).await.unwrap().is_empty());
        assert_eq!(
            number(&mut tx, "SELECT COUNT(*) FROM letter WHERE passed_at IS NOT NULL").await,
            1
        );
    }
);

on_both!(
    a_reminder_by_hand_that_died_is_not_passed_on_where_another_reached_the_unit,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (round, [a, b]) = g.owed(&mut tx).await;
        for key in ["n/dead", "n/went"] {
            let items: &[_] = if key == "n/went" { &[a] } else { &[a, b] };
            g.letter(&mut tx, &chase_letter(key, round, 100, 1), items).await;
        }
        run(
            &mut tx,
            "UPDATE letter SET state = 'dead', ended_at = 5 WHERE dedup_key = 'n/dead'",
        )
        .await;
        let dead = tx.dead_letters(9).await.unwrap();
        assert_eq!(tx.abandoned(&dead[0]).await.unwrap(), [b.0]);
        // Whom they went to; a letter of the ladder is no reminder by hand.
        g.letter(&mut tx, &chase_letter("step", round, 100, 1), &[b])
            .await;
        let to = |key: &str| format!("{key}@v.example");
        let mut told = tx.reminded(&[a.0, b.0], at(-1)).await.unwrap();
        told.sort();
        let all = [(a.0, to("n/dead")), (a.0, to("n/went")), (b.0, to("n/dead"))];
        assert_eq!(told, all);
        assert_eq!(tx.reminded(&[b.0], at(-1)).await.unwrap(), [(b.0, to("n/dead"))]);
        assert!(tx.reminded(&[a.0, b.0], at(0)).await.unwrap().is_empty());
        assert!(tx.reminded(&[], at(-1)).await.unwrap().is_empty());
    }
);

/// Changes the letter `one`.
async fn set(tx: &mut Tx, what: String) {
    let sql = format!("UPDATE letter SET {what} WHERE dedup_key = 'one'");
    run(tx, Box::leak(sql.into_boxed_str())).await;
}

on_both!(
    a_letter_tells_of_what_it_names_when_its_words_are_put,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (round, [a, b]) = g.owed(&mut tx).await;
        let group = Group {
            round,
            due: at(100),
            resumption: 0,
        };
        let paused = Group {
            resumption: ms(130),
            ..group
        };
        let ids = [a.0, b.0];
        for (key, due, step) in [("one", 100, 1), ("n/hand", 100, 3), ("later", 101, 4)] {
            g.letter(&mut tx, &chase_letter(key, round, due, step), &[a])
                .await;
        }
        let waiting = [(a.0, 1, 0)];
        assert_eq!(tx.noticed(group, &ids, at(105)).await.unwrap(), waiting);
        assert!(tx.noticed(group, &[], at(105)).await.unwrap().is_empty());
        assert!(
            tx.noticed(paused, &ids, at(105)).await.unwrap().is_empty(),
            "it left the group before the words were put"
        );
        assert!(tx.excuse(a, g.officer, "停电", at(103)).await.unwrap());
        assert!(tx.undo_excusal(a, at(106)).await.unwrap());
        assert_eq!(
            tx.noticed(group, &ids, at(106)).await.unwrap(),
            waiting,
            "they are yet to be put"
        );
        // In the hand of somebody who may have seen it excused.
        set(&mut tx, "lease = 'x.1'".to_owned()).await;
        assert!(tx.noticed(group, &ids, at(106)).await.unwrap().is_empty());
        assert_eq!(tx.noticed(group, &ids, at(107)).await.unwrap(), waiting);
        // Put before, in and after the excusal.
        for (put, told) in [(102, 1), (103, 0), (106, 0), (107, 1)] {
            let put_at = ms(put);
            set(
                &mut tx,
                format!("frozen = 'bytes', lease = NULL, begun_at = {put_at}"),
            )
            .await;
            let found = tx.noticed(group, &ids, at(110)).await.unwrap();
            assert_eq!(found.len(), told, "begun at {put}");
            set(
                &mut tx,
                format!("state = 'accepted', begun_at = NULL, ended_at = {put_at}"),
            )
            .await;
            let found = tx.noticed(paused, &ids, at(110)).await.unwrap();
            assert_eq!(found.len(), told, "ended at {put}");
            set(&mut tx, "state = 'waiting'".to_owned()).await;
        }
        let passed_on = "dead', passed_at = 1, failure = '";
        for (state, told) in [("held", 1), ("obsolete", 0), ("dead", 1), (passed_on, 0)] {
            set(&mut tx, format!("frozen = NULL, state = '{state}'")).await;
            let found = tx.noticed(group, &ids, at(110)).await.unwrap();
            assert_eq!(found.len(), told, "{state}");
        }
        // While it had more time it was not told of under the old due time.
        set(&mut tx, format!("state = 'accepted', ended_at = {}", ms(112))).await;
        let before = tx.obligation(a).await.unwrap().unwrap().obligation;
        let after = before.extended(at(150), at(111)).unwrap();
        tx.extend(&before, &after, g.officer, "路断", at(111))
            .await
            .unwrap();
        assert!(tx.undo_extension(a, g.officer, at(111), at(113)).await.unwrap());
        assert!(tx.noticed(group, &ids, at(113)).await.unwrap().is_empty());
    }
);

on_both!(
    a_chase_letter_names_who_is_still_unmet_and_in_its_group,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (round, [a, b]) = g.owed(&mut tx).await;
        let first = g
            .letter(&mut tx, &chase_letter("k", round, 100, 1), &[a, b])
            .await;
        let named = tx.named(&[first]).await.unwrap();
        assert_eq!(named.iter().map(|n| n.obligation).collect::<Vec<_>>(), [a, b]);
        let n = &named[0];
        assert_eq!(
            (n.letter.0, n.unit, n.path.clone()),
            (first, g.villages[0], g.path(g.villages[0]))
        );
        assert_eq!((n.name.as_str(), n.last_report), (NAME, None));
        assert_eq!((n.opens, n.scheduled, n.closes), (at(40), at(100), at(220)));
        assert!(tx.named(&[]).await.unwrap().is_empty());
        let again = NewLetter {
            address: "k@v.example".to_owned(),
            ..chase_letter("l", round, 100, 2)
        };
        let second = g.letter(&mut tx, &again, &[a]).await;
        let named = tx.named(&[second, first]).await.unwrap();
        let told: Vec<_> = named.iter().map(|n| (n.letter.0, n.obligation)).collect();
        assert_eq!(
            told,
            [(first, b), (second, a)],
            "the later letter to the same address says it"
        );
        assert!(tx.excuse(b, g.officer, "停电", at(3)).await.unwrap());
        assert!(tx.named(&[first]).await.unwrap().is_empty());
    }
);
