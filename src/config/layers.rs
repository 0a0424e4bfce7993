//! Knows where settings come from, which layer wins, and which names are settings at all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::faults::{Faults, broken_toml};
use crate::i18n::Lang;

/// Every setting with its default and its explanation.
pub const DEFAULTS: &str = include_str!("../../config/default.toml");

/// How the name of a variable that holds a setting begins.
const PREFIX: &str = "ALLCLEAR__";

/// The layer that a value came from; a later one wins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// `config/default.toml`.
    Default,
    /// What a provider of mail asks for, by the name of its preset.
    Preset(String),
    /// The configuration file.
    File(PathBuf),
    /// A variable of the environment.
    Environment(String),
    /// The command line.
    Flag,
}

impl Origin {
    /// Gives the place of the layer in the order, the lowest first.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Default | Self::Preset(_) => 0,
            Self::File(_) => 1,
            Self::Environment(_) => 2,
            Self::Flag => 3,
        }
    }

    /// Says which layer it is.
    pub(super) fn words(&self, l: Lang) -> String {
        match self {
            Self::Default => l.config_default().to_owned(),
            Self::Preset(name) => l.config_preset(name),
            Self::File(path) => path.display().to_string(),
            Self::Environment(name) => name.clone(),
            Self::Flag => l.config_flag().to_owned(),
        }
    }
}

/// The layers above the defaults.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The configuration file, if there is one.
    pub file: Option<PathBuf>,
    /// The environment, of which only `ALLCLEAR__…` counts.
    pub environment: Vec<(String, String)>,
    /// Settings by dotted name, such as `service.listen`, from the command line.
    pub flags: Vec<(String, String)>,
}

impl Sources {
    /// Takes the environment of this process.
    pub fn of_process(file: Option<PathBuf>, flags: Vec<(String, String)>) -> Self {
        // A variable that is not UTF-8 cannot be a setting.
        let environment = std::env::vars_os()
            .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
            .collect();
        Self {
            file,
            environment,
            flags,
        }
    }
}

/// One value and its layer.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    pub(super) value: Value,
    pub(super) origin: Origin,
}

/// The winning value of every setting, by dotted name.
#[derive(Debug, Clone, Default)]
pub(super) struct Layers {
    pub(super) leaves: BTreeMap<String, Leaf>,
    pub(super) defaults: BTreeMap<String, Value>,
}

impl Layers {
    /// Lays the layers over one another and notes every name that is no setting.
    pub(super) fn gather(sources: &Sources, faults: &mut Faults) -> Self {
        let defaults = defaults();
        let leaves = defaults
            .iter()
            .map(|(k, v)| (k.clone(), leaf(v.clone(), Origin::Default)));
        let mut layers = Self {
            leaves: leaves.collect(),
            defaults,
        };
        if let Some(path) = &sources.file {
            layers.add_file(path, faults);
        }
        for (name, text) in &sources.environment {
            if let Some(rest) = name.strip_prefix(PREFIX) {
                let key = rest.to_ascii_lowercase().replace("__", ".");
                layers.add(
                    &key,
                    Value::String(text.clone()),
                    &Origin::Environment(name.clone()),
                    faults,
                );
            }
        }
        for (key, text) in &sources.flags {
            layers.add(key, Value::String(text.clone()), &Origin::Flag, faults);
        }
        layers
    }

    /// Adds a configuration file.
    fn add_file(&mut self, path: &Path, faults: &mut Faults) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) => return faults.note(|l| l.config_unreadable(path.display(), l.file_reason(&e))),
        };
        // A spreadsheet program or an old editor may put a byte order mark first.
        let text = text.trim_start_matches('\u{feff}');
        match text.parse::<Table>() {
            Ok(table) => self.add_table("", table, &Origin::File(path.to_owned()), faults),
            Err(e) => faults.note(|l| {
                let words = broken_toml(l, text, &e);
                l.config_at(path.display(), words, "")
            }),
        }
    }

    /// Adds the values of a table, and of the tables in it, under a dotted prefix.
    fn add_table(&mut self, prefix: &str, table: Table, origin: &Origin, faults: &mut Faults) {
        for (name, value) in table {
            let key = format!("{prefix}{name}");
            match value {
                Value::Table(inner) if !self.defaults.contains_key(&key) && !inner.is_empty() => {
                    self.add_table(&format!("{key}."), inner, origin, faults);
                }
                Value::Table(inner) if inner.is_empty() && self.is_section(&key) => {}
                value => self.add(&key, value, origin, faults),
            }
        }
    }

    /// Lays one value over the lower layers, if its name is a setting.
    fn add(&mut self, key: &str, value: Value, origin: &Origin, faults: &mut Faults) {
        if self.defaults.contains_key(key) {
            self.leaves.insert(key.to_owned(), leaf(value, origin.clone()));
        } else {
            faults.note(|l| self.unknown(l, key, origin));
        }
    }

    /// Tells whether a name is a section of settings.
    fn is_section(&self, key: &str) -> bool {
        self.defaults
            .keys()
            .any(|k| k.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')))
    }

    /// Says that a name is no setting, and which one was probably meant.
    fn unknown(&self, l: Lang, key: &str, origin: &Origin) -> String {
        let write = |key: &str| match origin {
            Origin::Environment(_) => variable(key),
            _ => key.to_owned(),
        };
        let said = match origin {
            Origin::Environment(name) => name.clone(),
            Origin::File(path) => l.config_at(path.display(), key, ""),
            _ => key.to_owned(),
        };
        let section = key.split('.').next().unwrap_or_default();
        let words = if self.is_section(key) {
            l.config_section(self.section(l, key))
        } else if let Some(near) = self.nearest(key) {
            l.config_near(write(near))
        } else if self.is_section(section) {
            l.config_of_section(section, self.section(l, section))
        } else {
            l.config_unknown().to_owned()
        };
        l.config_at(said, words, "")
    }

    /// Lists the settings of a section.
    fn section(&self, l: Lang, section: &str) -> String {
        let inside = |k: &String| k.strip_prefix(section)?.strip_prefix('.').map(str::to_owned);
        self.defaults
            .keys()
            .filter_map(inside)
            .collect::<Vec<_>>()
            .join(l.list_joint())
    }

    /// Finds the setting whose name is most like a given one, if any is like it.
    fn nearest(&self, key: &str) -> Option<&str> {
        let last = |k: &str| k.rsplit('.').next().unwrap_or_default().to_owned();
        let distance = |known: &str| {
            let whole = strsim::damerau_levenshtein(key, known);
            // The right word in the wrong section is near, too.
            let elsewhere = if last(key) == last(known) { 3 } else { usize::MAX };
            whole.min(elsewhere)
        };
        let (near, far) = self
            .defaults
            .keys()
            .map(|k| (k, distance(k)))
            .min_by_key(|(_, d)| *d)?;
        (far <= 3).then_some(near)
    }
}

/// Pairs a value with its layer.
fn leaf(value: Value, origin: Origin) -> Leaf {
    Leaf { value, origin }
}

/// Names the variable that holds a setting.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_ascii_uppercase().replace('.', "__"))
}

/// Reads the embedded defaults; a test holds that they can be read.
fn defaults() -> BTreeMap<String, Value> {
    let sections: Table = DEFAULTS.parse().unwrap_or_default();
    let mut defaults = BTreeMap::new();
    for (section, value) in sections {
        if let Value::Table(table) = value {
            for (name, value) in table {
                defaults.insert(format!("{section}.{name}"), value);
            }
        }
    }
    defaults
}
