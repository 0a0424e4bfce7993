//! Tells of daily bulletins: `GET /api/v1/bulletins`, and one of them as it was frozen.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use super::caller::Caller;
use super::query::Query;
use super::view::{UnitView, fresh, time};
use super::{App, Problem};
use crate::domain::bulletin::Counts;
use crate::domain::unit::UnitTree;
use crate::service::ShownBulletin;

/// The conclusion of a bulletin.
#[derive(Debug, Serialize)]
struct BulletinView {
    id: i64,
    unit: Option<UnitView>,
    day: String,
    year: i32,
    number: i64,
    /// Earlier than `day` if it stands for days that were missed.
    first_day: String,
    from: String,
    until: String,
    as_of: String,
    reports: Counts,
    roll_ups: Counts,
    follow_ups: Counts,
    letters: i64,
    digest: String,
    /// Whether it is as it was made.
    intact: bool,
}

impl BulletinView {
    fn of(tree: &UnitTree, shown: &ShownBulletin) -> Self {
        let told = &shown.bulletin;
        Self {
            id: shown.id,
            unit: UnitView::of(tree, told.unit),
            day: told.day.to_string(),
            year: told.year(),
            number: told.number,
            first_day: told.first.to_string(),
            from: time(told.from),
            until: time(told.until),
            as_of: time(told.as_of),
            reports: told.reports,
            roll_ups: told.roll_ups,
            follow_ups: told.follow_ups,
            letters: shown.letters,
            digest: shown.digest.clone(),
            intact: shown.is_whole,
        }
    }
}

#[derive(Debug, Serialize)]
struct Bulletins {
    bulletins: Vec<BulletinView>,
    /// Goes into `before` for the next page; none when this is the last.
    next: Option<String>,
}

#[derive(Debug, Serialize)]
struct Whole {
    bulletin: BulletinView,
    /// The frozen JSON, as it was hashed.
    content: String,
}

/// Gives the bulletins, the latest first, a page at a time.
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut query = Query::of(query.as_deref(), caller.l);
    let (limit, before) = (query.limit("limit", 50, 200), query.cursor("before"));
    query.end()?;
    let failed = caller.failed(&app);
    let tree = app.tree().await.map_err(&failed)?;
    let before = (before > 0).then_some(before);
    let found = app
        .bulletins(&caller.actor, before, limit)
        .await
        .map_err(&failed)?;
    let full = i64::try_from(found.len()).unwrap_or(limit) == limit;
    let page = Bulletins {
        next: found.last().filter(|_| full).map(|last| last.id.to_string()),
        bulletins: found.iter().map(|one| BulletinView::of(&tree, one)).collect(),
    };
    Ok(fresh(&headers, &page))
}

/// Gives one bulletin.
pub(super) async fn one(
    State(app): State<App>,
    caller: Caller,
    id: Result<Path<i64>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Ok(Path(id)) = id else {
        return Err(Problem::not_found(caller.l));
    };
    let failed = caller.failed(&app);
    let tree = app.tree().await.map_err(&failed)?;
    let shown = app.bulletin(&caller.actor, id).await.map_err(&failed)?;
    let whole = Whole {
        bulletin: BulletinView::of(&tree, &shown),
        content: shown.content,
    };
    Ok(fresh(&headers, &whole))
}
