//! Knows the lists that come with the program, and those that an administrator puts in their place.

use std::borrow::Cow;
use std::path::Path;

use toml::Table;

use super::faults::{Faults, broken_toml, placed};
use super::settings::Settings;
use crate::domain::calendar::Calendar;
use crate::domain::incident::{ClassFile, Classes};
use crate::domain::plan::Shipped;
use crate::i18n::Lang;

const HOLIDAYS: &str = include_str!("../../config/holidays/cn.json");
const CLASSES: &str = include_str!("../../config/incident-classes.toml");
const PLANS: &str = include_str!("../../config/plans.toml");

/// The file of plans as it is written: `[[plan]]` tables.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanFile {
    plan: Vec<Shipped>,
}

impl Settings {
    /// Reads the calendar of holidays and make-up workdays.
    pub fn calendar(&self) -> Result<Calendar, Faults> {
        let list = List::read("holidays.file", self.holidays.file.as_deref(), HOLIDAYS)?;
        Calendar::parse(&list.text).map_err(|e| list.fault(|l| l.calendar_error(&e)))
    }

    /// Reads the list of incident classes.
    pub fn incident_classes(&self) -> Result<Classes, Faults> {
        let list = List::read("classes.file", self.classes.file.as_deref(), CLASSES)?;
        let file: ClassFile = toml::from_str(&list.text).map_err(|e| {
            list.fault(|l| match list.text.parse::<Table>() {
                Err(e) => broken_toml(l, &list.text, &e),
                Ok(_) => placed(l, &list.text, &e, l.config_classes()),
            })
        })?;
        Classes::try_from(file).map_err(|e| list.fault(|l| l.class_list_error(&e)))
    }

    /// Reads the plans that a deployment begins with.
    pub fn shipped_plans(&self) -> Result<Vec<Shipped>, Faults> {
        let list = List::read("plans", None, PLANS)?;
        let file = toml::from_str(&list.text).map(|file: PlanFile| file.plan);
        file.map_err(|_| list.fault(|l| l.config_own_list().to_owned()))
    }
}

/// A list as it is written, and where.
struct List<'a> {
    key: &'static str,
    /// `None`: it comes with the program.
    file: Option<&'a Path>,
    text: Cow<'static, str>,
}

impl<'a> List<'a> {
    /// Reads the administrator's file, or else takes what comes with the program.
    fn read(key: &'static str, file: Option<&'a Path>, own: &'static str) -> Result<Self, Faults> {
        let text = match file {
            None => Cow::Borrowed(own),
            Some(path) => match std::fs::read_to_string(path) {
                Ok(text) => Cow::Owned(text.trim_start_matches('\u{feff}').to_owned()),
                Err(e) => {
                    let words = |l: Lang| l.config_unreadable(path.display(), l.file_reason(&e));
                    return Err(Faults::one(|l| l.config_at(key, words(l), "")));
                }
            },
        };
        Ok(Self { key, file, text })
    }

    /// Says what is wrong in it.
    fn fault(&self, words: impl Fn(Lang) -> String) -> Faults {
        Faults::one(|l| {
            let words = match self.file {
                Some(path) => l.config_at(path.display(), words(l), ""),
                None => l.config_own_list().to_owned(),
            };
            l.config_at(self.key, words, "")
        })
    }
}
