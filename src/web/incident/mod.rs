//! The pages of incidents: the open ones on a list, and the story of each.
//!
//! * here — the list
//! * `story.rs`, `items.rs` — one incident from its first report on, and the acts on it
//! * `open.rs` — the form of a new incident outside every round, for the office
//! * `judge.rs` — the form of a finding about a report that was owed
//! * `follow.rs` — the form of a later report, for the unit and for the office

pub(super) mod follow;
mod items;
pub(super) mod judge;
pub(super) mod open;
pub(super) mod story;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono_tz::Tz;

use super::board::{Asked, class_name, colour, when};
use super::leaf::{LINES, Leaf};
use super::page::{Page, html};
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::access::{Deed, permit};
use crate::domain::incident::{Clock, Severity};
use crate::domain::time::Timestamp;
use crate::domain::unit::{UnitPath, UnitTree};
use crate::i18n::Lang;
use crate::store::IncidentLine;

/// How many incidents a list shows.
const LISTED: i64 = 5_000;
/// How many that are closed.
const CLOSED: i64 = 30;

#[derive(Template)]
#[template(path = "incidents.html")]
struct ListPage {
    l: Lang,
    page: Page,
    /// How many are open.
    count: usize,
    open: Vec<LineView>,
    leaf: Leaf,
    closed: Vec<LineView>,
    late: usize,
    may_enter: bool,
    cut_off: String,
}

/// An incident on a list.
#[derive(Debug, Clone)]
pub(super) struct LineView {
    pub(super) id: i64,
    pub(super) class: String,
    pub(super) severity: &'static str,
    pub(super) colour: &'static str,
    pub(super) unit: String,
    pub(super) drill: bool,
    pub(super) joined: Option<String>,
    pub(super) age: String,
    pub(super) reports: String,
    /// When it has to be told of next, and whether that is over.
    pub(super) next: String,
    pub(super) is_overdue: bool,
    pub(super) clocks: Vec<ClockView>,
    pub(super) closed: Option<String>,
    /// When it was opened again, while it is open.
    pub(super) reopened: Option<String>,
}

/// One of the two clocks.
#[derive(Debug, Clone)]
pub(super) struct ClockView {
    pub(super) words: String,
    /// What stands beside it when it is late.
    pub(super) late: Option<String>,
}

/// Lists the open incidents, the gravest first, and those that were closed last.
pub(super) async fn list(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let scope = permit(visit.actor()?, Deed::SeeBoard)?;
    let tree = app.tree().await?;
    let now = app.now();
    let mut conn = app.store.read().await?;
    let open = conn.open_incidents(&scope.ranges(), now, LISTED).await?;
    let closed = conn.closed_incidents(&scope.ranges(), now, CLOSED).await?;
    drop(conn);
    let lister = Lister::of(&app, visit.l, &tree);
    let open: Vec<LineView> = open.iter().map(|line| lister.line(line)).collect();
    let leaf = Leaf::of(&asked, (open.len(), LINES), "/incidents", visit.l);
    html(&ListPage {
        l: visit.l,
        count: open.len(),
        may_enter: permit(visit.actor()?, Deed::Proxy).is_ok(),
        late: open.iter().filter(|line| line.is_late()).count(),
        closed: closed.iter().map(|line| lister.line(line)).collect(),
        cut_off: visit.l.story_cut_off(visit.l.moment_exact(now, lister.zone)),
        open: leaf.cut(&open).to_vec(),
        leaf,
        page: visit.page,
    })
}

impl LineView {
    /// Tells whether a clock of it ran over, or a follow-up is overdue.
    pub(super) fn is_late(&self) -> bool {
        self.is_overdue || self.clocks.iter().any(|clock| clock.late.is_some())
    }
}

/// Says incidents on a list.
pub(super) struct Lister<'a> {
    app: &'a App,
    l: Lang,
    zone: Tz,
    now: Timestamp,
    tree: &'a UnitTree,
}

impl<'a> Lister<'a> {
    pub(super) fn of(app: &'a App, l: Lang, tree: &'a UnitTree) -> Self {
        Self {
            app,
            l,
            zone: app.settings.service.zone,
            now: app.now(),
            tree,
        }
    }

    fn when(&self, at: Timestamp) -> String {
        when(self.l, at, self.now, self.zone)
    }

    fn unit(&self, path: &UnitPath, name: &str) -> String {
        let above = path.ancestors().next().and_then(|id| self.tree.get(id));
        above.map_or_else(|| name.to_owned(), |above| format!("{} · {name}", above.name))
    }

    /// Says one incident.
    pub(super) fn line(&self, line: &IncidentLine) -> LineView {
        let (l, one) = (self.l, &line.incident);
        let table = &self.app.settings.incident.follow_up;
        let due = line
            .owes
            .or_else(|| table.next_due(one.severity, self.now, self.zone));
        let is_overdue = line.owes.is_some_and(|at| at <= self.now);
        let next = match due.filter(|_| one.joined.is_none() && one.closed.is_none()) {
            Some(at) if is_overdue => l.incident_overdue(self.when(at)),
            Some(at) => self.when(at),
            None => l.incident_not_asked().to_owned(),
        };
        LineView {
            id: one.id.0,
            class: class_name(&self.app.classes(), &one.class, l),
            severity: l.severity(one.severity),
            colour: colour(one.severity),
            unit: self.unit(&one.path, &line.name),
            drill: one.drill,
            joined: one.joined.map(|head| l.incident_is_joined(head)),
            age: l.span(one.closed.unwrap_or(self.now) - one.opened),
            reports: l.incident_reports_n(line.reports, self.when(line.told)),
            next,
            is_overdue: is_overdue && one.closed.is_none(),
            clocks: self.clocks(line),
            reopened: one
                .reopened
                .filter(|_| one.closed.is_none())
                .map(|at| l.story_reopened(self.when(at))),
            closed: one.closed.map(|at| l.story_closed(self.when(at))),
        }
    }

    /// Says the two clocks: learned → first report, first report → first acknowledgement.
    pub(super) fn clocks(&self, line: &IncidentLine) -> Vec<ClockView> {
        let (l, one) = (self.l, &line.incident);
        let limits = &self.app.settings.incident;
        let severity: Severity = one.severity;
        let mut views = Vec::new();
        match one.learned {
            Some(learned) => {
                let limit = limits.report_within.of(severity);
                let clock = Clock::new(learned, Some(one.opened), limit, self.now);
                views.push(self.clock(l.clock_report(l.span(clock.taken)), &clock));
            }
            None => views.push(ClockView {
                words: l.clock_unknown().to_owned(),
                late: None,
            }),
        }
        if line.alerted {
            let limit = limits.answer_within.of(severity);
            let clock = Clock::new(one.opened, line.answered, limit, self.now);
            let span = l.span(clock.taken);
            let words = match clock.runs {
                true => l.clock_waiting(span),
                false => l.clock_answer(span),
            };
            views.push(self.clock(words, &clock));
        }
        views
    }

    fn clock(&self, words: String, clock: &Clock) -> ClockView {
        let late = clock
            .is_late()
            .then(|| self.l.clock_late(self.l.span(clock.limit)));
        ClockView { words, late }
    }
}
