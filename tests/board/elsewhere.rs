//! Holds that nothing waits out of sight: overdue units of a round that is not shown, and urgent reports that nobody has
//! though their incident is over.

use allclear::domain::access::Role;
use allclear::domain::checkin::Follows;
use allclear::domain::incident::ReportKind;

use super::Office;
use super::support::{Day, on_both, urgent};
use super::wall::make;

on_both!(
    overdue_units_of_another_round_stand_on_its_tab_and_on_the_wall,
    |db| async move {
        let day = Day::begin(db).await;
        day.declare(
            "2026-06-01 08:00",
            "2026-06-03 22:00",
            &["夜报 15:00 19:00 21:00"],
        )
        .await;
        day.until("16:00").await;
        day.all_clear("东湖镇 · 柳村").await;
        let office = Office::open(day).await;
        let mut officer = office.officer().await;
        let key = make(&mut officer, "清河县", false).await;
        let screen = office.site.browser();
        // The evening's deadline is the nearer one by now.
        office.day.until("18:00").await;
        let mut officer = office.signed_in("later", Role::DutyOfficer, "清河县").await;
        let board = officer.get("/board").await;
        board.must_say("夜报").must_say("3 个逾期未报");
        screen.wall(&key).await.must_say("晚报：3 个单位逾期未报");
        // A round that has closed with gaps does not go out of sight either.
        office.day.until("20:30").await;
        let mut officer = office.signed_in("night", Role::DutyOfficer, "清河县").await;
        officer
            .get("/board")
            .await
            .must_say("3 个逾期未报")
            .must_say("2 个逾期未报");
        // Who may not look there is told nothing of it.
        let mut west = office.signed_in("west", Role::DutyOfficer, "西山镇").await;
        west.get("/board").await.must_say("1 个逾期未报");
    }
);

on_both!(
    an_urgent_report_that_nobody_has_stays_red_when_its_incident_is_over,
    |db| async move {
        let day = Day::begin_with(db, &[("duty.leaders", "lead@county.example")]).await;
        day.until("15:00").await;
        let first = day.report("东湖镇 · 柳村", urgent("堤坝决口")).await;
        let kept = day.send("东湖镇 · 柳村", first).await.unwrap();
        let mut last = day.report("东湖镇 · 柳村", urgent("已经合龙")).await;
        last.obligation = None;
        last.follows = Some(Follows {
            incident: kept.incident.unwrap(),
            kind: ReportKind::Final,
        });
        day.send("东湖镇 · 柳村", last).await.unwrap();
        let office = Office::open(day).await;
        let mut officer = office.officer().await;
        let key = make(&mut officer, "清河县", false).await;
        let alert = "/alert/1";
        officer.get("/board").await.must_say("已结束，但").must_say(alert);
        office.site.browser().wall(&key).await.must_say("已结束，但");
        officer.post(alert, &[]).await.must_be(303);
        assert!(!officer.get("/board").await.says("已结束，但"));
        assert!(!office.site.browser().wall(&key).await.says("已结束，但"));
    }
);
