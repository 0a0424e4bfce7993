//! Knows what becomes of letters after an attempt: recorded where lease and attempt still match.

use super::{Hand, Held};
use crate::crash::Point;
use crate::domain::delivery::{Class, Fate, Pace, Reason, Reply, SmtpOutcome, Stage, Tried, fate};
use crate::domain::letter::Priority;
use crate::domain::time::Timestamp;
use crate::service::{Result, Service};
use crate::store::{NewAttempt, Settled, Tx};

/// An attempt that has ended.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The letter.
    pub id: i64,
    /// When the attempt began.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// What the mail server said.
    pub outcome: SmtpOutcome,
}

/// What is to be written about some letters.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) letters: Vec<Settled>,
    pub(super) attempts: Vec<NewAttempt>,
    bad: Vec<(String, String)>,
    /// Whether the relay answered beyond MAIL FROM.
    answered: bool,
    accepted: Option<Timestamp>,
    /// What it did after that.
    halt: Option<Halt>,
}

/// Why nothing is sent for a while.
#[derive(Debug)]
struct Halt {
    until: Timestamp,
    words: String,
    /// Whether an operator must act.
    stopped: bool,
}

impl Done {
    pub(super) fn any_dead(&self) -> bool {
        self.letters.iter().any(|letter| letter.state == "dead")
    }
}

impl Service {
    /// Records what came of attempts, and gives the letters that were not sent back.
    ///
    /// # Errors
    /// When the database does not answer; the same call must be made again, or the letters go out a second time.
    pub async fn settle_letters(&self, hand: &mut Hand, sent: &[Sent], rest_too: bool) -> Result<()> {
        let mut done = Done::default();
        let mut failures = hand.failures;
        for one in sent {
            if let Some(held) = hand.letters.iter().find(|held| held.letter.id == one.id) {
                judge(held, one, &mut failures, &mut done);
            }
        }
        if rest_too {
            let unsent = |held: &&Held| !sent.iter().any(|one| one.id == held.letter.id);
            done.letters.extend(hand.letters.iter().filter(unsent).map(back));
        }
        if done.letters.is_empty() {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        let written = tx.settle(&hand.lease, &done.letters).await?;
        tx.add_attempts(&done.attempts).await?;
        for (address, words) in &done.bad {
            tx.mark_bad(address, self.now(), words).await?;
        }
        word(&mut tx, &done, self.now()).await?;
        self.crash.pass(Point::Mark).await;
        tx.commit().await?;
        self.crash.pass(Point::Marked).await;
        if written.len() < done.letters.len() {
            tracing::warn!("some letters were taken up by others meanwhile; they may come twice");
        }
        hand.failures = failures;
        hand.letters
            .retain(|held| !done.letters.iter().any(|one| one.id == held.letter.id));
        if done.any_dead() {
            self.changed.notify_one();
        }
        Ok(())
    }
}

async fn word(tx: &mut Tx, done: &Done, now: Timestamp) -> Result<()> {
    if done.answered {
        tx.relay_answered(done.accepted).await?;
    }
    match &done.halt {
        Some(halt) if halt.stopped => tx.stop_relay(halt.until, &halt.words, now).await?,
        Some(halt) => tx.pause_relay(halt.until, &halt.words).await?,
        None => {}
    }
    Ok(())
}

/// Ends letters that are not wanted any more, and counts an attempt against those that could not be written.
pub(super) fn without_sending(
    hand: &Hand,
    obsolete: &[i64],
    unwritten: &[(i64, String)],
    now: Timestamp,
) -> Done {
    let mut done = Done::default();
    let held = |id: i64| hand.letters.iter().find(move |held| held.letter.id == id);
    for held in obsolete.iter().filter_map(|id| held(*id)) {
        done.letters.push(Settled {
            state: "obsolete",
            ended_at: Some(now.timestamp_millis()),
            ..back(held)
        });
    }
    for (held, words) in unwritten
        .iter()
        .filter_map(|(id, words)| Some((held(*id)?, words)))
    {
        tracing::error!(
            letter = held.letter.id,
            "letter {} cannot be written: {words}",
            held.letter.id
        );
        let outcome = SmtpOutcome {
            class: Class::MessageTemporary,
            reply: Reply {
                stage: Stage::Data,
                code: None,
                words: words.clone(),
            },
        };
        let sent = Sent {
            id: held.letter.id,
            began: now,
            ended: now,
            outcome,
        };
        judge(held, &sent, &mut 0, &mut done);
    }
    // Nothing was heard from the relay.
    (done.answered, done.halt) = (false, None);
    done
}

/// Decides what becomes of one letter.
fn judge(held: &Held, sent: &Sent, failures: &mut u32, done: &mut Done) {
    let (letter, outcome) = (&held.letter, &sent.outcome);
    let pace = pace(letter.priority);
    let tried = Tried {
        attempts: count(letter.attempts),
        in_doubt: count(letter.doubts),
        relay_failures: *failures,
    };
    let after = tried.counting(outcome.class);
    *failures = after.relay_failures;
    let mut settled = Settled {
        counted: after.attempts.into(),
        doubts: after.in_doubt.into(),
        thaw: 0,
        ..back(held)
    };
    let words = || outcome.reply.words.clone();
    done.halt = None;
    match fate(tried, outcome, pace, sent.ended) {
        Fate::Sent => {
            settled.state = "accepted";
            settled.ended_at = Some(sent.ended.timestamp_millis());
            done.accepted = Some(sent.ended);
        }
        Fate::RetryAt(at) => settled.not_before = at.timestamp_millis(),
        Fate::Dead { reason } => {
            bury(&mut settled, reason, sent.ended);
            if reason == Reason::RecipientRefused {
                done.bad.push((letter.address.clone(), words()));
            }
        }
        Fate::PauseRelay { until, letter } => {
            settled.not_before = letter.timestamp_millis();
            settled.thaw = back(held).thaw;
            done.halt = Some(Halt {
                until,
                words: words(),
                stopped: false,
            });
        }
        Fate::StopRelay { probe } => {
            settled.thaw = back(held).thaw;
            done.halt = Some(Halt {
                until: probe,
                words: words(),
                stopped: true,
            });
        }
    }
    done.answered |= done.halt.is_none();
    done.letters.push(settled);
    done.attempts.push(attempt(sent));
    tell(letter.id, outcome);
}

fn bury(settled: &mut Settled, reason: Reason, at: Timestamp) {
    settled.state = "dead";
    settled.failure = Some(reason.code().to_owned());
    settled.ended_at = Some(at.timestamp_millis());
}

/// Lets go of a letter as if it had not been taken.
fn back(held: &Held) -> Settled {
    let letter = &held.letter;
    Settled {
        id: letter.id,
        attempts: letter.attempts + i64::from(held.begun),
        state: "waiting",
        counted: letter.attempts,
        doubts: letter.doubts,
        not_before: letter.not_before,
        // Bytes of which none has left may be written anew; those of an earlier attempt stay.
        thaw: i64::from(held.begun && letter.frozen.is_none()),
        ended_at: None,
        failure: None,
    }
}

fn attempt(sent: &Sent) -> NewAttempt {
    NewAttempt {
        letter_id: sent.id,
        began_at: sent.began.timestamp_millis(),
        ended_at: sent.ended.timestamp_millis(),
        stage: sent.outcome.reply.stage.code(),
        outcome: sent.outcome.class.code(),
        code: sent.outcome.reply.code.map(i64::from),
        words: sent.outcome.reply.words.clone(),
    }
}

/// Logs what came of an attempt, without the server's words: they may name the recipient.
fn tell(letter: i64, outcome: &SmtpOutcome) {
    let (class, stage) = (outcome.class.code(), outcome.reply.stage.code());
    let code = outcome.reply.code.unwrap_or_default();
    match outcome.class {
        Class::Accepted => tracing::debug!(letter, "letter {letter} accepted by the mail server"),
        _ => tracing::warn!(
            letter,
            class,
            stage,
            code,
            "letter {letter}: {class} at {stage} ({code})"
        ),
    }
}

fn pace(priority: i64) -> Pace {
    if priority == Priority::Urgent as i64 {
        Pace::Urgent
    } else {
        Pace::Routine
    }
}

fn count(n: i64) -> u32 {
    u32::try_from(n).unwrap_or_default()
}
