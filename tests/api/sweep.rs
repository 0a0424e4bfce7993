//! Every address of the API with every scope of a token, over its own unit, a unit below, beside and above.

use allclear::store::TokenScope;
use serde_json::json;
use uuid::Uuid;

use crate::support::on_both;
use crate::system::{Office, System, json as read};

/// Where a token stands, seen from 东湖镇 · 柳村, and whether it reaches that village.
const PLACES: [(&str, bool); 4] = [
    ("东湖镇 · 柳村", true),
    ("清河县 · 东湖镇", true),
    ("清河县", true),
    ("清河县 · 西山镇", false),
];
const LIU: &str = "361128101201";

/// What there is of the village: an incident and the receipt of its report.
async fn things(office: &Office) -> (i64, String) {
    let mut county = office.system("清河县").await;
    let first = json!({
        "id": Uuid::new_v4(), "unit": LIU,
        "incident": { "class": "flood", "place": "圩堤", "what": "渗水" },
    });
    let sent = county
        .send("/api/v1/incidents", "application/json", first.to_string().into())
        .await;
    let taken = read(sent.must_be(201));
    let number = taken["receipt"]["number"].as_str().unwrap().to_owned();
    (taken["incident"].as_i64().unwrap(), number)
}

async fn post(system: &mut System, path: &str, body: &serde_json::Value) -> u16 {
    let body = body.to_string().into();
    system.send(path, "application/json", body).await.status.as_u16()
}

on_both!(
    what_a_token_opens_follows_its_scope_and_its_unit_alone,
    |db| async move {
        let office = Office::open(db).await;
        let (incident, number) = things(&office).await;
        for scope in [TokenScope::Read, TokenScope::Report] {
            for (place, reaches) in PLACES {
                let mut system = office.system_with(place, scope).await;
                let about = format!("{scope:?} over {place}");
                for path in [
                    format!("/api/v1/units/{LIU}/obligations"),
                    format!("/api/v1/incidents/{incident}"),
                    format!("/api/v1/receipts/{number}"),
                ] {
                    let got = system.get(&path).await.status.as_u16();
                    assert_eq!(got, if reaches { 200 } else { 404 }, "{about} gets {path}");
                }
                // Lists hold what is reached and nothing else.
                let open = read(system.get("/api/v1/incidents").await.must_be(200));
                let seen = open["incidents"].as_array().unwrap().len();
                assert_eq!(seen, usize::from(reaches), "{about} lists incidents");
                let rounds = read(system.get("/api/v1/rounds").await.must_be(200));
                let round = rounds["rounds"][0]["id"].as_i64().unwrap();
                let missing = system.get(&format!("/api/v1/rounds/{round}/missing")).await;
                let missing = read(missing.must_be(200));
                let names = missing["missing"].as_array().unwrap();
                let named = names.iter().any(|one| one["unit"]["code"] == LIU);
                assert_eq!(named, reaches, "{about} lists the missing");
                let said = json!({ "class": "flood", "place": "圩堤", "what": "渗水" });
                let follow = json!({ "id": Uuid::new_v4(), "kind": "follow_up", "incident": said });
                let report =
                    json!({ "id": Uuid::new_v4(), "unit": LIU, "kind": "incident", "incident": said });
                let open = json!({ "id": Uuid::new_v4(), "unit": LIU, "incident": said });
                let follows = format!("/api/v1/incidents/{incident}/reports");
                for (path, body) in [(follows.as_str(), &follow), ("/api/v1/check-ins", &report)] {
                    let got = post(&mut system, path, body).await;
                    let expected = match (scope, reaches) {
                        (_, false) => &[403, 404][..],
                        (TokenScope::Read, true) => &[403],
                        (TokenScope::Report, true) => &[200, 201],
                    };
                    assert!(expected.contains(&got), "{about} posts to {path}: {got}");
                }
                if scope == TokenScope::Read || !reaches {
                    let got = post(&mut system, "/api/v1/incidents", &open).await;
                    assert!(matches!(got, 403 | 404), "{about} opens an incident: {got}");
                }
                // Nobody has more by saying so himself.
                let mut claims = system
                    .says("x-forwarded-for", "127.0.0.1")
                    .says("cookie", "allclear=x");
                let got = claims.get(&format!("/api/v1/receipts/{number}")).await;
                assert_eq!(got.status.as_u16(), if reaches { 200 } else { 404 }, "{about}");
            }
        }
    }
);

on_both!(
    a_token_opens_no_page_and_a_cookie_opens_no_address_of_the_api,
    |db| async move {
        let office = Office::open(db).await;
        let token = office.token("清河县").await;
        let mut pages = office
            .site
            .browser()
            .says("authorization", &format!("Bearer {token}"));
        for path in ["/board", "/desk", "/admin", "/incidents"] {
            let answer = pages.get(path).await;
            assert!(answer.goes_to().starts_with("/signin"), "{path}");
        }
        let account = office.day.officer().await;
        let allclear::domain::access::Identity::Account(id) = account.identity else {
            panic!("the officer has an account")
        };
        let session = office
            .day
            .house
            .service
            .begin_session(id, "password")
            .await
            .unwrap();
        let mut signed = office.site.browser();
        signed.cookies.insert("allclear".to_owned(), session.clone());
        signed.get("/me").await.must_be(200);
        signed.get("/api/v1/rounds").await.must_be(401);
        // Nor does a session pass for a token.
        let mut claims = office.with_token(&session);
        claims.get("/api/v1/rounds").await.must_be(401);
    }
);
