//! Notices spans in which the service itself could not receive, and jumps of the clock.

use chrono::TimeDelta;

use super::{Result, Service};
use crate::domain::time::from_millis;

/// A gap between two signs of life up to this is no outage.
const UNNOTICED: TimeDelta = TimeDelta::seconds(90);

/// A clock that ran this much more or less than the time that passed has jumped.
const JUMP: TimeDelta = TimeDelta::seconds(60);

impl Service {
    /// Records that an instance lives, and an outage or a jump of the clock if one lies behind it.
    ///
    /// `passed` is how much time went by since this process last called, by a clock that nobody can set; none for its
    /// first call.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn beat(&self, instance: &str, passed: Option<TimeDelta>) -> Result<()> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        if let Some(last) = tx.last_beat().await?.and_then(from_millis) {
            let gap = now - last;
            let cause = match passed {
                Some(passed) if gap - passed > JUMP => Some("clock_forward"),
                Some(passed) if passed - gap > JUMP => Some("clock_back"),
                _ if gap < -JUMP => Some("clock_back"),
                _ if gap > UNNOTICED => Some("stopped"),
                _ => None,
            };
            if let Some(cause) = cause {
                tracing::warn!(
                    cause,
                    gap_seconds = gap.num_seconds(),
                    "the service could not receive, or its clock jumped"
                );
                tx.add_outage(last.min(now), last.max(now), cause).await?;
            }
        }
        tx.beat(instance, now.timestamp_millis()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Records that an instance has completed a tick.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ticked(&self, instance: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        tx.ticked(instance, self.now().timestamp_millis()).await?;
        tx.commit().await?;
        Ok(())
    }
}
