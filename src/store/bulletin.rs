//! Knows the daily bulletins of duty offices: rows that are written once.
//!
//! * here — writing one, reading them
//! * `facts.rs` — what a bulletin is made of

mod facts;

pub use facts::{Tail, TailRound};

use super::obligation::instant;
use super::{Conn, Error, Result, Tx, batch, on};
use crate::domain::bulletin::Previous;
use crate::domain::digest::Digest;
use crate::domain::ids::UnitId;
use crate::domain::time::{BusinessDate, Timestamp};
use crate::domain::unit::UnitPath;

/// A bulletin to be written.
#[derive(Debug, Clone)]
pub struct NewBulletin<'a> {
    /// The office.
    pub unit: UnitId,
    /// Where it stands.
    pub path: &'a UnitPath,
    pub day: BusinessDate,
    pub year: i32,
    pub number: i64,
    /// Where its span ends.
    pub until: Timestamp,
    pub made: Timestamp,
    /// How many persons it is sent to.
    pub letters: i64,
    /// JSON of [`crate::domain::bulletin::Bulletin`].
    pub content: &'a str,
    /// Over the content.
    pub digest: Digest,
    /// JSON: who is on duty the next day.
    pub duty: &'a str,
    /// Of its hash in the content.
    pub salt: &'a str,
}

/// A bulletin as it is stored; its content is read by whoever shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBulletin {
    /// Its row.
    pub id: i64,
    /// The office.
    pub unit: UnitId,
    /// Where it stood.
    pub path: UnitPath,
    pub day: BusinessDate,
    pub number: i64,
    pub made: Timestamp,
    /// How many persons it was sent to.
    pub letters: i64,
    pub content: String,
    pub digest: String,
    /// None once it is past its time.
    pub duty: Option<String>,
    pub salt: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    unit_id: i64,
    path: String,
    day: String,
    number: i64,
    made_at: i64,
    letters: i64,
    content: String,
    digest: String,
    duty: Option<String>,
    salt: Option<String>,
}

impl TryFrom<Row> for StoredBulletin {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let broken = |column, text: &str| Error::broken("bulletin", column, row.id, text);
        Ok(Self {
            id: row.id,
            unit: UnitId(row.unit_id),
            path: UnitPath::parse(&row.path).map_err(|_| broken("path", &row.path))?,
            day: row.day.parse().map_err(|_| broken("day", &row.day))?,
            number: row.number,
            made: instant("bulletin", "made_at", row.id, row.made_at)?,
            letters: row.letters,
            content: row.content,
            digest: row.digest,
            duty: row.duty,
            salt: row.salt,
        })
    }
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT b.id, b.unit_id, b.path, b.day, b.number, b.made_at, b.letters, b.content, b.digest, b.duty, b.salt
            FROM ",
            $rest
        )
    };
}

impl Conn {
    /// Gives the last bulletin of each of some offices.
    pub async fn last_bulletins(&mut self, offices: &[UnitId]) -> Result<Vec<(UnitId, Previous)>> {
        let sql = batch!(self, "SELECT b.id, b.unit_id, b.day, b.until_at FROM ", [id bigint],
            " JOIN bulletin b ON b.unit_id = r.id
              AND b.day = (SELECT MAX(l.day) FROM bulletin l WHERE l.unit_id = r.id)");
        let list = super::unit::id_list(offices);
        let rows: Vec<(i64, i64, String, i64)> =
            on!(self, c => sqlx::query_as(sql).bind(list).fetch_all(c).await)?;
        let last = |(id, unit, day, until): (i64, i64, String, i64)| {
            let previous = Previous {
                day: day
                    .parse()
                    .map_err(|_| Error::broken("bulletin", "day", id, &day))?,
                until: instant("bulletin", "until_at", id, until)?,
            };
            Ok((UnitId(unit), previous))
        };
        rows.into_iter().map(last).collect()
    }

    /// Gives the last bulletin of an office that is for a day before another.
    pub async fn bulletin_before(
        &mut self,
        office: UnitId,
        day: BusinessDate,
    ) -> Result<Option<StoredBulletin>> {
        const SQL: &str =
            columns!("bulletin b WHERE b.unit_id = $1 AND b.day < $2 ORDER BY b.day DESC LIMIT 1");
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(office.0).bind(day.to_string())
            .fetch_optional(c).await)?;
        row.map(StoredBulletin::try_from).transpose()
    }

    /// Gives a bulletin.
    pub async fn bulletin(&mut self, id: i64) -> Result<Option<StoredBulletin>> {
        const SQL: &str = columns!("bulletin b WHERE b.id = $1");
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(id).fetch_optional(c).await)?;
        row.map(StoredBulletin::try_from).transpose()
    }

    /// Gives the bulletins of offices in some ranges, the latest first: before a row if one is given, `limit` at most.
    pub async fn bulletins(
        &mut self,
        ranges: &[(String, String)],
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<StoredBulletin>> {
        let sql = batch!(self, columns!(""), [lo text, hi text],
            " JOIN bulletin b ON b.path >= r.lo AND b.path < r.hi AND b.id < $2 ORDER BY b.id DESC LIMIT $3");
        let rows = super::board::range_rows(ranges)?;
        let before = before.unwrap_or(i64::MAX);
        let rows: Vec<Row> =
            on!(self, c => sqlx::query_as(sql).bind(rows).bind(before).bind(limit).fetch_all(c).await)?;
        rows.into_iter().map(StoredBulletin::try_from).collect()
    }

    /// Gives the offices in some ranges whose bulletin for a day was sent to nobody.
    pub async fn unread_bulletins(
        &mut self,
        ranges: &[(String, String)],
        day: BusinessDate,
    ) -> Result<Vec<UnitId>> {
        let sql = batch!(self, "SELECT DISTINCT b.unit_id FROM ", [lo text, hi text],
            " JOIN bulletin b ON b.path >= r.lo AND b.path < r.hi AND b.day = $2 AND b.letters = 0
              ORDER BY b.unit_id");
        let (rows, day) = (super::board::range_rows(ranges)?, day.to_string());
        let ids: Vec<i64> = on!(self, c => sqlx::query_scalar(sql).bind(rows).bind(day).fetch_all(c).await)?;
        Ok(ids.into_iter().map(UnitId).collect())
    }

    /// Gives the highest number that an office has given in a year; 0 for none.
    pub async fn last_bulletin_number(&mut self, unit: UnitId, year: i32) -> Result<i64> {
        const SQL: &str =
            "SELECT CAST(COALESCE(MAX(number), 0) AS BIGINT) FROM bulletin WHERE unit_id = $1 AND year = $2";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(unit.0).bind(i64::from(year)).fetch_one(c).await)?)
    }

    /// Gives the addresses of those who lead an office or are its duty officers, by their accounts.
    pub async fn readers_of(&mut self, office: UnitId, now: Timestamp) -> Result<Vec<String>> {
        const SQL: &str = "SELECT DISTINCT a.address FROM account a JOIN role_grant g ON g.account_id = a.id
            WHERE a.address IS NOT NULL AND a.locked_at IS NULL AND (a.expires_at IS NULL OR a.expires_at > $2)
              AND g.role IN ('leader', 'duty_officer') AND g.unit_id = $1 ORDER BY a.address";
        let now = now.timestamp_millis();
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(office.0).bind(now).fetch_all(c).await)?)
    }
}

impl Tx {
    /// Writes a bulletin and gives its row; none when the office has one for that day, or one of that number.
    pub async fn add_bulletin(&mut self, new: &NewBulletin<'_>) -> Result<Option<i64>> {
        const SQL: &str = "INSERT INTO bulletin
            (unit_id, path, day, year, number, until_at, made_at, letters, content, digest, duty, salt)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING RETURNING id";
        let (until, made) = (new.until.timestamp_millis(), new.made.timestamp_millis());
        Ok(
            on!(self, c => sqlx::query_scalar(SQL).bind(new.unit.0).bind(new.path.as_str()).bind(new.day.to_string())
            .bind(i64::from(new.year)).bind(new.number).bind(until).bind(made).bind(new.letters).bind(new.content)
            .bind(new.digest.to_string()).bind(new.duty).bind(new.salt).fetch_optional(c).await)?,
        )
    }
}
