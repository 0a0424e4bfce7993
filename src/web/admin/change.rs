//! What becomes of a unit: another name, a merger, a split, its end; the past stays where it was.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::super::form::Fields;
use super::super::page::{Page, html_with, see};
use super::super::visit::Visit;
use super::super::{App, Failure};
use super::{Frame, Told, pick, typed, wrong};
use crate::domain::ids::UnitId;
use crate::domain::unit::{Unit, UnitName, UnitTree};
use crate::i18n::Lang;
use crate::service::{Error, Into, Succession};

#[derive(Template)]
#[template(path = "admin/unit_change.html")]
struct ChangePage {
    l: Lang,
    page: Page,
    frame: Frame,
    id: UnitId,
    name: String,
    below: usize,
    form: Typed,
}

/// What was typed, whichever of the forms it was.
#[derive(Debug, Clone, Default)]
struct Typed {
    act: String,
    name: String,
    others: String,
    into: String,
    parts: String,
    ends: bool,
    reason: String,
}

impl Typed {
    fn read(fields: &Fields) -> Self {
        Self {
            act: typed(fields.get("act")),
            name: typed(fields.get("name")),
            others: lines(fields.get("others")),
            into: typed(fields.get("into")),
            parts: lines(fields.get("parts")),
            ends: fields.has("ends"),
            reason: typed(fields.get("reason")),
        }
    }

    /// Gives what was typed into one of the forms; the others are empty.
    fn of(&self, act: &str) -> Self {
        match self.act == act {
            true => self.clone(),
            false => Self::default(),
        }
    }

    /// Gives what is wanted, or what is wrong.
    fn succession(&self, l: Lang, tree: &UnitTree, unit: &Unit) -> Result<Succession, String> {
        let called = |text: &str| UnitName::parse(text).map_err(|_| l.change_name_wanted().to_owned());
        let found = |text: &str| {
            let found = pick::unit(tree, text).map(|unit| unit.id);
            found.ok_or_else(|| l.change_unit_unknown(text))
        };
        match self.act.as_str() {
            "rename" => Ok(Succession::Rename {
                unit: unit.id,
                name: called(&self.name)?,
            }),
            "merge" => {
                let others = self.others.lines().map(str::trim).filter(|line| !line.is_empty());
                let others = others.map(found).collect::<Result<Vec<_>, _>>()?;
                let into = match (self.into.as_str(), self.name.as_str()) {
                    ("", name) => Into::New(called(name)?),
                    (into, _) => Into::Existing(found(into)?),
                };
                Ok(Succession::Merge {
                    units: std::iter::once(unit.id).chain(others).collect(),
                    into,
                })
            }
            "split" => {
                let part = |line: &str| {
                    let (name, takes) = line.split_once(['=', '＝', ':', '：']).unwrap_or((line, ""));
                    let takes = takes.split([',', '，', '、', ';', '；']).map(str::trim);
                    let takes = takes.filter(|take| !take.is_empty());
                    let takes = takes.map(|take| child(l, tree, unit.id, take));
                    Ok((called(name)?, takes.collect::<Result<Vec<_>, String>>()?))
                };
                let parts = self.parts.lines().map(str::trim).filter(|line| !line.is_empty());
                let parts = parts.map(part).collect::<Result<Vec<_>, String>>()?;
                if parts.is_empty() {
                    return Err(l.change_name_wanted().to_owned());
                }
                Ok(Succession::Split {
                    unit: unit.id,
                    parts,
                    survives: !self.ends,
                })
            }
            _ => Ok(Succession::Abolish { unit: unit.id }),
        }
    }
}

/// Finds the child of a unit by its name or code: a village of that name in another township is not meant.
fn child(l: Lang, tree: &UnitTree, unit: UnitId, text: &str) -> Result<UnitId, String> {
    let fits = |child: &&Unit| {
        child.name.as_str() == text || child.code.as_ref().is_some_and(|code| code.as_str() == text)
    };
    let child = tree.children(unit).find(fits).map(|child| child.id);
    child.ok_or_else(|| l.change_unit_unknown(text))
}

/// Puts the names of units in place of their numbers.
fn with_names(tree: &UnitTree, words: &str) -> String {
    let mut parts = words.split('#');
    let mut named = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let id = part[..digits].parse().ok().map(UnitId);
        match id.and_then(|id| tree.label(id)) {
            Some(label) => named.push_str(&format!("{label}{}", &part[digits..])),
            None => named.push_str(&format!("#{part}")),
        }
    }
    named
}

fn lines(text: &str) -> String {
    text.trim().chars().take(4_000).collect()
}

/// Shows the page.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    show(&app, visit, UnitId(id), Told::default(), Typed::default()).await
}

async fn show(app: &App, visit: Visit, id: UnitId, told: Told, form: Typed) -> Result<Response, Failure> {
    let tree = app.tree().await?;
    let unit = tree.get(id).ok_or(Failure::NOT_FOUND)?;
    let status = told.status();
    let template = ChangePage {
        l: visit.l,
        id,
        name: tree
            .label(unit.id)
            .map_or_else(String::new, |label| label.to_string()),
        below: tree.children(id).count(),
        form,
        frame: Frame::guarded(app, &visit, told)?,
        page: visit.page,
    };
    html_with(status, &template)
}

/// Changes it.
pub(in crate::web) async fn act(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
    fields: Fields,
) -> Result<Response, Failure> {
    let (l, id, form) = (visit.l, UnitId(id), Typed::read(&fields));
    if !["rename", "merge", "split", "abolish"].contains(&form.act.as_str()) {
        return Err(Failure::NOT_FOUND);
    }
    let tree = app.tree().await?;
    let unit = tree.get(id).ok_or(Failure::NOT_FOUND)?;
    let wanted = match form.succession(l, &tree, unit) {
        Ok(wanted) => wanted,
        Err(problem) => return show(&app, visit, id, Told::problem(problem), form).await,
    };
    let problem = match app.succeed_units(visit.actor()?, &wanted, &form.reason).await {
        Ok(_) => return Ok(see(&format!("/admin/units/{id}?notice=changed"))),
        Err(Error::Units(error)) => with_names(&tree, &l.lineage_error(&error)),
        Err(error) => wrong(l, error, |_| l.import_reason())?,
    };
    show(&app, visit, id, Told::problem(problem), form).await
}
