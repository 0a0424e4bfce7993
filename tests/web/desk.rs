//! A village's day at its desk, without a browser.

use crate::{asked, incident_form, link_in, link_of, press, signed_in, site, village};
use allclear::domain::access::Role;

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
async fn a_page_of_yesterday_asks_for_which_day_it_is() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let old = clerk.get("/desk").await;
    site.house.go_to("2026-11-26 00:30");
    let asks = press(&mut clerk, &old).await;
    asks.must_be(409).must_say("补报昨天：晚报（11月25日）");
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
async fn who_reports_for_a_unit_with_others_beneath_finds_them_from_anywhere() {
    let site = site().await;
    for (login, over, leads) in [("zhen", "谢家滩镇", true), ("cun", "朱家村", false)] {
        let mut head = site.browser();
        let link = link_of(&site, login, Role::Head, over).await;
        head.post(&link, &[]).await.must_be(303);
        let page = head.get("/board").await;
        assert_eq!(page.says("<a href=\"/township\""), leads, "{over}");
    }
}

#[tokio::test]
async fn without_a_round_the_desk_says_when_the_next_one_is() {
    let site = site().await;
    let mut clerk = village(&site, "朱家村").await;
    clerk
        .get("/desk")
        .await
        .must_say("现在没有需要报送的场次")
        .must_say("未来三天没有安排场次");
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
async fn a_village_page_with_all_that_it_loads_is_light() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let desk = clerk.get("/desk").await;
    let form = incident_form(&mut clerk).await;
    let mut packed = clerk.says("accept-encoding", "gzip");
    let mut weight = 0;
    for at in form.text.split('"').filter(|part| part.starts_with("/assets/")) {
        weight += packed.get(at).await.must_be(200).bytes;
    }
    for at in ["/desk", &link_in(&desk, "/desk/incident")] {
        let page = packed.get(at).await;
        assert_eq!(page.header("content-encoding"), "gzip");
        assert!(
            page.bytes + weight <= 30 * 1024,
            "{at}: {} and {weight} bytes",
            page.bytes
        );
    }
}
