//! Knows the failures at each door that tests a secret, so that delays outlive a restart.

use super::{Result, Tx, on};
use crate::domain::throttle::Record;
use crate::domain::time::{Timestamp, from_millis};

impl Tx {
    /// Gives the failures of a subject at a door and holds the row until the commit; `None` if there are none.
    ///
    /// The row is made where there is none, so that of many first tries at once each sees the one before it.
    pub async fn hold_throttle(&mut self, door: &str, subject: &str) -> Result<Option<Record>> {
        const SQL: &str =
            "INSERT INTO throttle (door, subject, failures, blocked_until) VALUES ($1, $2, 0, 0)
            ON CONFLICT (door, subject) DO UPDATE SET failures = throttle.failures
            RETURNING failures, blocked_until";
        let (failures, until): (i64, i64) =
            on!(self, c => sqlx::query_as(SQL).bind(door).bind(subject).fetch_one(c).await)?;
        Ok((failures > 0).then(|| Record {
            failures: u32::try_from(failures).unwrap_or(u32::MAX),
            until: from_millis(until).unwrap_or_default(),
        }))
    }

    /// Keeps the failures of a subject at a door.
    pub async fn put_throttle(&mut self, door: &str, subject: &str, record: Record) -> Result<()> {
        const SQL: &str =
            "INSERT INTO throttle (door, subject, failures, blocked_until) VALUES ($1, $2, $3, $4)
            ON CONFLICT (door, subject) DO UPDATE SET failures = excluded.failures,
                blocked_until = excluded.blocked_until";
        let until = record.until.timestamp_millis();
        on!(self, c => sqlx::query(SQL).bind(door).bind(subject).bind(i64::from(record.failures)).bind(until)
            .execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Forgets the failures of a subject at a door.
    pub async fn drop_throttle(&mut self, door: &str, subject: &str) -> Result<()> {
        const SQL: &str = "DELETE FROM throttle WHERE door = $1 AND subject = $2";
        on!(self, c => sqlx::query(SQL).bind(door).bind(subject).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Forgets all failures whose delay ended before an instant.
    pub async fn drop_old_throttles(&mut self, before: Timestamp) -> Result<()> {
        const SQL: &str = "DELETE FROM throttle WHERE blocked_until < $1";
        on!(self, c => sqlx::query(SQL).bind(before.timestamp_millis()).execute(c).await.map(|_| ()))?;
        Ok(())
    }
}
