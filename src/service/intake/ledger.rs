//! Knows the facts of a batch: loaded with a few queries, and kept true while its members are decided one after the other.

use std::collections::HashMap;

use uuid::Uuid;

use super::Member;
use crate::domain::ids::{CheckInId, ObligationId, UnitId};
use crate::domain::intake::Facts;
use crate::store::{Result, StoredCheckIn, StoredObligation, Tx};

/// The facts of a batch.
#[derive(Debug)]
pub(super) struct Ledger {
    owed: HashMap<ObligationId, StoredObligation>,
    by_uuid: HashMap<(UnitId, Uuid), StoredCheckIn>,
    latest: HashMap<ObligationId, StoredCheckIn>,
    unattached: HashMap<UnitId, StoredCheckIn>,
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

        let owed = match owed.is_empty() {
            true => Vec::new(),
            false => tx.hold_obligations(&owed).await?,
        };
        let last: Vec<CheckInId> = owed.iter().filter_map(|o| o.latest).collect();
        let latest = tx.check_ins(&last).await?;
        let attached = |c: StoredCheckIn| c.check_in.obligation.map(|id| (id, c));
        Ok(Self {
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

    /// Gives what the decision on a member needs to know.
    pub(super) fn facts(&self, member: &Member) -> Facts {
        let s = &member.submission;
        let latest = match s.obligation {
            Some(id) => self.latest.get(&id),
            None => self.unattached.get(&s.unit),
        };
        Facts {
            obligation: self.owed(s.obligation).map(|o| o.obligation.clone()),
            same_uuid: self.by_uuid.get(&(s.unit, s.uuid)).map(|c| c.check_in.clone()),
            latest: latest.map(|c| c.check_in.clone()),
            office: member.office,
        }
    }

    /// Gives an obligation of the batch.
    pub(super) fn owed(&self, id: Option<ObligationId>) -> Option<&StoredObligation> {
        self.owed.get(&id?)
    }

    /// Finds a check-in that a decision named.
    pub(super) fn find(&self, id: CheckInId) -> Option<&StoredCheckIn> {
        let known = self.latest.values().chain(self.unattached.values());
        known.chain(self.by_uuid.values()).find(|c| c.check_in.id == id)
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
