//! Knows the daily bulletin (日报): the numbered, frozen document of a duty office, made also on quiet days.
//!
//! - here: what it holds, how it is hashed
//! - `due`: when one is due, and which span it covers
//!
//! It is made once and never changes: pages and letters are written from what was frozen. No word of a report is in it,
//! so that nothing has to be taken out of it when a report is redacted; who is on duty stands beside it, under a
//! salted hash, and goes with the texts.

mod due;
#[cfg(test)]
mod sample;

pub use due::{Covered, Due, Hour, PATIENCE, Previous, covering, offices};
#[cfg(test)]
pub(crate) use sample::sample;

use chrono::Datelike;
use serde::{Deserialize, Serialize};

use super::audit::Head;
use super::digest::{Canon, Digest, Salt};
use super::ids::{IncidentId, ObligationId, UnitId};
use super::incident::Severity;
use super::roster::Duty;
use super::time::{BusinessDate, Timestamp};

/// The most units that a list names; its count says how many there are.
pub const MOST: usize = 1000;

/// What a bulletin says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bulletin {
    /// The duty office.
    pub unit: UnitId,
    /// Its name on that day.
    pub office: String,
    /// The day that it is for.
    pub day: BusinessDate,
    /// Its place among those of the office in the year of the day, from 1.
    pub number: i64,
    /// The first day that it covers: the day itself, unless others were missed before it.
    pub first: BusinessDate,
    /// What fell due from this instant on counts,
    pub from: Timestamp,
    /// and before this one.
    pub until: Timestamp,
    /// The instant of all facts.
    pub as_of: Timestamp,
    /// The reports that units owed for themselves.
    pub reports: Counts,
    /// The reports of parents after their units.
    pub roll_ups: Counts,
    /// What open incidents owed.
    pub follow_ups: Counts,
    /// The reports by round, in the order of due times.
    pub rounds: Vec<RoundLine>,
    /// Open incidents, and those that were closed since `from`; the gravest first.
    pub incidents: Vec<IncidentLine>,
    /// Who has not reported, [`MOST`] at most.
    pub unmet: Vec<UnitLine>,
    /// Who reported late, [`MOST`] at most.
    pub late: Vec<UnitLine>,
    /// Whom the bulletin before named as unmet and who has reported since.
    pub caught_up: Vec<UnitLine>,
    /// Letters that failed for good since `from` and that nobody has seen to.
    pub failed_letters: i64,
    /// Units for which a step of a chase reached nobody since `from`.
    pub unreached: i64,
    /// When the service itself could not receive.
    pub outages: Vec<(Timestamp, Timestamp)>,
    /// The rounds that closed in the span.
    pub seals: Vec<SealLine>,
    /// The end of the audit chain before this bulletin was added to it.
    pub audit: Head,
    /// The duty day after `as_of`.
    pub duty_day: BusinessDate,
    /// The salted hash of who is on duty then.
    pub duty: Digest,
}

/// Counts of reports that fell due in the span, as they stand at `as_of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    pub expected: u64,
    pub received: u64,
    /// Of the received: nothing happened.
    pub all_clear: u64,
    /// Of the received: something happened.
    pub incidents: u64,
    /// Of the received: after due and grace.
    pub late: u64,
    /// Neither received nor excused, and the service could receive.
    pub unmet: u64,
    /// Excused and unmet.
    pub excused: u64,
    /// Unmet, and the whole window lay in an outage.
    pub outage: u64,
    /// Of the received: entered on the unit's behalf.
    pub proxy: u64,
    /// Of the received: dictated by phone.
    pub phone: u64,
}

impl Counts {
    /// Adds other counts.
    pub fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.expected, other.expected),
            (&mut self.received, other.received),
            (&mut self.all_clear, other.all_clear),
            (&mut self.incidents, other.incidents),
            (&mut self.late, other.late),
            (&mut self.unmet, other.unmet),
            (&mut self.excused, other.excused),
            (&mut self.outage, other.outage),
            (&mut self.proxy, other.proxy),
            (&mut self.phone, other.phone),
        ];
        for (sum, more) in pairs {
            *sum += more;
        }
    }
}

/// One round, as far as it concerns the office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundLine {
    pub day: BusinessDate,
    pub label: String,
    pub period: String,
    pub due: Timestamp,
    pub counts: Counts,
}

/// A unit that owes or owed a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitLine {
    pub obligation: ObligationId,
    pub name: String,
    /// The unit above it; empty for one right below the office.
    pub above: String,
    /// The day and the label of the round.
    pub day: BusinessDate,
    pub round: String,
    /// The effective due time.
    pub due: Timestamp,
    /// When its first report came.
    pub received: Option<Timestamp>,
    /// The incident of which a follow-up is owed.
    pub incident: Option<IncidentId>,
}

/// An incident in figures; where it is is the unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentLine {
    pub id: IncidentId,
    /// The unit, with the one above it.
    pub unit: String,
    /// The class in both languages, as it was called then.
    pub class: (String, String),
    pub severity: Severity,
    pub urgent: bool,
    pub opened: Timestamp,
    pub closed: Option<Timestamp>,
    /// Whether its first report came since `from`.
    pub is_new: bool,
    /// How many reports there are on it, and when the last one came.
    pub reports: i64,
    pub told: Timestamp,
    /// What the last report says.
    pub dead: Option<u32>,
    pub injured: Option<u32>,
    pub missing: Option<u32>,
    /// Learned to first report; none where nobody said when it was learned.
    pub report: Option<ClockLine>,
    /// First report to first acknowledgement; none where leaders were not told at once.
    pub answer: Option<ClockLine>,
    /// When its next follow-up is due.
    pub owes: Option<Timestamp>,
}

/// A clock as it stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockLine {
    pub taken_seconds: i64,
    pub limit_seconds: i64,
    pub runs: bool,
    pub late: bool,
}

impl From<super::incident::Clock> for ClockLine {
    fn from(clock: super::incident::Clock) -> Self {
        Self {
            taken_seconds: clock.taken.num_seconds(),
            limit_seconds: clock.limit.num_seconds(),
            runs: clock.runs,
            late: clock.is_late(),
        }
    }
}

/// The seal of a round that closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealLine {
    pub day: BusinessDate,
    pub label: String,
    /// None when it could not be sealed in time.
    pub seal: Option<Digest>,
}

/// A post that is on duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyLine {
    pub duty: Duty,
    pub post: String,
    pub phone: Option<String>,
}

impl Bulletin {
    /// Gives the year in which it is numbered.
    pub fn year(&self) -> i32 {
        self.day.year()
    }

    /// Tells whether it stands for more days than its own.
    pub fn covers_missed_days(&self) -> bool {
        self.first < self.day
    }

    /// Tells whether it was made noticeably later than its hour.
    pub fn is_late(&self) -> bool {
        self.as_of >= self.until + PATIENCE
    }
}

/// Hashes the frozen text of a bulletin.
pub fn digest(content: &str) -> Digest {
    let mut canon = Canon::new("allclear bulletin 1");
    canon.text(content);
    canon.finish()
}

/// Hashes who is on duty, as it is kept beside a bulletin.
pub fn duty_digest(salt: &Salt, duty: &str) -> Digest {
    let mut canon = Canon::new("allclear bulletin duty 1");
    canon.bytes(&salt.0).text(duty);
    canon.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_character_more_is_another_bulletin() {
        assert_eq!(digest("{\"number\":1}"), digest("{\"number\":1}"));
        assert_ne!(digest("{\"number\":1}"), digest("{\"number\":11}"));
        let salt = Salt([7; 16]);
        assert_ne!(duty_digest(&salt, "[]"), duty_digest(&Salt([8; 16]), "[]"));
        assert_ne!(duty_digest(&salt, "[]"), digest("[]"));
    }

    #[test]
    fn counts_add_up() {
        let one = Counts {
            expected: 3,
            received: 2,
            all_clear: 1,
            incidents: 1,
            late: 1,
            unmet: 1,
            ..Counts::default()
        };
        let mut sum = one;
        sum.add(&one);
        assert_eq!((sum.expected, sum.received, sum.late, sum.unmet), (6, 4, 2, 2));
        assert_eq!(sum.all_clear + sum.incidents, sum.received);
    }
}
