//! Knows a declared time span: on what basis, how grave, whom it asks, when, and which rounds it has.

mod local_time;
mod rule;
mod scope;

pub use local_time::{LocalTime, LocalTimeError};
pub use rule::{Hours, HoursError, RoundRule};
pub use scope::{Area, Scope};

use chrono::{Days, TimeDelta};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::calendar::{Calendar, DayKind};
use super::ids::{PeriodId, RuleId};
use super::obligation::NewRound;
use super::time::{BusinessDate, Timestamp, local_day};

/// How grave a period is. `I` is the highest and comes first in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    I,
    II,
    III,
    IV,
}

impl Level {
    /// Every level, the highest first.
    pub const ALL: [Self; 4] = [Self::I, Self::II, Self::III, Self::IV];

    /// Gives the text by which it is stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Self::I => "I",
            Self::II => "II",
            Self::III => "III",
            Self::IV => "IV",
        }
    }

    /// Reads what [`Self::code`] gives.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.code() == code)
    }
}

/// A declared period. It stops by itself at `ends`, or earlier by a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    pub id: PeriodId,
    pub name: String,
    /// The number of the document that declares it (文号).
    pub basis: String,
    pub level: Level,
    pub scope: Scope,
    pub starts: Timestamp,
    pub ends: Timestamp,
    pub stopped: Option<Timestamp>,
    pub drill: bool,
    /// All versions of all rules.
    pub rules: Vec<RoundRule>,
}

/// Why a period cannot be declared or changed like that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    #[error("a name has 1 to {} characters on one line", Period::LONGEST_TEXT)]
    Name,
    #[error("the basis document has 1 to {} characters on one line", Period::LONGEST_TEXT)]
    Basis,
    #[error("a label has 1 to {} characters on one line", Period::LONGEST_TEXT)]
    Label,
    #[error("name at least one unit whose subtree is asked")]
    NobodyAsked,
    #[error("the end must be later than the start and than now")]
    EndsBeforeStart,
    #[error(
        "a period lasts at most {} days; declare the next one on its own document",
        Period::LONGEST_DAYS
    )]
    TooLong,
    #[error("no round falls due within the period")]
    NoRound,
    #[error("the period is over")]
    Over,
    #[error("the new end must be later than the present one")]
    NotLater,
    #[error("the period has no such rule in force")]
    NoSuchRule,
    /// A round of the day has opened or passed; what is open is frozen.
    #[error("the rounds of that day have begun; the change can hold from {first} on")]
    TooEarly { first: BusinessDate },
}

impl Period {
    /// The most characters of a name, a basis or a label.
    pub const LONGEST_TEXT: usize = 120;
    /// The most days: three years.
    pub const LONGEST_DAYS: i64 = 1100;

    /// Checks a period that is declared at `now`, and lets it start no earlier than that: nobody can owe what
    /// was due before he was asked.
    pub fn declared(self, now: Timestamp, calendar: &Calendar, zone: Tz) -> Result<Self, PeriodError> {
        let period = Self {
            starts: self.starts.max(now),
            stopped: None,
            ..self
        };
        check_text(&period.name, PeriodError::Name)?;
        check_text(&period.basis, PeriodError::Basis)?;
        for rule in &period.rules {
            check_text(&rule.label, PeriodError::Label)?;
        }
        if period.scope.subtrees.is_empty() {
            return Err(PeriodError::NobodyAsked);
        }
        check_length(period.starts, period.ends)?;
        match period
            .rounds(calendar, zone, period.starts, period.ends)
            .is_empty()
        {
            true => Err(PeriodError::NoRound),
            false => Ok(period),
        }
    }

    /// Gives the instant at which it ends or was stopped.
    pub fn end(&self) -> Timestamp {
        self.stopped.map_or(self.ends, |stopped| stopped.min(self.ends))
    }

    /// Tells whether it lasts at an instant.
    pub fn is_running(&self, at: Timestamp) -> bool {
        self.starts <= at && at < self.end()
    }

    /// Stops it at `now`. What has opened stays owed; what is due later is never opened.
    pub fn stopped_at(&self, now: Timestamp) -> Result<Self, PeriodError> {
        if now >= self.end() {
            return Err(PeriodError::Over);
        }
        Ok(Self {
            stopped: Some(now),
            ..self.clone()
        })
    }

    /// Lets it last longer, by a decision at `now`.
    pub fn extended(&self, new_end: Timestamp, now: Timestamp) -> Result<Self, PeriodError> {
        if now >= self.end() {
            return Err(PeriodError::Over);
        }
        if new_end <= self.ends {
            return Err(PeriodError::NotLater);
        }
        check_length(self.starts, new_end)?;
        Ok(Self {
            ends: new_end,
            ..self.clone()
        })
    }

    /// Adds a rule, at `now`, from a day whose round can still be asked for.
    pub fn with_rule(&self, rule: RoundRule, now: Timestamp, zone: Tz) -> Result<Self, PeriodError> {
        if now >= self.end() {
            return Err(PeriodError::Over);
        }
        check_text(&rule.label, PeriodError::Label)?;
        no_earlier(rule.from, rule.first_day_due_after(now, zone))?;
        let mut period = self.clone();
        period.rules.push(rule);
        Ok(period)
    }

    /// Ends a rule, at `now`, before a day whose round has not opened.
    pub fn without_rule(
        &self,
        id: RuleId,
        until: BusinessDate,
        now: Timestamp,
        zone: Tz,
    ) -> Result<Self, PeriodError> {
        let mut period = self.clone();
        let rule = period
            .rules
            .iter_mut()
            .find(|rule| rule.id == id && rule.until.is_none())
            .ok_or(PeriodError::NoSuchRule)?;
        no_earlier(until, rule.first_day_opening_after(now, zone))?;
        rule.until = Some(until.max(rule.from));
        Ok(period)
    }

    /// Replaces a rule by a new version, at `now`, from the new version's first day on.
    pub fn revised(
        &self,
        old: RuleId,
        new: RoundRule,
        now: Timestamp,
        zone: Tz,
    ) -> Result<Self, PeriodError> {
        self.without_rule(old, new.from, now, zone)?
            .with_rule(new, now, zone)
    }

    /// Gives the rounds of which some part lies between two instants: `opens < until` and `closes > from`.
    ///
    /// A round belongs to the period when its rule holds on its business date and a report can come in time
    /// within the period: `starts < due <= end`, where the end is `ends` or the instant of stopping. So a night
    /// round belongs to the period in which it is due, the period's last instant may be a due time, and its
    /// first may not. A round that has begun when the period starts opens with the period.
    ///
    /// They come in the order of opening, then of due time.
    pub fn rounds(&self, calendar: &Calendar, zone: Tz, from: Timestamp, until: Timestamp) -> Vec<NewRound> {
        // A round reaches into the second day after its own at most, and that only where clocks change.
        let first_day = local_day(from.max(self.starts), zone);
        let first_day = first_day.checked_sub_days(Days::new(2)).unwrap_or(first_day);
        let last_day = local_day(until.min(self.end()), zone);
        let days = || first_day.iter_days().take_while(|day| *day <= last_day);
        let mut rounds: Vec<NewRound> = self
            .rules
            .iter()
            .flat_map(|rule| {
                days()
                    .filter(|day| rule.applies(*day, calendar))
                    .filter_map(|day| self.round(rule, day, zone))
            })
            .filter(|round| round.window.opens() < until && from < round.window.closes())
            .collect();
        rounds.sort_by_key(|round| (round.window.opens(), round.window.due(), round.rule));
        rounds
    }

    fn round(&self, rule: &RoundRule, day: BusinessDate, zone: Tz) -> Option<NewRound> {
        let window = rule.window(day, zone);
        if window.due() <= self.starts || self.end() < window.due() {
            return None;
        }
        Some(NewRound {
            id: (),
            rule: rule.id,
            period: self.id,
            day,
            label: rule.label.clone(),
            level: self.level,
            window: window.opening_no_earlier_than(self.starts).ok()?,
            ladder: rule.ladder,
            drill: self.drill,
            roll_up: rule.roll_up,
        })
    }

    /// Gives the years of the period whose holidays are not known though a rule asks for them: a warning.
    pub fn unknown_years(&self, calendar: &Calendar, zone: Tz) -> Vec<i32> {
        match self.rules.iter().all(|rule| rule.days == DayKind::EveryDay) {
            true => Vec::new(),
            false => calendar.unknown_years(local_day(self.starts, zone), local_day(self.end(), zone)),
        }
    }
}

fn check_text(text: &str, error: PeriodError) -> Result<(), PeriodError> {
    let good = !text.trim().is_empty()
        && text.chars().count() <= Period::LONGEST_TEXT
        && !text.chars().any(char::is_control);
    good.then_some(()).ok_or(error)
}

fn check_length(starts: Timestamp, ends: Timestamp) -> Result<(), PeriodError> {
    if ends <= starts {
        return Err(PeriodError::EndsBeforeStart);
    }
    match ends - starts > TimeDelta::days(Period::LONGEST_DAYS) {
        true => Err(PeriodError::TooLong),
        false => Ok(()),
    }
}

fn no_earlier(day: BusinessDate, first: BusinessDate) -> Result<(), PeriodError> {
    match day < first {
        true => Err(PeriodError::TooEarly { first }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;
