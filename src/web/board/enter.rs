//! The form with which an officer enters a report: dictated by phone, or on the unit's behalf.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono_tz::Tz;
use uuid::Uuid;

use super::form::{input_time, label};
use super::notice::{board_or, with_notice};
use super::red::class_name;
use super::{Asked, when};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::calendar::moment;
use crate::domain::checkin::{Author, Caller, Content, Door, IncidentContent, Provenance, Submission};
use crate::domain::form::{self, Fault, Field, Flaw, count};
use crate::domain::ids::{AccountId, ObligationId};
use crate::domain::incident::{ClassGroup, Severity};
use crate::domain::time::Timestamp;
use crate::i18n::Lang;
use crate::service::Error;
use crate::store::StoredObligation;
use crate::web::desk::typed::chosen;
use crate::web::form::Fields;
use crate::web::page::{Page, html_with, see};
use crate::web::visit::Visit;
use crate::web::{App, Failure};

/// The form.
#[derive(Template)]
#[template(path = "board_enter.html")]
struct EnterPage {
    l: Lang,
    page: Page,
    unit: String,
    round: String,
    obligation: i64,
    uuid: String,
    back: String,
    may_phone: bool,
    may_proxy: bool,
    /// Its urgent reports whose incidents are open: an all clear stands beside them.
    urgent: Vec<String>,
    groups: Vec<(&'static str, Vec<(String, String)>)>,
    /// Field and sentence.
    problems: Vec<(&'static str, String)>,
    typed: Typed,
    story: usize,
}

/// What was typed.
#[derive(Debug, Clone, Default)]
struct Typed {
    how: String,
    said: String,
    caller_post: String,
    called_at: String,
    reason: String,
    class: String,
    place: String,
    what: String,
    measures: String,
    dead: String,
    injured: String,
    missing: String,
    urgent: String,
}

impl Typed {
    fn of(fields: &Fields) -> Self {
        let typed = |name: &str| fields.get(name).chars().take(2000).collect();
        Self {
            how: typed("how"),
            said: typed("said"),
            caller_post: typed("caller_post"),
            called_at: typed("called_at"),
            reason: typed("reason"),
            class: typed("class"),
            place: typed("place"),
            what: typed("what"),
            measures: typed("measures"),
            dead: typed("dead"),
            injured: typed("injured"),
            missing: typed("missing"),
            urgent: typed("urgent"),
        }
    }
}

impl EnterPage {
    fn wrong(&self, field: &str) -> Option<&str> {
        let found = self.problems.iter().find(|(name, _)| *name == field);
        found.map(|(_, words)| words.as_str())
    }
}

/// Shows the form for one obligation.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let id = asked.chosen().first().copied().ok_or(Failure::NOT_FOUND)?;
    let owed = owed(&app, visit.actor()?, id).await?;
    let typed = Typed {
        said: "all_clear".to_owned(),
        called_at: input_time(app.now(), app.settings.service.zone),
        ..Typed::default()
    };
    let back = board_or(asked.get("back"));
    show(&app, visit, &owed, Uuid::new_v4(), back, typed, Vec::new()).await
}

/// Takes the report in.
pub(in crate::web) async fn enter(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let id = fields
        .read::<i64>("o")
        .map(ObligationId)
        .ok_or(Failure::NOT_FOUND)?;
    let owed = owed(&app, visit.actor()?, id).await?;
    let uuid = fields.read::<Uuid>("uuid").unwrap_or_else(Uuid::new_v4);
    let (typed, back) = (Typed::of(&fields), board_or(fields.get("back")));
    let (l, zone) = (visit.l, app.settings.service.zone);
    let problems = match read(&app, &typed, &owed, uuid, fields.received) {
        Ok(submission) => match app.submit(visit.actor()?, submission).await {
            Ok(outcome) => {
                let number = outcome.receipt.number.to_string();
                return Ok(see(&with_notice(&back, "entered", &number)));
            }
            Err(Error::Form(faults)) => faults,
            Err(Error::Refused(refusal)) => {
                let problem = ("o", l.refusal(refusal, zone));
                return show(&app, visit, &owed, uuid, back, typed, vec![problem]).await;
            }
            Err(error) => return Err(error.into()),
        },
        Err(faults) => faults,
    };
    let problems = problems
        .iter()
        .map(|fault| (fault.field.code(), words(l, *fault, zone, fields.received)))
        .collect();
    show(&app, visit, &owed, uuid, back, typed, problems).await
}

fn words(l: Lang, fault: Fault, zone: Tz, now: Timestamp) -> String {
    match (fault.field, fault.flaw) {
        (Field::CalledAt, Flaw::Unknown) => l.problem_time(input_time(now, zone).replace('T', " ")),
        // What the report says is no field of its own.
        (Field::Claimed, _) => l.problem_all_clear_or_incident().to_owned(),
        _ => l.fault(fault),
    }
}

/// Loads an obligation that the reader may report for.
async fn owed(app: &App, actor: &Actor, id: ObligationId) -> Result<StoredObligation, Failure> {
    let covers =
        |deed, owed: &StoredObligation| permit(actor, deed).is_ok_and(|scope| scope.covers(&owed.path));
    let found = app.store.read().await?.obligation(id).await?;
    found
        .filter(|owed| covers(Deed::Proxy, owed) || covers(Deed::RecordPhone, owed))
        .ok_or(Failure::NOT_FOUND)
}

/// Gives what was said beside the counts.
fn texts(app: &App, typed: &Typed) -> IncidentContent {
    let severity = Severity::NotGraded;
    let chosen = chosen(&typed.urgent);
    IncidentContent {
        severity,
        class: typed.class.clone(),
        place: typed.place.clone(),
        what: typed.what.clone(),
        measures: typed.measures.clone(),
        urgent: app.classes().is_urgent(chosen, None, &typed.class, severity),
        ..IncidentContent::default()
    }
}

/// Reads the form as a submission; all that cannot be read at once.
fn read(
    app: &App,
    typed: &Typed,
    owed: &StoredObligation,
    uuid: Uuid,
    received: Timestamp,
) -> Result<Submission, Vec<Fault>> {
    let zone = app.settings.service.zone;
    let mut faults = Vec::new();
    let mut fault = |field, flaw| faults.push(Fault { field, flaw });
    let provenance = match typed.how.as_str() {
        "proxy" => Provenance::Proxy,
        _ => Provenance::Phone,
    };
    let caller = (provenance == Provenance::Phone).then(|| {
        let called_at = moment(&typed.called_at, zone).unwrap_or_else(|_| {
            fault(Field::CalledAt, Flaw::Unknown);
            received
        });
        let post = typed.caller_post.clone();
        Caller { post, called_at }
    });
    if provenance == Provenance::Proxy && typed.reason.trim().is_empty() {
        fault(Field::Reason, Flaw::Empty);
    }
    let mut number = |field, text: &str| {
        count(text).unwrap_or_else(|flaw| {
            fault(field, flaw);
            None
        })
    };
    let content = match typed.said.as_str() {
        "all_clear" => Content::AllClear,
        "incident" => Content::Incident(IncidentContent {
            dead: number(Field::Dead, &typed.dead),
            injured: number(Field::Injured, &typed.injured),
            missing: number(Field::Missing, &typed.missing),
            ..texts(app, typed)
        }),
        _ => {
            fault(Field::Claimed, Flaw::Empty);
            Content::AllClear
        }
    };
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Submission {
        uuid,
        unit: owed.obligation.unit,
        obligation: Some(owed.obligation.id),
        follows: None,
        content,
        provenance,
        // The deed puts the actor in its place.
        author: Author::Account(AccountId(0)),
        received,
        claimed: None,
        reason: Some(typed.reason.clone()).filter(|reason| !reason.trim().is_empty()),
        caller,
        via: Door::Page,
    })
}

async fn show(
    app: &App,
    visit: Visit,
    owed: &StoredObligation,
    uuid: Uuid,
    back: String,
    mut typed: Typed,
    problems: Vec<(&'static str, String)>,
) -> Result<Response, Failure> {
    let (l, zone, now) = (visit.l, app.settings.service.zone, app.now());
    let actor = visit.actor()?;
    let may = |deed| permit(actor, deed).is_ok_and(|scope| scope.covers(&owed.path));
    let (may_phone, may_proxy) = (may(Deed::RecordPhone), may(Deed::Proxy));
    if typed.how.is_empty() {
        typed.how = if may_phone { "phone" } else { "proxy" }.to_owned();
    }
    let tree = app.tree().await?;
    let groups = [
        ClassGroup::NaturalDisaster,
        ClassGroup::Accident,
        ClassGroup::PublicHealth,
        ClassGroup::PublicOrder,
    ];
    let classes = app.classes();
    let group = |group: ClassGroup| {
        let named = classes
            .of_group(group)
            .map(|c| (c.code.clone(), class_name(&classes, &c.code, l)))
            .collect();
        (l.class_group(group), named)
    };
    let status = match problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let lines = app
        .store
        .read()
        .await?
        .open_incidents_of(owed.obligation.unit, now)
        .await?;
    let urgent = lines
        .iter()
        .filter(|line| line.alerted && line.incident.drill == owed.drill);
    let urgent = urgent.map(|line| {
        let class = class_name(&classes, &line.incident.class, l);
        l.enter_still_urgent(when(l, line.incident.opened, now, zone), class)
    });
    let due = when(l, owed.obligation.window.due(), now, zone);
    let template = EnterPage {
        l,
        unit: label(&tree, owed),
        round: format!("{} · {}", l.date(owed.obligation.day), l.board_due(due)),
        obligation: owed.obligation.id.0,
        uuid: uuid.to_string(),
        back,
        may_phone,
        may_proxy,
        urgent: urgent.collect(),
        groups: groups.into_iter().map(group).collect(),
        problems,
        typed,
        story: form::STORY,
        page: visit.page.of_drill(owed.drill),
    };
    html_with(status, &template)
}
