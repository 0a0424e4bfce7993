//! Periods by page: looked at before they are declared, extended, changed and stopped; drills, and the mail relay.

use allclear::domain::access::Role;
use allclear::domain::period::Period;
use chrono::TimeDelta;

use crate::support::{Answer, Browser, Fresh, House, Site, local, on_both};
use crate::{COUNTY, NOW, press, signed_in, site_with, village};

async fn county(db: &Fresh) -> Site {
    let flags = [
        ("web.plain_http", "true"),
        ("duty.leaders", "leader@county.example"),
    ];
    let house = House::at(db, NOW, &flags).await;
    house.import(COUNTY).await;
    Site::open(house).await
}

/// What an officer types for an evening report of all villages, with some fields otherwise.
pub(crate) fn typed<'a>(otherwise: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        ("name", "冬春火灾防控"),
        ("basis", "鄱应急〔2026〕18号"),
        ("level", "III"),
        ("starts", ""),
        ("ends", "2026-12-25T00:00"),
        ("scope", "鄱阳县"),
        ("kinds[]", "village"),
        ("except", ""),
        ("r0_label", "晚报"),
        ("r0_opens_day", "0"),
        ("r0_opens", "14:00"),
        ("r0_due_day", "0"),
        ("r0_due", "16:00"),
        ("r0_closes_day", "0"),
        ("r0_closes", "20:00"),
        ("r0_grace", "10"),
        ("r0_days", "every_day"),
        ("r0_roll_up", "0"),
        ("s0_minutes", "30"),
        ("s0_when", "before"),
        ("s0_whom", "reporters"),
        ("s1_minutes", "60"),
        ("s1_when", "after"),
        ("s1_whom", "on_duty"),
        ("act", "preview"),
    ];
    for (name, value) in otherwise {
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some(field) => field.1 = value,
            None => fields.push((name, value)),
        }
    }
    fields
}

async fn sends(browser: &mut Browser, otherwise: &[(&str, &str)]) -> Answer {
    browser.post("/admin/periods/new", &typed(otherwise)).await
}

async fn declared(site: &Site) -> Vec<Period> {
    let mut conn = site.house.service.store.read().await.unwrap();
    conn.periods_ending_after(local("2020-01-01 00:00"))
        .await
        .unwrap()
}

on_both!(a_period_is_looked_at_before_it_is_declared, |db| async move {
    let site = county(db).await;
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    officer
        .get("/admin/periods")
        .await
        .must_be(200)
        .must_say("还没有专项期");
    let blank = officer.get("/admin/periods/new").await;
    blank
        .must_be(200)
        .must_say(">鄱阳县</textarea>")
        .must_say("value=\"晚报\"");
    let wrong = [
        ("name", " "),
        ("ends", "someday"),
        ("scope", "某村\n鄱阳县"),
        ("r0_closes", "16:05"),
        ("s1_whom", "user"),
    ];
    let faulty = sends(&mut officer, &wrong).await;
    faulty
        .must_be(422)
        .must_say("<a href=\"#name\">")
        .must_say("<a href=\"#ends\">")
        .must_say("没有找到“某村”")
        .must_say("<a href=\"#r0_closes\">")
        .must_say("<a href=\"#s1_minutes\">")
        .must_say("value=\"鄱应急〔2026〕18号\"");
    let preview = sends(&mut officer, &[]).await;
    preview
        .must_be(200)
        .must_say("2 个单位自己报送")
        .must_say("如果 11月25日 晚报（16:00 截止）无人报送")
        .must_say("提醒报送员")
        .must_say("2 个单位这一步没有可用邮箱")
        .must_say("17:00</strong>")
        .must_say("1 封邮件");
    assert!(declared(&site).await.is_empty(), "a preview changes nothing");
    let back = sends(&mut officer, &[("act", "edit")]).await;
    back.must_be(200).must_say("value=\"冬春火灾防控\"");
    let more = sends(&mut officer, &[("act", "more")]).await;
    more.must_be(200).must_say("id=\"r1_due\"");
    let done = sends(&mut officer, &[("act", "declare")]).await;
    let page = done.goes_to().to_owned();
    officer
        .get(&page)
        .await
        .must_be(200)
        .must_say("专项期已设立")
        .must_say("进行中")
        .must_say("16:00 截止");
    let periods = declared(&site).await;
    assert_eq!(periods[0].rules.len(), 1);
    officer.get("/admin/periods").await.must_say("冬春火灾防控");
});

on_both!(
    a_period_is_extended_changed_and_stopped_by_pages,
    |db| async move {
        let site = county(db).await;
        let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
        sends(&mut officer, &[("act", "declare")]).await.must_be(303);
        let period = declared(&site).await.remove(0);
        let here = format!("/admin/periods/{}", period.id);
        let extend = |ends: &'static str, reason: &'static str| [("ends", ends), ("reason", reason)];
        let at = format!("{here}/extend");
        officer
            .post(&at, &extend("2026-12-31T00:00", ""))
            .await
            .must_be(422)
            .must_say("<a href=\"#reason\">")
            .must_say("value=\"2026-12-31T00:00\"");
        officer
            .post(&at, &extend("2026-12-01T00:00", "早"))
            .await
            .must_be(422)
            .must_say("须晚于");
        let done = officer
            .post(&at, &extend("2026-12-31T00:00", "鄱应急〔2026〕21号"))
            .await;
        officer.get(done.goes_to()).await.must_say("2026年12月31日 00:00");

        let rule = period.rules[0].id.to_string();
        let form = officer.get(&format!("{here}/rule?rule={rule}")).await;
        form.must_be(200).must_say("value=\"2026-11-26\"");
        let mut fields = typed(&[
            ("act", "save"),
            ("rule", &rule),
            ("r0_due", "17:00"),
            ("from", "2026-11-25"),
        ]);
        let at = format!("{here}/rule");
        officer
            .post(&at, &fields)
            .await
            .must_be(422)
            .must_say("最早可从 2026-11-26")
            .must_say("value=\"17:00\"");
        fields.retain(|(name, _)| *name != "from");
        fields.push(("from", "2026-11-27"));
        // A look at what would come of it changes nothing, and the form comes back with what was typed.
        let seen = officer.post(&at, &acting("look", &fields)).await;
        seen.must_be(200)
            .must_say("确认修改")
            .must_say("11月27日")
            .must_say("17:00")
            .must_say("name=\"r0_due\" value=\"17:00\"");
        assert_eq!(declared(&site).await[0].rules.len(), 1);
        officer
            .post(&at, &acting("edit", &fields))
            .await
            .must_be(200)
            .must_say("value=\"17:00\"");
        officer.post(&at, &fields).await.must_be(303);
        officer
            .get(&here)
            .await
            .must_say("17:00 截止")
            .must_say("11月27日 起")
            .must_say("11月27日 起停用");
        let mut fields = typed(&[
            ("rule", "0"),
            ("r0_label", "早报"),
            ("r0_opens", "8:00"),
            ("r0_due", "10:00"),
        ]);
        fields.push(("from", "2026-11-26"));
        officer.post(&at, &fields).await.must_be(303);
        officer.get(&here).await.must_say("早报");
        let early = declared(&site).await[0].rules.last().unwrap().id.to_string();
        let fields = [("rule", early.as_str()), ("act", "end"), ("from", "2026-11-28")];
        let ends = [
            ("rule", early.as_str()),
            ("act", "look_end"),
            ("from", "2026-11-28"),
        ];
        officer.post(&at, &ends).await.must_be(200).must_say("停用");
        assert!(declared(&site).await[0].rules.last().unwrap().until.is_none());
        officer.post(&at, &fields).await.must_be(303);
        officer.get(&here).await.must_say("11月28日 起停用");

        officer
            .get(&format!("{here}/stop"))
            .await
            .must_be(200)
            .must_say("仍须报送");
        let at = format!("{here}/stop");
        officer.post(&at, &[("reason", "")]).await.must_be(422);
        officer.post(&at, &[("reason", "火险解除")]).await.must_be(303);
        officer.get("/admin/periods").await.must_say("已提前结束");
        officer.get(&format!("{here}/rule")).await.must_be(404);
    }
);

#[tokio::test]
async fn nobody_asks_units_that_are_not_his_and_stopping_wants_a_fresh_sign_in() {
    let site = site_with(&[]).await;
    let mut officer = signed_in(&site, Role::DutyOfficer, "谢家滩镇").await;
    sends(&mut officer, &[]).await.must_be(422).must_say("不归您管辖");
    sends(&mut officer, &[("scope", "谢家滩镇"), ("act", "declare")])
        .await
        .must_be(303);
    let id = declared(&site).await[0].id;
    site.house.clock.advance(TimeDelta::minutes(11));
    officer
        .get(&format!("/admin/periods/{id}/stop"))
        .await
        .must_say("身份确认已超过");
    let asked = officer
        .post(&format!("/admin/periods/{id}/stop"), &[("reason", "试")])
        .await;
    asked
        .must_be(401)
        .must_say("十分钟内登录过")
        .must_say("name=\"reason\" value=\"试\"");
    assert_eq!(declared(&site).await[0].stopped, None);
}

#[tokio::test]
async fn every_page_of_a_drill_bears_its_watermark_and_nothing_of_it_counts() {
    let site = site_with(&[]).await;
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    let mark = "data-drill=\"演练\"";
    sends(&mut officer, &[("drill", "1")])
        .await
        .must_be(200)
        .must_say(mark);
    sends(&mut officer, &[("drill", "1"), ("act", "declare")])
        .await
        .must_be(303);
    site.house.service.tick().await.unwrap();
    let mut village = village(&site, "朱家村").await;
    let desk = village.get("/desk").await;
    desk.must_say(mark).must_say("本月共要求报送 0 次");
    let sent = press(&mut village, &desk).await;
    village
        .get(sent.goes_to())
        .await
        .must_say(mark)
        .must_say("不计入统计");
    officer.get("/board").await.must_say(mark);
    officer
        .get("/admin")
        .await
        .must_say("还没有进行中的专项期")
        .must_not_say(mark);
    // A real round beside it is never covered.
    sends(&mut officer, &[("act", "declare")]).await.must_be(303);
    site.house.service.tick().await.unwrap();
    village
        .get("/desk")
        .await
        .must_not_say(mark)
        .must_say("演练，不计入统计");
    officer
        .get("/board")
        .await
        .must_not_say(mark)
        .must_say("演练 · 晚报");
}

#[tokio::test]
async fn the_question_for_the_day_bears_the_watermark_while_all_of_it_is_a_drill() {
    let site = site_with(&[]).await;
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    let mark = "data-drill=\"演练\"";
    let night = [
        ("drill", "1"),
        ("act", "declare"),
        ("r0_closes_day", "1"),
        ("r0_closes", "02:00"),
    ];
    sends(&mut officer, &night).await.must_be(303);
    site.house.service.tick().await.unwrap();
    let mut clerk = village(&site, "朱家村").await;
    let old = clerk.get("/desk").await;
    let mut other = village(&site, "大塘村").await;
    let others = other.get("/desk").await;
    site.house.go_to("2026-11-26 00:30");
    press(&mut clerk, &old)
        .await
        .must_be(409)
        .must_say("补报昨天：晚报（11月25日）")
        .must_say(mark);
    // What is real of the new day is asked for without it.
    site.house.go_to("2026-11-26 15:00");
    crate::asked(&site).await;
    press(&mut other, &others)
        .await
        .must_be(409)
        .must_say("报今天：晚报")
        .must_not_say(mark);
}

#[tokio::test]
async fn the_relay_is_shown_without_its_secret_and_tested() {
    let site = site_with(&[]).await;
    let mut system = crate::admin::administrator(&site, "xitong", Role::SystemAdministrator).await;
    system
        .get("/admin/mail")
        .await
        .must_be(200)
        .must_say("还没有设置发信服务器");
    system
        .post("/admin/mail", &[("address", "it@county.example")])
        .await
        .must_be(422);
    let site = site_with(&[
        ("mail.host", "relay.county.example"),
        ("mail.login", "duty"),
        ("mail.password", "not-to-be-shown"),
        ("mail.from_address", "duty@county.example"),
    ])
    .await;
    let mut system = crate::admin::administrator(&site, "xitong", Role::SystemAdministrator).await;
    let page = system.get("/admin/mail").await;
    page.must_say("relay.county.example")
        .must_say("已设置（不显示）")
        .must_not_say("not-to-be-shown");
    system
        .post("/admin/mail", &[("address", "it")])
        .await
        .must_be(422)
        .must_say("value=\"it\"");
    let sent = system
        .post("/admin/mail", &[("address", "it@county.example")])
        .await;
    let test = sent.goes_to().to_owned();
    assert!(test.starts_with("/admin/mail?test="), "{test}");
    system
        .get(&test)
        .await
        .must_say("正在发送")
        .must_say("http-equiv=\"refresh\"");
    system.get("/admin/mail?test=999").await.must_be(404);
    system
        .get("/admin/classes")
        .await
        .must_be(200)
        .must_say("获知到首报")
        .must_say("山洪");
}

/// Gives the fields of a form with another button pressed.
fn acting<'a>(act: &'a str, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let others = fields.iter().copied().filter(|(name, _)| *name != "act");
    others.chain([("act", act)]).collect()
}
