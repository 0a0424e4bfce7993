//! Reads the fields of an object, and names every fault at once: a field that is missing, wrong, unknown or there twice.

use chrono::{DateTime, Timelike as _, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::json::{Json, Object};
use crate::domain::time::{Timestamp, to_millisecond};
use crate::i18n::Lang;

/// What is wrong at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct FieldError {
    /// Where, as RFC 6901 has it.
    pub pointer: String,
    /// What to do about it.
    pub detail: String,
}

/// What is wrong so far, in the language of whoever sent it.
#[derive(Debug)]
pub(super) struct Faults {
    pub(super) l: Lang,
    pub(super) errors: Vec<FieldError>,
}

impl Faults {
    pub(super) fn new(l: Lang) -> Self {
        Self {
            l,
            errors: Vec::new(),
        }
    }

    /// Notes what is wrong at a place.
    pub(super) fn note(&mut self, pointer: String, detail: impl Into<String>) {
        self.errors.push(FieldError {
            pointer,
            detail: detail.into(),
        });
    }
}

/// An object that is being read.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    at: String,
    object: Object,
    faults: &'a mut Faults,
}

/// The most unknown names that are named.
const MOST: usize = 20;

impl<'a> Fields<'a> {
    /// Begins to read an object at a place.
    pub(super) fn of(at: &str, object: Object, faults: &'a mut Faults) -> Self {
        Self {
            at: at.to_owned(),
            object,
            faults,
        }
    }

    fn take(&mut self, name: &str) -> Option<Json> {
        self.object
            .fields
            .remove(name)
            .filter(|value| *value != Json::Null)
    }

    /// Notes that a field is wrong.
    pub(super) fn wrong<T>(&mut self, name: &str, say: impl FnOnce(Lang, &str) -> String) -> Option<T> {
        let (pointer, words) = (pointer(&self.at, name), say(self.faults.l, name));
        self.faults.note(pointer, words);
        None
    }

    /// Notes that a field is missing, where it is.
    pub(super) fn needed<T>(&mut self, name: &str, value: Option<T>) -> Option<T> {
        let pointer = pointer(&self.at, name);
        if value.is_none() && !self.faults.errors.iter().any(|e| e.pointer == pointer) {
            return self.wrong(name, |l, name| l.api_needed(name));
        }
        value
    }

    /// Tells whether a field is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.object.fields.contains_key(name)
    }

    /// Reads a text.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Json::Text(text) => Some(text),
            _ => self.wrong(name, |l, name| l.api_text(name)),
        }
    }

    /// Reads a number that counts people; one that is too large is left to the rules of the form.
    pub(super) fn count(&mut self, name: &str) -> Option<u32> {
        match self.take(name)? {
            Json::Whole(n) if n >= 0 => Some(u32::try_from(n).unwrap_or(u32::MAX)),
            _ => self.wrong(name, |l, name| l.api_whole(name)),
        }
    }

    /// Reads an id.
    pub(super) fn id(&mut self, name: &str) -> Option<i64> {
        match self.take(name)? {
            Json::Whole(n) => Some(n),
            _ => self.wrong(name, |l, name| l.api_whole(name)),
        }
    }

    /// Reads an id or a code.
    pub(super) fn id_or_code(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Json::Whole(n) => Some(format!("id:{n}")),
            Json::Text(text) => Some(text),
            _ => self.wrong(name, |l, name| l.api_unit(name)),
        }
    }

    /// Reads a flag.
    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        match self.take(name)? {
            Json::Flag(flag) => Some(flag),
            _ => self.wrong(name, |l, name| l.api_flag(name)),
        }
    }

    /// Reads an instant.
    pub(super) fn time(&mut self, name: &str) -> Option<Timestamp> {
        let read = match self.take(name)? {
            Json::Text(text) => instant(&text),
            _ => None,
        };
        read.or_else(|| self.wrong(name, |l, name| l.api_time(name)))
    }

    /// Reads a UUID.
    pub(super) fn uuid(&mut self, name: &str) -> Option<Uuid> {
        let read = match self.take(name)? {
            Json::Text(text) => Uuid::try_parse(text.trim()).ok(),
            _ => None,
        };
        read.or_else(|| self.wrong(name, |l, name| l.api_uuid(name)))
    }

    /// Reads one of some words.
    pub(super) fn choice<T: Copy>(&mut self, name: &str, choices: &[(&'static str, T)]) -> Option<T> {
        let value = self.take(name)?;
        let chosen = match &value {
            Json::Text(text) => choices.iter().find(|(word, _)| word == text),
            _ => None,
        };
        if let Some((_, chosen)) = chosen {
            return Some(*chosen);
        }
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        self.wrong(name, |l, name| l.api_choice(name, words.join(", ")))
    }

    /// Reads an object within the object.
    pub(super) fn object<T>(&mut self, name: &str, read: impl FnOnce(Fields<'_>) -> T) -> Option<T> {
        match self.take(name)? {
            Json::Object(object) => {
                let at = pointer(&self.at, name);
                Some(read(Fields::of(&at, object, self.faults)))
            }
            _ => self.wrong(name, |l, name| l.api_object(name)),
        }
    }

    /// Ends: what was not read is unknown, and what came twice was one time too many.
    pub(super) fn end(self) {
        let l = self.faults.l;
        let unknown = self
            .object
            .fields
            .keys()
            .map(|name| (name, l.problem_unknown_field(short(name))));
        let twice = self
            .object
            .repeated
            .iter()
            .map(|name| (name, l.problem_repeated(short(name))));
        for (name, words) in unknown.chain(twice).take(MOST) {
            self.faults.note(pointer(&self.at, short(name)), words);
        }
    }
}

/// Reads an instant as RFC 3339 has it; no day, hour or second that there is not.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let at = DateTime::parse_from_rfc3339(text.trim()).ok()?;
    // A second that was inserted would move when it is kept.
    (at.nanosecond() < 1_000_000_000).then(|| to_millisecond(at.with_timezone(&Utc)))
}

fn short(name: &str) -> &str {
    name.char_indices().nth(60).map_or(name, |(end, _)| &name[..end])
}

fn pointer(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::super::json::object;
    use super::*;

    fn faults(text: &str, read: impl FnOnce(&mut Fields<'_>)) -> Vec<String> {
        let mut faults = Faults::new(Lang::En);
        let mut fields = Fields::of("", object(text.as_bytes()).unwrap(), &mut faults);
        read(&mut fields);
        fields.end();
        faults.errors.into_iter().map(|e| e.pointer).collect()
    }

    #[test]
    fn every_fault_is_named_at_its_place() {
        let text = r#"{"when":"2026-02-30T00:00:00Z","n":1.5,"x/y":1,"n":2,"in":{"flag":"yes"}}"#;
        let found = faults(text, |f| {
            assert_eq!(f.time("when"), None);
            assert_eq!(f.count("n"), None);
            f.object("in", |mut f| {
                assert_eq!(f.flag("flag"), None);
                f.end();
            });
            assert_eq!(f.needed("kind", None::<()>), None);
        });
        assert_eq!(found, ["/when", "/n", "/in/flag", "/kind", "/x~1y", "/n"]);
    }

    #[test]
    fn null_is_the_same_as_nothing() {
        let found = faults(r#"{"a":null,"b":null}"#, |f| {
            assert_eq!((f.text("a"), f.count("b")), (None, None));
        });
        assert!(found.is_empty());
    }

    #[test]
    fn there_is_no_thirtieth_of_february_no_hour_24_and_no_second_60() {
        for bad in [
            "2026-02-30T16:00:00Z",
            "2026-06-01T24:00:00Z",
            "2026-06-30T23:59:60Z",
            "2026-06-01 16:00",
            "2026-06-01T16:00:00",
            "",
            "now",
        ] {
            assert_eq!(instant(bad), None, "{bad}");
        }
        let at = instant("2026-06-01T16:00:00.1239+08:00").unwrap();
        assert_eq!(at.to_rfc3339(), "2026-06-01T08:00:00.123+00:00");
    }
}
