//! Knows the API tokens of other systems, each by its hash.

use super::obligation::instant;
use super::{Conn, Result, Tx, on};
use crate::domain::ids::UnitId;
use crate::domain::time::Timestamp;

/// An API token that has not been ended; it may have expired.
#[derive(Debug, Clone)]
pub struct ApiToken {
    pub id: i64,
    /// The system that holds it.
    pub label: String,
    /// It may report for this unit and all below it.
    pub unit: UnitId,
    pub expires: Timestamp,
}

impl Conn {
    /// Finds a token by its hash.
    pub async fn api_token(&mut self, hash: &str) -> Result<Option<ApiToken>> {
        const SQL: &str = "SELECT id, label, unit_id, expires_at FROM api_token
            WHERE token_hash = $1 AND ended_at IS NULL";
        let row: Option<(i64, String, i64, i64)> =
            on!(self, c => sqlx::query_as(SQL).bind(hash).fetch_optional(c).await)?;
        row.map(|(id, label, unit, expires)| {
            Ok(ApiToken {
                id,
                label,
                unit: UnitId(unit),
                expires: instant("api_token", "expires_at", id, expires)?,
            })
        })
        .transpose()
    }
}

impl Tx {
    /// Keeps a token by its hash.
    pub async fn add_api_token(
        &mut self,
        hash: &str,
        label: &str,
        unit: UnitId,
        now: Timestamp,
        expires: Timestamp,
    ) -> Result<i64> {
        const SQL: &str = "INSERT INTO api_token (token_hash, label, unit_id, issued_at, expires_at)
            VALUES ($1, $2, $3, $4, $5) RETURNING id";
        let (at, end) = (now.timestamp_millis(), expires.timestamp_millis());
        Ok(
            on!(self, c => sqlx::query_scalar(SQL).bind(hash).bind(label).bind(unit.0).bind(at).bind(end)
            .fetch_one(c).await)?,
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
