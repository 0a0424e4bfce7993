//! An officer at the board.

use crate::Scene;
use crate::driver::Kind;

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_passes_shows_on_the_board_without_a_reload() {
    let Some(scene) = Scene::open().await else { return };
    // A session that nobody uses for a while ends; the page asks more often than that.
    scene.day.until("15:55").await;
    let officer = scene.officer().await;
    officer.sees("值班看板").await.sees("还有 5 分钟").await;
    officer.run("window.untouched = true;", &[]).await;
    scene.day.all_clear("东湖镇 · 柳村").await;
    scene.day.until("16:01").await;
    officer.sees("已超时 1 分钟").await;
    assert_eq!(officer.run("return window.untouched;", &[]).await, true);
    officer.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_enters_a_phone_report_and_a_proxy_report_and_excuses_a_unit() {
    let Some(scene) = Scene::open().await else { return };
    scene.day.until("16:05").await;
    let officer = scene.officer().await;
    officer.open("/board?q=361128101201").await.press("代录").await;
    officer
        .press("电话报送")
        .await
        .types("caller_post", "村值班员")
        .await;
    officer.press("无情况（零报告）").await.press("提交").await;
    officer.sees("已录入，回执").await;
    assert_eq!(scene.kept("东湖镇 · 柳村").await, "phone");
    officer.open("/board?q=361128101202").await.press("代录").await;
    officer.press("代报：").await.types("reason", "工作站停电").await;
    officer.press("无情况（零报告）").await.press("提交").await;
    officer.sees("已录入，回执").await;
    assert_eq!(scene.kept("东湖镇 · 杨村").await, "proxy");
    officer
        .open("/board?q=361128102201")
        .await
        .press_css(".row-acts a[href^='/board/excuse']")
        .await;
    officer
        .types("reason", "全村已转移")
        .await
        .press("确定免报")
        .await;
    officer.sees("已免报 1 个单位").await;
    assert_eq!(scene.kept("西山镇 · 柳村").await, "excused");
    officer.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_extends_the_deadline_of_those_who_are_ticked() {
    let Some(scene) = Scene::open().await else { return };
    scene.day.until("16:05").await;
    let officer = scene.officer().await;
    let owed = scene.day.owed("东湖镇 · 杨村").await;
    officer.sees("杨村").await.press_css(&format!("#o-{owed}")).await;
    officer.press_css("button[formaction='/board/extend']").await;
    officer
        .sets("due", "2026-06-01T18:00")
        .await
        .types("reason", "断电")
        .await;
    officer.press("确定延期").await.sees("已为 1 个单位延期").await;
    officer
        .open("/board?standing=all")
        .await
        .sees("延期至 18:00")
        .await;
    officer.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_board_works_in_english_on_a_phone() {
    let Some(scene) = Scene::open().await else { return };
    let kind = Kind::PHONE.english();
    let officer = scene
        .signed_in(allclear::domain::access::Role::DutyOfficer, "清河县", kind)
        .await;
    officer.sees("Duty board").await.sees("50 minutes left").await;
    officer.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_the_focus_is_never_behind_the_bar_of_acts() {
    let Some(scene) = Scene::open().await else { return };
    let officer = scene.officer().await;
    officer.open("/board?standing=all").await.sees("柳村").await;
    let hidden = "
        var bar = document.querySelector('.with-picked');
        document.querySelector('main').style.paddingBottom = '900px';
        return Array.from(document.querySelectorAll('.rows a, .rows input')).filter(function (one) {
            // It lies at the foot of the window, where the bar sticks, as after the last press of Tab.
            one.blur();
            window.scrollBy(0, one.getBoundingClientRect().bottom - innerHeight + 4);
            one.focus();
            var at = one.getBoundingClientRect(), over = bar.getBoundingClientRect();
            return at.bottom > over.top + 1 && at.top < over.bottom && at.top < innerHeight;
        }).length;";
    // A low window, in which the rows lie behind the bar that sticks to its foot.
    officer
        .devtools(
            "Emulation.setDeviceMetricsOverride",
            serde_json::json!({ "width": 1366, "height": 420, "deviceScaleFactor": 1, "mobile": false }),
        )
        .await;
    assert_eq!(officer.run(hidden, &[]).await, 0);
    officer.ends().await;
}
