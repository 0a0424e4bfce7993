//! Knows the languages that a reader can choose.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The language of a page, a letter or a reply: Chinese first, English complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Lang {
    /// Simplified Chinese.
    #[default]
    #[serde(rename = "zh-CN", alias = "zh")]
    Zh,
    /// English.
    #[serde(rename = "en")]
    En,
}

impl Lang {
    /// Every language there is.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// Gives the tag that HTML, HTTP and the database use.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// Finds the language that an `Accept-Language` header likes best; `None` when it names neither.
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(Self, u16)> = None;
        for range in header.split(',').take(32) {
            let mut parts = range.split(';');
            let Some(lang) = parts.next().and_then(Self::of_tag) else {
                continue;
            };
            let weight = parts
                .find_map(|p| p.trim().strip_prefix("q="))
                .map_or(1000, thousandths);
            if weight > best.map_or(0, |(_, w)| w) {
                best = Some((lang, weight));
            }
        }
        best.map(|(lang, _)| lang)
    }

    /// Reads a tag by its primary part, so that `zh-Hans-CN` and `en-GB` are known too.
    fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        match primary.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }
}

/// Reads the quality of a language range, 0 to 1, as thousandths; what cannot be read counts as 0.
fn thousandths(q: &str) -> u16 {
    let q: f32 = q.trim().parse().unwrap_or(0.0);
    // A float cast saturates and turns NaN into 0, so any text is safe here.
    (q.clamp(0.0, 1.0) * 1000.0) as u16
}

/// Says that a text names no known language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the languages are zh-CN and en")]
pub struct UnknownLang;

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(s: &str) -> Result<Self, UnknownLang> {
        Self::of_tag(s).ok_or(UnknownLang)
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_gets_the_language_that_the_browser_likes_best() {
        assert_eq!(Lang::accepted("en-GB,en;q=0.9,zh-CN;q=0.8"), Some(Lang::En));
        assert_eq!(Lang::accepted("en;q=0.3, zh-Hans-CN;q=0.8"), Some(Lang::Zh));
        assert_eq!(Lang::accepted("de, fr;q=0.9, en;q=0.1"), Some(Lang::En));
    }

    #[test]
    fn a_header_that_names_neither_language_leaves_the_choice_open() {
        for header in ["", "*", "de", "en;q=0", "zh;q=nan", ";;;,,,", "q=1"] {
            assert_eq!(Lang::accepted(header), None, "{header}");
        }
    }

    #[test]
    fn a_language_reads_back_what_it_writes() {
        for lang in Lang::ALL {
            assert_eq!(lang.to_string().parse(), Ok(lang));
            let json = serde_json::to_string(&lang).unwrap();
            assert_eq!(json, format!("\"{}\"", lang.tag()));
        }
    }
}
