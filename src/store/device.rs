//! Knows the workstations, the units that each is bound to, and the slips that bind them.

use std::collections::HashMap;

use serde::Serialize;

use super::obligation::instant;
use super::{Conn, Result, Tx, batch, on};
use crate::domain::ids::{DeviceId, UnitId};
use crate::domain::time::Timestamp;

/// A bound workstation.
#[derive(Debug, Clone)]
pub struct Device {
    pub id: DeviceId,
    /// The units that it reports for; never empty.
    pub units: Vec<UnitId>,
    /// How pages and the audit log name it.
    pub label: String,
    pub bound: Timestamp,
    pub seen: Timestamp,
}

/// How the code of a slip reaches its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Printed, and handed out.
    Paper,
    /// In a letter.
    Mail,
}

impl Way {
    /// Gives the word that is kept.
    fn code(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Mail => "mail",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        [Self::Paper, Self::Mail]
            .into_iter()
            .find(|way| way.code() == code)
    }
}

/// A slip to be kept.
#[derive(Debug, Clone, Serialize)]
pub struct NewSlip {
    /// The unit.
    pub unit_id: i64,
    /// The hash of its code.
    pub code_hash: String,
}

/// A slip that nobody has used yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenSlip {
    /// When it was made.
    pub issued: Timestamp,
    /// Until when it works.
    pub expires: Timestamp,
}

/// How far a unit has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Activation {
    /// Since when it has a workstation.
    pub device: Option<Timestamp>,
    /// When one of its reporters first signed in, as far as that is known.
    pub account: Option<Timestamp>,
    /// The slip that was printed.
    pub paper: Option<OpenSlip>,
    /// The slip that was mailed.
    pub mail: Option<OpenSlip>,
}

impl Activation {
    /// Tells whether it can report.
    pub fn is_active(&self) -> bool {
        self.device.is_some() || self.account.is_some()
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    label: String,
    bound_at: i64,
    seen_at: i64,
}

impl Row {
    fn read(self, units: Vec<UnitId>) -> Result<Device> {
        Ok(Device {
            id: DeviceId(self.id),
            units,
            bound: instant("device", "bound_at", self.id, self.bound_at)?,
            seen: instant("device", "seen_at", self.id, self.seen_at)?,
            label: self.label,
        })
    }
}

impl Conn {
    /// Finds a workstation that is still bound by the hash of its token.
    pub async fn device(&mut self, hash: &str) -> Result<Option<Device>> {
        const SQL: &str = "SELECT id, label, bound_at, seen_at FROM device WHERE token_hash = $1";
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(hash).fetch_optional(c).await)?;
        let Some(row) = row else { return Ok(None) };
        let units = self.units_of_device(DeviceId(row.id)).await?;
        match units.is_empty() {
            true => Ok(None),
            false => row.read(units).map(Some),
        }
    }

    /// Gives the units that a workstation is still bound to, by id.
    pub async fn units_of_device(&mut self, id: DeviceId) -> Result<Vec<UnitId>> {
        const SQL: &str = "SELECT unit_id FROM device_unit
            WHERE device_id = $1 AND ended_at IS NULL ORDER BY unit_id";
        let ids: Vec<i64> = on!(self, c => sqlx::query_scalar(SQL).bind(id.0).fetch_all(c).await)?;
        Ok(ids.into_iter().map(UnitId).collect())
    }

    /// Gives the workstations that are still bound to a unit, the last first, each with when it was bound to this one.
    pub async fn devices_of(&mut self, unit: UnitId) -> Result<Vec<Device>> {
        const SQL: &str = "SELECT d.id, d.label, b.bound_at, d.seen_at FROM device_unit b
            JOIN device d ON d.id = b.device_id
            WHERE b.unit_id = $1 AND b.ended_at IS NULL ORDER BY b.id DESC";
        let rows: Vec<Row> = on!(self, c => sqlx::query_as(SQL).bind(unit.0).fetch_all(c).await)?;
        let mut devices = Vec::with_capacity(rows.len());
        for row in rows {
            let units = self.units_of_device(DeviceId(row.id)).await?;
            devices.push(row.read(units)?);
        }
        Ok(devices)
    }

    /// Gives how far each unit has come that has anything to report with, or is about to.
    pub async fn activations(&mut self, now: Timestamp) -> Result<HashMap<UnitId, Activation>> {
        const DEVICES: &str =
            "SELECT unit_id, MIN(bound_at) FROM device_unit WHERE ended_at IS NULL GROUP BY unit_id";
        const ACCOUNTS: &str = "SELECT g.unit_id, MIN(a.signed_in_at) FROM role_grant g
            JOIN account a ON a.id = g.account_id
            WHERE g.role = 'reporter' AND a.signed_in_at IS NOT NULL AND a.locked_at IS NULL
                AND (a.expires_at IS NULL OR a.expires_at > $1) GROUP BY g.unit_id";
        const SLIPS: &str = "SELECT unit_id, way, MAX(issued_at), MAX(expires_at) FROM slip
            WHERE used_at IS NULL AND expires_at > $1 GROUP BY unit_id, way";
        let at = now.timestamp_millis();
        let mut all: HashMap<UnitId, Activation> = HashMap::new();
        let devices: Vec<(i64, i64)> = on!(self, c => sqlx::query_as(DEVICES).fetch_all(c).await)?;
        for (unit, ms) in devices {
            all.entry(UnitId(unit)).or_default().device = Some(instant("device", "bound_at", unit, ms)?);
        }
        let accounts: Vec<(i64, i64)> = on!(self, c => sqlx::query_as(ACCOUNTS).bind(at).fetch_all(c).await)?;
        for (unit, ms) in accounts {
            all.entry(UnitId(unit)).or_default().account =
                Some(instant("account", "signed_in_at", unit, ms)?);
        }
        let slips: Vec<(i64, String, i64, i64)> =
            on!(self, c => sqlx::query_as(SLIPS).bind(at).fetch_all(c).await)?;
        for (unit, way, issued, expires) in slips {
            let sent = OpenSlip {
                issued: instant("slip", "issued_at", unit, issued)?,
                expires: instant("slip", "expires_at", unit, expires)?,
            };
            let one = all.entry(UnitId(unit)).or_default();
            match Way::parse(&way) {
                Some(Way::Paper) => one.paper = Some(sent),
                Some(Way::Mail) => one.mail = Some(sent),
                None => return Err(super::Error::broken("slip", "way", unit, &way)),
            }
        }
        Ok(all)
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
    /// Keeps slips by the hashes of their codes; whatever slips these units have that nobody used are worth nothing
    /// from now on, for a sheet that was printed twice was lost once.
    pub async fn add_slips(
        &mut self,
        slips: &[NewSlip],
        way: Way,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<()> {
        let (at, end) = (now.timestamp_millis(), expires.timestamp_millis());
        let json = super::unit::json(slips)?;
        let sql = batch!(self, "UPDATE slip SET expires_at = $2 WHERE used_at IS NULL AND expires_at > $2
            AND unit_id IN (SELECT r.unit_id FROM ", [unit_id bigint], ")");
        on!(self, c => sqlx::query(sql).bind(&json).bind(at).execute(c).await.map(|_| ()))?;
        let sql = batch!(self, "INSERT INTO slip (unit_id, code_hash, way, issued_at, expires_at)
            SELECT r.unit_id, r.code_hash, $2, $3, $4 FROM ", [unit_id bigint, code_hash text], "");
        on!(self, c => sqlx::query(sql).bind(&json).bind(way.code()).bind(at).bind(end)
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
        const SQL: &str = "INSERT INTO device (label, token_hash, bound_at, seen_at)
            VALUES ($1, $2, $3, $3) RETURNING id";
        let id: i64 = on!(self, c => sqlx::query_scalar(SQL).bind(label).bind(hash)
            .bind(now.timestamp_millis()).fetch_one(c).await)?;
        self.add_device_unit(DeviceId(id), unit, now).await?;
        Ok(DeviceId(id))
    }

    /// Binds a workstation to one more unit; nothing happens if it is bound to that one.
    pub async fn add_device_unit(&mut self, id: DeviceId, unit: UnitId, now: Timestamp) -> Result<()> {
        const SQL: &str = "INSERT INTO device_unit (device_id, unit_id, bound_at) VALUES ($1, $2, $3)
            ON CONFLICT (device_id, unit_id) WHERE ended_at IS NULL DO NOTHING";
        let at = now.timestamp_millis();
        on!(self, c => sqlx::query(SQL).bind(id.0).bind(unit.0).bind(at).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Unbinds a workstation from a unit. Tells whether it was bound to it.
    pub async fn end_device_unit(&mut self, id: DeviceId, unit: UnitId, now: Timestamp) -> Result<bool> {
        const SQL: &str = "UPDATE device_unit SET ended_at = $3
            WHERE device_id = $1 AND unit_id = $2 AND ended_at IS NULL";
        let at = now.timestamp_millis();
        let rows = on!(self, c => sqlx::query(SQL).bind(id.0).bind(unit.0).bind(at).execute(c).await
            .map(|done| done.rows_affected()))?;
        Ok(rows > 0)
    }
}
