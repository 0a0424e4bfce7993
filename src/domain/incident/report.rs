//! Knows which report on an incident one is: 首报, 续报, 核报, 终报.

use serde::{Deserialize, Serialize};

/// Which report on an incident one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// 首报: it opened the incident.
    First,
    /// 续报: how it goes on.
    FollowUp,
    /// 核报: the office has verified what was reported.
    Verification,
    /// 终报: it is over; the incident closes.
    Final,
}

impl ReportKind {
    /// Every kind, in the order of an incident's life.
    pub const ALL: [Self; 4] = [Self::First, Self::FollowUp, Self::Verification, Self::Final];

    /// Gives the text by which it is stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::FollowUp => "follow_up",
            Self::Verification => "verification",
            Self::Final => "final",
        }
    }

    /// Reads what [`Self::code`] gives.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_of_report_reads_back() {
        for kind in ReportKind::ALL {
            assert_eq!(ReportKind::parse(kind.code()), Some(kind));
        }
        assert_eq!(ReportKind::parse("last"), None);
    }
}
