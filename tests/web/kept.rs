//! What was typed is not lost when somebody has to sign in before it is taken.

use crate::own::{enter, with_password};
use crate::units::upload;
use crate::{asked, link_of, press, signed_in, site, unit, village};
use allclear::domain::access::Role;
use chrono::TimeDelta;

const PASSWORD: &str = "防汛值班-0793-夜";

#[tokio::test]
async fn what_was_typed_outlives_a_sign_in_that_is_needed_in_the_middle() {
    let site = site().await;
    link_of(&site, "zhiban", Role::DutyOfficer, "鄱阳县").await;
    with_password(&site).await;
    let (mut officer, _) = enter(&site, PASSWORD).await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let desk = clerk.get("/desk").await;
    let sent = press(&mut clerk, &desk).await;
    let number = sent.goes_to().rsplit('/').next().unwrap().to_owned();
    let number = number.split('?').next().unwrap();
    let path = format!("/redact/{number}");
    site.house.clock.advance(TimeDelta::minutes(11));
    let typed = [
        ("part[]", "what"),
        ("part[]", "place"),
        ("words", "甲\n乙"),
        ("reason", "误填 \"姓名\"<b>"),
    ];
    let kept = officer.post(&path, &typed).await;
    kept.must_be(401)
        .must_say("您填写的内容已保留")
        .must_say("十分钟")
        .must_say(&format!("action=\"{path}\""))
        .must_say("name=\"part[]\" value=\"what\"")
        .must_say("name=\"part[]\" value=\"place\"")
        .must_say("value=\"甲\n乙\"")
        .must_not_say("<b>");
    // The sign-in is in another tab of the same browser, and then the form is sent again from the first.
    let fields = [
        ("login", "zhiban"),
        ("password", PASSWORD),
        ("next", "/signin/done"),
    ];
    let signed = officer.post("/signin", &fields).await;
    assert_eq!(signed.goes_to(), "/signin/done");
    officer
        .get("/signin/done")
        .await
        .must_be(200)
        .must_say("继续提交");
    officer.post(&path, &typed).await.must_be(422).must_say("甲\n乙");
    // A session that is over keeps it too, but never a password.
    site.house.clock.advance(TimeDelta::hours(29));
    officer
        .post(&path, &typed)
        .await
        .must_be(401)
        .must_say("登录已结束")
        .must_say("name=\"reason\"");
    let secret = [
        ("present", PASSWORD),
        ("new", "new-long-password"),
        ("again", "new-long-password"),
    ];
    let lost = officer.post("/me/password", &secret).await;
    lost.must_be(401).must_not_say("new-long-password");
    // What another site sent is not kept, so that nobody is made to send it.
    let mut foreign = officer.says("sec-fetch-site", "cross-site");
    foreign
        .post(&path, &typed)
        .await
        .must_be(403)
        .must_not_say("part[]");
}

#[tokio::test]
async fn what_was_typed_is_not_lost_by_another_button_or_a_fault() {
    let site = site().await;
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    let county = unit(&site, "鄱阳县").await.to_string();
    let typed = [("unit", county.as_str()), ("note", "昌江水位上涨"), ("take", "1")];
    let taken = officer.post("/handover", &typed).await;
    officer
        .get(taken.goes_to())
        .await
        .must_say("昌江水位上涨")
        .must_say("已接班");
    let link = link_of(&site, "xitong", Role::SystemAdministrator, "").await;
    let mut system = site.browser();
    system.post(&link, &[]).await.must_be(303);
    let pasted = "名称,类别\n新村,什么\n";
    let page = upload(&mut system, "/admin/import", &[("text", pasted.as_bytes())]).await;
    page.must_be(422).must_say("\n名称,类别\n新村,什么");
}
