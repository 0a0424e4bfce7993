//! Reminders by an officer's hand, beside the ladder.

use chrono::TimeDelta;

use crate::support::{Day, local, on_both};

on_both!(
    a_reminder_by_hand_does_not_stand_in_for_a_notice_that_died,
    |db| async move {
        let mut day = Day::begin(db).await;
        day.until("16:05").await;
        day.letters().await;
        let (officer, owed) = (day.officer().await, day.owed("东湖镇 · 柳村").await);
        assert_eq!(day.house.service.remind(&officer, &[owed]).await.unwrap(), 1);
        assert_eq!(
            day.letters().await,
            ["16:05 overdue liu@v.example: 东湖镇 · 柳村"]
        );
        day.fail("liu-b@v.example").await;
        day.until("16:06").await;
        assert_eq!(
            day.letters().await,
            ["16:05 overdue liu-h@v.example: 东湖镇 · 柳村"]
        );
    }
);

on_both!(
    a_reminder_by_hand_that_died_is_passed_on_where_nobody_else_was_told,
    |db| async move {
        let mut day = Day::begin(db).await;
        day.until("15:00").await;
        let (officer, owed) = (day.officer().await, day.owed("东湖镇 · 柳村").await);
        day.house.service.remind(&officer, &[owed]).await.unwrap();
        day.letters().await;
        day.fail("liu@v.example").await;
        day.until("15:01").await;
        assert_eq!(
            day.letters().await,
            ["15:00 reminder liu-b@v.example: 东湖镇 · 柳村"]
        );
    }
);

on_both!(
    nobody_is_reminded_of_a_unit_by_hand_twice_in_five_minutes_whatever_the_clock_says,
    |db| async move {
        let mut day = Day::begin(db).await;
        day.until("16:05").await;
        day.letters().await;
        let officer = day.officer().await;
        let (liu, yang) = (day.owed("东湖镇 · 柳村").await, day.owed("东湖镇 · 杨村").await);
        let first = local("2026-06-01 16:10") - TimeDelta::seconds(1);
        let five = TimeDelta::minutes(5).num_milliseconds();
        for (after, ids, written) in [
            (0, vec![liu], 1),
            (0, vec![liu], 0),
            (2_000, vec![liu], 0),
            (3_000, vec![liu, yang], 1),
            (five - 1, vec![liu, yang], 0),
            (five, vec![liu, yang], 1),
            (five + 3_000, vec![liu, yang], 1),
        ] {
            day.house.clock.set(first + TimeDelta::milliseconds(after));
            let sent = day.house.service.remind(&officer, &ids).await.unwrap();
            assert_eq!(sent, written, "{after} ms after the first");
        }
        assert_eq!(
            day.letters().await,
            [
                "16:09 overdue liu@v.example: 东湖镇 · 柳村",
                "16:10 overdue yang@v.example: 东湖镇 · 杨村",
                "16:14 overdue liu@v.example: 东湖镇 · 柳村",
                "16:15 overdue yang@v.example: 东湖镇 · 杨村",
            ]
        );
    }
);
