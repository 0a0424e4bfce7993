//! Knows what people decided and did about an obligation: calls, excusals, extensions, acknowledgements.

use super::{Conn, Result, Tx, on};
use crate::domain::ids::{AccountId, ObligationId, UnitId};
use crate::domain::time::Timestamp;

/// What a person decided or did about an obligation of a unit.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Decision {
    /// The obligation.
    pub obligation_id: i64,
    /// `contact`, `excusal`, `extension` or `acknowledgement`.
    pub kind: String,
    /// In Unix milliseconds.
    pub at: i64,
    /// The post of whoever did it, or the address whose letter was answered.
    pub by_label: Option<String>,
    /// The result of a call (`reached`, `no_answer`), how an acknowledgement came, else empty.
    pub result: String,
    /// The reason or the note.
    pub words: Option<String>,
    /// Of an extension: the due time before, in Unix milliseconds.
    pub due_before: Option<i64>,
    /// Of an extension: the due time after; of an excusal that was taken back: when. In Unix milliseconds.
    pub until: Option<i64>,
}

impl Conn {
    /// Gives what people decided and did about the obligations of a unit that closed after an instant, newest first.
    pub async fn decisions(&mut self, unit: UnitId, since: Timestamp, limit: i64) -> Result<Vec<Decision>> {
        const SQL: &str = "SELECT x.obligation_id, x.kind, x.at, x.by_label, x.result, x.words, x.due_before, x.until
            FROM (SELECT k.obligation_id, 'contact' AS kind, k.at, a.label AS by_label, k.result, k.note AS words,
                CAST(NULL AS BIGINT) AS due_before, CAST(NULL AS BIGINT) AS until
              FROM contact_attempt k JOIN account a ON a.id = k.by_account
            UNION ALL SELECT e.obligation_id, 'excusal', e.decided_at, a.label, '', e.reason, CAST(NULL AS BIGINT), e.undone_at
              FROM excusal e JOIN account a ON a.id = e.decided_by
            UNION ALL SELECT e.obligation_id, 'extension', e.decided_at, a.label, '', e.reason, e.due_before, e.due_after
              FROM extension e JOIN account a ON a.id = e.decided_by
            UNION ALL SELECT t.obligation_id, 'acknowledgement', k.at,
                COALESCE(k.caller_post, a.label, k.by_address), k.via, NULL,
                CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
              FROM acknowledgement k JOIN letter_item t ON t.letter_id = k.letter_id
              LEFT JOIN account a ON a.id = k.by_account) AS x
            JOIN obligation o ON o.id = x.obligation_id WHERE o.unit_id = $1 AND o.closes_at >= $2
            ORDER BY x.at DESC, x.obligation_id, x.kind LIMIT $3";
        let since = since.timestamp_millis();
        Ok(on!(self, c => sqlx::query_as(SQL).bind(unit.0).bind(since).bind(limit).fetch_all(c).await)?)
    }

    /// Counts how often a unit was asked to report since an instant.
    pub async fn times_asked(&mut self, unit: UnitId, since: Timestamp) -> Result<i64> {
        const SQL: &str =
            "SELECT COUNT(*) FROM obligation WHERE unit_id = $1 AND opens_at >= $2 AND drill = 0";
        let since = since.timestamp_millis();
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(unit.0).bind(since).fetch_one(c).await)?)
    }
}

/// A call to a unit about an obligation.
#[derive(Debug, Clone, Copy)]
pub struct NewContact<'a> {
    /// The obligation.
    pub obligation: ObligationId,
    /// `reached` or `no_answer`.
    pub result: &'static str,
    /// What was said.
    pub note: Option<&'a str>,
    /// Who called.
    pub by: AccountId,
}

impl Tx {
    /// Records a call to a unit.
    pub async fn add_contact(&mut self, new: &NewContact<'_>, now: Timestamp) -> Result<()> {
        const SQL: &str = "INSERT INTO contact_attempt (obligation_id, how, result, note, by_account, at)
            VALUES ($1, 'phone', $2, $3, $4, $5)";
        let at = now.timestamp_millis();
        on!(self, c => sqlx::query(SQL).bind(new.obligation.0).bind(new.result).bind(new.note).bind(new.by.0).bind(at)
            .execute(c).await.map(|_| ()))?;
        Ok(())
    }
}
