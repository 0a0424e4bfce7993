//! Decides that units need not report, takes that back, and gives units more time.

use serde_json::json;

use super::audit::who;
use super::error::Fault;
use super::{Done, Error, Result, Service};
use crate::domain::access::{Actor, Deed, Identity, permit};
use crate::domain::ids::{AccountId, ObligationId};
use crate::domain::obligation::ExtensionError;
use crate::domain::progress::{Progress, due_steps};
use crate::domain::screen::screen;
use crate::domain::text::clean_line;
use crate::domain::time::Timestamp;
use crate::domain::window::WindowError;
use crate::store::{Group, StoredObligation, Tx};

/// The longest reason, in characters.
pub const REASON: usize = 200;

/// How many obligations one decision may name.
pub const MOST: usize = 5000;

impl Service {
    /// Decides, with a reason, that units need not report; gives how many were unmet until now.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::Missing`] for one that the actor may not see, [`Error::Invalid`] without a reason.
    pub async fn excuse(&self, actor: &Actor, ids: &[ObligationId], reason: &str) -> Result<Done> {
        let (account, reason, now) = (account(actor)?, reason_of(reason)?, self.now());
        let mut tx = self.store.begin().await?;
        let owed = owed(&mut tx, actor, Deed::Excuse, ids).await?;
        let mut excused = Vec::new();
        for one in &owed {
            if tx.excuse(one.obligation.id, account, &reason, now).await? {
                excused.push(one.obligation.id);
            }
        }
        if excused.is_empty() {
            return Err(Error::Already("met"));
        }
        let detail = json!({ "obligations": excused });
        self.audit(&mut tx, &who(actor), "excuse", &subject(&excused), detail)
            .await?;
        tx.commit().await?;
        self.changed.notify_one();
        Ok(Done {
            count: excused.len(),
            at: now,
        })
    }

    /// Takes an excusal back; the chase goes on where it stands, and what it did meanwhile is made up for.
    ///
    /// # Errors
    /// As [`Service::excuse`]; [`Error::Already`] when there is none.
    pub async fn undo_excusal(&self, actor: &Actor, id: ObligationId) -> Result<()> {
        account(actor)?;
        let mut tx = self.store.begin().await?;
        let now = self.now();
        owed(&mut tx, actor, Deed::Excuse, &[id]).await?;
        if !tx.undo_excusal(id, now).await? {
            return Err(Error::Already("undone"));
        }
        self.tell_again(&mut tx, &[id], now).await?;
        self.audit(&mut tx, &who(actor), "undo_excusal", &subject(&[id]), json!({}))
            .await?;
        tx.commit().await?;
        self.changed.notify_one();
        self.outgoing.notify_one();
        Ok(())
    }

    /// Moves running deadlines, with a reason; steps count from the new due time. Gives how many were moved: a unit
    /// that has reported meanwhile is passed over.
    ///
    /// # Errors
    /// As [`Service::excuse`]; [`Error::Invalid`] when the new due time is not later, or a round has closed.
    pub async fn extend(
        &self,
        actor: &Actor,
        ids: &[ObligationId],
        due: Timestamp,
        reason: &str,
    ) -> Result<Done> {
        let (account, reason, now) = (account(actor)?, reason_of(reason)?, self.now());
        let mut tx = self.store.begin().await?;
        let owed = owed(&mut tx, actor, Deed::Extend, ids).await?;
        let mut moved = Vec::new();
        for one in &owed {
            let after = match one.obligation.extended(due, now) {
                Ok(after) => after,
                Err(ExtensionError::Reported) => continue,
                Err(ExtensionError::Window(error)) => return Err(window_fault(error)),
            };
            tx.extend(&one.obligation, &after, account, &reason, now).await?;
            self.begin_extended(&mut tx, &after, now).await?;
            moved.push(one.obligation.id);
        }
        if moved.is_empty() {
            return Err(Error::Already("met"));
        }
        self.tell_again(&mut tx, &moved, now).await?;
        let detail = json!({ "obligations": moved, "due": due });
        self.audit(&mut tx, &who(actor), "extend", &subject(&moved), detail)
            .await?;
        tx.commit().await?;
        self.changed.notify_one();
        self.outgoing.notify_one();
        Ok(Done {
            count: moved.len(),
            at: now,
        })
    }

    /// Begins the chase of the group that extended obligations form.
    async fn begin_extended(
        &self,
        tx: &mut Tx,
        after: &crate::domain::obligation::Obligation,
        now: Timestamp,
    ) -> Result<()> {
        let Some(round) = after.round else { return Ok(()) };
        let (due, closes) = (after.window.due(), after.window.closes());
        let group = Group {
            round,
            due,
            resumption: 0,
        };
        if let Some(mut chase) = tx.hold_chase(group).await? {
            // Others were moved there before; a ladder that had ended for them climbs on for the later closing.
            if closes > chase.closes {
                chase.closes = closes;
                tx.save_chase(&chase).await?;
            }
            return Ok(());
        }
        let ladder = super::chase::ladder_of(tx, group).await?;
        let first = due_steps(&ladder, due, closes, &Progress::default(), now);
        let next = if first.fire.is_empty() {
            first.next
        } else {
            Some(now)
        };
        tx.begin_chase(group, closes, &Progress::default(), next).await?;
        Ok(())
    }
}

/// Loads obligations that an actor may decide about; one that is not there, or not the actor's, is missing.
pub(super) async fn owed(
    tx: &mut Tx,
    actor: &Actor,
    deed: Deed,
    ids: &[ObligationId],
) -> Result<Vec<StoredObligation>> {
    let scope = permit(actor, deed)?;
    if ids.is_empty() {
        return Err(Error::invalid("obligation", Fault::Empty));
    }
    if ids.len() > MOST {
        return Err(Error::invalid("obligation", Fault::TooLong(MOST)));
    }
    let owed = tx.obligations(ids).await?;
    let all = ids.iter().all(|id| owed.iter().any(|o| o.obligation.id == *id));
    if !all || !owed.iter().all(|o| scope.covers(&o.path)) {
        return Err(Error::Missing("obligation"));
    }
    Ok(owed)
}

fn account(actor: &Actor) -> Result<AccountId> {
    match actor.identity {
        Identity::Account(id) => Ok(id),
        // Decisions about reports are a person's.
        _ => Err(Error::Denied(crate::domain::access::Denied(Deed::Excuse))),
    }
}

/// Cleans, screens and checks a reason.
pub(super) fn reason_of(typed: &str) -> Result<String> {
    reason_within(typed, REASON)
}

/// Cleans and screens a reason that must be given, of so many characters at most.
pub(super) fn reason_within(typed: &str, most: usize) -> Result<String> {
    let reason = screen(&clean_line(typed)).text;
    match reason.chars().count() {
        0 => Err(Error::invalid("reason", Fault::Empty)),
        n if n > most => Err(Error::invalid("reason", Fault::TooLong(most))),
        _ => Ok(reason),
    }
}

fn window_fault(error: WindowError) -> Error {
    match error {
        WindowError::Closed => Error::Already("closed"),
        _ => Error::invalid("due", Fault::TooEarly),
    }
}

/// Names obligations in the audit.
pub(super) fn subject(ids: &[ObligationId]) -> String {
    match ids {
        [one] => format!("obligation:{one}"),
        many => format!("obligations:{}", many.len()),
    }
}
