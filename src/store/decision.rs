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

/// An unannounced call to the duty phone of a unit.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SpotCheck {
    /// In Unix milliseconds.
    pub at: i64,
    /// `on_duty`, `somebody_else` or `no_answer`.
    pub result: String,
    /// What was said.
    pub note: Option<String>,
    /// The post of whoever called.
    pub by_label: String,
}

impl Conn {
    /// Gives what people decided and did about the obligations of a unit that closed after an instant, newest first.
    pub async fn decisions(&mut self, unit: UnitId, since: Timestamp, limit: i64) -> Result<Vec<Decision>> {
        const SQL: &str = "SELECT x.obligation_id, x.kind, x.at, x.by_label, x.result, x.words, x.due_before, x.until
            FROM (SELECT k.obligation_id, 'contact' AS kind, k.at, a.label AS by_label, k.result, k.note AS words,
                CAST(NULL AS BIGINT) AS due_before, CAST(NULL AS BIGINT) AS until
              FROM contact_attempt k JOIN account a ON a.id = k.by_account WHERE k.undone_at IS NULL
            UNION ALL SELECT e.obligation_id, 'excusal', e.decided_at, a.label, '', e.reason, CAST(NULL AS BIGINT), e.undone_at
              FROM excusal e JOIN account a ON a.id = e.decided_by
            UNION ALL SELECT e.obligation_id, 'extension', e.decided_at, a.label, '', e.reason, e.due_before, e.due_after
              FROM extension e JOIN account a ON a.id = e.decided_by WHERE e.undone_at IS NULL
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

    /// Gives the spot checks of a unit since an instant, the newest first: when, with what result, by whom, the note.
    pub async fn spot_checks(&mut self, unit: UnitId, since: Timestamp) -> Result<Vec<SpotCheck>> {
        const SQL: &str = "SELECT s.at, s.result, s.note, a.label AS by_label FROM spot_check s
            JOIN account a ON a.id = s.by_account WHERE s.unit_id = $1 AND s.at >= $2 ORDER BY s.at DESC, s.id DESC";
        let since = since.timestamp_millis();
        Ok(on!(self, c => sqlx::query_as(SQL).bind(unit.0).bind(since).fetch_all(c).await)?)
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

    /// Records a spot check of a unit.
    pub async fn add_spot_check(
        &mut self,
        unit: UnitId,
        result: &str,
        note: Option<&str>,
        by: AccountId,
        now: Timestamp,
    ) -> Result<()> {
        const SQL: &str =
            "INSERT INTO spot_check (unit_id, result, note, by_account, at) VALUES ($1, $2, $3, $4, $5)";
        let at = now.timestamp_millis();
        on!(self, c => sqlx::query(SQL).bind(unit.0).bind(result).bind(note).bind(by.0).bind(at)
            .execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Takes back the calls that somebody recorded at an instant. Gives what they were about.
    pub async fn undo_contacts(
        &mut self,
        by: AccountId,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<ObligationId>> {
        const SQL: &str = "UPDATE contact_attempt SET undone_at = $3
            WHERE by_account = $1 AND at = $2 AND undone_at IS NULL RETURNING obligation_id";
        let (at, now) = (at.timestamp_millis(), now.timestamp_millis());
        let ids: Vec<i64> =
            on!(self, c => sqlx::query_scalar(SQL).bind(by.0).bind(at).bind(now).fetch_all(c).await)?;
        Ok(ids.into_iter().map(ObligationId).collect())
    }

    /// Gives what somebody excused at an instant, as far as it was not taken back.
    pub async fn excusals_by(&mut self, by: AccountId, at: Timestamp) -> Result<Vec<ObligationId>> {
        const SQL: &str = "SELECT obligation_id FROM excusal
            WHERE decided_by = $1 AND decided_at = $2 AND undone_at IS NULL ORDER BY obligation_id";
        let at = at.timestamp_millis();
        let ids: Vec<i64> = on!(self, c => sqlx::query_scalar(SQL).bind(by.0).bind(at).fetch_all(c).await)?;
        Ok(ids.into_iter().map(ObligationId).collect())
    }

    /// Gives what somebody gave more time at an instant, as far as it was not taken back.
    pub async fn extensions_by(&mut self, by: AccountId, at: Timestamp) -> Result<Vec<ObligationId>> {
        const SQL: &str = "SELECT obligation_id FROM extension
            WHERE decided_by = $1 AND decided_at = $2 AND undone_at IS NULL ORDER BY obligation_id";
        let at = at.timestamp_millis();
        let ids: Vec<i64> = on!(self, c => sqlx::query_scalar(SQL).bind(by.0).bind(at).fetch_all(c).await)?;
        Ok(ids.into_iter().map(ObligationId).collect())
    }

    /// Takes back the extension of an obligation that somebody decided at an instant: the due time is what it was before,
    /// and closing with it. Gives whether that was possible: nothing was reported, nothing decided since, and it would
    /// not be closed now.
    pub async fn undo_extension(
        &mut self,
        id: ObligationId,
        by: AccountId,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<bool> {
        const MOVE: &str = "UPDATE obligation SET due_at = x.due_before, closes_at = x.closes, resumption = 0,
                paused_step = -1
            FROM (SELECT e.obligation_id, e.due_before, e.due_after,
                CASE WHEN o.scheduled_closes > e.due_before + o.grace_ms THEN o.scheduled_closes
                    ELSE e.due_before + o.grace_ms END AS closes
                FROM extension e JOIN obligation o ON o.id = e.obligation_id
                WHERE e.obligation_id = $1 AND e.decided_by = $2 AND e.decided_at = $3 AND e.undone_at IS NULL) AS x
            WHERE obligation.id = x.obligation_id AND obligation.due_at = x.due_after AND x.closes > $4
              AND obligation.first_received_at IS NULL";
        const RECORD: &str = "UPDATE extension SET undone_at = $4
            WHERE obligation_id = $1 AND decided_by = $2 AND decided_at = $3 AND undone_at IS NULL";
        let (at, now) = (at.timestamp_millis(), now.timestamp_millis());
        let moved = on!(self, c => sqlx::query(MOVE).bind(id.0).bind(by.0).bind(at).bind(now)
            .execute(c).await.map(|d| d.rows_affected()))?;
        if moved == 0 {
            return Ok(false);
        }
        on!(self, c => sqlx::query(RECORD).bind(id.0).bind(by.0).bind(at).bind(now).execute(c).await.map(|_| ()))?;
        Ok(true)
    }
}
