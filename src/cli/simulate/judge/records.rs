//! Knows what must stand in the records: every receipt, the counts, the seals, the chain.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Finding};
use crate::cli::simulate::model::Stand;
use crate::cli::simulate::play::{Broken, Play};
use crate::domain::access::Actor;
use crate::domain::board::Span;
use crate::domain::ids::{AlertId, IncidentId, ObligationId, RoundId, RuleId, UnitId};
use crate::domain::obligation::Kind;
use crate::domain::receipt::Number;
use crate::domain::roll_up::RollUp;
use crate::domain::tally::Tally;
use crate::domain::time::{BusinessDate, Timestamp};
use crate::service::{Proof, Service};
use crate::store::{Lane, StoredObligation};

/// What the service says of itself when all is over.
#[derive(Debug, Default)]
pub struct Facts {
    /// What became of each receipt.
    pub(super) proofs: BTreeMap<Number, Proof>,
    /// Whether the board shows a failure of delivery.
    pub(super) is_red: bool,
    /// Alerts that the board shows and nobody has.
    pub(super) red_alerts: BTreeSet<AlertId>,
    /// What the tables say of each urgent report.
    pub(super) alarms: Vec<super::alarm::Alarm>,
    /// When the next letter leaves; none: none waits.
    pub(super) waiting: Option<i64>,
    /// What the sums of townships say by now.
    pub(super) sums: BTreeMap<Number, RollUp>,
    /// What every unit owes.
    owed: Vec<StoredObligation>,
    /// The counts of each round.
    counts: BTreeMap<(RuleId, BusinessDate), Tally>,
    /// What is wrong with seals.
    seals: (usize, Vec<String>),
    /// What is wrong with the chain.
    chain: Vec<String>,
}

/// Asks the service what it says of itself.
pub(super) fn gather(play: &mut Play) -> Result<Facts, Broken> {
    let receipts: Vec<_> = play
        .log
        .receipts
        .iter()
        .map(|told| (told.number, told.mac))
        .collect();
    let units: Vec<UnitId> = play
        .roster
        .members
        .iter()
        .map(|m| m.id)
        .filter(|id| id.0 > 0)
        .collect();
    let sums: Vec<Number> = play.log.sums.iter().map(|(number, ..)| *number).collect();
    let alerts: Vec<AlertId> = play.log.raised.iter().map(|raised| raised.id).collect();
    let now = play.now();
    let facts = play.act(|service| {
        let (receipts, units) = (receipts.clone(), units.clone());
        let (alerts, sums) = (alerts.clone(), sums.clone());
        async move {
            let mut facts = Facts::default();
            for (number, mac) in receipts {
                facts
                    .proofs
                    .insert(number, service.verify_receipt(number, mac).await?);
            }
            delivery(&service, &mut facts, now).await?;
            facts.alarms = super::alarm::gather(&service, &alerts, now).await?;
            let mut conn = service.store.read().await?;
            let long_ago = crate::domain::time::from_millis(0).unwrap_or(now);
            for unit in units {
                facts
                    .owed
                    .extend(conn.obligations_of_unit(unit, now, long_ago).await?);
            }
            drop(conn);
            facts.sums = super::sums::gather(&service, &sums).await?;
            rounds(&service, &mut facts, now).await?;
            if let Err(found) = service.verify_chain(&Actor::console(), None).await? {
                facts.chain.push(format!("{found:?}"));
            }
            Ok::<_, crate::service::Error>(facts)
        }
    })?;
    facts.map_err(|error| error.to_string())
}

async fn delivery(service: &Service, facts: &mut Facts, now: Timestamp) -> crate::service::Result<()> {
    let mut conn = service.store.read().await?;
    let everywhere = [("/".to_owned(), "0".to_owned())];
    let board = conn.board_delivery(&everywhere, true, (now, now)).await?;
    let ever = crate::domain::time::Timestamp::UNIX_EPOCH;
    let rounds = conn.board_rounds(ever, None, Some((&everywhere, now))).await?;
    facts.is_red = board.failed > 0 || rounds.iter().any(|round| round.gaps > 0);
    for incident in conn.board_incidents(&everywhere, 100_000).await? {
        if let Some(known) = incident.alert
            && known.alert.is_exhausted()
        {
            facts.red_alerts.insert(known.id);
        }
        // Earlier alerts of the same incident.
        for alert in conn.alerts_of(incident.id).await? {
            if alert.alert.is_exhausted() {
                facts.red_alerts.insert(alert.id);
            }
        }
    }
    let next = [
        conn.next_letter(Lane::Urgent).await?,
        conn.next_letter(Lane::Routine).await?,
    ];
    facts.waiting = next.into_iter().flatten().min();
    Ok(())
}

async fn rounds(service: &Service, facts: &mut Facts, now: Timestamp) -> crate::service::Result<()> {
    let mut conn = service.store.read().await?;
    let rounds = conn.latest_rounds(100_000).await?;
    let ids: Vec<RoundId> = rounds.iter().map(|stored| stored.round.id).collect();
    let everywhere = [Span {
        fold: None,
        lo: "/".to_owned(),
        hi: "0".to_owned(),
    }];
    for stored in &rounds {
        let counts = conn.board_counts(stored.round.id, &ids, &everywhere, now).await?;
        let tally: Tally = counts.into_iter().map(|count| count.tally).sum();
        facts.counts.insert((stored.round.rule, stored.round.day), tally);
    }
    drop(conn);
    // The last follow-ups are still open when all is over.
    for stored in rounds.into_iter().filter(|one| one.round.window.closes() < now) {
        facts.seals.0 += 1;
        match service.verify_seal(stored.round.id).await {
            Ok((_, true)) => {}
            Ok((_, false)) => facts
                .seals
                .1
                .push(format!("the seal of round {} is another", stored.round.id)),
            Err(error) => facts.seals.1.push(format!("round {}: {error}", stored.round.id)),
        }
    }
    Ok(())
}

/// Promise 1.
pub(super) fn receipts(case: &Case<'_>, facts: &Facts) -> Finding {
    let mut finding = Finding::default();
    for told in &case.play.log.receipts {
        finding.look();
        let unit = case.play.roster.members[told.unit].id;
        match facts.proofs.get(&told.number) {
            Some(Proof::Genuine(kept)) if kept.unit == unit && kept.received == told.received => {}
            other => finding.wrong(format!("receipt {} is {other:?}", told.number)),
        }
    }
    finding
}

/// Gives the number of receipts that are not found.
pub(super) fn lost_receipts(case: &Case<'_>, facts: &Facts) -> usize {
    let found = |number| matches!(facts.proofs.get(number), Some(Proof::Genuine(_)));
    case.play
        .log
        .receipts
        .iter()
        .filter(|told| !found(&told.number))
        .count()
}

/// Rule 1: frozen when the round opens.
pub(super) fn opened(case: &Case<'_>, facts: &Facts) -> Finding {
    let mut finding = Finding::default();
    let key = |unit: UnitId, kind: (bool, bool, Option<IncidentId>), scheduled: Timestamp| {
        (unit, kind, scheduled.timestamp_millis())
    };
    let theirs: BTreeSet<_> = facts
        .owed
        .iter()
        .map(|kept| {
            let o = &kept.obligation;
            let kind = (o.kind == Kind::RollUp, kept.drill, o.kind.incident());
            key(o.unit, kind, o.scheduled_due)
        })
        .collect();
    let ours: BTreeSet<_> = case
        .play
        .model
        .owed
        .iter()
        .map(|o| {
            key(
                case.play.roster.members[o.unit].id,
                (o.roll_up, o.drill, o.follow),
                o.scheduled,
            )
        })
        .collect();
    ours.iter().for_each(|_| finding.look());
    for (unit, _, due) in ours.difference(&theirs) {
        finding.wrong(format!("unit {unit} should owe a report due {due}"));
    }
    for (unit, _, due) in theirs.difference(&ours) {
        finding.wrong(format!(
            "unit {unit} owes a report due {due} that nobody asked for"
        ));
    }
    finding
}

/// Rule 6, and the JSON's figures.
pub(super) fn counted(case: &Case<'_>, facts: &Facts) -> Finding {
    let mut finding = Finding::default();
    let mut ours: BTreeMap<(RuleId, BusinessDate), [u64; 5]> = BTreeMap::new();
    for owed in &case.play.model.owed {
        let place = match owed.stand() {
            Stand::OnTime => 1,
            Stand::Late => 2,
            Stand::Missing => 3,
            Stand::Excused => 4,
        };
        for (season, rule, day) in &owed.serves {
            let id = case
                .play
                .log
                .rules
                .get(*season)
                .and_then(|rules| rules.get(*rule))
                .copied();
            let Some(id) = id else { continue };
            let counts = ours.entry((id, *day)).or_default();
            counts[0] += 1;
            counts[place] += 1;
        }
    }
    for (round, counts) in ours {
        finding.look();
        let said = facts.counts.get(&round).copied().unwrap_or_default();
        let missing = said.missing + said.overdue + said.open + said.outage;
        let theirs = [said.expected, said.on_time, said.late, missing, said.excused];
        if theirs != counts {
            finding.wrong(format!(
                "rule {} on {}: {theirs:?}, and should be {counts:?}",
                round.0, round.1
            ));
        }
    }
    finding
}

/// Rule 8.
pub(super) fn decided(case: &Case<'_>, facts: &Facts) -> Finding {
    let mut finding = Finding::default();
    let numbers: BTreeMap<ObligationId, &StoredObligation> =
        facts.owed.iter().map(|o| (o.obligation.id, o)).collect();
    for (place, number) in &case.play.numbers {
        finding.look();
        let owed = &case.play.model.owed[*place];
        let Some(kept) = numbers.get(number).map(|kept| &kept.obligation) else {
            finding.wrong(format!("{} is gone", case.owed(*place)));
            continue;
        };
        if kept.first_received != owed.first {
            finding.wrong(format!(
                "{} was first received at {:?}, and not at {:?}",
                case.owed(*place),
                owed.first,
                kept.first_received
            ));
        }
        if kept.window.due() != owed.due || kept.window.closes() != owed.closes {
            finding.wrong(format!("{} has another window", case.owed(*place)));
        }
    }
    finding
}

pub(super) fn sealed(facts: &Facts) -> Finding {
    Finding {
        looked: facts.seals.0,
        wrong: facts.seals.1.clone(),
    }
}

pub(super) fn chained(facts: &Facts) -> Finding {
    Finding {
        looked: 1,
        wrong: facts.chain.clone(),
    }
}

/// What the people of the simulation wondered at.
pub(super) fn expected(case: &Case<'_>) -> Finding {
    Finding {
        looked: case.play.log.receipts.len(),
        wrong: case.play.log.surprises.clone(),
    }
}
