//! Keeps the counts of a very large round for a moment, so that many open boards ask the database once.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;

use super::{Result, Service};
use crate::domain::board::Span;
use crate::domain::ids::RoundId;
use crate::domain::time::Timestamp;
use crate::store::{Conn, Count};

/// From how many obligations on counts are kept.
const LARGE: u64 = 20_000;
/// For how long.
const FRESH: TimeDelta = TimeDelta::milliseconds(1500);
/// How many are kept at most.
const MOST: usize = 256;

/// The counts of late, by round and spans.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<HashMap<(RoundId, u64), Kept>>);

#[derive(Debug, Clone)]
struct Kept {
    counts: Arc<Vec<Count>>,
    at: Timestamp,
}

impl Service {
    /// Counts the obligations that serve a round by fold, as [`Conn::board_counts`]; those of a very large round may be
    /// a second old.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn board_counts(
        &self,
        conn: &mut Conn,
        round: RoundId,
        rounds: &[RoundId],
        spans: &[Span],
    ) -> Result<Arc<Vec<Count>>> {
        let now = self.now();
        let mut hasher = DefaultHasher::new();
        for span in spans {
            (span.fold, &span.lo, &span.hi).hash(&mut hasher);
        }
        let key = (round, hasher.finish());
        if let Some(kept) = self.counts.get(key, now) {
            return Ok(kept);
        }
        let counts = Arc::new(conn.board_counts(round, rounds, spans, now).await?);
        if counts.iter().map(|count| count.tally.expected).sum::<u64>() > LARGE {
            self.counts.keep(key, counts.clone(), now);
        }
        Ok(counts)
    }
}

impl Cache {
    fn get(&self, key: (RoundId, u64), now: Timestamp) -> Option<Arc<Vec<Count>>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(&key)?;
        ((now - found.at).abs() < FRESH).then(|| found.counts.clone())
    }

    fn keep(&self, key: (RoundId, u64), counts: Arc<Vec<Count>>, at: Timestamp) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.retain(|_, old| (at - old.at).abs() < FRESH);
        }
        kept.insert(key, Kept { counts, at });
    }
}
