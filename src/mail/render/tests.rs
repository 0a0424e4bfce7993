//! Every kind of letter in both languages, as its reader sees it.

mod bulletin;
mod others;

use chrono::TimeDelta;
use insta::assert_snapshot;

use super::render;
use crate::domain::ids::IncidentId;
use crate::domain::language::Lang;
use crate::domain::letter::LetterKind;
use crate::domain::notice::{Matter, Notice, Place, Silence, Silent};
use crate::domain::time::Timestamp;
use crate::mail::message::build;

fn at(text: &str) -> Timestamp {
    format!("2026-11-{text}:00+08:00").parse().unwrap()
}

fn notice(kind: LetterKind, language: Lang, matter: Matter) -> Notice {
    Notice {
        kind,
        language,
        to: "duty@longquan.example".into(),
        office: "总值班室".into(),
        phone: "0793-6200000".into(),
        zone: chrono_tz::Asia::Shanghai,
        mark: String::new(),
        drill: false,
        link: "https://report.county.example/a/T0KEN".into(),
        message_id: "<1@2.allclear.invalid>".into(),
        thread: Some("<3@2.allclear.invalid>".into()),
        now: at("25T16:20"),
        matter,
    }
}

fn silent(name: &str) -> Silent {
    Silent {
        name: name.into(),
        post: Some("村值班岗".into()),
        phone: Some("0793-6211234".into()),
        last_report: Some(at("24T15:52")),
        last_told: None,
        last_call: None,
        incident: None,
    }
}

fn silence(places: Vec<Place>) -> Silence {
    Silence {
        period: "汛期".into(),
        round: "晚报".into(),
        day: "2026-11-25".parse().unwrap(),
        due: at("25T16:00"),
        scheduled: at("25T16:00"),
        closes: at("25T20:00"),
        passed_on: false,
        pause: TimeDelta::minutes(30),
        outages: Vec::new(),
        places,
    }
}

fn one() -> Vec<Place> {
    vec![Place {
        name: "龙泉街道".into(),
        units: vec![silent("李家村")],
    }]
}

fn many() -> Vec<Place> {
    let mut places = one();
    places[0].units.push(Silent {
        name: "东湖村".into(),
        last_call: Some((at("25T16:12"), false)),
        phone: None,
        ..silent("")
    });
    places.push(Place {
        name: "白沙洲乡".into(),
        units: vec![Silent {
            last_report: None,
            last_call: Some((at("25T16:15"), true)),
            ..silent("李家村")
        }],
    });
    places
}

/// Gives the subject and the text, after seeing that all of it is a mail and that the HTML says the same.
fn said(notice: &Notice) -> String {
    let draft = render(notice, ("总值班室", "duty@county.example")).unwrap();
    build(&draft).unwrap();
    let html = draft.html.unwrap();
    assert!(!html.contains("<img") && !html.contains("<script") && !html.contains("url("));
    assert!(html.contains(&format!("href=\"{}\"", notice.link)));
    for line in draft
        .text
        .lines()
        .filter(|line| !line.contains(['：', ':', '】', ']']))
    {
        let bare = line.trim_start_matches([' ', '-', '■']);
        assert!(
            html.contains(&bare.replace('\'', "&#39;")),
            "{bare:?} is not in the HTML"
        );
    }
    format!("{}\n\n{}", draft.subject, draft.text)
}

fn chase(kind: LetterKind, language: Lang, places: Vec<Place>) -> Notice {
    notice(kind, language, Matter::Silence(silence(places)))
}

#[test]
fn a_reminder_tells_the_reporter_what_is_due() {
    let mut reminder = chase(LetterKind::Reminder, Lang::Zh, one());
    reminder.now = at("25T15:30");
    reminder.link = "https://report.county.example".into();
    assert_snapshot!(said(&reminder), @r#"
    【提醒】龙泉街道李家村尚未报送：晚报 11-25 16:00 截止

    1 个单位尚未报送。

    汛期 · 晚报 · 2026年11月25日（星期三）

    截止时间：11月25日 16:00（还有 30 分钟）
    补报截止：11月25日 20:00

    ■ 龙泉街道（1 个）
      李家村
        村值班岗 0793-6211234
        最近一次报送：11月24日 15:52

    需要做的：
    - 有事报情况，无事报平安：请立即打开本单位的报送页面，点一下即可。
    - 上不了网的，请打值班电话口头报送，由值班员录入。

    报送页面：
    https://report.county.example

    ——总值班室
    值班电话 0793-6200000
    本邮件由每日零报告系统自动发送，请勿直接回复。
    "#);
    reminder.language = Lang::En;
    assert_snapshot!(said(&reminder), @r#"
    [Reminder] 李家村 (龙泉街道) has not reported yet: 晚报, due 11-25 16:00

    1 unit has not reported yet.

    汛期 · 晚报 · Wednesday, 25 November 2026

    Due: 25 November, 16:00 (30 minutes left)
    Closes: 25 November, 20:00

    ■ 龙泉街道 (1 unit)
      李家村
        村值班岗 0793-6211234
        last report: 24 November, 15:52

    What to do:
    - Please open your unit's report page now: one tap if nothing happened, the incident form if something did.
    - Without a connection, please dictate the report by phone; the duty officer enters it.

    Report page:
    https://report.county.example

    — 总值班室
    Duty phone 0793-6200000
    Sent by the daily zero report service; please do not reply to this letter.
    "#);
}

#[test]
fn a_letter_that_asks_for_a_follow_up_names_the_incident() {
    let mut places = one();
    places[0].units[0].incident = Some((IncidentId(12), "洪涝".into()));
    let mut overdue = chase(LetterKind::Overdue, Lang::Zh, places);
    assert!(said(&overdue).contains("    须续报：事件 12（洪涝）\n"));
    overdue.language = Lang::En;
    assert!(said(&overdue).contains("    owes a follow-up on incident 12 (洪涝)\n"));
}

#[test]
fn an_overdue_letter_asks_the_backup_to_step_in() {
    assert_snapshot!(said(&chase(LetterKind::Overdue, Lang::Zh, one())), @r#"
    【逾期】龙泉街道李家村未报：晚报 11-25 16:00 截止

    1 个单位逾期未报。

    汛期 · 晚报 · 2026年11月25日（星期三）

    截止时间：11月25日 16:00（已超时 20 分钟）
    补报截止：11月25日 20:00

    ■ 龙泉街道（1 个）
      李家村
        村值班岗 0793-6211234
        最近一次报送：11月24日 15:52

    需要做的：
    - 报送员没有报送，请您代为联系，或直接用本单位的报送页面报送。
    - 上不了网的，请打值班电话口头报送，由值班员录入。
    - 已经着手处理的，请点开下面的链接签收；签收后 30 分钟内不再就这些单位催报。

    签收：
    https://report.county.example/a/T0KEN

    ——总值班室
    值班电话 0793-6200000
    本邮件由每日零报告系统自动发送，请勿直接回复。
    "#);
    assert_snapshot!(said(&chase(LetterKind::Overdue, Lang::En, one())), @r#"
    [Overdue] 李家村 (龙泉街道) has not reported: 晚报, due 11-25 16:00

    1 unit has not reported, and the deadline has passed.

    汛期 · 晚报 · Wednesday, 25 November 2026

    Due: 25 November, 16:00 (20 minutes overdue)
    Closes: 25 November, 20:00

    ■ 龙泉街道 (1 unit)
      李家村
        村值班岗 0793-6211234
        last report: 24 November, 15:52

    What to do:
    - The reporter has not reported. Please reach the reporter, or report from the unit's page yourself.
    - Without a connection, please dictate the report by phone; the duty officer enters it.
    - If you have taken this in hand, open the link below and acknowledge; no further letters about these units go out for 30 minutes.

    Acknowledge:
    https://report.county.example/a/T0KEN

    — 总值班室
    Duty phone 0793-6200000
    Sent by the daily zero report service; please do not reply to this letter.
    "#);
}

#[test]
fn an_escalated_letter_names_every_unit_with_its_township_and_phone() {
    assert_snapshot!(said(&chase(LetterKind::Escalated, Lang::Zh, many())), @r#"
    【催报】3 个单位逾期未报：晚报 11-25 16:00 截止

    3 个单位逾期未报。

    汛期 · 晚报 · 2026年11月25日（星期三）

    截止时间：11月25日 16:00（已超时 20 分钟）
    补报截止：11月25日 20:00

    ■ 龙泉街道（2 个）
      李家村
        村值班岗 0793-6211234
        最近一次报送：11月24日 15:52
      东湖村
        村值班岗 未登记电话
        最近一次报送：11月24日 15:52
        16:12 电话无人接听

    ■ 白沙洲乡（1 个）
      李家村
        村值班岗 0793-6211234
        此前没有报送记录
        16:15 已电话联系上

    需要做的：
    - 请逐个联系以上单位，弄清是漏报还是出了事；联系不上的，请派人到现场。
    - 已经着手处理的，请点开下面的链接签收；签收后 30 分钟内不再就这些单位催报。

    签收：
    https://report.county.example/a/T0KEN

    ——总值班室
    值班电话 0793-6200000
    本邮件由每日零报告系统自动发送，请勿直接回复。
    "#);
    assert_snapshot!(said(&chase(LetterKind::Escalated, Lang::En, many())), @r#"
    [Escalated] 3 units have not reported: 晚报, due 11-25 16:00

    3 units have not reported, and the deadline has passed.

    汛期 · 晚报 · Wednesday, 25 November 2026

    Due: 25 November, 16:00 (20 minutes overdue)
    Closes: 25 November, 20:00

    ■ 龙泉街道 (2 units)
      李家村
        村值班岗 0793-6211234
        last report: 24 November, 15:52
      东湖村
        村值班岗 no phone on record
        last report: 24 November, 15:52
        phone not answered: 16:12

    ■ 白沙洲乡 (1 unit)
      李家村
        村值班岗 0793-6211234
        no earlier report on record
        reached by phone: 16:15

    What to do:
    - Please reach every unit above and find out whether a report was forgotten or something happened; send somebody where nobody answers.
    - If you have taken this in hand, open the link below and acknowledge; no further letters about these units go out for 30 minutes.

    Acknowledge:
    https://report.county.example/a/T0KEN

    — 总值班室
    Duty phone 0793-6200000
    Sent by the daily zero report service; please do not reply to this letter.
    "#);
}

#[test]
fn a_letter_says_why_it_came_to_this_reader_and_when_the_service_was_down() {
    let matter = Silence {
        passed_on: true,
        due: at("25T17:00"),
        closes: at("25T17:30"),
        outages: vec![(at("25T14:00"), at("25T15:20"))],
        ..silence(one())
    };
    let mut letter = notice(LetterKind::Escalated, Lang::Zh, Matter::Silence(matter));
    letter.now = at("25T18:00");
    letter.mark = "demo".into();
    letter.drill = true;
    letter.phone = String::new();
    assert_snapshot!(said(&letter), @r#"
    【演示】【演练】【催报】龙泉街道李家村逾期未报：晚报 11-25 17:00 截止

    【演示】本邮件标有“演示”，不是真实情况。

    【演练】本邮件标有“演练”，不是真实情况。

    1 个单位逾期未报。

    汛期 · 晚报 · 2026年11月25日（星期三）

    应当先收到通知的人员没有可用的邮箱，因此直接通知您。

    11月25日 14:00 至 11月25日 15:20 系统停机，其间无法接收报送，请一并考虑。

    截止时间：11月25日 17:00（原定 11月25日 16:00）（已超时 1 小时）
    补报截止：11月25日 17:30

    ■ 龙泉街道（1 个）
      李家村
        村值班岗 0793-6211234
        最近一次报送：11月24日 15:52

    需要做的：
    - 本场次已过补报时间，只能由值班室补录：请打值班电话。

    签收：
    https://report.county.example/a/T0KEN

    ——总值班室
    本邮件由每日零报告系统自动发送，请勿直接回复。
    "#);
    letter.language = Lang::En;
    assert_snapshot!(said(&letter), @r#"
    [Demo] [Drill] [Escalated] 李家村 (龙泉街道) has not reported: 晚报, due 11-25 17:00

    [Demo] Marked "Demo": this is not a real situation.

    [Drill] Marked "Drill": this is not a real situation.

    1 unit has not reported, and the deadline has passed.

    汛期 · 晚报 · Wednesday, 25 November 2026

    Those who should have been told first cannot be reached by mail, so this letter comes to you at once.

    From 25 November, 14:00 to 25 November, 15:20 the service was down and could not receive reports; please take that into account.

    Due: 25 November, 17:00 (originally 25 November, 16:00) (1 hour overdue)
    Closes: 25 November, 17:30

    ■ 龙泉街道 (1 unit)
      李家村
        村值班岗 0793-6211234
        last report: 24 November, 15:52

    What to do:
    - This round has closed; only the duty office can still record a report. Please phone it.

    Acknowledge:
    https://report.county.example/a/T0KEN

    — 总值班室
    Sent by the daily zero report service; please do not reply to this letter.
    "#);
}

#[test]
fn a_letter_that_was_passed_on_sends_nobody_to_a_page_that_is_not_theirs() {
    let matter = Silence {
        passed_on: true,
        ..silence(one())
    };
    let said = said(&notice(LetterKind::Overdue, Lang::Zh, Matter::Silence(matter)));
    assert!(said.contains("请逐个联系以上单位"), "{said}");
    assert!(!said.contains("本单位的报送页面"), "{said}");
    let own = said_of_backup();
    assert!(own.contains("本单位的报送页面"), "{own}");
}

#[test]
fn a_report_of_an_incident_since_the_last_round_is_the_last_report_that_is_named() {
    let line = |lang, last_report, last_told| {
        let mut places = one();
        places[0].units[0] = Silent {
            last_report,
            last_told,
            ..silent("李家村")
        };
        let said = said(&chase(LetterKind::Reminder, lang, places));
        let line = said
            .lines()
            .find(|line| line.contains("最近一次") || line.contains("last report"));
        line.map(|line| line.trim().to_owned()).unwrap_or_default()
    };
    let urgent = Some((at("25T14:02"), true));
    assert_eq!(
        line(Lang::Zh, None, urgent),
        "最近一次报送：14:02（紧急情况，不算本场次报送）"
    );
    assert_eq!(
        line(Lang::En, Some(at("24T15:52")), urgent),
        "last report: 14:02 (urgent, not for this round)"
    );
    let told = Some((at("25T14:02"), false));
    assert_eq!(
        line(Lang::Zh, Some(at("24T15:52")), told),
        "最近一次报送：14:02（事件情况，不算本场次报送）"
    );
    assert_eq!(line(Lang::Zh, Some(at("25T14:02")), told), "最近一次报送：14:02");
}

#[test]
fn the_mark_of_an_english_letter_stands_apart_from_what_it_means() {
    let mut letter = chase(LetterKind::Overdue, Lang::En, one());
    letter.mark = "演示".into();
    let draft = render(&letter, ("总值班室", "duty@county.example")).unwrap();
    assert!(draft.text.contains("[Demo] Marked"), "{}", draft.text);
    let html = draft.html.unwrap();
    assert!(html.contains("<strong>[Demo] </strong>Marked"), "{html}");
}

/// The same letter as it reaches the backup of the silent unit.
fn said_of_backup() -> String {
    said(&notice(
        LetterKind::Overdue,
        Lang::Zh,
        Matter::Silence(silence(one())),
    ))
}
