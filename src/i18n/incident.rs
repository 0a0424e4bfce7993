//! Knows the words of an incident's life: its reports, what they change, its clocks, families and findings.

use chrono_tz::Tz;

use super::messages;
use crate::domain::incident::{FindingKind, LifeError, ReportKind, Value};
use crate::domain::language::Lang;

impl Lang {
    /// Names a report on an incident.
    pub fn report_kind(self, kind: ReportKind) -> &'static str {
        match kind {
            ReportKind::First => self.report_first(),
            ReportKind::FollowUp => self.report_follow_up(),
            ReportKind::Verification => self.report_verification(),
            ReportKind::Final => self.report_final(),
        }
    }

    /// Names a finding.
    pub fn finding_kind(self, kind: FindingKind) -> &'static str {
        match kind {
            FindingKind::Late => self.finding_late(),
            FindingKind::Omitted => self.finding_omitted(),
            FindingKind::Understated => self.finding_understated(),
            FindingKind::False => self.finding_false(),
            FindingKind::Concealed => self.finding_concealed(),
        }
    }

    /// Says what a field says; a class must be named already. What is not known is never zero.
    pub fn value(self, value: &Value, zone: Tz) -> String {
        match value {
            Value::Class(name) => name.clone(),
            Value::Severity(severity) => self.severity(*severity).to_owned(),
            Value::Text(text) if text.is_empty() => self.alert_not_known().to_owned(),
            Value::Text(text) => text.clone(),
            Value::Number(None) => self.alert_not_known().to_owned(),
            Value::Number(Some(n)) => n.to_string(),
            Value::Time(None) => self.alert_not_known().to_owned(),
            Value::Time(Some(at)) => self.moment(*at, zone),
            Value::Flag(true) => self.value_yes().to_owned(),
            Value::Flag(false) => self.value_no().to_owned(),
        }
    }

    /// Says why an incident cannot become that.
    pub fn life_error(self, error: LifeError) -> &'static str {
        match error {
            LifeError::Closed => self.life_closed(),
            LifeError::Open => self.life_open(),
            LifeError::Joined => self.life_joined(),
            LifeError::NotJoined => self.life_not_joined(),
            LifeError::HasMembers => self.life_has_members(),
            LifeError::Itself => self.life_itself(),
            LifeError::OtherDrill => self.life_other_drill(),
        }
    }
}

messages! {
    report_first: "首报", "First report";
    report_follow_up: "续报", "Follow-up";
    report_verification: "核报", "Verification";
    report_final: "终报", "Final report";
    report_numbered(n): "第 {n} 报", "report {n}";
    finding_late: "迟报", "Late";
    finding_omitted: "漏报", "Omitted";
    finding_understated: "轻报", "Understated";
    finding_false: "谎报", "False";
    finding_concealed: "瞒报", "Concealed";
    value_yes: "是", "yes";
    value_no: "否", "no";

    life_closed: "事件已经办结，或要并入的事件已经办结。请先重新打开。", "One of the incidents is closed; reopen it first.";
    life_open: "事件没有办结，不用重新打开。", "The incident is open.";
    life_joined: "事件已并入另一起，请在那一起上操作，或先拆开。", "It is joined to another incident: act on that one, or separate them first.";
    life_not_joined: "事件没有并入别的事件。", "It is joined to no other incident.";
    life_has_members: "有别的事件并入了这一起，不能再并出去。", "Others are joined to this incident, so it cannot be joined itself.";
    life_itself: "不能并入自己。", "An incident cannot be joined to itself.";
    life_other_drill: "演练和真实事件不能合并。", "A drill and a real incident are not one.";

    mail_follow_up_subject(kind, unit, class, at): "【{kind}】{unit} {class} {at}", "[{kind}] {unit}: {class}, {at}";
    mail_follow_up_lead(unit, class, kind, n): "{unit} {class}：{kind}（第 {n} 报）。与上一报不同的是：",
        "{unit}, {class}: {kind} (report {n}). It differs from the one before in:";
    mail_follow_up_same(unit, class, kind, n): "{unit} {class}：{kind}（第 {n} 报），内容没有变化。",
        "{unit}, {class}: {kind} (report {n}). Nothing has changed.";
    mail_follow_up_over: "终报已收到，事件办结。", "This is the final report; the incident is closed.";
    mail_changed(before, after): "{before} → {after}", "{before} → {after}";
    mail_link_follow_up: "查看全过程", "Read the whole story";
    mail_found_subject(unit, kind): "【告知】{unit}：认定为{kind}", "[Notice] {unit}: finding \"{kind}\"";
    mail_found_lead(unit, kind): "{unit}的一次报送被认定为“{kind}”。", "A report of {unit} was judged: \"{kind}\".";
    mail_found_about: "事项", "About";
    mail_found_note: "说明", "Why";
    mail_found_by: "认定人", "Found by";
    mail_found_reply: "有不同意见的，请在本单位的报送页面填写说明；认定和说明都会保留。",
        "If you see it otherwise, reply on your unit's report page; both stand in the record.";

    incidents_title: "事件", "Incidents";
    incidents_closed: "最近办结", "Recently closed";
    incidents_none: "没有未办结的事件。", "There is no open incident.";
    incidents_late(n): "超时 {n} 起", "{n} late" | "{n} late";
    incidents_all_in_time: "没有超时", "none late";
    incident_no(id): "事件 {id}", "Incident {id}";
    incident_col: "事件", "Incident";
    incident_col_age: "已持续", "Age";
    incident_col_reports: "报告", "Reports";
    incident_col_next: "下次续报", "Next follow-up";
    incident_col_clocks: "时限", "Clocks";
    incident_reports_n(n, time): "{n} 报，最近 {time}", "{n} report, last {time}" | "{n} reports, last {time}";
    incident_not_asked: "不要求", "not asked";
    incident_overdue(time): "逾期：{time}", "overdue: {time}";
    incident_is_joined(id): "并入事件 {id}", "joined to incident {id}";
    clock_report(span): "获知到首报 {span}", "learned to report {span}";
    clock_answer(span): "首报到签收 {span}", "report to acknowledgement {span}";
    clock_waiting(span): "首报后 {span}未签收", "not acknowledged for {span}";
    clock_unknown: "未填获知时间", "time learned not given";
    clock_late(span): "超时（限 {span}）", "late (limit {span})";

    story_title: "经过", "Story";
    story_open: "未办结", "Open";
    story_reopened(time): "{time} 重新打开", "reopened {time}";
    story_closed(time): "{time} 办结", "closed {time}";
    story_told: "通知领导", "Leaders told";
    story_letters(n): "{n} 封邮件", "{n} letter" | "{n} letters";
    story_answered(by): "{by} 签收", "{by} has it";
    story_final: "终报办结", "Closed by its final report";
    story_closed_by(by): "{by} 办结", "Closed by {by}";
    story_reopened_by_report: "报送单位更正，重新打开", "Reopened by a correction of the unit";
    story_reopened_by(by): "{by} 重新打开", "Reopened by {by}";
    story_joined(by, id): "{by} 与事件 {id} 合并", "Joined with incident {id} by {by}";
    story_parted(by, id): "{by} 与事件 {id} 拆开", "Separated from incident {id} by {by}";
    story_linked(by, number): "{by} 关联零报告 {number}", "All clear {number} linked by {by}";
    story_found(by, kind): "{by} 认定：{kind}", "Finding by {by}: {kind}";
    story_replied: "单位说明", "The unit replies";
    story_same: "内容没有变化", "nothing has changed";
    story_history: "数据变化", "Figures over time";
    story_now: "现在掌握的情况", "What is known now";
    story_cut_off(time): "数据截至 {time}", "Data as of {time}";

    follow_title: "续报", "Follow-up";
    follow_lead: "已按上一报填好，改动有变化的内容即可。", "Filled in from the last report; change what has changed.";
    follow_button: "续报", "Follow up";
    follow_same: "情况无变化，一键续报", "Nothing has changed: report that";
    follow_kind: "报告类型", "Which report";
    follow_final_hint: "终报表示事件结束，提交后办结。", "A final report says that it is over; the incident closes.";
    follow_more: "更多要素（等级、来源、原因、趋势、请求等）", "More: severity, source, cause, trend, requests";
    follow_how: "报送方式", "How it came";
    follow_open_here: "未办结的事件", "Open incidents";
    follow_due(time): "{time} 前续报", "follow-up due {time}";
    follow_send: "提交", "Send";

    keep_close: "办结", "Close";
    keep_close_lead: "没有终报就办结要写明原因。", "Without a final report, closing needs a reason.";
    keep_reopen: "重新打开", "Reopen";
    keep_join: "并入另一起事件", "Join to another incident";
    keep_join_to: "并入", "Join to";
    keep_part: "拆开", "Separate";
    keep_link: "关联零报告", "Link an all clear";
    keep_link_lead: "该单位这段时间报过的零报告，关联后由人判断。", "All clears that the unit sent in that time; once one is linked, a person judges.";
    keep_find: "认定", "Record a finding";
    keep_find_lead: "除迟报外，系统不作判断；认定会告知单位，单位可以说明。",
        "Only lateness is computed; the unit is told of a finding and can reply.";
    keep_find_note: "说明", "Reasons";
    incident_new: "录入新事件", "Enter a new incident";
    incident_new_lead: "不属于任何场次；班外发生、电话报来的情况在这里录入。", "Outside every round: what was phoned in or came to light in another way.";
    incident_new_unit: "单位", "Unit";
    incident_new_find: "查找单位", "Find the unit";
    incident_new_hint: "输入单位名称的一部分", "Part of its name";
    incident_new_none: "没有找到这样的单位。", "There is no such unit.";
    find_title: "认定报送情况", "Judge a report";
    find_choose: "请选择认定的类型。", "Please choose a finding.";
    unit_findings: "近期认定", "Recent findings";
    keep_acts: "处理", "Actions";
    found_title: "对本单位报送的认定", "Findings about your reports";
    found_reply: "填写说明", "Reply";
    found_reply_words: "说明", "Your reply";
    notice_incident_done: "已记录。", "Recorded.";
}
