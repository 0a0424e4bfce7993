//! Knows what must stand in the records of urgent reports: each ends, no step fires twice, nothing leaves too late.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::{Case, Facts, Finding};
use crate::domain::alert::State;
use crate::domain::ids::{AlertId, LetterId};
use crate::domain::time::{Timestamp, from_millis};
use crate::service::{LONGEST_SLEEP, Service};
use crate::store::{Posted, Tray};

/// What the tables say of one alert when all is over.
#[derive(Debug, Clone)]
pub(super) struct Alarm {
    id: AlertId,
    state: State,
    /// Whether it was opened again: then an earlier answer ended nothing.
    reopened: bool,
    letters: Vec<Posted>,
    /// When each letter was first tried.
    tried: BTreeMap<LetterId, Timestamp>,
    now: Timestamp,
}

/// Reads the alerts of a run.
pub(super) async fn gather(
    service: &Service,
    alerts: &[AlertId],
    now: Timestamp,
) -> crate::service::Result<Vec<Alarm>> {
    let mut conn = service.store.read().await?;
    let mut alarms = Vec::with_capacity(alerts.len());
    for id in alerts {
        let Some(stored) = conn.alert(*id).await? else {
            continue;
        };
        let letters = conn.posted_for(*id).await?;
        let ids: Vec<LetterId> = letters.iter().map(|letter| letter.id).collect();
        let mut tried = BTreeMap::new();
        for attempt in conn.attempts(&ids).await? {
            if let Some(at) = from_millis(attempt.began_at) {
                let first = tried.entry(LetterId(attempt.letter_id)).or_insert(at);
                *first = at.min(*first);
            }
        }
        alarms.push(Alarm {
            id: *id,
            state: stored.alert.state,
            reopened: stored.alert.reopened.is_some(),
            letters,
            tried,
            now,
        });
    }
    Ok(alarms)
}

/// Every one is known, and has an answer, is exhausted, or will be looked at again.
pub(super) fn settled(case: &Case<'_>, facts: &Facts) -> Finding {
    let mut finding = Finding::default();
    for raised in &case.play.log.raised {
        finding.look();
        let Some(alarm) = facts.alarms.iter().find(|alarm| alarm.id == raised.id) else {
            finding.wrong(format!("the alert of {} is gone", raised.receipt));
            continue;
        };
        match &alarm.state {
            State::Acknowledged { .. } => {}
            State::Exhausted { .. } if facts.red_alerts.contains(&alarm.id) => {}
            State::Exhausted { .. } => {
                finding.wrong(format!(
                    "{} went through its passes and is not red",
                    raised.receipt
                ));
            }
            State::Running { next_at } if *next_at + tick() >= alarm.now => {}
            State::Running { next_at } => finding.wrong(format!(
                "{} waits since {} and nobody looks",
                raised.receipt,
                case.at(*next_at)
            )),
        }
    }
    finding
}

/// Each step of each pass writes to each address once.
pub(super) fn once(facts: &Facts) -> Finding {
    let mut finding = Finding::default();
    for alarm in &facts.alarms {
        let mut known = BTreeSet::new();
        for letter in &alarm.letters {
            finding.look();
            if !known.insert((letter.pass, letter.step, letter.address.as_str())) {
                finding.wrong(format!(
                    "step {:?} of pass {:?} of alert {} wrote to {} twice",
                    letter.step, letter.pass, alarm.id, letter.address
                ));
            }
        }
    }
    finding
}

/// No letter is tried for the first time after somebody has it.
pub(super) fn satisfied(case: &Case<'_>, facts: &Facts) -> Finding {
    let mut finding = Finding::default();
    for alarm in facts.alarms.iter().filter(|alarm| !alarm.reopened) {
        let State::Acknowledged { at: answered, .. } = &alarm.state else {
            continue;
        };
        for letter in &alarm.letters {
            let Some(tried) = alarm.tried.get(&letter.id) else {
                continue;
            };
            finding.look();
            if tried > answered {
                finding.wrong(format!(
                    "a letter to {} was taken up at {}, and somebody had alert {} since {}",
                    letter.address,
                    case.at(*tried),
                    alarm.id,
                    case.at(*answered)
                ));
            }
        }
    }
    finding
}

/// Where nothing stands in the way, one letter is accepted within a tick, whatever else waits.
pub(super) fn prompt(case: &Case<'_>, facts: &Facts) -> Finding {
    let mut finding = Finding::default();
    let (play, second) = (case.play, TimeDelta::seconds(1));
    for raised in play.log.raised.iter().filter(|_| play.relay.is_reliable()) {
        let until = raised.at + tick();
        let answered = raised.ended.is_some_and(|ended| ended <= until);
        let alarm = facts.alarms.iter().find(|alarm| alarm.id == raised.id);
        let Some(alarm) = alarm.filter(|_| !answered && play.log.was_up(raised.at - second, until)) else {
            continue;
        };
        finding.look();
        let accepted = alarm.letters.iter().filter(|l| l.tray == Tray::Accepted);
        if accepted
            .filter_map(|letter| letter.ended)
            .min()
            .is_none_or(|at| at > until)
        {
            finding.wrong(format!(
                "no letter about {} was accepted within a tick",
                raised.receipt
            ));
        }
    }
    finding
}

fn tick() -> TimeDelta {
    LONGEST_SLEEP
}
