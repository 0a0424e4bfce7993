//! From an empty database to a running period: two accounts from the command line, and then pages alone.

use allclear::domain::access::Role;

use crate::Scene;
use crate::chrome::Chrome;
use crate::driver::Kind;

const UNITS: &str = "编码,上级编码,名称,类别,报送邮箱
990101,,示例县,县,
990101101,990101,示例镇,乡镇,town@county.example
990101101201,990101101,甲村,村,jia@v.example
990101101202,990101101,乙村,村,
";

async fn signed_in(scene: &Scene, login: &str, role: Role) -> Chrome {
    let link = scene.link(login, role, "").await;
    enters(scene, &link, "启用步骤").await
}

/// Signs in by a link, and waits for what comes then.
async fn enters(scene: &Scene, link: &str, then: &str) -> Chrome {
    let chrome = scene.chrome(Kind::OFFICE).await;
    chrome
        .open(link)
        .await
        .press_css("main form button")
        .await
        .sees(then)
        .await;
    chrome
}

/// Makes an account by the page, and gives the path of the link that is shown once.
async fn account(security: &Chrome, login: &str, role: &str) -> String {
    security.open("/admin/accounts").await.types("login", login).await;
    security.types("post", login).await.sets("role", role).await;
    security.types("unit", "示例县").await.press("新增并邀请").await;
    let link = security.sees("它只显示这一次").await;
    let link = link
        .run("return document.querySelector('.once code').textContent;", &[])
        .await;
    let link = link.as_str().unwrap();
    format!("/link/{}", link.split_once("/link/").unwrap().1)
}

/// Brings in the units, and finds that two have an address.
async fn import(system: &Chrome) {
    system.sees("启用步骤").await.sees("还没有设置发信服务器").await;
    system.press_css("a.button[href='/admin/mail']").await;
    system.sees("mail.from_address").await.open("/admin").await;
    system.press_css("a.button[href='/admin/import']").await;
    system.press("没有文件").await.types("text", UNITS).await;
    system.press("查看会有哪些变化").await.press("确认导入").await;
    system.sees("导入完成").await.open("/admin").await;
    system.sees("4 个单位").await.sees("2/4 个单位有邮箱").await;
}

/// Prints the slips of all, and gives the code of one.
async fn slip(security: &Chrome) -> String {
    security
        .open("/admin")
        .await
        .press_css("a.button[href='/admin/slips']")
        .await;
    security
        .press_css("form[action='/admin/slips/print'] button")
        .await;
    let code = security
        .sees("开通码只显示这一次")
        .await
        .run(
            "return [...document.querySelectorAll('.cut')].find(e => e.textContent.includes('甲村'))\
             .querySelector('.code').textContent;",
            &[],
        )
        .await;
    code.as_str().unwrap().to_owned()
}

async fn chooses_a_password(officer: &Chrome) {
    for field in ["new", "again"] {
        officer.types(field, "夜里也有人守着河堤，天亮才换班").await;
    }
    officer.press("保存密码").await.sees("值班看板").await;
}

/// Declares a period: the first attempt lacks a name, the preview says what would come.
async fn declare(officer: &Chrome) {
    officer
        .open("/admin")
        .await
        .press_css("a.button[href='/admin/periods']")
        .await;
    officer.sees("还没有专项期").await.press("设立专项期").await;
    officer
        .press_css("button[value=preview]")
        .await
        .sees("请填写专项期名称")
        .await;
    officer
        .types("name", "2026年汛期")
        .await
        .types("basis", "汛办〔2026〕1号")
        .await;
    officer
        .sets("ends", "2026-09-01T00:00")
        .await
        .types("r0_opens", "8:00")
        .await;
    officer
        .press_css("button[value=preview]")
        .await
        .sees("2 个单位自己报送")
        .await;
    officer
        .sees("如果 6月1日 晚报（16:00 截止）无人报送")
        .await
        .sees("15:30")
        .await;
    officer
        .press("确认设立")
        .await
        .sees("专项期已设立")
        .await
        .sees("进行中")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_database_becomes_a_running_period_by_pages_alone() {
    let Some(scene) = Scene::empty().await else { return };
    let system = signed_in(&scene, "xitong", Role::SystemAdministrator).await;
    import(&system).await;

    let security = signed_in(&scene, "anquan", Role::SecurityAdministrator).await;
    let officer = account(&security, "zhiban", "duty_officer").await;
    account(&security, "daiban", "leader").await;
    let code = slip(&security).await;

    let officer = enters(&scene, &officer, "设置密码").await;
    chooses_a_password(&officer).await;
    declare(&officer).await;
    scene.day.house.service.tick().await.unwrap();

    let village = scene.chrome(Kind::PHONE).await;
    village.open("/slip").await.types("code", &code).await;
    village.press_css("main form button").await.sees("待报").await;
    village.press("一键上报").await.sees("回执").await;
    officer.open("/board").await.sees("乙村").await;
    system
        .open("/admin")
        .await
        .sees("1 个专项期进行中")
        .await
        .sees("已开通 1/3")
        .await;
    for chrome in [system, security, officer, village] {
        chrome.ends().await;
    }
}
