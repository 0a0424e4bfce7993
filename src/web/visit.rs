//! Learns who comes and in which language, and gives every failure a page.

use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use secrecy::{ExposeSecret as _, SecretString};

use super::cookie::Cookie;
use super::page::{Page, html_with};
use super::{App, Failure, browser, headers};
use crate::auth::{Peer, Place};
use crate::domain::access::{Actor, Grant, Role};
use crate::domain::unit::UnitTree;
use crate::i18n::Lang;
use crate::service::{Pass, Visitor, token_hash};

/// Who comes: an extractor of every handler.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The reader's language.
    pub l: Lang,
    /// The network address, for throttling.
    pub address: String,
    /// Which browser it is, such as `Chrome, Windows`.
    pub browser: String,
    /// What the browser says of a former sign-in.
    pub mark: Option<String>,
    /// Whom the door admitted; `None` only behind [`crate::domain::access::Door::Anyone`].
    pub actor: Option<Actor>,
    /// The account's session, if the browser has one.
    pub session: Option<Arc<Visitor>>,
    /// A session that still awaits something; it opens nothing.
    pub pending: Option<Arc<Visitor>>,
    /// The workstation, if it is bound.
    pub device: Option<Arc<Visitor>>,
    /// What the layout needs.
    pub page: Page,
    /// The cookie of the workstation.
    token: Option<SecretString>,
}

impl Visit {
    /// Gives whom the door admitted.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub fn actor(&self) -> Result<&Actor, Failure> {
        self.actor.as_ref().ok_or(Failure::SignIn)
    }

    /// Gives where somebody signs in.
    pub(super) fn place(&self) -> Place<'_> {
        Place {
            address: &self.address,
            browser: &self.browser,
            mark: self.mark.as_deref(),
        }
    }

    /// Gives the cookie of a bound workstation anew: one that is used stays bound.
    pub(super) fn renew_device(&self, app: &App) -> Option<HeaderValue> {
        let token = self.token.as_ref().filter(|_| self.device.is_some())?;
        Cookie::Device.write(token.expose_secret(), &app.settings)
    }

    /// Gives who may stand before a door, in the order in which they are asked.
    pub(super) fn candidates(&self) -> impl Iterator<Item = &Actor> {
        self.session
            .iter()
            .chain(&self.device)
            .map(|visitor| &visitor.actor)
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        let visit = parts.extensions.get::<Self>();
        visit
            .cloned()
            .ok_or(Failure::status(StatusCode::INTERNAL_SERVER_ERROR))
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    l: Lang,
    page: &'a Page,
    title: &'static str,
    words: String,
    signs_in: bool,
}

/// Receives every request of a page: learns who comes, hands on, dresses the answer.
pub(super) async fn receive(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let l = language(request.headers(), &app);
    let here = request
        .uri()
        .path_and_query()
        .map_or("/", |p| p.as_str())
        .to_owned();
    let page = Page::new(&app, l, here);
    let address = address(&request);
    let (visit, guest) = match learn(&app, request.headers(), address, page.clone()).await {
        Ok(known) => known,
        Err(failure) => return dress(say(&app, &page, &failure)),
    };
    let page = visit.page.clone();
    request.extensions_mut().insert(visit);
    let mut response = next.run(request).await;
    if let Some(failure) = failure_of(&response) {
        let mut said = say(&app, &page, &failure);
        if let Some(cookies) = keep_cookies(&response) {
            said.headers_mut().extend(cookies);
        }
        response = said;
    }
    if let Some(guest) = guest.filter(|_| is_page(&response)) {
        let cookie = Cookie::Guest.write(&guest, &app.settings);
        response
            .headers_mut()
            .extend(cookie.map(|c| (header::SET_COOKIE, c)));
    }
    dress(response)
}

/// Makes the page that tells of a failure.
pub(super) fn say(app: &App, page: &Page, failure: &Failure) -> Response {
    let template = ErrorPage {
        l: page.l,
        page,
        title: failure.title(page.l),
        words: failure.words(page.l, app.settings.service.zone),
        signs_in: matches!(failure, Failure::SignIn),
    };
    let mut response = html_with(failure.code(), &template).unwrap_or_default();
    failure.mark(&mut response);
    response
}

/// Makes the page that tells of a failure outside of any handler.
pub(super) fn say_to(app: &App, headers: &HeaderMap, failure: &Failure) -> Response {
    let page = Page::new(app, language(headers, app), "/".to_owned());
    dress(say(app, &page, failure))
}

/// Gives the reader's language: his choice, then his browser's, then the default.
pub(super) fn language(headers: &HeaderMap, app: &App) -> Lang {
    let chosen = Cookie::Language.read(headers, &app.settings);
    let chosen = chosen.and_then(|tag| tag.parse().ok());
    let accepted = || {
        let header = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
        Lang::accepted(header)
    };
    chosen.or_else(accepted).unwrap_or(app.settings.service.language)
}

/// Looks up whose cookies these are. Gives a guest's cookie to set, if the browser has none at all.
async fn learn(
    app: &App,
    headers: &HeaderMap,
    address: String,
    page: Page,
) -> Result<(Visit, Option<String>), Failure> {
    let read = |cookie: Cookie| cookie.read(headers, &app.settings);
    let (session, device) = (read(Cookie::Session), read(Cookie::Device));
    let key = session
        .clone()
        .or_else(|| device.clone())
        .or_else(|| read(Cookie::Guest));
    let guest = key.is_none().then(|| uuid::Uuid::new_v4().simple().to_string());
    let key = key.or_else(|| guest.clone()).unwrap_or_default();
    let session = look_up(app, Pass::Session, session).await?;
    let (session, pending) = match session {
        Some(session) if session.awaits.is_some() => (None, Some(session)),
        session => (session, None),
    };
    let mut visit = Visit {
        l: page.l,
        address,
        browser: browser::name(headers),
        mark: read(Cookie::Browser),
        actor: None,
        token: device.clone().map(SecretString::from),
        session,
        pending,
        device: look_up(app, Pass::Device, device).await?,
        page,
    };
    visit.page.form_token = token_hash(&format!("form {key}"))[..32].to_owned();
    let first = visit.candidates().next().cloned();
    if let Some(actor) = first {
        visit.page.leads = app.tree().await.is_ok_and(|tree| leads(&actor, &tree));
        visit.page = visit.page.of(&actor);
    }
    Ok((visit, guest))
}

/// Tells whether somebody reports for a unit that has others beneath.
fn leads(actor: &Actor, tree: &UnitTree) -> bool {
    let reports = |grant: &&Grant| matches!(grant.role(), Role::Reporter | Role::Head);
    let units = actor.grants.iter().filter(reports);
    let mut units = units.filter_map(|grant| grant.over()?.id());
    units.any(|unit| tree.children(unit).next().is_some())
}

async fn look_up(app: &App, pass: Pass, token: Option<String>) -> Result<Option<Arc<Visitor>>, Failure> {
    match token {
        Some(token) => Ok(app.visitor(pass, &token).await?),
        None => Ok(None),
    }
}

fn address(request: &Request) -> String {
    let peer = request.extensions().get::<Peer>();
    peer.map_or_else(String::new, |peer| peer.0.to_string())
}

/// Gives what failed: what a handler said, or what the framework answered in plain words.
fn failure_of(response: &Response) -> Option<Failure> {
    if let Some(failure) = response.extensions().get::<Failure>() {
        return Some(failure.clone());
    }
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    (failed && is_bare(response)).then_some(Failure::Status(status))
}

/// Tells whether an answer is the framework's own, with a few plain words or none.
fn is_bare(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

fn keep_cookies(response: &Response) -> Option<HeaderMap> {
    let mut kept = HeaderMap::new();
    for cookie in response.headers().get_all(header::SET_COOKIE) {
        kept.append(header::SET_COOKIE, cookie.clone());
    }
    (!kept.is_empty()).then_some(kept)
}

fn dress(mut response: Response) -> Response {
    headers::harden(response.headers_mut());
    response
}
