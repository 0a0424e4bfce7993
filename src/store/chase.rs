//! Knows how far the chase of each group has come, and the steps that had nobody to write to.

use super::obligation::instant;
use super::unit::json;
use super::{Conn, Error, Result, Tx, batch, on};
use crate::domain::ids::RoundId;
use crate::domain::progress::Progress;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The obligations of a round that share an effective due time and a resumption.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Group {
    /// The round.
    pub round: RoundId,
    /// The effective due time.
    pub due: Timestamp,
    /// When its paused chase goes on, in Unix milliseconds; 0 for the chase that was never paused.
    pub resumption: i64,
}

/// A firing that is being turned into letters, in chunks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Firing {
    /// The places of the steps that fire as one.
    pub steps: Vec<usize>,
    /// The progress to keep when the last chunk is written.
    pub progress: Progress,
    /// When the group wants to be looked at after that.
    pub next: Option<Timestamp>,
}

/// How far the chase of one group has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Chase {
    /// The group.
    pub group: Group,
    /// When it ends.
    pub closes: Timestamp,
    /// The steps behind it.
    pub progress: Progress,
    /// The firing in hand.
    pub firing: Option<Firing>,
    /// The last obligation whose letters are written, of the firing in hand.
    pub cursor: i64,
    /// When it wants to be looked at; none: its ladder has ended.
    pub next: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    round_id: i64,
    due_at: i64,
    resumption: i64,
    closes_at: i64,
    progress: String,
    firing: Option<String>,
    obligation_cursor: i64,
    next_at: Option<i64>,
}

impl TryFrom<Row> for Chase {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let at = |column, ms| instant("chase", column, row.round_id, ms);
        let broken = |column, text: &str| Error::broken("chase", column, row.round_id, text);
        Ok(Self {
            group: Group {
                round: RoundId(row.round_id),
                due: at("due_at", row.due_at)?,
                resumption: row.resumption,
            },
            closes: at("closes_at", row.closes_at)?,
            progress: serde_json::from_str(&row.progress).map_err(|_| broken("progress", &row.progress))?,
            firing: match &row.firing {
                Some(text) => Some(serde_json::from_str(text).map_err(|_| broken("firing", text))?),
                None => None,
            },
            cursor: row.obligation_cursor,
            next: row.next_at.map(|ms| at("next_at", ms)).transpose()?,
        })
    }
}

impl Conn {
    /// Gives the groups that want to be looked at, the longest waiting first.
    pub async fn chases_due(&mut self, now: Timestamp, limit: i64) -> Result<Vec<Chase>> {
        const SQL: &str = "SELECT g.round_id, g.due_at, g.resumption, g.closes_at, g.progress, g.firing,
                g.obligation_cursor, g.next_at
            FROM chase g JOIN round r ON r.id = g.round_id AND r.opened_at IS NOT NULL
            WHERE g.next_at IS NOT NULL AND g.next_at <= $1 ORDER BY g.next_at, g.round_id LIMIT $2";
        let now = now.timestamp_millis();
        let rows: Vec<Row> = on!(self, c => sqlx::query_as(SQL).bind(now).bind(limit).fetch_all(c).await)?;
        rows.into_iter().map(Chase::try_from).collect()
    }

    /// Gives one group's chase.
    pub async fn chase(&mut self, group: Group) -> Result<Option<Chase>> {
        const SQL: &str =
            "SELECT round_id, due_at, resumption, closes_at, progress, firing, obligation_cursor,
            next_at FROM chase WHERE round_id = $1 AND due_at = $2 AND resumption = $3";
        let due = group.due.timestamp_millis();
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(group.round.0).bind(due)
            .bind(group.resumption).fetch_optional(c).await)?;
        row.map(Chase::try_from).transpose()
    }

    /// Gives when the next group wants to be looked at, in Unix milliseconds.
    pub async fn next_chase(&mut self) -> Result<Option<i64>> {
        const SQL: &str = "SELECT MIN(next_at) FROM chase WHERE next_at IS NOT NULL";
        Ok(on!(self, c => sqlx::query_scalar::<_, Option<i64>>(SQL).fetch_one(c).await)?)
    }

    /// Counts the units of a round with a step that had nobody to write to and that are still unmet.
    pub async fn open_gaps(&mut self, round: RoundId) -> Result<Vec<(i64, i64, String)>> {
        const SQL: &str = "SELECT g.obligation_id, g.step, g.reason FROM gap g
            JOIN obligation o ON o.id = g.obligation_id
            WHERE o.round_id = $1 AND o.first_received_at IS NULL AND o.excused_at IS NULL
            ORDER BY g.obligation_id, g.step";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(round.0).fetch_all(c).await)?)
    }
}

/// A step that had nobody to write to for a unit.
#[derive(Debug, Clone, Serialize)]
pub struct NewGap {
    /// The obligation.
    pub obligation_id: i64,
    /// Its effective due time, in Unix milliseconds.
    pub due_at: i64,
    /// The place of the step.
    pub step: i64,
    /// `no_address` or `all_failed`.
    pub reason: &'static str,
}

impl Tx {
    /// Begins the chase of a group; one that was begun stays as it is. `next` is when to look first.
    pub async fn begin_chase(
        &mut self,
        group: Group,
        closes: Timestamp,
        progress: &Progress,
        next: Option<Timestamp>,
    ) -> Result<bool> {
        const SQL: &str = "INSERT INTO chase
            (round_id, due_at, resumption, closes_at, progress, obligation_cursor, next_at)
            VALUES ($1, $2, $3, $4, $5, 0, $6) ON CONFLICT (round_id, due_at, resumption) DO NOTHING";
        let (due, closes) = (group.due.timestamp_millis(), closes.timestamp_millis());
        let (progress, next) = (json(progress)?, next.map(|t| t.timestamp_millis()));
        let done = on!(self, c => sqlx::query(SQL).bind(group.round.0).bind(due).bind(group.resumption).bind(closes)
            .bind(progress).bind(next).execute(c).await.map(|d| d.rows_affected()))?;
        Ok(done > 0)
    }

    /// Reads one group's chase and holds its row until the transaction ends, so that no other instance moves it.
    pub async fn hold_chase(&mut self, group: Group) -> Result<Option<Chase>> {
        const TOUCH: &str = "UPDATE chase SET obligation_cursor = obligation_cursor
            WHERE round_id = $1 AND due_at = $2 AND resumption = $3";
        let due = group.due.timestamp_millis();
        on!(self, c => sqlx::query(TOUCH).bind(group.round.0).bind(due).bind(group.resumption)
            .execute(c).await.map(|_| ()))?;
        self.chase(group).await
    }

    /// Saves how far a chase has come.
    pub async fn save_chase(&mut self, chase: &Chase) -> Result<()> {
        const SQL: &str = "UPDATE chase SET progress = $4, firing = $5, obligation_cursor = $6, next_at = $7,
            closes_at = $8 WHERE round_id = $1 AND due_at = $2 AND resumption = $3";
        let group = chase.group;
        let (due, closes) = (group.due.timestamp_millis(), chase.closes.timestamp_millis());
        let firing = chase.firing.as_ref().map(json).transpose()?;
        let next = chase.next.map(|t| t.timestamp_millis());
        on!(self, c => sqlx::query(SQL).bind(group.round.0).bind(due).bind(group.resumption)
            .bind(json(&chase.progress)?).bind(firing).bind(chase.cursor).bind(next).bind(closes)
            .execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Records steps that had nobody to write to.
    pub async fn add_gaps(&mut self, gaps: &[NewGap], now: Timestamp) -> Result<()> {
        let sql = batch!(self, "INSERT INTO gap (obligation_id, due_at, step, at, reason)
            SELECT r.obligation_id, r.due_at, r.step, $2, r.reason FROM ",
            [obligation_id bigint, due_at bigint, step bigint, reason text],
            " WHERE true ON CONFLICT DO NOTHING");
        let at = now.timestamp_millis();
        on!(self, c => sqlx::query(sql).bind(json(gaps)?).bind(at).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Looks at a group again later, after something went wrong with it.
    pub async fn push_chase(&mut self, group: Group, next: Timestamp) -> Result<()> {
        const SQL: &str =
            "UPDATE chase SET next_at = $4 WHERE round_id = $1 AND due_at = $2 AND resumption = $3";
        let (due, next) = (group.due.timestamp_millis(), next.timestamp_millis());
        on!(self, c => sqlx::query(SQL).bind(group.round.0).bind(due).bind(group.resumption).bind(next)
            .execute(c).await.map(|_| ()))?;
        Ok(())
    }
}
