//! Knows the sessions of accounts, each by the hash of its token.

use serde::Serialize;

use super::obligation::instant;
use super::unit::json;
use super::{Conn, Error, Result, Tx, batch, on};
use crate::domain::access::Stage;
use crate::domain::ids::AccountId;
use crate::domain::time::Timestamp;

/// A session that has not been ended and whose account has neither been locked nor begun a new epoch.
#[derive(Debug, Clone)]
pub struct Session {
    /// The hash of its token.
    pub hash: String,
    pub account: AccountId,
    /// `password`, `link`.
    pub how: String,
    /// Which browser it is, such as `Chrome, Windows`.
    pub browser: String,
    /// What it waits for before it opens anything.
    pub awaits: Option<Stage>,
    pub began: Timestamp,
    pub seen: Timestamp,
}

/// A session to be begun.
#[derive(Debug, Clone, Copy)]
pub struct NewSession<'a> {
    /// The hash of its token.
    pub hash: &'a str,
    /// `password`, `link`.
    pub how: &'a str,
    pub browser: &'a str,
    pub awaits: Option<Stage>,
}

#[derive(sqlx::FromRow)]
struct Row {
    token_hash: String,
    account_id: i64,
    how: String,
    browser: String,
    awaits: String,
    began_at: i64,
    seen_at: i64,
}

impl TryFrom<Row> for Session {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let id = row.account_id;
        let awaits = match row.awaits.as_str() {
            "" => None,
            word => Some(Stage::parse(word).ok_or_else(|| Error::broken("session", "awaits", id, word))?),
        };
        Ok(Self {
            hash: row.token_hash,
            account: AccountId(id),
            how: row.how,
            browser: row.browser,
            awaits,
            began: instant("session", "began_at", id, row.began_at)?,
            seen: instant("session", "seen_at", id, row.seen_at)?,
        })
    }
}

/// When somebody was last seen.
#[derive(Debug, Clone, Serialize)]
pub struct Seen {
    /// The hash of a token.
    pub hash: String,
    /// Unix milliseconds.
    pub at: i64,
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT s.token_hash, s.account_id, s.how, s.browser, s.awaits, s.began_at, s.seen_at FROM session s
                JOIN account a ON a.id = s.account_id
                WHERE s.ended_at IS NULL AND a.locked_at IS NULL AND a.epoch = s.epoch AND ",
            $rest
        )
    };
}

impl Conn {
    /// Finds a session that still holds.
    pub async fn session(&mut self, hash: &str) -> Result<Option<Session>> {
        const SQL: &str = columns!("s.token_hash = $1");
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(hash).fetch_optional(c).await)?;
        row.map(Session::try_from).transpose()
    }

    /// Gives the sessions of an account that nobody has ended, the last used first; some may be over by time.
    pub async fn sessions_of(&mut self, account: AccountId) -> Result<Vec<Session>> {
        const SQL: &str = columns!("s.account_id = $1 ORDER BY s.seen_at DESC, s.token_hash LIMIT 200");
        let rows: Vec<Row> = on!(self, c => sqlx::query_as(SQL).bind(account.0).fetch_all(c).await)?;
        rows.into_iter().map(Session::try_from).collect()
    }
}

impl Tx {
    /// Begins a session under the present epoch of an account, unless it is locked or expired. Gives whether it began.
    ///
    /// A session that awaits nothing is a sign-in.
    pub async fn add_session(
        &mut self,
        account: AccountId,
        new: NewSession<'_>,
        now: Timestamp,
    ) -> Result<bool> {
        const SQL: &str =
            "INSERT INTO session (token_hash, account_id, epoch, how, browser, awaits, began_at, seen_at)
            SELECT $2, a.id, a.epoch, $4, $5, $6, $3, $3 FROM account a
            WHERE a.id = $1 AND a.locked_at IS NULL AND (a.expires_at IS NULL OR a.expires_at > $3)";
        const SEEN: &str = "UPDATE account SET signed_in_at = $2 WHERE id = $1";
        let at = now.timestamp_millis();
        let awaits = new.awaits.map_or("", Stage::code);
        let rows = on!(self, c => sqlx::query(SQL).bind(account.0).bind(new.hash).bind(at).bind(new.how)
            .bind(new.browser).bind(awaits).execute(c).await.map(|d| d.rows_affected()))?;
        if rows > 0 && new.awaits.is_none() {
            on!(self, c => sqlx::query(SEEN).bind(account.0).bind(at).execute(c).await.map(|_| ()))?;
        }
        Ok(rows > 0)
    }

    /// Ends the sessions of an account but one. Gives how many it ended.
    pub async fn end_sessions(&mut self, account: AccountId, but: &str, now: Timestamp) -> Result<u64> {
        const SQL: &str = "UPDATE session SET ended_at = $3 WHERE account_id = $1 AND token_hash <> $2 AND ended_at IS NULL";
        let at = now.timestamp_millis();
        Ok(on!(self, c => sqlx::query(SQL).bind(account.0).bind(but).bind(at)
            .execute(c).await.map(|d| d.rows_affected()))?)
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

    /// Records when sessions, workstations and other systems were last seen.
    pub async fn put_seen(&mut self, seen: &[Seen]) -> Result<()> {
        let rows = json(seen)?;
        let sessions = batch!(self, "UPDATE session SET seen_at = r.at FROM ", [hash text, at bigint],
            " WHERE r.hash = session.token_hash AND session.seen_at < r.at");
        let devices = batch!(self, "UPDATE device SET seen_at = r.at FROM ", [hash text, at bigint],
            " WHERE r.hash = device.token_hash AND device.seen_at < r.at");
        let tokens = batch!(self, "UPDATE api_token SET seen_at = r.at FROM ", [hash text, at bigint],
            " WHERE r.hash = api_token.token_hash AND api_token.seen_at < r.at");
        for sql in [sessions, devices, tokens] {
            on!(self, c => sqlx::query(sql).bind(&rows).execute(c).await.map(|_| ()))?;
        }
        Ok(())
    }
}
