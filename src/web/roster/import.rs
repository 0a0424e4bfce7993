//! Takes a table into a roster: first a preview, then the same table again with a yes.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::acts::kept;
use crate::domain::ids::UnitId;
use crate::domain::roster::{Column, DayChange, Duty, Shift};
use crate::i18n::Lang;
use crate::service::Error;
use crate::sheet;
use crate::web::board::{Asked, with_notice};
use crate::web::page::{Page, html, html_with, see};
use crate::web::table::{as_text, xlsx};
use crate::web::upload::Upload;
use crate::web::visit::Visit;
use crate::web::{App, Failure};

#[derive(Template)]
#[template(path = "roster_import.html")]
struct ImportPage {
    l: Lang,
    page: Page,
    unit: i64,
    name: String,
    /// What is wrong: a sentence above, then the rows.
    problem: Option<String>,
    faults: Vec<String>,
    preview: Option<Preview>,
}

struct Preview {
    days: Vec<(String, Vec<String>, Vec<String>)>,
    /// The table, for the confirmation.
    table: String,
}

/// Shows the form.
pub(in crate::web) async fn form(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let unit = kept(&app, &visit, asked.number("unit")).await?;
    html(&empty(&visit, unit.id, unit.name.as_str()))
}

fn empty(visit: &Visit, unit: UnitId, name: &str) -> ImportPage {
    ImportPage {
        l: visit.l,
        page: visit.page.clone(),
        unit: unit.0,
        name: name.to_owned(),
        problem: None,
        faults: Vec::new(),
        preview: None,
    }
}

/// Takes a table: shows what it would change, or changes it.
pub(in crate::web) async fn take(
    State(app): State<App>,
    visit: Visit,
    upload: Upload,
) -> Result<Response, Failure> {
    let l = visit.l;
    let unit = kept(&app, &visit, upload.text("unit").parse().ok()).await?;
    let blank = empty(&visit, unit.id, unit.name.as_str());
    let refuse = |problem: String, faults: Vec<String>| {
        let page = ImportPage {
            problem: Some(problem),
            faults,
            ..empty(&visit, unit.id, unit.name.as_str())
        };
        html_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
    };
    let fields = [upload.bytes("file"), upload.bytes("text")];
    let Some(bytes) = fields.into_iter().find(|bytes| !bytes.trim_ascii().is_empty()) else {
        return refuse(l.roster_nothing_chosen().to_owned(), Vec::new());
    };
    let bytes = bytes.to_vec();
    let read = tokio::task::spawn_blocking(move || sheet::read(&bytes)).await;
    let table = match read.map_err(Error::broken)? {
        Ok(table) => table,
        Err(why) => return refuse(l.unreadable(&why), Vec::new()),
    };
    let actor = visit.actor()?;
    let result = match upload.has("confirm") {
        true => app.import_roster(actor, unit.id, &table).await,
        false => app.preview_roster(actor, unit.id, &table).await,
    };
    let changes = match result {
        Ok(changes) => changes,
        Err(Error::Roster(faults)) => {
            let words = faults.iter().map(|fault| l.roster_fault(fault)).collect();
            return refuse(l.roster_refused(faults.len()), words);
        }
        Err(error) => return Err(error.into()),
    };
    if upload.has("confirm") {
        let first = changes.first().map(|change| format!("&week={}", change.day));
        let back = format!("/roster?unit={}{}", unit.id, first.unwrap_or_default());
        return Ok(see(&with_notice(
            &back,
            "roster_imported",
            &changes.len().to_string(),
        )));
    }
    let preview = Preview {
        days: changes.iter().map(|change| told(l, change)).collect(),
        table: as_text(&table),
    };
    html(&ImportPage {
        preview: Some(preview),
        ..blank
    })
}

/// Says what changes on a day.
fn told(l: Lang, change: &DayChange) -> (String, Vec<String>, Vec<String>) {
    let posts = |shifts: &[Shift]| {
        let one = |shift: &Shift| {
            let phone = shift.post.phone.as_deref().unwrap_or_default();
            let (duty, post) = (l.duty(shift.duty), &shift.post);
            format!("{duty}　{} {} {phone}", post.name, post.address.as_str())
        };
        shifts.iter().map(one).collect()
    };
    (l.date(change.day), posts(&change.before), posts(&change.after))
}

/// Gives a workbook to fill in, with two days as examples.
pub(in crate::web) async fn template(State(app): State<App>, visit: Visit) -> Result<Response, Failure> {
    let l = visit.l;
    let today = app.duty_day();
    let mut rows = vec![Column::ALL.map(|column| l.roster_column(column).to_owned())];
    for later in 1..=2 {
        let n = later.to_string();
        let post = |duty: Duty| format!("{} {n}", l.duty(duty));
        rows.push([
            super::plus(today, later).to_string(),
            post(Duty::Leader),
            format!("leader{n}@county.example"),
            format!("000-0000-100{n}"),
            post(Duty::Officer),
            format!("officer{n}@county.example"),
            format!("000-0000-200{n}"),
        ]);
    }
    xlsx(l.roster_title(), "roster.xlsx", &rows)
}
