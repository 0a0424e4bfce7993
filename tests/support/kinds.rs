//! Knows which addresses lead to pages of one kind.

use allclear::web::{Route, table};

/// Names the kind of a page: its address in the table, and by which fields it is asked for.
pub fn kind_of(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let fits = |route: &Route| {
        let (mut pattern, mut given) = (route.path.split('/'), path.split('/'));
        pattern
            .by_ref()
            .zip(given.by_ref())
            .all(|(p, g)| p == g || p.starts_with('{'))
            && route.path.split('/').count() == path.split('/').count()
    };
    let mut found: Vec<&str> = table().iter().filter(|r| fits(r)).map(|r| r.path).collect();
    found.sort_by_key(|path| path.contains('{'));
    let mut fields: Vec<&str> = query
        .split('&')
        .filter_map(|pair| pair.split('=').next())
        .filter(|name| !name.is_empty())
        .collect();
    fields.sort_unstable();
    fields.dedup();
    format!("{}?{}", found.first().unwrap_or(&path), fields.join("&"))
}
