//! Knows the links that open the wall, each by the hash of its key, and what a wall reads beside the board.

use super::obligation::instant;
use super::{Conn, Result, Tx, batch, on};
use crate::domain::ids::{AccountId, CheckInId, IncidentId, UnitId};
use crate::domain::time::Timestamp;

/// A link that opens the wall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WallLink {
    pub id: i64,
    /// Which screen it is for.
    pub label: String,
    /// The wall shows this unit and all below it.
    pub unit: UnitId,
    /// Whether it shows where something happened and what.
    pub texts: bool,
    /// The post that made it.
    pub by: String,
    pub made: Timestamp,
}

/// A link to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewWallLink<'a> {
    pub label: &'a str,
    pub unit: UnitId,
    /// The hash of its key.
    pub hash: &'a str,
    pub texts: bool,
    pub by: AccountId,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    label: String,
    unit_id: i64,
    texts: i64,
    made_by: String,
    made_at: i64,
}

impl TryFrom<Row> for WallLink {
    type Error = super::Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            unit: UnitId(row.unit_id),
            texts: row.texts != 0,
            by: row.made_by,
            made: instant("wall_link", "made_at", row.id, row.made_at)?,
            label: row.label,
        })
    }
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT w.id, w.label, w.unit_id, w.texts, a.label AS made_by, w.made_at
            FROM wall_link w JOIN account a ON a.id = w.made_by WHERE w.revoked_at IS NULL ",
            $rest
        )
    };
}

impl Conn {
    /// Finds a link that was not revoked by the hash of its key.
    pub async fn wall_link(&mut self, hash: &str) -> Result<Option<WallLink>> {
        const SQL: &str = columns!("AND w.key_hash = $1");
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(hash).fetch_optional(c).await)?;
        row.map(WallLink::try_from).transpose()
    }

    /// Gives the links that were not revoked, the newest first.
    pub async fn wall_links(&mut self) -> Result<Vec<WallLink>> {
        const SQL: &str = columns!("ORDER BY w.id DESC");
        let rows: Vec<Row> = on!(self, c => sqlx::query_as(SQL).fetch_all(c).await)?;
        rows.into_iter().map(WallLink::try_from).collect()
    }

    /// Gives the last report on each of some incidents.
    pub async fn latest_reports(&mut self, incidents: &[IncidentId]) -> Result<Vec<(IncidentId, CheckInId)>> {
        let ids: Vec<UnitId> = incidents.iter().map(|id| UnitId(id.0)).collect();
        let sql = batch!(self, "SELECT p.incident_id, MAX(p.check_in_id) FROM ", [id bigint],
            " JOIN incident_report p ON p.incident_id = r.id GROUP BY p.incident_id ORDER BY p.incident_id");
        let list = super::unit::id_list(&ids);
        let rows: Vec<(i64, i64)> = on!(self, c => sqlx::query_as(sql).bind(list).fetch_all(c).await)?;
        let ids = |(incident, report)| (IncidentId(incident), CheckInId(report));
        Ok(rows.into_iter().map(ids).collect())
    }
}

impl Tx {
    /// Keeps a link by the hash of its key, and gives its row.
    pub async fn add_wall_link(&mut self, new: &NewWallLink<'_>, now: Timestamp) -> Result<i64> {
        const SQL: &str = "INSERT INTO wall_link (label, unit_id, key_hash, texts, made_by, made_at)
            VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        let at = now.timestamp_millis();
        Ok(
            on!(self, c => sqlx::query_scalar(SQL).bind(new.label).bind(new.unit.0).bind(new.hash)
            .bind(i64::from(new.texts)).bind(new.by.0).bind(at).fetch_one(c).await)?,
        )
    }

    /// Revokes a link. Gives whether it was good until now.
    pub async fn revoke_wall_link(&mut self, id: i64, now: Timestamp) -> Result<bool> {
        const SQL: &str = "UPDATE wall_link SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        let at = now.timestamp_millis();
        let revoked =
            on!(self, c => sqlx::query(SQL).bind(id).bind(at).execute(c).await.map(|d| d.rows_affected()))?;
        Ok(revoked > 0)
    }
}
