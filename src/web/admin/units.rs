//! The units of the service: the tree, townships folded, a search, and the present units as a table to edit.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::super::board::Asked;
use super::super::leaf::{LINES, Leaf};
use super::super::page::{Page, html};
use super::super::table::{csv, xlsx};
use super::super::visit::Visit;
use super::super::{App, Failure};
use super::{Frame, Told};
use crate::domain::access::{Deed, Scope, permit};
use crate::domain::address::Address;
use crate::domain::ids::UnitId;
use crate::domain::import::Column;
use crate::domain::initials::{initials, matches};
use crate::domain::unit::{Contacts, Unit, UnitTree};
use crate::i18n::Lang;
use crate::store::Activation;

/// How many units of one level the page lists at once.
const HEADS: usize = 100;
/// With more units than this, those two levels down are left to the page of the unit above them.
const UNFOLDED: usize = 2_000;

#[derive(Template)]
#[template(path = "admin/units.html")]
struct UnitsPage {
    l: Lang,
    page: Page,
    frame: Frame,
    text: String,
    /// What a search found.
    found: Option<Vec<Line>>,
    /// Of what was found, or of the units at the top.
    leaf: Leaf,
    /// Those above the unit whose page this is.
    crumbs: Vec<(UnitId, String)>,
    /// The unit above those of the page.
    top: Option<Line>,
    groups: Vec<Group>,
    total: String,
    may_import: bool,
    may_slips: bool,
}

/// A unit with those beneath it.
struct Group {
    line: Line,
    below: usize,
    active: usize,
    lines: Vec<Line>,
    /// Whether those beneath are on a page of their own.
    is_far: bool,
}

/// A unit in a list.
pub(super) struct Line {
    pub(super) id: UnitId,
    pub(super) name: String,
    pub(super) above: String,
    pub(super) code: String,
    pub(super) kind: &'static str,
    pub(super) state: Option<State3>,
}

/// How far a unit has come, as colour, shape and word.
#[derive(Debug, Clone, Copy)]
pub(super) struct State3 {
    pub(super) class: &'static str,
    pub(super) shape: &'static str,
    pub(super) word: &'static str,
}

impl State3 {
    pub(super) fn of(l: Lang, one: Option<&Activation>) -> Self {
        let (class, shape, word) = match one {
            Some(one) if one.is_active() => ("on_time", "✔", l.unit_active()),
            Some(one) if one.mail.is_some() => ("open", "▲", l.unit_mailed()),
            Some(_) => ("open", "▲", l.unit_printed()),
            None => ("upcoming", "◇", l.unit_not_active()),
        };
        Self { class, shape, word }
    }
}

/// What lists are made from.
pub(super) struct Lister<'a> {
    pub(super) l: Lang,
    pub(super) tree: &'a UnitTree,
    pub(super) activations: &'a HashMap<UnitId, Activation>,
}

impl Lister<'_> {
    pub(super) fn line(&self, unit: &Unit) -> Line {
        let above = self.tree.parent(unit.id).map(|above| above.name.to_string());
        Line {
            id: unit.id,
            name: unit.name.to_string(),
            above: above.unwrap_or_default(),
            code: unit
                .code
                .as_ref()
                .map_or_else(String::new, |code| code.as_str().to_owned()),
            kind: self.l.unit_kind(unit.kind),
            state: unit
                .kind
                .is_reporting()
                .then(|| State3::of(self.l, self.activations.get(&unit.id))),
        }
    }

    /// Gives a unit under the heading of the one above it.
    pub(super) fn near(&self, unit: &Unit) -> Line {
        Line {
            above: String::new(),
            ..self.line(unit)
        }
    }

    /// Tells whether a unit can report.
    pub(super) fn is_active(&self, unit: &Unit) -> bool {
        self.activations.get(&unit.id).is_some_and(Activation::is_active)
    }

    fn group(&self, unit: &Unit, is_far: bool) -> Group {
        let below = self.tree.subtree(unit.id).get(1..).unwrap_or_default();
        let lines = match is_far {
            true => Vec::new(),
            false => below.iter().map(|unit| self.near(unit)).collect(),
        };
        Group {
            line: self.near(unit),
            below: below.len(),
            active: below.iter().filter(|unit| self.is_active(unit)).count(),
            lines,
            is_far,
        }
    }
}

/// Tells whether a unit is what somebody looks for: by a part of its name, its initials, or the beginning of its code.
fn fits(unit: &Unit, text: &str, letters: Option<&[char]>) -> bool {
    let (name, code) = (unit.name.as_str(), unit.code.as_ref());
    let coded = code.is_some_and(|code| code.as_str().starts_with(text));
    coded || name.contains(text) || letters.is_some_and(|letters| matches(name, letters))
}

/// Gives the address of a search, or of the units under one, without the number of a leaf.
fn here(text: &str, under: Option<&Unit>) -> String {
    match (text, under) {
        ("", Some(unit)) => format!("/admin/units?under={}", unit.id),
        ("", None) => "/admin/units".to_owned(),
        (text, _) => format!("/admin/units?q={}", encoded(text)),
    }
}

/// Writes a text as a part of an address.
pub(super) fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Gives the units in scope that lie beneath no other one in scope.
fn tops<'a>(tree: &'a UnitTree, scope: &Scope) -> Vec<&'a Unit> {
    let above = |unit: &Unit| {
        tree.parent(unit.id)
            .is_some_and(|above| scope.covers(&above.path))
    };
    tree.iter()
        .filter(|unit| scope.covers(&unit.path) && !above(unit))
        .collect()
}

/// Shows the page.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let (l, actor) = (visit.l, visit.actor()?);
    let scope = permit(actor, Deed::SeeUnits)?;
    let tree = app.tree().await?;
    let activations = app.store.read().await?.activations(app.now()).await?;
    let lister = Lister {
        l,
        tree: &tree,
        activations: &activations,
    };
    let text: String = asked.get("q").trim().chars().take(60).collect();
    let seen = || tree.iter().filter(|unit| scope.covers(&unit.path));
    let found = (!text.is_empty()).then(|| {
        let letters = initials(&text);
        let found: Vec<&Unit> = seen()
            .filter(|unit| fits(unit, &text, letters.as_deref()))
            .collect();
        found
    });
    let under = asked.number("under").and_then(|id| tree.get(UnitId(id)));
    let under = under.filter(|unit| scope.covers(&unit.path));
    // Under one root, its children are what people look for.
    let tops = tops(&tree, &scope);
    let top = under.or(match tops[..] {
        [root] => Some(root),
        _ => None,
    });
    let heads: Vec<&Unit> = top.map_or(tops, |top| tree.children(top.id).collect());
    let many: usize = heads.iter().map(|unit| tree.subtree(unit.id).len()).sum();
    let here = here(&text, under);
    let listed = found.as_ref().unwrap_or(&heads);
    let lines = if found.is_some() { LINES } else { HEADS };
    let leaf = Leaf::of(&asked, (listed.len(), lines), &here, l);
    let groups = match found {
        Some(_) => Vec::new(),
        None => leaf
            .cut(&heads)
            .iter()
            .map(|unit| lister.group(unit, many > UNFOLDED))
            .collect(),
    };
    let crumbs = under.map(|unit| crumbs(&tree, unit, &scope)).unwrap_or_default();
    html(&UnitsPage {
        l,
        top: top.map(|unit| lister.line(unit)),
        groups,
        found: found.map(|found| leaf.cut(&found).iter().map(|unit| lister.line(unit)).collect()),
        leaf,
        text,
        crumbs,
        total: l.units_total(seen().count()),
        may_import: permit(actor, Deed::ImportUnits).is_ok(),
        may_slips: permit(actor, Deed::ManageDevices).is_ok(),
        frame: Frame::of(&visit, Told::asked(l, &asked))?,
        page: visit.page,
    })
}

/// Gives the units above one and itself, as far as the reader may see them.
pub(super) fn crumbs(tree: &UnitTree, unit: &Unit, scope: &Scope) -> Vec<(UnitId, String)> {
    let above = tree.ancestors(unit.id).filter(|unit| scope.covers(&unit.path));
    let mut crumbs: Vec<(UnitId, String)> = std::iter::once(unit)
        .chain(above)
        .map(|unit| (unit.id, unit.name.to_string()))
        .collect();
    crumbs.reverse();
    crumbs
}

/// Gives the present units as a table that can be edited and imported again.
pub(in crate::web) async fn table(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let l = visit.l;
    let tree = app.tree().await?;
    let contacts = app.store.read().await?.contacts(None).await?;
    let none = Contacts::default();
    let mut rows = vec![Column::ALL.map(|column| l.column(column).to_owned()).to_vec()];
    rows.extend(
        tree.iter()
            .map(|unit| row(l, &tree, unit, contacts.get(&unit.id).unwrap_or(&none))),
    );
    match asked.get("as") {
        "csv" => Ok(csv("units.csv", &rows)),
        _ => xlsx(l.units_title(), "units.xlsx", &rows),
    }
}

/// Writes a unit as an import reads it: a unit above without a code goes by its name.
fn row(l: Lang, tree: &UnitTree, unit: &Unit, contacts: &Contacts) -> Vec<String> {
    let code = |unit: &Unit| unit.code.as_ref().map(|code| code.as_str().to_owned());
    let above = tree
        .parent(unit.id)
        .map(|above| code(above).unwrap_or_else(|| above.name.to_string()));
    let text = |text: &Option<String>| guarded(text.as_deref().unwrap_or_default());
    let list = |all: &[Address]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    vec![
        code(unit).unwrap_or_default(),
        above.unwrap_or_default(),
        unit.name.to_string(),
        l.unit_kind(unit.kind).to_owned(),
        String::new(),
        text(&contacts.duty_post),
        list(&contacts.reporter),
        list(&contacts.backup),
        list(&contacts.head),
        text(&contacts.phone),
    ]
}

/// Marks as text what a spreadsheet would take for a formula.
fn guarded(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}
