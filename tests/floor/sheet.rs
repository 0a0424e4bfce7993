//! Reads a style sheet: which properties, rules, selectors and functions a browser has to know.

use std::collections::BTreeSet;

/// Gives what a browser has to know: `name:` for properties, `@name`, `:name` and `name()`.
pub(crate) fn needs(text: &str) -> BTreeSet<String> {
    let text = plain(text);
    let mut needs = BTreeSet::new();
    let mut part = String::new();
    for c in text.chars() {
        match c {
            '{' => head(part.trim(), &mut needs),
            ';' | '}' => body(part.trim(), &mut needs),
            _ => {
                part.push(c);
                continue;
            }
        }
        part.clear();
    }
    needs
}

/// Gives the classes that a sheet describes by a rule of their own (`.name { … }`), on screens of any width.
pub(crate) fn classes(text: &str) -> BTreeSet<String> {
    let text = plain(text);
    let mut classes = BTreeSet::new();
    let (mut depth, mut part) = (0_u32, String::new());
    for c in text.chars() {
        match c {
            '{' => {
                let alone = |selector: &&str| {
                    let name = selector.strip_prefix('.').unwrap_or_default();
                    !name.is_empty()
                        && name
                            .chars()
                            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
                };
                if depth == 0 {
                    let selectors = part.split(',').map(str::trim).filter(alone);
                    classes.extend(selectors.map(str::to_owned));
                }
                depth += 1;
            }
            '}' => depth -= 1,
            ';' => {}
            _ => {
                part.push(c);
                continue;
            }
        }
        part.clear();
    }
    classes
}

/// Takes remarks and quoted texts out.
fn plain(text: &str) -> String {
    let mut rest = text;
    let mut plain = String::new();
    while let Some(at) = rest.find(['"', '/']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let stop = match () {
            () if rest.starts_with("/*") => rest.find("*/").map(|end| end + 2),
            () if rest.starts_with('"') => rest[1..].find('"').map(|end| end + 2),
            () => {
                plain.push('/');
                Some(1)
            }
        };
        rest = &rest[stop.unwrap_or(rest.len())..];
    }
    plain + rest
}

/// What stands before a brace: a rule with its condition, or selectors.
fn head(text: &str, needs: &mut BTreeSet<String>) {
    if let Some(rule) = text.strip_prefix('@') {
        let (name, rest) = rule.split_once([' ', '(']).unwrap_or((rule, ""));
        needs.insert(format!("@{name}"));
        for feature in rest.split('(').skip(1) {
            needs.insert(format!("@{}", word(feature)));
        }
        return;
    }
    for (at, _) in text.match_indices(':') {
        let colons = if text[at + 1..].starts_with(':') {
            "::"
        } else {
            ":"
        };
        let named = word(&text[at + colons.len()..]);
        let is_second = text[..at].ends_with(':');
        if !named.is_empty() && !is_second {
            needs.insert(format!("{colons}{named}"));
        }
    }
}

/// What stands in braces: a property and its value.
fn body(text: &str, needs: &mut BTreeSet<String>) {
    let Some((name, value)) = text.split_once(':') else {
        return;
    };
    if !name.trim().starts_with("--") {
        needs.insert(format!("{}:", name.trim()));
    }
    let parts = value.split('(');
    let calls = parts.clone().count() - 1;
    for part in parts.take(calls) {
        let name: Vec<char> = part
            .chars()
            .rev()
            .take_while(|c| c.is_alphanumeric() || *c == '-')
            .collect();
        let name: String = name.into_iter().rev().collect();
        needs.insert(format!("{name}()"));
    }
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '-'));
    &text[..end.unwrap_or(text.len())]
}
