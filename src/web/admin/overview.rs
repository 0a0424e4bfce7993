//! From an empty database to a running period: what is done, what comes next and who does it.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::super::page::{Page, Way, html};
use super::super::visit::Visit;
use super::super::{App, Failure};
use super::{Frame, TABS, Told, tabs};
use crate::domain::access::{Actor, Role};
use crate::domain::time::Timestamp;
use crate::i18n::Lang;
use crate::service::Service;
use crate::store::Activation;

#[derive(Template)]
#[template(path = "admin/overview.html")]
struct OverviewPage {
    l: Lang,
    page: Page,
    frame: Frame,
    steps: Vec<StepView>,
    /// Whether reports can come: every step is done, or done for some.
    is_ready: bool,
    /// Whether every step is done, and for all.
    is_done: bool,
    ways: Vec<Way>,
}

struct StepView {
    title: &'static str,
    words: String,
    is_done: bool,
    /// Whether it is done for some and not for all.
    is_begun: bool,
    /// Whether it is the first that is not begun.
    is_next: bool,
    /// The page where it is done, if the reader may open it.
    href: Option<&'static str>,
    /// Who does it, if the reader may not.
    who: &'static str,
}

/// What the steps are judged by.
struct Facts {
    units: usize,
    officers: usize,
    leaders: usize,
    bound: usize,
    /// How many units send reports themselves.
    reporting: usize,
    /// How many units have an address.
    reached: usize,
    running: usize,
    /// When the period that comes next begins.
    coming: Option<Timestamp>,
    /// When the relay last took a letter.
    mailed: Option<Timestamp>,
}

impl Facts {
    async fn read(app: &Service) -> Result<Self, Failure> {
        let now = app.now();
        let tree = app.tree().await?;
        let (units, reporting) = (
            tree.len(),
            tree.iter().filter(|unit| unit.kind.is_reporting()).count(),
        );
        let mut conn = app.store.read().await?;
        let grants = conn.all_grants().await?;
        let holders = |role| grants.iter().filter(|(_, granted)| granted.role == role).count();
        let periods = conn.periods_ending_after(now).await?;
        let activations = conn.activations(now).await?;
        let bound = tree.iter().filter(|unit| {
            unit.kind.is_reporting() && activations.get(&unit.id).is_some_and(Activation::is_active)
        });
        let bound = bound.count();
        let reached = conn.units_with_contacts().await?;
        let mut earnest: Vec<_> = periods.iter().filter(|p| !p.drill && now < p.end()).collect();
        earnest.sort_by_key(|period| period.starts);
        Ok(Self {
            units,
            officers: holders(Role::DutyOfficer),
            leaders: holders(Role::Leader),
            bound,
            reporting,
            reached: usize::try_from(reached).unwrap_or_default(),
            running: earnest.iter().filter(|period| period.is_running(now)).count(),
            coming: earnest.iter().map(|p| p.starts).find(|starts| *starts > now),
            mailed: conn.relay().await?.accepted,
        })
    }
}

/// Shows the page.
pub(in crate::web) async fn page(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    let l = visit.l;
    let facts = Facts::read(&app).await?;
    let actor = visit.actor()?;
    let steps = steps(&app, l, &facts, actor);
    let mut ways = tabs(actor, l, "");
    ways.retain(|way| way.href != "/admin");
    html(&OverviewPage {
        l,
        frame: Frame::of(&visit, Told::default())?,
        is_ready: steps.iter().all(|step| step.is_done || step.is_begun),
        is_done: steps.iter().all(|step| step.is_done),
        steps,
        ways,
        page: visit.page,
    })
}

/// Says how far the mail, the phone and the periods have come.
fn words(app: &Service, l: Lang, facts: &Facts) -> [String; 3] {
    let (zone, duty) = (app.settings.service.zone, &app.settings.duty);
    let say = |at| l.moment(at, zone);
    let mailed = match (&app.settings.mail.from_address, facts.mailed) {
        (None, _) => l.first_mail_none().to_owned(),
        (Some(_), None) => l.first_mail_untried().to_owned(),
        (Some(_), Some(at)) => l.first_mail_good(say(at)),
    };
    let phone = match duty.phone.as_str() {
        "" => l.first_phone_none().to_owned(),
        phone => phone.to_owned(),
    };
    let period = match (facts.running, facts.coming) {
        (0, None) => l.first_period_none().to_owned(),
        (0, Some(at)) => l.first_period_coming(say(at)),
        (n, _) => l.first_period_running(n),
    };
    [phone, mailed, period]
}

fn steps(app: &Service, l: Lang, facts: &Facts, actor: &Actor) -> Vec<StepView> {
    let [phone, mailed, period] = words(app, l, facts);
    let mut steps = vec![
        step(
            actor,
            (l.first_phone(), phone),
            !app.settings.duty.phone.is_empty(),
            ("", l.first_by_file()),
        ),
        step(
            actor,
            (l.first_mail(), mailed),
            facts.mailed.is_some(),
            ("/admin/mail", l.role(Role::SystemAdministrator)),
        ),
    ];
    steps.extend(units(l, facts, actor));
    steps.push(step(
        actor,
        (l.first_period(), period),
        facts.running > 0 || facts.coming.is_some(),
        ("/admin/periods", l.role(Role::DutyOfficer)),
    ));
    if let Some(next) = steps.iter_mut().find(|step| !step.is_done && !step.is_begun) {
        next.is_next = true;
    }
    steps
}

impl StepView {
    /// Says how many of all have it: done is what all have.
    fn of(self, some: usize, all: usize) -> Self {
        let is_done = self.is_done && some >= all;
        Self {
            is_begun: self.is_done && !is_done,
            is_done,
            ..self
        }
    }
}

/// Gives the steps that bring in the units and their people.
fn units(l: Lang, facts: &Facts, actor: &Actor) -> [StepView; 4] {
    let system = l.role(Role::SystemAdministrator);
    let security = l.role(Role::SecurityAdministrator);
    [
        step(
            actor,
            (l.first_units(), l.first_units_count(facts.units)),
            facts.units > 0,
            ("/admin/import", system),
        ),
        step(
            actor,
            (
                l.first_contacts(),
                l.first_contacts_count(facts.reached, facts.units),
            ),
            facts.reached > 0,
            ("/admin/units", system),
        )
        .of(facts.reached, facts.units),
        step(
            actor,
            (
                l.first_accounts(),
                l.first_accounts_count(facts.officers, facts.leaders),
            ),
            facts.officers > 0 && facts.leaders > 0,
            ("/admin/accounts", security),
        ),
        step(
            actor,
            (l.first_slips(), l.first_slips_count(facts.bound, facts.reporting)),
            facts.bound > 0,
            ("/admin/slips", security),
        )
        .of(facts.bound, facts.reporting),
    ]
}

fn step(
    actor: &Actor,
    (title, words): (&'static str, String),
    is_done: bool,
    (href, who): (&'static str, &'static str),
) -> StepView {
    StepView {
        title,
        words,
        is_done,
        is_begun: false,
        is_next: false,
        href: opens(actor, href).then_some(href),
        who,
    }
}

/// Tells whether an actor may open a page of administration.
fn opens(actor: &Actor, href: &str) -> bool {
    TABS.iter()
        .any(|(known, _, door)| *known == href && door.admits(Some(actor)))
}
