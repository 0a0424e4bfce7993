//! Takes and tells of incidents: `POST` and `GET /api/v1/incidents`, one of them, and later reports on it.

use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use super::body::receive;
use super::caller::Caller;
use super::check_in::{answer, content_of, key_and_id};
use super::fields::Faults;
use super::query::Query;
use super::view::{UnitView, fresh, time};
use super::{App, Problem};
use crate::domain::access::{Deed, Scope, permit};
use crate::domain::checkin::{Author, Content, Door, Follows, IncidentContent, Provenance, Submission};
use crate::domain::ids::{CheckInId, IncidentId, UnitId};
use crate::domain::incident::{Clock, ReportKind};
use crate::domain::receipt::Number;
use crate::domain::unit::UnitTree;
use crate::service::Service;
use crate::store::{IncidentLine, StoredCheckIn, StoredReport};

/// How many incidents an answer holds at most.
const MOST: i64 = 200;

/// An incident, with its two clocks.
#[derive(Debug, Serialize)]
struct IncidentView {
    id: i64,
    unit: Option<UnitView>,
    class: String,
    severity: &'static str,
    urgent: bool,
    drill: bool,
    opened: String,
    occurred: Option<String>,
    learned: Option<String>,
    closed: Option<String>,
    reopened: Option<String>,
    joined_to: Option<i64>,
    reports: i64,
    last_report: String,
    /// When the follow-up that it owes is due.
    follow_up_due: Option<String>,
    /// Learned → first report; none: it was not said when the unit learned of it.
    report_clock: Option<ClockView>,
    /// First report → first acknowledgement; none: leaders were not told.
    answer_clock: Option<ClockView>,
}

/// One of the two clocks.
#[derive(Debug, Serialize)]
struct ClockView {
    seconds: i64,
    limit_seconds: i64,
    runs: bool,
    late: bool,
}

impl From<Clock> for ClockView {
    fn from(clock: Clock) -> Self {
        Self {
            seconds: clock.taken.num_seconds(),
            limit_seconds: clock.limit.num_seconds(),
            runs: clock.runs,
            late: clock.is_late(),
        }
    }
}

impl IncidentView {
    fn of(app: &Service, tree: &UnitTree, line: &IncidentLine) -> Self {
        let (one, limits, now) = (&line.incident, &app.settings.incident, app.now());
        let report = one
            .learned
            .map(|at| Clock::new(at, Some(one.opened), limits.report_within.of(one.severity), now));
        let limit = limits.answer_within.of(one.severity);
        let answer = line
            .alerted
            .then(|| Clock::new(one.opened, line.answered, limit, now));
        Self {
            id: one.id.0,
            unit: UnitView::of(tree, one.unit),
            class: one.class.clone(),
            severity: one.severity.code(),
            urgent: one.urgent,
            drill: one.drill,
            opened: time(one.opened),
            occurred: one.occurred.map(time),
            learned: one.learned.map(time),
            closed: one.closed.map(time),
            reopened: one.reopened.map(time),
            joined_to: one.joined.map(|head| head.0),
            reports: line.reports,
            last_report: time(line.told),
            follow_up_due: line.owes.map(time),
            report_clock: report.map(ClockView::from),
            answer_clock: answer.map(ClockView::from),
        }
    }
}

/// One report on an incident; what is not known is `null`.
#[derive(Debug, Serialize)]
struct ReportView {
    number: i64,
    kind: &'static str,
    received: String,
    receipt: String,
    provenance: &'static str,
    redacted: bool,
    incident: Option<ContentView>,
}

/// What a report says, as it is sent.
#[derive(Debug, Serialize)]
struct ContentView {
    class: String,
    severity: &'static str,
    place: String,
    what: String,
    measures: String,
    source: String,
    cause: String,
    trend: String,
    requested: String,
    call_back: String,
    dead: Option<u32>,
    injured: Option<u32>,
    missing: Option<u32>,
    evacuated: Option<u32>,
    houses: Option<u32>,
    loss: Option<u32>,
    occurred: Option<String>,
    learned: Option<String>,
    urgent: bool,
}

impl From<&IncidentContent> for ContentView {
    fn from(said: &IncidentContent) -> Self {
        let said = said.clone();
        Self {
            class: said.class,
            severity: said.severity.code(),
            place: said.place,
            what: said.what,
            measures: said.measures,
            source: said.source,
            cause: said.cause,
            trend: said.trend,
            requested: said.requested,
            call_back: said.call_back,
            dead: said.dead,
            injured: said.injured,
            missing: said.missing,
            evacuated: said.evacuated,
            houses: said.houses,
            loss: said.loss,
            occurred: said.occurred.map(time),
            learned: said.learned.map(time),
            urgent: said.urgent,
        }
    }
}

#[derive(Debug, Serialize)]
struct List {
    incidents: Vec<IncidentView>,
}

#[derive(Debug, Serialize)]
struct Whole {
    incident: IncidentView,
    reports: Vec<ReportView>,
}

/// Takes the first report of an incident, outside every round.
pub(super) async fn open(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let (object, received) = receive(&app, &headers, body, caller.l).await?;
    let mut faults = Faults::new(caller.l);
    let (mut fields, id) = key_and_id(object, &headers, &mut faults);
    let unit = fields.id_or_code("unit");
    let unit = fields.needed("unit", unit);
    let said = fields.object("incident", |fields| content_of(fields, &app.classes(), None));
    let said = fields.needed("incident", said);
    let (claimed, reason) = (fields.time("claimed"), fields.text("reason"));
    fields.end();
    let (Some(uuid), Some(unit), Some(said), true) = (id, unit, said, faults.errors.is_empty()) else {
        return Err(Problem::invalid(caller.l, faults.errors));
    };
    let submission = Submission {
        uuid,
        unit: super::obligation::unit_of(&app, &caller, &unit).await?,
        obligation: None,
        follows: None,
        content: Content::Incident(said),
        provenance: claimed.map_or(Provenance::Own, |_| Provenance::Offline),
        author: Author::Token(0),
        received,
        claimed,
        reason,
        caller: None,
        via: Door::Api,
    };
    let outcome = app.submit(&caller.actor, submission).await;
    Ok(answer(&outcome.map_err(caller.failed(&app))?, caller.l))
}

/// Takes a later report on an incident: it says all that is known, and what is left out is not known.
pub(super) async fn follow(
    State(app): State<App>,
    caller: Caller,
    id: Result<Path<i64>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let (object, received) = receive(&app, &headers, body, caller.l).await?;
    let incident = number(id, &caller)?;
    let (unit, before) = known(&app, &caller, incident).await?;
    let mut faults = Faults::new(caller.l);
    let (mut fields, id) = key_and_id(object, &headers, &mut faults);
    let kinds = [ReportKind::FollowUp, ReportKind::Verification, ReportKind::Final];
    let kind = fields.choice("kind", &kinds.map(|kind| (kind.code(), kind)));
    let kind = fields.needed("kind", kind);
    let said = fields.object("incident", |fields| {
        content_of(fields, &app.classes(), before.as_ref())
    });
    let said = fields.needed("incident", said);
    let (claimed, reason) = (fields.time("claimed"), fields.text("reason"));
    fields.end();
    let (Some(uuid), Some(kind), Some(said), true) = (id, kind, said, faults.errors.is_empty()) else {
        return Err(Problem::invalid(caller.l, faults.errors));
    };
    let submission = Submission {
        uuid,
        unit,
        obligation: None,
        follows: Some(Follows { incident, kind }),
        content: Content::Incident(said),
        provenance: claimed.map_or(Provenance::Own, |_| Provenance::Offline),
        author: Author::Token(0),
        received,
        claimed,
        reason,
        caller: None,
        via: Door::Api,
    };
    let outcome = app.submit(&caller.actor, submission).await;
    Ok(answer(&outcome.map_err(caller.failed(&app))?, caller.l))
}

/// Gives the open incidents, the gravest first; with `state=closed` those that were closed last.
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let mut query = Query::of(query.as_deref(), caller.l);
    let limit = query.limit("limit", 50, MOST);
    let closed = query.choice("state", &[("open", false), ("closed", true)]);
    query.end()?;
    let ranges = leave(&app, &caller)?.ranges();
    let tree = app.tree().await.map_err(caller.failed(&app))?;
    let unanswered = caller.unanswered(&app);
    let mut conn = app.store.read().await.map_err(&unanswered)?;
    let lines = match closed.unwrap_or_default() {
        true => conn.closed_incidents(&ranges, app.now(), limit).await,
        false => conn.open_incidents(&ranges, app.now(), limit).await,
    };
    let lines = lines.map_err(&unanswered)?;
    let incidents = lines.iter().map(|line| IncidentView::of(&app, &tree, line));
    let incidents = incidents.collect();
    Ok(fresh(&headers, &List { incidents }))
}

/// Gives one incident with its reports, the first one first.
pub(super) async fn one(
    State(app): State<App>,
    caller: Caller,
    id: Result<Path<i64>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = number(id, &caller)?;
    let scope = leave(&app, &caller)?;
    let tree = app.tree().await.map_err(caller.failed(&app))?;
    let unanswered = caller.unanswered(&app);
    let mut conn = app.store.read().await.map_err(&unanswered)?;
    let line = conn.incident_line(id, app.now()).await.map_err(&unanswered)?;
    let line = line
        .filter(|line| scope.covers(&line.incident.path))
        .ok_or_else(|| Problem::not_found(caller.l))?;
    let reports = conn.reports_on(id).await.map_err(&unanswered)?;
    let ids: Vec<CheckInId> = reports.iter().map(|report| report.check_in).collect();
    let kept = conn.check_ins(&ids).await.map_err(&unanswered)?;
    let view = |report: &StoredReport| {
        let kept = kept.iter().find(|kept| kept.check_in.id == report.check_in)?;
        Some(report_view(report, kept))
    };
    let whole = Whole {
        incident: IncidentView::of(&app, &tree, &line),
        reports: reports.iter().filter_map(view).collect(),
    };
    Ok(fresh(&headers, &whole))
}

fn report_view(report: &StoredReport, kept: &StoredCheckIn) -> ReportView {
    ReportView {
        number: report.number,
        kind: report.kind.code(),
        received: time(report.at),
        receipt: Number(report.check_in).to_string(),
        provenance: kept.check_in.provenance.code(),
        redacted: kept.check_in.redacted,
        incident: kept.check_in.content.incident().map(ContentView::from),
    }
}

/// Gives whose an incident is and what its last report says, if the caller may see it.
async fn known(
    app: &App,
    caller: &Caller,
    id: IncidentId,
) -> Result<(UnitId, Option<IncidentContent>), Problem> {
    let scope = permit(&caller.actor, Deed::Report).map_err(|denied| caller.failed(app)(denied.into()))?;
    let unanswered = caller.unanswered(app);
    let mut conn = app.store.read().await.map_err(&unanswered)?;
    let one = conn.incident(id).await.map_err(&unanswered)?;
    let one = one
        .filter(|one| scope.covers(&one.path))
        .ok_or_else(|| Problem::not_found(caller.l))?;
    let reports = conn.reports_on(id).await.map_err(&unanswered)?;
    let last: Vec<CheckInId> = reports.last().map(|report| report.check_in).into_iter().collect();
    let kept = conn.check_ins(&last).await.map_err(&unanswered)?;
    let said = kept.first().and_then(|kept| kept.check_in.content.incident());
    Ok((one.unit, said.cloned()))
}

fn number(id: Result<Path<i64>, PathRejection>, caller: &Caller) -> Result<IncidentId, Problem> {
    id.map(|Path(id)| IncidentId(id))
        .map_err(|_| Problem::not_found(caller.l))
}

fn leave(app: &App, caller: &Caller) -> Result<Scope, Problem> {
    permit(&caller.actor, Deed::SeeBoard).map_err(|denied| caller.failed(app)(denied.into()))
}
