//! Knows the report of a parent after its units (rule 15): their counts, the names of those that are missing, and what
//! came after it was sent.
//!
//! It counts one obligation a unit: the last round of the day that is due before the roll-up. Nothing is waited for; what
//! comes later is told beside the report, which stays as it was sent.

use serde::{Deserialize, Serialize};

use super::ids::{CheckInId, UnitId};
use super::standing::{Standing, Timeliness};
use super::time::Timestamp;

/// What one unit did, as the report of its parent counts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// The unit.
    pub unit: UnitId,
    /// How its obligation stands.
    pub standing: Standing,
    /// When its first report came.
    pub received: Option<Timestamp>,
    /// Its present report.
    pub latest: Option<CheckInId>,
    /// Whether that says that something happened.
    pub incident: bool,
}

/// What a parent reports: frozen when it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollUp {
    /// How many units owed a report.
    pub expected: u32,
    /// Reported that nothing happened.
    pub all_clear: u32,
    /// Reported that something happened.
    pub incidents: u32,
    /// Reported late; counted above too.
    pub late: u32,
    /// Need not report, and did not.
    pub excused: u32,
    /// Have not reported.
    pub missing: Vec<UnitId>,
}

/// What came after a roll-up was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Later {
    /// The unit.
    pub unit: UnitId,
    /// Whether the roll-up named it as missing; else it corrected what it had reported.
    pub was_missing: bool,
    /// Whether it now says that something happened.
    pub incident: bool,
    /// When its first report came.
    pub received: Timestamp,
}

impl RollUp {
    /// Counts what units did.
    pub fn of(lines: &[Line]) -> Self {
        let count = |test: &dyn Fn(&Line) -> bool| {
            u32::try_from(lines.iter().filter(|line| test(line)).count()).unwrap_or(u32::MAX)
        };
        let is_in = |line: &Line| matches!(line.standing, Standing::Received(_));
        Self {
            expected: count(&|_| true),
            all_clear: count(&|line| is_in(line) && !line.incident),
            incidents: count(&|line| is_in(line) && line.incident),
            late: count(&|line| line.standing == Standing::Received(Timeliness::Late)),
            excused: count(&|line| line.standing == Standing::Excused),
            missing: lines
                .iter()
                .filter(|line| !is_in(line) && line.standing != Standing::Excused)
                .map(|line| line.unit)
                .collect(),
        }
    }

    /// Gives how many units reported.
    pub fn received(&self) -> u32 {
        self.all_clear + self.incidents
    }

    /// Gives what came after this report was sent as `number`, the earliest first.
    pub fn later(&self, number: CheckInId, lines: &[Line]) -> Vec<Later> {
        let mut later: Vec<Later> = lines
            .iter()
            .filter_map(|line| {
                let was_missing = self.missing.contains(&line.unit);
                let is_new = was_missing || line.latest.is_some_and(|latest| latest > number);
                line.received.filter(|_| is_new).map(|received| Later {
                    unit: line.unit,
                    was_missing,
                    incident: line.incident,
                    received,
                })
            })
            .collect();
        later.sort_by_key(|one| (one.received, one.unit));
        later
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_millis;

    fn line(unit: i64, standing: Standing, latest: i64, incident: bool) -> Line {
        Line {
            unit: UnitId(unit),
            standing,
            received: matches!(standing, Standing::Received(_))
                .then(|| from_millis(1000 * latest))
                .flatten(),
            latest: (latest > 0).then_some(CheckInId(latest)),
            incident,
        }
    }

    const ON_TIME: Standing = Standing::Received(Timeliness::OnTime);
    const LATE: Standing = Standing::Received(Timeliness::Late);

    #[test]
    fn every_unit_is_counted_once_and_the_silent_ones_by_name() {
        let lines = [
            line(1, ON_TIME, 5, false),
            line(2, LATE, 6, true),
            line(3, Standing::Overdue, 0, false),
            line(4, Standing::Excused, 0, false),
            line(5, Standing::Missing, 0, false),
        ];
        let said = RollUp::of(&lines);
        let missing = vec![UnitId(3), UnitId(5)];
        assert_eq!(
            said,
            RollUp {
                expected: 5,
                all_clear: 1,
                incidents: 1,
                late: 1,
                excused: 1,
                missing
            }
        );
        assert_eq!(
            usize::try_from(said.received() + said.excused).unwrap() + said.missing.len(),
            5
        );
    }

    #[test]
    fn what_comes_later_is_told_beside_it() {
        let before = [
            line(1, ON_TIME, 5, false),
            line(2, Standing::Overdue, 0, false),
            line(3, Standing::Overdue, 0, false),
        ];
        let said = RollUp::of(&before);
        // The second was stored before the roll-up, but not counted by it.
        let after = [
            line(1, ON_TIME, 9, true),
            line(2, LATE, 6, false),
            line(3, Standing::Overdue, 0, false),
        ];
        let later = said.later(CheckInId(7), &after);
        let told: Vec<_> = later
            .iter()
            .map(|one| (one.unit.0, one.was_missing, one.incident))
            .collect();
        assert_eq!(told, [(2, true, false), (1, false, true)]);
        assert!(said.later(CheckInId(7), &before).is_empty());
    }
}
