//! What a sign-in still lacks: the code of a second factor, its setting up, a new password.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use chrono::TimeDelta;
use fast_qr::QRBuilder;
use fast_qr::convert::svg::SvgBuilder;
use serde::Deserialize;

use super::cookie::Cookie;
use super::form::Fields;
use super::page::{Page, html_with, is_local, see};
use super::signin::welcome;
use super::visit::Visit;
use super::{App, Failure};
use crate::auth::{self, Change};
use crate::domain::access::{Identity, Stage};
use crate::domain::ids::AccountId;
use crate::domain::password::PasswordFault;
use crate::i18n::Lang;
use crate::service::{Enrolment, Error, Visitor};

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct After {
    pub(super) next: String,
}

#[derive(Template)]
#[template(path = "signin_code.html")]
struct CodePage {
    l: Lang,
    page: Page,
    next: String,
    problem: Option<String>,
}

/// The page on which a second factor is set up, in a sign-in or later.
#[derive(Template)]
#[template(path = "factor.html")]
pub(super) struct FactorPage {
    pub(super) l: Lang,
    pub(super) page: Page,
    pub(super) next: String,
    /// Where its forms go.
    pub(super) action: &'static str,
    pub(super) problem: Option<String>,
    /// Whether a role asks for it.
    pub(super) is_asked: bool,
    /// The QR code as SVG, and the secret as people type it.
    pub(super) qr: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "recovery.html")]
pub(super) struct RecoveryPage {
    pub(super) l: Lang,
    pub(super) page: Page,
    pub(super) codes: Vec<String>,
    pub(super) next: String,
}

#[derive(Template)]
#[template(path = "signin_password.html")]
struct PasswordPage {
    l: Lang,
    page: Page,
    next: String,
    rule: String,
    problem: Option<String>,
}

/// Gives the page of what a session awaits.
pub(super) fn stage_page(stage: Stage, next: &str) -> String {
    let path = match stage {
        Stage::Code => "/signin/code",
        Stage::Enrol => "/signin/factor",
        Stage::Password => "/signin/password",
    };
    match is_local(next) && next != "/" {
        true => format!(
            "{path}?next={}",
            form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>()
        ),
        false => path.to_owned(),
    }
}

/// Gives the session that awaits a stage, or where to go instead.
fn awaiting(visit: &Visit, stage: Stage) -> Result<(AccountId, String), Box<Response>> {
    let Some(pending) = &visit.pending else {
        return Err(Box::new(see("/signin")));
    };
    match (account(pending), pending.awaits) {
        (Some(account), Some(awaits)) if awaits == stage => Ok((account, pending.hash.clone())),
        (_, Some(awaits)) => Err(Box::new(see(&stage_page(awaits, "")))),
        _ => Err(Box::new(see("/signin"))),
    }
}

/// Gives the account of a session.
pub(super) fn account(visitor: &Visitor) -> Option<AccountId> {
    match visitor.actor.identity {
        Identity::Account(id) => Some(id),
        _ => None,
    }
}

/// Says why a code was not taken, and with which status.
pub(super) fn refused(l: Lang, tried: Result<(), Error>) -> Result<(String, StatusCode), Failure> {
    match tried {
        Ok(()) => Ok((l.code_wrong().to_owned(), StatusCode::UNPROCESSABLE_ENTITY)),
        Err(Error::Wait { seconds }) => {
            let span = l.span(TimeDelta::seconds(i64::from(seconds)));
            Ok((l.problem_wait(span), StatusCode::TOO_MANY_REQUESTS))
        }
        Err(error) => Err(error.into()),
    }
}

/// Draws a QR code of a text; nothing when it is too long for one.
pub(super) fn qr(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).build().ok()?;
    Some(SvgBuilder::default().to_str(&code))
}

/// Gives the picture and the words of a factor that is being set up.
pub(super) fn picture(enrolment: Option<Enrolment>) -> Option<(String, String)> {
    let enrolment = enrolment?;
    let groups: Vec<&str> = enrolment
        .secret
        .as_bytes()
        .chunks(4)
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    Some((qr(&enrolment.address).unwrap_or_default(), groups.join(" ")))
}

/// Says what new passwords must be.
pub(super) fn rule(app: &App, l: Lang) -> String {
    let profile = app.settings.access.passwords;
    match profile.kinds() {
        1 => l.password_rule(profile.shortest()),
        kinds => l.password_rule_kinds(profile.shortest(), kinds, profile.kept()),
    }
}

/// Says what is wrong with a new password.
pub(super) fn fault(l: Lang, fault: PasswordFault) -> String {
    match fault {
        PasswordFault::Short(least) => l.password_short(least),
        PasswordFault::Long(most) => l.password_long(most),
        PasswordFault::Common => l.password_common().to_owned(),
        PasswordFault::Plain(kinds) => l.password_plain(kinds),
        PasswordFault::Former(kept) => l.password_former(kept),
    }
}

fn local(next: &str) -> String {
    if is_local(next) {
        next.to_owned()
    } else {
        String::new()
    }
}

/// Asks for a code.
pub(super) async fn code_page(visit: Visit, Query(after): Query<After>) -> Result<Response, Failure> {
    match awaiting(&visit, Stage::Code) {
        Ok(_) => show_code(visit, &after.next, None, StatusCode::OK),
        Err(elsewhere) => Ok(*elsewhere),
    }
}

fn show_code(
    visit: Visit,
    next: &str,
    problem: Option<String>,
    status: StatusCode,
) -> Result<Response, Failure> {
    let template = CodePage {
        l: visit.l,
        page: visit.page,
        next: local(next),
        problem,
    };
    html_with(status, &template)
}

/// Tests a code and goes on.
pub(super) async fn code(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let (account, session) = match awaiting(&visit, Stage::Code) {
        Ok(known) => known,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let next = fields.get("next");
    let tried = auth::prove(&app, account, &session, fields.get("code"), &visit.address).await;
    let tried = match tried {
        Ok(Some(proven)) => match proven.begun {
            Some(begun) => return Ok(welcome(&app, &begun, next)),
            None => return Ok(see("/signin")),
        },
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    let (problem, status) = refused(visit.l, tried)?;
    show_code(visit, next, Some(problem), status)
}

/// Shows how to set up the second factor that a role asks for.
pub(super) async fn factor_page(
    State(app): State<App>,
    visit: Visit,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    match awaiting(&visit, Stage::Enrol) {
        Ok((account, _)) => show_factor(&app, visit, account, &after.next, None, StatusCode::OK).await,
        Err(elsewhere) => Ok(*elsewhere),
    }
}

async fn show_factor(
    app: &App,
    visit: Visit,
    account: AccountId,
    next: &str,
    problem: Option<String>,
    status: StatusCode,
) -> Result<Response, Failure> {
    let template = FactorPage {
        l: visit.l,
        page: visit.page,
        next: local(next),
        action: "/signin/factor",
        problem,
        is_asked: true,
        qr: picture(app.enrolment(account).await?),
    };
    html_with(status, &template)
}

/// Begins to set it up, or tests its first code.
pub(super) async fn factor(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let (account, session) = match awaiting(&visit, Stage::Enrol) {
        Ok(known) => known,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let next = fields.get("next");
    if fields.has("begin") {
        app.begin_factor(account).await?;
        return Ok(see(&stage_page(Stage::Enrol, next)));
    }
    let tried = auth::prove(&app, account, &session, fields.get("code"), &visit.address).await;
    let tried = match tried {
        Ok(Some(proven)) => return recovery(&app, visit, proven, next),
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    let (problem, status) = refused(visit.l, tried)?;
    show_factor(&app, visit, account, next, Some(problem), status).await
}

/// Shows the recovery codes once, with the new session, if any.
pub(super) fn recovery(
    app: &App,
    visit: Visit,
    proven: crate::service::Proven,
    next: &str,
) -> Result<Response, Failure> {
    let next = if is_local(next) { next } else { "/" };
    let next = match proven.begun.as_ref().and_then(|begun| begun.awaits) {
        Some(stage) => stage_page(stage, next),
        None => next.to_owned(),
    };
    let template = RecoveryPage {
        l: visit.l,
        page: visit.page,
        codes: proven.recovery,
        next,
    };
    let mut response = html_with(StatusCode::OK, &template)?;
    if let Some(begun) = proven.begun {
        let cookie = Cookie::Session.write(&begun.token, &app.settings);
        response
            .headers_mut()
            .extend(cookie.map(|c| (header::SET_COOKIE, c)));
    }
    Ok(response)
}

/// Asks for a new password.
pub(super) async fn password_page(
    State(app): State<App>,
    visit: Visit,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    match awaiting(&visit, Stage::Password) {
        Ok(_) => show_password(&app, visit, &after.next, None, StatusCode::OK),
        Err(elsewhere) => Ok(*elsewhere),
    }
}

fn show_password(
    app: &App,
    visit: Visit,
    next: &str,
    problem: Option<String>,
    status: StatusCode,
) -> Result<Response, Failure> {
    let template = PasswordPage {
        l: visit.l,
        rule: rule(app, visit.l),
        page: visit.page,
        next: local(next),
        problem,
    };
    html_with(status, &template)
}

/// Keeps the new password and goes on.
pub(super) async fn password(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let (account, session) = match awaiting(&visit, Stage::Password) {
        Ok(known) => known,
        Err(elsewhere) => return Ok(*elsewhere),
    };
    let next = fields.get("next");
    let known = app.store.read().await?.account(account).await?;
    let known = known.ok_or(Failure::SignIn)?;
    let (new, again) = (fields.get("new"), fields.get("again"));
    let problem = match new == again {
        false => visit.l.password_differs().to_owned(),
        true => {
            let change = Change {
                session: &session,
                present: None,
                new,
                address: &visit.address,
            };
            match auth::change_password(&app, &known, change).await? {
                Ok(Some(begun)) => return Ok(welcome(&app, &begun, next)),
                Ok(None) => visit.l.problem_wrong_sign_in().to_owned(),
                Err(wrong) => fault(visit.l, wrong),
            }
        }
    };
    show_password(&app, visit, next, Some(problem), StatusCode::UNPROCESSABLE_ENTITY)
}
