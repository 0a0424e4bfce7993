//! The small forms behind the buttons of the board: phoned, excused, extended, an excusal undone.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::TimeDelta;
use chrono_tz::Tz;

use super::load::{ground, neighbours};
use super::{Asked, when};
use crate::domain::access::{Deed, permit};
use crate::domain::calendar::moment;
use crate::domain::ids::{ObligationId, RoundId, UnitId};
use crate::domain::time::{Timestamp, from_millis};
use crate::domain::unit::UnitTree;
use crate::i18n::Lang;
use crate::service::{Call, Error, Fault};
use crate::store::StoredObligation;
use crate::web::form::Fields;
use crate::web::page::{Page, html_with, is_local, see};
use crate::web::visit::Visit;
use crate::web::{App, Failure};

/// How many units a form names.
const NAMED: usize = 12;
/// How many obligations one decision about all units of an area takes.
const MOST: i64 = 5000;

/// One of the forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Act {
    Contacted,
    Excuse,
    Extend,
}

impl Act {
    const fn deed(self) -> Deed {
        match self {
            Self::Contacted => Deed::Proxy,
            Self::Excuse => Deed::Excuse,
            Self::Extend => Deed::Extend,
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Contacted => "contacted",
            Self::Excuse => "excuse",
            Self::Extend => "extend",
        }
    }
}

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
struct Typed {
    result: String,
    note: String,
    reason: String,
    due: String,
}

impl ActPage {
    fn wrong(&self, field: &str) -> Option<&str> {
        let found = self.problems.iter().find(|(name, _)| *name == field);
        found.map(|(_, words)| words.as_str())
    }
}

/// What a form is about: obligations, or all that is unmet in an area.
#[derive(Debug, Clone, Default)]
struct Subject {
    ids: Vec<ObligationId>,
    area: Option<(RoundId, UnitId)>,
    back: String,
}

impl Subject {
    fn asked(asked: &Asked) -> Self {
        let area = asked.number("round").zip(asked.number("unit"));
        Self {
            ids: asked.chosen(),
            area: area.map(|(round, unit)| (RoundId(round), UnitId(unit))),
            back: board_or(asked.get("back")),
        }
    }

    fn posted(fields: &Fields) -> Self {
        let number = |name: &str| fields.read::<i64>(name).filter(|n| *n > 0);
        let list = fields.get("o").split(',').filter_map(|id| id.trim().parse().ok());
        Self {
            ids: list.filter(|id| *id > 0).map(ObligationId).collect(),
            area: number("round")
                .zip(number("unit"))
                .map(|(r, u)| (RoundId(r), UnitId(u))),
            back: board_or(fields.get("back")),
        }
    }
}

/// Gives the page of the board to go back to; the board itself when none is named.
pub(super) fn board_or(back: &str) -> String {
    match is_local(back) && back.starts_with("/board") {
        true => back.to_owned(),
        false => "/board".to_owned(),
    }
}

/// Gives an address with a notice for the reader.
pub(in crate::web) fn with_notice(back: &str, notice: &str, n: &str) -> String {
    let joint = if back.contains('?') { '&' } else { '?' };
    let n: String = form_urlencoded::byte_serialize(n.as_bytes()).collect();
    format!("{back}{joint}notice={notice}&n={n}")
}

/// Gives the notice that an address asks for.
pub(in crate::web) fn notice(l: Lang, asked: &Asked) -> Option<String> {
    let n = asked.number("n").unwrap_or(1);
    match asked.get("notice") {
        "contacted" => Some(l.notice_contacted(n)),
        "excused" => Some(l.notice_excused(n)),
        "extended" => Some(l.notice_extended(n)),
        "undone" => Some(l.notice_undone().to_owned()),
        "already" => Some(l.notice_already().to_owned()),
        "retried" => Some(l.notice_retried().to_owned()),
        "handled" => Some(l.notice_handled().to_owned()),
        "trusted" => Some(l.notice_trusted().to_owned()),
        "acknowledged" => Some(l.notice_acknowledged().to_owned()),
        "phoned" => Some(l.notice_phone_acknowledged().to_owned()),
        "entered" => {
            let number = asked.get("n");
            let plain = number.len() <= 24 && number.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            plain.then(|| l.enter_done(number))
        }
        _ => None,
    }
}

/// Shows the form of a call.
pub(in crate::web) async fn contacted_form(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    form(&app, visit, Act::Contacted, query.as_deref()).await
}

/// Shows the form of an excusal.
pub(in crate::web) async fn excuse_form(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    form(&app, visit, Act::Excuse, query.as_deref()).await
}

/// Shows the form of an extension.
pub(in crate::web) async fn extend_form(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    form(&app, visit, Act::Extend, query.as_deref()).await
}

async fn form(app: &App, visit: Visit, act: Act, query: Option<&str>) -> Result<Response, Failure> {
    let subject = Subject::asked(&Asked::read(query.unwrap_or_default()));
    show(app, visit, act, &subject, Typed::default(), Vec::new()).await
}

/// Records a call.
pub(in crate::web) async fn contacted(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let subject = Subject::posted(&fields);
    let Some(call) = Call::parse(fields.get("result")) else {
        let problem = ("result", visit.l.contacted_choose().to_owned());
        return again(&app, visit, Act::Contacted, &subject, &fields, vec![problem]).await;
    };
    let done = app
        .contacted(visit.actor()?, &subject.ids, call, fields.get("note"))
        .await;
    answer(&app, visit, Act::Contacted, "contacted", &subject, &fields, done).await
}

/// Excuses.
pub(in crate::web) async fn excuse(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let subject = Subject::posted(&fields);
    let done = app
        .excuse(visit.actor()?, &subject.ids, fields.get("reason"))
        .await;
    answer(&app, visit, Act::Excuse, "excused", &subject, &fields, done).await
}

/// Takes an excusal back.
pub(in crate::web) async fn undo_excusal(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let subject = Subject::posted(&fields);
    let id = subject.ids.first().ok_or(Failure::NOT_FOUND)?;
    match app.undo_excusal(visit.actor()?, *id).await {
        Ok(()) => Ok(see(&with_notice(&subject.back, "undone", ""))),
        Err(Error::Already(_)) => Ok(see(&with_notice(&subject.back, "already", ""))),
        Err(error) => Err(error.into()),
    }
}

/// Extends.
pub(in crate::web) async fn extend(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let mut subject = Subject::posted(&fields);
    let zone = app.settings.service.zone;
    let Ok(due) = moment(fields.get("due"), zone) else {
        let example = visit
            .l
            .problem_time(input_time(app.now(), zone).replace('T', " "));
        return again(
            &app,
            visit,
            Act::Extend,
            &subject,
            &fields,
            vec![("due", example)],
        )
        .await;
    };
    if let Some((round, unit)) = subject.area.filter(|_| subject.ids.is_empty()) {
        subject.ids = unmet_in(&app, &visit, Act::Extend, round, unit).await?;
    }
    let done = app
        .extend(visit.actor()?, &subject.ids, due, fields.get("reason"))
        .await;
    answer(&app, visit, Act::Extend, "extended", &subject, &fields, done).await
}

/// Goes back with a notice, or shows the form again with what is to be mended.
async fn answer(
    app: &App,
    visit: Visit,
    act: Act,
    notice: &str,
    subject: &Subject,
    fields: &Fields,
    done: Result<usize, Error>,
) -> Result<Response, Failure> {
    let l = visit.l;
    let problem = match done {
        Ok(n) => return Ok(see(&with_notice(&subject.back, notice, &n.to_string()))),
        Err(Error::Already("closed")) => ("due", l.extend_closed().to_owned()),
        Err(Error::Already(_)) => return Ok(see(&with_notice(&subject.back, "already", ""))),
        Err(Error::Invalid {
            field: "obligation", ..
        }) => ("o", l.act_nobody().to_owned()),
        Err(Error::Invalid { field, fault }) => (field, said(l, field, fault)),
        Err(error) => return Err(error.into()),
    };
    again(app, visit, act, subject, fields, vec![problem]).await
}

/// Says what is wrong with a field.
pub(in crate::web) fn said(l: Lang, field: &str, fault: Fault) -> String {
    let name = match field {
        "caller_post" => l.field_caller_post(),
        "called_at" => l.field_called_at(),
        "due" => l.extend_due(),
        "note" => l.contacted_note(),
        _ => l.field_reason(),
    };
    match (fault, field) {
        (Fault::TooLong(most), _) => l.problem_longer(name, most),
        (Fault::TooEarly, "due") => l.extend_too_early().to_owned(),
        (Fault::TooEarly, _) => l.problem_long_ago(name),
        (Fault::TooLate, _) => l.problem_in_future(name),
        _ => l.problem_field_needed(name),
    }
}

async fn again(
    app: &App,
    visit: Visit,
    act: Act,
    subject: &Subject,
    fields: &Fields,
    problems: Vec<(&'static str, String)>,
) -> Result<Response, Failure> {
    let typed = |name: &str| fields.get(name).chars().take(500).collect();
    let typed = Typed {
        result: typed("result"),
        note: typed("note"),
        reason: typed("reason"),
        due: typed("due"),
    };
    show(app, visit, act, subject, typed, problems).await
}

/// Gives all unmet obligations of a round below a unit, as far as the reader may act there.
async fn unmet_in(
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
    let mut conn = app.store.read().await.map_err(Error::from)?;
    let rounds = conn
        .board_rounds(app.now(), Some(round))
        .await
        .map_err(Error::from)?;
    let place = rounds.iter().position(|r| r.stored.round.id == round);
    let (round, rounds) = neighbours(&rounds, place).ok_or(Failure::NOT_FOUND)?;
    let unmet = conn
        .board_unmet(round, &rounds, &ground.spans, app.now(), MOST)
        .await;
    Ok(unmet.map_err(Error::from)?)
}

async fn show(
    app: &App,
    visit: Visit,
    act: Act,
    subject: &Subject,
    mut typed: Typed,
    mut problems: Vec<(&'static str, String)>,
) -> Result<Response, Failure> {
    let l = visit.l;
    let scope = permit(visit.actor()?, act.deed()).map_err(Error::from)?;
    let mut ids = subject.ids.clone();
    if let Some((round, unit)) = subject.area.filter(|_| ids.is_empty()) {
        ids = unmet_in(app, &visit, act, round, unit).await?;
    }
    let owed = app
        .store
        .read()
        .await
        .map_err(Error::from)?
        .obligations(&ids)
        .await
        .map_err(Error::from)?;
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
        Act::Excuse => (l.excuse_title(), l.excuse_lead()),
        Act::Extend => (l.extend_title(), l.extend_lead()),
    };
    let status = match problems.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let template = ActPage {
        l,
        page: visit.page,
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
    fn the_way_back_leads_to_the_board_and_nowhere_else() {
        assert_eq!(board_or("/board?round=1"), "/board?round=1");
        for odd in [
            "",
            "//evil.example",
            "https://evil.example/board",
            "/signout",
            "/board\r\nx: y",
        ] {
            assert_eq!(board_or(odd), "/board", "{odd}");
        }
    }

    #[test]
    fn a_deadline_is_proposed_at_a_full_five_minutes() {
        let at = |ms| from_millis(ms).unwrap();
        assert_eq!(proposal(at(0), at(60_001)), at(35 * 60_000));
        assert_eq!(proposal(at(600_000), at(0)), at(40 * 60_000));
    }

    #[test]
    fn a_notice_says_only_what_it_was_made_for() {
        let said = |query: &str| notice(Lang::En, &Asked::read(query));
        assert_eq!(
            said("notice=excused&n=2").as_deref(),
            Some("2 units are excused.")
        );
        assert_eq!(said("notice=entered&n=<script>"), None);
        assert_eq!(said("notice=anything"), None);
    }
}
