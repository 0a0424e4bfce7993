//! An account holder's own page: his roles, password, second factor, and where he is signed in.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::TimeDelta;

use super::board::{Asked, when};
use super::form::Fields;
use super::halfway::{self, FactorPage, account, fault, picture, refused, rule};
use super::page::{Page, html_with, see};
use super::signin::welcome;
use super::visit::Visit;
use super::{App, Failure};
use crate::auth::{self, Change};
use crate::domain::ids::AccountId;
use crate::domain::unit::UnitTree;
use crate::i18n::Lang;
use crate::service::{Error, Proven};
use crate::store::{Account, Granted};

#[derive(Template)]
#[template(path = "me.html")]
struct MePage {
    l: Lang,
    page: Page,
    label: String,
    login: String,
    roles: Vec<String>,
    notice: Option<&'static str>,
    problem: Option<String>,
    rule: String,
    /// When the password was set; `None`: there is none.
    password_at: Option<String>,
    has_factor: bool,
    /// Whether a role asks for it, so that it cannot be given up.
    is_required: bool,
    codes_left: usize,
    sessions: Vec<SessionView>,
}

struct SessionView {
    hash: String,
    browser: String,
    times: String,
    is_here: bool,
}

/// Says the roles of an account.
pub(super) fn roles(l: Lang, tree: &UnitTree, grants: &[Granted]) -> Vec<String> {
    let over = |granted: &Granted| granted.unit.and_then(|unit| tree.label(unit));
    let say = |granted: &Granted| match over(granted) {
        Some(unit) => format!("{} · {unit}", l.role(granted.role)),
        None => l.role(granted.role).to_owned(),
    };
    grants.iter().map(say).collect()
}

/// Gives the account and the hash of the session that asks.
fn mine(visit: &Visit) -> Result<(AccountId, String), Failure> {
    let session = visit.session.as_ref().ok_or(Failure::SignIn)?;
    let id = account(session).ok_or(Failure::SignIn)?;
    Ok((id, session.hash.clone()))
}

async fn known(app: &App, id: AccountId) -> Result<Account, Failure> {
    let mut conn = app.store.read().await?;
    conn.account(id).await?.ok_or(Failure::SignIn)
}

/// Gives where to sign in again, unless that was a short while ago; dangerous acts ask for it.
fn again(app: &App, visit: &Visit, next: &str) -> Option<Response> {
    let recent = visit.session.as_ref().is_some_and(|s| s.is_recent(app.now()));
    (!recent).then(|| see(&format!("/signin?next={next}&again=1")))
}

/// Shows the page.
pub(super) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let notice = match asked.get("notice") {
        "password" => Some(visit.l.me_changed()),
        "factor" => Some(visit.l.me_factor_given_up()),
        "ended" => Some(visit.l.me_session_ended()),
        _ => None,
    };
    show(&app, visit, notice, None, StatusCode::OK).await
}

async fn show(
    app: &App,
    visit: Visit,
    notice: Option<&'static str>,
    problem: Option<String>,
    status: StatusCode,
) -> Result<Response, Failure> {
    let (id, here) = mine(&visit)?;
    let (l, zone, now) = (visit.l, app.settings.service.zone, app.now());
    let time = |at| when(l, at, now, zone);
    let tree = app.tree().await?;
    let mut conn = app.store.read().await?;
    let known = conn.account(id).await?.ok_or(Failure::SignIn)?;
    let grants = conn.grants(id).await?;
    let factor = conn.factor(id).await?;
    let left = conn.recovery_codes_left(id).await?;
    drop(conn);
    let sessions = app.sessions_of(id).await?;
    let view = |session: &crate::store::Session| SessionView {
        browser: match session.browser.as_str() {
            "" => l.me_session_unknown().to_owned(),
            name => name.to_owned(),
        },
        times: l.me_session_times(time(session.began), time(session.seen)),
        is_here: session.hash == here,
        hash: session.hash.clone(),
    };
    let template = MePage {
        l,
        page: visit.page,
        label: known.label,
        login: known.login,
        roles: roles(l, &tree, &grants),
        notice,
        problem,
        rule: rule(app, l),
        password_at: known.password.as_ref().and(known.password_at).map(time),
        is_required: app
            .settings
            .access
            .asks_factor(grants.iter().map(|granted| granted.role)),
        has_factor: factor.is_some_and(|factor| factor.is_confirmed),
        codes_left: usize::try_from(left).unwrap_or_default(),
        sessions: sessions.iter().map(view).collect(),
    };
    html_with(status, &template)
}

/// Changes the password.
pub(super) async fn password(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let (id, session) = mine(&visit)?;
    let known = known(&app, id).await?;
    // Without a password of his own nobody can say the present one; then the sign-in itself must be fresh.
    if known.password.is_none()
        && let Some(elsewhere) = again(&app, &visit, "/me")
    {
        return Ok(elsewhere);
    }
    let l = visit.l;
    if fields.get("new") != fields.get("again") {
        let problem = Some(l.password_differs().to_owned());
        return show(&app, visit, None, problem, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let change = Change {
        session: &session,
        present: known.password.as_ref().map(|_| fields.get("present")),
        new: fields.get("new"),
        address: &visit.address,
    };
    let (problem, status) = match auth::change_password(&app, &known, change).await {
        Ok(Ok(Some(begun))) => return Ok(welcome(&app, &begun, "/me?notice=password")),
        Ok(Ok(None)) => (
            l.password_wrong_present().to_owned(),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        Ok(Err(wrong)) => (fault(l, wrong), StatusCode::UNPROCESSABLE_ENTITY),
        Err(Error::Wait { seconds }) => {
            let span = l.span(TimeDelta::seconds(i64::from(seconds)));
            (l.problem_wait(span), StatusCode::TOO_MANY_REQUESTS)
        }
        Err(error) => return Err(error.into()),
    };
    show(&app, visit, None, Some(problem), status).await
}

/// Ends one of his sessions, or all but this one.
pub(super) async fn sessions(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let (_, here) = mine(&visit)?;
    let one = fields.has("session").then(|| fields.get("session"));
    app.end_own_sessions(visit.actor()?, one, &here).await?;
    Ok(see("/me?notice=ended"))
}

/// Shows how to set up a second factor.
pub(super) async fn factor_page(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    match again(&app, &visit, "/me/factor") {
        Some(elsewhere) => Ok(elsewhere),
        None => show_factor(&app, visit, None, StatusCode::OK).await,
    }
}

async fn show_factor(
    app: &App,
    visit: Visit,
    problem: Option<String>,
    status: StatusCode,
) -> Result<Response, Failure> {
    let (id, _) = mine(&visit)?;
    let has = app.store.read().await?.factor(id).await?;
    if has.is_some_and(|factor| factor.is_confirmed) {
        return Ok(see("/me"));
    }
    let template = FactorPage {
        l: visit.l,
        page: visit.page,
        next: "/me".to_owned(),
        action: "/me/factor",
        problem,
        is_asked: false,
        qr: picture(app.enrolment(id).await?),
    };
    html_with(status, &template)
}

/// Begins to set up a second factor, tests its first code, makes new recovery codes, or gives it up.
pub(super) async fn factor(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    if let Some(elsewhere) = again(&app, &visit, "/me/factor") {
        return Ok(elsewhere);
    }
    let (id, session) = mine(&visit)?;
    if fields.has("begin") {
        app.begin_factor(id).await?;
        return Ok(see("/me/factor"));
    }
    if fields.has("renew") {
        let recovery = app.renew_recovery_codes(id).await?;
        let proven = Proven {
            begun: None,
            recovery,
        };
        return halfway::recovery(&app, visit, proven, "/me");
    }
    if fields.has("give_up") {
        app.give_up_factor(id).await?;
        return Ok(see("/me?notice=factor"));
    }
    let tried = auth::prove(&app, id, &session, fields.get("code"), &visit.address).await;
    let tried = match tried {
        Ok(Some(proven)) => return halfway::recovery(&app, visit, proven, "/me"),
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    let (problem, status) = refused(visit.l, tried)?;
    show_factor(&app, visit, Some(problem), status).await
}
