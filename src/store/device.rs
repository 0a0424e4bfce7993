//! Knows the workstations that are bound to a unit, and the slips that bind them.

use super::obligation::instant;
use super::{Conn, Result, Tx, on};
use crate::domain::ids::{DeviceId, UnitId};
use crate::domain::time::Timestamp;

/// A bound workstation.
#[derive(Debug, Clone)]
pub struct Device {
    pub id: DeviceId,
    pub unit: UnitId,
    /// How pages and the audit log name it.
    pub label: String,
    pub bound: Timestamp,
    pub seen: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    unit_id: i64,
    label: String,
    bound_at: i64,
    seen_at: i64,
}

impl TryFrom<Row> for Device {
    type Error = super::Error;
    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: DeviceId(row.id),
            unit: UnitId(row.unit_id),
            bound: instant("device", "bound_at", row.id, row.bound_at)?,
            seen: instant("device", "seen_at", row.id, row.seen_at)?,
            label: row.label,
        })
    }
}

impl Conn {
    /// Finds a workstation that is still bound by the hash of its token.
    pub async fn device(&mut self, hash: &str) -> Result<Option<Device>> {
        const SQL: &str = "SELECT id, unit_id, label, bound_at, seen_at FROM device
            WHERE token_hash = $1 AND ended_at IS NULL";
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(hash).fetch_optional(c).await)?;
        row.map(Device::try_from).transpose()
    }

    /// Gives the workstations of a unit that are still bound, the last bound first.
    pub async fn devices_of(&mut self, unit: UnitId) -> Result<Vec<Device>> {
        const SQL: &str = "SELECT id, unit_id, label, bound_at, seen_at FROM device
            WHERE unit_id = $1 AND ended_at IS NULL ORDER BY id DESC";
        let rows: Vec<Row> = on!(self, c => sqlx::query_as(SQL).bind(unit.0).fetch_all(c).await)?;
        rows.into_iter().map(Device::try_from).collect()
    }

    /// Gives the workstations in some ranges of paths that are still bound, by unit, as far as a page lists them.
    pub async fn devices_in(&mut self, ranges: &[(String, String)], most: i64) -> Result<Vec<Device>> {
        const SQL: &str = "SELECT d.id, d.unit_id, d.label, d.bound_at, d.seen_at FROM device d
            JOIN unit_version u ON u.unit_id = d.unit_id AND u.valid_until IS NULL
            WHERE d.ended_at IS NULL AND u.path >= $1 AND u.path < $2 ORDER BY u.path, d.id DESC LIMIT $3";
        let mut devices = Vec::new();
        for (low, high) in ranges {
            let rows: Vec<Row> = on!(self, c => sqlx::query_as(SQL).bind(low).bind(high).bind(most)
                .fetch_all(c).await)?;
            for row in rows {
                devices.push(Device::try_from(row)?);
            }
        }
        Ok(devices)
    }

    /// Gives how many units have a workstation.
    pub async fn bound_units(&mut self) -> Result<i64> {
        const SQL: &str = "SELECT COUNT(DISTINCT unit_id) FROM device WHERE ended_at IS NULL";
        Ok(on!(self, c => sqlx::query_scalar(SQL).fetch_one(c).await)?)
    }

    /// Gives the unit of an unused, unexpired slip.
    pub async fn slip(&mut self, hash: &str, now: Timestamp) -> Result<Option<UnitId>> {
        const SQL: &str =
            "SELECT unit_id FROM slip WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2";
        let at = now.timestamp_millis();
        let id: Option<i64> =
            on!(self, c => sqlx::query_scalar(SQL).bind(hash).bind(at).fetch_optional(c).await)?;
        Ok(id.map(UnitId))
    }
}

impl Tx {
    /// Keeps a slip by the hash of its code.
    pub async fn add_slip(
        &mut self,
        unit: UnitId,
        hash: &str,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<()> {
        const SQL: &str =
            "INSERT INTO slip (unit_id, code_hash, issued_at, expires_at) VALUES ($1, $2, $3, $4)";
        let (at, end) = (now.timestamp_millis(), expires.timestamp_millis());
        on!(self, c => sqlx::query(SQL).bind(unit.0).bind(hash).bind(at).bind(end)
            .execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Uses a slip up. Gives its unit, once; afterwards `None`.
    pub async fn use_slip(&mut self, hash: &str, now: Timestamp) -> Result<Option<UnitId>> {
        const SQL: &str = "UPDATE slip SET used_at = $2
            WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING unit_id";
        let at = now.timestamp_millis();
        let id: Option<i64> =
            on!(self, c => sqlx::query_scalar(SQL).bind(hash).bind(at).fetch_optional(c).await)?;
        Ok(id.map(UnitId))
    }

    /// Binds a workstation to a unit by the hash of its token.
    pub async fn add_device(
        &mut self,
        unit: UnitId,
        label: &str,
        hash: &str,
        now: Timestamp,
    ) -> Result<DeviceId> {
        const SQL: &str = "INSERT INTO device (unit_id, label, token_hash, bound_at, seen_at)
            VALUES ($1, $2, $3, $4, $4) RETURNING id";
        let id: i64 = on!(self, c => sqlx::query_scalar(SQL).bind(unit.0).bind(label).bind(hash)
            .bind(now.timestamp_millis()).fetch_one(c).await)?;
        Ok(DeviceId(id))
    }

    /// Unbinds a workstation. Gives its unit, if it was bound.
    pub async fn end_device(&mut self, id: DeviceId, now: Timestamp) -> Result<Option<UnitId>> {
        const SQL: &str =
            "UPDATE device SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING unit_id";
        let at = now.timestamp_millis();
        let unit: Option<i64> =
            on!(self, c => sqlx::query_scalar(SQL).bind(id.0).bind(at).fetch_optional(c).await)?;
        Ok(unit.map(UnitId))
    }
}
