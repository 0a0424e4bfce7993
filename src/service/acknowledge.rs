//! Takes a chase acknowledgement: whoever has it is given time, and then the chase goes on.

use serde_json::json;

use super::audit::who;
use super::error::Fault;
use super::{Error, Result, Service};
use crate::domain::access::{Actor, Deed, Identity, permit};
use crate::domain::ids::{LetterId, ObligationId, RoundId};
use crate::domain::progress::{due_steps, pause_until};
use crate::domain::screen::screen;
use crate::domain::text::clean_line;
use crate::domain::time::{Timestamp, from_millis};
use crate::store::{ChaseLetterRow, Group, NewAcknowledgement, StoredObligation, Tx};

/// The longest post of a caller, in characters.
const POST: usize = 60;

/// How an acknowledgement came.
#[derive(Debug, Clone)]
pub enum Answer {
    /// By the link in the letter.
    Link,
    /// On a page, signed in.
    Page,
    /// By phone, entered by the officer: the caller's post, and when the call came.
    Phone {
        /// The caller's post, never a name.
        post: String,
        /// When the call came.
        called_at: Timestamp,
    },
}

/// What an acknowledgement did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// How many units it gives time to.
    pub units: usize,
    /// When their chase goes on; none when it ends before.
    pub until: Option<Timestamp>,
}

impl Service {
    /// Takes the acknowledgement of a chase letter by the token in its link.
    ///
    /// # Errors
    /// [`Error::Missing`] when no chase letter has that token.
    pub async fn acknowledge_by_link(&self, token: &str) -> Result<Held> {
        let mut tx = self.store.begin().await?;
        let letter = self.letter_of_link(&mut tx, token).await?;
        let letter = letter.ok_or(Error::Missing("letter"))?;
        self.hold_units(tx, &letter, &Answer::Link, None).await
    }

    /// Takes the acknowledgement of a chase letter on a page, or by phone and entered by the officer.
    ///
    /// # Errors
    /// [`Error::Denied`] when the actor may not act for every unit that the letter names.
    pub async fn acknowledge_chase(&self, actor: &Actor, letter: LetterId, answer: &Answer) -> Result<Held> {
        let scope = permit(actor, Deed::AcknowledgeChase)?;
        let mut tx = self.store.begin().await?;
        let letter = tx.letter_row(letter.0).await?.ok_or(Error::Missing("letter"))?;
        let named = named(&mut tx, &letter).await?;
        if !named.iter().all(|o| scope.covers(&o.path)) {
            return Err(Error::Missing("letter"));
        }
        self.hold_units(tx, &letter, answer, Some(actor)).await
    }

    async fn hold_units(
        &self,
        mut tx: Tx,
        letter: &ChaseLetterRow,
        answer: &Answer,
        actor: Option<&Actor>,
    ) -> Result<Held> {
        let now = self.now();
        let (Some(round), Some(due), Some(resumption), Some(step)) =
            (letter.round_id, letter.due_at, letter.resumption, letter.step)
        else {
            return Err(Error::Missing("letter"));
        };
        let due = from_millis(due).ok_or(Error::Missing("letter"))?;
        let group = Group {
            round: RoundId(round),
            due,
            resumption,
        };
        let held = self.pause_group(&mut tx, group, letter, step, now).await?;
        let by = record(&mut tx, letter, answer, actor, now).await?;
        let detail = json!({ "units": held.units, "until": held.until, "via": via(answer) });
        self.audit(
            &mut tx,
            &by,
            "acknowledge_chase",
            &format!("letter:{}", letter.id),
            detail,
        )
        .await?;
        tx.commit().await?;
        self.changed.notify_one();
        Ok(held)
    }

    /// Moves the units that a letter names to a group of their own that waits for its resumption.
    async fn pause_group(
        &self,
        tx: &mut Tx,
        group: Group,
        letter: &ChaseLetterRow,
        step: i64,
        now: Timestamp,
    ) -> Result<Held> {
        let nothing = Held {
            units: 0,
            until: None,
        };
        let Some(chase) = tx.hold_chase(group).await? else {
            return Ok(nothing);
        };
        // Once per step: units that were held at this step, or moved on, or got more time, are left alone.
        let units: Vec<StoredObligation> = named(tx, letter)
            .await?
            .into_iter()
            .filter(|o| {
                let o = &o.obligation;
                let resumption = o.resumption.map_or(0, |t| t.timestamp_millis());
                let held_before = o.paused_step.is_some_and(|at| i64::from(at) >= step);
                o.is_unmet() && o.window.due() == group.due && resumption == group.resumption && !held_before
            })
            .collect();
        let pause = self.settings.chase.pause.delta();
        let until = pause_until(now, pause, chase.closes);
        if units.is_empty() || chase.progress.paused_until.is_some_and(|t| t > now) {
            return Ok(nothing);
        }
        for unit in &units {
            tx.pause(unit.obligation.id, until, u32::try_from(step).unwrap_or(u32::MAX))
                .await?;
        }
        let moved = Group {
            resumption: until.timestamp_millis(),
            ..group
        };
        let ladder = super::chase::ladder_of(tx, group).await?;
        let mut progress = chase.progress.paused(until);
        tx.begin_chase(moved, chase.closes, &progress, None).await?;
        let Some(mut theirs) = tx.hold_chase(moved).await? else {
            return Err(Error::Missing("chase"));
        };
        progress = progress.join(theirs.progress);
        let next = due_steps(&ladder, group.due, chase.closes, &progress, now).next;
        theirs.progress = progress;
        theirs.closes = theirs.closes.max(chase.closes);
        theirs.next = next;
        tx.save_chase(&theirs).await?;
        Ok(Held {
            units: units.len(),
            until: next,
        })
    }
}

async fn named(tx: &mut Tx, letter: &ChaseLetterRow) -> Result<Vec<StoredObligation>> {
    let ids = tx.letter_items(letter.id).await?;
    let ids: Vec<ObligationId> = ids.into_iter().map(ObligationId).collect();
    Ok(tx.obligations(&ids).await?)
}

fn via(answer: &Answer) -> &'static str {
    match answer {
        Answer::Link => "link",
        Answer::Page => "page",
        Answer::Phone { .. } => "phone",
    }
}

/// Writes the acknowledgement and gives how the chain names who gave it.
async fn record(
    tx: &mut Tx,
    letter: &ChaseLetterRow,
    answer: &Answer,
    actor: Option<&Actor>,
    now: Timestamp,
) -> Result<String> {
    let account = actor.and_then(|actor| match actor.identity {
        Identity::Account(id) => Some(id.0),
        _ => None,
    });
    let mut new = NewAcknowledgement {
        letter: Some(letter.id),
        via: via(answer),
        ..Default::default()
    };
    let post;
    match answer {
        Answer::Link => new.by_address = Some(&letter.address),
        Answer::Page => new.by_account = account,
        Answer::Phone {
            post: typed,
            called_at,
        } => {
            post = caller(typed)?;
            new.entered_by = account;
            new.caller_post = Some(&post);
            new.called_at = Some(call_time(*called_at, now)?);
        }
    }
    tx.acknowledge_letter(&new, now).await?;
    Ok(actor.map_or_else(|| format!("letter:{}", letter.id), who))
}

/// Cleans, screens and checks the post of a caller.
pub(super) fn caller(typed: &str) -> Result<String> {
    let post = screen(&clean_line(typed)).text;
    match post.chars().count() {
        0 => Err(Error::invalid("caller_post", Fault::Empty)),
        n if n > POST => Err(Error::invalid("caller_post", Fault::TooLong(POST))),
        _ => Ok(post),
    }
}

/// Checks when a call came: not later than now, and not a day ago.
pub(super) fn call_time(called_at: Timestamp, now: Timestamp) -> Result<Timestamp> {
    match now - called_at {
        ago if ago < chrono::TimeDelta::zero() => Err(Error::invalid("called_at", Fault::TooLate)),
        ago if ago > chrono::TimeDelta::days(1) => Err(Error::invalid("called_at", Fault::TooEarly)),
        _ => Ok(called_at),
    }
}
