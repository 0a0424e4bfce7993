//! Knows the obligations that a filter of the board leads to, most urgent first.

use super::{maybe, reminded, serving, span_rows, standing};
use crate::domain::board::{Filter, Span};
use crate::domain::checkin::Provenance;
use crate::domain::ids::{ObligationId, RoundId, UnitId};
use crate::domain::obligation::Kind;
use crate::domain::time::Timestamp;
use crate::domain::unit::{UnitKind, UnitPath};
use crate::store::obligation::instant;
use crate::store::{Conn, Error, Result, batch, on};

/// One obligation on the board.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardRow {
    /// The obligation.
    pub id: ObligationId,
    /// Whose it is.
    pub unit: UnitId,
    /// The fold that it stands under.
    pub fold: Option<UnitId>,
    /// Where the unit stood when the round opened.
    pub path: UnitPath,
    /// The last name of the unit.
    pub name: String,
    /// For what it is owed; a follow-up's incident is left out.
    pub is_roll_up: bool,
    /// Its round.
    pub round: Option<RoundId>,
    /// How it stands: the code of a [`crate::domain::standing::Standing`], or `outage`.
    pub standing: String,
    /// The effective due time.
    pub due: Timestamp,
    /// The due time that it was opened with.
    pub scheduled_due: Timestamp,
    /// When it closes.
    pub closes: Timestamp,
    /// When the first report came.
    pub received: Option<Timestamp>,
    /// By what way the present report came.
    pub provenance: Option<Provenance>,
    /// Whether the present report is an incident.
    pub incident: bool,
    /// When its paused chase goes on, in Unix milliseconds; 0 for one that was never paused.
    pub resumption: i64,
    /// The post on duty.
    pub post: Option<String>,
    /// The office telephone.
    pub phone: Option<String>,
    /// The last call to it about this obligation: when, and with what result.
    pub contact: Option<(Timestamp, String)>,
    /// When its reporters were last reminded of it by hand.
    pub reminded: Option<Timestamp>,
    /// Why the last step of the ladder reached nobody for it.
    pub gap: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    unit_id: i64,
    fold: i64,
    path: String,
    name: Option<String>,
    kind: String,
    round_id: Option<i64>,
    standing: String,
    due_at: i64,
    scheduled_due: i64,
    closes_at: i64,
    first_received_at: Option<i64>,
    provenance: Option<String>,
    content: Option<String>,
    resumption: i64,
    post: Option<String>,
    phone: Option<String>,
    contacted_at: Option<i64>,
    contact_result: Option<String>,
    reminded_at: Option<i64>,
    gap: Option<String>,
}

impl TryFrom<Row> for BoardRow {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let at = |column, ms| instant("obligation", column, row.id, ms);
        let contacted = maybe("contact_attempt", "at", row.id, row.contacted_at)?;
        Ok(Self {
            id: ObligationId(row.id),
            unit: UnitId(row.unit_id),
            fold: (row.fold != 0).then_some(UnitId(row.fold)),
            path: UnitPath::parse(&row.path)
                .map_err(|_| Error::broken("obligation", "path", row.id, &row.path))?,
            name: row.name.unwrap_or_default(),
            is_roll_up: row.kind == Kind::RollUp.code(),
            round: row.round_id.map(RoundId),
            standing: row.standing,
            due: at("due_at", row.due_at)?,
            scheduled_due: at("scheduled_due", row.scheduled_due)?,
            closes: at("closes_at", row.closes_at)?,
            received: maybe("obligation", "first_received_at", row.id, row.first_received_at)?,
            provenance: row.provenance.as_deref().and_then(Provenance::parse),
            incident: row.content.as_deref() == Some("incident"),
            resumption: row.resumption,
            post: row.post,
            phone: row.phone,
            reminded: maybe("letter", "created_at", row.id, row.reminded_at)?,
            contact: contacted.zip(row.contact_result),
            gap: row.gap,
        })
    }
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy)]
pub struct Listing {
    /// Which obligations.
    pub filter: Filter,
    /// Of units of which kind; of all for `None`.
    pub kind: Option<UnitKind>,
    /// How many to pass over.
    pub offset: i64,
    /// How many at most.
    pub limit: i64,
}

impl Conn {
    /// Gives the obligations that serve a round, lie in some spans and pass a filter: silent ones first, then those
    /// that are still open, then incidents, then the rest.
    pub async fn board_list(
        &mut self,
        round: RoundId,
        rounds: &[RoundId],
        spans: &[Span],
        wanted: Listing,
        now: Timestamp,
    ) -> Result<Vec<BoardRow>> {
        let sql = batch!(self, concat!(
            "SELECT w.id, w.unit_id, w.fold, w.path, w.kind, w.round_id, w.standing, w.due_at, w.scheduled_due,
                w.closes_at, w.first_received_at, w.provenance, w.content, w.resumption,
                (SELECT v.name FROM unit_version v WHERE v.unit_id = w.unit_id
                    ORDER BY v.valid_from DESC, v.id DESC LIMIT 1) AS name,
                t.post, t.phone, k.at AS contacted_at, k.result AS contact_result,", reminded!("w"), ",
                (SELECT g.reason FROM gap g WHERE g.obligation_id = w.id AND g.due_at = w.due_at
                    ORDER BY g.step DESC LIMIT 1) AS gap
            FROM (SELECT z.* FROM (SELECT y.*, CASE y.standing WHEN 'missing' THEN 0 WHEN 'overdue' THEN 0
                    WHEN 'outage' THEN 1 WHEN 'open' THEN 2 WHEN 'upcoming' THEN 6 WHEN 'excused' THEN 5
                    ELSE CASE WHEN y.content = 'incident' THEN 3 ELSE 4 END END AS urgency
            FROM (SELECT o.id, o.unit_id, r.fold, o.path, o.kind, o.round_id, o.due_at, o.scheduled_due, o.closes_at,
                o.first_received_at, o.provenance, o.content, o.resumption, ", standing!(), " FROM "),
            [fold bigint, lo text, hi text, round_id bigint],
            concat!(serving!(), ") AS y) AS z WHERE CASE $4
                WHEN 'all' THEN 1
                WHEN 'todo' THEN CASE WHEN z.urgency <= 3 THEN 1 ELSE 0 END
                WHEN 'reported' THEN CASE WHEN z.first_received_at IS NOT NULL THEN 1 ELSE 0 END
                WHEN 'all_clear' THEN CASE WHEN z.content = 'all_clear' THEN 1 ELSE 0 END
                WHEN 'incident' THEN CASE WHEN z.content = 'incident' THEN 1 ELSE 0 END
                WHEN 'unmet' THEN CASE WHEN z.urgency <= 2 THEN 1 ELSE 0 END
                WHEN 'overdue' THEN CASE WHEN z.urgency = 0 THEN 1 ELSE 0 END
                WHEN 'proxy' THEN CASE WHEN z.provenance IN ('proxy', 'phone') THEN 1 ELSE 0 END
                WHEN 'gap' THEN CASE WHEN z.urgency <= 2 AND EXISTS (SELECT 1 FROM gap g
                    WHERE g.obligation_id = z.id AND g.due_at = z.due_at) THEN 1 ELSE 0 END
                ELSE CASE WHEN z.standing = $4 THEN 1 ELSE 0 END END = 1
            AND CASE WHEN $7 = '' THEN 1 WHEN $7 = (SELECT v.kind FROM unit_version v WHERE v.unit_id = z.unit_id
                ORDER BY v.valid_from DESC, v.id DESC LIMIT 1) THEN 1 ELSE 0 END = 1
            ORDER BY z.urgency, z.due_at, z.path, z.id LIMIT $5 OFFSET $6) AS w
            LEFT JOIN duty_post t ON t.unit_id = w.unit_id
            LEFT JOIN contact_attempt k ON k.id =
                (SELECT MAX(a.id) FROM contact_attempt a WHERE a.obligation_id = w.id AND a.undone_at IS NULL)
            ORDER BY w.urgency, w.due_at, w.path, w.id"));
        let (rows, now) = (span_rows(spans, rounds)?, now.timestamp_millis());
        let rows: Vec<Row> = on!(self, c => sqlx::query_as(sql).bind(rows).bind(round.0).bind(now)
            .bind(wanted.filter.code()).bind(wanted.limit).bind(wanted.offset)
            .bind(wanted.kind.map_or("", UnitKind::code)).fetch_all(c).await)?;
        rows.into_iter().map(BoardRow::try_from).collect()
    }

    /// Gives the unmet obligations of a round in some spans, for one decision about all of them.
    pub async fn board_unmet(
        &mut self,
        round: RoundId,
        rounds: &[RoundId],
        spans: &[Span],
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<ObligationId>> {
        let wanted = Listing {
            filter: Filter::Unmet,
            kind: None,
            offset: 0,
            limit,
        };
        let rows = self.board_list(round, rounds, spans, wanted, now).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }
}
