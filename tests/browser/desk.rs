//! A clerk at the desk.

use crate::Scene;
use crate::driver::Kind;

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_bound_by_a_slip_and_reports_all_clear_with_one_tap() {
    let Some(scene) = Scene::open().await else { return };
    let clerk = scene.village("东湖镇 · 柳村", Kind::PHONE).await;
    clerk
        .sees("柳村")
        .await
        .sees("2026年6月1日")
        .await
        .sees("截止 16:00")
        .await;
    clerk.press("今日无情况，一键上报").await;
    clerk.sees("已收到").await.sees("回执号").await;
    assert_eq!(scene.kept("东湖镇 · 柳村").await, "own");
    // The next day's first look needs no sign-in, and shows what was reported.
    clerk.open("/").await.sees("15:10").await.sees("更正").await;
    clerk.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_works_without_a_script() {
    let Some(scene) = Scene::open().await else { return };
    let clerk = scene.village("东湖镇 · 柳村", Kind::PHONE.without_script()).await;
    clerk.press("今日无情况，一键上报").await.sees("回执号").await;
    clerk.press("更正").await.sees("更正或补充情况").await;
    clerk.types("what", "漫堤").await.sees_no("还可写").await;
    clerk
        .chooses("class", "flood")
        .await
        .types("place", "三组圩堤")
        .await;
    clerk.press("发送").await.sees("有情况").await;
    clerk
        .sees("替代先前的回执")
        .await
        .press("返回首页")
        .await
        .sees("更正或补充")
        .await;
    clerk.ends_cut().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_changes_its_language_and_keeps_it() {
    let Some(scene) = Scene::open().await else { return };
    let clerk = scene.village("东湖镇 · 柳村", Kind::PHONE).await;
    clerk.sees("今日无情况").await.press("English").await;
    clerk
        .sees("All clear today: report now")
        .await
        .sees("Due 16:00")
        .await;
    clerk.reload().await.sees("All clear today").await;
    clerk.press("中文").await.sees("今日无情况").await;
    clerk.ends().await;
}
