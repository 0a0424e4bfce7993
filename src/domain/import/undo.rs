//! Knows what undoing an import puts back, and when it is too late for that.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::domain::ids::UnitId;
use crate::domain::time::Timestamp;
use crate::domain::unit::{Change, Contacts, LineageError, TreeError, Unit, UnitTree, UnitVersion};

/// For how long an import can be undone.
pub const UNDO: TimeDelta = TimeDelta::days(1);

/// What an import did, as far as undoing it needs to know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trail {
    /// The versions that it ended.
    pub ended: Vec<UnitVersion>,
    /// The units that it began, or made stand otherwise.
    pub begun: Vec<UnitId>,
    /// The contacts that it gave or changed; those of new units go with them.
    pub reached: Vec<Reached>,
}

/// How a unit was reached before an import and after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    pub unit: UnitId,
    pub before: Contacts,
    pub after: Contacts,
}

/// Why an import cannot be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoUndo {
    #[error("it was undone before")]
    Undone,
    #[error("it was longer ago than a day")]
    TooLate,
    /// A new unit was asked for a report, or somebody works for it.
    #[error("unit {0} is in use")]
    InUse(UnitId),
    /// A unit stands otherwise than the import left it.
    #[error("unit {0} changed after it")]
    Changed(UnitId),
}

/// An import, as it stands now.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    pub at: Timestamp,
    pub is_undone: bool,
    pub trail: &'a Trail,
    /// Which of its new units were asked for a report, have a workstation or an account.
    pub in_use: &'a HashSet<UnitId>,
}

impl Trail {
    /// Gives the trail of a change of units, and of their contacts from what they were before.
    pub fn new(
        change: &Change,
        before: &HashMap<UnitId, Contacts>,
        after: &HashMap<UnitId, Contacts>,
    ) -> Self {
        let reached = after.iter().map(|(unit, after)| Reached {
            unit: *unit,
            before: before.get(unit).cloned().unwrap_or_default(),
            after: after.clone(),
        });
        let mut reached: Vec<Reached> = reached.collect();
        reached.sort_by_key(|one| one.unit);
        Self {
            ended: change.ended.clone(),
            begun: change.begun.iter().map(|version| version.unit).collect(),
            reached,
        }
    }

    /// Gives the units that came new.
    pub fn added(&self) -> Vec<UnitId> {
        let old: HashSet<UnitId> = self.ended.iter().map(|version| version.unit).collect();
        let new = self.begun.iter().filter(|unit| !old.contains(unit));
        new.copied().collect()
    }
}

/// Gives the versions and the contacts that undo an import.
///
/// Nothing is rewritten: new units end, and what was changed or closed begins anew as it was. Whatever happened to these
/// units since would be lost, so then nothing is undone.
///
/// # Errors
/// When it is too late, or the units do not stand as the import left them.
pub fn undo(
    past: Past<'_>,
    tree: &UnitTree,
    contacts: &HashMap<UnitId, Contacts>,
    now: Timestamp,
    reason: &str,
) -> Result<(Change, HashMap<UnitId, Contacts>), NoUndo> {
    if past.is_undone {
        return Err(NoUndo::Undone);
    }
    if now - past.at >= UNDO {
        return Err(NoUndo::TooLate);
    }
    let added = past.trail.added();
    if let Some(unit) = added.iter().find(|unit| past.in_use.contains(unit)) {
        return Err(NoUndo::InUse(*unit));
    }
    let none = Contacts::default();
    let moved = |one: &&Reached| contacts.get(&one.unit).unwrap_or(&none) != &one.after;
    if let Some(one) = past.trail.reached.iter().find(moved) {
        return Err(NoUndo::Changed(one.unit));
    }
    let change = put_back(past, &added, tree, now, reason)?;
    let before = past.trail.reached.iter();
    Ok((change, before.map(|one| (one.unit, one.before.clone())).collect()))
}

fn put_back(
    past: Past<'_>,
    added: &[UnitId],
    tree: &UnitTree,
    now: Timestamp,
    reason: &str,
) -> Result<Change, NoUndo> {
    let begun: HashSet<UnitId> = past.trail.begun.iter().copied().collect();
    let new: HashSet<UnitId> = added.iter().copied().collect();
    let left_so = |id: UnitId| tree.get(id).filter(|unit| unit.since == past.at);
    let mut change = Change::new(now);
    for &id in added {
        let unit = left_so(id).ok_or(NoUndo::Changed(id))?;
        // One that came beneath it later; one that the import moved there goes back by itself.
        let later = |child: &&Unit| !new.contains(&child.id) && !begun.contains(&child.id);
        if let Some(child) = tree.children(id).find(later) {
            return Err(NoUndo::Changed(child.id));
        }
        change.abolish(unit, reason);
    }
    for version in &past.trail.ended {
        let again = UnitVersion {
            from: now,
            until: None,
            ..version.clone()
        };
        match begun.contains(&version.unit) {
            true => {
                let unit = left_so(version.unit).ok_or(NoUndo::Changed(version.unit))?;
                change.replace(unit, again, reason);
            }
            false if tree.get(version.unit).is_some() => return Err(NoUndo::Changed(version.unit)),
            false => change.begun.push(again),
        }
    }
    change.sound(tree).map_err(|error| {
        NoUndo::Changed(match error {
            LineageError::SameName(unit) | LineageError::SameCode(unit) => unit,
            LineageError::Tree(TreeError::Orphan { unit, .. }) => unit,
            _ => added.first().copied().unwrap_or(UnitId(0)),
        })
    })
}
