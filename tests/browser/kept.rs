//! What was kept without a connection and meets more trouble: an ended session, a lost answer, a browser without room.

use allclear::domain::access::{Actor, Role};

use crate::Scene;
use crate::driver::Kind;

const LIU: &str = "东湖镇 · 柳村";

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_report_whose_session_ended_waits_until_somebody_has_signed_in_again() {
    let Some(scene) = Scene::open().await else { return };
    let line = crate::Line::to(scene.site.at).await;
    let link = scene.link("cun", Role::Reporter, "杨村").await;
    let clerk = crate::Chrome::start(&format!("http://{}", line.at), Kind::PHONE.plain()).await;
    clerk.open(&link).await.press_css("main form button").await;
    clerk.leaves("/link/").await.open("/desk").await;
    clerk.sees("还有 50 分钟").await;
    line.cut();
    clerk.press("今日无情况，一键上报").await.sees("尚未送达").await;
    // Nobody was there for longer than a session lasts.
    scene.day.until("15:50").await;
    line.mend();
    clerk.press("现在再试").await.sees("没有被接收，需要您处理").await;
    assert_eq!(scene.kept("东湖镇 · 杨村").await, "nothing");
    // The page of the service asks for the sign-in, and keeps what was to be sent.
    clerk
        .press("查看并提交")
        .await
        .sees("请登录，您填写的内容已保留")
        .await;
    let console = Actor::console();
    let (link, _) = scene
        .day
        .house
        .service
        .issue_link(&console, account(&scene).await)
        .await
        .unwrap();
    let path = format!("/link/{}", link.split_once("/link/").unwrap().1);
    clerk.open(&path).await.press_css("main form button").await;
    clerk.leaves("/link/").await.open("/desk").await;
    clerk
        .sees("没有被接收，需要您处理")
        .await
        .press("查看并提交")
        .await
        .sees("回执号")
        .await;
    assert_eq!(scene.kept("东湖镇 · 杨村").await, "offline");
    clerk.press("返回首页").await.sees("已收到").await;
    clerk.sees_no("没有被接收").await;
    clerk.ends_cut().await;
}

/// Gives the account that was made first.
async fn account(scene: &Scene) -> allclear::domain::ids::AccountId {
    let mut conn = scene.day.house.service.store.read().await.unwrap();
    let found = conn.account_by_login("cun").await.unwrap();
    found.unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn an_urgent_report_whose_answer_was_lost_is_one_incident_and_one_alert() {
    let Some(scene) = Scene::open().await else { return };
    let (line, clerk) = scene.far_village(LIU, Kind::PHONE.plain()).await;
    clerk.press("有情况要报告").await.sees("先报后补").await;
    clerk
        .chooses("class", "flood")
        .await
        .types("place", "三组圩堤")
        .await;
    line.loses_answers();
    clerk.press("发送").await.sees("未送达——请立即打电话").await;
    scene.has(LIU, "own").await;
    // Pressed again and again before an answer comes.
    clerk.press("现在再试").await.press("现在再试").await;
    line.mend();
    clerk
        .press("现在再试")
        .await
        .sees("领导通知情况")
        .await
        .sees("回执号")
        .await;
    for rows in [
        "SELECT COUNT(*) FROM incident",
        "SELECT COUNT(*) FROM alert",
        "SELECT COUNT(*) FROM check_in",
    ] {
        assert_eq!(scene.day.count(rows).await, 1, "{rows}");
    }
    clerk.press("返回首页").await.sees_no("尚未送达").await;
    clerk.ends_cut().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_without_room_to_keep_a_report_sends_it_as_a_plain_form() {
    let Some(scene) = Scene::open().await else { return };
    let (line, clerk) = scene.far_village(LIU, Kind::PHONE.plain()).await;
    clerk.sees("还有 50 分钟").await;
    let full = "
        var piece = 'x'.repeat(65536);
        for (var n = 0; piece; n++) {
            try { localStorage.setItem('full-' + n, piece); } catch (error) { piece = piece.slice(piece.length >> 1 || 1); }
        }
        try { localStorage.setItem('one-more', 'xxxxxxxx'); return false; } catch (error) { return true; }";
    assert_eq!(clerk.run(full, &[]).await, true);
    // Nothing is said to be kept that is not: the browser itself says that there is no connection.
    line.cut();
    clerk.press("今日无情况，一键上报").await;
    clerk.sees_no("报送已保存在本机").await;
    assert_eq!(scene.kept(LIU).await, "nothing");
    line.mend();
    clerk.tries("/desk").await;
    clerk
        .sees("今日无情况，一键上报")
        .await
        .press("今日无情况，一键上报")
        .await
        .sees("回执号")
        .await;
    assert_eq!(scene.kept(LIU).await, "own");
    clerk.ends_cut().await;
}
