//! Letters as people look at them.

use allclear::domain::ids::{LetterId, UnitId};
use allclear::domain::letter::LetterKind;
use allclear::store::{NewAttempt, Tray};

use super::ground::{NAME, at, chase_letter, ground, letter, ms, run};
use crate::support::on_both;

on_both!(a_letter_is_shown_with_where_it_stands, |db| async move {
    let (g, mut tx) = ground(db).await;
    let (round, [a, b]) = g.owed(&mut tx).await;
    let id = LetterId(
        g.letter(&mut tx, &chase_letter("k", round, 100, 1), &[a, b])
            .await,
    );
    let found = tx.posted(id).await.unwrap().unwrap();
    assert_eq!(
        (found.id, found.kind, found.tray),
        (id, LetterKind::Overdue, Tray::Waiting)
    );
    assert_eq!(
        (found.address.as_str(), found.units, found.attempts),
        ("k@v.example", 2, 0)
    );
    assert_eq!(
        (found.created, found.not_before, found.ended),
        (at(0), at(0), None)
    );
    assert_eq!(
        (found.round, found.step, found.alert, found.pass),
        (Some(round), Some(1), None, None)
    );
    assert!(tx.posted(LetterId(99_999)).await.unwrap().is_none());
    let mut paths = tx.paths_of_letter(id).await.unwrap();
    paths.sort();
    assert_eq!(paths, g.villages.map(|u| g.path(u)));
    assert!(tx.paths_of_letter(LetterId(99_999)).await.unwrap().is_empty());
    let named = tx.named_units(&[id], 9).await.unwrap();
    assert_eq!(
        (named[0].unit_id, named[0].name.as_deref()),
        (g.villages[0].0, Some(NAME))
    );
    assert_eq!((named[0].letter_id, named[0].obligation_id), (id.0, a.0));
    assert_eq!(named.len(), 2);
    assert_eq!(tx.named_units(&[id], 1).await.unwrap().len(), 1);
    assert!(tx.named_units(&[], 9).await.unwrap().is_empty());
    let attempt = |minute, outcome| NewAttempt {
        letter_id: id.0,
        began_at: ms(minute),
        ended_at: ms(minute + 1),
        stage: "data",
        outcome,
        code: None,
        words: "𠮷".to_owned(),
    };
    tx.add_attempts(&[attempt(5, "in_doubt"), attempt(3, "accepted")])
        .await
        .unwrap();
    let made = tx.attempts(&[id]).await.unwrap();
    let told: Vec<_> = made.iter().map(|a| (a.letter_id, a.began_at, a.code)).collect();
    assert_eq!(
        told,
        [(id.0, ms(5), None), (id.0, ms(3), None)],
        "in the order in which they were made"
    );
    assert!(tx.attempts(&[]).await.unwrap().is_empty());
});

on_both!(
    letters_lie_in_trays_within_ranges_the_newest_first,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (round, [a, b]) = g.owed(&mut tx).await;
        let one = LetterId(g.letter(&mut tx, &chase_letter("one", round, 100, 1), &[a]).await);
        let two = LetterId(g.letter(&mut tx, &chase_letter("two", round, 100, 1), &[b]).await);
        let three = LetterId(g.letter(&mut tx, &letter("three", 1, "x@v.example"), &[]).await);
        let everywhere = g.everywhere();
        let first = [g.path(g.villages[0]).range()];
        let ids = |all: Vec<allclear::store::Posted>| all.iter().map(|p| p.id).collect::<Vec<_>>();
        let waiting = Tray::Waiting;
        assert_eq!(
            ids(tx.posted_in(waiting, &everywhere, true, None, 9).await.unwrap()),
            [three, two, one]
        );
        assert_eq!(
            ids(tx.posted_in(waiting, &everywhere, false, None, 9).await.unwrap()),
            [two, one]
        );
        assert_eq!(
            ids(tx.posted_in(waiting, &first, false, None, 9).await.unwrap()),
            [one]
        );
        assert_eq!(
            ids(tx.posted_in(waiting, &[], true, Some(three), 9).await.unwrap()),
            [two, one]
        );
        assert_eq!(
            ids(tx.posted_in(waiting, &[], true, None, 1).await.unwrap()),
            [three]
        );
        assert!(
            tx.posted_in(waiting, &[], false, None, 9)
                .await
                .unwrap()
                .is_empty()
        );
        run(
            &mut tx,
            "UPDATE letter SET state = 'dead', ended_at = 1 WHERE dedup_key <> 'three'",
        )
        .await;
        assert!(tx.handle_letter(one, at(9)).await.unwrap());
        assert!(!tx.handle_letter(one, at(9)).await.unwrap());
        assert!(!tx.handle_letter(three, at(9)).await.unwrap(), "it is not dead");
        assert_eq!(
            ids(tx
                .posted_in(Tray::Failed, &everywhere, false, None, 9)
                .await
                .unwrap()),
            [two]
        );
        assert_eq!(
            ids(tx
                .posted_in(Tray::Handled, &everywhere, false, None, 9)
                .await
                .unwrap()),
            [one]
        );
        for tray in [Tray::Accepted, Tray::Obsolete, Tray::Held] {
            assert!(
                tx.posted_in(tray, &everywhere, true, None, 9)
                    .await
                    .unwrap()
                    .is_empty()
            );
        }
        let count = |mut all: Vec<(Tray, i64)>| {
            all.sort_by_key(|(tray, _)| tray.code());
            all
        };
        let all = count(tx.posted_counts(&everywhere, true, at(0)).await.unwrap());
        assert_eq!(all, [(Tray::Failed, 1), (Tray::Handled, 1), (Tray::Waiting, 1)]);
        let open = count(tx.posted_counts(&everywhere, true, at(1)).await.unwrap());
        assert_eq!(
            open,
            [(Tray::Failed, 1), (Tray::Waiting, 1)],
            "what a person has seen to grows old"
        );
        assert!(tx.posted_counts(&[], false, at(0)).await.unwrap().is_empty());
        assert!(
            tx.revive_letter(two, at(20)).await.unwrap() && !tx.revive_letter(two, at(21)).await.unwrap()
        );
        let again = tx.posted(two).await.unwrap().unwrap();
        assert_eq!(
            (again.tray, again.not_before, again.ended),
            (Tray::Waiting, at(20), None)
        );
        assert_eq!(tx.posted(one).await.unwrap().unwrap().tray, Tray::Handled);
    }
);

on_both!(letters_about_a_unit_are_told_since_an_instant, |db| async move {
    let (g, mut tx) = ground(db).await;
    let (round, [a, b]) = g.owed(&mut tx).await;
    let [unit, _] = g.villages;
    let one = LetterId(
        g.letter(&mut tx, &chase_letter("one", round, 100, 1), &[a, b])
            .await,
    );
    let two = LetterId(g.letter(&mut tx, &chase_letter("two", round, 100, 2), &[a]).await);
    let ids = |all: Vec<allclear::store::Posted>| all.iter().map(|p| p.id).collect::<Vec<_>>();
    assert_eq!(ids(tx.posted_about(unit, at(0), 9).await.unwrap()), [two, one]);
    assert_eq!(ids(tx.posted_about(unit, at(0), 1).await.unwrap()), [two]);
    assert!(tx.posted_about(unit, at(1), 9).await.unwrap().is_empty());
    assert!(
        tx.posted_about(UnitId(99_999), at(0), 9)
            .await
            .unwrap()
            .is_empty()
    );
});
