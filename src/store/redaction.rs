//! Knows how words leave a report that was kept, and all that was made of it.

use super::content;
use super::{Conn, Error, Result, Tx, on};
use crate::domain::checkin::Content;
use crate::domain::ids::{AccountId, CheckInId, IncidentId, ObligationId};
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitPath;

/// That words were taken out of a report.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Redaction {
    /// Unix milliseconds.
    pub at: i64,
    /// The post of whoever did it.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What was written about a unit's obligation.
const OF_OBLIGATION: [&str; 5] = [
    "UPDATE excusal SET reason = REPLACE(reason, $1, $2)
        WHERE obligation_id = $3 AND REPLACE(reason, $1, $2) <> reason",
    "UPDATE extension SET reason = REPLACE(reason, $1, $2)
        WHERE obligation_id = $3 AND REPLACE(reason, $1, $2) <> reason",
    "UPDATE contact_attempt SET note = REPLACE(note, $1, $2)
        WHERE obligation_id = $3 AND REPLACE(note, $1, $2) <> note",
    "UPDATE finding SET note = REPLACE(note, $1, $2)
        WHERE obligation_id = $3 AND REPLACE(note, $1, $2) <> note",
    "UPDATE finding SET reply = REPLACE(reply, $1, $2)
        WHERE obligation_id = $3 AND REPLACE(reply, $1, $2) <> reply",
];

/// What was written about an incident.
const OF_INCIDENT: [&str; 4] = [
    "UPDATE incident_event SET reason = REPLACE(reason, $1, $2)
        WHERE incident_id = $3 AND REPLACE(reason, $1, $2) <> reason",
    "UPDATE finding SET note = REPLACE(note, $1, $2)
        WHERE incident_id = $3 AND REPLACE(note, $1, $2) <> note",
    "UPDATE finding SET reply = REPLACE(reply, $1, $2)
        WHERE incident_id = $3 AND REPLACE(reply, $1, $2) <> reply",
    "UPDATE acknowledgement SET remark = REPLACE(remark, $1, $2)
        WHERE alert_id IN (SELECT id FROM alert WHERE incident_id = $3) AND REPLACE(remark, $1, $2) <> remark",
];

/// What duty desks of the unit and above it have noted since.
const OF_DESKS: [&str; 2] = [
    "UPDATE duty_note SET text = REPLACE(text, $1, $2) WHERE at >= $3 AND REPLACE(text, $1, $2) <> text
        AND EXISTS (SELECT 1 FROM unit_version v WHERE v.unit_id = duty_note.unit_id AND $4 LIKE v.path || '%')",
    "UPDATE duty_handover SET desk = REPLACE(desk, $1, $2) WHERE at >= $3 AND REPLACE(desk, $1, $2) <> desk
        AND EXISTS (SELECT 1 FROM unit_version v WHERE v.unit_id = duty_handover.unit_id AND $4 LIKE v.path || '%')",
];

/// What the notes are about in which a word is to be hidden.
#[derive(Debug, Clone, Copy)]
pub struct NotesOf<'a> {
    pub obligation: Option<ObligationId>,
    pub incident: Option<IncidentId>,
    /// Where the unit stands, and since when desks may have noted something.
    pub path: &'a UnitPath,
    pub since: Timestamp,
}

impl Conn {
    /// Gives when and why words were taken out of a report.
    pub async fn redactions(&mut self, check_in: CheckInId) -> Result<Vec<Redaction>> {
        const SQL: &str = "SELECT r.at, a.label AS by, r.reason FROM redaction r
            JOIN account a ON a.id = r.by_account WHERE r.check_in_id = $1 ORDER BY r.id";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(check_in.0).fetch_all(c).await)?)
    }
}

impl Tx {
    /// Holds a report until the transaction ends, so that two who redact it do not bring back each other's words.
    pub async fn hold_check_in(&mut self, id: CheckInId) -> Result<()> {
        const SQL: &str = "UPDATE check_in SET review = review WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(id.0).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Keeps what is left of a report. Its salt goes, so nothing can be guessed back from the hash of its texts; the
    /// hash stays, so that receipt and seal still verify.
    pub async fn put_redacted(
        &mut self,
        id: CheckInId,
        content: &Content,
        reason: Option<&str>,
        caller: Option<&str>,
    ) -> Result<()> {
        const SQL: &str = "UPDATE check_in SET narrative = $2, salt = NULL, reason = $3, caller_post = $4
            WHERE id = $1";
        let columns = content::columns(content).map_err(|error| Error::Other(error.to_string()))?;
        on!(self, c => sqlx::query(SQL).bind(id.0).bind(&columns.narrative).bind(reason).bind(caller)
            .execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Puts something else in the place of a word wherever it stands in notes, reasons and remarks about a report.
    /// Gives in how many it stood.
    pub async fn hide_in_notes(&mut self, of: NotesOf<'_>, word: &str, instead: &str) -> Result<u64> {
        let mut hidden = 0;
        let obligation = of.obligation.map(|id| id.0);
        let incident = of.incident.map(|id| id.0);
        let by_id = OF_OBLIGATION.iter().map(|sql| (*sql, obligation));
        let by_id = by_id.chain(OF_INCIDENT.iter().map(|sql| (*sql, incident)));
        for (sql, id) in by_id.filter_map(|(sql, id)| Some((sql, id?))) {
            hidden += on!(self, c => sqlx::query(sql).bind(word).bind(instead).bind(id)
                .execute(c).await.map(|done| done.rows_affected()))?;
        }
        let since = of.since.timestamp_millis();
        for sql in OF_DESKS {
            hidden += on!(self, c => sqlx::query(sql).bind(word).bind(instead).bind(since).bind(of.path.as_str())
                .execute(c).await.map(|done| done.rows_affected()))?;
        }
        Ok(hidden)
    }

    /// Forgets the bytes of every mail that was written since a report came and may quote it. One that is in hand
    /// but not begun is let go of, so that it is written anew from what is left.
    pub async fn thaw_letters_since(&mut self, instant: Timestamp) -> Result<u64> {
        const SQL: &str = "UPDATE letter SET frozen = NULL,
                lease = CASE WHEN begun_at IS NULL THEN NULL ELSE lease END,
                lease_until = CASE WHEN begun_at IS NULL THEN NULL ELSE lease_until END
            WHERE created_at >= $1 AND kind NOT IN ('reminder', 'overdue', 'escalated')
                AND (frozen IS NOT NULL OR lease IS NOT NULL)";
        let at = instant.timestamp_millis();
        Ok(on!(self, c => sqlx::query(SQL).bind(at).execute(c).await.map(|done| done.rows_affected()))?)
    }

    /// Records that words were taken out of a report.
    pub async fn add_redaction(
        &mut self,
        check_in: CheckInId,
        by: AccountId,
        reason: &str,
        now: Timestamp,
    ) -> Result<()> {
        const SQL: &str =
            "INSERT INTO redaction (check_in_id, by_account, at, reason) VALUES ($1, $2, $3, $4)";
        on!(self, c => sqlx::query(SQL).bind(check_in.0).bind(by.0).bind(now.timestamp_millis()).bind(reason)
            .execute(c).await.map(|_| ()))?;
        Ok(())
    }
}
