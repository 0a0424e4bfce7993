//! An administrator brings in the units of a county.

use std::fmt::Write as _;

use allclear::domain::access::Role;

use crate::Scene;
use crate::driver::Kind;

/// What is written, and what should be: first what a look at each cell tells, then what only the whole table does.
const TYPED: [(&str, &str); 3] = [
    ("99010112320,990101123,第3村", "990101123201,990101123,第3村"),
    (
        "990101125201,990101125,第5村,小区",
        "990101125201,990101125,第5村,村",
    ),
    ("report7@county,", "report7@county.example,"),
];
const PLACED: (&str, &str) = ("990101124201,990101199,第4村", "990101124201,990101124,第4村");

/// Writes a county of 600: itself, twenty townships, 579 villages.
fn county() -> String {
    let mut text = String::from("示例县单位名单\n编码,上级编码,名称,类别,报送邮箱,值班电话\n");
    text.push_str("990101,,示例县,县,,\n");
    for n in 120..140 {
        writeln!(
            text,
            "990101{n},990101,第{n}镇,乡镇,town{n}@county.example,000-0000-{n}"
        )
        .unwrap();
    }
    for n in 0..579 {
        let (town, code) = (120 + n % 20, 201 + n / 20);
        writeln!(
            text,
            "990101{town}{code},990101{town},第{n}村,村,report{n}@county.example,"
        )
        .unwrap();
    }
    text
}

/// Gives the table as it should be, one with a unit below none, and one with faults of typing as well.
fn tables() -> (String, String, String) {
    let sound = county();
    assert_eq!(sound.lines().count(), 602);
    let wrong = |text: &str, (wrong, right): (&str, &str)| {
        assert!(text.contains(right), "{right}");
        text.replacen(right, wrong, 1)
    };
    let misplaced = wrong(&sound, PLACED);
    let faulty = TYPED
        .into_iter()
        .fold(misplaced.clone(), |text, fault| wrong(&text, fault));
    (sound, misplaced, faulty)
}

#[tokio::test(flavor = "multi_thread")]
async fn six_hundred_units_with_faults_are_mended_and_imported_and_imported_once() {
    let Some(scene) = Scene::empty().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (sound, misplaced, faulty) = tables();
    let faulty = file("faulty.csv", &faulty);
    let misplaced = file("misplaced.csv", &misplaced);
    let sound = file("sound.csv", &sound);

    let admin = scene.signed_in(Role::SystemAdministrator, "", Kind::OFFICE).await;
    admin.open("/admin").await.sees("导入单位").await;
    admin.open("/admin/units").await.sees("还没有单位").await;
    admin.open("/admin/import").await.attaches("file", &faulty).await;
    admin.press("查看会有哪些变化").await;
    admin
        .sees("表中有 3 处错误")
        .await
        .sees("应为 2、4、6、9 或 12 位数字")
        .await;
    admin.sees("不认识类别“小区”").await.sees("不能用作邮箱").await;
    admin
        .attaches("file", &misplaced)
        .await
        .press("查看会有哪些变化")
        .await;
    admin.sees("第 28 行：找不到上级“990101199”").await;
    admin
        .attaches("file", &sound)
        .await
        .press("查看会有哪些变化")
        .await;
    admin
        .sees("导入预览")
        .await
        .sees("600")
        .await
        .sees("第120镇")
        .await;
    admin.types("reason", "2026 年建库").await.press("确认导入").await;
    admin.sees("导入完成：新增 600").await;
    admin
        .attaches("file", &sound)
        .await
        .press("查看会有哪些变化")
        .await;
    admin.sees("与现有单位一致，没有变化").await;

    admin.open("/admin/units?q=第7村").await.press("第7村").await;
    admin.types("phone", "000-0000-777").await.press("保存").await;
    admin.sees("联系方式已保存").await;
    admin
        .open("/admin/units")
        .await
        .sees("第120镇")
        .await
        .sees("600 个")
        .await;
    admin.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slips_are_printed_and_a_lost_workstation_is_ended() {
    let Some(scene) = Scene::open().await else { return };
    let officer = scene.officer().await;
    officer
        .open("/admin/slips")
        .await
        .sees("已开通 0/")
        .await
        .press("打印开通单")
        .await;
    officer.sees("张开通单已生成").await.sees("柳村").await;
    let code = officer
        .run("return document.querySelector('.cut .code').textContent;", &[])
        .await;
    let link = format!("/slip?c={}", code.as_str().unwrap());
    let clerk = scene.chrome(Kind::PHONE).await;
    clerk.open(&link).await.press_css("main form button").await;
    clerk.sees("清河县 · 东湖镇").await;
    officer
        .open("/admin/slips?show=all")
        .await
        .sees("已开通 1/")
        .await;
    officer.press_css("li:has(.st.on_time) a").await;
    officer.press("停用这台工作站").await.sees("工作站已停用").await;
    clerk.open("/desk").await.sees("登录").await;
    clerk.ends().await;
    officer.ends().await;
}
