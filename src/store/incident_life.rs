//! Knows what becomes of incidents: open, closed, joined, what is told of them and when, and what they ask.

use serde::Serialize;

use super::board::range_rows;
use super::incident::{Row, incidents};
use super::obligation::instant;
use super::unit::json;
use super::{Conn, Error, Result, StoredIncident, StoredObligation, StoredReport, Tx, batch, held, on};
use crate::domain::ids::{AccountId, CheckInId, IncidentId, ObligationId, PeriodId, RuleId, UnitId};
use crate::domain::period::Period;
use crate::domain::time::Timestamp;

/// What became of an incident.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct IncidentEvent {
    /// Its row.
    pub id: i64,
    /// The incident.
    pub incident_id: i64,
    /// In Unix milliseconds.
    pub at: i64,
    /// `closed`, `reopened`, `joined`, `parted` or `linked`.
    pub kind: String,
    /// The post of whoever did it; none: its final report did.
    pub by_label: Option<String>,
    /// Why, or the note of a link.
    pub reason: Option<String>,
    /// The other incident.
    pub other_id: Option<i64>,
    /// The final report, or the all clear that is linked to the event.
    pub check_in_id: Option<i64>,
}

/// Something that becomes of an incident.
#[derive(Debug, Clone, Copy)]
pub struct NewEvent<'a> {
    /// The incident.
    pub incident: IncidentId,
    /// `closed`, `reopened`, `joined`, `parted` or `linked`.
    pub kind: &'static str,
    /// Who did it.
    pub by: Option<AccountId>,
    /// Why.
    pub reason: Option<&'a str>,
    /// The other incident.
    pub other: Option<IncidentId>,
    /// The report.
    pub check_in: Option<CheckInId>,
}

/// An incident on a list.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidentLine {
    /// The incident.
    pub incident: StoredIncident,
    /// The last name of its unit.
    pub name: String,
    /// How many reports there are on it.
    pub reports: i64,
    /// When the last one was received.
    pub told: Timestamp,
    /// Whether leaders were told of it at once.
    pub alerted: bool,
    /// When the first of them said that he has it.
    pub answered: Option<Timestamp>,
    /// When the follow-up that it owes is due.
    pub owes: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct LineRow {
    #[sqlx(flatten)]
    incident: Row,
    name: Option<String>,
    reports: i64,
    told_at: Option<i64>,
    alerts: i64,
    answered_at: Option<i64>,
    owes_at: Option<i64>,
}

impl TryFrom<LineRow> for IncidentLine {
    type Error = Error;
    fn try_from(row: LineRow) -> Result<Self> {
        let incident = StoredIncident::try_from(row.incident)?;
        let id = incident.id.0;
        let maybe = |column, ms: Option<i64>| ms.map(|ms| instant("incident", column, id, ms)).transpose();
        Ok(Self {
            name: row.name.unwrap_or_default(),
            reports: row.reports,
            told: maybe("told_at", row.told_at)?.unwrap_or(incident.opened),
            alerted: row.alerts > 0,
            answered: maybe("answered_at", row.answered_at)?,
            owes: maybe("owes_at", row.owes_at)?,
            incident,
        })
    }
}

/// Writes a query for incidents `i` on a list.
macro_rules! lines {
    () => {
        "SELECT i.id, i.unit_id, i.path, i.class, i.severity, i.urgent, i.drill, i.occurred_at, i.learned_at,
            i.opened_at, i.closed_at, i.reopened_at, i.joined_to,
            (SELECT v.name FROM unit_version v WHERE v.unit_id = i.unit_id
                ORDER BY v.valid_from DESC, v.id DESC LIMIT 1) AS name,
            (SELECT COUNT(*) FROM incident_report p WHERE p.incident_id = i.id) AS reports,
            (SELECT MAX(p.at) FROM incident_report p WHERE p.incident_id = i.id) AS told_at,
            (SELECT COUNT(*) FROM alert a WHERE a.incident_id = i.id) AS alerts,
            (SELECT MIN(k.at) FROM acknowledgement k JOIN alert a ON a.id = k.alert_id
                WHERE a.incident_id = i.id) AS answered_at,
            (SELECT MIN(o.due_at) FROM obligation o WHERE o.unit_id = i.unit_id AND o.kind = 'follow_up'
                AND o.subject = CAST(i.id AS TEXT) AND o.first_received_at IS NULL AND o.excused_at IS NULL
                AND o.closes_at > $2) AS owes_at FROM "
    };
}

fn read(rows: Vec<LineRow>) -> Result<Vec<IncidentLine>> {
    rows.into_iter().map(IncidentLine::try_from).collect()
}

impl Conn {
    /// Gives the open incidents in some ranges, the gravest first, then the oldest.
    pub async fn open_incidents(
        &mut self,
        ranges: &[(String, String)],
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<IncidentLine>> {
        let sql = batch!(self, lines!(), [lo text, hi text],
            " JOIN incident i ON i.closed_at IS NULL AND i.path >= r.lo AND i.path < r.hi
            ORDER BY CASE i.severity WHEN 'i' THEN 0 WHEN 'ii' THEN 1 WHEN 'iii' THEN 2 WHEN 'iv' THEN 4 ELSE 3 END,
                i.opened_at, i.id LIMIT $3");
        let (rows, at) = (range_rows(ranges)?, now.timestamp_millis());
        read(on!(self, c => sqlx::query_as(sql).bind(rows).bind(at).bind(limit).fetch_all(c).await)?)
    }

    /// Gives the incidents in some ranges that were closed last.
    pub async fn closed_incidents(
        &mut self,
        ranges: &[(String, String)],
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<IncidentLine>> {
        let sql = batch!(self, lines!(), [lo text, hi text],
            " JOIN incident i ON i.closed_at IS NOT NULL AND i.path >= r.lo AND i.path < r.hi
            ORDER BY i.closed_at DESC, i.id DESC LIMIT $3");
        let (rows, at) = (range_rows(ranges)?, now.timestamp_millis());
        read(on!(self, c => sqlx::query_as(sql).bind(rows).bind(at).bind(limit).fetch_all(c).await)?)
    }

    /// Gives the incidents in some ranges, without drills, that are open or were closed since an instant: the gravest
    /// first, then the oldest.
    pub async fn incidents_since(
        &mut self,
        ranges: &[(String, String)],
        since: Timestamp,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<IncidentLine>> {
        let sql = batch!(self, lines!(), [lo text, hi text],
            " JOIN incident i ON i.drill = 0 AND (i.closed_at IS NULL OR i.closed_at >= $4)
                AND i.path >= r.lo AND i.path < r.hi
            ORDER BY CASE i.severity WHEN 'i' THEN 0 WHEN 'ii' THEN 1 WHEN 'iii' THEN 2 WHEN 'iv' THEN 4 ELSE 3 END,
                i.opened_at, i.id LIMIT $3");
        let (rows, at) = (range_rows(ranges)?, now.timestamp_millis());
        let since = since.timestamp_millis();
        read(
            on!(self, c => sqlx::query_as(sql).bind(rows).bind(at).bind(limit).bind(since).fetch_all(c).await)?,
        )
    }

    /// Gives the open incidents of a unit, the newest first.
    pub async fn open_incidents_of(&mut self, unit: UnitId, now: Timestamp) -> Result<Vec<IncidentLine>> {
        const SQL: &str = concat!(
            lines!(),
            "incident i WHERE i.unit_id = $1 AND i.closed_at IS NULL ORDER BY i.opened_at DESC, i.id DESC LIMIT 50"
        );
        let at = now.timestamp_millis();
        read(on!(self, c => sqlx::query_as(SQL).bind(unit.0).bind(at).fetch_all(c).await)?)
    }

    /// Gives an incident with what is told of it.
    pub async fn incident_line(&mut self, id: IncidentId, now: Timestamp) -> Result<Option<IncidentLine>> {
        const SQL: &str = concat!(lines!(), "incident i WHERE i.id = $1");
        let at = now.timestamp_millis();
        let row: Option<LineRow> =
            on!(self, c => sqlx::query_as(SQL).bind(id.0).bind(at).fetch_optional(c).await)?;
        row.map(IncidentLine::try_from).transpose()
    }

    /// Gives the incidents that are joined to one.
    pub async fn joined_to(&mut self, head: IncidentId) -> Result<Vec<StoredIncident>> {
        const SQL: &str = incidents!("incident i WHERE i.joined_to = $1 ORDER BY i.id");
        let rows: Vec<Row> = on!(self, c => sqlx::query_as(SQL).bind(head.0).fetch_all(c).await)?;
        rows.into_iter().map(StoredIncident::try_from).collect()
    }

    /// Gives the reports on an incident, the first one first.
    pub async fn reports_on(&mut self, incident: IncidentId) -> Result<Vec<StoredReport>> {
        const SQL: &str = "SELECT id, incident_id, number, kind, check_in_id, at FROM incident_report
            WHERE incident_id = $1 ORDER BY number";
        let rows: Vec<(i64, i64, i64, String, i64, i64)> =
            on!(self, c => sqlx::query_as(SQL).bind(incident.0).fetch_all(c).await)?;
        rows.into_iter().map(StoredReport::try_from).collect()
    }

    /// Gives what became of an incident, the first thing first.
    pub async fn incident_events(&mut self, incident: IncidentId) -> Result<Vec<IncidentEvent>> {
        const SQL: &str =
            "SELECT e.id, e.incident_id, e.at, e.kind, a.label AS by_label, e.reason, e.other_id,
                e.check_in_id FROM incident_event e LEFT JOIN account a ON a.id = e.by_account
            WHERE e.incident_id = $1 ORDER BY e.id";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(incident.0).fetch_all(c).await)?)
    }

    /// Gives the addresses that were told of an incident or will be, or that answered before their letter was sent.
    pub async fn told_of(&mut self, incident: IncidentId) -> Result<Vec<String>> {
        const SQL: &str = "SELECT DISTINCT l.address FROM letter l JOIN alert a ON a.id = l.alert_id
            WHERE a.incident_id = $1 AND l.state IN ('accepted', 'waiting', 'held')
            UNION SELECT k.by_address FROM acknowledgement k JOIN alert a ON a.id = k.alert_id
            WHERE a.incident_id = $1 AND k.by_address IS NOT NULL
            UNION SELECT c.address FROM acknowledgement k JOIN alert a ON a.id = k.alert_id
            JOIN account c ON c.id = k.by_account WHERE a.incident_id = $1 AND c.address IS NOT NULL ORDER BY 1";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(incident.0).fetch_all(c).await)?)
    }

    /// Gives the follow-ups of an incident that are unmet and have not closed, earliest due first.
    pub async fn follow_ups_owed(
        &mut self,
        incident: IncidentId,
        now: Timestamp,
    ) -> Result<Vec<StoredObligation>> {
        const SQL: &str =
            "SELECT id FROM obligation WHERE unit_id = (SELECT unit_id FROM incident WHERE id = $1)
            AND kind = 'follow_up' AND subject = $2 AND first_received_at IS NULL AND excused_at IS NULL
            AND closes_at > $3 ORDER BY due_at, id";
        let (subject, at) = (incident.to_string(), now.timestamp_millis());
        let ids: Vec<i64> = on!(self, c => sqlx::query_scalar(SQL).bind(incident.0).bind(subject).bind(at)
            .fetch_all(c).await)?;
        let ids: Vec<ObligationId> = ids.into_iter().map(ObligationId).collect();
        match ids.is_empty() {
            true => Ok(Vec::new()),
            false => self.obligations(&ids).await,
        }
    }

    /// Gives the open incidents that are joined to none, of which nothing was told since an instant, and that were not
    /// asked by a round which opened then.
    pub async fn incidents_to_ask(&mut self, since: Timestamp) -> Result<Vec<StoredIncident>> {
        const SQL: &str = incidents!(
            "incident i WHERE i.closed_at IS NULL AND i.joined_to IS NULL AND i.opened_at < $1
             AND COALESCE(i.reopened_at, 0) < $1 AND NOT EXISTS (SELECT 1 FROM incident_report p
                WHERE p.incident_id = i.id AND p.at >= $1)
             AND NOT EXISTS (SELECT 1 FROM obligation o WHERE o.unit_id = i.unit_id AND o.kind = 'follow_up'
                AND o.subject = CAST(i.id AS TEXT) AND o.opens_at = $1) ORDER BY i.id"
        );
        let since = since.timestamp_millis();
        let rows: Vec<Row> = on!(self, c => sqlx::query_as(SQL).bind(since).fetch_all(c).await)?;
        rows.into_iter().map(StoredIncident::try_from).collect()
    }

    /// Finds the rule of follow-ups that a period without a span has, as it would be written, and its period.
    pub async fn follow_up_rule(&mut self, period: &Period) -> Result<Option<(RuleId, PeriodId)>> {
        const SQL: &str = "SELECT u.id, u.period_id FROM round_rule u JOIN period p ON p.id = u.period_id
            WHERE p.starts_at = p.ends_at AND p.drill = $1 AND p.name = $2 AND p.scope = $3 AND u.opens = $4
              AND u.due = $5 AND u.closes = $6 AND u.ladder_id = $7 ORDER BY u.id LIMIT 1";
        let Some(rule) = period.rules.first() else {
            return Ok(None);
        };
        let hours = &rule.hours;
        let times = [hours.opens(), hours.due(), hours.closes()].map(|time| time.to_string());
        let [opens, due, closes] = &times;
        let row: Option<(i64, i64)> = on!(self, c => sqlx::query_as(SQL).bind(i64::from(period.drill))
            .bind(&period.name).bind(json(&period.scope)?).bind(opens).bind(due).bind(closes).bind(rule.ladder.0)
            .fetch_optional(c).await)?;
        Ok(row.map(|(rule, period)| (RuleId(rule), PeriodId(period))))
    }

    /// Gives the all clears of a unit that were received in a span, the first one first.
    pub async fn all_clears(
        &mut self,
        unit: UnitId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<CheckInId>> {
        const SQL: &str =
            "SELECT id FROM check_in WHERE unit_id = $1 AND kind = 'all_clear' AND received_at >= $2
            AND received_at < $3 ORDER BY id LIMIT 50";
        let (from, until) = (from.timestamp_millis(), until.timestamp_millis());
        let ids: Vec<i64> = on!(self, c => sqlx::query_scalar(SQL).bind(unit.0).bind(from).bind(until)
            .fetch_all(c).await)?;
        Ok(ids.into_iter().map(CheckInId).collect())
    }
}

impl Tx {
    /// Gives some incidents in order of id, and holds them until the transaction ends.
    pub async fn hold_incidents(&mut self, ids: &[IncidentId]) -> Result<Vec<StoredIncident>> {
        let mut ids: Vec<IncidentId> = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let mut incidents = Vec::with_capacity(ids.len());
        for id in ids {
            let sql = held!(self, "SELECT id FROM incident WHERE id = $1");
            let found: Option<i64> =
                on!(self, c => sqlx::query_scalar(sql).bind(id.0).fetch_optional(c).await)?;
            if found.is_some() {
                incidents.extend(self.incident(id).await?);
            }
        }
        Ok(incidents)
    }

    /// Opens incidents again.
    pub async fn reopen_incidents(&mut self, ids: &[IncidentId], now: Timestamp) -> Result<()> {
        #[derive(Serialize)]
        struct Id {
            id: i64,
        }
        let ids: Vec<Id> = ids.iter().map(|id| Id { id: id.0 }).collect();
        let sql = batch!(self, "UPDATE incident SET closed_at = NULL, reopened_at = $2
            WHERE id IN (SELECT r.id FROM ", [id bigint], ")");
        let (ids, at) = (json(&ids)?, now.timestamp_millis());
        on!(self, c => sqlx::query(sql).bind(ids).bind(at).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Joins an incident to another, or to none.
    pub async fn put_joined(&mut self, id: IncidentId, to: Option<IncidentId>) -> Result<()> {
        const SQL: &str = "UPDATE incident SET joined_to = $2 WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(id.0).bind(to.map(|to| to.0)).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Records what becomes of an incident.
    pub async fn add_incident_event(&mut self, new: NewEvent<'_>, now: Timestamp) -> Result<i64> {
        const SQL: &str =
            "INSERT INTO incident_event (incident_id, at, kind, by_account, reason, other_id, check_in_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
        let at = now.timestamp_millis();
        let (by, other) = (new.by.map(|id| id.0), new.other.map(|id| id.0));
        Ok(
            on!(self, c => sqlx::query_scalar(SQL).bind(new.incident.0).bind(at).bind(new.kind).bind(by)
            .bind(new.reason).bind(other).bind(new.check_in.map(|id| id.0)).fetch_one(c).await)?,
        )
    }

    /// Ends the follow-ups that an incident still owes when it closes; gives how many.
    pub async fn drop_follow_ups(&mut self, incident: IncidentId, now: Timestamp) -> Result<u64> {
        const SQL: &str = "UPDATE obligation SET excused_at = $3 WHERE kind = 'follow_up' AND subject = $2
            AND unit_id = (SELECT unit_id FROM incident WHERE id = $1)
            AND first_received_at IS NULL AND excused_at IS NULL AND closes_at > $3";
        let (subject, at) = (incident.to_string(), now.timestamp_millis());
        Ok(
            on!(self, c => sqlx::query(SQL).bind(incident.0).bind(subject).bind(at)
            .execute(c).await.map(|d| d.rows_affected()))?,
        )
    }
}
