//! Knows who gets which letter when steps of a ladder fire, and what makes one letter another than the next.
//!
//! A person gets one letter a firing, however many units are missing and however many of the missed steps
//! name him. [`letters`] may be called for a round in chunks: what it gives for one address in two chunks
//! has the same key, and is put together by joining the items, the higher `step` and either `passed_on`.

mod details;

pub use details::Details;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::address::Address;
use super::ids::{AlertId, IncidentId, LetterId, ObligationId, ReportId, RoundId, UnitId};
use super::ladder::{Audience, Ladder, Step};
use super::language::Lang;
use super::time::Timestamp;
use super::unit::{Contacts, UnitPath};

/// What a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LetterKind {
    /// A report will soon be due.
    Reminder,
    /// A report is missing, said to those who owe it.
    Overdue,
    /// A report is missing, said to those above them.
    Escalated,
    /// An urgent report, to leaders.
    Urgent,
    /// An open incident wants a report on its progress.
    FollowUp,
    /// The daily bulletin.
    Bulletin,
    /// Sign-in links, and notices to a unit of what was done in its name.
    Account,
}

/// In which order letters leave; the smaller number first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    Urgent = 0,
    Account = 1,
    FollowUp = 2,
    Chase = 3,
    Bulletin = 4,
}

/// Says that a text is not a kind of letter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a kind of letter")]
pub struct UnknownKind(String);

impl LetterKind {
    pub const ALL: [Self; 7] = [
        Self::Reminder,
        Self::Overdue,
        Self::Escalated,
        Self::Urgent,
        Self::FollowUp,
        Self::Bulletin,
        Self::Account,
    ];

    /// Gives the kind of the letters of a step.
    pub fn of(step: &Step) -> Self {
        match step.audience {
            _ if step.is_reminder() => Self::Reminder,
            Audience::Reporters | Audience::Backup => Self::Overdue,
            Audience::Head | Audience::Ancestor { .. } | Audience::OnDuty | Audience::User(_) => {
                Self::Escalated
            }
        }
    }

    /// Gives the word that the database keeps.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::Overdue => "overdue",
            Self::Escalated => "escalated",
            Self::Urgent => "urgent",
            Self::FollowUp => "follow_up",
            Self::Bulletin => "bulletin",
            Self::Account => "account",
        }
    }

    /// Gives the order in which letters of this kind leave.
    pub fn priority(self) -> Priority {
        match self {
            Self::Urgent => Priority::Urgent,
            Self::Account => Priority::Account,
            Self::FollowUp => Priority::FollowUp,
            Self::Reminder | Self::Overdue | Self::Escalated => Priority::Chase,
            Self::Bulletin => Priority::Bulletin,
        }
    }
}

impl fmt::Display for LetterKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for LetterKind {
    type Err = UnknownKind;
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        let known = Self::ALL.into_iter().find(|k| k.code() == text);
        known.ok_or_else(|| UnknownKind(text.chars().take(40).collect()))
    }
}

/// One firing of a ladder for one group of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Firing {
    pub round: RoundId,
    /// The effective due time of the group.
    pub due: Timestamp,
    /// The highest step that fires; the same for everyone who is told, also where it is a lower one that
    /// names him.
    pub step: usize,
    /// When the group resumed, if it was ever paused.
    pub resumption: Option<Timestamp>,
}

impl Firing {
    /// Gives the key of the letter to one person.
    pub fn key(&self, address: &Address) -> String {
        let resumption = self.resumption.map_or(0, |t| t.timestamp_millis());
        let due = self.due.timestamp_millis();
        format!(
            "c/{}/{due}/{}/{resumption}/{}",
            self.round,
            self.step,
            address.as_str()
        )
    }

    /// Gives the key of a letter that passes on what failed for good: `dead` is the youngest of the letters
    /// whose units it takes over, so that what fails later is another letter again.
    pub fn key_after(&self, address: &Address, dead: LetterId) -> String {
        format!("{}/after/{dead}", self.key(address))
    }

    /// Gives the key of a letter about units that are silent again after steps had fired without them: `first` is the
    /// first of what they owe, `at` when that was found.
    pub fn key_again(&self, address: &Address, first: ObligationId, at: Timestamp) -> String {
        format!("{}/again/{first}/{}", self.key(address), at.timestamp_millis())
    }
}

/// Gives the key of an urgent letter: one per person, pass and step of an alert.
pub fn urgent_key(alert: AlertId, pass: u32, step: usize, address: &Address) -> String {
    format!("u/{alert}/{pass}/{step}/{}", address.as_str())
}

/// Gives the key of a letter that asks for, or tells of, progress of an incident.
pub fn follow_up_key(report: ReportId, address: &Address) -> String {
    format!("f/{report}/{}", address.as_str())
}

/// Gives the key of the letter of a bulletin: one a person.
pub fn bulletin_key(bulletin: i64, address: &Address) -> String {
    format!("b/{bulletin}/{}", address.as_str())
}

/// Gives the key of an account letter about one subject, such as `link/17` or `proxy/4711`.
pub fn account_key(subject: &str, address: &Address) -> String {
    format!("a/{subject}/{}", address.as_str())
}

/// Gives the Message-ID of a letter: the same for every attempt, other for every key and deployment.
pub fn message_id(deployment: &str, key: &str) -> String {
    let [left, right] = [format!("{deployment}\n{key}"), deployment.to_owned()].map(hash);
    format!("<{left}@{}.allclear.invalid>", &right[..12])
}

/// Gives the id that threads what one person gets about one round; no letter bears it.
pub fn round_thread(deployment: &str, round: RoundId, address: &Address) -> String {
    message_id(deployment, &format!("thread/c/{round}/{}", address.as_str()))
}

/// Gives the id that threads what anyone gets about one incident; no letter bears it.
pub fn incident_thread(deployment: &str, incident: IncidentId) -> String {
    message_id(deployment, &format!("thread/i/{incident}"))
}

/// The first half of a SHA-256, as 32 hexadecimal digits.
fn hash(text: String) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(16).map(|b| format!("{b:02x}")).collect()
}

/// An obligation that is open when a step fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    pub obligation: ObligationId,
    /// Where the unit stood when the round opened.
    pub path: UnitPath,
    /// Addresses at which this firing has already failed for good for this unit.
    pub failed: Vec<Address>,
}

/// What is known of one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Person {
    pub language: Lang,
    /// Whether a mail server has refused it for good.
    pub bad: bool,
}

/// Whom letters can go to: the contacts of the units concerned and of those above them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directory {
    pub contacts: BTreeMap<UnitId, Contacts>,
    /// The leaders on duty now, by the unit whose duty office they lead.
    pub offices: BTreeMap<UnitId, Vec<Address>>,
    /// Who is on duty where no duty office above a unit has anybody.
    pub on_duty: Vec<Address>,
    /// What is known of an address; one that is not here is good.
    pub people: BTreeMap<Address, Person>,
    /// The language of addresses of which nothing is known.
    pub language: Lang,
}

/// One letter of a firing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChaseLetter {
    pub address: Address,
    pub language: Lang,
    /// The highest of the fired steps that names the person; it says what kind of letter this is.
    pub step: usize,
    /// The obligations that concern the person, in order.
    pub items: Vec<ObligationId>,
    /// Whether he is told of some unit because those before him cannot be reached.
    pub passed_on: bool,
}

/// A step that had no good address for a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gap {
    pub obligation: ObligationId,
    pub step: usize,
    /// The step whose audience is told instead; `None`: nobody can be told.
    pub passed_to: Option<usize>,
}

/// What a firing sends, ordered by address, and where it found nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letters {
    pub letters: Vec<ChaseLetter>,
    pub gaps: Vec<Gap>,
}

/// Gives the letters of the steps that fire together, one a person, each naming all open units that concern
/// him.
///
/// A step without a good address for a unit passes on at once to the audience of the next step, and is a
/// gap. To pass on what has failed for good at every address of a unit, call it with the step of the firing
/// and the unit's `failed` addresses, and key the letters with [`Firing::key_after`].
pub fn letters(ladder: &Ladder, fire: &[usize], open: &[Open], directory: &Directory) -> Letters {
    let mut drafts: BTreeMap<&Address, Draft> = BTreeMap::new();
    let mut gaps = BTreeSet::new();
    for unit in open {
        for &step in fire {
            let reached = directory.reach(ladder, step, unit);
            let passed_to = reached.as_ref().map(|(at, _)| *at);
            if passed_to != Some(step) {
                gaps.insert(Gap {
                    obligation: unit.obligation,
                    step,
                    passed_to,
                });
            }
            for address in reached.into_iter().flat_map(|(_, addresses)| addresses) {
                let draft = drafts.entry(address).or_default();
                draft.step = draft.step.max(step);
                draft.items.insert(unit.obligation);
                draft.passed_on |= passed_to != Some(step);
            }
        }
    }
    let letters = drafts.into_iter().map(|(address, draft)| ChaseLetter {
        address: address.clone(),
        language: directory
            .people
            .get(address)
            .map_or(directory.language, |p| p.language),
        step: draft.step,
        items: draft.items.into_iter().collect(),
        passed_on: draft.passed_on,
    });
    Letters {
        letters: letters.collect(),
        gaps: gaps.into_iter().collect(),
    }
}

#[derive(Default)]
struct Draft {
    step: usize,
    items: BTreeSet<ObligationId>,
    passed_on: bool,
}

impl Directory {
    /// Finds the first step, from one on, that has a good address for a unit.
    fn reach<'a>(
        &'a self,
        ladder: &'a Ladder,
        from: usize,
        unit: &Open,
    ) -> Option<(usize, Vec<&'a Address>)> {
        let steps = ladder.steps().iter().enumerate().skip(from);
        let mut named = steps.map(|(place, step)| (place, self.named(&step.audience, unit)));
        named.find(|(_, addresses)| !addresses.is_empty())
    }

    /// Gives the addresses of an audience, seen from where a unit stands.
    pub fn addresses(&self, audience: &Audience, path: &UnitPath) -> Vec<Address> {
        let unit = Open {
            obligation: ObligationId(0),
            path: path.clone(),
            failed: Vec::new(),
        };
        self.named(audience, &unit).into_iter().cloned().collect()
    }

    /// Gives the good addresses of an audience. Those of a unit above are its duty desk, the reporters;
    /// without them its backup, then its head.
    fn named<'a>(&'a self, audience: &'a Audience, unit: &Open) -> Vec<&'a Address> {
        let own = || unit.path.id().and_then(|id| self.contacts.get(&id));
        match audience {
            Audience::Reporters => self.good(own().map_or(&[], |c| &c.reporter), unit),
            Audience::Backup => self.good(own().map_or(&[], |c| &c.backup), unit),
            Audience::Head => self.good(own().map_or(&[], |c| &c.head), unit),
            Audience::Ancestor { levels } => {
                let above = unit.path.ancestors().nth(usize::from(*levels).saturating_sub(1));
                let Some(desk) = above.and_then(|id| self.contacts.get(&id)) else {
                    return Vec::new();
                };
                let lists = [&desk.reporter, &desk.backup, &desk.head];
                let mut good = lists.into_iter().map(|list| self.good(list, unit));
                good.find(|addresses| !addresses.is_empty()).unwrap_or_default()
            }
            Audience::OnDuty => self.good(self.office(&unit.path), unit),
            Audience::User(address) => self.good(std::slice::from_ref(address), unit),
        }
    }

    /// Gives who is on duty at the nearest duty office above a unit; the unit at the top answers for itself.
    fn office(&self, path: &UnitPath) -> &[Address] {
        let itself = path.id().filter(|_| path.ancestors().next().is_none());
        let mut desks = path.ancestors().chain(itself);
        let found = desks.find_map(|unit| self.offices.get(&unit).filter(|list| !list.is_empty()));
        found.unwrap_or(&self.on_duty)
    }

    fn good<'a>(&self, list: &'a [Address], unit: &Open) -> Vec<&'a Address> {
        let bad = |a: &Address| unit.failed.contains(a) || self.people.get(a).is_some_and(|p| p.bad);
        list.iter().filter(|a| !bad(a)).collect()
    }
}

#[cfg(test)]
mod tests;
