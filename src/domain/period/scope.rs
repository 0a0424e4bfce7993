//! Knows which units a period asks.

use serde::{Deserialize, Serialize};

use crate::domain::ids::UnitId;
use crate::domain::unit::{Unit, UnitKind, UnitTree};

/// The units of a period: whole subtrees, of some kinds or of all, without the excepted subtrees.
///
/// A subtree is a unit and all beneath it. Without subtrees nobody is in scope; without kinds, every kind is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    pub subtrees: Vec<UnitId>,
    #[serde(default)]
    pub kinds: Vec<UnitKind>,
    #[serde(default)]
    pub except: Vec<UnitId>,
}

impl Scope {
    /// Tells whether a unit owes a report of its own.
    pub fn contains(&self, unit: &Unit) -> bool {
        self.area().contains(unit)
    }

    /// Prepares the scope for many questions.
    pub fn area(&self) -> Area {
        let sorted = |ids: &[UnitId]| {
            let mut ids = ids.to_vec();
            ids.sort_unstable();
            ids
        };
        Area {
            subtrees: sorted(&self.subtrees),
            kinds: self.kinds.clone(),
            except: sorted(&self.except),
        }
    }
}

/// A [`Scope`] prepared for many questions: each costs as much as the unit is deep.
#[derive(Debug, Clone)]
pub struct Area {
    subtrees: Vec<UnitId>,
    kinds: Vec<UnitKind>,
    except: Vec<UnitId>,
}

impl Area {
    /// Tells whether a unit owes a report of its own.
    pub fn contains(&self, unit: &Unit) -> bool {
        self.has_kind(unit.kind) && self.encloses(unit)
    }

    /// Tells whether a unit owes a roll-up: it lies in the subtrees and a unit directly beneath it is in scope.
    ///
    /// A township owes it also when the kinds name only what is beneath it; any other unit only when the kinds
    /// leave room for it. So departments that hang on the county do not make the county report to itself.
    pub fn rolls_up(&self, unit: &Unit, tree: &UnitTree) -> bool {
        let fits = unit.kind == UnitKind::Township || self.has_kind(unit.kind);
        fits && self.encloses(unit) && tree.children(unit.id).any(|child| self.contains(child))
    }

    fn has_kind(&self, kind: UnitKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    fn encloses(&self, unit: &Unit) -> bool {
        let mut inside = false;
        for id in unit.path.ids() {
            inside |= self.subtrees.binary_search(&id).is_ok();
            if inside && self.except.is_empty() {
                return true;
            }
            if self.except.binary_search(&id).is_ok() {
                return false;
            }
        }
        inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::obligation::samples::county;

    fn scope(subtrees: &[i64], kinds: &[UnitKind], except: &[i64]) -> Scope {
        let ids = |list: &[i64]| list.iter().copied().map(UnitId).collect();
        Scope {
            subtrees: ids(subtrees),
            kinds: kinds.to_vec(),
            except: ids(except),
        }
    }

    fn within(scope: &Scope) -> Vec<i64> {
        let mut ids: Vec<i64> = county()
            .iter()
            .filter(|unit| scope.contains(unit))
            .map(|unit| unit.id.0)
            .collect();
        ids.sort_unstable();
        ids
    }

    fn rolling_up(scope: &Scope) -> Vec<i64> {
        let (tree, area) = (county(), scope.area());
        let mut ids: Vec<i64> = tree
            .iter()
            .filter(|unit| area.rolls_up(unit, &tree))
            .map(|unit| unit.id.0)
            .collect();
        ids.sort_unstable();
        ids
    }

    #[test]
    fn a_scope_is_subtrees_of_some_kinds_without_the_excepted() {
        assert_eq!(within(&scope(&[1], &[], &[])), [1, 10, 11, 20, 101, 102, 111]);
        assert_eq!(within(&scope(&[1], &[UnitKind::Village], &[])), [101, 102, 111]);
        assert_eq!(within(&scope(&[10], &[], &[])), [10, 101, 102]);
        assert_eq!(within(&scope(&[1], &[UnitKind::Village], &[10])), [111]);
        assert_eq!(
            within(&scope(&[10, 111, 101], &[UnitKind::Village], &[102])),
            [101, 111]
        );
    }

    #[test]
    fn an_exception_above_or_at_the_subtree_leaves_nobody() {
        assert_eq!(within(&scope(&[10], &[], &[1])), [0; 0]);
        assert_eq!(within(&scope(&[10], &[], &[10])), [0; 0]);
    }

    #[test]
    fn without_subtrees_nobody_is_in_scope() {
        assert_eq!(within(&scope(&[], &[], &[])), [0; 0]);
        assert_eq!(within(&scope(&[999], &[], &[])), [0; 0]);
    }

    #[test]
    fn townships_roll_up_when_their_villages_are_asked() {
        let villages = [UnitKind::Village, UnitKind::Department];
        assert_eq!(rolling_up(&scope(&[1], &villages, &[])), [10, 11]);
        assert_eq!(rolling_up(&scope(&[1], &villages, &[11])), [10]);
        assert_eq!(rolling_up(&scope(&[1], &villages, &[101, 102])), [11]);
        assert_eq!(rolling_up(&scope(&[101], &[], &[])), [0; 0]);
    }

    #[test]
    fn another_parent_rolls_up_when_its_kind_is_in_scope() {
        assert_eq!(rolling_up(&scope(&[1], &[], &[])), [1, 10, 11]);
    }

    #[test]
    fn a_scope_is_kept_as_json_and_an_unknown_word_in_it_is_refused() {
        let s = scope(&[1], &[UnitKind::Village], &[]);
        let json = serde_json::to_string(&s).unwrap();
        assert_eq!(serde_json::from_str::<Scope>(&json).unwrap(), s);
        assert!(serde_json::from_str::<Scope>(r#"{"subtrees":[1],"kind":[]}"#).is_err());
    }
}
