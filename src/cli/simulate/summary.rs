//! Plays how townships sum up their villages, and knows what each sum should say: the plain model at that moment.

use std::collections::BTreeSet;

use rand::Rng;
use rand::rngs::StdRng;
use uuid::Uuid;

use super::model::{Model, Owed, Turn};
use super::play::{Broken, Play};
use super::roster::Roster;
use super::story::{By, Event, Said, Script, Sheet, before, minutes};
use crate::domain::checkin::Door;
use crate::domain::ids::{ObligationId, UnitId};
use crate::domain::roll_up::RollUp;
use crate::domain::time::Timestamp;
use crate::service::{Error, Outcome};

/// What a sum says: how many owed, said that nothing happened, that something did, late, excused; and who is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) counts: [u32; 5],
    pub(super) missing: Vec<UnitId>,
}

/// Draws when a township sums up: mostly while villages are still missing, now and then again.
pub(super) fn summarist(rng: &mut StdRng, place: usize, owed: &Owed, silent: bool) -> Script {
    let mut script = Script::new();
    if silent {
        return script;
    }
    let sheet = |rng: &mut StdRng| {
        Event::Sheet(Sheet {
            unit: owed.unit,
            owed: Some(place),
            by: By::Own,
            said: Said::Sum,
            uuid: Uuid::from_u128(rng.random()),
        })
    };
    let timely = owed.due + owed.grace;
    let on_time = before(rng, owed.opens + chrono::TimeDelta::milliseconds(1), timely);
    let late = (timely + minutes(rng, 0, 60)).min(owed.closes - chrono::TimeDelta::milliseconds(1));
    match rng.random_range(0..10) {
        0..4 => script.push((on_time, sheet(rng))),
        // Summed up again when more have come.
        4..6 => {
            script.push((on_time, sheet(rng)));
            script.push((late, sheet(rng)));
        }
        6 => {
            // Pressed twice.
            let one = sheet(rng);
            script.push((on_time, one.clone()));
            script.push((on_time + chrono::TimeDelta::seconds(2), one));
        }
        7..9 => script.push((late, sheet(rng))),
        _ => {}
    }
    script
}

impl Sum {
    /// Gives what the service wrote.
    pub(super) fn of(said: &RollUp) -> Self {
        let mut missing = said.missing.clone();
        missing.sort();
        Self {
            counts: [
                said.expected,
                said.all_clear,
                said.incidents,
                said.late,
                said.excused,
            ],
            missing,
        }
    }
}

impl Play {
    /// Sends the sum of a township's villages.
    pub(super) fn sum_up(
        &mut self,
        sheet: Sheet,
        number: ObligationId,
        now: Timestamp,
    ) -> Result<Option<Result<Outcome, Error>>, Broken> {
        let actor = self.roster.members[sheet.unit].device();
        self.attempt(|service| async move {
            let reason = super::office::REASON;
            service
                .send_roll_up(&actor, number, (sheet.uuid, now), reason, Door::Page)
                .await
        })
    }
}

/// How a village stands in the eyes of its township.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Line {
    /// It owes nothing yet.
    Absent,
    Missing,
    Excused,
    Reported {
        grave: bool,
        late: bool,
    },
}

impl Line {
    /// Gives what it adds to the counts of a sum.
    fn adds(self) -> [u32; 5] {
        match self {
            Self::Absent => [0; 5],
            Self::Missing => [1, 0, 0, 0, 0],
            Self::Excused => [1, 0, 0, 0, 1],
            Self::Reported { grave, late } => [1, u32::from(!grave), u32::from(grave), u32::from(late), 0],
        }
    }
}

/// How each village stood in the course of one instant, in order: many try again when the service is back, and of what
/// happens to a village in that instant some came before the sum and some after.
#[derive(Debug)]
pub(super) struct Instant(Vec<(UnitId, Vec<Line>)>);

impl Instant {
    /// Tells whether a sum says of every village what was so at some time in that instant.
    pub(super) fn allows(&self, said: &Sum) -> bool {
        let known: BTreeSet<UnitId> = self.0.iter().map(|(unit, _)| *unit).collect();
        let (mut least, mut most) = ([0; 5], [0; 5]);
        for (unit, lines) in &self.0 {
            let named = said.missing.contains(unit);
            let fits = |line: &&Line| (**line == Line::Missing) == named;
            let adds: Vec<[u32; 5]> = lines.iter().filter(fits).map(|line| line.adds()).collect();
            if adds.is_empty() {
                return false;
            }
            for place in 0..5 {
                least[place] += adds.iter().map(|one| one[place]).min().unwrap_or_default();
                most[place] += adds.iter().map(|one| one[place]).max().unwrap_or_default();
            }
        }
        let [expected, clear, grave, _, excused] = said.counts;
        (0..5).all(|place| (least[place]..=most[place]).contains(&said.counts[place]))
            && said.missing.iter().all(|unit| known.contains(unit))
            && (clear + grave + excused) as usize + said.missing.len() == expected as usize
    }

    /// Gives what a sum says at the end of it.
    pub(super) fn end(&self) -> Sum {
        let mut sum = Sum {
            counts: [0; 5],
            missing: Vec::new(),
        };
        for (unit, lines) in &self.0 {
            let last = lines.last().copied().unwrap_or(Line::Absent);
            for (count, more) in sum.counts.iter_mut().zip(last.adds()) {
                *count += more;
            }
            sum.missing.extend((last == Line::Missing).then_some(*unit));
        }
        sum.missing.sort();
        sum
    }
}

impl Model {
    /// Gives how the villages of a township stand when it draws up its sum at an instant: of each the last report that it
    /// owed on that day before the sum was due.
    pub(super) fn beneath(&self, place: usize, roster: &Roster, at: Timestamp) -> Instant {
        let own = &self.owed[place];
        let day = |owed: &Owed| owed.serves.first().map(|(_, _, day)| *day);
        let mut villages = Vec::new();
        for unit in (0..roster.members.len()).filter(|unit| roster.members[*unit].above == Some(own.unit)) {
            let places = self.of_unit.get(&unit).into_iter().flatten();
            let asked = places.map(|place| &self.owed[*place]).filter(|owed| {
                let plain = owed.follow.is_none() && !owed.roll_up && owed.drill == own.drill;
                plain && owed.opens <= at && day(owed) == day(own) && owed.scheduled <= own.scheduled
            });
            let mut asked: Vec<&Owed> = asked.collect();
            asked.sort_by_key(|owed| owed.scheduled);
            let Some((last, earlier)) = asked.split_last() else {
                continue;
            };
            // What opens in that instant may not have been there yet.
            let mut lines = match last.opens < at {
                true => Vec::new(),
                false => earlier.last().map_or(vec![Line::Absent], |owed| owed.lines(at)),
            };
            lines.extend(last.lines(at));
            villages.push((roster.members[unit].id, lines));
        }
        Instant(villages)
    }
}

impl Owed {
    /// Gives how it stood in the course of an instant, in order; at least once.
    fn lines(&self, at: Timestamp) -> Vec<Line> {
        let mut turns: Vec<&(Timestamp, Turn)> = self.turns.iter().filter(|(when, _)| *when <= at).collect();
        turns.sort_by_key(|(when, _)| *when);
        let before = turns.iter().filter(|(when, _)| *when < at).count();
        (before..=turns.len())
            .map(|known| self.line(&turns[..known]))
            .collect()
    }

    /// Gives how it stands when some of what happened to it has happened.
    fn line(&self, turns: &[&(Timestamp, Turn)]) -> Line {
        let (mut due, mut timely) = (self.scheduled, None);
        let (mut grave, mut excused, mut believed) = (false, false, false);
        for (when, turn) in turns {
            match turn {
                Turn::Reported => timely = timely.or(Some(*when < due + self.grace)),
                Turn::Excused => excused = true,
                Turn::Unexcused => excused = false,
                Turn::Due(moved) => due = *moved,
                Turn::Said { grave: is } => grave = *is,
                Turn::Believed => believed = true,
                Turn::Acknowledged => {}
            }
        }
        match timely {
            Some(timely) => Line::Reported {
                grave,
                late: !timely && !believed,
            },
            None if excused => Line::Excused,
            None => Line::Missing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAR: Line = Line::Reported {
        grave: false,
        late: false,
    };
    const LATE: Line = Line::Reported {
        grave: false,
        late: true,
    };

    fn sum(counts: [u32; 5], missing: &[i64]) -> Sum {
        let missing = missing.iter().copied().map(UnitId).collect();
        Sum { counts, missing }
    }

    fn instant(villages: &[&[Line]]) -> Instant {
        let lines = villages.iter().map(|lines| lines.to_vec());
        Instant((1..).map(UnitId).zip(lines).collect())
    }

    #[test]
    fn of_what_came_in_one_instant_any_part_may_have_come_before_the_sum() {
        let came: &[Line] = &[Line::Missing, LATE];
        let instant = instant(&[&[CLEAR], &[CLEAR], came, came]);
        assert_eq!(instant.end(), sum([4, 4, 0, 2, 0], &[]));
        for said in [
            sum([4, 2, 0, 0, 0], &[3, 4]),
            sum([4, 4, 0, 2, 0], &[]),
            sum([4, 3, 0, 1, 0], &[4]),
        ] {
            assert!(instant.allows(&said), "{said:?}");
        }
        for said in [
            sum([4, 3, 0, 1, 0], &[]),
            sum([4, 3, 0, 1, 0], &[2]),
            sum([4, 3, 0, 0, 0], &[4]),
            sum([4, 2, 1, 0, 0], &[4]),
            sum([3, 2, 0, 0, 0], &[4]),
            sum([5, 4, 0, 2, 0], &[9]),
        ] {
            assert!(!instant.allows(&said), "{said:?}");
        }
    }

    #[test]
    fn who_is_excused_no_more_and_reports_in_that_instant_is_missing_between() {
        let instant = instant(&[&[CLEAR], &[Line::Missing], &[Line::Excused, Line::Missing, LATE]]);
        for said in [
            sum([3, 1, 0, 0, 1], &[2]),
            sum([3, 1, 0, 0, 0], &[2, 3]),
            sum([3, 2, 0, 1, 0], &[2]),
        ] {
            assert!(instant.allows(&said), "{said:?}");
        }
        for said in [sum([3, 1, 0, 0, 1], &[3]), sum([3, 2, 0, 0, 0], &[3])] {
            assert!(!instant.allows(&said), "{said:?}");
        }
    }

    #[test]
    fn what_opens_in_that_instant_is_owed_or_not_yet() {
        let instant = instant(&[&[CLEAR], &[Line::Absent, Line::Missing]]);
        assert!(instant.allows(&sum([1, 1, 0, 0, 0], &[])));
        assert!(instant.allows(&sum([2, 1, 0, 0, 0], &[2])));
        assert!(!instant.allows(&sum([2, 1, 0, 0, 1], &[])));
    }

    #[test]
    fn a_sum_of_an_instant_in_which_nothing_came_says_what_was_so() {
        let instant = instant(&[&[CLEAR], &[CLEAR], &[Line::Missing], &[Line::Missing]]);
        assert!(instant.allows(&instant.end()));
        assert!(!instant.allows(&sum([4, 3, 0, 0, 0], &[4])));
    }
}
