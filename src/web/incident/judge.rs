//! The form in which a person finds how a report that was owed was given: late, omitted, understated, false, concealed.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::domain::access::{Deed, permit};
use crate::domain::ids::ObligationId;
use crate::domain::incident::FindingKind;
use crate::domain::standing::standing;
use crate::i18n::Lang;
use crate::service::{About, Error};
use crate::store::StoredObligation;
use crate::web::board::{Asked, StandingView, with_notice};
use crate::web::failure::of_fault;
use crate::web::form::Fields;
use crate::web::page::{Page, html_with, is_local, see};
use crate::web::visit::Visit;
use crate::web::{App, Failure};

#[derive(Template)]
#[template(path = "incident_find.html")]
struct FindPage {
    l: Lang,
    page: Page,
    obligation: i64,
    unit: String,
    day: String,
    due: String,
    standing: StandingView,
    findings: Vec<(&'static str, &'static str)>,
    kind: String,
    note: String,
    problem: Option<String>,
    back: String,
}

/// Shows the form.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let id = asked.chosen().first().copied().ok_or(Failure::NOT_FOUND)?;
    let kind = asked.get("kind").to_owned();
    show(&app, visit, id, asked.get("back"), (kind, String::new()), None).await
}

/// Records what was found.
pub(in crate::web) async fn find(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let l = visit.l;
    let id = fields
        .read::<i64>("o")
        .map(ObligationId)
        .ok_or(Failure::NOT_FOUND)?;
    let back = fields.get("back");
    let typed = (fields.get("kind").to_owned(), fields.get("note").to_owned());
    let Some(kind) = FindingKind::parse(fields.get("kind")) else {
        let problem = Some(l.find_choose().to_owned());
        return show(&app, visit, id, back, typed, problem).await;
    };
    let done = app
        .find(visit.actor()?, About::Obligation(id), kind, fields.get("note"))
        .await;
    match done {
        Ok(_) => Ok(see(&with_notice(&way_back(back), "incident_done", ""))),
        Err(Error::Invalid { fault, .. }) => {
            let problem = format!("{}: {}", l.keep_find_note(), of_fault(fault, l));
            show(&app, visit, id, back, typed, Some(problem)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn show(
    app: &App,
    visit: Visit,
    id: ObligationId,
    back: &str,
    (kind, note): (String, String),
    problem: Option<String>,
) -> Result<Response, Failure> {
    let (l, zone) = (visit.l, app.settings.service.zone);
    let scope = permit(visit.actor()?, Deed::Judge)?;
    let owed = app.store.read().await?.obligation(id).await?;
    let covered = |owed: &StoredObligation| scope.covers(&owed.path);
    let owed = owed.filter(covered).ok_or(Failure::NOT_FOUND)?;
    let tree = app.tree().await?;
    let unit = tree.label(owed.obligation.unit).map(|label| label.to_string());
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let o = &owed.obligation;
    let page = FindPage {
        l,
        obligation: id.0,
        unit: unit.unwrap_or_default(),
        day: l.date(o.day),
        due: l.board_due(l.moment(o.window.due(), zone)),
        standing: StandingView::of(l, standing(o, app.now()).code(), o.is_met() && owed.incident),
        findings: FindingKind::ALL
            .map(|kind| (kind.code(), l.finding_kind(kind)))
            .to_vec(),
        kind,
        note: note.chars().take(800).collect(),
        problem,
        back: way_back(back),
        page: visit.page,
    };
    html_with(status, &page)
}

fn way_back(back: &str) -> String {
    let known = back.starts_with("/board") || back.starts_with("/incident");
    match is_local(back) && known {
        true => back.to_owned(),
        false => "/board".to_owned(),
    }
}
