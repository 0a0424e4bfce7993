//! Knows which bulletins leaders must get: one for every day of a period, and what the plain model counts in it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use super::{Case, Facts, Finding};
use crate::cli::simulate::post::About;
use crate::domain::time::{Timestamp, local_day, timestamp};

/// The hour of bulletins in a simulation.
const HOUR: (u32, u32) = (18, 30);

/// How far from the hour nothing may happen for the counts to be certain.
const STILL: TimeDelta = TimeDelta::minutes(2);

/// Promise of rule 21: it goes out on quiet days too, once, and says what was.
pub(super) fn daily(case: &Case<'_>, facts: &Facts) -> Finding {
    let mut finding = Finding::default();
    let play = case.play;
    let duty = &play.ground.settings.duty;
    let readers: BTreeSet<&str> = duty
        .leaders
        .iter()
        .chain(&duty.officers)
        .map(|a| a.as_str())
        .collect();
    let mut got: BTreeMap<(&str, String), Vec<&super::Letter<'_>>> = BTreeMap::new();
    for letter in case
        .letters
        .iter()
        .filter(|l| l.first().mail.about == About::Bulletin)
    {
        let first = letter.first();
        match day_of(&first.mail.subject) {
            Some(day) => got.entry((first.to.as_str(), day)).or_default().push(letter),
            None => finding.wrong(format!("a bulletin names no day: {}", first.mail.subject)),
        }
    }
    let days = days(case);
    for ((to, day), letters) in &got {
        finding.look();
        if letters.len() > 1 {
            finding.wrong(format!("{to} got {} bulletins for {day}", letters.len()));
        }
        if !days
            .iter()
            .any(|(known, _)| known.format("%m-%d").to_string() == *day)
        {
            finding.wrong(format!(
                "{to} got a bulletin for {day}, on which no period was in force"
            ));
        }
    }
    for (day, at) in days {
        let name = day.format("%m-%d").to_string();
        for reader in &readers {
            finding.look();
            let letters = got.get(&(*reader, name.clone()));
            // While no process ran none could be made: the next one stands for the day.
            let up = play.log.was_up(at, at + TimeDelta::minutes(1));
            let dead = play.relay.dead.contains_key(*reader);
            match letters.and_then(|letters| letters.first()) {
                Some(letter) => counts(case, day, at, &letter.first().mail.subject, &mut finding),
                None if up && !dead && !facts.is_red => {
                    finding.wrong(format!("{reader} got no bulletin for {name}"));
                }
                None => {}
            }
        }
    }
    finding
}

/// Gives the days on which a period was in force since the hour of the day before, up to now, with their hours.
fn days(case: &Case<'_>) -> Vec<(NaiveDate, Timestamp)> {
    let play = case.play;
    let now = play.now();
    let seasons = &play.model.seasons;
    let Some(begin) = seasons.iter().map(|season| season.starts).min() else {
        return Vec::new();
    };
    let hour = |day: NaiveDate| {
        let time = NaiveTime::from_hms_opt(HOUR.0, HOUR.1, 0).unwrap_or_default();
        timestamp(day, time, play.zone)
    };
    let all = local_day(begin, play.zone).iter_days();
    all.map(|day| (day, hour(day)))
        .take_while(|(_, at)| *at <= now)
        .filter(|(day, at)| {
            let before = day.pred_opt().map_or(*at, hour);
            seasons.iter().filter(|season| !season.drill).any(|season| {
                let grace = season
                    .rules
                    .iter()
                    .map(|rule| rule.grace)
                    .max()
                    .unwrap_or_default();
                season.starts < *at && before <= season.ends + grace
            })
        })
        .collect()
}

/// Compares what a bulletin says with the model, where nothing happened around the hours.
fn counts(case: &Case<'_>, day: NaiveDate, at: Timestamp, subject: &str, finding: &mut Finding) {
    let play = case.play;
    let before = at - TimeDelta::days(1);
    let up = |at: Timestamp| play.log.was_up(at - STILL, at + STILL);
    let still = |at: Timestamp| {
        let near = |when: Timestamp| (when - at).abs() <= STILL;
        !play
            .model
            .owed
            .iter()
            .any(|owed| owed.turns.iter().any(|(when, _)| near(*when)))
    };
    if !(up(at) && up(before) && still(at) && still(before)) {
        return;
    }
    let due = |owed: &crate::cli::simulate::model::Owed| {
        let settled = owed.due_at(at) + owed.grace;
        before <= settled && settled < at && owed.opens <= at
    };
    let own = play
        .model
        .owed
        .iter()
        .filter(|owed| !owed.roll_up && !owed.drill && owed.follow.is_none());
    let all: Vec<_> = own.filter(|owed| due(owed)).collect();
    let received = all
        .iter()
        .filter(|owed| owed.first.is_some_and(|first| first < at))
        .count();
    let said = numbers(subject);
    if said != Some((all.len(), received)) {
        finding.wrong(format!(
            "the bulletin for {day} says {said:?}, and {} were due, {received} came",
            all.len()
        ));
    }
}

/// Finds the `MM-DD` of a subject.
fn day_of(subject: &str) -> Option<String> {
    let words = subject.split(' ');
    let mut days = words.filter(|word| {
        let digits = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        word.split_once('-')
            .is_some_and(|(month, day)| digits(month) && digits(day))
    });
    days.next().map(str::to_owned)
}

/// Finds how many were expected and how many came: the first two numbers after the colon, in the order of the language.
fn numbers(subject: &str) -> Option<(usize, usize)> {
    let (_, said) = subject.rsplit_once(['\u{ff1a}', ':'])?;
    let mut found = said
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok());
    let (first, second) = (found.next()?, found.next()?);
    // English says how many of how many.
    match said.contains(" of ") {
        true => Some((second, first)),
        false => Some((first, second)),
    }
}
