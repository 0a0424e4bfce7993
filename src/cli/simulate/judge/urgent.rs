//! Knows what must come of an urgent report.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::{Case, Facts, Finding};
use crate::cli::simulate::log::Raised;
use crate::cli::simulate::post::About;
use crate::cli::simulate::relay::Verdict;
use crate::domain::time::Timestamp;

/// Gives when calls come, if all goes well: at once, and again after each wait.
pub(super) fn calls(case: &Case<'_>, raised: &Raised) -> Vec<Timestamp> {
    let urgent = &case.play.ground.settings.urgent;
    let count = urgent.steps.len() as u32 + urgent.passes;
    let wait = urgent.repeat_after.delta();
    (0..count)
        .map(|call| raised.at + wait * i32::try_from(call).unwrap_or_default())
        .collect()
}

/// Promise 4: until somebody has it, and to nobody after; who it goes to is `duty.rs`'s.
pub(super) fn pressed(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    for raised in &case.play.log.raised {
        finding.look();
        let ended = raised.ended;
        let late = |letter: &&super::Letter<'_>| ended.is_some_and(|ended| letter.first().at > ended);
        for letter in case.urgent(&raised.receipt).filter(late) {
            if case.play.relay.is_reliable() && case.play.log.deaths.is_empty() {
                finding.wrong(format!(
                    "{} was told at {} though somebody had it",
                    letter.first().to,
                    case.at(letter.first().at)
                ));
            }
        }
        if !case
            .urgent(&raised.receipt)
            .any(|letter| letter.seen.iter().any(|seen| seen.verdict.arrived()))
            && ended.is_none()
            && !was_refused(case, raised)
        {
            finding.wrong(format!("nobody was told of {}", raised.receipt));
        }
        let most = calls(case, raised).len();
        let mut told: BTreeMap<&str, usize> = BTreeMap::new();
        for letter in case.urgent(&raised.receipt) {
            *told.entry(&letter.first().to).or_default() += 1;
        }
        for (who, times) in told.into_iter().filter(|(_, times)| *times > most) {
            finding.wrong(format!("{who} was told {times} times of {}", raised.receipt));
        }
    }
    finding
}

/// Tells whether the mail server refused for good whomever an urgent report was sent to, in the end; then it is red.
fn was_refused(case: &Case<'_>, raised: &Raised) -> bool {
    let refused = case.play.relay.refused(raised.received, Timestamp::MAX_UTC);
    let told: BTreeSet<&String> = case
        .urgent(&raised.receipt)
        .map(|letter| &letter.first().to)
        .collect();
    !told.is_empty() && told.into_iter().all(|who| refused.contains(who))
}

/// Whoever was told of an incident is told what a later report changes: once, and nobody else is.
pub(super) fn followed(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    let log = &case.play.log;
    for report in &log.followed {
        finding.look();
        let raised = log
            .raised
            .iter()
            .filter(|raised| raised.incident == Some(report.incident));
        let letters: Vec<_> = raised.flat_map(|raised| case.urgent(&raised.receipt)).collect();
        let mut heard: BTreeMap<&str, usize> = BTreeMap::new();
        for letter in case.follow_up(&report.receipt) {
            *heard.entry(&letter.first().to).or_default() += 1;
        }
        for (to, times) in &heard {
            let told = letters.iter().any(|letter| letter.first().to == *to);
            if !told || *times > 1 {
                finding.wrong(format!("{to} got {times} letters of {}", report.receipt));
            }
        }
        let soon = report.at + TimeDelta::seconds(1);
        if !case.play.relay.was_calm(report.at, soon) {
            continue;
        }
        // Whom the server refused before it saw the letter.
        let refused = case.play.relay.refused(report.at, soon);
        for letter in letters {
            let known = letter.seen.iter().find(|seen| seen.verdict == Verdict::Accepted);
            let known = known.filter(|seen| seen.at < report.at && log.was_up(seen.at, soon));
            let known = known.filter(|seen| !refused.contains(&seen.to));
            if let Some(seen) = known.filter(|seen| !heard.contains_key(seen.to.as_str())) {
                finding.wrong(format!(
                    "{} was told at {}, and not of {}",
                    seen.to,
                    case.at(seen.at),
                    report.receipt
                ));
            }
        }
    }
    finding
}

/// Promise 4, its end.
pub(super) fn red(case: &Case<'_>, facts: &Facts) -> Finding {
    let mut finding = Finding::default();
    for raised in case
        .play
        .log
        .raised
        .iter()
        .filter(|raised| raised.ended.is_none())
    {
        finding.look();
        if !facts.red_alerts.contains(&raised.id) {
            finding.wrong(format!(
                "{} is not red any more, and nobody has it",
                raised.receipt
            ));
        }
    }
    finding
}

/// Before anything that was written when it was, and that leaves at the same instant.
pub(super) fn first(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    // Two processes have two connections, and neither waits for the other.
    for raised in case.play.log.raised.iter().filter(|_| !case.play.has_twin()) {
        let since = case
            .book
            .iter()
            .skip(raised.after)
            .take_while(|seen| seen.at == raised.at);
        let mut routine = false;
        for seen in since {
            let its = seen.mail.receipt.as_deref() == Some(raised.receipt.as_str());
            match seen.mail.about {
                About::Urgent if its => {
                    finding.look();
                    if routine {
                        finding.wrong(format!(
                            "the urgent letter to {} at {} left behind a routine one",
                            seen.to,
                            case.at(seen.at)
                        ));
                    }
                }
                About::Urgent => {}
                _ => routine = true,
            }
        }
    }
    finding
}
