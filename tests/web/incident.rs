//! Reports of incidents from the desk.

use crate::{asked, incident_form, link_in, site, site_with, village};
use chrono::TimeDelta;

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
        .must_say("有 4 处需要修改")
        .must_say("href=\"#class\"")
        .must_say("href=\"#place\"")
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
