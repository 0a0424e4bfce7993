//! Knows how to show the settings in force, without their secrets.

use std::fmt::Write;

use toml::{Table, Value};

use super::layers::{DEFAULTS, Layers, Leaf, Origin};
use super::settings::Settings;
use crate::i18n::Lang;

/// What stands in the place of a secret.
const HIDDEN: &str = "(hidden)";

impl Settings {
    /// Writes the settings in force as TOML, in the order of `default.toml`, each with the layer it comes from.
    pub fn show(&self, l: Lang) -> String {
        let mut shown = String::new();
        let mut section = "";
        for line in DEFAULTS.lines() {
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                let gap = if section.is_empty() { "" } else { "\n" };
                let _ = writeln!(shown, "{gap}{line}");
                section = name;
            } else if let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#'))
                && let Some(leaf) = self.layers.leaves.get(&format!("{section}.{name}"))
            {
                let _ = writeln!(shown, "{}", entry(l, name, leaf));
            }
        }
        shown
    }
}

/// Writes one setting and its layer.
fn entry(l: Lang, name: &str, leaf: &Leaf) -> String {
    let line =
        toml::to_string(&Table::from_iter([(name.to_owned(), leaf.value.clone())])).unwrap_or_default();
    let line = line.trim_end();
    match &leaf.origin {
        Origin::Default => line.to_owned(),
        // A comment ends with its line, so a path with a line break must not break out of it.
        origin => format!("{line}  # {}", origin.words(l).replace(char::is_control, "?")),
    }
}

/// Puts a mark in the place of every secret.
pub(super) fn without_secrets(mut layers: Layers) -> Layers {
    for (key, leaf) in &mut layers.leaves {
        match (key.as_str(), &mut leaf.value) {
            ("mail.password" | "metrics.token", Value::String(text)) if !text.is_empty() => {
                HIDDEN.clone_into(text)
            }
            ("heartbeat.url", Value::String(url)) if !url.is_empty() => *url = without_path(url),
            ("database.url", Value::String(url)) => *url = without_password(url),
            // Anything but a text in these places was refused.
            _ => {}
        }
    }
    layers
}

/// Takes the path out of a web address: whoever knows it can send a sign of life in our place.
fn without_path(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    format!("{scheme}://{host}/{HIDDEN}")
}

/// Takes the password out of a database address, also one that stands in its query.
fn without_password(url: &str) -> String {
    let (before, query) = url.split_once('?').unwrap_or((url, ""));
    let query = if query.is_empty() {
        String::new()
    } else {
        format!("?{HIDDEN}")
    };
    let shown = match (before.split_once("://"), before.rfind('@')) {
        (Some((scheme, rest)), Some(at)) => {
            let host = &before[at..];
            let user = rest.split([':', '@']).next().unwrap_or_default();
            format!("{scheme}://{user}:{HIDDEN}{host}")
        }
        _ => before.to_owned(),
    };
    shown + &query
}
