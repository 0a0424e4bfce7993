//! Knows what the units below a parent owed in the last round of a day before an instant, one obligation each.

use super::{maybe, reminded, standing};
use crate::domain::ids::{CheckInId, ObligationId, UnitId};
use crate::domain::roll_up::Line;
use crate::domain::standing::Standing;
use crate::domain::time::{BusinessDate, Timestamp};
use crate::domain::unit::UnitPath;
use crate::store::{Conn, Error, Result, on};

/// Whose units, and which round of them.
#[derive(Debug, Clone, Copy)]
pub struct Beneath<'a> {
    /// The parent.
    pub path: &'a UnitPath,
    /// The day.
    pub day: BusinessDate,
    /// The last due time that counts.
    pub until: Timestamp,
    /// Whether drills are meant.
    pub drill: bool,
}

/// What a unit owed, and whom to phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeneathRow {
    /// The obligation.
    pub id: ObligationId,
    /// How it stands.
    pub line: Line,
    /// The last name of the unit.
    pub name: String,
    /// Where it stood when the round opened.
    pub path: UnitPath,
    /// When the round closes for it.
    pub closes: Timestamp,
    /// Whether its whole window fell into an outage.
    pub outage: bool,
    /// The post on duty.
    pub post: Option<String>,
    /// The office telephone.
    pub phone: Option<String>,
    /// The last call to it about this obligation: when, and with what result.
    pub contact: Option<(Timestamp, String)>,
    /// When its reporters were last reminded of it by hand.
    pub reminded: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    unit_id: i64,
    path: String,
    name: Option<String>,
    standing: String,
    overdue: i64,
    closes_at: i64,
    first_received_at: Option<i64>,
    latest_check_in: Option<i64>,
    content: Option<String>,
    post: Option<String>,
    phone: Option<String>,
    contacted_at: Option<i64>,
    contact_result: Option<String>,
    reminded_at: Option<i64>,
}

impl TryFrom<Row> for BeneathRow {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let broken = |column, text: &str| Error::broken("obligation", column, row.id, text);
        let outage = row.standing == "outage";
        let standing = match (outage, row.overdue) {
            (false, _) => Standing::parse(&row.standing).ok_or_else(|| broken("standing", &row.standing))?,
            (true, 0) => Standing::Open,
            (true, _) => Standing::Overdue,
        };
        let contacted = maybe("contact_attempt", "at", row.id, row.contacted_at)?;
        Ok(Self {
            id: ObligationId(row.id),
            line: Line {
                unit: UnitId(row.unit_id),
                standing,
                received: maybe("obligation", "first_received_at", row.id, row.first_received_at)?,
                latest: row.latest_check_in.map(CheckInId),
                incident: row.content.as_deref() == Some("incident"),
            },
            name: row.name.unwrap_or_default(),
            path: UnitPath::parse(&row.path).map_err(|_| broken("path", &row.path))?,
            closes: crate::store::obligation::instant("obligation", "closes_at", row.id, row.closes_at)?,
            outage,
            post: row.post,
            phone: row.phone,
            contact: contacted.zip(row.contact_result),
            reminded: maybe("letter", "created_at", row.id, row.reminded_at)?,
        })
    }
}

impl Conn {
    /// Gives what the units below a parent owed in the last round of a day that was due by an instant: one obligation
    /// a unit, in the order in which the units came. The parent's own is not among them.
    pub async fn beneath(&mut self, asked: &Beneath<'_>, now: Timestamp) -> Result<Vec<BeneathRow>> {
        const SQL: &str = concat!(
            "SELECT x.id, x.unit_id, x.path, x.standing, x.overdue, x.closes_at, x.first_received_at, x.latest_check_in,
                x.content, (SELECT v.name FROM unit_version v WHERE v.unit_id = x.unit_id
                    ORDER BY v.valid_from DESC, v.id DESC LIMIT 1) AS name,
                t.post, t.phone, k.at AS contacted_at, k.result AS contact_result,",
            reminded!("x"), " FROM (SELECT o.id, o.unit_id, o.path, o.closes_at, o.first_received_at, o.latest_check_in, o.content, ",
            standing!(),
            ", CAST(CASE WHEN o.due_at + o.grace_ms <= $3 THEN 1 ELSE 0 END AS BIGINT) AS overdue,
                ROW_NUMBER() OVER (PARTITION BY o.unit_id ORDER BY o.scheduled_due DESC, o.id DESC) AS place
              FROM round d JOIN obligation o ON o.round_id = d.id AND o.path > $1 AND o.path < $2
              WHERE d.business_date = $4 AND d.drill = $5 AND o.kind = 'routine' AND o.scheduled_due <= $6) AS x
            LEFT JOIN duty_post t ON t.unit_id = x.unit_id
            LEFT JOIN contact_attempt k ON k.id =
                (SELECT MAX(a.id) FROM contact_attempt a WHERE a.obligation_id = x.id AND a.undone_at IS NULL)
            WHERE x.place = 1"
        );
        let (lo, hi) = asked.path.range();
        let (now, until) = (now.timestamp_millis(), asked.until.timestamp_millis());
        let rows: Vec<Row> = on!(self, c => sqlx::query_as(SQL).bind(lo).bind(hi).bind(now)
            .bind(asked.day.to_string()).bind(i64::from(asked.drill)).bind(until).fetch_all(c).await)?;
        let rows: Result<Vec<BeneathRow>> = rows.into_iter().map(BeneathRow::try_from).collect();
        // As texts, the tenth unit would stand before the second.
        let mut rows = rows?;
        rows.sort_by_cached_key(|row| row.path.ids().collect::<Vec<_>>());
        Ok(rows)
    }
}
