//! The daily bulletin by a clock set by hand, on both databases: once a day, also on quiet days and after outages.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

#[path = "bulletin/making.rs"]
mod making;
#[path = "bulletin/readers.rs"]
mod readers;

use allclear::service::ShownBulletin;
use chrono::TimeDelta;
use support::{Day, incident, local, on_both, urgent};

/// Reads the bulletins of the county, the first one first.
async fn bulletins(day: &Day) -> Vec<ShownBulletin> {
    let mut all = day
        .house
        .service
        .bulletins(&day.leader().await, None, 100)
        .await
        .unwrap();
    all.reverse();
    all
}

/// Says which there are: `第 number: day from first`.
async fn made(day: &Day) -> Vec<String> {
    let line = |shown: ShownBulletin| {
        assert!(shown.is_whole);
        let b = shown.bulletin;
        format!(
            "{} {} from {}",
            b.number,
            b.day.format("%m-%d"),
            b.first.format("%m-%d")
        )
    };
    bulletins(day).await.into_iter().map(line).collect()
}

/// Says the conclusion of the last one: expected, received, all clear, incidents, late, unmet.
async fn counts(day: &Day) -> [u64; 6] {
    let c = bulletins(day).await.pop().unwrap().bulletin.reports;
    [c.expected, c.received, c.all_clear, c.incidents, c.late, c.unmet]
}

on_both!(a_quiet_day_has_its_bulletin_at_its_hour, |db| async move {
    let day = Day::begin(db).await;
    day.jump("10:00").await;
    for village in ["东湖镇 · 柳村", "东湖镇 · 杨村", "西山镇 · 柳村"] {
        day.all_clear(village).await;
    }
    day.house
        .clock
        .set(local("2026-06-01 18:30") - TimeDelta::milliseconds(1));
    day.house.service.tick().await.unwrap();
    assert_eq!(made(&day).await, Vec::<String>::new());
    day.jump("18:30").await;
    assert_eq!(made(&day).await, ["1 06-01 from 06-01"]);
    assert_eq!(counts(&day).await, [3, 3, 3, 0, 0, 0]);
    let told = bulletins(&day).await.pop().unwrap().bulletin;
    assert_eq!(
        (told.office.as_str(), told.as_of),
        ("清河县", local("2026-06-01 18:30"))
    );
    assert!(told.unmet.is_empty() && told.incidents.is_empty() && !told.is_late());
    for _ in 0..3 {
        day.house.service.tick().await.unwrap();
    }
    day.jump("23:59").await;
    assert_eq!(made(&day).await.len(), 1);
});

on_both!(
    it_names_who_is_silent_late_and_who_came_after_it,
    |db| async move {
        let day = Day::begin(db).await;
        day.jump("15:00").await;
        day.send(
            "东湖镇 · 杨村",
            day.report("东湖镇 · 杨村", incident("渗水")).await,
        )
        .await
        .unwrap();
        day.jump("16:30").await;
        day.all_clear("西山镇 · 柳村").await;
        day.jump("18:30").await;
        assert_eq!(counts(&day).await, [3, 2, 1, 1, 1, 1]);
        let told = bulletins(&day).await.pop().unwrap().bulletin;
        let names = |lines: &[allclear::domain::bulletin::UnitLine]| -> Vec<String> {
            lines
                .iter()
                .map(|line| format!("{} {}", line.above, line.name))
                .collect()
        };
        assert_eq!(names(&told.unmet), ["东湖镇 柳村"]);
        assert_eq!(names(&told.late), ["西山镇 柳村"]);
        assert_eq!(told.late[0].received, Some(local("2026-06-01 16:30")));
        assert_eq!((told.rounds.len(), told.rounds[0].label.as_str()), (1, "晚报"));
        let [event] = &told.incidents[..] else {
            panic!("{:?}", told.incidents)
        };
        assert_eq!(
            (event.unit.as_str(), event.is_new, event.reports),
            ("东湖镇 · 杨村", true, 1)
        );
        assert!(
            !serde_json::to_string(&told).unwrap().contains("渗水"),
            "no word of a report"
        );
        // It came after the bulletin, and the next one says so; the first does not change.
        day.jump("19:00").await;
        day.all_clear("东湖镇 · 柳村").await;
        day.jump("2026-06-02 18:30").await;
        let all = bulletins(&day).await;
        assert_eq!(names(&all[0].bulletin.unmet), ["东湖镇 柳村"]);
        assert_eq!(names(&all[1].bulletin.caught_up), ["东湖镇 柳村"]);
        assert_eq!(
            all[1].bulletin.caught_up[0].received,
            Some(local("2026-06-01 19:00"))
        );
        assert_eq!(counts(&day).await, [3, 0, 0, 0, 0, 3]);
        // The round of the first day closed at 20:00, so its seal is in the second bulletin.
        assert!(all[0].bulletin.seals.is_empty());
        assert_eq!(all[1].bulletin.seals.len(), 1);
        assert!(all[1].bulletin.seals[0].seal.is_some());
    }
);

on_both!(an_urgent_report_stands_with_its_clocks, |db| async move {
    let day = Day::begin(db).await;
    day.jump("18:00").await;
    day.send("东湖镇 · 杨村", day.unowed("东湖镇 · 杨村", urgent("决口")).await)
        .await
        .unwrap();
    day.jump("18:30").await;
    let told = bulletins(&day).await.pop().unwrap().bulletin;
    let answer = told.incidents[0].answer.unwrap();
    assert!(answer.runs && told.incidents[0].urgent);
    assert_eq!(answer.taken_seconds, 1800);
});

on_both!(
    after_an_outage_of_days_one_bulletin_stands_for_all,
    |db| async move {
        let day = Day::begin(db).await;
        day.jump("19:00").await;
        let day = day.restarted(db, "2026-06-05 12:00").await;
        day.house.service.tick().await.unwrap();
        day.house.service.tick().await.unwrap();
        assert_eq!(made(&day).await, ["1 06-01 from 06-01", "2 06-04 from 06-02"]);
        let late = bulletins(&day).await.pop().unwrap().bulletin;
        assert!(late.is_late() && late.covers_missed_days());
        assert_eq!(counts(&day).await[0], 9, "three villages on three days");
        day.jump("18:30").await;
        assert_eq!(made(&day).await[2], "3 06-05 from 06-05");
    }
);

on_both!(a_drill_alone_and_no_period_have_none, |db| async move {
    let day = Day::begin(db).await;
    day.meddle("UPDATE period SET drill = 1").await;
    day.jump("2026-06-02 19:00").await;
    assert_eq!(made(&day).await, Vec::<String>::new());
    day.meddle("DELETE FROM period WHERE 1 = 0").await;
    day.meddle("UPDATE period SET drill = 0, stopped_at = 0").await;
    day.jump("2026-06-03 19:00").await;
    assert_eq!(made(&day).await, Vec::<String>::new());
});

on_both!(
    a_drill_beside_a_period_is_left_out_of_the_counts,
    |db| async move {
        let day = Day::begin(db).await;
        day.jump("08:10").await;
        day.declare(
            "2026-06-01 08:10",
            "2026-06-01 22:00",
            &["演练 09:00 12:00 13:00"],
        )
        .await;
        day.meddle("UPDATE period SET drill = 1 WHERE id = 2").await;
        day.jump("18:30").await;
        assert_eq!(counts(&day).await[0], 3);
        assert_eq!(bulletins(&day).await.pop().unwrap().bulletin.rounds.len(), 1);
    }
);

on_both!(
    numbers_begin_anew_with_the_year_and_have_no_holes,
    |db| async move {
        let day = Day::over(db, "2026-12-29 08:00").await;
        day.house.import(support::SMALL).await;
        day.declare(
            "2026-12-29 08:00",
            "2027-01-05 22:00",
            &["晚报 08:30 16:00 17:00"],
        )
        .await;
        for date in [
            "2026-12-29",
            "2026-12-30",
            "2026-12-31",
            "2027-01-01",
            "2027-01-02",
        ] {
            day.jump(&format!("{date} 18:30")).await;
        }
        assert_eq!(
            made(&day).await,
            [
                "1 12-29 from 12-29",
                "2 12-30 from 12-30",
                "3 12-31 from 12-31",
                "1 01-01 from 01-01",
                "2 01-02 from 01-02"
            ]
        );
    }
);

on_both!(
    the_last_one_tells_of_what_fell_due_after_the_one_before,
    |db| async move {
        let day = Day::over(db, "2026-06-01 08:00").await;
        day.house.import(support::SMALL).await;
        day.declare(
            "2026-06-01 08:00",
            "2026-06-01 22:00",
            &["夜报 19:00 21:00 21:30"],
        )
        .await;
        for date in ["2026-06-01", "2026-06-02", "2026-06-03"] {
            day.jump(&format!("{date} 19:00")).await;
        }
        assert_eq!(made(&day).await, ["1 06-01 from 06-01", "2 06-02 from 06-02"]);
        assert_eq!(counts(&day).await, [3, 0, 0, 0, 0, 3]);
    }
);

on_both!(a_period_without_an_hour_for_bulletins_has_none, |db| async move {
    let day = Day::begin_with(db, &[("bulletin.time", "")]).await;
    day.jump("2026-06-02 19:00").await;
    assert_eq!(made(&day).await, Vec::<String>::new());
    let scope = allclear::domain::access::Scope::Whole;
    let mut conn = day.house.service.store.read().await.unwrap();
    assert!(
        day.house
            .service
            .lacking_bulletins(&mut conn, &scope)
            .await
            .unwrap()
            .is_empty()
    );
});

on_both!(
    one_that_was_altered_says_so_and_its_digest_is_in_the_chain,
    |db| async move {
        let day = Day::begin(db).await;
        day.jump("18:30").await;
        let kept = bulletins(&day).await.pop().unwrap();
        assert!(kept.is_whole);
        assert_eq!(
            day.count("SELECT COUNT(*) FROM audit a JOIN bulletin b ON a.detail LIKE '%' || b.digest || '%'")
                .await,
            1
        );
        day.meddle("UPDATE bulletin SET content = REPLACE(content, '\"unmet\":3', '\"unmet\":0')")
            .await;
        let altered = bulletins(&day).await.pop().unwrap();
        assert!(!altered.is_whole && altered.bulletin.reports.unmet == 0);
    }
);

on_both!(
    who_is_on_duty_goes_with_the_texts_and_the_counts_stay,
    |db| async move {
        let day = Day::begin_with(db, &[("retention.texts", "30d")]).await;
        let officer = day.officer().await;
        let county = officer.grants[0].over().unwrap().id().unwrap();
        let leader = allclear::service::TypedPost {
            name: "副县长办公室",
            address: "deputy@county.example",
            phone: "0793-1",
        };
        let tomorrow = "2026-06-02".parse().unwrap();
        day.house
            .service
            .put_duty_day(
                &officer,
                county,
                tomorrow,
                &[(allclear::domain::roster::Duty::Leader, leader)],
            )
            .await
            .unwrap();
        day.jump("18:30").await;
        let kept = bulletins(&day).await.pop().unwrap();
        let duty = kept.duty.unwrap();
        assert_eq!((duty.len(), duty[0].post.as_str()), (1, "副县长办公室"));
        assert_eq!(kept.bulletin.duty_day, tomorrow);
        day.house.go_to("2026-08-01 08:00");
        day.house.service.keep_house().await.unwrap();
        let old = bulletins(&day).await.remove(0);
        assert!(old.duty.is_none() && old.is_whole && old.bulletin.reports.expected == 3);
    }
);
