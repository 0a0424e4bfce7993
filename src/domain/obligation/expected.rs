//! Knows who owes what when rounds open, and how rounds that are due close together become one obligation.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::TimeDelta;

use super::{Kind, Round};
use crate::domain::ids::{LadderId, ObligationId, PeriodId, RoundId, RuleId, UnitId};
use crate::domain::period::{Area, Level, Scope};
use crate::domain::time::{BusinessDate, Timestamp};
use crate::domain::unit::{Unit, UnitTree};
use crate::domain::window::Window;

/// How far apart two rounds may be due to be one obligation, this much included.
const NEAR: TimeDelta = TimeDelta::minutes(30);

/// A round that opens, and whom its period asks.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'a> {
    pub round: &'a Round,
    pub scope: &'a Scope,
}

/// A unit, and when it first came to be, whatever version of it is in force.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    pub unit: &'a Unit,
    pub since: Timestamp,
}

/// One source of an obligation that exists already; an obligation with several sources is several of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub obligation: ObligationId,
    pub unit: UnitId,
    pub kind: Kind,
    pub drill: bool,
    pub scheduled_due: Timestamp,
    pub closes: Timestamp,
    pub period: PeriodId,
    pub round: RoundId,
}

/// A round that an obligation serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source {
    pub round: RoundId,
    pub rule: RuleId,
    pub period: PeriodId,
}

/// An obligation to be written. Its scheduled due time is that of its window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewObligation {
    pub unit: UnitId,
    pub kind: Kind,
    /// A drill's obligation is never merged with one in earnest, and may be due at the same instant.
    pub drill: bool,
    /// The source of the highest level, of these the one due first: its round, day, level and ladder.
    pub round: RoundId,
    pub day: BusinessDate,
    pub level: Level,
    pub ladder: LadderId,
    /// The window of the source that is due first.
    pub window: Window,
    /// All that it serves, in the order of due times; shared by the units that serve the same.
    pub sources: Arc<[Source]>,
}

/// A round that an existing obligation serves from now on; nothing frozen moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attachment {
    pub obligation: ObligationId,
    pub source: Source,
}

/// What is to be written when rounds open.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expected {
    pub new: Vec<NewObligation>,
    pub attached: Vec<Attachment>,
}

/// Gives the scheduled due times, both included, between which existing obligations matter to [`expected`].
pub fn reach(openings: &[Opening<'_>]) -> Option<(Timestamp, Timestamp)> {
    let dues = || openings.iter().map(|opening| opening.round.window.due());
    Some((dues().min()? - NEAR, dues().max()? + NEAR))
}

/// Tells what members owe for all rounds that open at the same time; members may come in chunks.
///
/// Rounds of different periods that are due for a unit within 30 minutes of the earliest of them become one
/// obligation, greedily from the earliest. Two rounds of one period stay two (unless due at the same instant), and
/// so do rounds of which one closes before the other opens, since no report can answer both. A round near an
/// obligation that exists attaches to the nearest under the same conditions. Drills and roll-ups keep to
/// themselves. A round that a unit serves already gives nothing, so doing it twice does nothing.
///
/// A unit that came after a round's opening owes from the next round; one that has left is no member and owes
/// nothing new. `held` must contain, for these members, the obligations within [`reach`]; `tree` tells what is
/// beneath the parents that roll up.
pub fn expected<'a>(
    openings: &[Opening<'_>],
    tree: &UnitTree,
    members: impl IntoIterator<Item = Member<'a>>,
    held: &[Held],
) -> Expected {
    let mut tracks = tracks(openings);
    let mut held_by: HashMap<UnitId, Vec<&Held>> = HashMap::new();
    for row in held {
        held_by.entry(row.unit).or_default().push(row);
    }
    let mut out = Expected::default();
    for member in members {
        let held = held_by.get(&member.unit.id).map_or(&[][..], Vec::as_slice);
        for track in &mut tracks {
            track.serve(member, tree, held, &mut out);
        }
    }
    out
}

/// Sorts openings into those that may merge with each other.
fn tracks<'a>(openings: &[Opening<'a>]) -> Vec<Track<'a>> {
    let mut sorted: BTreeMap<(Kind, bool), Vec<Entry<'a>>> = BTreeMap::new();
    for Opening { round, scope } in openings {
        let kind = if round.roll_up {
            Kind::RollUp
        } else {
            Kind::Routine
        };
        let area = scope.area();
        sorted
            .entry((kind, round.drill))
            .or_default()
            .push(Entry { round, area });
    }
    let track = |((kind, drill), mut entries): (_, Vec<Entry<'a>>)| {
        entries.sort_by_key(|entry| (entry.round.window.due(), entry.round.level, entry.round.id));
        Track {
            kind,
            drill,
            entries,
            grouped: (Vec::new(), Vec::new()),
        }
    };
    sorted.into_iter().map(track).collect()
}

/// A round and its units, prepared.
#[derive(Debug)]
struct Entry<'a> {
    round: &'a Round,
    area: Area,
}

/// Rounds of one kind, all in earnest or all a drill, in the order of due times.
#[derive(Debug)]
struct Track<'a> {
    kind: Kind,
    drill: bool,
    entries: Vec<Entry<'a>>,
    /// The last answer: most units of a chunk are asked for the same rounds.
    grouped: (Vec<usize>, Vec<Group>),
}

/// Rounds that are one obligation, by their places in the track.
#[derive(Debug)]
struct Group {
    first: usize,
    lead: usize,
    sources: Arc<[Source]>,
}

impl Track<'_> {
    fn serve(&mut self, member: Member<'_>, tree: &UnitTree, held: &[&Held], out: &mut Expected) {
        let unit = member.unit;
        let asks = |entry: &Entry| {
            let asked = match self.kind {
                Kind::RollUp => entry.area.rolls_up(unit, tree),
                Kind::Routine | Kind::FollowUp(_) => entry.area.contains(unit),
            };
            asked && member.since <= entry.round.window.opens()
        };
        let mut picked: Vec<usize> = (0..self.entries.len())
            .filter(|&place| asks(&self.entries[place]))
            .collect();
        self.attach(&mut picked, held, &mut out.attached);
        if picked != self.grouped.0 {
            self.grouped = (picked.clone(), self.group(picked));
        }
        for group in &self.grouped.1 {
            let lead = self.entries[group.lead].round;
            out.new.push(NewObligation {
                unit: unit.id,
                kind: self.kind,
                drill: self.drill,
                round: lead.id,
                day: lead.day,
                level: lead.level,
                ladder: lead.ladder,
                window: self.entries[group.first].round.window,
                sources: Arc::clone(&group.sources),
            });
        }
    }

    /// Takes from the picked rounds those that an obligation serves already or shall serve.
    fn attach(&self, picked: &mut Vec<usize>, held: &[&Held], attached: &mut Vec<Attachment>) {
        if picked.is_empty() || held.is_empty() {
            return;
        }
        let mut held: Vec<Held> = held
            .iter()
            .copied()
            .filter(|row| row.kind == self.kind && row.drill == self.drill)
            .copied()
            .collect();
        picked.retain(|&place| {
            let round = self.entries[place].round;
            if held.iter().any(|row| row.round == round.id) {
                return false;
            }
            let Some(host) = host(round, &held) else {
                return true;
            };
            attached.push(Attachment {
                obligation: host.obligation,
                source: source(round),
            });
            held.push(Held {
                period: round.period,
                round: round.id,
                ..host
            });
            false
        });
    }

    /// Groups rounds greedily from the earliest due.
    fn group(&self, picked: Vec<usize>) -> Vec<Group> {
        let mut rest = picked;
        let mut groups = Vec::new();
        while let Some(&first) = rest.first() {
            let mut group: Vec<&Round> = Vec::new();
            let mut lead = first;
            rest.retain(|&place| {
                let round = self.entries[place].round;
                let anchor = self.entries[first].round;
                let taken = group.iter().any(|other| other.period == round.period);
                if !group.is_empty() && !joins(round, anchor.window.due(), anchor.window.closes(), taken) {
                    return true;
                }
                if round.level < self.entries[lead].round.level {
                    lead = place;
                }
                group.push(round);
                false
            });
            let sources = group.into_iter().map(source).collect();
            groups.push(Group { first, lead, sources });
        }
        groups
    }
}

/// Finds the obligation that a later round attaches to: the nearest in due time, of equals the earlier.
fn host(round: &Round, held: &[Held]) -> Option<Held> {
    let serves = |host: &Held| {
        held.iter()
            .any(|row| row.obligation == host.obligation && row.period == round.period)
    };
    held.iter()
        .filter(|row| joins(round, row.scheduled_due, row.closes, serves(row)))
        .min_by_key(|row| ((round.window.due() - row.scheduled_due).abs(), row.scheduled_due))
        .copied()
}

/// Tells whether one report can answer a round and an obligation due and closing at these instants, where `taken`
/// says that the obligation serves a round of the same period already.
fn joins(round: &Round, due: Timestamp, closes: Timestamp, taken: bool) -> bool {
    let apart = (round.window.due() - due).abs();
    apart.is_zero() || (apart <= NEAR && round.window.opens() < closes && !taken)
}

fn source(round: &Round) -> Source {
    Source {
        round: round.id,
        rule: round.rule,
        period: round.period,
    }
}

#[cfg(test)]
mod tests;
