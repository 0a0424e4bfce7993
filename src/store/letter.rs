//! Knows how letters are written into the outbox; how they leave it is in `outbox`.

use serde::Serialize;

use super::unit::json;
use super::{Conn, Group, Result, Tx, batch, on};
use crate::domain::time::Timestamp;

/// A letter to be written into the outbox.
#[derive(Debug, Clone, Serialize)]
pub struct NewLetter {
    /// All that makes it another letter.
    pub dedup_key: String,
    /// [`crate::domain::letter::LetterKind::code`].
    pub kind: &'static str,
    /// 0 goes first.
    pub priority: i64,
    /// A normalised address.
    pub address: String,
    /// The recipient's language.
    pub language: &'static str,
    /// Of a chase.
    pub round_id: Option<i64>,
    /// Of a chase: the effective due time, in Unix milliseconds.
    pub due_at: Option<i64>,
    /// Of a chase or an alert.
    pub step: Option<i64>,
    /// Of a chase: in Unix milliseconds; 0 for none.
    pub resumption: Option<i64>,
    /// Of an urgent letter.
    pub alert_id: Option<i64>,
    /// Of an urgent letter.
    pub pass: Option<i64>,
    /// JSON: what only this kind of letter needs.
    pub details: String,
    /// Stable over all attempts.
    pub message_id: String,
    /// 0 while chunks still add units to it.
    pub ready: i64,
    /// SHA-256 of the token in its link, in hex.
    pub token_hash: Option<String>,
}

/// That a letter names an obligation.
#[derive(Debug, Clone, Serialize)]
pub struct NewItem<'a> {
    /// The letter's key.
    pub dedup_key: &'a str,
    /// The obligation.
    pub obligation_id: i64,
}

impl Tx {
    /// Writes letters; those whose key is there already stay as they are. Gives how many are new.
    pub async fn add_letters(&mut self, letters: &[NewLetter], now: Timestamp) -> Result<u64> {
        if letters.is_empty() {
            return Ok(0);
        }
        let sql = batch!(self, "INSERT INTO letter (dedup_key, kind, priority, address, language, round_id, due_at,
            step, resumption, alert_id, pass, details, message_id, ready, token_hash,
            created_at, not_before, state, attempts, doubts)
            SELECT r.dedup_key, r.kind, r.priority, r.address, r.language, r.round_id, r.due_at,
            r.step, r.resumption, r.alert_id, r.pass, r.details, r.message_id, r.ready, r.token_hash,
            $2, $2, 'waiting', 0, 0 FROM ",
            [dedup_key text, kind text, priority bigint, address text, language text, round_id bigint,
             due_at bigint, step bigint, resumption bigint, alert_id bigint, pass bigint, details text,
             message_id text, ready bigint, token_hash text],
            " WHERE true ON CONFLICT (dedup_key) DO NOTHING");
        let (rows, at) = (json(letters)?, now.timestamp_millis());
        Ok(on!(self, c => sqlx::query(sql).bind(rows).bind(at).execute(c).await.map(|d| d.rows_affected()))?)
    }

    /// Records which obligations letters name.
    pub async fn add_items(&mut self, items: &[NewItem<'_>]) -> Result<()> {
        if items.is_empty() {
            return Ok(());
        }
        let sql = batch!(self, "INSERT INTO letter_item (letter_id, obligation_id)
            SELECT l.id, r.obligation_id FROM ", [dedup_key text, obligation_id bigint],
            " JOIN letter l ON l.dedup_key = r.dedup_key WHERE true ON CONFLICT DO NOTHING");
        on!(self, c => sqlx::query(sql).bind(json(items)?).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Lets the letters of a chase group go, once every chunk has added its units.
    pub async fn make_ready(&mut self, group: Group) -> Result<u64> {
        const SQL: &str = "UPDATE letter SET ready = 1
            WHERE round_id = $1 AND due_at = $2 AND resumption = $3 AND ready = 0";
        let due = group.due.timestamp_millis();
        Ok(
            on!(self, c => sqlx::query(SQL).bind(group.round.0).bind(due).bind(group.resumption)
            .execute(c).await.map(|d| d.rows_affected()))?,
        )
    }
}

impl Conn {
    /// Gives the addresses that have failed for good for some obligations: dead chase letters that name them.
    pub async fn dead_addresses(&mut self, obligations: &[i64]) -> Result<Vec<(i64, String)>> {
        #[derive(Serialize)]
        struct Id {
            id: i64,
        }
        let ids: Vec<Id> = obligations.iter().map(|id| Id { id: *id }).collect();
        let sql = batch!(self, "SELECT i.obligation_id, l.address FROM ", [id bigint],
            " JOIN letter_item i ON i.obligation_id = r.id JOIN letter l ON l.id = i.letter_id
              WHERE l.state = 'dead'");
        Ok(on!(self, c => sqlx::query_as(sql).bind(json(&ids)?).fetch_all(c).await)?)
    }
}
