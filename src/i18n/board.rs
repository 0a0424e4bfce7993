//! Knows the words of the duty board, of the acts on it, and of a unit's own page.

use super::messages;
use crate::domain::board::Filter;
use crate::domain::ladder::Audience;
use crate::domain::language::Lang;

messages! {
    board_title: "值班看板", "Duty board";
    board_rounds: "场次", "Rounds";
    board_no_round: "现在没有正在进行的场次。", "No round is under way.";
    board_no_round_hint: "专项期开始、场次开放后，应报单位会自动列在这里。",
        "When a period runs and its round opens, the units that owe a report appear here.";
    board_no_period: "还没有进行中的专项期；设立后，各单位才会收到报送要求。",
        "No period runs; units are asked for nothing until one is declared.";
    board_opens(time): "{time} 开始", "Opens {time}";
    board_due(time): "截止 {time}", "Due {time}";
    board_grace(time): "宽限至 {time}", "grace until {time}";
    board_closes(time): "{time} 关闭", "closes {time}";
    board_closed(time): "已于 {time} 关闭", "Closed at {time}";
    board_basis(basis): "依据：{basis}", "Basis: {basis}";
    board_drill: "演练场次，不计入统计", "Drill: does not count";
    board_counts: "报送情况", "Counts";
    board_rate_note: "只计已过截止时间的应报，免报除外", "only what is past due counts; excused units do not";
    board_rate_none: "尚未到截止时间", "nothing is past due yet";
    board_stale: "页面已 90 秒没有更新，请检查网络或刷新页面。",
        "This page has not been updated for 90 seconds. Check the connection or reload.";
    board_reload: "刷新", "Reload";

    board_find: "名称、拼音首字母或编码", "Name, initials or code";
    board_place: "所属单位", "Within";
    board_place_any: "全部乡镇", "All townships";
    board_kind: "单位类型", "Kind of unit";
    board_kind_any: "全部类型", "All kinds";
    keys_title: "快捷键", "Keys";
    keys_find: "查找单位", "find a unit";
    keys_step: "下一个、上一个单位", "next unit, unit before";
    keys_open: "打开选中的单位", "open the unit";
    keys_help: "显示或隐藏本说明", "show or hide this";
    board_find_button: "查找", "Find";
    board_clear: "清除筛选", "Clear filters";
    board_within(name): "范围：{name}", "Within: {name}";
    board_whole: "全部范围", "Everything";
    board_direct: "直属单位", "Directly below";
    board_nothing_to_do: "没有需要处理的单位。", "Nothing needs action.";
    board_nothing_found: "没有符合条件的单位。", "No unit matches.";
    board_too_many_found: "名称太常见，只查找了前 500 个单位；请多写几个字。",
        "Too many units match; only the first 500 were looked at. Please write more of the name.";
    board_listed(n): "列出 {n} 个单位", "{n} unit listed" | "{n} units listed";
    board_more: "下一页", "Next page";
    board_first: "回到第一页", "First page";
    board_roll_up: "汇总", "Roll-up";

    filter_todo: "待处理", "Needs action";
    filter_overdue: "逾期", "Overdue";
    filter_proxy: "代报", "By others";
    filter_outage: "停机待定", "Outage";
    filter_gap: "邮件无法送达", "No mail reaches";

    col_unit: "单位", "Unit";
    col_standing: "状态", "Standing";
    col_duty: "值班电话", "Duty phone";
    col_contact: "最近联系", "Last contact";
    col_chase: "催报", "Chase";
    col_acts: "操作", "Actions";
    col_select: "选择", "Select";

    row_received(time): "{time} 收到", "received {time}";
    row_extended(time): "延期至 {time}", "extended to {time}";
    row_no_phone: "未登记电话", "no phone on record";
    row_no_contact: "尚未联系", "not yet";
    row_reached(time): "{time} 已联系上", "reached {time}";
    row_no_answer(time): "{time} 无人接听", "no answer {time}";
    row_reminded(time): "{time} 人工提醒", "reminded {time}";
    row_step(n, of, who): "已到第 {n}/{of} 步：{who}", "step {n}/{of}: {who}";
    row_step_none: "未开始催报", "no step yet";
    row_next(time, who): "{time} 转{who}", "{time}: {who}";
    row_rests: "已签收，本场次不再催报", "acknowledged, not chased again in this round";
    row_paused(time): "已签收，{time} 继续催报", "acknowledged, goes on {time}";
    row_ended: "催报已到最后一步", "ladder has ended";
    row_gap_address: "有一级没有可用邮箱，请打电话", "a step had no usable address: phone";
    row_gap_failed: "有一级邮件都没有送达，请打电话", "every letter of a step failed: phone";

    audience_reporters: "报送员", "reporters";
    audience_backup: "备岗", "backup";
    audience_head: "负责人", "head";
    audience_parent: "上级单位", "parent unit";
    audience_ancestor(levels): "上 {levels} 级单位", "unit {levels} levels up";
    audience_on_duty: "带班领导", "leader on duty";

    act_contacted: "已电话联系", "Phoned";
    act_enter: "代录", "Enter report";
    act_excuse: "免报", "Excuse";
    act_undo_excusal: "撤销免报", "Undo excusal";
    act_extend: "延期", "Extend";
    act_remind: "提醒", "Remind";
    act_undo: "撤销", "Undo";
    act_remind_all: "提醒全部未报单位", "Remind all that have not reported";
    act_spot_check: "抽查", "Spot check";

    remind_title: "立即发送提醒", "Send a reminder now";
    remind_lead: "马上给报送员发一封邮件，报送员联系不上时发给备岗、负责人。催报照常进行；五分钟内不会重复发送。",
        "Writes to the reporters at once, or where they cannot be reached to the backup or the head. The chase goes on; the same letter goes out at most once in five minutes.";
    remind_button: "发送", "Send";

    spot_title: "抽查在岗", "Spot check";
    spot_lead: "不打招呼，拨打值班电话，记录结果。", "Phone the duty post unannounced, and record what came of it.";
    spot_result: "结果", "Result";
    spot_on_duty: "值班人员接听", "The post on duty answered";
    spot_somebody_else: "接听的不是值班人员", "Somebody else answered";
    spot_no_answer: "无人接听", "No answer";
    spot_button: "保存", "Save";
    spot_next: "另抽一个单位", "Draw another";
    spot_draw: "随机抽查", "Spot check by lot";
    spot_checks: "抽查记录", "Spot checks";
    spot_choose: "请选择结果。", "Please choose the result.";
    notice_spot_checked: "抽查结果已记录。", "The spot check is recorded.";
    notice_taken_back(n): "已撤销，涉及 {n} 个单位。", "Undone for {n} unit." | "Undone for {n} units.";
    notice_undo_late: "超过十分钟，不能撤销。", "More than ten minutes have passed; it can no longer be undone.";
    notice_undo_nothing: "没有可以撤销的操作：单位已经报送、再次处理，或原来的截止和关闭时间已过。",
        "There is nothing left to undo: the unit reported, something else was decided, or its round would have closed.";
    notice_reminded(n): "已发出 {n} 封提醒。", "{n} reminder is on its way." | "{n} reminders are on their way.";
    notice_reminded_none: "没有发出提醒：五分钟内已经提醒过，或没有可用邮箱。请打电话。",
        "No reminder was sent: one went out within five minutes, or there is no usable address. Please phone.";
    act_back: "返回看板", "Back to the board";
    act_selected: "对选中的单位：", "For the selected units:";
    act_all_unmet: "全部未报单位延期", "Extend all that have not reported";
    act_units(n): "涉及 {n} 个单位", "{n} unit" | "{n} units";
    act_and_more(n): "……等共 {n} 个单位", "… {n} units in all";
    act_nobody: "没有选中单位。请返回看板勾选。", "No unit is selected. Go back to the board and tick some.";

    contacted_title: "记录电话联系", "Record a call";
    contacted_lead: "记录打过的电话。催报会照常继续，直到收到报告。",
        "Records that you phoned. The chase goes on until a report comes.";
    contacted_result: "结果", "Result";
    contacted_reached: "已联系上", "Reached";
    contacted_no_answer: "无人接听", "No answer";
    contacted_note: "备注（选填）", "Note (optional)";
    contacted_note_hint: "例如：值班员说 10 分钟内报送", "for example: will report within 10 minutes";
    contacted_button: "保存", "Save";
    contacted_choose: "请选择结果：已联系上，或无人接听。", "Please choose the result: reached, or no answer.";

    excuse_title: "免报", "Excuse from reporting";
    excuse_lead: "免报后不再催报。如果单位仍然报送，以报送为准。",
        "The chase ends. If a report comes all the same, the report counts.";
    excuse_reason_hint: "例如：全村已转移，由镇统一报送", "for example: the village is evacuated; the township reports";
    excuse_button: "确定免报", "Excuse";

    extend_title: "延长截止时间", "Extend the deadline";
    extend_lead: "催报从新的截止时间重新计算，原截止时间会保留在记录中。",
        "The chase counts from the new time; the old one stays on record.";
    extend_due: "新的截止时间", "New deadline";
    extend_button: "确定延期", "Extend";
    extend_now(time): "现在的截止时间：{time}", "Deadline now: {time}";
    extend_too_early: "新的截止时间要晚于现在，也要晚于原来的截止时间。",
        "The new deadline must be later than now and than the present one.";
    extend_closed: "场次已经关闭，不能再延期。请用代录补报。", "The round has closed and cannot be extended. Enter the report instead.";

    enter_title: "电话报送与代录", "Enter a report";
    enter_lead: "单位打来电话时由值班员录入，单列统计，并会告知该单位。",
        "For a unit that phones, or on its behalf. It is counted apart, and the unit is told.";
    enter_still_urgent(time, class): "该单位 {time} 报送过紧急情况（{class}），仍未结束；报平安不会结束该事件。",
        "This unit sent an urgent report at {time} ({class}), and the incident is still open; an all clear does not close it.";
    enter_how: "来源", "How it came";
    enter_phone: "电话报送：对方口述", "By phone: dictated by the unit";
    enter_proxy: "代报：代替单位报送", "On its behalf";
    enter_content: "内容", "Content";
    enter_all_clear: "无情况（零报告）", "All clear";
    enter_incident: "有情况", "Incident";
    enter_incident_part: "有情况时填写", "If something happened, fill this in";
    enter_caller_hint: "例如：村值班员", "for example: village duty post";
    enter_reason_hint: "代报原因，例如：工作站停电", "why, for example: no power at the workstation";
    enter_button: "提交", "Send";
    enter_unknown_counts: "不清楚的人数请留空，不要填 0", "leave a number empty if it is not known; do not write 0";
    enter_class_none: "请选择", "Please choose";
    enter_done(number): "已录入，回执 {number}。", "Entered; receipt {number}.";

    notice_contacted(n): "已记录 {n} 个单位的电话联系。", "The call to {n} unit is recorded." | "The calls to {n} units are recorded.";
    notice_excused(n): "已免报 {n} 个单位。", "{n} unit is excused." | "{n} units are excused.";
    notice_extended(n): "已为 {n} 个单位延期。", "The deadline of {n} unit is extended." | "The deadlines of {n} units are extended.";
    notice_undone: "已撤销免报，催报继续。", "The excusal is undone; the chase goes on.";
    notice_already: "这一事项已经处理过，没有重复操作。", "That was done already; nothing was done twice.";

    red_title: "需要处理的告警", "Alarms";
    red_failed(n): "{n} 封邮件发送失败", "{n} letter failed" | "{n} letters failed";
    red_bad(n): "{n} 个邮箱地址被拒收", "{n} address is refused" | "{n} addresses are refused";
    red_gaps(n, label): "{label}：{n} 个未报单位有催报级别没有邮箱能收到，请打电话",
        "{label}: {n} silent unit: a step of the chase reached nobody; phone" | "{label}: {n} silent units: a step of the chase reached nobody; phone";
    late_units(n): "{n} 个逾期未报", "{n} overdue" | "{n} overdue";
    late_elsewhere(n, label): "{label}：{n} 个单位逾期未报", "{label}: {n} unit overdue" | "{label}: {n} units overdue";
    red_stopped: "邮件中继已停用，所有邮件都没有发出：", "The mail relay refuses us; no mail is sent: ";
    red_paused(time): "邮件中继没有应答，{time} 再试。", "The mail relay does not answer; next try {time}.";
    red_awaiting(n): "{n} 份报送等待值班室确认", "{n} report waits for the duty office" | "{n} reports wait for the duty office";
    awaiting_title: "等待确认", "Waiting for the duty office";
    awaiting_none: "没有等待确认的报送。", "No report waits for the duty office.";
    awaiting_taken_back: "原报有情况，现改报平安。确认后事件结束；不同意则事件仍然有效。",
        "An incident was taken back as an all clear. Confirmed, the incident is closed; refused, it stands.";
    awaiting_claim(claimed, received): "离线填报时间 {claimed}，到达 {received}。认可后按时计，否则计为迟报。",
        "Written offline at {claimed}, received {received}. Accepted, it counts as on time; refused, as late.";
    awaiting_confirm: "确认平安", "Confirm the all clear";
    awaiting_refuse: "不同意，事件仍有效", "Refuse: the incident stands";
    awaiting_accept: "认可按时", "Accept as on time";
    awaiting_late: "计为迟报", "Count as late";
    awaiting_many: "对勾选的报送：", "For the ticked ones:";
    awaiting_yes: "确认或认可", "Confirm or accept";
    awaiting_no: "不同意，或计为迟报", "Refuse, or count as late";
    notice_decided_many(n): "已记录对 {n} 份报送的决定。", "Your decision on {n} report is recorded." | "Your decision on {n} reports is recorded.";
    notice_decided: "已记录您的决定。", "Your decision is recorded.";
    red_held(n): "{n} 封邮件因恢复备份而暂停发送", "{n} letter is held after a restore" | "{n} letters are held after a restore";
    red_urgent_waiting(n, time): "{n} 封紧急邮件等待发送，最早的写于 {time}。请打电话。",
        "{n} urgent letter waits, the oldest since {time}. Please phone." | "{n} urgent letters wait, the oldest since {time}. Please phone.";
    red_outage(from, until): "本场次期间系统曾停机：{from} 至 {until}", "The service was down during this round: {from} to {until}";
    delivery_last(time): "最近一封邮件送达中继：{time}", "Last mail accepted {time}";
    delivery_none: "还没有发出过邮件", "No mail sent yet";

    incidents_open(n): "未结束的事件 {n} 起", "{n} open incident" | "{n} open incidents";
    incident_over_unanswered(words): "已结束，但{words}", "over, but: {words}";
    incident_reported(time): "{time} 报告", "reported {time}";

    unit_page_title(name): "{name}的报送记录", "{name}: record";
    unit_code(code): "编码 {code}", "Code {code}";
    unit_asked(n): "本月被要求报送 {n} 次", "Asked {n} time this month" | "Asked {n} times this month";
    unit_rounds: "近七天的场次", "Rounds of the last seven days";
    unit_no_rounds: "近七天没有应报场次。", "It owed nothing in the last seven days.";
    unit_check_ins: "报送与回执", "Reports and receipts";
    unit_no_check_ins: "还没有报送。", "No report yet.";
    unit_letters: "催报邮件", "Letters";
    unit_no_letters: "近七天没有提到该单位的邮件。", "No letter named it in the last seven days.";
    unit_decisions: "联系、签收与决定", "Calls, acknowledgements, decisions";
    unit_no_decisions: "还没有记录。", "Nothing yet.";
    unit_reporter_mail: "报送员邮箱", "Reporter's mail";
    unit_backup_mail: "备岗邮箱", "Backup's mail";
    unit_head_mail: "负责人邮箱", "Head's mail";
    unit_mail_none: "未登记", "none on record";
    unit_bad_mail: "被拒收", "refused";
    unit_amends(number): "更正 {number}", "amends {number}";
    unit_review_awaiting: "等待值班室确认", "awaits confirmation";
    unit_review_confirmed: "值班室已确认", "confirmed";
    unit_review_refused: "值班室未同意", "not confirmed";
    unit_redacted: "文字已删除", "text redacted";
    unit_caller(post, time): "{post} {time} 来电", "{post} phoned {time}";

    decision_excusal: "免报", "Excused";
    decision_excusal_undone(time): "免报（{time} 撤销）", "Excused (undone {time})";
    decision_extension(before, after): "延期：{before} → {after}", "Extended: {before} → {after}";
    decision_ack_link: "通过邮件链接签收", "Acknowledged by link";
    decision_ack_page: "在页面签收", "Acknowledged on a page";
    decision_ack_phone: "电话签收", "Acknowledged by phone";
}

impl Lang {
    /// Names what a count leads to.
    pub fn filter(self, filter: Filter) -> &'static str {
        match filter {
            Filter::Todo => self.filter_todo(),
            Filter::All => self.term_expected(),
            Filter::Reported => self.term_reported(),
            Filter::AllClear => self.term_all_clear(),
            Filter::Incident => self.term_incident(),
            Filter::Unmet => self.term_not_reported(),
            Filter::Overdue => self.filter_overdue(),
            Filter::Late => self.standing_late(),
            Filter::Excused => self.standing_excused(),
            Filter::Proxy => self.filter_proxy(),
            Filter::Outage => self.filter_outage(),
            Filter::Gap => self.filter_gap(),
        }
    }

    /// Names whom a step tells.
    pub fn audience(self, audience: &Audience) -> String {
        match audience {
            Audience::Reporters => self.audience_reporters().to_owned(),
            Audience::Backup => self.audience_backup().to_owned(),
            Audience::Head => self.audience_head().to_owned(),
            Audience::Ancestor { levels: 1 } => self.audience_parent().to_owned(),
            Audience::Ancestor { levels } => self.audience_ancestor(levels),
            Audience::OnDuty => self.audience_on_duty().to_owned(),
            Audience::User(address) => address.as_str().to_owned(),
        }
    }
}
