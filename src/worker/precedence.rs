//! Knows that no letter goes before an urgent one: the routine lane asks before each letter, and lets it go first.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::service::Bell;

/// How long a routine letter waits for one urgent letter to be sent; beyond that the relay is slow with that letter,
/// and holding up the others would help nobody.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 300 } else { 3000 });

/// What the urgent lane is doing.
#[derive(Debug)]
pub struct Precedence(watch::Sender<State>);

#[derive(Debug, Clone, Copy, Default)]
struct State {
    /// How often the bell had been rung when the lane last found nothing more to send.
    answered: u64,
    /// Since when it is at its present letter, or looking for one.
    at_work: Option<Instant>,
}

impl Default for Precedence {
    fn default() -> Self {
        Self(watch::Sender::new(State::default()))
    }
}

impl Precedence {
    /// The urgent lane looks for a letter, or begins with one.
    pub fn work(&self) {
        self.0.send_modify(|state| state.at_work = Some(Instant::now()));
    }

    /// The urgent lane has found nothing more to send, after it heard the bell so many times.
    pub fn rest(&self, answered: u64) {
        self.0.send_modify(|state| {
            *state = State {
                answered,
                at_work: None,
            }
        });
    }

    /// Waits until no urgent letter waits: every ring was answered, and the urgent lane rests.
    pub(super) async fn give_way(&self, bell: &Bell) {
        let mut state = self.0.subscribe();
        let asked = Instant::now();
        loop {
            let now = *state.borrow_and_update();
            if now.at_work.is_none() && now.answered == bell.rings() {
                return;
            }
            let until = now.at_work.unwrap_or(asked) + PATIENCE;
            match tokio::time::timeout_at(until, state.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn waits(precedence: &Precedence, bell: &Bell) -> Duration {
        let asked = Instant::now();
        precedence.give_way(bell).await;
        asked.elapsed()
    }

    #[tokio::test]
    async fn a_routine_letter_waits_from_the_ring_until_the_urgent_lane_has_nothing_more() {
        let (precedence, bell) = (Precedence::default(), Bell::default());
        assert!(waits(&precedence, &bell).await < PATIENCE / 2);
        bell.notify_one();
        let lane = async {
            for _ in 0..4 {
                tokio::time::sleep(PATIENCE / 2).await;
                precedence.work();
            }
            precedence.rest(1);
        };
        let (waited, ()) = tokio::join!(waits(&precedence, &bell), lane);
        assert!(waited >= PATIENCE * 2, "{waited:?}");
    }

    #[tokio::test]
    async fn an_urgent_letter_that_stalls_holds_the_others_up_once_and_not_for_ever() {
        let (precedence, bell) = (Precedence::default(), Bell::default());
        precedence.work();
        assert!(waits(&precedence, &bell).await >= PATIENCE);
        assert!(waits(&precedence, &bell).await < PATIENCE / 2);
    }
}
