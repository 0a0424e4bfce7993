//! Knows the identifiers of everything that has one: whole numbers that the database gives and that never change.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self)
            }
        }
    )*};
}

id! {
    /// A unit, for ever, whatever its code or name becomes.
    UnitId,
    /// A declared period.
    PeriodId,
    /// One version of a round rule.
    RuleId,
    /// A round: a rule on one business date.
    RoundId,
    /// A ladder, pinned by version.
    LadderId,
    /// One report owed by one unit.
    ObligationId,
    /// One submission; also the number on its receipt.
    CheckInId,
    /// An event that lives until it is closed.
    IncidentId,
    /// One report on an incident.
    ReportId,
    /// One urgent report on its way to leaders.
    AlertId,
    /// One letter in the outbox.
    LetterId,
    /// An account holder.
    AccountId,
    /// A bound workstation.
    DeviceId,
}
