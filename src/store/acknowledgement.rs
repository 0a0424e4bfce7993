//! Knows who said "I have it", by link, on a page or on the phone.

use super::{Conn, Result, on};
use crate::domain::ids::AlertId;

/// An acknowledgement as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Acknowledgement {
    /// Its row.
    pub id: i64,
    /// The letter whose link was used.
    pub letter_id: Option<i64>,
    /// The alert that it ends.
    pub alert_id: Option<i64>,
    /// `link`, `page` or `phone`.
    pub via: String,
    /// To whom the letter went.
    pub by_address: Option<String>,
    /// Who pressed the button.
    pub by_account: Option<i64>,
    /// The officer who entered it for a caller.
    pub entered_by: Option<i64>,
    /// The post that the caller, or the reader of a forwarded letter, gave.
    pub caller_post: Option<String>,
    /// When the call came, in Unix milliseconds.
    pub called_at: Option<i64>,
    /// What was said with it.
    pub remark: Option<String>,
    /// In Unix milliseconds.
    pub at: i64,
}

impl Conn {
    /// Gives who has an alert, the first one first.
    pub async fn acknowledgements_of_alert(&mut self, alert: AlertId) -> Result<Vec<Acknowledgement>> {
        const SQL: &str =
            "SELECT id, letter_id, alert_id, via, by_address, by_account, entered_by, caller_post,
            called_at, remark, at FROM acknowledgement WHERE alert_id = $1 ORDER BY id";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(alert.0).fetch_all(c).await)?)
    }
}
