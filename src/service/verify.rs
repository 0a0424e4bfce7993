//! Proves that the chain of deeds is whole.

use serde_json::json;

use super::audit::who;
use super::{Error, Result, Service};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::audit::{Break, Entry, Head, verify};
use crate::domain::digest::Digest;
use crate::domain::time::from_millis;
use crate::store::{AuditFilter, AuditRow, Conn};

/// How many links are read at once.
const CHUNK: i64 = 1000;

/// What a walk along the chain found.
pub type Walk = std::result::Result<Head, Break>;

impl Service {
    /// Walks the chain of deeds from its first link to its head; with `noted`, it must also still hold a head that
    /// was written down elsewhere.
    ///
    /// # Errors
    /// When whoever asks may not read the chain, or the database does not answer.
    pub async fn verify_chain(&self, actor: &Actor, noted: Option<Head>) -> Result<Walk> {
        permit(actor, Deed::ReadAudit)?;
        chain(&mut self.store.read().await?, noted).await
    }

    /// Gives the end of the chain, to be written down where nobody who could change the chain can change it too.
    ///
    /// # Errors
    /// When whoever asks may not read the chain, or the database does not answer.
    pub async fn chain_head(&self, actor: &Actor) -> Result<Head> {
        permit(actor, Deed::ReadAudit)?;
        end(&mut self.store.read().await?).await?.map_err(Error::broken)
    }

    /// Records that somebody takes deeds out of the service, and which.
    ///
    /// # Errors
    /// When whoever asks may not read the chain, or the database does not answer.
    pub async fn export_audit(&self, actor: &Actor, form: &str, filter: &AuditFilter) -> Result<()> {
        permit(actor, Deed::ReadAudit)?;
        let mut tx = self.store.begin().await?;
        let detail = json!({
            "form": form, "actor": filter.actor, "deed": filter.deed, "subject": filter.subject,
            "from": filter.from, "until": filter.until,
        });
        self.audit(&mut tx, &who(actor), "export_audit", "audit", detail)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Walks the chain of deeds of a database.
///
/// # Errors
/// When the database does not answer.
pub async fn chain(conn: &mut Conn, noted: Option<Head>) -> Result<Walk> {
    // Read first: links that are added meanwhile only lengthen the chain.
    let mut wanted: Vec<Head> = noted.into_iter().collect();
    match end(conn).await? {
        Ok(Head { number: 0, .. }) => {}
        Ok(head) => wanted.push(head),
        Err(found) => return Ok(Err(found)),
    }
    let (mut head, mut last) = (Head::START, i64::MIN);
    loop {
        let rows = conn.audit_after(last, CHUNK).await?;
        let Some(row) = rows.last() else { break };
        last = row.number;
        let links: Vec<Link> = match rows.into_iter().map(link).collect() {
            Ok(links) => links,
            Err(found) => return Ok(Err(found)),
        };
        if let Some(wrong) = wanted.iter().find(|want| altered(want, &links)) {
            return Ok(Err(Break::Altered { number: wrong.number }));
        }
        head = match verify(head, links) {
            Ok(head) => head,
            Err(found) => return Ok(Err(found)),
        };
    }
    // An end that is gone leaves no gap; only the head remembers it.
    let lost = wanted.iter().map(|want| want.number).filter(|n| *n > head.number);
    if let Some(last) = lost.max() {
        let first = head.next_number();
        return Ok(Err(Break::Removed { first, last }));
    }
    // What was put in behind the end was not written by a deed: that would have moved the end on.
    Ok(match end(conn).await? {
        Ok(end) if end.number < head.number => Err(Break::Inserted {
            number: end.next_number(),
        }),
        Ok(_) => Ok(head),
        Err(found) => Err(found),
    })
}

type Link = (Entry, Digest);

/// Gives the end that the chain says it has.
pub(super) async fn end(conn: &mut Conn) -> Result<Walk> {
    let (number, hash) = conn.audit_head().await?;
    Ok(match (number, hash.parse::<Digest>()) {
        (0, _) => Ok(Head::START),
        (_, Ok(hash)) => Ok(Head { number, hash }),
        (_, Err(_)) => Err(Break::Altered { number }),
    })
}

fn altered(want: &Head, links: &[Link]) -> bool {
    links
        .iter()
        .any(|(entry, hash)| entry.number == want.number && *hash != want.hash)
}

/// Reads a row; one that holds what no deed writes was altered.
fn link(row: AuditRow) -> std::result::Result<Link, Break> {
    let altered = Break::Altered { number: row.number };
    let at = from_millis(row.at).ok_or(altered)?;
    let hash = row.hash.parse().map_err(|_| altered)?;
    let entry = Entry {
        number: row.number,
        at,
        actor: row.actor,
        deed: row.deed,
        subject: row.subject,
        detail: row.detail,
    };
    Ok((entry, hash))
}
