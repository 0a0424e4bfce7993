//! Keeps in memory who stands behind a token: at most a few seconds stale across instances, at once within one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::TimeDelta;

use super::{Result, Service, secret, token_hash};
use crate::domain::access::{Actor, Grant, Identity, Role, Stage};
use crate::domain::ids::{AccountId, UnitId};
use crate::domain::language::Lang;
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitTree;
use crate::store::{Conn, Seen, TokenScope};

/// What kind of token somebody shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// The cookie of an account's session.
    Session,
    /// The cookie of a bound workstation.
    Device,
    /// The token of another system.
    Token,
}

/// Who stands behind a token.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Who it is and what it may do.
    pub actor: Actor,
    /// By what it is known.
    pub pass: Pass,
    /// How its token is stored.
    pub hash: String,
    /// What a session waits for; until then its actor may do nothing at all.
    pub awaits: Option<Stage>,
    /// The language that the account holder chose.
    pub language: Option<Lang>,
    /// When the session began, the workstation was bound, or the token looked up.
    pub began: Timestamp,
    /// When it was last seen before it was read from the table.
    seen: Timestamp,
    /// When it ends whatever it does.
    ends: Option<Timestamp>,
}

/// For how long a visitor is taken as he is before the tables are asked again.
const STALE: TimeDelta = TimeDelta::seconds(5);
/// How often it is written down who was seen.
const FLUSH: TimeDelta = TimeDelta::seconds(30);
/// The most visitors that are kept.
const MOST: usize = 200_000;
/// The longest text that is looked at as a token.
const LONGEST: usize = 200;
/// For how long a session may await what it lacks.
const HALFWAY: TimeDelta = TimeDelta::minutes(15);
/// For how long a sign-in counts as recent, which dangerous acts ask for.
const RECENT: TimeDelta = TimeDelta::minutes(10);

/// The visitors of late, by the hashes of their tokens.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    visitors: HashMap<String, Entry>,
    unwritten: HashMap<String, Timestamp>,
    written: Option<Timestamp>,
}

#[derive(Debug)]
struct Entry {
    visitor: Arc<Visitor>,
    looked: Timestamp,
    seen: Timestamp,
}

impl Visitor {
    /// Tells whether the account holder signed in a short while ago.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        self.pass == Pass::Session && self.awaits.is_none() && now - self.began < RECENT
    }
}

impl Service {
    /// Tells who shows a token; `None` when it opens nothing or no longer does.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn visitor(&self, pass: Pass, token: &str) -> Result<Option<Arc<Visitor>>> {
        let hopeless = token.is_empty() || token.len() > LONGEST;
        if hopeless || (pass == Pass::Token && !secret::is_api_token(token)) {
            return Ok(None);
        }
        let (hash, now) = (token_hash(token), self.now());
        let kept = self.visitors.get(&hash, now);
        let visitor = match kept {
            Some(visitor) => Some(visitor),
            None => self.look_up(pass, &hash).await?.map(Arc::new),
        };
        let Some(visitor) = visitor.filter(|v| v.pass == pass && self.is_good(v, now)) else {
            self.visitors.forget(&hash);
            return Ok(None);
        };
        if let Some(seen) = self.visitors.see(&visitor, now) {
            self.write_seen(&seen).await;
        }
        Ok(Some(visitor))
    }

    /// Forgets one visitor, after a deed that ended his token.
    pub(super) fn forget_visitor(&self, hash: &str) {
        self.visitors.forget(hash);
    }

    /// Forgets all visitors, after a deed that changed what some of them may do.
    pub(super) fn forget_visitors(&self) {
        self.visitors.clear();
    }

    fn is_good(&self, visitor: &Visitor, now: Timestamp) -> bool {
        let seen = self
            .visitors
            .seen(&visitor.hash)
            .unwrap_or(visitor.seen)
            .max(visitor.seen);
        let idle = match visitor.pass {
            Pass::Session => now - seen < self.settings.session.idle.delta(),
            Pass::Device => now - seen < self.settings.session.device.delta(),
            Pass::Token => true,
        };
        idle && visitor.ends.is_none_or(|ends| now < ends)
    }

    async fn look_up(&self, pass: Pass, hash: &str) -> Result<Option<Visitor>> {
        let tree = self.tree().await?;
        let mut conn = self.store.read().await?;
        match pass {
            Pass::Session => self.session_visitor(&mut conn, &tree, hash).await,
            Pass::Device => device_visitor(&mut conn, &tree, hash).await,
            Pass::Token => self.token_visitor(&mut conn, &tree, hash).await,
        }
    }

    async fn session_visitor(&self, conn: &mut Conn, tree: &UnitTree, hash: &str) -> Result<Option<Visitor>> {
        let Some(session) = conn.session(hash).await? else {
            return Ok(None);
        };
        let Some(account) = conn.account(session.account).await? else {
            return Ok(None);
        };
        let grants = match session.awaits {
            Some(_) => Vec::new(),
            None => grants_of(conn, tree, account.id).await?,
        };
        let mut ends = session.began + self.settings.session.absolute.delta();
        if session.awaits.is_some() {
            ends = session.began + HALFWAY;
        }
        Ok(Some(Visitor {
            actor: Actor {
                identity: Identity::Account(account.id),
                grants,
                label: account.label,
            },
            pass: Pass::Session,
            hash: hash.to_owned(),
            awaits: session.awaits,
            language: Some(account.language),
            began: session.began,
            seen: session.seen,
            ends: Some(account.expires.map_or(ends, |expires| expires.min(ends))),
        }))
    }

    async fn token_visitor(&self, conn: &mut Conn, tree: &UnitTree, hash: &str) -> Result<Option<Visitor>> {
        let token = conn.api_token(hash).await?;
        Ok(token.map(|token| Visitor {
            actor: Actor {
                identity: Identity::Token(token.id),
                // Of what is open to other systems, a leader may read all and report nothing.
                grants: match token.scope {
                    TokenScope::Report => grant(tree, Role::Reporter, Some(token.unit)),
                    TokenScope::Read => grant(tree, Role::Leader, Some(token.unit)),
                }
                .into_iter()
                .collect(),
                label: token.label,
            },
            pass: Pass::Token,
            hash: hash.to_owned(),
            awaits: None,
            language: None,
            began: self.now(),
            seen: self.now(),
            ends: Some(token.expires),
        }))
    }

    /// Writes down who was seen; what is lost by a crash only makes somebody look idle for half a minute more.
    async fn write_seen(&self, seen: &[Seen]) {
        let written = async {
            let mut tx = self.store.begin().await?;
            tx.put_seen(seen).await?;
            tx.commit().await
        };
        if let Err(error) = written.await {
            tracing::debug!(%error, "could not write down who was seen");
        }
    }
}

async fn device_visitor(conn: &mut Conn, tree: &UnitTree, hash: &str) -> Result<Option<Visitor>> {
    let Some(device) = conn.device(hash).await? else {
        return Ok(None);
    };
    // A unit that is no more has nothing to report.
    let paths = device.units.iter().filter_map(|unit| tree.get(*unit));
    let paths: Vec<_> = paths.map(|unit| unit.path.clone()).collect();
    Ok((!paths.is_empty()).then(|| Visitor {
        actor: Actor::device(device.id, paths, device.label),
        pass: Pass::Device,
        hash: hash.to_owned(),
        awaits: None,
        language: None,
        began: device.bound,
        seen: device.seen,
        ends: None,
    }))
}

/// Gives what an account may be, over the units that there still are.
pub(super) async fn grants_of(conn: &mut Conn, tree: &UnitTree, account: AccountId) -> Result<Vec<Grant>> {
    let granted = conn.grants(account).await?;
    Ok(granted
        .into_iter()
        .filter_map(|granted| grant(tree, granted.role, granted.unit))
        .collect())
}

fn grant(tree: &UnitTree, role: Role, unit: Option<UnitId>) -> Option<Grant> {
    let over = match unit {
        Some(unit) => Some(tree.get(unit)?.path.clone()),
        None => None,
    };
    Grant::new(role, over).ok()
}

impl Cache {
    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, hash: &str, now: Timestamp) -> Option<Arc<Visitor>> {
        let kept = self.lock();
        let entry = kept.visitors.get(hash)?;
        ((now - entry.looked).abs() < STALE).then(|| entry.visitor.clone())
    }

    fn seen(&self, hash: &str) -> Option<Timestamp> {
        self.lock().visitors.get(hash).map(|entry| entry.seen)
    }

    /// Notes that a visitor is here. Gives what is to be written down, every now and then.
    fn see(&self, visitor: &Arc<Visitor>, now: Timestamp) -> Option<Vec<Seen>> {
        let mut kept = self.lock();
        if kept.visitors.len() >= MOST {
            kept.visitors.clear();
        }
        let fresh = match kept.visitors.get_mut(&visitor.hash) {
            Some(entry) => {
                entry.seen = now;
                Arc::ptr_eq(&entry.visitor, visitor)
            }
            None => false,
        };
        if !fresh {
            let entry = Entry {
                visitor: visitor.clone(),
                looked: now,
                seen: now,
            };
            kept.visitors.insert(visitor.hash.clone(), entry);
        }
        kept.unwritten.insert(visitor.hash.clone(), now);
        let written = *kept.written.get_or_insert(now);
        if (now - written).abs() < FLUSH || kept.unwritten.is_empty() {
            return None;
        }
        kept.written = Some(now);
        let seen = kept.unwritten.drain().map(|(hash, at)| Seen {
            hash,
            at: at.timestamp_millis(),
        });
        Some(seen.collect())
    }

    fn forget(&self, hash: &str) {
        self.lock().visitors.remove(hash);
    }

    fn clear(&self) {
        self.lock().visitors.clear();
    }
}
