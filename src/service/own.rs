//! What an account holder changes about himself: his password, his sessions.

use serde_json::json;

use super::signin::Begun;
use super::{Error, Result, Service};
use crate::domain::access::{Actor, Identity, Stage};
use crate::domain::ids::AccountId;
use crate::store::Session;

impl Service {
    /// Gives the hashes of passwords that must not come again.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn kept_passwords(&self, account: AccountId) -> Result<Vec<String>> {
        let kept = self.settings.access.passwords.kept();
        if kept == 0 {
            return Ok(Vec::new());
        }
        let mut conn = self.store.read().await?;
        let present = conn.account(account).await?.and_then(|account| account.password);
        let most = i64::try_from(kept - 1).unwrap_or_default();
        let former = conn.former_passwords(account, most).await?;
        Ok(present.into_iter().chain(former).collect())
    }

    /// Keeps the hash of an account holder's new password; `auth` makes it. All his sessions end, and a new one begins
    /// in place of that in which he set it.
    ///
    /// # Errors
    /// When the session has ended, or the database does not answer.
    pub async fn set_own_password(&self, session: &str, hash: &str) -> Result<Begun> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let before = tx.session(session).await?.ok_or(Error::Missing("session"))?;
        if matches!(before.awaits, Some(Stage::Code | Stage::Enrol)) {
            return Err(Error::Missing("session"));
        }
        let account = before.account;
        self.keep_password(&mut tx, account, Some(hash)).await?;
        tx.end_epoch(account, now).await?;
        let actor = format!("account:{account}");
        self.audit(&mut tx, &actor, "set_password", &actor, json!({}))
            .await?;
        let begun = self.next_session(&mut tx, &before, Stage::Password).await?;
        tx.commit().await?;
        self.forget_visitors();
        begun.ok_or(Error::Missing("account"))
    }

    /// Gives the sessions of an account that still hold.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sessions_of(&self, account: AccountId) -> Result<Vec<Session>> {
        let (now, limits) = (self.now(), &self.settings.session);
        let sessions = self.store.read().await?.sessions_of(account).await?;
        let holds = |s: &Session| {
            s.awaits.is_none()
                && now - s.seen < limits.idle.delta()
                && now - s.began < limits.absolute.delta()
        };
        Ok(sessions.into_iter().filter(holds).collect())
    }

    /// Ends one of an account holder's own sessions, or all but the one that asks.
    ///
    /// # Errors
    /// When it is none of his, or the database does not answer.
    pub async fn end_own_sessions(&self, actor: &Actor, one: Option<&str>, here: &str) -> Result<()> {
        let Identity::Account(account) = actor.identity else {
            return Err(Error::Missing("session"));
        };
        let now = self.now();
        let mut tx = self.store.begin().await?;
        match one {
            Some(hash) => {
                let known = tx.session(hash).await?.filter(|s| s.account == account);
                known.ok_or(Error::Missing("session"))?;
                tx.end_session(hash, now).await?;
            }
            None => {
                tx.end_sessions(account, here, now).await?;
            }
        }
        let name = format!("account:{account}");
        self.audit(&mut tx, &name, "end_sessions", &name, json!({}))
            .await?;
        tx.commit().await?;
        self.forget_visitors();
        Ok(())
    }
}
