//! Knows when an open incident asks its unit how it goes on: times of the day, by severity.

use chrono::{Days, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::Severity;
use crate::domain::period::{Hours, LocalTime};
use crate::domain::time::{BusinessDate, Timestamp, local_day};

/// How long before its time a follow-up counts for it.
pub const LEAD: TimeDelta = TimeDelta::hours(2);

/// The least time between two follow-ups.
const APART: TimeDelta = TimeDelta::hours(3);

/// The times for one severity, written `iii 08:00 17:00`; a severity alone is never asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// For which severity.
    pub severity: Severity,
    /// When a day.
    pub at: Vec<NaiveTime>,
}

impl std::str::FromStr for Times {
    type Err = TimetableError;

    fn from_str(text: &str) -> Result<Self, TimetableError> {
        let mut words = text.split_whitespace();
        let severity = words
            .next()
            .and_then(Severity::parse)
            .ok_or(TimetableError::Shape)?;
        let time = |word: &str| NaiveTime::parse_from_str(word, "%H:%M").map_err(|_| TimetableError::Shape);
        Ok(Self {
            severity,
            at: words.map(time).collect::<Result<_, _>>()?,
        })
    }
}

/// When open incidents are asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timetable {
    times: Vec<Times>,
    /// All times of the day, in order, with the hours of the round that each makes.
    rounds: Vec<(NaiveTime, Hours)>,
}

/// Why some times are no timetable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimetableError {
    /// Not a severity and times.
    #[error("it is written like iii 08:00 17:00")]
    Shape,
    /// A severity twice.
    #[error("a severity occurs twice")]
    Twice,
    /// A follow-up counts from two hours before its time, on the same day.
    #[error("a follow-up is asked at 02:00 at the earliest")]
    Early,
    /// There would be no time between.
    #[error("two follow-ups are at least three hours apart")]
    Close,
}

/// One asking: a time on a day, with its hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asking {
    /// The day.
    pub day: BusinessDate,
    /// The time of the day.
    pub time: NaiveTime,
    /// When it opens, is due and closes.
    pub hours: Hours,
}

impl Timetable {
    /// Takes the times of each severity.
    pub fn new(times: Vec<Times>) -> Result<Self, TimetableError> {
        for (place, one) in times.iter().enumerate() {
            if times
                .iter()
                .take(place)
                .any(|other| other.severity == one.severity)
            {
                return Err(TimetableError::Twice);
            }
        }
        let mut all: Vec<NaiveTime> = times.iter().flat_map(|one| one.at.iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        let since_midnight = |time: NaiveTime| time.signed_duration_since(NaiveTime::MIN);
        if all.first().is_some_and(|first| since_midnight(*first) < LEAD) {
            return Err(TimetableError::Early);
        }
        let mut rounds = Vec::with_capacity(all.len());
        for (place, time) in all.iter().copied().enumerate() {
            let (next, closes): (_, fn(NaiveTime) -> LocalTime) = match all.get(place + 1) {
                Some(next) => (since_midnight(*next), LocalTime::same_day),
                None => (since_midnight(all[0]) + TimeDelta::days(1), LocalTime::next_day),
            };
            if next - since_midnight(time) < APART {
                return Err(TimetableError::Close);
            }
            let closes = closes(NaiveTime::MIN + (next - LEAD));
            let opens = LocalTime::same_day(time - LEAD);
            let hours = Hours::new(opens, LocalTime::same_day(time), TimeDelta::zero(), closes);
            rounds.push((time, hours.map_err(|_| TimetableError::Close)?));
        }
        Ok(Self { times, rounds })
    }

    /// Gives the times of each severity.
    pub fn times(&self) -> &[Times] {
        &self.times
    }

    /// Tells whether incidents of a severity are asked at a time.
    pub fn asks(&self, severity: Severity, time: NaiveTime) -> bool {
        let mut of = self.times.iter().filter(|one| one.severity == severity);
        of.any(|one| one.at.contains(&time))
    }

    /// Gives the asking that is open at an instant: each opens as the one before it closes.
    pub fn current(&self, now: Timestamp, zone: Tz) -> Option<Asking> {
        self.around(now, zone).find(|asking| {
            let window = asking.hours.window(asking.day, zone);
            window.opens() <= now && now < window.closes()
        })
    }

    /// Gives when the next asking opens.
    pub fn next_opening(&self, now: Timestamp, zone: Tz) -> Option<Timestamp> {
        let opens = self
            .around(now, zone)
            .map(|a| a.hours.window(a.day, zone).opens());
        opens.filter(|at| *at > now).min()
    }

    /// Gives when an incident of a severity has to be told of next, if it is asked at all.
    pub fn next_due(&self, severity: Severity, now: Timestamp, zone: Tz) -> Option<Timestamp> {
        let mine = self.around(now, zone).filter(|a| self.asks(severity, a.time));
        mine.map(|a| a.hours.window(a.day, zone).due())
            .filter(|at| *at > now)
            .min()
    }

    /// Gives the askings of yesterday, today and tomorrow.
    fn around(&self, now: Timestamp, zone: Tz) -> impl Iterator<Item = Asking> + '_ {
        let today = local_day(now, zone);
        let days = [
            today.checked_sub_days(Days::new(1)),
            Some(today),
            today.checked_add_days(Days::new(1)),
        ];
        days.into_iter().flatten().flat_map(move |day| {
            let asking = move |(time, hours): &(NaiveTime, Hours)| Asking {
                day,
                time: *time,
                hours: *hours,
            };
            self.rounds.iter().map(asking)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::moment;
    use proptest::prelude::*;

    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    fn table(lines: &[&str]) -> Result<Timetable, TimetableError> {
        let times = lines.iter().map(|line| line.parse()).collect::<Result<_, _>>()?;
        Timetable::new(times)
    }

    fn at(text: &str) -> Timestamp {
        moment(text, ZONE).unwrap()
    }

    #[test]
    fn a_grave_incident_is_asked_in_the_morning_and_in_the_afternoon() {
        let table = table(&["iii 08:00 17:00", "iv 17:00", "not_graded"]).unwrap();
        let now = table.current(at("2026-06-02 06:00"), ZONE).unwrap();
        assert_eq!(now.time, "08:00:00".parse().unwrap());
        let night = table.current(at("2026-06-02 05:59"), ZONE).unwrap();
        assert_eq!(
            (night.day.to_string().as_str(), night.time),
            ("2026-06-01", "17:00:00".parse().unwrap())
        );
        assert!(table.asks(Severity::IV, night.time) && !table.asks(Severity::IV, now.time));
        assert_eq!(
            table.next_due(Severity::III, at("2026-06-02 08:00"), ZONE),
            Some(at("2026-06-02 17:00"))
        );
        assert_eq!(
            table.next_due(Severity::IV, at("2026-06-02 17:00"), ZONE),
            Some(at("2026-06-03 17:00"))
        );
        assert_eq!(
            table.next_due(Severity::NotGraded, at("2026-06-02 08:00"), ZONE),
            None
        );
        assert_eq!(
            table.next_opening(at("2026-06-02 06:00"), ZONE),
            Some(at("2026-06-02 15:00"))
        );
    }

    #[test]
    fn times_that_cannot_be_kept_are_refused() {
        assert_eq!(table(&["iii 8"]), Err(TimetableError::Shape));
        assert_eq!(table(&["bad 08:00"]), Err(TimetableError::Shape));
        assert_eq!(table(&["iii 08:00", "iii"]), Err(TimetableError::Twice));
        assert_eq!(table(&["iii 01:59"]), Err(TimetableError::Early));
        assert_eq!(table(&["iii 08:00 10:59"]), Err(TimetableError::Close));
        assert_eq!(table(&["iii 02:00 23:30"]), Err(TimetableError::Close));
        assert_eq!(
            table(&["iii"]).unwrap().current(at("2026-06-02 06:00"), ZONE),
            None
        );
        assert_eq!(
            table(&[]).unwrap().next_opening(at("2026-06-02 06:00"), ZONE),
            None
        );
    }

    proptest! {
        #[test]
        fn exactly_one_asking_is_open_at_any_instant(minutes in 0i64..20_000, one in 2u32..9, two in 12u32..20) {
            let table = table(&[&format!("iii {one:02}:00 {two:02}:30")]).unwrap();
            let now = at("2026-06-01 00:00") + TimeDelta::minutes(minutes);
            let open = table.around(now, ZONE).filter(|a| {
                let window = a.hours.window(a.day, ZONE);
                window.opens() <= now && now < window.closes()
            });
            prop_assert_eq!(open.count(), 1);
        }
    }
}
