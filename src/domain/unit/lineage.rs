//! Knows how units change over time: dated versions, and who came from whom.
//!
//! Nothing is rewritten: a change ends versions, begins others, and leaves rows of lineage.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{Code, TreeError, Unit, UnitKind, UnitName, UnitPath, UnitTree};
use crate::domain::ids::UnitId;
use crate::domain::time::Timestamp;

/// How one unit came from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineageKind {
    Rename,
    Merge,
    Split,
    Abolish,
}

impl LineageKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Rename, Self::Merge, Self::Split, Self::Abolish];

    /// Gives the word that is stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Rename => "rename",
            Self::Merge => "merge",
            Self::Split => "split",
            Self::Abolish => "abolish",
        }
    }

    /// Reads the word that [`Self::code`] gives.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// What a unit was called, and where it belonged, from one instant to another (half-open).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitVersion {
    pub unit: UnitId,
    pub from: Timestamp,
    pub until: Option<Timestamp>,
    pub parent: Option<UnitId>,
    pub code: Option<Code>,
    pub name: UnitName,
    pub kind: UnitKind,
}

impl UnitVersion {
    /// Tells whether this version holds at an instant.
    pub fn in_force(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// Makes the unit of a version; its tree gives it its true path.
    pub fn unit(&self) -> Unit {
        Unit {
            id: self.unit,
            parent: self.parent,
            code: self.code.clone(),
            name: self.name.clone(),
            kind: self.kind,
            path: UnitPath::root(self.unit),
            since: self.from,
        }
    }
}

impl From<&Unit> for UnitVersion {
    fn from(unit: &Unit) -> Self {
        Self {
            unit: unit.id,
            from: unit.since,
            until: None,
            parent: unit.parent,
            code: unit.code.clone(),
            name: unit.name.clone(),
            kind: unit.kind,
        }
    }
}

/// One row of descent; an abolished unit has no successor, a renamed one is its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lineage {
    pub kind: LineageKind,
    pub predecessor: UnitId,
    pub successor: Option<UnitId>,
    pub at: Timestamp,
    pub reason: String,
}

/// A unit to be founded; its id is new and already given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUnit {
    pub id: UnitId,
    pub parent: Option<UnitId>,
    pub code: Option<Code>,
    pub name: UnitName,
    pub kind: UnitKind,
}

impl NewUnit {
    pub(super) fn begin(&self, at: Timestamp) -> UnitVersion {
        UnitVersion {
            unit: self.id,
            from: at,
            until: None,
            parent: self.parent,
            code: self.code.clone(),
            name: self.name.clone(),
            kind: self.kind,
        }
    }
}

/// What a unit shall be from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    pub parent: Option<UnitId>,
    pub code: Option<Code>,
    pub name: UnitName,
    pub kind: UnitKind,
}

/// When, and by which decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision<'a> {
    pub at: Timestamp,
    pub reason: &'a str,
}

/// The rows that a change of units leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub at: Timestamp,
    /// Versions in force that end now.
    pub ended: Vec<UnitVersion>,
    /// Versions that begin now.
    pub begun: Vec<UnitVersion>,
    pub lineage: Vec<Lineage>,
}

/// Why units cannot change so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineageError {
    #[error("unit {0} does not exist")]
    Unknown(UnitId),
    #[error("the id {0} is in use already")]
    Taken(UnitId),
    #[error("the change lies before {since}, when the present version of unit {unit} began")]
    TooEarly { unit: UnitId, since: Timestamp },
    #[error("a change of units needs a reason")]
    NoReason,
    #[error("nothing would change")]
    Unchanged,
    #[error("unit {0} cannot merge with itself")]
    Itself(UnitId),
    #[error("unit {0} is named twice")]
    Twice(UnitId),
    #[error("unit {unit} still has {children} units beneath it")]
    Living { unit: UnitId, children: usize },
    #[error("unit {child} is not right beneath unit {unit}")]
    NotChild { unit: UnitId, child: UnitId },
    #[error("unit {0} would have a brother of the same name")]
    SameName(UnitId),
    #[error("unit {0} would have the code of another")]
    SameCode(UnitId),
    #[error(transparent)]
    Tree(#[from] TreeError),
}

impl Change {
    /// Starts a change of nothing.
    pub fn new(at: Timestamp) -> Self {
        Self {
            at,
            ended: Vec::new(),
            begun: Vec::new(),
            lineage: Vec::new(),
        }
    }

    /// Tells whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.ended.is_empty() && self.begun.is_empty() && self.lineage.is_empty()
    }

    /// Ends the version in force of a unit.
    pub fn end(&mut self, unit: &Unit) {
        self.ended.push(UnitVersion {
            until: Some(self.at),
            ..UnitVersion::from(unit)
        });
    }

    /// Replaces the version in force; a new name leaves a row of lineage.
    pub fn replace(&mut self, unit: &Unit, to: UnitVersion, reason: &str) {
        if to.name != unit.name {
            self.descend(LineageKind::Rename, unit.id, Some(unit.id), reason);
        }
        self.end(unit);
        self.begun.push(to);
    }

    /// Ends a unit for good, with a row of lineage.
    pub fn abolish(&mut self, unit: &Unit, reason: &str) {
        self.end(unit);
        self.descend(LineageKind::Abolish, unit.id, None, reason);
    }

    pub(super) fn descend(
        &mut self,
        kind: LineageKind,
        predecessor: UnitId,
        successor: Option<UnitId>,
        reason: &str,
    ) {
        let (at, reason) = (self.at, reason.to_owned());
        self.lineage.push(Lineage {
            kind,
            predecessor,
            successor,
            at,
            reason,
        });
    }

    pub(super) fn move_under(&mut self, child: &Unit, parent: UnitId) {
        let to = UnitVersion {
            from: self.at,
            parent: Some(parent),
            ..UnitVersion::from(child)
        };
        self.end(child);
        self.begun.push(to);
    }

    /// Gives the tree as it stands after the change.
    pub fn apply(&self, tree: &UnitTree) -> Result<UnitTree, TreeError> {
        let mut units: HashMap<UnitId, Unit> = tree.iter().map(|unit| (unit.id, unit.clone())).collect();
        for version in &self.ended {
            units.remove(&version.unit);
        }
        units.extend(self.begun.iter().map(|version| (version.unit, version.unit())));
        UnitTree::new(units.into_values().collect())
    }

    /// Gives the change if a sound tree comes of it.
    pub(crate) fn sound(self, tree: &UnitTree) -> Result<Self, LineageError> {
        for version in &self.ended {
            if self.at < version.from {
                return Err(LineageError::TooEarly {
                    unit: version.unit,
                    since: version.from,
                });
            }
        }
        let mut begun = std::collections::HashSet::new();
        if let Some(double) = self.begun.iter().find(|version| !begun.insert(version.unit)) {
            return Err(LineageError::Twice(double.unit));
        }
        let after = self.apply(tree)?;
        for version in &self.begun {
            let mut others = after.iter().filter(|other| other.id != version.unit);
            if others
                .clone()
                .any(|other| other.parent == version.parent && other.name == version.name)
            {
                return Err(LineageError::SameName(version.unit));
            }
            if version.code.is_some() && others.any(|other| other.code == version.code) {
                return Err(LineageError::SameCode(version.unit));
            }
        }
        Ok(self)
    }
}
