//! Tells whether the service can do its work: save, tick, send.

use chrono::TimeDelta;

use super::{Result, Service};
use crate::domain::time::{Timestamp, from_millis};

/// What an outside monitor needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Health {
    /// When the tick last ran; `None`: never.
    pub ticked: Option<Timestamp>,
    /// How long the oldest urgent letter has been waiting; `None`: none waits.
    pub urgent: Option<TimeDelta>,
}

impl Service {
    /// Proves that a transaction commits, and reads what the engine and the outbox did last.
    ///
    /// # Errors
    /// When the database cannot save.
    pub async fn health(&self) -> Result<Health> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        tx.prove().await?;
        tx.commit().await?;
        let mut conn = self.store.read().await?;
        let ticked = conn.last_tick().await?.and_then(from_millis);
        let urgent = conn.oldest_urgent().await?.and_then(from_millis);
        Ok(Health {
            ticked,
            urgent: urgent.map(|since| now - since),
        })
    }
}
