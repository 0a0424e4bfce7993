//! Knows the units of the simulated county as their table has them, and how the table changes on the way.

use std::collections::BTreeMap;

use crate::domain::access::{Actor, Grant, Identity, Role};
use crate::domain::ids::{AccountId, DeviceId, UnitId};
use crate::domain::import::{Above, Column, Record, read};
use crate::domain::time::Timestamp;
use crate::domain::unit::{UnitKind, UnitPath, UnitTree};

/// A unit of the table.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) code: String,
    /// Every name that it ever bore, the present one last.
    pub(super) names: Vec<String>,
    pub(super) above: Option<usize>,
    pub(super) kind: UnitKind,
    pub(super) reporter: Vec<String>,
    pub(super) backup: Vec<String>,
    pub(super) head: Vec<String>,
    pub(super) id: UnitId,
    pub(super) path: UnitPath,
    pub(super) since: Timestamp,
    pub(super) until: Option<Timestamp>,
}

impl Member {
    pub(super) fn is_there(&self, at: Timestamp) -> bool {
        self.since <= at && self.until.is_none_or(|until| at < until)
    }

    /// Gives the workstation of the unit.
    pub(super) fn device(&self) -> Actor {
        Actor::device(DeviceId(self.id.0), self.path.clone(), self.code.clone())
    }
}

/// All units that ever were, in the order of the table.
#[derive(Debug, Clone, Default)]
pub(super) struct Roster {
    pub(super) members: Vec<Member>,
    pub(super) records: Vec<Record>,
}

impl Roster {
    /// Reads a table; every unit needs a code.
    pub(super) fn read(records: Vec<Record>, at: Timestamp) -> Result<Self, String> {
        let mut roster = Self {
            members: Vec::new(),
            records,
        };
        roster.take_in(at)?;
        match roster.members.is_empty() {
            true => Err("the table of units is empty".to_owned()),
            false => Ok(roster),
        }
    }

    /// Reads the table again after it changed.
    pub(super) fn take_in(&mut self, at: Timestamp) -> Result<(), String> {
        let rows = read(&self.records).map_err(|faults| {
            let words: Vec<String> = faults.iter().map(|fault| format!("{fault:?}")).collect();
            words.join("; ")
        })?;
        let mut places: BTreeMap<String, usize> = self
            .members
            .iter()
            .enumerate()
            .map(|(place, m)| (m.code.clone(), place))
            .collect();
        for row in rows {
            let code = row.code.as_ref().map(|code| code.as_str().to_owned());
            let Some(code) = code else {
                return Err(format!(
                    "the unit {} has no code; a simulation needs one",
                    row.name
                ));
            };
            let addresses = |list: &Option<Vec<crate::domain::address::Address>>| {
                list.iter()
                    .flatten()
                    .map(|a| a.as_str().to_owned())
                    .collect::<Vec<_>>()
            };
            let above = match &row.above {
                Above::Code(code) => places.get(code.as_str()).copied(),
                _ => None,
            };
            let name = row.name.as_str().to_owned();
            let over = row.until.is_some();
            if let Some(known) = places
                .get(&code)
                .copied()
                .and_then(|place| self.members.get_mut(place))
            {
                if known.names.last() != Some(&name) {
                    known.names.push(name);
                }
                if over && known.until.is_none() {
                    known.until = Some(at);
                }
                continue;
            }
            places.insert(code.clone(), self.members.len());
            self.members.push(Member {
                code,
                names: vec![name],
                above,
                kind: row.kind_when_new().unwrap_or(UnitKind::Village),
                reporter: addresses(&row.reach.reporter),
                backup: addresses(&row.reach.backup),
                head: addresses(&row.reach.head),
                id: UnitId(0),
                path: UnitPath::root(UnitId(0)),
                since: at,
                until: None,
            });
        }
        Ok(())
    }

    /// Learns the ids that the service gave.
    pub(super) fn learn(&mut self, tree: &UnitTree) {
        let by_code: BTreeMap<&str, _> = tree
            .iter()
            .filter_map(|unit| Some((unit.code.as_ref()?.as_str(), unit)))
            .collect();
        for member in &mut self.members {
            if let Some(unit) = by_code.get(member.code.as_str()) {
                (member.id, member.path) = (unit.id, unit.path.clone());
            }
        }
    }

    /// Gives the units above one, the nearest first.
    pub(super) fn above(&self, place: usize) -> Vec<usize> {
        let mut above = Vec::new();
        let mut next = self.members.get(place).and_then(|m| m.above);
        while let Some(place) = next.filter(|place| !above.contains(place)) {
            above.push(place);
            next = self.members.get(place).and_then(|m| m.above);
        }
        above
    }

    /// Gives the person at the duty office.
    pub(super) fn officer(&self, account: AccountId) -> Actor {
        let root = self.members.iter().find(|m| m.above.is_none());
        let grant = root.and_then(|root| Grant::new(Role::DutyOfficer, Some(root.path.clone())).ok());
        Actor {
            identity: Identity::Account(account),
            grants: grant.into_iter().collect(),
            label: "duty officer".to_owned(),
        }
    }

    /// Gives somebody who reports for a unit and, by proxy, for those below it.
    pub(super) fn clerk(&self, place: usize, account: AccountId) -> Option<Actor> {
        let path = self.members.get(place)?.path.clone();
        Some(Actor {
            identity: Identity::Account(account),
            grants: Grant::new(Role::Reporter, Some(path)).into_iter().collect(),
            label: "township".to_owned(),
        })
    }

    /// Finds a unit by the names in a letter.
    pub(super) fn find(&self, above: &str, name: &str) -> Option<usize> {
        let is = |member: &Member, name: &str| member.names.iter().any(|known| known == name);
        self.members.iter().position(|member| {
            let parent = member.above.and_then(|place| self.members.get(place));
            is(member, name) && parent.is_none_or(|parent| is(parent, above))
        })
    }

    /// Gives the label of a unit.
    pub(super) fn label(&self, place: usize) -> String {
        let name = |place: usize| {
            let member = self.members.get(place);
            member.and_then(|m| m.names.last()).cloned().unwrap_or_default()
        };
        match self.members.get(place).and_then(|m| m.above) {
            Some(above) => format!("{} · {}", name(above), name(place)),
            None => name(place),
        }
    }

    fn column(&self, wanted: Column) -> Option<usize> {
        let headings = &self.records.first()?.cells;
        headings
            .iter()
            .position(|heading| Column::find(heading) == Some(wanted))
    }

    fn row_of(&self, place: usize) -> Option<usize> {
        let (code, column) = (&self.members.get(place)?.code, self.column(Column::Code)?);
        self.records
            .iter()
            .position(|record| record.cells.get(column).is_some_and(|cell| cell.trim() == code))
    }

    fn write(&mut self, row: usize, column: Column, text: &str) {
        let Some(column) = self.column(column) else { return };
        if let Some(record) = self.records.get_mut(row) {
            record
                .cells
                .resize(record.cells.len().max(column + 1), String::new());
            if let Some(cell) = record.cells.get_mut(column) {
                text.clone_into(cell);
            }
        }
    }

    /// Writes another name for a unit into the table.
    pub(super) fn rename(&mut self, place: usize, name: &str) {
        if let Some(row) = self.row_of(place) {
            self.write(row, Column::Name, name);
        }
    }

    /// Writes into the table that a unit has ended.
    pub(super) fn close(&mut self, place: usize, day: &str) -> bool {
        match (self.row_of(place), self.column(Column::Until)) {
            (Some(row), Some(_)) => {
                self.write(row, Column::Until, day);
                true
            }
            _ => false,
        }
    }

    /// Writes a new unit into the table, a sister of another.
    pub(super) fn add_sister(&mut self, place: usize, code: &str) {
        let Some(row) = self.row_of(place) else { return };
        let Some(mut record) = self.records.get(row).cloned() else {
            return;
        };
        record.row = self.records.len() + 1;
        self.records.push(record);
        let row = self.records.len() - 1;
        self.write(row, Column::Code, code);
        self.write(row, Column::Name, code);
        for (column, role) in [
            (Column::Reporter, "r"),
            (Column::Backup, "b"),
            (Column::Head, "h"),
        ] {
            self.write(row, column, &format!("{role}{code}@new.example"));
        }
    }
}
