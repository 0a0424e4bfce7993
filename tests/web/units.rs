//! Units by pages: a table is looked at, confirmed and undone; a unit is reached, changed and set up.

use allclear::domain::access::Role;
use allclear::domain::unit::UnitTree;
use chrono::TimeDelta;

use crate::admin::{administrator, empty};
use crate::support::{Answer, Browser, Site, on_both};

const TABLE: &str = "\
鄱阳县单位名单（2026 年）,,,,,
,,,,,
编码,上级编码,名称,类别,报送邮箱,值班电话
361128.0,,鄱阳县,县,duty@county.example,0793-1000
361128101,361128,谢家滩镇,乡镇,town@county.example,0793-1001
361128101201,361128101,朱家村,村,zhu@county.example,0793-1002
361128101202,361128101,大塘村,村,,
";

/// Sends a form with a file, as a browser does.
pub(crate) async fn upload(browser: &mut Browser, path: &str, fields: &[(&str, &[u8])]) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        let file = if *name == "file" {
            "; filename=\"units.csv\""
        } else {
            ""
        };
        let head = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(value);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    let kind = Some("multipart/form-data; boundary=x");
    browser.send(hyper::Method::POST, path, kind, body.into()).await
}

async fn preview(browser: &mut Browser, table: &[u8]) -> Answer {
    upload(browser, "/admin/import", &[("file", table)]).await
}

/// Gives the table that a preview carries for its confirmation.
fn carried(page: &Answer) -> String {
    let rest = page
        .text
        .split_once("<textarea name=\"text\" hidden>\n")
        .unwrap()
        .1;
    let text = rest.split_once("</textarea>").unwrap().0;
    text.replace("&#34;", "\"")
        .replace("&#38;", "&")
        .replace("&#39;", "'")
}

async fn confirm(browser: &mut Browser, page: &Answer) -> Answer {
    let (seen, text) = (page.field("seen"), carried(page));
    let fields: [(&str, &[u8]); 4] = [
        ("seen", seen.as_bytes()),
        ("text", text.as_bytes()),
        ("reason", "2026 年区划调整".as_bytes()),
        ("confirm", b"1"),
    ];
    upload(browser, "/admin/import", &fields).await
}

async fn tree(site: &Site) -> UnitTree {
    UnitTree::new(
        site.house
            .service
            .store
            .read()
            .await
            .unwrap()
            .units()
            .await
            .unwrap(),
    )
    .unwrap()
}

/// Gives the id of the import that a page offers to undo.
fn offered(page: &Answer) -> String {
    page.field("import")
}

on_both!(
    a_table_is_looked_at_confirmed_and_undone_within_a_day,
    |db| async move {
        let site = empty(db).await;
        let mut system = administrator(&site, "xitong", Role::SystemAdministrator).await;
        system
            .get("/admin/import")
            .await
            .must_be(200)
            .must_say("下载模板");
        preview(&mut system, b"")
            .await
            .must_be(422)
            .must_say("请选择文件");
        preview(&mut system, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
            .await
            .must_be(422);
        let wrong = TABLE.replace("361128101202,361128101", "36112810120,361128109");
        let wrong = preview(&mut system, wrong.as_bytes()).await;
        wrong
            .must_be(422)
            .must_say("未导入任何内容")
            .must_say("第 7 行")
            .must_say("应为 2、4、6、9 或 12 位数字");
        let page = preview(&mut system, &gbk(TABLE)).await;
        page.must_be(200)
            .must_say("谢家滩镇")
            .must_say("朱家村 村 361128101201");
        assert_eq!(page.field("seen"), "4-0-0-0");
        assert!(tree(&site).await.is_empty(), "looking changes nothing");
        let done = confirm(&mut system, &page).await;
        assert_eq!(done.goes_to(), "/admin/import?notice=imported&n=4-0-0");
        let told = system.get(done.goes_to()).await;
        told.must_say("导入完成：新增 4")
            .must_say("2026 年区划调整")
            .must_say("撤销这次导入");
        assert_eq!(tree(&site).await.len(), 4);
        let again = preview(&mut system, TABLE.as_bytes()).await;
        again.must_be(200).must_say("没有变化").must_not_say("确认导入");

        site.house.clock.advance(TimeDelta::minutes(1));
        let change = TABLE.replace("大塘村,村,,", "大塘新村,村,da@county.example,");
        let page = preview(&mut system, change.as_bytes()).await;
        page.must_say("名称：大塘村 → 大塘新村");
        confirm(&mut system, &page).await.must_be(303);
        let page = system.get("/admin/import").await;
        let (second, first) = (offered(&page), page.text.matches("name=\"import\"").count());
        assert_eq!(first, 1, "what came before cannot be undone from under it");
        page.must_say("其中的单位又改动过");
        let back = system.post("/admin/import/undo", &[("import", &second)]).await;
        assert_eq!(back.goes_to(), "/admin/import?notice=import_undone");
        let names: Vec<String> = tree(&site)
            .await
            .iter()
            .map(|unit| unit.name.to_string())
            .collect();
        assert_eq!(names, ["鄱阳县", "谢家滩镇", "朱家村", "大塘村"]);
        system
            .post("/admin/import/undo", &[("import", &second)])
            .await
            .must_be(422)
            .must_say("已经撤销过");
    }
);

/// Writes a text as an old spreadsheet does.
fn gbk(text: &str) -> Vec<u8> {
    let (bytes, _, unmapped) = encoding_rs::GBK.encode(text);
    assert!(!unmapped);
    bytes.into_owned()
}

#[tokio::test]
async fn an_import_cannot_be_undone_once_its_units_report_or_a_day_has_passed() {
    let site = crate::site().await;
    let mut system = administrator(&site, "xitong", Role::SystemAdministrator).await;
    let page = system.get("/admin/import").await;
    let id = offered(&page);
    crate::village(&site, "朱家村").await;
    system
        .get("/admin/import")
        .await
        .must_say("绑定工作站")
        .must_not_say("撤销这次导入");
    site.house.clock.advance(TimeDelta::days(1));
    let mut system = administrator(&site, "xitong2", Role::SystemAdministrator).await;
    system.get("/admin/import").await.must_say("已超过一天");
    system
        .post("/admin/import/undo", &[("import", &id)])
        .await
        .must_be(422)
        .must_say("已超过一天");
    system
        .post("/admin/import/undo", &[("import", "999")])
        .await
        .must_be(404);
}

#[tokio::test]
async fn a_preview_that_time_has_passed_by_is_shown_anew() {
    let site = crate::site().await;
    let mut system = administrator(&site, "xitong", Role::SystemAdministrator).await;
    let more = "编码,上级编码,名称\n361128102,361128,石门街镇\n";
    let page = preview(&mut system, more.as_bytes()).await;
    site.house
        .import("code | parent_code | name\n361128102 | 361128 | 石门街镇")
        .await;
    confirm(&mut system, &page)
        .await
        .must_be(422)
        .must_say("没有变化");
}

#[tokio::test]
async fn the_table_to_fill_in_comes_as_workbook_and_as_text() {
    let site = crate::site().await;
    let mut system = administrator(&site, "xitong", Role::SystemAdministrator).await;
    let csv = system.get("/admin/import/template?as=csv").await;
    csv.must_be(200)
        .must_say("\u{feff}\"编码\",\"上级编码\",\"名称\"");
    let xlsx = system.get("/admin/import/template?as=xlsx").await;
    assert_eq!(
        xlsx.header("content-disposition"),
        "attachment; filename=\"units.xlsx\""
    );
    assert!(xlsx.bytes > 3000);
}

async fn id_of(site: &Site, name: &str) -> i64 {
    crate::unit(site, name).await.0
}

#[tokio::test]
async fn a_unit_is_found_and_its_contacts_are_kept() {
    let site = crate::site().await;
    let mut system = administrator(&site, "xitong", Role::SystemAdministrator).await;
    let list = system.get("/admin/units").await;
    list.must_be(200)
        .must_say("谢家滩镇")
        .must_say("朱家村")
        .must_say("4 个");
    let found = system.get("/admin/units?q=361128101202").await;
    found.must_say("大塘村").must_not_say("朱家村");
    let typed = system.get("/admin/units?q=dtc").await;
    typed.must_say("大塘村").must_not_say("朱家村");
    system.get("/admin/units?q=某").await.must_say("没有找到单位");
    let page = format!("/admin/units/{}", id_of(&site, "朱家村").await);
    system
        .get(&page)
        .await
        .must_be(200)
        .must_say("还没有绑定工作站")
        .must_say("沿革");
    let contacts = format!("{page}/contacts");
    let typed = [
        ("duty_post", "村值班室"),
        ("phone", " 0793-1002 "),
        ("reporter_email", "zhu@county.example\nzhu2@county.example"),
    ];
    let done = system.post(&contacts, &typed).await;
    assert_eq!(done.goes_to(), format!("{page}?notice=contacts"));
    system
        .get(&page)
        .await
        .must_say("value=\"0793-1002\"")
        .must_say("zhu@county.example\nzhu2@county.example</textarea>");
    let wrong = [("phone", "0793-1003"), ("reporter_email", "zhu.county.example")];
    system
        .post(&contacts, &wrong)
        .await
        .must_be(422)
        .must_say("value=\"0793-1003\"")
        .must_say("应有且只有一个 @")
        .must_say("没有保存");
    system.get("/admin/units/999").await.must_be(404);
    let table = system.get("/admin/units/table?as=csv").await;
    table.must_say("\"361128101201\",\"361128101\",\"朱家村\",\"村\",\"\",\"村值班室\"");
    // What comes out goes in again, and changes nothing.
    preview(&mut system, table.text.as_bytes())
        .await
        .must_be(200)
        .must_say("没有变化");
}

#[tokio::test]
async fn an_officer_keeps_the_contacts_of_his_own_units_and_sees_no_others() {
    let site = crate::site().await;
    site.house
        .import("code | parent_code | name\n361128102 | 361128 | 石门街镇")
        .await;
    let mut officer = site.browser();
    let link = crate::link_of(&site, "zhen", Role::DutyOfficer, "谢家滩镇").await;
    officer.post(&link, &[]).await.must_be(303);
    let list = officer.get("/admin/units").await;
    list.must_say("朱家村")
        .must_not_say("石门街镇")
        .must_not_say("/admin/import");
    let (own, other) = (id_of(&site, "朱家村").await, id_of(&site, "石门街镇").await);
    let phone = [("phone", "0793-1002")];
    officer
        .post(&format!("/admin/units/{own}/contacts"), &phone)
        .await
        .must_be(303);
    officer
        .post(&format!("/admin/units/{other}/contacts"), &phone)
        .await
        .must_be(404);
    officer.get(&format!("/admin/units/{other}")).await.must_be(404);
    officer
        .get(&format!("/admin/units/{own}/change"))
        .await
        .must_be(403);
    let slips = officer.get("/admin/slips").await;
    slips.must_say("已开通 0/3");
    let other = other.to_string();
    officer
        .post("/admin/slips/print", &[("unit", &other)])
        .await
        .must_be(404);
    site.house.clock.advance(TimeDelta::minutes(11));
    let late = officer.post("/admin/slips/print", &[("which", "missing")]).await;
    // Printing asks for a fresh sign-in, and keeps what was chosen.
    late.must_be(401).must_say("name=\"which\" value=\"missing\"");
}

/// Gives a unit another name, after a few that it cannot have.
async fn renames(system: &mut Browser, page: &str, shown: &str) {
    let rename = |name, reason| [("act", "rename"), ("name", name), ("reason", reason)];
    system
        .post(page, &rename("朱家新村", ""))
        .await
        .must_be(422)
        .must_say("依据");
    system
        .post(page, &rename("大塘村", "更名"))
        .await
        .must_be(422)
        .must_say("同名单位");
    let kept = system.post(page, &rename(" ", "更名批复")).await;
    kept.must_be(422).must_say("value=\"更名批复\"");
    system
        .post(page, &rename("朱家新村", "更名批复"))
        .await
        .must_be(303);
    system
        .get(shown)
        .await
        .must_say("朱家新村")
        .must_say("朱家村")
        .must_say("更名 · 更名批复");
}

#[tokio::test]
async fn a_unit_is_renamed_merged_split_and_abolished_with_a_reason() {
    let site = crate::site().await;
    let mut system = administrator(&site, "xitong", Role::SystemAdministrator).await;
    let id = id_of(&site, "朱家村").await;
    let page = format!("/admin/units/{id}/change");
    system
        .get(&page)
        .await
        .must_be(200)
        .must_say("更名")
        .must_say("撤销");
    renames(&mut system, &page, &format!("/admin/units/{id}")).await;
    let split = [
        ("act", "split"),
        ("parts", "朱家东村\n朱家西村\n"),
        ("reason", "分村"),
    ];
    system.post(&page, &split).await.must_be(303);
    let merge = [
        ("act", "merge"),
        ("others", "朱家西村"),
        ("into", "谢家滩镇/朱家新村"),
        ("reason", "并村"),
    ];
    let east = id_of(&site, "朱家东村").await;
    let merged = system.post(&format!("/admin/units/{east}/change"), &merge).await;
    assert_eq!(merged.goes_to(), format!("/admin/units/{east}?notice=changed"));
    system
        .get(&format!("/admin/units/{east}"))
        .await
        .must_say("停用")
        .must_say("并入“谢家滩镇 · 朱家新村”")
        .must_not_say("/change\"");
    let unknown = [("act", "merge"), ("into", "某村"), ("reason", "并村")];
    system
        .post(&page, &unknown)
        .await
        .must_be(422)
        .must_say("没有找到“某村”");
    let town = id_of(&site, "谢家滩镇").await;
    let end = [("act", "abolish"), ("reason", "撤镇")];
    system
        .post(&format!("/admin/units/{town}/change"), &end)
        .await
        .must_be(422)
        .must_say("单位 鄱阳县 · 谢家滩镇 下面还有 2 个单位");
    system.post(&page, &end).await.must_be(303);
    system.get(&page).await.must_be(404);
}

/// Gives the codes of a sheet of slips.
fn codes(page: &Answer) -> Vec<String> {
    let parts = page.text.split("<p class=\"code\">").skip(1);
    parts
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn slips_are_printed_once_and_a_workstation_that_is_lost_is_ended() {
    let site = crate::site().await;
    let mut security = administrator(&site, "anquan", Role::SecurityAdministrator).await;
    security
        .get("/admin/slips")
        .await
        .must_say("已开通 0/3")
        .must_say("3 张");
    let first = security.post("/admin/slips/print", &[("which", "missing")]).await;
    let again = security.post("/admin/slips/print", &[("which", "missing")]).await;
    let (first, again) = (codes(&first), codes(&again));
    assert_eq!((first.len(), again.len()), (3, 3));
    let mut clerk = site.browser();
    clerk.post("/slip", &[("code", &first[1])]).await.must_be(422);
    clerk.post("/slip", &[("code", &again[1])]).await.must_be(303);
    clerk.get("/desk").await.must_be(200);
    security
        .get("/admin/slips?show=all")
        .await
        .must_say("已开通 1/3")
        .must_say("已打印开通单");
    let bound = site
        .house
        .service
        .store
        .read()
        .await
        .unwrap()
        .activations(site.house.service.now())
        .await
        .unwrap();
    let (unit, _) = bound.iter().find(|(_, one)| one.is_active()).unwrap();
    let page = format!("/admin/units/{unit}");
    let device = security.get(&page).await.field("end");
    let ended = security
        .post(&format!("{page}/device"), &[("end", &device)])
        .await;
    assert_eq!(ended.goes_to(), format!("{page}?notice=unbound"));
    assert!(clerk.get("/desk").await.goes_to().starts_with("/signin"));
    security
        .post(&format!("{page}/device"), &[("end", &device)])
        .await
        .must_be(404);
    security.get("/admin/slips").await.must_say("已开通 0/3");
}

#[tokio::test]
async fn who_cannot_report_yet_gets_a_letter_that_sets_his_workstation_up() {
    let site = crate::site().await;
    let table = "code | parent_code | name | reporter_email
        361128101201 | 361128101 | 朱家村 | zhu@county.example; zhu2@county.example";
    site.house.import(table).await;
    let mut security = administrator(&site, "anquan", Role::SecurityAdministrator).await;
    let sent = security.post("/admin/slips/send", &[("under", "")]).await;
    assert_eq!(sent.goes_to(), "/admin/slips?under=0&notice=slips_sent&n=1-2-0");
    security
        .get(sent.goes_to())
        .await
        .must_say("已向 1 个单位")
        .must_say("已发邮件");
    let again = security.post("/admin/slips/send", &[("under", "")]).await;
    assert_eq!(
        again.goes_to(),
        "/admin/slips?under=0&notice=slips_sent&n=0-2-0",
        "once a day"
    );
}
