//! Knows what the desk of one unit shows beside its obligations.

use super::unit::id_list;
use super::{Conn, Result, batch, on};
use crate::domain::ids::{RoundId, UnitId};
use crate::domain::time::Timestamp;

/// How a round is named to those who report.
#[derive(Debug, Clone)]
pub struct RoundName {
    pub round: RoundId,
    /// 早报, 晚报.
    pub label: String,
    /// The period that asks.
    pub period: String,
    /// Its basis document.
    pub basis: String,
}

impl Conn {
    /// Names some rounds.
    pub async fn round_names(&mut self, rounds: &[RoundId]) -> Result<Vec<RoundName>> {
        let ids: Vec<UnitId> = rounds.iter().map(|id| UnitId(id.0)).collect();
        let sql = batch!(self, "SELECT d.id, d.label, p.name, p.basis FROM ", [id bigint],
            " JOIN round d ON d.id = r.id JOIN period p ON p.id = d.period_id");
        let rows: Vec<(i64, String, String, String)> =
            on!(self, c => sqlx::query_as(sql).bind(id_list(&ids)).fetch_all(c).await)?;
        let named = rows.into_iter().map(|(id, label, period, basis)| RoundName {
            round: RoundId(id),
            label,
            period,
            basis,
        });
        Ok(named.collect())
    }

    /// Tells how many reports a unit was asked for that opened in a span of time.
    pub async fn asked(&mut self, unit: UnitId, from: Timestamp, until: Timestamp) -> Result<i64> {
        const SQL: &str = "SELECT COUNT(*) FROM obligation
            WHERE unit_id = $1 AND opens_at >= $2 AND opens_at < $3 AND drill = 0";
        let (from, until) = (from.timestamp_millis(), until.timestamp_millis());
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(unit.0).bind(from).bind(until).fetch_one(c).await)?)
    }
}
