//! Knows what the rows of a table may not do to the tree.

use std::collections::{HashMap, HashSet};

use super::fault::gathered;
use super::matching::{Matching, Place, Who, cycle};
use super::plan::is_over;
use super::{Above, Column, Fault, RowError};
use crate::domain::time::BusinessDate;
use crate::domain::unit::Unit;

/// Checks everything that only shows when rows and units stand side by side.
pub(super) fn check(m: &Matching<'_>, today: BusinessDate) -> Result<(), Vec<RowError>> {
    let check = Check { m, today };
    let mut faults = check.incomplete();
    faults.extend(check.old_names());
    faults.extend(check.roots());
    faults.extend(check.names());
    faults.extend(check.circles());
    faults.extend(check.closings());
    gathered((), faults)
}

struct Check<'a> {
    m: &'a Matching<'a>,
    today: BusinessDate,
}

impl Check<'_> {
    fn fault(&self, row: usize, column: Column, value: &str, fault: Fault) -> RowError {
        RowError::cell(self.m.rows[row].row, column, value, fault)
    }

    /// Rows whose unit lives on or begins.
    fn living(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.m.rows.len()).filter(|&row| !is_over(&self.m.rows[row], self.today))
    }

    /// Units that no row speaks of.
    fn absent(&self) -> impl Iterator<Item = &Unit> {
        self.m
            .tree
            .iter()
            .filter(|unit| !self.m.row_of.contains_key(&unit.id))
    }

    /// Tells whether it is known where the unit of a row belongs.
    fn is_placed(&self, row: usize) -> bool {
        self.m.units[row].is_some() || self.m.places[row] != Place::Unsaid
    }

    /// A new unit needs a kind and a place.
    fn incomplete(&self) -> Vec<RowError> {
        let mut faults = Vec::new();
        for row in self.living().filter(|&row| self.m.units[row].is_none()) {
            if self.m.rows[row].kind_when_new().is_none() {
                faults.push(self.fault(row, Column::Kind, "", Fault::Missing));
            }
            if !self.is_placed(row) {
                faults.push(self.fault(row, Column::Parent, "", Fault::Missing));
            }
        }
        faults
    }

    /// A parent is called as the table itself calls it, so that the same table can be read again.
    fn old_names(&self) -> Vec<RowError> {
        let mut faults = Vec::new();
        for row in self.living() {
            let Place::Under(Who::Unit(parent)) = self.m.places[row] else {
                continue;
            };
            let Some(&above) = self.m.row_of.get(&parent) else {
                continue;
            };
            let (said, now) = (&self.m.rows[row].above, &self.m.rows[above]);
            match said {
                Above::Code(code) if now.code.as_ref().is_some_and(|now| now != code) => {
                    faults.push(self.fault(row, Column::Parent, code.as_str(), Fault::UnknownParent));
                }
                Above::Name(name) if now.name != *name => {
                    faults.push(self.fault(row, Column::Parent, name.as_str(), Fault::UnknownParent));
                }
                _ => {}
            }
        }
        faults
    }

    /// There is one root.
    fn roots(&self) -> Vec<RowError> {
        let first = self
            .absent()
            .find(|unit| unit.parent.is_none())
            .map(|unit| unit.name.as_str());
        let is_root = |&row: &usize| self.is_placed(row) && self.m.parent(self.m.who(row)).is_none();
        let mut roots = self.living().filter(is_root);
        let Some(first) = first.or_else(|| roots.next().map(|row| self.m.rows[row].name.as_str())) else {
            return Vec::new();
        };
        roots
            .map(|row| {
                self.fault(
                    row,
                    Column::Parent,
                    "",
                    Fault::SecondRoot {
                        first: first.to_owned(),
                    },
                )
            })
            .collect()
    }

    /// Brothers have different names.
    fn names(&self) -> Vec<RowError> {
        let mut faults = Vec::new();
        let mut taken: HashMap<(Option<Who>, &str), Option<usize>> = HashMap::new();
        for unit in self.absent() {
            taken.insert((unit.parent.map(Who::Unit), unit.name.as_str()), None);
        }
        for row in self.living().filter(|&row| self.is_placed(row)) {
            let name = self.m.rows[row].name.as_str();
            let key = (self.m.parent(self.m.who(row)), name);
            match taken.get(&key) {
                None => {
                    taken.insert(key, Some(self.m.rows[row].row));
                }
                Some(&Some(first)) => {
                    faults.push(self.fault(row, Column::Name, name, Fault::DuplicateName { first }));
                }
                Some(None) => faults.push(self.fault(row, Column::Name, name, Fault::NameTaken)),
            }
        }
        faults
    }

    /// A unit that moves does not come to lie beneath itself.
    fn circles(&self) -> Vec<RowError> {
        let mut faults = Vec::new();
        for (row, unit) in self.m.units.iter().enumerate() {
            let Some(unit) = *unit else { continue };
            let before = self.m.tree.parent(unit).map(|parent| Who::Unit(parent.id));
            if self.m.parent(Who::Unit(unit)) != before && self.comes_back(Who::Unit(unit)) {
                faults.push(cycle(&self.m.rows[row]));
            }
        }
        faults
    }

    fn comes_back(&self, unit: Who) -> bool {
        let mut seen = HashSet::new();
        let mut above = self.m.parent(unit);
        while let Some(one) = above.filter(|&one| seen.insert(one)) {
            if one == unit {
                return true;
            }
            above = self.m.parent(one);
        }
        false
    }

    /// What is closed has nothing living beneath it.
    fn closings(&self) -> Vec<RowError> {
        let over: HashMap<Who, usize> = (0..self.m.rows.len())
            .filter(|&row| is_over(&self.m.rows[row], self.today))
            .map(|row| (self.m.who(row), row))
            .collect();
        if over.is_empty() {
            return Vec::new();
        }
        let rows = self
            .living()
            .map(|row| (self.m.who(row), self.m.rows[row].name.as_str()));
        let others = self.absent().map(|unit| (Who::Unit(unit.id), unit.name.as_str()));
        let mut told = HashSet::new();
        let mut faults = Vec::new();
        for (who, name) in rows.chain(others) {
            let Some(&row) = self.m.parent(who).and_then(|parent| over.get(&parent)) else {
                continue;
            };
            if told.insert(row) {
                let day = self.m.rows[row]
                    .until
                    .map(|day| day.to_string())
                    .unwrap_or_default();
                let child = name.to_owned();
                faults.push(self.fault(row, Column::Until, &day, Fault::LivingChild { child }));
            }
        }
        faults
    }
}
