//! Passes units on whose letters all failed for good: the next step of the ladder is told at once.

use std::collections::BTreeMap;

use super::chase::{Call, Cause, ladder_of};
use super::{Result, Service};
use crate::crash::Point;
use crate::domain::ids::{LetterId, ObligationId, RoundId};
use crate::domain::time::{Timestamp, from_millis};
use crate::store::{DeadLetter, Group, Silent};

/// How many dead letters one transaction handles.
const CHUNK: i64 = 200;

impl Service {
    /// Passes on the units of dead letters; failures that came together are one letter a person.
    pub(super) async fn pass_on(&self, now: Timestamp) -> Result<()> {
        loop {
            let dead = self.store.read().await?.dead_letters(CHUNK).await?;
            let full = i64::try_from(dead.len()).unwrap_or(0) == CHUNK;
            let mut groups: BTreeMap<(i64, i64, i64, i64), Vec<DeadLetter>> = BTreeMap::new();
            for one in dead {
                groups
                    .entry((one.round_id, one.due_at, one.resumption, one.step))
                    .or_default()
                    .push(one);
            }
            for dead in groups.into_values() {
                self.pass_on_group(&dead, now).await?;
            }
            if !full {
                return Ok(());
            }
        }
    }

    async fn pass_on_group(&self, dead: &[DeadLetter], now: Timestamp) -> Result<()> {
        let Some(first) = dead.first() else { return Ok(()) };
        let mut tx = self.store.begin().await?;
        let group = Group {
            round: RoundId(first.round_id),
            due: from_millis(first.due_at).unwrap_or(now),
            resumption: first.resumption,
        };
        // Held, so that two instances do not pass the same units on.
        tx.hold_chase(group).await?;
        let mut abandoned = Vec::new();
        for letter in dead {
            abandoned.extend(tx.abandoned(letter).await?);
        }
        abandoned.sort_unstable();
        abandoned.dedup();
        let ids: Vec<ObligationId> = abandoned.into_iter().map(ObligationId).collect();
        if !ids.is_empty() {
            let open = tx.obligations(&ids).await?;
            let open: Vec<Silent> = open.into_iter().map(Silent::from).collect();
            let ladder = ladder_of(&mut tx, group).await?;
            let step = usize::try_from(first.step).unwrap_or_default();
            let newest = dead.iter().map(|letter| letter.id).max().unwrap_or(first.id);
            let call = Call {
                group,
                ladder: &ladder,
                steps: &[step],
                cause: Cause::Dead(LetterId(newest)),
            };
            self.write_letters(&mut tx, &call, &open, now).await?;
        }
        let letters: Vec<i64> = dead.iter().map(|letter| letter.id).collect();
        tx.mark_passed(&letters, now).await?;
        self.crash.pass(Point::TickPass).await;
        tx.commit().await?;
        self.outgoing.notify_one();
        Ok(())
    }
}
