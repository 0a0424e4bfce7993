//! Shows a receipt: the proof that a report is on disk, and whom an urgent one reached.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::card::{Panel, about, said};
use super::history::{History, history};
use super::reach::{Reach, reach};
use crate::domain::access::{Deed, permit};
use crate::domain::checkin::{Provenance, Review};
use crate::domain::incident::ReportKind;
use crate::domain::intake::FREELY;
use crate::domain::obligation::Kind;
use crate::domain::receipt::Number;
use crate::domain::screen::Notice;
use crate::domain::standing::Timeliness;
use crate::i18n::Lang;
use crate::service::{Outcome, Shown, Status};
use crate::store::StoredCheckIn;
use crate::web::plan::{self, PlanView};
use crate::web::{App, Failure, Page, Visit, html};

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage {
    l: Lang,
    page: Page,
    unit: String,
    unit_id: i64,
    /// The day and the round that it is for.
    day: Option<String>,
    drill: bool,
    panel: Panel,
    /// The key under which it was sent, which the queue of the page knows.
    key: String,
    mac: String,
    replaces: Option<String>,
    /// What is told once, right after sending.
    told: Vec<String>,
    amend: Option<String>,
    reach: Option<Reach>,
    history: History,
    plan: Option<PlanView>,
}

/// What became of the report, as the address of the receipt carries it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Became {
    /// `same`, `already`.
    s: String,
    /// What was seen in its texts: `m`, `p`, `o`, `c`.
    n: String,
}

/// Gives the address of the receipt of a report that was just taken.
pub(in crate::web) fn address(outcome: &Outcome) -> String {
    let became = match outcome.status {
        Status::Same => "&s=same",
        Status::Already { .. } => "&s=already",
        Status::Recorded | Status::Amended => "",
    };
    let n = outcome.notice;
    let seen = [
        (n.masked > 0, 'm'),
        (n.mobile, 'p'),
        (n.old_id, 'o'),
        (n.card, 'c'),
    ];
    let seen: String = seen
        .into_iter()
        .filter(|(seen, _)| *seen)
        .map(|(_, c)| c)
        .collect();
    let seen = if seen.is_empty() {
        seen
    } else {
        format!("&n={seen}")
    };
    let more = format!("{became}{seen}");
    let number = outcome.receipt.number;
    match more.strip_prefix('&') {
        Some(more) => format!("/receipt/{number}?{more}"),
        None => format!("/receipt/{number}"),
    }
}

/// Shows a receipt to its unit.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    Path(number): Path<String>,
    Query(became): Query<Became>,
) -> Result<Response, Failure> {
    let number: Number = number.parse().map_err(|_| Failure::NOT_FOUND)?;
    let shown = app.receipt(visit.actor()?, number).await?;
    let tree = app.tree().await?;
    let l = visit.l;
    let kept = &shown.kept;
    let unit = tree.label(kept.check_in.unit).map(|label| label.to_string());
    let plan = to_do(&app, &visit, kept).await?;
    let drill = shown.owed.as_ref().is_some_and(|owed| owed.drill);
    let template = ReceiptPage {
        l,
        page: visit.page.clone().of_drill(drill),
        unit: unit.unwrap_or_default(),
        unit_id: kept.check_in.unit.0,
        day: shown.owed.as_ref().map(|owed| l.date(owed.obligation.day)),
        drill,
        panel: panel(&app, l, &shown, report(&app, kept).await?),
        key: kept.check_in.uuid.to_string(),
        mac: shown.receipt.mac.to_string(),
        replaces: kept.supersedes.map(|id| Number(id).to_string()),
        told: told(&app, l, &shown, &became).await?,
        amend: amend(&visit, &shown),
        reach: reach(&app, l, &shown.kept).await?,
        plan,
        history: history(&app, l, kept.check_in.unit).await?,
    };
    html(&template)
}

/// Gives the plan of the incident that was reported, while it is open.
async fn to_do(app: &App, visit: &Visit, kept: &StoredCheckIn) -> Result<Option<PlanView>, Failure> {
    let Some(id) = kept.check_in.incident else {
        return Ok(None);
    };
    let mut conn = app.store.read().await?;
    let incident = conn.incident(id).await?.filter(|one| one.closed.is_none());
    let Some(incident) = incident else {
        return Ok(None);
    };
    let own = permit(visit.actor()?, Deed::Report).is_ok_and(|scope| scope.covers(&incident.path));
    let tick = own.then(|| format!("/desk/plan/{id}"));
    plan::of_incident(app, &mut conn, visit.l, &incident, tick).await
}

/// Gives where the report is corrected: the latest one of an obligation only, by the unit itself.
fn amend(visit: &Visit, shown: &Shown) -> Option<String> {
    let owed = shown.owed.as_ref()?;
    let is_latest = owed.latest == Some(shown.kept.check_in.id);
    let may = permit(visit.actor.as_ref()?, Deed::Report);
    let own = may.is_ok_and(|scope| scope.covers(&owed.path));
    let (unit, id) = (shown.kept.check_in.unit, owed.obligation.id);
    let address = match owed.obligation.kind {
        Kind::RollUp => format!("/desk/township?unit={unit}&o={id}"),
        Kind::Routine | Kind::FollowUp(_) => format!("/desk/incident?unit={unit}&obligation={id}"),
    };
    (is_latest && own).then_some(address)
}

/// Gives which report on its incident a check-in is.
async fn report(app: &App, kept: &StoredCheckIn) -> Result<Option<ReportKind>, Failure> {
    let Some(incident) = kept.check_in.incident else {
        return Ok(None);
    };
    let reports = app.store.read().await?.reports_on(incident).await?;
    let own = reports.into_iter().find(|one| one.check_in == kept.check_in.id);
    Ok(own.map(|one| one.kind))
}

fn panel(app: &App, l: Lang, shown: &Shown, report: Option<ReportKind>) -> Panel {
    let (zone, now) = (app.settings.service.zone, app.now());
    let kept = &shown.kept.check_in;
    let is_incident = kept.content.incident().is_some();
    let free = kept.received + FREELY;
    let is_routine = shown
        .owed
        .as_ref()
        .is_some_and(|owed| owed.obligation.kind == Kind::Routine);
    let late = shown
        .owed
        .as_ref()
        .is_some_and(|owed| owed.obligation.timeliness() == Some(Timeliness::Late));
    Panel {
        number: shown.receipt.number.to_string(),
        received: l.moment_exact(kept.received, zone),
        is_incident,
        content: match report {
            Some(kind @ (ReportKind::FollowUp | ReportKind::Final)) if !is_routine => l.report_kind(kind),
            _ => said(l, &kept.content),
        },
        about: about(app, l, &kept.content),
        by: (kept.provenance != Provenance::Own).then(|| l.provenance(kept.provenance)),
        next: match kept.review {
            Review::Awaiting => l.receipt_next_awaiting(),
            Review::Refused => l.receipt_next_refused(),
            _ if report == Some(ReportKind::Final) => l.receipt_next_final(),
            _ if is_incident && shown.owed.is_none() => l.receipt_next_beside(),
            _ if is_incident => l.receipt_next_incident(),
            _ if late => l.receipt_next_late(),
            _ => l.receipt_next_done(),
        },
        amend: match now < free {
            true => l.receipt_amend_until(l.time(free, zone)),
            false => l.receipt_amend_reason().to_owned(),
        },
    }
}

async fn told(app: &App, l: Lang, shown: &Shown, became: &Became) -> Result<Vec<String>, Failure> {
    let mut told = Vec::new();
    match became.s.as_str() {
        "same" => told.push(l.receipt_same().to_owned()),
        "already" => {
            let by = app.store.read().await?.author_label(shown.kept.author).await?;
            let at = l.time(shown.kept.check_in.received, app.settings.service.zone);
            let by = by.filter(|by| !by.is_empty());
            told.push(by.map_or_else(
                || l.receipt_already_unknown().to_owned(),
                |by| l.receipt_already(by, at),
            ));
        }
        _ => {}
    }
    let notice = Notice {
        masked: u32::from(became.n.contains('m')),
        mobile: became.n.contains('p'),
        old_id: became.n.contains('o'),
        card: became.n.contains('c'),
    };
    told.extend(l.notices(notice).into_iter().map(str::to_owned));
    Ok(told)
}
