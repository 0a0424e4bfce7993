//! The list of plans, the versions of one, and the form in which an administrator changes it.

use askama::Template;
use axum::extract::{Query, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{PlanView, Which, named, version, view};
use crate::domain::access::{Deed, permit};
use crate::domain::incident::Severity;
use crate::domain::plan::{For, LONG};
use crate::i18n::Lang;
use crate::service::Error;
use crate::store::StoredPlan;
use crate::web::board::{Asked, notice, with_notice};
use crate::web::desk::incident::{Group, groups};
use crate::web::form::Fields;
use crate::web::page::{Page, html, html_with, see};
use crate::web::visit::Visit;
use crate::web::{App, Failure};

#[derive(Template)]
#[template(path = "plans.html")]
struct ListPage {
    l: Lang,
    page: Page,
    notice: Option<String>,
    rows: Vec<Row>,
    may_edit: bool,
}

struct Row {
    title: String,
    href: String,
    steps: usize,
    version: String,
    is_withdrawn: bool,
}

#[derive(Template)]
#[template(path = "plan.html")]
struct PlanPage {
    l: Lang,
    page: Page,
    title: String,
    plan: Option<PlanView>,
    /// The versions before: which, and what it said.
    earlier: Vec<(String, String)>,
    edit: Option<String>,
}

#[derive(Template)]
#[template(path = "plan_edit.html")]
struct EditPage {
    l: Lang,
    page: Page,
    title: Option<String>,
    groups: Vec<Group>,
    severities: Vec<(&'static str, &'static str)>,
    class: String,
    severity: String,
    seen: i64,
    zh: String,
    en: String,
    problem: Option<String>,
    most: usize,
}

/// Lists the plans.
pub(in crate::web) async fn list(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let l = visit.l;
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let plans = app.store.read().await?.plans().await?;
    let row = |plan: &StoredPlan| Row {
        title: named(&app, l, &plan.of),
        href: format!("/plan?{}", address(&plan.of)),
        steps: super::words(l, plan).steps.len(),
        version: version(l, plan, &app),
        is_withdrawn: plan.zh.is_empty(),
    };
    let mut rows: Vec<(usize, Row)> = plans
        .iter()
        .map(|plan| (place(&app, &plan.of), row(plan)))
        .collect();
    rows.sort_by_key(|(place, _)| *place);
    html(&ListPage {
        l,
        notice: notice(l, &asked),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        may_edit: permit(visit.actor()?, Deed::ChangeSettings).is_ok(),
        page: visit.page,
    })
}

/// Shows one plan and its earlier versions.
pub(in crate::web) async fn one(
    State(app): State<App>,
    visit: Visit,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    let l = visit.l;
    let of = For::parse(&which.class, &which.severity).ok_or(Failure::NOT_FOUND)?;
    let versions = app.store.read().await?.plan_versions(&of).await?;
    let (last, earlier) = versions.split_first().ok_or(Failure::NOT_FOUND)?;
    let may_edit = permit(visit.actor()?, Deed::ChangeSettings).is_ok();
    let earlier = earlier.iter().map(|plan| {
        let said = match l {
            Lang::En if !plan.en.is_empty() => &plan.en,
            _ => &plan.zh,
        };
        (version(l, plan, &app), said.clone())
    });
    html(&PlanPage {
        l,
        title: named(&app, l, &of),
        plan: (!last.zh.is_empty()).then(|| view(&app, l, last)),
        earlier: earlier.collect(),
        edit: may_edit.then(|| format!("/plan/edit?{}", address(&of))),
        page: visit.page,
    })
}

/// Shows the form: for a plan that there is, or for a new one.
pub(in crate::web) async fn form(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let (class, severity) = (asked.get("class"), asked.get("severity"));
    let of = For::parse(class, severity).ok_or(Failure::NOT_FOUND)?;
    let is_named = query.is_some_and(|query| query.contains("class="));
    let last = match is_named {
        true => {
            let versions = app.store.read().await?.plan_versions(&of).await?;
            versions.into_iter().next()
        }
        false => None,
    };
    let page = EditPage {
        title: is_named.then(|| named(&app, visit.l, &of)),
        seen: last.as_ref().map_or(0, |last| last.version),
        zh: last.as_ref().map(|last| last.zh.clone()).unwrap_or_default(),
        en: last.map(|last| last.en).unwrap_or_default(),
        ..empty(&app, &visit, &of)
    };
    html(&page)
}

/// Takes the next version.
pub(in crate::web) async fn change(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let of = For::parse(fields.get("class"), fields.get("severity")).ok_or(Failure::NOT_FOUND)?;
    let seen = fields.read("seen").unwrap_or_default();
    let (zh, en) = (fields.get("zh"), fields.get("en"));
    let l = visit.l;
    let problem = match app.edit_plan(visit.actor()?, &of, seen, zh, en).await {
        Ok(_) => return Ok(see(&with_notice("/plans", "plan_changed", ""))),
        Err(Error::Plan(error)) => l.plan_error(error),
        Err(Error::Already(_)) => l.plan_changed_meanwhile().to_owned(),
        Err(error) => return Err(error.into()),
    };
    let page = EditPage {
        title: (seen > 0).then(|| named(&app, l, &of)),
        seen,
        zh: zh.chars().take(4 * LONG).collect(),
        en: en.chars().take(4 * LONG).collect(),
        problem: Some(problem),
        ..empty(&app, &visit, &of)
    };
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn empty(app: &App, visit: &Visit, of: &For) -> EditPage {
    let l = visit.l;
    EditPage {
        l,
        page: visit.page.clone(),
        title: None,
        groups: groups(app, l, ""),
        severities: Severity::ALL
            .map(|severity| (severity.code(), l.severity(severity)))
            .to_vec(),
        class: of.class.clone().unwrap_or_default(),
        severity: of.severity.unwrap_or_default().to_owned(),
        seen: 0,
        zh: String::new(),
        en: String::new(),
        problem: None,
        most: LONG,
    }
}

/// Gives the place of a plan on the list: as the classes stand, those for every class first.
fn place(app: &App, of: &For) -> usize {
    let class = of.class.as_ref();
    let known = class.and_then(|code| app.classes().iter().position(|one| one.code == *code));
    match (class, known) {
        (None, _) => 0,
        (_, Some(place)) => place + 1,
        (_, None) => usize::MAX,
    }
}

fn address(of: &For) -> String {
    let class = of.class.as_deref().unwrap_or_default();
    format!("class={class}&severity={}", of.severity.unwrap_or_default())
}
