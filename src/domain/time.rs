//! Knows instants, business dates, and how a local time becomes an instant on any day of any zone.

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// An instant in UTC, in whole milliseconds.
pub type Timestamp = DateTime<Utc>;

/// The day that a round is *for*, whatever day its deadline falls on.
pub type BusinessDate = NaiveDate;

/// Gives the instant of a local time on a day; total, also on the days when clocks change.
///
/// A local time that does not exist (clocks go forward) is the first instant after the gap; one that exists
/// twice (clocks go back) is the earlier of the two.
pub fn timestamp(day: NaiveDate, time: NaiveTime, zone: Tz) -> Timestamp {
    let local = day.and_time(time);
    match zone.from_local_datetime(&local) {
        LocalResult::Single(t) => t.with_timezone(&Utc),
        LocalResult::Ambiguous(first, _) => first.with_timezone(&Utc),
        LocalResult::None => after_gap(local, zone),
    }
}

/// Finds the first instant at or after a local time that a forward change of the clocks skipped.
fn after_gap(local: NaiveDateTime, zone: Tz) -> Timestamp {
    // A gap is at most a day long (Samoa, 2011); whole minutes are exact for every zone in use.
    let exists = (1..=24 * 60)
        .map(|minutes| local + TimeDelta::minutes(minutes))
        .find_map(|later| zone.from_local_datetime(&later).earliest());
    exists.map_or_else(
        || zone.from_utc_datetime(&local).with_timezone(&Utc),
        |t| t.with_timezone(&Utc),
    )
}

/// Gives the calendar day of an instant in a zone.
pub fn local_day(at: Timestamp, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// Reads Unix milliseconds; `None` outside the years that chrono can hold.
pub fn from_millis(ms: i64) -> Option<Timestamp> {
    DateTime::from_timestamp_millis(ms)
}

/// Cuts an instant to the whole milliseconds that are stored.
pub fn to_millisecond(at: Timestamp) -> Timestamp {
    from_millis(at.timestamp_millis()).unwrap_or(at)
}

/// Reads a day as people and spreadsheets write it: `2026-05-31`, `2026/5/31`, `2026年5月31日`.
pub fn day_of(text: &str) -> Option<NaiveDate> {
    let text = text.strip_suffix('日').unwrap_or(text);
    let parts: Vec<&str> = text.split(['-', '/', '.', '年', '月']).collect();
    let [year, month, day] = parts[..] else {
        return None;
    };
    let number = |part: &str| {
        part.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| part.parse::<u32>().ok())?
    };
    let year = number(year).filter(|year| (1900..=9999).contains(year))?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, number(month)?, number(day)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(s: &str) -> NaiveDate {
        s.parse().unwrap()
    }

    fn time(s: &str) -> NaiveTime {
        NaiveTime::parse_from_str(s, "%H:%M").unwrap()
    }

    #[test]
    fn four_in_the_afternoon_in_shanghai_is_eight_in_the_morning_utc() {
        let t = timestamp(day("2026-11-25"), time("16:00"), chrono_tz::Asia::Shanghai);
        assert_eq!(t.to_rfc3339(), "2026-11-25T08:00:00+00:00");
    }

    #[test]
    fn a_skipped_local_time_is_the_first_instant_after_the_gap() {
        let t = timestamp(day("2026-03-29"), time("02:30"), chrono_tz::Europe::Berlin);
        assert_eq!(t.to_rfc3339(), "2026-03-29T01:00:00+00:00");
    }

    #[test]
    fn a_doubled_local_time_is_the_earlier_instant() {
        let t = timestamp(day("2026-10-25"), time("02:30"), chrono_tz::Europe::Berlin);
        assert_eq!(t.to_rfc3339(), "2026-10-25T00:30:00+00:00");
    }

    proptest! {
        #[test]
        fn order_of_local_times_is_kept_on_every_day(days in 0i64..40_000, a in 0u32..1440, b in 0u32..1440) {
            let zone = chrono_tz::America::New_York;
            let d = day("1970-01-01") + TimeDelta::days(days);
            let at = |m: u32| timestamp(d, NaiveTime::from_hms_opt(m / 60, m % 60, 0).unwrap(), zone);
            if a <= b {
                // On the day clocks go back, the later reading of a doubled hour is not used, so order holds.
                prop_assert!(at(a) <= at(b));
            }
        }
    }
}
