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
    /// Empty if it has none.
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

/// Gives what tells a unit of the table from all others: its code, or its name under the unit above.
fn key(code: &str, above: Option<usize>, name: &str) -> String {
    match code.is_empty() {
        true => format!("{above:?} {name}"),
        false => code.to_owned(),
    }
}

impl Member {
    fn key(&self) -> String {
        key(
            &self.code,
            self.above,
            self.names.last().map_or("", String::as_str),
        )
    }

    pub(super) fn is_there(&self, at: Timestamp) -> bool {
        self.since <= at && self.until.is_none_or(|until| at < until)
    }

    /// Gives the workstation of the unit.
    pub(super) fn device(&self) -> Actor {
        Actor::device(DeviceId(self.id.0), [self.path.clone()], self.code.clone())
    }
}

/// All units that ever were, in the order of the table.
#[derive(Debug, Clone, Default)]
pub(super) struct Roster {
    pub(super) members: Vec<Member>,
    pub(super) records: Vec<Record>,
    /// The places of the units that bear or bore a name.
    named: BTreeMap<String, Vec<usize>>,
}

impl Roster {
    /// Reads a table.
    pub(super) fn read(records: Vec<Record>, at: Timestamp) -> Result<Self, String> {
        let mut roster = Self {
            members: Vec::new(),
            records,
            named: BTreeMap::new(),
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
            .map(|(place, m)| (m.key(), place))
            .collect();
        for row in rows {
            let code = row.code.as_ref().map(|code| code.as_str().to_owned());
            let code = code.unwrap_or_default();
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
            let key = key(&code, above, &name);
            if let Some(known) = places
                .get(&key)
                .copied()
                .and_then(|place| self.members.get_mut(place))
            {
                if known.names.last() != Some(&name) {
                    known.names.push(name.clone());
                    self.named.entry(name).or_default().extend(places.get(&key));
                }
                if over && known.until.is_none() {
                    known.until = Some(at);
                }
                continue;
            }
            places.insert(key, self.members.len());
            self.named
                .entry(name.clone())
                .or_default()
                .push(self.members.len());
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
        let above: Vec<UnitId> = self.members.iter().map(|m| m.id).collect();
        for member in &mut self.members {
            let parent = member.above.and_then(|place| above.get(place)).copied();
            let found = match member.code.is_empty() {
                false => by_code.get(member.code.as_str()).copied(),
                true => tree.iter().find(|unit| {
                    unit.parent == parent
                        && Some(unit.name.as_str()) == member.names.last().map(String::as_str)
                }),
            };
            if let Some(unit) = found {
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
        self.named.get(name)?.iter().copied().find(|place| {
            let parent = self.members[*place]
                .above
                .and_then(|place| self.members.get(place));
            parent.is_none_or(|parent| is(parent, above))
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

    /// Gives the unit after one, of its kind and under the same unit above, if both are there.
    pub(super) fn sister(&self, place: usize, at: Timestamp) -> Option<usize> {
        let one = self.members.get(place).filter(|m| m.is_there(at))?;
        let is_sister = |m: &Member| m.above == one.above && m.kind == one.kind && m.is_there(at);
        let after = self.members.iter().enumerate().skip(place + 1);
        after.filter(|(_, m)| is_sister(m)).map(|(place, _)| place).next()
    }

    /// Ends a unit, and takes it off the table.
    pub(super) fn end(&mut self, place: usize, at: Timestamp) {
        if let Some(row) = self.row_of(place) {
            self.records.remove(row);
        }
        if let Some(member) = self.members.get_mut(place) {
            member.until = Some(at);
        }
    }

    /// Founds a unit without a code, which begins with the addresses of those that it follows.
    pub(super) fn found(&mut self, name: &str, of: (usize, usize), at: Timestamp) {
        let (Some(one), Some(other)) = (self.members.get(of.0), self.members.get(of.1)) else {
            return;
        };
        let join = |one: &[String], other: &[String]| {
            let more = other.iter().filter(|address| !one.contains(address));
            one.iter().chain(more).cloned().collect()
        };
        let founded = Member {
            code: String::new(),
            names: vec![name.to_owned()],
            reporter: join(&one.reporter, &other.reporter),
            backup: join(&one.backup, &other.backup),
            head: join(&one.head, &other.head),
            since: at,
            until: None,
            ..one.clone()
        };
        self.named
            .entry(name.to_owned())
            .or_default()
            .push(self.members.len());
        self.members.push(founded);
    }

    fn column(&self, wanted: Column) -> Option<usize> {
        let headings = &self.records.first()?.cells;
        headings
            .iter()
            .position(|heading| Column::find(heading) == Some(wanted))
    }

    fn row_of(&self, place: usize) -> Option<usize> {
        let (code, name) = (self.column(Column::Code)?, self.column(Column::Name)?);
        let member = self.members.get(place)?;
        let cell =
            |record: &Record, column: usize| record.cells.get(column).map(|cell| cell.trim().to_owned());
        self.records.iter().position(|record| {
            let is_it = cell(record, code).as_ref() == Some(&member.code);
            is_it && (!member.code.is_empty() || cell(record, name).as_ref() == member.names.last())
        })
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

    /// Writes another name for a unit into the table; one without a code is known by its name alone.
    pub(super) fn rename(&mut self, place: usize, name: &str) {
        let has_code = self.members.get(place).is_some_and(|m| !m.code.is_empty());
        if let Some(row) = self.row_of(place).filter(|_| has_code) {
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
        // The village that it is drawn after may be over.
        self.write(row, Column::Until, "");
        for (column, role) in [
            (Column::Reporter, "r"),
            (Column::Backup, "b"),
            (Column::Head, "h"),
        ] {
            self.write(row, column, &format!("{role}{code}@new.example"));
        }
    }
}
