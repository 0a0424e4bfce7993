//! The story of one incident, from its first report on: it reads from top to bottom and prints on A4.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::items::{Item, Record, Teller};
use super::{LineView, Lister};
use crate::domain::access::{Actor, Deed, Scope, permit};
use crate::domain::form::Field;
use crate::domain::ids::{CheckInId, IncidentId};
use crate::domain::incident::{FindingKind, Value, values};
use crate::domain::receipt::Number;
use crate::domain::unit::UnitPath;
use crate::i18n::Lang;
use crate::service::{AROUND, About, Error};
use crate::store::{Conn, StoredIncident};
use crate::web::board::{Asked, notice, when, with_notice};
use crate::web::failure::of_fault;
use crate::web::form::Fields;
use crate::web::page::{Page, html_with, see};
use crate::web::plan::{self, PlanView};
use crate::web::visit::Visit;
use crate::web::{App, Failure};

/// How many incidents can be chosen to join to.
const OTHERS: i64 = 50;

#[derive(Template)]
#[template(path = "incident_story.html")]
struct StoryPage {
    l: Lang,
    page: Page,
    notice: Option<String>,
    problem: Option<String>,
    line: LineView,
    unit_href: String,
    alert_href: Option<String>,
    head: Option<i64>,
    facts: Vec<(String, String)>,
    items: Vec<Item>,
    /// The figures of each report: its name, and its numbers.
    figures: Vec<(String, Vec<String>)>,
    figure_names: Vec<&'static str>,
    plan: Option<PlanView>,
    /// The incidents that this one can be joined to.
    others: Vec<(i64, String)>,
    /// All clears of the unit around the event.
    clears: Vec<(i64, String)>,
    findings: Vec<(&'static str, &'static str)>,
    may: May,
    cut_off: String,
}

/// What the reader may do.
#[derive(Debug, Clone, Copy)]
struct May {
    report: bool,
    keep: bool,
    judge: bool,
}

/// Shows the story.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let notice = notice(visit.l, &asked);
    show(&app, visit, IncidentId(id), notice, None).await
}

/// Does what a button asks for.
pub(in crate::web) async fn act(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (actor, id) = (visit.actor()?, IncidentId(id));
    if fields.get("act") == "tick" {
        plan::ticks(&app, &visit, id, &fields).await?;
        return Ok(see(&format!("/incident/{id}#plan")));
    }
    let reason = fields.get("reason");
    let number = |name: &str| fields.read::<i64>(name).unwrap_or_default();
    let done = match fields.get("act") {
        "close" => app.close_incident(actor, id, reason).await,
        "reopen" => app.reopen_incident(actor, id, reason).await,
        "join" => {
            app.join_incident(actor, id, IncidentId(number("to")), reason)
                .await
        }
        "part" => app.part_incident(actor, id, reason).await,
        "link" => {
            let check_in = CheckInId(number("check_in"));
            app.link_all_clear(actor, id, check_in, reason).await
        }
        "find" => {
            let kind = FindingKind::parse(fields.get("kind")).ok_or(Failure::NOT_FOUND)?;
            app.find(actor, About::Incident(id), kind, reason)
                .await
                .map(|_| ())
        }
        _ => return Err(Failure::NOT_FOUND),
    };
    let l = visit.l;
    match done {
        Ok(()) => Ok(see(&with_notice(&format!("/incident/{id}"), "incident_done", ""))),
        Err(Error::Invalid { fault, .. }) => {
            let problem = format!("{}: {}", l.field_reason(), of_fault(fault, l));
            show(&app, visit, id, None, Some(problem)).await
        }
        Err(Error::Life(error)) => {
            let problem = l.life_error(error).to_owned();
            show(&app, visit, id, None, Some(problem)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn show(
    app: &App,
    visit: Visit,
    id: IncidentId,
    notice: Option<String>,
    problem: Option<String>,
) -> Result<Response, Failure> {
    let (l, zone, now) = (visit.l, app.settings.service.zone, app.now());
    let actor = visit.actor()?.clone();
    let scope = permit(&actor, Deed::SeeUnit)?;
    let tree = app.tree().await?;
    let mut conn = app.store.read().await?;
    let line = conn.incident_line(id, now).await?;
    let line = line
        .filter(|line| scope.covers(&line.incident.path))
        .ok_or(Failure::NOT_FOUND)?;
    let lister = Lister::of(app, l, &tree);
    let incident = line.incident.clone();
    let records = records(&mut conn, &lister, &scope, &incident).await?;
    let may = may(&actor, &incident.path);
    let mut choices = (Vec::new(), Vec::new());
    if may.keep {
        choices.0 = others(&mut conn, &actor, &lister, &incident).await?;
        choices.1 = clears(&mut conn, l, app, &incident).await?;
    }
    let alert = conn
        .alerts_of(id)
        .await?
        .pop()
        .map(|alert| format!("/alert/{}", alert.id));
    let tick = (may.report || may.keep) && incident.closed.is_none();
    let tick = tick.then(|| format!("/incident/{id}"));
    let plan = plan::of_incident(app, &mut conn, l, &incident, tick).await?;
    drop(conn);
    let teller = Teller { app, l, zone };
    let sees_alert = permit(&actor, Deed::SeeUrgent).is_ok_and(|scope| scope.covers(&incident.path));
    let (figure_names, figures) = figures(l, &records);
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let template = StoryPage {
        l,
        notice,
        problem,
        line: lister.line(&line),
        unit_href: format!("/board/unit/{}", incident.unit),
        alert_href: alert.filter(|_| sees_alert),
        head: incident.joined.map(|head| head.0),
        facts: records
            .first()
            .map(|record| teller.facts(&record.known(), true))
            .unwrap_or_default(),
        items: teller.items(&records),
        figures,
        figure_names,
        plan,
        others: choices.0,
        clears: choices.1,
        findings: kinds(l),
        may,
        cut_off: l.story_cut_off(l.moment_exact(now, zone)),
        page: visit.page.clone().of_drill(incident.drill),
    };
    html_with(status, &template)
}

/// Gives what can be found.
fn kinds(l: Lang) -> Vec<(&'static str, &'static str)> {
    FindingKind::ALL
        .map(|kind| (kind.code(), l.finding_kind(kind)))
        .to_vec()
}

/// Reads an incident and those joined to it that the reader may see.
async fn records(
    conn: &mut Conn,
    lister: &Lister<'_>,
    scope: &Scope,
    incident: &StoredIncident,
) -> Result<Vec<Record>, Failure> {
    let mut family = vec![incident.clone()];
    let joined = conn.joined_to(incident.id).await?;
    family.extend(joined.into_iter().filter(|one| scope.covers(&one.path)));
    let mut records = Vec::new();
    for one in family {
        let known = lister.tree.get(one.unit);
        let name = known.map(|unit| unit.name.to_string()).unwrap_or_default();
        let unit = lister.unit(&one.path, &name);
        records.push(Record::read(conn, one, unit).await?);
    }
    Ok(records)
}

fn may(actor: &Actor, path: &UnitPath) -> May {
    let may = |deed| permit(actor, deed).is_ok_and(|scope| scope.covers(path));
    May {
        report: may(Deed::Proxy),
        keep: may(Deed::KeepIncident),
        judge: may(Deed::Judge),
    }
}

/// Gives the open incidents that this one could be part of.
async fn others(
    conn: &mut Conn,
    actor: &Actor,
    lister: &Lister<'_>,
    incident: &StoredIncident,
) -> Result<Vec<(i64, String)>, Failure> {
    if incident.closed.is_some() || incident.joined.is_some() {
        return Ok(Vec::new());
    }
    let ranges = permit(actor, Deed::KeepIncident)?.ranges();
    let open = conn.open_incidents(&ranges, lister.now, OTHERS).await?;
    let fits = open.iter().filter(|other| {
        let other = &other.incident;
        other.id != incident.id && other.joined.is_none() && other.drill == incident.drill
    });
    Ok(fits
        .map(|other| {
            let view = lister.line(other);
            (view.id, format!("{} · {} · {}", view.id, view.unit, view.class))
        })
        .collect())
}

/// Gives the all clears of the unit around the time of the event.
async fn clears(
    conn: &mut Conn,
    l: Lang,
    app: &App,
    incident: &StoredIncident,
) -> Result<Vec<(i64, String)>, Failure> {
    let began = incident.occurred.or(incident.learned).unwrap_or(incident.opened);
    let (from, until) = (began.min(incident.opened) - AROUND, incident.opened + AROUND);
    let ids = conn.all_clears(incident.unit, from, until).await?;
    let kept = conn.check_ins(&ids).await?;
    let zone = app.settings.service.zone;
    let words = |at| when(l, at, app.now(), zone);
    Ok(kept
        .iter()
        .map(|kept| {
            let c = &kept.check_in;
            (c.id.0, format!("{} · {}", Number(c.id), words(c.received)))
        })
        .collect())
}

/// Gives how the figures went, if there is more than one report.
fn figures(l: Lang, records: &[Record]) -> (Vec<&'static str>, Vec<(String, Vec<String>)>) {
    const FIGURES: [Field; 6] = [
        Field::Dead,
        Field::Injured,
        Field::Missing,
        Field::Evacuated,
        Field::Houses,
        Field::Loss,
    ];
    let mut rows = Vec::new();
    for record in records {
        for (report, kept) in &record.reports {
            let Some(said) = kept.check_in.content.incident() else {
                continue;
            };
            let numbers = values(said)
                .into_iter()
                .filter(|(field, _)| FIGURES.contains(field));
            let numbers = numbers.map(|(_, value)| match value {
                Value::Number(Some(n)) => n.to_string(),
                _ => l.alert_not_known().to_owned(),
            });
            let name = format!("{} {}", l.report_kind(report.kind), report.number);
            let name = match records.len() {
                1 => name,
                _ => format!("{} {name}", record.unit),
            };
            rows.push((name, numbers.collect()));
        }
    }
    if rows.len() < 2 {
        rows.clear();
    }
    (FIGURES.map(|field| l.field(field)).to_vec(), rows)
}
