//! Tokens of other systems: what each may and until when, when it was last used; made, shown once, ended.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono::TimeDelta;

use super::super::board::{Asked, when};
use super::super::form::Fields;
use super::super::page::{Page, html_with, see};
use super::super::visit::Visit;
use super::super::{App, Failure};
use super::accounts::good_until;
use super::{Frame, Told, pick, typed, wrong};
use crate::domain::ids::UnitId;
use crate::i18n::Lang;
use crate::store::TokenScope;

/// For how many days a token is good, as the form offers it.
const DAYS: [i64; 4] = [30, 90, 400, 1100];

#[derive(Template)]
#[template(path = "admin/tokens.html")]
struct TokensPage {
    l: Lang,
    page: Page,
    frame: Frame,
    /// The token that was made; shown once.
    token: Option<String>,
    tokens: Vec<TokenView>,
    form: Typed,
    days: Vec<(i64, String)>,
}

struct TokenView {
    id: i64,
    label: String,
    unit: String,
    scope: &'static str,
    times: String,
    is_expired: bool,
}

#[derive(Debug, Default)]
struct Typed {
    label: String,
    unit: String,
    reads: bool,
    days: i64,
}

impl Typed {
    fn read(fields: &Fields) -> Self {
        Self {
            label: typed(fields.get("label")),
            unit: typed(fields.get("unit")),
            reads: fields.get("scope") == TokenScope::Read.code(),
            days: fields.read("days").filter(|n| DAYS.contains(n)).unwrap_or(400),
        }
    }

    fn blank() -> Self {
        Self {
            days: 400,
            ..Self::default()
        }
    }

    fn scope(&self) -> TokenScope {
        match self.reads {
            true => TokenScope::Read,
            false => TokenScope::Report,
        }
    }
}

/// Shows the page.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let told = Told::asked(visit.l, &asked);
    show(&app, visit, told, None, Typed::blank()).await
}

async fn show(
    app: &App,
    visit: Visit,
    told: Told,
    token: Option<String>,
    form: Typed,
) -> Result<Response, Failure> {
    let (l, zone, now) = (visit.l, app.settings.service.zone, app.now());
    let tree = app.tree().await?;
    let tokens = app.store.read().await?.api_tokens().await?;
    let unit = |id: UnitId| {
        tree.label(id)
            .map_or_else(|| format!("#{id}"), |label| label.to_string())
    };
    let time = |at| when(l, at, now, zone);
    let view = |token: &crate::store::ApiToken| TokenView {
        id: token.id,
        label: token.label.clone(),
        unit: unit(token.unit),
        scope: l.token_scope(token.scope == TokenScope::Read),
        times: format!(
            "{} · {}",
            token.seen.map_or_else(
                || l.admin_never_used().to_owned(),
                |at| l.admin_last_used(time(at))
            ),
            good_until(app, l, token.expires),
        ),
        is_expired: token.expires <= now,
    };
    let status = told.status();
    let template = TokensPage {
        l,
        frame: Frame::guarded(app, &visit, told)?,
        page: visit.page,
        token,
        tokens: tokens.iter().map(view).collect(),
        form,
        days: DAYS.map(|n| (n, l.span_days(n))).into(),
    };
    html_with(status, &template)
}

/// Makes a token, or ends one.
pub(in crate::web) async fn act(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let actor = visit.actor()?;
    if let Some(id) = fields.read("end") {
        app.end_token(actor, id).await?;
        return Ok(see("/admin/tokens?notice=token"));
    }
    let (l, form) = (visit.l, Typed::read(&fields));
    let tree = app.tree().await?;
    let Some(unit) = pick::unit(&tree, &form.unit).map(|unit| unit.id) else {
        let told = Told::problem(l.admin_unit_unknown());
        return show(&app, visit, told, None, form).await;
    };
    let good_for = TimeDelta::days(form.days);
    let made = app
        .issue_token(actor, &form.label, (unit, form.scope()), good_for)
        .await;
    match made {
        Ok(token) => {
            let told = Told::notice(l.admin_token_once());
            show(&app, visit, told, Some(token), Typed::blank()).await
        }
        Err(error) => {
            let problem = wrong(l, error, |_| l.admin_token_label())?;
            show(&app, visit, Told::problem(problem), None, form).await
        }
    }
}
