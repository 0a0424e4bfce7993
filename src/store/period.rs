//! Knows declared periods, the versions of their rules, and ladders.

use chrono::TimeDelta;

use super::obligation::instant;
use super::unit::json;
use super::{Conn, Error, Result, Tx, on};
use crate::domain::calendar::DayKind;
use crate::domain::ids::{LadderId, PeriodId, RuleId};
use crate::domain::ladder::Ladder;
use crate::domain::period::{Hours, Level, Period, RoundRule};
use crate::domain::time::{BusinessDate, Timestamp};

#[derive(sqlx::FromRow)]
struct PeriodRow {
    id: i64,
    name: String,
    basis: String,
    level: String,
    scope: String,
    starts_at: i64,
    ends_at: i64,
    stopped_at: Option<i64>,
    drill: i64,
}

impl TryFrom<PeriodRow> for Period {
    type Error = Error;
    fn try_from(row: PeriodRow) -> Result<Self> {
        let at = |column, ms| instant("period", column, row.id, ms);
        Ok(Self {
            id: PeriodId(row.id),
            level: Level::parse(&row.level)
                .ok_or_else(|| Error::broken("period", "level", row.id, &row.level))?,
            scope: serde_json::from_str(&row.scope)
                .map_err(|_| Error::broken("period", "scope", row.id, &row.scope))?,
            starts: at("starts_at", row.starts_at)?,
            ends: at("ends_at", row.ends_at)?,
            stopped: row.stopped_at.map(|ms| at("stopped_at", ms)).transpose()?,
            drill: row.drill != 0,
            rules: Vec::new(),
            name: row.name,
            basis: row.basis,
        })
    }
}

#[derive(sqlx::FromRow)]
struct RuleRow {
    id: i64,
    period_id: i64,
    label: String,
    opens: String,
    due: String,
    grace_ms: i64,
    closes: String,
    days: String,
    roll_up: i64,
    ladder_id: i64,
    valid_from: String,
    valid_until: Option<String>,
}

impl TryFrom<RuleRow> for RoundRule {
    type Error = Error;
    fn try_from(row: RuleRow) -> Result<Self> {
        let broken = |column, value: &str| Error::broken("round_rule", column, row.id, value);
        let time = |column, text: &str| text.parse().map_err(|_| broken(column, text));
        let day = |column, text: &str| text.parse::<BusinessDate>().map_err(|_| broken(column, text));
        let hours = Hours::new(
            time("opens", &row.opens)?,
            time("due", &row.due)?,
            TimeDelta::milliseconds(row.grace_ms),
            time("closes", &row.closes)?,
        )
        .map_err(|error| broken("due", &error.to_string()))?;
        Ok(Self {
            id: RuleId(row.id),
            hours,
            days: DayKind::parse(&row.days).ok_or_else(|| broken("days", &row.days))?,
            roll_up: row.roll_up != 0,
            from: day("valid_from", &row.valid_from)?,
            until: row
                .valid_until
                .as_deref()
                .map(|text| day("valid_until", text))
                .transpose()?,
            ladder: LadderId(row.ladder_id),
            label: row.label,
        })
    }
}

impl Conn {
    /// Gives the periods that end (or were stopped) after an instant, with their rules, in order of declaration.
    pub async fn periods_ending_after(&mut self, instant: Timestamp) -> Result<Vec<Period>> {
        const PERIODS: &str = "SELECT id, name, basis, level, scope, starts_at, ends_at, stopped_at, drill
            FROM period WHERE COALESCE(stopped_at, ends_at) > $1 ORDER BY id";
        const RULES: &str = "SELECT u.id, u.period_id, u.label, u.opens, u.due, u.grace_ms, u.closes, u.days,
                u.roll_up, u.ladder_id, u.valid_from, u.valid_until
            FROM round_rule u JOIN period p ON p.id = u.period_id
            WHERE COALESCE(p.stopped_at, p.ends_at) > $1 ORDER BY u.id";
        let at = instant.timestamp_millis();
        let rows: Vec<PeriodRow> = on!(self, c => sqlx::query_as(PERIODS).bind(at).fetch_all(c).await)?;
        let rules: Vec<RuleRow> = on!(self, c => sqlx::query_as(RULES).bind(at).fetch_all(c).await)?;
        let mut periods = rows
            .into_iter()
            .map(Period::try_from)
            .collect::<Result<Vec<_>>>()?;
        for row in rules {
            let owner = row.period_id;
            let rule = RoundRule::try_from(row)?;
            if let Some(period) = periods.iter_mut().find(|period| period.id.0 == owner) {
                period.rules.push(rule);
            }
        }
        Ok(periods)
    }

    /// Gives a period with its rules.
    pub async fn period(&mut self, id: PeriodId) -> Result<Option<Period>> {
        const PERIOD: &str = "SELECT id, name, basis, level, scope, starts_at, ends_at, stopped_at, drill
            FROM period WHERE id = $1";
        const RULES: &str =
            "SELECT id, period_id, label, opens, due, grace_ms, closes, days, roll_up, ladder_id,
            valid_from, valid_until FROM round_rule WHERE period_id = $1 ORDER BY id";
        let row: Option<PeriodRow> =
            on!(self, c => sqlx::query_as(PERIOD).bind(id.0).fetch_optional(c).await)?;
        let Some(row) = row else { return Ok(None) };
        let rules: Vec<RuleRow> = on!(self, c => sqlx::query_as(RULES).bind(id.0).fetch_all(c).await)?;
        let mut period = Period::try_from(row)?;
        period.rules = rules
            .into_iter()
            .map(RoundRule::try_from)
            .collect::<Result<_>>()?;
        Ok(Some(period))
    }

    /// Gives a ladder.
    pub async fn ladder(&mut self, id: LadderId) -> Result<Option<Ladder>> {
        const SQL: &str = "SELECT steps FROM ladder WHERE id = $1";
        let text: Option<String> =
            on!(self, c => sqlx::query_scalar(SQL).bind(id.0).fetch_optional(c).await)?;
        let read = |text: String| {
            serde_json::from_str(&text).map_err(|_| Error::broken("ladder", "steps", id.0, &text))
        };
        text.map(read).transpose()
    }
}

impl Tx {
    /// Writes a declared period without its rules and gives its id; the id it came with is not read.
    pub async fn add_period(&mut self, period: &Period, now: Timestamp) -> Result<PeriodId> {
        const SQL: &str = "INSERT INTO period
            (name, basis, level, scope, starts_at, ends_at, drill, declared_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id";
        let (starts, ends) = (period.starts.timestamp_millis(), period.ends.timestamp_millis());
        let (scope, drill, at) = (
            json(&period.scope)?,
            i64::from(period.drill),
            now.timestamp_millis(),
        );
        let id: i64 = on!(self, c => sqlx::query_scalar(SQL).bind(&period.name).bind(&period.basis)
            .bind(period.level.code()).bind(scope).bind(starts).bind(ends).bind(drill).bind(at)
            .fetch_one(c).await)?;
        Ok(PeriodId(id))
    }

    /// Writes one version of a rule and gives its id; the id it came with is not read.
    pub async fn add_rule(&mut self, period: PeriodId, rule: &RoundRule) -> Result<RuleId> {
        const SQL: &str = "INSERT INTO round_rule
            (period_id, label, opens, due, grace_ms, closes, days, roll_up, ladder_id, valid_from, valid_until)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id";
        let hours = &rule.hours;
        let (opens, due) = (hours.opens().to_string(), hours.due().to_string());
        let (closes, grace) = (hours.closes().to_string(), hours.grace().num_milliseconds());
        let (from, until) = (rule.from.to_string(), rule.until.map(|day| day.to_string()));
        let id: i64 = on!(self, c => sqlx::query_scalar(SQL).bind(period.0).bind(&rule.label).bind(opens).bind(due)
            .bind(grace).bind(closes).bind(rule.days.code()).bind(i64::from(rule.roll_up)).bind(rule.ladder.0)
            .bind(from).bind(until).fetch_one(c).await)?;
        Ok(RuleId(id))
    }

    /// Ends a version of a rule before a business date.
    pub async fn end_rule(&mut self, rule: RuleId, until: BusinessDate) -> Result<()> {
        const SQL: &str = "UPDATE round_rule SET valid_until = $2 WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(rule.0).bind(until.to_string()).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Puts a new end in force, or the instant at which the period was stopped.
    pub async fn set_period_end(&mut self, period: &Period) -> Result<()> {
        const SQL: &str = "UPDATE period SET ends_at = $2, stopped_at = $3 WHERE id = $1";
        let (ends, stopped) = (
            period.ends.timestamp_millis(),
            period.stopped.map(|t| t.timestamp_millis()),
        );
        on!(self, c => sqlx::query(SQL).bind(period.id.0).bind(ends).bind(stopped).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Pins a ladder: gives the newest version of a name if its steps are the same, else writes the next version.
    pub async fn pin_ladder(&mut self, name: &str, ladder: &Ladder, now: Timestamp) -> Result<LadderId> {
        const NEWEST: &str =
            "SELECT id, version, steps FROM ladder WHERE name = $1 ORDER BY version DESC LIMIT 1";
        const ADD: &str = "INSERT INTO ladder (name, version, steps, created_at) VALUES ($1, $2, $3, $4)
            RETURNING id";
        // Two processes that pin at the same time do it one after the other, and so all that follows in this transaction.
        const ALONE: &str = "LOCK TABLE ladder IN SHARE ROW EXCLUSIVE MODE";
        if let Conn::Postgres(c) = &mut **self {
            sqlx::query(ALONE).execute(&mut **c).await?;
        }
        let steps = json(ladder)?;
        let newest: Option<(i64, i64, String)> =
            on!(self, c => sqlx::query_as(NEWEST).bind(name).fetch_optional(c).await)?;
        let version = match newest {
            Some((id, _, same)) if same == steps => return Ok(LadderId(id)),
            Some((_, version, _)) => version + 1,
            None => 1,
        };
        let at = now.timestamp_millis();
        let id: i64 = on!(self, c => sqlx::query_scalar(ADD).bind(name).bind(version).bind(&steps).bind(at)
            .fetch_one(c).await)?;
        Ok(LadderId(id))
    }
}
