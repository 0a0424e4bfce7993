//! Knows rounds: dated instances of rules, from opening to seal.

use super::obligation::instant;
use super::{Conn, Error, Result, Tx, on};
use crate::domain::ids::{LadderId, PeriodId, RoundId, RuleId};
use crate::domain::obligation::{NewRound, Round};
use crate::domain::period::Level;
use crate::domain::time::Timestamp;
use crate::domain::window::Window;

/// A round as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRound {
    /// The round.
    pub round: Round,
    /// The last unit whose obligation is written.
    pub cursor: i64,
    /// When every obligation was written.
    pub opened: Option<Timestamp>,
    /// The hash over its receipts, once it has closed.
    pub seal: Option<String>,
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: i64,
    rule_id: i64,
    period_id: i64,
    business_date: String,
    label: String,
    level: String,
    opens_at: i64,
    due_at: i64,
    grace_ms: i64,
    closes_at: i64,
    ladder_id: i64,
    drill: i64,
    roll_up: i64,
    unit_cursor: i64,
    opened_at: Option<i64>,
    seal: Option<String>,
}

impl TryFrom<Row> for StoredRound {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let at = |column, ms| instant("round", column, row.id, ms);
        let broken = |column, value: &str| Error::broken("round", column, row.id, value);
        let window = Window::new(
            at("opens_at", row.opens_at)?,
            at("due_at", row.due_at)?,
            chrono::TimeDelta::milliseconds(row.grace_ms),
            at("closes_at", row.closes_at)?,
        )
        .map_err(|error| broken("due_at", &error.to_string()))?;
        Ok(Self {
            round: Round {
                id: RoundId(row.id),
                rule: RuleId(row.rule_id),
                period: PeriodId(row.period_id),
                day: row
                    .business_date
                    .parse()
                    .map_err(|_| broken("business_date", &row.business_date))?,
                level: Level::parse(&row.level).ok_or_else(|| broken("level", &row.level))?,
                window,
                ladder: LadderId(row.ladder_id),
                drill: row.drill != 0,
                roll_up: row.roll_up != 0,
                label: row.label,
            },
            cursor: row.unit_cursor,
            opened: row.opened_at.map(|ms| at("opened_at", ms)).transpose()?,
            seal: row.seal,
        })
    }
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, rule_id, period_id, business_date, label, level, opens_at, due_at, grace_ms, closes_at,
                ladder_id, drill, roll_up, unit_cursor, opened_at, seal FROM round ",
            $rest
        )
    };
}

fn read(rows: Vec<Row>) -> Result<Vec<StoredRound>> {
    rows.into_iter().map(StoredRound::try_from).collect()
}

impl Conn {
    /// Gives a round.
    pub async fn round(&mut self, id: RoundId) -> Result<Option<StoredRound>> {
        const SQL: &str = columns!("WHERE id = $1");
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
        row.map(StoredRound::try_from).transpose()
    }

    /// Gives the rounds that close after an instant, in the order of opening.
    pub async fn rounds_closing_after(&mut self, instant: Timestamp) -> Result<Vec<StoredRound>> {
        const SQL: &str = columns!("WHERE closes_at > $1 ORDER BY opens_at, due_at, id");
        read(on!(self, c => sqlx::query_as(SQL).bind(instant.timestamp_millis()).fetch_all(c).await)?)
    }

    /// Gives the opened rounds that bear no seal yet and closed before an instant, each with when the last of its
    /// obligations closes.
    pub async fn rounds_to_seal(&mut self, before: Timestamp) -> Result<Vec<(RoundId, Timestamp)>> {
        const SQL: &str = "SELECT d.id, d.closes_at,
            (SELECT MAX(o.closes_at) FROM obligation o WHERE o.round_id = d.id)
            FROM round d WHERE d.sealed_at IS NULL AND d.opened_at IS NOT NULL AND d.closes_at <= $1
            ORDER BY d.closes_at, d.id";
        let before = before.timestamp_millis();
        let rows: Vec<(i64, i64, Option<i64>)> =
            on!(self, c => sqlx::query_as(SQL).bind(before).fetch_all(c).await)?;
        let closes = |(id, closes, last): (i64, i64, Option<i64>)| {
            let closes = closes.max(last.unwrap_or(closes));
            Ok((RoundId(id), instant("round", "closes_at", id, closes)?))
        };
        rows.into_iter().map(closes).collect()
    }

    /// Gives up to when the receipts of a round are sealed, and its seal, once it is.
    pub async fn round_seal(&mut self, id: RoundId) -> Result<Option<(Timestamp, String)>> {
        const SQL: &str = "SELECT sealed_at, seal FROM round WHERE id = $1 AND sealed_at IS NOT NULL";
        let row: Option<(i64, String)> =
            on!(self, c => sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
        row.map(|(at, seal)| Ok((instant("round", "sealed_at", id.0, at)?, seal)))
            .transpose()
    }

    /// Gives the latest rounds, newest first.
    pub async fn latest_rounds(&mut self, limit: i64) -> Result<Vec<StoredRound>> {
        const SQL: &str = columns!("ORDER BY due_at DESC, id DESC LIMIT $1");
        read(on!(self, c => sqlx::query_as(SQL).bind(limit).fetch_all(c).await)?)
    }
}

impl Tx {
    /// Begins a round and gives its id; one that was begun stays as it is.
    pub async fn begin_round(&mut self, round: &NewRound) -> Result<RoundId> {
        const ADD: &str =
            "INSERT INTO round (rule_id, period_id, business_date, label, level, opens_at, due_at,
                grace_ms, closes_at, ladder_id, drill, roll_up, unit_cursor)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0)
            ON CONFLICT (rule_id, business_date) DO NOTHING";
        const FIND: &str = "SELECT id FROM round WHERE rule_id = $1 AND business_date = $2";
        let (window, day) = (&round.window, round.day.to_string());
        let (opens, due) = (window.opens().timestamp_millis(), window.due().timestamp_millis());
        let (closes, grace) = (
            window.closes().timestamp_millis(),
            window.grace().num_milliseconds(),
        );
        on!(self, c => sqlx::query(ADD).bind(round.rule.0).bind(round.period.0).bind(&day).bind(&round.label)
            .bind(round.level.code()).bind(opens).bind(due).bind(grace).bind(closes).bind(round.ladder.0)
            .bind(i64::from(round.drill)).bind(i64::from(round.roll_up)).execute(c).await.map(|_| ()))?;
        let id: i64 =
            on!(self, c => sqlx::query_scalar(FIND).bind(round.rule.0).bind(&day).fetch_one(c).await)?;
        Ok(RoundId(id))
    }

    /// Records up to which unit the obligations of a round are written, and whether that was the last chunk.
    pub async fn advance_round(&mut self, id: RoundId, cursor: i64, opened: Option<Timestamp>) -> Result<()> {
        const SQL: &str =
            "UPDATE round SET unit_cursor = $2, opened_at = COALESCE(opened_at, $3) WHERE id = $1";
        let opened = opened.map(|t| t.timestamp_millis());
        on!(self, c => sqlx::query(SQL).bind(id.0).bind(cursor).bind(opened).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Seals a closed round over the receipts before an instant; one that is sealed stays as it is.
    pub async fn seal_round(&mut self, id: RoundId, seal: &str, before: Timestamp) -> Result<bool> {
        const SQL: &str = "UPDATE round SET seal = $2, sealed_at = $3 WHERE id = $1 AND sealed_at IS NULL";
        let at = before.timestamp_millis();
        let done = on!(self, c => sqlx::query(SQL).bind(id.0).bind(seal).bind(at)
            .execute(c).await.map(|d| d.rows_affected()))?;
        Ok(done > 0)
    }
}
