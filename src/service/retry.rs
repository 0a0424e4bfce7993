//! Sees to letters that failed: sends one again, sets one aside, trusts an address again.

use serde_json::json;

use super::audit::who;
use super::{Error, Result, Service};
use crate::domain::access::{Actor, Deed, Scope, permit};
use crate::domain::ids::LetterId;
use crate::domain::unit::UnitPath;
use crate::store::{Posted, Tx};

impl Service {
    /// Sends a dead letter again and takes the mark off its address.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::Missing`] for a letter that the actor may not see, [`Error::Already`] for one that
    /// is not dead.
    pub async fn retry_letter(&self, actor: &Actor, id: LetterId) -> Result<()> {
        let scope = permit(actor, Deed::RetryLetter)?;
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let letter = seen(&mut tx, &scope, id).await?;
        if !tx.revive_letter(id, now).await? {
            return Err(Error::Already("sent"));
        }
        tx.clear_bad(&letter.address).await?;
        let detail = json!({ "kind": letter.kind.code(), "attempts": letter.attempts });
        self.audit(
            &mut tx,
            &who(actor),
            "retry_letter",
            &format!("letter:{id}"),
            detail,
        )
        .await?;
        tx.commit().await?;
        self.outgoing.notify_one();
        Ok(())
    }

    /// Sets a dead letter aside: a person has seen to it in another way.
    ///
    /// # Errors
    /// As [`Service::retry_letter`].
    pub async fn handle_letter(&self, actor: &Actor, id: LetterId) -> Result<()> {
        let scope = permit(actor, Deed::RetryLetter)?;
        let mut tx = self.store.begin().await?;
        let letter = seen(&mut tx, &scope, id).await?;
        if !tx.handle_letter(id, self.now()).await? {
            return Err(Error::Already("handled"));
        }
        let detail = json!({ "kind": letter.kind.code() });
        self.audit(
            &mut tx,
            &who(actor),
            "handle_letter",
            &format!("letter:{id}"),
            detail,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Trusts an address again, after a person has mended it.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::Missing`] when it is not marked, or is no contact of a unit that the actor may see.
    pub async fn clear_bad_address(&self, actor: &Actor, address: &str) -> Result<()> {
        let scope = permit(actor, Deed::RetryLetter)?;
        let mut tx = self.store.begin().await?;
        let contacts = tx.bad_contacts(Some(address)).await?;
        let path = |text: &Option<String>| text.as_deref().and_then(|text| UnitPath::parse(text).ok());
        let theirs = contacts
            .iter()
            .any(|contact| path(&contact.path).is_some_and(|path| scope.covers(&path)));
        if contacts.is_empty() || !(theirs || scope == Scope::Whole) {
            return Err(Error::Missing("address"));
        }
        tx.clear_bad(address).await?;
        let units: Vec<i64> = contacts.iter().filter_map(|contact| contact.unit_id).collect();
        self.audit(
            &mut tx,
            &who(actor),
            "clear_bad_address",
            "address",
            json!({ "units": units }),
        )
        .await?;
        tx.commit().await?;
        self.changed.notify_one();
        Ok(())
    }
}

/// Gives a letter that an actor may see to: every unit that it names is his. One that names none takes the whole.
async fn seen(tx: &mut Tx, scope: &Scope, id: LetterId) -> Result<Posted> {
    let letter = tx.posted(id).await?.ok_or(Error::Missing("letter"))?;
    let paths = tx.paths_of_letter(id).await?;
    let theirs = !paths.is_empty() && paths.iter().all(|path| scope.covers(path));
    match theirs || *scope == Scope::Whole {
        true => Ok(letter),
        false => Err(Error::Missing("letter")),
    }
}
