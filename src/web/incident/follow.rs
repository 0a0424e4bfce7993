//! The form of a later report on an incident, filled in with what is known: for its unit, and for the office.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use uuid::Uuid;

use super::items::Record;
use super::{LineView, Lister};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::calendar::moment;
use crate::domain::checkin::{
    Author, Caller, Content, Door, Follows, IncidentContent, Provenance, Submission,
};
use crate::domain::form;
use crate::domain::ids::{DeviceId, IncidentId};
use crate::domain::incident::{ReportKind, Severity};
use crate::domain::unit::UnitPath;
use crate::i18n::Lang;
use crate::service::Error;
use crate::web::board::form::input_time;
use crate::web::board::with_notice;
use crate::web::desk::incident::{Group, faults, groups};
use crate::web::desk::typed::{Typed, Wrong};
use crate::web::desk::{receipt, send};
use crate::web::form::Fields;
use crate::web::page::{Page, html_with, see};
use crate::web::plan::{self, PlanView};
use crate::web::visit::Visit;
use crate::web::{App, Failure};

#[derive(Template)]
#[template(path = "incident_follow.html")]
struct FollowPage {
    l: Lang,
    page: Page,
    line: LineView,
    action: String,
    back: String,
    uuid: String,
    /// When it was written without a connection, if it was.
    claimed: String,
    kinds: Vec<(&'static str, &'static str)>,
    kind: String,
    /// Whether somebody else enters it for the unit, and how he may.
    office: Option<Office>,
    groups: Vec<Group>,
    severities: Vec<(&'static str, &'static str, bool)>,
    typed: Typed,
    wrong: Vec<Wrong>,
    story: usize,
    plan: Option<PlanView>,
}

/// How an officer enters it.
#[derive(Debug, Clone)]
pub(super) struct Office {
    pub(super) may_phone: bool,
    pub(super) how: String,
    pub(super) caller_post: String,
    pub(super) called_at: String,
}

impl FollowPage {
    /// Gives the sentence about a field, if it is wrong.
    fn fault(&self, field: &str) -> Option<&str> {
        let found = self.wrong.iter().find(|wrong| wrong.field == field);
        found.map(|wrong| wrong.words.as_str())
    }
}

/// The incident that is followed up, and by whom.
struct Case {
    record: Record,
    known: IncidentContent,
    line: LineView,
    /// Whether the unit itself reports.
    own: bool,
    may_phone: bool,
    plan: Option<PlanView>,
}

/// What a form carries beside what is typed.
struct Sent {
    kind: String,
    uuid: Uuid,
    /// When it was written without a connection, if it was.
    claimed: String,
}

/// Shows the form, filled in with what is known.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let case = case(&app, &visit, IncidentId(id)).await?;
    let zone = app.settings.service.zone;
    let typed = Typed::from(&case.known, zone);
    let office = Office {
        may_phone: case.may_phone,
        how: if case.may_phone { "phone" } else { "proxy" }.to_owned(),
        caller_post: String::new(),
        called_at: input_time(app.now(), zone),
    };
    let sent = Sent {
        kind: ReportKind::FollowUp.code().to_owned(),
        uuid: Uuid::new_v4(),
        claimed: String::new(),
    };
    show(&app, &visit, case, office, sent, typed, Vec::new())
}

/// Takes the report.
pub(in crate::web) async fn submit(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Failure> {
    let case = case(&app, &visit, IncidentId(id)).await?;
    let (l, zone) = (visit.l, app.settings.service.zone);
    let typed = Typed::of(&fields);
    let text = |name: &str| fields.get(name).chars().take(400).collect::<String>();
    let office = Office {
        may_phone: case.may_phone,
        how: text("how"),
        caller_post: text("caller_post"),
        called_at: text("called_at"),
    };
    let uuid = fields.read("uuid").unwrap_or_else(Uuid::new_v4);
    let content = match fields.has("same") {
        true => Ok(case.known.clone()),
        false => typed.read(Some(&case.known), &app.classes(), zone, l),
    };
    let wrong = match content {
        Err(wrong) => wrong,
        Ok(content) => {
            let submission = submission(&case, &office, &fields, (uuid, content), zone);
            match app.submit(visit.actor()?, submission).await {
                Ok(outcome) if case.own => return Ok(see(&receipt::address(&outcome))),
                Ok(outcome) => {
                    let number = outcome.receipt.number.to_string();
                    return Ok(see(&with_notice(&format!("/incident/{id}"), "entered", &number)));
                }
                Err(error) => faults(error, l)?,
            }
        }
    };
    let sent = Sent {
        kind: text("kind"),
        uuid,
        claimed: send::carried(&fields),
    };
    show(&app, &visit, case, office, sent, typed, wrong)
}

fn submission(
    case: &Case,
    office: &Office,
    fields: &Fields,
    (uuid, content): (Uuid, IncidentContent),
    zone: chrono_tz::Tz,
) -> Submission {
    let claimed = send::claimed(fields).filter(|_| case.own);
    let provenance = match case.own {
        true => send::provenance(claimed),
        false => provenance(office),
    };
    let called_at = moment(&office.called_at, zone).unwrap_or(fields.received);
    let reason = fields.get("reason").trim();
    let kind = ReportKind::parse(fields.get("kind")).filter(|kind| *kind != ReportKind::First);
    Submission {
        uuid,
        unit: case.record.incident.unit,
        obligation: None,
        follows: Some(Follows {
            incident: case.record.incident.id,
            kind: kind.unwrap_or(ReportKind::FollowUp),
        }),
        content: Content::Incident(content),
        provenance,
        // The service itself names the author.
        author: Author::Device(DeviceId(0)),
        received: fields.received,
        claimed,
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
        caller: (provenance == Provenance::Phone).then(|| Caller {
            post: office.caller_post.clone(),
            called_at,
        }),
        via: Door::Page,
    }
}

/// Gives by what way a report came that the office entered.
pub(super) fn provenance(office: &Office) -> Provenance {
    match office.how.as_str() {
        "proxy" => Provenance::Proxy,
        _ => Provenance::Phone,
    }
}

/// Finds the incident, if the reader may report on it.
async fn case(app: &App, visit: &Visit, id: IncidentId) -> Result<Case, Failure> {
    let actor = visit.actor()?;
    let tree = app.tree().await?;
    let now = app.now();
    let mut conn = app.store.read().await?;
    let line = conn.incident_line(id, now).await?.ok_or(Failure::NOT_FOUND)?;
    let path = tree
        .get(line.incident.unit)
        .map_or_else(|| line.incident.path.clone(), |unit| unit.path.clone());
    let own = may(actor, Deed::Report, &path);
    let may_phone = may(actor, Deed::RecordPhone, &path);
    if !own && !may_phone && !may(actor, Deed::Proxy, &path) {
        return Err(Failure::NOT_FOUND);
    }
    let lister = Lister::of(app, visit.l, &tree);
    let view = lister.line(&line);
    let record = Record::read(&mut conn, line.incident, view.unit.clone()).await?;
    let tick = match own {
        true => format!("/desk/plan/{id}"),
        false => format!("/incident/{id}"),
    };
    let plan = plan::of_incident(app, &mut conn, visit.l, &record.incident, Some(tick)).await?;
    Ok(Case {
        plan,
        known: record.known(),
        record,
        line: view,
        own,
        may_phone,
    })
}

fn may(actor: &Actor, deed: Deed, path: &UnitPath) -> bool {
    permit(actor, deed).is_ok_and(|scope| scope.covers(path))
}

fn show(
    app: &App,
    visit: &Visit,
    case: Case,
    office: Office,
    Sent { kind, uuid, claimed }: Sent,
    typed: Typed,
    wrong: Vec<Wrong>,
) -> Result<Response, Failure> {
    let l = visit.l;
    let id = case.record.incident.id;
    let mut kinds = vec![ReportKind::FollowUp, ReportKind::Final];
    if !case.own {
        kinds.insert(1, ReportKind::Verification);
    }
    let status = match wrong.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let template = FollowPage {
        l,
        page: visit.page.clone().of_drill(case.record.incident.drill),
        action: match case.own {
            true => format!("/desk/follow/{id}"),
            false => format!("/incident/{id}/report"),
        },
        back: match case.own {
            true => format!("/desk?unit={}", case.record.incident.unit),
            false => format!("/incident/{id}"),
        },
        line: case.line,
        uuid: uuid.to_string(),
        claimed,
        kinds: kinds
            .iter()
            .map(|kind| (kind.code(), l.report_kind(*kind)))
            .collect(),
        kind,
        office: (!case.own).then_some(office),
        groups: groups(app, l, &typed.class),
        severities: severities(app, l),
        typed,
        wrong,
        story: form::STORY,
        plan: case.plan,
    };
    html_with(status, &template)
}

/// Gives what can be chosen as severity, and whether it is urgent by itself.
pub(in crate::web) fn severities(app: &App, l: Lang) -> Vec<(&'static str, &'static str, bool)> {
    let all = [
        Severity::NotGraded,
        Severity::I,
        Severity::II,
        Severity::III,
        Severity::IV,
    ];
    all.map(|severity| {
        let grave = app.classes().is_grave(severity);
        (severity.code(), l.severity(severity), grave)
    })
    .to_vec()
}

/// Takes what a unit says to a finding.
pub(in crate::web) async fn reply(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Failure> {
    match app.reply(visit.actor()?, id, fields.get("words")).await {
        Ok(()) | Err(Error::Already(_)) => Ok(see("/desk")),
        Err(error) => Err(error.into()),
    }
}
