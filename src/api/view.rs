//! Knows the shapes of answers.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::SecondsFormat;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::domain::ids::UnitId;
use crate::domain::receipt::Receipt;
use crate::domain::standing::standing;
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitTree;
use crate::store::StoredObligation;

/// Writes an instant: UTC, with milliseconds.
pub(super) fn time(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A unit.
#[derive(Debug, Clone, Serialize)]
pub(super) struct UnitView {
    id: i64,
    code: Option<String>,
    name: String,
    /// With its parent, since names repeat.
    label: String,
}

impl UnitView {
    pub(super) fn of(tree: &UnitTree, id: UnitId) -> Option<Self> {
        let unit = tree.get(id)?;
        Some(Self {
            id: id.0,
            code: unit.code.as_ref().map(ToString::to_string),
            name: unit.name.to_string(),
            label: tree.label(id)?.to_string(),
        })
    }
}

/// A receipt.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ReceiptView {
    number: String,
    unit: i64,
    received: String,
    digest: String,
    mac: String,
}

impl From<&Receipt> for ReceiptView {
    fn from(receipt: &Receipt) -> Self {
        Self {
            number: receipt.number.to_string(),
            unit: receipt.unit.0,
            received: time(receipt.received),
            digest: receipt.digest.to_string(),
            mac: receipt.mac.to_string(),
        }
    }
}

/// What a unit owes, and how it stands now.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ObligationView {
    id: i64,
    unit: i64,
    kind: &'static str,
    round: Option<i64>,
    day: String,
    drill: bool,
    opens: String,
    due: String,
    on_time_until: String,
    closes: String,
    standing: &'static str,
    received: Option<String>,
    provenance: Option<&'static str>,
    claim: Option<&'static str>,
    excused: Option<String>,
    /// The number of the last receipt.
    receipt: Option<String>,
}

impl ObligationView {
    pub(super) fn of(stored: &StoredObligation, now: Timestamp) -> Self {
        let o = &stored.obligation;
        Self {
            id: o.id.0,
            unit: o.unit.0,
            kind: o.kind.code(),
            round: o.round.map(|id| id.0),
            day: o.day.to_string(),
            drill: stored.drill,
            opens: time(o.window.opens()),
            due: time(o.window.due()),
            on_time_until: time(o.window.on_time_until()),
            closes: time(o.window.closes()),
            standing: standing(o, now).code(),
            received: o.first_received.map(time),
            provenance: o.provenance.map(|p| p.code()),
            claim: stored.claim.map(|claim| claim.code()),
            excused: o.excused.map(time),
            receipt: stored
                .latest
                .map(|id| crate::domain::receipt::Number(id).to_string()),
        }
    }
}

/// Answers with JSON, or with 304 where the client has it already.
pub(super) fn fresh<T: Serialize>(headers: &HeaderMap, value: &T) -> Response {
    let body = serde_json::to_vec(value).unwrap_or_default();
    let hash: String = Sha256::digest(&body)
        .iter()
        .take(12)
        .map(|b| format!("{b:02x}"))
        .collect();
    let tag = format!("\"{hash}\"");
    let known = headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|v| v.as_bytes() == tag.as_bytes());
    let mut response = match known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => json(StatusCode::OK, body),
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// Answers with JSON.
pub(super) fn json(status: StatusCode, body: impl Into<axum::body::Body>) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (status, kind, body.into()).into_response()
}
