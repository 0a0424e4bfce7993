//! Knows who is on duty at the moment of a letter, by the plain model of rosters.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::letters::is_chase;
use super::{Case, Finding, urgent};
use crate::cli::simulate::log::Raised;
use crate::cli::simulate::post::About;
use crate::domain::ladder::Audience;
use crate::domain::time::Timestamp;

/// Gives everybody whom an urgent report had to find at some time between two instants.
fn ever(case: &Case<'_>, raised: &Raised, until: Timestamp) -> BTreeSet<String> {
    let (watch, roster) = (&case.play.watch, &case.play.roster);
    // A roster that changed in that very instant may have changed before the report or after it.
    let from = raised.received - TimeDelta::milliseconds(1);
    let changes = watch.changes(from, until.max(raised.received));
    let mut told = BTreeSet::new();
    for at in changes {
        let on = watch.urgent(roster, raised.unit, at);
        let refused = case.play.relay.refused(Timestamp::MIN_UTC, until);
        if on.iter().any(|who| refused.contains(who)) {
            told.extend(watch.urgent_besides(roster, raised.unit, at));
        }
        told.extend(on);
    }
    told
}

/// Promise 4, by the roster: each round of calls finds those of its own moment.
pub(super) fn called(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    let play = case.play;
    // Steps of the settings add people of whom the yardstick knows nothing.
    let alone = play.ground.settings.urgent.steps.is_empty();
    let sure = play.relay.is_reliable() && play.log.deaths.is_empty();
    for raised in &play.log.raised {
        finding.look();
        for letter in case.urgent(&raised.receipt).filter(|_| alone) {
            let first = letter.first();
            if !ever(case, raised, first.at).contains(&first.to) {
                finding.wrong(format!(
                    "{} was told of {} at {}, and was not on duty",
                    first.to,
                    raised.receipt,
                    case.at(first.at)
                ));
            }
        }
        let running = |at: &Timestamp| raised.ended.is_none_or(|ended| *at < ended);
        for at in urgent::calls(case, raised)
            .into_iter()
            .filter(running)
            .filter(|_| sure)
        {
            let came: BTreeSet<&str> = case
                .urgent(&raised.receipt)
                .filter(|letter| letter.first().at == at)
                .map(|letter| letter.first().to.as_str())
                .collect();
            let on = play.watch.urgent(&play.roster, raised.unit, at);
            let missed = on.iter().filter(|who| !came.contains(who.as_str()));
            let more = came.iter().filter(|who| alone && !on.contains(**who));
            let wrong: Vec<&str> = missed.map(String::as_str).chain(more.copied()).collect();
            if !wrong.is_empty() {
                finding.wrong(format!(
                    "{} at {}: {}",
                    raised.receipt,
                    case.at(at),
                    wrong.join(", ")
                ));
            }
        }
    }
    finding
}

/// Gives whom the last step of a chase could name between two instants.
pub(super) fn ever_chiefs(
    case: &Case<'_>,
    unit: usize,
    from: Timestamp,
    until: Timestamp,
) -> BTreeSet<String> {
    let (watch, roster) = (&case.play.watch, &case.play.roster);
    let changes = watch.changes(from, until.max(from));
    changes
        .into_iter()
        .flat_map(|at| watch.chiefs(roster, unit, at))
        .collect()
}

/// The step that names the leader on duty finds the one of its own moment.
pub(super) fn chiefs(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    let play = case.play;
    let sure = play.relay.is_reliable() && play.log.deaths.is_empty();
    let steps = play.ground.settings.chase.ladder.steps();
    let last = steps.iter().find(|step| step.audience == Audience::OnDuty);
    for (place, owed) in play.model.owed.iter().enumerate() {
        let Some(at) = last
            .map(|step| owed.due + step.offset)
            .filter(|at| *at < owed.closes && sure)
        else {
            continue;
        };
        let steady = owed.due_at(owed.opens) == owed.due && owed.pauses() == 0;
        if !steady || !owed.is_wanted_through(owed.opens, at) {
            continue;
        }
        finding.look();
        for who in play.watch.chiefs(&play.roster, owed.unit, at) {
            let told = case.naming(place).any(|letter| {
                let first = letter.first();
                is_chase(first.mail.about) && first.to == who && first.at <= at
            });
            if !told {
                finding.wrong(format!(
                    "{who} was not told of {} at {}",
                    case.owed(place),
                    case.at(at)
                ));
            }
        }
    }
    for letter in case
        .letters
        .iter()
        .filter(|letter| letter.first().mail.about == About::Escalated)
    {
        let first = letter.first();
        let is_desk =
            first.to.contains("@desk") || play.watch.spare.values().flatten().any(|who| *who == first.to);
        for place in letter.named.iter().filter(|_| is_desk && last.is_some()) {
            finding.look();
            let owed = &play.model.owed[*place];
            // A letter that waited for the mail server was addressed when its step fired: before the due time too, where
            // what a reminder could not reach was passed on.
            let from = if sure { first.at } else { owed.opens };
            if !ever_chiefs(case, owed.unit, from - TimeDelta::milliseconds(1), first.at).contains(&first.to)
            {
                finding.wrong(format!(
                    "{} was told of {} at {}, and did not lead",
                    first.to,
                    case.owed(*place),
                    case.at(first.at)
                ));
            }
        }
    }
    finding
}
