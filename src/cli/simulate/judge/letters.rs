//! Knows who must be told that a report is missing, and who may not be.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::{Case, Facts, Finding};
use crate::cli::simulate::model::Turn;
use crate::cli::simulate::post::About;
use crate::cli::simulate::relay::Verdict;
use crate::cli::simulate::timeline::Subject;
use crate::domain::ladder::Audience;
use crate::domain::time::Timestamp;

/// A miss that lasts this long while a process runs must have been told, whatever the mail server did meanwhile.
const LONG: TimeDelta = TimeDelta::hours(4);

/// How soon a decision shows, while a process runs.
const SOON: TimeDelta = TimeDelta::minutes(5);

pub(super) fn is_chase(about: About) -> bool {
    matches!(about, About::Reminder | About::Overdue | About::Escalated)
}

/// Promise 2.
pub(super) fn told(case: &Case<'_>, facts: &Facts) -> Finding {
    let mut finding = Finding::default();
    for (place, owed) in case.play.model.owed.iter().enumerate() {
        let lasting = owed.is_wanted_through(owed.due, case.play.log.up_for(LONG, owed.due));
        if !lasting || owed.due_at(owed.due) != owed.due {
            continue;
        }
        finding.look();
        let notices = || case.naming(place);
        let due = |letter: &&super::Letter<'_>| letter.first().mail.due == Some(owed.due);
        let overdue = |letter: &&super::Letter<'_>| letter.first().mail.about != About::Reminder;
        let arrived = notices().filter(due).filter(overdue).any(|letter| {
            letter
                .seen
                .iter()
                .any(|seen| seen.verdict.arrived() && seen.at >= owed.due)
        });
        // Nobody could be reached: then it is red.
        let failed = notices().any(|letter| letter.seen.iter().any(|seen| seen.verdict == Verdict::Never));
        let red = failed && facts.is_red;
        if !(arrived || red || no_way(case, place)) {
            finding.wrong(format!("nobody was told of {}", case.owed(place)));
        }
    }
    finding
}

/// Who is silent again after the steps have fired is told of at once, unless somebody was told before.
pub(super) fn again(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    if !case.play.relay.is_reliable() {
        return finding; // Then a letter may come after closing, when nobody is chased any more.
    }
    for (place, owed) in case.play.model.owed.iter().enumerate() {
        let back = owed.turns.iter().filter(|(_, turn)| *turn == Turn::Unexcused);
        for (at, _) in back {
            let (due, end) = (owed.due_at(*at), case.play.log.up_for(SOON, *at));
            if *at < due || end >= owed.closes || !owed.is_wanted_through(*at, end) {
                continue;
            }
            finding.look();
            let notice = |letter: &&super::Letter<'_>| {
                let first = letter.first();
                first.mail.due == Some(due) && first.mail.about != About::Reminder && first.at <= end
            };
            if !case.naming(place).any(|letter| notice(&letter)) && !no_way(case, place) {
                finding.wrong(format!(
                    "nobody was told of {}, silent again since {}",
                    case.owed(place),
                    case.at(*at)
                ));
            }
        }
    }
    finding
}

/// Tells whether there is nobody at all who could be told: no address, or none that lives.
fn no_way(case: &Case<'_>, place: usize) -> bool {
    let after = case.play.model.owed[place].due;
    let living = |address: &String| case.play.relay.dead.get(address).is_none_or(|died| *died > after);
    !circle(case, place).iter().any(living)
}

/// Gives everybody whom a unit concerns.
pub(super) fn circle(case: &Case<'_>, place: usize) -> BTreeSet<String> {
    let play = case.play;
    let unit = play.model.owed[place].unit;
    let units = std::iter::once(unit).chain(play.roster.above(unit));
    let members = units.filter_map(|unit| play.roster.members.get(unit));
    let mut circle: BTreeSet<String> = members
        .flat_map(|m| m.reporter.iter().chain(&m.backup).chain(&m.head))
        .cloned()
        .collect();
    let duty = &play.ground.settings.duty;
    circle.extend(
        duty.leaders
            .iter()
            .chain(&duty.officers)
            .map(|address| address.as_str().to_owned()),
    );
    let owed = &play.model.owed[place];
    circle.extend(super::duty::ever_chiefs(
        case,
        unit,
        owed.opens,
        owed.closes + TimeDelta::days(1),
    ));
    circle
}

/// Gives how many steps name a person for something owed, when every address lives.
fn steps_naming(case: &Case<'_>, place: usize, address: &str) -> usize {
    let play = case.play;
    let unit = play.model.owed[place].unit;
    let above = play.roster.above(unit);
    let has = |list: &[String]| list.iter().any(|known| known == address);
    let Some(member) = play.roster.members.get(unit) else {
        return 0;
    };
    let owed = &play.model.owed[place];
    let chiefs = super::duty::ever_chiefs(case, unit, owed.opens, owed.closes + TimeDelta::days(1));
    let names = |audience: &Audience| match audience {
        Audience::Reporters => has(&member.reporter),
        Audience::Backup => has(&member.backup),
        Audience::Head => has(&member.head),
        Audience::Ancestor { levels } => {
            let desk = above
                .get(usize::from(*levels).saturating_sub(1))
                .and_then(|p| play.roster.members.get(*p));
            desk.is_some_and(|desk| {
                [&desk.reporter, &desk.backup, &desk.head]
                    .into_iter()
                    .find(|l| !l.is_empty())
                    .is_some_and(|l| has(l))
            })
        }
        Audience::OnDuty => chiefs.contains(address),
        Audience::User(known) => known.as_str() == address,
    };
    play.ground
        .settings
        .chase
        .ladder
        .steps()
        .iter()
        .filter(|step| names(&step.audience))
        .count()
}

/// Promise 3. A deadline that was moved is another one; taking a chase in hand makes a further step.
pub(super) fn once(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    let mut times: BTreeMap<(&str, usize, Option<Timestamp>), Vec<&super::Letter<'_>>> = BTreeMap::new();
    for letter in case
        .letters
        .iter()
        .filter(|letter| is_chase(letter.first().mail.about))
    {
        for place in &letter.named {
            let key = (letter.first().to.as_str(), *place, letter.first().mail.due);
            times.entry(key).or_default().push(letter);
        }
    }
    let refused = case.book.iter().any(|seen| seen.verdict == Verdict::Never)
        || !case.play.relay.book().refused.is_empty();
    for ((address, place, _), letters) in times {
        finding.look();
        let owed = &case.play.model.owed[place];
        let whole = !refused
            && circle(case, place)
                .iter()
                .all(|known| !case.play.relay.dead.contains_key(known));
        let steps = match whole {
            true => steps_naming(case, place, address),
            // Those who cannot be reached pass their steps on.
            false => case.play.ground.settings.chase.ladder.steps().len(),
        };
        if letters.len() > steps + owed.pauses() {
            let when: Vec<String> = letters.iter().map(|letter| case.at(letter.first().at)).collect();
            finding.wrong(format!(
                "{address} was told {} times of {}: {}",
                letters.len(),
                case.owed(place),
                when.join(", ")
            ));
        }
    }
    together(case, refused, &mut finding);
    finding
}

/// However many units are missing, it is one letter: two at one instant about one due time are one too many.
fn together(case: &Case<'_>, refused: bool, finding: &mut Finding) {
    let mut at_once: BTreeMap<(&str, Timestamp, Subject<'_>), Vec<&super::Letter<'_>>> = BTreeMap::new();
    for letter in case
        .letters
        .iter()
        .filter(|letter| is_chase(letter.first().mail.about))
    {
        let first = letter.first();
        at_once
            .entry((&first.to, first.at, Subject::of(&first.mail.subject)))
            .or_default()
            .push(letter);
    }
    for ((address, at, _), letters) in at_once {
        finding.look();
        let named: Vec<usize> = letters
            .iter()
            .flat_map(|letter| letter.named.iter().copied())
            .collect();
        let plain = |place: &usize| {
            let owed = &case.play.model.owed[*place];
            owed.pauses() == 0
                && circle(case, *place)
                    .iter()
                    .all(|known| !case.play.relay.dead.contains_key(known))
        };
        let up = case.play.log.deaths.is_empty() && case.play.relay.is_reliable();
        let periods: BTreeSet<_> = named
            .iter()
            .map(|place| case.play.model.owed[*place].serves.first())
            .collect();
        if letters.len() > 1 && !refused && up && periods.len() == 1 && named.iter().all(plain) {
            finding.wrong(format!(
                "{address} got {} letters at once at {}",
                letters.len(),
                case.at(at)
            ));
        }
    }
}

/// Promise 5.
pub(super) fn caught_up(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    let play = case.play;
    for (died, back) in &play.log.down {
        let soon = *back + TimeDelta::seconds(60);
        if !play.relay.was_calm(*back, soon) || !play.log.was_up(*back + TimeDelta::milliseconds(1), soon) {
            continue;
        }
        for (place, owed) in play.model.owed.iter().enumerate() {
            let missed = *died < owed.due && owed.due <= *back && owed.due_at(*back) == owed.due;
            if !missed || !owed.is_wanted_through(owed.opens, soon) || no_way(case, place) {
                continue;
            }
            finding.look();
            if !tried(case, place, owed.due, soon) && !refused(case, place, *died, soon) {
                finding.wrong(format!(
                    "{} was not caught up with at {}",
                    case.owed(place),
                    case.at(*back)
                ));
            }
        }
    }
    finding
}

/// Tells whether a letter about an overdue report came to the server between two instants.
fn tried(case: &Case<'_>, place: usize, from: Timestamp, until: Timestamp) -> bool {
    case.naming(place).any(|letter| {
        let is_notice = matches!(letter.first().mail.about, About::Overdue | About::Escalated);
        is_notice && letter.seen.iter().any(|seen| from <= seen.at && seen.at <= until)
    })
}

/// Tells whether the server refused one of those whom it concerns for good; then the step passes on in its own time.
fn refused(case: &Case<'_>, place: usize, from: Timestamp, until: Timestamp) -> bool {
    !circle(case, place).is_disjoint(&case.play.relay.refused(from, until))
}

/// Nothing wrong anywhere: then the first step comes to the second.
pub(super) fn punctual(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    let play = case.play;
    for (place, owed) in play.model.owed.iter().enumerate() {
        let (before, after) = (owed.due - TimeDelta::hours(1), owed.due + TimeDelta::seconds(1));
        let fine = play.relay.was_calm(before, after) && play.log.was_up(before, after);
        let ladder = &play.ground.settings.chase.ladder;
        let at_due = ladder.steps().iter().any(|step| step.offset == TimeDelta::zero());
        // An extension that was decided in the last minute is another case; so is a chase that is paused.
        let steady = owed.due_at(before) == owed.due && owed.pauses() == 0;
        if !fine || !at_due || !steady || !owed.is_wanted_through(owed.opens, after) || no_way(case, place) {
            continue;
        }
        finding.look();
        if !tried(case, place, owed.due, after) && !refused(case, place, owed.opens, after) {
            finding.wrong(format!("{} was not told of at its due time", case.owed(place)));
        }
    }
    finding
}

/// Promise 6, first half. What the server turned away has come to nobody, and may be written anew.
pub(super) fn same_bytes(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    for letter in &case.letters {
        finding.look();
        let first = letter.first();
        let came: BTreeSet<_> = letter
            .seen
            .iter()
            .filter(|seen| seen.verdict.arrived())
            .map(|seen| (seen.bytes, seen.to.as_str()))
            .collect();
        if came.len() > 1 {
            finding.wrong(format!(
                "the letter to {} of {} came again with other words",
                first.to,
                case.at(first.at)
            ));
        }
    }
    finding
}

/// Gives the letters that came again though nothing was in doubt.
pub(super) fn needless(case: &Case<'_>) -> Vec<String> {
    let mut needless = Vec::new();
    for letter in &case.letters {
        let mut sure = None;
        for seen in &letter.seen {
            if sure == Some(seen.life) {
                needless.push(format!("to {} at {}", seen.to, case.at(seen.at)));
            }
            // What one process knew may have died with it.
            if seen.verdict == Verdict::Accepted {
                sure = Some(seen.life);
            }
        }
    }
    needless
}

/// Promise 6, second half.
pub(super) fn doubled(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    case.letters.iter().for_each(|_| finding.look());
    for words in needless(case) {
        finding.wrong(format!("came again without need: {words}"));
    }
    finding
}

/// Nothing waits when all is over.
pub(super) fn drained(_: &Case<'_>, facts: &Facts) -> Finding {
    let mut finding = Finding::default();
    finding.look();
    if let Some(next) = facts.waiting {
        finding.wrong(format!("a letter still waits to be sent at {next}"));
    }
    finding
}
