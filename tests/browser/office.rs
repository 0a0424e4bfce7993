//! A township with its roll-up, the wall, and an officer who keeps his hands on the keyboard.

use allclear::domain::access::Role;

use crate::Scene;
use crate::driver::Kind;
use crate::support::incident;

/// A large screen.
const WALL: Kind = Kind {
    width: 1920,
    height: 1080,
    ..Kind::OFFICE
};

#[tokio::test(flavor = "multi_thread")]
async fn a_township_sends_its_roll_up_with_a_gap() {
    let Some(scene) = Scene::open().await else { return };
    let rounds = ["汇总 15:00 17:00 20:00 roll-up"];
    scene
        .day
        .declare("2026-06-01 15:10", "2026-06-30 22:00", &rounds)
        .await;
    // The first roll-up that opens is the next day's.
    scene.day.until("2026-06-02 15:10").await;
    scene.day.all_clear("东湖镇 · 杨村").await;
    let head = scene.signed_in(Role::Head, "东湖镇", Kind::OFFICE).await;
    head.open("/township").await.sees("未报 1：柳村").await;
    head.types("note", "柳村停电，已派人前往").await;
    head.press("仍有 1 个单位未报，按现有情况上报").await;
    head.sees("已上报，回执").await.sees("上报后没有新的情况").await;
    scene.day.until("2026-06-02 15:12").await;
    scene.day.all_clear("东湖镇 · 柳村").await;
    // The page brings itself up to date.
    head.sees("15:12 柳村补报：无情况").await;
    head.sees("未报 1：柳村").await;
    head.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wall_shows_the_county_until_its_link_is_revoked() {
    let Some(scene) = Scene::open().await else { return };
    scene.day.all_clear("东湖镇 · 杨村").await;
    let what = scene.day.report("东湖镇 · 柳村", incident("塘坝渗水")).await;
    scene.day.send("东湖镇 · 柳村", what).await.unwrap();
    let officer = scene.officer().await;
    officer.open("/walls").await.types("label", "东墙").await;
    officer.press("生成链接").await.sees("链接只显示这一次").await;
    let link = officer
        .run("return document.querySelector('.once a').href;", &[])
        .await;
    let key = link.as_str().unwrap().rsplit_once('#').unwrap().1.to_owned();
    let wall = scene.chrome(WALL).await;
    wall.open(&format!("/wall#{key}")).await;
    wall.sees("距截止").await.sees("东湖镇").await.sees("2/2").await;
    wall.sees("西山镇")
        .await
        .sees("未报 1")
        .await
        .sees("未结束事件 1")
        .await;
    assert!(!wall.text().await.contains("塘坝渗水"), "no texts were asked for");
    let page = wall
        .run(
            "const small = [...document.querySelectorAll('#wall *')].filter((e) =>
                [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()) &&
                parseFloat(getComputedStyle(e).fontSize) < 24).map((e) => e.outerHTML);
            const d = document.documentElement;
            return [small, d.scrollHeight <= innerHeight && d.scrollWidth <= innerWidth, location.search];",
            &[],
        )
        .await;
    assert_eq!(page, serde_json::json!([[], true, ""]));
    officer.press("停用").await.sees("链接已停用").await;
    wall.sees("这个链接已停用").await;
    assert!(!wall.text().await.contains("东湖镇"));
    wall.ends().await;
    officer.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wall_that_hears_nothing_for_long_says_so() {
    let Some(scene) = Scene::open().await else { return };
    let officer = scene.officer().await;
    officer.open("/walls").await.types("label", "东墙").await;
    officer.press("生成链接").await.sees("链接只显示这一次").await;
    let link = officer
        .run("return document.querySelector('.once a').href;", &[])
        .await;
    let key = link.as_str().unwrap().rsplit_once('#').unwrap().1.to_owned();
    let wall = scene.chrome(WALL).await;
    wall.open(&format!("/wall#{key}")).await.sees("距截止").await;
    // The browser's clock goes ahead while nothing comes.
    wall.run(
        "window.fetch = () => new Promise(() => {});
        const real = Date.now; Date.now = () => real() + 100000;",
        &[],
    )
    .await;
    wall.sees("秒没有更新").await;
    wall.ends().await;
    officer.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_goes_from_unit_to_unit_by_keys() {
    let Some(scene) = Scene::open().await else { return };
    scene.day.until("16:05").await;
    let officer = scene.officer().await;
    officer.open("/board").await.sees("逾期").await;
    let key = |key: &str| {
        format!(
            "(document.activeElement || document.body).dispatchEvent(new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true, cancelable: true }}));"
        )
    };
    let at = "return [document.activeElement.tagName, document.activeElement.textContent.trim()];";
    officer.run(&key("j"), &[]).await;
    let first = officer.run(at, &[]).await;
    assert_eq!(first[0], "A");
    officer.run(&key("j"), &[]).await;
    officer.run(&key("j"), &[]).await;
    officer.run(&key("k"), &[]).await;
    let second = officer.run(at, &[]).await;
    assert_eq!(second[0], "A");
    officer.run(&key("?"), &[]).await;
    officer.sees("下一个、上一个单位").await;
    officer.run(&key("Escape"), &[]).await;
    assert_eq!(
        officer
            .run("return document.getElementById('keys').hidden;", &[])
            .await,
        true
    );
    // Focus stays where it is when the page brings itself up to date.
    scene.day.until("16:07").await;
    officer.sees("已超时 7 分钟").await;
    assert_eq!(officer.run(at, &[]).await, second);
    officer.run(&key("/"), &[]).await;
    let found = officer.run("return document.activeElement.id;", &[]).await;
    assert_eq!(found, "q");
    // In a field a letter is a letter.
    officer.run(&key("j"), &[]).await;
    assert_eq!(officer.run("return document.activeElement.id;", &[]).await, "q");
    assert_eq!(
        officer.run("return document.title.slice(0, 3);", &[]).await,
        "(3)"
    );
    officer.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_excuses_several_units_and_takes_it_back() {
    let Some(scene) = Scene::open().await else { return };
    scene.day.until("16:05").await;
    let officer = scene.officer().await;
    officer.open("/board?q=dhz").await.sees("杨村").await;
    for label in ["东湖镇 · 柳村", "东湖镇 · 杨村"] {
        let owed = scene.day.owed(label).await;
        officer.press_css(&format!("#o-{owed}")).await;
    }
    officer.press_css("button[formaction='/board/excuse']").await;
    officer.sees("涉及 2 个单位").await;
    officer.types("reason", "全镇停电").await.press("确定免报").await;
    officer.sees("已免报 2 个单位").await;
    assert_eq!(scene.kept("东湖镇 · 杨村").await, "excused");
    officer
        .press_css(".undo button")
        .await
        .sees("已撤销，涉及 2 个单位")
        .await;
    assert_eq!(scene.kept("东湖镇 · 杨村").await, "nothing");
    officer.ends().await;
}
