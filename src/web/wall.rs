//! The wall: the round, its townships and the open incidents on a large screen, for whoever has the key of a link.
//!
//! The key stands behind the `#` of the link, so no log and no proxy ever sees it in an address. The shell is the same for
//! everybody and holds nothing; its script sends the key in a header and shows what comes back. Nothing can be done there.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use chrono::{Offset as _, TimeDelta};

use super::assets::ADDRESSES;
use super::board::load::{Ground, choose, concerns, ground_of, neighbours};
use super::board::{class_name, colour, when};
use super::page::{Page, html, html_with};
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::access::Scope;
use crate::domain::board::Filter;
use crate::domain::ids::IncidentId;
use crate::domain::tally::Tally;
use crate::domain::time::{Timestamp, local_day};
use crate::i18n::Lang;
use crate::store::{BoardIncident, BoardRound, Conn, Count, WallLink};

/// The header that carries the key.
const KEY: &str = "x-wall-key";
/// How many townships have a tile.
const TILES: usize = 35;
/// How many incidents are named.
const INCIDENTS: usize = 7;
/// For how long after its closing a round is shown.
const RECENT: TimeDelta = TimeDelta::hours(24);

#[derive(Template)]
#[template(path = "wall.html")]
struct Shell {
    l: Lang,
    page: Page,
    style: &'static str,
    script: &'static str,
    /// A sentence with `{n}` in it, for the script.
    stale: String,
}

#[derive(Template)]
#[template(path = "wall_gone.html")]
struct Gone {
    words: &'static str,
}

#[derive(Template)]
#[template(path = "wall_now.html")]
struct Now {
    l: Lang,
    office: String,
    place: String,
    mark: Option<String>,
    date: String,
    as_of: String,
    /// Unix milliseconds, and by how many seconds local time is ahead of UTC: for the clock.
    now: i64,
    ahead: i32,
    round: Option<RoundView>,
    counts: Vec<(&'static str, &'static str, u64)>,
    /// Where else units are late.
    elsewhere: Vec<String>,
    tiles: Vec<Tile>,
    more: usize,
    incidents: Vec<IncidentView>,
    incident_count: usize,
    more_incidents: usize,
}

struct RoundView {
    label: String,
    day: String,
    due: String,
    drill: bool,
    /// To which instant, or since which, the script counts; Unix milliseconds. None: it has closed.
    counts_to: Option<i64>,
    what: &'static str,
    /// `before`, `open`, `near`, `late` or `closed`.
    phase: &'static str,
}

/// A township.
struct Tile {
    name: String,
    received: u64,
    expected: u64,
    /// `bad`, `open`, `good` or `calm`.
    tone: &'static str,
    shape: &'static str,
    words: String,
    incidents: u64,
}

struct IncidentView {
    severity: &'static str,
    colour: &'static str,
    class: String,
    unit: String,
    time: String,
    answer: Option<String>,
    is_unanswered: bool,
    /// Where and what, if the link shows texts.
    text: Option<String>,
}

/// Gives the shell.
pub(super) async fn shell(visit: Visit) -> Result<Response, Failure> {
    html(&Shell {
        l: visit.l,
        style: &ADDRESSES.wall_style,
        script: &ADDRESSES.wall_script,
        stale: visit.l.wall_stale("{n}"),
        page: visit.page,
    })
}

/// Gives what the wall shows now to whoever sends the key of a link.
pub(super) async fn now(
    State(app): State<App>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let key = headers.get(KEY).and_then(|key| key.to_str().ok());
    let key = key.unwrap_or_default();
    let link = app.wall(key).await?;
    let Some(link) = link else {
        let words = match key {
            "" => visit.l.wall_needs_key(),
            _ => visit.l.wall_revoked(),
        };
        return html_with(StatusCode::UNAUTHORIZED, &Gone { words });
    };
    html(&look(&app, &visit, &link).await?)
}

async fn look(app: &App, visit: &Visit, link: &WallLink) -> Result<Now, Failure> {
    let (l, zone, now) = (visit.l, app.settings.service.zone, app.now());
    let tree = app.tree().await?;
    let unit = tree.get(link.unit).ok_or(Failure::NOT_FOUND)?;
    let scope = Scope::Units {
        subtrees: vec![unit.path.clone()],
        single: Vec::new(),
    };
    let place = unit.name.to_string();
    let ground = ground_of(tree.clone(), scope, None);
    let mut conn = app.store.read().await?;
    let mut rounds = conn
        .board_rounds(now - RECENT, None, Some((&ground.ranges, now)))
        .await?;
    rounds.retain(|round| concerns(&ground, round));
    let chosen = choose(&rounds, None, now);
    let counts = match neighbours(&rounds, chosen) {
        Some((round, near)) => app.board_counts(&mut conn, round, &near, &ground.spans).await?,
        None => Default::default(),
    };
    let incidents = conn.board_incidents(&ground.ranges, 99).await?;
    let texts = match link.texts {
        true => texts(&mut conn, &incidents).await?,
        false => Vec::new(),
    };
    drop(conn);
    let total: Tally = counts.iter().map(|count| count.tally).sum();
    let (tiles, more) = tiles(&ground, &counts, l);
    let time = |at| when(l, at, now, zone);
    let round = chosen.and_then(|place| rounds.get(place));
    Ok(Now {
        l,
        office: visit.page.office.clone(),
        place,
        mark: visit.page.mark.clone(),
        date: l.date(local_day(now, zone)),
        as_of: l.time_exact(now, zone),
        now: now.timestamp_millis(),
        ahead: now.with_timezone(&zone).offset().fix().local_minus_utc(),
        counts: round.map(|_| counts_of(&total, l)).unwrap_or_default(),
        round: round.map(|round| round_view(round, now, l, &time)),
        elsewhere: elsewhere(&rounds, chosen, l),
        tiles,
        more,
        incident_count: incidents.len(),
        more_incidents: incidents.len().saturating_sub(INCIDENTS),
        incidents: incidents
            .iter()
            .take(INCIDENTS)
            .map(|one| incident(app, &ground, one, &texts, l, &time))
            .collect(),
    })
}

/// Gives where each incident happened and what, as last reported.
async fn texts(conn: &mut Conn, incidents: &[BoardIncident]) -> Result<Vec<(IncidentId, String)>, Failure> {
    let ids: Vec<IncidentId> = incidents.iter().take(INCIDENTS).map(|one| one.id).collect();
    let latest = conn.latest_reports(&ids).await?;
    let reports: Vec<_> = latest.iter().map(|(_, report)| *report).collect();
    let kept = conn.check_ins(&reports).await?;
    let text = |(incident, report): &(IncidentId, _)| {
        let kept = kept.iter().find(|kept| kept.check_in.id == *report)?;
        let said = kept.check_in.content.incident()?;
        let parts = [said.place.as_str(), said.what.as_str()];
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        (!parts.is_empty()).then(|| (*incident, parts.join(" · ")))
    };
    Ok(latest.iter().filter_map(text).collect())
}

/// Names the rounds that are not shown, and in which units are late.
fn elsewhere(rounds: &[BoardRound], chosen: Option<usize>, l: Lang) -> Vec<String> {
    let others = rounds.iter().enumerate();
    let others = others.filter(|(place, round)| Some(*place) != chosen && round.late > 0);
    others
        .map(|(_, round)| l.late_elsewhere(round.late, &round.stored.round.label))
        .collect()
}

fn counts_of(total: &Tally, l: Lang) -> Vec<(&'static str, &'static str, u64)> {
    let unmet = total.unmet();
    [
        (Filter::All, total.expected),
        (Filter::Reported, total.received()),
        (Filter::AllClear, total.all_clear),
        (Filter::Incident, total.incidents),
        (Filter::Unmet, unmet),
        (Filter::Late, total.late),
        (Filter::Excused, total.excused),
    ]
    .map(|(filter, n)| (filter.code(), l.filter(filter), n))
    .into()
}

fn round_view(round: &BoardRound, now: Timestamp, l: Lang, time: &dyn Fn(Timestamp) -> String) -> RoundView {
    let round = &round.stored.round;
    let window = &round.window;
    let (phase, what, to) = match () {
        () if now < window.opens() => ("before", l.wall_opens(), Some(window.opens())),
        () if now >= window.closes() => ("closed", l.wall_closed(), None),
        () if now >= window.due() => ("late", l.wall_over(), Some(window.due())),
        () if window.due() - now <= TimeDelta::minutes(30) => ("near", l.wall_left(), Some(window.due())),
        () => ("open", l.wall_left(), Some(window.due())),
    };
    RoundView {
        label: round.label.clone(),
        day: l.short_date(round.day),
        due: l.board_due(time(window.due())),
        drill: round.drill,
        counts_to: to.map(|at| at.timestamp_millis()),
        what,
        phase,
    }
}

/// Gives the tiles in the order of the tree, and how many there is no room for; then the worst come first.
fn tiles(ground: &Ground, counts: &[Count], l: Lang) -> (Vec<Tile>, usize) {
    let mut counts: Vec<&Count> = counts.iter().filter(|count| count.tally.expected > 0).collect();
    if counts.len() > TILES {
        counts.sort_by_key(|count| {
            let t = &count.tally;
            std::cmp::Reverse((t.overdue + t.missing, t.open, t.incidents))
        });
    }
    let more = counts.len().saturating_sub(TILES);
    let tile = |count: &&Count| {
        let t = &count.tally;
        let unit = count.fold.and_then(|id| ground.tree.get(id));
        let silent = t.overdue + t.missing;
        let (tone, shape, words) = match () {
            () if t.overdue > 0 => ("bad", "■", l.wall_overdue(silent)),
            () if silent > 0 => ("bad", "■", l.wall_missing(silent)),
            () if t.open + t.outage > 0 => ("open", "▲", l.wall_open(t.open + t.outage)),
            () if t.upcoming > 0 => ("calm", "○", l.wall_upcoming().to_owned()),
            () => ("good", "✔", l.wall_all_in().to_owned()),
        };
        Tile {
            name: unit.map_or_else(|| l.board_direct().to_owned(), |unit| unit.name.to_string()),
            received: t.received(),
            expected: t.expected,
            tone,
            shape,
            words,
            incidents: t.incidents,
        }
    };
    (counts.iter().take(TILES).map(tile).collect(), more)
}

fn incident(
    app: &App,
    ground: &Ground,
    one: &BoardIncident,
    texts: &[(IncidentId, String)],
    l: Lang,
    time: &dyn Fn(Timestamp) -> String,
) -> IncidentView {
    use crate::domain::alert::State;
    let above = one.path.ancestors().next().and_then(|id| ground.tree.get(id));
    let state = one.alert.as_ref().map(|known| &known.alert.state);
    let answer = state.map(|state| match state {
        State::Acknowledged { at, .. } => format!("✔ {}", l.wall_answered(time(*at))),
        State::Running { .. } | State::Exhausted { .. } if one.closed.is_some() => {
            format!("■ {}", l.incident_over_unanswered(l.alert_unacknowledged()))
        }
        State::Running { .. } | State::Exhausted { .. } => format!("■ {}", l.alert_unacknowledged()),
    });
    IncidentView {
        severity: l.severity(one.severity),
        colour: colour(one.severity),
        class: class_name(&app.classes(), &one.class, l),
        unit: above.map_or_else(
            || one.name.clone(),
            |above| format!("{} · {}", above.name, one.name),
        ),
        time: time(one.opened),
        is_unanswered: state.is_some_and(|state| !matches!(state, State::Acknowledged { .. })),
        answer,
        text: texts
            .iter()
            .find(|(id, _)| *id == one.id)
            .map(|(_, text)| text.clone()),
    }
}
