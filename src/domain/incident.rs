//! Knows how grave an event is and into which class it falls.

use serde::{Deserialize, Serialize};

/// How grave an event is. *Not graded* is a value of its own, not the lowest grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// 特别重大, red.
    I,
    /// 重大, orange.
    II,
    /// 较大, yellow.
    III,
    /// 一般, blue.
    IV,
    /// Nobody has graded it yet.
    #[default]
    NotGraded,
}

impl Severity {
    /// Every value, the gravest first.
    pub const ALL: [Self; 5] = [Self::I, Self::II, Self::III, Self::IV, Self::NotGraded];

    /// Gives the text by which it is stored and sent.
    pub fn code(self) -> &'static str {
        match self {
            Self::I => "i",
            Self::II => "ii",
            Self::III => "iii",
            Self::IV => "iv",
            Self::NotGraded => "not_graded",
        }
    }

    /// Reads what [`Severity::code`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == text)
    }
}
