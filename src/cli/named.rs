//! Knows how a unit is named on the command line: by code, by name, by `parent/name`, or by `#id`.

use super::fail::Fail;
use crate::domain::ids::UnitId;
use crate::domain::language::Lang;
use crate::domain::unit::{Unit, UnitTree};

/// The most units that an ambiguous name is answered with.
const MOST_SHOWN: usize = 10;

/// Finds the one unit that a text names.
pub(crate) fn unit<'a>(tree: &'a UnitTree, text: &str, lang: Lang) -> Result<&'a Unit, Fail> {
    let text = text.trim();
    if let Some(id) = text.strip_prefix('#') {
        let found = id.parse().ok().and_then(|id| tree.get(UnitId(id)));
        return found.ok_or_else(|| Fail::Refused(lang.cli_unit_unknown(text)));
    }
    let (parent, name) = match text.rsplit_once('/') {
        Some((parent, name)) => (Some(parent.trim()), name.trim()),
        None => (None, text),
    };
    let is_called = |unit: &Unit, name: &str| {
        unit.name.as_str() == name || unit.code.as_ref().is_some_and(|code| code.as_str() == name)
    };
    let found: Vec<&Unit> = tree
        .iter()
        .filter(|unit| is_called(unit, name))
        .filter(|unit| parent.is_none_or(|p| tree.parent(unit.id).is_some_and(|above| is_called(above, p))))
        .collect();
    match found.as_slice() {
        [] => Err(Fail::Refused(lang.cli_unit_unknown(text))),
        [one] => Ok(one),
        several => {
            let names: Vec<String> = several
                .iter()
                .take(MOST_SHOWN)
                .map(|unit| format!("  {}", line(tree, unit)))
                .collect();
            let head = lang.cli_unit_ambiguous(text, several.len());
            Err(Fail::Refused(format!("{head}\n{}", names.join("\n"))))
        }
    }
}

/// Finds several units.
pub(crate) fn units(tree: &UnitTree, texts: &[String], lang: Lang) -> Result<Vec<UnitId>, Fail> {
    texts
        .iter()
        .map(|text| unit(tree, text, lang).map(|unit| unit.id))
        .collect()
}

/// Writes a unit with its id, code and parent, as every list does.
pub(crate) fn line(tree: &UnitTree, unit: &Unit) -> String {
    let code = unit.code.as_ref().map_or("-", |code| code.as_str());
    let label = tree.label(unit.id);
    let label = label.map(|label| label.to_string()).unwrap_or_default();
    format!("#{}\t{code}\t{label}", unit.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_millis;
    use crate::domain::unit::{Code, UnitKind, UnitName, UnitPath};

    fn tree() -> UnitTree {
        let unit = |id, parent: Option<i64>, code: &str, name: &str| Unit {
            id: UnitId(id),
            parent: parent.map(UnitId),
            code: Code::parse(code).ok(),
            name: UnitName::parse(name).unwrap(),
            kind: UnitKind::Village,
            path: UnitPath::root(UnitId(id)),
            since: from_millis(0).unwrap(),
        };
        UnitTree::new(vec![
            unit(1, None, "361128", "鄱阳县"),
            unit(2, Some(1), "361128101", "谢家滩镇"),
            unit(3, Some(1), "361128102", "石门街镇"),
            unit(4, Some(2), "361128101201", "朱家村"),
            unit(5, Some(3), "361128102201", "朱家村"),
        ])
        .unwrap()
    }

    #[test]
    fn a_unit_is_named_by_code_by_name_with_its_parent_or_by_id() {
        let tree = tree();
        for (text, id) in [
            ("361128", 1),
            ("谢家滩镇", 2),
            ("石门街镇/朱家村", 5),
            ("361128101/朱家村", 4),
            ("#4", 4),
        ] {
            assert_eq!(unit(&tree, text, Lang::En).unwrap().id, UnitId(id), "{text}");
        }
    }

    #[test]
    fn a_name_that_two_villages_bear_is_answered_with_both() {
        let Err(Fail::Refused(words)) = unit(&tree(), "朱家村", Lang::En) else {
            panic!("the name is ambiguous")
        };
        assert!(
            words.contains("谢家滩镇 · 朱家村") && words.contains("石门街镇 · 朱家村"),
            "{words}"
        );
        assert!(unit(&tree(), "某村", Lang::En).is_err());
        assert!(unit(&tree(), "#99", Lang::En).is_err());
    }
}
