//! Finds receipts by their number, and proves what was printed on one.

use super::{Error, Result, Service};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::digest::{Digest, digest_over, text_digest};
use crate::domain::receipt::{Number, Receipt, ReceiptMac};
use crate::store::{StoredCheckIn, StoredObligation};

/// A receipt with what it is for.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The proof.
    pub receipt: Receipt,
    /// The report.
    pub kept: StoredCheckIn,
    /// What it answered.
    pub owed: Option<StoredObligation>,
}

/// What a receipt that was typed in proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// It is genuine, and the report is kept as it was received.
    Genuine(Receipt),
    /// It is genuine, but what is kept is not what was received.
    Altered(Receipt),
    /// This service has issued no such receipt.
    Unknown,
}

impl Service {
    /// Finds a receipt by its number.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is none, or none that the actor may see.
    pub async fn receipt(&self, actor: &Actor, number: Number) -> Result<Shown> {
        let scope = permit(actor, Deed::SeeUnit)?;
        let mut conn = self.store.read().await?;
        let kept = conn.check_in(number.0).await?.ok_or(Error::Missing("receipt"))?;
        let owed = match kept.check_in.obligation {
            Some(id) => conn.obligation(id).await?,
            None => None,
        };
        drop(conn);
        // A unit that has left stays where it was.
        let tree = self.tree().await?;
        let now = tree
            .get(kept.check_in.unit)
            .is_some_and(|unit| scope.covers(&unit.path));
        if !now && !owed.as_ref().is_some_and(|o| scope.covers(&o.path)) {
            return Err(Error::Missing("receipt"));
        }
        Ok(Shown {
            receipt: kept.receipt(self.keys.receipt(kept.check_in.id)),
            kept,
            owed,
        })
    }

    /// Proves a receipt by the number and the seal that are printed on it; tells nothing about any other.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn verify_receipt(&self, number: Number, mac: ReceiptMac) -> Result<Proof> {
        let Some(kept) = self.store.read().await?.check_in(number.0).await? else {
            return Ok(Proof::Unknown);
        };
        let issued = kept.receipt(self.keys.receipt(kept.check_in.id));
        let typed = Receipt {
            mac,
            ..issued.clone()
        };
        Ok(match typed.is_genuine(self.keys.receipt(kept.check_in.id)) {
            true if is_as_received(&kept) => Proof::Genuine(issued),
            true => Proof::Altered(issued),
            false => Proof::Unknown,
        })
    }
}

/// Tells whether a report still is what its digests say; a redacted one is, without its texts.
pub(super) fn is_as_received(kept: &StoredCheckIn) -> bool {
    let content = &kept.check_in.content;
    let texts: Option<Digest> = match (&kept.salt, kept.check_in.redacted) {
        (Some(salt), false) => Some(text_digest(content, salt)),
        _ => None,
    };
    texts.is_none_or(|texts| texts == kept.text_digest)
        && digest_over(content, &kept.text_digest) == kept.digest
}
