//! Opens rounds: writes what every unit in scope owes, frozen, in chunks.

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;

use super::{Error, Result, Service};
use crate::crash::Point;
use crate::domain::ids::{ObligationId, PeriodId, RoundId};
use crate::domain::obligation::{self, Member, NewObligation, NewRound, Opening, Round, Schedule, expected};
use crate::domain::period::{Period, Scope};
use crate::domain::progress::{Progress, due_steps};
use crate::domain::time::Timestamp;
use crate::domain::unit::{Unit, UnitTree};
use crate::store::{AddedObligation, Group, NewObligationRow, Tx};

/// How many units are written in one transaction, so that an urgent report never waits behind a round.
const CHUNK: usize = 1000;

/// How far back rounds are looked for that opened, and perhaps closed, while the service was down.
const HORIZON: TimeDelta = TimeDelta::days(14);

/// How far ahead the next opening is looked for.
const AHEAD: TimeDelta = TimeDelta::days(2);

impl Service {
    /// Opens the rounds whose time has come, and gives when the next one opens.
    pub(super) async fn open_rounds(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let horizon = now - HORIZON;
        let mut conn = self.store.read().await?;
        let periods = conn.periods_ending_after(horizon).await?;
        let known = conn.rounds_closing_after(horizon).await?;
        drop(conn);
        let schedule = Schedule {
            periods: &periods,
            calendar: &self.calendar,
            zone: self.settings.service.zone,
        };
        let opened = |round: &NewRound| {
            known
                .iter()
                .any(|k| (k.round.rule, k.round.day) == (round.rule, round.day) && k.opened.is_some())
        };
        let due: Vec<NewRound> = schedule
            .rounds_due(now, horizon)
            .into_iter()
            .filter(|round| !opened(round))
            .collect();
        if !due.is_empty() {
            self.open_together(due, &periods, now).await?;
        }
        Ok(schedule.next_opening(now, AHEAD))
    }

    /// Opens rounds together: what they ask of one unit within half an hour is one obligation.
    async fn open_together(&self, due: Vec<NewRound>, periods: &[Period], now: Timestamp) -> Result<()> {
        let scopes: HashMap<PeriodId, &Scope> = periods.iter().map(|p| (p.id, &p.scope)).collect();
        let (rounds, cursor) = self.begin_rounds(due).await?;
        let tree = self.tree_now().await?;
        let openings: Vec<Opening<'_>> = rounds
            .iter()
            .filter_map(|round| {
                Some(Opening {
                    round,
                    scope: scopes.get(&round.period)?,
                })
            })
            .collect();
        let mut units: Vec<&Unit> = tree.iter().filter(|unit| unit.id.0 > cursor).collect();
        units.sort_unstable_by_key(|unit| unit.id);
        // Read after the tree, so that none of its units is missing.
        let begins = rounds
            .iter()
            .map(|round| round.window.opens())
            .min()
            .unwrap_or(now);
        let young = self.store.read().await?.units_made_after(begins).await?;
        for chunk in units.chunks(CHUNK) {
            self.urgent_first().await?;
            let members = chunk.iter().map(|unit| Member {
                unit,
                since: young.get(&unit.id).copied().unwrap_or(begins),
            });
            let members: Vec<Member<'_>> = members.collect();
            self.open_chunk(&openings, &tree, &members, now).await?;
        }
        let mut tx = self.store.begin().await?;
        for round in &rounds {
            let last = units.last().map_or(cursor, |unit| unit.id.0);
            tx.advance_round(round.id, last, Some(now)).await?;
        }
        tx.commit().await?;
        for round in &rounds {
            tracing::info!(round = %round.id, label = round.label, day = %round.day, "round {} opened", round.id);
        }
        Ok(())
    }

    /// Gives the rounds their numbers, and the last unit whose obligations are written for all of them.
    async fn begin_rounds(&self, due: Vec<NewRound>) -> Result<(Vec<Round>, i64)> {
        let mut tx = self.store.begin().await?;
        let mut rounds = Vec::with_capacity(due.len());
        let mut cursor = i64::MAX;
        for round in due {
            let id = tx.begin_round(&round).await?;
            let stored = tx.round(id).await?.ok_or(Error::Missing("round"))?;
            cursor = cursor.min(stored.cursor);
            // The row is what was frozen; a rule that changed since does not touch it.
            rounds.push(stored.round);
        }
        tx.commit().await?;
        Ok((rounds, cursor))
    }

    async fn open_chunk(
        &self,
        openings: &[Opening<'_>],
        tree: &UnitTree,
        members: &[Member<'_>],
        now: Timestamp,
    ) -> Result<()> {
        let Some((from, until)) = obligation::reach(openings) else {
            return Ok(());
        };
        let ids: Vec<_> = members.iter().map(|member| member.unit.id).collect();
        let mut tx = self.store.begin().await?;
        let held = tx.held(&ids, from, until).await?;
        let owed = expected(openings, tree, members.iter().copied(), &held);
        if !owed.new.is_empty() {
            let added = tx.add_obligations(&rows(&owed.new, tree)).await?;
            tx.add_sources(&sources(&owed.new, &added)).await?;
            self.begin_chases(&mut tx, &owed.new, now).await?;
        }
        if !owed.attached.is_empty() {
            let attached: Vec<_> = owed
                .attached
                .iter()
                .map(|a| (a.obligation, a.source.round))
                .collect();
            tx.add_sources(&attached).await?;
        }
        let last = members.last().map_or(0, |member| member.unit.id.0);
        for opening in openings {
            tx.advance_round(opening.round.id, last, None).await?;
        }
        self.crash.pass(Point::TickOpen).await;
        tx.commit().await?;
        self.crash.pass(Point::TickOpened).await;
        Ok(())
    }

    /// Begins the chase of every group that the obligations form; it starts to climb when the round is open.
    async fn begin_chases(&self, tx: &mut Tx, new: &[NewObligation], now: Timestamp) -> Result<()> {
        let mut groups: BTreeMap<(RoundId, Timestamp), (Timestamp, crate::domain::ids::LadderId)> =
            BTreeMap::new();
        for one in new {
            let entry = groups
                .entry((one.round, one.window.due()))
                .or_insert((one.window.closes(), one.ladder));
            entry.0 = entry.0.max(one.window.closes());
        }
        for ((round, due), (closes, ladder)) in groups {
            let group = Group {
                round,
                due,
                resumption: 0,
            };
            let ladder = tx.ladder(ladder).await?.ok_or(Error::Missing("ladder"))?;
            let first = due_steps(&ladder, due, closes, &Progress::default(), now);
            let next = if first.fire.is_empty() {
                first.next
            } else {
                Some(now)
            };
            tx.begin_chase(group, closes, &Progress::default(), next).await?;
        }
        Ok(())
    }
}

fn rows(new: &[NewObligation], tree: &UnitTree) -> Vec<NewObligationRow> {
    let row = |one: &NewObligation| {
        let unit = tree.get(one.unit)?;
        Some(NewObligationRow {
            unit_id: one.unit.0,
            path: unit.path.as_str().to_owned(),
            kind: one.kind.code(),
            subject: one.kind.incident().map(|id| id.to_string()).unwrap_or_default(),
            round_id: Some(one.round.0),
            business_date: one.day.to_string(),
            opens_at: one.window.opens().timestamp_millis(),
            due_at: one.window.due().timestamp_millis(),
            grace_ms: one.window.grace().num_milliseconds(),
            closes_at: one.window.closes().timestamp_millis(),
            drill: i64::from(one.drill),
        })
    };
    new.iter().filter_map(row).collect()
}

/// Gives which rounds the obligations serve that were written; one that was there before keeps its own.
fn sources(new: &[NewObligation], added: &[AddedObligation]) -> Vec<(ObligationId, RoundId)> {
    let key = |unit: i64, kind: &'static str, drill: bool, due: i64| (unit, kind, drill, due);
    let ids: HashMap<_, _> = added
        .iter()
        .map(|a| {
            (
                key(a.unit_id, a.kind, a.drill != 0, a.scheduled_due),
                ObligationId(a.id),
            )
        })
        .collect();
    let mut served = Vec::with_capacity(new.len());
    for one in new {
        let due = one.window.due().timestamp_millis();
        if let Some(id) = ids.get(&key(one.unit.0, one.kind.code(), one.drill, due)) {
            served.extend(one.sources.iter().map(|source| (*id, source.round)));
        }
    }
    served
}
