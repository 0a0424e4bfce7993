//! Declares a period: the form, a preview of what it will do, and the declaration itself.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::{Frame, Told};
use super::ladder::TypedStep;
use super::outlook::Outlook;
use super::round::{TypedRound, TypedTime};
use super::typed::{Typed, Wrong, refused};
use super::{PeriodView, Teller};
use crate::domain::access::{Actor, Deed, Scope, permit};
use crate::domain::calendar::DayKind;
use crate::domain::ids::UnitId;
use crate::domain::period::Level;
use crate::domain::unit::{UnitKind, UnitTree};
use crate::i18n::Lang;
use crate::service::forecast::Forecast;
use crate::web::form::Fields;
use crate::web::page::{Page, html, html_with, see};
use crate::web::visit::Visit;
use crate::web::{App, Failure};

#[derive(Template)]
#[template(path = "admin/period_form.html")]
struct FormPage {
    l: Lang,
    page: Page,
    frame: Frame,
    form: Typed,
    wrong: Vec<Wrong>,
    levels: Vec<(&'static str, &'static str)>,
    kinds: Vec<(&'static str, &'static str, bool)>,
    rounds: Vec<(usize, TypedRound)>,
    days: Vec<(&'static str, &'static str)>,
    steps: Vec<(usize, usize, TypedStep)>,
    whom: Vec<(String, String)>,
    /// Whether the ladder is unfolded.
    shows_steps: bool,
}

/// What will come of what was typed, before it is confirmed.
#[derive(Template)]
#[template(path = "admin/period_preview.html")]
pub(super) struct PreviewPage {
    l: Lang,
    page: Page,
    frame: Frame,
    period: PeriodView,
    outlook: Outlook,
    /// Where the form goes.
    action: String,
    lead: &'static str,
    /// The act of the button that confirms, and its words.
    confirm: (&'static str, &'static str),
    /// Everything that was typed, for the next step.
    typed: Vec<(String, String)>,
}

/// Shows the form.
pub(in crate::web) async fn form(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    let tree = app.tree().await?;
    let over = over(visit.actor()?, &tree);
    let typed = Typed::usual(&app, visit.l, &tree, &over);
    html(&form_page(visit, &tree, typed.with_blanks(0), Vec::new())?)
}

/// Gives the units that an actor may ask, for a start.
fn over(actor: &Actor, tree: &UnitTree) -> Vec<UnitId> {
    match permit(actor, Deed::DeclarePeriod) {
        Ok(Scope::Units { subtrees, .. }) => subtrees.iter().filter_map(|path| path.id()).collect(),
        Ok(Scope::Whole) => tree.roots().map(|root| root.id).collect(),
        Err(_) => Vec::new(),
    }
}

/// Takes the form: one more round, a preview, the way back to the form, or the declaration.
pub(in crate::web) async fn submit(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let (l, act) = (visit.l, fields.get("act"));
    let tree = app.tree().await?;
    let typed = Typed::read(&fields);
    if act == "more" || act == "edit" {
        let blank = usize::from(act == "more");
        return html(&form_page(visit, &tree, typed.with_blanks(blank), Vec::new())?);
    }
    let wanted = match typed.declaration(&app, &tree, l) {
        Ok(wanted) => wanted,
        Err(wrong) => return faulty(visit, &tree, typed, wrong),
    };
    if act == "declare" {
        return match app.declare_period(visit.actor()?, &wanted).await {
            Ok(done) => Ok(see(&format!("/admin/periods/{}?notice=declared", done.period.id))),
            Err(error) => faulty(visit, &tree, typed, refused(l, error)?),
        };
    }
    match app.forecast(visit.actor()?, &wanted).await {
        Ok(forecast) => {
            let confirm = ("declare", l.period_confirm());
            let (action, lead) = ("/admin/periods/new".to_owned(), l.period_preview_lead());
            preview(&app, visit, &forecast, &fields, (action, lead, confirm)).await
        }
        Err(error) => faulty(visit, &tree, typed, refused(l, error)?),
    }
}

/// Shows what will come of what was typed; its form goes to an address with one act or the other.
pub(super) async fn preview(
    app: &App,
    visit: Visit,
    forecast: &Forecast,
    fields: &Fields,
    (action, lead, confirm): (String, &'static str, (&'static str, &'static str)),
) -> Result<Response, Failure> {
    let (l, tree) = (visit.l, app.tree().await?);
    let typed = fields.pairs().filter(|(name, _)| *name != "act");
    let page = visit.page.clone();
    html(&PreviewPage {
        l,
        frame: Frame::of(&visit, Told::default())?,
        period: Teller::new(app, l, &tree).period(&forecast.period),
        outlook: Outlook::of(l, forecast, app.settings.service.zone),
        action,
        lead,
        confirm,
        typed: typed
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        page: page.of_drill(forecast.period.drill),
    })
}

fn faulty(visit: Visit, tree: &UnitTree, typed: Typed, wrong: Vec<Wrong>) -> Result<Response, Failure> {
    let page = form_page(visit, tree, typed.with_blanks(0), wrong)?;
    html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn form_page(visit: Visit, tree: &UnitTree, form: Typed, wrong: Vec<Wrong>) -> Result<FormPage, Failure> {
    let l = visit.l;
    let exists = |kind: &UnitKind| tree.iter().any(|unit| unit.kind == *kind);
    let kind = |kind: UnitKind| {
        let is_chosen = form.kinds.iter().any(|code| code == kind.code());
        (kind.code(), l.unit_kind(kind), is_chosen)
    };
    let steps = form.steps.iter().cloned().enumerate();
    Ok(FormPage {
        l,
        frame: Frame::of(&visit, Told::default())?,
        levels: Level::ALL.map(|level| (level.code(), l.level(level))).into(),
        kinds: UnitKind::ALL.into_iter().filter(exists).map(kind).collect(),
        rounds: form.rounds.iter().cloned().enumerate().collect(),
        days: DayKind::ALL.map(|kind| (kind.code(), l.day_kind(kind))).into(),
        steps: steps.map(|(n, step)| (n, n + 1, step)).collect(),
        whom: TypedStep::choices(l),
        shows_steps: wrong
            .iter()
            .any(|w| w.field.starts_with('s') && w.field.ends_with("_minutes")),
        form,
        wrong,
        page: visit.page,
    })
}

impl FormPage {
    /// Gives the sentence about a field, if it is wrong.
    fn fault(&self, field: &str) -> Option<&str> {
        said_of(&self.wrong, field)
    }

    /// Gives the sentence about a step of the ladder.
    fn fault_of_step(&self, n: &usize) -> Option<&str> {
        said_of(&self.wrong, &format!("s{n}_minutes"))
    }

    /// Gives the sentence about a field of a round.
    fn fault_of(&self, n: &usize, field: &str) -> Option<&str> {
        said_of(&self.wrong, &format!("r{n}_{field}"))
    }

    /// Gives the times of a round, each with the end of its name and its word.
    fn times(&self, round: &TypedRound) -> [(&'static str, &'static str, TypedTime); 3] {
        round.times(self.l)
    }
}

/// Gives the first sentence about a field, if it is wrong.
pub(super) fn said_of<'a>(wrong: &'a [Wrong], field: &str) -> Option<&'a str> {
    let found = wrong.iter().find(|one| one.field == field);
    found.map(|one| one.words.as_str())
}
