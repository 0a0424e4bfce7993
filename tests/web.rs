//! Holds that the pages do what they say, to whom they should, through the real server on a socket.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod support;

use allclear::domain::access::{Actor, Door, Role};
use allclear::domain::calendar::DayKind;
use allclear::domain::ids::UnitId;
use allclear::domain::language::Lang;
use allclear::domain::period::{Hours, Level, Scope};
use allclear::domain::unit::UnitKind;
use allclear::service::period::{Declaration, NewRule};
use allclear::store::{Granted, NewAccount};
use allclear::web;
use chrono::TimeDelta;
use support::{Answer, Browser, House, Site, fresh_sqlite, local};

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
            "/a/{token}",
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

/// Declares two rounds a day and a night round, for all villages, and opens what is due.
async fn asked(site: &Site) {
    let rule = |label: &str, opens: &str, due: &str, closes: &str| NewRule {
        label: label.into(),
        hours: Hours::new(
            opens.parse().unwrap(),
            due.parse().unwrap(),
            TimeDelta::minutes(10),
            closes.parse().unwrap(),
        )
        .unwrap(),
        days: DayKind::EveryDay,
        roll_up: false,
    };
    let declaration = Declaration {
        name: "冬春火灾防控".into(),
        basis: "鄱应急〔2026〕18号".into(),
        level: Level::III,
        scope: Scope {
            subtrees: vec![unit(site, "鄱阳县").await],
            kinds: vec![UnitKind::Village],
            except: vec![],
        },
        starts: local("2026-11-25 00:00"),
        ends: local("2026-12-25 00:00"),
        drill: false,
        rounds: vec![rule("晚报", "14:00", "16:00", "+1 02:00")],
        ladder: None,
    };
    let service = &site.house.service;
    service
        .declare_period(&Actor::console(), &declaration)
        .await
        .unwrap();
    service.tick().await.unwrap();
}

/// Binds a workstation of a village by its slip.
async fn village(site: &Site, name: &str) -> Browser {
    let code = slip_of(site, name).await;
    let mut browser = site.browser();
    browser.post("/slip", &[("code", &code)]).await.must_be(303);
    browser
}

/// Opens the form behind the desk's link.
async fn incident_form(browser: &mut Browser) -> Answer {
    let desk = browser.get("/desk").await;
    browser.get(&link_in(&desk, "/desk/incident")).await
}

/// Presses the one button of a desk.
async fn press(browser: &mut Browser, desk: &Answer) -> Answer {
    let fields = ["unit", "obligation", "uuid", "day"].map(|name| (name, desk.field(name)));
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    browser.post("/desk", &fields).await
}

#[tokio::test]
async fn from_the_slip_to_the_receipt_with_one_tap() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let desk = clerk.get("/desk").await;
    desk.must_be(200)
        .must_say("谢家滩镇 · ")
        .must_say("朱家村")
        .must_say("2026年11月25日（星期三）")
        .must_say("晚报")
        .must_say("截止 16:00")
        .must_say("还有 50 分钟")
        .must_say("今日无情况，一键上报")
        .must_say("鄱应急〔2026〕18号");
    let sent = press(&mut clerk, &desk).await;
    let receipt = clerk.get(sent.goes_to()).await;
    receipt
        .must_be(200)
        .must_say("0000-001-X")
        .must_say("2026年11月25日 15:10:00")
        .must_say("无情况（零报告）");
    let again = clerk.get("/desk").await;
    again.must_say("0000-001-X").must_say("15:20 前更正不用写原因");
    assert!(!again.says("一键上报"), "what was reported is not asked again");
    let twice = press(&mut clerk, &desk).await;
    assert_eq!(twice.goes_to(), "/receipt/0000-001-X?s=same");
    clerk.get(twice.goes_to()).await.must_say("没有重复记录");
}

#[tokio::test]
async fn the_same_from_another_page_is_answered_with_the_first_receipt() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let (first, second) = (clerk.get("/desk").await, clerk.get("/desk").await);
    press(&mut clerk, &first).await.must_be(303);
    let sent = press(&mut clerk, &second).await;
    assert_eq!(sent.goes_to(), "/receipt/0000-001-X?s=already");
    clerk
        .get(sent.goes_to())
        .await
        .must_say("工作站已于 15:10 报送过相同内容");
}

#[tokio::test]
async fn a_class_and_a_place_are_enough_and_what_is_wrong_is_said_with_the_input_kept() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let form = incident_form(&mut clerk).await;
    form.must_be(200)
        .must_say("山洪")
        .must_say("自然灾害")
        .must_say("value=\"2026-11-25T15:10\"");
    let (unit, owed, uuid) = (form.field("unit"), form.field("obligation"), form.field("uuid"));
    let base = [("unit", unit.as_str()), ("obligation", &owed), ("uuid", &uuid)];
    let bad = [
        ("class", ""),
        ("place", " "),
        ("what", "圩堤渗水，正在处置"),
        ("dead", "许多"),
        ("occurred", "2026-02-30T24:00"),
    ];
    let answer = clerk
        .post("/desk/incident", &[&base[..], &bad[..]].concat())
        .await;
    answer
        .must_be(422)
        .must_say("有 2 处需要修改")
        .must_say("href=\"#dead\"")
        .must_say("href=\"#occurred\"");
    answer.must_say("圩堤渗水，正在处置").must_say("value=\"许多\"");
    let bad = [("class", "ufo"), ("place", ""), ("what", "圩堤渗水")];
    let answer = clerk
        .post("/desk/incident", &[&base[..], &bad[..]].concat())
        .await;
    answer
        .must_be(422)
        .must_say("请填写地点，例如：××村三组")
        .must_say("href=\"#class\"");
    assert_eq!(answer.field("uuid"), uuid, "the same report is tried again");
    let good = [
        ("class", "flash_flood"),
        ("place", "三组 𠮷屋"),
        ("what", "身份证 11010519491231002X"),
    ];
    let sent = clerk
        .post("/desk/incident", &[&base[..], &good[..]].concat())
        .await;
    let receipt = clerk.get(sent.goes_to()).await;
    receipt
        .must_be(200)
        .must_say("有情况")
        .must_say("身份证号已自动隐去");
    clerk
        .get("/desk")
        .await
        .must_say("● 有情况".split(' ').next().unwrap())
        .must_say("更正或补充");
}

#[tokio::test]
async fn an_urgent_report_says_whom_it_reached() {
    let site = site_with(&[
        ("duty.leaders", "leader@county.example"),
        ("duty.officers", "duty@county.example"),
    ])
    .await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let form = clerk.get("/desk/incident").await;
    form.must_say("不属于任何场次");
    let (unit, uuid) = (form.field("unit"), form.field("uuid"));
    let fields = [
        ("unit", unit.as_str()),
        ("uuid", &uuid),
        ("class", "flash_flood"),
        ("place", "三组"),
        ("urgent", "1"),
    ];
    let sent = clerk.post("/desk/incident", &fields).await;
    let receipt = clerk.get(sent.goes_to()).await;
    receipt
        .must_say("领导通知情况")
        .must_say("l***@county.example")
        .must_say("正在发送")
        .must_say("http-equiv=\"refresh\"");
    let desk = clerk.get("/desk").await;
    desk.must_say("一键上报");
    let next = clerk.get(&link_in(&desk, "/desk/incident")).await;
    next.must_say("已按刚才的报告填好").must_say("value=\"三组\"");
}

#[tokio::test]
async fn an_incident_is_taken_back_with_a_reason_only_and_waits_for_the_duty_office() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let form = incident_form(&mut clerk).await;
    let (unit, owed, uuid) = (form.field("unit"), form.field("obligation"), form.field("uuid"));
    let base = [("unit", unit.as_str()), ("obligation", owed.as_str())];
    let good = [("uuid", uuid.as_str()), ("class", "storm"), ("place", "三组")];
    clerk
        .post("/desk/incident", &[&base[..], &good[..]].concat())
        .await
        .must_be(303);
    let amend = incident_form(&mut clerk).await;
    amend.must_say("核实后没有情况").must_say("value=\"三组\"");
    let refused = clerk
        .post("/desk", &[&base[..], &[("reason", " ")]].concat())
        .await;
    refused.must_be(422).must_say("请填写更正原因");
    let sent = clerk
        .post("/desk", &[&base[..], &[("reason", "核实为误报")]].concat())
        .await;
    clerk.get(sent.goes_to()).await.must_say("待值班室确认");
    clerk.get("/desk").await.must_say("待值班室确认");
    site.house.clock.advance(TimeDelta::minutes(11));
    let again = incident_form(&mut clerk).await;
    again.must_be(200);
}

#[tokio::test]
async fn a_page_of_yesterday_asks_for_which_day_it_is() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let old = clerk.get("/desk").await;
    site.house.go_to("2026-11-26 00:30");
    let asks = press(&mut clerk, &old).await;
    asks.must_be(409)
        .must_say("补报昨天：晚报（2026年11月25日（星期三））");
    let sent = press(&mut clerk, &asks).await;
    clerk.get(sent.goes_to()).await.must_say("已按迟报记录");
    let mut other = village(&site, "大塘村").await;
    let old = other.get("/desk").await;
    site.house.go_to("2026-11-26 14:05");
    site.house.service.tick().await.unwrap();
    let mut asks = press(&mut other, &old).await;
    // The page of last night was rendered on the very day: its round has closed, so the rules answer.
    asks.must_be(422).must_say("已于 11月26日 02:00 截止");
    site.house.go_to("2026-11-27 00:30");
    let old = other.get("/desk").await;
    old.must_say("昨天的场次");
    site.house.go_to("2026-11-28 15:00");
    site.house.service.tick().await.unwrap();
    asks = press(&mut other, &old).await;
    asks.must_be(409)
        .must_say("如需补录请打电话给值班室")
        .must_say("报今天：晚报");
    let sent = press(&mut other, &asks).await;
    other
        .get(sent.goes_to())
        .await
        .must_say("2026年11月28日（星期六）");
}

#[tokio::test]
async fn without_a_round_the_desk_says_when_the_next_one_is() {
    let site = site().await;
    let mut clerk = village(&site, "朱家村").await;
    clerk
        .get("/desk")
        .await
        .must_say("现在没有需要报送的场次")
        .must_say("近三天没有安排场次");
    asked(&site).await;
    site.house.go_to("2026-11-26 10:00");
    clerk
        .get("/desk")
        .await
        .must_say("下一场次：晚报，14:00 开始，16:00 截止");
}

#[tokio::test]
async fn another_units_things_are_not_there() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let mut other = village(&site, "大塘村").await;
    let desk = clerk.get("/desk").await;
    let sent = press(&mut clerk, &desk).await;
    let receipt = sent.goes_to().to_owned();
    other.get(&receipt).await.must_be(404);
    other.get("/receipt/0000-001-1").await.must_be(404);
    let (unit, owed) = (desk.field("unit"), desk.field("obligation"));
    other.get(&format!("/desk?unit={unit}")).await.must_be(404);
    other
        .get(&format!("/desk/incident?unit={unit}&obligation={owed}"))
        .await
        .must_be(404);
    other
        .get(&format!("/desk/incident?obligation={owed}"))
        .await
        .must_be(404);
    other
        .post("/desk", &[("unit", &unit), ("obligation", &owed)])
        .await
        .must_be(404);
    let own = other.get("/desk").await.field("unit");
    other
        .post("/desk", &[("unit", &own), ("obligation", &owed)])
        .await
        .must_be(422)
        .must_say("其他单位");
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    officer.get("/desk").await.must_be(403);
    clerk.get("/board").await.must_be(403);
}

#[tokio::test]
async fn bad_input_at_the_desk_never_is_a_fault_of_ours() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let long = "长".repeat(10_000);
    for value in [
        "\0",
        " ",
        long.as_str(),
        "𠮷𬭎鿍",
        "\u{202e}",
        "-1",
        "9223372036854775808",
        "2026-02-30",
        "24:00",
        "<script>alert(1)</script>",
    ] {
        for path in ["/desk", "/desk/incident"] {
            let names = [
                "obligation",
                "uuid",
                "day",
                "class",
                "place",
                "what",
                "dead",
                "occurred",
                "measures",
                "reason",
            ];
            for name in names {
                let answer = clerk
                    .post(
                        path,
                        &[("class", "storm"), ("place", "一组"), (name, value)]
                            .iter()
                            .rev()
                            .enumerate()
                            .filter(|(at, (key, _))| *at == 0 || *key != name)
                            .map(|(_, pair)| *pair)
                            .collect::<Vec<_>>(),
                    )
                    .await;
                assert!(
                    answer.status.as_u16() < 500,
                    "{path} {name} {value:?}: {}",
                    answer.text
                );
                assert!(!answer.says("<script>alert"), "{path} {name}");
            }
        }
        let query: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        for path in [
            "/desk?unit=",
            "/desk/incident?obligation=",
            "/receipt/",
            "/slip?c=",
            "/signin?next=",
        ] {
            if query.len() < 4000 {
                let answer = clerk.get(&format!("{path}{}", query.replace('+', "%20"))).await;
                assert!(answer.status.as_u16() < 500, "{path} {value:?}: {}", answer.text);
            }
        }
    }
}

/// Gives the first address on a page that begins so.
fn link_in(page: &Answer, start: &str) -> String {
    let mut links = page
        .text
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    let found = links.find(|link| link.starts_with(start));
    found
        .unwrap_or_else(|| panic!("no link to {start}:\n{}", page.text))
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

#[tokio::test]
async fn a_client_that_says_nothing_is_let_go() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let site = site_with(&[("web.header_timeout", "300ms"), ("web.request_timeout", "700ms")]).await;
    for words in ["", "GET / HTT", "GET / HTTP/1.1\r\nhost: a\r\nx: "] {
        let mut silent = tokio::net::TcpStream::connect(site.at).await.unwrap();
        silent.write_all(words.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let ended =
            tokio::time::timeout(std::time::Duration::from_secs(3), silent.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "{words:?} held the connection");
    }
    let mut slow = tokio::net::TcpStream::connect(site.at).await.unwrap();
    let head = "POST /signin HTTP/1.1\r\nhost: a\r\nsec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\nlogin=";
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(std::time::Duration::from_secs(3), slow.read_to_end(&mut rest)).await;
    assert!(ended.is_ok());
    let text = String::from_utf8_lossy(&rest);
    assert!(
        text.starts_with("HTTP/1.1 408") && text.contains("没有收完"),
        "{text}"
    );
    site.browser().get("/healthz").await.must_be(200);
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
