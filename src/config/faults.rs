//! Knows what is wrong with a configuration, in sentences of every language; all of it at once.

use std::fmt;
use std::io;
use std::path::Path;

use crate::i18n::Lang;

/// Everything that is wrong with a configuration, one sentence each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults(Vec<Sentence>);

/// What is said of one fault, in every language.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sentence {
    zh: String,
    en: String,
}

impl Faults {
    /// Notes a fault, in words that are asked for in every language.
    pub(super) fn note(&mut self, words: impl Fn(Lang) -> String) {
        self.0.push(Sentence {
            zh: words(Lang::Zh),
            en: words(Lang::En),
        });
    }

    /// Takes a single fault.
    pub(super) fn one(words: impl Fn(Lang) -> String) -> Self {
        let mut faults = Self::default();
        faults.note(words);
        faults
    }

    /// Says that a file cannot be written.
    pub fn unwritable(file: &Path, error: &io::Error) -> Self {
        Self::one(|l| l.config_unwritable(file.display(), l.file_reason(error)))
    }

    /// Tells whether nothing is wrong.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Gives the sentences in a language.
    pub fn sentences(&self, lang: Lang) -> Vec<&str> {
        self.0.iter().map(|one| one.said(lang)).collect()
    }
}

impl Sentence {
    fn said(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentences(Lang::En).join("\n"))
    }
}

impl std::error::Error for Faults {}

/// Says where a text is not TOML, and why. The line itself stays unsaid: it may hold a password.
pub(super) fn broken_toml(l: Lang, text: &str, error: &toml::de::Error) -> String {
    let says = |words: &[&str]| words.iter().any(|word| error.message().contains(word));
    let words = if says(&["duplicate key"]) {
        l.config_toml_twice()
    } else if says(&["must be quoted"]) {
        l.config_toml_quotes()
    } else if says(&["string", "quote", "escape", "unicode value"]) {
        l.config_toml_text()
    } else if says(&["array", "table"]) {
        l.config_toml_bracket()
    } else if says(&["key with no value", "missing assignment", "`=`", "missing value"]) {
        l.config_toml_equals()
    } else {
        l.config_toml_shape()
    };
    placed(l, text, error, words)
}

/// Says something of the place in a text that an error names, if it names one.
pub(super) fn placed(l: Lang, text: &str, error: &toml::de::Error, words: &str) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let Some(before) = before else {
        return words.to_owned();
    };
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    l.config_line(line, words, column)
}
