//! Knows the list of incident classes. It begins with a file (`config/incident-classes.toml`) and is changed by page.

use serde::{Deserialize, Serialize};

use super::Severity;
use crate::domain::checkin::IncidentContent;

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
    /// Whether it is no longer offered; what was reported as it keeps it, and a report that comes all the same is taken.
    #[serde(default)]
    pub retired: bool,
}

/// The class list of a deployment: at least one that is offered, each code once; and the severities that are urgent
/// whatever happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ClassFile", into = "ClassFile")]
pub struct Classes {
    pub(super) classes: Vec<IncidentClass>,
    pub(super) urgent: Vec<Severity>,
}

/// The class file as it is written: `[[class]]` tables.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassFile {
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
    /// A name is longer than this.
    #[error("a name of an incident class has more than {0} characters")]
    TooLong(usize),
    /// There is no class of that code.
    #[error("there is no incident class {0:?}")]
    Unknown(String),
}

impl Classes {
    /// Takes a list that offers at least one class, each with both names and a code of its own.
    pub fn new(classes: Vec<IncidentClass>) -> Result<Self, ClassError> {
        if classes.iter().all(|class| class.retired) {
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

    /// Finds a class by its code, also one that is no longer offered.
    pub fn get(&self, code: &str) -> Option<&IncidentClass> {
        self.classes.iter().find(|c| c.code == code)
    }

    /// Gives all of them in their order, also those that are no longer offered.
    pub fn iter(&self) -> std::slice::Iter<'_, IncidentClass> {
        self.classes.iter()
    }

    /// Gives those of one group that are offered, in their order.
    pub fn of_group(&self, group: ClassGroup) -> impl Iterator<Item = &IncidentClass> {
        self.classes
            .iter()
            .filter(move |c| c.group == group && !c.retired)
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

impl From<Classes> for ClassFile {
    fn from(list: Classes) -> Self {
        Self {
            urgent_severities: list.urgent.iter().map(|one| one.code().to_owned()).collect(),
            class: list.classes,
        }
    }
}

fn is_code(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (1..=40).contains(&text.len()) && text.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../config/incident-classes.toml");

    fn class(code: &str) -> IncidentClass {
        IncidentClass {
            code: code.into(),
            group: ClassGroup::Accident,
            zh: "火灾".into(),
            en: "Fire".into(),
            urgent: true,
            retired: false,
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
    fn a_list_reads_back_what_it_wrote() {
        let shipped: Classes = toml::from_str(SHIPPED).unwrap();
        let text = serde_json::to_string(&shipped).unwrap();
        assert_eq!(serde_json::from_str::<Classes>(&text).unwrap(), shipped);
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
}
