//! Knows the items of a story: reports with what they change, calls, answers, joins, findings, in the order of time.

use chrono_tz::Tz;

use crate::domain::checkin::{IncidentContent, Provenance};
use crate::domain::form::Field;
use crate::domain::ids::{CheckInId, IncidentId, ObligationId};
use crate::domain::incident::{Value, changes, values};
use crate::domain::receipt::Number;
use crate::domain::time::{Timestamp, from_millis};
use crate::i18n::Lang;
use crate::service::ticked;
use crate::store::{
    Acknowledgement, Conn, IncidentEvent, StoredAlert, StoredCheckIn, StoredFinding, StoredIncident,
    StoredReport,
};
use crate::web::board::class_name;
use crate::web::{App, Failure};

/// The texts without which an event is not understood: that they are not known yet is said.
const KEY: [Field; 3] = [Field::What, Field::Cause, Field::Measures];

/// One thing that happened.
#[derive(Debug, Clone)]
pub(super) struct Item {
    at: Timestamp,
    pub(super) time: String,
    /// The class of its mark: `report`, `call`, `answer`, `deed`, `finding`.
    pub(super) mark: &'static str,
    pub(super) head: String,
    pub(super) note: String,
    /// Name, and what is said.
    pub(super) lines: Vec<(String, String)>,
    /// Where a person judges it.
    pub(super) judge: Option<String>,
}

/// What the tables know of one incident.
pub(super) struct Record {
    pub(super) incident: StoredIncident,
    pub(super) unit: String,
    pub(super) reports: Vec<(StoredReport, StoredCheckIn)>,
    events: Vec<IncidentEvent>,
    /// The all clears that are linked to it, with what they answered.
    linked: Vec<(i64, ObligationId)>,
    alerts: Vec<(StoredAlert, usize, Vec<Acknowledgement>)>,
    findings: Vec<StoredFinding>,
    /// Steps of a plan: whether done, in whose words, by whom, when.
    steps: Vec<(bool, String, String, Timestamp)>,
}

impl Record {
    /// Reads it.
    pub(super) async fn read(
        conn: &mut Conn,
        incident: StoredIncident,
        unit: String,
    ) -> Result<Self, Failure> {
        let id = incident.id;
        let reports = conn.reports_on(id).await?;
        let ids: Vec<CheckInId> = reports.iter().map(|report| report.check_in).collect();
        let kept = conn.check_ins(&ids).await?;
        let pair = |report: StoredReport| {
            let kept = kept.iter().find(|kept| kept.check_in.id == report.check_in)?;
            Some((report, kept.clone()))
        };
        let mut alerts = Vec::new();
        for alert in conn.alerts_of(id).await? {
            let letters = conn.posted_for(alert.id).await?.len();
            let answers = conn.acknowledgements_of_alert(alert.id).await?;
            alerts.push((alert, letters, answers));
        }
        let events = conn.incident_events(id).await?;
        let clear = |event: &IncidentEvent| event.check_in_id.filter(|_| event.kind == "linked");
        let clears: Vec<CheckInId> = events.iter().filter_map(clear).map(CheckInId).collect();
        let clears = conn.check_ins(&clears).await?;
        let answered = clears
            .iter()
            .filter_map(|kept| Some((kept.check_in.id.0, kept.check_in.obligation?)));
        let mut steps = Vec::new();
        for (words, tick) in ticked(conn, id).await? {
            let by = conn.author_label(tick.author).await?.unwrap_or_default();
            steps.push((tick.done, words, by, tick.at));
        }
        Ok(Self {
            steps,
            reports: reports.into_iter().filter_map(pair).collect(),
            linked: answered.collect(),
            events,
            findings: conn.findings_on(id).await?,
            alerts,
            incident,
            unit,
        })
    }

    /// Gives what its last report says.
    pub(super) fn known(&self) -> IncidentContent {
        let last = self.reports.last();
        let said = last.and_then(|(_, kept)| kept.check_in.content.incident().cloned());
        said.unwrap_or_default()
    }
}

/// Says the items of a story.
pub(super) struct Teller<'a> {
    pub(super) app: &'a App,
    pub(super) l: Lang,
    pub(super) zone: Tz,
}

impl Teller<'_> {
    /// Says everything that happened to some incidents that are one event.
    pub(super) fn items(&self, records: &[Record]) -> Vec<Item> {
        let several = records.len() > 1;
        let mut items: Vec<Item> = Vec::new();
        for record in records {
            let mut own = self.reports(record);
            own.extend(self.calls(record));
            own.extend(record.events.iter().filter_map(|event| self.event(event, record)));
            own.extend(record.steps.iter().map(|(done, words, by, at)| {
                let head = match done {
                    true => self.l.story_step_done(by, words),
                    false => self.l.story_step_undone(by, words),
                };
                self.item(*at, "deed", head)
            }));
            own.extend(record.findings.iter().flat_map(|found| self.finding(found)));
            if several {
                for item in &mut own {
                    item.note = format!("{} {}", record.unit, item.note).trim().to_owned();
                }
            }
            items.extend(own);
        }
        items.sort_by_key(|item| item.at);
        items
    }

    fn item(&self, at: Timestamp, mark: &'static str, head: String) -> Item {
        Item {
            at,
            time: self.l.moment(at, self.zone),
            mark,
            head,
            note: String::new(),
            lines: Vec::new(),
            judge: None,
        }
    }

    fn reports(&self, record: &Record) -> Vec<Item> {
        let l = self.l;
        let mut before: Option<&IncidentContent> = None;
        let mut items = Vec::new();
        for (report, kept) in &record.reports {
            let head = format!(
                "{} · {}",
                l.report_kind(report.kind),
                l.report_numbered(report.number)
            );
            let mut item = self.item(report.at, "report", head);
            let mut notes = vec![format!("{} {}", l.term_receipt(), Number(kept.check_in.id))];
            if kept.check_in.provenance != Provenance::Own {
                notes.push(l.provenance(kept.check_in.provenance).to_owned());
            }
            notes.extend(kept.caller.as_ref().map(|caller| caller.post.clone()));
            notes.extend(kept.reason.clone());
            item.note = notes.join(" · ");
            if let Some(said) = kept.check_in.content.incident() {
                item.lines = match before {
                    Some(before) => self.changed(before, said),
                    None => self.facts(said, false),
                };
                before = Some(said);
            }
            items.push(item);
        }
        items
    }

    fn changed(&self, before: &IncidentContent, said: &IncidentContent) -> Vec<(String, String)> {
        let l = self.l;
        let changed = changes(before, said).into_iter().map(|change| {
            let value = l.mail_changed(self.value(&change.before), self.value(&change.after));
            (l.field(change.field).to_owned(), value)
        });
        let lines: Vec<_> = changed.collect();
        match lines.is_empty() {
            true => vec![(String::new(), l.story_same().to_owned())],
            false => lines,
        }
    }

    /// Says what a report says; `whole`: also that something is not known.
    pub(super) fn facts(&self, said: &IncidentContent, whole: bool) -> Vec<(String, String)> {
        let said = values(said).into_iter().filter(|(field, value)| match value {
            Value::Number(None) => whole,
            Value::Text(text) => !text.is_empty() || (whole && KEY.contains(field)),
            Value::Time(at) => at.is_some() || whole,
            Value::Flag(flag) => *flag,
            _ => true,
        });
        said.map(|(field, value)| (self.l.field(field).to_owned(), self.value(&value)))
            .collect()
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Class(code) => class_name(&self.app.classes(), code, self.l),
            other => self.l.value(other, self.zone),
        }
    }

    fn calls(&self, record: &Record) -> Vec<Item> {
        let l = self.l;
        let mut items = Vec::new();
        for (alert, letters, answers) in &record.alerts {
            let mut call = self.item(alert.raised, "call", l.story_told().to_owned());
            call.note = l.story_letters(*letters);
            items.push(call);
            for answer in answers {
                let by = answer.caller_post.clone().or(answer.by_address.clone());
                let by = by.unwrap_or_else(|| l.reach_office().to_owned());
                if let Some(at) = from_millis(answer.at) {
                    let mut item = self.item(at, "answer", l.story_answered(by));
                    item.note = answer.remark.clone().unwrap_or_default();
                    items.push(item);
                }
            }
        }
        items
    }

    fn event(&self, event: &IncidentEvent, record: &Record) -> Option<Item> {
        let l = self.l;
        let by = event.by_label.as_deref().unwrap_or_default();
        let other = event.other_id.map(IncidentId).unwrap_or(IncidentId(0));
        let head = match (event.kind.as_str(), &event.by_label) {
            ("closed", None) => l.story_final().to_owned(),
            ("closed", Some(by)) => l.story_closed_by(by),
            ("reopened", None) => l.story_reopened_by_report().to_owned(),
            ("reopened", Some(by)) => l.story_reopened_by(by),
            ("joined", _) => l.story_joined(by, other),
            ("parted", _) => l.story_parted(by, other),
            ("linked", _) => l.story_linked(by, Number(CheckInId(event.check_in_id.unwrap_or_default()))),
            _ => return None,
        };
        let mut item = self.item(from_millis(event.at)?, "deed", head);
        item.note = event.reason.clone().unwrap_or_default();
        let linked = event.check_in_id.filter(|_| event.kind == "linked");
        let owed = record.linked.iter().find(|(id, _)| Some(*id) == linked);
        item.judge = owed.map(|(_, owed)| {
            let back = record.incident.id;
            format!("/board/find?o={owed}&kind=omitted&back=/incident/{back}")
        });
        Some(item)
    }

    fn finding(&self, found: &StoredFinding) -> Vec<Item> {
        let l = self.l;
        let mut item = self.item(
            found.at,
            "finding",
            l.story_found(&found.by, l.finding_kind(found.kind)),
        );
        item.note.clone_from(&found.note);
        let mut items = vec![item];
        if let Some((words, at)) = &found.reply {
            let mut reply = self.item(*at, "finding", l.story_replied().to_owned());
            reply.note.clone_from(words);
            items.push(reply);
        }
        items
    }
}
