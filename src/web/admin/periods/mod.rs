//! Periods: the list, declaring one with a preview, one period and what is done to it.
//!
//! * here — the list, and how a period is said in a few lines
//! * `declare.rs` — the form, the preview, the declaration
//! * `one.rs` — one period: what it will do; extending and stopping it
//! * `rule.rs` — a new version of a round, one more round, the end of one
//! * `typed.rs`, `round.rs`, `ladder.rs` — what was typed, and how it is read
//! * `outlook.rs` — what a period will do, in words

pub(in crate::web) mod declare;
mod ladder;
pub(in crate::web) mod one;
mod outlook;
mod round;
pub(in crate::web) mod rule;
mod typed;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono::TimeDelta;
use chrono_tz::Tz;

use super::{Frame, Told};
use crate::domain::ids::{PeriodId, RuleId};
use crate::domain::period::{Period, RoundRule, Scope};
use crate::domain::time::{Timestamp, local_day};
use crate::domain::unit::UnitTree;
use crate::i18n::Lang;
use crate::web::board::Asked;
use crate::web::page::{Page, html};
use crate::web::visit::Visit;
use crate::web::{App, Failure};

/// How long a period that is over is listed.
const LISTED: TimeDelta = TimeDelta::days(400);

#[derive(Template)]
#[template(path = "admin/periods.html")]
struct PeriodsPage {
    l: Lang,
    page: Page,
    frame: Frame,
    now: Vec<PeriodView>,
    over: Vec<PeriodView>,
}

/// A period as pages say it.
struct PeriodView {
    id: PeriodId,
    name: String,
    basis: String,
    level: &'static str,
    drill: bool,
    /// The class of the colour, the shape, and the word.
    state: (&'static str, &'static str, &'static str),
    span: String,
    scope: String,
    rules: Vec<RuleView>,
}

/// A round of a period as pages say it.
struct RuleView {
    id: RuleId,
    label: String,
    hours: String,
    notes: String,
    /// Whether a new version may begin: it has not been ended.
    is_in_force: bool,
}

/// Shows the list.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let (l, now) = (visit.l, app.now());
    let tree = app.tree().await?;
    let mut periods = app.store.read().await?.periods_ending_after(now - LISTED).await?;
    // One without a span only holds the follow-ups of incidents.
    periods.retain(|period| period.starts < period.ends);
    periods.sort_by_key(|period| std::cmp::Reverse((period.starts, period.id)));
    let teller = Teller::new(&app, l, &tree);
    let (over, running): (Vec<_>, Vec<_>) = periods.iter().partition(|period| period.end() <= now);
    let said = |list: Vec<&Period>| list.into_iter().map(|period| teller.period(period)).collect();
    html(&PeriodsPage {
        l,
        frame: Frame::of(&visit, Told::asked(l, &asked))?,
        now: said(running),
        over: said(over),
        page: visit.page,
    })
}

/// Says periods.
struct Teller<'a> {
    l: Lang,
    zone: Tz,
    now: Timestamp,
    tree: &'a UnitTree,
}

impl<'a> Teller<'a> {
    fn new(app: &App, l: Lang, tree: &'a UnitTree) -> Self {
        Self {
            l,
            zone: app.settings.service.zone,
            now: app.now(),
            tree,
        }
    }

    fn period(&self, period: &Period) -> PeriodView {
        let l = self.l;
        let today = local_day(self.now, self.zone);
        let current = |rule: &&RoundRule| rule.until.is_none_or(|until| until > today);
        PeriodView {
            id: period.id,
            name: period.name.clone(),
            basis: period.basis.clone(),
            level: l.level(period.level),
            drill: period.drill,
            state: self.state(period),
            span: l.period_span(
                l.moment_year(period.starts, self.zone),
                l.moment_year(period.end(), self.zone),
            ),
            scope: self.scope(&period.scope),
            rules: period
                .rules
                .iter()
                .filter(current)
                .map(|rule| self.rule(rule, period))
                .collect(),
        }
    }

    fn state(&self, period: &Period) -> (&'static str, &'static str, &'static str) {
        let (l, now) = (self.l, self.now);
        match () {
            () if period.is_running(now) => ("on_time", "✔", l.period_runs()),
            () if now < period.starts && now < period.end() => ("upcoming", "○", l.period_comes()),
            () if period.stopped.is_some_and(|at| at < period.ends) => {
                ("excused", "◇", l.period_was_stopped())
            }
            () => ("excused", "◇", l.period_ended()),
        }
    }

    fn scope(&self, scope: &Scope) -> String {
        let l = self.l;
        let name = |id: &crate::domain::ids::UnitId| {
            let label = self.tree.label(*id);
            label.map_or_else(|| format!("#{id}"), |label| label.to_string())
        };
        let names = |ids: &[_]| ids.iter().map(name).collect::<Vec<_>>().join(l.list_joint());
        let kinds = match scope.kinds.as_slice() {
            [] => l.period_all_kinds().to_owned(),
            kinds => kinds
                .iter()
                .map(|kind| l.unit_kind(*kind))
                .collect::<Vec<_>>()
                .join(l.list_joint()),
        };
        let mut parts = vec![names(&scope.subtrees), kinds];
        if !scope.except.is_empty() {
            parts.push(l.period_except(names(&scope.except)));
        }
        parts.join(" · ")
    }

    fn rule(&self, rule: &RoundRule, period: &Period) -> RuleView {
        let (l, hours) = (self.l, &rule.hours);
        let mut notes = vec![l.day_kind(rule.days).to_owned()];
        if hours.grace() > TimeDelta::zero() {
            notes.push(l.period_grace(l.span(hours.grace())));
        }
        if rule.roll_up {
            notes.push(l.period_rolls_up().to_owned());
        }
        if rule.from > local_day(self.now.max(period.starts), self.zone) {
            notes.push(l.period_rule_from(l.short_date(rule.from)));
        }
        if let Some(until) = rule.until {
            notes.push(l.period_rule_until(l.short_date(until)));
        }
        RuleView {
            id: rule.id,
            label: rule.label.clone(),
            hours: l.period_hours(
                l.local_time(hours.opens()),
                l.local_time(hours.due()),
                l.local_time(hours.closes()),
            ),
            notes: notes.join(" · "),
            is_in_force: rule.until.is_none(),
        }
    }
}
