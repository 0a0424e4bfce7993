//! Knows which units letters name at this moment, and what is known of each.

use super::outbox::ids;
use super::unit::id_list;
use super::{Conn, Error, Result, batch, on};
use crate::domain::ids::{IncidentId, LetterId, ObligationId, UnitId};
use crate::domain::time::{Timestamp, from_millis};
use crate::domain::unit::UnitPath;

/// A unit that a chase letter still has to name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The letter.
    pub letter: LetterId,
    /// What the unit owes.
    pub obligation: ObligationId,
    /// The unit.
    pub unit: UnitId,
    /// Where it stood when the round opened.
    pub path: UnitPath,
    /// Its name, also of one that is no more.
    pub name: String,
    /// When the round opened for it.
    pub opens: Timestamp,
    /// The due time that it was opened with.
    pub scheduled: Timestamp,
    /// When only the duty office can still record a report.
    pub closes: Timestamp,
    /// When it last reported in an earlier round.
    pub last_report: Option<Timestamp>,
    /// The incident that it owes a follow-up on.
    pub incident: Option<IncidentId>,
}

#[derive(sqlx::FromRow)]
struct Row {
    letter_id: i64,
    obligation_id: i64,
    unit_id: i64,
    path: String,
    name: Option<String>,
    opens_at: i64,
    scheduled_due: i64,
    closes_at: i64,
    last_report: Option<i64>,
    incident: Option<String>,
}

impl TryFrom<Row> for Named {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let at = |column, ms| super::obligation::instant("obligation", column, row.obligation_id, ms);
        Ok(Self {
            letter: LetterId(row.letter_id),
            obligation: ObligationId(row.obligation_id),
            unit: UnitId(row.unit_id),
            path: UnitPath::parse(&row.path)
                .map_err(|_| Error::broken("obligation", "path", row.obligation_id, &row.path))?,
            name: row.name.unwrap_or_default(),
            opens: at("opens_at", row.opens_at)?,
            scheduled: at("scheduled_due", row.scheduled_due)?,
            closes: at("closes_at", row.closes_at)?,
            last_report: row.last_report.and_then(from_millis),
            incident: row.incident.and_then(|id| id.parse().ok()).map(IncidentId),
        })
    }
}

impl Conn {
    /// Gives the units that chase letters still have to name.
    ///
    /// A unit drops out when it reported, was excused, got a later due time or a pause, and when a later letter to
    /// the same person names it too: after the mail relay was down one letter says what several would have said.
    pub async fn named(&mut self, letters: &[i64]) -> Result<Vec<Named>> {
        let sql = batch!(self, "SELECT i.letter_id, o.id AS obligation_id, o.unit_id, o.path, o.opens_at,
                o.scheduled_due, o.closes_at, CASE WHEN o.kind = 'follow_up' THEN o.subject END AS incident,
                (SELECT v.name FROM unit_version v WHERE v.unit_id = o.unit_id
                 ORDER BY v.valid_from DESC LIMIT 1) AS name,
                (SELECT e.first_received_at FROM obligation e WHERE e.unit_id = o.unit_id AND e.kind = o.kind
                 AND e.subject = o.subject AND e.scheduled_due < o.scheduled_due AND e.first_received_at IS NOT NULL
                 ORDER BY e.scheduled_due DESC LIMIT 1) AS last_report
            FROM ", [id bigint],
            each [letter l "l.id = r.id", letter_item i "i.letter_id = l.id", obligation o "o.id = i.obligation_id"],
            " WHERE o.first_received_at IS NULL AND o.excused_at IS NULL
              AND o.due_at = l.due_at AND o.resumption = l.resumption
              AND NOT EXISTS (SELECT 1 FROM letter_item j WHERE j.obligation_id = o.id
                AND (SELECT CASE WHEN n.id > l.id AND n.address = l.address AND n.ready = 1
                  AND n.state IN ('waiting', 'accepted') THEN 1 ELSE 0 END FROM letter n WHERE n.id = j.letter_id) = 1
                LIMIT 1 OFFSET 0)
              ORDER BY i.letter_id, o.id");
        let list = ids(letters)?;
        let rows: Vec<Row> = on!(self, c => sqlx::query_as(sql).bind(list).fetch_all(c).await)?;
        rows.into_iter().map(Named::try_from).collect()
    }

    /// Gives the last telephone call about each of some obligations: when, and whether anybody answered.
    pub async fn last_calls(
        &mut self,
        obligations: &[i64],
    ) -> Result<Vec<(ObligationId, Option<Timestamp>, bool)>> {
        let sql = batch!(self, "SELECT t.obligation_id, t.at, t.result FROM ", [id bigint],
            " JOIN contact_attempt t ON t.obligation_id = r.id WHERE t.how = 'phone' AND t.undone_at IS NULL ORDER BY t.at, t.id");
        let list = ids(obligations)?;
        let rows: Vec<(i64, i64, String)> =
            on!(self, c => sqlx::query_as(sql).bind(list).fetch_all(c).await)?;
        let call =
            |(id, at, result): (i64, i64, String)| (ObligationId(id), from_millis(at), result == "reached");
        Ok(rows.into_iter().map(call).collect())
    }

    /// Gives the last report on an incident that each of some units sent, in whatever round or beside every one: when,
    /// and whether leaders were told of it at once. Drills are left out.
    pub async fn last_told(&mut self, units: &[UnitId]) -> Result<Vec<(UnitId, Option<Timestamp>, bool)>> {
        let sql = batch!(self, "SELECT i.unit_id, p.at, (SELECT COUNT(*) FROM alert a WHERE a.report_id = p.id) FROM ",
            [id bigint], each [incident i "i.unit_id = r.id", incident_report p "p.incident_id = i.id"],
            " WHERE i.drill = 0 ORDER BY p.at, p.id");
        let list = id_list(units);
        let rows: Vec<(i64, i64, i64)> = on!(self, c => sqlx::query_as(sql).bind(list).fetch_all(c).await)?;
        let told = |(unit, at, alerts): (i64, i64, i64)| (UnitId(unit), from_millis(at), alerts > 0);
        Ok(rows.into_iter().map(told).collect())
    }

    /// Counts the rounds of calls of an alert that reached somebody's mail server before a letter was written.
    pub async fn calls_before(&mut self, alert: i64, letter: i64) -> Result<u32> {
        const SQL: &str = "SELECT COUNT(*) FROM (SELECT DISTINCT pass, step FROM letter
            WHERE alert_id = $1 AND id < $2 AND state = 'accepted'
            AND NOT EXISTS (SELECT 1 FROM letter s WHERE s.id = $2 AND s.pass = letter.pass AND s.step = letter.step)
            ) AS calls";
        let count: i64 = on!(self, c => sqlx::query_scalar(SQL).bind(alert).bind(letter).fetch_one(c).await)?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}
