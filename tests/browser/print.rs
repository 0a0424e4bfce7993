//! What comes out of a printer: A4, heads of tables and the foot with its cut-off time on every sheet, no buttons.

use std::process::Command;

use allclear::domain::access::Role;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use crate::Scene;
use crate::chrome::Chrome;
use crate::driver::Kind;
use crate::support::urgent;

/// A printed page.
struct Paper {
    /// What each sheet says, as `pdftotext` reads it.
    sheets: Vec<String>,
}

impl Paper {
    /// Prints what is shown.
    async fn of(chrome: &Chrome) -> Self {
        let asked = json!({ "preferCSSPageSize": true, "printBackground": false });
        let printed = chrome.devtools("Page.printToPDF", asked).await;
        let bytes = BASE64_STANDARD.decode(printed["data"].as_str().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.pdf");
        std::fs::write(&file, bytes).unwrap();
        let read = |program: &str, args: &[&str]| {
            let mut command = Command::new(program);
            command.args(args).arg(&file);
            if program == "pdftotext" {
                command.arg("-");
            }
            let said = command
                .output()
                .expect("poppler reads PDF: install poppler-utils, or set ALLCLEAR_SKIP_BROWSER");
            String::from_utf8_lossy(&said.stdout).into_owned()
        };
        assert!(read("pdfinfo", &[]).contains("(A4)"), "it is not on A4");
        let text = read("pdftotext", &["-layout"]);
        let sheets = text.split('\u{c}').map(str::to_owned);
        Self {
            sheets: sheets.filter(|sheet| !sheet.trim().is_empty()).collect(),
        }
    }

    /// Holds that every sheet says something.
    fn all_say(&self, words: &str) -> &Self {
        for sheet in &self.sheets {
            assert!(sheet.contains(words), "a sheet does not say {words:?}:\n{sheet}");
        }
        self
    }

    fn says(&self, words: &str) -> &Self {
        assert!(
            self.sheets.concat().contains(words),
            "no {words:?}:\n{:#?}",
            self.sheets
        );
        self
    }

    fn says_no(&self, words: &str) -> &Self {
        assert!(
            !self.sheets.concat().contains(words),
            "{words:?}:\n{:#?}",
            self.sheets
        );
        self
    }

    /// Holds that the sheets are numbered.
    fn is_numbered(&self) -> &Self {
        let of = self.sheets.len();
        for (n, sheet) in (1..).zip(&self.sheets) {
            // How wide a blank is depends on the fonts.
            let plain: String = sheet.split_whitespace().collect();
            assert!(
                plain.ends_with(&format!("{n}/{of}")),
                "sheet {n} of {of} has no number:\n{sheet}"
            );
        }
        self
    }
}

/// Opens a county with as many villages as fill several sheets.
async fn large() -> Option<Scene> {
    let scene = Scene::empty().await?;
    let mut table =
        "code|parent_code|name|kind\n361128||清河县|county\n361128101|361128|东湖镇|township\n".to_owned();
    for n in 1..=70 {
        table.push_str(&format!("3611281012{n:02}|361128101|第{n}村|village\n"));
    }
    scene.day.house.import(&table).await;
    let rounds = ["晚报 08:30 16:00 20:00"];
    scene
        .day
        .declare("2026-06-01 08:00", "2026-06-30 22:00", &rounds)
        .await;
    scene.day.until("15:10").await;
    Some(scene)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_office_prints_has_heads_numbers_and_its_time() {
    let Some(scene) = large().await else { return };
    let what = scene
        .day
        .report("东湖镇 · 第1村", urgent("圩堤管涌，正在抢护"))
        .await;
    scene.day.send("东湖镇 · 第1村", what).await.unwrap();
    let officer = scene.officer().await;
    officer.open("/board").await.sees("第70村").await;
    let board = Paper::of(&officer).await;
    assert!(board.sheets.len() > 1, "{:#?}", board.sheets);
    board
        .all_say("值班电话")
        .all_say("数据截至 2026年6月1日 15:10:00")
        .is_numbered();
    board
        .says("第2村")
        .says("第70村")
        .says("待报")
        .says_no("已电话联系")
        .says_no("查找");
    officer.open("/incident/1").await.sees("圩堤管涌").await;
    let story = Paper::of(&officer).await;
    story.all_say("数据截至 2026年6月1日 15:10:00").is_numbered();
    story
        .says("圩堤管涌，正在抢护")
        .says("经过")
        .says_no("退出")
        .says_no("English");
    officer.open("/handover").await.sees("我已接班").await;
    let desk = Paper::of(&officer).await;
    desk.all_say("数据截至")
        .is_numbered()
        .says("交接班")
        .says("第1村")
        .says_no("我已接班");
    officer.open("/roster").await.sees("导入值班表").await;
    Paper::of(&officer)
        .await
        .all_say("数据截至")
        .is_numbered()
        .says_no("修改");
    officer.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_slips_come_on_a_sheet() {
    let Some(scene) = large().await else { return };
    let security = scene
        .signed_in(Role::SecurityAdministrator, "", Kind::OFFICE)
        .await;
    security.open("/admin/slips").await;
    security
        .press_css("form[action='/admin/slips/print'] button")
        .await
        .sees("开通码只显示这一次")
        .await;
    let slips = Paper::of(&security).await;
    slips.says_no("数据截至").says_no("只显示这一次");
    let counts: Vec<usize> = slips
        .sheets
        .iter()
        .map(|sheet| sheet.matches("/slip").count())
        .collect();
    // 70 villages and the township.
    assert_eq!(counts, [8, 8, 8, 8, 8, 8, 8, 8, 7]);
    security.ends().await;
}
