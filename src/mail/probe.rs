//! Knows what was said at each stage of a session, and how long it took.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use super::client::Client;
use crate::domain::delivery::{Reply, SmtpOutcome, Stage};

/// The most that is kept of a server's words, in characters.
const MOST_WORDS: usize = 500;

/// One stage of a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The stage and the words.
    pub reply: Reply,
    /// Whether it went well.
    pub good: bool,
    /// How long it took.
    pub took: Duration,
}

/// A letter that was sent to see how a relay answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Every stage that was reached; EHLO and TLS stand twice where STARTTLS asks for it.
    pub steps: Vec<Step>,
    /// What came of it.
    pub outcome: SmtpOutcome,
}

impl Client {
    /// Sends a letter on a new session and tells what the relay says at each stage.
    pub async fn probe(&mut self, from: &str, to: &str, message: &[u8]) -> Probe {
        self.close().await;
        let mut trace = Trace::kept();
        let outcome = self.send_traced(from, to, message, &mut trace).await;
        Probe {
            steps: trace.0.unwrap_or_default(),
            outcome,
        }
    }

    /// Opens a session up to the login, sends nothing, and tells what the relay says at each stage.
    pub async fn greet(&mut self) -> Vec<Step> {
        self.close().await;
        let mut trace = Trace::kept();
        if let Ok(session) = self.open(&mut trace).await {
            session.quit().await;
        }
        trace.0.unwrap_or_default()
    }
}

/// What was said at one moment.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) code: Option<u16>,
    pub(super) words: String,
}

impl Said {
    pub(super) fn replied(code: u16, words: impl Into<String>) -> Self {
        Self {
            code: Some(code),
            words: words.into(),
        }
    }

    /// Tells in our own words what happened where no reply came.
    pub(super) fn happened(words: impl Into<String>) -> Self {
        Self {
            code: None,
            words: words.into(),
        }
    }

    pub(super) fn closed() -> Self {
        Self::happened("the server closed the connection")
    }

    fn at(self, stage: Stage) -> Reply {
        let words: String = self
            .words
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        Reply {
            stage,
            code: self.code,
            words: words.trim().chars().take(MOST_WORDS).collect(),
        }
    }
}

/// Runs stages within their limits, and keeps a record of them if it is wanted.
#[derive(Debug)]
pub(super) struct Trace(Option<Vec<Step>>);

impl Trace {
    pub(super) fn kept() -> Self {
        Self(Some(Vec::new()))
    }

    pub(super) fn none() -> Self {
        Self(None)
    }

    /// Runs one stage; a failure is judged by the stage, and silence is a failure.
    pub(super) async fn stage<T>(
        &mut self,
        stage: Stage,
        limit: Duration,
        work: impl Future<Output = Result<(T, Said), Said>>,
    ) -> Result<(T, Said), SmtpOutcome> {
        let start = Instant::now();
        let done = tokio::time::timeout(limit, work)
            .await
            .unwrap_or_else(|_| Err(Said::happened(format!("no answer within {limit:?}"))));
        let (said, good) = match &done {
            Ok((_, said)) => (said, true),
            Err(said) => (said, false),
        };
        if let Some(steps) = &mut self.0 {
            steps.push(Step {
                reply: said.clone().at(stage),
                good,
                took: start.elapsed(),
            });
        }
        done.map_err(|said| SmtpOutcome::failed(said.at(stage)))
    }

    /// Records a failure that no server had a part in.
    pub(super) fn failed(&mut self, stage: Stage, said: Said) -> SmtpOutcome {
        let reply = said.at(stage);
        if let Some(steps) = &mut self.0 {
            steps.push(Step {
                reply: reply.clone(),
                good: false,
                took: Duration::ZERO,
            });
        }
        SmtpOutcome::failed(reply)
    }
}
