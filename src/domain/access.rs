//! Knows who may do what, and over which units.
//!
//! - `role`: what an account may be, and over which unit
//! - `deed`: every act and page, the roles that may do it and how far each reaches
//! - `door`: the coarser question that a route asks first
//! - `stage`: what a sign-in still lacks after its first proof
//!
//! [`permit`] turns an actor's grants into the [`Scope`] that every query then filters by.

mod deed;
mod door;
mod role;
mod stage;

pub use deed::{Deed, Reach};
pub use door::Door;
pub use role::{Grant, GrantError, Role, Separation, UnknownRole};
pub use stage::{Lacks, Stage};

use super::ids::{AccountId, DeviceId};
use super::unit::UnitPath;

/// By what an actor is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Identity {
    /// A person, signed in.
    Account(AccountId),
    /// A workstation bound to one or more units; reaches exactly these.
    Device(DeviceId),
    /// Another system, by an API token.
    Token(i64),
    /// Whoever holds the server itself, on its command line.
    Console,
}

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub identity: Identity,
    pub grants: Vec<Grant>,
    /// How pages and the audit log name it: a post or a workstation, not a person's name.
    pub label: String,
}

impl Actor {
    /// Gives a workstation of some units.
    pub fn device(id: DeviceId, units: impl IntoIterator<Item = UnitPath>, label: String) -> Self {
        let grants = units
            .into_iter()
            .filter_map(|unit| Grant::new(Role::Reporter, Some(unit)).ok())
            .collect();
        Self {
            identity: Identity::Device(id),
            grants,
            label,
        }
    }

    /// Gives whoever holds the server itself, on its command line.
    pub fn console() -> Self {
        Self {
            identity: Identity::Console,
            grants: Vec::new(),
            label: "console".to_owned(),
        }
    }

    /// Tells whether it holds one of some roles anywhere.
    pub fn is_any(&self, roles: &[Role]) -> bool {
        self.grants.iter().any(|g| roles.contains(&g.role()))
    }

    /// Tells whether it is a signed-in person.
    pub fn is_person(&self) -> bool {
        matches!(self.identity, Identity::Account(_))
    }
}

/// The units that a deed may touch; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Whole,
    Units {
        /// Units with all below them, none of them within another.
        subtrees: Vec<UnitPath>,
        /// Single units outside those subtrees.
        single: Vec<UnitPath>,
    },
}

impl Scope {
    /// Tells whether a unit is in it.
    pub fn covers(&self, unit: &UnitPath) -> bool {
        match self {
            Self::Whole => true,
            Self::Units { subtrees, single } => {
                subtrees.iter().any(|s| s.contains(unit)) || single.contains(unit)
            }
        }
    }

    /// Gives ranges `(lo, hi)` such that exactly the paths in scope satisfy `lo <= path < hi` of one of
    /// them, in byte order. The ranges do not overlap.
    pub fn ranges(&self) -> Vec<(String, String)> {
        match self {
            // Every path begins with '/', and '0' is the byte after it.
            Self::Whole => vec![("/".to_owned(), "0".to_owned())],
            Self::Units { subtrees, single } => {
                // A path below a unit goes on with a digit, and '0' is the least of them.
                let alone = |unit: &UnitPath| (unit.as_str().to_owned(), format!("{}0", unit.as_str()));
                subtrees
                    .iter()
                    .map(UnitPath::range)
                    .chain(single.iter().map(alone))
                    .collect()
            }
        }
    }

    fn of(mut below: Vec<UnitPath>, mut own: Vec<UnitPath>) -> Self {
        // A path sorts right before those below it.
        below.sort();
        below.dedup_by(|unit, above| above.contains(unit));
        own.retain(|unit| !below.iter().any(|above| above.contains(unit)));
        own.sort();
        own.dedup();
        Self::Units {
            subtrees: below,
            single: own,
        }
    }
}

/// Says that an actor may not do a deed anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no leave for {0:?}")]
pub struct Denied(pub Deed);

/// Gives the units over which an actor may do a deed.
///
/// A workstation reaches its own units only, whatever the deed. A token reports for its unit and all below it. The console
/// administers, and neither reports nor decides about reports.
pub fn permit(actor: &Actor, deed: Deed) -> Result<Scope, Denied> {
    if !deed.is_open_to(actor.identity) {
        return Err(Denied(deed));
    }
    if actor.identity == Identity::Console {
        return Ok(Scope::Whole);
    }
    let (mut below, mut own) = (Vec::new(), Vec::new());
    for grant in &actor.grants {
        for (_, reach) in deed.leave().iter().filter(|(role, _)| *role == grant.role()) {
            match (reach, grant.over(), actor.identity) {
                (Reach::Whole, _, _) => return Ok(Scope::Whole),
                (_, Some(unit), Identity::Device(_)) => own.push(unit.clone()),
                (Reach::Own, Some(unit), Identity::Account(_)) => own.push(unit.clone()),
                (Reach::Own | Reach::Below, Some(unit), _) => below.push(unit.clone()),
                (Reach::Own | Reach::Below, None, _) => {}
            }
        }
    }
    if below.is_empty() && own.is_empty() {
        return Err(Denied(deed));
    }
    Ok(Scope::of(below, own))
}

#[cfg(test)]
mod tests;
