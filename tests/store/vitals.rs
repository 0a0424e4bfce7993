//! What an outside monitor counts.

use allclear::store::{Lane, LaneCount, Lease, NewLetter};

use super::ground::{at, ground, letter, ms, run};
use crate::support::on_both;

on_both!(letters_are_counted_by_lane_whoever_holds_them, |db| async move {
    let (_, mut tx) = ground(db).await;
    assert_eq!(tx.lane_counts(at(9)).await.unwrap(), [LaneCount::default(); 2]);
    let new = |key: &str, priority| letter(key, priority, "a@v.example");
    let unready = NewLetter {
        ready: 0,
        ..new("unready", 1)
    };
    tx.add_letters(&[new("one", 3)], at(1)).await.unwrap();
    tx.add_letters(&[new("two", 0), new("three", 1), unready], at(2))
        .await
        .unwrap();
    tx.add_letters(&[new("dead", 3), new("seen to", 3), new("sent", 0)], at(3))
        .await
        .unwrap();
    run(
        &mut tx,
        "UPDATE letter SET state = 'dead', ended_at = 1 WHERE dedup_key IN ('dead', 'seen to')",
    )
    .await;
    run(
        &mut tx,
        "UPDATE letter SET handled_at = 2 WHERE dedup_key = 'seen to'",
    )
    .await;
    run(
        &mut tx,
        "UPDATE letter SET state = 'accepted', ended_at = 1 WHERE dedup_key = 'sent'",
    )
    .await;
    let urgent = LaneCount {
        waiting: 1,
        oldest: Some(ms(2)),
        failed: 0,
    };
    let routine = LaneCount {
        waiting: 2,
        oldest: Some(ms(1)),
        failed: 1,
    };
    assert_eq!(tx.lane_counts(at(9)).await.unwrap(), [urgent, routine]);
    let lease = Lease {
        holder: "i.1".to_owned(),
        until: at(50),
    };
    assert_eq!(tx.claim(Lane::Urgent, &lease, 9, at(9)).await.unwrap().len(), 1);
    assert_eq!(
        tx.lane_counts(at(9)).await.unwrap(),
        [urgent, routine],
        "also in somebody's hand"
    );
    assert_eq!(
        tx.oldest_urgent().await.unwrap(),
        Some(ms(2)),
        "also in somebody's hand"
    );
    // What was tried once is due, however far ahead the next attempt is.
    run(
        &mut tx,
        "UPDATE letter SET not_before = 9999999999999 WHERE priority > 0",
    )
    .await;
    assert_eq!(tx.lane_counts(at(9)).await.unwrap()[1].oldest, None);
    run(&mut tx, "UPDATE letter SET attempts = 1 WHERE priority > 0").await;
    assert_eq!(tx.lane_counts(at(9)).await.unwrap()[1].oldest, Some(ms(1)));
});

on_both!(who_is_late_is_counted_while_the_round_is_open, |db| async move {
    let (g, mut tx) = ground(db).await;
    let (_, [a, _]) = g.owed(&mut tx).await;
    for (minute, late) in [(104, 0), (105, 2), (106, 2), (100_000, 0)] {
        assert_eq!(tx.overdue_count(at(minute)).await.unwrap(), late, "{minute}");
    }
    assert!(tx.excuse(a, g.officer, "停电", at(106)).await.unwrap());
    assert_eq!(tx.overdue_count(at(107)).await.unwrap(), 1);
    run(&mut tx, "UPDATE round SET drill = 1").await;
    assert_eq!(tx.overdue_count(at(107)).await.unwrap(), 0);
    assert_eq!(tx.unanswered_count().await.unwrap(), (0, None));
    assert!(tx.database_size().await.unwrap() > 4096);
});
