//! Finds the unit that somebody typed: by code, by name, by `township/village`, or by its number `#32`.

use crate::domain::ids::UnitId;
use crate::domain::unit::{Unit, UnitTree};

/// Gives the unit that a text names; `None` when there is none or more than one.
pub(in crate::web) fn unit<'a>(tree: &'a UnitTree, typed: &str) -> Option<&'a Unit> {
    let typed = typed.trim();
    if let Some(number) = typed.strip_prefix('#') {
        return tree.get(UnitId(number.parse().ok()?));
    }
    let (above, name) = match typed.rsplit_once(['/', ' ', '　', '·']) {
        Some((above, name)) => (Some(above.trim()), name.trim()),
        None => (None, typed),
    };
    let fits = |unit: &&Unit| {
        let is_code = unit.code.as_ref().is_some_and(|code| code.as_str() == typed);
        let lies = |above: &str| tree.parent(unit.id).is_some_and(|p| p.name.as_str() == above);
        is_code || unit.name.as_str() == typed || (unit.name.as_str() == name && above.is_none_or(lies))
    };
    let mut found = tree.iter().filter(fits);
    match (found.next(), found.next()) {
        (Some(unit), None) => Some(unit),
        _ => None,
    }
}

/// Writes a unit so that [`unit()`] finds it again: its name if no other bears it, else its code or its number.
pub(super) fn named(tree: &UnitTree, id: UnitId) -> Option<String> {
    let known = tree.get(id)?;
    let texts = [
        Some(known.name.as_str().to_owned()),
        known.code.as_ref().map(|code| code.as_str().to_owned()),
    ];
    let finds = |text: &String| unit(tree, text).is_some_and(|found| found.id == id);
    let text = texts.into_iter().flatten().find(finds);
    Some(text.unwrap_or_else(|| format!("#{id}")))
}
