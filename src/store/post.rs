//! Knows letters as people look at them: to whom, what came of every attempt, and what a person did about it.

use super::obligation::instant;
use super::unit::id_list;
use super::{Conn, Error, Result, Tx, batch, on};
use crate::domain::ids::{AlertId, LetterId, RoundId, UnitId};
use crate::domain::letter::LetterKind;
use crate::domain::time::{Timestamp, from_millis};
use crate::domain::unit::UnitPath;

/// Where a letter stands, as the outbox sorts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tray {
    /// Dead, and nobody has seen to it.
    Failed,
    /// On its way.
    Waiting,
    /// The mail server took it.
    Accepted,
    /// No longer needed when its turn came.
    Obsolete,
    /// Held back in a restored copy.
    Held,
    /// Dead, and a person has seen to it.
    Handled,
}

impl Tray {
    /// Every tray, in the order of the page.
    pub const ALL: [Self; 6] = [
        Self::Failed,
        Self::Waiting,
        Self::Accepted,
        Self::Obsolete,
        Self::Held,
        Self::Handled,
    ];

    /// Gives the word in the address bar.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Waiting => "waiting",
            Self::Accepted => "accepted",
            Self::Obsolete => "obsolete",
            Self::Held => "held",
            Self::Handled => "handled",
        }
    }

    /// Reads what [`Self::code`] gives.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tray| tray.code() == code)
    }
}

/// A letter as people look at it.
#[derive(Debug, Clone)]
pub struct Posted {
    /// The letter.
    pub id: LetterId,
    /// What it is about.
    pub kind: LetterKind,
    /// To whom.
    pub address: String,
    /// Where it stands.
    pub tray: Tray,
    /// When it was written.
    pub created: Timestamp,
    /// From when on it may be sent.
    pub not_before: Timestamp,
    /// When it was accepted, died or became obsolete.
    pub ended: Option<Timestamp>,
    /// Attempts that count against it.
    pub attempts: i64,
    /// Why it is dead.
    pub failure: Option<String>,
    /// Of a chase: the round.
    pub round: Option<RoundId>,
    /// Of a chase or an alert: the place of the step.
    pub step: Option<i64>,
    /// Of an alert.
    pub alert: Option<AlertId>,
    /// Of an alert.
    pub pass: Option<i64>,
    /// When it was first acknowledged.
    pub acknowledged: Option<Timestamp>,
    /// When its units were passed on after it died.
    pub passed: Option<Timestamp>,
    /// How many units it names.
    pub units: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    kind: String,
    address: String,
    tray: String,
    created_at: i64,
    not_before: i64,
    ended_at: Option<i64>,
    attempts: i64,
    failure: Option<String>,
    round_id: Option<i64>,
    step: Option<i64>,
    alert_id: Option<i64>,
    pass: Option<i64>,
    acknowledged_at: Option<i64>,
    passed_at: Option<i64>,
    units: i64,
}

impl TryFrom<Row> for Posted {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let broken = |column, text: &str| Error::broken("letter", column, row.id, text);
        let at = |column, ms| instant("letter", column, row.id, ms);
        let maybe = |column, ms: Option<i64>| ms.map(|ms| at(column, ms)).transpose();
        Ok(Self {
            id: LetterId(row.id),
            kind: row.kind.parse().map_err(|_| broken("kind", &row.kind))?,
            tray: Tray::parse(&row.tray).ok_or_else(|| broken("state", &row.tray))?,
            created: at("created_at", row.created_at)?,
            not_before: at("not_before", row.not_before)?,
            ended: maybe("ended_at", row.ended_at)?,
            round: row.round_id.map(RoundId),
            alert: row.alert_id.map(AlertId),
            acknowledged: maybe("acknowledged_at", row.acknowledged_at)?,
            passed: maybe("passed_at", row.passed_at)?,
            address: row.address,
            attempts: row.attempts,
            failure: row.failure,
            step: row.step,
            pass: row.pass,
            units: row.units,
        })
    }
}

/// One attempt to send a letter.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Attempt {
    /// The letter.
    pub letter_id: i64,
    /// In Unix milliseconds.
    pub began_at: i64,
    /// In Unix milliseconds.
    pub ended_at: i64,
    /// [`crate::domain::delivery::Stage::code`].
    pub stage: String,
    /// [`crate::domain::delivery::Class::code`].
    pub outcome: String,
    /// The reply code.
    pub code: Option<i64>,
    /// The server's own words.
    pub words: String,
}

/// A unit that a letter names.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct NamedUnit {
    /// The letter.
    pub letter_id: i64,
    /// The obligation.
    pub obligation_id: i64,
    /// The unit.
    pub unit_id: i64,
    /// Where it stood when the round opened.
    pub path: String,
    /// Its last name.
    pub name: Option<String>,
}

/// An address that a mail server refused for good, and a unit that it is a contact of.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct BadContact {
    /// The address.
    pub address: String,
    /// When it was refused, in Unix milliseconds.
    pub since: i64,
    /// The server's own words.
    pub words: String,
    /// The unit; none for an address that is no contact of any.
    pub unit_id: Option<i64>,
    /// Where the unit stands.
    pub path: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT l.id, l.kind, l.address, CASE WHEN l.state <> 'dead' THEN l.state
                WHEN l.handled_at IS NULL THEN 'failed' ELSE 'handled' END AS tray, l.created_at, l.not_before,
                l.ended_at, l.attempts, l.failure, l.round_id, l.step, l.alert_id, l.pass, l.acknowledged_at,
                l.passed_at, (SELECT COUNT(*) FROM letter_item n WHERE n.letter_id = l.id) AS units ",
            $rest
        )
    };
}

/// Whether a letter `l` concerns one of the ranges `span`, or `$2` lets every letter through.
macro_rules! in_scope {
    () => {
        "($2 = 1 OR EXISTS (SELECT 1 FROM letter_item t JOIN obligation o ON o.id = t.obligation_id
                JOIN span s ON o.path >= s.lo AND o.path < s.hi WHERE t.letter_id = l.id)
            OR EXISTS (SELECT 1 FROM alert a JOIN incident i ON i.id = a.incident_id
                JOIN span s ON i.path >= s.lo AND i.path < s.hi WHERE a.id = l.alert_id))"
    };
}

fn read(rows: Vec<Row>) -> Result<Vec<Posted>> {
    rows.into_iter().map(Posted::try_from).collect()
}

fn letter_list(letters: &[LetterId]) -> String {
    id_list(&letters.iter().map(|id| UnitId(id.0)).collect::<Vec<_>>())
}

impl Conn {
    /// Gives a letter.
    pub async fn posted(&mut self, id: LetterId) -> Result<Option<Posted>> {
        const SQL: &str = columns!("FROM letter l WHERE l.id = $1");
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
        row.map(Posted::try_from).transpose()
    }

    /// Gives the letters of one tray that concern some ranges, the newest first, from before a letter on. `whole`:
    /// letters that name no unit are among them.
    pub async fn posted_in(
        &mut self,
        tray: Tray,
        ranges: &[(String, String)],
        whole: bool,
        before: Option<LetterId>,
        limit: i64,
    ) -> Result<Vec<Posted>> {
        let sql = batch!(self, "WITH span AS (SELECT r.lo, r.hi FROM ", [lo text, hi text],
            concat!(") ", columns!("FROM letter l"), " WHERE l.state = $3
              AND ($4 = -1 OR (CASE WHEN l.handled_at IS NULL THEN 0 ELSE 1 END) = $4) AND l.id < $5 AND ",
              in_scope!(), " ORDER BY l.id DESC LIMIT $6"));
        let (state, handled) = match tray {
            Tray::Failed => ("dead", 0),
            Tray::Handled => ("dead", 1),
            other => (other.code(), -1),
        };
        let before = before.map_or(i64::MAX, |id| id.0);
        let ranges = super::board::range_rows(ranges)?;
        read(
            on!(self, c => sqlx::query_as(sql).bind(ranges).bind(i64::from(whole)).bind(state)
            .bind(i64::from(handled)).bind(before).bind(limit).fetch_all(c).await)?,
        )
    }

    /// Counts letters that concern some ranges by tray, written since an instant or not yet ended.
    pub async fn posted_counts(
        &mut self,
        ranges: &[(String, String)],
        whole: bool,
        since: Timestamp,
    ) -> Result<Vec<(Tray, i64)>> {
        let sql = batch!(self, "WITH span AS (SELECT r.lo, r.hi FROM ", [lo text, hi text],
            concat!(") SELECT x.tray, COUNT(*) FROM (SELECT CASE WHEN l.state <> 'dead' THEN l.state
                WHEN l.handled_at IS NULL THEN 'failed' ELSE 'handled' END AS tray FROM letter l
              WHERE (l.created_at >= $3 OR l.ended_at IS NULL OR (l.state = 'dead' AND l.handled_at IS NULL)) AND ",
              in_scope!(), ") AS x GROUP BY x.tray"));
        let (ranges, since) = (super::board::range_rows(ranges)?, since.timestamp_millis());
        let rows: Vec<(String, i64)> = on!(self, c => sqlx::query_as(sql).bind(ranges).bind(i64::from(whole))
            .bind(since).fetch_all(c).await)?;
        rows.into_iter()
            .map(|(tray, n)| {
                let known = Tray::parse(&tray).ok_or_else(|| Error::broken("letter", "state", 0, &tray))?;
                Ok((known, n))
            })
            .collect()
    }

    /// Gives the letters that name a unit and were written since an instant, the newest first.
    pub async fn posted_about(&mut self, unit: UnitId, since: Timestamp, limit: i64) -> Result<Vec<Posted>> {
        const SQL: &str = columns!(
            "FROM letter l WHERE l.created_at >= $2 AND l.id IN (SELECT t.letter_id FROM letter_item t
                JOIN obligation o ON o.id = t.obligation_id WHERE o.unit_id = $1 AND o.closes_at >= $2)
             ORDER BY l.id DESC LIMIT $3"
        );
        let since = since.timestamp_millis();
        read(on!(self, c => sqlx::query_as(SQL).bind(unit.0).bind(since).bind(limit).fetch_all(c).await)?)
    }

    /// Gives the letters of an alert, in the order of writing.
    pub async fn posted_for(&mut self, alert: AlertId) -> Result<Vec<Posted>> {
        const SQL: &str = columns!("FROM letter l WHERE l.alert_id = $1 ORDER BY l.id");
        read(on!(self, c => sqlx::query_as(SQL).bind(alert.0).fetch_all(c).await)?)
    }

    /// Gives every attempt at some letters, in the order in which they were made.
    pub async fn attempts(&mut self, letters: &[LetterId]) -> Result<Vec<Attempt>> {
        let sql = batch!(self, "SELECT a.letter_id, a.began_at, a.ended_at, a.stage, a.outcome, a.code, a.words FROM ",
            [id bigint], " JOIN letter_attempt a ON a.letter_id = r.id ORDER BY a.letter_id, a.id");
        let list = letter_list(letters);
        Ok(on!(self, c => sqlx::query_as(sql).bind(list).fetch_all(c).await)?)
    }

    /// Gives the units that some letters name, at most so many in all.
    pub async fn named_units(&mut self, letters: &[LetterId], limit: i64) -> Result<Vec<NamedUnit>> {
        let sql = batch!(self, "SELECT t.letter_id, t.obligation_id, o.unit_id, o.path,
            (SELECT v.name FROM unit_version v WHERE v.unit_id = o.unit_id
                ORDER BY v.valid_from DESC, v.id DESC LIMIT 1) AS name FROM ",
            [id bigint], " JOIN letter_item t ON t.letter_id = r.id JOIN obligation o ON o.id = t.obligation_id
            ORDER BY t.letter_id, o.path, o.id LIMIT $2");
        let list = letter_list(letters);
        Ok(on!(self, c => sqlx::query_as(sql).bind(list).bind(limit).fetch_all(c).await)?)
    }

    /// Gives the addresses that a mail server refused for good, each with every unit that it is a contact of.
    pub async fn bad_contacts(&mut self, address: Option<&str>) -> Result<Vec<BadContact>> {
        const SQL: &str = "SELECT b.address, b.since, b.words, v.unit_id, v.path, v.name FROM bad_address b
            LEFT JOIN contact t ON t.address = b.address
            LEFT JOIN unit_version v ON v.unit_id = t.unit_id AND v.valid_until IS NULL
            WHERE b.address = $1 OR $1 = '' ORDER BY b.since DESC, b.address,
                CASE WHEN v.path IS NULL THEN 1 ELSE 0 END, v.path LIMIT 1000";
        let address = address.unwrap_or_default();
        Ok(on!(self, c => sqlx::query_as(SQL).bind(address).fetch_all(c).await)?)
    }

    /// Gives whom a letter concerns: the paths of the units that it names, or of the incident that it tells of.
    pub async fn paths_of_letter(&mut self, id: LetterId) -> Result<Vec<UnitPath>> {
        const SQL: &str = "SELECT o.path FROM letter_item t JOIN obligation o ON o.id = t.obligation_id
              WHERE t.letter_id = $1
            UNION SELECT i.path FROM letter l JOIN alert a ON a.id = l.alert_id
              JOIN incident i ON i.id = a.incident_id WHERE l.id = $1";
        let paths: Vec<String> = on!(self, c => sqlx::query_scalar(SQL).bind(id.0).fetch_all(c).await)?;
        paths
            .into_iter()
            .map(|path| UnitPath::parse(&path).map_err(|_| Error::broken("obligation", "path", id.0, &path)))
            .collect()
    }
}

impl Tx {
    /// Lets a dead letter be sent again, as if it had just been written. Gives whether it was dead.
    pub async fn revive_letter(&mut self, id: LetterId, now: Timestamp) -> Result<bool> {
        // Bytes that may have arrived are kept, so that a second copy is the same mail.
        const SQL: &str =
            "UPDATE letter SET state = 'waiting', attempts = 0, not_before = $2, ended_at = NULL,
            failure = NULL, handled_at = NULL, lease = NULL, lease_until = NULL,
            frozen = CASE WHEN doubts = 0 THEN NULL ELSE frozen END WHERE id = $1 AND state = 'dead'";
        let at = now.timestamp_millis();
        let done =
            on!(self, c => sqlx::query(SQL).bind(id.0).bind(at).execute(c).await.map(|d| d.rows_affected()))?;
        Ok(done > 0)
    }

    /// Records that a person has seen to a dead letter. Gives whether it was waiting for one.
    pub async fn handle_letter(&mut self, id: LetterId, now: Timestamp) -> Result<bool> {
        const SQL: &str =
            "UPDATE letter SET handled_at = $2 WHERE id = $1 AND state = 'dead' AND handled_at IS NULL";
        let at = now.timestamp_millis();
        let done =
            on!(self, c => sqlx::query(SQL).bind(id.0).bind(at).execute(c).await.map(|d| d.rows_affected()))?;
        Ok(done > 0)
    }
}

/// Reads an instant of an attempt or of a person's act; the beginning of time for one out of range.
pub fn moment(ms: i64) -> Timestamp {
    from_millis(ms).unwrap_or_default()
}
