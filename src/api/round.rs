//! Tells of rounds, and who has not reported: `GET /api/v1/rounds`, `GET /api/v1/rounds/{id}/missing`.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use super::caller::Caller;
use super::query::Query;
use super::view::{ObligationView, UnitView, fresh, time};
use super::{App, Problem};
use crate::domain::access::{Deed, Scope, permit};
use crate::domain::ids::RoundId;
use crate::store::StoredRound;

#[derive(Debug, Serialize)]
struct RoundView {
    id: i64,
    period: i64,
    day: String,
    label: String,
    level: &'static str,
    drill: bool,
    opens: String,
    due: String,
    on_time_until: String,
    closes: String,
    /// The hash over its receipts, once it is sealed.
    seal: Option<String>,
}

impl From<&StoredRound> for RoundView {
    fn from(stored: &StoredRound) -> Self {
        let round = &stored.round;
        Self {
            id: round.id.0,
            period: round.period.0,
            day: round.day.to_string(),
            label: round.label.clone(),
            level: round.level.code(),
            drill: round.drill,
            opens: time(round.window.opens()),
            due: time(round.window.due()),
            on_time_until: time(round.window.on_time_until()),
            closes: time(round.window.closes()),
            seal: stored.seal.clone(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Rounds {
    rounds: Vec<RoundView>,
}

#[derive(Debug, Serialize)]
struct MissingView {
    unit: Option<UnitView>,
    obligation: ObligationView,
}

#[derive(Debug, Serialize)]
struct MissingPage {
    round: RoundView,
    missing: Vec<MissingView>,
    /// Goes into `after` for the next page; none when this is the last.
    next: Option<String>,
}

/// Gives the latest rounds, the newest first.
pub(super) async fn latest(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut query = Query::of(query.as_deref(), caller.l);
    let limit = query.limit("limit", 50, 500);
    query.end()?;
    leave(&app, &caller)?;
    let unanswered = caller.unanswered(&app);
    let mut conn = app.store.read().await.map_err(&unanswered)?;
    let rounds = conn.latest_rounds(limit).await.map_err(&unanswered)?;
    let rounds = rounds.iter().map(RoundView::from).collect();
    Ok(fresh(&headers, &Rounds { rounds }))
}

/// Gives the units that owe a report of a round and have sent none, a page at a time.
pub(super) async fn missing(
    State(app): State<App>,
    caller: Caller,
    round: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut query = Query::of(query.as_deref(), caller.l);
    let (limit, after) = (query.limit("limit", 100, 1000), query.cursor("after"));
    query.end()?;
    let scope = leave(&app, &caller)?;
    let round = round
        .ok()
        .and_then(|Path(text)| text.parse().ok())
        .map(RoundId)
        .ok_or_else(|| Problem::not_found(caller.l))?;
    let tree = app.tree().await.map_err(caller.failed(&app))?;
    let unanswered = caller.unanswered(&app);
    let mut conn = app.store.read().await.map_err(&unanswered)?;
    let round = conn.round(round).await.map_err(&unanswered)?;
    let round = round.ok_or_else(|| Problem::not_found(caller.l))?;
    let found = conn
        .missing(round.round.id, &scope.ranges(), after, limit)
        .await
        .map_err(&unanswered)?;
    let owed = conn.obligations(&found).await.map_err(&unanswered)?;
    let full = i64::try_from(found.len()).unwrap_or(limit) == limit;
    let now = app.now();
    let page = MissingPage {
        round: RoundView::from(&round),
        next: found.last().filter(|_| full).map(ToString::to_string),
        missing: owed
            .iter()
            .map(|o| MissingView {
                unit: UnitView::of(&tree, o.obligation.unit),
                obligation: ObligationView::of(o, now),
            })
            .collect(),
    };
    Ok(fresh(&headers, &page))
}

fn leave(app: &App, caller: &Caller) -> Result<Scope, Problem> {
    permit(&caller.actor, Deed::SeeBoard).map_err(|denied| caller.failed(app)(denied.into()))
}
