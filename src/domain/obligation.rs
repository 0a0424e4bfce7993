//! Knows what one unit owes: a report, frozen when its round opens, and the facts that end it.

mod expected;
mod round;
#[cfg(test)]
pub(crate) mod samples;
mod schedule;

pub use expected::{Attachment, Expected, Held, Member, NewObligation, Opening, Source, expected, reach};
pub use round::{NewRound, Round};
#[cfg(test)]
pub(crate) use samples::sample;
pub use schedule::{Schedule, Upcoming};

use chrono::TimeDelta;

use super::checkin::Provenance;
use super::ids::{IncidentId, ObligationId, RoundId, UnitId};
use super::standing::Timeliness;
use super::time::{BusinessDate, Timestamp};
use super::window::{Window, WindowError};

/// For what a report is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The unit's own report of a round.
    Routine,
    /// A parent's report of a round, after its units: filled in with their counts, never blocked by them.
    RollUp,
    /// Progress on an open incident.
    FollowUp(IncidentId),
}

impl Kind {
    /// Gives the text by which it is stored; the incident is stored beside it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Routine => "routine",
            Self::RollUp => "roll_up",
            Self::FollowUp(_) => "follow_up",
        }
    }

    /// Gives the incident that a follow-up is about.
    pub const fn incident(self) -> Option<IncidentId> {
        match self {
            Self::FollowUp(incident) => Some(incident),
            Self::Routine | Self::RollUp => None,
        }
    }

    /// Reads what [`Self::code`] and [`Self::incident`] give; `None` when the two do not fit.
    pub fn parse(code: &str, incident: Option<IncidentId>) -> Option<Self> {
        match (code, incident) {
            ("routine", None) => Some(Self::Routine),
            ("roll_up", None) => Some(Self::RollUp),
            ("follow_up", Some(incident)) => Some(Self::FollowUp(incident)),
            _ => None,
        }
    }
}

/// One report owed by one unit.
///
/// It is written when its round opens and never rewritten by a later change of scope, unit or schedule. So what a
/// unit that leaves still owes is exactly what was opened before it left: rounds that have not opened have no
/// obligation that would have to be cancelled, and simply pass it over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    pub id: ObligationId,
    pub unit: UnitId,
    pub kind: Kind,
    /// The round whose ladder it follows; none for a follow-up.
    pub round: Option<RoundId>,
    /// The day that it is for.
    pub day: BusinessDate,
    /// The window in force: the frozen one, or what extensions made of it.
    pub window: Window,
    /// The due time that it was opened with; never moves.
    pub scheduled_due: Timestamp,
    /// When the first report came; decides timeliness for ever.
    pub first_received: Option<Timestamp>,
    /// By what way the present report came.
    pub provenance: Option<Provenance>,
    /// Whether the duty office accepted that an offline report was written in time.
    pub claim_accepted: bool,
    /// When somebody decided that no report need come.
    pub excused: Option<Timestamp>,
    /// When a paused chase resumes.
    pub resumption: Option<Timestamp>,
    /// The last step that had been sent when the chase was paused.
    pub paused_step: Option<u32>,
}

/// Why a deadline cannot be extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExtensionError {
    /// The first receipt has decided its timeliness for ever.
    #[error("it has already been reported")]
    Reported,
    /// The new due time will not do.
    #[error(transparent)]
    Window(#[from] WindowError),
}

impl Obligation {
    /// Tells whether a report came.
    pub fn is_met(&self) -> bool {
        self.first_received.is_some()
    }

    /// Tells whether it still waits for a report: neither met nor excused.
    pub fn is_unmet(&self) -> bool {
        self.first_received.is_none() && self.excused.is_none()
    }

    /// Tells whether the first report counts as in time; `None` before one came.
    pub fn timeliness(&self) -> Option<Timeliness> {
        let received = self.first_received?;
        Some(match self.claim_accepted {
            true => Timeliness::OnTime,
            false => Timeliness::of(&self.window, received),
        })
    }

    /// Gives how far the due time has been moved since it opened.
    pub fn extension(&self) -> TimeDelta {
        self.window.due() - self.scheduled_due
    }

    /// Gives the obligation with a later due time, by a decision at `now`.
    ///
    /// The scheduled due time is kept; steps count from the new one, so a pause of the old chase ends with it.
    pub fn extended(&self, new_due: Timestamp, now: Timestamp) -> Result<Self, ExtensionError> {
        if self.is_met() {
            return Err(ExtensionError::Reported);
        }
        Ok(Self {
            window: self.window.extended(new_due, now)?,
            resumption: None,
            paused_step: None,
            ..self.clone()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::standing::{Standing, standing};
    use crate::domain::time::from_millis;

    fn at(ms: i64) -> Timestamp {
        from_millis(ms).unwrap()
    }

    #[test]
    fn a_kind_is_read_back_from_what_is_stored() {
        for kind in [Kind::Routine, Kind::RollUp, Kind::FollowUp(IncidentId(7))] {
            assert_eq!(Kind::parse(kind.code(), kind.incident()), Some(kind));
        }
        assert_eq!(Kind::parse("follow_up", None), None);
        assert_eq!(Kind::parse("routine", Some(IncidentId(7))), None);
    }

    #[test]
    fn an_extension_keeps_both_times_and_makes_the_overdue_open_again() {
        let o = Obligation {
            resumption: Some(at(280)),
            paused_step: Some(2),
            ..sample(100, 200, 50, 300)
        };
        assert_eq!(standing(&o, at(260)), Standing::Overdue);
        let x = o.extended(at(290), at(260)).unwrap();
        assert_eq!(
            (x.scheduled_due, x.window.due(), x.window.closes()),
            (at(200), at(290), at(340))
        );
        assert_eq!(x.extension(), TimeDelta::milliseconds(90));
        assert_eq!((x.resumption, x.paused_step), (None, None));
        assert_eq!(standing(&x, at(260)), Standing::Open);
    }

    #[test]
    fn what_was_reported_late_stays_late_because_it_cannot_be_extended() {
        let o = Obligation {
            first_received: Some(at(260)),
            ..sample(100, 200, 50, 300)
        };
        assert_eq!(o.extended(at(290), at(270)), Err(ExtensionError::Reported));
        assert_eq!(
            sample(100, 200, 50, 300).extended(at(290), at(290)),
            Err(ExtensionError::Window(WindowError::Past))
        );
    }
}
