//! Knows alerts: the pinned policy, how far each has come, and the letters of its rounds of calls.

use super::obligation::instant;
use super::{Conn, Error, Result, Tx, held, on};
use crate::domain::alert::{Alert, Coming, Policy, Red, State};
use crate::domain::ids::{AlertId, CheckInId, IncidentId, ReportId, UnitId};
use crate::domain::time::Timestamp;

/// An alert as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredAlert {
    /// Its row.
    pub id: AlertId,
    /// The report that raised it.
    pub report: ReportId,
    /// The check-in of that report.
    pub check_in: CheckInId,
    /// The incident.
    pub incident: IncidentId,
    /// Who is told, pinned when it was raised.
    pub policy: Policy,
    /// How far it has come.
    pub alert: Alert,
    /// When it was raised.
    pub raised: Timestamp,
    /// The last reason why it is red: `nobody`, `failed`, `silent`, `exhausted`.
    pub red: Option<String>,
}

impl StoredAlert {
    /// Gives what comes next if nobody answers, and when.
    pub fn coming(&self) -> Option<(Timestamp, Coming)> {
        self.alert.coming(&self.policy)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    report_id: i64,
    check_in_id: i64,
    incident_id: i64,
    policy: String,
    progress: String,
    raised_at: i64,
    red: Option<String>,
}

impl TryFrom<Row> for StoredAlert {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let broken = |column, value: &str| Error::broken("alert", column, row.id, value);
        Ok(Self {
            id: AlertId(row.id),
            report: ReportId(row.report_id),
            check_in: CheckInId(row.check_in_id),
            incident: IncidentId(row.incident_id),
            policy: serde_json::from_str(&row.policy).map_err(|_| broken("policy", &row.policy))?,
            alert: serde_json::from_str(&row.progress).map_err(|_| broken("progress", &row.progress))?,
            raised: instant("alert", "raised_at", row.id, row.raised_at)?,
            red: row.red,
        })
    }
}

/// An alert to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewAlert<'a> {
    /// The report that raises it.
    pub report: ReportId,
    /// The incident.
    pub incident: IncidentId,
    /// Who is told.
    pub policy: &'a Policy,
    /// How far it has come.
    pub alert: &'a Alert,
    /// Why it is red from the beginning, if it is.
    pub red: Option<Red>,
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT a.id, a.report_id, i.check_in_id, a.incident_id, a.policy, a.progress, a.raised_at, a.red
             FROM alert a JOIN incident_report i ON i.id = a.report_id ",
            $rest
        )
    };
}

impl Conn {
    /// Gives an alert.
    pub async fn alert(&mut self, id: AlertId) -> Result<Option<StoredAlert>> {
        const SQL: &str = columns!("WHERE a.id = $1");
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
        row.map(StoredAlert::try_from).transpose()
    }

    /// Gives the alerts of an incident, the oldest first.
    pub async fn alerts_of(&mut self, incident: IncidentId) -> Result<Vec<StoredAlert>> {
        const SQL: &str = columns!("WHERE a.incident_id = $1 ORDER BY a.id");
        let rows: Vec<Row> = on!(self, c => sqlx::query_as(SQL).bind(incident.0).fetch_all(c).await)?;
        rows.into_iter().map(StoredAlert::try_from).collect()
    }

    /// Gives the urgent reports of a unit that nobody has yet, the last first: each with its check-in, and since when.
    pub async fn unanswered_of(&mut self, unit: UnitId) -> Result<Vec<(CheckInId, Timestamp)>> {
        const SQL: &str =
            "SELECT p.check_in_id, a.raised_at FROM alert a JOIN incident i ON i.id = a.incident_id
            JOIN incident_report p ON p.id = a.report_id
            WHERE a.acknowledged_at IS NULL AND i.unit_id = $1 ORDER BY a.id DESC LIMIT 20";
        let rows: Vec<(i64, i64)> = on!(self, c => sqlx::query_as(SQL).bind(unit.0).fetch_all(c).await)?;
        let one = |(id, at)| Ok((CheckInId(id), instant("alert", "raised_at", id, at)?));
        rows.into_iter().map(one).collect()
    }

    /// Gives the alert that a check-in raised, if it did.
    pub async fn alert_by(&mut self, check_in: CheckInId) -> Result<Option<AlertId>> {
        const SQL: &str = "SELECT a.id FROM alert a JOIN incident_report i ON i.id = a.report_id
            WHERE i.check_in_id = $1";
        let id: Option<i64> =
            on!(self, c => sqlx::query_scalar(SQL).bind(check_in.0).fetch_optional(c).await)?;
        Ok(id.map(AlertId))
    }

    /// Gives the alerts that want to be looked at, the longest overdue first.
    pub async fn alerts_due(&mut self, now: Timestamp) -> Result<Vec<AlertId>> {
        const SQL: &str =
            "SELECT id FROM alert WHERE next_at IS NOT NULL AND next_at <= $1 ORDER BY next_at, id";
        let ids: Vec<i64> =
            on!(self, c => sqlx::query_scalar(SQL).bind(now.timestamp_millis()).fetch_all(c).await)?;
        Ok(ids.into_iter().map(AlertId).collect())
    }

    /// Gives when the next alert wants to be looked at.
    pub async fn next_alert_at(&mut self) -> Result<Option<Timestamp>> {
        const SQL: &str = "SELECT MIN(next_at) FROM alert WHERE next_at IS NOT NULL";
        let at: Option<i64> = on!(self, c => sqlx::query_scalar(SQL).fetch_one(c).await)?;
        at.map(|ms| instant("alert", "next_at", 0, ms)).transpose()
    }

    /// Gives the rounds of calls that failed: every letter of theirs is dead, and that was not passed on yet.
    pub async fn calls_to_pass_on(&mut self) -> Result<Vec<(AlertId, u32, usize)>> {
        const SQL: &str = "SELECT DISTINCT l.alert_id, l.pass, l.step FROM letter l
            WHERE l.state = 'dead' AND l.passed_at IS NULL AND l.alert_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM letter o WHERE o.alert_id = l.alert_id AND o.pass = l.pass
                AND o.step = l.step AND o.state <> 'dead')
            ORDER BY l.alert_id, l.pass, l.step";
        let rows: Vec<(i64, i64, i64)> = on!(self, c => sqlx::query_as(SQL).fetch_all(c).await)?;
        let call = |(alert, pass, step): (i64, i64, i64)| {
            let pass = u32::try_from(pass).map_err(|_| Error::broken("letter", "pass", alert, pass))?;
            let step = usize::try_from(step).map_err(|_| Error::broken("letter", "step", alert, step))?;
            Ok((AlertId(alert), pass, step))
        };
        rows.into_iter().map(call).collect()
    }
}

impl Tx {
    /// Gives an alert and holds it until the transaction ends.
    pub async fn hold_alert(&mut self, id: AlertId) -> Result<Option<StoredAlert>> {
        let sql = held!(self, "SELECT id FROM alert WHERE id = $1");
        let held: Option<i64> = on!(self, c => sqlx::query_scalar(sql).bind(id.0).fetch_optional(c).await)?;
        match held {
            Some(_) => self.alert(id).await,
            None => Ok(None),
        }
    }

    /// Raises an alert.
    pub async fn add_alert(&mut self, new: NewAlert<'_>, now: Timestamp) -> Result<AlertId> {
        const SQL: &str =
            "INSERT INTO alert (report_id, incident_id, policy, progress, raised_at, next_at, red)
            VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id";
        let (policy, progress) = (written(new.policy)?, written(new.alert)?);
        let next = new.alert.next_at().map(|t| t.timestamp_millis());
        let id: i64 = on!(self, c => sqlx::query_scalar(SQL).bind(new.report.0).bind(new.incident.0).bind(&policy)
            .bind(&progress).bind(now.timestamp_millis()).bind(next).bind(new.red.map(code)).fetch_one(c).await)?;
        Ok(AlertId(id))
    }

    /// Records how far an alert has come, and the reason if it has turned red.
    pub async fn put_alert(&mut self, id: AlertId, alert: &Alert, red: Option<Red>) -> Result<()> {
        const SQL: &str = "UPDATE alert SET progress = $2, next_at = $3, red = COALESCE($4, red),
            acknowledged_at = $5, exhausted_at = COALESCE($6, exhausted_at) WHERE id = $1";
        let (acknowledged, exhausted) = match alert.state {
            State::Running { .. } => (None, None),
            State::Acknowledged { at, .. } => (Some(at.timestamp_millis()), None),
            State::Exhausted { at } => (None, Some(at.timestamp_millis())),
        };
        let progress = written(alert)?;
        let next = alert.next_at().map(|t| t.timestamp_millis());
        on!(self, c => sqlx::query(SQL).bind(id.0).bind(&progress).bind(next).bind(red.map(code)).bind(acknowledged)
            .bind(exhausted).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Keeps whom an alert tells, after they were looked up again.
    pub async fn put_policy(&mut self, id: AlertId, policy: &Policy) -> Result<()> {
        const SQL: &str = "UPDATE alert SET policy = $2 WHERE id = $1";
        let policy = written(policy)?;
        on!(self, c => sqlx::query(SQL).bind(id.0).bind(&policy).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Looks at an alert later, so that one that cannot be read starves no other.
    pub async fn postpone_alert(&mut self, id: AlertId, until: Timestamp) -> Result<()> {
        const SQL: &str = "UPDATE alert SET next_at = $2 WHERE id = $1 AND next_at IS NOT NULL";
        let until = until.timestamp_millis();
        on!(self, c => sqlx::query(SQL).bind(id.0).bind(until).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Takes back the letters of an alert that were never tried, but for those of one round of calls.
    pub async fn withdraw_letters(
        &mut self,
        id: AlertId,
        but: Option<(u32, usize)>,
        now: Timestamp,
    ) -> Result<u64> {
        const SQL: &str = "UPDATE letter SET state = 'obsolete', ended_at = $2
            WHERE alert_id = $1 AND state = 'waiting' AND frozen IS NULL AND NOT (pass = $3 AND step = $4)";
        let (pass, step) = but.map_or((-1, -1), |(pass, step)| {
            (i64::from(pass), i64::try_from(step).unwrap_or(i64::MAX))
        });
        let at = now.timestamp_millis();
        Ok(
            on!(self, c => sqlx::query(SQL).bind(id.0).bind(at).bind(pass).bind(step)
            .execute(c).await.map(|d| d.rows_affected()))?,
        )
    }

    /// Records that the failure of a round of calls was passed on.
    pub async fn pass_call_on(&mut self, id: AlertId, pass: u32, step: usize, now: Timestamp) -> Result<()> {
        const SQL: &str = "UPDATE letter SET passed_at = $4
            WHERE alert_id = $1 AND pass = $2 AND step = $3 AND state = 'dead' AND passed_at IS NULL";
        let (step, at) = (i64::try_from(step).unwrap_or(i64::MAX), now.timestamp_millis());
        on!(self, c => sqlx::query(SQL).bind(id.0).bind(i64::from(pass)).bind(step).bind(at)
            .execute(c).await.map(|_| ()))?;
        Ok(())
    }
}

fn code(red: Red) -> &'static str {
    match red {
        Red::Nobody { .. } => "nobody",
        Red::Failed { .. } => "failed",
        Red::Exhausted => "exhausted",
        Red::Silent => "silent",
    }
}

fn written<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Other(error.to_string()))
}
