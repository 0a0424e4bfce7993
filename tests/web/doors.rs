//! Who is let in where, from which page, and what every page carries.

use crate::{link_of, site};
use allclear::domain::access::{Door, Role};
use allclear::web;

#[tokio::test]
async fn a_stranger_gets_nothing_but_the_ways_in() {
    let site = site().await;
    for route in web::table() {
        let path = route.path.replace("{token}", "x").replace("{name}", "x");
        let path = path.replace("{id}", "1").replace("{number}", "1");
        let mut stranger = site.browser();
        let got = stranger.get(&path).await;
        let sent = stranger.post(&path, &[]).await;
        let turned_away = |status: u16, place: &str| match status {
            303 => place.starts_with("/signin"),
            401 | 403 | 405 => true,
            _ => false,
        };
        let got_nothing = turned_away(got.status.as_u16(), got.header("location"));
        let did_nothing = turned_away(sent.status.as_u16(), sent.header("location"));
        match route.door {
            Door::Anyone => assert_ne!(got.status.as_u16(), 500, "{path}"),
            _ => assert!(
                got_nothing && did_nothing,
                "{path}: {} {}",
                got.status,
                sent.status
            ),
        }
    }
}

#[tokio::test]
async fn the_routes_that_are_open_to_anyone_are_these() {
    let mut open: Vec<&str> = web::table()
        .iter()
        .filter(|route| route.door == Door::Anyone)
        .map(|route| route.path)
        .collect();
    open.sort_unstable();
    assert_eq!(
        open,
        [
            "/",
            "/a/{token}",
            "/a/{token}/escalate",
            "/assets/{name}",
            "/calendar/{token}",
            "/healthz",
            "/language",
            "/link/{token}",
            "/metrics",
            "/readyz",
            "/recover",
            "/reference",
            "/reference/openapi.json",
            "/signin",
            "/signout",
            "/slip",
            "/wall",
            "/wall/now",
            "/worker.js"
        ]
    );
}

#[tokio::test]
async fn the_reader_chooses_the_language_and_is_answered_in_it() {
    let site = site().await;
    let mut reader = site.browser().says("accept-language", "en-GB,en;q=0.9");
    reader
        .get("/signin")
        .await
        .must_say("lang=\"en\"")
        .must_say("Sign in");
    reader.get("/nowhere").await.must_be(404).must_say("No such page");
    let back = reader
        .post("/language", &[("language", "zh-CN"), ("back", "/slip")])
        .await;
    assert_eq!(back.goes_to(), "/slip");
    reader.get("/signin").await.must_say("lang=\"zh-CN\"");
    reader.get("/nowhere").await.must_be(404).must_say("没有这一页");
    let evil = reader
        .post(
            "/language",
            &[("language", "en"), ("back", "https://evil.example/")],
        )
        .await;
    assert_eq!(evil.goes_to(), "/");
}

#[tokio::test]
async fn what_was_not_sent_from_a_page_of_ours_does_nothing() {
    let site = site().await;
    let form = [("language", "en"), ("back", "/")];
    let foreign = site.browser().says("sec-fetch-site", "cross-site");
    foreign
        .clone()
        .post("/language", &form)
        .await
        .must_be(403)
        .must_say("不是从本系统的页面发出的");
    let mut by_origin = foreign
        .says("sec-fetch-site", "")
        .says("origin", "https://evil.example");
    by_origin.post("/language", &form).await.must_be(403);
    let mut old = site.browser().says("sec-fetch-site", "");
    let token = old.get("/signin").await.field("form_token");
    old.post("/language", &form)
        .await
        .must_be(403)
        .must_say("页面已过期");
    old.post("/language", &[form[0], form[1], ("form_token", &token)])
        .await
        .must_be(303);
    let mut other = site.browser().says("sec-fetch-site", "");
    other.get("/signin").await;
    other
        .post("/language", &[form[0], form[1], ("form_token", &token)])
        .await
        .must_be(403);
}

#[tokio::test]
async fn every_page_keeps_foreigners_out_and_is_kept_nowhere() {
    let site = site().await;
    for path in ["/signin", "/nowhere", "/slip"] {
        let answer = site.browser().get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cache-control"), "no-store");
        answer
            .must_say("0793-6210000")
            .must_say("tel:07936210000")
            .must_say("未加密");
        for inline in ["<style", " style=", " onclick=", "javascript:", "<script>"] {
            assert!(!answer.says(inline), "{path} has {inline}");
        }
    }
    let page = site.browser().get("/signin").await;
    for kind in ["css", "js", "svg"] {
        let at = page
            .text
            .split('"')
            .find(|part| part.starts_with("/assets/") && part.ends_with(kind));
        let file = site.browser().get(at.unwrap()).await;
        assert!(file.must_be(200).header("cache-control").contains("immutable"));
    }
}

#[tokio::test]
async fn a_forged_host_changes_no_address() {
    let site = site().await;
    let link = link_of(&site, "zhiban", Role::Leader, "鄱阳县").await;
    for path in ["/signin", "/nowhere", link.as_str(), "/slip?c=1"] {
        let answer = site.browser().says("host", "evil.example").get(path).await;
        assert!(!answer.says("evil.example"), "{path}");
    }
    let answer = site.browser().says("host", "evil.example").get("/").await;
    assert_eq!(answer.goes_to(), "/signin");
}

#[tokio::test]
async fn health_is_told_without_a_session() {
    let site = site().await;
    site.browser().get("/healthz").await.must_be(200);
    let early = site.browser().get("/readyz").await;
    early
        .must_be(503)
        .must_say("\"tick\":{\"detail\":{\"age_seconds\":null},\"ok\":false}");
}
