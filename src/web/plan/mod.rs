//! The plans: what to do when something happens, shown where it matters, and changed on pages of their own.
//!
//! * here — a plan as a reader sees it, with what of it is done
//! * `edit.rs` — the list of plans, the versions of one, the form

mod edit;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

pub(super) use edit::{change, form, list, one};

use super::board::when;
use super::form::Fields;
use super::page::{html, see};
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::ids::IncidentId;
use crate::domain::incident::Severity;
use crate::domain::plan::{For, Plan};
use crate::domain::time::Timestamp;
use crate::i18n::Lang;
use crate::service::ticked;
use crate::store::{Conn, StoredIncident, StoredPlan};

/// A plan as a reader sees it.
#[derive(Debug, Clone)]
pub(super) struct PlanView {
    pub(super) id: i64,
    /// For which incidents it is.
    pub(super) title: String,
    /// Its paragraphs.
    pub(super) text: Vec<String>,
    pub(super) steps: Vec<StepView>,
    pub(super) version: String,
    /// Where a step is ticked; none: the reader may not, or nothing has happened yet.
    pub(super) tick: Option<String>,
}

/// A step of it.
#[derive(Debug, Clone)]
pub(super) struct StepView {
    pub(super) number: usize,
    pub(super) words: String,
    /// Until when it must be done.
    pub(super) limit: Option<String>,
    pub(super) is_late: bool,
    /// Who did it, and when.
    pub(super) done: Option<String>,
}

/// A plan alone, as the script of a form puts it in.
#[derive(Template)]
#[template(path = "plan_card.html")]
struct Card {
    l: Lang,
    page: super::page::Page,
    plan: Option<PlanView>,
}

/// Which plan is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    pub(super) class: String,
    pub(super) severity: String,
}

/// Gives the plan for a class and a severity, without a page around it.
pub(super) async fn card(
    State(app): State<App>,
    visit: Visit,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    let severity = Severity::parse(&which.severity).unwrap_or_default();
    let mut conn = app.store.read().await?;
    let plan = before(&app, &mut conn, visit.l, &which.class, severity).await?;
    if plan.is_none() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    html(&Card {
        l: visit.l,
        page: visit.page,
        plan,
    })
}

/// Ticks a step at the desk.
pub(super) async fn tick(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Failure> {
    ticks(&app, &visit, IncidentId(id), &fields).await?;
    Ok(see(&format!("/desk/follow/{id}#plan")))
}

/// Ticks the step that a form names, or takes the tick back.
pub(super) async fn ticks(
    app: &App,
    visit: &Visit,
    incident: IncidentId,
    fields: &Fields,
) -> Result<(), Failure> {
    let step = fields.read("plan").zip(fields.read("step"));
    let step = step.ok_or(Failure::status(StatusCode::BAD_REQUEST))?;
    let done = fields.get("done") != "0";
    Ok(app.tick_step(visit.actor()?, incident, step, done).await?)
}

/// Gives the plan for what may have happened, before it is reported.
pub(super) async fn before(
    app: &App,
    conn: &mut Conn,
    l: Lang,
    class: &str,
    severity: Severity,
) -> Result<Option<PlanView>, Failure> {
    if app.classes().get(class).is_none() {
        return Ok(None);
    }
    let plan = app.plan_for(conn, class, severity).await?;
    Ok(plan.map(|plan| view(app, l, &plan)))
}

/// Gives the plan of an incident with what of it is done; `tick`: where steps are ticked.
pub(super) async fn of_incident(
    app: &App,
    conn: &mut Conn,
    l: Lang,
    incident: &StoredIncident,
    tick: Option<String>,
) -> Result<Option<PlanView>, Failure> {
    let Some(plan) = app.plan_for(conn, &incident.class, incident.severity).await? else {
        return Ok(None);
    };
    let mut shown = view(app, l, &plan);
    let ticks = ticked(conn, incident.id).await?;
    let (zone, now) = (app.settings.service.zone, app.now());
    // A tick belongs to the Chinese words of its step, whatever version was read.
    let (zh, own) = (read(&plan.zh), words(l, &plan));
    for (place, step) in shown.steps.iter_mut().enumerate() {
        let key = zh.steps.get(place).map(|step| step.words.as_str());
        let last = ticks.iter().rev().find(|(said, _)| Some(said.as_str()) == key);
        if let Some((_, tick)) = last.filter(|(_, tick)| tick.done) {
            let by = conn.author_label(tick.author).await?.unwrap_or_default();
            step.done = Some(l.plan_done_by(by, when(l, tick.at, now, zone)));
        }
        if let Some(within) = own.steps.get(place).and_then(|step| step.within) {
            let until = incident.opened + within;
            step.limit = Some(l.plan_until(when(l, until, now, zone)));
            step.is_late = step.done.is_none() && incident.closed.is_none() && now >= until;
        }
    }
    shown.tick = tick;
    Ok(Some(shown))
}

/// Says a plan, without an incident.
fn view(app: &App, l: Lang, plan: &StoredPlan) -> PlanView {
    let said = words(l, plan);
    let steps = said.steps.iter().enumerate().map(|(place, step)| StepView {
        number: place,
        words: step.words.clone(),
        limit: step.within.map(|within| l.plan_within(l.span(within))),
        is_late: false,
        done: None,
    });
    PlanView {
        id: plan.id,
        title: named(app, l, &plan.of),
        text: said.text.lines().map(str::to_owned).collect(),
        steps: steps.collect(),
        version: version(l, plan, app),
        tick: None,
    }
}

/// Gives what a plan says in the reader's language, or in Chinese.
fn words(l: Lang, plan: &StoredPlan) -> Plan {
    match l {
        Lang::En if !plan.en.is_empty() => read(&plan.en),
        _ => read(&plan.zh),
    }
}

/// Reads a plan that was kept; it was read before, when it was written.
fn read(typed: &str) -> Plan {
    Plan::parse(typed).unwrap_or_default()
}

/// Names the incidents that a plan is for.
fn named(app: &App, l: Lang, of: &For) -> String {
    let class = match &of.class {
        Some(code) => super::board::class_name(&app.classes(), code, l),
        None => l.plan_every_class().to_owned(),
    };
    match of.severity.and_then(Severity::parse) {
        Some(severity) => format!("{class} · {}", l.severity(severity)),
        None => class,
    }
}

fn version(l: Lang, plan: &StoredPlan, app: &App) -> String {
    let at: Timestamp = plan.at;
    let at = l.moment(at, app.settings.service.zone);
    match &plan.by {
        Some(by) => l.plan_version(plan.version, by, at),
        None => l.plan_shipped(plan.version),
    }
}
