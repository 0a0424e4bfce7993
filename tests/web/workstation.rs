//! A workstation that serves several units: it takes one on beside or in place of another, and reaches exactly its own.

use allclear::domain::access::Role;

use crate::support::{Browser, Site};
use crate::{asked, link_of, press, signed_in, site, slip_of, unit, village};

/// Scans a further slip on a workstation that is bound.
async fn scan(site: &Site, browser: &mut Browser, name: &str, how: &str) {
    let code = slip_of(site, name).await;
    let sent = browser.post("/slip", &[("code", &code), ("how", how)]).await;
    assert_eq!(sent.must_be(303).goes_to(), "/desk");
}

#[tokio::test]
async fn a_second_slip_asks_whether_it_is_for_this_unit_too() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let code = slip_of(&site, "大塘村").await;
    clerk
        .get(&format!("/slip?c={code}"))
        .await
        .must_say("朱家村")
        .must_say("同时为新单位报送")
        .must_say("改为只报新单位");
    // Without an answer the slip is not used up, and what was typed stays.
    let asks = clerk.post("/slip", &[("code", &code)]).await;
    asks.must_be(422).must_say("请选择").must_say(&code);
    let sent = clerk.post("/slip", &[("code", &code), ("how", "also")]).await;
    assert_eq!(sent.must_be(303).goes_to(), "/desk");
    // None of them is taken for the one that is meant.
    let which = clerk.get("/desk").await;
    which
        .must_be(200)
        .must_say("为哪个单位报送")
        .must_say("朱家村")
        .must_say("大塘村");
    for name in ["朱家村", "大塘村"] {
        let id = unit(&site, name).await;
        let desk = clerk.get(&format!("/desk?unit={id}")).await;
        let sent = press(&mut clerk, &desk).await;
        clerk.get(sent.goes_to()).await.must_be(200).must_say(name);
    }
    let township = unit(&site, "谢家滩镇").await;
    for path in [
        format!("/desk?unit={township}"),
        format!("/desk/incident?unit={township}"),
    ] {
        clerk.get(&path).await.must_be(404).must_say("不为这个单位报送");
    }
    clerk.get("/desk/township").await.must_be(404);
    // The same again changes nothing but the slip.
    scan(&site, &mut clerk, "大塘村", "also").await;
    clerk.get("/slip").await.must_say("朱家村").must_say("大塘村");
    clerk
        .post("/slip", &[("code", &code), ("how", "also")])
        .await
        .must_be(422);
}

#[tokio::test]
async fn a_workstation_that_moves_reports_for_the_new_unit_alone() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    let copy = clerk.clone();
    let old = unit(&site, "朱家村").await;
    scan(&site, &mut clerk, "大塘村", "instead").await;
    clerk.get("/desk").await.must_be(200).must_say("大塘村");
    clerk.get(&format!("/desk?unit={old}")).await.must_be(404);
    // A copy of the cookie from before opens nothing any more.
    assert!(copy.clone().get("/desk").await.goes_to().starts_with("/signin"));
    let mut officer = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    officer
        .get(&format!("/admin/units/{old}"))
        .await
        .must_say("还没有绑定工作站");
    let mut auditor = site.browser();
    let link = link_of(&site, "shenji", Role::Auditor, "").await;
    auditor.post(&link, &[]).await.must_be(303);
    auditor
        .get("/audit")
        .await
        .must_say("停用工作站")
        .must_say(&format!("units [{old}]"));
}

#[tokio::test]
async fn the_office_ends_one_unit_of_a_workstation_or_all_of_its_own() {
    let site = site().await;
    asked(&site).await;
    let mut clerk = village(&site, "朱家村").await;
    for name in ["大塘村", "谢家滩镇", "鄱阳县"] {
        scan(&site, &mut clerk, name, "also").await;
    }
    let mut officer = site.browser();
    let link = link_of(&site, "zhen", Role::DutyOfficer, "谢家滩镇").await;
    officer.post(&link, &[]).await.must_be(303);
    let here = unit(&site, "朱家村").await;
    let page = format!("/admin/units/{here}");
    let shown = officer.get(&page).await;
    shown
        .must_say("同一台还报送")
        .must_say("大塘村")
        .must_say("管辖范围以外的 1 个单位");
    let device = shown.field("part");
    let sent = officer
        .post(&format!("{page}/device"), &[("part", &device)])
        .await;
    assert_eq!(sent.goes_to(), format!("{page}?notice=unbound_here"));
    officer
        .get(sent.goes_to())
        .await
        .must_say("其他单位照常")
        .must_say("还没有绑定工作站");
    // What it wrote for that unit without a connection is not taken, and the page says so.
    let fields = [
        ("unit", here.to_string()),
        ("uuid", uuid::Uuid::new_v4().to_string()),
    ];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    clerk
        .post("/desk", &fields)
        .await
        .must_be(404)
        .must_say("打电话给值班室");
    clerk.get("/desk").await.must_say("大塘村");
    // It is lost: the township ends what is its own; the county's unit is the county's to end.
    let other = unit(&site, "大塘村").await;
    officer
        .post(&format!("/admin/units/{other}/device"), &[("end", &device)])
        .await
        .must_be(303);
    clerk.get("/desk").await.must_be(200).must_say("鄱阳县");
    clerk.get(&format!("/desk?unit={other}")).await.must_be(404);
    officer
        .post(&format!("/admin/units/{other}/device"), &[("end", &device)])
        .await
        .must_be(404);
    let mut county = signed_in(&site, Role::DutyOfficer, "鄱阳县").await;
    let top = unit(&site, "鄱阳县").await;
    let end = county.get(&format!("/admin/units/{top}")).await.field("end");
    county
        .post(&format!("/admin/units/{top}/device"), &[("end", &end)])
        .await
        .must_be(303);
    assert!(clerk.get("/desk").await.goes_to().starts_with("/signin"));
}

#[tokio::test]
async fn wrong_codes_on_a_bound_workstation_have_to_wait_like_any() {
    let site = site().await;
    let mut clerk = village(&site, "朱家村").await;
    let mut last = 422;
    for _ in 0..70 {
        let sent = clerk
            .post("/slip", &[("code", "AAAA-AAAA-AAAA-AAAA"), ("how", "also")])
            .await;
        last = sent.status.as_u16();
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
    clerk.get("/desk").await.must_be(200);
}

#[tokio::test]
async fn a_workstation_that_is_bound_says_so_once() {
    let site = site().await;
    let mut clerk = village(&site, "朱家村").await;
    let said = "本设备已开通";
    clerk.get("/desk").await.must_say(said).must_say("朱家村");
    clerk.get("/desk").await.must_not_say(said);
    scan(&site, &mut clerk, "大塘村", "also").await;
    clerk.get("/desk").await.must_say("为哪个单位报送").must_say(said);
    clerk.get("/desk").await.must_not_say(said);
    let mut english = village(&site, "朱家村").await.says("accept-language", "en");
    english.get("/desk").await.must_say("This device is set up");
}
