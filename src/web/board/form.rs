//! Makes the page of an act's form: whom it concerns, what was typed, what is to be mended.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::TimeDelta;
use chrono_tz::Tz;

use super::acts::{Act, Subject};
use super::load::{ground, neighbours};
use super::when;
use crate::domain::access::permit;
use crate::domain::ids::{ObligationId, RoundId, UnitId};
use crate::domain::time::{Timestamp, from_millis};
use crate::domain::unit::UnitTree;
use crate::i18n::Lang;
use crate::store::StoredObligation;
use crate::web::page::{Page, html_with};
use crate::web::visit::Visit;
use crate::web::{App, Failure};

/// How many units a form names.
const NAMED: usize = 12;
/// How many obligations one decision about all units of an area takes.
const MOST: i64 = 5000;

/// The form of an act.
#[derive(Template)]
#[template(path = "board_act.html")]
struct ActPage {
    l: Lang,
    page: Page,
    act: &'static str,
    title: &'static str,
    lead: &'static str,
    units: Vec<String>,
    count: usize,
    /// The obligations, with commas; empty when an area is meant.
    chosen: String,
    /// The area: a round and a unit.
    area: Option<(i64, i64)>,
    back: String,
    /// Field and sentence.
    problems: Vec<(&'static str, String)>,
    typed: Typed,
    /// The deadline that they have in common now.
    due_now: Option<String>,
}

/// What was typed before.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pub(super) result: String,
    pub(super) note: String,
    pub(super) reason: String,
    pub(super) due: String,
}

impl ActPage {
    fn wrong(&self, field: &str) -> Option<&str> {
        let found = self.problems.iter().find(|(name, _)| *name == field);
        found.map(|(_, words)| words.as_str())
    }
}

/// Gives all unmet obligations of a round below a unit, as far as the reader may act there.
pub(super) async fn unmet_in(
    app: &App,
    visit: &Visit,
    act: Act,
    round: RoundId,
    unit: UnitId,
) -> Result<Vec<ObligationId>, Failure> {
    let ground = ground(app, visit.actor()?, act.deed(), Some(unit)).await?;
    if ground.focus.is_none() {
        return Err(Failure::NOT_FOUND);
    }
    let mut conn = app.store.read().await?;
    let rounds = conn.board_rounds(app.now(), Some(round), None).await?;
    let place = rounds.iter().position(|r| r.stored.round.id == round);
    let (round, rounds) = neighbours(&rounds, place).ok_or(Failure::NOT_FOUND)?;
    let unmet = conn
        .board_unmet(round, &rounds, &ground.spans, app.now(), MOST)
        .await;
    Ok(unmet?)
}

/// Shows the form, with what is to be mended.
pub(super) async fn show(
    app: &App,
    visit: Visit,
    act: Act,
    subject: &Subject,
    mut typed: Typed,
    mut problems: Vec<(&'static str, String)>,
) -> Result<Response, Failure> {
    let l = visit.l;
    let scope = permit(visit.actor()?, act.deed())?;
    let mut ids = subject.ids.clone();
    if let Some((round, unit)) = subject.area.filter(|_| ids.is_empty()) {
        ids = unmet_in(app, &visit, act, round, unit).await?;
    }
    let owed = app.store.read().await?.obligations(&ids).await?;
    if owed.len() != ids.len() || !owed.iter().all(|o| scope.covers(&o.path)) {
        return Err(Failure::NOT_FOUND);
    }
    if owed.is_empty() && problems.is_empty() {
        problems.push(("o", l.act_nobody().to_owned()));
    }
    let (now, zone) = (app.now(), app.settings.service.zone);
    let due = owed.iter().map(|o| o.obligation.window.due()).max();
    if typed.due.is_empty() {
        typed.due = input_time(proposal(due.unwrap_or(now), now), zone);
    }
    let tree = app.tree().await?;
    let (title, lead) = match act {
        Act::Contacted => (l.contacted_title(), l.contacted_lead()),
        Act::Remind => (l.remind_title(), l.remind_lead()),
        Act::Excuse => (l.excuse_title(), l.excuse_lead()),
        Act::Extend => (l.extend_title(), l.extend_lead()),
    };
    let status = match problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let template = ActPage {
        l,
        page: visit
            .page
            .of_drill(!owed.is_empty() && owed.iter().all(|owed| owed.drill)),
        act: act.code(),
        title,
        lead,
        units: owed.iter().take(NAMED).map(|o| label(&tree, o)).collect(),
        count: owed.len(),
        chosen: subject
            .ids
            .iter()
            .map(|id| id.0.to_string())
            .collect::<Vec<_>>()
            .join(","),
        area: subject
            .area
            .filter(|_| subject.ids.is_empty())
            .map(|(r, u)| (r.0, u.0)),
        back: subject.back.clone(),
        problems,
        typed,
        due_now: due.map(|due| l.extend_now(when(l, due, now, zone))),
    };
    html_with(status, &template)
}

/// Names the unit of an obligation with the one above it; a unit that has left keeps its place.
pub(super) fn label(tree: &UnitTree, owed: &StoredObligation) -> String {
    let known = tree.label(owed.obligation.unit).map(|label| label.to_string());
    known.unwrap_or_else(|| owed.path.as_str().to_owned())
}

/// Proposes a new deadline: half an hour from now or from the present one, at a full five minutes.
fn proposal(due: Timestamp, now: Timestamp) -> Timestamp {
    let grid = 5 * 60_000;
    let later = (due.max(now) + TimeDelta::minutes(30)).timestamp_millis();
    from_millis((later + grid - 1) / grid * grid).unwrap_or(now)
}

/// Writes an instant as an input of day and time has it.
pub(in crate::web) fn input_time(at: Timestamp, zone: Tz) -> String {
    at.with_timezone(&zone).format("%Y-%m-%dT%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_proposed_at_a_full_five_minutes() {
        let at = |ms| from_millis(ms).unwrap();
        assert_eq!(proposal(at(0), at(60_001)), at(35 * 60_000));
        assert_eq!(proposal(at(600_000), at(0)), at(40 * 60_000));
    }
}
