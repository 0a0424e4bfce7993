//! Reads what a bulletin is made of: what fell due in a span beneath one office, drills left out.

use crate::domain::bulletin::{Counts, UnitLine};
use crate::domain::ids::{CheckInId, IncidentId, ObligationId, RoundId, UnitId};
use crate::domain::time::{BusinessDate, Timestamp};
use crate::domain::unit::UnitPath;
use crate::store::board::standing;
use crate::store::obligation::instant;
use crate::store::{Conn, Error, Result, batch, on};

/// What is counted: beneath whom, as of when, and from when to when it fell due.
#[derive(Debug, Clone)]
pub struct Tail {
    /// Where the office stands.
    pub office: UnitPath,
    pub as_of: Timestamp,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// What one round counts beneath an office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TailRound {
    pub round: RoundId,
    pub day: BusinessDate,
    pub label: String,
    pub period: String,
    pub due: Timestamp,
    /// [`crate::domain::obligation::Kind::code`].
    pub kind: String,
    pub counts: Counts,
}

#[derive(sqlx::FromRow)]
struct RoundRow {
    id: i64,
    business_date: String,
    label: String,
    period: String,
    due_at: i64,
    kind: String,
    expected: i64,
    received: i64,
    all_clear: i64,
    incidents: i64,
    late: i64,
    unmet: i64,
    excused: i64,
    outage: i64,
    proxy: i64,
    phone: i64,
}

impl TryFrom<RoundRow> for TailRound {
    type Error = Error;
    fn try_from(row: RoundRow) -> Result<Self> {
        let n = |count: i64| u64::try_from(count).unwrap_or(0);
        Ok(Self {
            round: RoundId(row.id),
            day: row
                .business_date
                .parse()
                .map_err(|_| Error::broken("round", "business_date", row.id, &row.business_date))?,
            label: row.label,
            period: row.period,
            due: instant("round", "due_at", row.id, row.due_at)?,
            kind: row.kind,
            counts: Counts {
                expected: n(row.expected),
                received: n(row.received),
                all_clear: n(row.all_clear),
                incidents: n(row.incidents),
                late: n(row.late),
                unmet: n(row.unmet),
                excused: n(row.excused),
                outage: n(row.outage),
                proxy: n(row.proxy),
                phone: n(row.phone),
            },
        })
    }
}

#[derive(sqlx::FromRow)]
struct LineRow {
    id: i64,
    name: Option<String>,
    above: Option<String>,
    business_date: String,
    label: Option<String>,
    due_at: i64,
    first_received_at: Option<i64>,
    kind: String,
    subject: String,
}

impl TryFrom<LineRow> for UnitLine {
    type Error = Error;
    fn try_from(row: LineRow) -> Result<Self> {
        let at = |column, ms| instant("obligation", column, row.id, ms);
        Ok(Self {
            obligation: ObligationId(row.id),
            name: row.name.unwrap_or_default(),
            above: row.above.unwrap_or_default(),
            day: row
                .business_date
                .parse()
                .map_err(|_| Error::broken("obligation", "business_date", row.id, &row.business_date))?,
            round: row.label.unwrap_or_default(),
            due: at("due_at", row.due_at)?,
            received: row
                .first_received_at
                .map(|ms| at("first_received_at", ms))
                .transpose()?,
            incident: match row.kind == "follow_up" {
                true => row.subject.parse().ok().map(IncidentId),
                false => None,
            },
        })
    }
}

/// The obligations `o` beneath an office (`$1`, `$2`) that fell due from `$4` to before `$5`, grace included, with how
/// they stand at `$3`. They hang on rounds that were due then, or were moved there by an extension.
macro_rules! tail {
    () => {
        concat!(
            "FROM (SELECT o.id, o.unit_id, o.path, o.round_id, o.kind, o.subject, o.business_date, o.due_at,
                o.first_received_at, o.content, o.provenance, ",
            standing!(),
            " FROM (SELECT d.id FROM round d WHERE d.drill = 0 AND d.due_at + d.grace_ms >= $4
                    AND d.due_at + d.grace_ms < $5
                UNION SELECT p.round_id FROM extension e JOIN obligation p ON p.id = e.obligation_id
                    WHERE e.undone_at IS NULL AND e.due_after + p.grace_ms >= $4
                    AND e.due_after + p.grace_ms < $5) AS q
            JOIN obligation o ON o.round_id = q.id AND o.path >= $1 AND o.path < $2
            WHERE o.drill = 0 AND o.due_at + o.grace_ms >= $4 AND o.due_at + o.grace_ms < $5) AS x "
        )
    };
}

/// The columns of a line about an obligation `x` under an office `$6`.
macro_rules! line {
    () => {
        "SELECT x.id, (SELECT v.name FROM unit_version v WHERE v.unit_id = x.unit_id
                ORDER BY v.valid_from DESC, v.id DESC LIMIT 1) AS name,
            (SELECT w.name FROM unit_version v JOIN unit_version w ON w.unit_id = v.parent_id
                WHERE v.unit_id = x.unit_id AND v.parent_id <> $6
                ORDER BY v.valid_from DESC, v.id DESC, w.valid_from DESC, w.id DESC LIMIT 1) AS above,
            x.business_date, d.label, x.due_at, x.first_received_at, x.kind, x.subject "
    };
}

impl Conn {
    /// Counts what fell due, by round and kind, in the order of due times.
    pub async fn tail_rounds(&mut self, tail: &Tail) -> Result<Vec<TailRound>> {
        const SQL: &str = concat!(
            "SELECT d.id, d.business_date, d.label, p.name AS period, d.due_at, x.kind, COUNT(*) AS expected,
                COUNT(*) FILTER (WHERE x.first_received_at IS NOT NULL) AS received,
                COUNT(*) FILTER (WHERE x.first_received_at IS NOT NULL AND x.content = 'all_clear') AS all_clear,
                COUNT(*) FILTER (WHERE x.first_received_at IS NOT NULL AND x.content = 'incident') AS incidents,
                COUNT(*) FILTER (WHERE x.standing = 'late') AS late,
                COUNT(*) FILTER (WHERE x.standing IN ('open', 'overdue', 'missing')) AS unmet,
                COUNT(*) FILTER (WHERE x.standing = 'excused') AS excused,
                COUNT(*) FILTER (WHERE x.standing = 'outage') AS outage,
                COUNT(*) FILTER (WHERE x.first_received_at IS NOT NULL AND x.provenance = 'proxy') AS proxy,
                COUNT(*) FILTER (WHERE x.first_received_at IS NOT NULL AND x.provenance = 'phone') AS phone ",
            tail!(),
            "JOIN round d ON d.id = x.round_id JOIN period p ON p.id = d.period_id
            GROUP BY d.id, d.business_date, d.label, p.name, d.due_at, x.kind ORDER BY d.due_at, d.id, x.kind"
        );
        let (lo, hi) = tail.office.range();
        let rows: Vec<RoundRow> = on!(self, c => sqlx::query_as(SQL).bind(lo).bind(hi)
            .bind(tail.as_of.timestamp_millis()).bind(tail.from.timestamp_millis())
            .bind(tail.until.timestamp_millis()).fetch_all(c).await)?;
        rows.into_iter().map(TailRound::try_from).collect()
    }

    /// Names those who have not reported what fell due, `limit` at most, and those who reported late.
    pub async fn tail_lines(&mut self, tail: &Tail, limit: usize) -> Result<(Vec<UnitLine>, Vec<UnitLine>)> {
        const SQL: &str = concat!(
            line!(),
            tail!(),
            "JOIN round d ON d.id = x.round_id WHERE CASE $7
                WHEN 'late' THEN CASE WHEN x.standing = 'late' THEN 1 ELSE 0 END
                ELSE CASE WHEN x.standing IN ('open', 'overdue', 'missing') THEN 1 ELSE 0 END END = 1
            ORDER BY x.path, x.due_at, x.id LIMIT $8"
        );
        let (lo, hi) = tail.office.range();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let office = tail.office.id().unwrap_or(UnitId(0));
        let mut found = [Vec::new(), Vec::new()];
        for (which, lines) in ["unmet", "late"].into_iter().zip(&mut found) {
            let rows: Vec<LineRow> = on!(self, c => sqlx::query_as(SQL).bind(&lo).bind(&hi)
                .bind(tail.as_of.timestamp_millis()).bind(tail.from.timestamp_millis())
                .bind(tail.until.timestamp_millis()).bind(office.0).bind(which).bind(limit).fetch_all(c).await)?;
            *lines = rows
                .into_iter()
                .map(UnitLine::try_from)
                .collect::<Result<Vec<_>>>()?;
        }
        let [unmet, late] = found;
        Ok((unmet, late))
    }

    /// Gives which of some obligations were met, and when.
    pub async fn met_among(&mut self, owed: &[ObligationId]) -> Result<Vec<(ObligationId, Timestamp)>> {
        let ids: Vec<UnitId> = owed.iter().map(|id| UnitId(id.0)).collect();
        let sql = batch!(self, "SELECT o.id, o.first_received_at FROM ", [id bigint],
            " JOIN obligation o ON o.id = r.id WHERE o.first_received_at IS NOT NULL");
        let list = crate::store::unit::id_list(&ids);
        let rows: Vec<(i64, i64)> = on!(self, c => sqlx::query_as(sql).bind(list).fetch_all(c).await)?;
        let met = |(id, ms)| {
            Ok((
                ObligationId(id),
                instant("obligation", "first_received_at", id, ms)?,
            ))
        };
        rows.into_iter().map(met).collect()
    }

    /// Gives the rounds without drills that closed in a span, as far as they concern an office, with their seals: day,
    /// label, seal.
    pub async fn seals_between(
        &mut self,
        office: &UnitPath,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<(BusinessDate, String, Option<String>)>> {
        const SQL: &str = "SELECT d.id, d.business_date, d.label, d.seal FROM round d
            WHERE d.drill = 0 AND d.opened_at IS NOT NULL AND COALESCE(d.sealed_at, d.closes_at) >= $3
              AND COALESCE(d.sealed_at, d.closes_at) < $4
              AND EXISTS (SELECT 1 FROM obligation o WHERE o.round_id = d.id AND o.path >= $1 AND o.path < $2)
            ORDER BY d.closes_at, d.id";
        let (lo, hi) = office.range();
        let rows: Vec<(i64, String, String, Option<String>)> = on!(self, c => sqlx::query_as(SQL).bind(lo).bind(hi)
            .bind(from.timestamp_millis()).bind(until.timestamp_millis()).fetch_all(c).await)?;
        let sealed = |(id, day, label, seal): (i64, String, String, Option<String>)| {
            let day = day
                .parse()
                .map_err(|_| Error::broken("round", "business_date", id, &day))?;
            Ok((day, label, seal))
        };
        rows.into_iter().map(sealed).collect()
    }

    /// Counts, beneath an office and since an instant, letters that failed for good and that nobody has seen to, and
    /// units for which a step of a chase reached nobody. `whole`: letters that name no unit count too.
    pub async fn undelivered_since(
        &mut self,
        office: &UnitPath,
        whole: bool,
        since: Timestamp,
    ) -> Result<(i64, i64)> {
        const SQL: &str = "SELECT
            (SELECT COUNT(*) FROM letter l WHERE l.state = 'dead' AND l.handled_at IS NULL AND l.ended_at >= $3
                AND NOT EXISTS (SELECT 1 FROM round d WHERE d.id = l.round_id AND d.drill = 1)
                AND NOT EXISTS (SELECT 1 FROM alert a JOIN incident i ON i.id = a.incident_id
                    WHERE a.id = l.alert_id AND i.drill = 1)
                AND ($4 = 1 OR EXISTS (SELECT 1 FROM letter_item t JOIN obligation o ON o.id = t.obligation_id
                    WHERE t.letter_id = l.id AND o.path >= $1 AND o.path < $2)
                OR EXISTS (SELECT 1 FROM alert a JOIN incident i ON i.id = a.incident_id
                    WHERE a.id = l.alert_id AND i.path >= $1 AND i.path < $2))),
            (SELECT COUNT(DISTINCT o.unit_id) FROM gap g JOIN obligation o ON o.id = g.obligation_id
                WHERE g.at >= $3 AND o.drill = 0 AND o.path >= $1 AND o.path < $2)";
        let (lo, hi) = office.range();
        Ok(
            on!(self, c => sqlx::query_as(SQL).bind(lo).bind(hi).bind(since.timestamp_millis())
            .bind(i64::from(whole)).fetch_one(c).await)?,
        )
    }

    /// Gives the check-in of the last report on each of some incidents.
    pub async fn last_reports_on(
        &mut self,
        incidents: &[IncidentId],
    ) -> Result<Vec<(IncidentId, CheckInId)>> {
        let ids: Vec<UnitId> = incidents.iter().map(|id| UnitId(id.0)).collect();
        let sql = batch!(self, "SELECT p.incident_id, MAX(p.check_in_id) FROM ", [id bigint],
            " JOIN incident_report p ON p.incident_id = r.id GROUP BY p.incident_id");
        let list = crate::store::unit::id_list(&ids);
        let rows: Vec<(i64, i64)> = on!(self, c => sqlx::query_as(sql).bind(list).fetch_all(c).await)?;
        Ok(rows
            .into_iter()
            .map(|(incident, check_in)| (IncidentId(incident), CheckInId(check_in)))
            .collect())
    }
}
