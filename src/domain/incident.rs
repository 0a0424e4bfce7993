//! Knows how grave an event is and into which class it falls.
//!
//! The classes are data (`config/incident-classes.toml`): kinds of events at places, none of them a kind of person.
//!
//! - `report`: first, follow-up, verification, final; `change`: what one says otherwise than the one before
//! - `life`: open, closed, joined
//! - `schedule`: when an open incident is asked how it goes on; `clock`: how long reports and answers take
//! - `finding`: what a person finds of how it was reported

mod change;
mod clock;
mod finding;
pub mod life;
mod report;
mod schedule;

pub use change::{Change, Value, changes, values};
pub use clock::{Clock, Limits};
pub use finding::FindingKind;
pub use life::{Ground, Life, LifeError};
pub use report::ReportKind;
pub use schedule::{Asking, LEAD, Times, Timetable, TimetableError};

use serde::{Deserialize, Serialize};

use super::checkin::IncidentContent;

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

/// The four kinds of event of the national emergency plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassGroup {
    /// 自然灾害.
    NaturalDisaster,
    /// 事故灾难.
    Accident,
    /// 公共卫生事件.
    PublicHealth,
    /// 社会安全事件与矛盾纠纷.
    PublicOrder,
}

impl ClassGroup {
    /// Every group, in the order of the plans.
    pub const ALL: [Self; 4] = [
        Self::NaturalDisaster,
        Self::Accident,
        Self::PublicHealth,
        Self::PublicOrder,
    ];

    /// Gives the text by which it is stored and sent.
    pub fn code(self) -> &'static str {
        match self {
            Self::NaturalDisaster => "natural_disaster",
            Self::Accident => "accident",
            Self::PublicHealth => "public_health",
            Self::PublicOrder => "public_order",
        }
    }

    /// Reads what [`ClassGroup::code`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|g| g.code() == text)
    }
}

/// One class of incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentClass {
    /// What reports keep; never changed once used.
    pub code: String,
    /// Its group.
    pub group: ClassGroup,
    /// Its name in Chinese.
    pub zh: String,
    /// Its name in English.
    pub en: String,
    /// Whether the form proposes to tell leaders at once.
    pub urgent: bool,
}

/// The class list of a deployment: at least one, each code once; and the severities that are urgent whatever happened.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "ClassFile")]
pub struct Classes {
    classes: Vec<IncidentClass>,
    urgent: Vec<Severity>,
}

/// The class file as it is written: `[[class]]` tables.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClassFile {
    #[serde(default)]
    urgent_severities: Vec<String>,
    class: Vec<IncidentClass>,
}

/// Why a list of classes cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClassError {
    /// Nothing could be reported.
    #[error("the list of incident classes is empty")]
    Empty,
    /// A code that is not 1 to 40 small letters, digits and `_`.
    #[error("the incident class code {0:?} is not 1 to 40 small letters, digits and _")]
    Code(String),
    /// The same code twice.
    #[error("the incident class code {0:?} occurs twice")]
    Twice(String),
    /// A severity that there is not.
    #[error("the severity {0:?} is none of i, ii, iii, iv, not_graded")]
    Severity(String),
    /// A name is missing in one of the languages.
    #[error("the incident class {0:?} has no name in one of the languages")]
    Nameless(String),
}

impl Classes {
    /// Takes a list that has at least one class, each with both names and a code of its own.
    pub fn new(classes: Vec<IncidentClass>) -> Result<Self, ClassError> {
        if classes.is_empty() {
            return Err(ClassError::Empty);
        }
        let mut seen = std::collections::HashSet::new();
        for class in &classes {
            if !is_code(&class.code) {
                return Err(ClassError::Code(class.code.clone()));
            }
            if class.zh.trim().is_empty() || class.en.trim().is_empty() {
                return Err(ClassError::Nameless(class.code.clone()));
            }
            if !seen.insert(class.code.as_str()) {
                return Err(ClassError::Twice(class.code.clone()));
            }
        }
        Ok(Self {
            classes,
            urgent: Vec::new(),
        })
    }

    /// Tells whether leaders are told at once, by what the sender chose or else by the list.
    ///
    /// The list decides anew when the class or the severity changes; a report that stays as grave as the one before
    /// stays as urgent.
    pub fn is_urgent(
        &self,
        chosen: Option<bool>,
        before: Option<&IncidentContent>,
        class: &str,
        severity: Severity,
    ) -> bool {
        let listed = |class: &str, severity: Severity| {
            self.urgent.contains(&severity) || self.get(class).is_some_and(|class| class.urgent)
        };
        chosen.unwrap_or_else(|| match before {
            Some(before) if listed(&before.class, before.severity) => before.urgent,
            before => listed(class, severity) || before.is_some_and(|before| before.urgent),
        })
    }

    /// Tells whether a severity is urgent whatever happened.
    pub fn is_grave(&self, severity: Severity) -> bool {
        self.urgent.contains(&severity)
    }

    /// Finds a class by its code.
    pub fn get(&self, code: &str) -> Option<&IncidentClass> {
        self.classes.iter().find(|c| c.code == code)
    }

    /// Gives all of them in the order of the file.
    pub fn iter(&self) -> std::slice::Iter<'_, IncidentClass> {
        self.classes.iter()
    }

    /// Gives those of one group in the order of the file.
    pub fn of_group(&self, group: ClassGroup) -> impl Iterator<Item = &IncidentClass> {
        self.classes.iter().filter(move |c| c.group == group)
    }
}

impl<'a> IntoIterator for &'a Classes {
    type Item = &'a IncidentClass;
    type IntoIter = std::slice::Iter<'a, IncidentClass>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl TryFrom<ClassFile> for Classes {
    type Error = ClassError;

    fn try_from(file: ClassFile) -> Result<Self, ClassError> {
        let severity =
            |code: &String| Severity::parse(code).ok_or_else(|| ClassError::Severity(code.clone()));
        Ok(Self {
            urgent: file
                .urgent_severities
                .iter()
                .map(severity)
                .collect::<Result<_, _>>()?,
            ..Self::new(file.class)?
        })
    }
}

fn is_code(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (1..=40).contains(&text.len()) && text.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../config/incident-classes.toml");

    fn class(code: &str) -> IncidentClass {
        IncidentClass {
            code: code.into(),
            group: ClassGroup::Accident,
            zh: "火灾".into(),
            en: "Fire".into(),
            urgent: true,
        }
    }

    #[test]
    fn the_shipped_list_is_sound_and_serves_every_group() {
        let classes: Classes = toml::from_str(SHIPPED).unwrap();
        for group in ClassGroup::ALL {
            assert!(classes.of_group(group).any(|c| c.urgent), "{group:?}");
            assert!(
                classes.of_group(group).any(|c| c.code.ends_with("_other")),
                "{group:?}"
            );
        }
        assert!(classes.get("flood").unwrap().urgent);
    }

    #[test]
    fn class_and_severity_make_a_report_urgent_unless_its_sender_says_otherwise() {
        let classes: Classes = toml::from_str(SHIPPED).unwrap();
        let said = |class: &str, severity, urgent| IncidentContent {
            class: class.into(),
            severity,
            urgent,
            ..IncidentContent::default()
        };
        let none = Severity::NotGraded;
        assert!(classes.is_urgent(None, None, "flood", none));
        assert!(!classes.is_urgent(None, None, "waterlogging", none));
        assert!(classes.is_urgent(None, None, "waterlogging", Severity::III));
        assert!(!classes.is_urgent(None, None, "waterlogging", Severity::IV));
        assert!(!classes.is_urgent(Some(false), None, "flood", Severity::I));
        assert!(classes.is_urgent(Some(true), None, "waterlogging", none));
        // What was no urgent flood stays none; what becomes grave becomes urgent; what was urgent stays so.
        let before = said("flood", none, false);
        assert!(!classes.is_urgent(None, Some(&before), "flood", Severity::III));
        let before = said("waterlogging", none, false);
        assert!(classes.is_urgent(None, Some(&before), "waterlogging", Severity::II));
        let before = said("waterlogging", none, true);
        assert!(classes.is_urgent(None, Some(&before), "waterlogging", none));
        let odd = format!("urgent_severities = [\"v\"]\n{SHIPPED}");
        assert!(toml::from_str::<Classes>(&odd).is_err());
    }

    #[test]
    fn a_list_that_cannot_be_used_says_why() {
        assert_eq!(Classes::new(vec![]), Err(ClassError::Empty));
        assert_eq!(
            Classes::new(vec![class("火")]),
            Err(ClassError::Code("火".into()))
        );
        assert_eq!(
            Classes::new(vec![class("a"), class("a")]),
            Err(ClassError::Twice("a".into()))
        );
        let nameless = IncidentClass {
            en: " ".into(),
            ..class("a")
        };
        assert_eq!(
            Classes::new(vec![nameless]),
            Err(ClassError::Nameless("a".into()))
        );
        assert!(toml::from_str::<Classes>("class = []").is_err());
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
