//! Knows the place of a unit as a text of ids from the root down: `/1/32/600/`.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::ids::UnitId;

/// The ids from the root down to the unit itself, each followed by a slash: `/1/32/600/`.
///
/// A subtree is a range of such texts in byte order, so a database finds it by an index (PostgreSQL: under
/// `COLLATE "C"`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UnitPath(String);

/// A text that is not a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a path of unit ids such as /1/32/600/")]
pub struct PathError(pub String);

impl UnitPath {
    /// Gives the path of a unit without a parent.
    pub fn root(id: UnitId) -> Self {
        Self(format!("/{id}/"))
    }

    /// Gives the path of a child of this unit.
    pub fn child(&self, id: UnitId) -> Self {
        Self(format!("{}{id}/", self.0))
    }

    /// Reads a path; ids are positive and written without leading zeros.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let inner = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        match inner {
            Some(ids) if ids.split('/').all(is_id) => Ok(Self(text.to_owned())),
            _ => Err(PathError(text.to_owned())),
        }
    }

    /// Gives the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Tells whether the other is this unit or lies beneath it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// Gives `(lo, hi)` such that exactly the paths of the subtree satisfy `lo <= path < hi` in byte order.
    pub fn range(&self) -> (String, String) {
        // '0' is the byte after '/', so "/1/320" is the first text after every "/1/32/…".
        let trunk = self.0.strip_suffix('/').unwrap_or(&self.0);
        (self.0.clone(), format!("{trunk}0"))
    }

    /// Gives the ids from the root down to the unit itself.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = UnitId> + '_ {
        self.0.split('/').filter_map(|id| id.parse().ok())
    }

    /// Gives the unit's own id.
    pub fn id(&self) -> Option<UnitId> {
        self.ids().next_back()
    }

    /// Gives the path of the parent; `None` for a root.
    pub fn parent(&self) -> Option<Self> {
        let trunk = self.0.strip_suffix('/')?;
        let cut = trunk.rfind('/')?;
        (cut > 0).then(|| Self(self.0[..=cut].to_owned()))
    }

    /// Gives the ids of those above, the nearest first.
    pub fn ancestors(&self) -> impl Iterator<Item = UnitId> + '_ {
        self.ids().rev().skip(1)
    }

    /// Gives how many units stand above: 0 for a root.
    pub fn depth(&self) -> usize {
        self.0.matches('/').count().saturating_sub(2)
    }
}

fn is_id(text: &str) -> bool {
    !text.starts_with(['0', '+', '-']) && text.parse::<i64>().is_ok()
}

impl fmt::Display for UnitPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for UnitPath {
    type Error = PathError;
    fn try_from(text: String) -> Result<Self, PathError> {
        Self::parse(&text)
    }
}

impl From<UnitPath> for String {
    fn from(path: UnitPath) -> Self {
        path.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path(text: &str) -> UnitPath {
        UnitPath::parse(text).unwrap()
    }

    #[test]
    fn a_path_names_its_unit_its_parent_and_its_ancestors() {
        let p = path("/1/32/600/");
        assert_eq!(p.id(), Some(UnitId(600)));
        assert_eq!(p.parent(), Some(path("/1/32/")));
        assert_eq!(p.ancestors().collect::<Vec<_>>(), [UnitId(32), UnitId(1)]);
        assert_eq!((p.depth(), path("/1/").depth()), (2, 0));
        assert_eq!(path("/1/").parent(), None);
        assert_eq!(UnitPath::root(UnitId(1)).child(UnitId(32)).child(UnitId(600)), p);
    }

    #[test]
    fn a_unit_contains_itself_and_what_is_beneath_but_not_a_number_that_begins_alike() {
        let town = path("/1/32/");
        assert!(town.contains(&town) && town.contains(&path("/1/32/600/")));
        assert!(!town.contains(&path("/1/320/")) && !town.contains(&path("/1/")));
    }

    #[test]
    fn what_is_not_a_path_is_refused() {
        for bad in [
            "", "/", "//", "1/2", "/1/2", "1/2/", "/1//2/", "/01/", "/-1/", "/+1/", "/a/", "/1/ 2/",
        ] {
            assert!(UnitPath::parse(bad).is_err(), "{bad:?}");
        }
    }

    fn any_path() -> impl Strategy<Value = UnitPath> {
        proptest::collection::vec(prop_oneof![1i64..40, 1i64..i64::MAX], 1..6).prop_map(|ids| {
            path(&format!(
                "/{}/",
                ids.iter().map(i64::to_string).collect::<Vec<_>>().join("/")
            ))
        })
    }

    proptest! {
        #[test]
        fn the_range_holds_exactly_the_subtree(a in any_path(), b in any_path(), below in any_path()) {
            let (lo, hi) = a.range();
            let within = |p: &UnitPath| lo.as_str() <= p.as_str() && p.as_str() < hi.as_str();
            prop_assert_eq!(within(&b), a.contains(&b));
            let child = below.ids().fold(a.clone(), |p, id| p.child(id));
            prop_assert!(within(&child) && a.contains(&child));
        }
    }
}
