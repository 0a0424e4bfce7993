//! Knows how a run is told to an administrator: the world, who was written to and when, the counts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::TimeDelta;

use super::model::Season;
use super::play::Play;
use super::relay::Seen;
use super::report::{Outcome, arrived};
use super::world::{LEADER, OFFICER};
use crate::domain::language::Lang;

/// Writes the world, and what was sent to whom and when: of the units that never report, if some do not; else of all, by
/// person and by unit.
pub(super) fn timeline(play: &Play, book: &[Seen], lang: Lang) -> String {
    let mut text = world(play, lang);
    if play.silent.is_empty() {
        let _ = writeln!(text, "\n{}", lang.simulate_people());
        for (person, lines) in people(play, book) {
            let _ = writeln!(text, "\n{person}\n{}", lines.join("\n"));
        }
        let _ = writeln!(text, "\n{}", lang.simulate_units());
    } else {
        let _ = writeln!(text, "\n{}", lang.simulate_silent_units());
    }
    for (unit, lines) in units(play, book) {
        let _ = writeln!(text, "\n{unit}\n{}", lines.join("\n"));
    }
    text
}

fn people<'a>(play: &Play, book: &'a [Seen]) -> BTreeMap<&'a str, Vec<String>> {
    let mut people: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for seen in arrived(book) {
        let line = format!("  {}  {}", at(play, seen), seen.mail.subject);
        people.entry(&seen.to).or_default().push(line);
    }
    people
}

/// Gives the letters that name each unit: when, what kind, of which round, to whom.
fn units(play: &Play, book: &[Seen]) -> BTreeMap<String, Vec<String>> {
    let mut units: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for seen in arrived(book) {
        for (_, unit) in play.named(&seen.mail) {
            if !play.silent.is_empty() && !play.silent.contains(&unit) {
                continue;
            }
            let Subject { kind, round } = Subject::of(&seen.mail.subject);
            let line = format!("  {}  {kind} {round}  → {}", at(play, seen), seen.to);
            units.entry(label(play, unit)).or_default().push(line);
        }
    }
    units
}

fn at(play: &Play, seen: &Seen) -> String {
    seen.at
        .with_timezone(&play.zone)
        .format("%m-%d %H:%M:%S")
        .to_string()
}

fn label(play: &Play, unit: usize) -> String {
    let code = play.roster.members.get(unit).map_or("", |m| m.code.as_str());
    format!("{code} {}", play.roster.label(unit))
        .trim_start()
        .to_owned()
}

/// What the subject of a letter says beside the units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Subject<'a> {
    /// What kind of letter it is, and of a drill.
    kind: &'a str,
    round: &'a str,
}

impl<'a> Subject<'a> {
    /// Takes it apart: the marks, the units, the round.
    pub(super) fn of(subject: &'a str) -> Self {
        let (mut kind, mut rest) = ("", subject);
        // A drill has a mark of its own before that of the kind.
        while rest.starts_with(['[', '\u{3010}'])
            && let Some((place, c)) = rest.char_indices().find(|(_, c)| matches!(c, ']' | '\u{3011}'))
        {
            let end = subject.len() - rest.len() + place + c.len_utf8();
            (kind, rest) = (&subject[..end], subject[end..].trim_start());
        }
        let round = rest.rsplit_once('\u{ff1a}').or_else(|| rest.split_once(": "));
        let round = round.map_or("", |(_, round)| round);
        Self { kind, round }
    }
}

/// Says which days and rounds are lived through, and what of it is made up.
fn world(play: &Play, lang: Lang) -> String {
    let seasons: Vec<String> = play.planned.iter().map(|season| rounds(season, lang)).collect();
    let first = play
        .planned
        .first()
        .map(|season| season.starts.with_timezone(&play.zone).date_naive());
    let first = first.map(|day| day.to_string()).unwrap_or_default();
    let mut text = format!(
        "{}\n",
        lang.simulate_world(first, seasons.join(lang.simulate_then()))
    );
    let duty = &play.ground.settings.duty;
    if duty.leaders.iter().any(|address| address.as_str() == LEADER) {
        let _ = writeln!(text, "{}", lang.simulate_made_up(LEADER, OFFICER));
    }
    text
}

fn rounds(season: &Season, lang: Lang) -> String {
    let time = |span: TimeDelta| {
        let minutes = span.num_minutes();
        let next = if minutes >= 1440 { "+1 " } else { "" };
        format!("{next}{:02}:{:02}", minutes / 60 % 24, minutes % 60)
    };
    let rules = season.rules.iter();
    let rules: Vec<String> = rules
        .map(|rule| format!("{} {}–{}", rule.label, time(rule.opens), time(rule.due)))
        .collect();
    lang.simulate_rounds(&season.name, rules.join(lang.simulate_and()))
}

/// Writes a run for people. Checks that hold are counted; one that does not is told in full.
pub(super) fn text(outcome: &Outcome, lang: Lang) -> String {
    let o = outcome;
    let l = &o.letters;
    let letters = l.reminder + l.overdue + l.escalated + l.urgent + l.follow_up;
    let mut text = o.timeline.clone();
    let _ = writeln!(
        text,
        "\n{}",
        lang.simulate_counts(o.expected, o.on_time, o.late, o.missing, o.excused)
    );
    let _ = writeln!(text, "{}", lang.simulate_letters(letters, o.recipients));
    let broken: Vec<_> = o.invariants.iter().filter(|one| !one.held).collect();
    if broken.is_empty() {
        let _ = writeln!(text, "{}", lang.simulate_held(o.invariants.len()));
        return text;
    }
    let _ = writeln!(
        text,
        "\n{}",
        lang.simulate_broken(broken.len(), o.invariants.len())
    );
    for one in broken {
        let _ = writeln!(text, "  ■ {}: {}", one.name, one.detail);
    }
    text
}
