//! Knows what only one kind of letter needs, as it is kept beside it; everything else is looked up when it is sent.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{AccountId, CheckInId, ReportId, UnitId};
use crate::domain::time::Timestamp;

/// The details of a letter. Its JSON is what the outbox keeps; an empty object is [`Details::None`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Details {
    /// Nothing more: urgent letters, whose report is that of their alert.
    #[default]
    None,
    /// Of a chase.
    Chase {
        /// Whether the recipient is told of some unit because those before him cannot be reached.
        passed_on: bool,
    },
    /// Of an account letter: a report was entered on a unit's behalf (rule 16).
    Entered {
        /// The report.
        check_in: CheckInId,
    },
    /// What a later report says of an incident of which the recipient was told.
    FollowUp {
        /// The report.
        report: ReportId,
    },
    /// Of an account letter: what was found of how the unit reported.
    Finding {
        /// The finding.
        finding: i64,
    },
    /// The daily bulletin.
    Bulletin {
        /// Its row.
        bulletin: i64,
    },
    /// Of an account letter: a test of the relay.
    Test,
    /// Of an account letter: a link that signs an account in. The token in it is that of the letter.
    SignIn {
        /// The account.
        account: AccountId,
        /// When the link ends.
        expires: Timestamp,
    },
    /// Of an account letter: a code that binds a workstation to a unit. The token of the letter makes the code.
    Slip {
        /// The unit.
        unit: UnitId,
        /// Until when it works.
        expires: Timestamp,
    },
}

impl Details {
    /// Gives the text that is kept.
    pub fn to_text(&self) -> String {
        // An enum of plain fields always has a JSON text.
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }

    /// Reads the text that was kept; `None` when it is of no kind that is known.
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim() == "{}" {
            return Some(Self::None);
        }
        serde_json::from_str(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_millis;

    #[test]
    fn details_are_read_back_from_what_is_kept() {
        for details in [
            Details::None,
            Details::Chase { passed_on: true },
            Details::Entered {
                check_in: CheckInId(7),
            },
            Details::FollowUp { report: ReportId(4) },
            Details::Finding { finding: 5 },
            Details::Test,
            Details::SignIn {
                account: AccountId(3),
                expires: from_millis(1_800_000_000_000).unwrap(),
            },
            Details::Slip {
                unit: UnitId(3),
                expires: from_millis(1_800_000_000_000).unwrap(),
            },
        ] {
            assert_eq!(Details::parse(&details.to_text()), Some(details));
        }
        assert_eq!(Details::parse("{}"), Some(Details::None));
        assert_eq!(Details::parse("{\"about\":\"weather\"}"), None);
    }
}
