//! Chases of groups, and the steps that reached nobody.

use allclear::domain::ids::RoundId;
use allclear::domain::progress::Progress;
use allclear::store::{Chase, Firing, Group, NewGap};

use super::ground::{at, ground, ms, number};
use crate::support::on_both;

on_both!(a_chase_is_begun_once_and_saved_as_it_is, |db| async move {
    let (g, mut tx) = ground(db).await;
    let round = g.round(&mut tx, "2026-06-01", 100).await;
    let group = Group {
        round,
        due: at(100),
        resumption: 0,
    };
    let paused = Group {
        resumption: ms(130),
        ..group
    };
    assert!(tx.chase(group).await.unwrap().is_none());
    assert!(tx.hold_chase(group).await.unwrap().is_none());
    let fresh = Progress::default();
    assert!(
        tx.begin_chase(group, at(220), &fresh, Some(at(70)))
            .await
            .unwrap()
    );
    assert!(!tx.begin_chase(group, at(999), &fresh, None).await.unwrap());
    assert!(
        tx.begin_chase(paused, at(220), &fresh.paused(at(130)), Some(at(130)))
            .await
            .unwrap()
    );
    let begun = tx.chase(group).await.unwrap().unwrap();
    assert_eq!(
        (begun.closes, begun.next, begun.cursor),
        (at(220), Some(at(70)), 0)
    );
    assert_eq!((begun.progress, begun.firing.clone()), (fresh, None));
    let firing = Firing {
        steps: vec![0, 1],
        progress: fresh.paused(at(5)),
        next: None,
    };
    let saved = Chase {
        firing: Some(firing),
        cursor: 42,
        next: None,
        closes: at(300),
        ..begun
    };
    tx.save_chase(&saved).await.unwrap();
    assert_eq!(tx.hold_chase(group).await.unwrap().unwrap(), saved);
    assert_eq!(
        tx.chase(paused).await.unwrap().unwrap().next,
        Some(at(130)),
        "another group"
    );
    tx.push_chase(group, at(131)).await.unwrap();
    let pushed = Chase {
        next: Some(at(131)),
        ..saved
    };
    assert_eq!(tx.chase(group).await.unwrap().unwrap(), pushed);
    assert_eq!(tx.chase(paused).await.unwrap().unwrap().next, Some(at(130)));
});

on_both!(
    only_chases_of_opened_rounds_come_up_the_longest_waiting_first,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (one, two) = (
            g.round(&mut tx, "2026-06-01", 100).await,
            g.round(&mut tx, "2026-06-02", 200).await,
        );
        let group = |round, due| Group {
            round,
            due: at(due),
            resumption: 0,
        };
        assert_eq!(tx.next_chase().await.unwrap(), None);
        for (round, due, next) in [(one, 100, 80), (one, 101, 60), (two, 200, 70)] {
            assert!(
                tx.begin_chase(group(round, due), at(220), &Progress::default(), Some(at(next)))
                    .await
                    .unwrap()
            );
        }
        assert_eq!(tx.next_chase().await.unwrap(), Some(ms(60)));
        assert!(
            tx.chases_due(at(99), 9).await.unwrap().is_empty(),
            "no round has opened"
        );
        tx.advance_round(one, 1, Some(at(40))).await.unwrap();
        let due: Vec<_> = tx
            .chases_due(at(80), 9)
            .await
            .unwrap()
            .iter()
            .map(|c| c.group)
            .collect();
        assert_eq!(due, [group(one, 101), group(one, 100)]);
        assert_eq!(tx.chases_due(at(79), 9).await.unwrap().len(), 1);
        assert_eq!(tx.chases_due(at(80), 1).await.unwrap().len(), 1);
        tx.advance_round(two, 1, Some(at(40))).await.unwrap();
        assert_eq!(tx.chases_due(at(80), 9).await.unwrap()[1].group, group(two, 200));
        let other = group(RoundId(99_999), 100);
        assert!(tx.chase(other).await.unwrap().is_none());
    }
);

on_both!(
    a_gap_is_recorded_once_and_is_open_while_its_unit_is_unmet,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (round, [a, b]) = g.owed(&mut tx).await;
        let gap = |id: i64, step, reason| NewGap {
            obligation_id: id,
            due_at: ms(100),
            step,
            reason,
        };
        tx.add_gaps(&[], at(1)).await.unwrap();
        tx.add_gaps(&[gap(a.0, 1, "no_address"), gap(b.0, 0, "all_failed")], at(1))
            .await
            .unwrap();
        tx.add_gaps(&[gap(a.0, 1, "all_failed"), gap(a.0, 0, "no_address")], at(2))
            .await
            .unwrap();
        let open = tx.open_gaps(round).await.unwrap();
        let expected = [
            (a.0, 0, "no_address".to_owned()),
            (a.0, 1, "no_address".to_owned()),
            (b.0, 0, "all_failed".to_owned()),
        ];
        assert_eq!(open, expected, "one that is there stays as it is");
        assert!(tx.excuse(a, g.officer, "停电", at(3)).await.unwrap());
        assert_eq!(tx.open_gaps(round).await.unwrap().len(), 1);
        assert!(tx.open_gaps(RoundId(99_999)).await.unwrap().is_empty());
        let crowd = g.crowd(&mut tx, round, 300, 1000).await;
        let many: Vec<_> = crowd.iter().map(|id| gap(id.0, 0, "no_address")).collect();
        tx.add_gaps(&many, at(4)).await.unwrap();
        assert_eq!(number(&mut tx, "SELECT COUNT(*) FROM gap").await, 1003);
    }
);
