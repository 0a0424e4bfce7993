//! Binds a workstation to its unit by the code on a printed slip; one that is bound may take the unit on beside its own.

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
use crate::domain::access::Identity;
use crate::domain::ids::DeviceId;
use crate::i18n::Lang;
use crate::service::Error;

#[derive(Template)]
#[template(path = "slip.html")]
struct SlipPage {
    l: Lang,
    page: Page,
    code: String,
    /// The units that this workstation is bound to already.
    bound: Vec<String>,
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
    let bound = match (here(&visit), fields.get("how")) {
        (Some(_), how) if how != "also" && how != "instead" => {
            let problem = visit.l.slip_choose().to_owned();
            return show(
                &app,
                visit,
                &code,
                Some(problem),
                StatusCode::UNPROCESSABLE_ENTITY,
            )
            .await;
        }
        (Some(device), "also") => auth::bind_also(&app, &code, device, &visit.address)
            .await
            .map(|is_good| is_good.then(|| visit.renew_device(&app))),
        (before, _) => auth::bind(&app, &code, visit.l.slip_device(), before, &visit.address)
            .await
            .map(|token| token.map(|token| Cookie::Device.write(&token, &app.settings))),
    };
    let (problem, status) = match bound {
        Ok(Some(cookie)) => {
            let mut response = see("/desk");
            for cookie in cookie.into_iter().chain(Cookie::Bound.write("1", &app.settings)) {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
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

/// Tells which workstation this is, if it is bound.
fn here(visit: &Visit) -> Option<DeviceId> {
    match visit.device.as_ref()?.actor.identity {
        Identity::Device(id) => Some(id),
        _ => None,
    }
}

async fn show(
    app: &App,
    visit: Visit,
    code: &str,
    problem: Option<String>,
    status: StatusCode,
) -> Result<Response, Failure> {
    let tree = app.tree().await?;
    let grants = visit.device.iter().flat_map(|device| &device.actor.grants);
    let units = grants.filter_map(|grant| grant.over()?.id());
    let bound = units.filter_map(|id| tree.label(id).map(|label| label.to_string()));
    let bound = bound.collect();
    let template = SlipPage {
        l: visit.l,
        page: visit.page,
        code: code.chars().take(40).collect(),
        bound,
        problem,
    };
    html_with(status, &template)
}
