//! Knows the facts of a batch: loaded with a few queries, and kept true while its members are decided one after the other.

use std::borrow::Cow;
use std::collections::HashMap;

use uuid::Uuid;

use super::Member;
use crate::domain::checkin::{Follows, Submission};
use crate::domain::ids::{CheckInId, IncidentId, ObligationId, UnitId};
use crate::domain::incident::ReportKind;
use crate::domain::intake::{self, Facts};
use crate::store::{Result, StoredCheckIn, StoredIncident, StoredObligation, Tx};

/// The facts of a batch.
#[derive(Debug)]
pub(super) struct Ledger {
    owed: HashMap<ObligationId, StoredObligation>,
    by_uuid: HashMap<(UnitId, Uuid), StoredCheckIn>,
    latest: HashMap<ObligationId, StoredCheckIn>,
    unattached: HashMap<UnitId, StoredCheckIn>,
    followed: Followed,
}

impl Ledger {
    /// Loads what the members touch, and holds their obligations until the transaction ends.
    pub(super) async fn load(tx: &mut Tx, members: &[Member]) -> Result<Self> {
        let mut owed: Vec<ObligationId> = members.iter().filter_map(|m| m.submission.obligation).collect();
        owed.sort_unstable();
        owed.dedup();
        let mut alone: Vec<UnitId> = members
            .iter()
            .filter(|m| m.submission.obligation.is_none())
            .map(|m| m.submission.unit)
            .collect();
        alone.sort_unstable();
        alone.dedup();
        let mut keys: Vec<(UnitId, Uuid)> = members
            .iter()
            .map(|m| (m.submission.unit, m.submission.uuid))
            .collect();
        keys.sort_unstable();
        keys.dedup();

        let mut owed = match owed.is_empty() {
            true => Vec::new(),
            false => tx.hold_obligations(&owed).await?,
        };
        let followed = followed(tx, members, &mut owed).await?;
        let last: Vec<CheckInId> = owed.iter().filter_map(|o| o.latest).collect();
        let latest = tx.check_ins(&last).await?;
        let attached = |c: StoredCheckIn| c.check_in.obligation.map(|id| (id, c));
        Ok(Self {
            followed,
            by_uuid: tx
                .check_ins_by_uuid(&keys)
                .await?
                .into_iter()
                .map(|c| ((c.check_in.unit, c.check_in.uuid), c))
                .collect(),
            latest: latest.into_iter().filter_map(attached).collect(),
            unattached: tx
                .latest_unattached(&alone)
                .await?
                .into_iter()
                .map(|c| (c.check_in.unit, c))
                .collect(),
            owed: owed.into_iter().map(|o| (o.obligation.id, o)).collect(),
        })
    }

    /// Gives a submission as it is meant: whoever answers a follow-up follows its incident up, and the other way round.
    pub(super) fn meant<'a>(&self, s: &'a Submission) -> Cow<'a, Submission> {
        let asked = self.owed(s.obligation).and_then(|o| o.obligation.kind.incident());
        let answers = asked
            .filter(|_| s.content.incident().is_some())
            .map(|incident| Follows {
                incident,
                kind: ReportKind::FollowUp,
            });
        let Some(follows) = s.follows.or(answers) else {
            return Cow::Borrowed(s);
        };
        let due = self.followed.due.get(&follows.incident).copied();
        Cow::Owned(Submission {
            follows: Some(follows),
            obligation: s.obligation.filter(|_| asked == Some(follows.incident)).or(due),
            ..s.clone()
        })
    }

    /// Gives what the decision on a submission needs to know; `office`: whether its author acts for the duty office.
    pub(super) fn facts(&self, s: &Submission, office: bool) -> Facts {
        let followed = s
            .follows
            .and_then(|follows| self.followed.incidents.get(&follows.incident));
        let latest = match (s.follows, s.obligation) {
            (Some(_), _) => followed.and_then(|(_, latest)| latest.as_ref()),
            (None, Some(id)) => self.latest.get(&id),
            (None, None) => self.unattached.get(&s.unit),
        };
        Facts {
            obligation: self.owed(s.obligation).map(|o| o.obligation.clone()),
            same_uuid: self.by_uuid.get(&(s.unit, s.uuid)).map(|c| c.check_in.clone()),
            latest: latest.map(|c| c.check_in.clone()),
            office,
            followed: followed.map(|(known, _)| intake::Followed {
                incident: known.id,
                unit: known.unit,
                open: known.closed.is_none(),
                urgent: known.urgent,
            }),
        }
    }

    /// Gives an obligation of the batch.
    pub(super) fn owed(&self, id: Option<ObligationId>) -> Option<&StoredObligation> {
        self.owed.get(&id?)
    }

    /// Finds a check-in that a decision named.
    pub(super) fn find(&self, id: CheckInId) -> Option<&StoredCheckIn> {
        let known = self.latest.values().chain(self.unattached.values());
        let followed = self
            .followed
            .incidents
            .values()
            .filter_map(|(_, latest)| latest.as_ref());
        known
            .chain(self.by_uuid.values())
            .chain(followed)
            .find(|c| c.check_in.id == id)
    }

    /// Gives an incident that a member follows up.
    pub(super) fn followed(&self, id: IncidentId) -> Option<&StoredIncident> {
        self.followed.incidents.get(&id).map(|(incident, _)| incident)
    }

    /// Notes a report on an incident, so that the next member is decided after it.
    pub(super) fn followed_up(&mut self, follows: Follows, kept: &StoredCheckIn) {
        if let Some((incident, latest)) = self.followed.incidents.get_mut(&follows.incident) {
            incident.urgent |= kept.check_in.content.is_urgent();
            if follows.kind == ReportKind::Final {
                incident.closed = Some(kept.check_in.received);
            }
            *latest = Some(kept.clone());
        }
    }

    /// Notes a check-in that was decided to be kept, so that the next member is decided after it.
    pub(super) fn note(&mut self, kept: &StoredCheckIn) {
        let c = &kept.check_in;
        self.by_uuid.insert((c.unit, c.uuid), kept.clone());
        let Some(id) = c.obligation else {
            self.unattached.insert(c.unit, kept.clone());
            return;
        };
        self.latest.insert(id, kept.clone());
        if let Some(owed) = self.owed.get_mut(&id) {
            owed.obligation.first_received.get_or_insert(c.received);
            owed.obligation.provenance = Some(c.provenance);
            owed.latest = Some(c.id);
        }
    }
}

/// The incidents that members follow up.
#[derive(Debug, Default)]
struct Followed {
    /// Each with the last report on it.
    incidents: HashMap<IncidentId, (StoredIncident, Option<StoredCheckIn>)>,
    /// The follow-up that each owes.
    due: HashMap<IncidentId, ObligationId>,
}

/// Holds the incidents that members follow up, also by answering a follow-up that is owed.
async fn followed(tx: &mut Tx, members: &[Member], owed: &mut Vec<StoredObligation>) -> Result<Followed> {
    let named = members
        .iter()
        .filter_map(|m| m.submission.follows)
        .map(|f| f.incident);
    let asked = owed.iter().filter_map(|o| o.obligation.kind.incident());
    let ids: Vec<IncidentId> = named.chain(asked).collect();
    let mut known = Followed::default();
    for incident in tx.hold_incidents(&ids).await? {
        let id = incident.id;
        let last = match tx.reports_on(id).await?.pop() {
            Some(report) => tx.check_in(report.check_in).await?,
            None => None,
        };
        let of_it = members
            .iter()
            .find(|m| m.submission.follows.is_some_and(|f| f.incident == id));
        if let Some(received) = of_it.map(|m| m.submission.received) {
            let due = tx.follow_ups_owed(id, received).await?;
            let due = due.iter().find(|o| o.obligation.window.opens() <= received);
            if let Some(due) = due.map(|o| o.obligation.id) {
                known.due.insert(id, due);
                if !owed.iter().any(|o| o.obligation.id == due) {
                    owed.extend(tx.hold_obligations(&[due]).await?);
                }
            }
        }
        known.incidents.insert(id, (incident, last));
    }
    Ok(known)
}
