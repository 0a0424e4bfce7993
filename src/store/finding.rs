//! Knows what people found of how something was reported, and what the unit said to it.

use super::obligation::instant;
use super::{Conn, Error, Result, Tx, content, on};
use crate::domain::checkin::Author;
use crate::domain::ids::{AccountId, IncidentId, ObligationId, UnitId};
use crate::domain::incident::FindingKind;
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitPath;

/// A finding as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFinding {
    /// Its row.
    pub id: i64,
    /// What was found.
    pub kind: FindingKind,
    /// Of which unit.
    pub unit: UnitId,
    /// Where the unit stood.
    pub path: UnitPath,
    /// The incident that it is about.
    pub incident: Option<IncidentId>,
    /// The obligation that it is about.
    pub obligation: Option<ObligationId>,
    /// Why, in words.
    pub note: String,
    /// The post of whoever found it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What the unit says, and when.
    pub reply: Option<(String, Timestamp)>,
}

/// A finding to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewFinding<'a> {
    /// What was found.
    pub kind: FindingKind,
    /// Of which unit.
    pub unit: UnitId,
    /// Where the unit stands.
    pub path: &'a UnitPath,
    /// The incident that it is about.
    pub incident: Option<IncidentId>,
    /// The obligation that it is about.
    pub obligation: Option<ObligationId>,
    /// Why.
    pub note: &'a str,
    /// Who found it.
    pub by: AccountId,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    kind: String,
    unit_id: i64,
    path: String,
    incident_id: Option<i64>,
    obligation_id: Option<i64>,
    note: String,
    label: String,
    at: i64,
    reply: Option<String>,
    replied_at: Option<i64>,
}

impl TryFrom<Row> for StoredFinding {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let broken = |column, value: &str| Error::broken("finding", column, row.id, value);
        let replied = row
            .replied_at
            .map(|ms| instant("finding", "replied_at", row.id, ms))
            .transpose()?;
        Ok(Self {
            id: row.id,
            kind: FindingKind::parse(&row.kind).ok_or_else(|| broken("kind", &row.kind))?,
            unit: UnitId(row.unit_id),
            path: UnitPath::parse(&row.path).map_err(|_| broken("path", &row.path))?,
            incident: row.incident_id.map(IncidentId),
            obligation: row.obligation_id.map(ObligationId),
            note: row.note,
            by: row.label,
            at: instant("finding", "at", row.id, row.at)?,
            reply: row.reply.zip(replied),
        })
    }
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT f.id, f.kind, f.unit_id, f.path, f.incident_id, f.obligation_id, f.note, a.label, f.at, f.reply,
                f.replied_at FROM finding f JOIN account a ON a.id = f.by_account ",
            $rest
        )
    };
}

fn read(rows: Vec<Row>) -> Result<Vec<StoredFinding>> {
    rows.into_iter().map(StoredFinding::try_from).collect()
}

impl Conn {
    /// Gives a finding.
    pub async fn finding(&mut self, id: i64) -> Result<Option<StoredFinding>> {
        const SQL: &str = columns!("WHERE f.id = $1");
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?;
        row.map(StoredFinding::try_from).transpose()
    }

    /// Gives the findings about a unit since an instant, the newest first.
    pub async fn findings_of(&mut self, unit: UnitId, since: Timestamp) -> Result<Vec<StoredFinding>> {
        const SQL: &str = columns!("WHERE f.unit_id = $1 AND f.at >= $2 ORDER BY f.id DESC LIMIT 50");
        let since = since.timestamp_millis();
        read(on!(self, c => sqlx::query_as(SQL).bind(unit.0).bind(since).fetch_all(c).await)?)
    }

    /// Gives the findings about an incident, the first one first.
    pub async fn findings_on(&mut self, incident: IncidentId) -> Result<Vec<StoredFinding>> {
        const SQL: &str = columns!("WHERE f.incident_id = $1 ORDER BY f.id");
        read(on!(self, c => sqlx::query_as(SQL).bind(incident.0).fetch_all(c).await)?)
    }
}

impl Tx {
    /// Records a finding.
    pub async fn add_finding(&mut self, new: NewFinding<'_>, now: Timestamp) -> Result<i64> {
        const SQL: &str =
            "INSERT INTO finding (kind, unit_id, path, incident_id, obligation_id, note, by_account, at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";
        let (incident, obligation) = (new.incident.map(|id| id.0), new.obligation.map(|id| id.0));
        Ok(
            on!(self, c => sqlx::query_scalar(SQL).bind(new.kind.code()).bind(new.unit.0).bind(new.path.as_str())
            .bind(incident).bind(obligation).bind(new.note).bind(new.by.0).bind(now.timestamp_millis())
            .fetch_one(c).await)?,
        )
    }

    /// Records what the unit says to a finding; what it said before stands. Gives whether this is it.
    pub async fn reply_to_finding(
        &mut self,
        id: i64,
        reply: &str,
        by: Author,
        now: Timestamp,
    ) -> Result<bool> {
        const SQL: &str = "UPDATE finding SET reply = $2, replied_by = $3, replied_at = $4
            WHERE id = $1 AND reply IS NULL";
        let (by, at) = (content::author_text(by), now.timestamp_millis());
        let done = on!(self, c => sqlx::query(SQL).bind(id).bind(reply).bind(by).bind(at)
            .execute(c).await.map(|d| d.rows_affected()))?;
        Ok(done > 0)
    }
}
