//! Knows the calendars that people subscribe to by a secret address.

use crate::domain::address::Address;
use crate::domain::ids::{AccountId, UnitId};
use crate::domain::time::Timestamp;
use crate::store::obligation::instant;
use crate::store::{Conn, Error, Result, Tx, on};

/// A calendar that is open to whoever knows its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Its row.
    pub id: i64,
    /// Whose roster issued it.
    pub unit: UnitId,
    /// Whose shifts it tells.
    pub address: Address,
    /// Since when.
    pub at: Timestamp,
}

type Row = (i64, i64, String, i64);

fn read((id, unit, address, at): Row) -> Result<Feed> {
    Ok(Feed {
        id,
        unit: UnitId(unit),
        address: Address::parse(&address).map_err(|_| Error::broken("duty_feed", "address", id, &address))?,
        at: instant("duty_feed", "at", id, at)?,
    })
}

impl Conn {
    /// Gives the calendar of a token, unless it was taken back.
    pub async fn feed_by(&mut self, token_hash: &str) -> Result<Option<Feed>> {
        const SQL: &str =
            "SELECT id, unit_id, address, at FROM duty_feed WHERE token_hash = $1 AND ended_at IS NULL";
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(token_hash).fetch_optional(c).await)?;
        row.map(read).transpose()
    }

    /// Gives the calendars that a unit has issued and not taken back.
    pub async fn feeds(&mut self, unit: UnitId) -> Result<Vec<Feed>> {
        const SQL: &str = "SELECT id, unit_id, address, at FROM duty_feed
            WHERE unit_id = $1 AND ended_at IS NULL ORDER BY address, id";
        let rows: Vec<Row> = on!(self, c => sqlx::query_as(SQL).bind(unit.0).fetch_all(c).await)?;
        rows.into_iter().map(read).collect()
    }
}

impl Tx {
    /// Opens a calendar; one that the same address had from the unit is taken back.
    pub async fn add_feed(
        &mut self,
        unit: UnitId,
        address: &Address,
        token_hash: &str,
        by: AccountId,
        now: Timestamp,
    ) -> Result<()> {
        const END: &str = "UPDATE duty_feed SET ended_at = $3
            WHERE unit_id = $1 AND address = $2 AND ended_at IS NULL";
        const ADD: &str = "INSERT INTO duty_feed (unit_id, address, token_hash, by_account, at)
            VALUES ($1, $2, $3, $4, $5)";
        let at = now.timestamp_millis();
        on!(self, c => sqlx::query(END).bind(unit.0).bind(address.as_str()).bind(at).execute(c).await.map(|_| ()))?;
        on!(self, c => sqlx::query(ADD).bind(unit.0).bind(address.as_str()).bind(token_hash).bind(by.0).bind(at)
            .execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Takes a calendar back; gives whether there was one.
    pub async fn end_feed(&mut self, unit: UnitId, id: i64, now: Timestamp) -> Result<bool> {
        const SQL: &str =
            "UPDATE duty_feed SET ended_at = $3 WHERE id = $1 AND unit_id = $2 AND ended_at IS NULL";
        let done = on!(self, c => sqlx::query(SQL).bind(id).bind(unit.0).bind(now.timestamp_millis())
            .execute(c).await.map(|d| d.rows_affected()))?;
        Ok(done > 0)
    }
}
