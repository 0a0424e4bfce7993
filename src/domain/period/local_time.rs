//! Knows how the times of a rule are written: `16:00`, or `+1 06:30` for the next calendar day.

use std::fmt;
use std::str::FromStr;

use chrono::{Days, NaiveTime, TimeDelta, Timelike};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::time::{BusinessDate, Timestamp, local_day, timestamp};

/// A wall-clock time on a business date or on the calendar day after it, to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalTime {
    next_day: bool,
    time: NaiveTime,
}

/// Why a text is not a [`LocalTime`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LocalTimeError {
    /// Not two digits, a colon and two digits.
    #[error("a time is written as 16:00, or +1 06:30 for the next day")]
    Shape,
    /// `24:00`: whose day is that?
    #[error("24:00 is no time of day; midnight at the end of a day is written +1 00:00")]
    Midnight,
    /// Above 23.
    #[error("an hour is 00 to 23")]
    Hour,
    /// Above 59.
    #[error("a minute is 00 to 59")]
    Minute,
    /// Above 59.
    #[error("a second is 00 to 59")]
    Second,
    /// An offset other than the next day.
    #[error("only the next day (+1) can be named")]
    Offset,
}

impl LocalTime {
    /// Makes a time on the business date itself, cut to the second.
    pub fn same_day(time: NaiveTime) -> Self {
        Self {
            next_day: false,
            time: time.with_nanosecond(0).unwrap_or(time),
        }
    }

    /// Makes a time on the calendar day after the business date, cut to the second.
    pub fn next_day(time: NaiveTime) -> Self {
        Self {
            next_day: true,
            ..Self::same_day(time)
        }
    }

    /// Gives the local time of an instant as seen from a business date, cut to the second; `None` when it falls
    /// on neither that day nor the next.
    pub fn of(at: Timestamp, day: BusinessDate, zone: Tz) -> Option<Self> {
        let time = at.with_timezone(&zone).time();
        match local_day(at, zone) {
            d if d == day => Some(Self::same_day(time)),
            d if Some(d) == day.succ_opt() => Some(Self::next_day(time)),
            _ => None,
        }
    }

    /// Tells whether it falls on the calendar day after the business date.
    pub fn is_next_day(self) -> bool {
        self.next_day
    }

    /// Gives the time on the clock.
    pub fn time(self) -> NaiveTime {
        self.time
    }

    /// Gives the instant on a business date.
    pub fn on(self, day: BusinessDate, zone: Tz) -> Timestamp {
        let days = Days::new(u64::from(self.next_day));
        timestamp(day.checked_add_days(days).unwrap_or(day), self.time, zone)
    }

    /// Gives the span from the business date's midnight, on a day of 24 hours.
    pub(super) fn since_midnight(self) -> TimeDelta {
        let days = TimeDelta::days(i64::from(self.next_day));
        days + self.time.signed_duration_since(NaiveTime::MIN)
    }
}

impl FromStr for LocalTime {
    type Err = LocalTimeError;

    /// Reads `HH:MM` or `HH:MM:SS`, with `+1 ` before it for the next day; full-width signs are taken too.
    fn from_str(text: &str) -> Result<Self, LocalTimeError> {
        let text = text.trim().replace('：', ":").replace('＋', "+");
        let (next_day, clock) = match text.strip_prefix('+') {
            None => (false, text.as_str()),
            Some(rest) => {
                let (days, clock) = rest
                    .split_once(char::is_whitespace)
                    .ok_or(LocalTimeError::Shape)?;
                match days {
                    "1" => (true, clock.trim_start()),
                    _ => return Err(LocalTimeError::Offset),
                }
            }
        };
        let time = clock_time(clock)?;
        Ok(Self { next_day, time })
    }
}

/// Reads `HH:MM` or `HH:MM:SS`.
fn clock_time(text: &str) -> Result<NaiveTime, LocalTimeError> {
    let parts = text.split(':').map(two_digits).collect::<Option<Vec<u32>>>();
    let (hour, minute, second) = match parts.as_deref() {
        Some(&[h, m]) => (h, m, 0),
        Some(&[h, m, s]) => (h, m, s),
        _ => return Err(LocalTimeError::Shape),
    };
    match (hour, minute, second) {
        (24, 0, 0) => Err(LocalTimeError::Midnight),
        (24.., _, _) => Err(LocalTimeError::Hour),
        (_, 60.., _) => Err(LocalTimeError::Minute),
        _ => NaiveTime::from_hms_opt(hour, minute, second).ok_or(LocalTimeError::Second),
    }
}

fn two_digits(part: &str) -> Option<u32> {
    let good = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    good.then(|| part.parse().ok()).flatten()
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let day = if self.next_day { "+1 " } else { "" };
        match self.time.second() {
            0 => write!(f, "{day}{}", self.time.format("%H:%M")),
            _ => write!(f, "{day}{}", self.time.format("%H:%M:%S")),
        }
    }
}

impl TryFrom<String> for LocalTime {
    type Error = LocalTimeError;
    fn try_from(text: String) -> Result<Self, LocalTimeError> {
        text.parse()
    }
}

impl From<LocalTime> for String {
    fn from(time: LocalTime) -> Self {
        time.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::day;
    use proptest::prelude::*;

    fn local(text: &str) -> LocalTime {
        text.parse().unwrap()
    }

    #[test]
    fn times_are_read_and_written_the_same() {
        for text in ["16:00", "00:00", "23:59:59", "+1 06:30", "+1 00:00:01"] {
            assert_eq!(local(text).to_string(), text);
        }
        assert_eq!(local(" 16：00 "), local("16:00"));
        assert_eq!(local("＋1  06:30"), local("+1 06:30"));
        assert_eq!(local("16:00:00").to_string(), "16:00");
    }

    #[test]
    fn what_is_no_time_is_refused_in_words() {
        let cases = [
            ("24:00", LocalTimeError::Midnight),
            ("24:01", LocalTimeError::Hour),
            ("25:00", LocalTimeError::Hour),
            ("16:60", LocalTimeError::Minute),
            ("16:00:60", LocalTimeError::Second),
            (":60", LocalTimeError::Shape),
            ("", LocalTimeError::Shape),
            ("16", LocalTimeError::Shape),
            ("6:30", LocalTimeError::Shape),
            ("16:00:00:00", LocalTimeError::Shape),
            ("2026-02-30", LocalTimeError::Shape),
            ("-1 06:30", LocalTimeError::Shape),
            ("+1", LocalTimeError::Shape),
            ("+1 ", LocalTimeError::Shape),
            ("+0 06:30", LocalTimeError::Offset),
            ("+2 06:30", LocalTimeError::Offset),
            ("１６:00", LocalTimeError::Shape),
            ("16:0\0", LocalTimeError::Shape),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<LocalTime>(), Err(error), "{text:?}");
        }
        assert!(LocalTimeError::Midnight.to_string().contains("+1 00:00"));
    }

    #[test]
    fn the_next_day_comes_after_the_day_itself() {
        assert!(local("16:00") < local("16:00:01") && local("23:59:59") < local("+1 00:00"));
    }

    #[test]
    fn a_night_time_falls_on_the_next_calendar_day_also_at_the_turn_of_the_year() {
        let at = local("+1 06:30").on(day("2026-12-31").unwrap(), chrono_tz::Asia::Shanghai);
        assert_eq!(at.to_rfc3339(), "2026-12-31T22:30:00+00:00");
    }

    #[test]
    fn an_instant_is_named_from_its_business_date_or_from_the_day_before() {
        let (zone, today) = (chrono_tz::Asia::Shanghai, day("2026-06-01").unwrap());
        for text in ["23:59:30", "+1 00:01"] {
            assert_eq!(
                LocalTime::of(local(text).on(today, zone), today, zone),
                Some(local(text))
            );
        }
        let elsewhere = local("+1 00:01").on(today.succ_opt().unwrap(), zone);
        assert_eq!(LocalTime::of(elsewhere, today, zone), None);
    }

    #[test]
    fn json_holds_the_text() {
        assert_eq!(serde_json::to_string(&local("+1 06:30")).unwrap(), "\"+1 06:30\"");
        assert!(serde_json::from_str::<LocalTime>("\"24:00\"").is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_stumble(text in "\\PC{0,12}") {
            if let Ok(time) = text.parse::<LocalTime>() {
                prop_assert_eq!(local(&time.to_string()), time);
            }
        }
    }
}
