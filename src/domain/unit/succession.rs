//! Knows what may become of a unit: a new name, a merger, a split, its end.

use super::lineage::{Change, Decision, LineageError, LineageKind, NewUnit, Revision, UnitVersion};
use super::{Unit, UnitName, UnitTree};
use crate::domain::ids::UnitId;

/// Who takes over from merged units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heir {
    Existing(UnitId),
    New(NewUnit),
}

/// A new unit that splits off, with the children that go with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub unit: NewUnit,
    pub takes: Vec<UnitId>,
}

fn start(decision: Decision<'_>) -> Result<Change, LineageError> {
    if decision.reason.trim().is_empty() {
        Err(LineageError::NoReason)
    } else {
        Ok(Change::new(decision.at))
    }
}

fn known(tree: &UnitTree, id: UnitId) -> Result<&Unit, LineageError> {
    tree.get(id).ok_or(LineageError::Unknown(id))
}

fn fresh(tree: &UnitTree, id: UnitId) -> Result<(), LineageError> {
    if tree.get(id).is_some() {
        Err(LineageError::Taken(id))
    } else {
        Ok(())
    }
}

/// Gives a unit another name, and all else stays.
pub fn rename(tree: &UnitTree, id: UnitId, name: UnitName, by: Decision<'_>) -> Result<Change, LineageError> {
    let unit = known(tree, id)?;
    let to = Revision {
        parent: unit.parent,
        code: unit.code.clone(),
        name,
        kind: unit.kind,
    };
    revise(tree, id, to, by)
}

/// Gives a unit another name, code, kind or place.
pub fn revise(tree: &UnitTree, id: UnitId, to: Revision, by: Decision<'_>) -> Result<Change, LineageError> {
    let mut change = start(by)?;
    let unit = known(tree, id)?;
    let Revision {
        parent,
        code,
        name,
        kind,
    } = to;
    let to = UnitVersion {
        unit: id,
        from: by.at,
        until: None,
        parent,
        code,
        name,
        kind,
    };
    if (UnitVersion {
        from: unit.since,
        ..to.clone()
    }) == UnitVersion::from(unit)
    {
        return Err(LineageError::Unchanged);
    }
    change.replace(unit, to, by.reason);
    change.sound(tree)
}

/// Merges units into one that exists or is founded for it; their children go with them.
pub fn merge(
    tree: &UnitTree,
    merged: &[UnitId],
    heir: &Heir,
    by: Decision<'_>,
) -> Result<Change, LineageError> {
    let mut change = start(by)?;
    if merged.is_empty() {
        return Err(LineageError::Unchanged);
    }
    let successor = match heir {
        Heir::Existing(id) => known(tree, *id)?.id,
        Heir::New(unit) => {
            fresh(tree, unit.id)?;
            change.begun.push(unit.begin(by.at));
            unit.id
        }
    };
    for (place, &id) in merged.iter().enumerate() {
        if id == successor {
            return Err(LineageError::Itself(id));
        }
        if merged[..place].contains(&id) {
            return Err(LineageError::Twice(id));
        }
        change.end(known(tree, id)?);
        change.descend(LineageKind::Merge, id, Some(successor), by.reason);
        let children = tree.children(id).filter(|child| !merged.contains(&child.id));
        children.for_each(|child| change.move_under(child, successor));
    }
    change.sound(tree)
}

/// Splits new units off one, which lives on (`survives`) or ends.
pub fn split(
    tree: &UnitTree,
    id: UnitId,
    parts: &[Part],
    survives: bool,
    by: Decision<'_>,
) -> Result<Change, LineageError> {
    let mut change = start(by)?;
    let unit = known(tree, id)?;
    if parts.len() + usize::from(survives) < 2 {
        return Err(LineageError::Unchanged);
    }
    for part in parts {
        fresh(tree, part.unit.id)?;
        change.begun.push(part.unit.begin(by.at));
        change.descend(LineageKind::Split, id, Some(part.unit.id), by.reason);
        for &child in &part.takes {
            let below = known(tree, child)?;
            if below.parent != Some(id) {
                return Err(LineageError::NotChild { unit: id, child });
            }
            change.move_under(below, part.unit.id);
        }
    }
    if !survives {
        let taken: usize = parts.iter().map(|part| part.takes.len()).sum();
        match tree.children(id).count().saturating_sub(taken) {
            0 => change.end(unit),
            children => return Err(LineageError::Living { unit: id, children }),
        }
    }
    change.sound(tree)
}

/// Ends a unit that has nothing beneath it.
pub fn abolish(tree: &UnitTree, id: UnitId, by: Decision<'_>) -> Result<Change, LineageError> {
    let mut change = start(by)?;
    let unit = known(tree, id)?;
    match tree.children(id).count() {
        0 => change.abolish(unit, by.reason),
        children => return Err(LineageError::Living { unit: id, children }),
    }
    change.sound(tree)
}

#[cfg(test)]
mod tests;
