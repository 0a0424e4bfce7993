//! Knows the workstations that are bound to a unit, and the slips that bind them.

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
    pub unit: UnitId,
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

    /// Gives how far each unit has come that has anything to report with, or is about to.
    pub async fn activations(&mut self, now: Timestamp) -> Result<HashMap<UnitId, Activation>> {
        const DEVICES: &str =
            "SELECT unit_id, MIN(bound_at) FROM device WHERE ended_at IS NULL GROUP BY unit_id";
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
