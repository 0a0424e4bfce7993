//! The list of incident classes: the system administrator changes it by page, and every form and report takes it so.

use allclear::domain::access::Role;

use crate::support::{Browser, Site};
use crate::{asked, incident_form, link_of, site, village};

async fn with_role(site: &Site, login: &str, role: Role, over: &str) -> Browser {
    let mut browser = site.browser();
    let link = link_of(site, login, role, over).await;
    browser.post(&link, &[]).await.must_be(303);
    browser
}

/// Sends one change of the list as it is shown now.
async fn change(browser: &mut Browser, fields: &[(&str, &str)]) {
    let seen = browser.get("/admin/classes").await.field("seen");
    let mut all = vec![("seen", seen.as_str())];
    all.extend(fields);
    let sent = browser.post("/admin/classes/edit", &all).await;
    assert_eq!(sent.must_be(303).goes_to(), "/admin/classes?notice=class");
}

#[tokio::test]
async fn a_class_that_is_added_is_chosen_and_makes_a_report_urgent() {
    let site = site().await;
    asked(&site).await;
    let mut system = with_role(&site, "xitong", Role::SystemAdministrator, "").await;
    system
        .get("/admin/classes/edit?group=accident")
        .await
        .must_be(200)
        .must_say("大类");
    let new = [
        ("act", "add"),
        ("group", "accident"),
        ("zh", " 电梯故障 "),
        ("en", "Lift fault"),
        ("code", "lift_fault"),
        ("urgent", "1"),
    ];
    change(&mut system, &new).await;
    let mut clerk = village(&site, "朱家村").await;
    let form = incident_form(&mut clerk).await;
    form.must_say("电梯故障");
    let owed = ["unit", "obligation", "uuid"].map(|name| (name, form.field(name)));
    let mut fields: Vec<(&str, &str)> = owed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend([("class", "lift_fault"), ("place", "三组"), ("urgent", "")]);
    let sent = clerk.post("/desk/incident", &fields).await;
    clerk.get(sent.goes_to()).await.must_be(200).must_say("紧急");
    // Another name is read at once, also for what was reported before.
    let other = [
        ("act", "change"),
        ("code", "lift_fault"),
        ("zh", "电梯故障或爆炸"),
        ("en", "Lift fault or explosion"),
    ];
    change(&mut system, &other).await;
    clerk.get("/desk").await.must_say("电梯故障或爆炸");
    let mut auditor = with_role(&site, "shenji", Role::Auditor, "").await;
    auditor
        .get("/audit")
        .await
        .must_say("修改情况类别")
        .must_say("电梯故障或爆炸");
}

#[tokio::test]
async fn a_class_that_is_retired_is_not_offered_and_what_was_reported_keeps_it() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let form = incident_form(&mut clerk).await;
    let owed = ["unit", "obligation", "uuid"].map(|name| (name, form.field(name)));
    let mut fields: Vec<(&str, &str)> = owed.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend([("class", "flash_flood"), ("place", "三组")]);
    let mut system = with_role(&site, "xitong", Role::SystemAdministrator, "").await;
    change(&mut system, &[("act", "retire"), ("code", "flash_flood")]).await;
    system.get("/admin/classes").await.must_say("已停用");
    let mut other = village(&site, "大塘村").await;
    let offered = incident_form(&mut other).await;
    assert!(!offered.says("value=\"flash_flood\""));
    // A form that was open, or waited for a connection, is taken all the same.
    clerk.post("/desk/incident", &fields).await.must_be(303);
    let again = clerk.get("/desk/follow/1").await;
    again.must_be(200).must_say("value=\"flash_flood\"");
    change(&mut system, &[("act", "offer"), ("code", "flash_flood")]).await;
    incident_form(&mut other).await.must_say("value=\"flash_flood\"");
}

#[tokio::test]
async fn order_and_urgent_severities_change_and_two_at_once_do_not_undo_each_other() {
    let site = site().await;
    let mut system = with_role(&site, "xitong", Role::SystemAdministrator, "").await;
    let place = |text: &str, code: &str| text.find(&format!("code={code}")).unwrap();
    let before = system.get("/admin/classes").await;
    assert!(place(&before.text, "waterlogging") > place(&before.text, "flash_flood"));
    change(&mut system, &[("act", "up"), ("code", "waterlogging")]).await;
    let after = system.get("/admin/classes").await;
    assert!(place(&after.text, "waterlogging") < place(&after.text, "flash_flood"));
    change(&mut system, &[("act", "grave"), ("severity[]", "iv")]).await;
    assert!(
        site.house
            .service
            .classes()
            .is_grave(allclear::domain::incident::Severity::IV)
    );
    assert!(
        !site
            .house
            .service
            .classes()
            .is_grave(allclear::domain::incident::Severity::I)
    );
    // A page from before the change is told to look again.
    let stale = [("seen", "1"), ("act", "down"), ("code", "flood")];
    system
        .post("/admin/classes/edit", &stale)
        .await
        .must_be(422)
        .must_say("刚被别人改过");
    let odd =
        |fields: [(&'static str, &'static str); 4]| [&[("seen", "3"), ("act", "add")][..], &fields].concat();
    let code = odd([
        ("group", "accident"),
        ("zh", "火"),
        ("en", "Fire"),
        ("code", "Fire 1"),
    ]);
    system
        .post("/admin/classes/edit", &code)
        .await
        .must_be(422)
        .must_say("小写字母")
        .must_say("value=\"火\"");
    let name = odd([("group", "accident"), ("zh", "火"), ("en", " "), ("code", "")]);
    system
        .post("/admin/classes/edit", &name)
        .await
        .must_be(422)
        .must_say("请填写中文和英文名称");
}

#[tokio::test]
async fn who_does_not_keep_the_settings_only_looks_at_the_list() {
    let site = site().await;
    let mut officer = with_role(&site, "zhiban", Role::DutyOfficer, "鄱阳县").await;
    let shown = officer.get("/admin/classes").await;
    shown.must_be(200).must_say("山洪");
    assert!(!shown.says("/admin/classes/edit"));
    officer
        .post(
            "/admin/classes/edit",
            &[("seen", "1"), ("act", "retire"), ("code", "flood")],
        )
        .await
        .must_be(403);
}
