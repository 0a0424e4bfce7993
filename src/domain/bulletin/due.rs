//! Knows when a bulletin is due, and which span it covers.
//!
//! The bulletin of a day is due at one hour, if a period asked the office or a unit below it at any time since that hour
//! of the day before. So the last bulletin of a period tells of what fell due after the one before it.

use chrono::{Days, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use crate::domain::period::Period;
use crate::domain::time::{BusinessDate, Timestamp, local_day, timestamp};
use crate::domain::unit::{Unit, UnitPath, UnitTree};

/// How long after its hour a bulletin that is not there is missing.
pub const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// How many days back bulletins are looked for that were missed.
const HORIZON: u64 = 14;

/// The hour at which bulletins are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hour {
    pub time: NaiveTime,
    pub zone: Tz,
}

/// A span in which reports that are asked for can fall due; both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covered {
    pub from: Timestamp,
    pub to: Timestamp,
}

/// The last bulletin of an office: its day, and where its span ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Previous {
    pub day: BusinessDate,
    pub until: Timestamp,
}

/// A bulletin that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The day that it is for.
    pub day: BusinessDate,
    /// The first day that it stands for; earlier than `day` if others were missed.
    pub first: BusinessDate,
    pub from: Timestamp,
    /// The hour on `day`.
    pub until: Timestamp,
}

impl Hour {
    /// Gives the instant on a day.
    pub fn on(&self, day: BusinessDate) -> Timestamp {
        timestamp(day, self.time, self.zone)
    }

    /// Gives the last day whose hour has come.
    pub fn last_day(&self, now: Timestamp) -> BusinessDate {
        let today = local_day(now, self.zone);
        match now < self.on(today) {
            true => before(today),
            false => today,
        }
    }

    /// Gives the next instant at which a bulletin can become due.
    pub fn next(&self, now: Timestamp) -> Timestamp {
        self.on(self.next_day(now))
    }

    /// Gives the day whose hour comes next.
    pub fn next_day(&self, now: Timestamp) -> BusinessDate {
        let last = self.last_day(now);
        last.succ_opt().unwrap_or(last)
    }

    /// Gives how far back periods matter.
    pub fn horizon(&self, now: Timestamp) -> Timestamp {
        self.on(back(self.last_day(now), HORIZON + 1))
    }

    /// Gives the bulletin that is due, for the last of the days that have none: one, however many were missed.
    pub fn due(&self, covered: &[Covered], previous: Option<Previous>, now: Timestamp) -> Option<Due> {
        let last = self.last_day(now);
        let earliest = back(last, HORIZON);
        let start = match previous {
            Some(previous) => earliest.max(previous.day.succ_opt()?),
            None => earliest,
        };
        let mut wanted = start
            .iter_days()
            .take_while(|day| *day <= last)
            .filter(|day| self.is_wanted(covered, *day));
        let first = wanted.next()?;
        let day = wanted.last().unwrap_or(first);
        let from = match previous {
            // Nothing falls between two bulletins, also where the hour was changed.
            Some(previous) if previous.day == before(first) => previous.until,
            _ => self.on(before(first)),
        };
        Some(Due {
            day,
            first,
            from,
            until: self.on(day),
        })
    }

    fn is_wanted(&self, covered: &[Covered], day: BusinessDate) -> bool {
        let (from, until) = (self.on(before(day)), self.on(day));
        covered.iter().any(|span| span.from < until && from <= span.to)
    }
}

impl Due {
    /// Tells whether it should be there by now.
    pub fn is_missing(&self, now: Timestamp) -> bool {
        now >= self.until + PATIENCE
    }
}

/// Gives the units that keep a duty office and so a bulletin: a county or higher, and the unit at the top.
pub fn offices(tree: &UnitTree) -> impl Iterator<Item = &Unit> {
    tree.iter()
        .filter(|unit| unit.parent.is_none() || !unit.kind.is_reporting())
}

/// Gives when periods that are no drills ask an office or units below it: each to the last instant at which a report of
/// it can be late.
pub fn covering(periods: &[Period], tree: &UnitTree, office: &UnitPath) -> Vec<Covered> {
    let touches = |period: &&Period| {
        let scope = &period.scope;
        let is_out = office.ids().any(|id| scope.except.contains(&id));
        let asked = || scope.subtrees.iter().filter_map(|id| tree.get(*id));
        !is_out && asked().any(|unit| unit.path.contains(office) || office.contains(&unit.path))
    };
    periods
        .iter()
        .filter(|period| !period.drill && period.starts < period.end())
        .filter(touches)
        .map(|period| {
            let grace = period.rules.iter().map(|rule| rule.hours.grace()).max();
            Covered {
                from: period.starts,
                to: period.end() + grace.unwrap_or_default(),
            }
        })
        .collect()
}

fn before(day: BusinessDate) -> BusinessDate {
    day.pred_opt().unwrap_or(day)
}

fn back(day: BusinessDate, days: u64) -> BusinessDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::moment;
    use chrono_tz::Asia::Shanghai;

    const HOUR: Hour = Hour {
        time: NaiveTime::from_hms_opt(18, 30, 0).unwrap(),
        zone: Shanghai,
    };

    fn at(text: &str) -> Timestamp {
        moment(text, Shanghai).unwrap()
    }

    fn day(text: &str) -> BusinessDate {
        text.parse().unwrap()
    }

    fn ms(n: i64) -> TimeDelta {
        TimeDelta::milliseconds(n)
    }

    /// From 1 June 08:00 to 10 June 22:00.
    fn june() -> [Covered; 1] {
        [Covered {
            from: at("2026-06-01 08:00"),
            to: at("2026-06-10 22:00"),
        }]
    }

    fn made(text: &str) -> Option<Previous> {
        Some(Previous {
            day: day(text),
            until: HOUR.on(day(text)),
        })
    }

    #[test]
    fn it_is_due_at_its_hour_and_not_a_millisecond_before() {
        let (hour, last) = (at("2026-06-03 18:30"), made("2026-06-02"));
        assert_eq!(HOUR.due(&june(), last, hour - ms(1)), None);
        let due = Due {
            day: day("2026-06-03"),
            first: day("2026-06-03"),
            from: at("2026-06-02 18:30"),
            until: hour,
        };
        assert_eq!(HOUR.due(&june(), last, hour), Some(due));
        assert_eq!(HOUR.due(&june(), last, hour + ms(1)), Some(due));
        assert_eq!(HOUR.due(&june(), made("2026-06-03"), hour + ms(1)), None);
        assert_eq!(HOUR.next(hour - ms(1)), hour);
        assert_eq!(HOUR.next(hour), at("2026-06-04 18:30"));
    }

    #[test]
    fn midnight_changes_nothing_and_an_hour_at_midnight_belongs_to_the_day_that_begins() {
        for now in ["2026-06-03 23:59", "2026-06-04 00:00", "2026-06-04 18:29"] {
            assert_eq!(
                HOUR.due(&june(), made("2026-06-02"), at(now)).unwrap().day,
                day("2026-06-03")
            );
        }
        let midnight = Hour {
            time: NaiveTime::MIN,
            zone: Shanghai,
        };
        let now = at("2026-06-04 00:00");
        assert_eq!(midnight.last_day(now), day("2026-06-04"));
        assert_eq!(midnight.last_day(now - ms(1)), day("2026-06-03"));
    }

    #[test]
    fn the_first_is_due_on_the_day_of_the_start_and_the_last_after_the_end() {
        assert_eq!(HOUR.due(&june(), None, at("2026-05-31 18:30")), None);
        let first = HOUR.due(&june(), None, at("2026-06-01 18:30")).unwrap();
        assert_eq!(
            (first.day, first.from),
            (day("2026-06-01"), at("2026-05-31 18:30"))
        );
        // What fell due after the last hour within the period is in the one after it.
        let last = HOUR
            .due(&june(), made("2026-06-10"), at("2026-06-11 18:30"))
            .unwrap();
        assert_eq!(last.day, day("2026-06-11"));
        assert_eq!(
            HOUR.due(&june(), made("2026-06-11"), at("2026-06-12 18:30")),
            None
        );
    }

    #[test]
    fn a_period_touches_the_span_of_a_day_to_the_millisecond() {
        let hour = at("2026-06-03 18:30");
        let starts = |from| {
            HOUR.due(
                &[Covered {
                    from,
                    to: hour + ms(9),
                }],
                None,
                hour,
            )
        };
        assert!(starts(hour - ms(1)).is_some() && starts(hour).is_none());
        let ends = |to| {
            let from = at("2026-05-01 00:00");
            HOUR.due(&[Covered { from, to }], made("2026-06-02"), hour)
        };
        let before = at("2026-06-02 18:30");
        assert!(ends(before).is_some() && ends(before - ms(1)).is_none());
    }

    #[test]
    fn without_a_period_none_is_ever_due() {
        assert_eq!(HOUR.due(&[], None, at("2026-06-03 18:30")), None);
        assert_eq!(HOUR.due(&[], made("2026-06-01"), at("2026-06-03 18:30")), None);
    }

    #[test]
    fn after_an_outage_of_days_one_stands_for_all() {
        let due = HOUR
            .due(&june(), made("2026-06-03"), at("2026-06-07 12:00"))
            .unwrap();
        assert_eq!((due.first, due.day), (day("2026-06-04"), day("2026-06-06")));
        assert_eq!(
            (due.from, due.until),
            (at("2026-06-03 18:30"), at("2026-06-06 18:30"))
        );
        // The day's own comes at its hour.
        let own = HOUR
            .due(&june(), made("2026-06-06"), at("2026-06-07 18:30"))
            .unwrap();
        assert_eq!(
            (own.first, own.day, own.from),
            (own.day, day("2026-06-07"), due.until)
        );
        assert!(due.is_missing(at("2026-06-07 12:00")));
        assert!(!own.is_missing(own.until + PATIENCE - ms(1)) && own.is_missing(own.until + PATIENCE));
    }

    #[test]
    fn two_weeks_back_and_no_further() {
        let long = [Covered {
            from: at("2026-01-01 00:00"),
            to: at("2026-12-31 22:00"),
        }];
        let due = HOUR.due(&long, None, at("2026-06-30 18:30")).unwrap();
        assert_eq!((due.first, due.day), (day("2026-06-16"), day("2026-06-30")));
    }

    #[test]
    fn a_later_hour_leaves_no_hole_and_an_earlier_one_counts_nothing_twice() {
        for hour in ["12:00:00", "20:00:00"] {
            let changed = Hour {
                time: hour.parse().unwrap(),
                ..HOUR
            };
            let due = changed
                .due(&june(), made("2026-06-03"), at("2026-06-04 20:00"))
                .unwrap();
            assert_eq!((due.day, due.from), (day("2026-06-04"), at("2026-06-03 18:30")));
            // The day that has one gets no other.
            assert_eq!(
                changed.due(&june(), made("2026-06-04"), at("2026-06-04 20:00")),
                None
            );
        }
    }

    #[test]
    fn a_pause_between_two_periods_is_in_none() {
        let two = [
            june()[0],
            Covered {
                from: at("2026-06-20 08:00"),
                to: at("2026-06-30 22:00"),
            },
        ];
        let due = HOUR
            .due(&two, made("2026-06-11"), at("2026-06-20 18:30"))
            .unwrap();
        assert_eq!((due.first, due.from), (day("2026-06-20"), at("2026-06-19 18:30")));
    }
}
