//! Tells whether the service can do its work: save, tick, send.

use chrono::TimeDelta;
use tokio::sync::Mutex;

use super::{Result, Service};
use crate::domain::time::{Timestamp, from_millis};

/// What an outside monitor needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Health {
    /// Whether the tables are of this program's version.
    pub schema: bool,
    /// When the tick last ran; `None`: never.
    pub ticked: Option<Timestamp>,
    /// How long the oldest urgent letter has been waiting; `None`: none waits.
    pub urgent: Option<TimeDelta>,
}

/// For how long an answer is good, so that nobody can keep the database busy by asking.
pub(super) const GOOD: TimeDelta = TimeDelta::seconds(1);

/// A tick that is older than this has stopped.
const TICK: TimeDelta = TimeDelta::seconds(180);

/// An urgent letter that has waited longer than this is stuck.
const URGENT: TimeDelta = TimeDelta::seconds(120);

impl Health {
    /// Tells whether the tick ran of late.
    pub fn is_ticking(&self, now: Timestamp) -> bool {
        self.ticked.is_some_and(|at| now - at < TICK)
    }

    /// Tells whether no urgent letter is stuck.
    pub fn is_sending(&self) -> bool {
        self.urgent.is_none_or(|waits| waits < URGENT)
    }
}

/// The last answer, and when it was found.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Option<(Timestamp, Health)>>);

impl Service {
    /// Proves that a transaction commits, and reads what the engine and the outbox did last.
    ///
    /// # Errors
    /// When the database cannot save.
    pub async fn health(&self) -> Result<Health> {
        let now = self.now();
        let mut kept = self.health.0.lock().await;
        if let Some((at, health)) = *kept
            && (now - at).abs() < GOOD
        {
            return Ok(health);
        }
        let mut tx = self.store.begin().await?;
        tx.prove().await?;
        tx.commit().await?;
        let mut conn = self.store.read().await?;
        let ticked = conn.last_tick().await?.and_then(from_millis);
        let urgent = conn.oldest_urgent().await?.and_then(from_millis);
        let health = Health {
            schema: self.store.is_current(&mut conn).await?,
            ticked,
            urgent: urgent.map(|since| now - since),
        };
        *kept = Some((now, health));
        Ok(health)
    }
}
