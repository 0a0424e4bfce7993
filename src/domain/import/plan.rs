//! Knows what a table of units would change, and how the change is done.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::matching::{Matching, Who};
use super::{Column, RowError, UnitRow, sound};
use crate::domain::address::Address;
use crate::domain::ids::UnitId;
use crate::domain::time::BusinessDate;
use crate::domain::unit::{Code, Contacts, Unit, UnitKind, UnitName, UnitTree};

/// What a table would change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// New units, parents before children.
    pub added: Vec<Addition>,
    pub changed: Vec<Alteration>,
    /// Units that end, because their last day is over.
    pub closed: Vec<Closing>,
    pub unchanged: Vec<UnitId>,
    /// Units that the table does not name; they stay.
    pub absent: Vec<UnitId>,
    /// Rows of units that ended before.
    pub past: Vec<usize>,
    /// Rows whose day of ending is still to come; they are in use until the table is imported again after it.
    pub later: Vec<Later>,
}

/// Where a unit belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    Root,
    Unit(UnitId),
    /// The place of a new unit in [`Plan::added`].
    Added(usize),
}

/// A new unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addition {
    pub row: usize,
    pub home: Home,
    pub code: Option<Code>,
    pub name: UnitName,
    pub kind: UnitKind,
    pub contacts: Contacts,
}

/// A unit that will stand otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alteration {
    pub row: usize,
    pub unit: UnitId,
    pub home: Home,
    pub code: Option<Code>,
    pub name: UnitName,
    pub kind: UnitKind,
    pub contacts: Contacts,
    /// What is different, in the order of columns; never empty.
    pub fields: Vec<FieldChange>,
}

/// One difference, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    pub column: Column,
    pub before: String,
    pub after: String,
}

/// A unit that ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    pub row: usize,
    pub unit: UnitId,
    pub until: NaiveDate,
}

/// A row whose day of ending is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Later {
    pub row: usize,
    pub until: NaiveDate,
}

/// Plans what the rows of a table change; any fault anywhere, and nothing is planned.
///
/// A row is the unit of its code, else the unit of its name under the same parent. A unit ends on the day of
/// `active_until`, so one whose day is today or before is closed.
pub fn plan(
    rows: &[UnitRow],
    tree: &UnitTree,
    contacts: &HashMap<UnitId, Contacts>,
    today: BusinessDate,
) -> Result<Plan, Vec<RowError>> {
    let matching = Matching::new(rows, tree, today)?;
    sound::check(&matching, today)?;
    Ok(Planner {
        m: &matching,
        contacts,
        today,
        added: HashMap::new(),
    }
    .plan())
}

/// Tells whether the unit of a row has had its last day.
pub(super) fn is_over(row: &UnitRow, today: BusinessDate) -> bool {
    row.until.is_some_and(|until| until <= today)
}

struct Planner<'a> {
    m: &'a Matching<'a>,
    contacts: &'a HashMap<UnitId, Contacts>,
    today: BusinessDate,
    /// Rows beside their places in [`Plan::added`].
    added: HashMap<usize, usize>,
}

impl Planner<'_> {
    fn plan(mut self) -> Plan {
        let absent = self
            .m
            .tree
            .iter()
            .map(|unit| unit.id)
            .filter(|id| !self.m.row_of.contains_key(id))
            .collect();
        let mut plan = Plan {
            absent,
            ..Plan::default()
        };
        for &place in &self.m.order {
            let row = &self.m.rows[place];
            let unit = self.m.units[place].and_then(|id| self.m.tree.get(id));
            if let Some(until) = row.until {
                if until > self.today {
                    plan.later.push(Later { row: row.row, until });
                } else {
                    match unit {
                        Some(unit) => plan.closed.push(Closing {
                            row: row.row,
                            unit: unit.id,
                            until,
                        }),
                        None => plan.past.push(row.row),
                    }
                    continue;
                }
            }
            match unit {
                Some(unit) => self.compare(row, unit, &mut plan),
                None => self.add(place, row, &mut plan),
            }
        }
        plan.changed.sort_by_key(|one| one.row);
        plan.closed.sort_by_key(|one| one.row);
        plan.later.sort_by_key(|one| one.row);
        plan.past.sort_unstable();
        plan
    }

    fn add(&mut self, place: usize, row: &UnitRow, plan: &mut Plan) {
        // A row without a kind did not pass the check.
        let Some(kind) = row.kind_when_new() else { return };
        let home = self.home(Who::Row(place));
        self.added.insert(place, plan.added.len());
        plan.added.push(Addition {
            row: row.row,
            home,
            code: row.code.clone(),
            name: row.name.clone(),
            kind,
            contacts: row.reach.over(&Contacts::default()),
        });
    }

    fn home(&self, who: Who) -> Home {
        match self.m.parent(who) {
            None => Home::Root,
            Some(Who::Unit(unit)) => Home::Unit(unit),
            // Parents come before children, so the parent has its place.
            Some(Who::Row(row)) => self
                .added
                .get(&row)
                .map_or(Home::Root, |&place| Home::Added(place)),
        }
    }

    fn compare(&self, row: &UnitRow, unit: &Unit, plan: &mut Plan) {
        let none = Contacts::default();
        let before = self.contacts.get(&unit.id).unwrap_or(&none);
        let after = Alteration {
            row: row.row,
            unit: unit.id,
            home: self.home(Who::Unit(unit.id)),
            code: row.code.clone().or_else(|| unit.code.clone()),
            name: row.name.clone(),
            kind: row.kind.unwrap_or(unit.kind),
            contacts: row.reach.over(before),
            fields: Vec::new(),
        };
        let fields = self.differences(unit, before, &after);
        if fields.is_empty() {
            plan.unchanged.push(unit.id);
        } else {
            plan.changed.push(Alteration { fields, ..after });
        }
    }

    fn differences(&self, unit: &Unit, before: &Contacts, after: &Alteration) -> Vec<FieldChange> {
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let list = |all: &[Address]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
        let was = unit.parent.map_or(Home::Root, Home::Unit);
        let mut fields = Vec::new();
        let code = |code: &Option<Code>| text(code.as_ref().map(Code::as_str));
        if unit.code != after.code {
            fields.push(FieldChange {
                column: Column::Code,
                before: code(&unit.code),
                after: code(&after.code),
            });
        }
        if was != after.home {
            let (before, after) = (self.named(was), self.named(after.home));
            fields.push(FieldChange {
                column: Column::Parent,
                before,
                after,
            });
        }
        let mut note = |column, before: String, after: String| {
            if before != after {
                fields.push(FieldChange {
                    column,
                    before,
                    after,
                });
            }
        };
        note(Column::Name, unit.name.to_string(), after.name.to_string());
        note(Column::Kind, unit.kind.to_string(), after.kind.to_string());
        let contacts = &after.contacts;
        note(
            Column::DutyPost,
            text(before.duty_post.as_deref()),
            text(contacts.duty_post.as_deref()),
        );
        note(Column::Reporter, list(&before.reporter), list(&contacts.reporter));
        note(Column::Backup, list(&before.backup), list(&contacts.backup));
        note(Column::Head, list(&before.head), list(&contacts.head));
        note(
            Column::Phone,
            text(before.phone.as_deref()),
            text(contacts.phone.as_deref()),
        );
        fields
    }

    /// Names a home as people know it.
    fn named(&self, home: Home) -> String {
        match home {
            Home::Root => String::new(),
            Home::Unit(unit) => self
                .m
                .tree
                .label(unit)
                .map(|label| label.to_string())
                .unwrap_or_default(),
            Home::Added(place) => {
                let row = self
                    .added
                    .iter()
                    .find(|&(_, &added)| added == place)
                    .map(|(&row, _)| row);
                row.map(|row| self.m.rows[row].name.to_string())
                    .unwrap_or_default()
            }
        }
    }
}
