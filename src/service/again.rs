//! Tells of units that are silent again, or joined their group late, after steps had fired without them.

use std::collections::{BTreeMap, HashMap};

use super::chase::{Call, Cause, ladder_of};
use super::{Result, Service};
use crate::domain::ids::ObligationId;
use crate::domain::ladder::Ladder;
use crate::domain::progress::{Told, missed};
use crate::domain::time::Timestamp;
use crate::store::{Chase, Group, Silent, StoredObligation, Tx};

impl Service {
    /// Writes the notices that a decision makes due: of the obligations that are unmet now, with the steps that fired
    /// without them, as after an outage. Nobody is told of one for a step twice. The chase of their group goes on.
    pub(super) async fn tell_again(&self, tx: &mut Tx, ids: &[ObligationId], now: Timestamp) -> Result<()> {
        let mut groups: BTreeMap<Group, Vec<Silent>> = BTreeMap::new();
        for one in tx.obligations(ids).await? {
            if let Some(group) = group_of(&one).filter(|_| one.obligation.is_unmet()) {
                groups.entry(group).or_default().push(one.into());
            }
        }
        for (group, silent) in groups {
            self.tell_group(tx, group, silent, now).await?;
        }
        Ok(())
    }

    async fn tell_group(&self, tx: &mut Tx, group: Group, silent: Vec<Silent>, now: Timestamp) -> Result<()> {
        // Held, so that a step that fires in this moment has either told of them or will.
        let (Some(chase), Some(first)) = (tx.hold_chase(group).await?, silent.first().map(|one| one.id))
        else {
            return Ok(());
        };
        let ladder = ladder_of(tx, group).await?;
        let ids: Vec<i64> = silent.iter().map(|one| one.id.0).collect();
        let told = told(group, &tx.noticed(group, &ids, now).await?);
        let mut calls: BTreeMap<Vec<usize>, Vec<Silent>> = BTreeMap::new();
        for one in silent {
            let told = told.get(&one.id).copied().unwrap_or(Told {
                step: None,
                resumed: group.resumption == 0,
            });
            let steps = behind(&ladder, &chase, one.id, told, now);
            calls.entry(steps).or_default().push(one);
        }
        for (steps, open) in &calls {
            let call = Call {
                group,
                ladder: &ladder,
                steps,
                cause: Cause::Again(first, now),
            };
            self.write_letters(tx, &call, open, now).await?;
        }
        Ok(())
    }
}

/// Gives the group whose chase an obligation follows.
fn group_of(one: &StoredObligation) -> Option<Group> {
    let o = &one.obligation;
    Some(Group {
        round: o.round?,
        due: o.window.due(),
        resumption: o.resumption.map_or(0, |at| at.timestamp_millis()),
    })
}

/// Puts together what notices of each obligation said: steps and the resumptions of their groups.
fn told(group: Group, noticed: &[(i64, i64, i64)]) -> HashMap<ObligationId, Told> {
    let mut all: HashMap<ObligationId, Told> = HashMap::new();
    for (id, step, resumption) in noticed {
        let told = all.entry(ObligationId(*id)).or_insert(Told {
            step: None,
            resumed: group.resumption == 0,
        });
        told.step = told.step.max(usize::try_from(*step).ok());
        told.resumed |= *resumption == group.resumption;
    }
    all
}

/// Gives the steps that an obligation missed; those of a firing that has yet to come to it are not among them.
fn behind(ladder: &Ladder, chase: &Chase, id: ObligationId, told: Told, now: Timestamp) -> Vec<usize> {
    let (mut progress, mut told) = (chase.progress, told);
    if let Some(firing) = chase.firing.as_ref().filter(|_| id.0 > chase.cursor) {
        progress.done = firing.steps.first().and_then(|step| step.checked_sub(1));
        told.resumed = true;
    }
    missed(ladder, chase.group.due, &progress, told, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::RoundId;
    use crate::domain::ladder::default_ladder;
    use crate::domain::progress::Progress;
    use crate::domain::time::from_millis;
    use crate::store::Firing;

    #[test]
    fn a_firing_in_hand_has_told_of_those_up_to_its_cursor_and_will_tell_of_the_others() {
        let at = |minutes: i64| from_millis(minutes * 60_000).unwrap();
        let progress = Progress {
            done: Some(3),
            ..Progress::default()
        };
        let mut chase = Chase {
            group: Group {
                round: RoundId(1),
                due: at(0),
                resumption: 0,
            },
            closes: at(240),
            progress,
            firing: Some(Firing {
                steps: vec![3],
                progress,
                next: None,
            }),
            cursor: 7,
            next: Some(at(40)),
        };
        let told = Told {
            step: Some(1),
            resumed: true,
        };
        let behind =
            |chase: &Chase, id, told| super::behind(&default_ladder(), chase, ObligationId(id), told, at(40));
        assert_eq!(behind(&chase, 7, told), [2, 3]);
        assert_eq!(behind(&chase, 8, told), [2]);
        // A resumption in hand tells the others of itself.
        let told = Told {
            step: Some(3),
            resumed: false,
        };
        assert_eq!(behind(&chase, 7, told), [3]);
        assert_eq!(behind(&chase, 8, told), [] as [usize; 0]);
        chase.firing = None;
        assert_eq!(behind(&chase, 8, told), [3]);
    }
}
