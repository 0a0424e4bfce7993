//! Knows what this deployment is, and when its instances last proved that they live.

use super::{Conn, Result, Tx, on};

/// What a deployment is.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Deployment {
    /// Its name in message ids; never changes, also not in a restored copy.
    pub uuid: String,
    /// When its data were restored from a backup, in Unix milliseconds.
    pub restored_at: Option<i64>,
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

    /// Gives the latest completed tick of any instance, in Unix milliseconds.
    pub async fn last_tick(&mut self) -> Result<Option<i64>> {
        const SQL: &str = "SELECT MAX(ticked_at) FROM heartbeat";
        Ok(on!(self, c => sqlx::query_scalar::<_, Option<i64>>(SQL).fetch_one(c).await)?)
    }
}

impl Tx {
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

    /// Records that an instance lives, and whether it has just completed a tick.
    pub async fn beat(&mut self, instance: &str, now: i64, ticked: bool) -> Result<()> {
        const SQL: &str = "INSERT INTO heartbeat (instance, beat_at, ticked_at) VALUES ($1, $2, $3)
            ON CONFLICT (instance) DO UPDATE SET beat_at = excluded.beat_at,
                ticked_at = COALESCE(excluded.ticked_at, heartbeat.ticked_at)";
        let ticked = ticked.then_some(now);
        on!(self, c => sqlx::query(SQL).bind(instance).bind(now).bind(ticked).execute(c).await.map(|_| ()))?;
        Ok(())
    }
}
