//! Sends a letter to see whether letters go out: by the same outbox, relay and session as every other.

use serde_json::json;

use super::audit::who;
use super::{Error, Result, Service};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::address::Address;
use crate::domain::ids::LetterId;
use crate::domain::letter::{Details, LetterKind, account_key};

impl Service {
    /// Writes a test letter and lets the relay be tried at once, also one that is paused or was stopped.
    ///
    /// # Errors
    /// [`Error::Denied`]; [`Error::Broken`] where no relay is set, so that the letter would wait for ever.
    pub async fn test_mail(&self, actor: &Actor, to: &Address) -> Result<LetterId> {
        permit(actor, Deed::ChangeSettings)?;
        if self.settings.mail.host.is_none() || self.settings.mail.from_address.is_none() {
            return Err(Error::broken("no mail relay is set"));
        }
        let mut tx = self.store.begin().await?;
        let languages = self.languages(&mut tx).await?;
        let key = account_key(&format!("test/{}", uuid::Uuid::new_v4()), to);
        let letter = self.letter(LetterKind::Account, key, to, &languages, &Details::Test);
        let key = letter.dedup_key.clone();
        tx.add_letters(&[letter], self.now()).await?;
        tx.retry_relay().await?;
        let written = tx.letter_of(&key).await?;
        let id = LetterId(written.ok_or(Error::Missing("letter"))?);
        let (deed, subject) = ("test_mail", format!("letter:{id}"));
        self.audit(&mut tx, &who(actor), deed, &subject, json!({}))
            .await?;
        tx.commit().await?;
        self.outgoing.notify_one();
        Ok(id)
    }
}
