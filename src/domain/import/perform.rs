//! Knows the versions, lineage and contacts that a plan leaves.

use std::collections::HashMap;

use super::{Addition, Alteration, Home, Plan};
use crate::domain::ids::UnitId;
use crate::domain::time::Timestamp;
use crate::domain::unit::{Change, Contacts, UnitTree, UnitVersion};

/// The units are not those for which the plan was made, or the ids are not as many as the new units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the units changed after the plan was made; make it again")]
pub struct Stale;

impl Plan {
    /// Tells whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.closed.is_empty()
    }

    /// Gives the versions and the lineage to write; `ids` are those of the new units, in the order of `added`.
    pub fn change(
        &self,
        tree: &UnitTree,
        ids: &[UnitId],
        at: Timestamp,
        reason: &str,
    ) -> Result<Change, Stale> {
        if ids.len() != self.added.len() {
            return Err(Stale);
        }
        let mut change = Change::new(at);
        for closing in &self.closed {
            change.abolish(tree.get(closing.unit).ok_or(Stale)?, reason);
        }
        for one in self.changed.iter().filter(|one| one.is_a_new_version()) {
            let unit = tree.get(one.unit).ok_or(Stale)?;
            change.replace(unit, one.version(ids, at)?, reason);
        }
        for (one, &id) in self.added.iter().zip(ids) {
            change.begun.push(one.version(id, ids, at)?);
        }
        Ok(change)
    }

    /// Gives the contacts to write: of new units, and of those whose contacts changed.
    pub fn contacts(&self, ids: &[UnitId]) -> HashMap<UnitId, Contacts> {
        let added = self
            .added
            .iter()
            .zip(ids)
            .map(|(one, &id)| (id, one.contacts.clone()));
        let changed = self
            .changed
            .iter()
            .filter(|one| one.fields.iter().any(|field| field.column.is_contact()));
        added
            .chain(changed.map(|one| (one.unit, one.contacts.clone())))
            .collect()
    }
}

impl Home {
    fn parent(self, ids: &[UnitId]) -> Result<Option<UnitId>, Stale> {
        match self {
            Self::Root => Ok(None),
            Self::Unit(unit) => Ok(Some(unit)),
            Self::Added(place) => ids.get(place).map(|&id| Some(id)).ok_or(Stale),
        }
    }
}

impl Addition {
    fn version(&self, unit: UnitId, ids: &[UnitId], from: Timestamp) -> Result<UnitVersion, Stale> {
        let parent = self.home.parent(ids)?;
        let Self { code, name, kind, .. } = self.clone();
        Ok(UnitVersion {
            unit,
            from,
            until: None,
            parent,
            code,
            name,
            kind,
        })
    }
}

impl Alteration {
    /// Tells whether the unit itself changes, and not only how it is reached.
    pub fn is_a_new_version(&self) -> bool {
        self.fields.iter().any(|field| !field.column.is_contact())
    }

    fn version(&self, ids: &[UnitId], from: Timestamp) -> Result<UnitVersion, Stale> {
        let parent = self.home.parent(ids)?;
        let Self {
            unit,
            code,
            name,
            kind,
            ..
        } = self.clone();
        Ok(UnitVersion {
            unit,
            from,
            until: None,
            parent,
            code,
            name,
            kind,
        })
    }
}
