//! Renames, merges, splits and abolishes units; the past stays where it was.

use std::collections::HashMap;

use serde_json::json;

use super::audit::who;
use super::import_units::save;
use super::{Error, Result, Service};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::address::Address;
use crate::domain::ids::UnitId;
use crate::domain::unit::{
    Change, Contacts, Decision, Heir, LineageError, NewUnit, Part, Unit, UnitName, UnitTree, abolish, merge,
    rename, split,
};

/// What is to become of units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Succession {
    /// Another name, and all else stays.
    Rename {
        /// The unit.
        unit: UnitId,
        /// Its name from now on.
        name: UnitName,
    },
    /// Several become one; their children go with them.
    Merge {
        /// The units that end.
        units: Vec<UnitId>,
        /// The one that takes over.
        into: Into,
    },
    /// New units split off one.
    Split {
        /// The unit.
        unit: UnitId,
        /// The names of the new units, and the children that go with each.
        parts: Vec<(UnitName, Vec<UnitId>)>,
        /// Whether the unit lives on beside them.
        survives: bool,
    },
    /// The unit ends, and nobody takes over.
    Abolish {
        /// The unit.
        unit: UnitId,
    },
}

/// Who takes over from merged units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Into {
    /// One that exists.
    Existing(UnitId),
    /// One that is founded for it, beside the first of them and of its kind, without a code.
    New(UnitName),
}

impl Service {
    /// Changes what units are from now on, with a reason; gives the units as they were before. Rounds that have
    /// opened keep what they ask of whom; new units owe from the next round and begin with their predecessors' contacts.
    ///
    /// # Errors
    /// When whoever asks may not, or the tree would not hold.
    pub async fn succeed_units(&self, actor: &Actor, wanted: &Succession, reason: &str) -> Result<UnitTree> {
        permit(actor, Deed::ImportUnits)?;
        let reason = super::excuse::reason_of(reason)?;
        let by = Decision {
            at: self.now(),
            reason: &reason,
        };
        let mut tx = self.store.begin().await?;
        // Two changes at once go one after the other, the second over what the first left.
        tx.hold_audit_head().await?;
        let before = UnitTree::new(tx.units().await?).map_err(Error::broken)?;
        let ids = tx.add_units(wanted.founded(), by.at).await?;
        let change = wanted.change(&before, &ids, by)?;
        save(&mut tx, &before, &change).await?;
        let contacts = tx.contacts(None).await?;
        let inherited = wanted.inherited(&ids, &contacts);
        if !inherited.is_empty() {
            tx.put_contacts(&inherited).await?;
        }
        let lineage: Vec<_> = change
            .lineage
            .iter()
            .map(|row| json!({ "kind": row.kind.code(), "from": row.predecessor, "to": row.successor }))
            .collect();
        let detail = json!({ "lineage": lineage, "reason": reason });
        self.audit(&mut tx, &who(actor), "succeed_units", "units", detail)
            .await?;
        tx.commit().await?;
        self.forget_tree();
        self.changed.notify_one();
        Ok(before)
    }
}

impl Succession {
    /// How many units are founded.
    fn founded(&self) -> usize {
        match self {
            Self::Merge {
                into: Into::New(_), ..
            } => 1,
            Self::Split { parts, .. } => parts.len(),
            _ => 0,
        }
    }

    fn change(&self, tree: &UnitTree, ids: &[UnitId], by: Decision<'_>) -> Result<Change, LineageError> {
        let found = |id: UnitId| tree.get(id).ok_or(LineageError::Unknown(id));
        match self {
            Self::Rename { unit, name } => rename(tree, *unit, name.clone(), by),
            Self::Abolish { unit } => abolish(tree, *unit, by),
            Self::Merge { units, into } => {
                let heir = match (into, units.first(), ids.first()) {
                    (Into::Existing(id), ..) => Heir::Existing(*id),
                    (Into::New(name), Some(first), Some(id)) => Heir::New(beside(found(*first)?, *id, name)),
                    (Into::New(_), ..) => return Err(LineageError::Unchanged),
                };
                merge(tree, units, &heir, by)
            }
            Self::Split {
                unit,
                parts,
                survives,
            } => {
                let whole = found(*unit)?;
                let part = |((name, takes), id): (&(UnitName, Vec<UnitId>), &UnitId)| Part {
                    unit: beside(whole, *id, name),
                    takes: takes.clone(),
                };
                let parts: Vec<Part> = parts.iter().zip(ids).map(part).collect();
                split(tree, *unit, &parts, *survives, by)
            }
        }
    }

    /// Gives the contacts that new units begin with, so that a silence of theirs finds somebody.
    fn inherited(&self, ids: &[UnitId], all: &HashMap<UnitId, Contacts>) -> HashMap<UnitId, Contacts> {
        let before: &[UnitId] = match self {
            Self::Merge {
                units,
                into: Into::New(_),
            } => units,
            Self::Split { unit, .. } => std::slice::from_ref(unit),
            _ => &[],
        };
        let joined = join(before.iter().filter_map(|id| all.get(id)));
        ids.iter().map(|id| (*id, joined.clone())).collect()
    }
}

/// A unit to be founded beside another.
fn beside(unit: &Unit, id: UnitId, name: &UnitName) -> NewUnit {
    NewUnit {
        id,
        parent: unit.parent,
        code: None,
        name: name.clone(),
        kind: unit.kind,
    }
}

/// Joins contacts: every address once, the first post and phone.
fn join<'a>(all: impl Iterator<Item = &'a Contacts>) -> Contacts {
    let add = |to: &mut Vec<Address>, from: &[Address]| {
        for address in from {
            if !to.contains(address) {
                to.push(address.clone());
            }
        }
    };
    let mut joined = Contacts::default();
    for one in all {
        joined.duty_post = joined.duty_post.or_else(|| one.duty_post.clone());
        joined.phone = joined.phone.or_else(|| one.phone.clone());
        add(&mut joined.reporter, &one.reporter);
        add(&mut joined.backup, &one.backup);
        add(&mut joined.head, &one.head);
    }
    joined
}
