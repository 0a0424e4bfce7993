//! Plans: shown where it matters, ticked, and changed by the administrator.

use crate::{asked, link_of, signed_in, site, village};
use allclear::domain::access::Role;

#[tokio::test]
async fn a_clerk_sees_what_to_do_before_and_after_sending_without_a_script() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let form = clerk.get("/desk/incident").await;
    form.must_be(200).must_not_say("应急预案要点 <span");
    let (unit, uuid) = (form.field("unit"), form.field("uuid"));
    let base = [
        ("unit", unit.as_str()),
        ("uuid", &uuid),
        ("class", "flash_flood"),
        ("place", "三组"),
    ];
    let look = clerk
        .post("/desk/incident", &[&base[..], &[("look", "1")]].concat())
        .await;
    look.must_be(200)
        .must_say("不顺沟跑")
        .must_say("15 分钟内")
        .must_say("value=\"三组\"");
    assert_eq!(look.field("uuid"), uuid, "nothing was sent");
    // What a script asks for when a class is chosen.
    let card = clerk.get("/desk/plan?class=dispute&severity=iv").await;
    card.must_be(200)
        .must_say("书面告知是否受理")
        .must_say("15 天内")
        .must_not_say("<html");
    clerk.get("/desk/plan?class=ufo").await.must_be(204);
    let sent = clerk.post("/desk/incident", &base).await;
    let receipt = clerk.get(sent.goes_to()).await;
    receipt
        .must_say("不顺沟跑")
        .must_say("前</span>")
        .must_say("/desk/plan/1");
    let plan = receipt.field("plan");
    let tick = [("plan", plan.as_str()), ("step", "0"), ("done", "1")];
    let back = clerk.post("/desk/plan/1", &tick).await;
    assert_eq!(back.goes_to(), "/desk/follow/1#plan");
    clerk.get("/desk/follow/1").await.must_say("class=\"done\"");
    // Another village cannot tick it.
    let mut other = village(&site, "大塘村").await;
    other.post("/desk/plan/1", &tick).await.must_be(404);
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    let story = officer.get("/incident/1").await;
    story.must_be(200).must_say("完成：用广播");
    let untick = [
        ("act", "tick"),
        ("plan", plan.as_str()),
        ("step", "0"),
        ("done", "0"),
    ];
    officer.post("/incident/1", &untick).await.must_be(303);
    officer.post("/incident/1", &untick).await.must_be(303);
    let story = officer.get("/incident/1").await;
    story.must_say("撤销完成").must_not_say("class=\"done\"");
    let odd = [("act", "tick"), ("plan", plan.as_str()), ("step", "77")];
    officer.post("/incident/1", &odd).await.must_be(404);
}

#[tokio::test]
async fn an_administrator_changes_a_plan_and_every_version_stays() {
    let site = site().await;
    let mut admin = signed_in(&site, Role::SystemAdministrator, "").await;
    admin
        .get("/plans")
        .await
        .must_be(200)
        .must_say("矛盾纠纷")
        .must_say("程序自带");
    let form = admin.get("/plan/edit?class=dispute&severity=").await;
    form.must_be(200).must_say("[60d]");
    let of = [("class", "dispute"), ("severity", ""), ("seen", "1")];
    let bad = [("zh", "- [明天] 答复"), ("en", "")];
    admin
        .post("/plan/edit", &[&of[..], &bad[..]].concat())
        .await
        .must_be(422)
        .must_say("第 1 步的时限看不懂")
        .must_say("[明天] 答复");
    let good = [("zh", "- [7d] 书面答复"), ("en", "- [7d] Answer in writing")];
    let done = admin.post("/plan/edit", &[&of[..], &good[..]].concat()).await;
    admin.get(done.goes_to()).await.must_say("预案已保存");
    // Two who change it at once: the second looks first.
    let late = admin
        .post("/plan/edit", &[&of[..], &bad[..1], &[("en", "")]].concat())
        .await;
    late.must_be(422);
    let late = [("zh", "- [8d] 答复"), ("en", "")];
    admin
        .post("/plan/edit", &[&of[..], &late[..]].concat())
        .await
        .must_be(422)
        .must_say("刚被别人改过");
    let one = admin.get("/plan?class=dispute&severity=").await;
    one.must_be(200)
        .must_say("7 天内")
        .must_say("第 1 版")
        .must_say("[60d]");
    // Withdrawn, the general plan counts again.
    let gone = [
        ("class", "dispute"),
        ("severity", ""),
        ("seen", "2"),
        ("zh", ""),
        ("en", ""),
    ];
    admin.post("/plan/edit", &gone).await.must_be(303);
    let card = admin.get("/plan/of?class=dispute").await;
    card.must_say("人的安全第一");
    admin
        .get("/plan?class=dispute&severity=")
        .await
        .must_say("这份预案已停用");
    // Others read, and change nothing.
    let link = link_of(&site, "zhiban2", Role::DutyOfficer, "鄱阳县").await;
    let mut officer = site.browser();
    officer.post(&link, &[]).await.must_be(303);
    officer
        .get("/plans")
        .await
        .must_be(200)
        .must_not_say("/plan/edit");
    officer.get("/plan/edit").await.must_be(403);
    officer.post("/plan/edit", &gone).await.must_be(403);
}
