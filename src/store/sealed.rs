//! Knows what is kept sealed, and puts the same texts there sealed with another key.

use super::{Conn, Result, Tx, on};
use crate::domain::ids::AccountId;

impl Conn {
    /// Gives the highest number of a check-in and of a letter; 0 where there is none.
    pub async fn last_numbers(&mut self) -> Result<(i64, i64)> {
        const SQL: &str = "SELECT (SELECT COALESCE(MAX(id), 0) FROM check_in),
            (SELECT COALESCE(MAX(id), 0) FROM letter)";
        Ok(on!(self, c => sqlx::query_as(SQL).fetch_one(c).await)?)
    }

    /// Gives the sealed secrets of second factors.
    pub async fn sealed_factors(&mut self) -> Result<Vec<(AccountId, String)>> {
        const SQL: &str = "SELECT account_id, secret FROM second_factor ORDER BY account_id";
        let rows: Vec<(i64, String)> = on!(self, c => sqlx::query_as(SQL).fetch_all(c).await)?;
        Ok(rows.into_iter().map(|(id, text)| (AccountId(id), text)).collect())
    }

    /// Gives the sealed bytes of some letters after one, in the order of their numbers.
    pub async fn sealed_letters(&mut self, after: i64, most: i64) -> Result<Vec<(i64, String)>> {
        const SQL: &str =
            "SELECT id, frozen FROM letter WHERE id > $1 AND frozen IS NOT NULL ORDER BY id LIMIT $2";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(after).bind(most).fetch_all(c).await)?)
    }
}

impl Tx {
    /// Puts a secret there sealed anew, if it still is what was read.
    pub async fn reseal_factor(&mut self, account: AccountId, old: &str, new: &str) -> Result<()> {
        const SQL: &str = "UPDATE second_factor SET secret = $3 WHERE account_id = $1 AND secret = $2";
        on!(self, c => sqlx::query(SQL).bind(account.0).bind(old).bind(new).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Puts the bytes of a letter there sealed anew, if they still are what was read.
    pub async fn reseal_letter(&mut self, id: i64, old: &str, new: &str) -> Result<()> {
        const SQL: &str = "UPDATE letter SET frozen = $3 WHERE id = $1 AND frozen = $2";
        on!(self, c => sqlx::query(SQL).bind(id).bind(old).bind(new).execute(c).await.map(|_| ()))?;
        Ok(())
    }
}
