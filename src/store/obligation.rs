//! Knows obligations: how they stand, and the facts that end them; how they are written is in `obligation/add.rs`.

mod add;

pub use add::{Added, NewRow};

use serde::Serialize;

use super::unit::json;
use super::{Conn, Error, Result, Tx, batch, on};
use crate::domain::checkin::{Claim, Content, Provenance};
use crate::domain::ids::{AccountId, CheckInId, IncidentId, ObligationId, PeriodId, RoundId, UnitId};
use crate::domain::obligation::{Held, Kind, Obligation};
use crate::domain::time::{Timestamp, from_millis};
use crate::domain::unit::UnitPath;
use crate::domain::window::Window;

/// An obligation as it is stored: the frozen facts, and what its latest check-in says.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The obligation.
    pub obligation: Obligation,
    /// Where the unit stood when the round opened.
    pub path: UnitPath,
    /// Whether its data count.
    pub drill: bool,
    /// Its latest check-in.
    pub latest: Option<CheckInId>,
    /// Whether the latest check-in is an incident.
    pub incident: bool,
    /// What became of an offline report's own time.
    pub claim: Option<Claim>,
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub(super) id: i64,
    unit_id: i64,
    path: String,
    kind: String,
    subject: String,
    round_id: Option<i64>,
    business_date: String,
    opens_at: i64,
    scheduled_due: i64,
    due_at: i64,
    grace_ms: i64,
    closes_at: i64,
    drill: i64,
    first_received_at: Option<i64>,
    latest_check_in: Option<i64>,
    provenance: Option<String>,
    content: Option<String>,
    claim: Option<String>,
    excused_at: Option<i64>,
    resumption: i64,
    paused_step: i64,
}

/// Reads an instant of a row.
pub(super) fn instant(table: &'static str, column: &'static str, row: i64, ms: i64) -> Result<Timestamp> {
    from_millis(ms).ok_or_else(|| Error::broken(table, column, row, ms))
}

impl TryFrom<Row> for Stored {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let at = |column, ms| instant("obligation", column, row.id, ms);
        let broken = |column, value: &str| Error::broken("obligation", column, row.id, value);
        let incident = row.subject.parse().ok().map(IncidentId);
        let window = Window::new(
            at("opens_at", row.opens_at)?,
            at("due_at", row.due_at)?,
            chrono::TimeDelta::milliseconds(row.grace_ms),
            at("closes_at", row.closes_at)?,
        )
        .map_err(|error| broken("due_at", &error.to_string()))?;
        let provenance = match &row.provenance {
            Some(code) => Some(Provenance::parse(code).ok_or_else(|| broken("provenance", code))?),
            None => None,
        };
        let claim = match &row.claim {
            Some(code) => Some(Claim::parse(code).ok_or_else(|| broken("claim", code))?),
            None => None,
        };
        Ok(Self {
            obligation: Obligation {
                id: ObligationId(row.id),
                unit: UnitId(row.unit_id),
                kind: Kind::parse(&row.kind, incident).ok_or_else(|| broken("kind", &row.kind))?,
                round: row.round_id.map(RoundId),
                day: row
                    .business_date
                    .parse()
                    .map_err(|_| broken("business_date", &row.business_date))?,
                window,
                scheduled_due: at("scheduled_due", row.scheduled_due)?,
                first_received: row
                    .first_received_at
                    .map(|ms| at("first_received_at", ms))
                    .transpose()?,
                provenance,
                claim_accepted: claim == Some(Claim::Accepted),
                excused: row.excused_at.map(|ms| at("excused_at", ms)).transpose()?,
                resumption: (row.resumption != 0)
                    .then(|| at("resumption", row.resumption))
                    .transpose()?,
                paused_step: u32::try_from(row.paused_step).ok(),
            },
            path: UnitPath::parse(&row.path).map_err(|_| broken("path", &row.path))?,
            drill: row.drill != 0,
            latest: row.latest_check_in.map(CheckInId),
            incident: row.content.as_deref() == Some("incident"),
            claim,
        })
    }
}

#[derive(sqlx::FromRow)]
struct HeldRow {
    id: i64,
    unit_id: i64,
    kind: String,
    drill: i64,
    scheduled_due: i64,
    closes_at: i64,
    period_id: i64,
    round_id: i64,
}

impl TryFrom<HeldRow> for Held {
    type Error = Error;
    fn try_from(row: HeldRow) -> Result<Self> {
        Ok(Self {
            obligation: ObligationId(row.id),
            unit: UnitId(row.unit_id),
            kind: Kind::parse(&row.kind, None)
                .ok_or_else(|| Error::broken("obligation", "kind", row.id, &row.kind))?,
            drill: row.drill != 0,
            scheduled_due: instant("obligation", "scheduled_due", row.id, row.scheduled_due)?,
            closes: instant("obligation", "closes_at", row.id, row.closes_at)?,
            period: PeriodId(row.period_id),
            round: RoundId(row.round_id),
        })
    }
}

/// What check-ins make of their obligation.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Met {
    /// The obligation.
    pub id: i64,
    /// When the first of them was received, in Unix milliseconds; kept only if none was before.
    pub received: i64,
    /// The last of them.
    pub check_in: i64,
    /// By what way that came: [`crate::domain::checkin::Provenance::code`].
    pub via: &'static str,
    /// What stands: [`Content::code`]; an incident that was taken back stands until the duty office agrees.
    pub stands: &'static str,
    /// [`Claim::code`], when an own time waits for the duty office.
    pub own_time: Option<&'static str>,
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT o.id, o.unit_id, o.path, o.kind, o.subject, o.round_id, o.business_date, o.opens_at,
                o.scheduled_due, o.due_at, o.grace_ms, o.closes_at, o.drill, o.first_received_at, o.latest_check_in,
                o.provenance, o.content, o.claim, o.excused_at, o.resumption, o.paused_step FROM ",
            $rest
        )
    };
}

/// An obligation that nobody has met, as a chase needs it: what it is and where its unit stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silent {
    /// The obligation.
    pub id: ObligationId,
    /// Where its unit stood when it was opened.
    pub path: UnitPath,
}

impl TryFrom<(i64, String)> for Silent {
    type Error = Error;
    fn try_from((id, path): (i64, String)) -> Result<Self> {
        Ok(Self {
            id: ObligationId(id),
            path: UnitPath::parse(&path).map_err(|_| Error::broken("obligation", "path", id, &path))?,
        })
    }
}

impl From<Stored> for Silent {
    fn from(stored: Stored) -> Self {
        Self {
            id: stored.obligation.id,
            path: stored.path,
        }
    }
}

fn read(rows: Vec<Row>) -> Result<Vec<Stored>> {
    rows.into_iter().map(Stored::try_from).collect()
}

impl Conn {
    /// Gives an obligation.
    pub async fn obligation(&mut self, id: ObligationId) -> Result<Option<Stored>> {
        const SQL: &str = columns!("obligation o WHERE o.id = $1");
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
        row.map(Stored::try_from).transpose()
    }

    /// Gives some obligations, ordered by id.
    pub async fn obligations(&mut self, ids: &[ObligationId]) -> Result<Vec<Stored>> {
        let ids: Vec<UnitId> = ids.iter().map(|id| UnitId(id.0)).collect();
        let sql = batch!(self, columns!(""),
            [id bigint], each [obligation o "o.id = r.id"], " ORDER BY o.id");
        let list = super::unit::id_list(&ids);
        read(on!(self, c => sqlx::query_as(sql).bind(list).fetch_all(c).await)?)
    }

    /// Gives the obligations of a unit that have opened and do not close before an instant, earliest due first.
    pub async fn obligations_of_unit(
        &mut self,
        unit: UnitId,
        opened: Timestamp,
        closing: Timestamp,
    ) -> Result<Vec<Stored>> {
        const SQL: &str = columns!(
            "obligation o WHERE o.unit_id = $1 AND o.opens_at <= $2 AND o.closes_at > $3 ORDER BY o.due_at, o.id"
        );
        let (opened, closing) = (opened.timestamp_millis(), closing.timestamp_millis());
        read(on!(self, c => sqlx::query_as(SQL).bind(unit.0).bind(opened).bind(closing).fetch_all(c).await)?)
    }

    /// Gives the sources of the obligations of some units with a scheduled due time from `from` to `until`, both
    /// included; follow-ups left aside.
    pub async fn held(&mut self, units: &[UnitId], from: Timestamp, until: Timestamp) -> Result<Vec<Held>> {
        let sql = batch!(self, "SELECT o.id, o.unit_id, o.kind, o.drill, o.scheduled_due, o.closes_at, d.period_id,
            d.id AS round_id FROM ", [id bigint],
            each [obligation o "o.unit_id = r.id AND o.subject = '' AND o.scheduled_due BETWEEN $2 AND $3",
                obligation_source s "s.obligation_id = o.id"],
            " JOIN round d ON d.id = s.round_id ORDER BY o.id");
        let list = super::unit::id_list(units);
        let (from, until) = (from.timestamp_millis(), until.timestamp_millis());
        let rows: Vec<HeldRow> =
            on!(self, c => sqlx::query_as(sql).bind(list).bind(from).bind(until).fetch_all(c).await)?;
        rows.into_iter().map(Held::try_from).collect()
    }

    /// Gives the obligations in a range of paths whose offline report claims to have been on time, undecided.
    pub async fn pending_claims(&mut self, range: &(String, String)) -> Result<Vec<Stored>> {
        const SQL: &str = columns!(
            "obligation o WHERE o.claim = 'pending' AND o.path >= $1 AND o.path < $2 ORDER BY o.id LIMIT 500"
        );
        read(on!(self, c => sqlx::query_as(SQL).bind(&range.0).bind(&range.1).fetch_all(c).await)?)
    }

    /// Gives the silent obligations of a group after a row, in order of id, `limit` at most.
    pub async fn unmet(
        &mut self,
        round: RoundId,
        due: Timestamp,
        resumption: i64,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Silent>> {
        const SQL: &str = "SELECT o.id, o.path FROM obligation o
            WHERE o.round_id = $1 AND o.due_at = $2 AND o.resumption = $3 AND o.id > $4
             AND o.first_received_at IS NULL AND o.excused_at IS NULL ORDER BY o.id LIMIT $5";
        let due = due.timestamp_millis();
        let rows: Vec<(i64, String)> = on!(self, c => sqlx::query_as(SQL).bind(round.0).bind(due).bind(resumption).bind(after).bind(limit)
            .fetch_all(c).await)?;
        rows.into_iter().map(Silent::try_from).collect()
    }

    /// Gives the obligations of a round below a path, unmet ones first; `limit` at most.
    pub async fn obligations_of_round(
        &mut self,
        round: RoundId,
        below: &UnitPath,
        limit: i64,
    ) -> Result<Vec<Stored>> {
        const SQL: &str = columns!(
            "obligation o WHERE o.round_id = $1 AND o.path >= $2 AND o.path < $3
             ORDER BY CASE WHEN o.first_received_at IS NULL AND o.excused_at IS NULL THEN 0 ELSE 1 END, o.path
             LIMIT $4"
        );
        let (low, high) = below.range();
        read(
            on!(self, c => sqlx::query_as(SQL).bind(round.0).bind(low).bind(high).bind(limit)
            .fetch_all(c).await)?,
        )
    }
}

impl Tx {
    /// Records that obligations are met, each named once; the first receipt decides timeliness for ever.
    pub async fn meet(&mut self, met: &[Met]) -> Result<()> {
        if met.is_empty() {
            return Ok(());
        }
        let sql = batch!(self, "UPDATE obligation SET first_received_at = COALESCE(first_received_at, r.received),
            claim = COALESCE(r.own_time, claim), latest_check_in = r.check_in, provenance = r.via, content = r.stands
            FROM ", [id bigint, received bigint, check_in bigint, via text, stands text, own_time text],
            " WHERE obligation.id = r.id");
        on!(self, c => sqlx::query(sql).bind(json(met)?).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Records what stands on an obligation after the duty office has decided.
    pub async fn put_standing_content(&mut self, id: ObligationId, content: &Content) -> Result<()> {
        const SQL: &str = "UPDATE obligation SET content = $2 WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(id.0).bind(content.code()).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Records what the duty office decided about an offline report's own time.
    pub async fn put_claim(&mut self, id: ObligationId, claim: Claim) -> Result<()> {
        const SQL: &str = "UPDATE obligation SET claim = $2 WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(id.0).bind(claim.code()).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Gives some obligations in order of id, and holds them until the transaction ends.
    pub async fn hold_obligations(&mut self, ids: &[ObligationId]) -> Result<Vec<Stored>> {
        let ids: Vec<UnitId> = ids.iter().map(|id| UnitId(id.0)).collect();
        let sql = batch!(self, columns!(""),
            [id bigint], " JOIN obligation o ON o.id = r.id ORDER BY o.id", hold o);
        let list = super::unit::id_list(&ids);
        read(on!(self, c => sqlx::query_as(sql).bind(list).fetch_all(c).await)?)
    }

    /// Records a decision that no report need come. Gives whether the obligation was unmet until now.
    pub async fn excuse(
        &mut self,
        id: ObligationId,
        by: AccountId,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool> {
        const MARK: &str = "UPDATE obligation SET excused_at = $2
            WHERE id = $1 AND excused_at IS NULL AND first_received_at IS NULL";
        const RECORD: &str = "INSERT INTO excusal (obligation_id, decided_by, decided_at, reason)
            VALUES ($1, $2, $3, $4)";
        let at = now.timestamp_millis();
        let marked = on!(self, c => sqlx::query(MARK).bind(id.0).bind(at).execute(c).await.map(|d| d.rows_affected()))?;
        if marked == 0 {
            return Ok(false);
        }
        on!(self, c => sqlx::query(RECORD).bind(id.0).bind(by.0).bind(at).bind(reason).execute(c).await.map(|_| ()))?;
        Ok(true)
    }

    /// Takes an excusal back. Gives whether there was one.
    pub async fn undo_excusal(&mut self, id: ObligationId, now: Timestamp) -> Result<bool> {
        const MARK: &str = "UPDATE obligation SET excused_at = NULL WHERE id = $1 AND excused_at IS NOT NULL";
        const RECORD: &str =
            "UPDATE excusal SET undone_at = $2 WHERE obligation_id = $1 AND undone_at IS NULL";
        let at = now.timestamp_millis();
        let marked =
            on!(self, c => sqlx::query(MARK).bind(id.0).execute(c).await.map(|d| d.rows_affected()))?;
        on!(self, c => sqlx::query(RECORD).bind(id.0).bind(at).execute(c).await.map(|_| ()))?;
        Ok(marked > 0)
    }

    /// Puts an extended window in force and records the decision; the pause of the old chase ends with it.
    pub async fn extend(
        &mut self,
        before: &Obligation,
        after: &Obligation,
        by: AccountId,
        reason: &str,
        now: Timestamp,
    ) -> Result<()> {
        const MOVE: &str =
            "UPDATE obligation SET due_at = $2, closes_at = $3, resumption = 0, paused_step = -1
            WHERE id = $1";
        const RECORD: &str = "INSERT INTO extension
            (obligation_id, decided_by, decided_at, reason, due_before, due_after) VALUES ($1, $2, $3, $4, $5, $6)";
        let (old, new) = (
            before.window.due().timestamp_millis(),
            after.window.due().timestamp_millis(),
        );
        let (id, closes, at) = (
            before.id.0,
            after.window.closes().timestamp_millis(),
            now.timestamp_millis(),
        );
        on!(self, c => sqlx::query(MOVE).bind(id).bind(new).bind(closes).execute(c).await.map(|_| ()))?;
        on!(self, c => sqlx::query(RECORD).bind(id).bind(by.0).bind(at).bind(reason).bind(old).bind(new)
            .execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Moves an obligation to the chase group that waits for a resumption, after a step.
    pub async fn pause(&mut self, id: ObligationId, until: Timestamp, step: u32) -> Result<()> {
        const SQL: &str = "UPDATE obligation SET resumption = $2, paused_step = $3 WHERE id = $1";
        let until = until.timestamp_millis();
        on!(self, c => sqlx::query(SQL).bind(id.0).bind(until).bind(i64::from(step)).execute(c).await.map(|_| ()))?;
        Ok(())
    }
}
