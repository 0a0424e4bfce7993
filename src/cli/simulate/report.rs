//! Knows what came of a run, as one JSON object.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::judge::{Facts, Invariant, lost};
use super::model::Stand;
use super::play::Play;
use super::post::About;
use super::relay::{Seen, Weather};
use crate::domain::language::Lang;

/// Letters that arrived, by kind; each counted once, however often it came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Letters {
    /// A report will soon be due.
    pub reminder: usize,
    /// A report is missing, said to those who owe it.
    pub overdue: usize,
    /// The same, said to those above them.
    pub escalated: usize,
    /// Urgent reports.
    pub urgent: usize,
    /// What later reports on an incident say otherwise, to those who were told of it.
    pub follow_up: usize,
}

/// What came of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// The seed that repeats it.
    pub seed: u64,
    /// Days.
    pub days: u32,
    /// Units of the table.
    pub units: usize,
    /// Reports that were owed.
    pub expected: usize,
    /// Of these, reported on time.
    pub on_time: usize,
    /// Reported late.
    pub late: usize,
    /// Never reported.
    pub missing: usize,
    /// Excused.
    pub excused: usize,
    /// Letters that arrived.
    pub letters: Letters,
    /// To how many addresses.
    pub recipients: usize,
    /// Letters that were sent again other than in doubt.
    pub duplicates: usize,
    /// Due letters that neither arrived nor failed in red, and receipts that are not found.
    pub lost: usize,
    /// What must hold.
    pub invariants: Vec<Invariant>,
    /// How long it took.
    pub wall_ms: u64,
    /// The timeline, for people.
    #[serde(skip)]
    pub timeline: String,
    /// How often each point at which a process may stop was passed.
    #[serde(skip)]
    pub passes: BTreeMap<crate::crash::Point, u32>,
    /// How often each fault of the mail server was met.
    #[serde(skip)]
    pub faults: BTreeMap<String, u32>,
    /// How often the process was killed.
    #[serde(skip)]
    pub deaths: usize,
}

impl Outcome {
    /// Tells whether all that must hold does.
    pub fn holds(&self) -> bool {
        self.invariants.iter().all(|one| one.held)
    }

    /// Gives what does not hold, a line each.
    pub fn failures(&self) -> Vec<String> {
        let broken = self.invariants.iter().filter(|one| !one.held);
        broken
            .map(|one| format!("{}: {}", one.name, one.detail))
            .collect()
    }

    pub(super) fn of(play: &Play, invariants: Vec<Invariant>, facts: &Facts, lang: Lang) -> Self {
        let book = play.relay.book().seen.clone();
        // Drills never count.
        let earnest = play.model.owed.iter().filter(|owed| !owed.drill);
        let stands: Vec<Stand> = earnest.map(super::model::Owed::stand).collect();
        let count = |stand: Stand| stands.iter().filter(|one| **one == stand).count();
        let (lost, duplicates) = lost(play, &book, facts, &invariants);
        Self {
            seed: 0,
            days: 0,
            units: play.roster.members.len(),
            expected: stands.len(),
            on_time: count(Stand::OnTime),
            late: count(Stand::Late),
            missing: count(Stand::Missing),
            excused: count(Stand::Excused),
            letters: letters(&book),
            recipients: arrived(&book)
                .map(|seen| seen.to.as_str())
                .collect::<BTreeSet<_>>()
                .len(),
            duplicates,
            lost,
            invariants,
            wall_ms: 0,
            timeline: super::timeline::timeline(play, &book, lang),
            passes: play.log.passes.clone(),
            faults: faults(play),
            deaths: play.log.deaths.len(),
        }
    }
}

pub(super) fn arrived(book: &[Seen]) -> impl Iterator<Item = &Seen> {
    let mut known = BTreeSet::new();
    book.iter()
        .filter(move |seen| seen.verdict.arrived() && known.insert(&seen.mail.id))
}

fn letters(book: &[Seen]) -> Letters {
    let mut letters = Letters::default();
    for seen in arrived(book) {
        match seen.mail.about {
            About::Reminder => letters.reminder += 1,
            About::Overdue => letters.overdue += 1,
            About::Escalated => letters.escalated += 1,
            About::Urgent => letters.urgent += 1,
            About::FollowUp => letters.follow_up += 1,
            About::Bulletin | About::Other => {}
        }
    }
    letters
}

fn faults(play: &Play) -> BTreeMap<String, u32> {
    let book = play.relay.book();
    let times = |weather| book.met.get(&weather).copied().unwrap_or_default();
    let all = Weather::ALL.into_iter();
    all.map(|weather| (format!("{weather:?}"), times(weather)))
        .collect()
}
