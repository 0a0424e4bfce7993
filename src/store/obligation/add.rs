//! Knows how obligations are written when a round opens. What those of a round have in common travels once, and not with
//! each of their rows: a nation opens in half the time.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::ids::{ObligationId, RoundId};
use crate::store::outbox::ids;
use crate::store::unit::json;
use crate::store::{Result, Tx, batch, on};

/// An obligation to be written.
#[derive(Debug, Clone)]
pub struct NewRow {
    /// The unit.
    pub unit_id: i64,
    /// Where the unit stands.
    pub path: String,
    /// [`crate::domain::obligation::Kind::code`].
    pub kind: &'static str,
    /// The incident of a follow-up, else empty.
    pub subject: String,
    /// The round whose ladder it follows.
    pub round_id: Option<i64>,
    /// The day that it is for.
    pub business_date: String,
    /// Unix milliseconds.
    pub opens_at: i64,
    /// Unix milliseconds.
    pub due_at: i64,
    /// Milliseconds.
    pub grace_ms: i64,
    /// Unix milliseconds.
    pub closes_at: i64,
    /// 1 for a drill.
    pub drill: i64,
}

/// What the obligations of a round have in common: it travels once, and not with each of their rows.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Form<'a> {
    kind: &'static str,
    round_id: Option<i64>,
    business_date: &'a str,
    opens_at: i64,
    due_at: i64,
    grace_ms: i64,
    closes_at: i64,
    drill: i64,
}

impl<'a> Form<'a> {
    fn of(row: &'a NewRow) -> Self {
        Self {
            kind: row.kind,
            round_id: row.round_id,
            business_date: &row.business_date,
            opens_at: row.opens_at,
            due_at: row.due_at,
            grace_ms: row.grace_ms,
            closes_at: row.closes_at,
            drill: row.drill,
        }
    }
}

/// What an obligation has of its own.
#[derive(Serialize)]
struct Place<'a> {
    unit_id: i64,
    path: &'a str,
    subject: &'a str,
}

impl<'a> Place<'a> {
    fn of(row: &'a NewRow) -> Self {
        Self {
            unit_id: row.unit_id,
            path: &row.path,
            subject: &row.subject,
        }
    }
}

/// An obligation that was written, by its row and what makes it unique.
#[derive(Debug, Clone)]
pub struct Added {
    /// The row.
    pub id: i64,
    /// The unit.
    pub unit_id: i64,
    /// [`crate::domain::obligation::Kind::code`].
    pub kind: &'static str,
    /// 1 for a drill.
    pub drill: i64,
    /// Unix milliseconds.
    pub scheduled_due: i64,
}

impl Tx {
    /// Writes obligations and gives the new ones; those that are there already stay as they are.
    pub async fn add_obligations(&mut self, rows: &[NewRow]) -> Result<Vec<Added>> {
        let mut forms: BTreeMap<Form<'_>, Vec<Place<'_>>> = BTreeMap::new();
        for row in rows {
            forms.entry(Form::of(row)).or_default().push(Place::of(row));
        }
        let mut added = Vec::with_capacity(rows.len());
        for (form, places) in forms {
            let written = self.add_obligations_alike(&form, &places).await?.into_iter();
            added.extend(written.map(|(id, unit_id)| Added {
                id,
                unit_id,
                kind: form.kind,
                drill: form.drill,
                scheduled_due: form.due_at,
            }));
        }
        Ok(added)
    }

    /// Writes obligations that differ in their unit and incident only; gives the new rows with their units.
    async fn add_obligations_alike(
        &mut self,
        form: &Form<'_>,
        places: &[Place<'_>],
    ) -> Result<Vec<(i64, i64)>> {
        let sql = batch!(self, "INSERT INTO obligation (unit_id, path, subject, kind, round_id, business_date,
            opens_at, scheduled_due, due_at, scheduled_closes, closes_at, grace_ms, drill, resumption, paused_step)
            SELECT r.unit_id, r.path, r.subject, $2, $3, $4, $5, $6, $6, $7, $7, $8, $9, 0, -1 FROM ",
            [unit_id bigint, path text, subject text],
            " WHERE true ON CONFLICT (unit_id, kind, subject, drill, scheduled_due) DO NOTHING RETURNING id, unit_id");
        let rows = json(places)?;
        Ok(
            on!(self, c => sqlx::query_as(sql).bind(rows).bind(form.kind).bind(form.round_id).bind(form.business_date)
            .bind(form.opens_at).bind(form.due_at).bind(form.closes_at).bind(form.grace_ms).bind(form.drill)
            .fetch_all(c).await)?,
        )
    }

    /// Records which rounds obligations serve.
    pub async fn add_sources(&mut self, attached: &[(ObligationId, RoundId)]) -> Result<()> {
        let mut rounds: BTreeMap<RoundId, Vec<i64>> = BTreeMap::new();
        for (obligation, round) in attached {
            rounds.entry(*round).or_default().push(obligation.0);
        }
        let sql = batch!(self, "INSERT INTO obligation_source (obligation_id, round_id) SELECT r.id, $2 FROM ",
            [id bigint], " WHERE true ON CONFLICT DO NOTHING");
        for (round, obligations) in rounds {
            let ids = ids(&obligations)?;
            on!(self, c => sqlx::query(sql).bind(ids).bind(round.0).execute(c).await.map(|_| ()))?;
        }
        Ok(())
    }
}
