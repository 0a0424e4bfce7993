//! Changes the rounds of a period: a new version of one, one more, the end of one.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::{Frame, Told, typed};
use super::declare::{preview, said_of};
use super::one::{find, may_change};
use super::round::{TypedRound, TypedTime};
use super::typed::{Wrong, refused};
use crate::domain::access::Deed;
use crate::domain::calendar::{DayKind, day};
use crate::domain::ids::{PeriodId, RuleId};
use crate::domain::period::{Period, RoundRule};
use crate::domain::time::local_day;
use crate::i18n::Lang;
use crate::service::Error;
use crate::service::forecast::Forecast;
use crate::service::period::RuleChange;
use crate::web::board::Asked;
use crate::web::form::Fields;
use crate::web::page::{Page, html, html_with, see};
use crate::web::visit::Visit;
use crate::web::{App, Failure};

#[derive(Template)]
#[template(path = "admin/period_rule.html")]
struct RulePage {
    l: Lang,
    page: Page,
    frame: Frame,
    id: PeriodId,
    period: String,
    title: String,
    /// The rule that is changed; 0 for a new one.
    rule: i64,
    rounds: Vec<(usize, TypedRound)>,
    days: Vec<(&'static str, &'static str)>,
    from: String,
    wrong: Vec<Wrong>,
}

impl RulePage {
    fn fault(&self, field: &str) -> Option<&str> {
        said_of(&self.wrong, field)
    }

    fn fault_of(&self, n: &usize, field: &str) -> Option<&str> {
        said_of(&self.wrong, &format!("r{n}_{field}"))
    }

    /// Gives the times of a round, each with the end of its name and its word.
    fn times(&self, round: &TypedRound) -> [(&'static str, &'static str, TypedTime); 3] {
        round.times(self.l)
    }
}

/// Shows the form, with what the rule says now.
pub(in crate::web) async fn form(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let rule = asked.number("rule").unwrap_or(0);
    html(&build(&app, visit, id, rule).await?)
}

async fn build(app: &App, visit: Visit, id: i64, rule: i64) -> Result<RulePage, Failure> {
    let (l, now, zone) = (visit.l, app.now(), app.settings.service.zone);
    let period = find(app, id).await?;
    let tree = app.tree().await?;
    if period.end() <= now || !may_change(&visit, Deed::DeclarePeriod, &period, &tree) {
        return Err(Failure::NOT_FOUND);
    }
    let known = known(&period, rule)?;
    let today = local_day(now.max(period.starts), zone);
    let from = known.map_or(today, |rule| rule.first_day_opening_after(now, zone).max(today));
    Ok(RulePage {
        l,
        frame: Frame::of(&visit, Told::default())?,
        id: period.id,
        title: known.map_or_else(
            || l.period_add_rule().to_owned(),
            |rule| l.period_rule_title(&rule.label),
        ),
        rule,
        rounds: vec![(0, known.map_or_else(|| TypedRound::usual(l), TypedRound::of))],
        days: DayKind::ALL.map(|kind| (kind.code(), l.day_kind(kind))).into(),
        from: from.to_string(),
        wrong: Vec::new(),
        page: visit.page.of_drill(period.drill),
        period: period.name,
    })
}

/// Finds the rule that is to be changed; `None` for a new one.
fn known(period: &Period, rule: i64) -> Result<Option<&RoundRule>, Failure> {
    if rule == 0 {
        return Ok(None);
    }
    let mut rules = period.rules.iter().filter(|known| known.until.is_none());
    rules
        .find(|known| known.id.0 == rule)
        .map(Some)
        .ok_or(Failure::NOT_FOUND)
}

/// Takes the form.
pub(in crate::web) async fn change(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Failure> {
    let l = visit.l;
    let rule: i64 = fields.read("rule").unwrap_or(0);
    let (round, from) = (TypedRound::read(&fields, 0), typed(fields.get("from")));
    if fields.get("act") == "edit" {
        return again(&app, visit, (id, rule), round, from, Vec::new()).await;
    }
    let ids = (PeriodId(id), RuleId(rule));
    let wrong = match decide(&app, &visit, ids, &fields, (&round, &from)).await {
        Ok(None) => return Ok(see(&format!("/admin/periods/{id}?notice=rule"))),
        Ok(Some(forecast)) => {
            let confirm = match ends(&fields) {
                true => ("end", l.period_end_rule()),
                false => ("save", l.period_change_confirm()),
            };
            let action = format!("/admin/periods/{id}/rule");
            let about = (action, l.period_change_lead(), confirm);
            return preview(&app, visit, &forecast, &fields, about).await;
        }
        Err(Refused::Typed(wrong)) => wrong,
        Err(Refused::Deed(error)) => refused(l, error)?,
    };
    again(&app, visit, (id, rule), round, from, wrong).await
}

/// Shows the form with what was typed.
async fn again(
    app: &App,
    visit: Visit,
    (id, rule): (i64, i64),
    round: TypedRound,
    from: String,
    wrong: Vec<Wrong>,
) -> Result<Response, Failure> {
    let status = match wrong.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let mut page = build(app, visit, id, rule).await?;
    (page.rounds, page.from, page.wrong) = (vec![(0, round)], from, wrong);
    html_with(status, &page)
}

/// Tells whether a round is to end.
fn ends(fields: &Fields) -> bool {
    matches!(fields.get("act"), "end" | "look_end")
}

/// Why nothing was changed.
enum Refused {
    Typed(Vec<Wrong>),
    Deed(Error),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Deed(error)
    }
}

/// Changes the rounds; or, asked for a look, gives what would come of it.
async fn decide(
    app: &App,
    visit: &Visit,
    (id, rule): (PeriodId, RuleId),
    fields: &Fields,
    (round, from): (&TypedRound, &str),
) -> Result<Option<Forecast>, Refused> {
    let l = visit.l;
    let actor = visit.actor().map_err(|_| Error::Missing("actor"))?;
    let from = day(from).map_err(|error| Refused::Typed(vec![Wrong::new("from", l.day_error(error))]))?;
    let looks = fields.get("act").starts_with("look");
    let new = match ends(fields) {
        true => None,
        false => Some(round.rule(0, l).map_err(Refused::Typed)?),
    };
    let change = match (&new, rule.0) {
        (None, _) => RuleChange::End(rule),
        (Some(new), 0) => RuleChange::Add(new),
        (Some(new), _) => RuleChange::Revise(rule, new),
    };
    if looks {
        let before = changeable(app, visit, id).await?;
        return Ok(Some(app.forecast_change(&before, change, from).await?));
    }
    match change {
        RuleChange::Add(new) => app.add_rule(actor, id, new, from).await?,
        RuleChange::Revise(rule, new) => app.revise_rule(actor, id, rule, new, from).await?,
        RuleChange::End(rule) => app.end_rule(actor, id, rule, from).await?,
    };
    Ok(None)
}

/// Finds the period that is to be changed, for a look at what would come of it.
async fn changeable(app: &App, visit: &Visit, id: PeriodId) -> Result<Period, Error> {
    let tree = app.tree().await?;
    let period = app.store.read().await?.period(id).await?;
    let period = period.filter(|period| may_change(visit, Deed::DeclarePeriod, period, &tree));
    period.ok_or(Error::Missing("period"))
}
