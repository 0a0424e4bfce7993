//! Knows which row of a table is which unit: by code first, else by name under the same parent.

use std::collections::HashMap;

use super::fault::gathered;
use super::plan::is_over;
use super::{Above, Column, Fault, RowError, UnitRow};
use crate::domain::ids::UnitId;
use crate::domain::time::BusinessDate;
use crate::domain::unit::{UnitKind, UnitTree};

/// Where a row puts its unit, as far as the row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Unsaid,
    Root,
    Under(Who),
}

/// A unit of the tree, or one that a row would found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Who {
    Unit(UnitId),
    Row(usize),
}

/// Rows beside the units that they speak of.
#[derive(Debug)]
pub(super) struct Matching<'a> {
    pub(super) rows: &'a [UnitRow],
    pub(super) tree: &'a UnitTree,
    /// Rows in an order that puts parents before children.
    pub(super) order: Vec<usize>,
    pub(super) units: Vec<Option<UnitId>>,
    pub(super) places: Vec<Place>,
    pub(super) row_of: HashMap<UnitId, usize>,
}

impl<'a> Matching<'a> {
    pub(super) fn new(
        rows: &'a [UnitRow],
        tree: &'a UnitTree,
        today: BusinessDate,
    ) -> Result<Self, Vec<RowError>> {
        let mut faults = Vec::new();
        let places = Book::new(rows, tree).places(today, &mut faults);
        let order = order(rows, &places, &mut faults);
        let units = vec![None; rows.len()];
        let blank = Self {
            rows,
            tree,
            order,
            units,
            places,
            row_of: HashMap::new(),
        };
        let mut matching = gathered(blank, faults)?;
        matching.by_code();
        matching.by_name(today);
        Ok(matching)
    }

    fn by_code(&mut self) {
        let known: HashMap<_, _> = self
            .tree
            .iter()
            .filter_map(|unit| Some((unit.code.as_ref()?, unit.id)))
            .collect();
        for (row, found) in self.rows.iter().enumerate() {
            if let Some(&unit) = found.code.as_ref().and_then(|code| known.get(code)) {
                self.claim(row, unit);
            }
        }
    }

    /// Gives rows without a known code the units of their names; rows of ended units take what is left.
    fn by_name(&mut self, today: BusinessDate) {
        let known: HashMap<_, _> = self
            .tree
            .iter()
            .map(|unit| ((unit.parent, unit.name.as_str()), unit.id))
            .collect();
        let (over, living): (Vec<_>, Vec<_>) = self
            .order
            .iter()
            .copied()
            .partition(|&row| is_over(&self.rows[row], today));
        for row in living.into_iter().chain(over) {
            let parent = match self.place(row) {
                Place::Root => None,
                Place::Under(Who::Unit(parent)) => Some(parent),
                Place::Under(Who::Row(_)) | Place::Unsaid => continue,
            };
            let said = &self.rows[row];
            // Another code under the same name is a new code of a living unit, but the old one of an ended unit.
            if self.units[row].is_some() || (said.code.is_some() && is_over(said, today)) {
                continue;
            }
            let found = known.get(&(parent, said.name.as_str()));
            if let Some(&unit) = found
                && !self.row_of.contains_key(&unit)
            {
                self.claim(row, unit);
            }
        }
    }

    fn claim(&mut self, row: usize, unit: UnitId) {
        self.units[row] = Some(unit);
        self.row_of.insert(unit, row);
    }

    /// Tells whom a row speaks of.
    pub(super) fn who(&self, row: usize) -> Who {
        self.units[row].map_or(Who::Row(row), Who::Unit)
    }

    /// Tells where a row puts its unit; a row that is a unit of the tree stands as that unit.
    fn place(&self, row: usize) -> Place {
        match self.places[row] {
            Place::Under(Who::Row(above)) => Place::Under(self.who(above)),
            place => place,
        }
    }

    /// Gives the parent that a unit will have; `None` for a root.
    pub(super) fn parent(&self, who: Who) -> Option<Who> {
        let row = match who {
            Who::Row(row) => Some(row),
            Who::Unit(unit) => self.row_of.get(&unit).copied(),
        };
        let said = row.map_or(Place::Unsaid, |row| self.place(row));
        match (said, who) {
            (Place::Under(above), _) => Some(above),
            (Place::Unsaid, Who::Unit(unit)) => self.tree.get(unit)?.parent.map(Who::Unit),
            (Place::Unsaid, Who::Row(_)) | (Place::Root, _) => None,
        }
    }
}

/// Finds parents among the rows first, then among the units.
struct Book<'a> {
    rows: &'a [UnitRow],
    codes: HashMap<&'a str, Who>,
    names: HashMap<&'a str, Vec<Who>>,
    nation: Option<Who>,
}

impl<'a> Book<'a> {
    fn new(rows: &'a [UnitRow], tree: &'a UnitTree) -> Self {
        let mut book = Self {
            rows,
            codes: HashMap::new(),
            names: HashMap::new(),
            nation: None,
        };
        for unit in tree {
            let who = Who::Unit(unit.id);
            book.enter(unit.code.as_ref().map(|code| code.as_str()), Some(unit.kind), who);
        }
        for (place, row) in rows.iter().enumerate() {
            book.enter(
                row.code.as_ref().map(|code| code.as_str()),
                row.kind,
                Who::Row(place),
            );
        }
        if rows.iter().any(|row| matches!(row.above, Above::Name(_))) {
            book.enter_names(tree);
        }
        book
    }

    fn enter(&mut self, code: Option<&'a str>, kind: Option<UnitKind>, who: Who) {
        if let Some(code) = code {
            self.codes.insert(code, who);
        }
        if kind == Some(UnitKind::Nation) {
            self.nation = Some(who);
        }
    }

    fn enter_names(&mut self, tree: &'a UnitTree) {
        for (place, row) in self.rows.iter().enumerate() {
            self.names
                .entry(row.name.as_str())
                .or_default()
                .push(Who::Row(place));
        }
        let mut others: HashMap<&str, Vec<Who>> = HashMap::new();
        for unit in tree
            .iter()
            .filter(|unit| !self.names.contains_key(unit.name.as_str()))
        {
            others
                .entry(unit.name.as_str())
                .or_default()
                .push(Who::Unit(unit.id));
        }
        self.names.extend(others);
    }

    fn places(&self, today: BusinessDate, faults: &mut Vec<RowError>) -> Vec<Place> {
        let place = |row: &UnitRow| match self.place(row) {
            Ok(place) => place,
            // The parent of an ended unit may have ended long ago.
            Err(_) if is_over(row, today) => Place::Unsaid,
            Err((value, fault)) => {
                faults.push(RowError::cell(row.row, Column::Parent, value, fault));
                Place::Unsaid
            }
        };
        self.rows.iter().map(place).collect()
    }

    fn place<'b>(&self, row: &'b UnitRow) -> Result<Place, (&'b str, Fault)> {
        let found = match &row.above {
            Above::Unsaid => return Ok(Place::Unsaid),
            Above::Root => return Ok(Place::Root),
            Above::Nation => self.nation.ok_or(("0", Fault::UnknownParent)),
            Above::Code(code) => self
                .codes
                .get(code.as_str())
                .copied()
                .ok_or((code.as_str(), Fault::UnknownParent)),
            Above::Name(name) => match self.names.get(name.as_str()).map(Vec::as_slice) {
                Some([one]) => Ok(*one),
                Some(_) => Err((name.as_str(), Fault::AmbiguousParent)),
                None => Err((name.as_str(), Fault::UnknownParent)),
            },
        };
        found.map(Place::Under)
    }
}

/// Orders rows with parents before children, and names the rows that run in a circle.
fn order(rows: &[UnitRow], places: &[Place], faults: &mut Vec<RowError>) -> Vec<usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        Never,
        OnThisWalk,
        Done,
    }
    let mut seen = vec![Seen::Never; rows.len()];
    let mut order = Vec::with_capacity(rows.len());
    for start in 0..rows.len() {
        let mut walk = Vec::new();
        let mut here = Some(start);
        while let Some(row) = here.filter(|&row| seen[row] == Seen::Never) {
            seen[row] = Seen::OnThisWalk;
            walk.push(row);
            here = match places[row] {
                Place::Under(Who::Row(above)) => Some(above),
                _ => None,
            };
        }
        if let Some(head) = here.filter(|&row| seen[row] == Seen::OnThisWalk) {
            let circle = walk.iter().skip_while(|&&row| row != head);
            faults.extend(circle.map(|&row| cycle(&rows[row])));
        }
        for row in walk.into_iter().rev() {
            seen[row] = Seen::Done;
            order.push(row);
        }
    }
    order
}

/// Says that a row would lie beneath itself.
pub(super) fn cycle(row: &UnitRow) -> RowError {
    let value = match &row.above {
        Above::Code(code) => code.as_str(),
        Above::Name(name) => name.as_str(),
        Above::Nation | Above::Root | Above::Unsaid => "",
    };
    RowError::cell(row.row, Column::Parent, value, Fault::ParentCycle)
}
