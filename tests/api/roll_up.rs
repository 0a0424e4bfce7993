//! A township's system sends the report that it owes after its villages.

use allclear::store::TokenScope;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Day, Fresh, SMALL, Site, on_both};
use crate::system::{Office, System, json as read, problem};

const TOWN: &str = "361128101";

/// Opens at 16:10 in the small county: its villages were due at 16:00, its townships are at 17:00, and one village reported.
async fn office(db: &'static Fresh) -> Office {
    let day = Day::over(db, "2026-06-01 08:00").await;
    day.house.import(SMALL).await;
    let rounds = ["晚报 08:30 16:00 20:00", "汇总 08:30 17:00 20:00 roll-up"];
    day.declare("2026-06-01 08:00", "2026-06-30 22:00", &rounds).await;
    day.until("15:00").await;
    day.all_clear("东湖镇 · 杨村").await;
    day.until("16:10").await;
    let site = Site::open(day.house.clone()).await;
    Office { day, site }
}

async fn send(system: &mut System, body: &Value) -> Answer {
    let body = body.to_string().into();
    system.send("/api/v1/roll-ups", "application/json", body).await
}

/// Finds the roll-up that the township owes.
async fn owed(system: &mut System) -> Value {
    let listed = read(&system.get(&format!("/api/v1/units/{TOWN}/obligations")).await);
    let all = listed["obligations"].as_array().unwrap();
    let found = all.iter().find(|one| one["kind"] == "roll_up").unwrap();
    found["id"].clone()
}

on_both!(
    a_township_rolls_up_with_a_gap_and_sent_again_it_is_the_same,
    |db| async move {
        let office = office(db).await;
        let mut town = office.system("清河县 · 东湖镇").await;
        let body = json!({ "id": Uuid::new_v4(), "obligation": owed(&mut town).await });
        let taken = read(send(&mut town, &body).await.must_be(201));
        assert_eq!(taken["timeliness"], "on_time");
        let number = taken["receipt"]["number"].as_str().unwrap();
        let shown = read(town.get(&format!("/api/v1/receipts/{number}")).await.must_be(200));
        assert_eq!(shown["kind"], "roll_up");
        let counts = &shown["roll_up"];
        assert_eq!(
            (
                &counts["expected"],
                &counts["all_clear"],
                &counts["missing"][0]["name"]
            ),
            (&json!(2), &json!(1), &json!("柳村"))
        );
        // The village that was missing reports; the answer that was lost is the same one still.
        office.day.all_clear("东湖镇 · 柳村").await;
        let again = read(send(&mut town, &body).await.must_be(200));
        assert_eq!(
            (&again["status"], &again["receipt"]),
            (&json!("same"), &taken["receipt"])
        );
        // With a UUID of its own it amends.
        let mut next = body.clone();
        next["id"] = json!(Uuid::new_v4());
        let next = read(send(&mut town, &next).await.must_be(201));
        assert_eq!(next["status"], "amended");
        let number = next["receipt"]["number"].as_str().unwrap();
        let shown = read(town.get(&format!("/api/v1/receipts/{number}")).await.must_be(200));
        assert_eq!(shown["roll_up"]["missing"], json!([]));
    }
);

on_both!(who_may_not_roll_up_is_told_so, |db| async move {
    let office = office(db).await;
    let mut county = office.system("清河县").await;
    let obligation = owed(&mut county).await;
    let body = |obligation: &Value| json!({ "id": Uuid::new_v4(), "obligation": obligation });
    let mut reads = office.system_with("清河县 · 东湖镇", TokenScope::Read).await;
    send(&mut reads, &body(&obligation)).await.must_be(404);
    let mut other = office.system("清河县 · 西山镇").await;
    send(&mut other, &body(&obligation)).await.must_be(404);
    // A village's own report is no roll-up.
    let village = office.day.owed("东湖镇 · 柳村").await;
    send(&mut county, &body(&json!(village))).await.must_be(404);
    problem(
        &send(&mut county, &json!({ "id": Uuid::new_v4() })).await,
        422,
        "invalid",
    );
    let mut odd = body(&obligation);
    odd["expected"] = json!(2);
    assert_eq!(
        problem(&send(&mut county, &odd).await, 422, "invalid"),
        ["/expected"]
    );
    send(&mut county, &body(&obligation)).await.must_be(201);
});
