//! Knows the words of a township: its villages, and the report that it owes after them.

use super::messages;
use crate::domain::language::Lang;
use crate::domain::roll_up::RollUp;

messages! {
    township_title: "本级汇总", "Own units and roll-up";
    township_open: "查看并上报汇总", "See and send the roll-up";
    township_roll_up: "汇总报告", "Roll-up report";
    township_no_roll_up: "本级现在没有需要上报的汇总。", "No roll-up is owed now.";
    township_now: "按各单位报送情况自动填写", "Filled in from what the units reported";
    township_counts(expected, received, all_clear, incidents, late):
        "应报 {expected}，已报 {received}：无情况 {all_clear}，有情况 {incidents}；其中迟报 {late}。",
        "Expected {expected}, reported {received}: {all_clear} all clear, {incidents} with an incident; {late} of them late.";
    township_excused(n): "免报 {n}。", "{n} excused.";
    township_missing(n, names): "未报 {n}：{names}。", "{n} missing: {names}.";
    township_missing_some(n, names): "未报 {n}：{names}等。", "{n} missing: {names} and others.";
    township_all_in: "全部已报。", "All have reported.";
    township_send: "上报汇总", "Send the roll-up";
    township_send_gap(n): "仍有 {n} 个单位未报，按现有情况上报", "{n} unit is missing: send it as it is" | "{n} units are missing: send it as it is";
    township_gap_hint: "不必等未报的单位；上报后收到的报送会自动补在汇总后面。",
        "Do not wait for the silent ones: what comes after sending is added below the report by itself.";
    township_note: "说明（选填）", "Note (optional)";
    township_note_needed: "说明（必填：代为上报，或更正十分钟前的汇总）", "Reason (needed: on its behalf, or more than ten minutes after the last)";
    township_note_hint: "例如：柳村停电，已派人前往", "for example: no power at one village, somebody is on the way";
    township_sent(number, time): "已上报，回执 {number}，{time} 收到。", "Sent: receipt {number}, received {time}.";
    township_as_sent: "上报时的情况", "As it was sent";
    township_later: "上报后的补充", "Since then";
    township_later_none: "上报后没有新的情况。", "Nothing came since then.";
    township_later_clear(time, unit): "{time} {unit}补报：无情况", "{time} {unit} reported: all clear";
    township_later_incident(time, unit): "{time} {unit}补报：有情况", "{time} {unit} reported an incident";
    township_later_changed(unit): "{unit}作了更正：无情况", "{unit} corrected its report: all clear";
    township_later_worse(unit): "{unit}作了更正：有情况", "{unit} corrected its report: an incident";
    township_later_before(n): "更早的补充 {n} 条", "{n} earlier";
    township_todo: "未报和有情况", "Missing or with an incident";
    township_every: "全部", "All";
    township_by: "按下级单位查看", "By the units below";
    township_again: "按最新情况重新上报", "Send it again as it is now";
    township_units: "所属单位", "Its units";
    township_none: "现在没有所属单位应报的场次。", "No unit below owes a report now.";
    township_obligation_closed: "汇总已关闭。如需补报，请打电话给值班室。", "The roll-up has closed. Phone the duty office if it must still be sent.";
    names_joint: "、", ", ";
}

impl Lang {
    /// Says a roll-up in words, with its missing units by the names given, which may be the first of many.
    pub fn roll_up(self, counts: &RollUp, names: &[String]) -> String {
        let mut said = vec![self.township_counts(
            counts.expected,
            counts.received(),
            counts.all_clear,
            counts.incidents,
            counts.late,
        )];
        if counts.excused > 0 {
            said.push(self.township_excused(counts.excused));
        }
        said.push(match counts.missing.len() {
            0 => self.township_all_in().to_owned(),
            n if names.len() < n => self.township_missing_some(n, names.join(self.names_joint())),
            n => self.township_missing(n, names.join(self.names_joint())),
        });
        said.join(match self {
            Self::Zh => "",
            Self::En => " ",
        })
    }
}
