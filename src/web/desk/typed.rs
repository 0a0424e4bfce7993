//! Knows what was typed into the form of an incident: kept as typed, read as an incident.

use chrono_tz::Tz;

use crate::domain::calendar::moment;
use crate::domain::checkin::IncidentContent;
use crate::domain::form::{self, Field, Flaw};
use crate::domain::incident::{Classes, Severity};
use crate::domain::time::Timestamp;
use crate::i18n::Lang;
use crate::web::Fields;

/// The fields as typed, so that a form with a fault keeps them.
#[derive(Debug, Clone, Default)]
pub(in crate::web) struct Typed {
    pub(in crate::web) class: String,
    pub(in crate::web) occurred: String,
    pub(in crate::web) place: String,
    pub(in crate::web) what: String,
    pub(in crate::web) dead: String,
    pub(in crate::web) injured: String,
    pub(in crate::web) missing: String,
    pub(in crate::web) measures: String,
    /// `1`: tell leaders at once; `0`: do not; else the list of classes decides.
    pub(in crate::web) urgent: String,
    pub(in crate::web) reason: String,
    /// Whether the form asked for what follows; else it stays as it was reported before.
    pub(in crate::web) more: bool,
    pub(in crate::web) severity: String,
    pub(in crate::web) learned: String,
    pub(in crate::web) source: String,
    pub(in crate::web) cause: String,
    pub(in crate::web) trend: String,
    pub(in crate::web) requested: String,
    pub(in crate::web) call_back: String,
    pub(in crate::web) evacuated: String,
    pub(in crate::web) houses: String,
    pub(in crate::web) loss: String,
}

/// A field that is wrong, with the sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::web) struct Wrong {
    pub(in crate::web) field: &'static str,
    pub(in crate::web) words: String,
}

impl Typed {
    /// Takes what was typed; far too long texts are cut, so that an answer is not longer than a page.
    pub(in crate::web) fn of(fields: &Fields) -> Self {
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
            urgent: text("urgent"),
            reason: text("reason"),
            more: fields.has("severity"),
            severity: text("severity"),
            learned: text("learned"),
            source: text("source"),
            cause: text("cause"),
            trend: text("trend"),
            requested: text("requested"),
            call_back: text("call_back"),
            evacuated: text("evacuated"),
            houses: text("houses"),
            loss: text("loss"),
        }
    }

    /// Begins an empty form: the time is now.
    pub(in crate::web) fn empty(now: Timestamp, zone: Tz) -> Self {
        Self {
            occurred: local(now, zone),
            ..Self::default()
        }
    }

    /// Begins with what was reported before.
    pub(in crate::web) fn from(before: &IncidentContent, zone: Tz) -> Self {
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
            urgent: if before.urgent { "1" } else { "" }.to_owned(),
            reason: String::new(),
            more: true,
            severity: before.severity.code().to_owned(),
            learned: before.learned.map(|at| local(at, zone)).unwrap_or_default(),
            source: before.source.clone(),
            cause: before.cause.clone(),
            trend: before.trend.clone(),
            requested: before.requested.clone(),
            call_back: before.call_back.clone(),
            evacuated: count(before.evacuated),
            houses: count(before.houses),
            loss: count(before.loss),
        }
    }

    /// Reads it as an incident, or says what cannot be read. Whether the rules take it is decided later.
    ///
    /// What the form does not ask for stays as it was reported before.
    pub(in crate::web) fn read(
        &self,
        before: Option<&IncidentContent>,
        classes: &Classes,
        zone: Tz,
        l: Lang,
    ) -> Result<IncidentContent, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let mut count = |field: Field, typed: &str, most: u32| {
            form::number(typed, most).unwrap_or_else(|flaw: Flaw| {
                let words = l.fault(form::Fault { field, flaw });
                wrong.push(Wrong {
                    field: field.code(),
                    words,
                });
                None
            })
        };
        let dead = count(Field::Dead, &self.dead, form::COUNT);
        let injured = count(Field::Injured, &self.injured, form::COUNT);
        let missing = count(Field::Missing, &self.missing, form::COUNT);
        let evacuated = count(Field::Evacuated, &self.evacuated, form::MANY);
        let houses = count(Field::Houses, &self.houses, form::MANY);
        let loss = count(Field::Loss, &self.loss, form::MANY);
        let mut time = |field: Field, typed: &str| match typed.trim() {
            "" => None,
            text => moment(text, zone).map(Some).unwrap_or_else(|_| {
                let words = l.problem_time("2026-11-25 16:40");
                wrong.push(Wrong {
                    field: field.code(),
                    words,
                });
                None
            }),
        };
        let (occurred, learned) = (
            time(Field::Occurred, &self.occurred),
            time(Field::Learned, &self.learned),
        );
        if !wrong.is_empty() {
            // What is needed is said at once, not after the next attempt.
            wrong.splice(0..0, self.lacking(l));
            return Err(wrong);
        }
        let typed = IncidentContent {
            dead,
            injured,
            missing,
            occurred,
            ..self.texts(before, classes)
        };
        if !self.more {
            return Ok(typed);
        }
        Ok(IncidentContent {
            learned,
            evacuated,
            houses,
            loss,
            ..typed
        })
    }

    /// Names what no report can go without and is not there.
    fn lacking(&self, l: Lang) -> Vec<Wrong> {
        let needed = [(Field::Class, &self.class), (Field::Place, &self.place)];
        let empty = needed.into_iter().filter(|(_, typed)| typed.trim().is_empty());
        let words = |field: Field| Wrong {
            field: field.code(),
            words: l.fault(form::Fault {
                field,
                flaw: Flaw::Empty,
            }),
        };
        empty.map(|(field, _)| words(field)).collect()
    }

    /// Gives the texts and choices that the form asked for, and the rest as it was reported before.
    fn texts(&self, before: Option<&IncidentContent>, classes: &Classes) -> IncidentContent {
        let severity = match self.more {
            true => Severity::parse(&self.severity),
            false => before.map(|before| before.severity),
        };
        let severity = severity.unwrap_or_default();
        let typed = IncidentContent {
            class: self.class.clone(),
            place: self.place.clone(),
            what: self.what.clone(),
            measures: self.measures.clone(),
            urgent: classes.is_urgent(chosen(&self.urgent), before, &self.class, severity),
            ..before.cloned().unwrap_or_default()
        };
        if !self.more {
            return typed;
        }
        IncidentContent {
            severity,
            source: self.source.clone(),
            cause: self.cause.clone(),
            trend: self.trend.clone(),
            requested: self.requested.clone(),
            call_back: self.call_back.clone(),
            ..typed
        }
    }

    /// Gives whether anything is filled in of what the form folds away.
    pub(in crate::web) fn has_more(&self) -> bool {
        let texts = [
            &self.learned,
            &self.source,
            &self.cause,
            &self.trend,
            &self.requested,
            &self.call_back,
            &self.evacuated,
            &self.houses,
            &self.loss,
        ];
        let graded = Severity::parse(&self.severity).is_some_and(|s| s != Severity::NotGraded);
        graded || texts.iter().any(|text| !text.trim().is_empty())
    }
}

/// Reads whether leaders are told at once, if the sender said so.
pub(in crate::web) fn chosen(typed: &str) -> Option<bool> {
    match typed {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
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

    fn classes() -> Classes {
        toml::from_str(include_str!("../../../config/incident-classes.toml")).unwrap()
    }

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
        let read = typed().read(None, &classes(), ZONE, Lang::Zh).unwrap();
        assert!(read.urgent, "a flood is urgent unless its sender says otherwise");
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
                .read(None, &classes(), ZONE, Lang::Zh)
                .unwrap_err()
                .iter()
                .map(|w| w.field)
                .collect();
            assert_eq!(fields, ["injured", "missing", "occurred"], "{time}");
        }
    }

    #[test]
    fn what_was_reported_is_read_back_unchanged() {
        let before = typed().read(None, &classes(), ZONE, Lang::Zh).unwrap();
        let again = Typed::from(&before, ZONE)
            .read(Some(&before), &classes(), ZONE, Lang::En)
            .unwrap();
        assert_eq!(again, before);
    }
}
