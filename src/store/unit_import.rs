//! Knows the tables of units that were imported, and what each left behind.

use super::obligation::instant;
use super::unit::id_list;
use super::{Conn, Error, Result, Tx, batch, on};
use crate::domain::ids::UnitId;
use crate::domain::import::Trail;
use crate::domain::time::Timestamp;

/// An import that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitImport {
    /// Its row.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// The post of whoever did it.
    pub by: String,
    /// How many units came new, changed and ended.
    pub counts: [i64; 3],
    /// By which decision.
    pub reason: String,
    /// When it was undone.
    pub undone: Option<Timestamp>,
    /// What stood before; empty once it is past its time.
    pub trail: Trail,
}

/// An import to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewImport<'a> {
    /// The post of whoever does it.
    pub by: &'a str,
    /// How many units come new, change and end.
    pub counts: [usize; 3],
    /// By which decision.
    pub reason: &'a str,
    /// What stood before.
    pub trail: &'a Trail,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    at: i64,
    by_label: String,
    added: i64,
    changed: i64,
    closed: i64,
    reason: String,
    trail: String,
    undone_at: Option<i64>,
}

impl TryFrom<Row> for UnitImport {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let broken = |column| Error::broken("unit_import", column, row.id, "");
        let trail = match row.trail.as_str() {
            "" => Trail::default(),
            text => serde_json::from_str(text).map_err(|_| broken("trail"))?,
        };
        let undone = row
            .undone_at
            .map(|ms| instant("unit_import", "undone_at", row.id, ms));
        Ok(Self {
            id: row.id,
            at: instant("unit_import", "at", row.id, row.at)?,
            by: row.by_label,
            counts: [row.added, row.changed, row.closed],
            reason: row.reason,
            undone: undone.transpose()?,
            trail,
        })
    }
}

impl Conn {
    /// Gives the last imports, the last first.
    pub async fn unit_imports(&mut self, most: i64) -> Result<Vec<UnitImport>> {
        const SQL: &str = "SELECT id, at, by_label, added, changed, closed, reason, trail, undone_at
            FROM unit_import ORDER BY id DESC LIMIT $1";
        let rows: Vec<Row> = on!(self, c => sqlx::query_as(SQL).bind(most).fetch_all(c).await)?;
        rows.into_iter().map(UnitImport::try_from).collect()
    }

    /// Gives an import.
    pub async fn unit_import(&mut self, id: i64) -> Result<Option<UnitImport>> {
        const SQL: &str = "SELECT id, at, by_label, added, changed, closed, reason, trail, undone_at
            FROM unit_import WHERE id = $1";
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?;
        row.map(UnitImport::try_from).transpose()
    }

    /// Gives those of some units that were asked for a report, or for which there was ever a workstation or an account.
    pub async fn units_in_use(&mut self, ids: &[UnitId]) -> Result<Vec<UnitId>> {
        let sql = batch!(self, "SELECT r.id FROM ", [id bigint],
            " WHERE EXISTS (SELECT 1 FROM obligation o WHERE o.unit_id = r.id)
                OR EXISTS (SELECT 1 FROM device_unit d WHERE d.unit_id = r.id)
                OR EXISTS (SELECT 1 FROM role_grant g WHERE g.unit_id = r.id) ORDER BY r.id");
        let rows: Vec<i64> = on!(self, c => sqlx::query_scalar(sql).bind(id_list(ids)).fetch_all(c).await)?;
        Ok(rows.into_iter().map(UnitId).collect())
    }
}

impl Tx {
    /// Keeps an import with what undoing it needs.
    pub async fn add_unit_import(&mut self, new: NewImport<'_>, now: Timestamp) -> Result<i64> {
        const SQL: &str = "INSERT INTO unit_import (at, by_label, added, changed, closed, reason, trail)
            VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
        let [added, changed, closed] = new.counts.map(|n| i64::try_from(n).unwrap_or(i64::MAX));
        let trail = super::unit::json(new.trail)?;
        Ok(
            on!(self, c => sqlx::query_scalar(SQL).bind(now.timestamp_millis()).bind(new.by).bind(added)
            .bind(changed).bind(closed).bind(new.reason).bind(trail).fetch_one(c).await)?,
        )
    }

    /// Marks an import as undone, and forgets what undoing it needed.
    pub async fn mark_import_undone(&mut self, id: i64, now: Timestamp) -> Result<()> {
        const SQL: &str = "UPDATE unit_import SET undone_at = $2, trail = '' WHERE id = $1";
        let at = now.timestamp_millis();
        on!(self, c => sqlx::query(SQL).bind(id).bind(at).execute(c).await.map(|_| ()))?;
        Ok(())
    }
}
