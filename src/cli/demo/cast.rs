//! The players: clerks who report through the public API, and the leader who acknowledges by the link in his letter.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::client::Client;
use super::script::{Act, LEADER as LEADER_TAKES, Line, Pace, Script};
use super::stage::{self, Stage};
use crate::clock::SharedClock;
use crate::domain::ids::UnitId;
use crate::domain::language::Lang;
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitTree;
use crate::mail::{Mailbox, Received};

/// How many clerks press the button at the same moment.
const AT_ONCE: usize = 16;
/// How often a clerk tries again when he is not answered.
const TRIES: u32 = 8;
/// How long a clerk waits before he tries again.
const AGAIN: Duration = Duration::from_secs(1);

/// The players and what they know.
#[derive(Debug, Clone)]
pub(super) struct Cast {
    client: Client,
    clock: SharedClock,
    lang: Lang,
    base: String,
    tree: Arc<UnitTree>,
    tokens: Arc<HashMap<UnitId, String>>,
    mailbox: Mailbox,
    pace: Pace,
    opens: Timestamp,
}

impl Cast {
    /// Calls the players together.
    pub(super) fn of(stage: &Stage, mailbox: Mailbox, pace: Pace) -> Self {
        let settings = &stage.service.settings.service;
        Self {
            client: Client::new(&settings.base_url),
            clock: stage.service.clock.clone(),
            lang: settings.language,
            base: settings.base_url.clone(),
            tree: stage.tree.clone(),
            tokens: Arc::new(stage.tokens.clone()),
            mailbox,
            pace,
            opens: stage.opens,
        }
    }

    /// Plays the script; ends when it is over or when it is told to.
    pub(super) async fn play(self, script: Script, stop: CancellationToken) {
        let leader = tokio::spawn(self.clone().lead());
        let places = Arc::new(Semaphore::new(AT_ONCE));
        for line in script.lines {
            self.wait(line.at).await;
            let Ok(place) = places.clone().acquire_owned().await else {
                return;
            };
            let clerk = self.clone();
            tokio::spawn(async move {
                clerk.report(line).await;
                drop(place);
            });
        }
        stop.cancelled().await;
        leader.abort();
    }

    /// Waits until so many seconds of the play after the opening.
    async fn wait(&self, seconds: f64) {
        let at = self.opens + self.pace.seconds(seconds);
        if let Ok(rest) = (at - self.clock.now()).to_std() {
            tokio::time::sleep(rest).await;
        }
    }

    /// Reports for a village, and again until it is answered: the key makes it count once.
    async fn report(&self, line: Line) {
        let township = self.tree.parent(line.unit).map(|unit| unit.id);
        let Some(token) = township.and_then(|unit| self.tokens.get(&unit)) else {
            return;
        };
        let key = Uuid::new_v4().to_string();
        for _ in 0..TRIES {
            if let Some(owed) = self.owed(line.unit, token).await {
                let body = self.body(line, owed);
                let answer = self.client.report("/api/v1/check-ins", token, &key, &body).await;
                match answer {
                    Some(answer) if answer.status.is_success() => return,
                    Some(answer) if !is_passing(answer.status) => {
                        let body = String::from_utf8_lossy(&answer.body).into_owned();
                        tracing::warn!(unit = line.unit.0, status = %answer.status, body, "a report was refused");
                        return;
                    }
                    _ => {}
                }
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Asks what a village owes now; nothing as long as the round has not opened for it.
    async fn owed(&self, unit: UnitId, token: &str) -> Option<i64> {
        let path = format!("/api/v1/units/id:{unit}/obligations");
        let answer = self.client.ask(&path, token).await?;
        let owed: Value = serde_json::from_slice(&answer.body).ok()?;
        let is_open = |one: &&Value| matches!(one["standing"].as_str(), Some("open" | "overdue"));
        owed["obligations"].as_array()?.iter().find(is_open)?["id"].as_i64()
    }

    fn body(&self, line: Line, owed: i64) -> Value {
        let lang = self.lang;
        let incident = |class: &str, place: &str, what: &str, measures: &str, urgent: bool| {
            let told = json!({
                "class": class, "place": place, "what": what, "measures": measures, "urgent": urgent,
                "dead": 0, "injured": 0, "missing": 0,
            });
            json!({ "unit": line.unit.0, "obligation": owed, "kind": "incident", "incident": told })
        };
        match line.act {
            Act::AllClear => json!({ "unit": line.unit.0, "obligation": owed, "kind": "all_clear" }),
            Act::Incident => incident(
                "storm",
                lang.demo_incident_place(),
                lang.demo_incident_what(),
                lang.demo_incident_measures(),
                false,
            ),
            Act::Urgent => incident(
                "landslide",
                lang.demo_urgent_place(),
                lang.demo_urgent_what(),
                lang.demo_urgent_measures(),
                true,
            ),
        }
    }

    /// Waits for the urgent letter to the leader, takes some time to read it, and presses its button.
    async fn lead(self) {
        let mut arrivals = self.mailbox.subscribe();
        loop {
            let letter = self
                .mailbox
                .to(stage::LEADER)
                .into_iter()
                .find(|mail| mail.urgent);
            if let Some(link) = letter.and_then(|mail| link(&mail, &self.base)) {
                let reads = self.pace.seconds(LEADER_TAKES).to_std().unwrap_or_default();
                tokio::time::sleep(reads).await;
                let answer = self.client.press(&link).await;
                if !answer.is_some_and(|a| a.status.is_success() || a.status.is_redirection()) {
                    tracing::warn!("the acknowledgement was not taken");
                }
                return;
            }
            if arrivals.changed().await.is_err() {
                return;
            }
        }
    }
}

/// Tells whether the same report may be taken in a moment: the service is busy.
fn is_passing(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    )
}

/// Finds the link in a letter that acknowledges it.
fn link(mail: &Received, base: &str) -> Option<String> {
    let text = mail.text.as_deref()?;
    let start = text.find(&format!("{base}/a/"))?;
    let rest = &text[start..];
    let end = rest.find(|c: char| !c.is_ascii_graphic()).unwrap_or(rest.len());
    Some(rest[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_of_a_letter_ends_where_the_words_go_on() {
        let mail = Received {
            text: Some("打开 http://h:1/a/x_Y-2\r\n签收".to_owned()),
            ..Received::default()
        };
        assert_eq!(link(&mail, "http://h:1").as_deref(), Some("http://h:1/a/x_Y-2"));
        assert_eq!(link(&mail, "http://other"), None);
    }
}
