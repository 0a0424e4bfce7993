//! The change of shift: what lies on the desk, notes for the next one, and the button of whoever takes over.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::board::{Asked, notice, when, with_notice};
use super::failure::of_fault;
use super::form::Fields;
use super::incident::{LineView, Lister};
use super::page::{Page, html, html_with, see};
use super::roster::kept;
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::ids::UnitId;
use crate::domain::unit::Unit;
use crate::i18n::Lang;
use crate::service::{Desk, Error, NOTE};
use crate::store::Handover;

/// How many open incidents are shown; as many as are kept with a change of shift.
const INCIDENTS: i64 = 200;

#[derive(Template)]
#[template(path = "handover.html")]
struct HandoverPage {
    l: Lang,
    page: Page,
    notice: Option<String>,
    problem: Option<String>,
    unit: i64,
    name: String,
    desk: Desk,
    /// The incidents that are open, as on every list of them.
    lines: Vec<LineView>,
    unmet: Vec<String>,
    past: Vec<(String, Vec<(String, String)>)>,
    typed: String,
    most: usize,
}

/// Shows the desk.
pub(super) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let unit = kept(&app, &visit, asked.number("unit")).await?;
    let page = view(&app, &visit, unit).await?;
    html(&HandoverPage {
        notice: notice(visit.l, &asked),
        ..page
    })
}

/// Leaves a note, or takes over.
pub(super) async fn act(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let unit = kept(&app, &visit, fields.read("unit")).await?;
    let actor = visit.actor()?;
    let back = format!("/handover?unit={}", unit.id);
    let (note, takes) = (fields.get("note"), fields.has("take"));
    // What was typed is not lost by the other button.
    let noted = match takes && note.trim().is_empty() {
        true => Ok(()),
        false => app.note_for_next(actor, unit.id, note).await,
    };
    match noted {
        Ok(()) if takes => {
            app.take_over(actor, unit.id).await?;
            Ok(see(&with_notice(&back, "handover_done", "")))
        }
        Ok(()) => Ok(see(&with_notice(&back, "roster_saved", ""))),
        Err(Error::Invalid { fault, .. }) => {
            let page = HandoverPage {
                problem: Some(of_fault(fault, visit.l)),
                typed: note.chars().take(4 * NOTE).collect(),
                ..view(&app, &visit, unit).await?
            };
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(error) => Err(error.into()),
    }
}

async fn view(app: &App, visit: &Visit, unit: Unit) -> Result<HandoverPage, Failure> {
    let l = visit.l;
    let mut conn = app.store.read().await?;
    let desk = app.desk_now(&mut conn, &unit).await?;
    let past = conn.handovers(unit.id).await?;
    let mut open = conn
        .open_incidents(&[unit.path.range()], app.now(), INCIDENTS)
        .await?;
    open.retain(|line| desk.incidents.contains(&line.incident.id.0));
    drop(conn);
    let tree = app.tree().await?;
    let lister = Lister::of(app, l, &tree);
    let label = |id: &i64| tree.label(UnitId(*id)).map(|label| label.to_string());
    let told = |one: &Handover| {
        let kept: Desk = serde_json::from_str(&one.desk).unwrap_or_default();
        let time = when(l, one.at, app.now(), app.settings.service.zone);
        let line = l.handover_line(&one.by, time, kept.incidents.len(), kept.unmet.len(), kept.failed);
        (line, kept.notes)
    };
    Ok(HandoverPage {
        l,
        notice: None,
        problem: None,
        unit: unit.id.0,
        name: unit.name.as_str().to_owned(),
        unmet: desk.unmet.iter().filter_map(label).collect(),
        lines: open.iter().map(|line| lister.line(line)).collect(),
        past: past.iter().map(told).collect(),
        desk,
        typed: String::new(),
        most: NOTE,
        page: visit.page.clone(),
    })
}
