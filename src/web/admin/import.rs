//! Takes a table of units: first what it would change, then the same table again with a yes; the last imports and
//! their undoing; files to fill in.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;

use super::super::board::{Asked, when};
use super::super::form::Fields;
use super::super::page::{Page, html_with, see};
use super::super::table::{as_text, csv, xlsx};
use super::super::upload::Upload;
use super::super::visit::Visit;
use super::super::{App, Failure};
use super::{Frame, Told, typed};
use crate::domain::ids::UnitId;
use crate::domain::import::{Column, Home, Plan, Record};
use crate::domain::table::Unreadable;
use crate::domain::unit::{UnitKind, UnitTree};
use crate::i18n::Lang;
use crate::service::{Error, Imported};
use crate::sheet;

/// How many imports the page remembers.
const REMEMBERED: i64 = 5;
/// How many changes, or names of one place, a preview shows.
const SHOWN: usize = 300;

#[derive(Template)]
#[template(path = "admin/import.html")]
struct ImportPage {
    l: Lang,
    page: Page,
    frame: Frame,
    has_units: bool,
    shown: Shown,
    past: Vec<PastView>,
}

/// What became of a table.
#[derive(Default)]
struct Shown {
    /// What is wrong, row by row.
    faults: Vec<String>,
    /// What was pasted and could not be taken.
    pasted: String,
    preview: Option<Preview>,
}

struct Preview {
    counts: Vec<(&'static str, usize, &'static str)>,
    added: Vec<(String, Vec<String>)>,
    changed: Vec<(String, Vec<String>)>,
    closed: Vec<String>,
    absent: Vec<String>,
    notes: Vec<String>,
    is_empty: bool,
    /// What was shown, to be compared when it is confirmed.
    seen: String,
    reason: String,
    table: String,
}

struct PastView {
    id: i64,
    time: String,
    words: String,
    by: String,
    reason: String,
    /// Whether it can be undone, or why it cannot.
    undo: Result<(), String>,
}

/// Shows the form.
pub(in crate::web) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let told = Told::asked(visit.l, &asked);
    show(&app, visit, told, Shown::default()).await
}

async fn show(app: &App, visit: Visit, told: Told, shown: Shown) -> Result<Response, Failure> {
    let status = told.status();
    let past = match shown.preview {
        Some(_) => Vec::new(),
        None => past(app, visit.l).await?,
    };
    let template = ImportPage {
        l: visit.l,
        has_units: !app.tree().await?.is_empty(),
        frame: Frame::guarded(app, &visit, told)?,
        page: visit.page,
        shown,
        past,
    };
    html_with(status, &template)
}

/// Gives the last imports, and what of each can be undone.
async fn past(app: &App, l: Lang) -> Result<Vec<PastView>, Failure> {
    let (now, zone) = (app.now(), app.settings.service.zone);
    let all = app.store.read().await?.unit_imports(REMEMBERED).await?;
    let mut past = Vec::with_capacity(all.len());
    for import in all {
        let [added, changed, closed] = import.counts;
        let undo = match import.undone {
            Some(at) => Err(l.import_undone_at(when(l, at, now, zone))),
            None => app
                .may_undo(&import)
                .await?
                .map_err(|why| l.no_undo(why).to_owned()),
        };
        past.push(PastView {
            id: import.id,
            time: when(l, import.at, now, zone),
            words: l.import_did(added, changed, closed),
            by: match import.by.as_str() {
                "console" => l.audit_console().to_owned(),
                _ => import.by,
            },
            reason: import.reason,
            undo,
        });
    }
    Ok(past)
}

/// Takes a table: shows what it would change, or changes it.
pub(in crate::web) async fn take(
    State(app): State<App>,
    visit: Visit,
    upload: Upload,
) -> Result<Response, Failure> {
    let l = visit.l;
    let table = match table_of(&upload).await? {
        Ok(table) => table,
        Err(problem) => {
            let shown = Shown {
                pasted: pasted(&upload),
                ..Shown::default()
            };
            return show(&app, visit, Told::problem(problem.words(l)), shown).await;
        }
    };
    let actor = visit.actor()?;
    let reason = typed(upload.text("reason"));
    let would = match app.preview_units(actor, &table).await {
        Ok(would) => would,
        Err(Error::Rows(faults)) => {
            let shown = Shown {
                faults: faults.iter().map(|fault| l.row_error(fault)).collect(),
                pasted: pasted(&upload),
                preview: None,
            };
            let told = Told::problem(l.import_refused(faults.len()));
            return show(&app, visit, told, shown).await;
        }
        Err(error) => return Err(error.into()),
    };
    let preview = Preview::of(l, &would, &table, reason);
    let confirms = upload.has("confirm");
    if !confirms || upload.text("seen") != preview.seen {
        let told = match confirms {
            true => Told::problem(l.import_moved()),
            false => Told::default(),
        };
        let shown = Shown {
            preview: Some(preview),
            ..Shown::default()
        };
        return show(&app, visit, told, shown).await;
    }
    let reason = match preview.reason.as_str() {
        "" => l.import_title(),
        said => said,
    };
    let done = app.import_units(actor, &table, reason).await?.plan;
    let n = [done.added.len(), done.changed.len(), done.closed.len()].map(|n| n.to_string());
    Ok(see(&format!("/admin/import?notice=imported&n={}", n.join("-"))))
}

/// Why there is no table.
enum NoTable {
    NothingChosen,
    Unreadable(Unreadable),
}

impl NoTable {
    fn words(&self, l: Lang) -> String {
        match self {
            Self::NothingChosen => l.import_nothing_chosen().to_owned(),
            Self::Unreadable(why) => l.unreadable(why),
        }
    }
}

/// Reads the file that was chosen, or the text that was pasted or confirmed.
async fn table_of(upload: &Upload) -> Result<Result<Vec<Record>, NoTable>, Failure> {
    let fields = [upload.bytes("file"), upload.bytes("text")];
    let Some(bytes) = fields.into_iter().find(|bytes| !bytes.trim_ascii().is_empty()) else {
        return Ok(Err(NoTable::NothingChosen));
    };
    let bytes = bytes.to_vec();
    let read = tokio::task::spawn_blocking(move || sheet::read(&bytes)).await;
    Ok(read.map_err(Error::broken)?.map_err(NoTable::Unreadable))
}

/// Gives what was pasted, so that it can be mended in place; what was confirmed is mended in the file.
fn pasted(upload: &Upload) -> String {
    match upload.has("confirm") || !upload.bytes("file").is_empty() {
        true => String::new(),
        false => upload.text("text").to_owned(),
    }
}

/// Undoes an import.
pub(in crate::web) async fn undo(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let l = visit.l;
    let id = fields.read("import").ok_or(Failure::NOT_FOUND)?;
    match app.undo_import(visit.actor()?, id, l.import_undo_reason()).await {
        Ok(()) => Ok(see("/admin/import?notice=import_undone")),
        Err(Error::Undo(why)) => show(&app, visit, Told::problem(l.no_undo(why)), Shown::default()).await,
        Err(error) => Err(error.into()),
    }
}

impl Preview {
    fn of(l: Lang, imported: &Imported, table: &[Record], reason: String) -> Self {
        let Imported { plan, before } = imported;
        let counts = [
            plan.added.len(),
            plan.changed.len(),
            plan.closed.len(),
            plan.unchanged.len(),
        ];
        let names = [
            l.import_added(),
            l.import_changed(),
            l.import_closed(),
            l.import_unchanged(),
        ];
        let classes = ["good", "warn", "bad", "same"];
        let mut notes: Vec<String> = Vec::new();
        if !plan.past.is_empty() {
            notes.push(l.import_past(plan.past.len()));
        }
        notes.extend(
            plan.later
                .iter()
                .take(20)
                .map(|later| l.import_later(later.row, later.until)),
        );
        let name = |unit: &UnitId| named(before, *unit);
        Self {
            counts: (0..4).map(|n| (names[n], counts[n], classes[n])).collect(),
            added: added(l, plan, before),
            changed: changed(l, plan, before),
            closed: plan.closed.iter().map(|one| named(before, one.unit)).collect(),
            absent: plan.absent.iter().take(SHOWN).map(name).collect(),
            notes,
            is_empty: plan.is_empty(),
            seen: counts.map(|n| n.to_string()).join("-"),
            reason,
            table: as_text(table),
        }
    }
}

fn named(tree: &UnitTree, unit: UnitId) -> String {
    tree.label(unit)
        .map(|label| label.to_string())
        .unwrap_or_default()
}

/// Gives the new units by the unit above them.
fn added(l: Lang, plan: &Plan, before: &UnitTree) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(Home, Vec<String>)> = Vec::new();
    for one in &plan.added {
        let code = one.code.as_ref().map_or("", |code| code.as_str());
        let line = format!("{} {} {code}", one.name, l.unit_kind(one.kind));
        match groups.iter_mut().find(|(home, _)| *home == one.home) {
            Some((_, lines)) => lines.push(line),
            None => groups.push((one.home, vec![line])),
        }
    }
    let title = |home: Home| match home {
        Home::Root => l.import_top().to_owned(),
        Home::Unit(unit) => named(before, unit),
        Home::Added(place) => plan
            .added
            .get(place)
            .map_or_else(String::new, |one| one.name.to_string()),
    };
    groups
        .into_iter()
        .map(|(home, lines)| (title(home), lines))
        .collect()
}

fn changed(l: Lang, plan: &Plan, before: &UnitTree) -> Vec<(String, Vec<String>)> {
    let one = |one: &crate::domain::import::Alteration| {
        let fields = one.fields.iter().map(|field| l.field_change(field)).collect();
        (named(before, one.unit), fields)
    };
    plan.changed.iter().take(SHOWN).map(one).collect()
}

/// Gives a table to fill in, with rows as examples.
pub(in crate::web) async fn template(visit: Visit, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let rows = example(visit.l);
    match asked.get("as") {
        "csv" => Ok(csv("units.csv", &rows)),
        _ => xlsx(visit.l.import_title(), "units.xlsx", &rows),
    }
}

/// Gives the headings and a small county.
pub(super) fn example(l: Lang) -> Vec<Vec<String>> {
    let units: [(&str, &str, &str, UnitKind); 5] = [
        ("990101", "", l.import_example_county(), UnitKind::County),
        (
            "990101101",
            "990101",
            l.import_example_township(),
            UnitKind::Township,
        ),
        (
            "990101101201",
            "990101101",
            l.import_example_village(),
            UnitKind::Village,
        ),
        (
            "990101101001",
            "990101101",
            l.import_example_community(),
            UnitKind::Community,
        ),
        ("", "990101", l.import_example_department(), UnitKind::Department),
    ];
    let mut rows = vec![Column::ALL.map(|column| l.column(column).to_owned()).to_vec()];
    for (n, (code, parent, name, kind)) in (1..).zip(units) {
        rows.push(vec![
            code.to_owned(),
            parent.to_owned(),
            name.to_owned(),
            l.unit_kind(kind).to_owned(),
            String::new(),
            l.import_example_post().to_owned(),
            format!("report{n}@county.example"),
            format!("backup{n}@county.example"),
            format!("head{n}@county.example"),
            format!("000-0000-10{n:02}"),
        ]);
    }
    rows
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::domain::calendar::day;
    use crate::domain::import::{plan, read};

    #[test]
    fn the_table_to_fill_in_is_itself_sound_in_both_languages() {
        for l in Lang::ALL {
            let rows = (1..).zip(example(l)).map(|(row, cells)| Record { row, cells });
            let rows: Vec<Record> = rows.collect();
            let read = read(&rows).unwrap_or_else(|faults| panic!("{faults:?}"));
            let today = day("2026-06-01").unwrap();
            let plan = plan(&read, &UnitTree::default(), &HashMap::new(), today);
            let plan = plan.unwrap_or_else(|faults| panic!("{faults:?}"));
            assert_eq!((plan.added.len(), rows[0].cells.len()), (5, Column::ALL.len()));
            assert!(plan.added.iter().all(|one| one.contacts.phone.is_some()));
        }
    }
}
