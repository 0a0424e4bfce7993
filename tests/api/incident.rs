//! What a system that tells of incidents may rely on.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, on_both};
use crate::system::{Office, System, json as read, problem};

const LIU: &str = "361128101201";

async fn post(town: &mut System, path: &str, body: &Value) -> Answer {
    let body = body.to_string().into();
    town.send(path, "application/json", body).await
}

on_both!(
    an_incident_is_reported_followed_up_read_and_closed,
    |db| async move {
        let office = Office::open(db).await;
        let mut town = office.system("清河县 · 东湖镇").await;
        let first = json!({
            "id": Uuid::new_v4(), "unit": LIU,
            "incident": { "class": "flood", "place": "圩堤", "learned": "2026-06-01T14:50:00+08:00" },
        });
        let sent = post(&mut town, "/api/v1/incidents", &first).await;
        let taken = read(sent.must_be(201));
        assert!(taken["alert"].is_number(), "the class makes it urgent: {taken}");
        assert!(taken["obligation"].is_null());
        let id = taken["incident"].as_i64().unwrap();
        let again = post(&mut town, "/api/v1/incidents", &first).await;
        assert_eq!(read(again.must_be(200))["receipt"], taken["receipt"]);

        let path = format!("/api/v1/incidents/{id}");
        let reports = format!("{path}/reports");
        let said = json!({ "class": "flood", "place": "圩堤", "dead": 0, "what": "堵口成功" });
        let more = json!({ "id": Uuid::new_v4(), "kind": "follow_up", "incident": said });
        let sent = post(&mut town, &reports, &more).await;
        assert_eq!(read(sent.must_be(201))["incident"], id);
        let again = post(&mut town, &reports, &more).await;
        assert_eq!(read(again.must_be(200))["status"], "same");
        let mut edited = more.clone();
        edited["incident"]["dead"] = json!(1);
        problem(&post(&mut town, &reports, &edited).await, 422, "uuid-used");

        let whole = read(town.get(&path).await.must_be(200));
        assert_eq!(whole["incident"]["unit"]["code"], LIU);
        assert_eq!(whole["incident"]["report_clock"]["seconds"], 600);
        assert_eq!(whole["incident"]["report_clock"]["late"], false);
        assert_eq!(whole["incident"]["answer_clock"]["runs"], true);
        let told = whole["reports"].as_array().unwrap();
        assert_eq!((told.len(), &told[1]["kind"]), (2, &json!("follow_up")));
        assert_eq!(
            (&told[0]["incident"]["dead"], &told[1]["incident"]["dead"]),
            (&Value::Null, &json!(0)),
            "not known yet is not zero"
        );
        let open = read(town.get("/api/v1/incidents").await.must_be(200));
        assert_eq!(open["incidents"][0]["id"], id);

        let last = json!({ "id": Uuid::new_v4(), "kind": "final", "incident": said });
        post(&mut town, &reports, &last).await.must_be(201);
        let late = json!({ "id": Uuid::new_v4(), "kind": "follow_up", "incident": said });
        problem(&post(&mut town, &reports, &late).await, 409, "incident-closed");
        let closed = read(town.get("/api/v1/incidents?state=closed").await.must_be(200));
        assert_eq!(closed["incidents"][0]["reports"], 3);
        assert!(closed["incidents"][0]["closed"].is_string());
    }
);

on_both!(what_is_wrong_with_an_incident_is_named_at_once, |db| async move {
    let office = Office::open(db).await;
    let mut town = office.system("清河县 · 东湖镇").await;
    let bad = json!({ "unit": LIU, "obligation": 1, "incident": { "class": "flood", "place": "堤", "name": "x", "dead": -1 } });
    let mut places = problem(&post(&mut town, "/api/v1/incidents", &bad).await, 422, "invalid");
    places.sort();
    assert_eq!(places, ["/id", "/incident/dead", "/incident/name", "/obligation"]);
    let good = json!({ "id": Uuid::new_v4(), "unit": LIU, "incident": { "class": "flood", "place": "堤" } });
    let sent = post(&mut town, "/api/v1/incidents", &good).await;
    let id = read(sent.must_be(201))["incident"].as_i64().unwrap();
    let reports = format!("/api/v1/incidents/{id}/reports");
    let mut more =
        json!({ "id": Uuid::new_v4(), "kind": "first", "incident": { "class": "flood", "place": "堤" } });
    assert_eq!(
        problem(&post(&mut town, &reports, &more).await, 422, "invalid"),
        ["/kind"]
    );
    more["kind"] = json!("verification");
    problem(&post(&mut town, &reports, &more).await, 403, "denied");
    more["kind"] = json!("follow_up");
    // What is another's is as if it were not there.
    let mut west = office.system("清河县 · 西山镇").await;
    problem(&post(&mut west, &reports, &more).await, 404, "not-found");
    problem(
        &west.get(&format!("/api/v1/incidents/{id}")).await,
        404,
        "not-found",
    );
    problem(
        &post(&mut west, "/api/v1/incidents", &good).await,
        404,
        "not-found",
    );
    assert_eq!(
        read(&west.get("/api/v1/incidents").await)["incidents"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    problem(&town.get("/api/v1/incidents?state=late").await, 422, "invalid");
    problem(&town.get("/api/v1/incidents?sort=x").await, 422, "invalid");
    problem(&town.get("/api/v1/incidents/9999").await, 404, "not-found");
    problem(&town.get("/api/v1/incidents/abc").await, 404, "not-found");
    let mut stranger = office.with_token("ac_wrong");
    problem(&stranger.get("/api/v1/incidents").await, 401, "token");
});
