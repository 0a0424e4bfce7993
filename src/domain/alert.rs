//! Knows how an urgent report climbs until somebody says "I have it".
//!
//! The unit of sending is a *round of calls*, named by `(pass, step)`:
//!
//! - `(0, 0)` goes out when the alert is raised. After `repeat_after` without an acknowledgement comes the
//!   same again and the next step: `(0, 1)` reaches everyone of steps 0 and 1, and so on to the top step.
//! - From the top on, everyone is told again as pass 1, 2, …; the top is sent `passes` times in all. So
//!   there are `steps + passes − 1` rounds of calls, the audience never shrinks but for those who have
//!   answered, and `repeat_after` after the last one the alert is exhausted. It then stays red until a
//!   person acknowledges it.
//! - A step asks for one answer or for all (`policy`); an answer that satisfies a step that was reached ends
//!   the alert, whichever step that is.
//! - Where a word is wanted with an acknowledgement and none comes in time, the alert is open again: the
//!   next round of calls goes out at once.
//! - A step that reached nobody (no recipient, or every letter failed for good) passes on at once, but
//!   never spends a pass: at the top there is nobody else to tell, so it turns red and the next pass comes
//!   at its time.
//! - "Escalate now" makes the next round of calls at once; it names the one that it goes on from, so that an
//!   old letter or a second press changes nothing.
//! - After downtime one round of calls goes out, for the highest step that came due. Passes are not used up
//!   by time in which nothing was sent, and the next one keeps its distance.

mod policy;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::time::Timestamp;

pub use policy::{Ask, Plan, Policy, PolicyError, Step};

/// An urgent report on its way: the last round of calls, and what comes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    pub pass: u32,
    pub step: usize,
    pub state: State,
    /// Who has answered, where that was not enough yet.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub had: BTreeSet<Address>,
    /// Rounds of calls that reached nobody, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<Lost>,
    /// Who had it without a word, the last time that it was opened again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened: Option<Reopened>,
}

/// A round of calls that reached nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    pub pass: u32,
    pub step: usize,
    /// Whether there were letters and all failed for good; else nobody was to be told.
    pub failed: bool,
}

/// An acknowledgement that did not last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopened {
    pub by: String,
    pub at: Timestamp,
}

/// Where an alert stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for an acknowledgement; the next round of calls, or the end of all passes, comes at `next_at`.
    Running { next_at: Timestamp },
    /// Somebody has it; without a word until `word_until` it is open again.
    Acknowledged {
        by: String,
        at: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        word_until: Option<Timestamp>,
    },
    /// Every pass was sent and nobody answered. Red until a person acts.
    Exhausted { at: Timestamp },
}

/// What happens to an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Time has passed.
    Tick,
    /// Somebody has it.
    Acknowledged(Said),
    /// A remark of whoever has it, or news of the incident.
    Word,
    /// A person decided that nobody needs to be told any more.
    Closed { by: String },
    /// Every letter of a round of calls failed for good.
    StepFailed { pass: u32, step: usize },
    /// A person does not want to wait after this round of calls.
    Escalated { pass: u32, step: usize },
}

/// "I have it".
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// How the pages name who said so.
    pub by: String,
    /// The address that was told, if it is known to be the one who answers.
    pub from: Option<Address>,
    /// Whether a word came with it.
    pub word: bool,
}

/// What a running alert does when its time comes and nobody has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coming {
    /// The same people and more are told.
    Wider,
    /// The same people are told again.
    Again,
    /// Nobody is told any more: it turns red.
    Ends,
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
    /// Whoever had it left no word.
    Silent,
}

impl Alert {
    /// Begins an alert: step 0 at once.
    pub fn raise(policy: &Policy, now: Timestamp) -> (Self, Vec<Effect>) {
        call(Self::of(0, 0, State::Exhausted { at: now }), policy, 0, 0, now)
    }

    /// Gives an alert that stands at a round of calls, without a story.
    pub fn of(pass: u32, step: usize, state: State) -> Self {
        Self {
            pass,
            step,
            state,
            had: BTreeSet::new(),
            lost: Vec::new(),
            reopened: None,
        }
    }

    /// Gives when the alert wants to be looked at; `None` when only a person can change it.
    pub fn next_at(&self) -> Option<Timestamp> {
        match self.state {
            State::Running { next_at } => Some(next_at),
            State::Acknowledged { word_until, .. } => word_until,
            State::Exhausted { .. } => None,
        }
    }

    /// Tells whether a letter of a round of calls that was never tried may still leave: not when somebody
    /// has it, not when its reader has answered, and not when a later round of calls says the same again. A
    /// letter in doubt is sent again whatever this says.
    pub fn wants(&self, pass: u32, step: usize, reader: Option<&Address>) -> bool {
        let has_answered = reader.is_some_and(|reader| self.had.contains(reader));
        !self.is_acknowledged() && !has_answered && (self.pass, self.step) == (pass, step)
    }

    /// Tells whether somebody has it.
    pub fn is_acknowledged(&self) -> bool {
        matches!(self.state, State::Acknowledged { .. })
    }

    /// Tells whether only a person can end it.
    pub fn is_exhausted(&self) -> bool {
        matches!(self.state, State::Exhausted { .. })
    }

    /// Gives who has yet to answer where all are asked.
    pub fn missing(&self, policy: &Policy) -> Vec<Address> {
        match self.state {
            State::Acknowledged { .. } => Vec::new(),
            State::Running { .. } | State::Exhausted { .. } => policy.missing(self.step, &self.had),
        }
    }

    /// Tells whether "escalate now" would reach anybody: while it runs, as long as a round of calls is left.
    pub fn can_escalate(&self, policy: &Policy) -> bool {
        let is_running = matches!(self.state, State::Running { .. });
        is_running && next_call(self, policy, 0).is_some()
    }

    /// Gives what comes next if nobody answers, and when; `None` when it does not run.
    pub fn coming(&self, policy: &Policy) -> Option<(Timestamp, Coming)> {
        let State::Running { next_at } = self.state else {
            return None;
        };
        let told = policy.recipients(self.step).len();
        let coming = match next_call(self, policy, 0) {
            None => Coming::Ends,
            Some((_, step)) if policy.recipients(step).len() > told => Coming::Wider,
            Some(_) => Coming::Again,
        };
        Some((next_at, coming))
    }
}

/// Gives the alert after an event, and what is to be done.
///
/// A tick before its time, the failure of an earlier round of calls, and anything but silence after an
/// acknowledgement change nothing; the first acknowledgement counts.
pub fn advance(alert: &Alert, policy: &Policy, event: Event, now: Timestamp) -> (Alert, Vec<Effect>) {
    let same = || (alert.clone(), Vec::new());
    match (&alert.state, event) {
        (State::Acknowledged { by, at, word_until }, event) => match (word_until, event) {
            (Some(until), Event::Tick) if now >= *until => {
                let reopened = Reopened {
                    by: by.clone(),
                    at: now,
                };
                reopen(alert, policy, reopened, now)
            }
            (Some(_), Event::Word | Event::Closed { .. } | Event::Acknowledged(Said { word: true, .. })) => {
                let state = State::Acknowledged {
                    by: by.clone(),
                    at: *at,
                    word_until: None,
                };
                (with(alert, state), Vec::new())
            }
            _ => same(),
        },
        (_, Event::Acknowledged(said)) => answered(alert, policy, said, now),
        (_, Event::Closed { by }) => end(alert, by, None, now),
        (State::Running { next_at }, Event::Tick) if now >= *next_at => {
            let waited =
                (now - *next_at).num_milliseconds() / policy.repeat_after().num_milliseconds().max(1);
            go_on(alert, policy, usize::try_from(waited).unwrap_or(usize::MAX), now)
        }
        (State::Running { .. }, Event::StepFailed { pass, step }) if is_now(alert, pass, step) => {
            let red = Effect::Red(Red::Failed { step });
            let mut lost = alert.clone();
            lost.lost.push(Lost {
                pass,
                step,
                failed: true,
            });
            let (after, mut effects) = match step < policy.top() {
                true => call(lost, policy, pass, step + 1, now),
                false => (lost, Vec::new()),
            };
            effects.insert(0, red);
            (after, effects)
        }
        (State::Running { .. }, Event::Escalated { pass, step }) if is_now(alert, pass, step) => {
            match next_call(alert, policy, 0) {
                Some((pass, step)) => call(alert.clone(), policy, pass, step, now),
                None => same(),
            }
        }
        (State::Running { .. } | State::Exhausted { .. }, _) => same(),
    }
}

fn is_now(alert: &Alert, pass: u32, step: usize) -> bool {
    (pass, step) == (alert.pass, alert.step)
}

fn with(alert: &Alert, state: State) -> Alert {
    Alert {
        state,
        ..alert.clone()
    }
}

/// Takes an answer: it ends the alert, or it is one of several that are asked for.
fn answered(alert: &Alert, policy: &Policy, said: Said, now: Timestamp) -> (Alert, Vec<Effect>) {
    let mut after = alert.clone();
    after.had.extend(said.from.clone());
    let is_enough = alert.is_exhausted() || policy.is_satisfied(alert.step, said.from.as_ref(), &after.had);
    if !is_enough {
        return (after, Vec::new());
    }
    let word_until = match (said.word, policy.word_within()) {
        (false, Some(span)) => now.checked_add_signed(span),
        _ => None,
    };
    end(&after, said.by, word_until, now)
}

fn end(alert: &Alert, by: String, word_until: Option<Timestamp>, now: Timestamp) -> (Alert, Vec<Effect>) {
    let state = State::Acknowledged {
        by,
        at: now,
        word_until,
    };
    let had = BTreeSet::new();
    let after = Alert {
        had,
        ..with(alert, state)
    };
    (after, vec![Effect::Withdraw])
}

/// Opens it again: whoever had it left no word, so all are told, as if nobody had answered.
fn reopen(alert: &Alert, policy: &Policy, reopened: Reopened, now: Timestamp) -> (Alert, Vec<Effect>) {
    let mut open = alert.clone();
    open.reopened = Some(reopened);
    let (after, mut effects) = go_on(&open, policy, 0, now);
    effects.insert(0, Effect::Red(Red::Silent));
    (after, effects)
}

/// Goes on after a time without an answer; one round of calls, however long that was.
fn go_on(alert: &Alert, policy: &Policy, missed: usize, now: Timestamp) -> (Alert, Vec<Effect>) {
    match next_call(alert, policy, missed) {
        Some((pass, step)) => call(alert.clone(), policy, pass, step, now),
        None => {
            let state = State::Exhausted { at: now };
            (with(alert, state), vec![Effect::Red(Red::Exhausted)])
        }
    }
}

/// Gives the next round of calls, further up by as many as were missed; `None`: every pass was sent.
fn next_call(alert: &Alert, policy: &Policy, missed: usize) -> Option<(u32, usize)> {
    let top = policy.top();
    if alert.step < top {
        let step = alert.step.saturating_add(1).saturating_add(missed).min(top);
        return Some((alert.pass, step));
    }
    let pass = alert.pass + 1;
    (pass < policy.passes()).then_some((pass, top))
}

/// Makes a round of calls; steps that would reach nobody pass on at once.
fn call(mut alert: Alert, policy: &Policy, pass: u32, from: usize, now: Timestamp) -> (Alert, Vec<Effect>) {
    let mut effects = Vec::new();
    let mut step = from;
    let recipients = loop {
        let mut recipients = policy.recipients(step);
        recipients.retain(|one| !alert.had.contains(one));
        if !recipients.is_empty() {
            break recipients;
        }
        effects.push(Effect::Red(Red::Nobody { step }));
        alert.lost.push(Lost {
            pass,
            step,
            failed: false,
        });
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
    let next_at = now.checked_add_signed(policy.repeat_after()).unwrap_or(now);
    (alert.pass, alert.step) = (pass, step);
    alert.state = State::Running { next_at };
    (alert, effects)
}

#[cfg(test)]
mod tests;
