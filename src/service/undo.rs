//! Takes back what was just done on the board: calls that were recorded, excusals, extensions.

use chrono::TimeDelta;
use serde_json::json;

use super::audit::who;
use super::{Error, Result, Service};
use crate::domain::access::{Actor, Deed, Denied, Identity, permit};
use crate::domain::ids::ObligationId;
use crate::domain::time::Timestamp;

/// For how long an act can be taken back by who did it.
pub const UNDO: TimeDelta = TimeDelta::minutes(10);

/// What a deed did: to how many obligations, and when, by which it can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// How many it changed.
    pub count: usize,
    /// The instant of its decision.
    pub at: Timestamp,
}

/// An act that can be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    /// A call that was recorded.
    Contacted,
    /// An excusal.
    Excuse,
    /// More time.
    Extend,
}

impl Undo {
    /// Every such act.
    pub const ALL: [Self; 3] = [Self::Contacted, Self::Excuse, Self::Extend];

    /// Gives the word in addresses and forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Contacted => "contacted",
            Self::Excuse => "excuse",
            Self::Extend => "extend",
        }
    }

    /// Reads what [`Self::code`] gives.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|undo| undo.code() == code)
    }

    const fn deed(self) -> Deed {
        match self {
            Self::Contacted => Deed::Proxy,
            Self::Excuse => Deed::Excuse,
            Self::Extend => Deed::Extend,
        }
    }
}

impl Service {
    /// Takes back what the actor did at an instant, within ten minutes. An extension is taken back where nothing was
    /// reported since and the round would not have closed without it. Gives how many obligations are as before.
    ///
    /// # Errors
    /// [`Error::Denied`]; [`Error::Already`] when there is nothing left of it, or it is too late.
    pub async fn undo(&self, actor: &Actor, what: Undo, at: Timestamp) -> Result<usize> {
        let scope = permit(actor, what.deed())?;
        let Identity::Account(account) = actor.identity else {
            return Err(Error::Denied(Denied(what.deed())));
        };
        let now = self.now();
        if now - at >= UNDO || at > now {
            return Err(Error::Already("late"));
        }
        let mut tx = self.store.begin().await?;
        let mut undone: Vec<ObligationId> = Vec::new();
        match what {
            Undo::Contacted => undone = tx.undo_contacts(account, at, now).await?,
            Undo::Excuse => {
                for id in tx.excusals_by(account, at).await? {
                    if tx.undo_excusal(id, now).await? {
                        undone.push(id);
                    }
                }
            }
            Undo::Extend => {
                for id in tx.extensions_by(account, at).await? {
                    if tx.undo_extension(id, account, at, now).await? {
                        undone.push(id);
                    }
                }
            }
        }
        if undone.is_empty() {
            return Err(Error::Already("undone"));
        }
        let owed = tx.obligations(&undone).await?;
        if !owed.iter().all(|owed| scope.covers(&owed.path)) {
            return Err(Error::Missing("obligation"));
        }
        if what != Undo::Contacted {
            self.tell_again(&mut tx, &undone, now).await?;
        }
        let detail = json!({ "obligations": undone, "act": what.code(), "at": at });
        let subject = super::excuse::subject(&undone);
        self.audit(&mut tx, &who(actor), "undo", &subject, detail).await?;
        tx.commit().await?;
        self.changed.notify_one();
        self.outgoing.notify_one();
        Ok(undone.len())
    }
}
