//! Knows who has not reported: the rows over which the partial index lies, a page at a time.

use serde::Serialize;

use super::unit::json;
use super::{Conn, Result, batch, on};
use crate::domain::ids::{ObligationId, RoundId};

impl Conn {
    /// Gives the unmet obligations of a round in some ranges of paths after a row, in order of id, `limit` at most.
    pub async fn missing(
        &mut self,
        round: RoundId,
        ranges: &[(String, String)],
        after: i64,
        limit: i64,
    ) -> Result<Vec<ObligationId>> {
        #[derive(Serialize)]
        struct Range<'a> {
            low: &'a str,
            high: &'a str,
        }
        let ranges: Vec<Range<'_>> = ranges.iter().map(|(low, high)| Range { low, high }).collect();
        let sql = batch!(self, "SELECT o.id FROM ", [low text, high text],
            " JOIN obligation o ON o.path >= r.low AND o.path < r.high
              WHERE o.round_id = $2 AND o.id > $3 AND o.first_received_at IS NULL AND o.excused_at IS NULL
              ORDER BY o.id LIMIT $4");
        let ids: Vec<i64> = on!(self, c => sqlx::query_scalar(sql).bind(json(&ranges)?).bind(round.0)
            .bind(after).bind(limit).fetch_all(c).await)?;
        Ok(ids.into_iter().map(ObligationId).collect())
    }
}
