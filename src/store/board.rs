//! Knows what the duty board reads: at most six queries a page, each within ranges of paths.
//!
//! * here — the rounds that the board can show, and the counts of one
//! * `list.rs` — the obligations that a filter leads to, with whom to phone and what was tried last
//! * `beneath.rs` — what the units below a parent owed in the last round before its roll-up
//! * `alarm.rs` — open incidents, how far chases have come, what delivery could not do

mod alarm;
mod beneath;
mod list;

pub use alarm::{BoardChase, BoardDelivery, BoardIncident};
pub use beneath::{Beneath, BeneathRow};
pub use list::{BoardRow, Listing};

use serde::Serialize;

use super::obligation::instant;
use super::unit::json;
use super::{Conn, Error, Result, StoredRound, batch, on, round};
use crate::domain::board::Span;
use crate::domain::ids::{RoundId, UnitId};
use crate::domain::period::Scope;
use crate::domain::tally::{Settled, Tally};
use crate::domain::time::Timestamp;

/// A round that the board can show, with the period that it belongs to.
#[derive(Debug, Clone)]
pub struct BoardRound {
    /// The round.
    pub stored: StoredRound,
    /// The name of its period.
    pub period: String,
    /// The document that the period rests on.
    pub basis: String,
    /// Whom the period covers.
    pub scope: Scope,
    /// Whether a period with a span asks for it; follow-ups are asked for by incidents.
    pub is_scheduled: bool,
}

#[derive(sqlx::FromRow)]
struct RoundRow {
    #[sqlx(flatten)]
    round: round::Row,
    period_name: String,
    basis: String,
    scope: String,
    span: i64,
}

impl TryFrom<RoundRow> for BoardRound {
    type Error = Error;
    fn try_from(row: RoundRow) -> Result<Self> {
        let stored = StoredRound::try_from(row.round)?;
        let period = stored.round.period.0;
        Ok(Self {
            stored,
            is_scheduled: row.span > 0,
            period: row.period_name,
            basis: row.basis,
            scope: serde_json::from_str(&row.scope)
                .map_err(|_| Error::broken("period", "scope", period, &row.scope))?,
        })
    }
}

/// The counts under one fold of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The unit; `None`: what stands directly below the top.
    pub fold: Option<UnitId>,
    /// The counts.
    pub tally: Tally,
}

#[derive(sqlx::FromRow)]
struct CountRow {
    fold: i64,
    expected: i64,
    upcoming: i64,
    open: i64,
    overdue: i64,
    missing: i64,
    on_time: i64,
    late: i64,
    excused: i64,
    outage: i64,
    all_clear: i64,
    incidents: i64,
    proxy: i64,
    phone: i64,
    claims: i64,
    settled: i64,
    settled_on_time: i64,
    settled_late: i64,
}

impl From<CountRow> for Count {
    fn from(row: CountRow) -> Self {
        let n = |count: i64| u64::try_from(count).unwrap_or(0);
        let tally = Tally {
            expected: n(row.expected),
            upcoming: n(row.upcoming),
            open: n(row.open),
            overdue: n(row.overdue),
            missing: n(row.missing),
            on_time: n(row.on_time),
            late: n(row.late),
            excused: n(row.excused),
            outage: n(row.outage),
            all_clear: n(row.all_clear),
            incidents: n(row.incidents),
            proxy: n(row.proxy),
            phone: n(row.phone),
            claims: n(row.claims),
            settled: Settled {
                of: n(row.settled),
                on_time: n(row.settled_on_time),
                late: n(row.settled_late),
            },
        };
        Self {
            fold: (row.fold != 0).then_some(UnitId(row.fold)),
            tally,
        }
    }
}

/// A span of a round, as a row of a batch.
#[derive(Serialize)]
struct SpanRow<'a> {
    fold: i64,
    lo: &'a str,
    hi: &'a str,
    round_id: i64,
}

/// Writes the spans of every round that may hold an obligation which one round serves.
fn span_rows(spans: &[Span], rounds: &[RoundId]) -> Result<String> {
    let rows: Vec<SpanRow<'_>> = rounds
        .iter()
        .flat_map(|round| {
            spans.iter().map(|span| SpanRow {
                fold: span.fold.map_or(0, |unit| unit.0),
                lo: &span.lo,
                hi: &span.hi,
                round_id: round.0,
            })
        })
        .collect();
    json(&rows)
}

/// Writes ranges as rows of a batch.
pub(super) fn range_rows(ranges: &[(String, String)]) -> Result<String> {
    #[derive(Serialize)]
    struct Range<'a> {
        lo: &'a str,
        hi: &'a str,
    }
    json(&ranges.iter().map(|(lo, hi)| Range { lo, hi }).collect::<Vec<_>>())
}

/// How an obligation `o` stands at `$3`, as [`crate::domain::standing`] and [`crate::domain::tally`] say it; a test
/// compares the two.
macro_rules! standing {
    () => {
        "CASE WHEN o.first_received_at IS NOT NULL THEN
              CASE WHEN o.claim = 'accepted' OR o.first_received_at < o.due_at + o.grace_ms
                THEN 'on_time' ELSE 'late' END
            WHEN o.excused_at IS NOT NULL THEN 'excused'
            WHEN o.opens_at > $3 THEN 'upcoming'
            WHEN EXISTS (SELECT 1 FROM outage u WHERE u.began_at <= o.opens_at AND u.ended_at >= o.closes_at)
              THEN 'outage'
            WHEN o.due_at + o.grace_ms > $3 THEN 'open'
            WHEN o.closes_at > $3 THEN 'overdue'
            ELSE 'missing' END AS standing"
    };
}

/// Joins the obligations `o` that serve the round `$2` to spans `r`: its own, and those of a neighbour that were merged.
macro_rules! serving {
    () => {
        " JOIN obligation o ON o.round_id = r.round_id AND o.path >= r.lo AND o.path < r.hi
            AND (r.round_id = $2 OR EXISTS (SELECT 1 FROM obligation_source s
                WHERE s.obligation_id = o.id AND s.round_id = $2))"
    };
}
use serving;
pub(super) use standing;

impl Conn {
    /// Gives the rounds that close after an instant, and one more with its neighbours of an hour; earliest due first.
    pub async fn board_rounds(
        &mut self,
        closing: Timestamp,
        also: Option<RoundId>,
    ) -> Result<Vec<BoardRound>> {
        const SQL: &str = "SELECT d.id, d.rule_id, d.period_id, d.business_date, d.label, d.level, d.opens_at,
                d.due_at, d.grace_ms, d.closes_at, d.ladder_id, d.drill, d.roll_up, d.unit_cursor, d.opened_at, d.seal,
                p.name AS period_name, p.basis, p.scope, p.ends_at - p.starts_at AS span
            FROM round d JOIN period p ON p.id = d.period_id
            WHERE d.closes_at > $1 OR d.id = $2 OR EXISTS (SELECT 1 FROM round e WHERE e.id = $2
                AND d.due_at >= e.due_at - 3600000 AND d.due_at <= e.due_at + 3600000)
            ORDER BY d.due_at, d.id";
        let (closing, also) = (closing.timestamp_millis(), also.map_or(0, |id| id.0));
        let rows: Vec<RoundRow> =
            on!(self, c => sqlx::query_as(SQL).bind(closing).bind(also).fetch_all(c).await)?;
        rows.into_iter().map(BoardRound::try_from).collect()
    }

    /// Counts the obligations that serve a round by fold, as they stand at `now`. `rounds` holds the round itself and
    /// its neighbours, whose obligations may serve it too. A fold without any is left out.
    pub async fn board_counts(
        &mut self,
        round: RoundId,
        rounds: &[RoundId],
        spans: &[Span],
        now: Timestamp,
    ) -> Result<Vec<Count>> {
        let sql = batch!(self, concat!(
            "SELECT x.fold, COUNT(*) AS expected,
                COUNT(*) FILTER (WHERE x.standing = 'upcoming') AS upcoming,
                COUNT(*) FILTER (WHERE x.standing = 'open') AS open,
                COUNT(*) FILTER (WHERE x.standing = 'overdue') AS overdue,
                COUNT(*) FILTER (WHERE x.standing = 'missing') AS missing,
                COUNT(*) FILTER (WHERE x.standing = 'on_time') AS on_time,
                COUNT(*) FILTER (WHERE x.standing = 'late') AS late,
                COUNT(*) FILTER (WHERE x.standing = 'excused') AS excused,
                COUNT(*) FILTER (WHERE x.standing = 'outage') AS outage,
                COUNT(*) FILTER (WHERE x.received = 1 AND x.content = 'all_clear') AS all_clear,
                COUNT(*) FILTER (WHERE x.received = 1 AND x.content = 'incident') AS incidents,
                COUNT(*) FILTER (WHERE x.received = 1 AND x.provenance = 'proxy') AS proxy,
                COUNT(*) FILTER (WHERE x.received = 1 AND x.provenance = 'phone') AS phone,
                COUNT(*) FILTER (WHERE x.standing = 'on_time' AND x.in_time = 0) AS claims,
                COUNT(*) FILTER (WHERE x.settled = 1) AS settled,
                COUNT(*) FILTER (WHERE x.settled = 1 AND x.standing = 'on_time') AS settled_on_time,
                COUNT(*) FILTER (WHERE x.settled = 1 AND x.standing = 'late') AS settled_late
            FROM (SELECT y.*, CASE WHEN y.past = 1 AND y.standing NOT IN ('excused', 'outage', 'upcoming')
                THEN 1 ELSE 0 END AS settled
            FROM (SELECT r.fold, o.content, o.provenance, ", standing!(), ",
                CASE WHEN o.first_received_at IS NOT NULL THEN 1 ELSE 0 END AS received,
                CASE WHEN o.first_received_at < o.due_at + o.grace_ms THEN 1 ELSE 0 END AS in_time,
                CASE WHEN o.due_at + o.grace_ms <= $3 THEN 1 ELSE 0 END AS past
            FROM "), [fold bigint, lo text, hi text, round_id bigint],
            concat!(serving!(), ") AS y) AS x GROUP BY x.fold ORDER BY x.fold"));
        let (rows, now) = (span_rows(spans, rounds)?, now.timestamp_millis());
        let rows: Vec<CountRow> =
            on!(self, c => sqlx::query_as(sql).bind(rows).bind(round.0).bind(now).fetch_all(c).await)?;
        Ok(rows.into_iter().map(Count::from).collect())
    }
}

/// Reads an instant that may be missing.
fn maybe(table: &'static str, column: &'static str, row: i64, ms: Option<i64>) -> Result<Option<Timestamp>> {
    ms.map(|ms| instant(table, column, row, ms)).transpose()
}
