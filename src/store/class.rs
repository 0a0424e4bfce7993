//! Knows the list of incident classes, every version of it.

use super::obligation::instant;
use super::{Conn, Error, Result, Tx, on};
use crate::domain::ids::AccountId;
use crate::domain::incident::Classes;
use crate::domain::time::Timestamp;

/// One version of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredClasses {
    /// Counted from 1.
    pub version: i64,
    /// The list.
    pub classes: Classes,
    /// The post of whoever changed it; none: it came with the program, or from a file.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Conn {
    /// Gives the number of the version that counts; 0 while there is none.
    pub async fn class_version(&mut self) -> Result<i64> {
        const SQL: &str = "SELECT COALESCE(MAX(version), 0) FROM class_list";
        Ok(on!(self, c => sqlx::query_scalar(SQL).fetch_one(c).await)?)
    }

    /// Gives the version that counts.
    pub async fn class_list(&mut self) -> Result<Option<StoredClasses>> {
        const SQL: &str = "SELECT c.id, c.version, c.list, a.label, c.at
            FROM class_list c LEFT JOIN account a ON a.id = c.by_account ORDER BY c.version DESC LIMIT 1";
        let row: Option<(i64, i64, String, Option<String>, i64)> =
            on!(self, c => sqlx::query_as(SQL).fetch_optional(c).await)?;
        let Some((id, version, list, by, at)) = row else {
            return Ok(None);
        };
        Ok(Some(StoredClasses {
            version,
            classes: serde_json::from_str(&list)
                .map_err(|error| Error::broken("class_list", "list", id, error.to_string()))?,
            by,
            at: instant("class_list", "at", id, at)?,
        }))
    }
}

impl Tx {
    /// Records a version, unless there is one of that number. Gives whether it is this one that was written.
    pub async fn add_class_list(
        &mut self,
        version: i64,
        classes: &Classes,
        by: Option<AccountId>,
        now: Timestamp,
    ) -> Result<bool> {
        const SQL: &str = "INSERT INTO class_list (version, list, by_account, at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (version) DO NOTHING";
        let (list, by) = (super::unit::json(classes)?, by.map(|id| id.0));
        let rows = on!(self, c => sqlx::query(SQL).bind(version).bind(&list).bind(by)
            .bind(now.timestamp_millis()).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(rows > 0)
    }
}
