//! Sending under stress: the class decides, the page says whom it reached, and when to phone.

use crate::{asked, link_of, signed_in, site, site_with, village};
use allclear::domain::access::Role;
use chrono::TimeDelta;

use crate::support::{Answer, Browser};

/// Sends the least that can be sent: a class and a place, and what else is given.
async fn send(clerk: &mut Browser, class: &str, more: &[(&str, &str)]) -> Answer {
    let form = clerk.get("/desk/incident").await;
    let (unit, uuid) = (form.field("unit"), form.field("uuid"));
    let least = [
        ("unit", unit.as_str()),
        ("uuid", uuid.as_str()),
        ("class", class),
        ("place", "三组"),
    ];
    let sent = clerk.post("/desk/incident", &[&least[..], more].concat()).await;
    clerk.get(sent.goes_to()).await
}

#[tokio::test]
async fn class_or_severity_tells_leaders_from_a_unit_that_owes_nothing() {
    let site = site_with(&[("duty.leaders", "leader@county.example")]).await;
    let mut clerk = village(&site, "朱家村").await;
    send(&mut clerk, "flash_flood", &[])
        .await
        .must_say("领导通知情况");
    let more = [("severity", "iii"), ("dead", "")];
    let grave = send(&mut clerk, "waterlogging", &more).await;
    grave.must_say("领导通知情况");
    send(&mut clerk, "waterlogging", &[("severity", "iv")])
        .await
        .must_not_say("领导通知情况");
    // Whoever reports can choose otherwise, both ways.
    send(&mut clerk, "flood", &[("urgent", "0")])
        .await
        .must_not_say("领导通知情况");
    send(&mut clerk, "storm", &[("urgent", "1")])
        .await
        .must_say("领导通知情况");
    let form = clerk.get("/desk/incident").await;
    form.must_say("data-urgent").must_say("按情况类别和等级判断");
}

#[tokio::test]
async fn after_a_minute_without_a_letter_accepted_the_page_says_whom_to_phone() {
    let flags = [
        ("duty.leaders", "leader@county.example"),
        ("mail.host", "127.0.0.1"),
        ("mail.port", "1"),
        ("mail.tls", "plain"),
        ("mail.from_address", "duty@county.example"),
    ];
    let site = site_with(&flags).await;
    let mut clerk = village(&site, "朱家村").await;
    let form = clerk.get("/desk/incident").await;
    let (unit, uuid) = (form.field("unit"), form.field("uuid"));
    let fields = [
        ("unit", unit.as_str()),
        ("uuid", &uuid),
        ("class", "flood"),
        ("place", "三组"),
    ];
    let sent = clerk.post("/desk/incident", &fields).await;
    let path = sent.goes_to().to_owned();
    let phone = "邮件还没有送出，请立即打电话给值班室";
    clerk.get(&path).await.must_not_say(phone);
    site.house.clock.advance(TimeDelta::milliseconds(59_999));
    clerk.get(&path).await.must_not_say(phone);
    site.house.clock.advance(TimeDelta::milliseconds(1));
    clerk
        .get(&path)
        .await
        .must_say(phone)
        .must_say("class=\"emergency huge\" href=\"tel:07936210000\"");
    let unanswered = "还没有人签收，请打电话给值班室";
    clerk
        .get("/desk")
        .await
        .must_say(unanswered)
        .must_say("tel:07936210000");
    // It stands there once, with the way to follow it up.
    let desk = clerk.get("/desk").await;
    for words in [
        "洪水漫溢</strong>",
        "领导通知情况",
        "/desk/follow/1\" data-report",
    ] {
        assert_eq!(desk.text.matches(words).count(), 1, "{words}: {}", desk.text);
    }
    // Whoever is to acknowledge it may phone the unit and the duty office.
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    let alert = officer.get("/alert/1").await;
    let (_, content) = alert.text.split_once("<main").unwrap();
    let (content, _) = content.split_once("</main>").unwrap();
    assert!(
        content.contains("href=\"tel:07936210000\">0793-6210000</a>"),
        "{content}"
    );
    // Somebody has it: nobody need phone.
    let link = link_of(&site, "lingdao", Role::Leader, "鄱阳县").await;
    let mut leader = site.browser();
    leader.post(&link, &[]).await.must_be(303);
    leader.post("/alert/1", &[]).await.must_be(303);
    clerk.get(&path).await.must_not_say(phone);
    clerk.get("/desk").await.must_not_say(unanswered);
}

#[tokio::test]
async fn without_a_mail_server_the_page_says_so_at_once() {
    let site = site_with(&[("duty.leaders", "leader@county.example")]).await;
    let mut clerk = village(&site, "朱家村").await;
    send(&mut clerk, "flood", &[])
        .await
        .must_say("请立即打电话给值班室");
}

#[tokio::test]
async fn a_village_with_nobody_to_tell_and_no_period_is_told_to_phone_and_the_board_is_red() {
    let site = site().await;
    let mut clerk = village(&site, "朱家村").await;
    send(&mut clerk, "flood", &[])
        .await
        .must_say("没有可通知的领导邮箱")
        .must_say("tel:07936210000");
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    let board = officer.get("/board").await;
    board
        .must_say("谢家滩镇 · 朱家村")
        .must_say("is-red")
        .must_say("没有可通知的领导邮箱")
        .must_say("未结束的事件");
    officer.get("/alert/1").await.must_say("没有可通知的领导邮箱");
}

#[tokio::test]
async fn the_office_enters_an_incident_outside_every_round_and_judges_an_all_clear() {
    let site = site_with(&[("duty.leaders", "leader@county.example")]).await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let desk = clerk.get("/desk").await;
    crate::press(&mut clerk, &desk).await.must_be(303);
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    let found = officer.get("/incident/new?q=%E6%9C%B1%E5%AE%B6").await;
    let form = officer.get(&crate::link_in(&found, "/incident/new?unit=")).await;
    form.must_be(200).must_say("谢家滩镇 · 朱家村");
    let (unit, uuid) = (form.field("unit"), form.field("uuid"));
    let base = [("unit", unit.as_str()), ("uuid", &uuid), ("how", "phone")];
    let caller = [("caller_post", "村民小组长"), ("called_at", "2026-11-25T15:05")];
    let said = [("class", "landslide"), ("place", "")];
    officer
        .post("/incident/new", &[&base[..], &caller[..], &said[..]].concat())
        .await
        .must_be(422)
        .must_say("请填写地点")
        .must_say("村民小组长");
    let said = [("class", "landslide"), ("place", "后山")];
    let sent = officer
        .post("/incident/new", &[&base[..], &caller[..], &said[..]].concat())
        .await;
    let story = officer.get(sent.goes_to()).await;
    story
        .must_be(200)
        .must_say("后山")
        .must_say("村民小组长")
        .must_say("防二次滑坡");
    officer
        .get(&format!("/board/unit/{unit}"))
        .await
        .must_say("/incident/1")
        .must_say("未办结的事件");
    judge(&mut officer, &story, &unit).await;
    clerk.get("/desk").await.must_say("漏报");
    // Another county's officer finds neither the unit nor the report.
    officer.get("/incident/new?unit=999").await.must_be(404);
    officer.get("/board/find?o=999").await.must_be(404);
}

/// The unit had said all clear: the office links it, and a person judges.
async fn judge(officer: &mut Browser, story: &Answer, unit: &str) {
    let clear = story
        .text
        .split("id=\"check_in\"")
        .nth(1)
        .and_then(|rest| rest.split("value=\"").nth(1))
        .and_then(|rest| rest.split('"').next())
        .unwrap()
        .to_owned();
    let link = [
        ("act", "link"),
        ("check_in", clear.as_str()),
        ("reason", "群众反映"),
    ];
    officer.post("/incident/1", &link).await.must_be(303);
    let story = officer.get("/incident/1").await;
    let judge = crate::link_in(&story, "/board/find?o=");
    let form = officer.get(&judge).await;
    form.must_be(200).must_say("value=\"omitted\" checked");
    let owed = form.field("o");
    let found = [("o", owed.as_str()), ("back", "/incident/1")];
    officer
        .post("/board/find", &found)
        .await
        .must_be(422)
        .must_say("请选择认定的类型");
    let omitted = [("kind", "omitted"), ("note", " ")];
    officer
        .post("/board/find", &[&found[..], &omitted[..]].concat())
        .await
        .must_be(422);
    let omitted = [("kind", "omitted"), ("note", "滑坡发生在报平安之前")];
    let done = officer
        .post("/board/find", &[&found[..], &omitted[..]].concat())
        .await;
    assert!(done.goes_to().starts_with("/incident/1"));
    officer
        .get(&format!("/board/unit/{unit}"))
        .await
        .must_say("漏报")
        .must_say("滑坡发生在报平安之前");
}

#[tokio::test]
async fn who_reports_all_clear_beside_an_urgent_report_is_told_and_not_stopped() {
    let site = site_with(&[("duty.leaders", "leader@county.example")]).await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let said = "15:10 报送过紧急情况（洪水漫溢），仍未结束";
    let desk = clerk.get("/desk").await;
    desk.must_not_say(said);
    let unit = desk.field("unit");
    let uuid = clerk.get("/desk/incident").await.field("uuid");
    let fields = [
        ("unit", unit.as_str()),
        ("uuid", &uuid),
        ("class", "flood"),
        ("place", "三组"),
    ];
    clerk.post("/desk/incident", &fields).await.must_be(303);
    let desk = clerk.get("/desk").await;
    desk.must_say(&format!("本单位 {said}"));
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    let (id, other) = (
        desk.field("obligation"),
        village(&site, "大塘村").await.get("/desk").await,
    );
    let enter = officer.get(&format!("/board/enter?o={id}")).await;
    enter.must_say(&format!("该单位 {said}"));
    let other = other.field("obligation");
    officer
        .get(&format!("/board/enter?o={other}"))
        .await
        .must_not_say(said);
    let call = [
        ("o", id.as_str()),
        ("uuid", &enter.field("uuid")),
        ("how", "phone"),
        ("said", "all_clear"),
        ("caller_post", "村值班员"),
        ("called_at", "2026-11-25T15:09"),
    ];
    let entered = officer.post("/board/enter", &call).await;
    assert!(entered.must_be(303).goes_to().contains("notice=entered"));
}

#[tokio::test]
async fn a_finding_names_its_incident_at_the_desk_and_the_reply_stands_below_it() {
    let site = site_with(&[("duty.leaders", "leader@county.example")]).await;
    let mut clerk = village(&site, "朱家村").await;
    send(&mut clerk, "flood", &[]).await.must_be(200);
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    let found = [("act", "find"), ("kind", "late"), ("reason", "获知后才报告")];
    officer.post("/incident/1", &found).await.must_be(303);
    clerk.get("/desk").await.must_say(
        "事件 1 · <strong>县总值班室 认定：迟报</strong> 获知后才报告 <span class=\"muted num\">15:10</span>",
    );
    clerk
        .post("/desk/found/1", &[("words", "停电")])
        .await
        .must_be(303);
    clerk.get("/desk").await.must_say("单位说明：停电");
}
