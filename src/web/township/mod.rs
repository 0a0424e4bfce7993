//! A parent's own page: its units in the last round, and the report that it owes after them.

mod list;
mod say;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::TimeDelta;
use uuid::Uuid;

use self::list::List;
pub(super) use self::say::names;
use self::say::{RollView, Teller};
use super::board::{Asked, UndoView, notice, undo};
use super::form::Fields;
use super::page::{Page, html_with, see};
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::access::{Actor, Deed, Scope, permit};
use crate::domain::checkin::Door;
use crate::domain::ids::{ObligationId, UnitId};
use crate::domain::obligation::Kind;
use crate::domain::unit::{UnitPath, UnitTree};
use crate::i18n::Lang;
use crate::service::Error;
use crate::store::{Beneath, BeneathRow, Conn, StoredCheckIn, StoredObligation};

/// For how long after its closing a roll-up is shown.
const RECENT: TimeDelta = TimeDelta::hours(24);

#[derive(Template)]
#[template(path = "township.html")]
struct TownshipPage {
    l: Lang,
    page: Page,
    notice: Option<String>,
    undo: Option<UndoView>,
    /// The address of this page, which its form goes to.
    here: String,
    unit: i64,
    /// Whether the board is open to the reader.
    sees_board: bool,
    may: May,
    name: String,
    as_of: String,
    roll: Option<RollView>,
    list: List,
    /// Field and sentence.
    problem: Option<String>,
    note: String,
}

#[derive(Debug, Clone, Copy, Default)]
struct May {
    contact: bool,
    enter: bool,
}

/// Everything that the page reads.
struct Ground {
    unit: UnitId,
    path: UnitPath,
    roll: Option<Roll>,
    rows: Vec<BeneathRow>,
}

/// A roll-up with its latest report.
struct Roll {
    owed: StoredObligation,
    label: String,
    kept: Option<StoredCheckIn>,
}

/// Shows the page.
pub(super) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    show(&app, visit, &asked, String::new(), None).await
}

/// Sends the roll-up as its units stand now.
pub(super) async fn send(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let id = fields.read::<i64>("o").map(ObligationId);
    let id = id.ok_or(Failure::NOT_FOUND)?;
    let uuid = fields.read::<Uuid>("uuid").unwrap_or_else(Uuid::new_v4);
    let note = fields.get("note").chars().take(2000).collect::<String>();
    let asked = format!("unit={}&o={id}", fields.get("unit"));
    let sent = app
        .send_roll_up(visit.actor()?, id, (uuid, fields.received), &note, Door::Page)
        .await;
    let problem = match sent {
        Ok(_) => return Ok(see(&format!("{}?{asked}", base(&visit)))),
        Err(Error::Form(faults)) => faults
            .iter()
            .map(|fault| visit.l.fault(*fault))
            .collect::<Vec<_>>()
            .join(" "),
        Err(Error::Refused(refusal)) => visit.l.refusal(refusal, app.settings.service.zone),
        Err(error) => return Err(error.into()),
    };
    show(&app, visit, &Asked::read(&asked), note, Some(problem)).await
}

/// Gives the address of the page: a workstation has its own.
fn base(visit: &Visit) -> &'static str {
    match visit.page.here.starts_with("/desk") {
        true => "/desk/township",
        false => "/township",
    }
}

async fn show(
    app: &App,
    visit: Visit,
    asked: &Asked,
    typed: String,
    problem: Option<String>,
) -> Result<Response, Failure> {
    let (l, zone, now) = (visit.l, app.settings.service.zone, app.now());
    let actor = visit.actor()?;
    let tree = app.tree().await?;
    let ground = read(app, actor, &tree, asked).await?;
    let may = |deed| permit(actor, deed).is_ok_and(|scope| scope.covers(&ground.path));
    let teller = Teller {
        l,
        app,
        tree: &tree,
        now,
        owns: may(Deed::Report),
        sends: may(Deed::Report) || may(Deed::Proxy),
    };
    let list = List::of(&teller, &ground, asked, (base(&visit), scope(actor)?));
    let template = TownshipPage {
        l,
        notice: notice(l, asked),
        undo: undo(asked, now),
        here: list.here(),
        unit: ground.unit.0,
        sees_board: permit(actor, Deed::SeeBoard).is_ok(),
        may: May {
            contact: may(Deed::Proxy),
            enter: may(Deed::Proxy) || may(Deed::RecordPhone),
        },
        name: tree
            .get(ground.unit)
            .map(|unit| unit.name.to_string())
            .unwrap_or_default(),
        as_of: l.time_exact(now, zone),
        roll: ground.roll.as_ref().map(|roll| teller.roll(roll, &ground.rows)),
        list,
        note: typed,
        page: visit.page,
        problem,
    };
    let status = match template.problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    html_with(status, &template)
}

/// Gives the units for which a reader may look at this page: a person's whole scope, a workstation's own unit.
fn scope(actor: &Actor) -> Result<Scope, Failure> {
    let scope = permit(actor, Deed::SeeBoard).or_else(|_| permit(actor, Deed::Report));
    scope.map_err(|_| Failure::status(StatusCode::FORBIDDEN))
}

async fn read(app: &App, actor: &Actor, tree: &UnitTree, asked: &Asked) -> Result<Ground, Failure> {
    let scope = scope(actor)?;
    let first = match &scope {
        Scope::Whole => tree.roots().map(|unit| unit.id).next(),
        // A workstation of several units is asked for none of them before it says which.
        Scope::Units { subtrees, single } if subtrees.is_empty() && single.len() > 1 => None,
        Scope::Units { subtrees, single } => subtrees.iter().chain(single).find_map(UnitPath::id),
    };
    let unit = asked.number("unit").map(UnitId).or(first);
    let unit = unit
        .and_then(|id| tree.get(id))
        .filter(|unit| scope.covers(&unit.path))
        .ok_or(Failure::NOT_FOUND)?;
    let mut conn = app.store.read().await?;
    let roll = roll(app, &mut conn, unit.id, asked.number("o").map(ObligationId)).await?;
    let rows = match &roll {
        Some(roll) => app.beneath(&mut conn, &roll.owed).await?,
        None => present(app, &mut conn, &unit.path).await?,
    };
    Ok(Ground {
        unit: unit.id,
        path: unit.path.clone(),
        roll,
        rows,
    })
}

/// Finds the roll-up that is asked for, or the last that opened.
async fn roll(
    app: &App,
    conn: &mut Conn,
    unit: UnitId,
    asked: Option<ObligationId>,
) -> Result<Option<Roll>, Failure> {
    let now = app.now();
    let owed = conn.obligations_of_unit(unit, now, now - RECENT).await?;
    let mut rolls = owed
        .into_iter()
        .filter(|owed| owed.obligation.kind == Kind::RollUp);
    let found = match asked {
        Some(id) => rolls.find(|owed| owed.obligation.id == id),
        None => rolls.max_by_key(|owed| (owed.obligation.window.opens(), owed.obligation.id)),
    };
    let Some(owed) = found else { return Ok(None) };
    let round: Vec<_> = owed.obligation.round.into_iter().collect();
    let label = conn.round_names(&round).await?.into_iter().next();
    let kept = match owed.latest {
        Some(latest) => conn.check_in(latest).await?,
        None => None,
    };
    Ok(Some(Roll {
        owed,
        label: label.map(|name| name.label).unwrap_or_default(),
        kept,
    }))
}

/// Gives what the units owe in the round that opened last.
async fn present(app: &App, conn: &mut Conn, path: &UnitPath) -> Result<Vec<BeneathRow>, Failure> {
    let now = app.now();
    let rounds = conn.board_rounds(now - RECENT, None, None).await?;
    let scheduled = rounds.iter().filter(|round| round.is_scheduled);
    let rounds = scheduled.map(|round| &round.stored.round);
    let last = rounds
        .filter(|round| !round.drill && !round.roll_up && round.window.opens() <= now)
        .max_by_key(|round| (round.window.due(), round.id));
    let Some(round) = last else {
        return Ok(Vec::new());
    };
    let asked = Beneath {
        path,
        day: round.day,
        until: round.window.due(),
        drill: false,
    };
    Ok(conn.beneath(&asked, now).await?)
}
