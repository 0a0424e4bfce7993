//! Delivers letters, step by step, so that a crash between any two steps loses none:
//! take them in hand, see what each is to say, begin the attempt (bytes kept), send (the worker's part), settle.
//!
//! * `mod.rs` — the hand: taking letters, giving them back
//! * `errand.rs` — what is to be done with a letter now: say this, send the kept bytes, or nothing any more
//! * `chase.rs`, `report.rs`, `incident.rs`, `bulletin.rs` — the facts that letters say
//! * `settle.rs` — what becomes of letters after an attempt

mod bulletin;
mod chase;
mod errand;
mod incident;
mod report;
mod settle;

use chrono::TimeDelta;

pub use errand::Errand;
pub use settle::Sent;

use super::{Result, Service};
use crate::crash::Point;
use crate::domain::delivery::{Class, Stage};
use crate::domain::time::{Timestamp, from_millis};
use crate::store::{Begun, Claimed, Lane, Lease, NewAttempt};

/// Said of an attempt whose process ended before its result was known.
const LOST: &str = "the service stopped before the mail server's answer was recorded";

/// An instance that gave no sign of life for this long has let go of its letters.
const SILENCE: TimeDelta = TimeDelta::seconds(45);

/// Letters that one lane has in hand.
#[derive(Debug)]
pub struct Hand {
    lane: Lane,
    lease: Lease,
    letters: Vec<Held>,
    /// Failures of the relay in a row.
    failures: u32,
}

/// A letter in hand.
#[derive(Debug)]
struct Held {
    letter: Claimed,
    begun: bool,
}

/// What a look into the outbox gives.
#[derive(Debug)]
pub enum Taken {
    /// Letters to be worked on.
    Hand(Hand),
    /// Nothing now; look again then, or when the bell rings.
    Nothing(Option<Timestamp>),
}

impl Hand {
    /// Gives the addresses, by letter, in the order in which they go.
    pub fn addresses(&self) -> Vec<(i64, String)> {
        self.letters
            .iter()
            .map(|held| (held.letter.id, held.letter.address.clone()))
            .collect()
    }

    /// Gives how many letters are in hand.
    pub fn len(&self) -> usize {
        self.letters.len()
    }

    /// Tells whether nothing is in hand.
    pub fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    /// Gives when others may take the letters up again.
    pub fn until(&self) -> Timestamp {
        self.lease.until
    }
}

impl Service {
    /// Takes up to `most` letters of a lane in hand, unless the relay is paused; one, if it failed last.
    ///
    /// `holder` is `instance.turn`, another one for every call; nobody else touches the letters for `span`.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn take_letters(
        &self,
        lane: Lane,
        holder: &str,
        most: usize,
        span: TimeDelta,
    ) -> Result<Taken> {
        let now = self.now();
        let mut conn = self.store.read().await?;
        let relay = conn.relay().await?;
        if let Some(until) = relay.paused_until.filter(|until| *until > now) {
            return Ok(Taken::Nothing(Some(until)));
        }
        // Looked at before a transaction, so that an idle lane never takes the one writer.
        let next = conn.next_letter(lane).await?;
        drop(conn);
        if next.is_none_or(|next| next > now.timestamp_millis()) {
            return Ok(Taken::Nothing(next.and_then(from_millis)));
        }
        let lease = Lease {
            holder: holder.to_owned(),
            until: now + span,
        };
        let most = if relay.failures > 0 { 1 } else { most };
        let mut tx = self.store.begin().await?;
        let mut letters = tx.claim(lane, &lease, most, now).await?;
        let lost = lost(&mut letters, now);
        let ids: Vec<i64> = lost.iter().map(|attempt| attempt.letter_id).collect();
        tx.doubt_lost(&ids).await?;
        tx.add_attempts(&lost).await?;
        self.crash.pass(Point::Claim).await;
        tx.commit().await?;
        self.crash.pass(Point::Claimed).await;
        if letters.is_empty() {
            return Ok(Taken::Nothing(None));
        }
        let held = |letter| Held { letter, begun: false };
        Ok(Taken::Hand(Hand {
            lane,
            lease,
            letters: letters.into_iter().map(held).collect(),
            failures: relay.failures,
        }))
    }

    /// Records that attempts begin, with the bytes of each mail, and that some letters are not wanted any more or
    /// could not be written. Only the letters that it gives may be sent.
    ///
    /// # Errors
    /// When the database does not answer; then nothing may be sent.
    pub async fn begin_letters(
        &self,
        hand: &mut Hand,
        mails: &[(i64, Vec<u8>)],
        obsolete: &[i64],
        unwritten: &[(i64, String)],
    ) -> Result<Vec<i64>> {
        let now = self.now();
        // Sealed: a mail holds links, and whoever reads a copy of the database must not be able to follow them.
        let begun = mails.iter().map(|(id, bytes)| {
            let frozen = self.keys.seal(&place(*id), bytes)?;
            Ok(Begun { id: *id, frozen })
        });
        let begun = begun.collect::<Result<Vec<Begun>>>()?;
        let mut tx = self.store.begin().await?;
        let done = settle::without_sending(hand, obsolete, unwritten, now);
        tx.settle(&hand.lease, &done.letters).await?;
        tx.add_attempts(&done.attempts).await?;
        let begun = tx.begin_attempts(&hand.lease, &begun, now).await?;
        self.crash.pass(Point::Begin).await;
        tx.commit().await?;
        if hand.lane == Lane::Urgent {
            self.begun.notify_one();
        }
        hand.letters.retain_mut(|held| {
            held.begun = begun.contains(&held.letter.id);
            held.begun
        });
        if done.any_dead() {
            self.changed.notify_one();
        }
        Ok(begun)
    }

    /// Lets go of letters that instances held too long or died with; of all, if no other instance can be there.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn free_letters(&self, alone: bool) -> Result<()> {
        let now = self.now();
        if !alone && !self.store.read().await?.any_lost(now, SILENCE).await? {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        let freed = match alone {
            true => tx.free_all().await?,
            false => tx.free_lost(now, SILENCE).await?,
        };
        tx.commit().await?;
        if freed > 0 {
            tracing::warn!(
                freed,
                "{freed} letters were in the hands of a process that has ended"
            );
            self.outgoing.notify_one();
        }
        Ok(())
    }

    /// Lets go of the letters of one holder, named by how it begins: after a panic that took them with it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn free_letters_of(&self, holder: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        tx.free_held_by(holder).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Lets the next letter try the mail relay at once: the settings may be new.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn retry_relay(&self) -> Result<()> {
        let mut tx = self.store.begin().await?;
        tx.retry_relay().await?;
        tx.commit().await?;
        self.outgoing.notify_one();
        Ok(())
    }
}

/// Gives the place for which the kept bytes of a letter are sealed.
pub(super) fn place(letter: i64) -> String {
    format!("letter {letter}")
}

/// Finds attempts whose process ended before their result was recorded: each may have succeeded, so it is in doubt.
fn lost(letters: &mut [Claimed], now: Timestamp) -> Vec<NewAttempt> {
    let mut lost = Vec::new();
    for letter in letters {
        let Some(began) = letter.begun_at.take() else {
            continue;
        };
        letter.doubts += 1;
        lost.push(NewAttempt {
            letter_id: letter.id,
            began_at: began,
            ended_at: now.timestamp_millis(),
            stage: Stage::EndOfData.code(),
            outcome: Class::InDoubt.code(),
            code: None,
            words: LOST.to_owned(),
        });
    }
    lost
}
