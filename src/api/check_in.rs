//! Takes reports of other systems: `POST /api/v1/check-ins`.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use uuid::Uuid;

use super::body::receive;
use super::caller::Caller;
use super::fields::{Faults, Fields};
use super::json::Object;
use super::view::{ReceiptView, json, time};
use super::{App, Problem};
use crate::domain::checkin::{Author, Content, Door, IncidentContent, Provenance, Submission};
use crate::domain::ids::{ObligationId, UnitId};
use crate::domain::incident::{Classes, Severity};
use crate::domain::time::Timestamp;
use crate::i18n::Lang;
use crate::service::{Outcome, Status};

/// A report as it was sent; its unit has yet to be found.
struct Sent {
    unit: String,
    submission: Submission,
}

/// What became of it.
#[derive(Debug, Serialize)]
struct Taken {
    /// `recorded`, `amended`, `same`, `already`.
    status: &'static str,
    receipt: ReceiptView,
    obligation: Option<i64>,
    timeliness: Option<&'static str>,
    review: &'static str,
    claim: Option<&'static str>,
    incident: Option<i64>,
    alert: Option<i64>,
    /// Who reported the same before, and when.
    #[serde(skip_serializing_if = "Option::is_none")]
    reported_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reported_at: Option<String>,
    /// How many identity numbers were masked.
    masked: u32,
    /// What the clerk is told of the texts.
    notices: Vec<&'static str>,
}

/// Takes one report.
pub(super) async fn take(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let (object, received) = receive(&app, &headers, body, caller.l).await?;
    let Sent { unit, mut submission } = read(object, &headers, received, (&app.classes(), caller.l))?;
    submission.unit = super::obligation::unit_of(&app, &caller, &unit).await?;
    let outcome = app.submit(&caller.actor, submission).await;
    Ok(answer(&outcome.map_err(caller.failed(&app))?, caller.l))
}

/// Says what became of a report.
pub(super) fn answer(outcome: &Outcome, l: Lang) -> Response {
    let (status, code) = match &outcome.status {
        Status::Recorded => ("recorded", StatusCode::CREATED),
        Status::Amended => ("amended", StatusCode::CREATED),
        Status::Same => ("same", StatusCode::OK),
        Status::Already { .. } => ("already", StatusCode::OK),
    };
    let (reported_by, reported_at) = match &outcome.status {
        Status::Already { by, at } => (by.clone(), Some(time(*at))),
        _ => (None, None),
    };
    let taken = Taken {
        status,
        receipt: ReceiptView::from(&outcome.receipt),
        obligation: outcome.obligation.map(|id| id.0),
        timeliness: outcome.timeliness.map(|t| t.code()),
        review: outcome.review.code(),
        claim: outcome.claim.map(|claim| claim.code()),
        incident: outcome.incident.map(|id| id.0),
        alert: outcome.alert.map(|id| id.0),
        reported_by,
        reported_at,
        masked: outcome.notice.masked,
        notices: l.notices(outcome.notice),
    };
    let mut response = json(code, serde_json::to_vec(&taken).unwrap_or_default()).into_response();
    let place = format!("/api/v1/receipts/{}", outcome.receipt.number);
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

/// Reads a report, or names all that is wrong with it.
fn read(
    object: Object,
    headers: &HeaderMap,
    received: Timestamp,
    (classes, l): (&Classes, Lang),
) -> Result<Sent, Problem> {
    let mut faults = Faults::new(l);
    let (mut fields, id) = key_and_id(object, headers, &mut faults);
    let unit = fields.id_or_code("unit");
    let unit = fields.needed("unit", unit);
    let obligation = fields.id("obligation").map(ObligationId);
    let content = content(&mut fields, classes);
    let (claimed, reason) = (fields.time("claimed"), fields.text("reason"));
    fields.end();
    let (Some(uuid), Some(unit), Some(content), true) = (id, unit, content, faults.errors.is_empty()) else {
        return Err(Problem::invalid(l, faults.errors));
    };
    Ok(Sent {
        unit,
        submission: Submission {
            uuid,
            unit: UnitId(0),
            obligation,
            follows: None,
            content,
            provenance: match claimed {
                Some(_) => Provenance::Offline,
                None => Provenance::Own,
            },
            // The service puts the caller here.
            author: Author::Token(0),
            received,
            claimed,
            reason,
            caller: None,
            via: Door::Api,
        },
    })
}

/// Begins to read a body, and reads its UUID there or in the header `Idempotency-Key`.
pub(super) fn key_and_id<'a>(
    object: Object,
    headers: &HeaderMap,
    faults: &'a mut Faults,
) -> (Fields<'a>, Option<Uuid>) {
    let key = key(headers, faults);
    let mut fields = Fields::of("", object, faults);
    let id = match (fields.has("id"), key) {
        (false, None) => fields.wrong("id", |l, _| l.api_uuid_needed().to_owned()),
        (_, key) => match (fields.uuid("id"), key) {
            (Some(id), Some(key)) if id != key => fields.wrong("id", |l, _| l.api_uuid_differs().to_owned()),
            (id, key) => id.or(key),
        },
    };
    (fields, id)
}

/// Reads the header `Idempotency-Key`: a UUID, with or without quotes.
fn key(headers: &HeaderMap, faults: &mut Faults) -> Option<Uuid> {
    let value = headers.get("idempotency-key")?;
    let text = value.to_str().unwrap_or_default().trim().trim_matches('"');
    let key = Uuid::try_parse(text).ok();
    if key.is_none() {
        let words = faults.l.api_uuid("Idempotency-Key");
        faults.note("/id".to_owned(), words);
    }
    key
}

fn content(fields: &mut Fields<'_>, classes: &Classes) -> Option<Content> {
    let kind = fields.choice("kind", &[("all_clear", false), ("incident", true)]);
    let kind = fields.needed("kind", kind);
    let sent = fields.has("incident");
    let incident = fields.object("incident", |fields| content_of(fields, classes, None));
    match kind? {
        true => fields.needed("incident", incident).map(Content::Incident),
        false if sent => fields.wrong("incident", |l, name| l.api_not_here(name)),
        false => Some(Content::AllClear),
    }
}

/// Reads an incident; whether it is urgent, the list of classes says unless the sender does.
pub(super) fn content_of(
    mut fields: Fields<'_>,
    classes: &Classes,
    before: Option<&IncidentContent>,
) -> IncidentContent {
    let severities = Severity::ALL.map(|s| (s.code(), s));
    let incident = IncidentContent {
        // What is empty here, the rules of the form ask for.
        class: fields.text("class").unwrap_or_default(),
        severity: fields.choice("severity", &severities).unwrap_or_default(),
        place: fields.text("place").unwrap_or_default(),
        what: fields.text("what").unwrap_or_default(),
        measures: fields.text("measures").unwrap_or_default(),
        source: fields.text("source").unwrap_or_default(),
        cause: fields.text("cause").unwrap_or_default(),
        trend: fields.text("trend").unwrap_or_default(),
        requested: fields.text("requested").unwrap_or_default(),
        call_back: fields.text("call_back").unwrap_or_default(),
        dead: fields.count("dead"),
        injured: fields.count("injured"),
        missing: fields.count("missing"),
        evacuated: fields.count("evacuated"),
        houses: fields.count("houses"),
        loss: fields.count("loss"),
        occurred: fields.time("occurred"),
        learned: fields.time("learned"),
        urgent: false,
    };
    let chosen = fields.flag("urgent");
    fields.end();
    IncidentContent {
        urgent: classes.is_urgent(chosen, before, incident.class.trim(), incident.severity),
        ..incident
    }
}
