//! Knows what was typed into the form of an incident: kept as typed, read as an incident.

use chrono_tz::Tz;

use crate::domain::calendar::moment;
use crate::domain::checkin::IncidentContent;
use crate::domain::form::{self, Field, Flaw};
use crate::domain::incident::Severity;
use crate::domain::time::Timestamp;
use crate::i18n::Lang;
use crate::web::Fields;

/// The fields as typed, so that a form with a fault keeps them.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pub(super) class: String,
    pub(super) occurred: String,
    pub(super) place: String,
    pub(super) what: String,
    pub(super) dead: String,
    pub(super) injured: String,
    pub(super) missing: String,
    pub(super) measures: String,
    pub(super) urgent: bool,
    pub(super) reason: String,
}

/// A field that is wrong, with the sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) field: &'static str,
    pub(super) words: String,
}

impl Typed {
    /// Takes what was typed; far too long texts are cut, so that an answer is not longer than a page.
    pub(super) fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).chars().take(4 * form::STORY).collect::<String>();
        Self {
            class: text("class"),
            occurred: text("occurred"),
            place: text("place"),
            what: text("what"),
            dead: text("dead"),
            injured: text("injured"),
            missing: text("missing"),
            measures: text("measures"),
            urgent: fields.has("urgent"),
            reason: text("reason"),
        }
    }

    /// Begins an empty form: the time is now.
    pub(super) fn empty(now: Timestamp, zone: Tz) -> Self {
        Self {
            occurred: local(now, zone),
            ..Self::default()
        }
    }

    /// Begins with what was reported before.
    pub(super) fn from(before: &IncidentContent, zone: Tz) -> Self {
        let count = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
        Self {
            class: before.class.clone(),
            occurred: before.occurred.map(|at| local(at, zone)).unwrap_or_default(),
            place: before.place.clone(),
            what: before.what.clone(),
            dead: count(before.dead),
            injured: count(before.injured),
            missing: count(before.missing),
            measures: before.measures.clone(),
            urgent: before.urgent,
            reason: String::new(),
        }
    }

    /// Reads it as an incident, or says what cannot be read. Whether the rules take it is decided later.
    ///
    /// What the form does not ask for stays as it was reported before.
    pub(super) fn read(
        &self,
        before: Option<&IncidentContent>,
        zone: Tz,
        l: Lang,
    ) -> Result<IncidentContent, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let mut count = |field: Field, typed: &str| {
            form::count(typed).unwrap_or_else(|flaw: Flaw| {
                let words = l.fault(form::Fault { field, flaw });
                wrong.push(Wrong {
                    field: field.code(),
                    words,
                });
                None
            })
        };
        let dead = count(Field::Dead, &self.dead);
        let injured = count(Field::Injured, &self.injured);
        let missing = count(Field::Missing, &self.missing);
        let occurred = match self.occurred.trim() {
            "" => None,
            text => moment(text, zone).map(Some).unwrap_or_else(|_| {
                let words = l.problem_time("2026-11-25 16:40");
                wrong.push(Wrong {
                    field: Field::Occurred.code(),
                    words,
                });
                None
            }),
        };
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(IncidentContent {
            class: self.class.clone(),
            severity: before.map_or(Severity::NotGraded, |b| b.severity),
            place: self.place.clone(),
            what: self.what.clone(),
            measures: self.measures.clone(),
            dead,
            injured,
            missing,
            occurred,
            learned: before.and_then(|b| b.learned),
            urgent: self.urgent,
        })
    }
}

/// Writes an instant as the field for times holds it.
fn local(at: Timestamp, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%dT%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    fn typed() -> Typed {
        Typed {
            class: "flood".into(),
            occurred: "2026-11-25T16:40".into(),
            place: "三组".into(),
            dead: " ０ ".into(),
            ..Typed::default()
        }
    }

    #[test]
    fn what_is_not_known_is_not_zero() {
        let read = typed().read(None, ZONE, Lang::Zh).unwrap();
        assert_eq!((read.dead, read.injured), (Some(0), None));
        assert_eq!(read.occurred.unwrap().to_rfc3339(), "2026-11-25T08:40:00+00:00");
    }

    #[test]
    fn all_that_cannot_be_read_is_said_at_once() {
        for time in [
            "2026-02-30T10:00",
            "2026-11-25T24:00",
            "2026-11-25T10:60",
            "yesterday",
            "\0",
        ] {
            let bad = Typed {
                occurred: time.into(),
                injured: "许多".into(),
                missing: "9999999999999".into(),
                ..typed()
            };
            let fields: Vec<&str> = bad
                .read(None, ZONE, Lang::Zh)
                .unwrap_err()
                .iter()
                .map(|w| w.field)
                .collect();
            assert_eq!(fields, ["injured", "missing", "occurred"], "{time}");
        }
    }

    #[test]
    fn what_was_reported_is_read_back_unchanged() {
        let before = typed().read(None, ZONE, Lang::Zh).unwrap();
        let again = Typed::from(&before, ZONE)
            .read(Some(&before), ZONE, Lang::En)
            .unwrap();
        assert_eq!(again, before);
    }
}
