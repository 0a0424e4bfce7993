//! What a system that reports may rely on.

use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use crate::support::on_both;
use crate::system::{Office, json as read, problem};

const LIU: &str = "361128101201";
const YANG: &str = "361128101202";

on_both!(
    a_report_gets_a_receipt_and_sent_again_the_same_one,
    |db| async move {
        let office = Office::open(db).await;
        let mut town = office.system("清河县 · 东湖镇").await;
        let owed = read(&town.get(&format!("/api/v1/units/{LIU}/obligations")).await);
        let obligation = owed["obligations"][0]["id"].clone();
        assert_eq!(owed["obligations"][0]["standing"], "open");
        assert_eq!(owed["unit"]["label"], "东湖镇 · 柳村");
        let report =
            json!({ "id": Uuid::new_v4(), "unit": LIU, "obligation": obligation, "kind": "all_clear" });
        let first = town.report(&report).await;
        first.must_be(201);
        let taken = read(&first);
        assert_eq!(taken["status"], "recorded");
        assert_eq!(taken["timeliness"], "on_time");
        let number = taken["receipt"]["number"].as_str().unwrap();
        assert_eq!(first.header("location"), format!("/api/v1/receipts/{number}"));

        let again = town.report(&report).await;
        again.must_be(200);
        assert_eq!(read(&again)["status"], "same");
        assert_eq!(read(&again)["receipt"], taken["receipt"]);

        // Another UUID, the same words: the receipt that there is.
        let mut other = report.clone();
        other["id"] = json!(Uuid::new_v4());
        let already = read(town.report(&other).await.must_be(200));
        assert_eq!(already["status"], "already");
        assert_eq!(already["reported_by"], "乡镇平台");
        assert_eq!(already["receipt"], taken["receipt"]);

        // The same UUID, other words.
        let mut edited = report.clone();
        edited["kind"] = json!("incident");
        edited["incident"] = json!({ "class": "flood", "place": "圩堤" });
        problem(&town.report(&edited).await, 422, "uuid-used");

        let shown = read(town.get(&format!("/api/v1/receipts/{number}")).await.must_be(200));
        assert_eq!(shown["receipt"], taken["receipt"]);
        assert_eq!(shown["obligation"]["standing"], "on_time");
        assert_eq!(office.day.count("SELECT COUNT(*) FROM check_in").await, 1);
    }
);

on_both!(an_urgent_report_says_that_leaders_are_told, |db| async move {
    let office = Office::open(db).await;
    let mut town = office.system("清河县 · 东湖镇").await;
    let report = json!({
        "id": Uuid::new_v4(), "unit": LIU, "kind": "incident",
        "incident": {
            "class": "flood", "severity": "iii", "place": "圩堤", "what": "管涌，联系 11010519491231002X",
            "dead": 0, "learned": "2026-06-01T14:50:00+08:00", "urgent": true,
        },
    });
    let taken = read(town.report(&report).await.must_be(201));
    assert!(taken["alert"].is_number() && taken["incident"].is_number());
    assert_eq!(taken["masked"], 1);
    assert_eq!(taken["notices"].as_array().unwrap().len(), 1);
    assert_eq!(office.day.calls().await.len(), 1);
});

on_both!(the_uuid_may_stand_in_the_header, |db| async move {
    let office = Office::open(db).await;
    let owed = office.day.owed("东湖镇 · 柳村").await;
    let key = Uuid::new_v4().to_string();
    let report = json!({ "unit": LIU, "obligation": owed, "kind": "all_clear" });
    let town = office.system("清河县 · 东湖镇").await;
    let mut town = town.says("idempotency-key", &format!("\"{key}\""));
    town.report(&report).await.must_be(201);
    assert_eq!(read(town.report(&report).await.must_be(200))["status"], "same");
    let mut both = report.clone();
    both["id"] = json!(Uuid::new_v4());
    assert_eq!(problem(&town.report(&both).await, 422, "invalid"), ["/id"]);
    let mut town = town.says("idempotency-key", "yesterday");
    assert_eq!(problem(&town.report(&report).await, 422, "invalid")[0], "/id");
    let mut town = town.says("idempotency-key", "");
    assert_eq!(problem(&town.report(&report).await, 422, "invalid"), ["/id"]);
});

on_both!(
    a_round_that_is_not_open_is_a_conflict_and_says_when,
    |db| async move {
        let office = Office::open(db).await;
        let owed = office.day.owed("东湖镇 · 柳村").await;
        let report = json!({ "id": Uuid::new_v4(), "unit": LIU, "obligation": owed, "kind": "all_clear" });
        let mut town = office
            .system("清河县 · 东湖镇")
            .await
            .says("accept-language", "en");
        office.day.house.go_to("2026-06-01 20:00");
        let answer = town.report(&report).await;
        problem(&answer, 409, "closed");
        answer.must_say("20:00");
        office.day.house.go_to("2026-06-01 08:29");
        problem(&town.report(&report).await, 409, "not-open-yet");
    }
);

on_both!(
    an_offline_queue_says_its_own_time_and_waits_for_the_duty_office,
    |db| async move {
        let office = Office::open(db).await;
        let owed = office.day.owed("东湖镇 · 柳村").await;
        office.day.until("17:00").await;
        let mut town = office.system("清河县 · 东湖镇").await;
        let report = json!({
            "id": Uuid::new_v4(), "unit": LIU, "obligation": owed, "kind": "all_clear",
            "claimed": "2026-06-01T15:30:00+08:00",
        });
        let taken = read(town.report(&report).await.must_be(201));
        assert_eq!(
            (&taken["timeliness"], &taken["claim"]),
            (&json!("late"), &json!("pending"))
        );
    }
);

on_both!(
    a_workstation_reports_with_its_own_token_for_its_own_unit,
    |db| async move {
        let office = Office::open(db).await;
        let officer = office.day.officer().await;
        let service = &office.day.house.service;
        let unit = office.day.unit("东湖镇 · 柳村").await;
        let slip = service.issue_slips(&officer, &[unit]).await.unwrap().remove(0);
        let token = service.bind(&slip.code, "村部电脑", None).await.unwrap().unwrap();
        let mut station = office.with_token(&token);
        let owed = office.day.owed("东湖镇 · 柳村").await;
        let report = json!({ "id": Uuid::new_v4(), "unit": unit, "obligation": owed, "kind": "all_clear" });
        station.report(&report).await.must_be(201);
        let mut other = report.clone();
        other["unit"] = json!(YANG);
        problem(&station.report(&other).await, 404, "not-found");
        problem(&station.get("/api/v1/rounds").await, 403, "denied");
    }
);

on_both!(a_full_queue_asks_to_come_again, |db| async move {
    let flags = [
        ("intake.queue", "1"),
        ("intake.batch", "1"),
        ("duty.leaders", "leader@county.example"),
    ];
    let mut office = Office::open(db).await;
    office.day.house = crate::support::House::at(db, "2026-06-01 15:00", &flags).await;
    office.site = crate::support::Site::open(office.day.house.clone()).await;
    let owed = office.day.owed("东湖镇 · 柳村").await;
    let report = json!({ "id": Uuid::new_v4(), "unit": LIU, "obligation": owed, "kind": "all_clear" });
    let mut town = office.system("清河县 · 东湖镇").await;
    town.get("/api/v1/rounds").await.must_be(200);
    let mut held = office.day.house.service.store.begin().await.unwrap();
    held.hold_obligations(&[owed]).await.unwrap();
    let sent: Vec<_> = (0..6)
        .map(|_| {
            let (mut town, report) = (town.again(), report.clone());
            tokio::spawn(async move { town.report(&report).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(400)).await;
    held.rollback().await.unwrap();
    let mut busy = 0;
    for one in sent {
        let answer = one.await.unwrap();
        if answer.status == 503 {
            problem(&answer, 503, "busy");
            let seconds: u32 = answer.header("retry-after").parse().unwrap();
            assert!((1..=5).contains(&seconds));
            busy += 1;
        }
    }
    assert!(busy >= 3, "{busy}");
    assert_eq!(read(town.report(&report).await.must_be(200))["status"], "same");
});
