//! Writes deeds for a file: CSV for people's tables, JSON lines for programs; a chunk at a time, however many.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use chrono_tz::Tz;
use http_body_util::channel::{Channel, Sender};
use serde_json::json;

use super::filter::Filter;
use super::may_read;
use crate::store::{AuditFilter, AuditRow, Error, moment};
use crate::web::form::Fields;
use crate::web::visit::Visit;
use crate::web::{App, Failure};

/// How many deeds are read at once.
const CHUNK: i64 = 1000;
/// Tells Excel that a file is UTF-8.
const MARK: &str = "\u{feff}";

#[derive(Debug, Clone, Copy)]
enum Form {
    Csv,
    Lines,
}

/// Gives the deeds that were asked for as a file, the latest first. That it was done is a deed of its own.
pub(in crate::web) async fn export(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let actor = visit.actor()?;
    may_read(actor)?;
    let (form, name, kind) = match fields.get("form") {
        "jsonl" => (Form::Lines, "audit.jsonl", "application/x-ndjson"),
        _ => (Form::Csv, "audit.csv", "text/csv; charset=utf-8"),
    };
    let filter = Filter::read(|name| fields.get(name));
    let zone = app.settings.service.zone;
    let wanted = filter.wanted(&mut app.store.read().await?, zone).await?;
    app.export_audit(actor, name, &wanted).await?;
    let (sender, body) = Channel::<Bytes, Error>::new(2);
    tokio::spawn(async move {
        let mut sender = sender;
        if let Err(error) = write(&app, &wanted, form, zone, &mut sender).await {
            tracing::warn!(%error, "an export of the audit log ended early");
            sender.abort(error);
        }
    });
    let place = format!("attachment; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, place),
    ];
    Ok((headers, Body::new(body)).into_response())
}

async fn write(
    app: &App,
    wanted: &AuditFilter,
    form: Form,
    zone: Tz,
    sender: &mut Sender<Bytes, Error>,
) -> Result<(), Error> {
    if matches!(form, Form::Csv) {
        let names = ["number", "time", "actor", "deed", "subject", "detail", "hash"];
        let head = format!("{MARK}{}", csv_line(names.map(str::to_owned))?);
        if sender.send_data(head.into()).await.is_err() {
            return Ok(());
        }
    }
    let mut before = None;
    loop {
        let rows = app.store.read().await?.audit_like(wanted, before, CHUNK).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        before = Some(last.number);
        let mut text = String::new();
        for row in rows {
            text.push_str(&match form {
                Form::Csv => csv_line(cells(row, zone))?,
                Form::Lines => line(row),
            });
        }
        // Whoever asked has gone away: there is nobody to tell.
        if sender.send_data(text.into()).await.is_err() {
            return Ok(());
        }
    }
}

/// Writes a deed as the chain hashes it, with its link.
fn line(row: AuditRow) -> String {
    let mut text = json!({
        "number": row.number, "at": row.at, "actor": row.actor, "deed": row.deed,
        "subject": row.subject, "detail": row.detail, "hash": row.hash,
    })
    .to_string();
    text.push('\n');
    text
}

fn cells(row: AuditRow, zone: Tz) -> [String; 7] {
    let time = moment(row.at).with_timezone(&zone).to_rfc3339();
    [
        row.number.to_string(),
        time,
        row.actor,
        row.deed,
        row.subject,
        row.detail,
        row.hash,
    ]
}

fn csv_line(cells: [String; 7]) -> Result<String, Error> {
    let wrong = |error: &dyn std::fmt::Display| Error::Other(error.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(cells.map(|cell| inert(&cell)))
        .map_err(|error| wrong(&error))?;
    let bytes = writer.into_inner().map_err(|error| wrong(&error))?;
    String::from_utf8(bytes).map_err(|error| wrong(&error))
}

/// Makes a cell that no table program takes for a formula.
fn inert(cell: &str) -> String {
    match cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_runs_as_a_formula_and_none_breaks_its_line() {
        let row = AuditRow {
            number: 1,
            at: 0,
            actor: "=cmd()".to_owned(),
            deed: "@x".to_owned(),
            subject: "a,\"b\"\nc".to_owned(),
            detail: "{}".to_owned(),
            hash: "00".to_owned(),
        };
        assert_eq!(
            csv_line(cells(row, chrono_tz::UTC)).unwrap(),
            "1,1970-01-01T00:00:00+00:00,'=cmd(),'@x,\"a,\"\"b\"\"\nc\",{},00\n"
        );
    }
}
