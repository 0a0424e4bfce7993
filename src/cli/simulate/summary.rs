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

    /// Tells whether it says what was so in the course of one instant: many try again when the service is back, and of
    /// what came in that instant some came before the sum and some after.
    pub(super) fn lies_between(&self, before: &Self, after: &Self) -> bool {
        let [expected, clear, grave, _, excused] = self.counts;
        let pairs = before.counts.iter().zip(&after.counts);
        let mut counts = self.counts.iter().zip(pairs);
        let missing = |one: &Self| one.missing.iter().copied().collect::<BTreeSet<_>>();
        counts.all(|(said, (one, other))| (one.min(other)..=one.max(other)).contains(&said))
            // Who is missing may have reported in that instant, or be missing again since.
            && missing(self).is_subset(&(&missing(before) | &missing(after)))
            && (&missing(before) & &missing(after)).is_subset(&missing(self))
            && (clear + grave + excused) as usize + self.missing.len() == expected as usize
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

impl Model {
    /// Gives what the sum of a township says if it is drawn up at an instant: of each village the last report that it owed
    /// on that day before the sum was due.
    pub(super) fn sum(&self, place: usize, roster: &Roster, at: Timestamp) -> Sum {
        let mut sum = Sum {
            counts: [0; 5],
            missing: Vec::new(),
        };
        let own = &self.owed[place];
        let day = |owed: &Owed| owed.serves.first().map(|(_, _, day)| *day);
        for unit in (0..roster.members.len()).filter(|unit| roster.members[*unit].above == Some(own.unit)) {
            let places = self.of_unit.get(&unit).into_iter().flatten();
            let owed = places.map(|place| &self.owed[*place]).filter(|owed| {
                let plain =
                    owed.follow.is_none() && !owed.roll_up && owed.drill == own.drill && owed.opens <= at;
                plain && day(owed) == day(own) && owed.scheduled <= own.scheduled
            });
            let Some(owed) = owed.max_by_key(|owed| owed.scheduled) else {
                continue;
            };
            let reported = owed.first.filter(|first| *first <= at);
            sum.counts[0] += 1;
            if let Some(first) = reported {
                sum.counts[if owed.is_grave(at) { 2 } else { 1 }] += 1;
                let timely = first < owed.due_at(first) + owed.grace || owed.has_claim(at);
                sum.counts[3] += u32::from(!timely);
            } else if !owed.is_wanted(at) {
                sum.counts[4] += 1;
            } else {
                sum.missing.push(roster.members[unit].id);
            }
        }
        sum.missing.sort();
        sum
    }
}

impl Owed {
    /// Tells whether its report of an instant said that something happened.
    fn is_grave(&self, at: Timestamp) -> bool {
        let said = self.turns.iter().filter(|(when, _)| *when <= at);
        said.fold(false, |grave, (_, turn)| match turn {
            Turn::Said { grave } => *grave,
            _ => grave,
        })
    }

    /// Tells whether the office had believed by an instant that it was written in time.
    fn has_claim(&self, at: Timestamp) -> bool {
        self.turns
            .iter()
            .any(|(when, turn)| *when <= at && *turn == Turn::Believed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(counts: [u32; 5], missing: &[i64]) -> Sum {
        let missing = missing.iter().copied().map(UnitId).collect();
        Sum { counts, missing }
    }

    #[test]
    fn of_what_came_in_one_instant_any_part_may_have_come_before_the_sum() {
        let (before, after) = (sum([4, 2, 0, 0, 0], &[3, 4]), sum([4, 4, 0, 2, 0], &[]));
        for said in [&before, &after, &sum([4, 3, 0, 1, 0], &[4])] {
            assert!(said.lies_between(&before, &after), "{said:?}");
        }
        for said in [
            sum([4, 3, 0, 1, 0], &[]),
            sum([4, 3, 0, 1, 0], &[2]),
            sum([4, 2, 1, 0, 0], &[4]),
            sum([3, 2, 0, 0, 0], &[4]),
        ] {
            assert!(!said.lies_between(&before, &after), "{said:?}");
        }
    }

    #[test]
    fn who_is_excused_no_more_in_that_instant_is_missing_or_not_yet() {
        let (before, after) = (sum([4, 2, 0, 0, 1], &[3]), sum([4, 2, 0, 0, 0], &[3, 4]));
        for said in [&before, &after] {
            assert!(said.lies_between(&before, &after), "{said:?}");
        }
        for said in [sum([4, 2, 0, 0, 1], &[4]), sum([4, 2, 0, 0, 0], &[3])] {
            assert!(!said.lies_between(&before, &after), "{said:?}");
        }
    }

    #[test]
    fn a_sum_of_an_instant_in_which_nothing_came_says_what_was_so() {
        let so = sum([4, 2, 0, 0, 0], &[3, 4]);
        assert!(so.lies_between(&so, &so));
        assert!(!sum([4, 3, 0, 0, 0], &[4]).lies_between(&so, &so));
    }
}
