//! The auditor's page: who did what, by filters; the head of the chain, a check of all of it, and a way out of it.
//!
//! * `export.rs` — the deeds as CSV or JSON lines, a chunk at a time
//! * `filter.rs` — what the address asks for

mod export;
mod filter;

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono_tz::Tz;
use serde_json::Value;

pub(super) use export::export;
use filter::Filter;

use super::board::Asked;
use super::form::Fields;
use super::page::{Page, html_with};
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::audit::Head;
use crate::domain::checkin::Author;
use crate::domain::ids::{AccountId, DeviceId};
use crate::i18n::Lang;
use crate::store::{AuditRow, Conn, moment};

/// How many deeds a page lists.
const LISTED: i64 = 100;
/// The longest text of particulars that a page shows, in characters.
const SHOWN: usize = 600;

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    l: Lang,
    page: Page,
    head: Option<String>,
    verdict: Option<Verdict>,
    noted: String,
    filter: Filter,
    deeds: Vec<(String, String)>,
    rows: Vec<RowView>,
    older: Option<String>,
    newest: Option<String>,
}

/// What a check of the chain found.
struct Verdict {
    is_good: bool,
    words: String,
}

struct RowView {
    number: i64,
    time: String,
    actor: String,
    actor_code: String,
    deed: String,
    subject: String,
    detail: String,
}

/// Shows the deeds that the address asks for.
pub(super) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    show(&app, &visit, &asked, StatusCode::OK, None, "").await
}

/// Walks the whole chain and says what was found.
pub(super) async fn verify(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let (l, text) = (visit.l, fields.get("noted").trim());
    let noted = match text {
        "" => Ok(None),
        text => text.parse::<Head>().map(Some),
    };
    let Ok(noted) = noted else {
        let verdict = Verdict {
            is_good: false,
            words: l.audit_noted_bad().to_owned(),
        };
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return show(&app, &visit, &Asked::default(), status, Some(verdict), text).await;
    };
    let verdict = match app.verify_chain(visit.actor()?, noted).await? {
        Ok(head) => Verdict {
            is_good: true,
            words: l.audit_whole(head.number),
        },
        Err(found) => Verdict {
            is_good: false,
            words: l.audit_break(found),
        },
    };
    show(
        &app,
        &visit,
        &Asked::default(),
        StatusCode::OK,
        Some(verdict),
        text,
    )
    .await
}

async fn show(
    app: &App,
    visit: &Visit,
    asked: &Asked,
    status: StatusCode,
    verdict: Option<Verdict>,
    noted: &str,
) -> Result<Response, Failure> {
    let (l, zone) = (visit.l, app.settings.service.zone);
    permit(visit.actor()?, Deed::ReadAudit)?;
    let filter = Filter::read(|name| asked.get(name));
    let mut conn = app.store.read().await?;
    let wanted = filter.wanted(&mut conn, zone).await?;
    let before = asked.number("before");
    let rows = conn.audit_like(&wanted, before, LISTED).await?;
    let head = conn.audit_head().await?;
    let deeds = conn.audit_deeds().await?;
    let names = names(&mut conn, &rows, l).await?;
    drop(conn);
    let full = i64::try_from(rows.len()).is_ok_and(|n| n == LISTED);
    let last = rows.last().map(|row| row.number).filter(|_| full);
    let view = AuditPage {
        l,
        page: visit.page.clone(),
        head: (head.0 > 0).then(|| format!("{}:{}", head.0, head.1)),
        verdict,
        noted: noted.chars().take(100).collect(),
        deeds: deeds.into_iter().map(|deed| (word(l, &deed), deed)).collect(),
        rows: rows.iter().map(|row| row_view(l, zone, row, &names)).collect(),
        older: last.map(|number| filter.address(Some(number))),
        newest: before.map(|_| filter.address(None)),
        filter,
    };
    html_with(status, &view)
}

/// Names a kind of deed; one without words by its code.
fn word(l: Lang, deed: &str) -> String {
    l.did(deed).unwrap_or(deed).to_owned()
}

fn row_view(l: Lang, zone: Tz, row: &AuditRow, names: &BTreeMap<String, String>) -> RowView {
    RowView {
        number: row.number,
        time: moment(row.at)
            .with_timezone(&zone)
            .format("%Y-%m-%d %H:%M:%S")
            .to_string(),
        actor: names
            .get(&row.actor)
            .cloned()
            .unwrap_or_else(|| row.actor.clone()),
        actor_code: row.actor.clone(),
        deed: word(l, &row.deed),
        subject: row.subject.clone(),
        detail: particulars(&row.detail),
    }
}

/// Writes the particulars as `name value · name value`.
fn particulars(detail: &str) -> String {
    let said = match serde_json::from_str(detail) {
        Ok(Value::Object(fields)) => {
            let field = |(name, value): (&String, &Value)| match value {
                Value::Null => None,
                Value::String(text) => Some(format!("{name} {text}")),
                other => Some(format!("{name} {other}")),
            };
            fields.iter().filter_map(field).collect::<Vec<_>>().join(" · ")
        }
        _ => detail.to_owned(),
    };
    match said.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &said[..end]),
        None => said,
    }
}

/// Gives the names of those who acted, by how the chain writes them.
async fn names(conn: &mut Conn, rows: &[AuditRow], l: Lang) -> Result<BTreeMap<String, String>, Failure> {
    let mut names = BTreeMap::new();
    for row in rows {
        if names.contains_key(&row.actor) {
            continue;
        }
        let (kind, id) = row.actor.split_once(':').unwrap_or((&row.actor, ""));
        let id: i64 = id.parse().unwrap_or_default();
        let author = match kind {
            "account" => Some(Author::Account(AccountId(id))),
            "device" => Some(Author::Device(DeviceId(id))),
            "token" => Some(Author::Token(id)),
            _ => None,
        };
        let label = match author {
            Some(author) => conn.author_label(author).await?,
            None => None,
        };
        let name = match (kind, label) {
            ("service", _) => l.audit_service().to_owned(),
            ("console", _) => l.audit_console().to_owned(),
            ("device", _) => l.audit_device(id),
            ("token", label) => format!("{} {}", l.audit_token(id), label.unwrap_or_default()),
            (_, Some(label)) => label,
            (_, None) => continue,
        };
        names.insert(row.actor.clone(), name.trim_end().to_owned());
    }
    Ok(names)
}

/// Tells whether somebody may read the chain; for handlers that begin with something else.
fn may_read(actor: &Actor) -> Result<(), Failure> {
    Ok(permit(actor, Deed::ReadAudit).map(|_| ())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn particulars_are_written_for_a_reader_whatever_they_hold() {
        assert_eq!(
            particulars(r#"{"n":2,"reason":"断电","other":null}"#),
            "n 2 · reason 断电"
        );
        assert_eq!(particulars("not json"), "not json");
        assert_eq!(particulars(&"村".repeat(5000)).chars().count(), SHOWN + 1);
    }
}
