//! Shows receipts: `GET /api/v1/receipts/{number}`.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use super::caller::Caller;
use super::roll_up::RollUpView;
use super::view::{ObligationView, ReceiptView, fresh};
use super::{App, Problem};
use crate::domain::receipt::Number;
use crate::service::Shown;

#[derive(Debug, Serialize)]
struct ShownView {
    receipt: ReceiptView,
    kind: &'static str,
    provenance: &'static str,
    review: &'static str,
    incident: Option<i64>,
    /// What it said of the units below, if it is the report of a parent.
    roll_up: Option<RollUpView>,
    /// The number of the receipt of the report that this one amends.
    supersedes: Option<String>,
    obligation: Option<ObligationView>,
}

/// Gives one receipt, with how what it answered stands now.
pub(super) async fn by_number(
    State(app): State<App>,
    caller: Caller,
    number: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let number = number.ok().and_then(|Path(number)| number.parse::<Number>().ok());
    let number = number.ok_or_else(|| Problem::not_found(caller.l))?;
    let shown = app.receipt(&caller.actor, number).await;
    let Shown { receipt, kept, owed } = shown.map_err(caller.failed(&app))?;
    let tree = app.tree().await.map_err(caller.failed(&app))?;
    let counts = kept.check_in.content.roll_up();
    let view = ShownView {
        receipt: ReceiptView::from(&receipt),
        kind: kept.check_in.content.code(),
        provenance: kept.check_in.provenance.code(),
        review: kept.check_in.review.code(),
        incident: kept.check_in.incident.map(|id| id.0),
        roll_up: counts.map(|counts| RollUpView::of(counts, &tree)),
        supersedes: kept.supersedes.map(|id| Number(id).to_string()),
        obligation: owed.map(|owed| ObligationView::of(&owed, app.now())),
    };
    Ok(fresh(&headers, &view))
}
