//! Knows check-ins: written once, never rewritten but for the duty office's review and a redaction.

use serde::Serialize;
use uuid::Uuid;

use super::content;
use super::obligation::instant;
use super::unit::json;
use super::{Conn, Engine, Error, Result, Tx, batch, on};
use crate::domain::checkin::{Author, Caller, CheckIn, Door, Provenance, Review};
use crate::domain::digest::{Digest, Salt};
use crate::domain::ids::{CheckInId, IncidentId, ObligationId, RoundId, UnitId};
use crate::domain::receipt::{Receipt, ReceiptKey};
use crate::domain::time::Timestamp;

/// A check-in as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCheckIn {
    /// What rules look at.
    pub check_in: CheckIn,
    /// Who sent it.
    pub author: Author,
    /// Through which door it came.
    pub door: Door,
    /// When an offline workstation says that it was written.
    pub claimed: Option<Timestamp>,
    /// The report that it amends.
    pub supersedes: Option<CheckInId>,
    /// Why it was amended, taken back or given on another's behalf.
    pub reason: Option<String>,
    /// Who dictated it.
    pub caller: Option<Caller>,
    /// With its texts; gone after a redaction.
    pub salt: Option<Salt>,
    /// The hash of its texts.
    pub text_digest: Digest,
    /// The hash of everything that it says.
    pub digest: Digest,
}

impl StoredCheckIn {
    /// Issues its receipt.
    pub fn receipt(&self, key: &ReceiptKey) -> Receipt {
        let CheckIn {
            id, unit, received, ..
        } = self.check_in;
        Receipt::issue(key, id, unit, received, self.digest)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    unit_id: i64,
    uuid: String,
    obligation_id: Option<i64>,
    incident_id: Option<i64>,
    kind: String,
    provenance: String,
    author: String,
    door: String,
    received_at: i64,
    claimed_at: Option<i64>,
    supersedes: Option<i64>,
    reason: Option<String>,
    caller_post: Option<String>,
    called_at: Option<i64>,
    review: String,
    facts: String,
    narrative: Option<String>,
    salt: Option<String>,
    text_digest: String,
    digest: String,
}

impl TryFrom<Row> for StoredCheckIn {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let broken = |column, value: &str| Error::broken("check_in", column, row.id, value);
        let at = |column, ms| instant("check_in", column, row.id, ms);
        let caller = match (row.caller_post, row.called_at) {
            (Some(post), Some(ms)) => Some(Caller {
                post,
                called_at: at("called_at", ms)?,
            }),
            _ => None,
        };
        let salt = match &row.salt {
            Some(hex) => Some(hex.parse().map_err(|_| broken("salt", ""))?),
            None => None,
        };
        Ok(Self {
            check_in: CheckIn {
                id: CheckInId(row.id),
                uuid: Uuid::parse_str(&row.uuid).map_err(|_| broken("uuid", &row.uuid))?,
                unit: UnitId(row.unit_id),
                obligation: row.obligation_id.map(ObligationId),
                content: content::content(&row.kind, &row.facts, row.narrative.as_deref())
                    .ok_or_else(|| broken("facts", &row.facts))?,
                redacted: row.kind == "incident" && row.salt.is_none(),
                provenance: Provenance::parse(&row.provenance)
                    .ok_or_else(|| broken("provenance", &row.provenance))?,
                received: at("received_at", row.received_at)?,
                incident: row.incident_id.map(IncidentId),
                review: Review::parse(&row.review).ok_or_else(|| broken("review", &row.review))?,
            },
            author: content::author(&row.author).ok_or_else(|| broken("author", &row.author))?,
            door: Door::parse(&row.door).ok_or_else(|| broken("door", &row.door))?,
            claimed: row.claimed_at.map(|ms| at("claimed_at", ms)).transpose()?,
            supersedes: row.supersedes.map(CheckInId),
            reason: row.reason,
            caller,
            salt,
            text_digest: row
                .text_digest
                .parse()
                .map_err(|_| broken("text_digest", &row.text_digest))?,
            digest: row.digest.parse().map_err(|_| broken("digest", &row.digest))?,
        })
    }
}

#[derive(Serialize)]
struct NewRow<'a> {
    id: i64,
    unit_id: i64,
    uuid: String,
    obligation_id: Option<i64>,
    incident_id: Option<i64>,
    kind: &'static str,
    provenance: &'static str,
    author: String,
    door: &'static str,
    received_at: i64,
    claimed_at: Option<i64>,
    supersedes: Option<i64>,
    reason: Option<&'a str>,
    caller_post: Option<&'a str>,
    called_at: Option<i64>,
    review: &'static str,
    facts: String,
    narrative: Option<String>,
    salt: Option<String>,
    text_digest: String,
    digest: String,
}

impl<'a> TryFrom<&'a StoredCheckIn> for NewRow<'a> {
    type Error = Error;
    fn try_from(s: &'a StoredCheckIn) -> Result<Self> {
        let c = &s.check_in;
        let columns = content::columns(&c.content).map_err(|error| Error::Other(error.to_string()))?;
        Ok(Self {
            id: c.id.0,
            unit_id: c.unit.0,
            uuid: c.uuid.to_string(),
            obligation_id: c.obligation.map(|id| id.0),
            incident_id: c.incident.map(|id| id.0),
            kind: columns.kind,
            provenance: c.provenance.code(),
            author: content::author_text(s.author),
            door: s.door.code(),
            received_at: c.received.timestamp_millis(),
            claimed_at: s.claimed.map(|t| t.timestamp_millis()),
            supersedes: s.supersedes.map(|id| id.0),
            reason: s.reason.as_deref(),
            caller_post: s.caller.as_ref().map(|c| c.post.as_str()),
            called_at: s.caller.as_ref().map(|c| c.called_at.timestamp_millis()),
            review: c.review.code(),
            facts: columns.facts,
            narrative: columns.narrative,
            salt: s.salt.map(|salt| salt.to_string()),
            text_digest: s.text_digest.to_string(),
            digest: s.digest.to_string(),
        })
    }
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT k.id, k.unit_id, k.uuid, k.obligation_id, k.incident_id, k.kind, k.provenance, k.author, k.door,
                k.received_at, k.claimed_at, k.supersedes, k.reason, k.caller_post, k.called_at, k.review, k.facts,
                k.narrative, k.salt, k.text_digest, k.digest FROM ",
            $rest
        )
    };
}

fn read(rows: Vec<Row>) -> Result<Vec<StoredCheckIn>> {
    rows.into_iter().map(StoredCheckIn::try_from).collect()
}

impl Conn {
    /// Gives a check-in.
    pub async fn check_in(&mut self, id: CheckInId) -> Result<Option<StoredCheckIn>> {
        const SQL: &str = columns!("check_in k WHERE k.id = $1");
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
        row.map(StoredCheckIn::try_from).transpose()
    }

    /// Gives some check-ins, ordered by number.
    pub async fn check_ins(&mut self, ids: &[CheckInId]) -> Result<Vec<StoredCheckIn>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<UnitId> = ids.iter().map(|id| UnitId(id.0)).collect();
        let sql = batch!(self, columns!(""), [id bigint], each [check_in k "k.id = r.id"], " ORDER BY k.id");
        let list = super::unit::id_list(&ids);
        read(on!(self, c => sqlx::query_as(sql).bind(list).fetch_all(c).await)?)
    }

    /// Gives what units sent before under some UUIDs.
    pub async fn check_ins_by_uuid(&mut self, keys: &[(UnitId, Uuid)]) -> Result<Vec<StoredCheckIn>> {
        #[derive(Serialize)]
        struct Key {
            unit_id: i64,
            uuid: String,
        }
        let keys: Vec<Key> = keys
            .iter()
            .map(|(unit, uuid)| Key {
                unit_id: unit.0,
                uuid: uuid.to_string(),
            })
            .collect();
        let sql = batch!(self, columns!(""), [unit_id bigint, uuid text],
            each [check_in k "k.unit_id = r.unit_id AND k.uuid = r.uuid"], "");
        read(on!(self, c => sqlx::query_as(sql).bind(json(&keys)?).fetch_all(c).await)?)
    }

    /// Gives the last incident that each of some units sent outside every round.
    pub async fn latest_unattached(&mut self, units: &[UnitId]) -> Result<Vec<StoredCheckIn>> {
        if units.is_empty() {
            return Ok(Vec::new());
        }
        let sql = batch!(self, columns!(""), [id bigint], " JOIN check_in k ON k.id =
            (SELECT MAX(m.id) FROM check_in m WHERE m.unit_id = r.id AND m.obligation_id IS NULL)");
        let list = super::unit::id_list(units);
        read(on!(self, c => sqlx::query_as(sql).bind(list).fetch_all(c).await)?)
    }

    /// Gives the last check-ins of a unit, the newest first.
    pub async fn check_ins_of(&mut self, unit: UnitId, limit: i64) -> Result<Vec<StoredCheckIn>> {
        const SQL: &str = columns!("check_in k WHERE k.unit_id = $1 ORDER BY k.id DESC LIMIT $2");
        read(on!(self, c => sqlx::query_as(SQL).bind(unit.0).bind(limit).fetch_all(c).await)?)
    }

    /// Gives the check-ins of units below a path that wait for the duty office, in order of number.
    pub async fn awaiting_review(&mut self, range: &(String, String)) -> Result<Vec<StoredCheckIn>> {
        const SQL: &str = columns!(
            "check_in k JOIN unit_version v ON v.unit_id = k.unit_id AND v.valid_until IS NULL
             WHERE k.review = 'awaiting' AND v.path >= $1 AND v.path < $2 ORDER BY k.id LIMIT 500"
        );
        read(on!(self, c => sqlx::query_as(SQL).bind(&range.0).bind(&range.1).fetch_all(c).await)?)
    }

    /// Gives the check-ins of a round received before an instant, after a number, in order of number.
    pub async fn check_ins_of_round(
        &mut self,
        round: RoundId,
        before: Timestamp,
        after: CheckInId,
        limit: i64,
    ) -> Result<Vec<StoredCheckIn>> {
        const SQL: &str = columns!(
            "check_in k JOIN obligation o ON o.id = k.obligation_id
             WHERE o.round_id = $1 AND k.received_at < $2 AND k.id > $3 ORDER BY k.id LIMIT $4"
        );
        let before = before.timestamp_millis();
        read(
            on!(self, c => sqlx::query_as(SQL).bind(round.0).bind(before).bind(after.0).bind(limit)
            .fetch_all(c).await)?,
        )
    }

    /// Gives how pages name an author: the label of the workstation, the account or the token.
    pub async fn author_label(&mut self, author: Author) -> Result<Option<String>> {
        const DEVICE: &str = "SELECT label FROM device WHERE id = $1";
        const ACCOUNT: &str = "SELECT label FROM account WHERE id = $1";
        const TOKEN: &str = "SELECT label FROM api_token WHERE id = $1";
        let (sql, id) = match author {
            Author::Device(id) => (DEVICE, id.0),
            Author::Account(id) => (ACCOUNT, id.0),
            Author::Token(id) => (TOKEN, id),
        };
        Ok(on!(self, c => sqlx::query_scalar(sql).bind(id).fetch_optional(c).await)?)
    }
}

impl Tx {
    /// Sets so many numbers aside for check-ins of this transaction, ascending.
    pub async fn reserve_check_ins(&mut self, count: usize) -> Result<Vec<CheckInId>> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let ids: Vec<i64> = match self.engine() {
            Engine::Sqlite => {
                const LAST: &str = "SELECT COALESCE(MAX(id), 0) FROM check_in";
                let last: i64 = on!(self, c => sqlx::query_scalar(LAST).fetch_one(c).await)?;
                (last + 1..=last.saturating_add(count)).collect()
            }
            Engine::Postgres => {
                const NEXT: &str = "SELECT nextval(pg_get_serial_sequence('check_in', 'id'))
                    FROM generate_series(1, $1)";
                on!(self, c => sqlx::query_scalar(NEXT).bind(count).fetch_all(c).await)?
            }
        };
        Ok(ids.into_iter().map(CheckInId).collect())
    }

    /// Writes check-ins under their reserved numbers.
    pub async fn add_check_ins(&mut self, check_ins: &[StoredCheckIn]) -> Result<()> {
        if check_ins.is_empty() {
            return Ok(());
        }
        let rows = check_ins
            .iter()
            .map(NewRow::try_from)
            .collect::<Result<Vec<_>>>()?;
        let sql = batch!(self, "INSERT INTO check_in (id, unit_id, uuid, obligation_id, incident_id, kind, provenance,
            author, door, received_at, claimed_at, supersedes, reason, caller_post, called_at, review, facts, narrative,
            salt, text_digest, digest)
            SELECT r.id, r.unit_id, r.uuid, r.obligation_id, r.incident_id, r.kind, r.provenance, r.author, r.door,
            r.received_at, r.claimed_at, r.supersedes, r.reason, r.caller_post, r.called_at, r.review, r.facts,
            r.narrative, r.salt, r.text_digest, r.digest FROM ",
            [id bigint, unit_id bigint, uuid text, obligation_id bigint, incident_id bigint, kind text,
             provenance text, author text, door text, received_at bigint, claimed_at bigint, supersedes bigint,
             reason text, caller_post text, called_at bigint, review text, facts text, narrative text, salt text,
             text_digest text, digest text], "");
        on!(self, c => sqlx::query(sql).bind(json(&rows)?).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Records what the duty office decided about a check-in that awaited it. Gives whether it still did.
    pub async fn review_check_in(&mut self, id: CheckInId, review: Review) -> Result<bool> {
        const SQL: &str = "UPDATE check_in SET review = $2 WHERE id = $1 AND review = 'awaiting'";
        let done = on!(self, c => sqlx::query(SQL).bind(id.0).bind(review.code())
            .execute(c).await.map(|d| d.rows_affected()))?;
        Ok(done > 0)
    }
}
