//! Holds that the pages do what they say, to whom they should, through the real server on a socket.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use allclear::domain::access::{Actor, Door, Role};
use allclear::domain::ids::UnitId;
use allclear::domain::language::Lang;
use allclear::store::{Granted, NewAccount};
use allclear::web;
use support::{Browser, House, Site, fresh_sqlite};

const COUNTY: &str = "
    code | parent_code | name | kind
    361128 | | 鄱阳县 | county
    361128101 | 361128 | 谢家滩镇 | township
    361128101201 | 361128101 | 朱家村 | village
    361128101202 | 361128101 | 大塘村 | village
";
const NOW: &str = "2026-11-25 15:10";

/// Opens a house with a county, at an afternoon in November.
async fn site() -> Site {
    site_with(&[]).await
}

async fn site_with(flags: &[(&str, &str)]) -> Site {
    let mut all = vec![("web.plain_http", "true"), ("duty.phone", "0793-6210000")];
    all.extend(flags);
    let house = House::at(&fresh_sqlite(), NOW, &all).await;
    house.import(COUNTY).await;
    Site::open(house).await
}

async fn unit(site: &Site, name: &str) -> UnitId {
    let tree = site.house.service.tree().await.unwrap();
    tree.iter().find(|unit| unit.name.as_str() == name).unwrap().id
}

/// Makes an account and gives the path of its first sign-in link.
async fn link_of(site: &Site, login: &str, role: Role, over: &str) -> String {
    let console = Actor::console();
    let unit = match over {
        "" => None,
        name => Some(unit(site, name).await),
    };
    let new = NewAccount {
        login: login.into(),
        label: "县总值班室".into(),
        address: None,
        language: Lang::Zh,
    };
    let service = &site.house.service;
    let id = service
        .create_account(&console, new, &[Granted { role, unit }])
        .await
        .unwrap();
    let (link, _) = service.issue_link(&console, id).await.unwrap();
    link.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned()
}

async fn slip_of(site: &Site, name: &str) -> String {
    let unit = unit(site, name).await;
    let slips = site
        .house
        .service
        .issue_slips(&Actor::console(), &[unit])
        .await
        .unwrap();
    slips[0].code.clone()
}

async fn signed_in(site: &Site, role: Role, over: &str) -> Browser {
    let link = link_of(site, "zhiban", role, over).await;
    let mut browser = site.browser();
    browser.post(&link, &[]).await.must_be(303);
    browser
}

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
            "/assets/{name}",
            "/healthz",
            "/language",
            "/link/{token}",
            "/readyz",
            "/signin",
            "/signout",
            "/slip"
        ]
    );
}

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
        site.house.clock.advance(chrono::TimeDelta::minutes(29));
        assert_eq!(officer.get("/").await.goes_to(), "/board", "{minutes}");
    }
    site.house.clock.advance(chrono::TimeDelta::minutes(29 + 30));
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
            texts.push(answer.text.replace(login, "").replace(&own, ""));
        }
        browser
            .post("/signin", &[("login", login), ("password", "wrong")])
            .await
            .must_be(422);
        let waits = browser
            .post("/signin", &[("login", login), ("password", "防汛值班-0793-夜")])
            .await;
        waits.must_be(429).must_say("尝试次数太多");
        site.house.clock.advance(chrono::TimeDelta::seconds(3));
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
async fn bad_input_gets_a_page_in_its_language_and_never_a_fault_of_ours() {
    let site = site().await;
    let long = "长".repeat(10_000);
    let values = [
        "\0",
        "",
        "   \u{3000}",
        &long,
        "𠮷𬭎鿍",
        "\u{202e}abc",
        "-1",
        "9223372036854775808",
        "<script>",
        "%00%ff",
        "24:00",
    ];
    for path in ["/signin", "/slip", "/language", "/link/x", "/signout"] {
        for value in values {
            let mut browser = site.browser();
            let fields = [
                ("login", value),
                ("password", value),
                ("code", value),
                ("next", value),
                ("back", value),
                ("language", value),
            ];
            let answer = browser.post(path, &fields).await;
            assert!(answer.status.as_u16() < 500, "{path} {value:?}: {}", answer.text);
            assert!(!answer.says("<script>"), "{path}");
            let english = site
                .browser()
                .says("accept-language", "en")
                .post(path, &fields)
                .await;
            assert!(
                english.status.as_u16() < 500 && !english.text.contains("返回首页"),
                "{path} {value:?}"
            );
        }
        for raw in [
            &b"a=1&a=2&login=1&login=2&code=1&code=2&language=en&language=en"[..],
            b"%",
            b"=&=&;",
            b"\xff\xfe",
        ] {
            let answer = site.browser().post_raw(path, raw.to_vec().into()).await;
            assert!(answer.status.as_u16() < 500, "{path}: {}", answer.text);
        }
        let endless = vec![b'a'; 70 * 1024];
        if path == "/signin" {
            let answer = site.browser().post_raw(path, endless.into()).await;
            answer.must_be(413).must_say("内容太大").must_say("64KiB");
        }
    }
    let twice = site
        .browser()
        .post_raw("/signin", b"login=1&login=2".to_vec().into())
        .await;
    twice.must_be(422).must_say("“login”");
    let json = site
        .browser()
        .send(
            hyper::Method::POST,
            "/signin",
            Some("application/json"),
            "{}".into(),
        )
        .await;
    assert!(json.must_be(415).says("<html"));
    let put = site
        .browser()
        .send(hyper::Method::PUT, "/signin", None, "".into())
        .await;
    put.must_be(405).must_say("请返回页面操作");
}
