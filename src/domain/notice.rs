//! Knows what a letter says, in facts; `mail` puts them into the words of its reader.

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::bulletin::{Bulletin, DutyLine};
use super::checkin::Provenance;
use super::ids::IncidentId;
use super::incident::{Change, FindingKind, ReportKind, Severity};
use super::language::Lang;
use super::letter::LetterKind;
use super::time::{BusinessDate, Timestamp};

/// A letter to one person, before it is put into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What it is about.
    pub kind: LetterKind,
    /// The recipient's language.
    pub language: Lang,
    /// The recipient.
    pub to: String,
    /// The office that writes.
    pub office: String,
    /// The phone of the duty office; may be empty.
    pub phone: String,
    /// In which zone times are read.
    pub zone: Tz,
    /// A word that marks everything of this deployment; may be empty.
    pub mark: String,
    /// Whether it belongs to a drill, whose data never count.
    pub drill: bool,
    /// The one link in it.
    pub link: String,
    /// The stable id of the mail.
    pub message_id: String,
    /// The id that threads what belongs together; no mail bears it.
    pub thread: Option<String>,
    /// When it is written.
    pub now: Timestamp,
    /// What it tells.
    pub matter: Matter,
}

/// What a letter tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Matter {
    /// Units that have not reported.
    Silence(Silence),
    /// An urgent report.
    Urgent(Box<Urgent>),
    /// A report that somebody else entered for a unit.
    Entered(Entered),
    /// A link that signs an account in.
    SignIn(SignIn),
    /// A link that binds a workstation to a unit.
    Slip(Slip),
    /// What a later report says of an incident.
    FollowUp(Box<FollowUp>),
    /// What was found of how a unit reported.
    Found(Found),
    /// The daily bulletin.
    Bulletin(Box<TheBulletin>),
    /// Nothing but that letters go out.
    Test,
}

/// A bulletin as it was frozen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TheBulletin {
    /// What it says.
    pub bulletin: Bulletin,
    /// Who is on duty the next day; none once that is past its time.
    pub duty: Option<Vec<DutyLine>>,
}

/// What a later report says otherwise than the one before it: nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FollowUp {
    /// The unit that reports, with the one above it.
    pub unit: String,
    /// The class of the incident, in the reader's language.
    pub class: String,
    /// Which report it is, and its place among all.
    pub kind: ReportKind,
    /// From 1.
    pub number: i64,
    /// When it was received.
    pub received: Timestamp,
    /// What it says otherwise, with the class already in the reader's language.
    pub changes: Vec<Change>,
    /// The number of its receipt.
    pub receipt: String,
}

/// A finding, told to the unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The unit, with the one above it.
    pub unit: String,
    /// What was found.
    pub kind: FindingKind,
    /// Why.
    pub note: String,
    /// The post of whoever found it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What it is about: the class of an incident, or a day; in the reader's language.
    pub about: String,
}

/// Units that have not reported: every one that concerns the reader, by township.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// The declared period.
    pub period: String,
    /// The label of the round.
    pub round: String,
    /// The day that it is for.
    pub day: BusinessDate,
    /// The due time in force.
    pub due: Timestamp,
    /// The due time that the round was opened with.
    pub scheduled: Timestamp,
    /// When only the duty office can still record a report.
    pub closes: Timestamp,
    /// Whether the reader is told because those before him cannot be reached.
    pub passed_on: bool,
    /// How long an acknowledgement holds further letters.
    pub pause: TimeDelta,
    /// Spans in which the service itself could not receive, from opening on.
    pub outages: Vec<(Timestamp, Timestamp)>,
    /// The units, by the unit above them.
    pub places: Vec<Place>,
}

impl Silence {
    /// Gives how many units it names.
    pub fn count(&self) -> usize {
        self.places.iter().map(|place| place.units.len()).sum()
    }

    /// Gives the one unit, if it names only one, and the place of it.
    pub fn only(&self) -> Option<(&Place, &Silent)> {
        match self.places.as_slice() {
            [place] if place.units.len() == 1 => place.units.first().map(|unit| (place, unit)),
            _ => None,
        }
    }
}

/// The silent units beneath one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The unit above them; empty for units without one.
    pub name: String,
    /// Who has not reported.
    pub units: Vec<Silent>,
}

/// A unit that has not reported, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Silent {
    /// Its name.
    pub name: String,
    /// The post that is on duty.
    pub post: Option<String>,
    /// The telephone of its office.
    pub phone: Option<String>,
    /// When it last reported in an earlier round.
    pub last_report: Option<Timestamp>,
    /// When it last told of an incident, in whatever round or beside every one, and whether leaders were told at once.
    pub last_told: Option<(Timestamp, bool)>,
    /// When it was last rung in this round, and whether anybody answered.
    pub last_call: Option<(Timestamp, bool)>,
    /// The incident that it owes a follow-up on, and its class in words.
    pub incident: Option<(IncidentId, String)>,
}

/// An urgent report on its way to leaders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Urgent {
    /// The unit that reports, with the one above it if it is a village.
    pub unit: String,
    /// The class of the incident, in the reader's language.
    pub class: String,
    /// How grave it is.
    pub severity: Severity,
    /// Where.
    pub place: String,
    /// What happened.
    pub what: String,
    /// What has been done.
    pub measures: String,
    /// Dead; `None` is not known, which is not zero.
    pub dead: Option<u32>,
    /// Injured.
    pub injured: Option<u32>,
    /// Missing.
    pub missing: Option<u32>,
    /// When it happened.
    pub occurred: Option<Timestamp>,
    /// When the unit learned of it.
    pub learned: Option<Timestamp>,
    /// When the report was received.
    pub received: Timestamp,
    /// By what way it came.
    pub provenance: Provenance,
    /// The number of its receipt, as it is read out by phone.
    pub receipt: String,
    /// The duty post of the unit.
    pub post: Option<String>,
    /// The phone of the unit.
    pub unit_phone: Option<String>,
    /// How often leaders have been called before.
    pub calls_before: u32,
    /// Which round of calls this is: how often all steps were gone through, and the step; both from 0.
    pub call: (u32, usize),
    /// Who had it without a word, so that it is open again.
    pub silent: Option<String>,
}

/// A report that somebody else entered for a unit (rule 16).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entered {
    /// The unit, with the one above it.
    pub unit: String,
    /// The round, if it answered one: its day and label.
    pub round: Option<(BusinessDate, String)>,
    /// By what way it came.
    pub provenance: Provenance,
    /// When it was entered.
    pub received: Timestamp,
    /// The class of the incident, in the reader's language; none for an all clear.
    pub incident: Option<String>,
    /// Whether it is the report of a parent after its units.
    pub roll_up: bool,
    /// Who phoned, by post, and when.
    pub caller: Option<(String, Timestamp)>,
    /// Why it was entered by somebody else.
    pub reason: Option<String>,
    /// The number of its receipt.
    pub receipt: String,
}

/// A link that binds a workstation to a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// The unit, with the one above it.
    pub unit: String,
    /// Until when it works.
    pub expires: Timestamp,
}

/// A link that signs an account in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The name by which the account signs in.
    pub login: String,
    /// The post that it stands for.
    pub post: String,
    /// When the link ends.
    pub expires: Timestamp,
}
