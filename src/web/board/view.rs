//! Says the whole board: the round, the counts as links, what is red, and the list by fold.

use std::collections::BTreeMap;

use askama::Template;
use chrono_tz::Tz;

use super::load::{LISTED, Loaded};
use super::red::{IncidentView, RedView, Strip, reds};
use super::rows::{RowView, Teller};
use super::{Address, Asked, when};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::board::Filter;
use crate::domain::ids::UnitId;
use crate::domain::tally::{Rate, Tally};
use crate::i18n::Lang;
use crate::store::BoardRound;
use crate::web::page::Page;
use crate::web::visit::Visit;
use crate::web::{App, Failure};

/// How many rows are unfolded at once; the rest waits folded.
const UNFOLDED: usize = 60;

/// The duty board.
#[derive(Template)]
#[template(path = "board.html")]
pub(super) struct Board {
    pub(super) l: Lang,
    pub(super) page: Page,
    pub(super) notice: Option<String>,
    /// To the second.
    pub(super) as_of: String,
    /// The address to reload.
    pub(super) here: String,
    pub(super) tabs: Vec<Tab>,
    pub(super) round: Option<RoundView>,
    pub(super) counts: Vec<CountView>,
    pub(super) completeness: Option<RateView>,
    pub(super) timeliness: Option<RateView>,
    pub(super) incidents: Vec<IncidentView>,
    pub(super) reds: Vec<RedView>,
    pub(super) last_mail: String,
    pub(super) may: May,
    /// The parameters that a search keeps.
    pub(super) kept: Vec<(&'static str, String)>,
    pub(super) text: String,
    pub(super) filter: &'static str,
    pub(super) focus: Option<FocusView>,
    pub(super) is_filtered: bool,
    pub(super) cleared: String,
    pub(super) listed: String,
    pub(super) too_many: bool,
    pub(super) folds: Vec<FoldView>,
    /// Folds without a listed row.
    pub(super) quiet: Vec<QuietView>,
    pub(super) next: Option<String>,
    pub(super) first: Option<String>,
}

/// A round that can be chosen.
pub(super) struct Tab {
    pub(super) href: String,
    pub(super) label: String,
    pub(super) due: String,
    pub(super) is_chosen: bool,
}

/// The round that is shown.
pub(super) struct RoundView {
    pub(super) label: String,
    pub(super) day: String,
    pub(super) period: String,
    pub(super) level: &'static str,
    pub(super) basis: String,
    pub(super) due: String,
    /// How long is left, or for how long it is overdue; that it has closed.
    pub(super) left: String,
    /// `before`, `open`, `near`, `late` or `closed`.
    pub(super) phase: &'static str,
    pub(super) closes: String,
    pub(super) grace: Option<String>,
    pub(super) drill: bool,
}

/// A count that leads to its list.
pub(super) struct CountView {
    pub(super) href: String,
    pub(super) word: &'static str,
    pub(super) n: u64,
    pub(super) code: &'static str,
    pub(super) is_chosen: bool,
}

/// A rate, with what it is made of.
pub(super) struct RateView {
    pub(super) of: String,
    pub(super) percent: String,
}

/// The unit within which the reader looks, and the way back.
pub(super) struct FocusView {
    pub(super) name: String,
    pub(super) up: String,
}

/// What the reader may do.
#[derive(Debug, Clone, Copy)]
pub(super) struct May {
    pub(super) contact: bool,
    pub(super) enter: bool,
    pub(super) excuse: bool,
    pub(super) extend: bool,
}

impl May {
    /// Tells whether a row has any act at all.
    pub(super) fn any(self) -> bool {
        self.contact || self.enter || self.excuse || self.extend
    }

    fn of(actor: &Actor) -> Self {
        let may = |deed| permit(actor, deed).is_ok();
        Self {
            contact: may(Deed::Proxy),
            enter: may(Deed::Proxy) || may(Deed::RecordPhone),
            excuse: may(Deed::Excuse),
            extend: may(Deed::Extend),
        }
    }
}

/// The rows under one unit.
pub(super) struct FoldView {
    pub(super) key: i64,
    pub(super) name: String,
    pub(super) href: Option<String>,
    pub(super) tally: Tally,
    pub(super) rows: Vec<RowView>,
    pub(super) is_open: bool,
    /// Where all of its unmet units get more time, if the reader may do that.
    pub(super) extend: Option<String>,
}

/// A unit with nothing in the list.
pub(super) struct QuietView {
    pub(super) name: String,
    pub(super) href: Option<String>,
    pub(super) received: u64,
    pub(super) expected: u64,
    pub(super) is_all_in: bool,
}

/// Says the board.
pub(super) fn view(
    app: &App,
    visit: &Visit,
    loaded: &Loaded,
    address: &Address,
    asked: &Asked,
) -> Result<Board, Failure> {
    let (l, zone) = (visit.l, app.settings.service.zone);
    let actor = visit.actor()?;
    let may = May::of(actor);
    // Links name the round, so that the page stays with it when another one opens.
    let mut here = Address {
        unit: loaded.focus,
        ..address.clone()
    };
    here.round = loaded.round().map(|round| round.stored.round.id);
    let (folds, quiet) = folds(loaded, &here, l, zone, may);
    let sees_outbox = permit(actor, Deed::SeeOutbox).is_ok();
    let strip = Strip {
        l,
        zone,
        now: loaded.now,
        tree: &loaded.tree,
        classes: &app.classes,
        opens_alerts: permit(actor, Deed::SeeUrgent).is_ok(),
    };
    let rate = |rate: Rate| {
        let of = rate.to_string();
        rate.percent().map(|percent| RateView { of, percent })
    };
    Ok(Board {
        l,
        page: visit.page.clone(),
        notice: super::acts::notice(l, asked),
        as_of: l.time_exact(loaded.now, zone),
        here: here.to_string(),
        tabs: tabs(loaded, &here, l, zone),
        round: loaded.round().map(|round| round_view(round, loaded, l, zone)),
        counts: counts(&loaded.total, &here, l),
        completeness: rate(loaded.total.completeness()),
        timeliness: rate(loaded.total.timeliness()),
        incidents: loaded.incidents.iter().map(|one| strip.incident(one)).collect(),
        reds: reds(loaded, l, zone, sees_outbox, &here),
        last_mail: match loaded.delivery.relay.accepted {
            Some(at) => l.delivery_last(when(l, at, loaded.now, zone)),
            None => l.delivery_none().to_owned(),
        },
        may,
        kept: kept(&here),
        text: here.text.clone(),
        filter: l.filter(here.filter),
        focus: focus(loaded, &here),
        is_filtered: !here.text.is_empty() || here.filter != Filter::Todo || here.unit.is_some(),
        cleared: Address {
            round: here.round,
            ..Address::default()
        }
        .to_string(),
        listed: l.board_listed(loaded.rows.len()),
        too_many: loaded.too_many,
        folds,
        quiet,
        next: loaded.more.then(|| at_page(&here, here.page + 1)),
        first: (here.page > 0).then(|| at_page(&here, 0)),
    })
}

fn at_page(here: &Address, page: i64) -> String {
    Address { page, ..here.clone() }.to_string()
}

fn kept(here: &Address) -> Vec<(&'static str, String)> {
    let mut kept = Vec::new();
    if let Some(round) = here.round {
        kept.push(("round", round.0.to_string()));
    }
    if let Some(unit) = here.unit {
        kept.push(("unit", unit.0.to_string()));
    }
    if here.filter != Filter::default() {
        kept.push(("standing", here.filter.code().to_owned()));
    }
    kept
}

fn focus(loaded: &Loaded, here: &Address) -> Option<FocusView> {
    let unit = loaded.tree.get(loaded.focus?)?;
    let up = unit.parent.filter(|id| {
        // Back to the whole, where that is the reader's own top.
        let covers = loaded
            .tree
            .get(*id)
            .is_some_and(|above| loaded.scope.covers(&above.path));
        covers && loaded.tree.parent(*id).is_some()
    });
    Some(FocusView {
        name: unit.name.as_str().to_owned(),
        up: here.within(up).to_string(),
    })
}

fn tabs(loaded: &Loaded, here: &Address, l: Lang, zone: Tz) -> Vec<Tab> {
    let tab = |round: &BoardRound| {
        let round = &round.stored.round;
        Tab {
            href: here.of_round(round.id).to_string(),
            label: round.label.clone(),
            due: when(l, round.window.due(), loaded.now, zone),
            is_chosen: Some(round.id) == here.round,
        }
    };
    loaded.rounds.iter().map(tab).collect()
}

fn round_view(round: &BoardRound, loaded: &Loaded, l: Lang, zone: Tz) -> RoundView {
    let (now, stored) = (loaded.now, &round.stored.round);
    let window = &stored.window;
    let time = |at| when(l, at, now, zone);
    let near = chrono::TimeDelta::minutes(30);
    let (phase, left) = match () {
        () if now < window.opens() => ("before", l.board_opens(time(window.opens()))),
        () if now >= window.closes() => ("closed", l.board_closed(time(window.closes()))),
        () if now >= window.due() => ("late", l.until(window.due(), now)),
        () if window.due() - now <= near => ("near", l.until(window.due(), now)),
        () => ("open", l.until(window.due(), now)),
    };
    RoundView {
        label: stored.label.clone(),
        day: l.date(stored.day),
        period: round.period.clone(),
        level: l.level(stored.level),
        basis: round.basis.clone(),
        due: l.board_due(time(window.due())),
        left,
        phase,
        closes: l.board_closes(time(window.closes())),
        grace: (!window.grace().is_zero()).then(|| l.board_grace(time(window.on_time_until()))),
        drill: stored.drill,
    }
}

fn counts(total: &Tally, here: &Address, l: Lang) -> Vec<CountView> {
    let unmet = total.open + total.overdue + total.missing + total.outage;
    let all = [
        (Filter::Todo, unmet + total.incidents),
        (Filter::All, total.expected),
        (Filter::Reported, total.received()),
        (Filter::AllClear, total.all_clear),
        (Filter::Incident, total.incidents),
        (Filter::Unmet, unmet),
        (Filter::Overdue, total.overdue + total.missing),
        (Filter::Late, total.late),
        (Filter::Excused, total.excused),
        (Filter::Proxy, total.proxy + total.phone),
        (Filter::Outage, total.outage),
    ];
    all.into_iter()
        .filter(|(filter, n)| *filter != Filter::Outage || *n > 0)
        .map(|(filter, n)| CountView {
            href: here.filtered(filter).to_string(),
            word: l.filter(filter),
            n,
            code: filter.code(),
            is_chosen: here.filter == filter,
        })
        .collect()
}

/// Puts the rows under their folds, the worst first; folds without a row are told in short.
fn folds(loaded: &Loaded, here: &Address, l: Lang, zone: Tz, may: May) -> (Vec<FoldView>, Vec<QuietView>) {
    let teller = Teller {
        l,
        zone,
        now: loaded.now,
        loaded,
    };
    let mut rows: BTreeMap<Option<UnitId>, Vec<RowView>> = BTreeMap::new();
    for row in &loaded.rows {
        rows.entry(row.fold).or_default().push(teller.row(row));
    }
    let is_small = loaded.rows.len() <= UNFOLDED || i64::try_from(loaded.counts.len()).is_ok_and(|n| n == 1);
    let mut noisy = Vec::new();
    let mut quiet = Vec::new();
    for count in loaded.counts.iter() {
        let unit = count.fold.and_then(|id| loaded.tree.get(id));
        let name = unit
            .map_or(l.board_direct(), |unit| unit.name.as_str())
            .to_owned();
        let within = here.within(count.fold);
        let href = unit
            .map(|_| within.to_string())
            .filter(|_| loaded.focus != count.fold);
        let tally = count.tally;
        match rows.remove(&count.fold) {
            Some(rows) => noisy.push(FoldView {
                key: count.fold.map_or(0, |id| id.0),
                extend: extend_all(&within, &tally, may).filter(|_| unit.is_some()),
                name,
                href,
                tally,
                rows,
                is_open: is_small,
            }),
            None => quiet.push(QuietView {
                name,
                href,
                received: tally.received(),
                expected: tally.expected,
                is_all_in: tally.received() + tally.excused == tally.expected,
            }),
        }
    }
    noisy.sort_by_key(|fold| {
        let t = &fold.tally;
        std::cmp::Reverse((t.overdue + t.missing, t.open + t.outage, t.incidents))
    });
    if !is_small {
        let mut shown = 0;
        for fold in &mut noisy {
            shown += fold.rows.len();
            fold.is_open = shown <= UNFOLDED;
        }
    }
    (noisy, quiet)
}

/// Gives where all unmet units within a unit get more time.
fn extend_all(within: &Address, tally: &Tally, may: May) -> Option<String> {
    let owed = tally.open + tally.overdue > 1;
    let (round, unit) = within.round.zip(within.unit)?;
    (may.extend && owed).then(|| format!("/board/extend?round={round}&unit={unit}"))
}

/// How many rows one page lists at most.
const _: () = assert!(LISTED >= UNFOLDED as i64);
