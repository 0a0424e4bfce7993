//! Keeps what was typed when somebody has to sign in before it is taken: the answer holds the form itself, and it is sent
//! again after the sign-in. Nothing of it is stored, for it has not been screened yet.

use askama::Template;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;

use super::form::{self, Fields};
use super::page::{Page, html, html_with};
use super::visit::Visit;
use super::{App, Failure};
use crate::i18n::Lang;

/// Fields that are typed anew rather than kept on a page.
const SECRETS: [&str; 5] = ["password", "present", "new", "again", "code"];

#[derive(Template)]
#[template(path = "kept.html")]
struct KeptPage {
    l: Lang,
    page: Page,
    /// Where the form goes.
    action: String,
    fields: Vec<(String, String)>,
    /// Whether somebody is signed in, but not since a short while ago.
    is_again: bool,
}

/// Makes the page that keeps a form; `None`: it is no form, or it holds a secret.
pub(super) async fn keep(
    app: &App,
    visit: Visit,
    request: Request,
    is_again: bool,
) -> Result<Option<Response>, Failure> {
    if !form::is_form(&request) {
        return Ok(None);
    }
    let action = request
        .uri()
        .path_and_query()
        .map_or("/", |p| p.as_str())
        .to_owned();
    let body = form::read(request.into_body(), app).await?;
    let typed = Fields::parse(&body, app.now())?;
    if SECRETS.into_iter().any(|name| typed.has(name)) {
        return Ok(None);
    }
    let pairs = typed.pairs();
    let template = KeptPage {
        l: visit.l,
        page: visit.page,
        action,
        fields: pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        is_again,
    };
    html_with(StatusCode::UNAUTHORIZED, &template).map(Some)
}

#[derive(Template)]
#[template(path = "signin_done.html")]
struct DonePage {
    l: Lang,
    page: Page,
}

/// Says to whoever has signed in beside a kept form that the form can be sent now.
pub(super) async fn done(visit: Visit) -> Result<Response, Failure> {
    html(&DonePage {
        l: visit.l,
        page: visit.page,
    })
}
