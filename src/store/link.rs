//! Knows the one-time links that sign an account in, each by the hash of its token.

use super::{Conn, Result, Tx, on};
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It signs in, once.
    Enter,
    /// It signs in to set a password: an invitation or a reset.
    Password,
}

impl Purpose {
    fn code(self) -> &'static str {
        match self {
            Self::Enter => "enter",
            Self::Password => "password",
        }
    }

    fn of(code: &str) -> Self {
        match code {
            "enter" => Self::Enter,
            _ => Self::Password,
        }
    }
}

impl Conn {
    /// Gives the account that an unused, unexpired link signs in.
    pub async fn link(&mut self, hash: &str, now: Timestamp) -> Result<Option<AccountId>> {
        const SQL: &str = "SELECT account_id FROM sign_in_link
            WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
        let at = now.timestamp_millis();
        let id: Option<i64> =
            on!(self, c => sqlx::query_scalar(SQL).bind(hash).bind(at).fetch_optional(c).await)?;
        Ok(id.map(AccountId))
    }
}

impl Tx {
    /// Keeps a one-time link by the hash of its token.
    pub async fn add_link(
        &mut self,
        account: AccountId,
        hash: &str,
        purpose: Purpose,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<()> {
        const SQL: &str = "INSERT INTO sign_in_link (token_hash, account_id, purpose, issued_at, expires_at)
            VALUES ($1, $2, $3, $4, $5)";
        let (at, end) = (now.timestamp_millis(), expires.timestamp_millis());
        on!(self, c => sqlx::query(SQL).bind(hash).bind(account.0).bind(purpose.code()).bind(at).bind(end)
            .execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Uses a link up. Gives its account and what it is for, once; afterwards `None`.
    pub async fn use_link(&mut self, hash: &str, now: Timestamp) -> Result<Option<(AccountId, Purpose)>> {
        const SQL: &str = "UPDATE sign_in_link SET used_at = $2
            WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING account_id, purpose";
        let at = now.timestamp_millis();
        let row: Option<(i64, String)> =
            on!(self, c => sqlx::query_as(SQL).bind(hash).bind(at).fetch_optional(c).await)?;
        Ok(row.map(|(id, purpose)| (AccountId(id), Purpose::of(&purpose))))
    }
}
