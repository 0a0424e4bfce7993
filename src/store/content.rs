//! Knows how what a report says is kept in columns: facts apart from free text, so that a redaction takes the text alone.

use serde::{Deserialize, Serialize};

use crate::domain::checkin::{Author, Content, IncidentContent};
use crate::domain::ids::{AccountId, DeviceId};
use crate::domain::incident::Severity;
use crate::domain::time::from_millis;

/// The columns of one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) kind: &'static str,
    pub(super) facts: String,
    pub(super) narrative: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Facts {
    class: String,
    severity: Severity,
    #[serde(skip_serializing_if = "Option::is_none")]
    dead: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    injured: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evacuated: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    houses: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    loss: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    learned: Option<i64>,
    urgent: bool,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Narrative {
    place: String,
    what: String,
    measures: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    source: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    cause: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    trend: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    requested: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    call_back: String,
}

/// Takes a report apart.
pub(super) fn columns(content: &Content) -> serde_json::Result<Columns> {
    let kind = content.code();
    if let Some(counts) = content.roll_up() {
        return Ok(Columns {
            kind,
            facts: serde_json::to_string(counts)?,
            narrative: None,
        });
    }
    let Some(i) = content.incident() else {
        return Ok(Columns {
            kind,
            facts: "{}".to_owned(),
            narrative: None,
        });
    };
    let facts = Facts {
        class: i.class.clone(),
        severity: i.severity,
        dead: i.dead,
        injured: i.injured,
        missing: i.missing,
        evacuated: i.evacuated,
        houses: i.houses,
        loss: i.loss,
        occurred: i.occurred.map(|t| t.timestamp_millis()),
        learned: i.learned.map(|t| t.timestamp_millis()),
        urgent: i.urgent,
    };
    let narrative = Narrative {
        place: i.place.clone(),
        what: i.what.clone(),
        measures: i.measures.clone(),
        source: i.source.clone(),
        cause: i.cause.clone(),
        trend: i.trend.clone(),
        requested: i.requested.clone(),
        call_back: i.call_back.clone(),
    };
    Ok(Columns {
        kind,
        facts: serde_json::to_string(&facts)?,
        narrative: Some(serde_json::to_string(&narrative)?),
    })
}

/// Puts a report together again; `None` when the columns hold no report. Without a narrative its texts are empty.
pub(super) fn content(kind: &str, facts: &str, narrative: Option<&str>) -> Option<Content> {
    match kind {
        "all_clear" => Some(Content::AllClear),
        "roll_up" => serde_json::from_str(facts).ok().map(Content::RollUp),
        "incident" => {
            let facts: Facts = serde_json::from_str(facts).ok()?;
            let texts: Narrative = match narrative {
                Some(json) => serde_json::from_str(json).ok()?,
                None => Narrative::default(),
            };
            Some(Content::Incident(IncidentContent {
                class: facts.class,
                severity: facts.severity,
                place: texts.place,
                what: texts.what,
                measures: texts.measures,
                source: texts.source,
                cause: texts.cause,
                trend: texts.trend,
                requested: texts.requested,
                call_back: texts.call_back,
                dead: facts.dead,
                injured: facts.injured,
                missing: facts.missing,
                evacuated: facts.evacuated,
                houses: facts.houses,
                loss: facts.loss,
                occurred: facts.occurred.and_then(from_millis),
                learned: facts.learned.and_then(from_millis),
                urgent: facts.urgent,
            }))
        }
        _ => None,
    }
}

/// Writes an author: `device:9`, `account:3`, `token:1`.
pub(super) fn author_text(author: Author) -> String {
    match author {
        Author::Device(id) => format!("device:{id}"),
        Author::Account(id) => format!("account:{id}"),
        Author::Token(id) => format!("token:{id}"),
    }
}

/// Reads what [`author_text`] wrote.
pub(super) fn author(text: &str) -> Option<Author> {
    let (kind, id) = text.split_once(':')?;
    let id = id.parse().ok()?;
    match kind {
        "device" => Some(Author::Device(DeviceId(id))),
        "account" => Some(Author::Account(AccountId(id))),
        "token" => Some(Author::Token(id)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::UnitId;
    use crate::domain::roll_up::RollUp;

    fn incident() -> IncidentContent {
        IncidentContent {
            class: "flood".into(),
            severity: Severity::III,
            place: "圩堤 \"二\" 段".into(),
            what: "管涌\n一处".into(),
            measures: String::new(),
            trend: "水位上涨".into(),
            loss: Some(12),
            dead: Some(0),
            occurred: from_millis(-1),
            learned: from_millis(1_700_000_000_123),
            urgent: true,
            ..IncidentContent::default()
        }
    }

    #[test]
    fn a_report_is_put_together_as_it_was_taken_apart() {
        let counts = RollUp {
            expected: 3,
            all_clear: 1,
            missing: vec![UnitId(7), UnitId(9)],
            ..RollUp::default()
        };
        for report in [
            Content::AllClear,
            Content::Incident(incident()),
            Content::RollUp(counts),
        ] {
            let c = columns(&report).unwrap();
            assert_eq!(content(c.kind, &c.facts, c.narrative.as_deref()), Some(report));
        }
    }

    #[test]
    fn without_its_narrative_a_report_keeps_everything_but_the_texts() {
        let report = Content::Incident(incident());
        let c = columns(&report).unwrap();
        assert!(!c.facts.contains('圩') && !c.facts.contains('管'));
        assert_eq!(content(c.kind, &c.facts, None), Some(report.without_texts()));
    }

    #[test]
    fn an_author_reads_back() {
        for a in [
            Author::Device(DeviceId(9)),
            Author::Account(AccountId(3)),
            Author::Token(1),
        ] {
            assert_eq!(author(&author_text(a)), Some(a));
        }
        assert_eq!(author("person:1"), None);
        assert_eq!(author("device:x"), None);
    }
}
