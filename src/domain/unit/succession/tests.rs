//! Knows that no change of units loses one or leaves a gap in its history.

use super::*;
use crate::domain::time::{Timestamp, from_millis};
use crate::domain::unit::{Code, TreeError, UnitKind, UnitPath};
use proptest::prelude::*;

fn at(ms: i64) -> Timestamp {
    from_millis(ms).unwrap()
}

fn name(text: &str) -> UnitName {
    UnitName::parse(text).unwrap()
}

fn unit(id: i64, parent: Option<i64>, text: &str) -> Unit {
    let id = UnitId(id);
    let (name, code) = (name(text), Code::parse(&format!("3611281{:05}", id.0)).ok());
    let (path, since) = (UnitPath::root(id), at(1_000));
    Unit {
        id,
        parent: parent.map(UnitId),
        code,
        name,
        kind: UnitKind::Village,
        path,
        since,
    }
}

/// A county of two townships, each with a village of one name and another.
fn county() -> UnitTree {
    let rows = [
        (1, None, "鄱阳县"),
        (2, Some(1), "双港镇"),
        (3, Some(1), "莲湖乡"),
        (20, Some(2), "朱家村"),
        (21, Some(2), "双港村"),
        (30, Some(3), "朱家村"),
        (31, Some(3), "莲湖村"),
    ];
    UnitTree::new(rows.map(|(id, parent, text)| unit(id, parent, text)).to_vec()).unwrap()
}

fn new(id: i64, parent: i64, text: &str) -> NewUnit {
    NewUnit {
        id: UnitId(id),
        parent: Some(UnitId(parent)),
        code: None,
        name: name(text),
        kind: UnitKind::Village,
    }
}

const BY: fn() -> Decision<'static> = || Decision {
    at: from_millis(5_000).unwrap_or_default(),
    reason: "县政府令",
};

fn ids(versions: &[UnitVersion]) -> Vec<i64> {
    versions.iter().map(|version| version.unit.0).collect()
}

#[test]
fn a_new_name_is_a_new_version_and_the_old_one_ends_where_it_begins() {
    let change = rename(&county(), UnitId(20), name("朱家新村"), BY()).unwrap();
    let (old, new) = (&change.ended[0], &change.begun[0]);
    assert_eq!(
        (old.from, old.until, new.from, new.until),
        (at(1_000), Some(at(5_000)), at(5_000), None)
    );
    assert_eq!((old.name.as_str(), new.name.as_str()), ("朱家村", "朱家新村"));
    assert!(old.in_force(at(4_999)) && !old.in_force(at(5_000)) && new.in_force(at(5_000)));
    assert_eq!(change.lineage[0].kind, LineageKind::Rename);
    assert_eq!(change.lineage[0].successor, Some(UnitId(20)));
}

#[test]
fn a_name_that_a_brother_bears_is_refused() {
    assert_eq!(
        rename(&county(), UnitId(20), name("双港村"), BY()),
        Err(LineageError::SameName(UnitId(20)))
    );
    assert_eq!(
        rename(&county(), UnitId(20), name("朱家村"), BY()),
        Err(LineageError::Unchanged)
    );
    assert!(rename(&county(), UnitId(20), name("莲湖村"), BY()).is_ok());
}

#[test]
fn a_change_needs_a_reason_and_cannot_lie_before_the_present_version() {
    let early = Decision { at: at(999), ..BY() };
    let too_early = LineageError::TooEarly {
        unit: UnitId(20),
        since: at(1_000),
    };
    assert_eq!(abolish(&county(), UnitId(20), early), Err(too_early));
    assert_eq!(
        abolish(&county(), UnitId(20), Decision { reason: " ", ..BY() }),
        Err(LineageError::NoReason)
    );
}

#[test]
fn a_merged_unit_ends_and_its_children_follow() {
    let mut tree = county();
    tree = rename(&tree, UnitId(30), name("朱家二村"), BY())
        .unwrap()
        .apply(&tree)
        .unwrap();
    let change = merge(&tree, &[UnitId(3)], &Heir::Existing(UnitId(2)), BY()).unwrap();
    assert_eq!(
        (ids(&change.ended), ids(&change.begun)),
        (vec![3, 30, 31], vec![30, 31])
    );
    assert_eq!(
        (change.lineage.len(), change.lineage[0].successor),
        (1, Some(UnitId(2)))
    );
    let after = change.apply(&tree).unwrap();
    assert_eq!(after.children(UnitId(2)).count(), 4);
    assert!(after.get(UnitId(3)).is_none());
}

#[test]
fn two_villages_merge_into_a_new_one() {
    let tree = county();
    let heir = Heir::New(new(40, 2, "双朱村"));
    let after = merge(&tree, &[UnitId(20), UnitId(21)], &heir, BY())
        .unwrap()
        .apply(&tree)
        .unwrap();
    assert_eq!(
        after
            .children(UnitId(2))
            .map(|unit| unit.id.0)
            .collect::<Vec<_>>(),
        [40]
    );
}

#[test]
fn mergers_that_make_no_sense_are_refused() {
    let tree = county();
    let merge = |merged: &[i64], heir: Heir| {
        let merged: Vec<_> = merged.iter().copied().map(UnitId).collect();
        super::merge(&tree, &merged, &heir, BY()).unwrap_err()
    };
    let into = |id| Heir::Existing(UnitId(id));
    assert_eq!(merge(&[2], into(2)), LineageError::Itself(UnitId(2)));
    assert_eq!(merge(&[], into(2)), LineageError::Unchanged);
    assert_eq!(merge(&[20, 20], into(21)), LineageError::Twice(UnitId(20)));
    assert_eq!(merge(&[77], into(2)), LineageError::Unknown(UnitId(77)));
    assert_eq!(merge(&[20], into(77)), LineageError::Unknown(UnitId(77)));
    assert_eq!(
        merge(&[20], Heir::New(new(30, 2, "新村"))),
        LineageError::Taken(UnitId(30))
    );
    assert_eq!(
        merge(&[3], into(2)),
        LineageError::SameName(UnitId(30)),
        "both townships have a 朱家村"
    );
    assert!(matches!(
        merge(&[2], into(20)),
        LineageError::Tree(TreeError::Cycle(_) | TreeError::Orphan { .. })
    ));
}

#[test]
fn a_split_unit_ends_or_lives_on() {
    let tree = county();
    let part = |id, text, takes: &[i64]| Part {
        unit: new(id, 1, text),
        takes: takes.iter().copied().map(UnitId).collect(),
    };
    let parts = [part(50, "东港镇", &[20]), part(51, "西港镇", &[21])];
    let after = split(&tree, UnitId(2), &parts, false, BY())
        .unwrap()
        .apply(&tree)
        .unwrap();
    assert!(after.get(UnitId(2)).is_none());
    assert_eq!(after.parent(UnitId(21)).unwrap().id, UnitId(51));

    let after = split(&tree, UnitId(2), &parts[..1], true, BY())
        .unwrap()
        .apply(&tree)
        .unwrap();
    assert_eq!(
        (after.len(), after.parent(UnitId(21)).unwrap().id),
        (8, UnitId(2))
    );

    let split = |parts: &[Part], survives| super::split(&tree, UnitId(2), parts, survives, BY()).unwrap_err();
    assert_eq!(split(&parts[..1], false), LineageError::Unchanged);
    let rest = [part(50, "东港镇", &[20]), part(51, "西港镇", &[])];
    assert_eq!(
        split(&rest, false),
        LineageError::Living {
            unit: UnitId(2),
            children: 1
        }
    );
    let double = [part(50, "东港镇", &[20]), part(51, "西港镇", &[20])];
    assert_eq!(split(&double, true), LineageError::Twice(UnitId(20)));
    let foreign = LineageError::NotChild {
        unit: UnitId(2),
        child: UnitId(30),
    };
    assert_eq!(split(&[part(50, "东港镇", &[30])], true), foreign);
}

#[test]
fn a_unit_with_villages_beneath_it_cannot_be_abolished() {
    let tree = county();
    assert_eq!(
        abolish(&tree, UnitId(2), BY()),
        Err(LineageError::Living {
            unit: UnitId(2),
            children: 2
        })
    );
    let change = abolish(&tree, UnitId(20), BY()).unwrap();
    assert_eq!((change.begun.len(), change.lineage[0].successor), (0, None));
    assert!(change.apply(&tree).unwrap().get(UnitId(20)).is_none());
}

proptest! {
    #[test]
    fn whatever_changes_the_versions_of_a_unit_never_overlap_nor_leave_a_gap(
        deeds in proptest::collection::vec((0u8..4, 1i64..60, 1i64..60), 0..30)
    ) {
        let mut tree = county();
        let mut book: Vec<UnitVersion> = tree.iter().map(UnitVersion::from).collect();
        for (turn, (deed, a, b)) in deeds.into_iter().enumerate() {
            let by = Decision { at: at(2_000 + turn as i64), reason: "变更" };
            let fresh = 100 + turn as i64;
            let change = match deed {
                0 => rename(&tree, UnitId(a), name(&format!("村{turn}")), by),
                1 => merge(&tree, &[UnitId(a)], &Heir::Existing(UnitId(b)), by),
                2 => split(&tree, UnitId(a), &[Part { unit: new(fresh, b, &format!("分{turn}")), takes: vec![] }], true, by),
                _ => abolish(&tree, UnitId(a), by),
            };
            let Ok(change) = change else { continue };
            for ended in &change.ended {
                book.iter_mut().filter(|v| v.unit == ended.unit && v.from == ended.from).for_each(|v| v.until = ended.until);
            }
            book.extend(change.begun.iter().cloned());
            tree = change.apply(&tree).unwrap();
            let now: std::collections::BTreeSet<_> = book.iter().filter(|v| v.in_force(by.at)).map(|v| v.unit).collect();
            prop_assert_eq!(now, tree.iter().map(|u| u.id).collect());
        }
        for v in &book {
            let after = book.iter().filter(|w| w.unit == v.unit && w.from > v.from).min_by_key(|w| w.from);
            if let Some(after) = after {
                prop_assert_eq!(v.until, Some(after.from));
            }
        }
    }
}
