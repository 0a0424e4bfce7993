//! Knows what the mail relay did last: one row, shared by all instances.

use super::obligation::instant;
use super::{Conn, Error, Result, Tx, on};
use crate::domain::time::Timestamp;

/// What the relay did last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RelayState {
    /// Nothing is sent before this.
    pub paused_until: Option<Timestamp>,
    /// Failures in a row since it last answered beyond MAIL FROM.
    pub failures: u32,
    /// Since when it refuses our settings; an operator must act.
    pub stopped: Option<Timestamp>,
    /// Its own words at the last failure.
    pub words: Option<String>,
    /// When it last accepted a letter.
    pub accepted: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    paused_until: Option<i64>,
    pauses: i64,
    stopped_at: Option<i64>,
    words: Option<String>,
    last_accepted_at: Option<i64>,
}

impl TryFrom<Row> for RelayState {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let at = |column, ms: Option<i64>| ms.map(|ms| instant("relay", column, 1, ms)).transpose();
        Ok(Self {
            paused_until: at("paused_until", row.paused_until)?,
            failures: u32::try_from(row.pauses).unwrap_or(u32::MAX),
            stopped: at("stopped_at", row.stopped_at)?,
            words: row.words,
            accepted: at("last_accepted_at", row.last_accepted_at)?,
        })
    }
}

impl Conn {
    /// Gives what the relay did last.
    pub async fn relay(&mut self) -> Result<RelayState> {
        const SQL: &str =
            "SELECT paused_until, pauses, stopped_at, words, last_accepted_at FROM relay WHERE id = 1";
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).fetch_optional(c).await)?;
        row.map_or_else(|| Ok(RelayState::default()), RelayState::try_from)
    }
}

impl Tx {
    /// Records that the relay answered beyond MAIL FROM, and when it last accepted a letter, if it did.
    pub async fn relay_answered(&mut self, accepted: Option<Timestamp>) -> Result<()> {
        const SQL: &str = "UPDATE relay SET paused_until = NULL, pauses = 0, stopped_at = NULL, words = NULL,
            last_accepted_at = COALESCE($1, last_accepted_at) WHERE id = 1";
        let at = accepted.map(|t| t.timestamp_millis());
        on!(self, c => sqlx::query(SQL).bind(at).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Records that nothing is sent until an instant, and why.
    pub async fn pause_relay(&mut self, until: Timestamp, words: &str) -> Result<()> {
        const SQL: &str = "UPDATE relay SET paused_until = $1, pauses = pauses + 1, words = $2 WHERE id = 1";
        let until = until.timestamp_millis();
        on!(self, c => sqlx::query(SQL).bind(until).bind(words).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Records that the relay refuses our settings, and when it is tried again all the same.
    pub async fn stop_relay(&mut self, probe: Timestamp, words: &str, now: Timestamp) -> Result<()> {
        const SQL: &str = "UPDATE relay SET paused_until = $1, pauses = pauses + 1, words = $2,
            stopped_at = COALESCE(stopped_at, $3) WHERE id = 1";
        let (probe, now) = (probe.timestamp_millis(), now.timestamp_millis());
        on!(self, c => sqlx::query(SQL).bind(probe).bind(words).bind(now).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Lets the next letter try the relay at once: the settings may be new.
    pub async fn retry_relay(&mut self) -> Result<()> {
        const SQL: &str = "UPDATE relay SET paused_until = NULL WHERE id = 1";
        on!(self, c => sqlx::query(SQL).execute(c).await.map(|_| ()))?;
        Ok(())
    }
}
