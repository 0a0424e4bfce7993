//! The desk of a village: one question, one button; after it, the receipt.
//!
//! * `which.rs` — for which unit, when there are several
//! * `place.rs` — for which unit somebody reports, what it owes, what it sent
//! * `card.rs` — one obligation as the page shows it
//! * `day.rs` — whether a form that was rendered before midnight asks for which day it is
//! * `history.rs` — how the last thirty days went
//! * `open.rs` — its open incidents, whether a leader has them, and what nobody has
//! * `send.rs` — from a form to a submission
//! * `incident.rs`, `typed.rs` — the form of an incident
//! * `receipt.rs` — the proof; `reach.rs` — whom an urgent report reached

mod card;
mod day;
mod history;
pub(super) mod incident;
mod open;
mod place;
mod reach;
pub(super) mod receipt;
pub(super) mod send;
pub(super) mod typed;
mod which;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use self::card::Card;
use self::day::Choice;
use self::place::Place;
use super::cookie::Cookie;
use super::form::Fields;
use super::page::{Page, html, html_with, see};
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::checkin::Content;
use crate::domain::ids::UnitId;
use crate::domain::intake::Refusal;
use crate::i18n::Lang;
use crate::service::Error;

#[derive(Template)]
#[template(path = "desk.html")]
struct DeskPage {
    l: Lang,
    page: Page,
    place: Head,
    /// Whether this workstation has just been bound.
    is_new: bool,
    /// What is owed, the earliest due first; then what was sent.
    cards: Vec<Card>,
    /// When nothing is owed: what comes next.
    next: Option<String>,
    asked: String,
    /// What nobody has yet of incidents that are over.
    unanswered: Vec<UnansweredView>,
    /// The open incidents of which nobody has a report yet, and the others.
    crying: Vec<OpenView>,
    open: Vec<OpenView>,
    /// That an all clear stands beside what is urgent and open.
    urgent: Vec<String>,
    found: Vec<FoundView>,
}

/// An urgent report of the unit that nobody has yet.
#[derive(Debug, Clone)]
struct UnansweredView {
    number: String,
    words: String,
}

/// An open incident of the unit.
#[derive(Debug, Clone)]
struct OpenView {
    id: i64,
    /// The key of the report that its button sends.
    uuid: String,
    class: String,
    severity: &'static str,
    colour: &'static str,
    /// Where, as last reported: two incidents of one class are told apart by it.
    place: String,
    reports: String,
    /// Whether leaders were told at once: who has it, or that nobody does.
    alerted: Option<(bool, String)>,
    /// The receipt of the report that told them, which says whom it reached.
    told_by: Option<String>,
    /// Its urgent reports that nobody has yet.
    cries: Vec<UnansweredView>,
    due: Option<String>,
    is_overdue: bool,
}

/// What was found of a report of the unit.
#[derive(Debug, Clone)]
struct FoundView {
    id: i64,
    /// The incident that it is about, and when it was found.
    about: Option<String>,
    time: String,
    head: String,
    note: String,
    reply: Option<String>,
}

/// What stands above every page of the desk.
#[derive(Debug, Clone)]
struct Head {
    unit: i64,
    name: String,
    /// The unit above, since names repeat.
    above: Option<String>,
    date: String,
    time: String,
    /// Unix milliseconds, for the clock of the script.
    now: i64,
    /// Seconds by which local time is ahead of UTC.
    ahead: i32,
    /// The other units that the reader reports for.
    others: Vec<(i64, String)>,
}

#[derive(Template)]
#[template(path = "desk_day.html")]
struct DayPage {
    l: Lang,
    page: Page,
    lead: String,
    /// What can be chosen.
    choices: Vec<Choice>,
    /// What can no longer be chosen, and why.
    closed: Option<String>,
    unit: i64,
    uuid: String,
    claimed: String,
}

#[derive(Template)]
#[template(path = "desk_retry.html")]
struct RetryPage {
    l: Lang,
    page: Page,
    action: &'static str,
    /// Everything that was sent, to be sent again.
    fields: Vec<(String, String)>,
}

/// For which unit, when somebody reports for several.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    unit: String,
}

/// Shows what the unit owes now, or its receipt.
pub(super) async fn page(
    State(app): State<App>,
    visit: Visit,
    headers: HeaderMap,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    let wanted = which.unit.parse().ok().map(UnitId);
    let is_new = Cookie::Bound.read(&headers, &app.settings).is_some();
    if wanted.is_none()
        && let Some(choice) = which::choice(&app, &visit, is_new).await?
    {
        return Ok(told(&app, is_new, html(&choice)?));
    }
    let place = Place::find(&app, &visit, wanted).await?;
    let (l, renewed) = (visit.l, visit.renew_device(&app));
    let cards = card::cards(&app, l, &place);
    let owes = cards.iter().any(|card| card.is_open);
    let mut unanswered = open::unanswered(&app, l, &place);
    let open = open::views(&app, l, &place, &mut unanswered).await?;
    let (crying, open) = open.into_iter().partition(|one| !one.cries.is_empty());
    let template = DeskPage {
        l,
        place: place.head(&app, l),
        is_new,
        next: match owes {
            true => None,
            false => Some(place.next(&app, l).await?),
        },
        asked: l.desk_asked(place.asked),
        unanswered,
        crying,
        open,
        urgent: open::urgent(&app, l, &place),
        found: found(&app, l, &place),
        // What is real is never covered by the watermark of a drill beside it.
        page: visit
            .page
            .of_drill(!cards.is_empty() && cards.iter().all(|card| card.drill)),
        cards,
    };
    let mut response = html(&template)?;
    // A workstation that is used stays bound.
    let renewed = renewed.map(|cookie| (header::SET_COOKIE, cookie));
    response.headers_mut().extend(renewed);
    Ok(told(&app, is_new, response))
}

/// Takes the mark away with which a workstation is told once that it is bound.
fn told(app: &App, is_new: bool, mut response: Response) -> Response {
    let gone = is_new.then(|| Cookie::Bound.clear(&app.settings)).flatten();
    if let Some(gone) = gone {
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    response
}

fn found(app: &App, l: Lang, place: &Place) -> Vec<FoundView> {
    let view = |found: &crate::store::StoredFinding| FoundView {
        id: found.id,
        about: found.incident.map(|id| l.incident_no(id)),
        time: place.time(app, l, found.at),
        head: l.story_found(&found.by, l.finding_kind(found.kind)),
        note: found.note.clone(),
        reply: found
            .reply
            .as_ref()
            .map(|(words, _)| l.named_fault(l.story_replied(), words)),
    };
    place.findings.iter().map(view).collect()
}

/// Takes an all clear: from the button, from the question for the day, or to take an incident back.
pub(super) async fn submit(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    match clear(&app, &visit, &fields).await {
        Err(failure) if failure.code() == StatusCode::SERVICE_UNAVAILABLE => {
            retry(visit, "/desk", &fields, &failure)
        }
        answer => answer,
    }
}

async fn clear(app: &App, visit: &Visit, fields: &Fields) -> Result<Response, Failure> {
    let mut place = Place::find(app, visit, fields.read("unit").map(UnitId)).await?;
    place.recall(app, fields.read("obligation")).await?;
    let zone = app.settings.service.zone;
    if let Some(asked) = day::question(visit.l, &place, fields, zone) {
        let template = DayPage {
            l: visit.l,
            page: visit.page.clone().of_drill(asked.drill),
            lead: asked.lead,
            choices: asked.choices,
            closed: asked.closed,
            unit: place.unit.0,
            uuid: send::uuid(fields).to_string(),
            claimed: send::carried(fields),
        };
        return html_with(StatusCode::CONFLICT, &template);
    }
    let submission = send::submission(&place, fields, Content::AllClear);
    match app.submit(visit.actor()?, submission).await {
        Ok(outcome) => Ok(see(&receipt::address(&outcome))),
        Err(Error::Refused(Refusal::ReasonNeeded)) => {
            incident::needs_reason(app, visit, &place, fields).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Says that nothing was confirmed, with a button that sends the very same again.
fn retry(
    visit: Visit,
    action: &'static str,
    fields: &Fields,
    failure: &Failure,
) -> Result<Response, Failure> {
    let template = RetryPage {
        l: visit.l,
        page: visit.page,
        action,
        fields: fields
            .pairs()
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .collect(),
    };
    let mut response = html_with(StatusCode::SERVICE_UNAVAILABLE, &template)?;
    failure.mark(&mut response);
    Ok(response)
}
