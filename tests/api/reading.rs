//! What a system that reads may rely on.

use std::collections::BTreeSet;

use allclear::store::TokenScope;

use crate::support::on_both;
use crate::system::{Office, json, problem};

on_both!(the_missing_are_given_by_name_a_page_at_a_time, |db| async move {
    let office = Office::open(db).await;
    let mut county = office.system("清河县").await;
    let rounds = json(county.get("/api/v1/rounds").await.must_be(200));
    let round = &rounds["rounds"][0];
    assert_eq!(round["label"], "晚报");
    let path = format!("/api/v1/rounds/{}/missing", round["id"]);
    let (mut after, mut names, mut pages) = (String::new(), BTreeSet::new(), 0);
    loop {
        let page = json(county.get(&format!("{path}?limit=2{after}")).await.must_be(200));
        for one in page["missing"].as_array().unwrap() {
            assert_eq!(one["obligation"]["standing"], "open");
            assert!(names.insert(one["unit"]["label"].as_str().unwrap().to_owned()));
        }
        pages += 1;
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(pages, 2);
    assert_eq!(
        names.into_iter().collect::<Vec<_>>(),
        ["东湖镇 · 杨村", "东湖镇 · 柳村", "西山镇 · 柳村"]
    );

    office.day.all_clear("东湖镇 · 柳村").await;
    let mut east = office.system("清河县 · 东湖镇").await;
    let page = json(&east.get(&path).await);
    let missing = page["missing"].as_array().unwrap();
    assert_eq!(missing.len(), 1, "only what lies below the township");
    assert_eq!(missing[0]["unit"]["code"], "361128101202");
});

on_both!(what_has_not_changed_is_not_sent_again, |db| async move {
    let office = Office::open(db).await;
    let mut town = office.system("清河县 · 东湖镇").await;
    let path = "/api/v1/units/361128101201/obligations";
    let first = town.get(path).await;
    first.must_be(200);
    let tag = first.header("etag").to_owned();
    let mut town = town.says("if-none-match", &tag);
    town.get(path).await.must_be(304);
    office.day.all_clear("东湖镇 · 柳村").await;
    town.get(path).await.must_be(200);
});

on_both!(
    without_a_good_token_nothing_is_open_and_another_unit_is_not_there,
    |db| async move {
        let office = Office::open(db).await;
        let paths = [
            "/api/v1/rounds",
            "/api/v1/rounds/1/missing",
            "/api/v1/receipts/0000-001-X",
            "/api/v1/units/361128101201/obligations",
        ];
        let receipt = office.day.all_clear("东湖镇 · 柳村").await.receipt.number;
        for path in paths {
            for token in ["", "ac_", "ac_000000000000000000000000000000000000", "x y"] {
                let answer = office.with_token(token).get(path).await;
                problem(&answer, 401, "token");
                assert_eq!(answer.header("www-authenticate"), "Bearer");
            }
            let mut nobody = office.with_token("").says("authorization", "");
            problem(&nobody.get(path).await, 401, "token");
        }
        let mut nobody = office.with_token("");
        problem(&nobody.report(&serde_json::json!({})).await, 401, "token");

        let mut west = office.system("清河县 · 西山镇").await;
        for path in [
            "/api/v1/units/361128101201/obligations".to_owned(),
            "/api/v1/units/id:3/obligations".to_owned(),
            "/api/v1/units/id:9999/obligations".to_owned(),
            "/api/v1/units/%ff/obligations".to_owned(),
            format!("/api/v1/receipts/{receipt}"),
            "/api/v1/receipts/1".to_owned(),
            "/api/v1/receipts/99999999999999999999999".to_owned(),
            "/api/v1/rounds/-1/missing".to_owned(),
            "/api/v1/rounds/9223372036854775808/missing".to_owned(),
            "/api/v1/rounds/x/missing".to_owned(),
            "/api/v1/nothing".to_owned(),
            "/api/v2/rounds".to_owned(),
            "/api/".to_owned(),
        ] {
            problem(&west.get(&path).await, 404, "not-found");
        }
        problem(&west.get("/api/v1/check-ins").await, 405, "method");
    }
);

on_both!(a_token_that_was_ended_opens_nothing_any_more, |db| async move {
    let office = Office::open(db).await;
    let mut town = office.system("清河县 · 东湖镇").await;
    town.get("/api/v1/rounds").await.must_be(200);
    let administrator = allclear::domain::access::Actor {
        grants: vec![
            allclear::domain::access::Grant::new(allclear::domain::access::Role::SecurityAdministrator, None)
                .unwrap(),
        ],
        ..office.day.officer().await
    };
    let service = &office.day.house.service;
    service.end_token(&administrator, 1).await.unwrap();
    problem(&town.get("/api/v1/rounds").await, 401, "token");
});

on_both!(answers_are_kept_by_nobody_and_shown_as_no_page, |db| async move {
    let office = Office::open(db).await;
    let mut town = office.system("清河县 · 东湖镇").await;
    for path in ["/api/v1/rounds", "/api/v1/nothing"] {
        let answer = town.get(path).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(answer.header("content-security-policy").contains("'none'"));
    }
});

on_both!(
    whoever_tries_tokens_has_to_wait_and_good_tokens_do_not,
    |db| async move {
        let office = Office::open(db).await;
        let mut town = office.system("清河县 · 东湖镇").await;
        let mut guesser = office.with_token("ac_000000000000000000000000000000000000");
        for _ in 0..60 {
            problem(&guesser.get("/api/v1/rounds").await, 401, "token");
        }
        guesser.get("/api/v1/rounds").await;
        let waits = guesser.get("/api/v1/rounds").await;
        problem(&waits, 429, "wait");
        assert!(waits.header("retry-after").parse::<u32>().unwrap() > 0);
        town.get("/api/v1/rounds").await.must_be(200);
    }
);

on_both!(bulletins_are_read_a_page_at_a_time, |db| async move {
    let office = Office::open(db).await;
    for date in ["2026-06-01", "2026-06-02", "2026-06-03"] {
        office.day.jump(&format!("{date} 18:30")).await;
    }
    let mut county = office.system_with("清河县", TokenScope::Read).await;
    let first = json(county.get("/api/v1/bulletins?limit=2").await.must_be(200));
    let numbers = |page: &serde_json::Value| -> Vec<i64> {
        let all = page["bulletins"].as_array().unwrap();
        all.iter().map(|one| one["number"].as_i64().unwrap()).collect()
    };
    assert_eq!(numbers(&first), [3, 2]);
    let next = first["next"].as_str().unwrap();
    let second = json(
        county
            .get(&format!("/api/v1/bulletins?limit=2&before={next}"))
            .await
            .must_be(200),
    );
    assert_eq!((numbers(&second), second["next"].is_null()), (vec![1], true));
    assert_eq!(first["bulletins"][0]["reports"]["expected"], 3);
    let id = first["bulletins"][0]["id"].as_i64().unwrap();
    let whole = json(county.get(&format!("/api/v1/bulletins/{id}")).await.must_be(200));
    let content: serde_json::Value = serde_json::from_str(whole["content"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&content["number"], &whole["bulletin"]["intact"]),
        (&3.into(), &true.into())
    );
    assert_eq!(content["unmet"].as_array().unwrap().len(), 3);
    for bad in ["/api/v1/bulletins/99", "/api/v1/bulletins/x"] {
        problem(&county.get(bad).await, 404, "not-found");
    }
    problem(&county.get("/api/v1/bulletins?before=x").await, 422, "invalid");
    let mut town = office.system_with("清河县 · 东湖镇", TokenScope::Read).await;
    assert!(numbers(&json(town.get("/api/v1/bulletins").await.must_be(200))).is_empty());
    problem(
        &town.get(&format!("/api/v1/bulletins/{id}")).await,
        404,
        "not-found",
    );
    // A token that reports reads none.
    let mut reports = office.system("清河县").await;
    reports.get("/api/v1/bulletins").await.must_be(403);
});
