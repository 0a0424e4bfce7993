//! Knows how an urgent report climbs until somebody says "I have it".
//!
//! The unit of sending is a *round of calls*, named by `(pass, step)`:
//!
//! - `(0, 0)` goes out when the alert is raised. After `repeat_after` without an acknowledgement comes the
//!   same again and the next step: `(0, 1)` reaches everyone of steps 0 and 1, and so on to the top step.
//! - From the top on, everyone is told again as pass 1, 2, …; the top is sent `passes` times in all. So
//!   there are `steps + passes − 1` rounds of calls, the audience never shrinks, and `repeat_after` after
//!   the last one the alert is exhausted. It then stays red until a person acknowledges it.
//! - A step that reached nobody (no recipient, or every letter failed for good) passes on at once, but
//!   never spends a pass: at the top there is nobody else to tell, so it turns red and the next pass comes
//!   at its time.
//! - After downtime one round of calls goes out, for the highest step that came due. Passes are not used up
//!   by time in which nothing was sent, and the next one keeps its distance.
//! - An acknowledgement ends it in every state.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::address::Address;
use super::time::Timestamp;

/// Who is told of an urgent report, step by step, and how often.
///
/// Pinned when the alert is raised. A step may be empty (nobody on duty); a policy without any address is
/// red at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Pinned", into = "Pinned")]
pub struct Policy {
    steps: Vec<Vec<Address>>,
    repeat_after: TimeDelta,
    passes: u32,
}

/// Why something is not a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    #[error("an urgent report needs 1 to {} steps", Policy::MOST_STEPS)]
    Steps,
    #[error("an urgent report is repeated after more than nothing and at most a day")]
    RepeatAfter,
    #[error("an urgent report is sent in 1 to {} passes", Policy::MOST_PASSES)]
    Passes,
}

/// An urgent report on its way: the last round of calls, and what comes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    pub pass: u32,
    pub step: usize,
    pub state: State,
}

/// Where an alert stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for an acknowledgement; the next round of calls, or the end of all passes, comes at `next_at`.
    Running { next_at: Timestamp },
    /// Somebody has it.
    Acknowledged { by: String, at: Timestamp },
    /// Every pass was sent and nobody answered. Red until a person acts.
    Exhausted { at: Timestamp },
}

/// What happens to an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Time has passed.
    Tick,
    /// Somebody has it; `by` is how the pages name him.
    Acknowledged { by: String },
    /// Every letter of a round of calls failed for good.
    StepFailed { pass: u32, step: usize },
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Queue one urgent letter to each; letters of earlier rounds of calls that were never tried are
    /// obsolete.
    Letters {
        pass: u32,
        step: usize,
        recipients: Vec<Address>,
    },
    /// Show it red on the board.
    Red(Red),
    /// Take back every letter that was never tried.
    Withdraw,
}

/// Why an alert is red.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Red {
    /// A step has no recipient.
    Nobody { step: usize },
    /// Every letter of a step failed for good.
    Failed { step: usize },
    /// Every pass was sent and nobody answered.
    Exhausted,
}

impl Policy {
    pub const MOST_STEPS: usize = 16;
    pub const MOST_PASSES: u32 = 100;

    /// Checks the limits; repeated addresses in a step count once.
    pub fn new(steps: Vec<Vec<Address>>, repeat_after: TimeDelta, passes: u32) -> Result<Self, PolicyError> {
        if !(1..=Self::MOST_STEPS).contains(&steps.len()) {
            return Err(PolicyError::Steps);
        }
        if repeat_after < TimeDelta::milliseconds(1) || repeat_after > TimeDelta::days(1) {
            return Err(PolicyError::RepeatAfter);
        }
        if !(1..=Self::MOST_PASSES).contains(&passes) {
            return Err(PolicyError::Passes);
        }
        Ok(Self {
            steps,
            repeat_after,
            passes,
        })
    }

    /// Gives how long an acknowledgement is waited for.
    pub fn repeat_after(&self) -> TimeDelta {
        self.repeat_after
    }

    /// Gives how often the top step is sent.
    pub fn passes(&self) -> u32 {
        self.passes
    }

    fn top(&self) -> usize {
        self.steps.len() - 1
    }

    /// Gives everyone who is told at a step: its own recipients and those of the steps before it, each once.
    pub fn recipients(&self, step: usize) -> Vec<Address> {
        let told: BTreeSet<&Address> = self.steps.iter().take(step.saturating_add(1)).flatten().collect();
        told.into_iter().cloned().collect()
    }
}

impl Alert {
    /// Begins an alert: step 0 at once.
    pub fn raise(policy: &Policy, now: Timestamp) -> (Self, Vec<Effect>) {
        call(policy, 0, 0, now)
    }

    /// Gives when the alert wants to be looked at; `None` when only a person can change it.
    pub fn next_at(&self) -> Option<Timestamp> {
        match self.state {
            State::Running { next_at } => Some(next_at),
            State::Acknowledged { .. } | State::Exhausted { .. } => None,
        }
    }

    /// Tells whether a letter of a round of calls that was never tried may still leave: not when somebody
    /// has it, and not when a later round of calls says the same again. A letter in doubt is sent again
    /// whatever this says.
    pub fn wants(&self, pass: u32, step: usize) -> bool {
        let satisfied = matches!(self.state, State::Acknowledged { .. });
        !satisfied && (self.pass, self.step) == (pass, step)
    }

    /// Tells whether only a person can end it.
    pub fn is_exhausted(&self) -> bool {
        matches!(self.state, State::Exhausted { .. })
    }
}

/// Gives the alert after an event, and what is to be done.
///
/// A tick before its time, the failure of an earlier round of calls, and anything after an acknowledgement
/// change nothing; the first acknowledgement counts.
pub fn advance(alert: &Alert, policy: &Policy, event: Event, now: Timestamp) -> (Alert, Vec<Effect>) {
    let same = || (alert.clone(), Vec::new());
    match (&alert.state, event) {
        (State::Acknowledged { .. }, _) => same(),
        (_, Event::Acknowledged { by }) => {
            let state = State::Acknowledged { by, at: now };
            (Alert { state, ..*alert }, vec![Effect::Withdraw])
        }
        (State::Running { next_at }, Event::Tick) if now >= *next_at => climb(alert, policy, *next_at, now),
        (State::Running { .. }, Event::StepFailed { pass, step })
            if (pass, step) == (alert.pass, alert.step) =>
        {
            let red = Effect::Red(Red::Failed { step });
            let (after, mut effects) = match step < policy.top() {
                true => call(policy, pass, step + 1, now),
                false => same(),
            };
            effects.insert(0, red);
            (after, effects)
        }
        (State::Running { .. } | State::Exhausted { .. }, _) => same(),
    }
}

/// Goes on after a time without an answer; one round of calls, however long that was.
fn climb(alert: &Alert, policy: &Policy, next_at: Timestamp, now: Timestamp) -> (Alert, Vec<Effect>) {
    if alert.step >= policy.top() {
        let pass = alert.pass + 1;
        if pass < policy.passes {
            return call(policy, pass, policy.top(), now);
        }
        let state = State::Exhausted { at: now };
        return (Alert { state, ..*alert }, vec![Effect::Red(Red::Exhausted)]);
    }
    let waited = (now - next_at).num_milliseconds() / policy.repeat_after.num_milliseconds().max(1);
    let missed = usize::try_from(waited).unwrap_or(usize::MAX);
    let step = alert
        .step
        .saturating_add(1)
        .saturating_add(missed)
        .min(policy.top());
    call(policy, alert.pass, step, now)
}

/// Makes a round of calls; steps that would reach nobody pass on at once.
fn call(policy: &Policy, pass: u32, from: usize, now: Timestamp) -> (Alert, Vec<Effect>) {
    let mut effects = Vec::new();
    let mut step = from;
    let recipients = loop {
        let recipients = policy.recipients(step);
        if !recipients.is_empty() {
            break recipients;
        }
        effects.push(Effect::Red(Red::Nobody { step }));
        if step >= policy.top() {
            break recipients;
        }
        step += 1;
    };
    if !recipients.is_empty() {
        effects.push(Effect::Letters {
            pass,
            step,
            recipients,
        });
    }
    let next_at = now.checked_add_signed(policy.repeat_after).unwrap_or(now);
    (
        Alert {
            pass,
            step,
            state: State::Running { next_at },
        },
        effects,
    )
}

/// A policy as it is kept.
#[derive(Serialize, Deserialize)]
struct Pinned {
    steps: Vec<Vec<Address>>,
    repeat_after_ms: i64,
    passes: u32,
}

impl TryFrom<Pinned> for Policy {
    type Error = PolicyError;
    fn try_from(kept: Pinned) -> Result<Self, PolicyError> {
        let repeat_after =
            TimeDelta::try_milliseconds(kept.repeat_after_ms).ok_or(PolicyError::RepeatAfter)?;
        Self::new(kept.steps, repeat_after, kept.passes)
    }
}

impl From<Policy> for Pinned {
    fn from(policy: Policy) -> Self {
        let repeat_after_ms = policy.repeat_after.num_milliseconds();
        Self {
            steps: policy.steps,
            repeat_after_ms,
            passes: policy.passes,
        }
    }
}

#[cfg(test)]
mod tests;
