//! Does what time asks for: everything that is due, now. Doing it twice does nothing.

use chrono::TimeDelta;

use super::{Result, Service};
use crate::domain::time::Timestamp;

/// When the tick is called again at the latest.
pub const LONGEST_SLEEP: TimeDelta = TimeDelta::seconds(60);

impl Service {
    /// Opens rounds, fires steps, passes on what failed, repeats urgent reports, seals what has closed, makes bulletins;
    /// gives when to come back, [`LONGEST_SLEEP`] from now at the latest.
    ///
    /// Correct whoever calls it, how often, and in how many instances: the unique keys of the tables decide.
    ///
    /// # Errors
    /// When the database cannot answer. One part that fails holds up none of the others.
    pub async fn tick(&self) -> Result<Timestamp> {
        let now = self.now();
        let next = self.do_what_is_due(now).await?;
        // Never in the past: a step that failed is tried again soon, not at once and for ever.
        let soonest = now + TimeDelta::milliseconds(1);
        Ok(next
            .map_or(now + LONGEST_SLEEP, |next| next.min(now + LONGEST_SLEEP))
            .max(soonest))
    }

    /// Does what is due, and gives when something is due next, however far away; none: nothing will ever be.
    ///
    /// # Errors
    /// As [`Service::tick`].
    pub async fn do_what_is_due(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let mut next: Vec<Timestamp> = Vec::new();
        let mut failed = None;
        // Urgent reports go before everything else.
        let urgent = self.alert_tick(now).await.map(|next| next.into_iter().collect());
        let opened = self.open_rounds(now).await.map(|next| next.into_iter().collect());
        let asked = self
            .ask_incidents(now)
            .await
            .map(|next| next.into_iter().collect());
        let passed = self.pass_on(now).await.map(|()| Vec::new());
        let chased = self.chase(now).await.map(|next| next.into_iter().collect());
        let sealed = self.seal_rounds(now).await.map(|next| next.into_iter().collect());
        // Last, so that what has closed is sealed and what was due is opened.
        let told = self
            .make_bulletins(now)
            .await
            .map(|next| next.into_iter().collect());
        let parts: [(&str, Result<Vec<Timestamp>>); 7] = [
            ("repeating urgent reports", urgent),
            ("opening rounds", opened),
            ("asking how incidents go on", asked),
            ("passing on", passed),
            ("chasing", chased),
            ("sealing", sealed),
            ("making bulletins", told),
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
        Ok(next.into_iter().min())
    }

    /// Lets urgent reports that are due go before the next chunk of a long job.
    pub(super) async fn urgent_first(&self) -> Result<()> {
        let now = self.now();
        let next = self.store.read().await?.next_alert_at().await?;
        if next.is_some_and(|next| next <= now) {
            self.alert_tick(now).await?;
        }
        Ok(())
    }
}
