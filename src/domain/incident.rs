//! Knows how grave an event is and into which class it falls.
//!
//! - `class`: the list of classes: kinds of events at places, none of them a kind of person; `edit`: how it changes
//! - `report`: first, follow-up, verification, final; `change`: what one says otherwise than the one before
//! - `life`: open, closed, joined
//! - `schedule`: when an open incident is asked how it goes on; `clock`: how long reports and answers take
//! - `finding`: what a person finds of how it was reported

mod change;
mod class;
mod clock;
mod edit;
mod finding;
pub mod life;
mod report;
mod schedule;

pub use change::{Change, Value, changes, values};
pub use class::{ClassError, ClassFile, ClassGroup, Classes, IncidentClass};
pub use clock::{Clock, Limits};
pub use edit::{ClassEdit, NAME};
pub use finding::FindingKind;
pub use life::{Ground, Life, LifeError};
pub use report::ReportKind;
pub use schedule::{Asking, LEAD, Times, Timetable, TimetableError};

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

    /// Tells whether it is graver than another. What nobody has graded stands between III and IV, as in lists.
    pub fn is_graver_than(self, other: Self) -> bool {
        let rank = |one| match one {
            Self::I => 0,
            Self::II => 1,
            Self::III => 2,
            Self::NotGraded => 3,
            Self::IV => 4,
        };
        rank(self) < rank(other)
    }

    /// Reads what [`Severity::code`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_grade_of_three_or_more_is_graver_than_none_and_four_is_not() {
        let all = [
            Severity::I,
            Severity::II,
            Severity::III,
            Severity::NotGraded,
            Severity::IV,
        ];
        for (place, one) in all.iter().enumerate() {
            for (other_place, other) in all.iter().enumerate() {
                assert_eq!(
                    one.is_graver_than(*other),
                    place < other_place,
                    "{one:?} {other:?}"
                );
            }
        }
    }

    #[test]
    fn severities_and_groups_read_back_what_they_wrote() {
        assert!(
            Severity::ALL
                .into_iter()
                .all(|s| Severity::parse(s.code()) == Some(s))
        );
        assert!(
            ClassGroup::ALL
                .into_iter()
                .all(|g| ClassGroup::parse(g.code()) == Some(g))
        );
        assert_eq!(Severity::parse("I"), None);
        assert_eq!(Severity::default(), Severity::NotGraded);
    }
}
