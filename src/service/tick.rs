//! Does what time asks for: everything that is due, now. Doing it twice does nothing.

use chrono::TimeDelta;

use super::{Error, Result, Service};
use crate::domain::time::{Timestamp, from_millis};

/// When the tick is called again at the latest.
pub const LONGEST_SLEEP: TimeDelta = TimeDelta::seconds(60);

impl Service {
    /// Opens rounds, fires steps, passes on what failed, repeats urgent reports, seals what has closed; gives when
    /// to come back, [`LONGEST_SLEEP`] from now at the latest.
    ///
    /// Correct whoever calls it, how often, and in how many instances: the unique keys of the tables decide.
    ///
    /// # Errors
    /// When the database cannot answer. One part that fails holds up none of the others.
    pub async fn tick(&self) -> Result<Timestamp> {
        let now = self.now();
        let mut next = vec![now + LONGEST_SLEEP];
        let mut failed = None;
        let opened = self.open_rounds(now).await.map(|next| next.into_iter().collect());
        let passed = self.pass_on(now).await.map(|()| Vec::new());
        let chased = self.chase(now).await.map(|next| next.into_iter().collect());
        let parts: [(&str, Result<Vec<Timestamp>>); 3] = [
            ("opening rounds", opened),
            ("passing on", passed),
            ("chasing", chased),
        ];
        for (part, done) in parts {
            match done {
                Ok(due) => next.extend(due),
                Err(error) => {
                    tracing::error!(part, %error, "{part} failed");
                    failed = Some(error);
                }
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
        next.extend(self.next_closing(now).await?);
        // Never in the past: a step that failed is tried again soon, not at once and for ever.
        let soonest = now + TimeDelta::milliseconds(1);
        Ok(next.into_iter().min().unwrap_or(soonest).max(soonest))
    }

    async fn next_closing(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let next = self.store.read().await?.next_closing(now).await?;
        next.map(|ms| from_millis(ms).ok_or_else(|| Error::broken("round.closes_at")))
            .transpose()
    }
}
