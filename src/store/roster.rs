//! Knows the duty roster: shifts and who stands in. `roster/` knows swaps, the change of shifts, and calendars.

mod change;
mod feed;
mod swap;

use std::collections::{BTreeMap, BTreeSet};

use super::obligation::instant;
use super::unit::id_list;
use super::{Conn, Error, Result, Tx, batch, on};
use crate::domain::address::Address;
use crate::domain::ids::{AccountId, UnitId};
use crate::domain::roster::{Duty, Post, Shift, StandIn};
use crate::domain::time::{BusinessDate, Timestamp};

pub use change::{Handover, Note, OpenDesk};
pub use feed::Feed;
pub use swap::StoredSwap;

#[derive(sqlx::FromRow)]
struct ShiftRow {
    id: i64,
    unit_id: i64,
    day: String,
    role: String,
    post: String,
    address: String,
    phone: Option<String>,
}

impl TryFrom<ShiftRow> for (UnitId, Shift) {
    type Error = Error;
    fn try_from(row: ShiftRow) -> Result<Self> {
        let broken = |column, value: &str| Error::broken("duty_shift", column, row.id, value);
        let shift = Shift {
            day: row.day.parse().map_err(|_| broken("day", &row.day))?,
            duty: Duty::parse(&row.role).ok_or_else(|| broken("role", &row.role))?,
            post: Post {
                address: Address::parse(&row.address).map_err(|_| broken("address", &row.address))?,
                name: row.post,
                phone: row.phone,
            },
        };
        Ok((UnitId(row.unit_id), shift))
    }
}

/// A substitution as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredStandIn {
    /// Its row.
    pub id: i64,
    /// Whose roster it is of.
    pub unit: UnitId,
    /// Who stands in for whom, and when.
    pub what: StandIn,
}

#[derive(sqlx::FromRow)]
struct StandInRow {
    id: i64,
    unit_id: i64,
    absent: String,
    post: String,
    address: String,
    phone: Option<String>,
    starts_at: i64,
    ends_at: i64,
}

impl TryFrom<StandInRow> for StoredStandIn {
    type Error = Error;
    fn try_from(row: StandInRow) -> Result<Self> {
        let address = |column, text: &str| {
            Address::parse(text).map_err(|_| Error::broken("duty_stand_in", column, row.id, text))
        };
        Ok(Self {
            id: row.id,
            unit: UnitId(row.unit_id),
            what: StandIn {
                absent: address("absent", &row.absent)?,
                by: Post {
                    address: address("address", &row.address)?,
                    name: row.post,
                    phone: row.phone,
                },
                from: instant("duty_stand_in", "starts_at", row.id, row.starts_at)?,
                until: instant("duty_stand_in", "ends_at", row.id, row.ends_at)?,
            },
        })
    }
}

impl Conn {
    /// Gives the shifts of some units from one day to another, both included, in the order of days.
    pub async fn shifts(
        &mut self,
        units: &[UnitId],
        from: BusinessDate,
        to: BusinessDate,
    ) -> Result<BTreeMap<UnitId, Vec<Shift>>> {
        let sql = batch!(self,
            "SELECT s.id, s.unit_id, s.day, s.role, s.post, s.address, s.phone FROM ", [id bigint],
            " JOIN duty_shift s ON s.unit_id = r.id WHERE s.day >= $2 AND s.day <= $3
            ORDER BY s.unit_id, s.day, s.role DESC, s.id");
        self.read_shifts(sql, units, from, to).await
    }

    /// Gives what [`Conn::shifts`] gives, and some shift of each unit, whenever that is: it tells that the unit keeps
    /// a roster.
    pub async fn shifts_and_one(
        &mut self,
        units: &[UnitId],
        from: BusinessDate,
        to: BusinessDate,
    ) -> Result<BTreeMap<UnitId, Vec<Shift>>> {
        let sql = batch!(self, "WITH own AS (SELECT r.id FROM ", [id bigint], ")
            SELECT s.id, s.unit_id, s.day, s.role, s.post, s.address, s.phone FROM own
            JOIN duty_shift s ON s.unit_id = own.id AND s.day >= $2 AND s.day <= $3
            UNION SELECT s.id, s.unit_id, s.day, s.role, s.post, s.address, s.phone FROM own
            JOIN duty_shift s ON s.id = (SELECT f.id FROM duty_shift f WHERE f.unit_id = own.id LIMIT 1)");
        self.read_shifts(sql, units, from, to).await
    }

    async fn read_shifts(
        &mut self,
        sql: &'static str,
        units: &[UnitId],
        from: BusinessDate,
        to: BusinessDate,
    ) -> Result<BTreeMap<UnitId, Vec<Shift>>> {
        let rows: Vec<ShiftRow> = on!(self, c => sqlx::query_as(sql).bind(id_list(units)).bind(from.to_string())
            .bind(to.to_string()).fetch_all(c).await)?;
        let mut all: BTreeMap<UnitId, Vec<Shift>> = BTreeMap::new();
        for row in rows {
            let (unit, shift) = row.try_into()?;
            all.entry(unit).or_default().push(shift);
        }
        Ok(all)
    }

    /// Gives the units that have ever had a shift.
    pub async fn rostered(&mut self) -> Result<Vec<UnitId>> {
        const SQL: &str = "SELECT DISTINCT unit_id FROM duty_shift ORDER BY unit_id";
        let ids: Vec<i64> = on!(self, c => sqlx::query_scalar(SQL).fetch_all(c).await)?;
        Ok(ids.into_iter().map(UnitId).collect())
    }

    /// Gives the shifts of one address from a day on, with their units.
    pub async fn shifts_of(&mut self, address: &Address, from: BusinessDate) -> Result<Vec<(UnitId, Shift)>> {
        const SQL: &str = "SELECT id, unit_id, day, role, post, address, phone FROM duty_shift
            WHERE address = $1 AND day >= $2 ORDER BY day, unit_id, role LIMIT 1000";
        let rows: Vec<ShiftRow> = on!(self, c => sqlx::query_as(SQL).bind(address.as_str()).bind(from.to_string())
            .fetch_all(c).await)?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Gives the units among some that keep a duty office: a county or higher, and the one at the top.
    pub async fn offices(&mut self, among: &[UnitId]) -> Result<BTreeSet<UnitId>> {
        let sql = batch!(self, "SELECT v.unit_id FROM ", [id bigint],
            " JOIN unit_version v ON v.unit_id = r.id WHERE v.valid_until IS NULL
            AND (v.parent_id IS NULL OR v.kind IN ('nation', 'province', 'prefecture', 'county'))");
        let ids: Vec<i64> = on!(self, c => sqlx::query_scalar(sql).bind(id_list(among)).fetch_all(c).await)?;
        Ok(ids.into_iter().map(UnitId).collect())
    }

    /// Gives the substitutions of some units that are not over, the earliest first.
    pub async fn stand_ins(&mut self, units: &[UnitId], now: Timestamp) -> Result<Vec<StoredStandIn>> {
        let sql = batch!(self,
            "SELECT s.id, s.unit_id, s.absent, s.post, s.address, s.phone, s.starts_at, s.ends_at FROM ", [id bigint],
            " JOIN duty_stand_in s ON s.unit_id = r.id WHERE s.ends_at > $2 AND s.ended_at IS NULL
            ORDER BY s.starts_at, s.id");
        let rows: Vec<StandInRow> = on!(self, c => sqlx::query_as(sql).bind(id_list(units))
            .bind(now.timestamp_millis()).fetch_all(c).await)?;
        rows.into_iter().map(TryInto::try_into).collect()
    }
}

impl Tx {
    /// Makes the shifts of a day what they are from now on.
    pub async fn put_day(&mut self, unit: UnitId, day: BusinessDate, shifts: &[Shift]) -> Result<()> {
        const CLEAR: &str = "DELETE FROM duty_shift WHERE unit_id = $1 AND day = $2";
        const ADD: &str = "INSERT INTO duty_shift (unit_id, day, role, post, address, phone)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let date = day.to_string();
        on!(self, c => sqlx::query(CLEAR).bind(unit.0).bind(&date).execute(c).await.map(|_| ()))?;
        for shift in shifts.iter().filter(|shift| shift.day == day) {
            let post = &shift.post;
            on!(self, c => sqlx::query(ADD).bind(unit.0).bind(&date).bind(shift.duty.code()).bind(&post.name)
                .bind(post.address.as_str()).bind(post.phone.as_deref()).execute(c).await.map(|_| ()))?;
        }
        Ok(())
    }

    /// Records that one post stands in for another.
    pub async fn add_stand_in(
        &mut self,
        unit: UnitId,
        what: &StandIn,
        by: AccountId,
        now: Timestamp,
    ) -> Result<i64> {
        const SQL: &str =
            "INSERT INTO duty_stand_in (unit_id, absent, post, address, phone, starts_at, ends_at, by_account, at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
        let (from, until) = (what.from.timestamp_millis(), what.until.timestamp_millis());
        Ok(
            on!(self, c => sqlx::query_scalar(SQL).bind(unit.0).bind(what.absent.as_str()).bind(&what.by.name)
            .bind(what.by.address.as_str()).bind(what.by.phone.as_deref()).bind(from).bind(until).bind(by.0)
            .bind(now.timestamp_millis()).fetch_one(c).await)?,
        )
    }

    /// Takes a substitution back; gives whether there was one to take back.
    pub async fn end_stand_in(&mut self, unit: UnitId, id: i64, now: Timestamp) -> Result<bool> {
        const SQL: &str = "UPDATE duty_stand_in SET ended_at = $3
            WHERE id = $1 AND unit_id = $2 AND ended_at IS NULL AND ends_at > $3";
        let at = now.timestamp_millis();
        let done = on!(self, c => sqlx::query(SQL).bind(id).bind(unit.0).bind(at).execute(c).await
            .map(|d| d.rows_affected()))?;
        Ok(done > 0)
    }
}
