//! Knows units: the versions in force, their history and lineage, and their duty contacts.

use std::collections::HashMap;

use serde::Serialize;

use super::{Conn, Error, Result, Tx, batch, on};
use crate::domain::address::Address;
use crate::domain::ids::UnitId;
use crate::domain::time::{Timestamp, from_millis};
use crate::domain::unit::{Code, Contacts, Unit, UnitKind, UnitName, UnitPath};

#[derive(sqlx::FromRow)]
struct UnitRow {
    unit_id: i64,
    parent_id: Option<i64>,
    path: String,
    code: Option<String>,
    name: String,
    kind: String,
    valid_from: i64,
}

impl TryFrom<UnitRow> for Unit {
    type Error = Error;
    fn try_from(row: UnitRow) -> Result<Self> {
        let broken = |column, value: &str| Error::broken("unit_version", column, row.unit_id, value);
        Ok(Self {
            id: UnitId(row.unit_id),
            parent: row.parent_id.map(UnitId),
            code: match &row.code {
                Some(code) => Some(Code::parse(code).map_err(|_| broken("code", code))?),
                None => None,
            },
            name: UnitName::parse(&row.name).map_err(|_| broken("name", &row.name))?,
            kind: UnitKind::parse(&row.kind).ok_or_else(|| broken("kind", &row.kind))?,
            path: UnitPath::parse(&row.path).map_err(|_| broken("path", &row.path))?,
            since: from_millis(row.valid_from).ok_or_else(|| broken("valid_from", ""))?,
        })
    }
}

/// A version of a unit to be written.
#[derive(Debug, Clone, Serialize)]
pub struct NewVersion {
    /// The unit.
    pub unit_id: i64,
    /// Its parent from now on.
    pub parent_id: Option<i64>,
    /// The ids from the root down to itself.
    pub path: String,
    /// Its code from now on.
    pub code: Option<String>,
    /// Its name from now on.
    pub name: String,
    /// Its kind from now on.
    pub kind: String,
}

#[derive(sqlx::FromRow)]
struct ContactRow {
    unit_id: i64,
    purpose: String,
    address: String,
}

fn addresses_of(rows: Vec<ContactRow>) -> Result<HashMap<UnitId, Contacts>> {
    let mut all: HashMap<UnitId, Contacts> = HashMap::new();
    for row in rows {
        let address = Address::parse(&row.address)
            .map_err(|_| Error::broken("contact", "address", row.unit_id, &row.address))?;
        let contacts = all.entry(UnitId(row.unit_id)).or_default();
        match row.purpose.as_str() {
            "reporter" => contacts.reporter.push(address),
            "backup" => contacts.backup.push(address),
            "head" => contacts.head.push(address),
            other => return Err(Error::broken("contact", "purpose", row.unit_id, other)),
        }
    }
    Ok(all)
}

impl Conn {
    /// Gives every unit in force, ordered by id.
    pub async fn units(&mut self) -> Result<Vec<Unit>> {
        const SQL: &str = "SELECT unit_id, parent_id, path, code, name, kind, valid_from
            FROM unit_version WHERE valid_until IS NULL ORDER BY unit_id";
        let rows: Vec<UnitRow> = on!(self, c => sqlx::query_as(SQL).fetch_all(c).await)?;
        rows.into_iter().map(Unit::try_from).collect()
    }

    /// Gives what changes whenever a unit does: the last version, and when a version last ended.
    pub async fn units_state(&mut self) -> Result<(i64, i64)> {
        const SQL: &str = "SELECT COALESCE(MAX(id), 0), COALESCE(MAX(valid_until), 0) FROM unit_version";
        Ok(on!(self, c => sqlx::query_as(SQL).fetch_one(c).await)?)
    }

    /// Gives a unit in force.
    pub async fn unit(&mut self, id: UnitId) -> Result<Option<Unit>> {
        const SQL: &str = "SELECT unit_id, parent_id, path, code, name, kind, valid_from
            FROM unit_version WHERE valid_until IS NULL AND unit_id = $1";
        let row: Option<UnitRow> = on!(self, c => sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
        row.map(Unit::try_from).transpose()
    }

    /// Gives the units that first came to be after an instant, with when, whatever version of them is in force.
    pub async fn units_made_after(&mut self, at: Timestamp) -> Result<HashMap<UnitId, Timestamp>> {
        const SQL: &str = "SELECT id, created_at FROM unit WHERE created_at > $1 ORDER BY id";
        let at = at.timestamp_millis();
        let rows: Vec<(i64, i64)> = on!(self, c => sqlx::query_as(SQL).bind(at).fetch_all(c).await)?;
        rows.into_iter()
            .map(|(id, ms)| {
                Ok((
                    UnitId(id),
                    super::obligation::instant("unit", "created_at", id, ms)?,
                ))
            })
            .collect()
    }

    /// Gives how some units are reached; all of them for `None`.
    pub async fn contacts(&mut self, ids: Option<&[UnitId]>) -> Result<HashMap<UnitId, Contacts>> {
        let (contacts, posts) = match ids {
            Some(ids) => self.reach_rows(ids).await?,
            None => self.every_reach_row().await?,
        };
        let mut all = addresses_of(contacts)?;
        for (unit, post, phone) in posts {
            let contacts = all.entry(UnitId(unit)).or_default();
            (contacts.duty_post, contacts.phone) = (post, phone);
        }
        Ok(all)
    }

    /// Gives the addresses of some units; what [`Conn::contacts`] tells besides is left out.
    pub async fn addresses(&mut self, ids: &[UnitId]) -> Result<HashMap<UnitId, Contacts>> {
        addresses_of(self.contact_rows(&id_list(ids)).await?)
    }

    async fn contact_rows(&mut self, ids: &str) -> Result<Vec<ContactRow>> {
        let sql = batch!(self, "SELECT t.unit_id, t.purpose, t.address FROM ", [id bigint],
            each [contact t "t.unit_id = r.id"], " ORDER BY t.unit_id, t.purpose, t.position");
        Ok(on!(self, c => sqlx::query_as(sql).bind(ids).fetch_all(c).await)?)
    }

    async fn reach_rows(&mut self, ids: &[UnitId]) -> Result<(Vec<ContactRow>, Vec<PostRow>)> {
        let list = id_list(ids);
        let contacts = self.contact_rows(&list).await?;
        let sql = batch!(self, "SELECT t.unit_id, t.post, t.phone FROM ", [id bigint],
            each [duty_post t "t.unit_id = r.id"], "");
        let posts = on!(self, c => sqlx::query_as(sql).bind(&list).fetch_all(c).await)?;
        Ok((contacts, posts))
    }

    async fn every_reach_row(&mut self) -> Result<(Vec<ContactRow>, Vec<PostRow>)> {
        const CONTACTS: &str =
            "SELECT unit_id, purpose, address FROM contact ORDER BY unit_id, purpose, position";
        const POSTS: &str = "SELECT unit_id, post, phone FROM duty_post";
        let contacts = on!(self, c => sqlx::query_as(CONTACTS).fetch_all(c).await)?;
        let posts = on!(self, c => sqlx::query_as(POSTS).fetch_all(c).await)?;
        Ok((contacts, posts))
    }

    /// Counts the units that somebody can be written to at.
    pub async fn units_with_contacts(&mut self) -> Result<i64> {
        const SQL: &str = "SELECT COUNT(DISTINCT t.unit_id) FROM contact t
            JOIN unit_version v ON v.unit_id = t.unit_id AND v.valid_until IS NULL";
        Ok(on!(self, c => sqlx::query_scalar(SQL).fetch_one(c).await)?)
    }

    /// Gives the addresses that a mail server refused for good, the last first.
    pub async fn bad_addresses(&mut self) -> Result<Vec<BadAddress>> {
        const SQL: &str = "SELECT address, since, words FROM bad_address ORDER BY since DESC, address";
        Ok(on!(self, c => sqlx::query_as(SQL).fetch_all(c).await)?)
    }
}

type PostRow = (i64, Option<String>, Option<String>);

/// An address that a mail server refused for good.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct BadAddress {
    /// The address.
    pub address: String,
    /// When it was refused, in Unix milliseconds.
    pub since: i64,
    /// The server's own words.
    pub words: String,
}

/// Writes ids as the JSON list that a batch takes.
pub(super) fn id_list(ids: &[UnitId]) -> String {
    let mut list = String::from("[");
    for (place, id) in ids.iter().enumerate() {
        list.push_str(if place == 0 { "{\"id\":" } else { ",{\"id\":" });
        list.push_str(&id.to_string());
        list.push('}');
    }
    list.push(']');
    list
}

impl Tx {
    /// Makes new units and gives their ids, in ascending order.
    pub async fn add_units(&mut self, count: usize, now: Timestamp) -> Result<Vec<UnitId>> {
        #[derive(Serialize)]
        struct At {
            at: i64,
        }
        let rows: Vec<At> = (0..count)
            .map(|_| At {
                at: now.timestamp_millis(),
            })
            .collect();
        let sql =
            batch!(self, "INSERT INTO unit (created_at) SELECT r.at FROM ", [at bigint], " RETURNING id");
        let json = json(&rows)?;
        let mut ids: Vec<i64> = on!(self, c => sqlx::query_scalar(sql).bind(json).fetch_all(c).await)?;
        ids.sort_unstable();
        Ok(ids.into_iter().map(UnitId).collect())
    }

    /// Ends the versions in force of these units and puts new ones in force.
    pub async fn put_versions(&mut self, versions: &[NewVersion], now: Timestamp) -> Result<()> {
        let json = json(versions)?;
        let now = now.timestamp_millis();
        let sql = batch!(self, "UPDATE unit_version SET valid_until = $2 WHERE valid_until IS NULL AND unit_id IN
            (SELECT r.unit_id FROM ", [unit_id bigint], ")");
        on!(self, c => sqlx::query(sql).bind(&json).bind(now).execute(c).await.map(|_| ()))?;
        let sql = batch!(self, "INSERT INTO unit_version
            (unit_id, parent_id, path, code, name, kind, valid_from)
            SELECT r.unit_id, r.parent_id, r.path, r.code, r.name, r.kind, $2 FROM ",
            [unit_id bigint, parent_id bigint, path text, code text, name text, kind text], "");
        on!(self, c => sqlx::query(sql).bind(&json).bind(now).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Ends the versions in force of these units, and leaves them without one.
    pub async fn end_versions(&mut self, ids: &[UnitId], now: Timestamp) -> Result<()> {
        let sql = batch!(self, "UPDATE unit_version SET valid_until = $2 WHERE valid_until IS NULL AND unit_id IN
            (SELECT r.id FROM ", [id bigint], ")");
        let now = now.timestamp_millis();
        on!(self, c => sqlx::query(sql).bind(id_list(ids)).bind(now).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Records where a unit came from or went to.
    pub async fn add_lineage(
        &mut self,
        kind: &str,
        predecessor: UnitId,
        successor: Option<UnitId>,
        now: Timestamp,
        reason: &str,
    ) -> Result<()> {
        const SQL: &str = "INSERT INTO lineage (kind, predecessor_id, successor_id, at, reason)
            VALUES ($1, $2, $3, $4, $5)";
        let at = now.timestamp_millis();
        on!(self, c => sqlx::query(SQL).bind(kind).bind(predecessor.0).bind(successor.map(|u| u.0)).bind(at)
            .bind(reason).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Replaces how these units are reached.
    pub async fn put_contacts(&mut self, all: &HashMap<UnitId, Contacts>) -> Result<()> {
        let ids: Vec<UnitId> = all.keys().copied().collect();
        let list = id_list(&ids);
        let sql = batch!(self, "DELETE FROM contact WHERE unit_id IN (SELECT r.id FROM ", [id bigint], ")");
        on!(self, c => sqlx::query(sql).bind(&list).execute(c).await.map(|_| ()))?;
        let sql = batch!(self, "DELETE FROM duty_post WHERE unit_id IN (SELECT r.id FROM ", [id bigint], ")");
        on!(self, c => sqlx::query(sql).bind(&list).execute(c).await.map(|_| ()))?;
        let (contacts, posts) = rows_of(all);
        let sql = batch!(self, "INSERT INTO contact (unit_id, purpose, address, position)
            SELECT r.unit_id, r.purpose, r.address, r.position FROM ",
            [unit_id bigint, purpose text, address text, position bigint], " WHERE true ON CONFLICT DO NOTHING");
        on!(self, c => sqlx::query(sql).bind(json(&contacts)?).execute(c).await.map(|_| ()))?;
        let sql = batch!(self, "INSERT INTO duty_post (unit_id, post, phone)
            SELECT r.unit_id, r.post, r.phone FROM ", [unit_id bigint, post text, phone text], "");
        on!(self, c => sqlx::query(sql).bind(json(&posts)?).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Marks an address as refused for good; one that is marked stays as it is.
    pub async fn mark_bad(&mut self, address: &str, now: Timestamp, words: &str) -> Result<()> {
        const SQL: &str = "INSERT INTO bad_address (address, since, words) VALUES ($1, $2, $3)
            ON CONFLICT DO NOTHING";
        let at = now.timestamp_millis();
        on!(self, c => sqlx::query(SQL).bind(address).bind(at).bind(words).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Takes the mark off an address that a person has mended.
    pub async fn clear_bad(&mut self, address: &str) -> Result<()> {
        const SQL: &str = "DELETE FROM bad_address WHERE address = $1";
        on!(self, c => sqlx::query(SQL).bind(address).execute(c).await.map(|_| ()))?;
        Ok(())
    }
}

#[derive(Serialize)]
struct NewContact<'a> {
    unit_id: i64,
    purpose: &'static str,
    address: &'a str,
    position: usize,
}

#[derive(Serialize)]
struct NewPost<'a> {
    unit_id: i64,
    post: Option<&'a str>,
    phone: Option<&'a str>,
}

fn rows_of(all: &HashMap<UnitId, Contacts>) -> (Vec<NewContact<'_>>, Vec<NewPost<'_>>) {
    let mut contacts = Vec::new();
    let mut posts = Vec::new();
    for (unit, one) in all {
        posts.push(NewPost {
            unit_id: unit.0,
            post: one.duty_post.as_deref(),
            phone: one.phone.as_deref(),
        });
        for (purpose, addresses) in [
            ("reporter", &one.reporter),
            ("backup", &one.backup),
            ("head", &one.head),
        ] {
            contacts.extend(
                addresses
                    .iter()
                    .enumerate()
                    .map(|(position, address)| NewContact {
                        unit_id: unit.0,
                        purpose,
                        address: address.as_str(),
                        position,
                    }),
            );
        }
    }
    (contacts, posts)
}

/// Writes rows as the JSON list that a batch takes.
pub(super) fn json<T: Serialize + ?Sized>(rows: &T) -> Result<String> {
    serde_json::to_string(rows).map_err(|error| Error::Other(error.to_string()))
}
