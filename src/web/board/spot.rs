//! The form of a spot check: a unit that was chosen, or one that is drawn by lot.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::Asked;
use super::notice::with_notice;
use crate::domain::access::{Deed, permit};
use crate::domain::ids::UnitId;
use crate::i18n::Lang;
use crate::service::{Error, SpotResult};
use crate::web::board::acts::said;
use crate::web::form::Fields;
use crate::web::page::{Page, dial, html_with, see};
use crate::web::visit::Visit;
use crate::web::{App, Failure};

#[derive(Template)]
#[template(path = "board_spot.html")]
struct SpotPage {
    l: Lang,
    page: Page,
    unit: i64,
    name: String,
    post: Option<String>,
    phone: Option<String>,
    dial: String,
    results: Vec<(&'static str, &'static str)>,
    result: String,
    note: String,
    problem: Option<String>,
}

impl Lang {
    /// Names what came of a spot check.
    pub(in crate::web) fn spot_check(self, result: SpotResult) -> &'static str {
        match result {
            SpotResult::OnDuty => self.spot_on_duty(),
            SpotResult::SomebodyElse => self.spot_somebody_else(),
            SpotResult::NoAnswer => self.spot_no_answer(),
        }
    }
}

/// Shows the form; without a unit, one is drawn.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let not = asked.number("not").map(UnitId);
    let Some(unit) = asked.number("unit").map(UnitId) else {
        let drawn = app.draw(visit.actor()?, not).await?;
        return Ok(see(&format!("/board/spot-check?unit={drawn}")));
    };
    show(&app, visit, unit, String::new(), String::new(), None).await
}

/// Records the result.
pub(in crate::web) async fn record(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let unit = fields.read::<i64>("unit").map(UnitId).ok_or(Failure::NOT_FOUND)?;
    let (typed, note) = (fields.get("result").to_owned(), fields.get("note"));
    let problem = match SpotResult::parse(&typed) {
        None => visit.l.spot_choose().to_owned(),
        Some(result) => match app.spot_check(visit.actor()?, unit, result, note).await {
            Ok(()) => {
                let back = format!("/board/unit/{unit}");
                return Ok(see(&with_notice(&back, "spot_checked", "")));
            }
            Err(Error::Invalid { field, fault }) => said(visit.l, field, fault),
            Err(error) => return Err(error.into()),
        },
    };
    let note = note.chars().take(500).collect();
    show(&app, visit, unit, typed, note, Some(problem)).await
}

async fn show(
    app: &App,
    visit: Visit,
    unit: UnitId,
    result: String,
    note: String,
    problem: Option<String>,
) -> Result<Response, Failure> {
    let scope = permit(visit.actor()?, Deed::Judge)?;
    let tree = app.tree().await?;
    let known = tree.get(unit).filter(|unit| scope.covers(&unit.path));
    let known = known.ok_or(Failure::NOT_FOUND)?;
    let mut contacts = app.store.read().await?.contacts(Some(&[known.id])).await?;
    let contacts = contacts.remove(&known.id).unwrap_or_default();
    let l = visit.l;
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let template = SpotPage {
        l,
        unit: unit.0,
        name: tree
            .label(unit)
            .map(|label| label.to_string())
            .unwrap_or_default(),
        dial: dial(contacts.phone.as_deref().unwrap_or_default()),
        post: contacts.duty_post,
        phone: contacts.phone,
        results: SpotResult::ALL
            .map(|result| (result.code(), l.spot_check(result)))
            .into(),
        result,
        note,
        problem,
        page: visit.page,
    };
    html_with(status, &template)
}
