//! A leader's pages: the open incidents, and an urgent report with who was told and who has it.

mod list;
mod teller;

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

pub(super) use list::list;
pub(super) use teller::{Teller, Urgent, stands};

use super::board::Asked;
use super::board::acts::said;
use super::board::form::input_time;
use super::board::notice::{notice, with_notice};
use super::form::Fields;
use super::page::{Page, html_with, see};
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::access::{Deed, Identity, Role, permit};
use crate::domain::alert::Ask;
use crate::domain::calendar::moment;
use crate::domain::ids::AlertId;
use crate::i18n::Lang;
use crate::service::{Answer, Error, Escalated, Fault, REMARK, Word};
use crate::store::{Acknowledgement, Conn, StoredAlert};
use teller::CallView;

#[derive(Template)]
#[template(path = "alert.html")]
struct AlertPage {
    l: Lang,
    page: Page,
    notice: Option<String>,
    id: i64,
    urgent: Urgent,
    calls: Vec<CallView>,
    may_acknowledge: bool,
    has_mine: bool,
    may_enter: bool,
    /// Who may be the one that phones: address and name, where all are asked.
    callers: Vec<(String, String)>,
    typed: Typed,
    remark_most: usize,
    unit_href: String,
}

/// What was typed, and what is wrong with it.
#[derive(Debug, Default)]
struct Typed {
    caller_post: String,
    called_at: String,
    from: String,
    remark: String,
    problems: Vec<(&'static str, String)>,
}

impl Typed {
    fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).chars().take(4 * REMARK).collect::<String>();
        Self {
            caller_post: text("caller_post"),
            called_at: text("called_at"),
            from: text("from"),
            remark: text("remark"),
            problems: Vec::new(),
        }
    }

    /// Gives the sentence about a field of the call, or of the remark.
    fn fault(&self, field: &str) -> Option<&str> {
        let found = self.problems.iter().find(|(name, _)| *name == field);
        found.map(|(_, words)| words.as_str())
    }

    fn is_call(&self) -> bool {
        self.problems.iter().any(|(field, _)| *field != "remark")
    }
}

/// Shows one.
pub(super) async fn page(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let notice = notice(visit.l, &asked);
    let typed = Typed {
        called_at: input_time(app.now(), app.settings.service.zone),
        ..Typed::default()
    };
    show(&app, visit, AlertId(id), notice, typed).await
}

/// Says "I have it", and adds a word.
pub(super) async fn acknowledge(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Failure> {
    let mut typed = Typed::of(&fields);
    let word = Word {
        remark: &typed.remark,
        ..Word::default()
    };
    let done = app
        .acknowledge_alert(visit.actor()?, AlertId(id), &Answer::Page, &word)
        .await;
    match done {
        Ok(_) => Ok(see(&with_notice(&back(&fields, id), "acknowledged", ""))),
        Err(Error::Invalid { field, fault }) => {
            typed.problems.push((field, said(visit.l, field, fault)));
            typed.called_at = input_time(app.now(), app.settings.service.zone);
            show(&app, visit, AlertId(id), None, typed).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Gives where to go after an act: back to the list, if it was pressed there.
fn back(fields: &Fields, id: i64) -> String {
    match fields.get("back") {
        "list" => "/alerts".to_owned(),
        _ => format!("/alert/{id}"),
    }
}

/// Makes the next round of calls at once.
pub(super) async fn escalate(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Failure> {
    let read = fields.read("pass").zip(fields.read("step"));
    let read = read.ok_or(Failure::status(StatusCode::BAD_REQUEST))?;
    let done = app.escalate_alert(visit.actor()?, AlertId(id), read).await?;
    let notice = match done {
        Escalated::Now => "escalated",
        Escalated::Already => "escalated_already",
    };
    Ok(see(&with_notice(&format!("/alert/{id}"), notice, "")))
}

/// Records that a leader said so on the phone.
pub(super) async fn phoned(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (l, zone) = (visit.l, app.settings.service.zone);
    let mut typed = Typed::of(&fields);
    let problem = match moment(&typed.called_at, zone) {
        Err(_) => ("called_at", said(l, "called_at", Fault::Unreadable)),
        Ok(called_at) => {
            let answer = Answer::Phone {
                post: typed.caller_post.clone(),
                called_at,
            };
            let word = Word {
                from: &typed.from,
                remark: &typed.remark,
                post: "",
            };
            let done = app
                .acknowledge_alert(visit.actor()?, AlertId(id), &answer, &word)
                .await;
            match done {
                Ok(_) => return Ok(see(&with_notice(&format!("/alert/{id}"), "phoned", ""))),
                Err(Error::Invalid { field, fault }) => (field, said(l, field, fault)),
                Err(error) => return Err(error.into()),
            }
        }
    };
    typed.problems.push(problem);
    show(&app, visit, AlertId(id), None, typed).await
}

async fn show(
    app: &App,
    visit: Visit,
    id: AlertId,
    notice: Option<String>,
    typed: Typed,
) -> Result<Response, Failure> {
    let l = visit.l;
    let actor = visit.actor()?;
    let scope = permit(actor, Deed::SeeUrgent)?;
    let tree = app.tree().await?;
    let mut conn = app.store.read().await?;
    let known = conn.alert(id).await?.ok_or(Failure::NOT_FOUND)?;
    let incident = conn.incident(known.incident).await?;
    let incident = incident
        .filter(|i| scope.covers(&i.path))
        .ok_or(Failure::NOT_FOUND)?;
    let teller = Teller::of(app, l, &tree);
    let urgent = teller.urgent(&mut conn, &known, &incident).await?;
    let letters = conn.posted_for(id).await?;
    let answers = conn.acknowledgements_of_alert(id).await?;
    let me = match actor.identity {
        Identity::Account(id) => Some(id.0),
        _ => None,
    };
    let is_mine = |a: &Acknowledgement| a.by_account.is_some() && a.by_account == me;
    let may = permit(actor, Deed::AcknowledgeAlert).is_ok_and(|scope| scope.covers(&incident.path));
    let status = match typed.problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let template = AlertPage {
        l,
        notice,
        id: id.0,
        calls: teller.calls(&mut conn, &known, &letters).await?,
        callers: callers(&mut conn, &teller, &known).await?,
        urgent,
        has_mine: lasting(&known, &answers).any(is_mine),
        may_acknowledge: may,
        may_enter: may && actor.is_any(&[Role::DutyOfficer]),
        typed,
        remark_most: REMARK,
        unit_href: format!("/board/unit/{}", incident.unit),
        page: visit.page.clone().of_drill(incident.drill),
    };
    html_with(status, &template)
}

/// Gives the answers that still count: those since it was last opened again.
pub(super) fn lasting<'a>(
    known: &'a StoredAlert,
    answers: &'a [Acknowledgement],
) -> impl Iterator<Item = &'a Acknowledgement> {
    let since = known.alert.reopened.as_ref().map(|r| r.at.timestamp_millis());
    answers
        .iter()
        .filter(move |answer| since.is_none_or(|since| answer.at >= since))
}

/// Gives who may be the one that phones, where it matters: a step asks for all.
async fn callers(
    conn: &mut Conn,
    teller: &Teller<'_>,
    known: &StoredAlert,
) -> Result<Vec<(String, String)>, Failure> {
    let mut callers = Vec::new();
    if known.policy.steps().iter().any(|step| step.ask == Ask::All) {
        for address in known.policy.recipients(known.alert.step) {
            let post = teller.post(conn, address.as_str()).await?;
            callers.push((address.as_str().to_owned(), post));
        }
    }
    Ok(callers)
}
