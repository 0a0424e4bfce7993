//! Writes the link of the chain that every deed adds in its own transaction.

use serde_json::Value;

use super::{Error, Result, Service};
use crate::domain::access::{Actor, Identity};
use crate::domain::audit::{Entry, Head};
use crate::domain::digest::Digest;
use crate::store::{AuditRow, Tx};

impl Service {
    /// Adds a deed to the chain: who (see [`who`], or `service` itself), what, to what.
    ///
    /// `detail` holds no personal data and no secret. Call it last in a transaction: it holds the end of the chain
    /// until the commit.
    pub(crate) async fn audit(
        &self,
        tx: &mut Tx,
        actor: &str,
        deed: &str,
        subject: &str,
        detail: Value,
    ) -> Result<()> {
        let head = self.hold_chain(tx).await?;
        let entry = Entry {
            number: head.next_number(),
            at: self.now(),
            actor: actor.to_owned(),
            deed: deed.to_owned(),
            subject: subject.to_owned(),
            detail: detail.to_string(),
        };
        let after = head.after(&entry);
        tx.add_audit(&AuditRow {
            number: entry.number,
            at: entry.at.timestamp_millis(),
            actor: entry.actor,
            deed: entry.deed,
            subject: entry.subject,
            detail: entry.detail,
            hash: after.hash.to_string(),
        })
        .await?;
        Ok(())
    }

    /// Gives the end of the chain, and holds it until the transaction ends.
    pub(super) async fn hold_chain(&self, tx: &mut Tx) -> Result<Head> {
        let (number, hash) = tx.hold_audit_head().await?;
        Ok(match number {
            0 => Head::START,
            _ => Head {
                number,
                hash: hash.parse::<Digest>().map_err(Error::broken)?,
            },
        })
    }
}

/// Names an actor as the chain does: `account:3`, `device:9`, `token:1`, `console`.
pub(crate) fn who(actor: &Actor) -> String {
    match actor.identity {
        Identity::Account(id) => format!("account:{id}"),
        Identity::Device(id) => format!("device:{id}"),
        Identity::Token(id) => format!("token:{id}"),
        Identity::Console => "console".to_owned(),
    }
}
