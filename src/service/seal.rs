//! Seals rounds that have closed, and proves seals.

use chrono::TimeDelta;

use super::{Error, Result, Service};
use crate::crash::Point;
use crate::domain::digest::Digest;
use crate::domain::ids::{CheckInId, RoundId};
use crate::domain::seal::{Seal, Sealing};
use crate::domain::time::Timestamp;

/// How long after closing a round is sealed: what was received before it closed is on disk by then.
pub(super) const SETTLED: TimeDelta = TimeDelta::seconds(10);

/// How many receipts are read at once.
const CHUNK: i64 = 2_000;

impl Service {
    /// Seals every round whose last obligation closed a while ago; gives when the next one can be.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn seal_rounds(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let mut next: Option<Timestamp> = None;
        let closed = self.store.read().await?.rounds_to_seal(now).await?;
        for (round, closes) in closed {
            let due = closes + SETTLED;
            if due > now {
                next = next.into_iter().chain([due]).min();
                continue;
            }
            let seal = self.compute_seal(round, closes).await?;
            let mut tx = self.store.begin().await?;
            tx.seal_round(round, &seal.hash.to_string(), closes).await?;
            self.crash.pass(Point::Seal).await;
            tx.commit().await?;
            self.crash.pass(Point::Sealed).await;
            tracing::info!(%round, receipts = seal.count, "round {round} is sealed over {} receipts", seal.count);
        }
        Ok(next)
    }

    /// Computes the seal of a closed round again and gives it, with whether it is the one that was kept.
    ///
    /// # Errors
    /// [`Error::Missing`] when the round bears no seal.
    pub async fn verify_seal(&self, round: RoundId) -> Result<(Seal, bool)> {
        let kept = self.store.read().await?.round_seal(round).await?;
        let (before, hash) = kept.ok_or(Error::Missing("seal"))?;
        let kept: Digest = hash.parse().map_err(Error::broken)?;
        let seal = self.compute_seal(round, before).await?;
        Ok((seal, seal.hash == kept))
    }

    async fn compute_seal(&self, round: RoundId, before: Timestamp) -> Result<Seal> {
        let mut sealing = Sealing::new(round);
        let mut last = CheckInId(0);
        loop {
            // A connection a chunk, so that a large round holds up no other reader.
            let mut conn = self.store.read().await?;
            let chunk = conn.check_ins_of_round(round, before, last, CHUNK).await?;
            drop(conn);
            for kept in &chunk {
                sealing
                    .add(&kept.receipt(self.keys.receipt(kept.check_in.id)))
                    .map_err(Error::broken)?;
                last = kept.check_in.id;
            }
            if i64::try_from(chunk.len()).unwrap_or(CHUNK) < CHUNK {
                return Ok(sealing.finish());
            }
        }
    }
}
