//! Knows the lists that come with the program, and those that an administrator puts in their place.

use std::borrow::Cow;
use std::fmt::Display;
use std::path::Path;

use super::faults::Faults;
use super::settings::Settings;
use crate::domain::calendar::Calendar;
use crate::domain::incident::Classes;
use crate::domain::plan::Shipped;

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
        list(
            "holidays.file",
            self.holidays.file.as_deref(),
            HOLIDAYS,
            Calendar::parse,
        )
    }

    /// Reads the list of incident classes.
    pub fn incident_classes(&self) -> Result<Classes, Faults> {
        list("classes.file", self.classes.file.as_deref(), CLASSES, |text| {
            toml::from_str::<Classes>(text)
        })
    }

    /// Reads the plans that a deployment begins with.
    pub fn shipped_plans(&self) -> Result<Vec<Shipped>, Faults> {
        list("plans", None, PLANS, |text| {
            toml::from_str::<PlanFile>(text).map(|file| file.plan)
        })
    }
}

/// Reads the administrator's file, or else what comes with the program.
fn list<T, E: Display>(
    key: &str,
    file: Option<&Path>,
    own: &'static str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, Faults> {
    let name = file.map_or_else(|| "the list of the program".into(), |f| f.display().to_string());
    let fault = |words: String| {
        let mut faults = Faults::default();
        faults.note(format!("{key}: {words}"));
        faults
    };
    let text = match file {
        None => Cow::Borrowed(own),
        Some(path) => Cow::Owned(
            std::fs::read_to_string(path).map_err(|e| fault(format!("{name} cannot be read: {e}")))?,
        ),
    };
    parse(text.trim_start_matches('\u{feff}')).map_err(|e| fault(format!("{name}: {e}")))
}
