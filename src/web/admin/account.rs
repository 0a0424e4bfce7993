//! One account: its roles, lock, end, address, sessions; and what an administrator does about each.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use chrono::{Days, NaiveTime};

use super::super::board::{Asked, when};
use super::super::form::Fields;
use super::super::me::roles;
use super::super::page::{Page, html_with, see};
use super::super::visit::Visit;
use super::super::{App, Failure};
use super::accounts::{address, choices, granted, handed, state};
use super::{Frame, Told, typed, wrong};
use crate::domain::access::Identity;
use crate::domain::calendar::day;
use crate::domain::ids::{AccountId, UnitId};
use crate::domain::time::{local_day, timestamp};
use crate::i18n::Lang;
use crate::store::{Account, Granted};

#[derive(Template)]
#[template(path = "admin/account.html")]
struct AccountPage {
    l: Lang,
    page: Page,
    frame: Frame,
    link: Option<String>,
    id: AccountId,
    label: String,
    login: String,
    address: String,
    state: String,
    is_locked: bool,
    /// Whether it is the reader's own, which he does not manage.
    is_own: bool,
    has_password: bool,
    has_factor: bool,
    roles: Vec<RoleView>,
    sessions: Vec<(String, String)>,
    choices: Vec<(&'static str, &'static str)>,
    /// The last day on which it is good, as a date field has it.
    until: String,
}

struct RoleView {
    text: String,
    role: &'static str,
    unit: i64,
}

/// Shows the page.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let told = Told::asked(visit.l, &asked);
    show(&app, visit, AccountId(id), told, None).await
}

async fn show(
    app: &App,
    visit: Visit,
    id: AccountId,
    told: Told,
    link: Option<String>,
) -> Result<Response, Failure> {
    let (l, zone, now) = (visit.l, app.settings.service.zone, app.now());
    let tree = app.tree().await?;
    let mut conn = app.store.read().await?;
    let account = conn.account(id).await?.ok_or(Failure::NOT_FOUND)?;
    let grants = conn.grants(id).await?;
    let factor = conn.factor(id).await?;
    drop(conn);
    let time = |at| when(l, at, now, zone);
    let sessions = app.sessions_of(id).await?;
    let session = |s: &crate::store::Session| {
        let browser = match s.browser.as_str() {
            "" => l.me_session_unknown().to_owned(),
            name => name.to_owned(),
        };
        (browser, l.me_session_times(time(s.began), time(s.seen)))
    };
    let words = roles(l, &tree, &grants);
    let role = |(text, granted): (String, &Granted)| RoleView {
        text,
        role: granted.role.code(),
        unit: granted.unit.map_or(0, |unit| unit.0),
    };
    let status = told.status();
    let template = AccountPage {
        l,
        frame: Frame::guarded(app, &visit, told)?,
        is_own: visit.actor()?.identity == Identity::Account(id),
        page: visit.page,
        link,
        id,
        state: state(app, l, &account),
        is_locked: account.locked.is_some(),
        has_password: account.password.is_some(),
        has_factor: factor.is_some_and(|factor| factor.is_confirmed),
        roles: words.into_iter().zip(&grants).map(role).collect(),
        sessions: sessions.iter().map(session).collect(),
        choices: choices(l),
        until: until(app, &account),
        address: account.address.unwrap_or_default(),
        label: account.label,
        login: account.login,
    };
    html_with(status, &template)
}

/// Gives the last day on which an account is good; empty when it is for good.
fn until(app: &App, account: &Account) -> String {
    let day = |end| {
        local_day(
            end - chrono::TimeDelta::milliseconds(1),
            app.settings.service.zone,
        )
    };
    account
        .expires
        .map_or_else(String::new, |end| day(end).to_string())
}

/// Does one thing to an account.
pub(in crate::web) async fn act(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (l, id, actor) = (visit.l, AccountId(id), visit.actor()?);
    let link = match fields.get("act") {
        "invite" => Some(app.invite(actor, id).await?),
        "reset" => Some(app.reset(actor, id).await?),
        _ => None,
    };
    if let Some(link) = link {
        let (told, link) = handed(l, link);
        return show(&app, visit, id, told, link).await;
    }
    let done = match fields.get("act") {
        "lock" => app.set_lock(actor, id, true).await.map(|()| "lock"),
        "unlock" => app.set_lock(actor, id, false).await.map(|()| "unlock"),
        "end" => app.end_sessions_of(actor, id).await.map(|()| "end"),
        "factor" => app.forget_factor_of(actor, id).await.map(|()| "factor"),
        "revoke" => app
            .revoke_role(actor, id, held(&fields)?)
            .await
            .map(|()| "revoked"),
        "grant" => {
            let tree = app.tree().await?;
            let unit = typed(fields.get("unit"));
            match granted(l, &tree, fields.get("role"), &unit) {
                Ok(role) => app.grant_role(actor, id, role).await.map(|()| "granted"),
                Err(problem) => return show(&app, visit, id, Told::problem(problem), None).await,
            }
        }
        "expiry" => match expiry(&app, l, fields.get("until").trim()) {
            Ok(end) => app.set_expiry(actor, id, end).await.map(|()| "expiry"),
            Err(problem) => return show(&app, visit, id, Told::problem(problem), None).await,
        },
        "address" => match address(l, &typed(fields.get("address"))) {
            Ok(to) => {
                let known = app.store.read().await?.account(id).await?;
                let language = known.ok_or(Failure::NOT_FOUND)?.language;
                app.set_address(actor, id, to.as_ref(), language)
                    .await
                    .map(|()| "address")
            }
            Err(problem) => return show(&app, visit, id, Told::problem(problem), None).await,
        },
        _ => return Err(Failure::NOT_FOUND),
    };
    match done {
        Ok(done) => Ok(see(&format!("/admin/accounts/{id}?notice={done}"))),
        Err(error) => {
            let problem = wrong(l, error, |field| match field {
                "role" => l.admin_separated(),
                _ => l.term_unit(),
            })?;
            show(&app, visit, id, Told::problem(problem), None).await
        }
    }
}

/// Reads the role that is to be taken away.
fn held(fields: &Fields) -> Result<Granted, Failure> {
    Ok(Granted {
        role: fields.read("role").ok_or(Failure::NOT_FOUND)?,
        unit: fields.read("unit").filter(|unit| *unit > 0).map(UnitId),
    })
}

/// Reads the last day on which an account is good; empty: for good.
fn expiry(app: &App, l: Lang, text: &str) -> Result<Option<crate::domain::time::Timestamp>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let last = day(text).map_err(|error| l.day_error(error).to_owned())?;
    let next = last.checked_add_days(Days::new(1)).unwrap_or(last);
    Ok(Some(timestamp(next, NaiveTime::MIN, app.settings.service.zone)))
}
