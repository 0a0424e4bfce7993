//! Knows the tree of units as it stands, built once and asked often; fast for a whole nation.

use std::collections::HashMap;
use std::fmt;

use super::{Code, Unit, UnitName, UnitPath};
use crate::domain::ids::UnitId;

/// Why units do not form a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// Two units have one id.
    #[error("unit {0} occurs twice")]
    Duplicate(UnitId),
    /// The parent is not among the units.
    #[error("unit {unit} belongs to unit {parent}, which does not exist")]
    Orphan { unit: UnitId, parent: UnitId },
    /// A unit is its own ancestor.
    #[error("unit {0} lies beneath itself")]
    Cycle(UnitId),
}

/// All units in force, each before those beneath it, brothers in the order of their codes.
#[derive(Debug, Clone, Default)]
pub struct UnitTree {
    units: Vec<Unit>,
    /// Beside each unit: where its subtree ends in `units`.
    ends: Vec<usize>,
    places: HashMap<UnitId, usize>,
    /// The places of the units that have a code, in the order of the codes.
    coded: Vec<usize>,
}

/// A unit's name with its parent's, since names repeat across townships.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label<'a> {
    pub parent: Option<&'a UnitName>,
    pub name: &'a UnitName,
}

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parent {
            Some(parent) => write!(f, "{parent} · {}", self.name),
            None => self.name.fmt(f),
        }
    }
}

impl UnitTree {
    /// Builds the tree from the parent of each unit and gives each its path (the path it came with does not count).
    pub fn new(mut units: Vec<Unit>) -> Result<Self, TreeError> {
        // Codes give an order that people know; units without one come after.
        units.sort_by(|a, b| (a.code.is_none(), &a.code, a.id).cmp(&(b.code.is_none(), &b.code, b.id)));
        let mut given = HashMap::with_capacity(units.len());
        for (place, unit) in units.iter().enumerate() {
            if given.insert(unit.id, place).is_some() {
                return Err(TreeError::Duplicate(unit.id));
            }
        }
        let mut roots = Vec::new();
        let mut children = vec![Vec::new(); units.len()];
        for (place, unit) in units.iter().enumerate() {
            match unit.parent {
                None => roots.push(place),
                Some(parent) => {
                    let above = given.get(&parent).ok_or(TreeError::Orphan {
                        unit: unit.id,
                        parent,
                    })?;
                    children[*above].push(place);
                }
            }
        }
        Self::lay_out(units, roots, &children)
    }

    /// Puts each unit before those beneath it.
    fn lay_out(units: Vec<Unit>, mut stack: Vec<usize>, children: &[Vec<usize>]) -> Result<Self, TreeError> {
        let mut order = Vec::with_capacity(units.len());
        stack.reverse();
        while let Some(place) = stack.pop() {
            order.push(place);
            stack.extend(children[place].iter().rev());
        }
        let mut from: Vec<Option<Unit>> = units.into_iter().map(Some).collect();
        let mut tree = Self {
            units: Vec::with_capacity(from.len()),
            ends: (1..=order.len()).collect(),
            places: HashMap::with_capacity(from.len()),
            coded: Vec::new(),
        };
        for mut unit in order.into_iter().filter_map(|place| from[place].take()) {
            let above = unit.parent.and_then(|parent| tree.get(parent));
            unit.path = above.map_or_else(|| UnitPath::root(unit.id), |parent| parent.path.child(unit.id));
            tree.places.insert(unit.id, tree.units.len());
            tree.units.push(unit);
        }
        if let Some(lost) = from.into_iter().flatten().next() {
            return Err(TreeError::Cycle(lost.id));
        }
        for place in (0..tree.units.len()).rev() {
            let above = tree.units[place]
                .parent
                .and_then(|parent| tree.places.get(&parent));
            if let Some(&above) = above {
                tree.ends[above] = tree.ends[above].max(tree.ends[place]);
            }
        }
        let mut coded: Vec<usize> = (0..tree.units.len())
            .filter(|place| tree.units[*place].code.is_some())
            .collect();
        coded.sort_by(|a, b| tree.units[*a].code.cmp(&tree.units[*b].code));
        tree.coded = coded;
        Ok(tree)
    }

    /// Gives the number of units.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Tells whether there is no unit at all.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Gives all units, each before those beneath it.
    pub fn iter(&self) -> std::slice::Iter<'_, Unit> {
        self.units.iter()
    }

    /// Finds a unit.
    pub fn get(&self, id: UnitId) -> Option<&Unit> {
        self.places.get(&id).map(|&place| &self.units[place])
    }

    /// Finds a unit by its code.
    pub fn coded(&self, code: &Code) -> Option<&Unit> {
        let found = self
            .coded
            .binary_search_by(|place| self.units[*place].code.as_ref().cmp(&Some(code)));
        Some(&self.units[self.coded[found.ok()?]])
    }

    /// Finds the unit right above.
    pub fn parent(&self, id: UnitId) -> Option<&Unit> {
        self.get(id)?.parent.and_then(|parent| self.get(parent))
    }

    /// Gives the units above, the nearest first.
    pub fn ancestors(&self, id: UnitId) -> impl Iterator<Item = &Unit> {
        std::iter::successors(self.parent(id), |unit| self.parent(unit.id))
    }

    /// Gives the unit and all beneath it; nothing for an unknown unit.
    pub fn subtree(&self, id: UnitId) -> &[Unit] {
        let span = self
            .places
            .get(&id)
            .map(|&place| &self.units[place..self.ends[place]]);
        span.unwrap_or_default()
    }

    /// Gives the units right beneath.
    pub fn children(&self, id: UnitId) -> impl Iterator<Item = &Unit> {
        let span = self
            .places
            .get(&id)
            .map_or(0..0, |&place| place + 1..self.ends[place]);
        self.brothers(span)
    }

    /// Gives the units without a parent.
    pub fn roots(&self) -> impl Iterator<Item = &Unit> {
        self.brothers(0..self.units.len())
    }

    /// Walks a span of whole subtrees from head to head.
    fn brothers(&self, span: std::ops::Range<usize>) -> impl Iterator<Item = &Unit> {
        let within = move |place: usize| (place < span.end).then_some(place);
        std::iter::successors(within(span.start), move |&place| within(self.ends[place]))
            .map(|place| &self.units[place])
    }

    /// Gives the units of a later tree that are new or stand otherwise: by name, code, kind, parent, or because
    /// one above them moved.
    pub fn altered<'a>(&self, after: &'a Self) -> Vec<&'a Unit> {
        let same = |unit: &Unit| {
            self.get(unit.id).is_some_and(|old| {
                Unit {
                    since: old.since,
                    ..unit.clone()
                } == *old
            })
        };
        after.iter().filter(|unit| !same(unit)).collect()
    }

    /// Gives the ids of the units that a later tree no longer has.
    pub fn gone(&self, after: &Self) -> Vec<UnitId> {
        self.iter()
            .map(|unit| unit.id)
            .filter(|&id| after.get(id).is_none())
            .collect()
    }

    /// Gives a unit's name with its parent's.
    pub fn label(&self, id: UnitId) -> Option<Label<'_>> {
        let name = &self.get(id)?.name;
        let parent = self.parent(id).map(|parent| &parent.name);
        Some(Label { parent, name })
    }
}

impl<'a> IntoIterator for &'a UnitTree {
    type Item = &'a Unit;
    type IntoIter = std::slice::Iter<'a, Unit>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_millis;
    use crate::domain::unit::{Code, UnitKind};
    use proptest::prelude::*;

    fn unit(id: i64, parent: Option<i64>, code: &str, name: &str) -> Unit {
        Unit {
            id: UnitId(id),
            parent: parent.map(UnitId),
            code: Code::parse(code).ok(),
            name: UnitName::parse(name).unwrap(),
            kind: UnitKind::Village,
            path: UnitPath::root(UnitId(id)),
            since: from_millis(0).unwrap(),
        }
    }

    fn county() -> UnitTree {
        UnitTree::new(vec![
            unit(30, Some(3), "361128102201", "朱家村"),
            unit(9, Some(1), "", "水利局"),
            unit(3, Some(1), "361128102", "石门街镇"),
            unit(20, Some(2), "361128101201", "朱家村"),
            unit(1, None, "361128", "鄱阳县"),
            unit(2, Some(1), "361128101", "谢家滩镇"),
        ])
        .unwrap()
    }

    fn ids<'a>(units: impl IntoIterator<Item = &'a Unit>) -> Vec<i64> {
        units.into_iter().map(|unit| unit.id.0).collect()
    }

    #[test]
    fn units_stand_before_those_beneath_them_in_the_order_of_codes() {
        let tree = county();
        assert_eq!(ids(&tree), [1, 2, 20, 3, 30, 9]);
        assert_eq!(tree.get(UnitId(30)).unwrap().path.as_str(), "/1/3/30/");
        assert_eq!(ids(tree.children(UnitId(1))), [2, 3, 9]);
        assert_eq!(ids(tree.children(UnitId(30))), [0i64; 0]);
        assert_eq!(ids(tree.subtree(UnitId(3))), [3, 30]);
        assert_eq!(ids(tree.ancestors(UnitId(20))), [2, 1]);
        assert_eq!(ids(tree.roots()), [1]);
    }

    #[test]
    fn an_unknown_unit_has_nothing() {
        let tree = county();
        assert!(tree.get(UnitId(77)).is_none() && tree.subtree(UnitId(77)).is_empty());
        assert_eq!(
            tree.children(UnitId(77)).count() + tree.ancestors(UnitId(77)).count(),
            0
        );
        assert_eq!(UnitTree::default().roots().count(), 0);
    }

    #[test]
    fn every_unit_that_has_a_code_is_found_by_it() {
        let tree = county();
        for unit in tree.iter() {
            let found = unit.code.as_ref().and_then(|code| tree.coded(code));
            assert_eq!(found, unit.code.as_ref().map(|_| unit));
        }
        assert_eq!(tree.coded(&Code::parse("99").unwrap()), None);
    }

    #[test]
    fn villages_of_one_name_are_told_apart_by_their_township() {
        let tree = county();
        assert_eq!(tree.label(UnitId(20)).unwrap().to_string(), "谢家滩镇 · 朱家村");
        assert_eq!(tree.label(UnitId(30)).unwrap().to_string(), "石门街镇 · 朱家村");
        assert_eq!(tree.label(UnitId(1)).unwrap().to_string(), "鄱阳县");
    }

    #[test]
    fn a_township_that_moves_takes_the_paths_of_its_villages_along() {
        let before = county();
        let mut units: Vec<Unit> = before
            .iter()
            .filter(|unit| unit.id != UnitId(9))
            .cloned()
            .collect();
        units.iter_mut().find(|unit| unit.id == UnitId(3)).unwrap().parent = Some(UnitId(2));
        let after = UnitTree::new(units).unwrap();
        assert_eq!(ids(before.altered(&after)), [3, 30]);
        assert_eq!(before.gone(&after), [UnitId(9)]);
        assert!(before.altered(&before).is_empty());
    }

    #[test]
    fn orphans_cycles_and_doubles_are_refused_by_name() {
        let build = |units| UnitTree::new(units).unwrap_err();
        let (one, two) = (unit(1, Some(2), "", "a"), unit(2, Some(1), "", "b"));
        assert_eq!(
            build(vec![one.clone()]),
            TreeError::Orphan {
                unit: UnitId(1),
                parent: UnitId(2)
            }
        );
        assert!(matches!(build(vec![one.clone(), two]), TreeError::Cycle(_)));
        assert_eq!(
            build(vec![unit(5, Some(5), "", "c")]),
            TreeError::Cycle(UnitId(5))
        );
        assert_eq!(
            build(vec![unit(1, None, "", "a"), unit(1, None, "", "b")]),
            TreeError::Duplicate(UnitId(1))
        );
    }

    proptest! {
        #[test]
        fn subtree_children_and_paths_agree(parents in proptest::collection::vec(any::<proptest::sample::Index>(), 0..60)) {
            let units = std::iter::once(unit(1, None, "", "root")).chain(parents.iter().enumerate().map(|(i, above)| {
                let id = i as i64 + 2;
                unit(id, Some(above.index(i + 1) as i64 + 1), "", "unit")
            }));
            let tree = UnitTree::new(units.collect()).unwrap();
            for unit in &tree {
                let beneath: Vec<_> = tree.iter().filter(|other| unit.path.contains(&other.path)).collect();
                prop_assert_eq!(tree.subtree(unit.id).iter().collect::<Vec<_>>(), beneath);
                let children: Vec<_> = tree.iter().filter(|other| other.parent == Some(unit.id)).collect();
                prop_assert_eq!(tree.children(unit.id).collect::<Vec<_>>(), children);
                let above: Vec<_> = tree.ancestors(unit.id).map(|a| a.id).collect();
                prop_assert_eq!(above, unit.path.ancestors().collect::<Vec<_>>());
            }
        }
    }
}
