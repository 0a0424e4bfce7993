//! Urgent letters and account letters in both languages.

use insta::assert_snapshot;

use super::super::render;
use super::{at, notice, said};
use crate::domain::checkin::Provenance;
use crate::domain::incident::Severity;
use crate::domain::language::Lang;
use crate::domain::letter::LetterKind;
use crate::domain::notice::{Entered, Matter, SignIn, Urgent};
use crate::mail::message::build;

fn urgent() -> Urgent {
    Urgent {
        unit: "龙泉街道".into(),
        class: "山洪".into(),
        severity: Severity::NotGraded,
        place: "东湖村三组".into(),
        what: "山洪冲毁便桥，三户被围。".into(),
        measures: String::new(),
        dead: Some(0),
        injured: None,
        missing: Some(1),
        occurred: Some(at("25T16:20")),
        learned: Some(at("25T16:31")),
        received: at("25T16:40"),
        provenance: Provenance::Own,
        receipt: "4711-2".into(),
        post: Some("街道值班室".into()),
        unit_phone: Some("0793-6215678".into()),
        calls_before: 0,
        call: (0, 0),
        silent: None,
    }
}

#[test]
fn an_urgent_letter_is_complete_without_the_page_behind_its_link() {
    let first = |language| notice(LetterKind::Urgent, language, Matter::Urgent(Box::new(urgent())));
    assert_snapshot!(said(&first(Lang::Zh)), @r#"
    【紧急】龙泉街道 山洪 11-25 16:40（待签收）

    龙泉街道报告紧急情况：山洪。

    等级：未定级
    地点：东湖村三组
    情况：山洪冲毁便桥，三户被围。
    伤亡：死亡 0，受伤 不详，失踪 1
    已采取措施：未填
    发生时间：11月25日 16:20
    获知时间：11月25日 16:31
    接报时间：11月25日 16:40
    单位联系：街道值班室 0793-6215678
    报送方式：本单位报送
    回执编号：4711-2

    需要做的：
    - 请立即处置，并点开下面的链接点“我已阅知”；打不开链接的，请打值班电话说“已收到”。
    - 无人签收的，会再次发送，有下一级的同时通知下一级；等不及的，可在链接页面上点按钮立即再发。

    查看并签收：
    https://report.county.example/a/T0KEN

    ——总值班室
    值班电话 0793-6200000
    本邮件由每日零报告系统自动发送，请勿直接回复。
    "#);
    let again = Urgent {
        calls_before: 2,
        call: (1, 2),
        class: "flash flood".into(),
        severity: Severity::II,
        measures: "Rescue team sent.".into(),
        ..urgent()
    };
    let letter = notice(LetterKind::Urgent, Lang::En, Matter::Urgent(Box::new(again)));
    assert_snapshot!(said(&letter), @r#"
    [URGENT] 龙泉街道: flash flood, 11-25 16:40 (not yet acknowledged) step 3, pass 2

    龙泉街道 reports an emergency: flash flood.

    Leaders have been told 2 times before, and nobody has acknowledged.

    Severity: Major (II)
    Place: 东湖村三组
    What happened: 山洪冲毁便桥，三户被围。
    Casualties: dead 0, injured not known, missing 1
    Measures taken: Rescue team sent.
    Occurred: 25 November, 16:20
    Learned: 25 November, 16:31
    Received: 25 November, 16:40
    Unit's contact: 街道值班室 0793-6215678
    How it came: Own report
    Receipt: 4711-2

    What to do:
    - Please act at once, and open the link below to say that you have it. If the link does not open, phone the duty office and say so.
    - Without an acknowledgement it is sent again, and also to the next people where more are set; the page behind the link can do so at once.

    Read and acknowledge:
    https://report.county.example/a/T0KEN

    — 总值班室
    Duty phone 0793-6200000
    Sent by the daily zero report service; please do not reply to this letter.
    "#);
}

#[test]
fn a_unit_is_told_what_was_entered_in_its_name() {
    let entered = Entered {
        unit: "龙泉街道 李家村".into(),
        round: Some(("2026-11-25".parse().unwrap(), "晚报".into())),
        provenance: Provenance::Phone,
        received: at("25T16:10"),
        incident: None,
        roll_up: false,
        caller: Some(("村值班员".into(), at("25T16:08"))),
        reason: Some("网络中断".into()),
        receipt: "4711-2".into(),
    };
    let mut letter = notice(LetterKind::Account, Lang::Zh, Matter::Entered(entered.clone()));
    letter.link = "https://report.county.example".into();
    assert_snapshot!(said(&letter), @r#"
    【告知】龙泉街道 李家村：已由他人录入报送（电话报送）

    11月25日 16:10 有一份以龙泉街道 李家村名义录入的报送：

    场次：晚报 · 2026年11月25日（星期三）
    内容：零报告
    报送方式：电话报送
    来电：村值班员 11月25日 16:08
    原因：网络中断
    回执编号：4711-2

    需要做的：
    - 请核对。与实际不符的，请在本单位的报送页面更正，或立即打值班电话。

    报送页面：
    https://report.county.example

    ——总值班室
    值班电话 0793-6200000
    本邮件由每日零报告系统自动发送，请勿直接回复。
    "#);
    letter.language = Lang::En;
    letter.matter = Matter::Entered(Entered {
        incident: Some("flash flood".into()),
        provenance: Provenance::Proxy,
        caller: None,
        ..entered
    });
    assert_snapshot!(said(&letter), @r#"
    [Notice] 龙泉街道 李家村: a report was entered for you (Reported on its behalf)

    A report was entered for 龙泉街道 李家村 on 25 November, 16:10:

    Round: 晚报 · Wednesday, 25 November 2026
    Content: Incident: flash flood
    How it came: Reported on its behalf
    Reason: 网络中断
    Receipt: 4711-2

    What to do:
    - Please check it. If it is not right, amend it on your unit's report page, or phone the duty office at once.

    Report page:
    https://report.county.example

    — 总值班室
    Duty phone 0793-6200000
    Sent by the daily zero report service; please do not reply to this letter.
    "#);
}

#[test]
fn a_sign_in_letter_says_for_whom_and_how_long() {
    let matter = Matter::SignIn(SignIn {
        login: "duty1".into(),
        post: "县值班员".into(),
        expires: at("26T09:00"),
    });
    let mut letter = notice(LetterKind::Account, Lang::Zh, matter);
    assert_snapshot!(said(&letter), @r#"
    总值班室：登录链接

    账号 duty1（县值班员）的一次性登录链接：

    链接只能用一次，11月26日 09:00 前有效。

    不是您本人申请的，请不要点开，并告知系统管理员。

    登录：
    https://report.county.example/a/T0KEN

    ——总值班室
    值班电话 0793-6200000
    本邮件由每日零报告系统自动发送，请勿直接回复。
    "#);
    letter.language = Lang::En;
    assert_snapshot!(said(&letter), @r#"
    总值班室: your sign-in link

    One-time sign-in link for duty1 (县值班员):

    It works once, until 26 November, 09:00.

    If you did not ask for it, do not open it, and tell the system administrator.

    Sign in:
    https://report.county.example/a/T0KEN

    — 总值班室
    Duty phone 0793-6200000
    Sent by the daily zero report service; please do not reply to this letter.
    "#);
}

#[test]
fn what_a_reporter_wrote_cannot_become_markup() {
    let evil = Urgent {
        what: "<script>alert(1)</script>\r\nBcc: all@county.example".into(),
        unit: "龙泉\r\n街道".into(),
        ..urgent()
    };
    let letter = notice(LetterKind::Urgent, Lang::Zh, Matter::Urgent(Box::new(evil)));
    let draft = render(&letter, ("总值班室", "duty@county.example")).unwrap();
    assert!(!draft.html.as_deref().unwrap().contains("<script"));
    let bytes = String::from_utf8(build(&draft).unwrap()).unwrap();
    let (head, _) = bytes.split_once("\r\n\r\n").unwrap();
    assert!(!head.lines().any(|line| line.starts_with("Bcc:")));
}
