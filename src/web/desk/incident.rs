//! Takes the report of an incident: six fields at most, of which two are enough.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use uuid::Uuid;

use super::place::Place;
use super::typed::{Typed, Wrong};
use super::{Head, receipt, retry, send};
use crate::domain::checkin::{Content, IncidentContent};
use crate::domain::form;
use crate::domain::ids::{ObligationId, UnitId};
use crate::domain::incident::{ClassGroup, IncidentClass, Severity};
use crate::domain::intake::{Consequence, FREELY, Refusal, consequence};
use crate::i18n::Lang;
use crate::service::Error;
use crate::store::{StoredCheckIn, StoredObligation};
use crate::web::plan::{self, PlanView};
use crate::web::{App, Failure, Fields, Page, Visit, html_with, see};

#[derive(Template)]
#[template(path = "incident.html")]
struct IncidentPage {
    l: Lang,
    page: Page,
    place: Head,
    /// What it answers; empty when it stands beside every round.
    obligation: String,
    uuid: String,
    /// When it was written without a connection, if it was.
    claimed: String,
    /// The key of the report that takes it back.
    back_uuid: String,
    purpose: String,
    drill: bool,
    amends: bool,
    /// Whether it replaces an all clear: then leaders are told whatever is chosen.
    replaces_clear: bool,
    prefilled: bool,
    asks_reason: bool,
    /// Whether an incident can be taken back here.
    takes_back: bool,
    groups: Vec<Group>,
    severities: Vec<(&'static str, &'static str, bool)>,
    typed: Typed,
    wrong: Vec<Wrong>,
    /// What is wrong with the reason for taking it back.
    take_back_problem: Option<String>,
    story: usize,
    plan: Option<PlanView>,
}

impl IncidentPage {
    /// Gives the sentence about a field, if it is wrong.
    fn fault(&self, field: &str) -> Option<&str> {
        let found = self.wrong.iter().find(|wrong| wrong.field == field);
        found.map(|wrong| wrong.words.as_str())
    }
}

/// The classes of one group, as the list shows them.
#[derive(Debug)]
pub(in crate::web) struct Group {
    pub(in crate::web) name: &'static str,
    pub(in crate::web) classes: Vec<Class>,
}

/// A class in the list.
#[derive(Debug)]
pub(in crate::web) struct Class {
    pub(in crate::web) code: String,
    pub(in crate::web) name: String,
    pub(in crate::web) urgent: bool,
}

/// Which obligation an incident answers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Which {
    unit: String,
    obligation: String,
}

/// What the form stands for, found anew for each request.
struct Case<'a> {
    place: &'a Place,
    owed: Option<&'a StoredObligation>,
    latest: Option<&'a StoredCheckIn>,
    /// An incident of late beside every round, which fills the form in.
    beside: Option<IncidentContent>,
}

/// Shows the form: empty, or with what was reported before.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    Query(which): Query<Which>,
) -> Result<Response, Failure> {
    let place = Place::find(&app, &visit, which.unit.parse().ok().map(UnitId)).await?;
    let case = case(&app, &place, which.obligation.parse().ok().map(ObligationId)).await?;
    let zone = app.settings.service.zone;
    let typed = match case.before() {
        Some(before) => Typed::from(before, zone),
        None => Typed::empty(place.now, zone),
    };
    let page = build(&app, &visit, &case, typed, Uuid::new_v4()).await?;
    html_with(StatusCode::OK, &page)
}

/// Takes the form.
pub(in crate::web) async fn submit(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    match report(&app, &visit, &fields).await {
        Err(failure) if failure.code() == StatusCode::SERVICE_UNAVAILABLE => {
            retry(visit, "/desk/incident", &fields, &failure)
        }
        answer => answer,
    }
}

async fn report(app: &App, visit: &Visit, fields: &Fields) -> Result<Response, Failure> {
    let mut place = Place::find(app, visit, fields.read("unit").map(UnitId)).await?;
    place.recall(app, fields.read("obligation")).await?;
    let case = case(app, &place, fields.read("obligation").map(ObligationId)).await?;
    let typed = Typed::of(fields);
    if fields.has("look") {
        let page = build(app, visit, &case, typed, send::uuid(fields)).await?;
        return html_with(StatusCode::OK, &page);
    }
    let wrong = match typed.read(case.before(), &app.classes(), app.settings.service.zone, visit.l) {
        Err(wrong) => wrong,
        Ok(content) => {
            let submission = send::submission(&place, fields, Content::Incident(content));
            match app.submit(visit.actor()?, submission).await {
                Ok(outcome) => return Ok(see(&receipt::address(&outcome))),
                Err(error) => faults(error, visit.l)?,
            }
        }
    };
    let mut page = build(app, visit, &case, typed, send::uuid(fields)).await?;
    page.claimed = send::carried(fields);
    page.asks_reason |= wrong.iter().any(|w| w.field == "reason");
    page.wrong = wrong;
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Asks again for the reason without which an incident is not taken back.
pub(super) async fn needs_reason(
    app: &App,
    visit: &Visit,
    place: &Place,
    fields: &Fields,
) -> Result<Response, Failure> {
    let case = case(app, place, fields.read("obligation").map(ObligationId)).await?;
    let zone = app.settings.service.zone;
    let typed = case
        .before()
        .map_or_else(|| Typed::empty(place.now, zone), |b| Typed::from(b, zone));
    let mut page = build(app, visit, &case, typed, Uuid::new_v4()).await?;
    page.back_uuid = send::uuid(fields).to_string();
    page.take_back_problem = Some(visit.l.problem_reason_needed().to_owned());
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Gives the fields that are wrong; anything else is no fault of the form.
pub(in crate::web) fn faults(error: Error, l: Lang) -> Result<Vec<Wrong>, Failure> {
    match error {
        Error::Form(faults) => {
            let wrong = |fault: form::Fault| Wrong {
                field: fault.field.code(),
                words: l.fault(fault),
            };
            Ok(faults.into_iter().map(wrong).collect())
        }
        Error::Refused(Refusal::ReasonNeeded) => Ok(vec![Wrong {
            field: "reason",
            words: l.problem_reason_needed().to_owned(),
        }]),
        other => Err(other.into()),
    }
}

impl Case<'_> {
    /// Gives the incident that the form begins with.
    fn before(&self) -> Option<&IncidentContent> {
        let latest = self.latest.and_then(|kept| kept.check_in.content.incident());
        latest.or(self.beside.as_ref())
    }

    /// Tells whether an incident here takes the place of an all clear that stands.
    fn replaces_clear(&self) -> bool {
        let harmless = Content::Incident(IncidentContent::default());
        let alarms =
            |kept: &StoredCheckIn| consequence(Some(&kept.check_in), &harmless) == Consequence::RaiseAlert;
        self.latest.is_some_and(alarms)
    }

    fn asks_reason(&self) -> bool {
        let free = |kept: &StoredCheckIn| self.place.now - kept.check_in.received < FREELY;
        let incident = |kept: &StoredCheckIn| kept.check_in.content.incident().is_some();
        self.latest.is_some_and(|kept| incident(kept) && !free(kept))
    }
}

async fn case<'a>(app: &App, place: &'a Place, wanted: Option<ObligationId>) -> Result<Case<'a>, Failure> {
    let owed = match wanted {
        Some(id) => Some(
            place
                .owed
                .iter()
                .find(|owed| owed.obligation.id == id)
                .ok_or(Failure::NOT_FOUND)?,
        ),
        None => None,
    };
    let latest = owed.and_then(|owed| place.report(owed));
    let beside = match (owed, latest) {
        // An incident between rounds fills the next round in.
        (Some(owed), None) => {
            let kept = app.store.read().await?.latest_unattached(&[place.unit]).await?;
            let since = owed.obligation.window.opens() - chrono::TimeDelta::hours(12);
            let kept = kept.into_iter().find(|kept| kept.check_in.received > since);
            kept.and_then(|kept| kept.check_in.content.incident().cloned())
        }
        _ => None,
    };
    Ok(Case {
        place,
        owed,
        latest,
        beside,
    })
}

async fn build(
    app: &App,
    visit: &Visit,
    case: &Case<'_>,
    typed: Typed,
    uuid: Uuid,
) -> Result<IncidentPage, Failure> {
    let l = visit.l;
    let severity = Severity::parse(&typed.severity).unwrap_or_default();
    let mut conn = app.store.read().await?;
    let plan = plan::before(app, &mut conn, l, &typed.class, severity).await?;
    drop(conn);
    let purpose = match case.owed {
        Some(_) if case.latest.is_some() => String::new(),
        Some(owed) => l.incident_for(case.place.label(owed, l), l.short_date(owed.obligation.day)),
        None => l.incident_beside().to_owned(),
    };
    Ok(IncidentPage {
        l,
        page: visit
            .page
            .clone()
            .of_drill(case.owed.is_some_and(|owed| owed.drill)),
        place: case.place.head(app, l),
        obligation: case
            .owed
            .map(|owed| owed.obligation.id.to_string())
            .unwrap_or_default(),
        uuid: uuid.to_string(),
        claimed: String::new(),
        back_uuid: Uuid::new_v4().to_string(),
        purpose,
        drill: case.owed.is_some_and(|owed| owed.drill),
        amends: case.latest.is_some(),
        replaces_clear: case.replaces_clear(),
        prefilled: case.latest.is_none() && case.beside.is_some(),
        asks_reason: case.asks_reason(),
        takes_back: case
            .latest
            .is_some_and(|kept| kept.check_in.content.incident().is_some()),
        groups: groups(app, l, &typed.class),
        severities: crate::web::incident::follow::severities(app, l),
        typed,
        wrong: Vec::new(),
        take_back_problem: None,
        story: form::STORY,
        plan,
    })
}

/// Gives the classes that can be chosen, by group; one that was `chosen` before stays although it is no longer offered.
pub(in crate::web) fn groups(app: &App, l: Lang, chosen: &str) -> Vec<Group> {
    let list = app.classes();
    let classes = |group: ClassGroup| {
        let stays = |class: &&IncidentClass| !class.retired || class.code == chosen;
        let inside = list.iter().filter(|class| class.group == group).filter(stays);
        let shown = inside.map(|class| Class {
            code: class.code.clone(),
            name: match l {
                Lang::Zh => class.zh.clone(),
                Lang::En => class.en.clone(),
            },
            urgent: class.urgent,
        });
        shown.collect::<Vec<_>>()
    };
    let groups = ClassGroup::ALL.into_iter().map(|group| Group {
        name: l.class_group(group),
        classes: classes(group),
    });
    groups.filter(|group| !group.classes.is_empty()).collect()
}
