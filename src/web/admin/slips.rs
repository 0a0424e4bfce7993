//! Who can report already and who cannot yet: slips to print, eight a page, and letters that do the same.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::super::board::Asked;
use super::super::form::Fields;
use super::super::halfway::qr;
use super::super::leaf::Leaf;
use super::super::page::{Page, html, see};
use super::super::visit::Visit;
use super::super::{App, Failure};
use super::units::{Line, Lister};
use super::{Frame, Told};
use crate::domain::access::{Deed, Scope, permit};
use crate::domain::ids::UnitId;
use crate::domain::unit::{Unit, UnitTree};
use crate::i18n::Lang;
use crate::service::{Error, Slip};
use crate::store::Activation;

/// How many slips stand on a page of A4.
const A_PAGE: usize = 8;
/// How many units the page lists at once.
const LISTED: usize = 100;
/// The most slips of one print.
const MOST: usize = 2_000;

#[derive(Template)]
#[template(path = "admin/slips.html")]
struct SlipsPage {
    l: Lang,
    page: Page,
    frame: Frame,
    active: usize,
    all: usize,
    /// Those of the choice that cannot report yet.
    missing: usize,
    /// Units above others, to choose one of.
    places: Vec<(i64, String, usize)>,
    under: i64,
    shows_all: bool,
    groups: Vec<(String, usize, usize, Vec<Line>)>,
    leaf: Leaf,
}

#[derive(Template)]
#[template(path = "admin/slips_print.html")]
struct PrintPage {
    l: Lang,
    page: Page,
    office: String,
    phone: String,
    /// Where the service is found.
    base: String,
    expires: String,
    count: usize,
    sheets: Vec<Vec<SlipView>>,
}

struct SlipView {
    name: String,
    above: String,
    code: String,
    qr: String,
}

/// The units that report, of those that somebody may set up.
struct Reporters<'a> {
    tree: &'a UnitTree,
    scope: Scope,
    under: Option<&'a Unit>,
}

impl<'a> Reporters<'a> {
    fn new(visit: &Visit, tree: &'a UnitTree, under: Option<i64>) -> Result<Self, Failure> {
        let scope = permit(visit.actor()?, Deed::ManageDevices)?;
        let under = under.and_then(|id| tree.get(UnitId(id)));
        Ok(Self {
            tree,
            under: under.filter(|unit| scope.covers(&unit.path)),
            scope,
        })
    }

    fn all(&self) -> impl Iterator<Item = &'a Unit> + '_ {
        let tree: &'a UnitTree = self.tree;
        tree.iter()
            .filter(|unit| unit.kind.is_reporting() && self.scope.covers(&unit.path))
    }

    fn chosen(&self) -> impl Iterator<Item = &'a Unit> + '_ {
        let within = |unit: &&Unit| self.under.is_none_or(|under| under.path.contains(&unit.path));
        self.all().filter(within)
    }
}

/// Shows the page.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let told = Told::asked(visit.l, &asked);
    let (l, tree) = (visit.l, app.tree().await?);
    let activations = app.store.read().await?.activations(app.now()).await?;
    let reporters = Reporters::new(&visit, &tree, asked.number("under"))?;
    let lister = Lister {
        l,
        tree: &tree,
        activations: &activations,
    };
    let is_active = |unit: &&Unit| lister.is_active(unit);
    let shows_all = asked.get("show") == "all";
    let places = tree.iter().filter(|unit| reporters.scope.covers(&unit.path));
    let places = places.filter_map(|unit| {
        let mut beneath = tree
            .subtree(unit.id)
            .iter()
            .filter(|unit| unit.kind.is_reporting());
        let n = beneath.by_ref().filter(|unit| !lister.is_active(unit)).count();
        let has_children = tree.children(unit.id).next().is_some();
        has_children.then(|| (unit.id.0, unit.name.to_string(), n))
    });
    let under = reporters.under.map_or(0, |unit| unit.id.0);
    let here = match shows_all {
        true => format!("/admin/slips?under={under}&show=all"),
        false => format!("/admin/slips?under={under}"),
    };
    let mut groups = groups(&lister, reporters.chosen(), shows_all);
    let listed = groups.iter().map(|(.., lines)| lines.len()).sum();
    let leaf = Leaf::of(&asked, (listed, LISTED), &here, l);
    keep(&mut groups, &leaf);
    html(&SlipsPage {
        l,
        active: reporters.all().filter(is_active).count(),
        all: reporters.all().count(),
        missing: reporters.chosen().filter(|unit| !lister.is_active(unit)).count(),
        places: places.collect(),
        under,
        shows_all,
        groups,
        leaf,
        frame: Frame::guarded(&app, &visit, told)?,
        page: visit.page,
    })
}

/// Keeps of the groups what belongs to a leaf; what their heads count stays.
fn keep(groups: &mut Vec<(String, usize, usize, Vec<Line>)>, leaf: &Leaf) {
    let mut place = 0..;
    for (.., lines) in groups.iter_mut() {
        lines.retain(|_| place.next().is_some_and(|place| leaf.holds(place)));
    }
    groups.retain(|(.., lines)| !lines.is_empty());
}

/// Gives the units by the one above them, with how many of each can report.
fn groups<'a>(
    lister: &Lister<'_>,
    units: impl Iterator<Item = &'a Unit>,
    shows_all: bool,
) -> Vec<(String, usize, usize, Vec<Line>)> {
    let mut groups: Vec<(Option<UnitId>, usize, usize, Vec<Line>)> = Vec::new();
    for unit in units {
        // A township stands with its villages.
        let head = match lister.tree.children(unit.id).next() {
            Some(_) => Some(unit.id),
            None => unit.parent,
        };
        if groups.last().is_none_or(|(last, ..)| *last != head) {
            groups.push((head, 0, 0, Vec::new()));
        }
        let Some((_, active, all, lines)) = groups.last_mut() else {
            continue;
        };
        let is_active = lister.is_active(unit);
        *all += 1;
        *active += usize::from(is_active);
        if shows_all || !is_active {
            lines.push(lister.near(unit));
        }
    }
    let name = |id: UnitId| {
        lister
            .tree
            .get(id)
            .map_or_else(String::new, |unit| unit.name.to_string())
    };
    groups.retain(|(.., lines)| !lines.is_empty());
    groups
        .into_iter()
        .map(|(head, active, all, lines)| (head.map(name).unwrap_or_default(), active, all, lines))
        .collect()
}

/// Gives the units of a form: one, or those of a choice that cannot report yet.
async fn wanted(app: &App, visit: &Visit, fields: &Fields) -> Result<Vec<UnitId>, Failure> {
    if let Some(unit) = fields.read::<i64>("unit") {
        return Ok(vec![UnitId(unit)]);
    }
    let tree = app.tree().await?;
    let activations = app.store.read().await?.activations(app.now()).await?;
    let reporters = Reporters::new(visit, &tree, fields.read("under"))?;
    let is_active = |unit: &Unit| activations.get(&unit.id).is_some_and(Activation::is_active);
    let every = fields.get("which") == "all";
    let units = reporters.chosen().filter(|unit| every || !is_active(unit));
    Ok(units.map(|unit| unit.id).collect())
}

/// Makes slips and shows them once, to be printed.
pub(in crate::web) async fn print(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let units = wanted(&app, &visit, &fields).await?;
    match units.len() {
        0 => return Ok(see("/admin/slips?notice=no_slips")),
        n if n > MOST => return Ok(see("/admin/slips?notice=many_slips")),
        _ => {}
    }
    let (l, tree) = (visit.l, app.tree().await?);
    let slips = app.issue_slips(visit.actor()?, &units).await?;
    let expires = slips
        .first()
        .map(|slip| l.moment(slip.expires, app.settings.service.zone));
    let count = slips.len();
    let drawn = tokio::task::spawn_blocking(move || views(&tree, slips)).await;
    html(&PrintPage {
        l,
        office: app.settings.service.name.clone(),
        phone: app.settings.duty.phone.clone(),
        base: app.settings.service.base_url.clone(),
        expires: expires.unwrap_or_default(),
        count,
        sheets: drawn.map_err(Error::broken)?,
        page: visit.page,
    })
}

fn views(tree: &UnitTree, slips: Vec<Slip>) -> Vec<Vec<SlipView>> {
    let mut sheets: Vec<Vec<SlipView>> = Vec::new();
    for slip in slips {
        let name = |unit: &Unit| unit.name.to_string();
        let view = SlipView {
            name: tree.get(slip.unit).map(name).unwrap_or_default(),
            above: tree.parent(slip.unit).map(name).unwrap_or_default(),
            qr: qr(&slip.link).unwrap_or_default(),
            code: slip.code,
        };
        match sheets.last_mut().filter(|sheet| sheet.len() < A_PAGE) {
            Some(sheet) => sheet.push(view),
            None => sheets.push(vec![view]),
        }
    }
    sheets
}

/// Writes to the units of a choice that cannot report yet.
pub(in crate::web) async fn send(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let mut units = wanted(&app, &visit, &fields).await?;
    let activations = app.store.read().await?.activations(app.now()).await?;
    // Who was written to today is left in peace.
    let day_ago = app.now() - chrono::TimeDelta::days(1);
    units.retain(|unit| {
        let mail = activations.get(unit).and_then(|one| one.mail);
        mail.is_none_or(|mail| mail.issued <= day_ago)
    });
    let sent = app.send_slips(visit.actor()?, &units).await?;
    let under = fields.read::<i64>("under").unwrap_or_default();
    Ok(see(&format!(
        "/admin/slips?under={under}&notice=slips_sent&n={}-{}-{}",
        sent.units, sent.without, sent.left
    )))
}
