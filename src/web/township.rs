//! A parent's own page: its units in the last round, and the report that it owes after them.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::TimeDelta;
use uuid::Uuid;

use super::board::{Asked, StandingView, UndoView, notice, undo, when};
use super::form::Fields;
use super::page::{Page, dial, html_with, see};
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::access::{Actor, Deed, Scope, permit};
use crate::domain::checkin::Door;
use crate::domain::ids::{ObligationId, UnitId};
use crate::domain::obligation::Kind;
use crate::domain::receipt::Number;
use crate::domain::roll_up::{Line, RollUp};
use crate::domain::standing::{Standing, standing};
use crate::domain::time::Timestamp;
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
    rows: Vec<RowView>,
    /// Field and sentence.
    problem: Option<String>,
    note: String,
}

#[derive(Debug, Clone, Copy, Default)]
struct May {
    contact: bool,
    enter: bool,
}

/// The report that is owed after the units.
struct RollView {
    obligation: i64,
    uuid: String,
    label: String,
    due: String,
    left: String,
    standing: StandingView,
    /// What it would say now.
    now: String,
    missing: usize,
    sent: Option<SentView>,
    /// Whether it can be sent.
    is_open: bool,
    is_closed: bool,
    /// Whether a note is needed.
    explains: bool,
}

/// The report that was sent.
struct SentView {
    head: String,
    said: Option<String>,
    note: Option<String>,
    later: Vec<String>,
    /// Whether what would be sent now is something else.
    is_old: bool,
}

struct RowView {
    id: i64,
    unit: i64,
    name: String,
    standing: StandingView,
    received: Option<String>,
    post: Option<String>,
    phone: Option<String>,
    dial: String,
    contact: Option<String>,
    is_unmet: bool,
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
    let template = TownshipPage {
        l,
        notice: notice(l, asked),
        undo: undo(asked, now),
        here: format!("{}?unit={}", base(&visit), ground.unit),
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
        rows: teller.rows(&ground.rows),
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
    let rounds = conn.board_rounds(now - RECENT, None).await?;
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

struct Teller<'a> {
    l: Lang,
    app: &'a App,
    tree: &'a UnitTree,
    now: Timestamp,
    /// Whether the reader reports for the parent itself.
    owns: bool,
    /// Whether the reader may send the roll-up at all.
    sends: bool,
}

/// Names units, those that have left too.
pub(super) fn names(tree: &UnitTree, units: &[UnitId]) -> Vec<String> {
    let name = |id: &UnitId| {
        tree.get(*id)
            .map_or_else(|| id.to_string(), |u| u.name.to_string())
    };
    units.iter().map(name).collect()
}

impl Teller<'_> {
    fn when(&self, at: Timestamp) -> String {
        when(self.l, at, self.now, self.app.settings.service.zone)
    }

    fn roll(&self, roll: &Roll, rows: &[BeneathRow]) -> RollView {
        let (l, o) = (self.l, &roll.owed.obligation);
        let stands = standing(o, self.now);
        let lines: Vec<Line> = rows.iter().map(|row| row.line).collect();
        let now = RollUp::of(&lines);
        let sent = roll.kept.as_ref().map(|kept| self.sent(kept, &now, rows));
        let is_running = o.window.opens() <= self.now && self.now < o.window.closes();
        let free = roll
            .kept
            .as_ref()
            .is_none_or(|kept| self.now - kept.check_in.received < crate::domain::intake::FREELY);
        RollView {
            obligation: o.id.0,
            uuid: Uuid::new_v4().to_string(),
            label: roll.label.clone(),
            due: l.board_due(self.when(o.window.due())),
            left: match stands {
                Standing::Open | Standing::Overdue => l.until(o.window.due(), self.now),
                _ => String::new(),
            },
            standing: StandingView::of(l, stands.code(), o.is_met() && roll.owed.incident),
            missing: now.missing.len(),
            now: l.roll_up(&now, &names(self.tree, &now.missing)),
            is_open: self.sends && is_running && sent.as_ref().is_none_or(|sent| sent.is_old),
            is_closed: self.now >= o.window.closes() && sent.is_none(),
            explains: !(self.owns && free),
            sent,
        }
    }

    fn sent(&self, kept: &StoredCheckIn, now: &RollUp, rows: &[BeneathRow]) -> SentView {
        let l = self.l;
        let number = kept.check_in.id;
        let at = self.when(kept.check_in.received);
        let counts = kept.check_in.content.roll_up();
        let lines: Vec<Line> = rows.iter().map(|row| row.line).collect();
        let later = counts
            .map(|counts| counts.later(number, &lines))
            .unwrap_or_default();
        let told = later.iter().map(|one| {
            let name = names(self.tree, &[one.unit]).pop().unwrap_or_default();
            match (one.was_missing, one.incident) {
                (true, false) => l.township_later_clear(self.when(one.received), name),
                (true, true) => l.township_later_incident(self.when(one.received), name),
                (false, false) => l.township_later_changed(name),
                (false, true) => l.township_later_worse(name),
            }
        });
        SentView {
            head: l.township_sent(Number(number), at),
            said: counts.map(|counts| l.roll_up(counts, &names(self.tree, &counts.missing))),
            note: kept.reason.clone(),
            later: told.collect(),
            is_old: counts.is_none_or(|counts| counts != now),
        }
    }

    /// Says the units, those that are still owed first.
    fn rows(&self, rows: &[BeneathRow]) -> Vec<RowView> {
        let l = self.l;
        let mut sorted: Vec<&BeneathRow> = rows.iter().collect();
        sorted.sort_by_key(|row| match row.line.standing {
            standing if standing.is_silent() => 0,
            Standing::Open | Standing::Upcoming => 1,
            Standing::Received(_) if row.line.incident => 2,
            _ => 3,
        });
        let row = |row: &BeneathRow| RowView {
            id: row.id.0,
            unit: row.line.unit.0,
            name: row.name.clone(),
            standing: match row.outage {
                true => StandingView::of(l, "outage", false),
                false => StandingView::of(l, row.line.standing.code(), row.line.incident),
            },
            received: row.line.received.map(|at| l.row_received(self.when(at))),
            dial: dial(row.phone.as_deref().unwrap_or_default()),
            post: row.post.clone(),
            phone: row.phone.clone(),
            contact: row.contact.as_ref().map(|(at, result)| match result.as_str() {
                "reached" => l.row_reached(self.when(*at)),
                _ => l.row_no_answer(self.when(*at)),
            }),
            is_unmet: row.line.received.is_none() && row.line.standing != Standing::Excused,
        };
        sorted.into_iter().map(row).collect()
    }
}
