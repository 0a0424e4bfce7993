//! Knows who is told of an urgent report, step by step, how often, and what satisfies a step.

use std::collections::BTreeSet;
use std::str::FromStr;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::domain::address::Address;
use crate::domain::ladder::Audience;

/// How many of those whom a step names must say "I have it".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// One is enough.
    #[default]
    Any,
    /// Every one of them.
    All,
}

impl Ask {
    /// Gives the text by which it is written.
    pub fn code(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
        }
    }
}

impl FromStr for Ask {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "any" => Ok(Self::Any),
            "all" => Ok(Self::All),
            _ => Err(()),
        }
    }
}

/// A step as it is configured: whom it names, seen from the unit that reports.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// How many must answer.
    pub ask: Ask,
    /// Whom it names.
    pub to: Vec<Audience>,
}

/// A step of a policy: addresses, as they were when the last round of calls was made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Step {
    /// How many must answer.
    pub ask: Ask,
    /// Who is named; empty when nobody is on duty.
    pub to: Vec<Address>,
}

impl Step {
    /// Asks one of some.
    pub fn any(to: Vec<Address>) -> Self {
        Self { ask: Ask::Any, to }
    }

    /// Asks all of some.
    pub fn all(to: Vec<Address>) -> Self {
        Self { ask: Ask::All, to }
    }
}

/// Who is told of an urgent report, step by step, and how often.
///
/// Pinned when the alert is raised, but for the people, who are looked up again for each round of calls. A step may be empty (nobody on duty); a policy without any address is
/// red at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Pinned", into = "Pinned")]
pub struct Policy {
    steps: Vec<Step>,
    repeat_after: TimeDelta,
    passes: u32,
    word_within: Option<TimeDelta>,
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
    #[error("a word is waited for more than nothing and at most a day")]
    WordWithin,
}

impl Policy {
    pub const MOST_STEPS: usize = 16;
    pub const MOST_PASSES: u32 = 100;

    /// Checks the limits.
    pub fn new(steps: Vec<Step>, repeat_after: TimeDelta, passes: u32) -> Result<Self, PolicyError> {
        if !(1..=Self::MOST_STEPS).contains(&steps.len()) {
            return Err(PolicyError::Steps);
        }
        if !is_wait(repeat_after) {
            return Err(PolicyError::RepeatAfter);
        }
        if !(1..=Self::MOST_PASSES).contains(&passes) {
            return Err(PolicyError::Passes);
        }
        Ok(Self {
            steps,
            repeat_after,
            passes,
            word_within: None,
        })
    }

    /// Makes an acknowledgement without a word reopen its step after a time; `None`: one press is enough.
    pub fn wanting_word(self, word_within: Option<TimeDelta>) -> Result<Self, PolicyError> {
        if word_within.is_some_and(|span| !is_wait(span)) {
            return Err(PolicyError::WordWithin);
        }
        Ok(Self { word_within, ..self })
    }

    /// Gives the policy with the people of another one, looked up again: duty changes while an alert runs.
    ///
    /// How many steps there are, what each asks for and how long each waits stay as they were when the alert was raised. A
    /// step that would now name nobody keeps whom it named.
    pub fn with_people_of(&self, now: &Self) -> Self {
        let mut after = self.clone();
        for (step, fresh) in after.steps.iter_mut().zip(&now.steps) {
            if !fresh.to.is_empty() {
                step.to.clone_from(&fresh.to);
            }
        }
        after
    }

    /// Gives how long an acknowledgement is waited for.
    pub fn repeat_after(&self) -> TimeDelta {
        self.repeat_after
    }

    /// Gives how often the top step is sent.
    pub fn passes(&self) -> u32 {
        self.passes
    }

    /// Gives how long after an acknowledgement a word is waited for, if at all.
    pub fn word_within(&self) -> Option<TimeDelta> {
        self.word_within
    }

    /// Gives the steps, the first one first.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub(super) fn top(&self) -> usize {
        self.steps.len() - 1
    }

    fn reached(&self, step: usize) -> impl Iterator<Item = &Step> {
        self.steps.iter().take(step.saturating_add(1))
    }

    /// Gives everyone who is told at a step: those whom it names and those of the steps before it, each once.
    pub fn recipients(&self, step: usize) -> Vec<Address> {
        let told: BTreeSet<&Address> = self.reached(step).flat_map(|step| &step.to).collect();
        told.into_iter().cloned().collect()
    }

    /// Tells whether an answer of `from`, beside those of `had`, satisfies one of the steps up to `step`.
    ///
    /// Where one is enough, it is one whom the step names, or somebody whom no step names (the officer at the board,
    /// a caller). Where all are asked, it is all whom the step names.
    pub(super) fn is_satisfied(&self, step: usize, from: Option<&Address>, had: &BTreeSet<Address>) -> bool {
        let is_named = |step: &Step| from.is_some_and(|from| step.to.contains(from));
        let is_outside = !self.steps.iter().any(is_named);
        self.reached(step).any(|step| match step.ask {
            Ask::Any => is_outside || is_named(step),
            Ask::All => !step.to.is_empty() && step.to.iter().all(|one| had.contains(one)),
        })
    }

    /// Gives who has yet to answer where all are asked, up to a step.
    pub(super) fn missing(&self, step: usize, had: &BTreeSet<Address>) -> Vec<Address> {
        let asked = self.reached(step).filter(|step| step.ask == Ask::All);
        let missing: BTreeSet<&Address> = asked
            .flat_map(|step| &step.to)
            .filter(|one| !had.contains(*one))
            .collect();
        missing.into_iter().cloned().collect()
    }
}

fn is_wait(span: TimeDelta) -> bool {
    span >= TimeDelta::milliseconds(1) && span <= TimeDelta::days(1)
}

/// A policy as it is kept.
#[derive(Serialize, Deserialize)]
struct Pinned {
    steps: Vec<Step>,
    repeat_after_ms: i64,
    passes: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    word_within_ms: Option<i64>,
}

impl TryFrom<Pinned> for Policy {
    type Error = PolicyError;
    fn try_from(kept: Pinned) -> Result<Self, PolicyError> {
        let repeat_after =
            TimeDelta::try_milliseconds(kept.repeat_after_ms).ok_or(PolicyError::RepeatAfter)?;
        let word = match kept.word_within_ms {
            None => None,
            Some(ms) => Some(TimeDelta::try_milliseconds(ms).ok_or(PolicyError::WordWithin)?),
        };
        Self::new(kept.steps, repeat_after, kept.passes)?.wanting_word(word)
    }
}

impl From<Policy> for Pinned {
    fn from(policy: Policy) -> Self {
        Self {
            repeat_after_ms: policy.repeat_after.num_milliseconds(),
            passes: policy.passes,
            word_within_ms: policy.word_within.map(|span| span.num_milliseconds()),
            steps: policy.steps,
        }
    }
}

impl FromStr for Plan {
    type Err = ();

    /// Reads `deputy@county.example`, `all head parent` or `any on_duty chief@county.example`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut words = text.split_whitespace().peekable();
        let ask = match words.peek().and_then(|word| word.parse().ok()) {
            Some(ask) => {
                words.next();
                ask
            }
            None => Ask::Any,
        };
        let to: Vec<Audience> = words.map(named).collect::<Option<_>>().ok_or(())?;
        if to.is_empty() {
            Err(())
        } else {
            Ok(Self { ask, to })
        }
    }
}

/// Reads whom a step names: an address, or a post seen from the unit.
fn named(word: &str) -> Option<Audience> {
    match Address::parse(word) {
        Ok(address) => Some(Audience::User(address)),
        Err(_) => word.parse().ok(),
    }
}
