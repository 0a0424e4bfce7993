//! The daily bulletins: which there are, one as it was frozen, and what the next would say now. They print on A4.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;

use super::board::Asked;
use super::page::{Page, html};
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::access::{Deed, permit};
use crate::domain::bulletin::{Bulletin, DutyLine, offices};
use crate::domain::ids::UnitId;
use crate::i18n::Lang;
use crate::i18n::bulletin::Section;
use crate::service::ShownBulletin;

/// How many a page lists.
const LISTED: usize = 31;
/// For how many offices a page offers to look ahead.
const OFFICES: usize = 10;

#[derive(Template)]
#[template(path = "bulletins.html")]
struct ListPage {
    l: Lang,
    page: Page,
    rows: Vec<RowView>,
    /// Offices whose next bulletin the reader may look at: name and address.
    ahead: Vec<(String, String)>,
    /// The address of the next page.
    older: Option<String>,
}

struct RowView {
    href: String,
    name: String,
    day: String,
    said: String,
    /// What is unusual about it.
    note: Option<&'static str>,
    is_bad: bool,
}

#[derive(Template)]
#[template(path = "bulletin.html")]
struct OnePage {
    l: Lang,
    page: Page,
    name: String,
    day: String,
    said: String,
    is_bad: bool,
    notes: Vec<String>,
    sections: Vec<Section>,
    /// The last lines: when it was made, to how many it was sent, its digest.
    foot: Vec<String>,
    altered: bool,
}

/// Lists the bulletins that a reader may read, the latest first.
pub(super) async fn list(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let (l, actor) = (visit.l, visit.actor()?);
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let before = asked.get("before").parse().ok();
    let most = i64::try_from(LISTED).unwrap_or(i64::MAX) + 1;
    let mut found = app.bulletins(actor, before, most).await?;
    let more = found.len() > LISTED;
    found.truncate(LISTED);
    let older = found.last().filter(|_| more);
    let older = older.map(|one| format!("/bulletins?before={}", one.id));
    let mut ahead = Vec::new();
    if let (Ok(scope), true) = (
        permit(actor, Deed::SeeUrgent),
        app.settings.bulletin.time.is_some(),
    ) {
        let tree = app.tree().await?;
        let own = offices(&tree).filter(|unit| scope.covers(&unit.path));
        ahead.extend(own.take(OFFICES).map(|unit| {
            let words = l.bulletins_now(&unit.name);
            (words, format!("/bulletin/now?unit={}", unit.id))
        }));
    }
    html(&ListPage {
        l,
        rows: found.iter().map(|one| row(l, one)).collect(),
        ahead,
        older,
        page: visit.page.clone(),
    })
}

/// Shows one as it was frozen.
pub(super) async fn one(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let (l, zone) = (visit.l, app.settings.service.zone);
    let shown = app.bulletin(visit.actor()?, id).await?;
    let sent = match shown.letters {
        0 => l.bulletin_unsent().to_owned(),
        n => l.bulletin_sent(n),
    };
    let foot = vec![
        format!(
            "{} · {sent}",
            l.bulletin_made(l.moment_year(shown.bulletin.as_of, zone))
        ),
        l.bulletin_digest(&shown.digest),
    ];
    let told = (&shown.bulletin, shown.duty.as_deref());
    show(&app, &visit, told, foot, !shown.is_whole)
}

/// Shows what the next bulletin of an office would say now.
pub(super) async fn now(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let office = asked.get("unit").parse().map_err(|_| Failure::NOT_FOUND)?;
    let (told, duty) = app.bulletin_now(visit.actor()?, UnitId(office)).await?;
    show(&app, &visit, (&told, Some(&duty)), Vec::new(), false)
}

fn show(
    app: &App,
    visit: &Visit,
    (told, duty): (&Bulletin, Option<&[DutyLine]>),
    foot: Vec<String>,
    altered: bool,
) -> Result<Response, Failure> {
    let (l, zone) = (visit.l, app.settings.service.zone);
    html(&OnePage {
        l,
        name: l.bulletin_name(told),
        day: l.date(told.day),
        said: l.bulletin_headline(&told.reports),
        is_bad: told.reports.unmet > 0,
        notes: l.bulletin_notes(told, zone),
        sections: l.bulletin_sections(told, duty, zone),
        foot,
        altered,
        page: visit.page.clone(),
    })
}

fn row(l: Lang, shown: &ShownBulletin) -> RowView {
    let told = &shown.bulletin;
    RowView {
        href: format!("/bulletin/{}", shown.id),
        name: l.bulletin_name(told),
        day: l.date(told.day),
        said: l.bulletin_headline(&told.reports),
        note: match (shown.is_whole, shown.letters) {
            (false, _) => Some(l.bulletin_altered()),
            (true, 0) => Some(l.bulletin_unsent()),
            _ => None,
        },
        is_bad: told.reports.unmet > 0,
    }
}
