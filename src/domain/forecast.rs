//! Knows what a period will ask for and whom silence would reach, before anybody decides on it.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use chrono_tz::Tz;

use super::calendar::Calendar;
use super::ids::{ObligationId, RuleId, UnitId};
use super::ladder::{Ladder, Step};
use super::letter::{Directory, Open, letters};
use super::period::{Period, Scope};
use super::time::{BusinessDate, Timestamp};
use super::unit::{Unit, UnitPath, UnitTree};
use super::window::Window;

/// A round to come, and how many units it will ask as the tree stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coming {
    pub rule: RuleId,
    pub label: String,
    pub day: BusinessDate,
    pub window: Window,
    pub roll_up: bool,
    pub units: usize,
}

/// One step of a ladder that nobody stops: whom it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    pub step: Step,
    /// How many units are silent.
    pub units: usize,
    /// How many letters go out: one a person.
    pub letters: usize,
    /// For how many units those whom the step names have no good address, so that the next step is told at once.
    pub passed_on: usize,
    /// For how many units nobody can be told, at this step or any later one.
    pub nobody: usize,
}

/// Counts whom a scope asks: units that report for themselves, and units that roll up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    pub own: Vec<UnitId>,
    pub roll_up: Vec<UnitId>,
}

impl Asked {
    /// Finds whom a scope asks.
    pub fn of(scope: &Scope, tree: &UnitTree) -> Self {
        let area = scope.area();
        let ids = |fits: &dyn Fn(&Unit) -> bool| tree.iter().filter(|u| fits(u)).map(|u| u.id).collect();
        Self {
            own: ids(&|unit| area.contains(unit)),
            roll_up: ids(&|unit| area.rolls_up(unit, tree)),
        }
    }

    /// Gives whom a round asks.
    pub fn by(&self, roll_up: bool) -> &[UnitId] {
        match roll_up {
            true => &self.roll_up,
            false => &self.own,
        }
    }
}

/// Gives the rounds of a period that are due later than `now`, from the start of the period on if that is later, within a span
/// and at most so many.
pub fn coming(
    period: &Period,
    asked: &Asked,
    (calendar, zone): (&Calendar, Tz),
    (now, within): (Timestamp, TimeDelta),
    most: usize,
) -> Vec<Coming> {
    let from = now.max(period.starts);
    let mut rounds = period.rounds(calendar, zone, from, from + within);
    rounds.retain(|round| round.window.due() > now);
    rounds.truncate(most);
    let coming = rounds.into_iter().map(|round| Coming {
        rule: round.rule,
        units: asked.by(round.roll_up).len(),
        label: round.label,
        day: round.day,
        window: round.window,
        roll_up: round.roll_up,
    });
    coming.collect()
}

/// Tells whom each step of a ladder would reach if none of some units reported and nobody answered.
pub fn silence(ladder: &Ladder, silent: &[UnitPath], directory: &Directory) -> Vec<Rung> {
    let open: Vec<Open> = (1..)
        .zip(silent)
        .map(|(place, path)| Open {
            obligation: ObligationId(place),
            path: path.clone(),
            failed: Vec::new(),
        })
        .collect();
    let rung = |(place, step): (usize, &Step)| {
        let told = letters(ladder, &[place], &open, directory);
        let gaps = |lost: bool| {
            let gaps = told.gaps.iter().filter(|gap| gap.passed_to.is_none() == lost);
            gaps.map(|gap| gap.obligation).collect::<BTreeSet<_>>().len()
        };
        Rung {
            step: step.clone(),
            units: open.len(),
            letters: told.letters.len(),
            passed_on: gaps(false),
            nobody: gaps(true),
        }
    };
    ladder.steps().iter().enumerate().map(rung).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::address::Address;
    use crate::domain::ladder::default_ladder;
    use crate::domain::obligation::samples::{ZONE, county, june, rule, t};
    use crate::domain::unit::{Contacts, UnitKind};

    fn villages() -> Scope {
        Scope {
            subtrees: vec![UnitId(1)],
            kinds: vec![UnitKind::Village],
            except: Vec::new(),
        }
    }

    fn at(text: &str) -> Vec<Address> {
        vec![Address::parse(text).unwrap()]
    }

    #[test]
    fn the_next_rounds_are_named_with_how_many_they_ask() {
        let mut roll_up = rule(2, "16:00", "17:00", "20:00");
        roll_up.roll_up = true;
        let period = june(1, vec![rule(1, "08:00", "16:00", "20:00"), roll_up]);
        let tree = county();
        let asked = Asked::of(&villages(), &tree);
        let calendar = Calendar::default();
        let said = |now: &str, most| {
            let found = coming(
                &period,
                &asked,
                (&calendar, ZONE),
                (t(now), TimeDelta::days(2)),
                most,
            );
            let line = |one: &Coming| format!("{} {} {}", one.day.format("%m-%d"), one.label, one.units);
            found.iter().map(line).collect::<Vec<_>>()
        };
        // What is due at this instant is past.
        assert_eq!(
            said("2026-06-02 16:00", 9),
            ["06-02 报2 2", "06-03 报1 3", "06-03 报2 2", "06-04 报1 3"]
        );
        assert_eq!(said("2026-05-01 00:00", 1), ["06-01 报1 3"]);
    }

    #[test]
    fn a_step_without_an_address_is_counted_where_it_is_passed_on() {
        let tree = county();
        let silent: Vec<UnitPath> = [101, 102, 111]
            .map(|id| tree.get(UnitId(id)).unwrap().path.clone())
            .into();
        let mut directory = Directory {
            on_duty: at("leader@county.example"),
            ..Directory::default()
        };
        for (unit, address) in [(101, "a@x.example"), (102, "b@x.example")] {
            let contacts = Contacts {
                reporter: at(address),
                ..Contacts::default()
            };
            directory.contacts.insert(UnitId(unit), contacts);
        }
        let counted = |directory: &Directory| {
            let rungs = silence(&default_ladder(), &silent, directory);
            let line = |r: &Rung| (r.units, r.letters, r.passed_on, r.nobody);
            rungs.iter().map(line).collect::<Vec<_>>()
        };
        assert_eq!(
            counted(&directory),
            [
                (3, 3, 1, 0),
                (3, 1, 3, 0),
                (3, 1, 3, 0),
                (3, 1, 3, 0),
                (3, 1, 0, 0)
            ]
        );
        directory.on_duty.clear();
        assert_eq!(counted(&directory)[0], (3, 2, 0, 1));
        assert_eq!(counted(&directory)[4], (3, 0, 0, 3));
    }
}
