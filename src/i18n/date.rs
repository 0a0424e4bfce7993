//! Knows how a reader writes days, times and durations.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Timelike, Weekday};
use chrono_tz::Tz;

use super::messages;
use crate::domain::language::Lang;
use crate::domain::time::{BusinessDate, Timestamp};

messages! {
    time_next_day(time): "次日 {time}", "{time} the next day";
    time_other_day(day, time): "{day} {time}", "{time} on {day}";
    span_days(n): "{n} 天", "{n} day" | "{n} days";
    span_hours(n): "{n} 小时", "{n} hour" | "{n} hours";
    span_minutes(n): "{n} 分钟", "{n} minute" | "{n} minutes";
    span_seconds(n): "{n} 秒", "{n} second" | "{n} seconds";
    span_left(span): "还有 {span}", "{span} left";
    span_ago(span): "{span}前", "{span} ago";
    span_now: "刚到时限", "just now";
    span_overdue(span): "已超时 {span}", "{span} overdue";
    data_as_of(time): "数据截至 {time}", "Data as of {time}";
}

const WEEKDAYS: [(&str, &str); 7] = [
    ("星期一", "Monday"),
    ("星期二", "Tuesday"),
    ("星期三", "Wednesday"),
    ("星期四", "Thursday"),
    ("星期五", "Friday"),
    ("星期六", "Saturday"),
    ("星期日", "Sunday"),
];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Names a month in English.
fn month(day: NaiveDate) -> &'static str {
    MONTHS.get(day.month0() as usize).copied().unwrap_or_default()
}

impl Lang {
    /// Names a day of the week: 星期三, Wednesday.
    pub fn weekday(self, day: Weekday) -> &'static str {
        let (zh, en) = WEEKDAYS[day.num_days_from_monday() as usize];
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// Writes a day in full: 2026年11月25日（星期三）; Wednesday, 25 November 2026.
    pub fn date(self, day: NaiveDate) -> String {
        let (y, m, d, week) = (day.year(), day.month(), day.day(), self.weekday(day.weekday()));
        match self {
            Self::Zh => format!("{y}年{m}月{d}日（{week}）"),
            Self::En => format!("{week}, {d} {} {y}", month(day)),
        }
    }

    /// Writes a day of a week: 11月25日 星期三; Wednesday, 25 November.
    pub fn day_of_week(self, day: NaiveDate) -> String {
        let (date, week) = (self.short_date(day), self.weekday(day.weekday()));
        match self {
            Self::Zh => format!("{date} {week}"),
            Self::En => format!("{week}, {date}"),
        }
    }

    /// Writes a day without its year: 11月25日; 25 November.
    pub fn short_date(self, day: NaiveDate) -> String {
        match self {
            Self::Zh => format!("{}月{}日", day.month(), day.day()),
            Self::En => format!("{} {}", day.day(), month(day)),
        }
    }

    /// Writes the local time of an instant to the minute: 16:40.
    pub fn time(self, at: Timestamp, zone: Tz) -> String {
        clock(at.with_timezone(&zone).time())
    }

    /// Writes the local time of an instant to the second: 16:40:05.
    pub fn time_exact(self, at: Timestamp, zone: Tz) -> String {
        local(at, zone).format("%H:%M:%S").to_string()
    }

    /// Writes an instant to the minute, with its day: 11月25日 16:40; 25 November, 16:40.
    pub fn moment(self, at: Timestamp, zone: Tz) -> String {
        let local = local(at, zone);
        let (day, time) = (self.short_date(local.date_naive()), clock(local.time()));
        match self {
            Self::Zh => format!("{day} {time}"),
            Self::En => format!("{day}, {time}"),
        }
    }

    /// Writes an instant to the second, with its day and year, as a receipt needs it.
    pub fn moment_exact(self, at: Timestamp, zone: Tz) -> String {
        let local = local(at, zone);
        let time = local.format("%H:%M:%S");
        match self {
            Self::Zh => format!("{}年{} {time}", local.year(), self.short_date(local.date_naive())),
            Self::En => format!("{} {}, {time}", self.short_date(local.date_naive()), local.year()),
        }
    }

    /// Writes an instant to the minute, with its day and year: 2026年11月25日 16:40; 25 November 2026, 16:40.
    pub fn moment_year(self, at: Timestamp, zone: Tz) -> String {
        let local = local(at, zone);
        let (day, time) = (self.short_date(local.date_naive()), clock(local.time()));
        match self {
            Self::Zh => format!("{}年{day} {time}", local.year()),
            Self::En => format!("{day} {}, {time}", local.year()),
        }
    }

    /// Writes an instant as its business date sees it: 16:00; 次日 06:30; 11月27日 06:30.
    pub fn time_for(self, at: Timestamp, zone: Tz, day: BusinessDate) -> String {
        let local = local(at, zone);
        let time = clock(local.time());
        if local.date_naive() == day {
            time
        } else if day.succ_opt() == Some(local.date_naive()) {
            self.time_next_day(time)
        } else {
            self.time_other_day(self.short_date(local.date_naive()), time)
        }
    }

    /// Writes a duration in its two largest units, cut and never rounded up: 1 小时 5 分钟; 40 seconds.
    pub fn span(self, span: TimeDelta) -> String {
        let seconds = span.num_seconds().abs();
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
        let parts = match (days, hours, minutes) {
            (0, 0, 0) => [Some(self.span_seconds(seconds)), None],
            (0, 0, m) => [Some(self.span_minutes(m)), None],
            (0, h, m) => [Some(self.span_hours(h)), (m > 0).then(|| self.span_minutes(m))],
            (d, h, _) => [Some(self.span_days(d)), (h > 0).then(|| self.span_hours(h))],
        };
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Says how long is left until an instant: 还有 12 分钟; and how long it is past: 已超时 3 分钟.
    pub fn until(self, at: Timestamp, now: Timestamp) -> String {
        let span = self.span(at - now);
        if now < at {
            self.span_left(span)
        } else if (now - at).num_seconds() == 0 {
            self.span_now().to_owned()
        } else {
            self.span_overdue(span)
        }
    }

    /// Says how long ago something was: 3 分钟前; 3 minutes ago.
    pub fn ago(self, at: Timestamp, now: Timestamp) -> String {
        self.span_ago(self.span((now - at).max(TimeDelta::zero())))
    }
}

/// Gives the local reading of an instant.
fn local(at: Timestamp, zone: Tz) -> DateTime<Tz> {
    at.with_timezone(&zone)
}

/// Writes hours and minutes.
fn clock(time: NaiveTime) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Asia::Shanghai;

    fn at(s: &str) -> Timestamp {
        s.parse().unwrap()
    }

    fn day(s: &str) -> NaiveDate {
        s.parse().unwrap()
    }

    #[test]
    fn a_day_is_written_in_full() {
        assert_eq!(Lang::Zh.date(day("2026-11-25")), "2026年11月25日（星期三）");
        assert_eq!(Lang::En.date(day("2026-11-25")), "Wednesday, 25 November 2026");
        assert_eq!(Lang::En.date(day("2026-02-01")), "Sunday, 1 February 2026");
    }

    #[test]
    fn times_are_those_of_the_deployment_and_not_of_the_server() {
        let t = at("2026-11-25T08:40:05.999Z");
        assert_eq!(Lang::Zh.time(t, Shanghai), "16:40");
        assert_eq!(Lang::En.time_exact(t, Shanghai), "16:40:05");
        assert_eq!(Lang::Zh.moment(t, Shanghai), "11月25日 16:40");
        assert_eq!(Lang::En.moment(t, Shanghai), "25 November, 16:40");
        assert_eq!(Lang::Zh.moment_exact(t, Shanghai), "2026年11月25日 16:40:05");
        assert_eq!(Lang::En.moment_exact(t, Shanghai), "25 November 2026, 16:40:05");
    }

    #[test]
    fn a_night_round_is_due_the_next_day() {
        let t = at("2026-11-25T22:30:00Z");
        assert_eq!(Lang::Zh.time_for(t, Shanghai, day("2026-11-25")), "次日 06:30");
        assert_eq!(Lang::En.time_for(t, Shanghai, day("2026-11-26")), "06:30");
        assert_eq!(
            Lang::En.time_for(t, Shanghai, day("2026-11-20")),
            "06:30 on 26 November"
        );
    }

    #[test]
    fn durations_have_two_units_at_most_and_right_plurals() {
        let said = |s: i64| Lang::En.span(TimeDelta::seconds(s));
        assert_eq!(said(0), "0 seconds");
        assert_eq!(said(1), "1 second");
        assert_eq!(said(119), "1 minute");
        assert_eq!(said(3600), "1 hour");
        assert_eq!(said(7260), "2 hours 1 minute");
        assert_eq!(said(90_061), "1 day 1 hour");
        assert_eq!(Lang::Zh.span(TimeDelta::seconds(3900)), "1 小时 5 分钟");
    }

    #[test]
    fn what_is_left_turns_into_what_is_overdue_at_the_instant_itself() {
        let due = at("2026-11-25T08:00:00Z");
        assert_eq!(Lang::Zh.until(due, at("2026-11-25T07:48:00Z")), "还有 12 分钟");
        assert_eq!(Lang::En.until(due, at("2026-11-25T07:48:00Z")), "12 minutes left");
        assert_eq!(Lang::Zh.until(due, due), "刚到时限");
        assert_eq!(Lang::Zh.until(due, due + TimeDelta::seconds(1)), "已超时 1 秒");
        assert_eq!(
            Lang::En.until(due, at("2026-11-25T08:03:30Z")),
            "3 minutes overdue"
        );
        assert_eq!(Lang::Zh.ago(due, at("2026-11-25T08:03:30Z")), "3 分钟前");
    }
}
