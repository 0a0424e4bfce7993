//! Judges a run: from what the simulation did and what the mail server saw, against the plain model.
//!
//! * here — the list of what must hold, each by a plain name
//! * `letters.rs` — who must be told; `bounds.rs` — who may not be
//! * `duty.rs` — whoever is on duty then
//! * `urgent.rs` — urgent reports, as the mail server saw them; `alarm.rs` — as the records tell them
//! * `drill.rs` — that drills are marked
//! * `sums.rs` — what townships summed up
//! * `bulletin.rs` — the daily bulletin
//! * `records.rs` — receipts, counts, seals, the chain

mod alarm;
mod bounds;
mod bulletin;
mod drill;
mod duty;
mod letters;
mod records;
mod sums;
mod urgent;

use std::collections::BTreeMap;

use serde::Serialize;

use super::play::{Broken, Play};
use super::post::About;
use super::relay::Seen;

pub use records::Facts;

/// Something that must hold, and whether it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invariant {
    /// A plain name.
    pub name: &'static str,
    /// Whether it holds.
    pub held: bool,
    /// The first of what speaks against it; how much was looked at, if nothing does.
    pub detail: String,
}

/// What a check found: how much it looked at, and what is wrong.
#[derive(Debug, Default)]
struct Finding {
    looked: usize,
    wrong: Vec<String>,
}

impl Finding {
    fn look(&mut self) {
        self.looked += 1;
    }

    fn wrong(&mut self, words: String) {
        self.wrong.push(words);
    }

    fn called(self, name: &'static str) -> Invariant {
        let more = self.wrong.len().saturating_sub(5);
        let mut detail = self.wrong.iter().take(5).cloned().collect::<Vec<_>>().join("; ");
        if more > 0 {
            detail += &format!("; and {more} more");
        }
        if self.wrong.is_empty() {
            detail = format!("{} looked at", self.looked);
        }
        Invariant {
            name,
            held: self.wrong.is_empty(),
            detail,
        }
    }
}

/// A letter with all its attempts that came to the dot, in order.
struct Letter<'a> {
    seen: Vec<&'a Seen>,
    /// What it names, of what is owed.
    named: Vec<usize>,
}

impl Letter<'_> {
    fn first(&self) -> &Seen {
        self.seen[0]
    }
}

/// The run as it is judged.
struct Case<'a> {
    play: &'a Play,
    book: &'a [Seen],
    letters: Vec<Letter<'a>>,
    /// The places of the letters that name something owed.
    naming: BTreeMap<usize, Vec<usize>>,
    /// The places of the urgent letters that name a receipt.
    urgent: BTreeMap<&'a str, Vec<usize>>,
    /// The places of the letters that tell what a report changes, by its receipt.
    follow_up: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Case<'a> {
    fn of(play: &'a Play, book: &'a [Seen]) -> Self {
        let mut by_id: BTreeMap<&str, Vec<&Seen>> = BTreeMap::new();
        for seen in book {
            by_id.entry(&seen.mail.id).or_default().push(seen);
        }
        let mut letters: Vec<Letter<'_>> = by_id
            .into_values()
            .map(|seen| {
                let named = play
                    .named(&seen[0].mail)
                    .into_iter()
                    .map(|(owed, _)| owed)
                    .collect();
                Letter { seen, named }
            })
            .collect();
        letters.sort_by_key(|letter| letter.first().at);
        let (mut naming, mut urgent) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
        let mut follow_up = BTreeMap::<_, Vec<_>>::new();
        for (place, letter) in letters.iter().enumerate() {
            for owed in &letter.named {
                naming.entry(*owed).or_default().push(place);
            }
            let mail = &letter.seen[0].mail;
            match (mail.about, &mail.receipt) {
                (About::Urgent, Some(receipt)) => urgent.entry(receipt.as_str()).or_default().push(place),
                (About::FollowUp, Some(receipt)) => {
                    follow_up.entry(receipt.as_str()).or_default().push(place);
                }
                _ => {}
            }
        }
        Self {
            play,
            book,
            letters,
            naming,
            urgent,
            follow_up,
        }
    }

    /// Gives the letters that name something owed, in order of time.
    fn naming(&self, owed: usize) -> impl Iterator<Item = &Letter<'a>> {
        let places = self.naming.get(&owed).into_iter().flatten();
        places.map(|place| &self.letters[*place])
    }

    /// Gives the letters that tell of a later report on an incident.
    fn follow_up(&self, receipt: &str) -> impl Iterator<Item = &Letter<'a>> {
        let places = self.follow_up.get(receipt).into_iter().flatten();
        places.map(|place| &self.letters[*place])
    }

    /// Gives the letters about an urgent report.
    fn urgent(&self, receipt: &str) -> impl Iterator<Item = &Letter<'a>> {
        let places = self.urgent.get(receipt).into_iter().flatten();
        places.map(|place| &self.letters[*place])
    }

    fn at(&self, at: crate::domain::time::Timestamp) -> String {
        at.with_timezone(&self.play.zone)
            .format("%m-%d %H:%M:%S")
            .to_string()
    }

    /// Names something owed.
    fn owed(&self, place: usize) -> String {
        let owed = &self.play.model.owed[place];
        format!("{} due {}", self.play.roster.label(owed.unit), self.at(owed.due))
    }
}

/// Judges a run whose process still lives.
pub(super) fn judge(play: &mut Play) -> Result<(Vec<Invariant>, Facts), Broken> {
    let facts = records::gather(play)?;
    let book = play.relay.book().seen.clone();
    let case = Case::of(play, &book);
    let invariants = vec![
        bulletin::daily(&case, &facts)
            .called("every leader gets one bulletin for every day of a period, and its counts are those of the plain model"),
        records::receipts(&case, &facts).called("a receipt means that the report is on disk"),
        letters::told(&case, &facts).called("every miss is told to somebody, or its failure is red"),
        letters::again(&case).called("who is silent again is told of, though every step has fired"),
        letters::once(&case).called("at most one letter a person, step, round and due time"),
        urgent::pressed(&case).called("an urgent report is sent until acknowledged or its passes end"),
        urgent::followed(&case).called("whoever was told of an incident is told what later reports change"),
        duty::called(&case)
            .called("an urgent report goes to who is on duty at each call, and to nobody else"),
        duty::chiefs(&case).called("the last step of a chase goes to who leads then"),
        urgent::red(&case, &facts).called("an urgent report without an answer stays red"),
        letters::caught_up(&case).called("after an outage all overdue steps fire within one tick"),
        letters::same_bytes(&case).called("a letter that comes twice is the same letter"),
        letters::doubled(&case).called("a letter comes twice only if its first arrival was in doubt"),
        letters::drained(&case, &facts).called("no letter is left lying"),
        letters::punctual(&case).called("the step at the due time fires at the due time"),
        bounds::wanted(&case)
            .called("no letter names a unit that had reported or was excused before it was first sent"),
        bounds::in_force(&case).called("no letter of an old deadline leaves after an extension"),
        bounds::paused(&case).called("an acknowledgement gives the time that it promises"),
        bounds::closed(&case).called("nobody is chased after closing"),
        bounds::concerned(&case).called("letters go only to those whom the unit concerns"),
        bounds::understood(&case)
            .called("every letter names units that owe a report at the due time that it names"),
        drill::marked(&case).called("what belongs to a drill says so, and nothing else does"),
        urgent::first(&case).called("urgent letters leave before routine ones"),
        alarm::settled(&case, &facts)
            .called("every urgent report reaches an answer, or the end of its passes and is red"),
        alarm::once(&facts).called("no step of an urgent report fires twice"),
        alarm::satisfied(&case, &facts).called("nothing more is taken up once somebody has an urgent report"),
        alarm::prompt(&case, &facts)
            .called("from an urgent report to an accepted letter it is one tick at most"),
        records::opened(&case, &facts).called("every unit owes what the periods ask, and nothing else"),
        records::counted(&case, &facts).called("the counts equal those of the plain model"),
        board(&case).called("whoever is silent stands on the board, and whatever urgent nobody has"),
        sums::frozen(&case, &facts).called("the sum of a township is what its villages had said, and stays"),
        records::decided(&case, &facts).called("the first receipt decides timeliness for ever"),
        records::sealed(&facts).called("every closed round is sealed, and its seal verifies"),
        records::chained(&facts).called("the chain of deeds verifies"),
        records::expected(&case).called("every deed answers as a plain person expects"),
    ];
    Ok((invariants, facts))
}

/// What the duty officer saw on the board was held against the plain model while it happened.
fn board(case: &Case<'_>) -> Finding {
    let log = &case.play.log;
    Finding {
        looked: log.looks,
        wrong: log.unseen.clone(),
    }
}

/// Gives how much was lost, and how many letters came again without need.
pub(super) fn lost(play: &Play, book: &[Seen], facts: &Facts, invariants: &[Invariant]) -> (usize, usize) {
    let case = Case::of(play, book);
    let untold = letters::told(&case, facts).wrong.len();
    let silent = urgent::pressed(&case).wrong.len();
    let lying = invariants
        .iter()
        .filter(|one| one.name == "no letter is left lying" && !one.held)
        .count();
    let receipts = records::lost_receipts(&case, facts);
    (untold + silent + lying + receipts, letters::needless(&case).len())
}
