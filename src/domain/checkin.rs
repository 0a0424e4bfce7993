//! Knows what one submission is: who sent it, what it says, and what was kept of it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ids::{AccountId, CheckInId, DeviceId, IncidentId, ObligationId, UnitId};
use super::incident::{ReportKind, Severity};
use super::roll_up::RollUp;
use super::time::Timestamp;

/// Gives an enum without data its stored text, both ways.
macro_rules! coded {
    ($name:ident { $($variant:ident = $code:literal),+ $(,)? }) => {
        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Gives the text by which it is stored and sent.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// Reads what `code` wrote.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

/// By what way a report came to be: one of the four independent axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// The unit itself, while connected.
    Own,
    /// A parent unit or the duty office, on the unit's behalf.
    Proxy,
    /// Dictated by phone, entered by the duty officer.
    Phone,
    /// The unit itself, queued while its workstation had no connection.
    Offline,
}

coded!(Provenance { Own = "own", Proxy = "proxy", Phone = "phone", Offline = "offline" });

impl Provenance {
    /// Tells whether the unit itself wrote it.
    pub fn is_units_own(self) -> bool {
        matches!(self, Self::Own | Self::Offline)
    }
}

/// Whether a report that takes back an incident has been confirmed by the duty office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Review {
    /// Nothing to confirm.
    #[default]
    None,
    /// The duty office has yet to look.
    Awaiting,
    /// The duty office agreed.
    Confirmed,
    /// The duty office did not agree; the earlier report stands.
    Refused,
}

coded!(Review { None = "none", Awaiting = "awaiting", Confirmed = "confirmed", Refused = "refused" });

/// What became of the claim that a late report was written in time, without a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// The duty office has yet to decide.
    Pending,
    /// It counts as on time and is shown apart.
    Accepted,
    /// It stays late.
    Refused,
}

coded!(Claim { Pending = "pending", Accepted = "accepted", Refused = "refused" });

/// What a report says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "a batch holds some hundreds at most, and a box would stand in every pattern"
)]
pub enum Content {
    /// 报平安: nothing happened, said by somebody at a time.
    AllClear,
    /// 有情况: something happened.
    Incident(IncidentContent),
    /// 汇总: what the units of a parent reported, and who did not; answers a roll-up only.
    RollUp(RollUp),
}

impl Content {
    /// Gives the text by which its kind is stored and sent.
    pub fn code(&self) -> &'static str {
        match self {
            Self::AllClear => "all_clear",
            Self::Incident(_) => "incident",
            Self::RollUp(_) => "roll_up",
        }
    }

    /// Gives the incident, if it is one.
    pub fn incident(&self) -> Option<&IncidentContent> {
        match self {
            Self::AllClear | Self::RollUp(_) => None,
            Self::Incident(incident) => Some(incident),
        }
    }

    /// Gives the counts of a parent's units, if it is such a report.
    pub fn roll_up(&self) -> Option<&RollUp> {
        match self {
            Self::RollUp(counts) => Some(counts),
            Self::AllClear | Self::Incident(_) => None,
        }
    }

    /// Gives what is left of it after a redaction: everything but the texts.
    pub fn without_texts(&self) -> Self {
        match self {
            Self::AllClear => Self::AllClear,
            Self::RollUp(counts) => Self::RollUp(counts.clone()),
            Self::Incident(incident) => Self::Incident(IncidentContent {
                place: String::new(),
                what: String::new(),
                measures: String::new(),
                source: String::new(),
                cause: String::new(),
                trend: String::new(),
                requested: String::new(),
                call_back: String::new(),
                ..incident.clone()
            }),
        }
    }

    /// Tells whether it must go to leaders at once.
    pub fn is_urgent(&self) -> bool {
        self.incident().is_some_and(|i| i.urgent)
    }
}

/// An event at a place: never a person. Counts that are `None` are not known yet, which is not zero.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IncidentContent {
    /// Code of a class in the list of incident classes.
    pub class: String,
    /// How grave it is.
    pub severity: Severity,
    /// Where, in words.
    pub place: String,
    /// What happened.
    pub what: String,
    /// What has been done.
    pub measures: String,
    /// By whom the unit learned of it, as a post or an office.
    pub source: String,
    /// Why it happened, as far as is known.
    pub cause: String,
    /// Where it is going.
    pub trend: String,
    /// What the unit asks for.
    pub requested: String,
    /// Which post to call back.
    pub call_back: String,
    /// Dead.
    pub dead: Option<u32>,
    /// Injured.
    pub injured: Option<u32>,
    /// Missing.
    pub missing: Option<u32>,
    /// Brought to safety.
    pub evacuated: Option<u32>,
    /// Houses damaged.
    pub houses: Option<u32>,
    /// Direct loss, in ten thousand yuan.
    pub loss: Option<u32>,
    /// When it happened.
    pub occurred: Option<Timestamp>,
    /// When the unit learned of it; the first of the two clocks starts here.
    pub learned: Option<Timestamp>,
    /// Whether leaders must know at once.
    pub urgent: bool,
}

/// That a submission is a later report on an incident, whatever round is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Follows {
    /// The incident.
    pub incident: IncidentId,
    /// Which report it is: follow-up, verification or final.
    pub kind: ReportKind,
}

/// Who pressed the button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Author {
    /// A workstation bound to its unit.
    Device(DeviceId),
    /// An account holder.
    Account(AccountId),
    /// An API token, by its row.
    Token(i64),
}

/// Through which door a submission came; the two treat a reused UUID differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// A form on a page.
    Page,
    /// The JSON API.
    Api,
}

coded!(Door { Page = "page", Api = "api" });

/// Who phoned, by post and not by name, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The caller's post, for example 值班员.
    pub post: String,
    /// When the call came.
    pub called_at: Timestamp,
}

/// One submission on its way in: cleaned and screened, not yet decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// The client's key, unique within the unit.
    pub uuid: Uuid,
    /// For which unit.
    pub unit: UnitId,
    /// What it answers; `None` for an incident between rounds or outside a period.
    pub obligation: Option<ObligationId>,
    /// The incident of which it tells how it goes on.
    pub follows: Option<Follows>,
    /// What it says.
    pub content: Content,
    /// By what way it came.
    pub provenance: Provenance,
    /// Who sent it.
    pub author: Author,
    /// When its body had been read completely.
    pub received: Timestamp,
    /// When an offline workstation says that it was written.
    pub claimed: Option<Timestamp>,
    /// Why a report is taken back, amended late, or given on another's behalf.
    pub reason: Option<String>,
    /// Who dictated it.
    pub caller: Option<Caller>,
    /// Through which door it came.
    pub via: Door,
}

/// A submission that was kept: append-only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckIn {
    /// Its row, and the number on its receipt.
    pub id: CheckInId,
    /// The client's key.
    pub uuid: Uuid,
    /// For which unit.
    pub unit: UnitId,
    /// What it answered.
    pub obligation: Option<ObligationId>,
    /// What it says; the texts are empty after a redaction.
    pub content: Content,
    /// Whether its texts were redacted.
    pub redacted: bool,
    /// By what way it came.
    pub provenance: Provenance,
    /// When it was received.
    pub received: Timestamp,
    /// The incident that it opened or told of.
    pub incident: Option<IncidentId>,
    /// What the duty office makes of it.
    pub review: Review,
}

impl CheckIn {
    /// Tells whether it takes back an incident without the duty office's agreement, so that the incident stands.
    pub fn is_unconfirmed(&self) -> bool {
        matches!(self.review, Review::Awaiting | Review::Refused)
    }

    /// Tells whether a report says the same, as far as can still be told.
    pub fn says(&self, content: &Content) -> bool {
        if self.redacted {
            return same_content(&self.content.without_texts(), &content.without_texts());
        }
        same_content(&self.content, content)
    }
}

/// Tells whether two screened reports say the same.
pub fn same_content(a: &Content, b: &Content) -> bool {
    a == b
}
