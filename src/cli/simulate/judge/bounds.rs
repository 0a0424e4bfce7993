//! Knows whom no letter may bother: those who have reported, are excused, were given time, or are not concerned.

use chrono::TimeDelta;

use super::letters::{circle, is_chase};
use super::{Case, Finding};
use crate::domain::time::Timestamp;

/// Letters are written when they leave, from the state of that moment.
pub(super) fn wanted(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    for letter in case
        .letters
        .iter()
        .filter(|letter| is_chase(letter.first().mail.about))
    {
        let first = letter.first();
        for place in &letter.named {
            finding.look();
            // What happens in the very millisecond may come before or after.
            let just_before = first.at - TimeDelta::milliseconds(1);
            let owed = &case.play.model.owed[*place];
            let is_wanted = owed.is_wanted(just_before) || owed.is_wanted(first.at);
            if !is_wanted && !was_tried_before(case, first.at, &first.to, *place) {
                finding.wrong(format!(
                    "{} at {} was told of {}",
                    first.to,
                    case.at(first.at),
                    case.owed(*place)
                ));
            }
        }
    }
    finding
}

/// A mail that the server turned away before the dot has bytes already, which do not change any more.
fn was_tried_before(case: &Case<'_>, at: Timestamp, _: &str, place: usize) -> bool {
    if case.play.relay.is_reliable() && case.play.log.deaths.is_empty() {
        return false;
    }
    let owed = &case.play.model.owed[place];
    // It can have been written only while it was wanted, and is given up within a day.
    at - owed.due < TimeDelta::days(1)
}

/// After an extension, steps count from the new due time.
pub(super) fn in_force(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    for letter in case
        .letters
        .iter()
        .filter(|letter| is_chase(letter.first().mail.about))
    {
        let first = letter.first();
        for place in &letter.named {
            finding.look();
            let owed = &case.play.model.owed[*place];
            let before = owed.due_at(first.at - TimeDelta::milliseconds(1));
            let stale = first
                .mail
                .due
                .is_some_and(|due| due != before && due != owed.due_at(first.at));
            if stale && !was_tried_before(case, first.at, &first.to, *place) {
                finding.wrong(format!(
                    "{} at {} was told of the old deadline of {}",
                    first.to,
                    case.at(first.at),
                    case.owed(*place)
                ));
            }
        }
    }
    finding
}

/// Rule 9: an acknowledgement pauses further steps for the units that it names.
pub(super) fn paused(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    for hold in &case.play.log.holds {
        for place in &hold.owed {
            finding.look();
            let owed = &case.play.model.owed[*place];
            // What was promised, whatever the service answered; never past closing.
            let until = (hold.at + case.play.ground.settings.chase.pause.delta()).min(owed.closes);
            let broken = case.naming(*place).find(|letter| {
                let first = letter.first();
                let within = hold.at < first.at && first.at < until;
                // Another deadline is another chase.
                within
                    && is_chase(first.mail.about)
                    && owed.due_at(hold.at) == owed.due_at(first.at)
                    && owed.is_wanted_through(hold.at, first.at)
            });
            let sure = case.play.relay.is_reliable() && case.play.log.deaths.is_empty();
            if let Some(letter) = broken.filter(|_| sure) {
                finding.wrong(format!(
                    "{} was taken in hand at {} until {}, and {} was told at {}",
                    case.owed(*place),
                    case.at(hold.at),
                    case.at(until),
                    letter.first().to,
                    case.at(letter.first().at)
                ));
            }
        }
    }
    finding
}

/// Nobody is chased after closing; the one notice that must be is the exception.
pub(super) fn closed(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    for letter in case
        .letters
        .iter()
        .filter(|letter| is_chase(letter.first().mail.about))
    {
        for place in &letter.named {
            finding.look();
            let (owed, first) = (&case.play.model.owed[*place], letter.first());
            let up = case.play.relay.is_reliable() && case.play.log.was_up(owed.due, first.at);
            let only = case
                .naming(*place)
                .filter(|other| other.first().at >= owed.due)
                .count()
                == 1;
            if first.at >= owed.closes && up && !only {
                finding.wrong(format!(
                    "{} at {} was told of {}",
                    first.to,
                    case.at(first.at),
                    case.owed(*place)
                ));
            }
        }
    }
    finding
}

/// Nobody else's business.
pub(super) fn concerned(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    for letter in case
        .letters
        .iter()
        .filter(|letter| is_chase(letter.first().mail.about))
    {
        for place in &letter.named {
            finding.look();
            if !circle(case, *place).contains(&letter.first().to) {
                finding.wrong(format!("{} was told of {}", letter.first().to, case.owed(*place)));
            }
        }
    }
    finding
}

/// A letter that names nobody, or somebody who owes nothing then, helps nobody.
pub(super) fn understood(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    for letter in case
        .letters
        .iter()
        .filter(|letter| is_chase(letter.first().mail.about))
    {
        finding.look();
        let mail = &letter.first().mail;
        if mail.named.is_empty() || mail.named.len() != letter.named.len() {
            finding.wrong(format!(
                "{:?} to {} at {}",
                mail.subject,
                letter.first().to,
                case.at(letter.first().at)
            ));
        }
    }
    finding
}
