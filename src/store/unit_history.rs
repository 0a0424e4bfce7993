//! Knows what a unit was before, what became of it, and which accounts speak for it.

use super::obligation::instant;
use super::{Conn, Error, Result, on};
use crate::domain::access::Role;
use crate::domain::ids::{AccountId, UnitId};
use crate::domain::time::Timestamp;
use crate::domain::unit::{Code, LineageKind, UnitKind, UnitName, UnitPath, UnitVersion};

/// A version of a unit, in force or past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastVersion {
    /// What it was.
    pub version: UnitVersion,
    /// Where it lay.
    pub path: UnitPath,
    /// What the unit above was called then.
    pub above: Option<String>,
}

/// A row of descent that names a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descent {
    /// How.
    pub kind: LineageKind,
    /// Who went before, and its last name.
    pub predecessor: (UnitId, String),
    /// Who came after, and its last name; nobody after one that was abolished.
    pub successor: Option<(UnitId, String)>,
    /// When.
    pub at: Timestamp,
    /// By which decision.
    pub reason: String,
}

/// An account that speaks for a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speaker {
    /// The account.
    pub account: AccountId,
    /// Its post.
    pub label: String,
    /// As what.
    pub role: Role,
    /// When it last signed in.
    pub signed_in: Option<Timestamp>,
    /// Whether it is locked.
    pub is_locked: bool,
}

#[derive(sqlx::FromRow)]
struct VersionRow {
    id: i64,
    unit_id: i64,
    parent_id: Option<i64>,
    path: String,
    code: Option<String>,
    name: String,
    kind: String,
    valid_from: i64,
    valid_until: Option<i64>,
    above: Option<String>,
}

impl TryFrom<VersionRow> for PastVersion {
    type Error = Error;
    fn try_from(row: VersionRow) -> Result<Self> {
        let broken = |column, value: &str| Error::broken("unit_version", column, row.id, value);
        let time = |column, ms| instant("unit_version", column, row.id, ms);
        let code = row.code.as_deref().map(Code::parse).transpose();
        Ok(Self {
            version: UnitVersion {
                unit: UnitId(row.unit_id),
                from: time("valid_from", row.valid_from)?,
                until: row.valid_until.map(|ms| time("valid_until", ms)).transpose()?,
                parent: row.parent_id.map(UnitId),
                code: code.map_err(|_| broken("code", ""))?,
                name: UnitName::parse(&row.name).map_err(|_| broken("name", &row.name))?,
                kind: UnitKind::parse(&row.kind).ok_or_else(|| broken("kind", &row.kind))?,
            },
            path: UnitPath::parse(&row.path).map_err(|_| broken("path", &row.path))?,
            above: row.above,
        })
    }
}

#[derive(sqlx::FromRow)]
struct DescentRow {
    id: i64,
    kind: String,
    predecessor_id: i64,
    was_called: Option<String>,
    successor_id: Option<i64>,
    is_called: Option<String>,
    at: i64,
    reason: String,
}

impl TryFrom<DescentRow> for Descent {
    type Error = Error;
    fn try_from(row: DescentRow) -> Result<Self> {
        let kind = LineageKind::parse(&row.kind);
        let after = row.is_called.unwrap_or_default();
        Ok(Self {
            kind: kind.ok_or_else(|| Error::broken("lineage", "kind", row.id, &row.kind))?,
            predecessor: (UnitId(row.predecessor_id), row.was_called.unwrap_or_default()),
            successor: row.successor_id.map(|id| (UnitId(id), after)),
            at: instant("lineage", "at", row.id, row.at)?,
            reason: row.reason,
        })
    }
}

/// Account, post, role, the last sign-in and since when it is locked.
type SpeakerRow = (i64, String, String, Option<i64>, Option<i64>);

impl Conn {
    /// Gives every version of a unit, the last first; nothing for one that never was.
    pub async fn unit_versions(&mut self, id: UnitId) -> Result<Vec<PastVersion>> {
        const SQL: &str = "SELECT v.id, v.unit_id, v.parent_id, v.path, v.code, v.name, v.kind, v.valid_from,
                v.valid_until, (SELECT p.name FROM unit_version p
                    WHERE p.unit_id = v.parent_id AND p.valid_from <= v.valid_from
                    ORDER BY p.valid_from DESC, p.id DESC LIMIT 1) AS above
            FROM unit_version v WHERE v.unit_id = $1 ORDER BY v.valid_from DESC, v.id DESC";
        let rows: Vec<VersionRow> = on!(self, c => sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)?;
        rows.into_iter().map(PastVersion::try_from).collect()
    }

    /// Gives the rows of descent that name a unit, the last first.
    pub async fn descent_of(&mut self, id: UnitId) -> Result<Vec<Descent>> {
        const SQL: &str = "SELECT l.id, l.kind, l.predecessor_id, l.successor_id, l.at, l.reason,
                (SELECT v.name FROM unit_version v WHERE v.unit_id = l.predecessor_id
                    ORDER BY v.id DESC LIMIT 1) AS was_called,
                (SELECT v.name FROM unit_version v WHERE v.unit_id = l.successor_id
                    ORDER BY v.id DESC LIMIT 1) AS is_called
            FROM lineage l WHERE l.predecessor_id = $1 OR l.successor_id = $1 ORDER BY l.at DESC, l.id DESC";
        let rows: Vec<DescentRow> = on!(self, c => sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)?;
        rows.into_iter().map(Descent::try_from).collect()
    }

    /// Gives the accounts with a role over a unit itself, by post.
    pub async fn speakers_of(&mut self, id: UnitId) -> Result<Vec<Speaker>> {
        const SQL: &str = "SELECT a.id, a.label, g.role, a.signed_in_at, a.locked_at
            FROM role_grant g JOIN account a ON a.id = g.account_id
            WHERE g.unit_id = $1 ORDER BY a.label, a.id, g.role";
        let rows: Vec<SpeakerRow> = on!(self, c => sqlx::query_as(SQL).bind(id.0).fetch_all(c).await)?;
        rows.into_iter()
            .map(|(account, label, role, seen, locked)| {
                let seen = seen.map(|ms| instant("account", "signed_in_at", account, ms));
                Ok(Speaker {
                    account: AccountId(account),
                    label,
                    role: role
                        .parse()
                        .map_err(|_| Error::broken("role_grant", "role", account, &role))?,
                    signed_in: seen.transpose()?,
                    is_locked: locked.is_some(),
                })
            })
            .collect()
    }
}
