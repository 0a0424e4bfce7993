//! Knows incidents, and which check-ins are reports on them.

use super::obligation::instant;
use super::{Conn, Error, Result, Tx, on};
use crate::domain::checkin::IncidentContent;
use crate::domain::ids::{CheckInId, IncidentId, ReportId, UnitId};
use crate::domain::incident::{Life, ReportKind, Severity};
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitPath;

/// An incident as it is stored: what its last report says.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredIncident {
    /// Its row.
    pub id: IncidentId,
    /// Whose it is.
    pub unit: UnitId,
    /// Where the unit stood when it was reported.
    pub path: UnitPath,
    /// Code of its class.
    pub class: String,
    /// How grave it is.
    pub severity: Severity,
    /// Whether leaders were told at once.
    pub urgent: bool,
    /// Whether it belongs to a drill.
    pub drill: bool,
    /// When it happened.
    pub occurred: Option<Timestamp>,
    /// When the unit learned of it.
    pub learned: Option<Timestamp>,
    /// When its first report was received.
    pub opened: Timestamp,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// When it was last opened again.
    pub reopened: Option<Timestamp>,
    /// The head of its family, if that is another incident.
    pub joined: Option<IncidentId>,
}

impl StoredIncident {
    /// Gives what of it decides what can become of it.
    pub fn life(&self) -> Life {
        Life {
            id: self.id,
            closed: self.closed,
            joined: self.joined,
            drill: self.drill,
        }
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: i64,
    unit_id: i64,
    path: String,
    class: String,
    severity: String,
    urgent: i64,
    drill: i64,
    occurred_at: Option<i64>,
    learned_at: Option<i64>,
    opened_at: i64,
    closed_at: Option<i64>,
    reopened_at: Option<i64>,
    joined_to: Option<i64>,
}

impl TryFrom<Row> for StoredIncident {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let at = |column, ms| instant("incident", column, row.id, ms);
        let maybe = |column, ms: Option<i64>| ms.map(|ms| at(column, ms)).transpose();
        Ok(Self {
            id: IncidentId(row.id),
            unit: UnitId(row.unit_id),
            path: UnitPath::parse(&row.path)
                .map_err(|_| Error::broken("incident", "path", row.id, &row.path))?,
            severity: Severity::parse(&row.severity)
                .ok_or_else(|| Error::broken("incident", "severity", row.id, &row.severity))?,
            urgent: row.urgent != 0,
            drill: row.drill != 0,
            occurred: maybe("occurred_at", row.occurred_at)?,
            learned: maybe("learned_at", row.learned_at)?,
            opened: at("opened_at", row.opened_at)?,
            closed: maybe("closed_at", row.closed_at)?,
            reopened: maybe("reopened_at", row.reopened_at)?,
            joined: row.joined_to.map(IncidentId),
            class: row.class,
        })
    }
}

/// An incident to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewIncident<'a> {
    /// Whose it is.
    pub unit: UnitId,
    /// Where the unit stands.
    pub path: &'a UnitPath,
    /// Whether it belongs to a drill.
    pub drill: bool,
    /// What its first report says.
    pub content: &'a IncidentContent,
    /// Whether leaders are told at once, even if the report does not ask for it.
    pub urgent: bool,
    /// When that was received.
    pub opened: Timestamp,
}

/// A report on an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReport {
    /// Its row.
    pub id: ReportId,
    /// On which incident.
    pub incident: IncidentId,
    /// Its place among the reports on it, from 1.
    pub number: i64,
    /// Which report it is.
    pub kind: ReportKind,
    /// The check-in that brought it.
    pub check_in: CheckInId,
    /// When it was received.
    pub at: Timestamp,
}

impl TryFrom<ReportRow> for StoredReport {
    type Error = Error;
    fn try_from((id, incident, number, kind, check_in, at): ReportRow) -> Result<Self> {
        Ok(Self {
            id: ReportId(id),
            incident: IncidentId(incident),
            number,
            kind: ReportKind::parse(&kind)
                .ok_or_else(|| Error::broken("incident_report", "kind", id, &kind))?,
            check_in: CheckInId(check_in),
            at: instant("incident_report", "at", id, at)?,
        })
    }
}

type ReportRow = (i64, i64, i64, String, i64, i64);

/// Writes a query for incidents `i`.
macro_rules! incidents {
    ($rest:literal) => {
        concat!(
            "SELECT i.id, i.unit_id, i.path, i.class, i.severity, i.urgent, i.drill, i.occurred_at, i.learned_at,
                i.opened_at, i.closed_at, i.reopened_at, i.joined_to FROM ",
            $rest
        )
    };
}
pub(super) use incidents;

impl Conn {
    /// Gives an incident.
    pub async fn incident(&mut self, id: IncidentId) -> Result<Option<StoredIncident>> {
        const SQL: &str = incidents!("incident i WHERE i.id = $1");
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
        row.map(StoredIncident::try_from).transpose()
    }

    /// Gives one report on an incident.
    pub async fn report(&mut self, id: ReportId) -> Result<Option<StoredReport>> {
        const SQL: &str = "SELECT id, incident_id, number, kind, check_in_id, at FROM incident_report
            WHERE id = $1";
        let row: Option<ReportRow> = on!(self, c => sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
        row.map(StoredReport::try_from).transpose()
    }
}

impl Tx {
    /// Opens an incident.
    pub async fn open_incident(&mut self, new: NewIncident<'_>) -> Result<IncidentId> {
        const SQL: &str = "INSERT INTO incident (unit_id, path, class, severity, urgent, drill, occurred_at,
            learned_at, opened_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
        let (urgent, drill) = (i64::from(new.urgent), i64::from(new.drill));
        let [occurred, learned] =
            [new.content.occurred, new.content.learned].map(|at| at.map(|t| t.timestamp_millis()));
        let opened = new.opened.timestamp_millis();
        let id: i64 = on!(self, c => sqlx::query_scalar(SQL).bind(new.unit.0).bind(new.path.as_str())
            .bind(&new.content.class).bind(new.content.severity.code()).bind(urgent).bind(drill).bind(occurred)
            .bind(learned).bind(opened).fetch_one(c).await)?;
        Ok(IncidentId(id))
    }

    /// Puts what a later report says in the place of what was known; an incident that leaders know stays urgent.
    pub async fn update_incident(
        &mut self,
        id: IncidentId,
        content: &IncidentContent,
        urgent: bool,
    ) -> Result<()> {
        const SQL: &str = "UPDATE incident SET class = $2, severity = $3,
            urgent = CASE WHEN $4 = 1 THEN 1 ELSE urgent END,
            occurred_at = COALESCE($5, occurred_at), learned_at = COALESCE($6, learned_at) WHERE id = $1";
        let urgent = i64::from(urgent || content.urgent);
        let [occurred, learned] =
            [content.occurred, content.learned].map(|at| at.map(|t| t.timestamp_millis()));
        on!(self, c => sqlx::query(SQL).bind(id.0).bind(&content.class).bind(content.severity.code()).bind(urgent)
            .bind(occurred).bind(learned).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Closes incidents; one that is closed stays as it is.
    pub async fn close_incident(&mut self, id: IncidentId, now: Timestamp) -> Result<()> {
        const SQL: &str = "UPDATE incident SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL";
        let at = now.timestamp_millis();
        on!(self, c => sqlx::query(SQL).bind(id.0).bind(at).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Adds a report to an incident, under the next number.
    pub async fn add_report(
        &mut self,
        incident: IncidentId,
        kind: ReportKind,
        check_in: CheckInId,
        at: Timestamp,
    ) -> Result<ReportId> {
        const SQL: &str = "INSERT INTO incident_report (incident_id, number, kind, check_in_id, at)
            VALUES ($1, (SELECT COALESCE(MAX(number), 0) + 1 FROM incident_report WHERE incident_id = $1), $2, $3, $4)
            RETURNING id";
        let at = at.timestamp_millis();
        let id: i64 = on!(self, c => sqlx::query_scalar(SQL).bind(incident.0).bind(kind.code()).bind(check_in.0)
            .bind(at).fetch_one(c).await)?;
        Ok(ReportId(id))
    }
}
