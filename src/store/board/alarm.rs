//! Knows what the board shows red: open incidents, how far chases have come, what delivery could not do.

use super::{maybe, range_rows};
use crate::domain::alert::{Alert, Policy};
use crate::domain::ids::{AlertId, IncidentId, RoundId, UnitId};
use crate::domain::incident::Severity;
use crate::domain::ladder::Ladder;
use crate::domain::progress::Progress;
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitPath;
use crate::store::obligation::instant;
use crate::store::{Conn, Error, Group, RelayState, Result, StoredAlert, batch, on};

/// How far the chase of one group has come, with the ladder that it climbs.
#[derive(Debug, Clone)]
pub struct BoardChase {
    /// The group.
    pub group: Group,
    /// The steps behind it.
    pub progress: Progress,
    /// When the next one comes; none: the ladder has ended.
    pub next: Option<Timestamp>,
    /// The ladder.
    pub ladder: Ladder,
}

/// A chase beside its round; nothing where none has begun.
#[derive(sqlx::FromRow)]
pub(super) struct ChaseRow {
    chase_due_at: Option<i64>,
    chase_resumption: Option<i64>,
    chase_progress: Option<String>,
    chase_next_at: Option<i64>,
    chase_steps: String,
}

impl ChaseRow {
    pub(super) fn chase(self, round: RoundId) -> Result<Option<BoardChase>> {
        let broken = |table, column, text: &str| Error::broken(table, column, round.0, text);
        let (Some(due), Some(resumption), Some(progress)) =
            (self.chase_due_at, self.chase_resumption, self.chase_progress)
        else {
            return Ok(None);
        };
        Ok(Some(BoardChase {
            group: Group {
                round,
                due: instant("chase", "due_at", round.0, due)?,
                resumption,
            },
            progress: serde_json::from_str(&progress).map_err(|_| broken("chase", "progress", &progress))?,
            next: maybe("chase", "next_at", round.0, self.chase_next_at)?,
            ladder: serde_json::from_str(&self.chase_steps)
                .map_err(|_| broken("ladder", "steps", &self.chase_steps))?,
        }))
    }
}

/// An open incident, and the last alert about it.
#[derive(Debug, Clone)]
pub struct BoardIncident {
    /// The incident.
    pub id: IncidentId,
    /// Whose it is.
    pub unit: UnitId,
    /// Where the unit stood when it was reported.
    pub path: UnitPath,
    /// The last name of the unit.
    pub name: String,
    /// Code of its class.
    pub class: String,
    /// How grave it is.
    pub severity: Severity,
    /// Whether leaders were told at once.
    pub urgent: bool,
    /// Whether it belongs to a drill.
    pub drill: bool,
    /// When its first report was received.
    pub opened: Timestamp,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// The last alert.
    pub alert: Option<BoardAlert>,
}

/// The alert of an incident on the board.
#[derive(Debug, Clone)]
pub struct BoardAlert {
    /// Its row.
    pub id: AlertId,
    /// Who is told, pinned when it was raised.
    pub policy: Policy,
    /// How far it has come.
    pub alert: Alert,
    /// The last reason why it is red.
    pub red: Option<String>,
}

impl From<StoredAlert> for BoardAlert {
    fn from(known: StoredAlert) -> Self {
        Self {
            id: known.id,
            policy: known.policy,
            alert: known.alert,
            red: known.red,
        }
    }
}

#[derive(sqlx::FromRow)]
struct IncidentRow {
    id: i64,
    unit_id: i64,
    path: String,
    name: Option<String>,
    class: String,
    severity: String,
    urgent: i64,
    drill: i64,
    opened_at: i64,
    closed_at: Option<i64>,
    alert_id: Option<i64>,
    policy: Option<String>,
    progress: Option<String>,
    red: Option<String>,
    mine: i64,
}

impl TryFrom<IncidentRow> for BoardIncident {
    type Error = Error;
    fn try_from(row: IncidentRow) -> Result<Self> {
        let broken = |column, text: &str| Error::broken("incident", column, row.id, text);
        let alert = match row.alert_id.zip(row.policy.zip(row.progress)) {
            Some((id, (policy, progress))) => {
                let broken = |column, text: &str| Error::broken("alert", column, id, text);
                Some(BoardAlert {
                    id: AlertId(id),
                    policy: serde_json::from_str(&policy).map_err(|_| broken("policy", &policy))?,
                    alert: serde_json::from_str(&progress).map_err(|_| broken("progress", &progress))?,
                    red: row.red,
                })
            }
            None => None,
        };
        Ok(Self {
            id: IncidentId(row.id),
            unit: UnitId(row.unit_id),
            path: UnitPath::parse(&row.path).map_err(|_| broken("path", &row.path))?,
            name: row.name.unwrap_or_default(),
            severity: Severity::parse(&row.severity).ok_or_else(|| broken("severity", &row.severity))?,
            class: row.class,
            urgent: row.urgent != 0,
            drill: row.drill != 0,
            opened: instant("incident", "opened_at", row.id, row.opened_at)?,
            closed: maybe("incident", "closed_at", row.id, row.closed_at)?,
            alert,
        })
    }
}

/// What delivery could not do, and what the relay did last.
#[derive(Debug, Clone, Default)]
pub struct BoardDelivery {
    /// Letters that are dead and that nobody has seen to.
    pub failed: i64,
    /// Addresses that a mail server refused for good.
    pub bad: i64,
    /// Urgent letters that wait to be sent, and since when the oldest does.
    pub urgent: (i64, Option<Timestamp>),
    /// Letters that are held back in a restored copy.
    pub held: i64,
    /// Reports that wait for the duty office: incidents that were taken back, and claims of having been on time.
    pub awaiting: i64,
    /// The relay.
    pub relay: RelayState,
    /// The last outage that touched the round.
    pub outage: Option<(Timestamp, Timestamp)>,
}

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    failed: i64,
    bad: i64,
    urgent: i64,
    oldest: Option<i64>,
    held: i64,
    awaiting: i64,
    paused_until: Option<i64>,
    pauses: i64,
    stopped_at: Option<i64>,
    words: Option<String>,
    last_accepted_at: Option<i64>,
    began_at: Option<i64>,
    ended_at: Option<i64>,
}

impl TryFrom<DeliveryRow> for BoardDelivery {
    type Error = Error;
    fn try_from(row: DeliveryRow) -> Result<Self> {
        let outage = maybe("outage", "began_at", 0, row.began_at)?;
        let relay = |column, ms| maybe("relay", column, 1, ms);
        Ok(Self {
            failed: row.failed,
            bad: row.bad,
            urgent: (row.urgent, maybe("letter", "created_at", 0, row.oldest)?),
            held: row.held,
            awaiting: row.awaiting,
            relay: RelayState {
                paused_until: relay("paused_until", row.paused_until)?,
                failures: u32::try_from(row.pauses).unwrap_or(u32::MAX),
                stopped: relay("stopped_at", row.stopped_at)?,
                accepted: relay("last_accepted_at", row.last_accepted_at)?,
                words: row.words,
            },
            outage: outage.zip(maybe("outage", "ended_at", 0, row.ended_at)?),
        })
    }
}

/// The columns of incidents `i`, after the ranges `r` that they lie in.
macro_rules! incidents {
    (mine: $mine:literal) => {
        concat!(
            "SELECT i.id, i.unit_id, i.path, i.class, i.severity, i.urgent, i.drill, i.opened_at, i.closed_at,
            (SELECT v.name FROM unit_version v WHERE v.unit_id = i.unit_id
                ORDER BY v.valid_from DESC, v.id DESC LIMIT 1) AS name,
            a.id AS alert_id, a.policy, a.progress, a.red, ",
            $mine,
            " AS mine FROM "
        )
    };
}

/// The alert `a` of an incident `i` that is shown: one that nobody has, else the last.
macro_rules! latest {
    () => {
        " LEFT JOIN alert a ON a.id = (SELECT b.id FROM alert b WHERE b.incident_id = i.id
            ORDER BY CASE WHEN b.acknowledged_at IS NULL THEN 0 ELSE 1 END, b.id DESC LIMIT 1) "
    };
}

/// Whether an incident `i` is open, or somebody must still act on it: a final report ends no alert.
macro_rules! shown {
    () => {
        "(i.closed_at IS NULL OR i.id IN (SELECT b.incident_id FROM alert b WHERE b.acknowledged_at IS NULL))"
    };
}

/// The gravest incident `i` first, then the newest.
macro_rules! gravest {
    () => {
        "CASE i.severity WHEN 'i' THEN 0 WHEN 'ii' THEN 1 WHEN 'iii' THEN 2 WHEN 'iv' THEN 4 ELSE 3 END,
            i.opened_at DESC, i.id DESC"
    };
}

impl Conn {
    /// Gives the incidents in some ranges that are open or that nobody has yet: the latter first, then the gravest.
    pub async fn board_incidents(
        &mut self,
        ranges: &[(String, String)],
        limit: i64,
    ) -> Result<Vec<BoardIncident>> {
        let sql = batch!(self, incidents!(mine: "CAST(0 AS BIGINT)"), [lo text, hi text],
            concat!(" JOIN incident i ON i.path >= r.lo AND i.path < r.hi AND ", shown!(), latest!(),
            " ORDER BY CASE WHEN a.id IS NOT NULL AND a.acknowledged_at IS NULL THEN 0 ELSE 1 END, ",
            gravest!(), " LIMIT $2"));
        let rows = range_rows(ranges)?;
        let rows: Vec<IncidentRow> =
            on!(self, c => sqlx::query_as(sql).bind(rows).bind(limit).fetch_all(c).await)?;
        rows.into_iter().map(BoardIncident::try_from).collect()
    }

    /// Gives the incidents in some ranges that are open or that nobody has yet, as a leader wants them: those that
    /// nobody has first, and among them those of which an address was told; then the gravest.
    pub async fn incidents_for(
        &mut self,
        ranges: &[(String, String)],
        address: &str,
        limit: i64,
    ) -> Result<Vec<(BoardIncident, bool)>> {
        let sql = batch!(self, incidents!(mine: "CAST(CASE WHEN EXISTS (SELECT 1 FROM letter l
                WHERE l.alert_id = a.id AND l.address = $3) THEN 1 ELSE 0 END AS BIGINT)"), [lo text, hi text],
            concat!(" JOIN incident i ON i.path >= r.lo AND i.path < r.hi AND ", shown!(), latest!(),
            " ORDER BY CASE WHEN a.id IS NOT NULL AND a.acknowledged_at IS NULL THEN 0 ELSE 1 END, mine DESC, ",
            gravest!(), " LIMIT $2"));
        let rows = range_rows(ranges)?;
        let rows: Vec<IncidentRow> = on!(self, c => sqlx::query_as(sql).bind(rows).bind(limit).bind(address)
            .fetch_all(c).await)?;
        let one = |row: IncidentRow| {
            let mine = row.mine != 0;
            BoardIncident::try_from(row).map(|incident| (incident, mine))
        };
        rows.into_iter().map(one).collect()
    }

    /// Gives what delivery could not do for obligations and incidents in some ranges, what the relay did last, and
    /// the last outage that touched a span of time. `whole`: letters that name no unit count too.
    pub async fn board_delivery(
        &mut self,
        ranges: &[(String, String)],
        whole: bool,
        span: (Timestamp, Timestamp),
    ) -> Result<BoardDelivery> {
        let sql = batch!(self, "WITH span AS (SELECT r.lo, r.hi FROM ", [lo text, hi text], ")
            SELECT (SELECT COUNT(*) FROM letter l WHERE l.state = 'dead' AND l.handled_at IS NULL AND ($2 = 1
                OR EXISTS (SELECT 1 FROM letter_item t JOIN obligation o ON o.id = t.obligation_id
                    JOIN span s ON o.path >= s.lo AND o.path < s.hi WHERE t.letter_id = l.id)
                OR EXISTS (SELECT 1 FROM alert a JOIN incident i ON i.id = a.incident_id
                    JOIN span s ON i.path >= s.lo AND i.path < s.hi WHERE a.id = l.alert_id))) AS failed,
              (SELECT COUNT(*) FROM bad_address) AS bad,
              w.urgent, w.oldest,
              (SELECT COUNT(*) FROM letter l WHERE l.state = 'held') AS held,
              (SELECT COUNT(*) FROM check_in k JOIN obligation o ON o.id = k.obligation_id
                JOIN span s ON o.path >= s.lo AND o.path < s.hi WHERE k.review = 'awaiting')
              + (SELECT COUNT(*) FROM obligation o JOIN span s ON o.path >= s.lo AND o.path < s.hi
                WHERE o.claim = 'pending') AS awaiting,
              y.paused_until, y.pauses, y.stopped_at, y.words, y.last_accepted_at, u.began_at, u.ended_at
            FROM relay y LEFT JOIN outage u ON u.id =
              (SELECT MAX(x.id) FROM outage x WHERE x.began_at < $4 AND x.ended_at > $3)
            CROSS JOIN (SELECT COUNT(*) AS urgent, MIN(x.created_at) AS oldest FROM (
              SELECT created_at FROM letter WHERE state = 'waiting' AND ready = 1 AND lease IS NULL AND priority = 0
              UNION ALL SELECT created_at FROM letter
                WHERE state = 'waiting' AND lease IS NOT NULL AND ready = 1 AND priority = 0) AS x) AS w
            WHERE y.id = 1");
        let (from, until) = (span.0.timestamp_millis(), span.1.timestamp_millis());
        let rows = range_rows(ranges)?;
        let row: Option<DeliveryRow> = on!(self, c => sqlx::query_as(sql).bind(rows).bind(i64::from(whole))
            .bind(from).bind(until).fetch_optional(c).await)?;
        row.map_or_else(|| Ok(BoardDelivery::default()), BoardDelivery::try_from)
    }
}
