//! Units that are silent again, or join their group late, after steps had fired without them.

use allclear::domain::ids::ObligationId;
use allclear::service::Undo;

use crate::support::{Day, local, on_both};

const LIU: &str = "东湖镇 · 柳村";
const YANG: &str = "东湖镇 · 杨村";

/// Goes to a time, and reads all letters until then.
async fn later(day: &mut Day, when: &str) {
    day.until(when).await;
    day.letters().await;
}

/// Has every letter leave at the instant at which it was written.
async fn delivered(day: &Day) {
    day.meddle("UPDATE letter SET state = 'accepted', ended_at = created_at WHERE state = 'waiting'")
        .await;
}

/// Excuses a unit at a time, and takes that back at another; gives the letters written at that moment.
async fn away(day: &mut Day, label: &str, from: &str, until: &str) -> Vec<String> {
    later(day, from).await;
    let (officer, owed) = (day.officer().await, day.owed(label).await);
    let service = &day.house.service;
    service.excuse(&officer, &[owed], "道路中断").await.unwrap();
    later(day, until).await;
    let service = &day.house.service;
    service.undo_excusal(&officer, owed).await.unwrap();
    day.letters().await
}

on_both!(
    who_is_silent_again_after_the_last_step_is_told_of_to_all_whom_the_steps_name_once,
    |db| async move {
        let mut day = Day::begin(db).await;
        assert_eq!(
            away(&mut day, LIU, "15:00", "18:00").await,
            [
                "18:00 escalated east@county.example: 东湖镇 · 柳村",
                "18:00 escalated leader@county.example: 东湖镇 · 柳村",
                "18:00 escalated liu-h@v.example: 东湖镇 · 柳村",
                "18:00 overdue liu-b@v.example: 东湖镇 · 柳村",
            ]
        );
        // Nobody is told twice, however often it is excused and that undone.
        assert!(away(&mut day, LIU, "18:10", "18:20").await.is_empty());
        day.until("23:59").await;
        assert!(day.letters().await.is_empty());
    }
);

on_both!(
    what_was_told_before_an_excusal_is_not_told_again_and_one_letter_names_all_who_are_back,
    |db| async move {
        let mut day = Day::begin(db).await;
        later(&mut day, "16:55").await;
        let officer = day.officer().await;
        let both = [day.owed(LIU).await, day.owed(YANG).await];
        let service = &day.house.service;
        let done = service.excuse(&officer, &both, "全村转移").await.unwrap();
        later(&mut day, "17:02").await;
        let service = &day.house.service;
        assert_eq!(service.undo(&officer, Undo::Excuse, done.at).await.unwrap(), 2);
        assert_eq!(
            day.letters().await,
            ["17:02 escalated leader@county.example: 东湖镇 · 杨村、东湖镇 · 柳村"]
        );
        day.until("23:59").await;
        assert!(day.letters().await.is_empty());
    }
);

on_both!(
    an_excusal_undone_after_closing_leaves_nobody_in_no_notice,
    |db| async move {
        let mut day = Day::begin(db).await;
        assert_eq!(away(&mut day, LIU, "16:25", "21:00").await.len(), 2);
    }
);

on_both!(
    a_reminder_that_was_missed_is_made_up_for_before_the_due_time_and_lapses_after_it,
    |db| async move {
        let mut day = Day::begin(db).await;
        assert_eq!(
            away(&mut day, LIU, "15:25", "15:40").await,
            ["15:40 reminder liu@v.example: 东湖镇 · 柳村"]
        );
        assert_eq!(
            away(&mut day, YANG, "15:41", "16:01").await,
            ["16:01 overdue yang-b@v.example: 东湖镇 · 杨村"]
        );
    }
);

on_both!(
    more_time_that_is_taken_back_makes_up_for_the_steps_of_the_old_due_time,
    |db| async move {
        let mut day = Day::begin(db).await;
        later(&mut day, "15:58").await;
        let (officer, owed) = (day.officer().await, day.owed(LIU).await);
        let (due, service) = (local("2026-06-01 18:00"), &day.house.service);
        let done = service.extend(&officer, &[owed], due, "停电").await.unwrap();
        later(&mut day, "16:05").await;
        let service = &day.house.service;
        service.undo(&officer, Undo::Extend, done.at).await.unwrap();
        assert_eq!(
            day.letters().await,
            ["16:05 overdue liu-b@v.example: 东湖镇 · 柳村"]
        );
        day.until("16:20").await;
        assert_eq!(
            day.letters().await,
            [
                "16:20 escalated liu-h@v.example: 东湖镇 · 柳村",
                "16:20 escalated xi-h@v.example: 西山镇 · 柳村",
                "16:20 escalated yang-h@v.example: 东湖镇 · 杨村",
            ]
        );
    }
);

on_both!(
    who_gets_more_time_after_the_reminder_of_the_new_due_time_is_reminded_too,
    |db| async move {
        let mut day = Day::begin(db).await;
        let due = local("2026-06-01 18:00");
        for (when, label) in [("16:10", LIU), ("17:40", YANG)] {
            later(&mut day, when).await;
            let (officer, owed) = (day.officer().await, day.owed(label).await);
            let service = &day.house.service;
            service.extend(&officer, &[owed], due, "停电").await.unwrap();
        }
        assert_eq!(
            day.letters().await,
            ["17:40 reminder yang@v.example: 东湖镇 · 杨村"]
        );
    }
);

on_both!(
    a_pause_holds_for_who_is_silent_again_and_its_end_is_made_up_for_where_it_was_missed,
    |db| async move {
        let mut day = Day::begin(db).await;
        later(&mut day, "16:21").await;
        delivered(&day).await;
        day.acknowledge("liu-h@v.example").await;
        // Within the pause, which ends at 16:55.
        assert!(away(&mut day, LIU, "16:30", "16:50").await.is_empty());
        assert_eq!(
            away(&mut day, LIU, "16:51", "17:00").await,
            ["17:00 escalated east@county.example: 东湖镇 · 柳村"]
        );
        delivered(&day).await;
        day.until("17:15").await;
        let told = day.letters().await;
        assert!(
            told.contains(&"17:15 escalated leader@county.example: 东湖镇 · 柳村".to_owned()),
            "{told:?}"
        );
        // The leader has it until 17:45; then he is told again, also of who came back a moment later.
        delivered(&day).await;
        day.acknowledge("leader@county.example").await;
        assert_eq!(
            away(&mut day, LIU, "17:40", "17:51").await,
            ["17:51 escalated leader@county.example: 东湖镇 · 柳村"]
        );
        assert!(away(&mut day, LIU, "17:52", "17:53").await.is_empty());
    }
);

on_both!(
    a_letter_that_left_while_a_unit_was_excused_did_not_tell_of_it,
    |db| async move {
        let left = [
            "UPDATE letter SET state = 'obsolete', ended_at = 1780300860000 WHERE state = 'waiting'",
            "UPDATE letter SET state = 'accepted', ended_at = 1780300860000 WHERE state = 'waiting'",
        ];
        assert_eq!(local("2026-06-01 16:01").timestamp_millis(), 1_780_300_860_000);
        let mut day = Day::begin(db).await;
        for (label, left, backup) in [(LIU, left[0], "liu-b"), (YANG, left[1], "yang-b")] {
            later(&mut day, "16:00").await;
            let (officer, owed) = (day.officer().await, day.owed(label).await);
            let service = &day.house.service;
            service.excuse(&officer, &[owed], "道路中断").await.unwrap();
            later(&mut day, "16:01").await;
            day.meddle(left).await;
            day.house.service.undo_excusal(&officer, owed).await.unwrap();
            let told = format!("16:01 overdue {backup}@v.example: {label}");
            assert_eq!(day.letters().await, [told]);
            day.house.clock.set(local("2026-06-01 16:00"));
        }
    }
);

on_both!(
    who_is_silent_again_and_can_be_told_of_to_nobody_is_a_gap,
    |db| async move {
        let mut day = Day::begin(db).await;
        let bad = [
            "liu-b@v.example",
            "liu-h@v.example",
            "east@county.example",
            "leader@county.example",
        ];
        for address in bad {
            day.fail(address).await;
        }
        assert!(away(&mut day, LIU, "15:00", "18:00").await.is_empty());
        let owed = day.owed(LIU).await;
        let round = day.stored(owed).await.obligation.round.unwrap();
        let mut conn = day.house.service.store.read().await.unwrap();
        let gaps = conn.open_gaps(round).await.unwrap();
        let of = |id: ObligationId| gaps.iter().filter(move |gap| gap.0 == id.0);
        assert_eq!(of(owed).map(|gap| gap.1).collect::<Vec<_>>(), [1, 2, 3, 4]);
    }
);
