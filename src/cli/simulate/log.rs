//! Knows what the simulation itself did and was told: with the mail server's book, all that the service is judged by.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use uuid::Uuid;

use crate::crash::Point;
use crate::domain::ids::{AlertId, IncidentId, RuleId};
use crate::domain::receipt::{Number, ReceiptMac};
use crate::domain::time::Timestamp;

/// A receipt that somebody was given.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) number: Number,
    pub(super) mac: ReceiptMac,
    pub(super) unit: usize,
    pub(super) received: Timestamp,
}

/// An urgent report of which somebody was told that leaders are being told.
#[derive(Debug, Clone)]
pub(super) struct Raised {
    pub(super) id: AlertId,
    pub(super) unit: usize,
    pub(super) receipt: String,
    /// When the report came; the answer may have come later.
    pub(super) received: Timestamp,
    pub(super) at: Timestamp,
    /// How many mails had come to the mail server before.
    pub(super) after: usize,
    pub(super) ended: Option<Timestamp>,
    pub(super) incident: Option<IncidentId>,
    /// Whether it was reported in a drill.
    pub(super) drill: bool,
}

/// A later report on an incident.
#[derive(Debug, Clone)]
pub(super) struct Followed {
    pub(super) incident: IncidentId,
    pub(super) receipt: String,
    pub(super) at: Timestamp,
}

/// A chase that was taken in hand.
#[derive(Debug, Clone)]
pub(super) struct Hold {
    pub(super) at: Timestamp,
    pub(super) owed: Vec<usize>,
}

/// What the simulation did and was told.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) receipts: Vec<Told>,
    /// The reports that were answered.
    pub(super) known: BTreeSet<Uuid>,
    pub(super) raised: Vec<Raised>,
    pub(super) followed: Vec<Followed>,
    pub(super) holds: Vec<Hold>,
    /// The sums of townships: number, what it answers, when it was drawn up.
    pub(super) sums: Vec<(Number, usize, Timestamp)>,
    /// Reports that take an incident back.
    pub(super) withdrawals: Vec<(Number, IncidentId)>,
    /// The last report that counts for what is owed.
    pub(super) latest: BTreeMap<usize, Number>,
    /// From when to when no process ran.
    pub(super) down: Vec<(Timestamp, Timestamp)>,
    pub(super) deaths: Vec<(Timestamp, Point)>,
    /// How often the office looked at its board, and what was not on it though it should have been.
    pub(super) looks: usize,
    pub(super) unseen: Vec<String>,
    /// Answers that nobody would expect.
    pub(super) surprises: Vec<String>,
    /// Ids of the rules of each period.
    pub(super) rules: Vec<Vec<RuleId>>,
    /// How often each point was passed, over all lives.
    pub(super) passes: BTreeMap<Point, u32>,
}

impl Log {
    /// Tells whether a process ran all the time from one instant to another.
    pub(super) fn was_up(&self, from: Timestamp, until: Timestamp) -> bool {
        !self
            .down
            .iter()
            .any(|(died, back)| *died <= until && from <= *back)
    }

    /// Gives when a process had run for a while since an instant, all its lives together.
    pub(super) fn up_for(&self, span: TimeDelta, from: Timestamp) -> Timestamp {
        let mut end = from + span;
        for (died, back) in &self.down {
            if *died >= end {
                break;
            }
            end += (*back - (*died).max(from)).max(TimeDelta::zero());
        }
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_millis;

    #[test]
    fn time_without_a_process_does_not_count() {
        let at = |minute: i64| from_millis(minute * 60_000).unwrap();
        let log = Log {
            down: vec![
                (at(0), at(20)),
                (at(30), at(90)),
                (at(90), at(100)),
                (at(500), at(600)),
            ],
            ..Log::default()
        };
        let hour = TimeDelta::hours(1);
        assert_eq!(log.up_for(hour, at(200)), at(260), "up all the time");
        assert_eq!(log.up_for(hour, at(10)), at(150), "20 to 30, and from 100 on");
        assert_eq!(log.up_for(hour, at(440)), at(500), "it died as the hour was full");
        assert_eq!(log.up_for(hour, at(441)), at(601));
    }
}
