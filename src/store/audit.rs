//! Knows the chain of deeds: one row a deed, in the transaction of the deed.

use super::{Conn, Error, Result, Tx, on};

/// A row of the chain, as it is stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct AuditRow {
    /// Its place in the chain, from 1.
    pub number: i64,
    /// Unix milliseconds.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What.
    pub deed: String,
    /// To what.
    pub subject: String,
    /// JSON.
    pub detail: String,
    /// The link: covers the row and the hash before it.
    pub hash: String,
}

/// Which deeds to look for; what is empty asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Who, such as `account:3`, or all of a kind, such as `device`.
    pub actor: String,
    /// What, such as `excuse`.
    pub deed: String,
    /// To what, such as `obligation:7`, or all of a kind, such as `obligation`.
    pub subject: String,
    /// Not before this instant, in Unix milliseconds.
    pub from: Option<i64>,
    /// Before this instant.
    pub until: Option<i64>,
}

impl Conn {
    /// Gives the deeds that a filter asks for, the latest first: before a number if one is given, `limit` at most.
    pub async fn audit_like(
        &mut self,
        filter: &AuditFilter,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<AuditRow>> {
        const SQL: &str = "SELECT number, at, actor, deed, subject, detail, hash FROM audit
            WHERE number < $1 AND at >= $2 AND at < $3 AND ($4 = '' OR deed = $4)
                AND ($5 = '' OR actor = $5 OR SUBSTR(actor, 1, LENGTH($5) + 1) = $5 || ':')
                AND ($6 = '' OR subject = $6 OR SUBSTR(subject, 1, LENGTH($6) + 1) = $6 || ':')
            ORDER BY number DESC LIMIT $7";
        Ok(
            on!(self, c => sqlx::query_as(SQL).bind(before.unwrap_or(i64::MAX))
            .bind(filter.from.unwrap_or(i64::MIN)).bind(filter.until.unwrap_or(i64::MAX))
            .bind(&filter.deed).bind(&filter.actor).bind(&filter.subject).bind(limit).fetch_all(c).await)?,
        )
    }

    /// Gives the kinds of deeds that the chain holds, in order of their names.
    pub async fn audit_deeds(&mut self) -> Result<Vec<String>> {
        const SQL: &str = "SELECT DISTINCT deed FROM audit ORDER BY deed";
        Ok(on!(self, c => sqlx::query_scalar(SQL).fetch_all(c).await)?)
    }

    /// Gives rows of the chain after a number, `limit` at most.
    pub async fn audit_after(&mut self, number: i64, limit: i64) -> Result<Vec<AuditRow>> {
        const SQL: &str = "SELECT number, at, actor, deed, subject, detail, hash FROM audit
            WHERE number > $1 ORDER BY number LIMIT $2";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(number).bind(limit).fetch_all(c).await)?)
    }

    /// Gives the end of the chain: the last number and its hash.
    pub async fn audit_head(&mut self) -> Result<(i64, String)> {
        const SQL: &str = "SELECT number, hash FROM audit_head WHERE id = 1";
        Ok(on!(self, c => sqlx::query_as(SQL).fetch_one(c).await)?)
    }
}

impl Tx {
    /// Takes the end of the chain and holds it until the transaction ends, so that links are written one by one.
    pub async fn hold_audit_head(&mut self) -> Result<(i64, String)> {
        const SQL: &str = "UPDATE audit_head SET number = number WHERE id = 1 RETURNING number, hash";
        let head: Option<(i64, String)> = on!(self, c => sqlx::query_as(SQL).fetch_optional(c).await)?;
        head.ok_or_else(|| Error::Other("the audit chain has no head".to_owned()))
    }

    /// Adds a link and makes it the end of the chain.
    pub async fn add_audit(&mut self, row: &AuditRow) -> Result<()> {
        const ADD: &str = "INSERT INTO audit (number, at, actor, deed, subject, detail, hash)
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        const HEAD: &str = "UPDATE audit_head SET number = $1, hash = $2 WHERE id = 1";
        on!(self, c => sqlx::query(ADD).bind(row.number).bind(row.at).bind(&row.actor).bind(&row.deed)
            .bind(&row.subject).bind(&row.detail).bind(&row.hash).execute(c).await.map(|_| ()))?;
        on!(self, c => sqlx::query(HEAD).bind(row.number).bind(&row.hash).execute(c).await.map(|_| ()))?;
        Ok(())
    }
}
