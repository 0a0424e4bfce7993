//! Knows how to take one setting out of the layers, and what to say when it cannot be read.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use toml::{Table, Value};

use super::faults::Faults;
use super::layers::{Layers, Leaf, Origin};
use super::value::Setting;
use crate::i18n::Lang;

/// The largest file that may hold a secret.
const SECRET_LIMIT: usize = 64 * 1024;

/// Takes settings out of the layers; what cannot be read is noted and its default taken, so that one reading finds
/// every fault.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    layers: &'a Layers,
    /// Where relative paths start.
    pub(super) base: PathBuf,
    taken: RefCell<BTreeSet<String>>,
    faults: RefCell<Faults>,
}

/// Says that even the default of a setting cannot be read, which a test excludes.
#[derive(Debug)]
pub(super) struct Broken(pub(super) String);

impl<'a> Reader<'a> {
    /// Begins to read, with the faults that are known already.
    pub(super) fn new(layers: &'a Layers, faults: Faults) -> Self {
        Self {
            layers,
            base: PathBuf::new(),
            taken: RefCell::default(),
            faults: RefCell::new(faults),
        }
    }

    /// Ends reading and gives what was found wrong.
    pub(super) fn finish(self) -> Faults {
        self.faults.into_inner()
    }

    /// Gives the names of the settings that were taken.
    #[cfg(test)]
    pub(super) fn taken(&self) -> BTreeSet<String> {
        self.taken.borrow().clone()
    }

    /// Notes that a setting is wrong, with its layer.
    pub(super) fn fault<W: Into<String>>(&self, key: &str, words: impl Fn(Lang) -> W) {
        let origin = self.layers.leaves.get(key).map(|leaf| &leaf.origin);
        let origin = origin.filter(|origin| **origin != Origin::Default);
        self.faults.borrow_mut().note(|l| {
            let words: String = words(l).into();
            let from = origin.map(|origin| l.config_from(origin.words(l)));
            // What other pages say, too, ends like a sentence.
            let words = words.trim_end_matches(['.', '。']);
            l.config_at(key, words, from.unwrap_or_default())
        });
    }

    /// Notes that a value is not what it must be.
    fn unlike<T: Setting>(&self, key: &str, value: &str) {
        self.fault(key, |l| l.config_not(shown(value), (T::LIKE)(l)));
    }

    /// Takes a setting by its name.
    fn leaf(&self, key: &str) -> Result<&'a Leaf, Broken> {
        self.taken.borrow_mut().insert(key.to_owned());
        self.layers.leaves.get(key).ok_or_else(|| Broken(key.to_owned()))
    }

    /// Takes the text of a setting.
    pub(super) fn text(&self, key: &str) -> Result<String, Broken> {
        if let Some(text) = plain(&self.leaf(key)?.value) {
            return Ok(text);
        }
        self.fault(key, Lang::config_single);
        self.default_text(key)
    }

    /// Gives the text of a default.
    fn default_text(&self, key: &str) -> Result<String, Broken> {
        self.layers
            .defaults
            .get(key)
            .and_then(plain)
            .ok_or_else(|| Broken(key.to_owned()))
    }

    /// Takes the text of a setting that pages or letters show: one line, no longer than asked.
    pub(super) fn line(&self, key: &str, longest: usize) -> Result<String, Broken> {
        let text = self.text(key)?.trim().to_owned();
        if text.chars().any(char::is_control) {
            self.fault(key, Lang::config_one_line);
        } else if text.chars().count() > longest {
            self.fault(key, |l| l.config_longest(longest));
        }
        Ok(text)
    }

    /// Takes a setting of a kind.
    pub(super) fn get<T: Setting>(&self, key: &str) -> Result<T, Broken> {
        let text = self.text(key)?;
        if let Some(value) = T::read(text.trim()) {
            return Ok(value);
        }
        self.unlike::<T>(key, &text);
        T::read(&self.default_text(key)?).ok_or_else(|| Broken(key.to_owned()))
    }

    /// Takes a setting of a kind; an empty text is `None`.
    pub(super) fn optional<T: Setting>(&self, key: &str) -> Result<Option<T>, Broken> {
        let text = self.text(key)?;
        let text = text.trim();
        let value = T::read(text);
        if value.is_none() && !text.is_empty() {
            self.unlike::<T>(key, text);
        }
        Ok(if text.is_empty() { None } else { value })
    }

    /// Takes a setting that lies in a range.
    pub(super) fn within<T>(&self, key: &str, range: RangeInclusive<T>) -> Result<T, Broken>
    where
        T: Setting + PartialOrd + std::fmt::Display + Copy,
    {
        let value = self.get::<T>(key)?;
        if !range.contains(&value) {
            let (least, most) = (range.start(), range.end());
            self.fault(key, |l| l.config_range(value, least, most));
        }
        Ok(value)
    }

    /// Takes a list.
    pub(super) fn list<T: Setting>(&self, key: &str) -> Result<Vec<T>, Broken> {
        let leaf = self.leaf(key)?;
        let items = match &leaf.value {
            Value::String(text) => self.spelled(key, text),
            other => other.clone(),
        };
        Ok(self.items(key, &items))
    }

    /// Takes a list of which each member may be written as one text, as a list of texts, or as a section with
    /// `ask` and `to`; all are read as one text.
    pub(super) fn steps<T: Setting>(&self, key: &str) -> Result<Vec<T>, Broken> {
        let list = match &self.leaf(key)?.value {
            Value::String(text) => self.spelled(key, text),
            other => other.clone(),
        };
        let Value::Array(list) = list else {
            self.fault(key, |l| l.config_steps((T::LIKE)(l)));
            return Ok(Vec::new());
        };
        let one = |step: &Value| match step {
            Value::Array(to) => Value::String(to.iter().filter_map(plain).collect::<Vec<_>>().join(" ")),
            Value::Table(step) => self.section(key, step),
            single => single.clone(),
        };
        Ok(self.items(key, &Value::Array(list.iter().map(one).collect())))
    }

    /// Writes a step that is a section as one text.
    fn section(&self, key: &str, step: &Table) -> Value {
        let mut words = Vec::new();
        for (name, value) in step {
            match (name.as_str(), value) {
                ("ask", ask) => words.insert(0, plain(ask).unwrap_or_default()),
                ("to", Value::Array(to)) => words.extend(to.iter().filter_map(plain)),
                ("to", single) => words.extend(plain(single)),
                _ => self.fault(key, |l| l.config_step_word(shown(name))),
            }
        }
        Value::String(words.join(" "))
    }

    /// Reads a list that the environment or the command line gave as a text: in brackets, or with commas.
    fn spelled(&self, key: &str, text: &str) -> Value {
        if text.trim_start().starts_with('[') {
            let table = format!("list = {text}").parse::<Table>();
            if let Some(list) = table.ok().and_then(|mut t| t.remove("list")) {
                return list;
            }
            self.fault(key, Lang::config_brackets);
            return Value::Array(Vec::new());
        }
        let items = text.split(',').map(str::trim).filter(|s| !s.is_empty());
        Value::Array(items.map(|s| Value::String(s.to_owned())).collect())
    }

    /// Reads the members of a list.
    fn items<T: Setting>(&self, key: &str, list: &Value) -> Vec<T> {
        let Value::Array(list) = list else {
            self.fault(key, Lang::config_list);
            return Vec::new();
        };
        let mut items = Vec::new();
        for item in list {
            let text = plain(item);
            match text.as_deref().and_then(|t| T::read(t.trim())) {
                Some(value) => items.push(value),
                None => self.unlike::<T>(key, &text.unwrap_or_default()),
            }
        }
        items
    }

    /// Takes a path; an empty text is `None`.
    pub(super) fn path(&self, key: &str) -> Result<Option<PathBuf>, Broken> {
        let text = self.text(key)?;
        // `folder/.` is said as `folder`.
        Ok((!text.is_empty()).then(|| self.base.join(text).components().collect()))
    }

    /// Takes a secret, from the setting itself or from the file that `…_file` names, whichever is of the later layer.
    pub(super) fn secret(&self, key: &str) -> Result<Option<SecretString>, Broken> {
        let file_key = format!("{key}_file");
        let direct = self.text(key)?;
        let file = self.path(&file_key)?;
        let rank = |k: &str| self.layers.leaves.get(k).map_or(0, |l| l.origin.rank());
        let (rank_direct, rank_file) = (rank(key), rank(&file_key));
        let secret = match file {
            Some(path) if direct.is_empty() || rank_file > rank_direct => self.secret_file(&file_key, &path),
            Some(_) if rank_file == rank_direct => {
                self.fault(key, |l| l.config_both(&file_key));
                None
            }
            _ => Some(direct),
        };
        Ok(secret.filter(|s| !s.is_empty()).map(SecretString::from))
    }

    /// Reads a file that holds nothing but a secret; the line break at its end does not count.
    fn secret_file(&self, key: &str, path: &Path) -> Option<String> {
        match std::fs::read_to_string(path) {
            Ok(text) if text.trim().is_empty() => self.fault(key, |l| l.config_empty(path.display())),
            Ok(text) if text.len() > SECRET_LIMIT => self.fault(key, |l| l.config_large(path.display())),
            Ok(text) => return Some(text.trim_end_matches(['\r', '\n']).to_owned()),
            Err(e) => self.fault(key, |l| l.config_unreadable(path.display(), l.file_reason(&e))),
        }
        None
    }
}

/// Writes a single value as text; a list or a section is `None`.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(s) => Some(s.clone()),
        Value::Integer(n) => Some(n.to_string()),
        Value::Float(n) => Some(n.to_string()),
        Value::Boolean(b) => Some(b.to_string()),
        Value::Datetime(d) => Some(d.to_string()),
        Value::Array(_) | Value::Table(_) => None,
    }
}

/// Cuts a wrong value to what fits into a sentence.
fn shown(text: &str) -> String {
    let mut shown: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    if text.chars().count() > 60 {
        shown.push('…');
    }
    shown
}
