//! Knows that an undone import leaves everything as it was, and that what happened since is never undone with it.

use std::collections::HashSet;

use chrono::TimeDelta;

use super::*;
use crate::domain::unit::{Decision, UnitName, rename};

/// An import that was done to a world.
pub(super) struct Done {
    at: Timestamp,
    trail: Trail,
}

impl World {
    pub(super) fn keeping(&mut self, records: &[Record]) -> Option<Done> {
        let plan = self.plan(records).ok().filter(|plan| !plan.is_empty())?;
        let ids: Vec<UnitId> = plan.added.iter().map(|_| self.id()).collect();
        let at = at(self.next + 1_000);
        let change = plan.change(&self.tree, &ids, at, "导入").unwrap();
        let after = plan.contacts(&ids);
        let trail = Trail::new(&change, &self.contacts, &after);
        self.tree = change.apply(&self.tree).unwrap();
        self.contacts.extend(after);
        Some(Done { at, trail })
    }

    pub(super) fn undo(&mut self, done: &Done, later: TimeDelta, in_use: &[UnitId]) -> Result<(), NoUndo> {
        let past = Past {
            at: done.at,
            is_undone: false,
            trail: &done.trail,
            in_use: &in_use.iter().copied().collect::<HashSet<_>>(),
        };
        let (change, contacts) = undo(past, &self.tree, &self.contacts, done.at + later, "撤销")?;
        self.tree = change.apply(&self.tree).unwrap();
        self.contacts.extend(contacts);
        Ok(())
    }

    /// Gives all that can be seen of it: units with their parents, and who is reached how.
    pub(super) fn seen(&self) -> Vec<String> {
        let none = Contacts::default();
        let line = |unit: &crate::domain::unit::Unit| {
            let reach = self.contacts.get(&unit.id).unwrap_or(&none);
            format!(
                "{} {:?} {:?} {} {} {reach:?}",
                unit.id, unit.parent, unit.code, unit.name, unit.kind
            )
        };
        self.tree.iter().map(line).collect()
    }
}

const MORE: &str = "
    编码 | 上级编码 | 名称 | 类别 | 停用日期 | 报送邮箱
    361128101201 | 361128101 | 新朱家村 | 村 | | new@village.example
    361128101299 | 361128101 | 后来村 | 村 | |
    361128102201 | 361128102 | 朱家村 | 村 | 2026-05-01 |
";

fn soon() -> TimeDelta {
    TimeDelta::hours(1)
}

#[test]
fn an_undone_import_leaves_units_and_contacts_as_they_were() {
    let mut world = World::of(COUNTY);
    let before = world.seen();
    let done = world.keeping(&table(MORE)).unwrap();
    assert_ne!(world.seen(), before);
    let day = UNDO - TimeDelta::milliseconds(1);
    let kept = serde_json::to_string(&done.trail).unwrap();
    assert_eq!(serde_json::from_str::<Trail>(&kept).unwrap(), done.trail);
    world.undo(&done, day, &[]).unwrap();
    assert_eq!(world.seen(), before);
    // The same table can be imported again.
    assert!(world.keeping(&table(MORE)).is_some());
}

#[test]
fn an_import_is_undone_once_and_within_a_day() {
    let mut world = World::of(COUNTY);
    let done = world.keeping(&table(MORE)).unwrap();
    assert_eq!(world.undo(&done, UNDO, &[]), Err(NoUndo::TooLate));
    let none = HashSet::new();
    let past = Past {
        at: done.at,
        is_undone: true,
        trail: &done.trail,
        in_use: &none,
    };
    let twice = undo(past, &world.tree, &world.contacts, done.at, "撤销");
    assert_eq!(twice.unwrap_err(), NoUndo::Undone);
}

#[test]
fn what_happened_since_is_not_undone_with_it() {
    let mut world = World::of(COUNTY);
    let done = world.keeping(&table(MORE)).unwrap();
    let [new] = done.trail.added()[..] else {
        panic!("one is new")
    };
    assert_eq!(world.clone().undo(&done, soon(), &[new]), Err(NoUndo::InUse(new)));
    let by = Decision {
        at: done.at + soon(),
        reason: "更名",
    };
    let mut renamed = world.clone();
    let name = UnitName::parse("又改名村").unwrap();
    renamed.tree = rename(&world.tree, new, name, by)
        .unwrap()
        .apply(&world.tree)
        .unwrap();
    assert_eq!(renamed.undo(&done, soon(), &[]), Err(NoUndo::Changed(new)));
    let old = done.trail.ended[1].unit;
    let mut reached = world.clone();
    reached.contacts.insert(old, Contacts::default());
    assert_eq!(reached.undo(&done, soon(), &[]), Err(NoUndo::Changed(old)));
    // Others do not matter.
    world.contacts.insert(
        UnitId(1),
        Contacts {
            phone: Some("0793-1".into()),
            ..Contacts::default()
        },
    );
    world.undo(&done, soon(), &[]).unwrap();
}

#[test]
fn an_import_is_not_undone_from_under_what_came_later() {
    let mut world = World::of(COUNTY);
    let text = "编码|上级编码|名称|类别\n361128109|361128|后来镇|乡镇\n";
    let first = world.keeping(&table(text)).unwrap();
    let text = "编码|上级编码|名称|类别\n361128109201|361128109|后来村|村\n";
    let second = world.keeping(&table(text)).unwrap();
    let below = second.trail.added()[0];
    assert_eq!(world.undo(&first, soon(), &[]), Err(NoUndo::Changed(below)));
    world.undo(&second, soon(), &[]).unwrap();
    world.undo(&first, soon(), &[]).unwrap();
}
