//! Knows what an outside monitor counts: letters that wait or failed, who is late, urgent reports that nobody has. Every
//! count lies over an index of exactly what is wrong, so its cost follows that and not what was ever kept.

use super::{Conn, Engine, Result, on};
use crate::domain::time::Timestamp;

/// How the letters of a lane stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LaneCount {
    /// Letters that wait to be accepted.
    pub waiting: i64,
    /// When the oldest of them that is due, or was tried before, was written; in Unix milliseconds.
    pub oldest: Option<i64>,
    /// Letters that were given up and that nobody has seen to.
    pub failed: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    urgent: i64,
    waiting: i64,
    oldest: Option<i64>,
    failed: i64,
}

impl Conn {
    /// Counts letters: the urgent ones first, then all others.
    pub async fn lane_counts(&mut self, now: Timestamp) -> Result<[LaneCount; 2]> {
        const SQL: &str = "SELECT CAST(CASE WHEN x.priority = 0 THEN 1 ELSE 0 END AS BIGINT) AS urgent,
              COUNT(x.created_at) AS waiting, MIN(x.due_since) AS oldest, COUNT(x.ended_at) AS failed FROM (
            SELECT priority, created_at, CASE WHEN not_before <= $1 OR attempts > 0 THEN created_at END AS due_since,
                CAST(NULL AS BIGINT) AS ended_at
              FROM letter WHERE state = 'waiting' AND ready = 1 AND lease IS NULL
            UNION ALL SELECT priority, created_at, created_at, CAST(NULL AS BIGINT)
              FROM letter WHERE state = 'waiting' AND lease IS NOT NULL
            UNION ALL SELECT priority, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), ended_at
              FROM letter WHERE state = 'dead' AND handled_at IS NULL) AS x
            GROUP BY 1";
        let rows: Vec<Row> =
            on!(self, c => sqlx::query_as(SQL).bind(now.timestamp_millis()).fetch_all(c).await)?;
        let of = |urgent: i64| {
            let row = rows.iter().find(|row| row.urgent == urgent);
            row.map_or_else(LaneCount::default, |row| LaneCount {
                waiting: row.waiting,
                oldest: row.oldest,
                failed: row.failed,
            })
        };
        Ok([of(1), of(0)])
    }

    /// Counts the obligations of rounds that are open which are past their time of grace, drills aside.
    pub async fn overdue_count(&mut self, now: Timestamp) -> Result<i64> {
        const SQL: &str = "SELECT COUNT(*) FROM round d JOIN obligation o ON o.round_id = d.id
            WHERE d.closes_at > $1 AND d.drill = 0 AND o.first_received_at IS NULL AND o.excused_at IS NULL
              AND o.due_at + o.grace_ms <= $1 AND NOT EXISTS (SELECT 1 FROM outage u
                WHERE u.began_at <= o.opens_at AND u.ended_at >= o.closes_at AND u.cause <> 'clock_back')";
        let now = now.timestamp_millis();
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(now).fetch_one(c).await)?)
    }

    /// Counts the urgent reports that nobody has acknowledged, drills aside, and gives since when the oldest has
    /// been there, in Unix milliseconds.
    pub async fn unanswered_count(&mut self) -> Result<(i64, Option<i64>)> {
        const SQL: &str =
            "SELECT COUNT(*), MIN(a.raised_at) FROM alert a JOIN incident i ON i.id = a.incident_id
            WHERE a.acknowledged_at IS NULL AND i.drill = 0";
        Ok(on!(self, c => sqlx::query_as(SQL).fetch_one(c).await)?)
    }

    /// Gives how large the database is, in bytes.
    pub async fn database_size(&mut self) -> Result<i64> {
        const SQLITE: &str = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        const POSTGRES: &str = "SELECT pg_database_size(current_database())";
        let sql = match self.engine() {
            Engine::Sqlite => SQLITE,
            Engine::Postgres => POSTGRES,
        };
        Ok(on!(self, c => sqlx::query_scalar(sql).fetch_one(c).await)?)
    }
}
