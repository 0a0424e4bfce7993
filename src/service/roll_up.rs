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
        uuid: Uuid,
        note: &str,
        received: Timestamp,
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
        let rows = self.beneath(&mut conn, &owed).await?;
        drop(conn);
        let lines: Vec<Line> = rows.iter().map(|row| row.line).collect();
        let submission = Submission {
            uuid,
            unit: owed.obligation.unit,
            obligation: Some(obligation),
            follows: None,
            content: Content::RollUp(RollUp::of(&lines)),
            provenance,
            // The deed of reporting puts the actor in its place.
            author: Author::Account(AccountId(0)),
            received,
            claimed: None,
            reason: Some(note.trim().to_owned()).filter(|note| !note.is_empty()),
            caller: None,
            via: Door::Page,
        };
        self.submit(actor, submission).await
    }
}
