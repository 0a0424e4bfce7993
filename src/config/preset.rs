//! Knows what providers of mail ask for, by name: `mail.preset` lays it under whatever the administrator writes himself.

use toml::{Table, Value};

use super::layers::{Layers, Leaf, Origin};
use super::read::{Broken, Reader};

/// A table for each preset: settings of `[mail]`.
const PRESETS: &str = include_str!("../../config/mail-presets.toml");

/// Reads the presets; a test holds that they can be read.
pub(super) fn presets() -> Table {
    PRESETS.parse().unwrap_or_default()
}

/// Lays the preset that is asked for over the defaults, and under every other layer. Where a provider takes letters from
/// the account alone, the account is the sender.
pub(super) fn lay(layers: &mut Layers) {
    let Some(Value::String(name)) = layers.leaves.get("mail.preset").map(|leaf| leaf.value.clone()) else {
        return;
    };
    let name = name.trim();
    let Some(Value::Table(settings)) = presets().remove(name) else {
        return;
    };
    let login = layers.leaves.get("mail.login").map(|leaf| leaf.value.clone());
    let from = login.filter(|login| login.as_str().is_some_and(|login| login.contains('@')));
    let all = settings
        .into_iter()
        .chain(from.map(|from| ("from_address".to_owned(), from)));
    for (key, value) in all {
        if let Some(leaf) = layers.leaves.get_mut(&format!("mail.{key}"))
            && leaf.origin == Origin::Default
        {
            *leaf = Leaf {
                value,
                origin: Origin::Preset(name.to_owned()),
            };
        }
    }
}

/// Takes the name of the preset, and notes one that is none.
pub(super) fn known(r: &Reader<'_>) -> Result<(), Broken> {
    let name = r.line("mail.preset", 60)?;
    let presets = presets();
    if !name.is_empty() && !presets.contains_key(&name) {
        let names: Vec<&str> = presets.keys().map(String::as_str).collect();
        r.fault("mail.preset", |l| {
            l.config_no_preset(&name, names.join(l.list_joint()))
        });
    }
    Ok(())
}
