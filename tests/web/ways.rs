//! Signing in: by link, by password, by slip; and being signed out.

use crate::{link_of, signed_in, site, slip_of};
use allclear::domain::access::{Actor, Role};
use chrono::TimeDelta;

#[tokio::test]
async fn a_link_is_looked_at_without_effect_and_signs_in_once() {
    let site = site().await;
    let link = link_of(&site, "zhiban", Role::DutyOfficer, "鄱阳县").await;
    for _ in 0..3 {
        site.browser()
            .get(&link)
            .await
            .must_be(200)
            .must_say("县总值班室");
    }
    let mut officer = site.browser();
    officer.post(&link, &[]).await.must_be(303);
    assert_eq!(officer.get("/").await.goes_to(), "/board");
    site.browser()
        .post(&link, &[])
        .await
        .must_be(410)
        .must_say("已经用过或已过期");
    site.browser().get(&link).await.must_be(410);
}

#[tokio::test]
async fn after_signing_out_the_old_cookie_opens_nothing() {
    let site = site().await;
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    let old = officer.clone();
    assert_eq!(officer.post("/signout", &[]).await.goes_to(), "/signin");
    assert_eq!(officer.get("/").await.goes_to(), "/signin");
    assert_eq!(old.clone().get("/").await.goes_to(), "/signin");
}

#[tokio::test]
async fn a_session_ends_after_idle_time_and_after_its_longest_time() {
    let site = site().await;
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    for minutes in 1..=23 {
        site.house.clock.advance(TimeDelta::minutes(29));
        assert_eq!(officer.get("/").await.goes_to(), "/board", "{minutes}");
    }
    site.house.clock.advance(TimeDelta::minutes(29 + 30));
    assert_eq!(officer.get("/").await.goes_to(), "/signin");
}

#[tokio::test]
async fn a_changed_role_ends_the_sessions_of_the_account_at_once() {
    let site = site().await;
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    let service = &site.house.service;
    let account = service.account_by_login(" ZhiBan ").await.unwrap().unwrap();
    service
        .set_lock(&Actor::console(), account.id, true)
        .await
        .unwrap();
    assert_eq!(officer.get("/").await.goes_to(), "/signin");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_get_the_same_answer_and_then_have_to_wait() {
    let site = site().await;
    link_of(&site, "zhiban", Role::DutyOfficer, "鄱阳县").await;
    let service = &site.house.service;
    let account = service.account_by_login("zhiban").await.unwrap().unwrap();
    let console = Actor::console();
    allclear::auth::set_password(service, &console, account.id, "zhiban", "防汛值班-0793-夜")
        .await
        .unwrap()
        .unwrap();
    let mut texts = Vec::new();
    for login in ["zhiban", "nobody"] {
        let mut browser = site.browser();
        for _ in 0..4 {
            let answer = browser
                .post("/signin", &[("login", login), ("password", "wrong")])
                .await;
            answer.must_be(422).must_say("账号或密码不对");
            let own = answer.field("form_token");
            // A page says when it was made, to whoever prints it.
            let made = answer.text.split("data-as-of>").nth(1).unwrap_or_default();
            let made = made.split('<').next().unwrap_or_default().to_owned();
            texts.push(
                answer
                    .text
                    .replace(login, "")
                    .replace(&own, "")
                    .replace(&made, ""),
            );
        }
        browser
            .post("/signin", &[("login", login), ("password", "wrong")])
            .await
            .must_be(422);
        let waits = browser
            .post("/signin", &[("login", login), ("password", "防汛值班-0793-夜")])
            .await;
        waits.must_be(429).must_say("尝试次数太多");
        site.house.clock.advance(TimeDelta::seconds(3));
    }
    assert!(
        texts.iter().all(|text| *text == texts[0]),
        "a known name is told apart"
    );
    let mut officer = site.browser();
    let good = [
        ("login", "ZHIBAN "),
        ("password", "防汛值班-0793-夜"),
        ("next", "//evil.example"),
    ];
    assert_eq!(officer.post("/signin", &good).await.goes_to(), "/");
    assert_eq!(officer.get("/").await.goes_to(), "/board");
}

#[tokio::test]
async fn a_slip_binds_a_workstation_once_and_wrong_codes_have_to_wait() {
    let site = site().await;
    let code = slip_of(&site, "朱家村").await;
    let mut village = site.browser();
    village
        .get(&format!("/slip?c={code}"))
        .await
        .must_be(200)
        .must_say(&code);
    assert_eq!(
        village
            .post("/slip", &[("code", &code.to_lowercase())])
            .await
            .goes_to(),
        "/desk"
    );
    assert_eq!(village.get("/").await.goes_to(), "/desk");
    village.get("/slip").await.must_say("谢家滩镇 · 朱家村");
    let mut other = site.browser();
    other
        .post("/slip", &[("code", &code)])
        .await
        .must_be(422)
        .must_say("已用过或已过期");
    for _ in 0..60 {
        other.post("/slip", &[("code", "7K2M-0QXT-9ZVB-4HE1")]).await;
    }
    other
        .post("/slip", &[("code", "7K2M-0QXT-9ZVB-4HE1")])
        .await
        .must_be(429);
    assert_eq!(
        village.get("/").await.goes_to(),
        "/desk",
        "a stranger locks no village out"
    );
}

#[tokio::test]
async fn whoever_tries_links_of_letters_has_to_wait() {
    let site = site().await;
    let mut guesser = site.browser();
    for _ in 0..60 {
        guesser.get("/a/0123456789abcdef").await.must_be(404);
    }
    guesser.get("/a/0123456789abcdef").await;
    guesser
        .post("/a/0123456789abcdef", &[])
        .await
        .must_be(429)
        .must_say("尝试次数太多");
}
