//! Knows what measurements ask of the database: statements counted, commits held up, rows made by the plainest statement.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::{Conn, Result, Tx, on};
use crate::domain::ids::{ObligationId, RoundId, UnitId};
use crate::domain::time::Timestamp;

/// How many statements this process has sent.
static STATEMENTS: AtomicU64 = AtomicU64::new(0);

/// How long each commit of this process is held up, in microseconds; nothing but in a measurement.
static HOLD: AtomicU64 = AtomicU64::new(0);

/// Gives how many statements this process has sent to its databases.
pub fn statements() -> u64 {
    STATEMENTS.load(Ordering::Relaxed)
}

/// Holds up every commit of this process from now on, as a slow disk would.
pub fn hold_commits(by: Duration) {
    let by = u64::try_from(by.as_micros()).unwrap_or(u64::MAX);
    HOLD.store(by, Ordering::Relaxed);
}

/// Counts a statement.
pub(super) fn count() {
    STATEMENTS.fetch_add(1, Ordering::Relaxed);
}

/// Waits as long as commits are held up.
pub(super) async fn hold() {
    let by = HOLD.load(Ordering::Relaxed);
    if by > 0 {
        tokio::time::sleep(Duration::from_micros(by)).await;
    }
}

impl Conn {
    /// Gives everything that is still owed, with whom by, in the order of writing.
    pub async fn all_unmet(&mut self) -> Result<Vec<(UnitId, ObligationId)>> {
        const SQL: &str = "SELECT unit_id, id FROM obligation
            WHERE first_received_at IS NULL AND excused_at IS NULL ORDER BY id";
        let rows: Vec<(i64, i64)> = on!(self, c => sqlx::query_as(SQL).fetch_all(c).await)?;
        let ids = |(unit, obligation)| (UnitId(unit), ObligationId(obligation));
        Ok(rows.into_iter().map(ids).collect())
    }

    /// Makes the schema that the connection itself names in `allclear.bench` (PostgreSQL).
    pub async fn make_own_schema(&mut self) -> Result<()> {
        const SQL: &str =
            "DO $$ BEGIN EXECUTE format('CREATE SCHEMA %I', current_setting('allclear.bench')); END $$";
        on!(self, c => sqlx::query(SQL).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Drops the schema that the connection itself names in `allclear.bench` (PostgreSQL), with all that it holds.
    pub async fn drop_own_schema(&mut self) -> Result<()> {
        const SQL: &str = "DO $$ BEGIN EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', current_setting('allclear.bench')); END $$";
        on!(self, c => sqlx::query(SQL).execute(c).await.map(|_| ()))?;
        Ok(())
    }
}

impl Tx {
    /// Marks everything that is owed as met, but for one obligation in so many.
    pub async fn meet_all_but_one_in(&mut self, one_in: i64, at: Timestamp) -> Result<()> {
        const SQL: &str =
            "UPDATE obligation SET first_received_at = $1, provenance = 'own', content = 'all_clear'
            WHERE id % $2 <> 0";
        let at = at.timestamp_millis();
        on!(self, c => sqlx::query(SQL).bind(at).bind(one_in).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Writes the obligations of a round once more, a millisecond later, by one plain statement a table; gives how many.
    pub async fn copy_round(&mut self, round: RoundId, due: Timestamp) -> Result<u64> {
        const OBLIGATIONS: &str = "INSERT INTO obligation (unit_id, path, kind, subject, round_id, business_date,
                opens_at, scheduled_due, scheduled_closes, due_at, grace_ms, closes_at, drill, resumption, paused_step)
            SELECT unit_id, path, kind, subject, round_id, business_date,
                opens_at, scheduled_due + 1, scheduled_closes, due_at, grace_ms, closes_at, drill, 0, -1
            FROM obligation WHERE round_id = $1 AND scheduled_due = $2";
        const SOURCES: &str = "INSERT INTO obligation_source (obligation_id, round_id)
            SELECT id, round_id FROM obligation WHERE round_id = $1 AND scheduled_due = $2";
        let due = due.timestamp_millis();
        let written = on!(self, c => sqlx::query(OBLIGATIONS).bind(round.0).bind(due)
            .execute(c).await.map(|d| d.rows_affected()))?;
        on!(self, c => sqlx::query(SOURCES).bind(round.0).bind(due + 1).execute(c).await.map(|_| ()))?;
        Ok(written)
    }

    /// Takes back what [`Tx::copy_round`] wrote.
    pub async fn remove_copy(&mut self, round: RoundId, due: Timestamp) -> Result<()> {
        const SOURCES: &str = "DELETE FROM obligation_source WHERE obligation_id IN
            (SELECT id FROM obligation WHERE round_id = $1 AND scheduled_due = $2)";
        const OBLIGATIONS: &str = "DELETE FROM obligation WHERE round_id = $1 AND scheduled_due = $2";
        for sql in [SOURCES, OBLIGATIONS] {
            let due = due.timestamp_millis() + 1;
            on!(self, c => sqlx::query(sql).bind(round.0).bind(due).execute(c).await.map(|_| ()))?;
        }
        Ok(())
    }
}
