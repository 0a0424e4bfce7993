//! Reads what stands behind the `?`: known names, each once.

use super::Problem;
use super::fields::{Faults, instant};
use crate::domain::time::Timestamp;
use crate::i18n::Lang;

/// The parameters of one request.
#[derive(Debug)]
pub(super) struct Query {
    pairs: Vec<(String, String)>,
    faults: Faults,
}

impl Query {
    /// Begins to read.
    pub(super) fn of(text: Option<&str>, l: Lang) -> Self {
        let pairs = form_urlencoded::parse(text.unwrap_or_default().as_bytes())
            .take(32)
            .map(|(name, value)| (name.into_owned(), value.into_owned()));
        Self {
            pairs: pairs.collect(),
            faults: Faults::new(l),
        }
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let place = self.pairs.iter().position(|(known, _)| known == name)?;
        Some(self.pairs.remove(place).1)
    }

    fn wrong(&mut self, name: &str, words: String) {
        self.faults.note(format!("?{name}"), words);
    }

    /// Reads how many are wanted, `most` at most; `usual` when nothing is said.
    pub(super) fn limit(&mut self, name: &str, usual: i64, most: i64) -> i64 {
        let Some(text) = self.take(name) else {
            return usual;
        };
        match text.parse() {
            Ok(n) if (1..=most).contains(&n) => n,
            _ => {
                let words = self.faults.l.api_limit(name, most);
                self.wrong(name, words);
                usual
            }
        }
    }

    /// Reads where the page before ended; 0 for the first page.
    pub(super) fn cursor(&mut self, name: &str) -> i64 {
        let Some(text) = self.take(name) else {
            return 0;
        };
        match text.parse() {
            Ok(after) if after >= 0 => after,
            _ => {
                let words = self.faults.l.api_cursor(name);
                self.wrong(name, words);
                0
            }
        }
    }

    /// Reads one of some words.
    pub(super) fn choice<T: Copy>(&mut self, name: &str, choices: &[(&'static str, T)]) -> Option<T> {
        let text = self.take(name)?;
        let chosen = choices.iter().find(|(word, _)| *word == text);
        if chosen.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            let words = self.faults.l.api_choice(name, words.join(", "));
            self.wrong(name, words);
        }
        chosen.map(|(_, chosen)| *chosen)
    }

    /// Reads an instant.
    pub(super) fn time(&mut self, name: &str) -> Option<Timestamp> {
        let text = self.take(name)?;
        // A plus that was not written as %2B reads as a blank.
        let read = instant(&text.replace(' ', "+"));
        if read.is_none() {
            let words = self.faults.l.api_time(name);
            self.wrong(name, words);
        }
        read
    }

    /// Ends: what was not read is unknown, or there twice.
    pub(super) fn end(mut self) -> Result<(), Problem> {
        let l = self.faults.l;
        for (name, _) in std::mem::take(&mut self.pairs) {
            let name: String = name.chars().take(60).collect();
            self.wrong(&name, l.problem_unknown_field(&name));
        }
        match self.faults.errors.is_empty() {
            true => Ok(()),
            false => Err(Problem::invalid(l, self.faults.errors)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_are_read_and_all_others_are_faults() {
        let mut q = Query::of(Some("limit=5&after=7"), Lang::En);
        assert_eq!((q.limit("limit", 100, 500), q.cursor("after")), (5, 7));
        assert!(q.end().is_ok());
        for bad in [
            "limit=0",
            "limit=501",
            "limit=x",
            "after=-1",
            "after=",
            "other=1",
            "limit=5&limit=6",
        ] {
            let mut q = Query::of(Some(bad), Lang::En);
            q.limit("limit", 100, 500);
            q.cursor("after");
            assert!(q.end().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_instant_survives_an_unquoted_plus() {
        let mut q = Query::of(Some("since=2026-06-01T16:00:00+08:00"), Lang::En);
        assert!(q.time("since").is_some());
        assert!(q.end().is_ok());
    }
}
