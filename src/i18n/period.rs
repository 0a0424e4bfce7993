//! Knows how to say why a period, its hours or a date are not as they must be.

use super::messages;
use crate::domain::calendar::DayError;
use crate::domain::language::Lang;
use crate::domain::period::{HoursError, LocalTimeError, Period, PeriodError};

messages! {
    period_name(most): "请填写专项期名称，一行之内，最多 {most} 个字。", "Please give the period a name of one line and at most {most} characters.";
    period_basis(most): "请填写依据文号，一行之内，最多 {most} 个字。",
        "Please name the document that declares it, on one line and in at most {most} characters.";
    period_label(most): "请给每个报送时段起名，例如：早报；一行之内，最多 {most} 个字。",
        "Please give every round a label of one line and at most {most} characters.";
    period_nobody: "请至少指定一个单位，它和它的下级将被要求报送。", "Please name at least one unit; it and all below it will be asked.";
    period_ends_first: "结束时间须晚于开始时间，也须晚于现在。", "The end must be later than the start and than now.";
    period_too_long(days): "专项期最长 {days} 天；更长的请按新的文件另行设立。",
        "A period lasts at most {days} days; please declare the next one on its own document.";
    period_no_round: "这段时间内没有任何一次报送截止，请检查起止时间和报送时段。",
        "No round falls due within this time; please check the start, the end and the rounds.";
    period_over: "这个专项期已经结束。", "This period is over.";
    period_not_later: "新的结束时间须晚于现在的结束时间。", "The new end must be later than the present one.";
    period_no_rule: "这个专项期没有这条生效的报送时段。", "The period has no such rule in force.";
    period_too_early(first): "那一天的场次已经开始；修改最早可从 {first} 起生效。",
        "The rounds of that day have begun; the change can hold from {first} on.";

    hours_due_first: "开始接收须早于截止；次日的时间写作 +1 06:30。",
        "A round must open before it is due; a time of the next day is written +1 06:30.";
    hours_grace: "宽限时间不能是负数。", "The grace cannot be negative.";
    hours_closes_first: "关闭时间不能早于截止加宽限；次日的时间写作 +1 06:30。",
        "A round must not close before the grace has passed; a time of the next day is written +1 06:30.";
    time_shape: "时间写作 16:00，次日的时间写作 +1 06:30。", "A time is written 16:00, or +1 06:30 for the next day.";
    time_midnight: "没有 24:00；当天结束的午夜写作 +1 00:00。", "There is no 24:00; midnight at the end of a day is written +1 00:00.";
    time_numbers: "小时为 00 至 23，分和秒为 00 至 59。", "An hour is 00 to 23, a minute or a second 00 to 59.";
    time_offset: "只能写次日（+1）。", "Only the next day (+1) can be named.";
    day_shape: "日期写作 2026-06-01。", "A day is written 2026-06-01.";
    day_none: "日历上没有这一天。", "There is no such day in the calendar.";
    day_moment: "时刻写作 2026-06-01 08:00。", "An instant is written 2026-06-01 08:00.";
}

impl Lang {
    /// Says why a period cannot be declared or changed like that.
    pub fn period_error(self, error: PeriodError) -> String {
        let most = Period::LONGEST_TEXT;
        match error {
            PeriodError::Name => self.period_name(most),
            PeriodError::Basis => self.period_basis(most),
            PeriodError::Label => self.period_label(most),
            PeriodError::NobodyAsked => self.period_nobody().to_owned(),
            PeriodError::EndsBeforeStart => self.period_ends_first().to_owned(),
            PeriodError::TooLong => self.period_too_long(Period::LONGEST_DAYS),
            PeriodError::NoRound => self.period_no_round().to_owned(),
            PeriodError::Over => self.period_over().to_owned(),
            PeriodError::NotLater => self.period_not_later().to_owned(),
            PeriodError::NoSuchRule => self.period_no_rule().to_owned(),
            PeriodError::TooEarly { first } => self.period_too_early(first),
        }
    }

    /// Says why four local times are not the hours of a rule.
    pub fn hours_error(self, error: HoursError) -> &'static str {
        match error {
            HoursError::DueNotAfterOpening => self.hours_due_first(),
            HoursError::NegativeGrace => self.hours_grace(),
            HoursError::ClosesWithinGrace => self.hours_closes_first(),
        }
    }

    /// Says how a local time is written.
    pub fn local_time_error(self, error: LocalTimeError) -> &'static str {
        match error {
            LocalTimeError::Shape => self.time_shape(),
            LocalTimeError::Midnight => self.time_midnight(),
            LocalTimeError::Hour | LocalTimeError::Minute | LocalTimeError::Second => self.time_numbers(),
            LocalTimeError::Offset => self.time_offset(),
        }
    }

    /// Says how a day or an instant is written.
    pub fn day_error(self, error: DayError) -> &'static str {
        match error {
            DayError::Shape => self.day_shape(),
            DayError::NoSuchDay => self.day_none(),
            DayError::Moment => self.day_moment(),
            DayError::Time(error) => self.local_time_error(error),
        }
    }
}
