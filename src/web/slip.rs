//! Binds a workstation to its unit by the code on a printed slip.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use chrono::TimeDelta;
use serde::Deserialize;

use super::cookie::Cookie;
use super::form::Fields;
use super::page::{Page, html_with, see};
use super::visit::Visit;
use super::{App, Failure};
use crate::auth;
use crate::i18n::Lang;
use crate::service::Error;

#[derive(Template)]
#[template(path = "slip.html")]
struct SlipPage {
    l: Lang,
    page: Page,
    code: String,
    /// The unit that this workstation is bound to already.
    bound: Option<String>,
    problem: Option<String>,
}

/// What the QR code of a slip carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Carried {
    c: String,
}

/// Asks for the code; one that came by QR code is filled in. Nothing is used up by looking.
pub(super) async fn page(
    State(app): State<App>,
    visit: Visit,
    Query(carried): Query<Carried>,
) -> Result<Response, Failure> {
    show(&app, visit, &carried.c, None, StatusCode::OK).await
}

/// Uses the slip up, gives the workstation its long-lived cookie and opens its desk.
pub(super) async fn bind(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let code = fields.get("code").to_owned();
    let label = visit.l.slip_device();
    let (problem, status) = match auth::bind(&app, &code, label, &visit.address).await {
        Ok(Some(token)) => {
            let mut response = see("/desk");
            let cookie = Cookie::Device.write(&token, &app.settings);
            response
                .headers_mut()
                .extend(cookie.map(|c| (header::SET_COOKIE, c)));
            return Ok(response);
        }
        Ok(None) => (visit.l.slip_wrong().to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
        Err(Error::Wait { seconds }) => {
            let span = visit.l.span(TimeDelta::seconds(i64::from(seconds)));
            (visit.l.problem_wait(span), StatusCode::TOO_MANY_REQUESTS)
        }
        Err(error) => return Err(error.into()),
    };
    show(&app, visit, &code, Some(problem), status).await
}

async fn show(
    app: &App,
    visit: Visit,
    code: &str,
    problem: Option<String>,
    status: StatusCode,
) -> Result<Response, Failure> {
    let bound = match &visit.device {
        Some(device) => {
            let path = device.actor.grants.first().and_then(|grant| grant.over());
            let unit = path.and_then(crate::domain::unit::UnitPath::id);
            let tree = app.tree().await?;
            unit.and_then(|id| tree.label(id)).map(|label| label.to_string())
        }
        None => None,
    };
    let template = SlipPage {
        l: visit.l,
        page: visit.page,
        code: code.chars().take(40).collect(),
        bound,
        problem,
    };
    html_with(status, &template)
}
