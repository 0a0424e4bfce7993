//! What a clerk, an officer and a leader see of an urgent report on its way: who has it, what comes next, whom to phone.

use crate::{asked, incident_form, link_of, press, signed_in, site_with, village};
use allclear::domain::access::Role;
use chrono::TimeDelta;

use crate::support::{Answer, Browser, Site};

const LEADER: (&str, &str) = ("duty.leaders", "leader@county.example");

/// Sends an incident that is told at once.
async fn send(clerk: &mut Browser, class: &str, place: &str) -> Answer {
    let form = clerk.get("/desk/incident").await;
    let (unit, uuid) = (form.field("unit"), form.field("uuid"));
    let fields = [
        ("unit", unit.as_str()),
        ("uuid", &uuid),
        ("class", class),
        ("place", place),
    ];
    let sent = clerk.post("/desk/incident", &fields).await;
    clerk.get(sent.goes_to()).await
}

/// Lets the next round of calls come.
async fn wait(site: &Site) {
    site.house.clock.advance(TimeDelta::minutes(5));
    site.house.service.tick().await.unwrap();
}

#[tokio::test]
async fn pages_promise_more_people_only_where_there_are_more() {
    let site = site_with(&[LEADER, ("urgent.passes", "2")]).await;
    let mut clerk = village(&site, "朱家村").await;
    let receipt = send(&mut clerk, "flood", "三组").await;
    receipt
        .must_say("15:15 再次通知以上人员")
        .must_not_say("扩大范围");
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    for page in ["/alert/1", "/alerts", "/board"] {
        officer
            .get(page)
            .await
            .must_say("15:15 再次通知以上人员")
            .must_not_say("扩大范围");
    }
    officer
        .get("/alert/1")
        .await
        .must_say("立即再次通知")
        .must_not_say("马上通知下一步的人");
    wait(&site).await;
    for page in ["/alert/1", "/alerts", "/board"] {
        officer
            .get(page)
            .await
            .must_say("这是最后一次通知，15:20 仍无人签收将标红，请打电话");
    }
}

#[tokio::test]
async fn where_a_further_step_is_set_the_pages_say_that_more_people_come() {
    let steps = r#"["deputy@county.example"]"#;
    let site = site_with(&[LEADER, ("urgent.steps", steps)]).await;
    let mut clerk = village(&site, "朱家村").await;
    send(&mut clerk, "flood", "三组")
        .await
        .must_say("15:15 再次通知并扩大范围");
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    officer.get("/alert/1").await.must_say("马上通知下一步的人");
}

#[tokio::test]
async fn the_desk_says_where_each_open_incident_is_and_whether_a_leader_has_it() {
    let site = site_with(&[LEADER, ("urgent.passes", "1")]).await;
    let mut clerk = village(&site, "朱家村").await;
    send(&mut clerk, "flood", "三组河口").await;
    send(&mut clerk, "flood", "五组大坝").await;
    let desk = clerk.get("/desk").await;
    desk.must_say("洪水漫溢</strong> · 三组河口")
        .must_say("洪水漫溢</strong> · 五组大坝")
        .must_say("▲ 待签收");
    let link = link_of(&site, "lingdao", Role::Leader, "鄱阳县").await;
    let mut leader = site.browser();
    leader.post(&link, &[]).await.must_be(303);
    leader.post("/alert/1", &[]).await.must_be(303);
    wait(&site).await;
    clerk
        .get("/desk")
        .await
        .must_say("✔ 县总值班室 15:10 已阅知")
        .must_say("▲ 多次通知无人签收，请立即打电话")
        .must_say("href=\"/receipt/");
}

#[tokio::test]
async fn whoever_reads_an_urgent_report_can_phone_the_unit_from_the_page() {
    let site = site_with(&[LEADER]).await;
    let phones = "code | name | duty_post | phone
        361128101201 | 朱家村 | 村值班岗 | 0793-6211234";
    site.house.import(phones).await;
    let mut clerk = village(&site, "朱家村").await;
    send(&mut clerk, "flood", "三组").await;
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    officer
        .get("/alert/1")
        .await
        .must_say("村值班岗 <a class=\"num\" href=\"tel:07936211234\">0793-6211234</a>")
        .must_say("本单位报送");
}

#[tokio::test]
async fn an_all_clear_that_turns_into_an_incident_says_before_sending_that_leaders_are_told() {
    let site = site_with(&[LEADER]).await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    incident_form(&mut clerk).await.must_say("按情况类别和等级判断");
    let desk = clerk.get("/desk").await;
    press(&mut clerk, &desk).await.must_be(303);
    let form = incident_form(&mut clerk).await;
    form.must_say("提交后一律立即报告领导")
        .must_not_say("不紧急，不必立即报告领导");
    let names = ["unit", "obligation", "uuid", "urgent"];
    let kept = names.map(|name| (name, form.field(name)));
    let mut fields: Vec<(&str, &str)> = kept.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend([("class", "storm"), ("place", "三组")]);
    let sent = clerk.post("/desk/incident", &fields).await;
    clerk.get(sent.goes_to()).await.must_say("领导通知情况");
}

#[tokio::test]
async fn receipts_of_a_day_are_told_apart_and_a_follow_up_says_what_it_is() {
    let site = site_with(&[LEADER]).await;
    let mut clerk = village(&site, "朱家村").await;
    send(&mut clerk, "storm", "三组")
        .await
        .must_say("<p class=\"about\">大风、冰雹、雷电 · 三组</p>")
        .must_say("请回首页点“续报”");
    site.house.clock.advance(TimeDelta::minutes(11));
    let same = clerk.get("/desk").await.field("uuid");
    let sent = clerk
        .post("/desk/follow/1", &[("uuid", &same), ("same", "1")])
        .await;
    clerk
        .get(sent.goes_to())
        .await
        .must_say("已收到 · 续报")
        .must_say("大风、冰雹、雷电 · 三组");
    let form = clerk.get("/desk/follow/1").await;
    let uuid = form.field("uuid");
    let over = [
        ("uuid", uuid.as_str()),
        ("kind", "final"),
        ("class", "storm"),
        ("place", "三组"),
        ("what", "树已清走"),
    ];
    let sent = clerk.post("/desk/follow/1", &over).await;
    clerk
        .get(sent.goes_to())
        .await
        .must_say("已收到 · 终报")
        .must_say("事件办结");
}
