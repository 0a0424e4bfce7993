//! Decides what awaits the duty office: an incident that was taken back, and a claim of having been on time.

use serde_json::json;

use super::audit::who;
use super::{Error, Result, Service};
use crate::domain::access::{Actor, Deed, Scope, permit};
use crate::domain::checkin::{Claim, Content, Review};
use crate::domain::ids::{CheckInId, ObligationId};
use crate::store::{StoredObligation, Tx};

impl Service {
    /// Confirms that an incident is none, or refuses that: then it stands.
    ///
    /// Confirmed, the incident is closed and its alert ends, since the officer has it.
    ///
    /// # Errors
    /// [`Error::Denied`] and [`Error::Missing`] where the actor may not decide for the unit, [`Error::Already`] when it
    /// was decided before.
    pub async fn review(&self, actor: &Actor, check_in: CheckInId, confirm: bool) -> Result<()> {
        let scope = permit(actor, Deed::Confirm)?;
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let kept = tx.check_in(check_in).await?.ok_or(Error::Missing("report"))?;
        let c = &kept.check_in;
        let owed = held(&mut tx, c.obligation, &scope, "report").await?;
        let review = match confirm {
            true => Review::Confirmed,
            false => Review::Refused,
        };
        if !tx.review_check_in(check_in, review).await? {
            return Err(Error::Already("decided"));
        }
        // What was reported since stands whatever is decided about this one.
        if confirm && owed.latest == Some(check_in) {
            tx.put_standing_content(owed.obligation.id, &Content::AllClear)
                .await?;
            if let Some(incident) = c.incident {
                tx.close_incident(incident, now).await?;
                tx.drop_follow_ups(incident, now).await?;
                self.end_alerts_of(&mut tx, incident, actor, now).await?;
            }
        }
        let deed = match confirm {
            true => "confirm_all_clear",
            false => "refuse_all_clear",
        };
        let detail = json!({ "incident": c.incident, "obligation": c.obligation });
        let subject = format!("check_in:{check_in}");
        self.audit(&mut tx, &who(actor), deed, &subject, detail).await?;
        tx.commit().await?;
        self.changed.notify_one();
        Ok(())
    }

    /// Accepts that an offline report was written in time, or refuses that: then it stays late.
    ///
    /// # Errors
    /// [`Error::Denied`] and [`Error::Missing`] where the actor may not decide for the unit, [`Error::Already`] when
    /// there is no claim to decide.
    pub async fn decide_claim(&self, actor: &Actor, obligation: ObligationId, accept: bool) -> Result<()> {
        let scope = permit(actor, Deed::Confirm)?;
        let mut tx = self.store.begin().await?;
        let owed = held(&mut tx, Some(obligation), &scope, "obligation").await?;
        if owed.claim != Some(Claim::Pending) {
            return Err(Error::Already("decided"));
        }
        let (claim, deed) = match accept {
            true => (Claim::Accepted, "accept_claim"),
            false => (Claim::Refused, "refuse_claim"),
        };
        tx.put_claim(obligation, claim).await?;
        let detail = json!({ "check_in": owed.latest });
        let subject = format!("obligation:{obligation}");
        self.audit(&mut tx, &who(actor), deed, &subject, detail).await?;
        tx.commit().await?;
        self.changed.notify_one();
        Ok(())
    }
}

/// Holds an obligation in scope.
async fn held(
    tx: &mut Tx,
    id: Option<ObligationId>,
    scope: &Scope,
    what: &'static str,
) -> Result<StoredObligation> {
    let id = id.ok_or(Error::Missing(what))?;
    let owed = tx.hold_obligations(&[id]).await?.pop();
    owed.filter(|o| scope.covers(&o.path)).ok_or(Error::Missing(what))
}
