//! Bad input: it always gets a clear answer, and never a fault of ours.

use hyper::body::Bytes;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::on_both;
use crate::system::{Office, problem};

const LIU: &str = "361128101201";

/// A good report of an incident, with something changed.
fn incident(change: impl FnOnce(&mut Value)) -> Value {
    let mut report = json!({
        "id": Uuid::new_v4(), "unit": LIU, "kind": "incident",
        "incident": { "class": "flood", "place": "圩堤", "what": "管涌" },
    });
    change(&mut report);
    report
}

on_both!(bytes_that_are_no_report_are_refused_in_words, |db| async move {
    let office = Office::open(db).await;
    let mut town = office.system("清河县 · 东湖镇").await;
    for bytes in [
        &b""[..],
        b"null",
        b"[]",
        b"{",
        b"{}{}",
        b"{\"kind\":\"all_clear\xff\"}",
        b"{\"reason\":\"\\ud800\"}",
        b"{\"reason\":\"\\udc00\\ud800\"}",
        b"\xef\xbb\xbf{}",
        b"kind=all_clear",
        "[".repeat(10_000).as_bytes(),
        "{\"a\":".repeat(10_000).as_bytes(),
    ] {
        let answer = town.raw(Bytes::copy_from_slice(bytes)).await;
        problem(&answer, 400, "unreadable");
    }
    let good = Bytes::from_static(b"{}");
    for kind in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let answer = town.send("/api/v1/check-ins", kind, good.clone()).await;
        problem(&answer, 415, "media-type");
    }
    let huge = Bytes::from(vec![b' '; 300 * 1024]);
    problem(&town.raw(huge).await, 413, "too-large");
});

on_both!(every_fault_of_a_report_is_named_at_once, |db| async move {
    let office = Office::open(db).await;
    let mut town = office.system("清河县 · 东湖镇").await;
    let nothing = town.report(&json!({})).await;
    assert_eq!(problem(&nothing, 422, "invalid"), ["/id", "/unit", "/kind"]);
    let text = format!(
        r#"{{"id":"{}","unit":{LIU:?},"unit":7,"kind":"incident","colour":"red",
        "incident":{{"class":1,"severity":"grave","dead":-1,"missing":1.5,"occurred":"2026-02-30T00:00:00Z",
        "learned":"2026-06-01T24:00:00+08:00","urgent":"yes","place":null,"name":"x"}}}}"#,
        Uuid::new_v4()
    );
    let answer = town.raw(text.into()).await;
    assert_eq!(
        problem(&answer, 422, "invalid"),
        [
            "/incident/class",
            "/incident/severity",
            "/incident/dead",
            "/incident/missing",
            "/incident/occurred",
            "/incident/learned",
            "/incident/urgent",
            "/incident/name",
            "/colour",
            "/unit",
        ]
    );
    answer.must_say("colour");
});

on_both!(
    each_bad_value_is_answered_and_nothing_is_stored,
    |db| async move {
        let office = Office::open(db).await;
        let mut town = office.system("清河县 · 东湖镇").await;
        type Change = fn(&mut Value);
        let cases: [(Change, &str); 16] = [
            (|r| r["id"] = json!("x"), "/id"),
            (|r| r["id"] = json!(7), "/id"),
            (|r| r["unit"] = json!(true), "/unit"),
            (|r| r["obligation"] = json!("7"), "/obligation"),
            (|r| r["obligation"] = json!(9.5), "/obligation"),
            (|r| r["kind"] = json!("nothing"), "/kind"),
            (|r| r["kind"] = json!("all_clear"), "/incident"),
            (|r| r["incident"] = json!([]), "/incident"),
            (|r| r["incident"] = Value::Null, "/incident"),
            (
                |r| r["incident"]["place"] = json!("\u{0}\u{202e} \u{200b}"),
                "/incident/place",
            ),
            (
                |r| r["incident"]["what"] = json!("水".repeat(10_000)),
                "/incident/what",
            ),
            (|r| r["incident"]["class"] = json!("weather"), "/incident/class"),
            (|r| r["incident"]["dead"] = json!(i64::MAX), "/incident/dead"),
            (
                |r| r["incident"]["learned"] = json!("9999-12-31T23:59:59Z"),
                "/incident/learned",
            ),
            (|r| r["reason"] = json!("因".repeat(201)), "/reason"),
            (|r| r["claimed"] = json!("yesterday"), "/claimed"),
        ];
        for (change, place) in cases {
            let report = incident(change);
            let answer = town.report(&report).await;
            assert_eq!(problem(&answer, 422, "invalid"), [place], "{report}");
        }
        for unit in [
            json!(i64::MIN),
            json!(i64::MAX),
            json!(""),
            json!("99"),
            json!("id:x"),
        ] {
            let answer = town.report(&incident(|r| r["unit"] = unit)).await;
            problem(&answer, 404, "not-found");
        }
        for obligation in [i64::MIN, -1, 0, i64::MAX] {
            let answer = town
                .report(&incident(|r| r["obligation"] = json!(obligation)))
                .await;
            problem(&answer, 422, "unknown-obligation");
        }
        assert_eq!(office.day.count("SELECT COUNT(*) FROM check_in").await, 0);
    }
);

on_both!(strange_but_honest_texts_are_kept, |db| async move {
    let office = Office::open(db).await;
    let mut town = office.system("清河县 · 东湖镇").await;
    for what in [
        "𠮷塬村 𠀀 管涌",
        "a\u{0}b",
        "\u{202e}反",
        "'; DROP TABLE check_in; --",
        "\\\"\n\t",
    ] {
        let answer = town
            .report(&incident(|r| r["incident"]["what"] = json!(what)))
            .await;
        answer.must_be(201);
    }
    assert_eq!(office.day.count("SELECT COUNT(*) FROM check_in").await, 5);
});

on_both!(the_reader_is_told_in_his_language, |db| async move {
    let office = Office::open(db).await;
    let mut town = office.system("清河县 · 东湖镇").await;
    let answer = town.report(&json!({})).await;
    answer.must_say("缺少");
    let mut town = town.says("accept-language", "en-GB, zh;q=0.5");
    town.report(&json!({})).await.must_say("is missing");
    let mut town = town.says("accept-language", "xx");
    town.report(&json!({})).await.must_say("缺少");
});

on_both!(unknown_and_doubled_parameters_are_named, |db| async move {
    let office = Office::open(db).await;
    let mut town = office.system("清河县 · 东湖镇").await;
    let unit = format!("/api/v1/units/{LIU}/obligations");
    for (path, place) in [
        (format!("{unit}?since=2026-02-30"), "?since"),
        (format!("{unit}?until=now"), "?until"),
        ("/api/v1/rounds?limit=0".to_owned(), "?limit"),
        ("/api/v1/rounds?limit=1&limit=2".to_owned(), "?limit"),
        ("/api/v1/rounds/1/missing?after=-1".to_owned(), "?after"),
    ] {
        let answer = town.get(&path).await;
        assert_eq!(problem(&answer, 422, "invalid"), [place], "{path}");
    }
    let old = town.get(&format!("{unit}?since=0001-01-01T00:00:00Z")).await;
    old.must_be(200);
});
