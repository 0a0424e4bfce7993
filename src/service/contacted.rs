//! Records that somebody phoned a unit that has not reported.

use serde_json::json;

use super::audit::who;
use super::error::Fault;
use super::{Done, Error, Result, Service};
use crate::domain::access::{Actor, Deed, Denied, Identity, permit};
use crate::domain::ids::ObligationId;
use crate::domain::screen::screen;
use crate::domain::text::clean_line;
use crate::store::NewContact;

/// The longest note, in characters.
pub(crate) const NOTE: usize = 200;

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Somebody answered.
    Reached,
    /// Nobody did.
    NoAnswer,
}

impl Call {
    /// Gives the text by which it is stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::NoAnswer => "no_answer",
        }
    }

    /// Reads what [`Self::code`] gives.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Reached, Self::NoAnswer]
            .into_iter()
            .find(|call| call.code() == code)
    }
}

impl Service {
    /// Records that somebody phoned units about what they owe; the chase goes on all the same.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::Missing`] for an obligation that the actor may not see, [`Error::Invalid`] for a note
    /// that is too long.
    pub async fn contacted(
        &self,
        actor: &Actor,
        ids: &[ObligationId],
        call: Call,
        note: &str,
    ) -> Result<Done> {
        // Whoever may report for a unit may also say that he phoned it.
        let scope = permit(actor, Deed::Proxy)?;
        let Identity::Account(account) = actor.identity else {
            return Err(Error::Denied(Denied(Deed::Proxy)));
        };
        let note = screen(&clean_line(note)).text;
        if note.chars().count() > NOTE {
            return Err(Error::invalid("note", Fault::TooLong(NOTE)));
        }
        if ids.is_empty() || ids.len() > super::excuse::MOST {
            return Err(Error::invalid("obligation", Fault::Empty));
        }
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let owed = tx.obligations(ids).await?;
        let all = ids.iter().all(|id| owed.iter().any(|o| o.obligation.id == *id));
        if !all || !owed.iter().all(|o| scope.covers(&o.path)) {
            return Err(Error::Missing("obligation"));
        }
        for one in &owed {
            let new = NewContact {
                obligation: one.obligation.id,
                result: call.code(),
                note: (!note.is_empty()).then_some(note.as_str()),
                by: account,
            };
            tx.add_contact(&new, now).await?;
        }
        let named: Vec<ObligationId> = owed.iter().map(|o| o.obligation.id).collect();
        let subject = match named.as_slice() {
            [one] => format!("obligation:{one}"),
            many => format!("obligations:{}", many.len()),
        };
        let detail = json!({ "obligations": named, "result": call.code() });
        self.audit(&mut tx, &who(actor), "contacted", &subject, detail)
            .await?;
        tx.commit().await?;
        Ok(Done {
            count: named.len(),
            at: now,
        })
    }
}
