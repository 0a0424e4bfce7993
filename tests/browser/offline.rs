//! A clerk whose connection is lost: nothing that was reported is lost with it, and nothing counts without a receipt.

use std::time::Duration;

use serde_json::json;

use crate::Scene;
use crate::driver::Kind;

const LIU: &str = "东湖镇 · 柳村";

impl Scene {
    /// Waits until the service has a unit's report.
    pub(crate) async fn has(&self, label: &str, kept: &str) {
        for _ in 0..300 {
            if self.kept(label).await == kept {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(self.kept(label).await, kept);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_without_a_connection_is_kept_and_sent_with_its_own_time() {
    let Some(scene) = Scene::open().await else { return };
    let (line, clerk) = scene.far_village(LIU, Kind::PHONE.plain()).await;
    clerk.sees("还有 50 分钟").await;
    line.cut();
    clerk.press("今日无情况，一键上报").await;
    clerk.sees("尚未送达").await.sees("填报于 15:1").await;
    clerk.sees("看到回执才算送达").await.sees_no("回执号").await;
    assert_eq!(scene.kept(LIU).await, "nothing");
    // The link comes back after the deadline: late, with a claim for the duty office to decide on.
    scene.day.until("16:20").await;
    line.mend();
    clerk.press("现在再试").await.sees("回执号").await;
    clerk.sees("16:20").await;
    assert_eq!(scene.kept(LIU).await, "offline pending");
    let officer = scene.officer().await;
    officer
        .open("/board/awaiting")
        .await
        .sees("离线填报时间")
        .await
        .press("认可按时")
        .await;
    scene.has(LIU, "offline accepted").await;
    officer.ends().await;
    clerk.ends_cut().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_ends_in_the_receipt_of_the_first_time() {
    let Some(scene) = Scene::open().await else { return };
    let (line, clerk) = scene.far_village(LIU, Kind::OFFICE.plain()).await;
    clerk.sees("还有 50 分钟").await;
    line.loses_answers();
    clerk.press("今日无情况，一键上报").await;
    scene.has(LIU, "own").await;
    clerk.sees("尚未送达").await.sees_no("回执号").await;
    line.mend();
    clerk.press("现在再试").await.sees("之前已经收到").await;
    assert_eq!(
        scene.kept(LIU).await,
        "own",
        "it is the same report, not a second one"
    );
    clerk.press("返回首页").await.sees("已收到").await;
    clerk.sees_no("尚未送达").await;
    clerk.ends_cut().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_shown_although_the_link_is_gone_before_its_page_is_loaded() {
    let Some(scene) = Scene::open().await else { return };
    let clerk = scene.village(LIU, Kind::PHONE.plain()).await;
    clerk.devtools("Network.enable", json!({})).await;
    let gone = json!({ "urls": ["*/healthz"] });
    clerk.devtools("Network.setBlockedURLs", gone).await;
    clerk.press("今日无情况，一键上报").await.sees("回执号").await;
    let at = clerk.run("return location.pathname;", &[]).await;
    assert!(at.as_str().unwrap().starts_with("/receipt/"), "{at}");
    clerk.ends_cut().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_urgent_report_that_does_not_get_through_says_to_phone() {
    let Some(scene) = Scene::open().await else { return };
    let (line, clerk) = scene.far_village(LIU, Kind::PHONE.plain().english()).await;
    clerk.press("Something happened").await.sees("Send first").await;
    clerk
        .chooses("class", "flood")
        .await
        .types("place", "三组圩堤")
        .await;
    line.cut();
    clerk.press("Send").await;
    clerk
        .sees("Not delivered: phone now!")
        .await
        .sees("0793-0000000")
        .await;
    scene.day.until("15:20").await;
    line.mend();
    clerk.press("Try now").await.sees("Whom it reached").await;
    clerk.sees("Receipt number").await;
    assert_eq!(scene.kept(LIU).await, "offline");
    clerk.ends_cut().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_service_does_not_accept_is_shown_and_not_lost() {
    let Some(scene) = Scene::open().await else { return };
    let (line, clerk) = scene.far_village(LIU, Kind::PHONE.plain()).await;
    clerk.press("有情况要报告").await.sees("先报后补").await;
    clerk
        .chooses("class", "flood")
        .await
        .types("dead", "许多")
        .await
        .types("place", "三组圩堤")
        .await;
    line.cut();
    clerk.press("发送").await.sees("尚未送达").await;
    scene.day.until("15:20").await;
    line.mend();
    clerk.press("现在再试").await.sees("没有被接收").await;
    // Its own page asks; the words that were typed are all there.
    clerk.press("查看并提交").await.sees("请填写整数").await;
    let place = clerk
        .run("return document.getElementById('place').value;", &[])
        .await;
    assert_eq!(place, "三组圩堤");
    clerk
        .types("dead", "")
        .await
        .press("发送")
        .await
        .sees("回执号")
        .await;
    assert_eq!(scene.kept(LIU).await, "offline");
    clerk
        .press("返回首页")
        .await
        .sees("已收到")
        .await
        .sees_no("没有被接收")
        .await;
    clerk.ends_cut().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_itself_opens_without_a_connection_where_the_browser_allows_it() {
    let Some(scene) = Scene::open().await else { return };
    let (line, clerk) = scene.far_village(LIU, Kind::PHONE).await;
    clerk.sees("还有 50 分钟").await;
    let is_kept = "var done = arguments[arguments.length - 1]; var left = 200; (function look() {
        caches.open('allclear-desk').then(function (store) { return store.keys(); }).then(function (keys) {
            if (keys.length > 4 || !left--) done(keys.length); else setTimeout(look, 100); }); })();";
    let mut kept = json!(0);
    for _ in 0..4 {
        kept = clerk.waits_for(is_kept, &[]).await;
        if kept.as_u64() > Some(4) {
            break;
        }
    }
    assert!(kept.as_u64() > Some(4), "{kept} kept");
    line.cut();
    clerk
        .reload()
        .await
        .sees("没有连接：这是 2026-06-01 15:10 保存的页面")
        .await;
    clerk.press("有情况要报告").await.sees("先报后补").await;
    clerk.tries("/").await;
    clerk.press("今日无情况，一键上报").await.sees("尚未送达").await;
    scene.day.until("15:20").await;
    line.mend();
    clerk.press("现在再试").await.sees("回执号").await;
    assert_eq!(scene.kept(LIU).await, "offline");
    clerk.ends_cut().await;
}
