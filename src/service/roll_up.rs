//! Sends the report of a parent after its units: filled in from what they reported, with gaps if need be.

use uuid::Uuid;

use super::{Error, Outcome, Result, Service};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::checkin::{Author, Content, Door, Provenance, Submission};
use crate::domain::ids::{AccountId, ObligationId};
use crate::domain::obligation::Kind;
use crate::domain::roll_up::{Line, RollUp};
use crate::domain::time::Timestamp;
use crate::store::{Beneath, BeneathRow, Conn, StoredObligation};

impl Service {
    /// Gives what the units below owed in the round that a roll-up counts, as they stand now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn beneath(&self, conn: &mut Conn, owed: &StoredObligation) -> Result<Vec<BeneathRow>> {
        let asked = Beneath {
            path: &owed.path,
            day: owed.obligation.day,
            until: owed.obligation.scheduled_due,
            drill: owed.drill,
        };
        Ok(conn.beneath(&asked, self.now()).await?)
    }

    /// Sends a roll-up with the counts of this moment. Whoever reports for the parent sends it as its own; whoever may
    /// report on its behalf says why.
    ///
    /// # Errors
    /// [`Error::Missing`] when the obligation is not a roll-up, or not one that the actor may answer; else as
    /// [`Service::submit`].
    pub async fn send_roll_up(
        &self,
        actor: &Actor,
        obligation: ObligationId,
        (uuid, received): (Uuid, Timestamp),
        note: &str,
        via: Door,
    ) -> Result<Outcome> {
        let mut conn = self.store.read().await?;
        let owed = conn.obligation(obligation).await?;
        let owed = owed.filter(|owed| owed.obligation.kind == Kind::RollUp);
        let owed = owed.ok_or(Error::Missing("obligation"))?;
        let may = |deed| permit(actor, deed).is_ok_and(|scope| scope.covers(&owed.path));
        let provenance = match (may(Deed::Report), may(Deed::Proxy)) {
            (true, _) => Provenance::Own,
            (false, true) => Provenance::Proxy,
            (false, false) => return Err(Error::Missing("obligation")),
        };
        let unit = owed.obligation.unit;
        // Sent again, it is what it was: only the counts have changed, and they are not the sender's.
        let sent = conn.check_ins_by_uuid(&[(unit, uuid)]).await?.pop();
        let sent = sent.filter(|sent| sent.check_in.obligation == Some(obligation));
        let counts = match sent.as_ref().and_then(|sent| sent.check_in.content.roll_up()) {
            Some(counts) => counts.clone(),
            None => {
                let rows = self.beneath(&mut conn, &owed).await?;
                let lines: Vec<Line> = rows.iter().map(|row| row.line).collect();
                RollUp::of(&lines)
            }
        };
        drop(conn);
        let submission = Submission {
            uuid,
            unit,
            obligation: Some(obligation),
            follows: None,
            content: Content::RollUp(counts),
            provenance,
            // The deed of reporting puts the actor in its place.
            author: Author::Account(AccountId(0)),
            received,
            claimed: None,
            reason: Some(note.trim().to_owned()).filter(|note| !note.is_empty()),
            caller: None,
            via,
        };
        self.submit(actor, submission).await
    }
}
