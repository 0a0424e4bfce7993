//! Knows how the duty board looks at a round: whose obligations, folded under which units, and which of them a count
//! leads to.

use super::access::Scope;
use super::ids::UnitId;
use super::initials::{initials, matches};
use super::unit::{UnitPath, UnitTree};

/// Part of a round as a range of paths, and under which unit the board folds what lies in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The unit; `None`: what stands directly below the top.
    pub fold: Option<UnitId>,
    /// The first path.
    pub lo: String,
    /// The first path beyond.
    pub hi: String,
}

/// Which obligations of a round a list holds; each is a count that leads to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Filter {
    /// What needs somebody: unmet or with an incident.
    #[default]
    Todo,
    /// Everything that is owed.
    All,
    /// What was received.
    Reported,
    /// Received, and all clear.
    AllClear,
    /// Received, and something happened.
    Incident,
    /// Nothing received and not excused, outages included.
    Unmet,
    /// Unmet beyond due and grace.
    Overdue,
    /// Received late.
    Late,
    /// Excused and unmet.
    Excused,
    /// Entered by others: on the unit's behalf or dictated by phone.
    Proxy,
    /// Unmet, and the whole window lay in an outage.
    Outage,
    /// Unmet, and no mail can reach anybody for it.
    Gap,
}

impl Filter {
    /// Every filter.
    pub const ALL: [Self; 12] = [
        Self::Todo,
        Self::All,
        Self::Reported,
        Self::AllClear,
        Self::Incident,
        Self::Unmet,
        Self::Overdue,
        Self::Late,
        Self::Excused,
        Self::Proxy,
        Self::Outage,
        Self::Gap,
    ];

    /// Gives the word in the address bar.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::All => "all",
            Self::Reported => "reported",
            Self::AllClear => "all_clear",
            Self::Incident => "incident",
            Self::Unmet => "unmet",
            Self::Overdue => "overdue",
            Self::Late => "late",
            Self::Excused => "excused",
            Self::Proxy => "proxy",
            Self::Outage => "outage",
            Self::Gap => "gap",
        }
    }

    /// Reads what [`Self::code`] gives.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.code() == code)
    }
}

/// Narrows ranges to a subtree. They stay sorted and disjoint if they were.
pub fn within(ranges: &[(String, String)], subtree: &UnitPath) -> Vec<(String, String)> {
    let (low, high) = subtree.range();
    let cut = |(lo, hi): &(String, String)| {
        let (lo, hi) = (lo.max(&low).clone(), hi.min(&high).clone());
        (lo < hi).then_some((lo, hi))
    };
    ranges.iter().filter_map(cut).collect()
}

/// Gives the units under which the board folds a round: those with units of their own, right below the top. A top
/// with only one such unit is passed by; one with none is folded under itself.
pub fn folds(tree: &UnitTree, scope: &Scope, focus: Option<UnitId>) -> Vec<UnitId> {
    let is_branch = |id: UnitId| tree.children(id).next().is_some();
    let mut tops: Vec<UnitId> = match (focus, scope) {
        (Some(focus), _) => vec![focus],
        (None, Scope::Whole) => tree.roots().map(|unit| unit.id).collect(),
        (None, Scope::Units { subtrees, .. }) => subtrees.iter().filter_map(UnitPath::id).collect(),
    };
    while let [top] = tops.as_slice() {
        let branches: Vec<UnitId> = tree
            .children(*top)
            .map(|unit| unit.id)
            .filter(|id| is_branch(*id))
            .collect();
        if branches.is_empty() {
            break;
        }
        tops = branches;
    }
    tops
}

/// Cuts ranges into spans: one for each fold, and the rest between them. Every path of the ranges is in exactly one.
pub fn spans(tree: &UnitTree, ranges: &[(String, String)], folds: &[UnitId]) -> Vec<Span> {
    let mut marks: Vec<(UnitId, String, String)> = folds
        .iter()
        .filter_map(|id| tree.get(*id))
        .map(|unit| {
            let (lo, hi) = unit.path.range();
            (unit.id, lo, hi)
        })
        .collect();
    marks.sort_by(|a, b| a.1.cmp(&b.1));
    let mut spans = Vec::new();
    let mut add = |fold, lo: &String, hi: &String| {
        if lo < hi {
            let (lo, hi) = (lo.clone(), hi.clone());
            spans.push(Span { fold, lo, hi });
        }
    };
    for (lo, hi) in ranges {
        let mut at = lo.clone();
        for (id, low, high) in marks.iter().filter(|(_, low, high)| low < hi && high > lo) {
            add(None, &at, low);
            let end = high.min(hi);
            add(Some(*id), low.max(&at), end);
            at = end.clone();
        }
        add(None, &at, hi);
    }
    spans
}

/// Gives the ranges of the units whose name holds a text or has it as its initials, or whose code begins with it, with
/// all below them, and whether there were more than `most`.
pub fn matching(tree: &UnitTree, text: &str, most: usize) -> (Vec<(String, String)>, bool) {
    let mut found: Vec<&UnitPath> = Vec::new();
    let mut more = false;
    let letters = initials(text);
    let hits = tree.iter().filter(|unit| {
        let code = unit
            .code
            .as_ref()
            .is_some_and(|code| code.as_str().starts_with(text));
        let name = unit.name.as_str();
        code || name.contains(text) || letters.as_ref().is_some_and(|letters| matches(name, letters))
    });
    for unit in hits {
        if found.len() == most {
            more = true;
            break;
        }
        found.push(&unit.path);
    }
    found.sort();
    found.dedup_by(|unit, above| above.contains(unit));
    (found.into_iter().map(UnitPath::range).collect(), more)
}

/// Gives what two sets of sorted, disjoint ranges share.
pub fn common(a: &[(String, String)], b: &[(String, String)]) -> Vec<(String, String)> {
    let mut shared = Vec::new();
    for (lo, hi) in a {
        for (low, high) in b {
            let (lo, hi) = (lo.max(low), hi.min(high));
            if lo < hi {
                shared.push((lo.clone(), hi.clone()));
            }
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_millis;
    use crate::domain::unit::{Code, Unit, UnitKind, UnitName};

    /// A county 1 with the townships 2 (villages 21, 22) and 3 (village 31), and the department 4.
    fn tree() -> UnitTree {
        let unit = |id: i64, parent: Option<i64>, path: &str, name: &str, code: &str| Unit {
            id: UnitId(id),
            parent: parent.map(UnitId),
            code: Code::parse(code).ok(),
            name: UnitName::parse(name).unwrap(),
            kind: UnitKind::Village,
            path: UnitPath::parse(path).unwrap(),
            since: from_millis(0).unwrap(),
        };
        UnitTree::new(vec![
            unit(1, None, "/1/", "鄱阳县", "361128"),
            unit(2, Some(1), "/1/2/", "谢家滩镇", "361128101"),
            unit(3, Some(1), "/1/3/", "石门街镇", "361128102"),
            unit(4, Some(1), "/1/4/", "水利局", ""),
            unit(21, Some(2), "/1/2/21/", "朱家村", "361128101201"),
            unit(22, Some(2), "/1/2/22/", "谢家村", "361128101202"),
            unit(31, Some(3), "/1/3/31/", "朱家村", "361128102201"),
        ])
        .unwrap()
    }

    fn fold_of(spans: &[Span], path: &str) -> Vec<Option<i64>> {
        let holds = |span: &&Span| span.lo.as_str() <= path && path < span.hi.as_str();
        spans.iter().filter(holds).map(|s| s.fold.map(|u| u.0)).collect()
    }

    #[test]
    fn a_county_folds_by_township_and_keeps_what_stands_directly_below_it_apart() {
        let tree = tree();
        let folds = folds(&tree, &Scope::Whole, None);
        assert_eq!(folds, [UnitId(2), UnitId(3)]);
        let spans = spans(&tree, &Scope::Whole.ranges(), &folds);
        for (path, fold) in [
            ("/1/", None),
            ("/1/2/", Some(2)),
            ("/1/2/22/", Some(2)),
            ("/1/3/31/", Some(3)),
            ("/1/4/", None),
            // A township that is gone, and a unit moved since: still counted, once.
            ("/1/25/7/", None),
        ] {
            assert_eq!(fold_of(&spans, path), [fold], "{path}");
        }
    }

    #[test]
    fn a_township_is_folded_under_itself_and_sees_nothing_else() {
        let tree = tree();
        let own = Scope::Units {
            subtrees: vec![UnitPath::parse("/1/3/").unwrap()],
            single: Vec::new(),
        };
        let folds = folds(&tree, &own, None);
        let spans = spans(&tree, &own.ranges(), &folds);
        assert_eq!(fold_of(&spans, "/1/3/31/"), [Some(3)]);
        assert!(fold_of(&spans, "/1/2/21/").is_empty());
        assert!(fold_of(&spans, "/1/").is_empty());
    }

    #[test]
    fn a_focus_narrows_and_never_widens() {
        let own = [UnitPath::parse("/1/3/").unwrap().range()];
        assert!(within(&own, &UnitPath::parse("/1/2/").unwrap()).is_empty());
        assert_eq!(within(&own, &UnitPath::parse("/1/").unwrap()), own);
        let village = UnitPath::parse("/1/3/31/").unwrap();
        assert_eq!(within(&own, &village), [village.range()]);
    }

    #[test]
    fn a_text_finds_names_codes_and_all_below_them() {
        let tree = tree();
        let (ranges, more) = matching(&tree, "朱家", 10);
        assert_eq!((ranges.len(), more), (2, false));
        let (ranges, _) = matching(&tree, "361128101", 10);
        assert_eq!(ranges, [UnitPath::parse("/1/2/").unwrap().range()]);
        let own = [UnitPath::parse("/1/3/").unwrap().range()];
        assert!(common(&own, &ranges).is_empty());
        assert!(matching(&tree, "3611", 1).1);
        let (ranges, _) = matching(&tree, "xj", 10);
        assert_eq!(
            ranges,
            [UnitPath::parse("/1/2/").unwrap().range()],
            "the village lies within"
        );
        let (ranges, _) = matching(&tree, "zjc", 10);
        assert_eq!(ranges.len(), 2);
    }

    #[test]
    fn every_filter_is_read_back_from_the_address() {
        for filter in Filter::ALL {
            assert_eq!(Filter::parse(filter.code()), Some(filter));
        }
    }
}
