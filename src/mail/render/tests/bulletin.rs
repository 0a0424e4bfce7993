//! The letter of a bulletin, on a day with everything and on a quiet day.

use insta::assert_snapshot;

use super::{at, notice, said};
use crate::domain::bulletin::{Bulletin, sample};
use crate::domain::language::Lang;
use crate::domain::letter::LetterKind;
use crate::domain::notice::{Matter, Notice, TheBulletin};

fn letter(language: Lang, (bulletin, duty): (Bulletin, Vec<crate::domain::bulletin::DutyLine>)) -> Notice {
    let the = TheBulletin {
        bulletin,
        duty: Some(duty),
    };
    Notice {
        link: "https://report.county.example/bulletin/12".into(),
        ..notice(LetterKind::Bulletin, language, Matter::Bulletin(Box::new(the)))
    }
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "the letter as it is read, in both languages"
)]
fn a_day_with_everything_is_told_from_its_conclusion_down() {
    assert_snapshot!(said(&letter(Lang::Zh, sample())), @r#"
    【日报】鄱阳县 11-25 第12期：应报503 已报501 有情况5 未报2

    应报503，已报501，无情况496，有情况5，迟报2，未报2，代报1。

    鄱阳县日报 2026年第12期

    统计 11月23日 18:30 至 11月25日 18:30 到期的报送，数据截至 11月25日 19:10。

    本期合并 11月24日 至 11月25日 的日报：期间系统未能按时生成。

    本期于 11月25日 19:10 补发。

    系统停机：11月24日 17:00 至 11月25日 09:00，其间无法报送。

    ■ 事件（2）
      山洪 · 较大（Ⅲ级） · 龙泉街道 · 柳村
        新发生，首报 11月25日 16:40
        死亡 0，受伤 2，失踪 不详
        共 2 次报告，最近 11月25日 17:50
        获知到首报 42 分钟 ■ 超时（限 30 分钟） · 首报到签收 4 分钟
        续报 11月26日 08:00 前
      房屋火灾 · 一般（Ⅳ级） · 龙泉街道 · 柳村
        首报 11月22日 09:00，已于 11月25日 12:00 结束
        首报后 50 分钟未签收 ■ 超时（限 30 分钟）

    ■ 未报单位（2）
      龙泉街道（1）
        柳村（晚报 11月25日）
      直属单位（1）
        县水利局（晚报 11月25日）

    ■ 迟报单位（2）
      谢家滩镇（2）
        杨村（晚报 11月25日 16:31）、朱家村（晚报 11月25日 16:50）

    ■ 上期未报、其后已报（1）
      谢家滩镇（1）
        大塘村（晚报 11月25日 21:05）

    ■ 没有送达的
      1 封邮件发送失败，尚无人处理。
      2 个单位催报时无人可通知。

    ■ 各场次
      晚报 11月24日
        应报0，已报0，无情况0，有情况0
        冬春火灾防控 · 截止 11月24日 16:00
      晚报 11月25日
        应报503，已报501，无情况496，有情况5，迟报2，未报2，代报1
        冬春火灾防控 · 截止 11月25日 16:00
      事件续报
        应报2，已报2

    ■ 11月26日值班
      带班领导
        副县长办公室 0793-6200001
      值班员
        值班表没有排人

    ■ 存证
      晚报 11月25日 封存
        abababababababababababababababababababababababababababababababab
      审计链尾
        41:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd

    在系统中查看本期日报：
    https://report.county.example/bulletin/12

    ——总值班室
    值班电话 0793-6200000
    本邮件由每日零报告系统自动发送，请勿直接回复。
    "#);
    assert_snapshot!(said(&letter(Lang::En, sample())), @r#"
    [Daily bulletin] 鄱阳县 11-25 no. 12: 501 of 503 reported, 5 with incidents, 2 missing

    503 expected, 501 reported, 496 all clear, 5 with incidents, 2 late, 2 missing, 1 on behalf.

    Daily bulletin of 鄱阳县, 2026 no. 12

    Reports due from 23 November, 18:30 to 25 November, 18:30, as of 25 November, 19:10.

    This bulletin stands for 24 November to 25 November: the service could not make one on time.

    It was made late: 25 November, 19:10.

    The service was down from 24 November, 17:00 to 25 November, 09:00 and could not receive.

    ■ Incidents (2)
      Flash flood · Serious (III) · 龙泉街道 · 柳村
        New, first reported 25 November, 16:40
        Dead 0, injured 2, missing Unknown
        2 reports, the last 25 November, 17:50
        learned to report 42 minutes ■ late (limit 30 minutes) · report to acknowledgement 4 minutes
        Follow-up due 26 November, 08:00
      House fire · Ordinary (IV) · 龙泉街道 · 柳村
        First reported 22 November, 09:00, closed 25 November, 12:00
        not acknowledged for 50 minutes ■ late (limit 30 minutes)

    ■ Not reported (2)
      龙泉街道 (1)
        柳村 (晚报 25 November)
      Directly below (1)
        县水利局 (晚报 25 November)

    ■ Reported late (2)
      谢家滩镇 (2)
        杨村 (晚报 25 November 16:31), 朱家村 (晚报 25 November 16:50)

    ■ Missing in the bulletin before, reported since (1)
      谢家滩镇 (1)
        大塘村 (晚报 25 November 21:05)

    ■ What did not arrive
      1 letter failed and nobody has seen to it.
      For 2 units a step of the chase reached nobody.

    ■ By round
      晚报 24 November
        0 expected, 0 reported, 0 all clear, 0 with incidents
        冬春火灾防控 · Due 24 November, 16:00
      晚报 25 November
        503 expected, 501 reported, 496 all clear, 5 with incidents, 2 late, 2 missing, 1 on behalf
        冬春火灾防控 · Due 25 November, 16:00
      Follow-ups
        2 expected, 2 reported

    ■ On duty on 26 November
      Leader
        副县长办公室 0793-6200001
      Officer
        Nobody is on the roster

    ■ Proof
      Seal of 晚报, 25 November
        abababababababababababababababababababababababababababababababab
      Head of the audit chain
        41:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd

    Read it in the service:
    https://report.county.example/bulletin/12

    — 总值班室
    Duty phone 0793-6200000
    Sent by the daily zero report service; please do not reply to this letter.
    "#);
}

#[test]
fn a_quiet_day_is_told_too() {
    let (full, _) = sample();
    let quiet = Bulletin {
        first: full.day,
        as_of: full.until,
        reports: crate::domain::bulletin::Counts {
            expected: 503,
            received: 503,
            all_clear: 503,
            ..Default::default()
        },
        follow_ups: Default::default(),
        rounds: full.rounds[..1].to_vec(),
        incidents: Vec::new(),
        unmet: Vec::new(),
        late: Vec::new(),
        caught_up: Vec::new(),
        failed_letters: 0,
        unreached: 0,
        outages: Vec::new(),
        seals: Vec::new(),
        ..full
    };
    assert!(quiet.as_of < at("26T00:00"));
    assert_snapshot!(said(&letter(Lang::Zh, (quiet, Vec::new()))), @r#"
    【日报】鄱阳县 11-25 第12期：应报503 已报503 有情况0 未报0

    应报503，已报503，无情况503，有情况0。

    鄱阳县日报 2026年第12期

    统计 11月23日 18:30 至 11月25日 18:30 到期的报送，数据截至 11月25日 18:30。

    ■ 事件（0）
      没有未结束的事件。

    ■ 未报单位（0）
      没有未报的单位。

    ■ 各场次
      晚报 11月24日
        应报0，已报0，无情况0，有情况0
        冬春火灾防控 · 截止 11月24日 16:00

    ■ 11月26日值班
      带班领导
        值班表没有排人
      值班员
        值班表没有排人

    ■ 存证
      审计链尾
        41:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd

    在系统中查看本期日报：
    https://report.county.example/bulletin/12

    ——总值班室
    值班电话 0793-6200000
    本邮件由每日零报告系统自动发送，请勿直接回复。
    "#);
}
