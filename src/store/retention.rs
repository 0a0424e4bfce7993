//! Knows which rows are past their time, class by class, and how what is old goes while what is counted stays.

use super::{Conn, Result, Tx, on};
use crate::domain::privacy::Class;
use crate::domain::time::Timestamp;

/// One thing that goes: how many there are, and how some of them are taken away.
struct Rule {
    class: Class,
    count: &'static str,
    drop: &'static str,
}

/// Builds a rule: `$1` is the instant before which rows are old, `$2` how many go at once.
macro_rules! rule {
    ($class:ident, empty $table:literal, $key:literal, $set:literal, $old:literal) => {
        Rule {
            class: Class::$class,
            count: concat!("SELECT COUNT(*) FROM ", $table, " WHERE ", $old),
            drop: concat!(
                "UPDATE ",
                $table,
                " SET ",
                $set,
                " WHERE ",
                $key,
                " IN (SELECT ",
                $key,
                " FROM ",
                $table,
                " WHERE ",
                $old,
                " LIMIT $2)"
            ),
        }
    };
    ($class:ident, drop $table:literal, $key:literal, $old:literal) => {
        Rule {
            class: Class::$class,
            count: concat!("SELECT COUNT(*) FROM ", $table, " WHERE ", $old),
            drop: concat!(
                "DELETE FROM ",
                $table,
                " WHERE ",
                $old,
                " AND ",
                $key,
                " IN (SELECT ",
                $key,
                " FROM ",
                $table,
                " WHERE ",
                $old,
                " LIMIT $2)"
            ),
        }
    };
}

/// What goes. A report of an incident that is open, or that awaits a decision, keeps its texts.
const RULES: &[Rule] = &[
    rule!(Texts, empty "check_in", "id",
        "narrative = NULL, salt = NULL, reason = NULL, caller_post = NULL",
        "received_at < $1 AND review <> 'awaiting'
            AND (narrative IS NOT NULL OR reason IS NOT NULL OR caller_post IS NOT NULL)
            AND NOT EXISTS (SELECT 1 FROM incident i WHERE i.id = check_in.incident_id
                AND (i.closed_at IS NULL OR i.closed_at >= $1))"),
    rule!(Texts, empty "incident_event", "id", "reason = NULL",
        "at < $1 AND reason IS NOT NULL AND NOT EXISTS (SELECT 1 FROM incident i
            WHERE i.id = incident_event.incident_id AND (i.closed_at IS NULL OR i.closed_at >= $1))"),
    rule!(Texts, empty "finding", "id", "note = '', reply = CASE WHEN reply IS NULL THEN NULL ELSE '' END",
        "at < $1 AND (note <> '' OR reply <> '')"),
    rule!(Texts, empty "acknowledgement", "id", "remark = NULL, caller_post = NULL",
        "at < $1 AND (remark IS NOT NULL OR caller_post IS NOT NULL)"),
    rule!(Texts, empty "contact_attempt", "id", "note = NULL", "at < $1 AND note IS NOT NULL"),
    rule!(Texts, empty "spot_check", "id", "note = NULL", "at < $1 AND note IS NOT NULL"),
    rule!(Texts, empty "excusal", "id", "reason = ''", "decided_at < $1 AND reason <> ''"),
    rule!(Texts, empty "extension", "id", "reason = ''", "decided_at < $1 AND reason <> ''"),
    rule!(Texts, empty "redaction", "id", "reason = ''", "at < $1 AND reason <> ''"),
    rule!(Texts, drop "duty_note", "id", "at < $1"),
    rule!(Texts, empty "duty_handover", "id", "desk = '{}'", "at < $1 AND desk <> '{}'"),
    rule!(Texts, empty "bulletin", "id", "duty = NULL, salt = NULL", "made_at < $1 AND duty IS NOT NULL"),
    rule!(Texts, empty "duty_swap", "id", "reason = ''", "asked_at < $1 AND reason <> ''"),
    rule!(Mails, empty "letter", "id", "frozen = NULL", "ended_at < $1 AND frozen IS NOT NULL"),
    rule!(Letters, empty "letter", "id",
        "address = '', dedup_key = 'gone ' || id, frozen = NULL, token_hash = NULL",
        "created_at < $1 AND state NOT IN ('waiting', 'held') AND address <> ''"),
    rule!(Letters, empty "letter_attempt", "id", "words = ''", "began_at < $1 AND words <> ''"),
    rule!(Letters, empty "acknowledgement", "id", "by_address = NULL", "at < $1 AND by_address IS NOT NULL"),
    rule!(Access, empty "unit_import", "id", "trail = ''", "at < $1 AND trail <> ''"),
    rule!(Access, drop "session", "token_hash", "seen_at < $1"),
    rule!(Access, drop "sign_in_link", "token_hash", "expires_at < $1"),
    rule!(Access, drop "slip", "id", "expires_at < $1"),
    rule!(Access, drop "throttle", "subject", "blocked_until < $1"),
    rule!(Access, drop "heartbeat", "instance",
        "beat_at < $1 AND beat_at < (SELECT MAX(beat_at) FROM heartbeat)"),
];

impl Conn {
    /// Counts what is older than its class is kept.
    pub async fn count_old(&mut self, class: Class, before: Timestamp) -> Result<i64> {
        let (mut all, before) = (0, before.timestamp_millis());
        for rule in RULES.iter().filter(|rule| rule.class == class) {
            let n: i64 = on!(self, c => sqlx::query_scalar(rule.count).bind(before).fetch_one(c).await)?;
            all += n;
        }
        Ok(all)
    }

    /// Gives every table, and every column of texts with its table.
    pub async fn text_columns(&mut self) -> Result<Vec<(String, Option<String>)>> {
        const SQLITE: &str = "SELECT m.name, c.name FROM sqlite_master m
            LEFT JOIN pragma_table_info(m.name) c ON c.type = 'TEXT'
            WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '_sqlx_migrations'
            UNION SELECT name, NULL FROM sqlite_master
            WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations'";
        const POSTGRES: &str = "SELECT table_name::text, column_name::text FROM information_schema.columns
            WHERE table_schema = current_schema() AND table_name <> '_sqlx_migrations' AND data_type <> 'bigint'
            UNION SELECT table_name::text, NULL FROM information_schema.tables
            WHERE table_schema = current_schema() AND table_name <> '_sqlx_migrations'";
        let sql = match self.engine() {
            super::Engine::Sqlite => SQLITE,
            super::Engine::Postgres => POSTGRES,
        };
        Ok(on!(self, c => sqlx::query_as(sql).fetch_all(c).await)?)
    }

    /// Counts what there is of persons: accounts, addresses of contacts, phones of posts, reports with texts, letters
    /// with an address.
    pub async fn personal_counts(&mut self) -> Result<[i64; 5]> {
        const SQL: &str =
            "SELECT (SELECT COUNT(*) FROM account), (SELECT COUNT(DISTINCT address) FROM contact),
            (SELECT COUNT(*) FROM duty_post WHERE phone IS NOT NULL),
            (SELECT COUNT(*) FROM check_in WHERE narrative IS NOT NULL),
            (SELECT COUNT(*) FROM letter WHERE address <> '')";
        let (accounts, contacts, phones, texts, letters) =
            on!(self, c => sqlx::query_as(SQL).fetch_one(c).await)?;
        Ok([accounts, contacts, phones, texts, letters])
    }
}

impl Tx {
    /// Takes away what is older than its class is kept: of each thing `limit` rows at most. Gives how many rows.
    pub async fn drop_old(&mut self, class: Class, before: Timestamp, limit: i64) -> Result<u64> {
        let (mut all, before) = (0, before.timestamp_millis());
        for rule in RULES.iter().filter(|rule| rule.class == class) {
            all += on!(self, c => sqlx::query(rule.drop).bind(before).bind(limit)
                .execute(c).await.map(|done| done.rows_affected()))?;
        }
        Ok(all)
    }
}
