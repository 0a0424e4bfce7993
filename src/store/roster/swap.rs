//! Knows swaps of shifts: asked for, and decided once.

use crate::domain::address::Address;
use crate::domain::ids::{AccountId, UnitId};
use crate::domain::roster::{Duty, Swap};
use crate::domain::time::Timestamp;
use crate::store::obligation::instant;
use crate::store::{Conn, Error, Result, Tx, on};

/// A swap as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSwap {
    /// Its row.
    pub id: i64,
    /// Whose roster it is of.
    pub unit: UnitId,
    /// Which shifts change hands.
    pub what: Swap,
    /// Why.
    pub reason: String,
    /// Who asked for it.
    pub asked_by: AccountId,
    /// His post, and when.
    pub asked: (String, Timestamp),
    /// The post of whoever decided, when, and whether he said yes.
    pub decided: Option<(String, Timestamp, bool)>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    unit_id: i64,
    role: String,
    day: String,
    address: String,
    other_day: String,
    other_address: String,
    reason: String,
    asked_by: i64,
    asked_label: String,
    asked_at: i64,
    decided_label: Option<String>,
    decided_at: Option<i64>,
    approved: Option<i64>,
}

impl TryFrom<Row> for StoredSwap {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let broken = |column, value: &str| Error::broken("duty_swap", column, row.id, value);
        let address = |column, text: &str| Address::parse(text).map_err(|_| broken(column, text));
        let at = row
            .decided_at
            .map(|ms| instant("duty_swap", "decided_at", row.id, ms));
        let decided = row.decided_label.zip(at.transpose()?).zip(row.approved);
        Ok(Self {
            id: row.id,
            unit: UnitId(row.unit_id),
            what: Swap {
                duty: Duty::parse(&row.role).ok_or_else(|| broken("role", &row.role))?,
                day: row.day.parse().map_err(|_| broken("day", &row.day))?,
                address: address("address", &row.address)?,
                other_day: row
                    .other_day
                    .parse()
                    .map_err(|_| broken("other_day", &row.other_day))?,
                other_address: address("other_address", &row.other_address)?,
            },
            asked_by: AccountId(row.asked_by),
            asked: (
                row.asked_label,
                instant("duty_swap", "asked_at", row.id, row.asked_at)?,
            ),
            decided: decided.map(|((label, at), yes)| (label, at, yes == 1)),
            reason: row.reason,
        })
    }
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT s.id, s.unit_id, s.role, s.day, s.address, s.other_day, s.other_address, s.reason, s.asked_by,
                a.label AS asked_label, s.asked_at, d.label AS decided_label, s.decided_at, s.approved
            FROM duty_swap s JOIN account a ON a.id = s.asked_by LEFT JOIN account d ON d.id = s.decided_by ",
            $rest
        )
    };
}

impl Conn {
    /// Gives the last swaps of a unit, those that wait first.
    pub async fn swaps(&mut self, unit: UnitId) -> Result<Vec<StoredSwap>> {
        const SQL: &str = columns!(
            "WHERE s.unit_id = $1 ORDER BY CASE WHEN s.decided_at IS NULL THEN 0 ELSE 1 END, s.id DESC LIMIT 20"
        );
        let rows: Vec<Row> = on!(self, c => sqlx::query_as(SQL).bind(unit.0).fetch_all(c).await)?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Gives a swap.
    pub async fn swap(&mut self, id: i64) -> Result<Option<StoredSwap>> {
        const SQL: &str = columns!("WHERE s.id = $1");
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?;
        row.map(TryInto::try_into).transpose()
    }
}

impl Tx {
    /// Records that a swap is asked for.
    pub async fn add_swap(
        &mut self,
        unit: UnitId,
        what: &Swap,
        reason: &str,
        by: AccountId,
        now: Timestamp,
    ) -> Result<i64> {
        const SQL: &str = "INSERT INTO duty_swap
            (unit_id, role, day, address, other_day, other_address, reason, asked_by, asked_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
        let (day, other) = (what.day.to_string(), what.other_day.to_string());
        Ok(
            on!(self, c => sqlx::query_scalar(SQL).bind(unit.0).bind(what.duty.code()).bind(day)
            .bind(what.address.as_str()).bind(other).bind(what.other_address.as_str()).bind(reason).bind(by.0)
            .bind(now.timestamp_millis()).fetch_one(c).await)?,
        )
    }

    /// Records what was decided of a swap; gives whether it still waited.
    pub async fn decide_swap(
        &mut self,
        id: i64,
        is_approved: bool,
        by: AccountId,
        now: Timestamp,
    ) -> Result<bool> {
        const SQL: &str = "UPDATE duty_swap SET decided_by = $2, decided_at = $3, approved = $4
            WHERE id = $1 AND decided_at IS NULL";
        let done = on!(self, c => sqlx::query(SQL).bind(id).bind(by.0).bind(now.timestamp_millis())
            .bind(i64::from(is_approved)).execute(c).await.map(|d| d.rows_affected()))?;
        Ok(done > 0)
    }
}
