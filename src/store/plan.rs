//! Knows the plans of incidents, every version of them, and which steps were done.

use super::obligation::instant;
use super::{Conn, Error, Result, Tx, content, on};
use crate::domain::checkin::Author;
use crate::domain::ids::{AccountId, IncidentId};
use crate::domain::plan::For;
use crate::domain::time::Timestamp;

/// One version of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPlan {
    /// Its row.
    pub id: i64,
    /// For which incidents it is.
    pub of: For,
    /// Counted from 1.
    pub version: i64,
    /// In Chinese, as it was typed; both empty: the plan is withdrawn.
    pub zh: String,
    /// In English; empty: there is none.
    pub en: String,
    /// The post of whoever wrote it; none: it came with the program.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A version to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewPlan<'a> {
    /// For which incidents it is.
    pub of: &'a For,
    /// Counted from 1.
    pub version: i64,
    /// In Chinese.
    pub zh: &'a str,
    /// In English.
    pub en: &'a str,
    /// Who wrote it.
    pub by: Option<AccountId>,
}

/// A step of a plan that was done for an incident, or was not after all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTick {
    /// Its row.
    pub id: i64,
    /// The version of the plan that was read.
    pub plan: i64,
    /// Which step, counted from 0.
    pub step: usize,
    /// Whether it was done.
    pub done: bool,
    /// Who said so.
    pub author: Author,
    /// When.
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    class: String,
    severity: String,
    version: i64,
    zh: String,
    en: String,
    label: Option<String>,
    at: i64,
}

impl TryFrom<Row> for StoredPlan {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let of = For::parse(&row.class, &row.severity);
        Ok(Self {
            id: row.id,
            of: of.ok_or_else(|| Error::broken("plan", "severity", row.id, &row.severity))?,
            version: row.version,
            zh: row.zh,
            en: row.en,
            by: row.label,
            at: instant("plan", "at", row.id, row.at)?,
        })
    }
}

macro_rules! plans {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.class, p.severity, p.version, p.zh, p.en, a.label, p.at
                FROM plan p LEFT JOIN account a ON a.id = p.by_account ",
            $rest
        )
    };
}

fn read(rows: Vec<Row>) -> Result<Vec<StoredPlan>> {
    rows.into_iter().map(StoredPlan::try_from).collect()
}

impl Conn {
    /// Gives the last version of every plan, also of those that were withdrawn.
    pub async fn plans(&mut self) -> Result<Vec<StoredPlan>> {
        const SQL: &str = plans!(
            "WHERE p.version = (SELECT MAX(q.version) FROM plan q
                WHERE q.class = p.class AND q.severity = p.severity) ORDER BY p.class, p.severity"
        );
        read(on!(self, c => sqlx::query_as(SQL).fetch_all(c).await)?)
    }

    /// Gives every version of a plan, the last one first.
    pub async fn plan_versions(&mut self, of: &For) -> Result<Vec<StoredPlan>> {
        const SQL: &str = plans!("WHERE p.class = $1 AND p.severity = $2 ORDER BY p.version DESC");
        let (class, severity) = codes(of);
        read(on!(self, c => sqlx::query_as(SQL).bind(class).bind(severity).fetch_all(c).await)?)
    }

    /// Gives one version.
    pub async fn plan(&mut self, id: i64) -> Result<Option<StoredPlan>> {
        const SQL: &str = plans!("WHERE p.id = $1");
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?;
        row.map(StoredPlan::try_from).transpose()
    }

    /// Gives what was ticked for an incident, the first thing first.
    pub async fn plan_ticks(&mut self, incident: IncidentId) -> Result<Vec<StoredTick>> {
        const SQL: &str =
            "SELECT id, plan_id, step, done, author, at FROM plan_tick WHERE incident_id = $1 ORDER BY id";
        let rows: Vec<(i64, i64, i64, i64, String, i64)> =
            on!(self, c => sqlx::query_as(SQL).bind(incident.0).fetch_all(c).await)?;
        let tick = |(id, plan, step, done, author, at): (i64, i64, i64, i64, String, i64)| {
            Ok(StoredTick {
                id,
                plan,
                step: usize::try_from(step)
                    .map_err(|_| Error::broken("plan_tick", "step", id, step.to_string()))?,
                done: done != 0,
                author: content::author(&author)
                    .ok_or_else(|| Error::broken("plan_tick", "author", id, &author))?,
                at: instant("plan_tick", "at", id, at)?,
            })
        };
        rows.into_iter().map(tick).collect()
    }
}

impl Tx {
    /// Records a version of a plan, unless there is one of that number. Gives whether it is this one that was written.
    pub async fn add_plan(&mut self, new: NewPlan<'_>, now: Timestamp) -> Result<bool> {
        const SQL: &str = "INSERT INTO plan (class, severity, version, zh, en, by_account, at)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (class, severity, version) DO NOTHING";
        let ((class, severity), by) = (codes(new.of), new.by.map(|id| id.0));
        let done = on!(self, c => sqlx::query(SQL).bind(class).bind(severity).bind(new.version).bind(new.zh)
            .bind(new.en).bind(by).bind(now.timestamp_millis()).execute(c).await.map(|d| d.rows_affected()))?;
        Ok(done > 0)
    }

    /// Records that a step was done for an incident, or was not after all.
    pub async fn add_plan_tick(
        &mut self,
        incident: IncidentId,
        (plan, step): (i64, usize),
        done: bool,
        author: Author,
        now: Timestamp,
    ) -> Result<()> {
        const SQL: &str = "INSERT INTO plan_tick (incident_id, plan_id, step, done, author, at)
            VALUES ($1, $2, $3, $4, $5, $6)";
        let (step, author) = (
            i64::try_from(step).unwrap_or(i64::MAX),
            content::author_text(author),
        );
        on!(self, c => sqlx::query(SQL).bind(incident.0).bind(plan).bind(step).bind(i64::from(done)).bind(author)
            .bind(now.timestamp_millis()).execute(c).await.map(|_| ()))?;
        Ok(())
    }
}

fn codes(of: &For) -> (&str, &str) {
    (
        of.class.as_deref().unwrap_or_default(),
        of.severity.unwrap_or_default(),
    )
}
