//! Knows the words of the duty roster, its import, and the change of shifts.

use super::messages;
use crate::domain::language::Lang;
use crate::domain::roster::{Column, Duty, Fault, RowError, SwapError};

messages! {
    roster_title: "值班表", "Duty roster";
    roster_week(from, to): "{from}至{to}", "{from} to {to}";
    roster_before: "上一周", "Week before";
    roster_after: "下一周", "Week after";
    roster_this: "本周", "This week";
    roster_changes(time): "每天 {time} 交接班", "Shifts change at {time} every day";
    roster_now: "此刻在岗", "On duty now";
    roster_now_nobody: "值班表此刻无人；紧急信息按系统设置发给带班领导和值班员。",
        "The roster names nobody now; urgent reports go to the leaders and officers of the settings.";
    roster_day: "日期", "Day";
    roster_day_span(from, until): "{from} 至 {until}", "{from} to {until}";
    roster_today: "当前班次", "on now";
    roster_edit: "修改", "Edit";
    roster_none: "空缺", "nobody";
    roster_gaps(n): "未来七天有 {n} 天排班不全", "The next seven days have {n} day with a gap"
        | "The next seven days have {n} days with a gap";
    roster_gap(day, duties): "{day}：缺{duties}", "{day}: no {duties}";
    roster_no_gaps: "未来七天排班齐全。", "The next seven days are filled.";
    roster_empty: "还没有排班：下载模板 → 填写 → 导入，或逐日填写。",
        "Nothing is filled in yet: download the template, fill it in, import it; or edit day by day.";
    roster_other_unit: "查看单位", "Unit";
    roster_show: "查看", "Show";
    roster_saved: "已保存。", "Saved.";
    roster_imported(n): "已导入，{n} 天有变化。", "Imported; {n} day changed." | "Imported; {n} days changed.";

    duty_leader: "带班领导", "Leader";
    duty_officer: "值班员", "Officer";
    duty_joint: "、", " and ";

    roster_day_title(day): "{day} 值班", "Duty on {day}";
    roster_day_lead: "填岗位和工作联系方式，不填个人信息。清空一行即取消该岗。",
        "Posts and their work contacts, nothing personal. Clearing a line takes the post off.";
    post_name: "岗位", "Post";
    post_address: "工作邮箱", "Work e-mail";
    post_phone: "值班电话", "Duty phone";
    roster_save: "保存", "Save";
    roster_back: "返回值班表", "Back to the roster";

    roster_import: "导入值班表", "Import a roster";
    roster_import_lead: "XLSX 或 CSV（UTF-8、GBK）。表中列出的日期以表为准，其他日期不变。先预览，确认后才生效。",
        "XLSX or CSV (UTF-8, GBK). The days in the table become what it says, other days stay. You see a preview first.";
    roster_file: "文件", "File";
    roster_paste: "或从表格中复制后粘贴（含表头）", "Or paste from a spreadsheet, with the headings";
    roster_template: "下载模板", "Download the template";
    roster_preview: "预览", "Preview";
    roster_preview_title: "导入预览", "Preview of the import";
    roster_preview_none: "与现有排班相同，没有变化。", "The same as the roster; nothing changes.";
    roster_preview_days(n): "{n} 天将有变化：", "{n} day will change:" | "{n} days will change:";
    roster_before_col: "现在", "Now";
    roster_after_col: "导入后", "After";
    roster_confirm: "确认导入", "Import";
    roster_nothing_chosen: "请选择文件，或粘贴表格。", "Please choose a file, or paste a table.";
    roster_refused(n): "表中有 {n} 处错误，未导入任何内容：", "The table has {n} fault, so nothing was imported:"
        | "The table has {n} faults, so nothing was imported:";

    stand_in_title: "顶班", "Standing in";
    stand_in_lead: "顶班期间，发给原岗位的紧急信息和催报都改发给顶班岗位。", "Meanwhile urgent reports and reminders for the absent post go to the post that stands in.";
    stand_in_none: "没有顶班安排。", "Nobody stands in.";
    stand_in_line(by, absent, from, until): "{by} 顶替 {absent}：{from} 至 {until}", "{by} stands in for {absent}, {from} to {until}";
    stand_in_absent: "不在岗的岗位", "Post that is absent";
    stand_in_name: "顶班岗位", "Post that stands in";
    stand_in_from: "开始", "From";
    stand_in_until: "结束", "Until";
    stand_in_add: "安排顶班", "Let somebody stand in";
    stand_in_end: "提前结束", "End now";

    swap_title: "调班", "Swaps";
    swap_lead: "一人提出，另一人批准后生效。", "One person asks; it counts once another approves.";
    swap_none: "没有调班申请。", "No swap has been asked for.";
    swap_line(duty, one, day, other, other_day): "{duty}：{one}（{day}）与 {other}（{other_day}）对调",
        "{duty}: {one} ({day}) swaps with {other} ({other_day})";
    swap_asked(by, time, reason): "{by} 于 {time} 提出：{reason}", "asked by {by}, {time}: {reason}";
    swap_approved(by, time): "{by} 于 {time} 批准", "approved by {by}, {time}";
    swap_refused(by, time): "{by} 于 {time} 未批准", "refused by {by}, {time}";
    swap_one: "班次", "Shift";
    swap_other: "与之对调的班次", "Shift to swap with";
    swap_choose: "请选择", "Please choose";
    swap_ask: "申请调班", "Ask for a swap";
    swap_yes: "批准", "Approve";
    swap_no: "不批准", "Refuse";
    swap_too_few: "至少要有两个以后的班次才能调班。", "A swap needs two shifts that are still to come.";
    swap_gone: "班次已经变了，请重新申请。", "The shifts have changed meanwhile; please ask again.";
    swap_begun: "班次已经开始，不能再调；请用顶班。", "The shift has begun; let somebody stand in instead.";
    swap_twice: "对调后同一天会重复值班。", "Somebody would be on duty twice on one day.";
    swap_same: "请选择不同岗位、不同日期、同一类班次。", "Please choose two posts, two days, and shifts of one kind.";

    feed_title: "日历订阅", "Calendars";
    feed_lead: "在手机或电脑日历中订阅某个岗位的班次。地址只显示一次，知道地址的人都能看到；可随时停用。",
        "A post's shifts in a calendar program. The address is shown once, and opens to whoever knows it; it can be closed.";
    feed_none: "没有订阅。", "No calendar is open.";
    feed_line(address, time): "{address}（{time} 开通）", "{address} (since {time})";
    feed_open: "开通订阅", "Open a calendar";
    feed_close: "停用", "Close";
    feed_fresh: "订阅地址（只显示这一次）：", "The address, shown only now:";
    feed_event(duty, unit): "{unit} {duty}值班", "On duty at {unit}: {duty}";

    handover_title: "交接班", "Change of shift";
    handover_lead: "接班人核对下列事项后接班；当时的情况和接班人都留有记录。",
        "Whoever takes over looks through this first; what lay on the desk is kept, with the post.";
    handover_incidents: "未结事件", "Open incidents";
    handover_no_incidents: "没有未结事件。", "No incident is open.";
    handover_unmet(n): "近一天应报未报的单位：{n} 个", "{n} unit owes a report of the last day" | "{n} units owe a report of the last day";
    handover_failed(n): "发送失败、尚未处理的邮件：{n} 封", "{n} letter failed and is not seen to" | "{n} letters failed and are not seen to";
    handover_notes: "交接事项", "Notes";
    handover_no_notes: "没有留言。", "No notes.";
    handover_note: "留给下一班的话", "A note for the next shift";
    handover_note_add: "留言", "Leave the note";
    handover_take: "我已接班", "I take over";
    handover_past: "以往交接", "Earlier changes of shift";
    handover_past_none: "还没有交接记录。", "None yet.";
    handover_line(by, time, incidents, unmet, failed): "{time} {by} 接班：未结事件 {incidents}，未报 {unmet}，失败邮件 {failed}",
        "{time}: {by} took over; {incidents} open incidents, {unmet} units missing, {failed} failed letters";
    handover_done: "已接班，已记录。", "You have taken over; it is recorded.";

    named_fault(name, words): "{name}：{words}", "{name}: {words}";

    red_duty(day, duties): "{day} 值班表缺{duties}", "The roster has no {duties} for {day}";

    roster_fault_table: "找不到表头，至少要有“日期”一列。", "There are no headings; at least \"day\" is needed.";
    roster_fault_day(value): "“{value}”不是日期，请按 2026-06-01 的样子填写。", "\"{value}\" is not a date; please write it like 2026-06-01.";
    roster_fault_past(value): "{value} 已经过去。", "{value} is over.";
    roster_fault_no_address(heading): "“{heading}”没有填邮箱，收不到信。", "\"{heading}\" is empty, so no letter can reach the post.";
    roster_fault_address(heading, value, why): "“{heading}”中的“{value}”不能用作邮箱：{why}。",
        "\"{value}\" in \"{heading}\" cannot be used as an e-mail address: {why}.";
    roster_fault_long(heading, value): "“{heading}”太长：{value}。最多 60 个字。", "\"{heading}\" is too long: {value} It may have 60 characters.";
    roster_fault_many: "一次最多导入 400 天。", "One table may have 400 days.";
}

impl Lang {
    /// Names a duty.
    pub fn duty(self, duty: Duty) -> &'static str {
        match duty {
            Duty::Leader => self.duty_leader(),
            Duty::Officer => self.duty_officer(),
        }
    }

    /// Names some duties in a row.
    pub fn duties(self, duties: &[Duty]) -> String {
        let names: Vec<&str> = duties.iter().map(|duty| self.duty(*duty)).collect();
        let row = names.join(self.duty_joint());
        match self {
            Self::Zh => row,
            // Within a sentence.
            Self::En => row.to_lowercase(),
        }
    }

    /// Gives the heading of a column of a roster.
    pub fn roster_column(self, column: Column) -> &'static str {
        match self {
            Self::Zh => column.zh(),
            Self::En => column.en(),
        }
    }

    /// Says why two shifts cannot change hands.
    pub fn swap_error(self, error: SwapError) -> &'static str {
        match error {
            SwapError::Gone => self.swap_gone(),
            SwapError::Begun => self.swap_begun(),
            SwapError::Twice => self.swap_twice(),
            SwapError::Same => self.swap_same(),
        }
    }

    /// Says in a sentence what is wrong in which row of a roster.
    pub fn roster_fault(self, error: &RowError) -> String {
        let value = error.value.as_str();
        let known = error.column.map_or("", |column| self.roster_column(column));
        let heading = error.heading.as_deref().unwrap_or(known);
        let sentence = match error.fault {
            Fault::NoTable => self.roster_fault_table().to_owned(),
            Fault::BadDay => self.roster_fault_day(value),
            Fault::Past => self.roster_fault_past(value),
            Fault::NoAddress => self.roster_fault_no_address(heading),
            Fault::BadAddress(why) => self.roster_fault_address(heading, value, self.address_error(why)),
            Fault::TooLong => self.roster_fault_long(heading, value),
            Fault::TooMany => self.roster_fault_many().to_owned(),
        };
        self.row_at(error.row, sentence)
    }
}
