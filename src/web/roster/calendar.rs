//! The calendar of a post's shifts, open to whoever knows its secret address.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use icalendar::{Calendar, Component as _, Event, EventLike as _};

use crate::domain::roster::span;
use crate::service::token_hash;
use crate::web::{App, Failure, Visit};

/// How many days back a calendar shows.
const BACK: u64 = 31;

/// Gives the calendar.
pub(in crate::web) async fn feed(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    let token = token.strip_suffix(".ics").unwrap_or(&token);
    let mut conn = app.store.read().await?;
    let Some(feed) = conn.feed_by(&token_hash(token)).await? else {
        drop(conn);
        app.stumble("calendar", &visit.address).await?;
        return Err(Failure::NOT_FOUND);
    };
    let from = super::minus(app.duty_day(), BACK);
    let shifts = conn.shifts_of(&feed.address, from).await?;
    drop(conn);
    let tree = app.tree().await?;
    let settings = &app.settings;
    let l = settings.service.language;
    let mut calendar = Calendar::new();
    calendar.name(l.roster_title());
    for (unit, shift) in shifts.into_iter().filter(|(unit, _)| *unit == feed.unit) {
        let (begins, ends) = span(shift.day, settings.roster.changes_at, settings.service.zone);
        let name = tree.get(unit).map(|unit| unit.name.as_str().to_owned());
        let duty = shift.duty;
        let uid = format!(
            "{}-{}-{unit}-{}@{}.allclear.invalid",
            shift.day,
            duty.code(),
            feed.id,
            app.deployment
        );
        let event = Event::with_uid(&uid)
            .summary(&l.feed_event(l.duty(duty), name.unwrap_or_default()))
            .description(shift.post.phone.as_deref().unwrap_or_default())
            .starts(begins)
            .ends(ends)
            .timestamp(feed.at)
            .done();
        calendar.push(event);
    }
    let kind = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")];
    Ok((kind, calendar.done().to_string()).into_response())
}
