//! Knows the change of shifts: notes for the next one, and what lay on the desk when it was taken over.

use chrono::TimeDelta;

use crate::domain::ids::{AccountId, UnitId};
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitPath;
use crate::store::obligation::instant;
use crate::store::{Conn, Result, Tx, on};

/// A note for the next shift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// What it says.
    pub text: String,
    /// The post that wrote it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A change of shifts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// Its row.
    pub id: i64,
    /// The post that took over.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What lay on the desk: JSON.
    pub desk: String,
}

/// What lies on the desk of a unit and those below it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenDesk {
    /// Incidents that are open.
    pub incidents: Vec<i64>,
    /// Units with a report that was due in the last day, and of which nothing is heard; a few hundred at most.
    pub unmet: Vec<i64>,
    /// Letters that failed for good and that nobody has seen to.
    pub failed: i64,
}

impl Conn {
    /// Gives what lies on the desk of a unit at an instant.
    pub async fn open_desk(&mut self, path: &UnitPath, now: Timestamp) -> Result<OpenDesk> {
        const OPEN: &str =
            "SELECT id FROM incident WHERE closed_at IS NULL AND joined_to IS NULL AND drill = 0
            AND path >= $1 AND path < $2 ORDER BY id LIMIT 200";
        const UNMET: &str = "SELECT DISTINCT o.unit_id FROM round d JOIN obligation o ON o.round_id = d.id
            WHERE d.due_at > $3 AND o.path >= $1 AND o.path < $2 AND o.first_received_at IS NULL
            AND o.excused_at IS NULL AND o.drill = 0 AND o.due_at + o.grace_ms <= $4 ORDER BY o.unit_id LIMIT 300";
        const FAILED: &str = "SELECT COUNT(*) FROM letter WHERE state = 'dead' AND handled_at IS NULL";
        let (lo, hi) = path.range();
        let (now, day) = (
            now.timestamp_millis(),
            (now - TimeDelta::days(1)).timestamp_millis(),
        );
        Ok(OpenDesk {
            incidents: on!(self, c => sqlx::query_scalar(OPEN).bind(&lo).bind(&hi).fetch_all(c).await)?,
            unmet: on!(self, c => sqlx::query_scalar(UNMET).bind(&lo).bind(&hi).bind(day).bind(now)
                .fetch_all(c).await)?,
            failed: on!(self, c => sqlx::query_scalar(FAILED).fetch_one(c).await)?,
        })
    }

    /// Gives the notes of a unit after an instant, the first one first.
    pub async fn duty_notes(&mut self, unit: UnitId, after: Option<Timestamp>) -> Result<Vec<Note>> {
        const SQL: &str =
            "SELECT n.id, n.text, a.label, n.at FROM duty_note n JOIN account a ON a.id = n.by_account
            WHERE n.unit_id = $1 AND n.at > $2 ORDER BY n.id LIMIT 200";
        let after = after.map_or(0, |at| at.timestamp_millis());
        let rows: Vec<(i64, String, String, i64)> =
            on!(self, c => sqlx::query_as(SQL).bind(unit.0).bind(after).fetch_all(c).await)?;
        rows.into_iter()
            .map(|(id, text, by, at)| {
                let at = instant("duty_note", "at", id, at)?;
                Ok(Note { text, by, at })
            })
            .collect()
    }

    /// Gives the last changes of shift of a unit, the newest first.
    pub async fn handovers(&mut self, unit: UnitId) -> Result<Vec<Handover>> {
        const SQL: &str =
            "SELECT h.id, a.label, h.at, h.desk FROM duty_handover h JOIN account a ON a.id = h.taken_by
            WHERE h.unit_id = $1 ORDER BY h.id DESC LIMIT 10";
        let rows: Vec<(i64, String, i64, String)> =
            on!(self, c => sqlx::query_as(SQL).bind(unit.0).fetch_all(c).await)?;
        rows.into_iter()
            .map(|(id, by, at, desk)| {
                let at = instant("duty_handover", "at", id, at)?;
                Ok(Handover { id, by, at, desk })
            })
            .collect()
    }
}

impl Tx {
    /// Leaves a note for the next shift.
    pub async fn add_duty_note(
        &mut self,
        unit: UnitId,
        text: &str,
        by: AccountId,
        now: Timestamp,
    ) -> Result<()> {
        const SQL: &str = "INSERT INTO duty_note (unit_id, text, by_account, at) VALUES ($1, $2, $3, $4)";
        let at = now.timestamp_millis();
        on!(self, c => sqlx::query(SQL).bind(unit.0).bind(text).bind(by.0).bind(at).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Records that a shift was taken over.
    pub async fn add_handover(
        &mut self,
        unit: UnitId,
        desk: &str,
        by: AccountId,
        now: Timestamp,
    ) -> Result<i64> {
        const SQL: &str =
            "INSERT INTO duty_handover (unit_id, taken_by, at, desk) VALUES ($1, $2, $3, $4) RETURNING id";
        let at = now.timestamp_millis();
        Ok(
            on!(self, c => sqlx::query_scalar(SQL).bind(unit.0).bind(by.0).bind(at).bind(desk).fetch_one(c).await)?,
        )
    }
}
