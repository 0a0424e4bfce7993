//! Knows who does what when in the demonstration: the same play every time, faster or slower.

use chrono::TimeDelta;

use crate::domain::ids::UnitId;
use crate::domain::ladder::{Audience, Ladder, LadderError, Step};
use crate::domain::unit::{UnitKind, UnitTree};

/// How much faster than usual the play goes: 1 is the play of five minutes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pace(f64);

impl Pace {
    /// Takes a speed from a twentieth to four times the usual.
    pub(super) fn new(speed: f64) -> Option<Self> {
        (0.05..=4.0).contains(&speed).then_some(Self(speed))
    }

    /// Gives how long so many seconds of the play are.
    pub(super) fn seconds(self, seconds: f64) -> TimeDelta {
        // The range of speeds and the length of the play keep this far from any limit.
        TimeDelta::milliseconds((seconds * 1000.0 / self.0).round() as i64)
    }
}

/// When the round is due, counted from its opening, in seconds of the play.
pub(super) const DUE: f64 = 120.0;
/// How long after that a report is still on time.
pub(super) const GRACE: f64 = 5.0;
/// When the round closes, counted from its due time.
pub(super) const CLOSES: f64 = 160.0;
/// When the bulletin can be made at the earliest, counted from the due time; it waits for a full minute.
pub(super) const BULLETIN: f64 = 85.0;
/// How long the leader takes to acknowledge the urgent letter: longer than it waits, so that the next step is seen.
pub(super) const LEADER: f64 = 40.0;
/// How long an acknowledgement holds a chase.
pub(super) const PAUSE: f64 = 24.0;
/// How long an urgent report waits for an acknowledgement.
pub(super) const REPEAT: f64 = 25.0;

/// The steps of the ladder, counted from the due time.
const STEPS: [(f64, Audience); 5] = [
    (-30.0, Audience::Reporters),
    (0.0, Audience::Backup),
    (25.0, Audience::Head),
    (50.0, Audience::Ancestor { levels: 1 }),
    (75.0, Audience::OnDuty),
];

/// Gives the ladder at a pace.
pub(super) fn ladder(pace: Pace) -> Result<Ladder, LadderError> {
    let step = |(seconds, audience): &(f64, Audience)| Step {
        offset: pace.seconds(*seconds),
        audience: audience.clone(),
    };
    Ladder::new(STEPS.iter().map(step).collect())
}

/// What somebody sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    AllClear,
    /// Something happened; it can wait for the round.
    Incident,
    /// Something happened that leaders must know at once.
    Urgent,
}

/// One line of the play.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Line {
    /// Seconds of the play after the round opened.
    pub(super) at: f64,
    pub(super) unit: UnitId,
    pub(super) act: Act,
}

/// The play.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Script {
    /// In the order of time.
    pub(super) lines: Vec<Line>,
    /// The village that is left to whoever watches.
    pub(super) yours: UnitId,
}

/// When late villages report, counted from the due time: one after each step of the ladder.
const LATE: [f64; 8] = [9.0, 15.0, 22.0, 34.0, 45.0, 61.0, 88.0, 110.0];

/// The places of neighbours of whom none reports.
const NEIGHBOURS: std::ops::Range<usize> = 40..45;

/// Writes the play for the villages and communities of a county; `None` when there are too few for it.
pub(super) fn write(tree: &UnitTree) -> Option<Script> {
    let asked = tree
        .iter()
        .filter(|unit| matches!(unit.kind, UnitKind::Village | UnitKind::Community));
    let villages = asked
        .clone()
        .enumerate()
        .filter(|(_, unit)| unit.kind == UnitKind::Village);
    let (yours, _) = villages.into_iter().find(|(place, _)| *place > NEIGHBOURS.end)?;
    let (mut lines, mut late) = (Vec::new(), LATE.iter());
    for (place, unit) in asked.clone().map(|unit| unit.id).enumerate() {
        let line = |at, act| Line { at, unit, act };
        match place {
            place if place == yours => {}
            100 => lines.push(line(40.0, Act::Urgent)),
            200 => lines.push(line(65.0, Act::Incident)),
            // Some never report: neighbours, so that their township gets one letter about all, and some far apart.
            place if NEIGHBOURS.contains(&place) => {}
            place if place % 48 == 7 => {}
            place if place % 72 == 20 => {
                // A county with more villages than ours has more silent ones.
                lines.extend(late.next().map(|after| line(DUE + after, Act::AllClear)));
            }
            place => lines.push(line(in_time(place), Act::AllClear)),
        }
    }
    lines.sort_by(|a, b| a.at.total_cmp(&b.at));
    let yours = asked.map(|unit| unit.id).nth(yours)?;
    Some(Script { lines, yours })
}

/// Gives when a village that is in time reports: most of them early, all before the deadline.
fn in_time(place: usize) -> f64 {
    let scattered = (place * 7919 % 997) as f64 / 997.0;
    4.0 + (DUE - 8.0) * scattered.powf(1.6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_millis;
    use crate::domain::unit::{Unit, UnitName, UnitPath};

    fn county(villages: i64) -> UnitTree {
        let unit = |id: i64, parent: Option<i64>, kind| Unit {
            id: UnitId(id),
            parent: parent.map(UnitId),
            code: None,
            name: UnitName::parse(&format!("第{id}村")).unwrap(),
            kind,
            path: UnitPath::root(UnitId(id)),
            since: from_millis(0).unwrap(),
        };
        let mut units = vec![unit(1, None, UnitKind::County)];
        units.extend((2..villages + 2).map(|id| unit(id, Some(1), UnitKind::Village)));
        UnitTree::new(units).unwrap()
    }

    #[test]
    fn most_report_in_time_a_few_late_some_never_and_two_have_something_to_tell() {
        let script = write(&county(577)).unwrap();
        let count = |test: &dyn Fn(&&Line) -> bool| script.lines.iter().filter(test).count();
        assert_eq!(count(&|line| line.act == Act::Urgent), 1);
        assert_eq!(count(&|line| line.act == Act::Incident), 1);
        assert_eq!(count(&|line| line.at >= DUE + GRACE), 8);
        let silent = 577 - script.lines.len();
        assert!((15..=25).contains(&silent), "{silent}");
        assert!(script.lines.iter().all(|line| line.unit != script.yours));
        assert!(count(&|line| line.at < DUE - 30.0) > 440);
        assert!(script.lines.iter().all(|line| line.at < DUE + CLOSES));
    }

    #[test]
    fn the_whole_ladder_fits_into_five_minutes_and_closes_after_its_last_step() {
        let pace = Pace::new(1.0).unwrap();
        let ladder = ladder(pace).unwrap();
        let last = ladder.steps().last().unwrap().offset;
        assert!(last < pace.seconds(CLOSES));
        assert!(pace.seconds(DUE + CLOSES) <= TimeDelta::minutes(5));
    }

    #[test]
    fn speed_changes_the_times_and_nothing_else() {
        assert_eq!(Pace::new(2.0).unwrap().seconds(DUE), TimeDelta::seconds(60));
        assert_eq!(Pace::new(0.5).unwrap().seconds(DUE), TimeDelta::seconds(240));
        for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY, 100.0] {
            assert_eq!(Pace::new(wrong), None);
        }
    }
}
