//! The form in which the office enters an incident outside every round: phoned in, or come to light otherwise.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use uuid::Uuid;

use super::follow::{Office, provenance, severities};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::calendar::moment;
use crate::domain::checkin::{Author, Caller, Content, Door, IncidentContent, Provenance, Submission};
use crate::domain::form;
use crate::domain::ids::{AccountId, UnitId};
use crate::domain::unit::UnitPath;
use crate::i18n::Lang;
use crate::web::board::form::input_time;
use crate::web::board::{Asked, with_notice};
use crate::web::desk::incident::{Group, faults, groups};
use crate::web::desk::typed::{Typed, Wrong};
use crate::web::form::Fields;
use crate::web::page::{Page, html, html_with, see};
use crate::web::visit::Visit;
use crate::web::{App, Failure};

/// How many units a search shows.
const FOUND: usize = 30;

#[derive(Template)]
#[template(path = "incident_open.html")]
struct OpenPage {
    l: Lang,
    page: Page,
    /// For which unit, once that is known.
    unit: Option<(i64, String)>,
    q: String,
    found: Vec<(i64, String)>,
    uuid: String,
    office: Office,
    groups: Vec<Group>,
    severities: Vec<(&'static str, &'static str, bool)>,
    typed: Typed,
    wrong: Vec<Wrong>,
    story: usize,
}

impl OpenPage {
    /// Gives the sentence about a field, if it is wrong.
    fn fault(&self, field: &str) -> Option<&str> {
        let found = self.wrong.iter().find(|wrong| wrong.field == field);
        found.map(|wrong| wrong.words.as_str())
    }
}

/// Shows the form for a unit, or a search for one.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let actor = visit.actor()?;
    let unit = match asked.number("unit") {
        Some(id) => Some(place(&app, actor, UnitId(id)).await?),
        None => None,
    };
    let (now, zone) = (app.now(), app.settings.service.zone);
    let office = Office {
        may_phone: unit.as_ref().is_some_and(|(_, path)| may_phone(actor, path)),
        how: "phone".to_owned(),
        caller_post: String::new(),
        called_at: input_time(now, zone),
    };
    let page = OpenPage {
        q: asked.get("q").chars().take(60).collect(),
        found: search(&app, actor, asked.get("q").trim()).await?,
        ..build(&app, &visit, unit, office, Typed::empty(now, zone)).await?
    };
    html(&page)
}

/// Takes the report.
pub(in crate::web) async fn submit(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let (actor, l) = (visit.actor()?, visit.l);
    let id = fields.read("unit").map(UnitId).ok_or(Failure::NOT_FOUND)?;
    let unit = place(&app, actor, id).await?;
    let typed = Typed::of(&fields);
    let text = |name: &str| fields.get(name).chars().take(400).collect::<String>();
    let office = Office {
        may_phone: may_phone(actor, &unit.1),
        how: text("how"),
        caller_post: text("caller_post"),
        called_at: text("called_at"),
    };
    let uuid = fields.read("uuid").unwrap_or_else(Uuid::new_v4);
    let wrong = match typed.read(None, &app.classes(), app.settings.service.zone, l) {
        Err(wrong) => wrong,
        Ok(content) => {
            let submission = submission(&app, id, &office, &fields, (uuid, content));
            match app.submit(actor, submission).await {
                Ok(outcome) => {
                    let number = outcome.receipt.number.to_string();
                    let place = outcome
                        .incident
                        .map_or_else(|| "/incidents".to_owned(), |id| format!("/incident/{id}"));
                    return Ok(see(&with_notice(&place, "entered", &number)));
                }
                Err(error) => faults(error, l)?,
            }
        }
    };
    let page = OpenPage {
        uuid: uuid.to_string(),
        wrong,
        ..build(&app, &visit, Some(unit), office, typed).await?
    };
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn submission(
    app: &App,
    unit: UnitId,
    office: &Office,
    fields: &Fields,
    (uuid, content): (Uuid, IncidentContent),
) -> Submission {
    let provenance = provenance(office);
    let called_at = moment(&office.called_at, app.settings.service.zone).unwrap_or(fields.received);
    let reason = fields.get("reason").trim();
    Submission {
        uuid,
        unit,
        obligation: None,
        follows: None,
        content: Content::Incident(content),
        provenance,
        // The service itself names the author.
        author: Author::Account(AccountId(0)),
        received: fields.received,
        claimed: None,
        reason: (!reason.is_empty()).then(|| reason.to_owned()),
        caller: (provenance == Provenance::Phone).then(|| Caller {
            post: office.caller_post.clone(),
            called_at,
        }),
        via: Door::Page,
    }
}

/// Finds a unit for which the reader may report.
async fn place(app: &App, actor: &Actor, id: UnitId) -> Result<(UnitId, UnitPath), Failure> {
    let scope = permit(actor, Deed::Proxy)?;
    let tree = app.tree().await?;
    let unit = tree.get(id).filter(|unit| scope.covers(&unit.path));
    unit.map(|unit| (unit.id, unit.path.clone()))
        .ok_or(Failure::NOT_FOUND)
}

fn may_phone(actor: &Actor, path: &UnitPath) -> bool {
    permit(actor, Deed::RecordPhone).is_ok_and(|scope| scope.covers(path))
}

async fn search(app: &App, actor: &Actor, text: &str) -> Result<Vec<(i64, String)>, Failure> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let scope = permit(actor, Deed::Proxy)?;
    let tree = app.tree().await?;
    let found = tree
        .iter()
        .filter(|unit| unit.name.as_str().contains(text) && scope.covers(&unit.path));
    let named = found.map(|unit| {
        let label = tree.label(unit.id).map(|label| label.to_string());
        (unit.id.0, label.unwrap_or_default())
    });
    Ok(named.take(FOUND).collect())
}

async fn build(
    app: &App,
    visit: &Visit,
    unit: Option<(UnitId, UnitPath)>,
    mut office: Office,
    typed: Typed,
) -> Result<OpenPage, Failure> {
    let l = visit.l;
    let tree = app.tree().await?;
    if !office.may_phone {
        "proxy".clone_into(&mut office.how);
    }
    Ok(OpenPage {
        l,
        page: visit.page.clone(),
        unit: unit.map(|(id, _)| {
            let label = tree.label(id).map(|label| label.to_string());
            (id.0, label.unwrap_or_default())
        }),
        q: String::new(),
        found: Vec::new(),
        uuid: Uuid::new_v4().to_string(),
        office,
        groups: groups(app, l, &typed.class),
        severities: severities(app, l),
        typed,
        wrong: Vec::new(),
        story: form::STORY,
    })
}
