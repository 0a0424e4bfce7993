//! Sends units by mail what binds their workstations, as a slip of paper does.

use std::collections::HashSet;

use serde_json::json;

use super::audit::who;
use super::{Error, Result, Service, secret, token_hash};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::ids::UnitId;
use crate::domain::letter::{Details, LetterKind};
use crate::store::{NewSlip, Way};

/// The most units that are written to at once, so that other letters wait for no more.
pub const AT_ONCE: usize = 200;

/// What became of units that were to be written to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SlipsSent {
    /// How many were written to.
    pub units: usize,
    /// How many have no address of a reporter, or only ones that a mail server refused.
    pub without: usize,
    /// How many wait for the next time.
    pub left: usize,
}

impl Service {
    /// Writes to the reporters of some units, each with a code of his own that binds one workstation.
    ///
    /// # Errors
    /// When whoever asks may not manage the workstations of one of them, or a unit does not exist.
    pub async fn send_slips(&self, actor: &Actor, units: &[UnitId]) -> Result<SlipsSent> {
        let scope = permit(actor, Deed::ManageDevices)?;
        let tree = self.tree().await?;
        let now = self.now();
        let expires = now + self.settings.session.slip.delta();
        let mut tx = self.store.begin().await?;
        let contacts = tx.contacts(Some(units)).await?;
        let languages = self.languages(&mut tx).await?;
        let bad: HashSet<String> = tx
            .bad_addresses()
            .await?
            .into_iter()
            .map(|bad| bad.address)
            .collect();
        let (mut slips, mut letters, mut sent) = (Vec::new(), Vec::new(), SlipsSent::default());
        for unit in units {
            let known = tree.get(*unit).filter(|u| scope.covers(&u.path));
            known.ok_or(Error::Missing("unit"))?;
            let reporters = contacts.get(unit).map_or(&[][..], |contacts| &contacts.reporter);
            let mut good = reporters
                .iter()
                .filter(|address| !bad.contains(address.as_str()))
                .peekable();
            if good.peek().is_none() {
                sent.without += 1;
                continue;
            }
            if sent.units == AT_ONCE {
                sent.left += 1;
                continue;
            }
            sent.units += 1;
            for address in good {
                let key = format!("k/{unit}/{}", uuid::Uuid::new_v4().simple());
                let code = secret::code_of(&self.keys.letter_token(&key));
                slips.push(NewSlip {
                    unit_id: unit.0,
                    code_hash: token_hash(&code.replace('-', "")),
                });
                let details = Details::Slip { unit: *unit, expires };
                letters.push(self.letter(LetterKind::Account, key, address, &languages, &details));
            }
        }
        if letters.is_empty() {
            tx.rollback().await?;
            return Ok(sent);
        }
        tx.add_slips(&slips, Way::Mail, now, expires).await?;
        tx.add_letters(&letters, now).await?;
        let detail = json!({ "units": sent.units, "letters": letters.len() });
        self.audit(&mut tx, &who(actor), "send_slips", "slips", detail)
            .await?;
        tx.commit().await?;
        self.outgoing.notify_one();
        Ok(sent)
    }
}
