//! The page on which an officer takes personal data out of a report, found by its receipt number.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::failure::of_fault;
use super::form::Fields;
use super::page::{Page, html_with, see};
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::form::Field;
use crate::domain::receipt::Number;
use crate::domain::redaction::{TEXTS, text_field};
use crate::i18n::Lang;
use crate::service::{Error, texts};
use crate::store::moment;

#[derive(Template)]
#[template(path = "redact.html")]
struct RedactPage {
    l: Lang,
    page: Page,
    number: String,
    unit: String,
    received: String,
    parts: Vec<PartView>,
    done: Vec<String>,
    is_done: bool,
    problem: Option<String>,
    words: String,
    reason: String,
}

struct PartView {
    code: &'static str,
    name: &'static str,
    text: String,
    is_chosen: bool,
}

/// Shows the texts of a report.
pub(super) async fn page(
    State(app): State<App>,
    visit: Visit,
    Path(number): Path<String>,
    axum::extract::RawQuery(query): axum::extract::RawQuery,
) -> Result<Response, Failure> {
    let is_done = query.as_deref() == Some("done=1");
    show(&app, &visit, &number, None, None, is_done).await
}

/// Takes out what was chosen.
pub(super) async fn redact(
    State(app): State<App>,
    visit: Visit,
    Path(number): Path<String>,
    fields: Fields,
) -> Result<Response, Failure> {
    let id = number.parse::<Number>().map_err(|_| Failure::NOT_FOUND)?.0;
    let whole: Vec<Field> = fields.all("part[]").filter_map(text_field).collect();
    let words: Vec<&str> = fields.get("words").lines().collect();
    let done = app
        .redact(visit.actor()?, id, &whole, &words, fields.get("reason"))
        .await;
    let l = visit.l;
    let problem = match done {
        Ok(_) => return Ok(see(&format!("/redact/{}?done=1", Number(id)))),
        Err(Error::Invalid { field: "words", .. }) => l.redact_nothing().to_owned(),
        Err(Error::Invalid { fault, .. }) => format!("{}: {}", l.field_reason(), of_fault(fault, l)),
        Err(error) => return Err(error.into()),
    };
    show(&app, &visit, &number, Some(problem), Some(&fields), false).await
}

async fn show(
    app: &App,
    visit: &Visit,
    number: &str,
    problem: Option<String>,
    typed: Option<&Fields>,
    is_done: bool,
) -> Result<Response, Failure> {
    let (l, zone) = (visit.l, app.settings.service.zone);
    let id = number.parse::<Number>().map_err(|_| Failure::NOT_FOUND)?.0;
    let kept = app.to_redact(visit.actor()?, id).await?;
    let tree = app.tree().await?;
    let unit = tree
        .get(kept.check_in.unit)
        .map(|unit| unit.name.as_str().to_owned());
    let done = app.store.read().await?.redactions(id).await?;
    let said = texts(&kept);
    let chosen: Vec<&str> = typed
        .map(|fields| fields.all("part[]").collect())
        .unwrap_or_default();
    let part = |part: Field| {
        Some(PartView {
            code: part.code(),
            name: l.field(part),
            text: said.get(part)?.to_owned(),
            is_chosen: chosen.contains(&part.code()),
        })
    };
    let line = |one: &crate::store::Redaction| {
        l.redact_done_by(l.moment(moment(one.at), zone), &one.by, &one.reason)
    };
    let typed = |name: &str| typed.map_or(String::new(), |fields| fields.get(name).to_owned());
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let view = RedactPage {
        l,
        page: visit.page.clone(),
        number: Number(id).to_string(),
        unit: unit.unwrap_or_default(),
        received: l.moment(kept.check_in.received, zone),
        parts: TEXTS.into_iter().filter_map(part).collect(),
        done: done.iter().map(line).collect(),
        is_done,
        problem,
        words: typed("words"),
        reason: typed("reason"),
    };
    html_with(status, &view)
}
