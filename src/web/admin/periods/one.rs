//! One period: what it asks, what it will do, and what is done to it: it is extended or stopped.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::{Frame, Told, typed};
use super::declare::said_of;
use super::outlook::Outlook;
use super::typed::{Wrong, refused};
use super::{PeriodView, Teller};
use crate::domain::access::{Deed, permit};
use crate::domain::calendar::moment;
use crate::domain::ids::PeriodId;
use crate::domain::period::Period;
use crate::domain::unit::UnitTree;
use crate::i18n::Lang;
use crate::web::board::Asked;
use crate::web::form::Fields;
use crate::web::page::{Page, html, html_with, see};
use crate::web::visit::Visit;
use crate::web::{App, Failure};

#[derive(Template)]
#[template(path = "admin/period.html")]
struct PeriodPage {
    l: Lang,
    page: Page,
    frame: Frame,
    period: PeriodView,
    /// `None` when it is over.
    outlook: Option<Outlook>,
    may_change: bool,
    ends: String,
    reason: String,
    wrong: Vec<Wrong>,
}

#[derive(Template)]
#[template(path = "admin/period_stop.html")]
struct StopPage {
    l: Lang,
    page: Page,
    frame: Frame,
    period: PeriodView,
    reason: String,
    wrong: Vec<Wrong>,
}

impl PeriodPage {
    fn fault(&self, field: &str) -> Option<&str> {
        said_of(&self.wrong, field)
    }
}

impl StopPage {
    fn fault(&self, field: &str) -> Option<&str> {
        said_of(&self.wrong, field)
    }
}

/// Finds a period that was declared.
pub(super) async fn find(app: &App, id: i64) -> Result<Period, Failure> {
    let period = app.store.read().await?.period(PeriodId(id)).await?;
    // One without a span only holds the follow-ups of incidents.
    period
        .filter(|period| period.starts < period.ends)
        .ok_or(Failure::NOT_FOUND)
}

/// Tells whether the reader may change a period: it asks no unit that is not his.
pub(super) fn may_change(visit: &Visit, deed: Deed, period: &Period, tree: &UnitTree) -> bool {
    let Some(leave) = visit.actor().ok().and_then(|actor| permit(actor, deed).ok()) else {
        return false;
    };
    let mut units = period.scope.subtrees.iter().filter_map(|id| tree.get(*id));
    units.all(|unit| leave.covers(&unit.path))
}

/// Shows the page.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let told = Told::asked(visit.l, &asked);
    let page = build(&app, visit, id, told).await?;
    html(&page)
}

async fn build(app: &App, visit: Visit, id: i64, told: Told) -> Result<PeriodPage, Failure> {
    let (l, zone) = (visit.l, app.settings.service.zone);
    let period = find(app, id).await?;
    let tree = app.tree().await?;
    let is_over = period.end() <= app.now();
    let outlook = match is_over {
        true => None,
        false => Some(Outlook::of(l, &app.forecast_of(period.clone()).await?, zone)),
    };
    Ok(PeriodPage {
        l,
        frame: Frame::of(&visit, told)?,
        may_change: !is_over && may_change(&visit, Deed::ExtendPeriod, &period, &tree),
        period: Teller::new(app, l, &tree).period(&period),
        outlook,
        ends: period
            .ends
            .with_timezone(&zone)
            .format("%Y-%m-%dT%H:%M")
            .to_string(),
        reason: String::new(),
        wrong: Vec::new(),
        page: visit.page.of_drill(period.drill),
    })
}

/// Lets it last longer.
pub(in crate::web) async fn extend(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Failure> {
    let l = visit.l;
    let (ends, reason) = (typed(fields.get("ends")), typed(fields.get("reason")));
    let wrong = match moment(&ends, app.settings.service.zone) {
        Err(error) => vec![Wrong::new("ends", l.day_error(error))],
        Ok(new) => match app
            .extend_period(visit.actor()?, PeriodId(id), new, &reason)
            .await
        {
            Ok(_) => return Ok(see(&format!("/admin/periods/{id}?notice=extended"))),
            Err(error) => refused(l, error)?,
        },
    };
    let mut page = build(&app, visit, id, Told::default()).await?;
    (page.ends, page.reason, page.wrong) = (ends, reason, wrong);
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Asks why it is stopped.
pub(in crate::web) async fn stop_form(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    html(&stop_page(&app, visit, id, String::new(), Vec::new()).await?)
}

async fn stop_page(
    app: &App,
    visit: Visit,
    id: i64,
    reason: String,
    wrong: Vec<Wrong>,
) -> Result<StopPage, Failure> {
    let period = find(app, id).await?;
    let tree = app.tree().await?;
    if !may_change(&visit, Deed::StopPeriod, &period, &tree) {
        return Err(Failure::NOT_FOUND);
    }
    Ok(StopPage {
        l: visit.l,
        frame: Frame::guarded(app, &visit, Told::default())?,
        period: Teller::new(app, visit.l, &tree).period(&period),
        reason,
        wrong,
        page: visit.page,
    })
}

/// Stops it.
pub(in crate::web) async fn stop(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Failure> {
    let reason = typed(fields.get("reason"));
    match app.stop_period(visit.actor()?, PeriodId(id), &reason).await {
        Ok(_) => Ok(see(&format!("/admin/periods/{id}?notice=stopped"))),
        Err(error) => {
            let wrong = refused(visit.l, error)?;
            let page = stop_page(&app, visit, id, reason, wrong).await?;
            html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
