//! Signs account holders in with a password, and out again.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use chrono::TimeDelta;
use serde::Deserialize;

use super::cookie::Cookie;
use super::form::Fields;
use super::halfway::stage_page;
use super::home::home;
use super::page::{Page, html_with, is_local, see};
use super::visit::Visit;
use super::{App, Failure};
use crate::auth;
use crate::i18n::Lang;
use crate::service::{Begun, Error};

#[derive(Template)]
#[template(path = "signin.html")]
struct SignIn {
    l: Lang,
    page: Page,
    login: String,
    next: String,
    /// Why the last try failed.
    problem: Option<String>,
    /// Why somebody who is signed in is asked again.
    note: Option<&'static str>,
}

/// Where to go afterwards, and whether a recent sign-in is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct After {
    next: String,
    again: String,
}

/// Asks for name and password. Whoever is signed in goes on, unless he is asked again.
pub(super) async fn page(visit: Visit, Query(after): Query<After>) -> Result<Response, Failure> {
    let again = !after.again.is_empty();
    if let Some(stage) = visit.pending.as_ref().and_then(|pending| pending.awaits) {
        return Ok(see(&stage_page(stage, &after.next)));
    }
    if let (Some(session), false) = (&visit.session, again) {
        let next = is_local(&after.next).then_some(after.next.as_str());
        return Ok(see(next.unwrap_or_else(|| home(&session.actor))));
    }
    let note = visit.session.as_ref().map(|_| visit.l.signin_again());
    show(visit, String::new(), after.next, None, note, StatusCode::OK)
}

fn show(
    visit: Visit,
    login: String,
    next: String,
    problem: Option<String>,
    note: Option<&'static str>,
    status: StatusCode,
) -> Result<Response, Failure> {
    let template = SignIn {
        l: visit.l,
        page: visit.page,
        login: login.chars().take(60).collect(),
        next: if is_local(&next) { next } else { String::new() },
        problem,
        note,
    };
    html_with(status, &template)
}

/// Tests name and password, begins a session, and goes on.
pub(super) async fn enter(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let (login, next) = (fields.get("login").to_owned(), fields.get("next").to_owned());
    let tried = auth::sign_in(&app, &login, fields.get("password"), visit.place()).await;
    let (problem, status) = match tried {
        Ok(Some(begun)) => {
            // Whoever signs in again does not leave a session behind.
            if let Some(before) = &visit.session {
                app.end_session(&before.hash).await?;
            }
            let mut response = welcome(&app, &begun, &next);
            let mark = Cookie::Browser.write(&auth::mark(&app, &login), &app.settings);
            response
                .headers_mut()
                .extend(mark.map(|c| (header::SET_COOKIE, c)));
            return Ok(response);
        }
        Ok(None) => (
            visit.l.problem_wrong_sign_in().to_owned(),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        Err(Error::Wait { seconds }) => {
            let span = visit.l.span(TimeDelta::seconds(i64::from(seconds)));
            (visit.l.problem_wait(span), StatusCode::TOO_MANY_REQUESTS)
        }
        Err(error) => return Err(error.into()),
    };
    show(visit, login, next, Some(problem), None, status)
}

/// Gives the browser its session and sends it on.
pub(super) fn welcome(app: &App, begun: &Begun, next: &str) -> Response {
    let next = if is_local(next) { next } else { "/" };
    let mut response = match begun.awaits {
        Some(stage) => see(&stage_page(stage, next)),
        None => see(next),
    };
    let session = Cookie::Session.write(&begun.token, &app.settings);
    response
        .headers_mut()
        .extend(session.map(|c| (header::SET_COOKIE, c)));
    response
}

#[derive(Template)]
#[template(path = "recover.html")]
struct Recover {
    l: Lang,
    page: Page,
    asked: bool,
    problem: Option<String>,
}

/// Asks whose password is forgotten.
pub(super) async fn recover_page(visit: Visit) -> Result<Response, Failure> {
    say_recover(visit, false, None, StatusCode::OK)
}

fn say_recover(
    visit: Visit,
    asked: bool,
    problem: Option<String>,
    status: StatusCode,
) -> Result<Response, Failure> {
    let template = Recover {
        l: visit.l,
        page: visit.page,
        asked,
        problem,
    };
    html_with(status, &template)
}

/// Sends a link to set a new password, if there is somebody to send it to; the answer and its time are always the same.
pub(super) async fn recover(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    match auth::recover(&app, fields.get("login"), &visit.address).await {
        Ok(()) => say_recover(visit, true, None, StatusCode::OK),
        Err(Error::Wait { seconds }) => {
            let span = visit.l.span(TimeDelta::seconds(i64::from(seconds)));
            let problem = visit.l.problem_wait(span);
            say_recover(visit, false, Some(problem), StatusCode::TOO_MANY_REQUESTS)
        }
        Err(error) => Err(error.into()),
    }
}

/// Ends the session. A bound workstation stays bound.
pub(super) async fn leave(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    if let Some(session) = &visit.session {
        app.end_session(&session.hash).await?;
    }
    let mut response = see("/signin");
    let cookie = Cookie::Session.clear(&app.settings);
    response
        .headers_mut()
        .extend(cookie.map(|c| (header::SET_COOKIE, c)));
    Ok(response)
}
