//! Knows how work survives a panic in it, and ends in time when it is told to stop.

use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How long a part that panicked waits before it begins again.
const PAUSE: Duration = Duration::from_millis(if cfg!(test) { 5 } else { 1000 });

/// The parts at work.
pub(super) struct Tasks {
    stop: CancellationToken,
    running: JoinSet<()>,
}

impl Tasks {
    pub(super) fn new(stop: CancellationToken) -> Self {
        Self {
            stop,
            running: JoinSet::new(),
        }
    }

    /// Runs a part until it is told to stop; after a panic it begins again.
    pub(super) fn keep<F, T>(&mut self, name: &'static str, part: F)
    where
        F: Fn(CancellationToken) -> T + Send + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        let stop = self.stop.clone();
        self.running.spawn(async move {
            loop {
                // Dropped with this task, so that a part does not outlive what keeps it.
                let mut once = JoinSet::new();
                once.spawn(part(stop.clone()));
                let ended = once.join_next().await;
                if stop.is_cancelled() {
                    return;
                }
                match ended {
                    Some(Err(error)) if error.is_panic() => {
                        tracing::error!(part = name, "{name} panicked and begins again");
                    }
                    _ => tracing::error!(part = name, "{name} ended and begins again"),
                }
                rest(PAUSE, &stop).await;
            }
        });
    }

    /// Waits until every part has ended, `patience` at most, and then ends what is left.
    pub(super) async fn end(mut self, patience: Duration) {
        let all = async { while self.running.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, all).await.is_err() {
            tracing::warn!("some work did not end in time and was broken off");
            self.running.shutdown().await;
        }
    }
}

/// Sleeps, but not longer than until the stop.
pub(super) async fn rest(span: Duration, stop: &CancellationToken) {
    tokio::select! {
        () = tokio::time::sleep(span) => {}
        () = stop.cancelled() => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_part_that_panics_begins_again_and_one_that_hangs_is_broken_off() {
        let stop = CancellationToken::new();
        let mut tasks = Tasks::new(stop.clone());
        let begun = Arc::new(AtomicU32::new(0));
        let count = begun.clone();
        tasks.keep("part", move |_| {
            let nth = count.fetch_add(1, Ordering::SeqCst);
            async move {
                assert!(nth > 1, "panics twice");
                std::future::pending().await
            }
        });
        while begun.load(Ordering::SeqCst) < 3 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        stop.cancel();
        tasks.end(Duration::from_millis(20)).await;
        assert_eq!(begun.load(Ordering::SeqCst), 3);
    }
}
