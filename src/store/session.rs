//! Knows the sessions of accounts, each by the hash of its token.

use serde::Serialize;

use super::obligation::instant;
use super::unit::json;
use super::{Conn, Result, Tx, batch, on};
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;

/// A session that has not been ended and whose account has neither been locked nor begun a new epoch.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    pub account: AccountId,
    pub began: Timestamp,
    pub seen: Timestamp,
}

/// When somebody was last seen.
#[derive(Debug, Clone, Serialize)]
pub struct Seen {
    /// The hash of a token.
    pub hash: String,
    /// Unix milliseconds.
    pub at: i64,
}

impl Conn {
    /// Finds a session that still holds.
    pub async fn session(&mut self, hash: &str) -> Result<Option<Session>> {
        const SQL: &str = "SELECT s.account_id, s.began_at, s.seen_at FROM session s
            JOIN account a ON a.id = s.account_id
            WHERE s.token_hash = $1 AND s.ended_at IS NULL AND a.locked_at IS NULL AND a.epoch = s.epoch";
        let row: Option<(i64, i64, i64)> =
            on!(self, c => sqlx::query_as(SQL).bind(hash).fetch_optional(c).await)?;
        row.map(|(account, began, seen)| {
            Ok(Session {
                account: AccountId(account),
                began: instant("session", "began_at", account, began)?,
                seen: instant("session", "seen_at", account, seen)?,
            })
        })
        .transpose()
    }
}

impl Tx {
    /// Begins a session under the present epoch of an account, unless it is locked. Gives whether it began.
    pub async fn add_session(&mut self, account: AccountId, hash: &str, now: Timestamp) -> Result<bool> {
        const SQL: &str = "INSERT INTO session (token_hash, account_id, epoch, began_at, seen_at)
            SELECT $2, a.id, a.epoch, $3, $3 FROM account a WHERE a.id = $1 AND a.locked_at IS NULL";
        let at = now.timestamp_millis();
        let rows = on!(self, c => sqlx::query(SQL).bind(account.0).bind(hash).bind(at)
            .execute(c).await.map(|d| d.rows_affected()))?;
        Ok(rows > 0)
    }

    /// Ends a session. Gives its account, if it had not ended before.
    pub async fn end_session(&mut self, hash: &str, now: Timestamp) -> Result<Option<AccountId>> {
        const SQL: &str = "UPDATE session SET ended_at = $2
            WHERE token_hash = $1 AND ended_at IS NULL RETURNING account_id";
        let at = now.timestamp_millis();
        let id: Option<i64> =
            on!(self, c => sqlx::query_scalar(SQL).bind(hash).bind(at).fetch_optional(c).await)?;
        Ok(id.map(AccountId))
    }

    /// Records when sessions and workstations were last seen.
    pub async fn put_seen(&mut self, seen: &[Seen]) -> Result<()> {
        let rows = json(seen)?;
        let sessions = batch!(self, "UPDATE session SET seen_at = r.at FROM ", [hash text, at bigint],
            " WHERE r.hash = session.token_hash AND session.seen_at < r.at");
        let devices = batch!(self, "UPDATE device SET seen_at = r.at FROM ", [hash text, at bigint],
            " WHERE r.hash = device.token_hash AND device.seen_at < r.at");
        for sql in [sessions, devices] {
            on!(self, c => sqlx::query(sql).bind(&rows).execute(c).await.map(|_| ()))?;
        }
        Ok(())
    }
}
