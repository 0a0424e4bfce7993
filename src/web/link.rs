//! Signs an account holder in by a one-time link: looking at it changes nothing, since mail scanners look at all.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::page::{Page, html, html_with};
use super::signin::welcome;
use super::visit::Visit;
use super::{App, Failure};
use crate::auth;
use crate::i18n::Lang;

#[derive(Template)]
#[template(path = "link.html")]
struct LinkPage {
    l: Lang,
    page: Page,
    /// The post that the link signs in; `None`: it is used up or expired.
    label: Option<String>,
    token: String,
}

/// Shows whom the link signs in, and a button.
pub(super) async fn page(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    match app.link(&token).await? {
        Some(account) => html(&LinkPage {
            l: visit.l,
            page: visit.page,
            label: Some(account.label),
            token,
        }),
        None => {
            app.stumble("link", &visit.address).await?;
            gone(visit)
        }
    }
}

/// Uses the link up and signs in.
pub(super) async fn enter(
    State(app): State<App>,
    visit: Visit,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    match auth::follow(&app, &token, visit.place()).await? {
        Some(session) => Ok(welcome(&app, &session, "/")),
        None => gone(visit),
    }
}

fn gone(visit: Visit) -> Result<Response, Failure> {
    let template = LinkPage {
        l: visit.l,
        page: visit.page,
        label: None,
        token: String::new(),
    };
    html_with(StatusCode::GONE, &template)
}
