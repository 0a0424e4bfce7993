//! Knows that the writer steps aside once after an urgent report, so that the letters of it need not wait behind the
//! next batch for every transaction of theirs.

use std::sync::Mutex;
use std::time::Duration;

use crate::service::bell::Bell;

/// How long it steps aside at most: there may be nobody who sends letters.
const PATIENCE: Duration = Duration::from_millis(40);

/// Whether urgent letters wait for their way.
#[derive(Debug, Default)]
pub(super) struct Way(Mutex<Option<u64>>);

impl Way {
    /// Says that the commit to come writes urgent letters; `begun` rings when the sending of some begins.
    pub(super) fn want(&self, begun: &Bell) {
        *self.0.lock().unwrap_or_else(|gone| gone.into_inner()) = Some(begun.rings());
    }

    /// Waits until letters that were wanted have begun, once.
    pub(super) async fn give(&self, begun: &Bell) {
        let wanted = self.0.lock().unwrap_or_else(|gone| gone.into_inner()).take();
        if let Some(rings) = wanted {
            // Late or not: the letters are on disk, and whoever sends them finds them.
            let _ = tokio::time::timeout(PATIENCE, begun.rung(rings)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    async fn gives(way: &Way, begun: &Bell) -> Duration {
        let began = Instant::now();
        way.give(begun).await;
        began.elapsed()
    }

    #[tokio::test]
    async fn a_batch_steps_aside_once_and_never_for_long() {
        let (way, begun) = (Way::default(), Bell::default());
        assert!(gives(&way, &begun).await < PATIENCE);
        way.want(&begun);
        assert!(gives(&way, &begun).await >= PATIENCE);
        assert!(gives(&way, &begun).await < PATIENCE);
        way.want(&begun);
        begun.notify_one();
        assert!(gives(&way, &begun).await < PATIENCE);
    }
}
