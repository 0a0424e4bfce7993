//! Tells what a unit owes: `GET /api/v1/units/{unit}/obligations`.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::TimeDelta;
use serde::Serialize;

use super::caller::Caller;
use super::query::Query;
use super::view::{ObligationView, UnitView, fresh};
use super::{App, Problem};
use crate::domain::access::{Deed, permit};
use crate::domain::ids::UnitId;
use crate::domain::unit::Code;

/// How far back is looked when nothing is said.
const USUAL: TimeDelta = TimeDelta::days(2);

#[derive(Debug, Serialize)]
struct Owed {
    unit: Option<UnitView>,
    obligations: Vec<ObligationView>,
}

/// Gives what a unit owes: everything that has opened and did not close before `since` (two days ago).
pub(super) async fn of_unit(
    State(app): State<App>,
    caller: Caller,
    unit: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut query = Query::of(query.as_deref(), caller.l);
    let since = query.time("since");
    query.end()?;
    let unit = unit.map(|Path(unit)| unit).unwrap_or_default();
    let unit = unit_of(&app, &caller, &unit).await?;
    let tree = app.tree().await.map_err(caller.failed(&app))?;
    let scope = permit(&caller.actor, Deed::SeeUnit).map_err(|denied| caller.failed(&app)(denied.into()))?;
    let path = tree.get(unit).map(|unit| &unit.path);
    if !path.is_some_and(|path| scope.covers(path)) {
        return Err(Problem::not_found(caller.l));
    }
    let now = app.now();
    let since = since.or_else(|| now.checked_sub_signed(USUAL)).unwrap_or(now);
    let unanswered = caller.unanswered(&app);
    let mut conn = app.store.read().await.map_err(&unanswered)?;
    let owed = conn.obligations_of_unit(unit, now, since).await;
    let owed = owed.map_err(&unanswered)?;
    let owed = Owed {
        unit: UnitView::of(&tree, unit),
        obligations: owed.iter().map(|o| ObligationView::of(o, now)).collect(),
    };
    Ok(fresh(&headers, &owed))
}

/// Finds a unit by what other systems call it: its code, or its id, or `id:42` where a code might look the same.
pub(super) async fn unit_of(app: &App, caller: &Caller, text: &str) -> Result<UnitId, Problem> {
    let tree = app.tree().await.map_err(caller.failed(app))?;
    let text = text.trim();
    let named = match text.strip_prefix("id:") {
        Some(_) => None,
        None => Code::parse(text).ok(),
    };
    let by_code = named.and_then(|code| tree.coded(&code));
    let by_id = || {
        let id = text.strip_prefix("id:").unwrap_or(text).parse().ok()?;
        tree.get(UnitId(id))
    };
    by_code
        .or_else(by_id)
        .map(|unit| unit.id)
        .ok_or_else(|| Problem::not_found(caller.l))
}
