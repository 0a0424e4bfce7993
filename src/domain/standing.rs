//! Knows how a unit stands on one obligation: computed from facts and `now`, never stored.

use serde::{Deserialize, Serialize};

use super::obligation::Obligation;
use super::time::Timestamp;
use super::window::{Phase, Window};

/// Whether a report came in time; decided for ever by the first receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timeliness {
    /// Before due + grace, or by an accepted claim.
    OnTime,
    /// After that, also after closing.
    Late,
}

impl Timeliness {
    /// Tells whether a report received at an instant is in time, claims left aside.
    pub fn of(window: &Window, received: Timestamp) -> Self {
        match received < window.on_time_until() {
            true => Self::OnTime,
            false => Self::Late,
        }
    }

    /// Gives the text by which it is sent.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OnTime => "on_time",
            Self::Late => "late",
        }
    }

    /// Reads what [`Self::code`] gives.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::OnTime, Self::Late]
            .into_iter()
            .find(|timeliness| timeliness.code() == code)
    }
}

/// Where an obligation stands. It only ever moves down this list while the facts stay the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Not open yet.
    Upcoming,
    /// Open, and nothing received.
    Open,
    /// Due + grace passed, and nothing received.
    Overdue,
    /// Closed, and nothing received.
    Missing,
    /// A report came.
    Received(Timeliness),
    /// No report came, and none need come.
    Excused,
}

impl Standing {
    /// Every standing, in the order of the list.
    pub const ALL: [Self; 7] = [
        Self::Upcoming,
        Self::Open,
        Self::Overdue,
        Self::Missing,
        Self::Received(Timeliness::OnTime),
        Self::Received(Timeliness::Late),
        Self::Excused,
    ];

    /// Gives the text by which it is sent and filtered.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Upcoming => "upcoming",
            Self::Open => "open",
            Self::Overdue => "overdue",
            Self::Missing => "missing",
            Self::Received(timeliness) => timeliness.code(),
            Self::Excused => "excused",
        }
    }

    /// Reads what [`Self::code`] gives.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.code() == code)
    }

    /// Tells whether the office waits for this unit beyond its time: silence is the danger.
    pub fn is_silent(self) -> bool {
        matches!(self, Self::Overdue | Self::Missing)
    }

    /// Tells whether a report is still owed.
    pub fn is_owed(self) -> bool {
        matches!(self, Self::Open | Self::Overdue | Self::Missing)
    }
}

/// Tells how an obligation stands at `now`. A report that came wins over an excusal.
pub fn standing(o: &Obligation, now: Timestamp) -> Standing {
    match (o.timeliness(), o.excused) {
        (Some(timeliness), _) => Standing::Received(timeliness),
        (None, Some(_)) => Standing::Excused,
        (None, None) => match o.window.phase(now) {
            Phase::Before => Standing::Upcoming,
            Phase::OnTime => Standing::Open,
            Phase::Late => Standing::Overdue,
            Phase::Closed => Standing::Missing,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::obligation::sample;
    use crate::domain::time::from_millis;
    use proptest::prelude::*;

    fn at(ms: i64) -> Timestamp {
        from_millis(ms).unwrap()
    }

    /// Opens at 100, due at 200, grace to 250, closes at 300.
    fn owed() -> Obligation {
        sample(100, 200, 50, 300)
    }

    fn received(ms: i64) -> Obligation {
        Obligation {
            first_received: Some(at(ms)),
            ..owed()
        }
    }

    #[test]
    fn silence_moves_at_every_boundary_one_millisecond_before_at_and_after() {
        use Standing::{Missing, Open, Overdue, Upcoming};
        let cases = [
            (99, Upcoming),
            (100, Open),
            (101, Open),
            (199, Open),
            (200, Open),
            (201, Open),
            (249, Open),
            (250, Overdue),
            (251, Overdue),
            (299, Overdue),
            (300, Missing),
            (301, Missing),
        ];
        for (now, expected) in cases {
            assert_eq!(standing(&owed(), at(now)), expected, "{now}");
        }
    }

    #[test]
    fn a_report_is_on_time_until_the_last_millisecond_of_the_grace() {
        use Timeliness::{Late, OnTime};
        let cases = [
            (100, OnTime),
            (199, OnTime),
            (200, OnTime),
            (201, OnTime),
            (249, OnTime),
            (250, Late),
            (251, Late),
        ];
        for (ms, expected) in cases {
            assert_eq!(
                standing(&received(ms), at(10_000)),
                Standing::Received(expected),
                "{ms}"
            );
        }
    }

    #[test]
    fn a_supplement_after_closing_is_late() {
        for ms in [299, 300, 301, 1_000_000] {
            assert_eq!(
                standing(&received(ms), at(1_000_001)),
                Standing::Received(Timeliness::Late)
            );
        }
    }

    #[test]
    fn an_accepted_claim_counts_as_on_time() {
        let late = Obligation {
            claim_accepted: true,
            ..received(290)
        };
        assert_eq!(standing(&late, at(400)), Standing::Received(Timeliness::OnTime));
    }

    #[test]
    fn a_claim_without_a_report_is_no_report() {
        let silent = Obligation {
            claim_accepted: true,
            ..owed()
        };
        assert_eq!(standing(&silent, at(400)), Standing::Missing);
    }

    #[test]
    fn a_report_wins_over_an_excusal() {
        let excused = Obligation {
            excused: Some(at(150)),
            ..owed()
        };
        assert_eq!(standing(&excused, at(10_000)), Standing::Excused);
        let both = Obligation {
            first_received: Some(at(260)),
            ..excused
        };
        assert_eq!(standing(&both, at(10_000)), Standing::Received(Timeliness::Late));
    }

    #[test]
    fn every_standing_is_read_back_from_its_code() {
        for s in Standing::ALL {
            assert_eq!(Standing::parse(s.code()), Some(s));
        }
    }

    fn facts() -> impl Strategy<Value = Obligation> {
        let some = |range: std::ops::Range<i64>| proptest::option::of(range);
        (some(0..500), some(0..500), any::<bool>()).prop_map(|(received, excused, claim_accepted)| {
            Obligation {
                first_received: received.map(at),
                excused: excused.map(at),
                claim_accepted,
                ..owed()
            }
        })
    }

    proptest! {
        #[test]
        fn standing_never_goes_back(o in facts(), a in 0i64..600, b in 0i64..600) {
            prop_assert!(standing(&o, at(a.min(b))) <= standing(&o, at(a.max(b))));
        }

        #[test]
        fn what_was_received_stands_for_ever(o in facts(), a in 0i64..600, b in 0i64..600) {
            if o.first_received.is_some() {
                prop_assert_eq!(standing(&o, at(a)), standing(&o, at(b)));
            }
        }
    }
}
