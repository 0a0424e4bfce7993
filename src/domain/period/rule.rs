//! Knows one deadline in the days of a period, and on which days it holds.

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::LocalTime;
use crate::domain::calendar::{Calendar, DayKind};
use crate::domain::ids::{LadderId, RuleId};
use crate::domain::time::{BusinessDate, Timestamp, local_day};
use crate::domain::window::Window;

/// The local times of a rule: `opens < due <= due + grace <= closes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hours {
    opens: LocalTime,
    due: LocalTime,
    grace: TimeDelta,
    closes: LocalTime,
}

/// Why four local times are not the hours of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// There would be no time in which to report.
    #[error("it must open before it is due; a time of the next day is written +1 06:30")]
    DueNotAfterOpening,
    /// Grace is time added, never taken away.
    #[error("the grace cannot be negative")]
    NegativeGrace,
    /// A report within the grace would be on time and too late at once.
    #[error("it must not close before the grace has passed; a time of the next day is written +1 06:30")]
    ClosesWithinGrace,
}

impl Hours {
    /// Makes hours; the grace is cut to whole milliseconds.
    pub fn new(
        opens: LocalTime,
        due: LocalTime,
        grace: TimeDelta,
        closes: LocalTime,
    ) -> Result<Self, HoursError> {
        let grace = TimeDelta::milliseconds(grace.num_milliseconds());
        if due <= opens {
            return Err(HoursError::DueNotAfterOpening);
        }
        if grace < TimeDelta::zero() {
            return Err(HoursError::NegativeGrace);
        }
        match due.since_midnight().checked_add(&grace) {
            Some(end) if end <= closes.since_midnight() => Ok(Self {
                opens,
                due,
                grace,
                closes,
            }),
            _ => Err(HoursError::ClosesWithinGrace),
        }
    }

    /// Gives when a round opens.
    pub fn opens(&self) -> LocalTime {
        self.opens
    }

    /// Gives when a round is due.
    pub fn due(&self) -> LocalTime {
        self.due
    }

    /// Gives the tolerance after the due time.
    pub fn grace(&self) -> TimeDelta {
        self.grace
    }

    /// Gives when a round closes.
    pub fn closes(&self) -> LocalTime {
        self.closes
    }

    /// Gives the instants on a business date; total, also on the days when clocks change.
    pub fn window(&self, day: BusinessDate, zone: Tz) -> Window {
        let long = self.due.since_midnight() - self.opens.since_midnight();
        let at = |time: LocalTime| time.on(day, zone);
        Window::of_local(at(self.opens), at(self.due), long, self.grace, at(self.closes))
    }
}

/// One deadline in the days of a period: one version of it.
///
/// A version holds on the business dates `from <= day < until`; a change ends it and begins another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundRule {
    pub id: RuleId,
    /// What people call it: 早报, 晚报.
    pub label: String,
    pub hours: Hours,
    pub days: DayKind,
    /// Whether parents report on their units, instead of every unit for itself.
    pub roll_up: bool,
    /// The first business date on which it holds.
    pub from: BusinessDate,
    /// The first business date on which it no longer holds.
    pub until: Option<BusinessDate>,
    pub ladder: LadderId,
}

impl RoundRule {
    /// Tells whether there is a round on a business date, the bounds of the period left aside.
    pub fn applies(&self, day: BusinessDate, calendar: &Calendar) -> bool {
        let holds = self.from <= day && self.until.is_none_or(|until| day < until);
        holds && calendar.applies(self.days, day)
    }

    /// Gives the instants on a business date.
    pub fn window(&self, day: BusinessDate, zone: Tz) -> Window {
        self.hours.window(day, zone)
    }

    /// Gives the first business date whose round can still be asked for at `now`: due later than now.
    pub fn first_day_due_after(&self, now: Timestamp, zone: Tz) -> BusinessDate {
        self.first_day(now, zone, Window::due)
    }

    /// Gives the first business date whose round has not opened at `now`.
    pub fn first_day_opening_after(&self, now: Timestamp, zone: Tz) -> BusinessDate {
        self.first_day(now, zone, Window::opens)
    }

    fn first_day(&self, now: Timestamp, zone: Tz, instant: fn(&Window) -> Timestamp) -> BusinessDate {
        let today = local_day(now, zone);
        let yesterday = today.pred_opt().unwrap_or(today);
        yesterday
            .iter_days()
            .find(|day| instant(&self.window(*day, zone)) > now)
            .unwrap_or(today)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::day;
    use chrono::NaiveTime;
    use chrono_tz::Tz::{America__New_York, Asia__Shanghai, Europe__Berlin, Pacific__Apia};
    use proptest::prelude::*;

    fn hours(opens: &str, due: &str, grace: i64, closes: &str) -> Result<Hours, HoursError> {
        let local = |text: &str| text.parse::<LocalTime>().unwrap();
        Hours::new(local(opens), local(due), TimeDelta::minutes(grace), local(closes))
    }

    fn d(text: &str) -> BusinessDate {
        day(text).unwrap()
    }

    #[test]
    fn the_order_of_the_times_is_kept() {
        assert!(hours("08:00", "16:00", 10, "20:00").is_ok());
        assert!(hours("08:00", "16:00", 0, "16:00").is_ok());
        assert!(hours("20:00", "+1 06:30", 30, "+1 07:00").is_ok());
        assert_eq!(
            hours("16:00", "16:00", 0, "20:00"),
            Err(HoursError::DueNotAfterOpening)
        );
        assert_eq!(
            hours("20:00", "06:30", 0, "08:00"),
            Err(HoursError::DueNotAfterOpening)
        );
        assert_eq!(
            hours("08:00", "16:00", -1, "20:00"),
            Err(HoursError::NegativeGrace)
        );
        assert_eq!(
            hours("08:00", "16:00", 241, "20:00"),
            Err(HoursError::ClosesWithinGrace)
        );
        assert_eq!(
            hours("08:00", "16:00", 0, "15:59:59"),
            Err(HoursError::ClosesWithinGrace)
        );
    }

    #[test]
    fn a_night_round_lies_on_two_calendar_days() {
        let w = hours("20:00", "+1 06:30", 30, "+1 08:00")
            .unwrap()
            .window(d("2026-12-31"), Asia__Shanghai);
        assert_eq!(w.opens().to_rfc3339(), "2026-12-31T12:00:00+00:00");
        assert_eq!(w.due().to_rfc3339(), "2026-12-31T22:30:00+00:00");
        assert_eq!(w.closes().to_rfc3339(), "2027-01-01T00:00:00+00:00");
    }

    #[test]
    fn a_round_inside_the_hour_that_is_skipped_keeps_its_length() {
        let w = hours("02:10", "02:50", 5, "02:55")
            .unwrap()
            .window(d("2026-03-29"), Europe__Berlin);
        assert_eq!(w.opens().to_rfc3339(), "2026-03-29T01:00:00+00:00");
        assert_eq!(w.due() - w.opens(), TimeDelta::minutes(40));
        assert_eq!(w.closes(), w.on_time_until());
    }

    #[test]
    fn a_grace_across_the_skipped_hour_puts_off_the_closing() {
        let w = hours("01:00", "01:30", 60, "03:00")
            .unwrap()
            .window(d("2026-03-29"), Europe__Berlin);
        assert_eq!(w.on_time_until() - w.due(), TimeDelta::minutes(60));
        assert_eq!(w.closes(), w.on_time_until());
    }

    #[test]
    fn a_rule_holds_from_its_first_day_to_before_its_last() {
        let rule = RoundRule {
            id: RuleId(1),
            label: "晚报".into(),
            hours: hours("08:00", "16:00", 0, "20:00").unwrap(),
            days: DayKind::Workdays,
            roll_up: false,
            from: d("2026-11-24"),
            until: Some(d("2026-11-30")),
            ladder: LadderId(1),
        };
        let calendar = Calendar::default();
        let days: Vec<String> = d("2026-11-20")
            .iter_days()
            .take(15)
            .filter(|day| rule.applies(*day, &calendar))
            .map(|day| day.format("%d").to_string())
            .collect();
        assert_eq!(days, ["24", "25", "26", "27"]);
    }

    #[test]
    fn the_first_day_that_can_still_be_asked_for_turns_at_the_due_time() {
        let rule = RoundRule {
            id: RuleId(1),
            label: "夜报".into(),
            hours: hours("20:00", "+1 06:30", 0, "+1 08:00").unwrap(),
            days: DayKind::EveryDay,
            roll_up: false,
            from: d("2026-01-01"),
            until: None,
            ladder: LadderId(1),
        };
        let due = rule.window(d("2026-06-01"), Asia__Shanghai).due();
        let ms = TimeDelta::milliseconds(1);
        assert_eq!(
            rule.first_day_due_after(due - ms, Asia__Shanghai),
            d("2026-06-01")
        );
        assert_eq!(rule.first_day_due_after(due, Asia__Shanghai), d("2026-06-02"));
        assert_eq!(
            rule.first_day_opening_after(due - ms, Asia__Shanghai),
            d("2026-06-02")
        );
    }

    fn any_hours() -> impl Strategy<Value = Hours> {
        let second = |s: u32| NaiveTime::from_num_seconds_from_midnight_opt(s % 86_400, 0).unwrap();
        let local = move |s: u32| match s < 86_400 {
            true => LocalTime::same_day(second(s)),
            false => LocalTime::next_day(second(s)),
        };
        (0u32..172_000, 1u32..80_000, 0u32..8_000, 0u32..8_000).prop_filter_map(
            "past the next day",
            move |(opens, long, grace, more)| {
                let (due, closes) = (opens + long, opens + long + grace + more);
                let all = (closes < 172_800).then(|| (local(opens), local(due), local(closes)));
                all.map(|(o, d, c)| Hours::new(o, d, TimeDelta::seconds(grace.into()), c).unwrap())
            },
        )
    }

    proptest! {
        #[test]
        fn hours_make_a_window_on_every_day_of_every_zone(
            hours in any_hours(), days in 0i64..20_000,
            zone in prop_oneof![
                Just(Asia__Shanghai), Just(Europe__Berlin), Just(America__New_York), Just(Pacific__Apia)
            ],
        ) {
            let day = d("1990-01-01") + TimeDelta::days(days);
            let w = hours.window(day, zone);
            prop_assert_eq!(Window::new(w.opens(), w.due(), w.grace(), w.closes()), Ok(w));
        }
    }
}
