//! Knows second factors, their recovery codes, and the passwords that an account had.

use super::obligation::instant;
use super::{Conn, Result, Tx, on};
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;

/// A second factor of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// The secret of its codes, sealed.
    pub secret: String,
    /// The step of the last code that was taken.
    pub last_step: i64,
    /// When its setting up began.
    pub begun: Timestamp,
    /// Whether its first code was right; it asks for nothing before.
    pub is_confirmed: bool,
}

impl Conn {
    /// Gives the second factor of an account, confirmed or not.
    pub async fn factor(&mut self, account: AccountId) -> Result<Option<Factor>> {
        const SQL: &str =
            "SELECT secret, last_step, begun_at, confirmed_at FROM second_factor WHERE account_id = $1";
        let row: Option<(String, i64, i64, Option<i64>)> =
            on!(self, c => sqlx::query_as(SQL).bind(account.0).fetch_optional(c).await)?;
        row.map(|(secret, last_step, begun, confirmed)| {
            Ok(Factor {
                secret,
                last_step,
                begun: instant("second_factor", "begun_at", account.0, begun)?,
                is_confirmed: confirmed.is_some(),
            })
        })
        .transpose()
    }

    /// Gives which accounts have a confirmed second factor.
    pub async fn accounts_with_factor(&mut self) -> Result<Vec<AccountId>> {
        const SQL: &str =
            "SELECT account_id FROM second_factor WHERE confirmed_at IS NOT NULL ORDER BY account_id";
        let ids: Vec<i64> = on!(self, c => sqlx::query_scalar(SQL).fetch_all(c).await)?;
        Ok(ids.into_iter().map(AccountId).collect())
    }

    /// Gives how many recovery codes an account has left.
    pub async fn recovery_codes_left(&mut self, account: AccountId) -> Result<i64> {
        const SQL: &str = "SELECT COUNT(*) FROM recovery_code WHERE account_id = $1 AND used_at IS NULL";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(account.0).fetch_one(c).await)?)
    }

    /// Gives the hashes of the last passwords that an account had before the present one, the latest first.
    pub async fn former_passwords(&mut self, account: AccountId, most: i64) -> Result<Vec<String>> {
        const SQL: &str =
            "SELECT password FROM former_password WHERE account_id = $1 ORDER BY id DESC LIMIT $2";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(account.0).bind(most).fetch_all(c).await)?)
    }
}

impl Tx {
    /// Begins a second factor anew with a sealed secret; a confirmed one stays unless it is dropped first.
    pub async fn begin_factor(&mut self, account: AccountId, secret: &str, now: Timestamp) -> Result<()> {
        const SQL: &str =
            "INSERT INTO second_factor (account_id, secret, last_step, begun_at) VALUES ($1, $2, 0, $3)
            ON CONFLICT (account_id) DO UPDATE SET secret = excluded.secret, last_step = 0,
                begun_at = excluded.begun_at WHERE second_factor.confirmed_at IS NULL";
        let at = now.timestamp_millis();
        on!(self, c => sqlx::query(SQL).bind(account.0).bind(secret).bind(at).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Takes a code by its step, which confirms the factor. Gives whether no code of that step or a later one was
    /// taken before.
    pub async fn take_step(&mut self, account: AccountId, step: i64, now: Timestamp) -> Result<bool> {
        const SQL: &str = "UPDATE second_factor SET last_step = $2, confirmed_at = COALESCE(confirmed_at, $3)
            WHERE account_id = $1 AND last_step < $2";
        let at = now.timestamp_millis();
        let rows = on!(self, c => sqlx::query(SQL).bind(account.0).bind(step).bind(at)
            .execute(c).await.map(|d| d.rows_affected()))?;
        Ok(rows > 0)
    }

    /// Forgets the second factor of an account with its recovery codes.
    pub async fn drop_factor(&mut self, account: AccountId) -> Result<()> {
        const FACTOR: &str = "DELETE FROM second_factor WHERE account_id = $1";
        const CODES: &str = "DELETE FROM recovery_code WHERE account_id = $1";
        on!(self, c => sqlx::query(FACTOR).bind(account.0).execute(c).await.map(|_| ()))?;
        on!(self, c => sqlx::query(CODES).bind(account.0).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Keeps recovery codes by their hashes, in place of those before.
    pub async fn put_recovery_codes(&mut self, account: AccountId, hashes: &[String]) -> Result<()> {
        const OLD: &str = "DELETE FROM recovery_code WHERE account_id = $1";
        const NEW: &str = "INSERT INTO recovery_code (account_id, code_hash) VALUES ($1, $2)";
        on!(self, c => sqlx::query(OLD).bind(account.0).execute(c).await.map(|_| ()))?;
        for hash in hashes {
            on!(self, c => sqlx::query(NEW).bind(account.0).bind(hash).execute(c).await.map(|_| ()))?;
        }
        Ok(())
    }

    /// Uses a recovery code up. Gives whether it was there, once.
    pub async fn use_recovery_code(
        &mut self,
        account: AccountId,
        hash: &str,
        now: Timestamp,
    ) -> Result<bool> {
        const SQL: &str = "UPDATE recovery_code SET used_at = $3 WHERE account_id = $1 AND code_hash = $2 AND used_at IS NULL";
        let at = now.timestamp_millis();
        let rows = on!(self, c => sqlx::query(SQL).bind(account.0).bind(hash).bind(at)
            .execute(c).await.map(|d| d.rows_affected()))?;
        Ok(rows > 0)
    }

    /// Keeps the hash of a password that an account had, and forgets all but the last so many.
    pub async fn add_former_password(
        &mut self,
        account: AccountId,
        password: &str,
        keep: i64,
        now: Timestamp,
    ) -> Result<()> {
        const ADD: &str = "INSERT INTO former_password (account_id, password, set_at) VALUES ($1, $2, $3)";
        const FORGET: &str = "DELETE FROM former_password WHERE account_id = $1 AND id NOT IN
            (SELECT id FROM former_password WHERE account_id = $1 ORDER BY id DESC LIMIT $2)";
        let at = now.timestamp_millis();
        on!(self, c => sqlx::query(ADD).bind(account.0).bind(password).bind(at).execute(c).await.map(|_| ()))?;
        on!(self, c => sqlx::query(FORGET).bind(account.0).bind(keep).execute(c).await.map(|_| ()))?;
        Ok(())
    }
}
