//! Carries one lane's letters to the mail server, on a connection of its own.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::pace::Pace;
use super::precedence::Precedence;
use super::task::rest;
use crate::crash::Point;
use crate::domain::delivery::{Class, Reply, SmtpOutcome, Stage};
use crate::domain::notice::Notice;
use crate::domain::time::Timestamp;
use crate::mail::{Client, Relay, RelayError, build, contain, render};
use crate::service::deliver::{Errand, Hand, Sent, Taken};
use crate::service::{Result, Service};
use crate::store::Lane;

/// How long a lane sleeps at most: another instance may have written letters.
const LONGEST: Duration = Duration::from_secs(1);

/// How long to wait when the database does not answer.
const AGAIN: Duration = Duration::from_secs(1);

/// How long results wait for company before they are recorded.
const RECORD: TimeDelta = TimeDelta::seconds(1);

/// How long the sending under way may take when the service stops.
const FAREWELL: Duration = Duration::from_secs(4);

/// What a lease holds beyond the longest delivery.
const MARGIN: Duration = Duration::from_secs(60);

/// Carries the letters of one lane, one at a time.
#[derive(Debug)]
pub struct Courier {
    service: Arc<Service>,
    lane: Lane,
    client: Client,
    from: (String, String),
    holder: String,
    turn: u64,
    pace: Pace,
    precedence: Arc<Precedence>,
    stop: CancellationToken,
}

/// What one pass over the outbox found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// So many letters were dealt with; there may be more.
    Worked(usize),
    /// Nothing can be sent now; look again then, or when the bell rings.
    Nothing(Option<Timestamp>),
}

pub(super) async fn run(
    service: Arc<Service>,
    lane: Lane,
    instance: String,
    precedence: Arc<Precedence>,
    stop: CancellationToken,
) {
    let Ok(Some(mut courier)) = Courier::new(service.clone(), lane, &instance, precedence.clone()) else {
        stop.cancelled().await;
        return;
    };
    courier.stop = stop.clone();
    courier.recover().await;
    while !stop.is_cancelled() {
        let rings = service.outgoing.rings();
        if lane == Lane::Urgent {
            precedence.work();
        }
        match courier.pass().await {
            Ok(Look::Worked(_)) => continue,
            Ok(Look::Nothing(next)) => {
                if lane == Lane::Urgent {
                    precedence.rest(rings);
                }
                tokio::select! {
                    () = rest(until(next, service.now()), &stop) => {}
                    () = service.outgoing.rung(rings) => {}
                }
            }
            Err(error) => courier.wait(&error).await,
        }
    }
    courier.client.close().await;
}

/// Gives how long to sleep: not at all long, and never not at all, for another may hold what seems due.
fn until(next: Option<Timestamp>, now: Timestamp) -> Duration {
    let span = next.and_then(|next| (next - now).to_std().ok());
    match next {
        None => LONGEST,
        Some(_) => span.unwrap_or_default().clamp(Duration::from_millis(20), LONGEST),
    }
}

impl Courier {
    /// Makes a courier; `None` when no mail server is set.
    ///
    /// # Errors
    /// When the settings of the relay cannot be used.
    pub fn new(
        service: Arc<Service>,
        lane: Lane,
        instance: &str,
        precedence: Arc<Precedence>,
    ) -> std::result::Result<Option<Self>, RelayError> {
        let mail = &service.settings.mail;
        let (Some(relay), Some(address)) = (Relay::of(mail), &mail.from_address) else {
            return Ok(None);
        };
        let lane_name = match lane {
            Lane::Urgent => "urgent",
            Lane::Routine => "routine",
        };
        Ok(Some(Self {
            client: Client::new(relay)?,
            from: (mail.from_name.clone(), address.as_str().to_owned()),
            holder: format!("{instance}.{lane_name}."),
            turn: 0,
            pace: Pace::of(lane),
            lane,
            service,
            precedence,
            stop: CancellationToken::new(),
        }))
    }

    /// Frees what a courier before, which panicked, had in hand.
    async fn recover(&self) {
        if let Err(error) = self.service.free_letters_of(&self.holder).await {
            tracing::error!(%error, "letters in lost hands were not freed: {error}");
        }
    }

    async fn wait(&self, error: &crate::service::Error) {
        tracing::error!(%error, "delivery waits: {error}");
        rest(AGAIN, &self.stop).await;
    }

    /// Takes letters in hand and deals with them.
    ///
    /// # Errors
    /// When the database does not answer. Nothing was sent then, or what was sent is recorded.
    pub async fn pass(&mut self) -> Result<Look> {
        self.turn += 1;
        let holder = format!("{}{}", self.holder, self.turn);
        let span = self.client.relay().limits.longest() + MARGIN;
        let lease = TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX);
        let taken = self
            .service
            .take_letters(self.lane, &holder, self.pace.size(), lease)
            .await?;
        let mut hand = match taken {
            Taken::Hand(hand) => hand,
            Taken::Nothing(next) => return Ok(Look::Nothing(next)),
        };
        let (count, began) = (hand.len(), self.service.now());
        let done = self.carry(&mut hand, Instant::now() + MARGIN).await;
        // Whatever went wrong: letters that were not sent must not wait for the lease to end.
        self.record(&mut hand, &[], true).await;
        done?;
        // By the service's clock: under one that is set by hand, the machine's load must not decide what is sent when.
        let took = (self.service.now() - began).to_std().unwrap_or_default();
        self.pace.learn(count, took);
        Ok(Look::Worked(count))
    }

    /// Writes and sends what is in hand; no sending begins after `latest`, when the lease could end under it.
    async fn carry(&mut self, hand: &mut Hand, latest: Instant) -> Result<()> {
        let addresses = hand.addresses();
        let (mut mails, mut obsolete, mut unwritten) = (Vec::new(), Vec::new(), Vec::new());
        for (id, errand) in self.service.errands(hand).await? {
            match errand {
                Errand::Resend(bytes) => mails.push((id, bytes)),
                Errand::Obsolete => obsolete.push(id),
                Errand::Unwritten(why) => unwritten.push((id, why)),
                Errand::Write(notice) => match self.write(&notice).await {
                    Ok(bytes) => mails.push((id, bytes)),
                    Err(why) => unwritten.push((id, why)),
                },
            }
        }
        let begun = self
            .service
            .begin_letters(hand, &mails, &obsolete, &unwritten)
            .await?;
        let mut sent: Vec<Sent> = Vec::new();
        let mut recorded = self.service.now();
        for (id, bytes) in mails.iter().filter(|(id, _)| begun.contains(id)) {
            let Some((_, to)) = addresses.iter().find(|(letter, _)| letter == id) else {
                continue;
            };
            if self.lane == Lane::Routine {
                self.precedence.give_way(&self.service.outgoing).await;
            }
            if self.stop.is_cancelled() || Instant::now() > latest {
                break;
            }
            self.service.crash.pass(Point::Send).await;
            let one = self.send(*id, to, bytes).await;
            self.service.crash.pass(Point::Sent).await;
            let goes_on = !matches!(one.outcome.class, Class::RelayDown | Class::Misconfigured);
            sent.push(one);
            if !goes_on {
                break;
            }
            // By the service's clock, as the pace is.
            if self.service.now() - recorded > RECORD {
                self.record(hand, &sent, false).await;
                sent.clear();
                recorded = self.service.now();
            }
        }
        self.record(hand, &sent, true).await;
        Ok(())
    }

    /// Puts a letter into words and bytes; a panic in it is this letter's alone.
    async fn write(&self, notice: &Notice) -> std::result::Result<Vec<u8>, String> {
        let (name, address) = (self.from.0.as_str(), self.from.1.as_str());
        let work = async {
            let draft = render(notice, (name, address)).map_err(|error| error.to_string())?;
            build(&draft).map_err(|error| error.to_string())
        };
        contain(work).await.unwrap_or_else(|panic| Err(panic.to_string()))
    }

    async fn send(&mut self, id: i64, to: &str, bytes: &[u8]) -> Sent {
        if self.lane == Lane::Urgent {
            self.precedence.work();
        }
        let began = self.service.now();
        let stop = self.stop.clone();
        let farewell = async {
            stop.cancelled().await;
            tokio::time::sleep(FAREWELL).await;
        };
        let outcome = tokio::select! {
            outcome = contain(self.client.send(&self.from.1, to, bytes)) => {
                outcome.unwrap_or_else(|panic| broken_off(Class::MessageTemporary, &panic.to_string()))
            }
            () = farewell => broken_off(Class::InDoubt, "the service stopped before the mail server answered"),
        };
        Sent {
            id,
            began,
            ended: self.service.now(),
            outcome,
        }
    }

    /// Records results until they are on disk: what is not recorded would be sent again.
    async fn record(&self, hand: &mut Hand, sent: &[Sent], rest_too: bool) {
        while !(sent.is_empty() && (hand.is_empty() || !rest_too)) {
            match self.service.settle_letters(hand, sent, rest_too).await {
                Ok(()) => return,
                Err(error) => tracing::error!(%error, "results of deliveries are not recorded yet: {error}"),
            }
            tokio::time::sleep(AGAIN).await;
        }
    }
}

fn broken_off(class: Class, words: &str) -> SmtpOutcome {
    let (stage, code) = (Stage::EndOfData, None);
    SmtpOutcome {
        class,
        reply: Reply {
            stage,
            code,
            words: words.to_owned(),
        },
    }
}
