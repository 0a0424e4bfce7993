//! Knows what this deployment is, and when its instances last proved that they live.

use super::{Conn, Result, Tx, on};
use crate::domain::time::Timestamp;

/// What a deployment is.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Deployment {
    /// Its name in message ids; never changes, also not in a restored copy.
    pub uuid: String,
    /// When its data were restored from a backup, in Unix milliseconds.
    pub restored_at: Option<i64>,
}

/// A span in which the service could not receive, or a jump of the clock.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OutageRow {
    /// Unix milliseconds.
    pub began_at: i64,
    /// Unix milliseconds.
    pub ended_at: i64,
    /// `stopped`, `clock_forward` or `clock_back`.
    pub cause: String,
}

impl Conn {
    /// Gives the deployment, if it was ever begun.
    pub async fn deployment(&mut self) -> Result<Option<Deployment>> {
        const SQL: &str = "SELECT uuid, restored_at FROM deployment WHERE id = 1";
        Ok(on!(self, c => sqlx::query_as(SQL).fetch_optional(c).await)?)
    }

    /// Gives the latest sign of life of any instance, in Unix milliseconds.
    pub async fn last_beat(&mut self) -> Result<Option<i64>> {
        const SQL: &str = "SELECT MAX(beat_at) FROM heartbeat";
        Ok(on!(self, c => sqlx::query_scalar::<_, Option<i64>>(SQL).fetch_one(c).await)?)
    }

    /// Gives the spans that ended after an instant, the earliest first.
    pub async fn outages_after(&mut self, instant: Timestamp) -> Result<Vec<OutageRow>> {
        const SQL: &str =
            "SELECT began_at, ended_at, cause FROM outage WHERE ended_at > $1 ORDER BY began_at";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(instant.timestamp_millis()).fetch_all(c).await)?)
    }

    /// Gives the latest completed tick of any instance, in Unix milliseconds.
    pub async fn last_tick(&mut self) -> Result<Option<i64>> {
        const SQL: &str = "SELECT MAX(ticked_at) FROM heartbeat";
        Ok(on!(self, c => sqlx::query_scalar::<_, Option<i64>>(SQL).fetch_one(c).await)?)
    }
}

impl Conn {
    /// Gives the version of the tables.
    pub(super) async fn schema_version(&mut self) -> Result<Option<i64>> {
        const SQL: &str = "SELECT MAX(version) FROM _sqlx_migrations";
        Ok(on!(self, c => sqlx::query_scalar::<_, Option<i64>>(SQL).fetch_one(c).await)?)
    }

    /// Gives since when the oldest urgent letter that waits has been waiting.
    pub async fn oldest_urgent(&mut self) -> Result<Option<i64>> {
        // In two halves, each of which has an index: the table holds every letter that was ever sent.
        const SQL: &str = "SELECT MIN(x.created_at) FROM (
            SELECT created_at FROM letter WHERE state = 'waiting' AND ready = 1 AND lease IS NULL AND priority = 0
            UNION ALL SELECT created_at FROM letter WHERE state = 'waiting' AND lease IS NOT NULL AND priority = 0) AS x";
        Ok(on!(self, c => sqlx::query_scalar::<_, Option<i64>>(SQL).fetch_one(c).await)?)
    }
}

impl Tx {
    /// Writes something that changes nothing, to prove that the database saves.
    pub async fn prove(&mut self) -> Result<()> {
        const SQL: &str = "UPDATE deployment SET created_at = created_at WHERE id = 1";
        on!(self, c => sqlx::query(SQL).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Begins the deployment; one that was begun stays as it is.
    pub async fn begin_deployment(&mut self, uuid: &str, now: i64) -> Result<()> {
        const SQL: &str =
            "INSERT INTO deployment (id, uuid, created_at) VALUES (1, $1, $2) ON CONFLICT DO NOTHING";
        on!(self, c => sqlx::query(SQL).bind(uuid).bind(now).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Marks the data as restored from a backup.
    pub async fn mark_restored(&mut self, now: i64) -> Result<()> {
        const SQL: &str = "UPDATE deployment SET restored_at = $1 WHERE id = 1";
        on!(self, c => sqlx::query(SQL).bind(now).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Records that an instance lives.
    pub async fn beat(&mut self, instance: &str, now: i64) -> Result<()> {
        const SQL: &str = "INSERT INTO heartbeat (instance, beat_at) VALUES ($1, $2)
            ON CONFLICT (instance) DO UPDATE SET beat_at = excluded.beat_at";
        on!(self, c => sqlx::query(SQL).bind(instance).bind(now).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Records that an instance has completed a tick.
    pub async fn ticked(&mut self, instance: &str, now: i64) -> Result<()> {
        const SQL: &str = "INSERT INTO heartbeat (instance, beat_at, ticked_at) VALUES ($1, $2, $2)
            ON CONFLICT (instance) DO UPDATE SET ticked_at = excluded.ticked_at";
        on!(self, c => sqlx::query(SQL).bind(instance).bind(now).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Records a span in which the service could not receive, or a jump of the clock.
    ///
    /// Spans that touch or overlap are one row, so that one row says whether a whole window fell into an outage. A
    /// clock that was set back stays by itself: the hours that came twice could be reported in.
    pub async fn add_outage(&mut self, from: Timestamp, until: Timestamp, cause: &str) -> Result<()> {
        const WIDEN: &str = "UPDATE outage SET began_at = x.began, ended_at = x.ended, cause = x.cause
            FROM (SELECT MAX(id) AS id, CASE WHEN MIN(began_at) < $1 THEN MIN(began_at) ELSE $1 END AS began,
                CASE WHEN MAX(ended_at) > $2 THEN MAX(ended_at) ELSE $2 END AS ended,
                MAX(CASE WHEN cause > $3 THEN cause ELSE $3 END) AS cause
              FROM outage WHERE cause <> 'clock_back' AND $3 <> 'clock_back'
                AND began_at <= $2 AND ended_at >= $1) AS x
            WHERE outage.id = x.id RETURNING outage.id";
        const FORGET: &str = "DELETE FROM outage WHERE id < $1 AND cause <> 'clock_back' AND EXISTS (SELECT 1
            FROM outage x WHERE x.id = $1 AND x.began_at <= outage.began_at AND x.ended_at >= outage.ended_at)";
        const ADD: &str = "INSERT INTO outage (began_at, ended_at, cause) VALUES ($1, $2, $3)";
        let (from, until) = (from.timestamp_millis(), until.timestamp_millis());
        let wider: Option<i64> = on!(self, c => sqlx::query_scalar(WIDEN).bind(from).bind(until).bind(cause)
            .fetch_optional(c).await)?;
        match wider {
            Some(id) => on!(self, c => sqlx::query(FORGET).bind(id).execute(c).await.map(|_| ())),
            None => on!(self, c => sqlx::query(ADD).bind(from).bind(until).bind(cause)
                .execute(c).await.map(|_| ())),
        }?;
        Ok(())
    }
}
