//! Knows how letters leave the outbox: claimed with a lease, frozen before they are sent, settled after.

use chrono::TimeDelta;
use serde::Serialize;

use super::unit::json;
use super::{Conn, Engine, Result, Tx, batch, on};
use crate::domain::letter::Priority;
use crate::domain::time::Timestamp;

/// A letter in the hand of whoever claimed it. Its columns are raw: one that cannot be read must not spoil a batch.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Claimed {
    /// Its row.
    pub id: i64,
    /// All that makes it another letter.
    pub dedup_key: String,
    /// [`crate::domain::letter::LetterKind::code`].
    pub kind: String,
    /// 0 goes first.
    pub priority: i64,
    /// To whom.
    pub address: String,
    /// In which language.
    pub language: String,
    /// Of a chase.
    pub round_id: Option<i64>,
    /// Of a chase: the effective due time.
    pub due_at: Option<i64>,
    /// Of a chase or an alert.
    pub step: Option<i64>,
    /// Of a chase; 0 for none.
    pub resumption: Option<i64>,
    /// Of an urgent letter.
    pub alert_id: Option<i64>,
    /// Of an urgent letter.
    pub pass: Option<i64>,
    /// JSON: [`crate::domain::letter::Details`].
    pub details: String,
    /// Stable over all attempts.
    pub message_id: String,
    /// When it was written.
    pub created_at: i64,
    /// From when on it may be sent.
    pub not_before: i64,
    /// Attempts that count against it.
    pub attempts: i64,
    /// How many of them ended in doubt.
    pub doubts: i64,
    /// When an attempt was begun whose end nobody recorded.
    pub begun_at: Option<i64>,
    /// The bytes of the first attempt.
    pub frozen: Option<String>,
}

/// Who holds letters, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// `instance.turn`; no two turns share one.
    pub holder: String,
    /// After this others may take the letters up again.
    pub until: Timestamp,
}

/// A letter whose attempt begins: its bytes are kept before the first of them leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Begun {
    /// The letter.
    pub id: i64,
    /// The bytes of the mail; pure ASCII.
    pub frozen: String,
}

/// What becomes of a claimed letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// The letter.
    pub id: i64,
    /// The attempts that it had when the result was made; a result for another number is too late.
    pub attempts: i64,
    /// `waiting`, `accepted`, `dead` or `obsolete`.
    pub state: &'static str,
    /// Attempts that count from now on.
    pub counted: i64,
    /// Doubts from now on.
    pub doubts: i64,
    /// From when on it may be sent again.
    pub not_before: i64,
    /// 1 if the kept bytes are to be forgotten: nothing of them has left.
    pub thaw: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// Why it is dead.
    pub failure: Option<String>,
}

/// An attempt to send a letter, as it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewAttempt {
    /// The letter.
    pub letter_id: i64,
    /// Unix milliseconds.
    pub began_at: i64,
    /// Unix milliseconds.
    pub ended_at: i64,
    /// [`crate::domain::delivery::Stage::code`].
    pub stage: &'static str,
    /// [`crate::domain::delivery::Class::code`].
    pub outcome: &'static str,
    /// The reply code.
    pub code: Option<i64>,
    /// The server's own words.
    pub words: String,
}

/// Whose letters: the urgent ones, or all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Urgent reports.
    Urgent,
    /// Everything else, in the order of priority.
    Routine,
}

impl Lane {
    /// Gives the priorities of its letters, the first to go first.
    fn priorities(self) -> &'static [Priority] {
        match self {
            Self::Urgent => &[Priority::Urgent],
            Self::Routine => &[
                Priority::Account,
                Priority::FollowUp,
                Priority::Chase,
                Priority::Bulletin,
            ],
        }
    }
}

macro_rules! claim {
    ($in:literal, $lock:literal, $out:literal) => {
        concat!(
            "UPDATE letter SET lease = $1, lease_until = $2 WHERE id ",
            $in,
            "SELECT id FROM letter WHERE state = 'waiting' AND ready = 1 AND lease IS NULL
                AND priority = $3 AND not_before <= $4 ORDER BY not_before, id LIMIT $5",
            $lock,
            $out,
            " RETURNING id, dedup_key, kind, priority, address, language, round_id, due_at, step, resumption, alert_id,
                pass, details, message_id, created_at, not_before, attempts, doubts, begun_at, frozen"
        )
    };
}

impl Conn {
    /// Tells whether letters are in the hands of nobody any more; see [`Tx::free_lost`].
    pub async fn any_lost(&mut self, now: Timestamp, silence: TimeDelta) -> Result<bool> {
        const SQL: &str = "SELECT COUNT(*) FROM letter WHERE state = 'waiting' AND lease IS NOT NULL
            AND (lease_until <= $1 OR NOT EXISTS
                (SELECT 1 FROM heartbeat h WHERE h.beat_at > $2 AND SUBSTR(letter.lease, 1, LENGTH(h.instance) + 1) = h.instance || '.'))";
        let (now, alive) = (now.timestamp_millis(), (now - silence).timestamp_millis());
        let lost: i64 = on!(self, c => sqlx::query_scalar(SQL).bind(now).bind(alive).fetch_one(c).await)?;
        Ok(lost > 0)
    }

    /// Gives when the next letter of a lane may be sent, of those that nobody holds; in Unix milliseconds.
    pub async fn next_letter(&mut self, lane: Lane) -> Result<Option<i64>> {
        const SQL: &str = "SELECT MIN(not_before) FROM letter
            WHERE state = 'waiting' AND ready = 1 AND lease IS NULL AND priority = $1";
        let mut next: Option<i64> = None;
        for priority in lane.priorities() {
            let found = on!(self, c => sqlx::query_scalar::<_, Option<i64>>(SQL).bind(*priority as i64)
                .fetch_one(c).await)?;
            next = next.into_iter().chain(found).min();
        }
        Ok(next)
    }
}

impl Tx {
    /// Takes up to `most` letters of a lane whose time has come, in the order in which they go.
    pub async fn claim(
        &mut self,
        lane: Lane,
        lease: &Lease,
        most: usize,
        now: Timestamp,
    ) -> Result<Vec<Claimed>> {
        const SQLITE: &str = claim!("IN (", "", ")");
        const POSTGRES: &str = claim!("= ANY (ARRAY(", " FOR UPDATE SKIP LOCKED", "))");
        let sql = match self.engine() {
            Engine::Sqlite => SQLITE,
            Engine::Postgres => POSTGRES,
        };
        let (until, now) = (lease.until.timestamp_millis(), now.timestamp_millis());
        let mut claimed: Vec<Claimed> = Vec::new();
        for priority in lane.priorities() {
            let left = i64::try_from(most.saturating_sub(claimed.len())).unwrap_or(i64::MAX);
            if left == 0 {
                break;
            }
            let mut some: Vec<Claimed> = on!(self, c => sqlx::query_as(sql).bind(&lease.holder).bind(until)
                .bind(*priority as i64).bind(now).bind(left).fetch_all(c).await)?;
            some.sort_by_key(|letter| (letter.not_before, letter.id));
            claimed.append(&mut some);
        }
        Ok(claimed)
    }

    /// Records that attempts begin. Gives the letters that still were in this hand; others must not be sent.
    pub async fn begin_attempts(
        &mut self,
        lease: &Lease,
        letters: &[Begun],
        now: Timestamp,
    ) -> Result<Vec<i64>> {
        if letters.is_empty() {
            return Ok(Vec::new());
        }
        let sql = batch!(self, "UPDATE letter SET frozen = COALESCE(letter.frozen, r.frozen), begun_at = $3,
            attempts = letter.attempts + 1 FROM ", [id bigint, frozen text],
            " WHERE letter.id = r.id AND letter.lease = $2 AND letter.lease_until > $3
              AND letter.state = 'waiting' RETURNING letter.id");
        let (rows, at) = (json(letters)?, now.timestamp_millis());
        Ok(
            on!(self, c => sqlx::query_scalar(sql).bind(rows).bind(&lease.holder).bind(at).fetch_all(c).await)?,
        )
    }

    /// Writes what becomes of letters, where lease and attempt still match, and lets go of them. Gives those that
    /// it was written for.
    pub async fn settle(&mut self, lease: &Lease, letters: &[Settled]) -> Result<Vec<i64>> {
        if letters.is_empty() {
            return Ok(Vec::new());
        }
        let sql = batch!(self, "UPDATE letter SET state = r.state, attempts = r.counted, doubts = r.doubts,
            not_before = r.not_before, ended_at = r.ended_at, failure = r.failure,
            frozen = CASE WHEN r.thaw = 1 THEN NULL ELSE letter.frozen END,
            lease = NULL, lease_until = NULL, begun_at = NULL FROM ",
            [id bigint, attempts bigint, state text, counted bigint, doubts bigint, not_before bigint, thaw bigint,
             ended_at bigint, failure text],
            " WHERE letter.id = r.id AND letter.lease = $2 AND letter.attempts = r.attempts
              AND letter.state = 'waiting' RETURNING letter.id");
        let rows = json(letters)?;
        Ok(on!(self, c => sqlx::query_scalar(sql).bind(rows).bind(&lease.holder).fetch_all(c).await)?)
    }

    /// Records that an attempt was lost with the process that made it: it may have succeeded.
    pub async fn doubt_lost(&mut self, letters: &[i64]) -> Result<()> {
        if letters.is_empty() {
            return Ok(());
        }
        let sql = batch!(self, "UPDATE letter SET doubts = doubts + 1, begun_at = NULL WHERE id IN
            (SELECT r.id FROM ", [id bigint], ")");
        let list = ids(letters)?;
        on!(self, c => sqlx::query(sql).bind(list).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Keeps attempts as they ended.
    pub async fn add_attempts(&mut self, attempts: &[NewAttempt]) -> Result<()> {
        if attempts.is_empty() {
            return Ok(());
        }
        let sql = batch!(self, "INSERT INTO letter_attempt
            (letter_id, began_at, ended_at, stage, outcome, code, words)
            SELECT r.letter_id, r.began_at, r.ended_at, r.stage, r.outcome, r.code, r.words FROM ",
            [letter_id bigint, began_at bigint, ended_at bigint, stage text, outcome text, code bigint, words text],
            "");
        on!(self, c => sqlx::query(sql).bind(json(attempts)?).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Frees the letters that were held too long, or by an instance that has shown no sign of life for `silence`.
    /// Gives how many.
    pub async fn free_lost(&mut self, now: Timestamp, silence: TimeDelta) -> Result<u64> {
        const SQL: &str = "UPDATE letter SET lease = NULL, lease_until = NULL
            WHERE state = 'waiting' AND lease IS NOT NULL AND (lease_until <= $1 OR NOT EXISTS
                (SELECT 1 FROM heartbeat h WHERE h.beat_at > $2 AND SUBSTR(letter.lease, 1, LENGTH(h.instance) + 1) = h.instance || '.'))";
        let (now, alive) = (now.timestamp_millis(), (now - silence).timestamp_millis());
        Ok(
            on!(self, c => sqlx::query(SQL).bind(now).bind(alive).execute(c).await.map(|d| d.rows_affected()))?,
        )
    }

    /// Frees the letters of a holder, named by how its leases begin.
    pub async fn free_held_by(&mut self, beginning: &str) -> Result<u64> {
        const SQL: &str = "UPDATE letter SET lease = NULL, lease_until = NULL
            WHERE state = 'waiting' AND SUBSTR(lease, 1, LENGTH($1)) = $1";
        Ok(on!(self, c => sqlx::query(SQL).bind(beginning).execute(c).await.map(|d| d.rows_affected()))?)
    }

    /// Frees every letter that anybody holds: for the one server of a database, at its start.
    pub async fn free_all(&mut self) -> Result<u64> {
        const SQL: &str = "UPDATE letter SET lease = NULL, lease_until = NULL
            WHERE state = 'waiting' AND lease IS NOT NULL";
        Ok(on!(self, c => sqlx::query(SQL).execute(c).await.map(|d| d.rows_affected()))?)
    }

    /// Holds every waiting letter back, in a copy that was restored from a backup. Gives how many.
    pub async fn hold_letters(&mut self) -> Result<u64> {
        const SQL: &str =
            "UPDATE letter SET state = 'held', lease = NULL, lease_until = NULL, begun_at = NULL
            WHERE state = 'waiting'";
        Ok(on!(self, c => sqlx::query(SQL).execute(c).await.map(|d| d.rows_affected()))?)
    }

    /// Lets the letters that were held back go. Gives how many.
    pub async fn release_held(&mut self) -> Result<u64> {
        const SQL: &str = "UPDATE letter SET state = 'waiting' WHERE state = 'held'";
        Ok(on!(self, c => sqlx::query(SQL).execute(c).await.map(|d| d.rows_affected()))?)
    }
}

/// Writes ids as the JSON list that a batch takes.
pub(super) fn ids(ids: &[i64]) -> Result<String> {
    #[derive(Serialize)]
    struct Id {
        id: i64,
    }
    json(&ids.iter().map(|id| Id { id: *id }).collect::<Vec<_>>())
}
