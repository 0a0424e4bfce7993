//! Counts what an outside monitor would call about.

use tokio::sync::Mutex;

use super::health::GOOD;
use super::{Result, Service};
use crate::domain::time::Timestamp;
use crate::store::{LaneCount, RelayState};

/// What an outside monitor would call about, and what helps it to understand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vitals {
    /// When it was counted.
    pub at: Timestamp,
    /// The urgent letters.
    pub urgent: LaneCount,
    /// All other letters.
    pub routine: LaneCount,
    /// Obligations that are past their time of grace while their round is open.
    pub overdue: i64,
    /// Urgent reports that nobody has acknowledged, and since when the oldest has been there, in Unix milliseconds.
    pub unanswered: (i64, Option<i64>),
    /// When the tick last ran and when an instance last showed a sign of life, in Unix milliseconds.
    pub ticked: Option<i64>,
    pub beat: Option<i64>,
    /// What the mail relay did last.
    pub relay: RelayState,
    /// The size of the database in bytes.
    pub size: i64,
}

/// The last counts.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Option<Vitals>>);

impl Service {
    /// Counts, or gives what was counted a moment ago.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn vitals(&self) -> Result<Vitals> {
        let now = self.now();
        let mut kept = self.vitals.0.lock().await;
        if let Some(vitals) = kept.as_ref()
            && (now - vitals.at).abs() < GOOD
        {
            return Ok(vitals.clone());
        }
        let mut conn = self.store.read().await?;
        let [urgent, routine] = conn.lane_counts(now).await?;
        let vitals = Vitals {
            at: now,
            urgent,
            routine,
            overdue: conn.overdue_count(now).await?,
            unanswered: conn.unanswered_count().await?,
            ticked: conn.last_tick().await?,
            beat: conn.last_beat().await?,
            relay: conn.relay().await?,
            size: conn.database_size().await?,
        };
        *kept = Some(vitals.clone());
        Ok(vitals)
    }
}
