//! Moves incidents through their life: closes, reopens, joins and parts them, and links what came to light otherwise.

use serde_json::json;

use super::audit::who;
use super::excuse::reason_of;
use super::{Error, Result, Service};
use crate::domain::access::{Actor, Deed, Denied, Identity, Scope, permit};
use crate::domain::ids::{AccountId, CheckInId, IncidentId};
use crate::domain::incident::{Ground, Life, life};
use crate::domain::time::Timestamp;
use crate::store::{self, NewEvent, StoredIncident, Tx};

impl Service {
    /// Closes an incident for a reason, with all that is joined to it; what it still owes need not come.
    ///
    /// # Errors
    /// [`Error::Denied`] and [`Error::Missing`] where the actor may not keep it, [`Error::Invalid`] without a reason,
    /// [`Error::Life`] when it is closed or joined to another.
    pub async fn close_incident(&self, actor: &Actor, id: IncidentId, reason: &str) -> Result<()> {
        let (account, reason, now) = (account(actor)?, reason_of(reason)?, self.now());
        let mut tx = self.store.begin().await?;
        let (one, members) = family(&mut tx, actor, id).await?;
        let closing = life::close(&one.life(), &lives(&members), Ground::Reason)?;
        for id in &closing {
            tx.close_incident(*id, now).await?;
            for owed in tx.follow_ups_owed(*id, now).await? {
                tx.excuse(owed.obligation.id, account, &reason, now).await?;
            }
            self.end_alerts_of(&mut tx, *id, actor, now).await?;
        }
        let event = event(id, "closed", account, &reason);
        tx.add_incident_event(event, now).await?;
        let detail = json!({ "with": closing });
        self.end_incident_deed(tx, actor, "close_incident", id, detail)
            .await
    }

    /// Closes an incident by a final report, in the transaction that keeps the report.
    pub(super) async fn close_by_final(
        &self,
        tx: &mut Tx,
        id: IncidentId,
        report: CheckInId,
        now: Timestamp,
    ) -> store::Result<()> {
        let Some(one) = tx.hold_incidents(&[id]).await?.pop() else {
            return Ok(());
        };
        let members = tx.joined_to(id).await?;
        let Ok(closing) = life::close(&one.life(), &lives(&members), Ground::Final) else {
            return Ok(());
        };
        for id in closing {
            tx.close_incident(id, now).await?;
            tx.drop_follow_ups(id, now).await?;
        }
        tx.add_incident_event(by_report(id, "closed", report), now)
            .await?;
        Ok(())
    }

    /// Opens an incident again that a corrected report tells of, in the transaction that keeps the report: what it says
    /// anew must not lie among what is over.
    pub(super) async fn reopen_by_report(
        &self,
        tx: &mut Tx,
        id: IncidentId,
        report: CheckInId,
        now: Timestamp,
    ) -> store::Result<()> {
        let Some(one) = tx.hold_incidents(&[id]).await?.pop() else {
            return Ok(());
        };
        let head = match one.joined {
            Some(head) => tx.hold_incidents(&[head]).await?.pop(),
            None => None,
        };
        let (own, beside) = (
            tx.joined_to(id).await?,
            tx.joined_to(one.joined.unwrap_or(id)).await?,
        );
        let head = head.map(|head| head.life());
        let opening = life::reopen_by_report(&one.life(), &lives(&own), head.as_ref(), &lives(&beside));
        if opening.is_empty() {
            return Ok(());
        }
        tx.reopen_incidents(&opening, now).await?;
        tx.add_incident_event(by_report(id, "reopened", report), now)
            .await?;
        Ok(())
    }

    /// Opens an incident again, with all that was closed with it.
    ///
    /// # Errors
    /// As [`Service::close_incident`]; [`Error::Life`] when it is open, or joined to one that is closed.
    pub async fn reopen_incident(&self, actor: &Actor, id: IncidentId, reason: &str) -> Result<()> {
        let (account, reason, now) = (account(actor)?, reason_of(reason)?, self.now());
        let mut tx = self.store.begin().await?;
        let (one, members) = family(&mut tx, actor, id).await?;
        let head = match one.joined {
            Some(head) => tx.incident(head).await?.map(|head| head.life()),
            None => None,
        };
        let opening = life::reopen(&one.life(), &lives(&members), head.as_ref())?;
        tx.reopen_incidents(&opening, now).await?;
        let event = event(id, "reopened", account, &reason);
        tx.add_incident_event(event, now).await?;
        let detail = json!({ "with": opening });
        self.end_incident_deed(tx, actor, "reopen_incident", id, detail)
            .await
    }

    /// Joins an incident to another: they are one event, and the other's unit is asked how it goes on.
    ///
    /// # Errors
    /// As [`Service::close_incident`]; [`Error::Life`] when a rule of families is not kept.
    pub async fn join_incident(
        &self,
        actor: &Actor,
        id: IncidentId,
        to: IncidentId,
        reason: &str,
    ) -> Result<()> {
        let (account, reason, now) = (account(actor)?, reason_of(reason)?, self.now());
        let mut tx = self.store.begin().await?;
        // Both are held in order of id, so that two officers who join them crosswise cannot both succeed.
        tx.hold_incidents(&[id, to]).await?;
        let (one, members) = family(&mut tx, actor, id).await?;
        let (head, _) = family(&mut tx, actor, to).await?;
        life::join(&one.life(), &lives(&members), &head.life())?;
        tx.put_joined(id, Some(to)).await?;
        for owed in tx.follow_ups_owed(id, now).await? {
            tx.excuse(owed.obligation.id, account, &reason, now).await?;
        }
        self.note_both(&mut tx, "joined", account, &reason, (id, to), now)
            .await?;
        let detail = json!({ "to": to });
        self.end_incident_deed(tx, actor, "join_incident", id, detail)
            .await
    }

    /// Takes an incident out of its family again.
    ///
    /// # Errors
    /// As [`Service::close_incident`]; [`Error::Life`] when it is joined to none.
    pub async fn part_incident(&self, actor: &Actor, id: IncidentId, reason: &str) -> Result<()> {
        let (account, reason, now) = (account(actor)?, reason_of(reason)?, self.now());
        let mut tx = self.store.begin().await?;
        let (one, _) = family(&mut tx, actor, id).await?;
        let from = life::part(&one.life())?;
        tx.put_joined(id, None).await?;
        self.note_both(&mut tx, "parted", account, &reason, (id, from), now)
            .await?;
        let detail = json!({ "from": from });
        self.end_incident_deed(tx, actor, "part_incident", id, detail)
            .await
    }

    /// Links an event to an all clear that its unit gave at that time, for a person to judge.
    ///
    /// # Errors
    /// As [`Service::close_incident`]; [`Error::Already`] when it is linked, [`Error::Missing`] for another unit's.
    pub async fn link_all_clear(
        &self,
        actor: &Actor,
        id: IncidentId,
        check_in: CheckInId,
        note: &str,
    ) -> Result<()> {
        let (account, note, now) = (account(actor)?, reason_of(note)?, self.now());
        let mut tx = self.store.begin().await?;
        let (one, _) = family(&mut tx, actor, id).await?;
        let kept = tx.check_in(check_in).await?.map(|kept| kept.check_in);
        kept.filter(|kept| kept.unit == one.unit && kept.content.incident().is_none())
            .ok_or(Error::Missing("report"))?;
        let linked =
            |event: &store::IncidentEvent| event.kind == "linked" && event.check_in_id == Some(check_in.0);
        if tx.incident_events(id).await?.iter().any(linked) {
            return Err(Error::Already("linked"));
        }
        let event = NewEvent {
            check_in: Some(check_in),
            ..event(id, "linked", account, &note)
        };
        tx.add_incident_event(event, now).await?;
        let detail = json!({ "check_in": check_in });
        self.end_incident_deed(tx, actor, "link_all_clear", id, detail)
            .await
    }

    /// Records at both incidents what became of the two.
    async fn note_both(
        &self,
        tx: &mut Tx,
        kind: &'static str,
        account: AccountId,
        reason: &str,
        (one, other): (IncidentId, IncidentId),
        now: Timestamp,
    ) -> Result<()> {
        for (incident, other) in [(one, other), (other, one)] {
            let event = NewEvent {
                other: Some(other),
                ..event(incident, kind, account, reason)
            };
            tx.add_incident_event(event, now).await?;
        }
        Ok(())
    }

    async fn end_incident_deed(
        &self,
        mut tx: Tx,
        actor: &Actor,
        deed: &str,
        id: IncidentId,
        detail: serde_json::Value,
    ) -> Result<()> {
        self.audit(&mut tx, &who(actor), deed, &format!("incident:{id}"), detail)
            .await?;
        tx.commit().await?;
        self.changed.notify_one();
        self.outgoing.notify_one();
        Ok(())
    }
}

fn event<'a>(incident: IncidentId, kind: &'static str, by: AccountId, reason: &'a str) -> NewEvent<'a> {
    NewEvent {
        incident,
        kind,
        by: Some(by),
        reason: Some(reason),
        other: None,
        check_in: None,
    }
}

/// Holds an incident that the actor may keep, and gives it with those that are joined to it.
async fn family(tx: &mut Tx, actor: &Actor, id: IncidentId) -> Result<(StoredIncident, Vec<StoredIncident>)> {
    let scope: Scope = permit(actor, Deed::KeepIncident)?;
    let one = tx.hold_incidents(&[id]).await?.pop();
    let one = one
        .filter(|one| scope.covers(&one.path))
        .ok_or(Error::Missing("incident"))?;
    let members = tx.joined_to(id).await?;
    Ok((one, members))
}

/// What a report itself did to its incident.
fn by_report(incident: IncidentId, kind: &'static str, report: CheckInId) -> NewEvent<'static> {
    NewEvent {
        incident,
        kind,
        by: None,
        reason: None,
        other: None,
        check_in: Some(report),
    }
}

fn lives(incidents: &[StoredIncident]) -> Vec<Life> {
    incidents.iter().map(StoredIncident::life).collect()
}

/// Gives the account that acts; decisions on incidents are a person's.
pub(super) fn account(actor: &Actor) -> Result<AccountId> {
    match actor.identity {
        Identity::Account(id) => Ok(id),
        _ => Err(Denied(Deed::KeepIncident).into()),
    }
}
