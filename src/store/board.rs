//! Knows what the duty board reads: at most six queries a page, each within ranges of paths.
//!
//! * here — the rounds that the board can show, and the counts of one
//! * `list.rs` — the obligations that a filter leads to, with whom to phone and what was tried last
//! * `beneath.rs` — what the units below a parent owed in the last round before its roll-up
//! * `alarm.rs` — open incidents, how far chases have come, what delivery could not do

mod alarm;
mod beneath;
mod list;

pub use alarm::{BoardAlert, BoardChase, BoardDelivery, BoardIncident};
pub use beneath::{Beneath, BeneathRow};
pub use list::{BoardRow, Listing};

use std::collections::BTreeMap;

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
    /// How many units were late and have not reported, a thousand at most.
    pub late: i64,
    /// Of how many units that have not reported a step could tell nobody.
    pub gaps: i64,
    /// How far its chases have come.
    pub chases: Vec<BoardChase>,
}

#[derive(sqlx::FromRow)]
struct RoundRow {
    #[sqlx(flatten)]
    round: round::Row,
    period_name: String,
    basis: String,
    scope: String,
    span: i64,
    late_units: i64,
    gaps: i64,
    #[sqlx(flatten)]
    chase: alarm::ChaseRow,
}

impl TryFrom<RoundRow> for BoardRound {
    type Error = Error;
    fn try_from(row: RoundRow) -> Result<Self> {
        let stored = StoredRound::try_from(row.round)?;
        let period = stored.round.period.0;
        let chase = row.chase.chase(stored.round.id)?;
        Ok(Self {
            stored,
            is_scheduled: row.span > 0,
            late: row.late_units,
            gaps: row.gaps,
            period: row.period_name,
            basis: row.basis,
            scope: serde_json::from_str(&row.scope)
                .map_err(|_| Error::broken("period", "scope", period, &row.scope))?,
            chases: chase.into_iter().collect(),
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

/// Obligations under one fold that count alike.
#[derive(sqlx::FromRow)]
struct AlikeRow {
    fold: i64,
    standing: String,
    content: Option<String>,
    provenance: Option<String>,
    in_time: i64,
    past: i64,
    n: i64,
}

impl AlikeRow {
    /// As [`Tally::one`] counts each of them.
    fn tally(&self) -> Tally {
        let n = u64::try_from(self.n).unwrap_or(0);
        let mut tally = Tally {
            expected: n,
            ..Tally::default()
        };
        let count = match self.standing.as_str() {
            "upcoming" => &mut tally.upcoming,
            "open" => &mut tally.open,
            "overdue" => &mut tally.overdue,
            "missing" => &mut tally.missing,
            "excused" => &mut tally.excused,
            "outage" => &mut tally.outage,
            "on_time" => &mut tally.on_time,
            _ => &mut tally.late,
        };
        *count = n;
        if tally.received() > 0 {
            match self.content.as_deref() {
                Some("all_clear") => tally.all_clear = n,
                Some("incident") => tally.incidents = n,
                _ => {}
            }
            match self.provenance.as_deref() {
                Some("proxy") => tally.proxy = n,
                Some("phone") => tally.phone = n,
                _ => {}
            }
        }
        if tally.on_time > 0 && self.in_time == 0 {
            tally.claims = n;
        }
        if self.past == 1 && tally.upcoming + tally.excused + tally.outage == 0 {
            tally.settled = Settled {
                of: n,
                on_time: tally.on_time,
                late: tally.late,
            };
        }
        tally
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
/// compares the two. One row of `outage` covers a whole window, since those that touch are one.
macro_rules! standing {
    () => {
        "CASE WHEN o.first_received_at IS NOT NULL THEN
              CASE WHEN o.claim = 'accepted' OR o.first_received_at < o.due_at + o.grace_ms
                THEN 'on_time' ELSE 'late' END
            WHEN o.excused_at IS NOT NULL THEN 'excused'
            WHEN o.opens_at > $3 THEN 'upcoming'
            WHEN EXISTS (SELECT 1 FROM outage u WHERE u.began_at <= o.opens_at AND u.ended_at >= o.closes_at
                AND u.cause <> 'clock_back')
              THEN 'outage'
            WHEN o.due_at + o.grace_ms > $3 THEN 'open'
            WHEN o.closes_at > $3 THEN 'overdue'
            ELSE 'missing' END AS standing"
    };
}

/// Says when the reporters of an obligation were last reminded of it by hand.
macro_rules! reminded {
    ($of:literal) => {
        concat!(
            " (SELECT MAX(l.created_at) FROM letter_item i JOIN letter l ON l.id = i.letter_id WHERE i.obligation_id = ",
            $of,
            ".id AND SUBSTR(l.dedup_key, 1, 2) = 'n/') AS reminded_at"
        )
    };
}

/// Counts the units in the ranges `span` that have not reported to a round `d` after its due time, a thousand at most.
macro_rules! late {
    () => {
        "(SELECT COUNT(*) FROM (SELECT 1 FROM obligation o JOIN span s ON o.path >= s.lo AND o.path < s.hi
            WHERE o.round_id = d.id AND o.first_received_at IS NULL AND o.excused_at IS NULL
            AND o.due_at + o.grace_ms <= $3 AND NOT EXISTS (SELECT 1 FROM outage u
                WHERE u.began_at <= o.opens_at AND u.ended_at >= o.closes_at) LIMIT 1000) AS x)"
    };
}

/// Counts the units in the ranges `span` that have not reported to a round `d`, and of which a step could tell nobody.
macro_rules! gaps {
    () => {
        "(SELECT COUNT(DISTINCT g.obligation_id) FROM obligation o JOIN span s ON o.path >= s.lo AND o.path < s.hi
            JOIN gap g ON g.obligation_id = o.id AND g.due_at = o.due_at
            WHERE o.round_id = d.id AND o.first_received_at IS NULL AND o.excused_at IS NULL)"
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
use reminded;
use serving;
pub(super) use standing;

impl Conn {
    /// Gives the rounds that close after an instant, and one more with its neighbours of an hour, earliest due first;
    /// with how far their chases have come. `late`: where to count who is late at an instant; else none is.
    pub async fn board_rounds(
        &mut self,
        closing: Timestamp,
        also: Option<RoundId>,
        late: Option<(&[(String, String)], Timestamp)>,
    ) -> Result<Vec<BoardRound>> {
        let sql = batch!(self, "WITH span AS (SELECT r.lo, r.hi FROM ", [lo text, hi text], concat!("),
            near AS MATERIALIZED (SELECT d.*, ", late!(), " AS late_units, ", gaps!(), " AS gaps FROM round d
                WHERE d.closes_at > $4 OR d.id = $2 OR EXISTS (SELECT 1 FROM round e WHERE e.id = $2
                    AND d.due_at >= e.due_at - 3600000 AND d.due_at <= e.due_at + 3600000))
            SELECT d.id, d.rule_id, d.period_id, d.business_date, d.label, d.level, d.opens_at,
                d.due_at, d.grace_ms, d.closes_at, d.ladder_id, d.drill, d.roll_up, d.unit_cursor, d.opened_at, d.seal,
                d.late_units, d.gaps, p.name AS period_name, p.basis, p.scope, p.ends_at - p.starts_at AS span,
                c.due_at AS chase_due_at, c.resumption AS chase_resumption, c.progress AS chase_progress,
                c.next_at AS chase_next_at, l.steps AS chase_steps
            FROM near d JOIN period p ON p.id = d.period_id JOIN ladder l ON l.id = d.ladder_id
            LEFT JOIN chase c ON c.round_id = d.id
            ORDER BY d.due_at, d.id, c.due_at, c.resumption"));
        let (closing, also) = (closing.timestamp_millis(), also.map_or(0, |id| id.0));
        let (ranges, now) = late.map_or((&[][..], 0), |(ranges, now)| (ranges, now.timestamp_millis()));
        let ranges = range_rows(ranges)?;
        let rows: Vec<RoundRow> = on!(self, c => sqlx::query_as(sql).bind(ranges).bind(also).bind(now).bind(closing)
            .fetch_all(c).await)?;
        let mut rounds: Vec<BoardRound> = Vec::new();
        for row in rows {
            let mut round = BoardRound::try_from(row)?;
            match rounds
                .last_mut()
                .filter(|last| last.stored.round.id == round.stored.round.id)
            {
                Some(same) => same.chases.append(&mut round.chases),
                None => rounds.push(round),
            }
        }
        Ok(rounds)
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
        // Grouped by all that matters, so that a row's standing is worked out once and added up here.
        let sql = batch!(self, concat!(
            "SELECT y.fold, y.standing, y.content, y.provenance, y.in_time, y.past, COUNT(*) AS n
            FROM (SELECT r.fold, o.content, o.provenance, ", standing!(), ",
                CAST(CASE WHEN o.first_received_at < o.due_at + o.grace_ms THEN 1 ELSE 0 END AS BIGINT) AS in_time,
                CAST(CASE WHEN o.due_at + o.grace_ms <= $3 THEN 1 ELSE 0 END AS BIGINT) AS past
            FROM "), [fold bigint, lo text, hi text, round_id bigint],
            concat!(serving!(), ") AS y
            GROUP BY y.fold, y.standing, y.content, y.provenance, y.in_time, y.past ORDER BY y.fold"));
        let (rows, now) = (span_rows(spans, rounds)?, now.timestamp_millis());
        let rows: Vec<AlikeRow> =
            on!(self, c => sqlx::query_as(sql).bind(rows).bind(round.0).bind(now).fetch_all(c).await)?;
        let mut counts: BTreeMap<i64, Tally> = BTreeMap::new();
        for row in rows {
            *counts.entry(row.fold).or_default() += row.tally();
        }
        let count = |(fold, tally)| Count {
            fold: (fold != 0).then_some(UnitId(fold)),
            tally,
        };
        Ok(counts.into_iter().map(count).collect())
    }
}

/// Reads an instant that may be missing.
fn maybe(table: &'static str, column: &'static str, row: i64, ms: Option<i64>) -> Result<Option<Timestamp>> {
    ms.map(|ms| instant(table, column, row, ms)).transpose()
}
