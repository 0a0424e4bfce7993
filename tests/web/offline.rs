//! Reports that waited for their connection, and desks that report for several units.

use allclear::domain::access::{Actor, Role};
use allclear::domain::language::Lang;
use allclear::store::{Granted, NewAccount};

use crate::support::{Answer, Browser, local};
use crate::{asked, incident_form, signed_in, site, unit, village};

/// Sends the form of a desk's button as a queue does that kept it since an instant.
async fn sends(browser: &mut Browser, desk: &Answer, written: &str) -> Answer {
    let mut fields: Vec<(&str, String)> = ["unit", "obligation", "uuid", "day"]
        .map(|name| (name, desk.field(name)))
        .to_vec();
    fields.push(("claimed", local(written).timestamp_millis().to_string()));
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    browser.post("/desk", &fields).await
}

#[tokio::test]
async fn what_was_written_in_time_and_comes_late_waits_for_the_duty_office() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let desk = clerk.get("/desk").await;
    site.house.go_to("2026-11-25 16:30");
    let sent = sends(&mut clerk, &desk, "2026-11-25 15:11").await;
    clerk.get(sent.goes_to()).await.must_say("已按迟报记录");
    // Its answer was lost; the queue sends it again.
    let again = sends(&mut clerk, &desk, "2026-11-25 15:11").await;
    assert_eq!(again.goes_to(), "/receipt/0000-001-X?s=same");
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    officer
        .get("/board/awaiting")
        .await
        .must_say("朱家村")
        .must_say("离线填报时间 15:11");
}

#[tokio::test]
async fn a_clock_that_runs_ahead_claims_nothing() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let desk = clerk.get("/desk").await;
    site.house.go_to("2026-11-25 16:30");
    sends(&mut clerk, &desk, "2027-11-25 15:11").await.must_be(303);
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    officer
        .get("/board/awaiting")
        .await
        .must_say("没有等待确认的报送");
}

#[tokio::test]
async fn a_queue_that_empties_the_next_day_is_for_the_day_on_which_it_was_written() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let desk = clerk.get("/desk").await;
    site.house.go_to("2026-11-26 09:00");
    // Written after midnight, the old page is asked as if it had been sent at once.
    let asks = sends(&mut clerk, &desk, "2026-11-26 00:30").await;
    asks.must_be(409).must_say("昨天的晚报已关闭");
    // The round has closed since; the duty office decides on the claim.
    let sent = sends(&mut clerk, &desk, "2026-11-25 15:40").await;
    clerk
        .get(sent.goes_to())
        .await
        .must_say("2026年11月25日")
        .must_say("已按迟报记录");
}

#[tokio::test]
async fn the_question_for_the_day_keeps_the_time_of_writing() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let desk = clerk.get("/desk").await;
    site.house.go_to("2026-11-26 00:50");
    let asks = sends(&mut clerk, &desk, "2026-11-26 00:30").await;
    asks.must_be(409).must_say("补报昨天：晚报（11月25日）");
    let kept = local("2026-11-26 00:30").timestamp_millis().to_string();
    assert_eq!(asks.field("claimed"), kept);
}

#[tokio::test]
async fn an_incident_that_waited_until_its_round_was_over_is_taken() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let form = incident_form(&mut clerk).await;
    site.house.go_to("2026-11-27 09:00");
    let claimed = local("2026-11-25 23:00").timestamp_millis().to_string();
    let (unit, owed, uuid) = (form.field("unit"), form.field("obligation"), form.field("uuid"));
    let mut fields = vec![
        ("unit", unit.as_str()),
        ("obligation", &owed),
        ("uuid", &uuid),
        ("claimed", &claimed),
        ("class", "flood"),
    ];
    let wrong = clerk.post("/desk/incident", &fields).await;
    wrong.must_be(422).must_say("请填写地点");
    assert_eq!(wrong.field("claimed"), claimed, "the form carries it on");
    fields.push(("place", "三组"));
    let sent = clerk.post("/desk/incident", &fields).await;
    clerk.get(sent.goes_to()).await.must_say("有情况");
}

#[tokio::test]
async fn who_reports_for_several_units_chooses_one_and_none_is_chosen_beforehand() {
    let site = site().await;
    asked(&site).await;
    let (first, second) = (unit(&site, "朱家村").await, unit(&site, "大塘村").await);
    let new = NewAccount {
        login: "wenshu".into(),
        label: "驻村工作站".into(),
        address: None,
        language: Lang::Zh,
    };
    let granted = [first, second].map(|unit| Granted {
        role: Role::Reporter,
        unit: Some(unit),
    });
    let (service, console) = (&site.house.service, Actor::console());
    let id = service.create_account(&console, new, &granted).await.unwrap();
    let (link, _) = service.issue_link(&console, id).await.unwrap();
    let mut clerk = site.browser();
    let link = link.strip_prefix("http://127.0.0.1:8080").unwrap();
    clerk.post(link, &[]).await.must_be(303);
    let asks = clerk.get("/desk").await;
    asks.must_say("为哪个单位报送")
        .must_say("朱家村")
        .must_say("大塘村");
    assert!(!asks.says("一键上报"), "no unit can be reported for by mistake");
    clerk.post("/desk", &[]).await.must_be(404);
    clerk.get("/desk/incident").await.must_be(404);
    let desk = clerk.get(&format!("/desk?unit={second}")).await;
    desk.must_say("大塘村").must_say("一键上报");
    let sent = crate::press(&mut clerk, &desk).await;
    let back = format!("/desk?unit={second}");
    clerk.get(sent.goes_to()).await.must_say("大塘村").must_say(&back);
    // How each of them stands shows before one is chosen.
    clerk.get("/desk").await.must_say("已报").must_say("待报");
}
