//! Knows the API tokens of other systems, each by its hash.

use super::obligation::instant;
use super::{Conn, Error, Result, Tx, on};
use crate::domain::ids::UnitId;
use crate::domain::time::Timestamp;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenScope {
    /// Reports for its unit and all below it, and reads.
    Report,
    /// Reads only.
    Read,
}

impl TokenScope {
    /// Gives the word that the database and forms use.
    pub fn code(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Read => "read",
        }
    }

    /// Reads that word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Report, Self::Read]
            .into_iter()
            .find(|scope| scope.code() == text)
    }
}

/// An API token that has not been ended; it may have expired.
#[derive(Debug, Clone)]
pub struct ApiToken {
    pub id: i64,
    /// The system that holds it.
    pub label: String,
    /// It reaches this unit and all below it.
    pub unit: UnitId,
    pub scope: TokenScope,
    pub issued: Timestamp,
    pub expires: Timestamp,
    /// When it was last used.
    pub seen: Option<Timestamp>,
}

/// An API token to be kept.
#[derive(Debug, Clone, Copy)]
pub struct NewToken<'a> {
    pub hash: &'a str,
    pub label: &'a str,
    pub unit: UnitId,
    pub scope: TokenScope,
    pub expires: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    label: String,
    unit_id: i64,
    scope: String,
    issued_at: i64,
    expires_at: i64,
    seen_at: i64,
}

impl TryFrom<Row> for ApiToken {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let at = |column, ms| instant("api_token", column, row.id, ms);
        let seen = (row.seen_at > 0)
            .then(|| at("seen_at", row.seen_at))
            .transpose()?;
        Ok(Self {
            id: row.id,
            unit: UnitId(row.unit_id),
            scope: TokenScope::parse(&row.scope)
                .ok_or_else(|| Error::broken("api_token", "scope", row.id, &row.scope))?,
            issued: at("issued_at", row.issued_at)?,
            expires: at("expires_at", row.expires_at)?,
            seen,
            label: row.label,
        })
    }
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, label, unit_id, scope, issued_at, expires_at, seen_at FROM api_token WHERE ended_at IS NULL",
            $rest
        )
    };
}

impl Conn {
    /// Finds a token by its hash.
    pub async fn api_token(&mut self, hash: &str) -> Result<Option<ApiToken>> {
        const SQL: &str = columns!(" AND token_hash = $1");
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(hash).fetch_optional(c).await)?;
        row.map(ApiToken::try_from).transpose()
    }

    /// Gives all tokens that have not been ended, the last made first.
    pub async fn api_tokens(&mut self) -> Result<Vec<ApiToken>> {
        const SQL: &str = columns!(" ORDER BY id DESC");
        let rows: Vec<Row> = on!(self, c => sqlx::query_as(SQL).fetch_all(c).await)?;
        rows.into_iter().map(ApiToken::try_from).collect()
    }
}

impl Tx {
    /// Keeps a token by its hash.
    pub async fn add_api_token(&mut self, new: NewToken<'_>, now: Timestamp) -> Result<i64> {
        const SQL: &str =
            "INSERT INTO api_token (token_hash, label, unit_id, scope, issued_at, expires_at, seen_at)
            VALUES ($1, $2, $3, $4, $5, $6, 0) RETURNING id";
        let (at, end) = (now.timestamp_millis(), new.expires.timestamp_millis());
        Ok(
            on!(self, c => sqlx::query_scalar(SQL).bind(new.hash).bind(new.label).bind(new.unit.0)
            .bind(new.scope.code()).bind(at).bind(end).fetch_one(c).await)?,
        )
    }

    /// Ends a token. Gives whether it had not ended before.
    pub async fn end_api_token(&mut self, id: i64, now: Timestamp) -> Result<bool> {
        const SQL: &str = "UPDATE api_token SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL";
        let at = now.timestamp_millis();
        let rows = on!(self, c => sqlx::query(SQL).bind(id).bind(at)
            .execute(c).await.map(|d| d.rows_affected()))?;
        Ok(rows > 0)
    }
}
