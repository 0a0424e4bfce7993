//! Counts tries at doors that test a secret, and begins and ends sessions.

use serde_json::json;

use super::audit::who;
use super::{Error, Result, Service, secret, token_hash};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::ids::AccountId;
use crate::domain::throttle::Patience;
use crate::domain::time::Timestamp;
use crate::store::Account;

/// A door that tests a secret, and whoever tries it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// `password`, `link`, `slip`.
    pub door: &'static str,
    /// The network address that the try comes from.
    pub address: String,
    /// The login that is tried, for doors that ask for one.
    pub account: Option<String>,
}

impl Entry {
    /// Gives what is counted: a name is kept as a hash, so that a mistyped password in its place is not.
    fn subjects(&self) -> Vec<(String, Patience)> {
        let named = |login: &String| format!("account:{}", &token_hash(login)[..24]);
        let account = self
            .account
            .as_ref()
            .map(|login| (named(login), Patience::ACCOUNT));
        let address = (format!("address:{}", self.address), Patience::ADDRESS);
        account.into_iter().chain([address]).collect()
    }
}

impl Service {
    /// Counts a try at a door as a failure, before the secret is tested; see [`Self::let_in`].
    ///
    /// # Errors
    /// [`Error::Wait`] when the door is shut for the account or the address.
    pub async fn knock(&self, entry: &Entry) -> Result<()> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        for (subject, patience) in entry.subjects() {
            let known = tx.hold_throttle(entry.door, &subject).await?;
            match patience.count(known, now) {
                Ok(record) => tx.put_throttle(entry.door, &subject, record).await?,
                Err(wait) => {
                    tx.rollback().await?;
                    let seconds = u32::try_from(wait.num_seconds() + 1).unwrap_or(u32::MAX);
                    return Err(Error::Wait { seconds });
                }
            }
        }
        tx.drop_old_throttles(now - Patience::ACCOUNT.memory).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes back the count of a try that turned out to be right.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn let_in(&self, entry: &Entry) -> Result<()> {
        let mut tx = self.store.begin().await?;
        for (subject, _) in entry.subjects() {
            if subject.starts_with("account:") {
                tx.drop_throttle(entry.door, &subject).await?;
            } else if let Some(mut record) = tx.hold_throttle(entry.door, &subject).await? {
                // Others behind the same address keep their failures.
                record.failures = record.failures.saturating_sub(1);
                record.until = record.until.min(self.now());
                tx.put_throttle(entry.door, &subject, record).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Begins a session of an account whose secret was right. Gives its token.
    ///
    /// # Errors
    /// When the account is locked, or the database does not answer.
    pub async fn begin_session(&self, account: AccountId, by: &str) -> Result<String> {
        let (token, now) = (secret::token(), self.now());
        let mut tx = self.store.begin().await?;
        if !tx.add_session(account, &token_hash(&token), now).await? {
            return Err(Error::Missing("account"));
        }
        let actor = format!("account:{account}");
        self.audit(&mut tx, &actor, "sign_in", &actor, json!({ "by": by }))
            .await?;
        tx.commit().await?;
        Ok(token)
    }

    /// Ends a session by its token's hash.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_session(&self, hash: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        if let Some(account) = tx.end_session(hash, self.now()).await? {
            let actor = format!("account:{account}");
            self.audit(&mut tx, &actor, "sign_out", &actor, json!({})).await?;
        }
        tx.commit().await?;
        self.forget_visitor(hash);
        Ok(())
    }

    /// Makes a one-time link that signs an account in. Gives its address and when it expires.
    ///
    /// # Errors
    /// When whoever asks may not manage accounts, or there is no such account.
    pub async fn issue_link(&self, actor: &Actor, account: AccountId) -> Result<(String, Timestamp)> {
        permit(actor, Deed::ManageAccounts)?;
        let (token, now) = (secret::token(), self.now());
        let expires = now + self.settings.session.link.delta();
        let mut tx = self.store.begin().await?;
        if tx.account(account).await?.is_none() {
            return Err(Error::Missing("account"));
        }
        tx.add_link(account, &token_hash(&token), now, expires).await?;
        let subject = format!("account:{account}");
        self.audit(&mut tx, &who(actor), "issue_link", &subject, json!({}))
            .await?;
        tx.commit().await?;
        Ok((
            format!("{}/link/{token}", self.settings.service.base_url),
            expires,
        ))
    }

    /// Gives the account that a link would sign in; looking changes nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn link(&self, token: &str) -> Result<Option<Account>> {
        let mut conn = self.store.read().await?;
        match conn.link(&token_hash(token), self.now()).await? {
            Some(id) => Ok(conn.account(id).await?.filter(|a| a.locked.is_none())),
            None => Ok(None),
        }
    }

    /// Uses a one-time link. Gives the token of the session that it begins; `None` when it is used up or expired.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn use_link(&self, token: &str) -> Result<Option<String>> {
        let (session, now) = (secret::token(), self.now());
        let mut tx = self.store.begin().await?;
        let Some(account) = tx.use_link(&token_hash(token), now).await? else {
            tx.rollback().await?;
            return Ok(None);
        };
        if !tx.add_session(account, &token_hash(&session), now).await? {
            tx.rollback().await?;
            return Ok(None);
        }
        let actor = format!("account:{account}");
        self.audit(&mut tx, &actor, "sign_in", &actor, json!({ "by": "link" }))
            .await?;
        tx.commit().await?;
        Ok(Some(session))
    }
}
