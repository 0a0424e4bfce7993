//! Knows which days are workdays and which are days off, and how a day and an instant are written.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::period::LocalTime;
use super::time::{BusinessDate, Timestamp};

/// On which days a round takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// Every day.
    EveryDay,
    /// Mondays to Fridays that are no public holiday, and make-up workdays.
    Workdays,
    /// All other days: public holidays, and weekends that are no make-up workday. Together with
    /// [`DayKind::Workdays`] it leaves no day out.
    Holidays,
}

impl DayKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::EveryDay, Self::Workdays, Self::Holidays];

    /// Gives the text by which it is stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Self::EveryDay => "every_day",
            Self::Workdays => "workdays",
            Self::Holidays => "holidays",
        }
    }

    /// Reads what [`Self::code`] gives.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// The public holidays and make-up workdays of the years that were imported.
///
/// For a year that is not known the rule of the week holds: Monday to Friday are workdays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    years: BTreeMap<i32, usize>,
    days: HashMap<NaiveDate, Special>,
}

/// A day that is not what its weekday says, or that has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Special {
    name: String,
    off: bool,
}

/// Why a text is not a calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Not the expected JSON from this place on.
    #[error("the calendar cannot be read at line {line}, character {column}")]
    Shape { line: usize, column: usize },
    /// The key of a year and the year beneath it differ.
    #[error("the calendar has the year {year} under {key:?}")]
    Year { key: String, year: i32 },
    /// One day is said to be two things.
    #[error("the calendar names {0} twice")]
    Twice(NaiveDate),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearFile {
    year: i32,
    days: Vec<DayFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DayFile {
    date: NaiveDate,
    name: String,
    #[serde(rename = "isOffDay")]
    off: bool,
}

impl Calendar {
    /// Reads the JSON of `config/holidays/`: years, each with its days off and its make-up workdays.
    pub fn parse(json: &str) -> Result<Self, CalendarError> {
        let years: BTreeMap<String, YearFile> =
            serde_json::from_str(json).map_err(|e| CalendarError::Shape {
                line: e.line(),
                column: e.column(),
            })?;
        let mut calendar = Self::default();
        for (key, YearFile { year, days }) in years {
            if key != year.to_string() {
                return Err(CalendarError::Year { key, year });
            }
            calendar.years.insert(year, days.len());
            for DayFile { date, name, off } in days {
                if calendar.days.insert(date, Special { name, off }).is_some() {
                    return Err(CalendarError::Twice(date));
                }
            }
        }
        Ok(calendar)
    }

    /// Tells whether people work on a day.
    pub fn is_workday(&self, day: BusinessDate) -> bool {
        match self.days.get(&day) {
            Some(special) => !special.off,
            None => !matches!(day.weekday(), Weekday::Sat | Weekday::Sun),
        }
    }

    /// Tells whether a round of that kind takes place on a day.
    pub fn applies(&self, kind: DayKind, day: BusinessDate) -> bool {
        match kind {
            DayKind::EveryDay => true,
            DayKind::Workdays => self.is_workday(day),
            DayKind::Holidays => !self.is_workday(day),
        }
    }

    /// Gives the name of the holiday that a day belongs to or makes up for.
    pub fn name(&self, day: BusinessDate) -> Option<&str> {
        self.days.get(&day).map(|special| special.name.as_str())
    }

    /// Tells whether the holidays of a year were imported.
    pub fn known(&self, year: i32) -> bool {
        self.years.contains_key(&year)
    }

    /// Gives the years between two days, both included, whose holidays were not imported: to be warned of
    /// when a rule is for workdays or holidays.
    pub fn unknown_years(&self, first: BusinessDate, last: BusinessDate) -> Vec<i32> {
        (first.year()..=last.year())
            .filter(|year| !self.known(*year))
            .collect()
    }
}

/// Why a text is not a day or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DayError {
    /// Not four, two and two digits.
    #[error("a day is written as 2026-06-01")]
    Shape,
    /// Such as the 30th of February.
    #[error("there is no such day in the calendar")]
    NoSuchDay,
    /// Not a day and a time of that day.
    #[error("an instant is written as 2026-06-01 08:00")]
    Moment,
    /// The time of day is wrong.
    #[error(transparent)]
    Time(#[from] super::period::LocalTimeError),
}

/// Reads a day such as `2026-06-01`.
pub fn day(text: &str) -> Result<BusinessDate, DayError> {
    let text = text.trim();
    let digits = |part: &str, count: usize| {
        let good = part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
        good.then(|| part.parse::<u32>().ok()).flatten()
    };
    let mut parts = text.split('-');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(y), Some(m), Some(d), None) => {
            let (y, m, d) = (digits(y, 4), digits(m, 2), digits(d, 2));
            let (y, m, d) = (
                y.ok_or(DayError::Shape)?,
                m.ok_or(DayError::Shape)?,
                d.ok_or(DayError::Shape)?,
            );
            let year = i32::try_from(y).map_err(|_| DayError::Shape)?;
            NaiveDate::from_ymd_opt(year, m, d).ok_or(DayError::NoSuchDay)
        }
        _ => Err(DayError::Shape),
    }
}

/// Reads a local instant such as `2026-06-01 08:00`, or with the `T` that browsers send between them.
pub fn moment(text: &str, zone: Tz) -> Result<Timestamp, DayError> {
    let (date, time) = text.trim().split_once(['T', ' ']).ok_or(DayError::Moment)?;
    let date = day(date)?;
    let time: LocalTime = time.parse()?;
    if time.is_next_day() {
        return Err(DayError::Moment);
    }
    Ok(time.on(date, zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn china() -> Calendar {
        Calendar::parse(include_str!("../../config/holidays/cn.json")).unwrap()
    }

    fn d(text: &str) -> BusinessDate {
        day(text).unwrap()
    }

    #[test]
    fn a_public_holiday_on_a_weekday_is_no_workday() {
        let c = china();
        assert!(!c.is_workday(d("2026-10-01")));
        assert_eq!(c.name(d("2026-10-01")), Some("国庆节"));
        assert!(
            c.applies(DayKind::Holidays, d("2026-10-01")) && !c.applies(DayKind::Workdays, d("2026-10-01"))
        );
    }

    #[test]
    fn a_make_up_day_at_the_weekend_is_a_workday() {
        let c = china();
        assert_eq!(d("2024-02-04").weekday(), Weekday::Sun);
        assert!(
            c.applies(DayKind::Workdays, d("2024-02-04")) && !c.applies(DayKind::Holidays, d("2024-02-04"))
        );
    }

    #[test]
    fn an_ordinary_week_has_five_workdays_and_a_weekend_off() {
        let c = china();
        let week: Vec<bool> = d("2026-11-23")
            .iter_days()
            .take(7)
            .map(|day| c.is_workday(day))
            .collect();
        assert_eq!(week, [true, true, true, true, true, false, false]);
    }

    #[test]
    fn workdays_and_holidays_together_are_every_day_once() {
        let c = china();
        for day in d("2023-12-01").iter_days().take(1200) {
            assert!(c.applies(DayKind::EveryDay, day));
            assert_ne!(
                c.applies(DayKind::Workdays, day),
                c.applies(DayKind::Holidays, day),
                "{day}"
            );
        }
    }

    #[test]
    fn an_unknown_year_follows_the_week_and_is_warned_of() {
        let c = china();
        assert!(c.known(2026) && !c.known(2027));
        assert!(!c.is_workday(d("2027-10-02")) && c.is_workday(d("2027-10-01")));
        assert_eq!(c.unknown_years(d("2026-12-01"), d("2028-01-31")), [2027, 2028]);
        assert_eq!(c.unknown_years(d("2026-12-01"), d("2026-12-31")), [0; 0]);
        assert_eq!(
            Calendar::default().unknown_years(d("2026-12-01"), d("2026-12-31")),
            [2026]
        );
    }

    #[test]
    fn a_calendar_that_contradicts_itself_is_refused() {
        let one = |day: &str| format!(r#"{{"2026":{{"year":2026,"days":[{day}]}}}}"#);
        let new_year = r#"{"date":"2026-01-01","name":"元旦","isOffDay":true}"#;
        assert!(Calendar::parse(&one(new_year)).is_ok());
        assert_eq!(
            Calendar::parse(&one(&format!("{new_year},{new_year}"))),
            Err(CalendarError::Twice(d("2026-01-01")))
        );
        assert!(matches!(
            Calendar::parse(r#"{"2025":{"year":2026,"days":[]}}"#),
            Err(CalendarError::Year { year: 2026, .. })
        ));
        for bad in [
            "",
            "[]",
            &one(r#"{"date":"2026-02-30","name":"x","isOffDay":true}"#),
            &one(r#"{"date":"2026-02-03","name":"x"}"#),
        ] {
            assert!(
                matches!(Calendar::parse(bad), Err(CalendarError::Shape { .. })),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_day_that_does_not_exist_is_refused_in_words() {
        assert_eq!(day("2026-02-30"), Err(DayError::NoSuchDay));
        assert_eq!(day("2026-13-01"), Err(DayError::NoSuchDay));
        assert!(day("2028-02-29").is_ok());
        for bad in [
            "",
            "2026-2-3",
            "26-02-03",
            "2026/02/03",
            "+026-02-03",
            "2026-02-03-04",
            "２０２６-02-03",
        ] {
            assert_eq!(day(bad), Err(DayError::Shape), "{bad}");
        }
    }

    #[test]
    fn an_instant_is_read_with_a_blank_or_a_t() {
        let zone = chrono_tz::Asia::Shanghai;
        let expected = "2026-06-01T00:00:00Z".parse::<Timestamp>().unwrap();
        assert_eq!(moment("2026-06-01 08:00", zone), Ok(expected));
        assert_eq!(moment(" 2026-06-01T08:00:00 ", zone), Ok(expected));
        assert_eq!(moment("2026-06-01", zone), Err(DayError::Moment));
        assert_eq!(moment("2026-06-01 +1 08:00", zone), Err(DayError::Moment));
        assert_eq!(moment("2026-02-30 08:00", zone), Err(DayError::NoSuchDay));
        assert!(matches!(moment("2026-06-01 24:00", zone), Err(DayError::Time(_))));
    }

    #[test]
    fn every_kind_of_day_is_read_back_from_its_code() {
        for kind in DayKind::ALL {
            assert_eq!(DayKind::parse(kind.code()), Some(kind));
        }
        assert_eq!(DayKind::parse("sundays"), None);
    }
}
