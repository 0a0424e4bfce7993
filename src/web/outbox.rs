//! The outbox: letters by tray with every attempt, addresses that are refused, the relay; and what a person can do.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono::TimeDelta;

use super::board::notice::{notice, with_notice};
use super::board::{Asked, when};
use super::form::Fields;
use super::leaf::{LINES, Leaf};
use super::letters::{Clerk, LetterView, tray};
use super::page::{Page, html, see};
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::access::{Deed, Scope, permit};
use crate::domain::ids::LetterId;
use crate::domain::unit::UnitPath;
use crate::i18n::Lang;
use crate::service::Error;
use crate::store::{BadContact, RelayState, Tray, moment};

/// How many letters a page lists.
const LISTED: i64 = 50;
/// How many units a page names in all.
const NAMED: i64 = 600;
/// How far back letters that have ended are counted.
const COUNTED: TimeDelta = TimeDelta::days(3);

#[derive(Template)]
#[template(path = "outbox.html")]
struct Outbox {
    l: Lang,
    page: Page,
    notice: Option<String>,
    trays: Vec<TrayView>,
    here: &'static str,
    letters: Vec<LetterView>,
    older: Option<String>,
    bad: Vec<BadView>,
    leaf: Leaf,
    relay: String,
    relay_words: Option<String>,
    relay_is_bad: bool,
    may_retry: bool,
}

struct TrayView {
    href: String,
    code: &'static str,
    word: &'static str,
    n: i64,
    is_chosen: bool,
}

#[derive(Debug, Clone)]
struct BadView {
    address: String,
    since: String,
    words: String,
    units: Vec<String>,
}

/// Shows one tray.
pub(super) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let (l, zone, now) = (visit.l, app.settings.service.zone, app.now());
    let actor = visit.actor()?;
    let scope = permit(actor, Deed::SeeOutbox)?;
    let may_retry = permit(actor, Deed::RetryLetter).is_ok();
    let (ranges, whole) = (scope.ranges(), scope == Scope::Whole);
    let tree = app.tree().await?;
    let mut conn = app.store.read().await?;
    let counts = conn.posted_counts(&ranges, whole, now - COUNTED).await?;
    let count = |tray: Tray| counts.iter().find(|(t, _)| *t == tray).map_or(0, |(_, n)| *n);
    // What failed comes first; then what is on its way; then what has arrived.
    let first = [Tray::Failed, Tray::Waiting].into_iter().find(|t| count(*t) > 0);
    let chosen = Tray::parse(asked.get("tray")).or(first).unwrap_or(Tray::Accepted);
    let before = asked.number("before").map(LetterId);
    let letters = conn.posted_in(chosen, &ranges, whole, before, LISTED).await?;
    let ids: Vec<LetterId> = letters.iter().map(|letter| letter.id).collect();
    let attempts = conn.attempts(&ids).await?;
    let units = conn.named_units(&ids, NAMED).await?;
    let bad = conn.bad_contacts(None).await?;
    let relay = conn.relay().await?;
    drop(conn);
    let clerk = Clerk {
        l,
        zone,
        now,
        tree: &tree,
    };
    let full = i64::try_from(letters.len()).is_ok_and(|n| n == LISTED);
    let last = ids.last().filter(|_| full);
    let time = |at| when(l, at, now, zone);
    let (relay_line, relay_is_bad) = relay_line(l, &relay, now, &time);
    let bad = bad_views(&bad, &scope, &time);
    let bad_here = format!("/outbox?tray={}", chosen.code());
    let leaf = Leaf::of(&asked, (bad.len(), LINES), &bad_here, l);
    html(&Outbox {
        l,
        page: visit.page.clone(),
        notice: notice(l, &asked),
        trays: trays(l, &count, chosen),
        here: chosen.code(),
        letters: clerk.letters(&letters, &attempts, &units),
        older: last.map(|id| format!("/outbox?tray={}&before={id}", chosen.code())),
        bad: leaf.cut(&bad).to_vec(),
        leaf,
        relay: relay_line,
        relay_words: relay.words.filter(|_| relay_is_bad),
        relay_is_bad,
        may_retry,
    })
}

/// Says the trays; that of held letters only if there are any.
fn trays(l: Lang, count: &impl Fn(Tray) -> i64, chosen: Tray) -> Vec<TrayView> {
    let view = |t: Tray| TrayView {
        href: format!("/outbox?tray={}", t.code()),
        code: t.code(),
        word: tray(l, t),
        n: count(t),
        is_chosen: t == chosen,
    };
    let shown = |t: &TrayView| t.n > 0 || t.is_chosen || t.code != Tray::Held.code();
    Tray::ALL.into_iter().map(view).filter(shown).collect()
}

/// Says how the relay is, and whether that is bad.
pub(super) fn relay_line(
    l: Lang,
    relay: &RelayState,
    now: crate::domain::time::Timestamp,
    time: &impl Fn(crate::domain::time::Timestamp) -> String,
) -> (String, bool) {
    match (relay.stopped, relay.paused_until, relay.accepted) {
        (Some(at), _, _) => (l.relay_stopped(time(at)), true),
        (None, Some(until), _) if until > now => (l.relay_paused(time(until)), true),
        (None, _, Some(at)) => (l.relay_good(time(at)), false),
        (None, _, None) => (l.relay_fresh().to_owned(), false),
    }
}

/// Says the refused addresses that concern the reader, each with its units.
fn bad_views(
    bad: &[BadContact],
    scope: &Scope,
    time: &impl Fn(crate::domain::time::Timestamp) -> String,
) -> Vec<BadView> {
    let mut views: Vec<BadView> = Vec::new();
    for one in bad {
        let path = one.path.as_deref().and_then(|path| UnitPath::parse(path).ok());
        let theirs = path.as_ref().is_some_and(|path| scope.covers(path));
        if !theirs && *scope != Scope::Whole {
            continue;
        }
        let name = one.name.clone();
        match views.last_mut().filter(|view| view.address == one.address) {
            Some(view) => view.units.extend(name),
            None => views.push(BadView {
                address: one.address.clone(),
                since: time(moment(one.since)),
                words: one.words.clone(),
                units: name.into_iter().collect(),
            }),
        }
    }
    views
}

fn back(fields: &Fields) -> String {
    let tray = Tray::parse(fields.get("tray")).unwrap_or(Tray::Failed);
    format!("/outbox?tray={}", tray.code())
}

fn done(fields: &Fields, notice: &str, result: Result<(), Error>) -> Result<Response, Failure> {
    match result {
        Ok(()) => Ok(see(&with_notice(&back(fields), notice, ""))),
        Err(Error::Already(_)) => Ok(see(&with_notice(&back(fields), "already", ""))),
        Err(error) => Err(error.into()),
    }
}

/// Sends a letter again.
pub(super) async fn retry(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let id = fields.read("letter").map(LetterId).ok_or(Failure::NOT_FOUND)?;
    done(&fields, "retried", app.retry_letter(visit.actor()?, id).await)
}

/// Sets a letter aside.
pub(super) async fn handle(
    State(app): State<App>,
    visit: Visit,
    fields: Fields,
) -> Result<Response, Failure> {
    let id = fields.read("letter").map(LetterId).ok_or(Failure::NOT_FOUND)?;
    done(&fields, "handled", app.handle_letter(visit.actor()?, id).await)
}

/// Trusts an address again.
pub(super) async fn trust(State(app): State<App>, visit: Visit, fields: Fields) -> Result<Response, Failure> {
    let result = app.clear_bad_address(visit.actor()?, fields.get("address")).await;
    done(&fields, "trusted", result)
}
