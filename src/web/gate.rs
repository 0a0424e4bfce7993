//! Asks a route's door: who may pass, and whether what changes something was sent from a page of ours.

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::kept::keep;
use super::origin::{Origin, judge};
use super::page::{is_local, see};
use super::visit::Visit;
use super::{App, Failure, form};
use crate::domain::access::Door;
use crate::service::Pass;
use subtle::ConstantTimeEq as _;

/// A door with the service behind it.
#[derive(Debug, Clone)]
pub(super) struct Gate {
    pub(super) app: App,
    pub(super) door: Door,
}

/// Lets a request pass, or says why not.
pub(super) async fn pass(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    match check(&gate, request).await {
        Ok(Passage::Open(request)) => next.run(*request).await,
        Ok(Passage::Shut(answer)) => *answer,
        Err(failure) => failure.into_response(),
    }
}

enum Passage {
    Open(Box<Request>),
    /// Somebody has to sign in first.
    Shut(Box<Response>),
}

async fn check(gate: &Gate, request: Request) -> Result<Passage, Failure> {
    let visit = request.extensions().get::<Visit>();
    let mut visit = visit
        .cloned()
        .ok_or(Failure::status(StatusCode::INTERNAL_SERVER_ERROR))?;
    let asks = matches!(*request.method(), Method::GET | Method::HEAD);
    let admitted = visit
        .candidates()
        .find(|actor| gate.door.admits(Some(actor)))
        .cloned();
    let halfway = gate.door == Door::Halfway && visit.pending.is_some();
    if admitted.is_none() && gate.door != Door::Anyone && !halfway {
        let is_somebody = visit.candidates().next().is_some();
        return match is_somebody {
            _ if gate.door == Door::Halfway => Ok(shut(see("/signin"))),
            true => Err(refused(&visit, &request)),
            false if asks => Ok(shut(see(&sign_in(&request, "")))),
            false => {
                let request = prove(gate, &visit, request).await?;
                let kept = keep(&gate.app, visit, request, false).await?;
                kept.map(shut).ok_or(Failure::SignIn)
            }
        };
    }
    let mut request = match asks {
        true => request,
        false => prove(gate, &visit, request).await?,
    };
    // Looking is not dangerous; the forms of such a page say beforehand that a fresh sign-in is needed.
    if !asks && is_dangerous(gate.door) && !is_recent(gate, &visit) {
        let elsewhere = see(&sign_in(&request, "&again=1"));
        let kept = keep(&gate.app, visit, request, true).await?;
        return Ok(shut(kept.unwrap_or(elsewhere)));
    }
    if let Some(actor) = &admitted {
        visit.page = visit.page.of(actor);
    }
    visit.actor = admitted;
    request.extensions_mut().insert(visit);
    Ok(Passage::Open(Box::new(request)))
}

/// Refuses whoever is signed in and may not come here, and leaves a line in the log.
fn refused(visit: &Visit, request: &Request) -> Failure {
    let who = visit.candidates().next().map(|actor| actor.identity);
    let path = request.extensions().get::<MatchedPath>();
    let path = path.map_or("", |path| path.as_str());
    tracing::info!(?who, address = visit.address, method = %request.method(), path, "refused at the door");
    Failure::status(StatusCode::FORBIDDEN)
}

fn shut(answer: Response) -> Passage {
    Passage::Shut(Box::new(answer))
}

/// Gives the address of the sign-in page that comes back here.
fn sign_in(request: &Request, more: &str) -> String {
    // Only what was asked for is asked for again: a form is not sent twice, but its page is opened.
    let next = match *request.method() {
        Method::GET => request.uri().path_and_query().map_or("/", |p| p.as_str()),
        _ => page_of(request).unwrap_or("/"),
    };
    if next == "/" && more.is_empty() {
        return "/signin".to_owned();
    }
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("/signin?next={next}{more}")
}

/// Gives the page from which a form was sent; the host that the browser names does not count.
fn page_of(request: &Request) -> Option<&str> {
    let from = request.headers().get(header::REFERER)?.to_str().ok()?;
    let (_, rest) = from.split_once("://")?;
    rest.find('/').map(|at| &rest[at..]).filter(|path| is_local(path))
}

fn is_dangerous(door: Door) -> bool {
    matches!(door, Door::May(deed) if deed.is_dangerous())
}

fn is_recent(gate: &Gate, visit: &Visit) -> bool {
    let now = gate.app.now();
    visit
        .session
        .as_ref()
        .is_some_and(|v| v.pass == Pass::Session && v.is_recent(now))
}

/// Checks that a request that changes something comes from a page of ours.
async fn prove(gate: &Gate, visit: &Visit, request: Request) -> Result<Request, Failure> {
    match judge(request.headers(), &gate.app.settings.service.base_url) {
        Origin::Ours => Ok(request),
        Origin::Foreign => Err(Failure::Foreign),
        Origin::Silent if form::is_form(&request) => {
            let (parts, body) = request.into_parts();
            let body = form::read(body, &gate.app).await?;
            let token = form::token(&body).unwrap_or_default();
            let fits: bool = token.as_bytes().ct_eq(visit.page.form_token.as_bytes()).into();
            match fits {
                true => Ok(Request::from_parts(parts, Body::from(body))),
                false => Err(Failure::Stale),
            }
        }
        Origin::Silent => Err(Failure::Foreign),
    }
}
