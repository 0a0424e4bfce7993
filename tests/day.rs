//! Whole days by a clock set by hand, told as a conversation, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

#[path = "day/again.rs"]
mod again;
#[path = "day/by_hand.rs"]
mod by_hand;
#[path = "day/outage.rs"]
mod outage;

use support::{Day, on_both};

on_both!(
    silence_climbs_to_the_top_of_the_ladder_one_letter_a_person_and_step,
    |db| async move {
        let mut day = Day::begin(db).await;
        day.until("15:29").await;
        assert_eq!(day.letters().await, Vec::<String>::new());
        day.until("15:30").await;
        assert_eq!(
            day.letters().await,
            [
                "15:30 reminder liu@v.example: 东湖镇 · 柳村",
                "15:30 reminder xi@v.example: 西山镇 · 柳村",
                "15:30 reminder yang@v.example: 东湖镇 · 杨村",
            ]
        );
        day.until("16:00").await;
        assert_eq!(
            day.letters().await,
            [
                "16:00 overdue liu-b@v.example: 东湖镇 · 柳村",
                "16:00 overdue xi-b@v.example: 西山镇 · 柳村",
                "16:00 overdue yang-b@v.example: 东湖镇 · 杨村",
            ]
        );
        day.until("16:39").await;
        assert_eq!(
            day.letters().await,
            [
                "16:20 escalated liu-h@v.example: 东湖镇 · 柳村",
                "16:20 escalated xi-h@v.example: 西山镇 · 柳村",
                "16:20 escalated yang-h@v.example: 东湖镇 · 杨村",
            ]
        );
        day.until("23:59").await;
        assert_eq!(
            day.letters().await,
            [
                "16:40 escalated east@county.example: 东湖镇 · 杨村、东湖镇 · 柳村",
                "16:40 escalated west@county.example: 西山镇 · 柳村",
                "17:00 escalated leader@county.example: 东湖镇 · 杨村、东湖镇 · 柳村、西山镇 · 柳村",
            ]
        );
    }
);

on_both!(doing_it_twice_does_nothing, |db| async move {
    let mut day = Day::begin(db).await;
    day.until("16:00").await;
    assert_eq!(day.letters().await.len(), 6);
    for _ in 0..3 {
        day.house.service.tick().await.unwrap();
    }
    assert_eq!(day.letters().await, Vec::<String>::new());
});

on_both!(
    an_excused_unit_drops_out_and_comes_back_when_that_is_undone,
    |db| async move {
        let mut day = Day::begin(db).await;
        day.until("16:10").await;
        day.letters().await;
        let (officer, owed) = (day.officer().await, day.owed("东湖镇 · 柳村").await);
        day.house
            .service
            .excuse(&officer, &[owed], "道路中断，已派人查看")
            .await
            .unwrap();
        day.until("16:20").await;
        assert_eq!(
            day.letters().await,
            [
                "16:20 escalated xi-h@v.example: 西山镇 · 柳村",
                "16:20 escalated yang-h@v.example: 东湖镇 · 杨村"
            ]
        );
        day.house.service.undo_excusal(&officer, owed).await.unwrap();
        day.until("16:40").await;
        assert_eq!(
            day.letters().await,
            [
                "16:20 escalated liu-h@v.example: 东湖镇 · 柳村",
                "16:40 escalated east@county.example: 东湖镇 · 杨村、东湖镇 · 柳村",
                "16:40 escalated west@county.example: 西山镇 · 柳村",
            ]
        );
    }
);

on_both!(an_extended_deadline_begins_its_own_ladder, |db| async move {
    let mut day = Day::begin(db).await;
    day.until("16:10").await;
    day.letters().await;
    let (officer, owed) = (day.officer().await, day.owed("西山镇 · 柳村").await);
    let until = support::local("2026-06-01 18:00");
    day.house
        .service
        .extend(&officer, &[owed], until, "停电")
        .await
        .unwrap();
    day.until("17:29").await;
    let told = day.letters().await;
    assert!(told.iter().all(|line| !line.contains("西山镇")), "{told:?}");
    day.until("18:20").await;
    assert_eq!(
        day.letters().await,
        [
            "17:30 reminder xi@v.example: 西山镇 · 柳村",
            "18:00 overdue xi-b@v.example: 西山镇 · 柳村",
            "18:20 escalated xi-h@v.example: 西山镇 · 柳村",
        ]
    );
});

on_both!(
    an_acknowledgement_pauses_and_the_chase_resumes_as_a_step_of_its_own,
    |db| async move {
        let mut day = Day::begin(db).await;
        day.until("16:21").await;
        day.letters().await;
        let held = day.acknowledge("liu-h@v.example").await;
        assert_eq!(
            (held.units, held.until),
            (1, Some(support::local("2026-06-01 16:55")))
        );
        // A second answer to the same letter gives no more time.
        assert_eq!(day.acknowledge("liu-h@v.example").await.units, 0);
        day.until("16:54").await;
        assert_eq!(
            day.letters().await,
            [
                "16:40 escalated east@county.example: 东湖镇 · 杨村",
                "16:40 escalated west@county.example: 西山镇 · 柳村",
            ]
        );
        day.until("16:59").await;
        assert_eq!(
            day.letters().await,
            ["16:55 escalated east@county.example: 东湖镇 · 柳村"]
        );
        day.until("19:59").await;
        assert_eq!(
            day.letters().await,
            [
                "17:00 escalated leader@county.example: 东湖镇 · 杨村、西山镇 · 柳村",
                "17:15 escalated leader@county.example: 东湖镇 · 柳村",
            ]
        );
    }
);

on_both!(
    after_a_restart_across_the_deadline_each_addressee_gets_one_letter,
    |db| async move {
        let mut day = Day::begin(db).await;
        day.until("15:31").await;
        assert_eq!(day.letters().await.len(), 3);
        let mut day = day.restarted(db, "2026-06-01 16:30").await;
        day.until("16:30").await;
        // The backups' and the heads' steps came due meanwhile; both are told, once.
        assert_eq!(
            day.letters().await,
            [
                "16:30 escalated liu-h@v.example: 东湖镇 · 柳村",
                "16:30 escalated xi-h@v.example: 西山镇 · 柳村",
                "16:30 escalated yang-h@v.example: 东湖镇 · 杨村",
                "16:30 overdue liu-b@v.example: 东湖镇 · 柳村",
                "16:30 overdue xi-b@v.example: 西山镇 · 柳村",
                "16:30 overdue yang-b@v.example: 东湖镇 · 杨村",
            ]
        );
        // Later steps keep their distance.
        day.until("16:49").await;
        assert_eq!(day.letters().await, Vec::<String>::new());
        day.until("16:50").await;
        assert_eq!(day.letters().await.len(), 2);
        day.until("17:10").await;
        assert_eq!(day.letters().await.len(), 1);
    }
);

on_both!(
    after_an_outage_of_a_day_nobody_is_overlooked_and_nobody_is_flooded,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("08:31").await;
        day.house.service.beat("one", None).await.unwrap();
        let mut day = day.restarted(db, "2026-06-02 10:00").await;
        day.house.service.beat("one", None).await.unwrap();
        day.until("10:00").await;
        // Yesterday's round: reminders have lapsed; everybody else is told once. Today's round opened at 08:30.
        let told = day.letters().await;
        assert!(told.iter().all(|line| !line.contains("reminder")), "{told:?}");
        assert_eq!(told.len(), 3 + 3 + 2 + 1, "{told:?}");
        let mut conn = day.house.service.store.read().await.unwrap();
        let outages = conn
            .outages_after(support::local("2026-06-01 00:00"))
            .await
            .unwrap();
        assert_eq!(outages.len(), 1);
        assert_eq!(outages[0].cause, "stopped");
        drop(conn);
        day.until("15:30").await;
        assert_eq!(day.letters().await.len(), 3);
    }
);

on_both!(
    a_round_that_opened_and_closed_while_the_service_was_down_is_owed_and_chased,
    |db| async move {
        let day = Day::begin(db).await;
        // It went down before the round opened.
        let mut day = day.restarted(db, "2026-06-01 23:00").await;
        day.until("23:00").await;
        let told = day.letters().await;
        assert_eq!(told.len(), 3 + 3 + 2 + 1, "{told:?}");
    }
);

on_both!(a_night_round_belongs_to_its_own_day, |db| async move {
    let mut day = Day::over(db, "2026-06-01 08:00").await;
    day.house.import(support::day::SMALL).await;
    day.declare(
        "2026-06-01 08:00",
        "2026-06-03 12:00",
        &["夜报 20:00 +06:30 +08:00"],
    )
    .await;
    day.until("2026-06-02 06:30").await;
    let told = day.letters().await;
    assert!(
        told.contains(&"06:30 overdue liu-b@v.example: 东湖镇 · 柳村".to_owned()),
        "{told:?}"
    );
    let owed = day.owed("东湖镇 · 柳村").await;
    let stored = day
        .house
        .service
        .store
        .read()
        .await
        .unwrap()
        .obligation(owed)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(stored.obligation.day.to_string(), "2026-06-01");
});

on_both!(
    a_step_with_no_address_passes_on_at_once_and_leaves_a_gap,
    |db| async move {
        let mut day = Day::over(db, "2026-06-01 08:00").await;
        day.house
            .import(
                "code|parent_code|name|kind|reporter_email|backup_email|head_email
             361128||清河县|county|duty@county.example||
             361128101|361128|东湖镇|township|east@county.example||
             361128101201|361128101|柳村|village|liu@v.example||
             361128101202|361128101|杨村|village|||",
            )
            .await;
        day.declare(
            "2026-06-01 08:00",
            "2026-06-30 22:00",
            &["晚报 08:30 16:00 20:00"],
        )
        .await;
        day.until("16:00").await;
        assert_eq!(
            day.letters().await,
            [
                "15:30 reminder east@county.example: 东湖镇 · 杨村",
                "15:30 reminder liu@v.example: 东湖镇 · 柳村",
                "16:00 overdue east@county.example: 东湖镇 · 杨村、东湖镇 · 柳村",
            ]
        );
    }
);

on_both!(
    a_unit_added_after_the_opening_owes_from_the_next_round,
    |db| async move {
        let mut day = Day::begin(db).await;
        day.until("09:00").await;
        day.house
            .import(&format!(
                "{}\n361128102202|361128102|新村|village|new@v.example||",
                support::day::SMALL
            ))
            .await;
        day.until("15:30").await;
        assert_eq!(day.letters().await.len(), 3);
        day.until("2026-06-02 15:30").await;
        let told = day.letters().await;
        assert!(
            told.contains(&"15:30 reminder new@v.example: 西山镇 · 新村".to_owned()),
            "{told:?}"
        );
    }
);

on_both!(two_engines_on_one_database_send_each_step_once, |db| async move {
    let mut day = Day::begin(db).await;
    day.until("15:29").await;
    day.letters().await;
    let other = if db.is_postgres() {
        Day::over(db, "2026-06-01 15:29").await.house
    } else {
        day.house.clone()
    };
    for (time, letters) in [
        ("15:30", 3),
        ("16:00", 3),
        ("16:20", 3),
        ("16:40", 2),
        ("17:00", 1),
    ] {
        day.house.go_to(&format!("2026-06-01 {time}"));
        other.go_to(&format!("2026-06-01 {time}"));
        let (one, two) = tokio::join!(day.house.service.tick(), other.service.tick());
        one.and(two).unwrap();
        assert_eq!(day.letters().await.len(), letters, "{time}");
    }
});

on_both!(
    five_hundred_and_seventy_seven_silent_villages_give_each_person_one_letter_a_step,
    |db| async move {
        let mut day = Day::over(db, "2026-06-01 08:00").await;
        let file = include_bytes!("../config/units/poyang.csv");
        let table = allclear::sheet::read(file).unwrap();
        let console = allclear::domain::access::Actor::console();
        day.house
            .service
            .import_units(&console, &table, "test")
            .await
            .unwrap();
        day.declare(
            "2026-06-01 08:00",
            "2026-06-30 22:00",
            &["晚报 08:30 16:00 20:00"],
        )
        .await;
        // Letters, and units named in them: reporters, backups, heads, 31 townships, one leader.
        for (time, letters) in [
            ("15:30", 577),
            ("16:00", 577),
            ("16:20", 577),
            ("16:40", 31),
            ("17:00", 1),
        ] {
            day.until(time).await;
            let told = day.letters().await;
            assert_eq!(told.len(), letters, "{time}");
            let units: usize = told.iter().map(|line| line.matches('、').count() + 1).sum();
            assert_eq!(units, 577, "{time}");
        }
    }
);

on_both!(
    units_whose_every_letter_failed_for_good_are_passed_on_at_once_in_one_letter_a_person,
    |db| async move {
        let mut day = Day::begin(db).await;
        day.until("16:21").await;
        day.letters().await;
        day.fail("liu-h@v.example").await;
        day.fail("yang-h@v.example").await;
        day.until("16:22").await;
        assert_eq!(
            day.letters().await,
            ["16:21 escalated east@county.example: 东湖镇 · 杨村、东湖镇 · 柳村"]
        );
        day.until("16:40").await;
        assert_eq!(
            day.letters().await,
            [
                "16:40 escalated east@county.example: 东湖镇 · 杨村、东湖镇 · 柳村",
                "16:40 escalated west@county.example: 西山镇 · 柳村",
            ]
        );
    }
);

on_both!(
    a_unit_that_nobody_can_be_told_of_is_a_gap_that_the_board_can_show,
    |db| async move {
        let mut day = Day::over(db, "2026-06-01 08:00").await;
        day.house
            .import("code|parent_code|name|kind\n361128||清河县|county\n361128101201|361128|柳村|village")
            .await;
        day.declare(
            "2026-06-01 08:00",
            "2026-06-30 22:00",
            &["晚报 08:30 16:00 20:00"],
        )
        .await;
        day.until("16:00").await;
        assert_eq!(
            day.letters().await,
            [
                "15:30 reminder leader@county.example: 清河县 · 柳村",
                "16:00 overdue leader@county.example: 清河县 · 柳村",
            ]
        );
        let owed = day.owed("清河县 · 柳村").await;
        let mut conn = day.house.service.store.read().await.unwrap();
        let round = conn
            .obligation(owed)
            .await
            .unwrap()
            .unwrap()
            .obligation
            .round
            .unwrap();
        let gaps = conn.open_gaps(round).await.unwrap();
        assert!(gaps.contains(&(owed.0, 1, "no_address".to_owned())), "{gaps:?}");
    }
);

on_both!(
    rounds_of_two_periods_within_half_an_hour_are_one_obligation,
    |db| async move {
        let mut day = Day::begin(db).await;
        day.declare(
            "2026-06-01 08:00",
            "2026-06-30 22:00",
            &["高温日报 09:00 16:20 19:00"],
        )
        .await;
        day.until("16:20").await;
        // One reminder, one overdue, one head's letter a village: not two.
        assert_eq!(day.letters().await.len(), 9);
    }
);
