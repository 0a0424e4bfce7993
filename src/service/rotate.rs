//! Changes the key: a new one for what is new, the old ones for receipts and links that are out; what is sealed is sealed anew.

use serde_json::json;

use super::audit::who;
use super::keys::Keys;
use super::{Error, Result, Service, deliver, factor};
use crate::domain::access::{Actor, Deed, permit};

/// How many letters are sealed anew in one transaction.
const CHUNK: i64 = 200;

/// What was sealed anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotated {
    /// Secrets of second factors.
    pub factors: usize,
    /// Mails.
    pub letters: usize,
}

impl Service {
    /// Adds a new key to the key file and seals with it what is kept sealed. No instance may run meanwhile, this
    /// one included: it has to be opened again before it does anything else.
    ///
    /// The new key is on disk first, and every key opens what it sealed: after a crash anywhere it can be done again.
    ///
    /// # Errors
    /// When whoever asks may not, the file cannot be written, or the database does not answer.
    pub async fn rotate_key(&self, actor: &Actor) -> Result<Rotated> {
        permit(actor, Deed::ChangeSettings)?;
        let (check_in, letter) = self.store.read().await?.last_numbers().await?;
        let file = &self.settings.seal.key_file;
        crate::config::add_key(file, check_in + 1, letter + 1).map_err(Error::Setting)?;
        let keys = Keys::load(&self.settings)?;
        let factors = self.reseal_factors(&keys).await?;
        let letters = self.reseal_letters(&keys).await?;
        let detail = json!({ "factors": factors, "letters": letters });
        let mut tx = self.store.begin().await?;
        self.audit(&mut tx, &who(actor), "rotate_key", "key", detail)
            .await?;
        tx.commit().await?;
        Ok(Rotated { factors, letters })
    }

    async fn reseal_factors(&self, keys: &Keys) -> Result<usize> {
        let mut tx = self.store.begin().await?;
        let sealed = tx.sealed_factors().await?;
        for (account, old) in &sealed {
            let place = factor::place(*account);
            let new = keys.seal(&place, &keys.open(&place, old)?)?;
            tx.reseal_factor(*account, old, &new).await?;
        }
        tx.commit().await?;
        Ok(sealed.len())
    }

    async fn reseal_letters(&self, keys: &Keys) -> Result<usize> {
        let (mut last, mut count) = (0, 0);
        loop {
            let mut tx = self.store.begin().await?;
            let sealed = tx.sealed_letters(last, CHUNK).await?;
            for (letter, old) in &sealed {
                let place = deliver::place(*letter);
                let new = keys.seal(&place, &keys.open(&place, old)?)?;
                tx.reseal_letter(*letter, old, &new).await?;
                last = *letter;
            }
            tx.commit().await?;
            count += sealed.len();
            if sealed.is_empty() {
                return Ok(count);
            }
        }
    }
}
