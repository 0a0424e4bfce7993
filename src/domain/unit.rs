//! Knows what a unit is: its kind, code, name and contacts, and the unit as it stands today.
//!
//! Its place among the others is in `path` and `tree`, its history in `lineage` and `succession`.

mod contact;
mod lineage;
mod path;
mod succession;
mod tree;

pub use contact::Contacts;
pub use lineage::{Change, Decision, Lineage, LineageError, LineageKind, NewUnit, Revision, UnitVersion};
pub use path::{PathError, UnitPath};
pub use succession::{Heir, Part, abolish, merge, rename, revise, split};
pub use tree::{Label, TreeError, UnitTree};

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::ids::UnitId;
use super::time::Timestamp;

/// What a unit is in the order of administration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    Nation,
    Province,
    Prefecture,
    County,
    Township,
    Village,
    /// An urban neighbourhood (社区), the sister of a village.
    Community,
    /// An office of a government (局、委、办).
    Department,
    /// A works, a utility, a company, a school.
    Enterprise,
}

impl UnitKind {
    /// Every kind, from the nation down.
    pub const ALL: [Self; 9] = [
        Self::Nation,
        Self::Province,
        Self::Prefecture,
        Self::County,
        Self::Township,
        Self::Village,
        Self::Community,
        Self::Department,
        Self::Enterprise,
    ];

    /// Gives the word that is stored and sent: `village`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nation => "nation",
            Self::Province => "province",
            Self::Prefecture => "prefecture",
            Self::County => "county",
            Self::Township => "township",
            Self::Village => "village",
            Self::Community => "community",
            Self::Department => "department",
            Self::Enterprise => "enterprise",
        }
    }

    /// Tells whether it sends reports itself: everything from a township down; those above read them.
    pub const fn is_reporting(self) -> bool {
        !matches!(
            self,
            Self::Nation | Self::Province | Self::Prefecture | Self::County
        )
    }

    /// Reads the word that [`Self::code`] gives.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl fmt::Display for UnitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The public statistical code of a unit, checked for shape only: 2, 4, 6, 9 or 12 digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(String);

/// Why a text is not a [`Code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// A spreadsheet turned the number into `3.61128E+11`; its last digits are lost.
    #[error("a spreadsheet rounded the code; format the column as text")]
    Rounded,
    /// Not digits, or not as many as a code has.
    #[error("a code has 2, 4, 6, 9 or 12 digits")]
    Shape,
}

impl Code {
    /// Reads a code; blanks around it do not count.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let text = text.trim();
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        match text.len() {
            2 | 4 | 6 | 9 | 12 if digits => Ok(Self(text.to_owned())),
            _ if text.contains(['.', 'E', 'e', '+']) && text.parse::<f64>().is_ok() => {
                Err(CodeError::Rounded)
            }
            _ => Err(CodeError::Shape),
        }
    }

    /// Gives the digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A unit's name: trimmed, in Unicode's composed form, one line, 1 to 60 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UnitName(String);

/// Why a text is not a [`UnitName`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but blanks.
    #[error("the name is empty")]
    Empty,
    /// More than [`UnitName::LONGEST`] characters.
    #[error("the name has {length} characters, at most {} are allowed", UnitName::LONGEST)]
    TooLong { length: usize },
    /// A line break, a tab, or a character that cannot be seen.
    #[error("the name has a line break or an invisible character")]
    Control,
}

impl UnitName {
    /// The most characters that a name may have; the longest of China's 662,000 has 33.
    pub const LONGEST: usize = 60;

    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let name: String = text.trim().nfc().collect();
        if name.is_empty() {
            return Err(NameError::Empty);
        }
        if name.chars().any(is_invisible) {
            return Err(NameError::Control);
        }
        match name.chars().count() {
            length if length > Self::LONGEST => Err(NameError::TooLong { length }),
            _ => Ok(Self(name)),
        }
    }

    /// Gives the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Tells characters that break a line, hide, or turn the direction of what follows.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

macro_rules! text {
    ($($name:ident: $error:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = $error;
            fn try_from(text: String) -> Result<Self, $error> {
                Self::parse(&text)
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    )*};
}
text! { Code: CodeError, UnitName: NameError }

/// A unit as it stands: the version in force, and its place in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub id: UnitId,
    pub parent: Option<UnitId>,
    pub code: Option<Code>,
    pub name: UnitName,
    pub kind: UnitKind,
    pub path: UnitPath,
    /// When this version came into force.
    pub since: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_from_its_code() {
        for kind in UnitKind::ALL {
            assert_eq!(UnitKind::parse(kind.code()), Some(kind));
        }
        assert_eq!(UnitKind::parse("hamlet"), None);
    }

    #[test]
    fn a_code_has_two_four_six_nine_or_twelve_digits() {
        for good in ["36", "3611", "361128", "361128101", "361128101201", " 36 "] {
            assert!(Code::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "3",
            "361",
            "36112810",
            "3611281012011",
            "36112x",
            "３６",
            "-36",
            "0x36",
        ] {
            assert_eq!(Code::parse(bad), Err(CodeError::Shape), "{bad}");
        }
    }

    #[test]
    fn a_code_that_a_spreadsheet_rounded_says_so() {
        for bad in ["3.61128E+11", "361128.0", "3.6e5", "3.61128101201E11"] {
            assert_eq!(Code::parse(bad), Err(CodeError::Rounded), "{bad}");
        }
    }

    #[test]
    fn a_name_is_trimmed_and_composed() {
        assert_eq!(
            UnitName::parse(" \u{3000}谢家滩村\t").unwrap().as_str(),
            "谢家滩村"
        );
        assert_eq!(UnitName::parse("e\u{301}").unwrap().as_str(), "é");
        assert_eq!(UnitName::parse("𠮷村").unwrap().as_str(), "𠮷村");
    }

    #[test]
    fn a_name_of_blanks_is_empty_and_one_of_sixty_one_characters_too_long() {
        assert_eq!(UnitName::parse(" \u{3000}\n"), Err(NameError::Empty));
        assert!(UnitName::parse(&"村".repeat(60)).is_ok());
        assert_eq!(
            UnitName::parse(&"村".repeat(61)),
            Err(NameError::TooLong { length: 61 })
        );
    }

    #[test]
    fn a_line_break_or_a_hidden_character_inside_a_name_is_refused() {
        for bad in [
            "谢家\n滩村",
            "谢家\r滩",
            "a\0b",
            "a\tb",
            "a\u{202e}b",
            "a\u{200b}b",
            "a\u{2028}b",
            "a\u{85}b",
        ] {
            assert_eq!(UnitName::parse(bad), Err(NameError::Control), "{bad:?}");
        }
    }

    #[test]
    fn a_stored_name_that_breaks_the_rules_is_not_read() {
        assert!(serde_json::from_str::<UnitName>("\"a\\nb\"").is_err());
        assert_eq!(serde_json::from_str::<Code>("\"36\"").unwrap().as_str(), "36");
    }
}
