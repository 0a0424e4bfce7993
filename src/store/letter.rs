//! Knows how letters are written into the outbox; how they leave it is in `outbox`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::unit::json;
use super::{Conn, Group, Result, Tx, batch, on};
use crate::domain::time::Timestamp;

/// A letter to be written into the outbox.
#[derive(Debug, Clone)]
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
}

/// What the letters of a step have in common: it travels once, and not with each of their rows.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Form<'a> {
    kind: &'static str,
    priority: i64,
    language: &'static str,
    round_id: Option<i64>,
    due_at: Option<i64>,
    step: Option<i64>,
    resumption: Option<i64>,
    alert_id: Option<i64>,
    pass: Option<i64>,
    details: &'a str,
    ready: i64,
}

impl<'a> Form<'a> {
    fn of(letter: &'a NewLetter) -> Self {
        Self {
            kind: letter.kind,
            priority: letter.priority,
            language: letter.language,
            round_id: letter.round_id,
            due_at: letter.due_at,
            step: letter.step,
            resumption: letter.resumption,
            alert_id: letter.alert_id,
            pass: letter.pass,
            details: &letter.details,
            ready: letter.ready,
        }
    }
}

/// What a letter has of its own.
#[derive(Serialize)]
struct Own<'a> {
    dedup_key: &'a str,
    address: &'a str,
    message_id: &'a str,
}

impl<'a> Own<'a> {
    fn of(letter: &'a NewLetter) -> Self {
        Self {
            dedup_key: &letter.dedup_key,
            address: &letter.address,
            message_id: &letter.message_id,
        }
    }
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
    /// Writes letters. One whose key is there already stays as it is; while chunks still add units to it, it takes
    /// the higher step. Gives how many rows were written.
    pub async fn add_letters(&mut self, letters: &[NewLetter], now: Timestamp) -> Result<u64> {
        let mut forms: BTreeMap<Form<'_>, Vec<Own<'_>>> = BTreeMap::new();
        for letter in letters {
            forms.entry(Form::of(letter)).or_default().push(Own::of(letter));
        }
        let mut written = 0;
        for (form, own) in forms {
            written += self.add_letters_alike(&form, &own, now).await?;
        }
        Ok(written)
    }

    /// Writes letters that say the same to different people.
    async fn add_letters_alike(&mut self, form: &Form<'_>, own: &[Own<'_>], now: Timestamp) -> Result<u64> {
        let sql = batch!(self, "INSERT INTO letter (dedup_key, address, message_id, kind, priority, language,
            round_id, due_at, step, resumption, alert_id, pass, details, ready,
            created_at, not_before, state, attempts, doubts)
            SELECT r.dedup_key, r.address, r.message_id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
            $2, $2, 'waiting', 0, 0 FROM ",
            [dedup_key text, address text, message_id text],
            " WHERE true ON CONFLICT (dedup_key) DO UPDATE SET
              kind = CASE WHEN excluded.step > letter.step THEN excluded.kind ELSE letter.kind END,
              step = CASE WHEN excluded.step > letter.step THEN excluded.step ELSE letter.step END,
              details = CASE WHEN excluded.details > letter.details THEN excluded.details ELSE letter.details END
              WHERE letter.ready = 0");
        let (rows, at) = (json(own)?, now.timestamp_millis());
        Ok(
            on!(self, c => sqlx::query(sql).bind(rows).bind(at).bind(form.kind).bind(form.priority).bind(form.language)
            .bind(form.round_id).bind(form.due_at).bind(form.step).bind(form.resumption).bind(form.alert_id)
            .bind(form.pass).bind(form.details).bind(form.ready).execute(c).await.map(|d| d.rows_affected()))?,
        )
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
    /// Gives the addresses at which a step of a group, or a later one, has failed for good for some obligations: dead
    /// letters that name them. What failed at an earlier step is tried again, for the mail server may have recovered.
    pub async fn dead_addresses(
        &mut self,
        group: Group,
        step: i64,
        obligations: &[i64],
    ) -> Result<Vec<(i64, String)>> {
        // Nearly always there is none, and the answer costs one look at a small index.
        const ANY: &str = "SELECT id FROM letter WHERE state = 'dead' AND round_id = $1 LIMIT 1";
        let any: Option<i64> =
            on!(self, c => sqlx::query_scalar(ANY).bind(group.round.0).fetch_optional(c).await)?;
        if any.is_none() {
            return Ok(Vec::new());
        }
        #[derive(Serialize)]
        struct Id {
            id: i64,
        }
        let ids: Vec<Id> = obligations.iter().map(|id| Id { id: *id }).collect();
        let sql = batch!(self, "SELECT i.obligation_id, l.address FROM ", [id bigint],
            " JOIN letter_item i ON i.obligation_id = r.id JOIN letter l ON l.id = i.letter_id
              WHERE l.state = 'dead' AND l.round_id = $2 AND l.due_at = $3 AND l.resumption = $4 AND l.step >= $5");
        let (ids, due) = (json(&ids)?, group.due.timestamp_millis());
        Ok(
            on!(self, c => sqlx::query_as(sql).bind(ids).bind(group.round.0).bind(due).bind(group.resumption).bind(step)
            .fetch_all(c).await)?,
        )
    }
}

/// A dead letter of a chase whose units were not passed on yet.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct DeadLetter {
    /// The letter.
    pub id: i64,
    /// The round.
    pub round_id: i64,
    /// The effective due time, in Unix milliseconds.
    pub due_at: i64,
    /// In Unix milliseconds; 0 for none.
    pub resumption: i64,
    /// The place of the step.
    pub step: i64,
}

/// What an acknowledgement needs to know of a chase letter.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ChaseLetterRow {
    /// The letter.
    pub id: i64,
    /// All that makes it another letter.
    pub dedup_key: String,
    /// [`crate::domain::letter::LetterKind::code`].
    pub kind: String,
    /// To whom it went.
    pub address: String,
    /// The round; none for a letter that is not of a chase.
    pub round_id: Option<i64>,
    /// The effective due time, in Unix milliseconds.
    pub due_at: Option<i64>,
    /// In Unix milliseconds; 0 for none.
    pub resumption: Option<i64>,
    /// The place of the step.
    pub step: Option<i64>,
    /// The alert; none for a letter that is not urgent.
    pub alert_id: Option<i64>,
    /// How often all were told before, for an alert.
    pub pass: Option<i64>,
    /// When it was first acknowledged, in Unix milliseconds.
    pub acknowledged_at: Option<i64>,
}

impl Conn {
    /// Gives dead letters of chases whose units were not passed on yet, oldest first.
    pub async fn dead_letters(&mut self, limit: i64) -> Result<Vec<DeadLetter>> {
        const SQL: &str = "SELECT id, round_id, due_at, resumption, step FROM letter
            WHERE state = 'dead' AND passed_at IS NULL AND round_id IS NOT NULL
            ORDER BY ended_at, id LIMIT $1";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(limit).fetch_all(c).await)?)
    }

    /// Gives the obligations that a dead letter names, that are unmet and still in its group, and that no other
    /// letter of the same firing names that was accepted or may still be. A reminder by hand stands in only for one.
    pub async fn abandoned(&mut self, letter: &DeadLetter) -> Result<Vec<i64>> {
        const SQL: &str =
            "SELECT i.obligation_id FROM letter_item i JOIN obligation o ON o.id = i.obligation_id
            JOIN letter d ON d.id = i.letter_id
            WHERE i.letter_id = $1 AND o.first_received_at IS NULL AND o.excused_at IS NULL
              AND o.due_at = $2 AND o.resumption = $3
              AND NOT EXISTS (SELECT 1 FROM letter_item j JOIN letter l ON l.id = j.letter_id
                WHERE j.obligation_id = o.id AND l.round_id = $4 AND l.due_at = $2 AND l.resumption = $3
                  AND l.step >= $5 AND l.state IN ('waiting', 'accepted', 'held')
                  AND (SUBSTR(l.dedup_key, 1, 2) <> 'n/' OR SUBSTR(d.dedup_key, 1, 2) = 'n/'))
            ORDER BY i.obligation_id";
        Ok(
            on!(self, c => sqlx::query_scalar(SQL).bind(letter.id).bind(letter.due_at).bind(letter.resumption)
            .bind(letter.round_id).bind(letter.step).fetch_all(c).await)?,
        )
    }

    /// Gives which steps told of some obligations, under the due time of a group: obligation, step and the resumption
    /// of the letter's group. A letter tells of what it named when its words were put: not of what was excused or had
    /// more time in that moment, nor does one that died and was passed on, nor a reminder by hand.
    pub async fn noticed(
        &mut self,
        group: Group,
        obligations: &[i64],
        now: Timestamp,
    ) -> Result<Vec<(i64, i64, i64)>> {
        // `put_at`: none for a letter whose words are yet to be put.
        let sql = batch!(self, "SELECT x.id, x.step, x.resumption FROM (SELECT r.id, l.step, l.resumption, l.due_at,
                CASE WHEN l.state = 'dead' OR l.state <> 'accepted' AND l.frozen IS NULL AND l.lease IS NULL THEN NULL
                  WHEN l.state <> 'accepted' AND l.frozen IS NULL THEN $5
                  ELSE COALESCE(l.begun_at,
                    (SELECT MAX(a.began_at) FROM letter_attempt a WHERE a.letter_id = l.id), l.ended_at, $5)
                  END AS put_at FROM ", [id bigint],
            " JOIN letter_item i ON i.obligation_id = r.id JOIN letter l ON l.id = i.letter_id
              WHERE l.round_id = $2 AND l.due_at = $3 AND SUBSTR(l.dedup_key, 1, 2) <> 'n/'
                AND (l.state IN ('waiting', 'held', 'accepted') OR l.state = 'dead' AND l.passed_at IS NULL)) AS x
              WHERE CASE WHEN x.put_at IS NULL THEN x.resumption = $4 ELSE
                NOT EXISTS (SELECT 1 FROM excusal e WHERE e.obligation_id = x.id
                  AND e.decided_at <= x.put_at AND e.undone_at >= x.put_at)
                AND NOT EXISTS (SELECT 1 FROM extension e WHERE e.obligation_id = x.id AND e.due_before = x.due_at
                  AND e.decided_at <= x.put_at AND e.undone_at >= x.put_at) END");
        let (ids, due) = (super::outbox::ids(obligations)?, group.due.timestamp_millis());
        Ok(
            on!(self, c => sqlx::query_as(sql).bind(ids).bind(group.round.0).bind(due).bind(group.resumption)
            .bind(now.timestamp_millis()).fetch_all(c).await)?,
        )
    }

    /// Gives who was reminded of which of some obligations by hand after an instant.
    pub async fn reminded(&mut self, obligations: &[i64], after: Timestamp) -> Result<Vec<(i64, String)>> {
        let sql = batch!(self, "SELECT i.obligation_id, l.address FROM ", [id bigint],
            " JOIN letter_item i ON i.obligation_id = r.id JOIN letter l ON l.id = i.letter_id
              WHERE l.created_at > $2 AND SUBSTR(l.dedup_key, 1, 2) = 'n/'");
        let (ids, after) = (super::outbox::ids(obligations)?, after.timestamp_millis());
        Ok(on!(self, c => sqlx::query_as(sql).bind(ids).bind(after).fetch_all(c).await)?)
    }

    /// Gives the letter of a key.
    pub async fn letter_of(&mut self, dedup_key: &str) -> Result<Option<i64>> {
        const SQL: &str = "SELECT id FROM letter WHERE dedup_key = $1";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(dedup_key).fetch_optional(c).await)?)
    }

    /// Gives a letter by the hash of the token in its link, where that does not name the letter: none gets one any more.
    pub async fn letter_by_token(&mut self, hash: &str) -> Result<Option<ChaseLetterRow>> {
        const SQL: &str =
            "SELECT id, dedup_key, kind, address, round_id, due_at, resumption, step, alert_id, pass, acknowledged_at
            FROM letter WHERE token_hash = $1";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(hash).fetch_optional(c).await)?)
    }

    /// Gives a letter by its row.
    pub async fn letter_row(&mut self, id: i64) -> Result<Option<ChaseLetterRow>> {
        const SQL: &str =
            "SELECT id, dedup_key, kind, address, round_id, due_at, resumption, step, alert_id, pass, acknowledged_at
            FROM letter WHERE id = $1";
        Ok(on!(self, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?)
    }

    /// Gives the obligations that a letter names.
    pub async fn letter_items(&mut self, letter: i64) -> Result<Vec<i64>> {
        const SQL: &str = "SELECT obligation_id FROM letter_item WHERE letter_id = $1 ORDER BY obligation_id";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(letter).fetch_all(c).await)?)
    }

    /// Gives the languages that account holders chose, by address.
    pub async fn languages(&mut self) -> Result<Vec<(String, String)>> {
        const SQL: &str = "SELECT address, language FROM account WHERE address IS NOT NULL";
        Ok(on!(self, c => sqlx::query_as(SQL).fetch_all(c).await)?)
    }
}

impl Tx {
    /// Marks dead letters as passed on.
    pub async fn mark_passed(&mut self, letters: &[i64], now: Timestamp) -> Result<()> {
        #[derive(Serialize)]
        struct Id {
            id: i64,
        }
        let ids: Vec<Id> = letters.iter().map(|id| Id { id: *id }).collect();
        let sql =
            batch!(self, "UPDATE letter SET passed_at = $2 WHERE id IN (SELECT r.id FROM ", [id bigint], ")");
        let at = now.timestamp_millis();
        on!(self, c => sqlx::query(sql).bind(json(&ids)?).bind(at).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Records an acknowledgement of a letter, and when it was first acknowledged.
    pub async fn acknowledge_letter(&mut self, new: &NewAcknowledgement<'_>, now: Timestamp) -> Result<()> {
        const ADD: &str = "INSERT INTO acknowledgement
            (letter_id, alert_id, via, by_address, by_account, entered_by, caller_post, called_at, remark, at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        const MARK: &str = "UPDATE letter SET acknowledged_at = COALESCE(acknowledged_at, $2) WHERE id = $1";
        let (at, called) = (
            now.timestamp_millis(),
            new.called_at.map(|t| t.timestamp_millis()),
        );
        on!(self, c => sqlx::query(ADD).bind(new.letter).bind(new.alert).bind(new.via).bind(new.by_address)
            .bind(new.by_account).bind(new.entered_by).bind(new.caller_post).bind(called)
            .bind(new.remark).bind(at)
            .execute(c).await.map(|_| ()))?;
        if let Some(letter) = new.letter {
            on!(self, c => sqlx::query(MARK).bind(letter).bind(at).execute(c).await.map(|_| ()))?;
        }
        Ok(())
    }
}

/// An acknowledgement to be recorded.
#[derive(Debug, Clone, Copy, Default)]
pub struct NewAcknowledgement<'a> {
    /// The letter that was answered.
    pub letter: Option<i64>,
    /// The alert, for an urgent report.
    pub alert: Option<i64>,
    /// `link`, `page` or `phone`.
    pub via: &'static str,
    /// To whom the answered letter went.
    pub by_address: Option<&'a str>,
    /// The account that answered on a page.
    pub by_account: Option<i64>,
    /// The officer who entered an answer by phone.
    pub entered_by: Option<i64>,
    /// The post of whoever answered by phone, or read a letter that was forwarded to him.
    pub caller_post: Option<&'a str>,
    /// When they phoned.
    pub called_at: Option<Timestamp>,
    /// What was said with it.
    pub remark: Option<&'a str>,
}
