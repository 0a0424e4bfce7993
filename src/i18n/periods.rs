//! Knows the words of the pages of periods: the list, declaring one, what it will do, what is done to it.

use super::messages;
use crate::domain::ladder::{Ladder, LadderError};
use crate::domain::language::Lang;
use crate::domain::period::LocalTime;

messages! {
    ladder_none: "催报至少要有一步。", "A ladder needs at least one step.";
    ladder_many(most): "催报最多 {most} 步。", "A ladder has at most {most} steps.";
    ladder_order(step): "第 {step} 步须晚于前一步。", "Step {step} must come later than the step before it.";
    ladder_far(step): "第 {step} 步离截止时间不能超过三天。", "Step {step} must lie within three days of the deadline.";
    ladder_after: "至少要有一步在截止时或截止之后，否则漏报时无人知道。",
        "At least one step must come at or after the deadline, or nobody is told that a report is missing.";
    ladder_step: "请写分钟数，例如 20；选“指定邮箱”的还要填写邮箱。",
        "Please write a number of minutes such as 20, and an address where one is to be named.";

    // The list, and one period.
    periods_title: "专项期", "Periods";
    periods_lead: "在专项期内，单位按报送时段报送；到期自动结束。", "Within a period, units report in its rounds. It ends by itself.";
    periods_new: "设立专项期", "Declare a period";
    periods_none: "还没有专项期。设立后，各单位才会收到报送要求。", "There is none yet. Nobody is asked to report until one is declared.";
    periods_now: "进行中和将开始", "Running and to come";
    periods_over: "已结束", "Over";
    period_runs: "进行中", "Running";
    period_comes: "未开始", "Not begun";
    period_ended: "已到期", "Ended";
    period_was_stopped: "已提前结束", "Stopped early";
    period_word_name: "名称", "Name";
    period_word_basis: "依据文号", "Basis document";
    period_word_level: "级别", "Level";
    period_word_span: "起止时间", "From and until";
    period_word_scope: "报送范围", "Who is asked";
    period_word_rounds: "报送时段", "Rounds";
    period_span(from, until): "{from} 至 {until}", "{from} to {until}";
    period_except(units): "不含 {units}", "without {units}";
    period_all_kinds: "全部类别", "all kinds";
    period_hours(opens, due, closes): "{opens} 开始，{due} 截止，{closes} 关闭", "opens {opens}, due {due}, closes {closes}";
    period_grace(span): "宽限 {span}", "grace {span}";
    period_rolls_up: "乡镇汇总", "townships roll up";
    period_rule_from(day): "{day} 起", "from {day}";
    period_rule_until(day): "{day} 起停用", "until {day}";
    period_change_rule: "修改", "Change";
    period_add_rule: "增加报送时段", "Add a round";

    // Declaring.
    period_name_hint: "例如：2026年汛期", "Such as: flood season 2026";
    period_basis_hint: "宣布它的文件，例如：汛办〔2026〕1号", "The document that declares it, with its number";
    period_starts: "开始", "Starts";
    period_starts_hint: "不填：立即开始。", "Empty: now.";
    period_ends: "结束", "Ends";
    period_ends_hint: "到时自动结束，可以延长。", "It ends by itself then, and can be extended.";
    period_scope_hint: "每行一个单位：编码、名称或“上级/名称”，含其全部下级。",
        "One unit a line: its code, its name, or parent/name; all below it are asked too.";
    period_scope_unknown(text): "没有找到“{text}”，或不止一个同名，请写编码或“上级/名称”。",
        "There is no unit “{text}”, or more than one; please write its code, or parent/name.";
    period_scope_apart: "范围里有不归您管辖的单位。", "Some of these units are not yours to ask.";
    period_kinds: "哪些类别的单位报送", "Which kinds of units report";
    period_kinds_hint: "都不选：全部类别。", "None chosen: all kinds.";
    period_leave_out: "除外的单位", "Units left out";
    period_drill: "这是演练", "This is a drill";
    period_drill_hint: "演练的页面和邮件都带“演练”标记，数据不计入统计。",
        "Its pages and letters are all marked as a drill, and its data never count.";
    period_round_n(n): "时段 {n}", "Round {n}";
    period_label_word: "名称", "Label";
    period_usual_label: "晚报", "Evening report";
    period_opens: "开始接收", "Opens";
    period_due: "截止", "Due";
    period_closes: "关闭", "Closes";
    period_closes_hint: "关闭后只能由值班室补录。时间写作 16:00。",
        "After it closes only the duty office can record a report. A time is written 16:00.";
    period_grace_minutes: "宽限（分钟）", "Grace (minutes)";
    period_same_day: "当日", "Same day";
    period_day_after: "次日", "Next day";
    period_days: "日期", "Days";
    period_who: "由谁报送", "Who reports";
    period_each: "各单位自己报送", "Each unit for itself";
    period_parents: "乡镇汇总下级后报送", "Townships, on their units";
    period_more_rounds: "再加一个时段", "One more round";
    period_steps: "催报级别", "Chase ladder";
    period_steps_hint: "截止前后多少分钟，给谁发邮件。分钟数留空的行不算。",
        "How many minutes before or after the deadline, and whom to write to. Lines without minutes do not count.";
    period_step_minutes(n): "第 {n} 步的分钟数", "Minutes of step {n}";
    period_step_when(n): "第 {n} 步在截止前还是截止后", "Step {n}: before or after the deadline";
    period_step_whom(n): "第 {n} 步给谁", "Whom step {n} tells";
    period_step_address(n): "第 {n} 步的指定邮箱", "Named address of step {n}";
    period_before_due: "分钟，截止前", "min before";
    period_after_due: "分钟，截止后", "min after";
    period_named: "指定邮箱", "a named address";
    period_preview: "预览", "Preview";
    period_preview_lead: "请核对。确认后立即生效；场次一开始，应报就不能撤回。",
        "Please check it. Once confirmed it is in force, and what has opened stays owed.";
    period_look: "预览变化", "See what will come of it";
    period_change_lead: "请核对改动后的场次和催报。确认后生效；已经开始的场次不变。",
        "Please check the rounds and reminders as they would be. Once confirmed it holds; rounds that have begun stay as they are.";
    period_change_confirm: "确认修改", "Confirm the change";
    period_confirm: "确认设立", "Declare it";
    period_back: "返回修改", "Back to the form";

    period_time_wrong: "请写时间，例如 16:00。", "Please write a time, such as 16:00.";
    period_due_wrong: "截止须晚于开始接收；在次日的请选“次日”。", "A round must open before it is due; choose “Next day” if it is due the next day.";
    period_closes_wrong: "关闭不能早于截止加宽限；在次日的请选“次日”。",
        "A round must not close before the grace has passed; choose “Next day” if it closes the next day.";
    period_grace_wrong: "请写宽限的分钟数，例如 10；没有宽限写 0。", "Please write the grace in minutes, such as 10, or 0 for none.";
    period_back_to(name): "返回{name}", "Back to {name}";

    // What it will do.
    forecast_asked(n): "{n} 个单位自己报送", "{n} unit reports for itself" | "{n} units report for themselves";
    forecast_rolls(n): "{n} 个上级单位汇总", "{n} unit rolls up" | "{n} units roll up";
    forecast_nobody: "这个范围内现在没有单位需要报送，请检查范围和类别。",
        "No unit is asked within this scope now; please check units and kinds.";
    forecast_holidays(year): "没有 {year} 年的节假日安排，工作日按周一至周五计算。",
        "The holidays of {year} are not known; workdays are taken to be Mondays to Fridays.";
    forecast_others(names): "同一时间还要求这些单位报送：{names}。截止时间相差 30 分钟以内的场次并为一次报送。",
        "These ask some of the same units at that time: {names}. Rounds due within 30 minutes of each other become one report.";
    forecast_rounds: "近几天的场次", "Rounds of the next days";
    forecast_no_rounds: "近几天没有场次。", "No round in the next days.";
    forecast_units: "单位数", "Units";
    forecast_silence(day, label, due): "如果 {day} {label}（{due} 截止）无人报送", "If nobody reports: {label} of {day}, due {due}";
    forecast_remind(whom): "提醒{whom}", "Remind the {whom}";
    forecast_chase(whom): "催报，发给{whom}", "Chase: write to the {whom}";
    forecast_chase_address(address): "催报，发给 {address}", "Chase: write to {address}";
    forecast_units_n(n): "涉及 {n} 个单位", "{n} unit" | "{n} units";
    forecast_letters(n): "{n} 封邮件", "{n} letter" | "{n} letters";
    forecast_passed(n): "{n} 个单位这一步没有可用邮箱，立即转给下一步",
        "{n} unit has no usable address here: the next step is told at once" | "{n} units have no usable address here: the next step is told at once";
    forecast_lost(n): "{n} 个单位无人可通知，看板会标红",
        "{n} unit has nobody who can be told: red on the board" | "{n} units have nobody who can be told: red on the board";
    forecast_too_late: "在关闭之后，不会发出", "after closing: never sent";
    forecast_uncounted: "单位太多，这里不计算邮件数。", "There are too many units to count letters here.";
    forecast_stops: "单位一报送就不再催；签收后暂停。", "A unit that reports drops out; an acknowledgement pauses the steps.";

    // What is done to it.
    period_extend: "延长", "Extend";
    period_new_end: "新的结束时间", "New end";
    period_stop: "提前结束", "Stop early";
    period_stop_title(name): "提前结束：{name}", "Stop early: {name}";
    period_stop_lead: "还没有开始的场次不再开始；已经开始的场次仍须报送。",
        "Rounds that have not opened never will; what has opened stays owed.";
    period_reason: "依据或原因", "Reason";
    period_rule_title(label): "修改报送时段：{label}", "Change the round: {label}";
    period_from: "从哪一天起", "From which day";
    period_from_hint: "已经开始的场次不变。", "Rounds that have opened stay as they are.";
    period_end_rule: "停用这个时段", "End this round";
    period_declared: "专项期已设立，场次将自动开始。", "The period is declared; its rounds open by themselves.";
    period_extended: "专项期已延长。", "The period is extended.";
    period_stopped: "专项期已提前结束。", "The period is stopped.";
    period_rule_saved: "报送时段已修改。", "The rounds are changed.";
}

impl Lang {
    /// Says why steps are not a ladder.
    pub fn ladder_error(self, error: &LadderError) -> String {
        match error {
            LadderError::Empty => self.ladder_none().to_owned(),
            LadderError::TooMany => self.ladder_many(Ladder::MOST),
            LadderError::NotAscending(step) => self.ladder_order(step),
            LadderError::TooFar(step) => self.ladder_far(step),
            LadderError::NothingAfterDue => self.ladder_after().to_owned(),
            LadderError::Factor | LadderError::Step(_) => self.ladder_step().to_owned(),
        }
    }

    /// Writes a local time of a rule as people do: 16:00; 次日 06:30.
    pub fn local_time(self, time: LocalTime) -> String {
        let clock = time.time().format("%H:%M");
        match time.is_next_day() {
            true => self.time_next_day(clock),
            false => clock.to_string(),
        }
    }
}
