//! Knows a bell that several can wait for, and that remembers how often it was rung.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// A bell: rung by deeds after their commit, answered by loops that then look into the database.
///
/// Whoever has looked keeps the number of rings that he answered; so a ring between two looks is never lost, and
/// one look answers many rings.
#[derive(Debug, Default)]
pub struct Bell {
    rings: AtomicU64,
    notify: Notify,
}

impl Bell {
    /// Rings.
    pub fn notify_one(&self) {
        self.rings.fetch_add(1, Ordering::SeqCst);
        self.notify.notify_waiters();
    }

    /// Gives how often it was rung.
    pub fn rings(&self) -> u64 {
        self.rings.load(Ordering::SeqCst)
    }

    /// Waits until it was rung more often than `answered` times.
    pub async fn rung(&self, answered: u64) {
        loop {
            let mut next = std::pin::pin!(self.notify.notified());
            next.as_mut().enable();
            if self.rings() != answered {
                return;
            }
            next.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_ring_while_nobody_waits_is_not_lost_and_many_are_answered_by_one_look() {
        let bell = Bell::default();
        bell.notify_one();
        bell.notify_one();
        bell.rung(0).await;
        assert_eq!(bell.rings(), 2);
        let waited = tokio::time::timeout(std::time::Duration::from_millis(5), bell.rung(2));
        assert!(waited.await.is_err());
    }
}
