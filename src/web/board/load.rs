//! Reads what one page of the board shows: the tree from memory, the rest in six queries; more where incidents are open or
//! no round is, and once a minute those that look for bulletins that are lacking or that nobody was sent.

use std::sync::Arc;

use chrono::TimeDelta;

use super::Address;
use super::coming::{Coming, coming};
use crate::domain::access::{Actor, Deed, Scope, permit};
use crate::domain::board::{Span, common, folds, matching, spans, within};
use crate::domain::ids::{RoundId, UnitId};
use crate::domain::period::Scope as Asks;
use crate::domain::roster::GapDay;
use crate::domain::tally::Tally;
use crate::domain::time::Timestamp;
use crate::domain::unit::{UnitPath, UnitTree};
use crate::service::{Error, LacksBulletin, Service};
use crate::store::{
    BoardChase, BoardDelivery, BoardIncident, BoardRound, BoardRow, Conn, Count, IncidentLine, Listing,
};

/// How many obligations a page lists.
pub(super) const LISTED: i64 = 500;
/// How many units a text may find.
const FOUND: usize = 500;
/// For how long after its closing a round can be chosen.
const RECENT: TimeDelta = TimeDelta::hours(24);
/// How far apart the due times of rounds lie that may share obligations.
const NEIGHBOURS: TimeDelta = TimeDelta::minutes(60);
/// How many open incidents a page shows.
const INCIDENTS: i64 = 30;

/// Everything that one page reads.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) now: Timestamp,
    pub(super) tree: Arc<UnitTree>,
    pub(super) scope: Scope,
    /// The unit within which to look, if the reader may.
    pub(super) focus: Option<UnitId>,
    /// The rounds that can be chosen, earliest due first.
    pub(super) rounds: Vec<BoardRound>,
    /// The place of the chosen one.
    pub(super) chosen: Option<usize>,
    pub(super) counts: Arc<Vec<Count>>,
    pub(super) total: Tally,
    pub(super) rows: Vec<BoardRow>,
    /// Whether another page follows.
    pub(super) more: bool,
    /// Whether a text found too many units.
    pub(super) too_many: bool,
    pub(super) incidents: Vec<BoardIncident>,
    /// The same, with their clocks.
    pub(super) lines: Vec<IncidentLine>,
    pub(super) delivery: BoardDelivery,
    /// Days, today and tomorrow, on which the roster of the reader's units lacks somebody.
    pub(super) duty: Vec<GapDay>,
    /// What comes, while no round is under way.
    pub(super) coming: Coming,
    /// Offices whose bulletin should be there and is not.
    pub(super) lacking: Vec<LacksBulletin>,
    /// Offices whose last bulletin nobody was sent.
    pub(super) unread: Vec<LacksBulletin>,
}

impl Loaded {
    pub(super) fn round(&self) -> Option<&BoardRound> {
        self.chosen.and_then(|place| self.rounds.get(place))
    }

    /// Gives how far the chases have come that the rows may be in.
    pub(super) fn chases(&self) -> impl Iterator<Item = &BoardChase> {
        self.rounds.iter().flat_map(|round| &round.chases)
    }

    pub(super) fn is_drill(&self) -> bool {
        self.round().is_some_and(|round| round.stored.round.drill)
    }
}

/// Where a page looks: ranges of paths, and how they fold.
#[derive(Debug)]
pub(in crate::web) struct Ground {
    pub(in crate::web) tree: Arc<UnitTree>,
    pub(in crate::web) scope: Scope,
    pub(in crate::web) focus: Option<UnitId>,
    pub(in crate::web) ranges: Vec<(String, String)>,
    pub(in crate::web) spans: Vec<Span>,
}

/// Finds where an actor may look. A unit out of scope is as if it were not asked for.
pub(super) async fn ground(
    app: &Service,
    actor: &Actor,
    deed: Deed,
    unit: Option<UnitId>,
) -> Result<Ground, Error> {
    Ok(ground_of(app.tree().await?, permit(actor, deed)?, unit))
}

/// Gives where a scope lets somebody look.
pub(in crate::web) fn ground_of(tree: Arc<UnitTree>, scope: Scope, unit: Option<UnitId>) -> Ground {
    let all = scope.ranges();
    let narrowed = unit
        .and_then(|id| tree.get(id))
        .map(|unit| (unit.id, within(&all, &unit.path)))
        .filter(|(_, ranges)| !ranges.is_empty());
    let (focus, ranges) = narrowed.map_or((None, all), |(id, ranges)| (Some(id), ranges));
    let spans = spans(&tree, &ranges, &folds(&tree, &scope, focus));
    Ground {
        tree,
        scope,
        focus,
        ranges,
        spans,
    }
}

/// Gives the units for which a reader stands: those at the top of what he sees.
fn own_units(ground: &Ground) -> Vec<UnitId> {
    match &ground.scope {
        Scope::Whole => ground.tree.roots().map(|unit| unit.id).collect(),
        Scope::Units { subtrees, .. } => subtrees.iter().filter_map(UnitPath::id).collect(),
    }
}

/// Reads the rounds that can be chosen, and the place of the one to show.
async fn choice(
    conn: &mut Conn,
    ground: &Ground,
    asked: Option<RoundId>,
    now: Timestamp,
) -> Result<(Vec<BoardRound>, Option<usize>), Error> {
    let mut rounds = conn
        .board_rounds(now - RECENT, asked, Some((&ground.ranges, now)))
        .await?;
    rounds.retain(|round| concerns(ground, round));
    let chosen = choose(&rounds, asked, now);
    Ok((rounds, chosen))
}

/// Reads everything that one page shows.
pub(super) async fn load(app: &Service, actor: &Actor, address: &Address) -> Result<Loaded, Error> {
    let now = app.now();
    let ground = ground(app, actor, Deed::SeeBoard, address.unit).await?;
    let mut conn = app.store.read().await?;
    let (rounds, chosen) = choice(&mut conn, &ground, address.round, now).await?;
    let coming = coming(app, &mut conn, &ground, (&rounds, chosen), now).await?;
    let mut loaded = Loaded {
        now,
        counts: Arc::default(),
        total: Tally::default(),
        rows: Vec::new(),
        more: false,
        too_many: false,
        incidents: conn.board_incidents(&ground.ranges, INCIDENTS).await?,
        lines: Vec::new(),
        coming,
        delivery: BoardDelivery::default(),
        lacking: app.lacking_bulletins(&mut conn, &ground.scope).await?,
        unread: app.unread_bulletins(&mut conn, &ground.scope).await?,
        duty: app.duty_gaps(&mut conn, &own_units(&ground)).await?,
        tree: ground.tree,
        scope: ground.scope,
        focus: ground.focus,
        chosen,
        rounds,
    };
    if !loaded.incidents.is_empty() {
        loaded.lines = conn.open_incidents(&ground.ranges, now, INCIDENTS).await?;
    }
    let whole = loaded.scope == Scope::Whole && loaded.focus.is_none();
    let round = loaded.round().map(|r| &r.stored.round);
    let span = round.map_or((now, now), |r| (r.window.opens(), r.window.closes()));
    loaded.delivery = conn.board_delivery(&ground.ranges, whole, span).await?;
    let Some((round, rounds)) = neighbours(&loaded.rounds, chosen) else {
        return Ok(loaded);
    };
    loaded.counts = app.board_counts(&mut conn, round, &rounds, &ground.spans).await?;
    loaded.total = loaded.counts.iter().map(|count| count.tally).sum();
    let spans = match address.text.as_str() {
        "" => ground.spans,
        text => {
            let (found, more) = matching(&loaded.tree, text, FOUND);
            loaded.too_many = more;
            let folds = folds(&loaded.tree, &loaded.scope, loaded.focus);
            spans(&loaded.tree, &common(&ground.ranges, &found), &folds)
        }
    };
    let wanted = Listing {
        filter: address.filter,
        kind: address.kind,
        offset: address.page * LISTED,
        limit: LISTED + 1,
    };
    loaded.rows = conn.board_list(round, &rounds, &spans, wanted, now).await?;
    let listed = usize::try_from(LISTED).unwrap_or_default();
    loaded.more = loaded.rows.len() > listed;
    loaded.rows.truncate(listed);
    Ok(loaded)
}

/// Tells whether a round asks any unit where the reader may look.
pub(in crate::web) fn concerns(ground: &Ground, round: &BoardRound) -> bool {
    touches(ground, &round.scope)
}

/// Tells whether what a period asks reaches into what a reader sees.
pub(super) fn touches(ground: &Ground, scope: &Asks) -> bool {
    ground.scope == Scope::Whole
        || scope
            .subtrees
            .iter()
            .filter_map(|id| ground.tree.get(*id))
            .any(|unit| !within(&ground.scope.ranges(), &unit.path).is_empty())
}

/// Gives what is shown first: what is real before drills; and what a period asks units for, then roll-ups, then follow-ups.
fn rank(round: &BoardRound) -> (bool, u8) {
    let kind = match (round.is_scheduled, round.stored.round.roll_up) {
        (true, false) => 0,
        (true, true) => 1,
        (false, _) => 2,
    };
    (round.stored.round.drill, kind)
}

/// Gives the place of the round to show: the one asked for; else of those that are open the one whose deadline is
/// nearest, what periods ask units for before the roll-ups of their parents, and those before follow-ups; else the last
/// that was.
pub(in crate::web) fn choose(rounds: &[BoardRound], asked: Option<RoundId>, now: Timestamp) -> Option<usize> {
    let window = |place: &usize| &rounds[*place].stored.round.window;
    if let Some(place) = rounds.iter().position(|r| Some(r.stored.round.id) == asked) {
        return Some(place);
    }
    let open = (0..rounds.len()).filter(|p| window(p).opens() <= now && now < window(p).closes());
    open.min_by_key(|p| (rank(&rounds[*p]), (window(p).due() - now).abs(), *p))
        .or_else(|| {
            let closed = (0..rounds.len()).filter(|p| window(p).closes() <= now);
            closed
                .max_by_key(|p| (std::cmp::Reverse(rank(&rounds[*p])), window(p).due()))
                .or(rounds.len().checked_sub(1))
        })
}

/// Gives the chosen round, and with it those whose obligations may serve it too.
pub(in crate::web) fn neighbours(
    rounds: &[BoardRound],
    chosen: Option<usize>,
) -> Option<(RoundId, Vec<RoundId>)> {
    let round = &rounds.get(chosen?)?.stored.round;
    let near = rounds.iter().map(|r| &r.stored.round).filter(|other| {
        other.drill == round.drill && (other.window.due() - round.window.due()).abs() <= NEIGHBOURS
    });
    Some((round.id, near.map(|r| r.id).collect()))
}
