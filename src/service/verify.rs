//! Proves that the chain of deeds is whole.

use super::{Error, Result, Service};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::audit::{Break, Entry, Head, verify};
use crate::domain::digest::Digest;
use crate::domain::time::from_millis;
use crate::store::{AuditRow, Conn};

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
}

/// Walks the chain of deeds of a database.
///
/// # Errors
/// When the database does not answer.
pub async fn chain(conn: &mut Conn, noted: Option<Head>) -> Result<Walk> {
    // Read first: links that are added meanwhile only lengthen the chain.
    let (number, hash) = conn.audit_head().await?;
    let mut wanted: Vec<Head> = noted.into_iter().collect();
    if number > 0 {
        let hash = hash.parse::<Digest>().map_err(Error::broken)?;
        wanted.push(Head { number, hash });
    }
    let mut head = Head::START;
    loop {
        let rows = conn.audit_after(head.number, CHUNK).await?;
        if rows.is_empty() {
            break;
        }
        let links = rows.into_iter().map(link).collect::<Result<Vec<_>>>()?;
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
    Ok(match lost.max() {
        Some(last) => Err(Break::Removed {
            first: head.next_number(),
            last,
        }),
        None => Ok(head),
    })
}

fn altered(want: &Head, links: &[(Entry, Digest)]) -> bool {
    links
        .iter()
        .any(|(entry, hash)| entry.number == want.number && *hash != want.hash)
}

fn link(row: AuditRow) -> Result<(Entry, Digest)> {
    let at = from_millis(row.at).ok_or_else(|| Error::broken("audit.at"))?;
    let hash = row.hash.parse().map_err(Error::broken)?;
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
