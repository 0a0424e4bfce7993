//! Says the whole board: the round, the counts as links, what is red, and the list by fold.

use askama::Template;
use chrono_tz::Tz;

use super::folds::{FoldView, QuietView, folds};
use super::load::Loaded;
use super::red::{IncidentView, RedView, Strip, reds};
use super::{Address, Asked, when};
use crate::domain::access::{Actor, Deed, Scope, permit};
use crate::domain::board::Filter;
use crate::domain::incident::Severity;
use crate::domain::tally::{Rate, Tally};
use crate::domain::unit::UnitKind;
use crate::i18n::Lang;
use crate::store::{BoardIncident, BoardRound};
use crate::web::incident::Lister;
use crate::web::page::Page;
use crate::web::visit::Visit;
use crate::web::{App, Failure};

/// The duty board.
#[derive(Template)]
#[template(path = "board.html")]
pub(super) struct Board {
    pub(super) l: Lang,
    pub(super) page: Page,
    pub(super) notice: Option<String>,
    /// What can be taken back.
    pub(super) undo: Option<super::UndoView>,
    /// To the second.
    pub(super) as_of: String,
    /// The address to reload: without a round, it goes with the day.
    pub(super) live: String,
    /// The address to come back to.
    pub(super) here: String,
    pub(super) tabs: Vec<Tab>,
    pub(super) round: Option<RoundView>,
    /// What comes next, while no round is under way.
    pub(super) coming: Option<String>,
    /// Whether the reader is to declare a period first.
    pub(super) declares: bool,
    pub(super) counts: Vec<CountView>,
    pub(super) completeness: Option<RateView>,
    pub(super) timeliness: Option<RateView>,
    pub(super) strip: StripView,
    pub(super) reds: Vec<RedView>,
    pub(super) last_mail: String,
    pub(super) may: May,
    /// How many have not reported, for the tab.
    pub(super) missing: u64,
    /// The unit for which the reader stands, if it has units of its own below the top.
    pub(super) own: Option<i64>,
    /// The kinds of units to choose from: code, name, whether it is chosen.
    pub(super) kinds: Vec<(&'static str, &'static str, bool)>,
    /// The units to look within: number, name, whether it is chosen.
    pub(super) places: Vec<(i64, String, bool)>,
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

/// The open incidents.
pub(super) struct StripView {
    /// How many there are.
    pub(super) all: String,
    /// How many of them are late by a clock or a follow-up.
    pub(super) late: Option<String>,
    /// Those that nobody has yet, that leaders were told of, or that are grave.
    pub(super) pressing: Vec<IncidentView>,
    /// The others, and how many there are of each severity.
    pub(super) others: Vec<IncidentView>,
    pub(super) by_severity: String,
}

impl StripView {
    fn of(incidents: &[BoardIncident], late: usize, strip: &Strip<'_>) -> Self {
        let (pressing, others): (Vec<_>, Vec<_>) = incidents.iter().partition(|one| {
            let grave = matches!(one.severity, Severity::I | Severity::II);
            one.urgent || one.alert.is_some() || grave
        });
        Self {
            all: strip.l.incidents_open(incidents.len()),
            late: (late > 0).then(|| strip.l.incidents_late(late)),
            by_severity: by_severity(&others, strip.l),
            pressing: pressing.into_iter().map(|one| strip.incident(one)).collect(),
            others: others.into_iter().map(|one| strip.incident(one)).collect(),
        }
    }
}

/// A round that can be chosen.
pub(super) struct Tab {
    pub(super) href: String,
    pub(super) label: String,
    pub(super) due: String,
    /// How many units are late and have not reported.
    pub(super) late: Option<String>,
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

impl RateView {
    fn of(rate: Rate) -> Option<Self> {
        let of = rate.to_string();
        rate.percent().map(|percent| Self { of, percent })
    }
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
    pub(super) judge: bool,
    pub(super) confirm: bool,
    pub(super) share: bool,
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
            judge: may(Deed::Judge),
            confirm: may(Deed::Confirm),
            share: may(Deed::ShareWall),
        }
    }
}

/// Says when a letter was last accepted.
fn last_mail(l: Lang, loaded: &Loaded, zone: Tz) -> String {
    match loaded.delivery.relay.accepted {
        Some(at) => l.delivery_last(when(l, at, loaded.now, zone)),
        None => l.delivery_none().to_owned(),
    }
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
    let live = here.to_string();
    here.round = loaded.round().map(|round| round.stored.round.id);
    let (folds, quiet) = folds(loaded, &here, l, zone, may);
    let sees_outbox = permit(actor, Deed::SeeOutbox).is_ok();
    let sees_roster = permit(actor, Deed::SeeRoster).is_ok();
    let strip = Strip {
        l,
        zone,
        now: loaded.now,
        tree: &loaded.tree,
        classes: app.classes(),
        opens_alerts: permit(actor, Deed::SeeUrgent).is_ok(),
    };
    let lister = Lister::of(app, l, &loaded.tree);
    let late = loaded.lines.iter().filter(|line| lister.line(line).is_late());
    let late = late.count();
    Ok(Board {
        l,
        page: visit.page.clone().of_drill(loaded.is_drill()),
        notice: super::notice::notice(l, asked),
        undo: super::notice::undo(asked, loaded.now),
        as_of: l.time_exact(loaded.now, zone),
        live,
        here: here.to_string(),
        tabs: tabs(loaded, &here, l, zone),
        round: loaded.round().map(|round| round_view(round, loaded, l, zone)),
        coming: loaded.coming.words(app, l, loaded),
        declares: loaded.coming.is_to_declare(actor),
        counts: counts(&loaded.total, &here, l),
        completeness: RateView::of(loaded.total.completeness()),
        timeliness: RateView::of(loaded.total.timeliness()),
        strip: StripView::of(&loaded.incidents, late, &strip),
        reds: reds(loaded, l, zone, (sees_outbox, sees_roster), &here),
        last_mail: last_mail(l, loaded, zone),
        may,
        missing: loaded.total.unmet(),
        own: own(loaded),
        kinds: kinds(&here, l),
        places: places(loaded),
        kept: kept(&here),
        text: here.text.clone(),
        filter: l.filter(here.filter),
        focus: focus(loaded, &here),
        is_filtered: here.is_filtered(),
        cleared: here.cleared().to_string(),
        listed: l.board_listed(loaded.rows.len()),
        too_many: loaded.too_many,
        folds,
        quiet,
        next: loaded.more.then(|| at_page(&here, here.page + 1)),
        first: (here.page > 0).then(|| at_page(&here, 0)),
    })
}

/// Says how many incidents there are of each severity.
fn by_severity(incidents: &[&BoardIncident], l: Lang) -> String {
    let count = |severity: &Severity| incidents.iter().filter(|one| one.severity == *severity).count();
    let each = Severity::ALL.iter().filter(|severity| count(severity) > 0);
    each.map(|severity| format!("{} {}", l.severity(*severity), count(severity)))
        .collect::<Vec<_>>()
        .join(" · ")
}

fn at_page(here: &Address, page: i64) -> String {
    Address { page, ..here.clone() }.to_string()
}

fn kept(here: &Address) -> Vec<(&'static str, String)> {
    let mut kept = Vec::new();
    if let Some(round) = here.round {
        kept.push(("round", round.0.to_string()));
    }
    if here.filter != Filter::default() {
        kept.push(("standing", here.filter.code().to_owned()));
    }
    kept
}

/// Gives the kinds of units that report, to choose from.
fn kinds(here: &Address, l: Lang) -> Vec<(&'static str, &'static str, bool)> {
    let all = UnitKind::ALL.into_iter().skip(4);
    all.map(|kind| (kind.code(), l.unit_kind(kind), here.kind == Some(kind)))
        .collect()
}

/// Gives the units to look within: the folds, or the one that is looked at.
fn places(loaded: &Loaded) -> Vec<(i64, String, bool)> {
    let folds = loaded.counts.iter().filter_map(|count| count.fold);
    let units: Vec<_> = match loaded.focus {
        Some(focus) => vec![focus],
        None => folds.collect(),
    };
    let named = units.into_iter().filter_map(|id| loaded.tree.get(id));
    named
        .map(|unit| (unit.id.0, unit.name.to_string(), loaded.focus == Some(unit.id)))
        .collect()
}

/// Gives the unit for which a reader stands, when it is neither the top nor a unit without others below it.
fn own(loaded: &Loaded) -> Option<i64> {
    let Scope::Units { subtrees, .. } = &loaded.scope else {
        return None;
    };
    let unit = match subtrees.as_slice() {
        [one] => loaded.tree.get(one.id()?)?,
        _ => return None,
    };
    let below = loaded.tree.children(unit.id).next().is_some();
    (below && unit.parent.is_some()).then_some(unit.id.0)
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
    let tab = |board: &BoardRound| {
        let round = &board.stored.round;
        Tab {
            href: here.of_round(round.id).to_string(),
            label: match round.drill {
                true => format!("{} · {}", l.drill_mark(), round.label),
                false => round.label.clone(),
            },
            due: when(l, round.window.due(), loaded.now, zone),
            late: (board.late > 0).then(|| l.late_units(board.late)),
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
    let unmet = total.unmet();
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
