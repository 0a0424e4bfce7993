//! Knows, in the plainest way, who owes what when: the yardstick by which the service is judged. It shares no rule
//! with the service and looks into none of its tables.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;

use super::roster::Roster;
use crate::domain::ids::IncidentId;
use crate::domain::time::{Timestamp, timestamp};
use crate::domain::unit::UnitKind;

/// Rounds due within this of each other are one report (rule 14).
const NEAR: TimeDelta = TimeDelta::minutes(30);

/// A deadline of every day of a period; times of the next day count on beyond 24 hours.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) label: String,
    pub(super) opens: TimeDelta,
    pub(super) due: TimeDelta,
    pub(super) grace: TimeDelta,
    pub(super) closes: TimeDelta,
    pub(super) roll_up: bool,
}

/// A declared period; it asks villages and communities, and townships for their roll-up.
#[derive(Debug, Clone)]
pub(super) struct Season {
    pub(super) name: String,
    /// Smaller is higher.
    pub(super) level: usize,
    /// What belongs to it never counts, and is never mixed with what does.
    pub(super) drill: bool,
    pub(super) starts: Timestamp,
    pub(super) ends: Timestamp,
    pub(super) rules: Vec<Rule>,
}

/// A rule on a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Instance {
    pub(super) opens: Timestamp,
    pub(super) due: Timestamp,
    pub(super) closes: Timestamp,
    pub(super) grace: TimeDelta,
    pub(super) season: usize,
    pub(super) rule: usize,
    pub(super) day: NaiveDate,
    pub(super) roll_up: bool,
    pub(super) drill: bool,
}

/// What happened to something owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    Reported,
    Excused,
    Unexcused,
    Due(Timestamp),
    Acknowledged,
    /// What its report says from then on.
    Said {
        grave: bool,
    },
    /// The office believes that it was written in time.
    Believed,
}

/// One report that one unit owes.
#[derive(Debug, Clone)]
pub(super) struct Owed {
    pub(super) unit: usize,
    pub(super) roll_up: bool,
    pub(super) drill: bool,
    /// The incident on which it is a follow-up.
    pub(super) follow: Option<IncidentId>,
    pub(super) opens: Timestamp,
    pub(super) scheduled: Timestamp,
    pub(super) due: Timestamp,
    pub(super) closes: Timestamp,
    pub(super) grace: TimeDelta,
    pub(super) serves: Vec<(usize, usize, NaiveDate)>,
    pub(super) first: Option<Timestamp>,
    pub(super) claim: bool,
    pub(super) excused: bool,
    pub(super) turns: Vec<(Timestamp, Turn)>,
}

/// How something owed stands when all is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stand {
    OnTime,
    Late,
    Missing,
    Excused,
}

impl Owed {
    /// Tells whether a report was still wanted at an instant; what happened at that very instant counts.
    pub(super) fn is_wanted(&self, at: Timestamp) -> bool {
        let (mut met, mut excused) = (false, false);
        for (_, turn) in self.turns.iter().filter(|(when, _)| *when <= at) {
            match turn {
                Turn::Reported => met = true,
                Turn::Excused => excused = true,
                Turn::Unexcused => excused = false,
                Turn::Due(_) | Turn::Acknowledged | Turn::Said { .. } | Turn::Believed => {}
            }
        }
        !met && !excused
    }

    /// Tells whether a report was wanted all the time between two instants.
    pub(super) fn is_wanted_through(&self, from: Timestamp, until: Timestamp) -> bool {
        let changes = self
            .turns
            .iter()
            .filter(|(at, turn)| from < *at && *at <= until && !matches!(turn, Turn::Acknowledged));
        self.is_wanted(from) && changes.count() == 0
    }

    /// Gives the due time in force at an instant.
    pub(super) fn due_at(&self, at: Timestamp) -> Timestamp {
        let moved = self
            .turns
            .iter()
            .filter(|(when, _)| *when <= at)
            .filter_map(|(_, turn)| match turn {
                Turn::Due(due) => Some(*due),
                _ => None,
            });
        moved.fold(self.scheduled, |_, due| due)
    }

    /// Tells whether it was ever due then.
    pub(super) fn was_due(&self, due: Timestamp) -> bool {
        due == self.scheduled || self.turns.iter().any(|(_, turn)| *turn == Turn::Due(due))
    }

    /// Gives how often somebody took it in hand.
    pub(super) fn pauses(&self) -> usize {
        self.turns
            .iter()
            .filter(|(_, turn)| *turn == Turn::Acknowledged)
            .count()
    }

    pub(super) fn stand(&self) -> Stand {
        match self.first {
            Some(_) if self.claim => Stand::OnTime,
            Some(first) if first < self.due + self.grace => Stand::OnTime,
            Some(_) => Stand::Late,
            None if self.excused => Stand::Excused,
            None => Stand::Missing,
        }
    }
}

/// An incident, as those remember it who told of it.
#[derive(Debug, Clone)]
pub(super) struct Affair {
    pub(super) id: IncidentId,
    pub(super) unit: usize,
    pub(super) drill: bool,
    pub(super) opened: Timestamp,
    /// When it was last told of.
    pub(super) told: Timestamp,
    pub(super) closed: Option<Timestamp>,
    /// The openings at which it was asked how it goes on.
    asked: BTreeSet<Timestamp>,
}

/// How long before its time a follow-up is asked.
const LEAD: TimeDelta = TimeDelta::hours(2);

/// All that is and was owed.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) seasons: Vec<Season>,
    pub(super) owed: Vec<Owed>,
    /// The places of what each unit owes, in order.
    pub(super) of_unit: BTreeMap<usize, Vec<usize>>,
    opened: BTreeSet<(usize, usize, NaiveDate)>,
    pub(super) affairs: BTreeMap<IncidentId, Affair>,
    /// The times of day of all rounds of follow-ups, in order, and whether the simulated incidents are asked then.
    pub(super) asking: Vec<(TimeDelta, bool)>,
}

impl Model {
    /// Gives every round that a period will have.
    pub(super) fn instances(&self, season: usize, zone: Tz) -> Vec<Instance> {
        let Some(it) = self.seasons.get(season) else {
            return Vec::new();
        };
        let first = it.starts.with_timezone(&zone).date_naive();
        let last = it.ends.with_timezone(&zone).date_naive();
        let mut all = Vec::new();
        for day in first.iter_days().take_while(|day| *day <= last) {
            for (rule, said) in it.rules.iter().enumerate() {
                let at = |span: TimeDelta| local(day, span, zone);
                let (due, closes) = (at(said.due), at(said.closes));
                // A round belongs to a period when its due time does.
                if it.starts < due && due <= it.ends {
                    all.push(Instance {
                        opens: at(said.opens).max(it.starts),
                        due,
                        closes,
                        grace: said.grace,
                        season,
                        rule,
                        day,
                        roll_up: said.roll_up,
                        drill: it.drill,
                    });
                }
            }
        }
        all
    }

    /// Opens the rounds that open now; gives the places of what is owed anew.
    pub(super) fn open(&mut self, roster: &Roster, now: Timestamp, zone: Tz) -> Vec<usize> {
        let mut due: Vec<Instance> = (0..self.seasons.len())
            .flat_map(|season| self.instances(season, zone))
            .filter(|i| i.opens <= now && !self.opened.contains(&(i.season, i.rule, i.day)))
            .collect();
        due.sort_by_key(|i| (i.due, i.opens, i.season, i.rule));
        let mut fresh = Vec::new();
        for instance in due {
            self.opened.insert((instance.season, instance.rule, instance.day));
            for unit in 0..roster.members.len() {
                if asks(&instance, unit, roster) {
                    fresh.extend(self.ask(&instance, unit));
                }
            }
        }
        fresh.extend(self.ask_affairs(roster, now, zone));
        fresh
    }

    /// Lets a unit owe a round: by a report that it owes anyway, or by a new one.
    fn ask(&mut self, instance: &Instance, unit: usize) -> Option<usize> {
        let serves = (instance.season, instance.rule, instance.day);
        let near = |owed: &Owed| {
            owed.follow.is_none()
                && (owed.roll_up, owed.drill) == (instance.roll_up, instance.drill)
                && (owed.scheduled - instance.due).abs() <= NEAR
                && instance.opens < owed.closes
                && !owed
                    .serves
                    .iter()
                    .any(|(season, _, _)| *season == instance.season)
        };
        let places = self.of_unit.entry(unit).or_default();
        let host = places
            .iter()
            .rev()
            .copied()
            .find(|place| near(&self.owed[*place]));
        if let Some(host) = host {
            self.owed[host].serves.push(serves);
            return None;
        }
        places.push(self.owed.len());
        self.owed.push(Owed {
            unit,
            roll_up: instance.roll_up,
            drill: instance.drill,
            follow: None,
            opens: instance.opens,
            scheduled: instance.due,
            due: instance.due,
            closes: instance.closes,
            grace: instance.grace,
            serves: vec![serves],
            first: None,
            claim: false,
            excused: false,
            turns: Vec::new(),
        });
        Some(self.owed.len() - 1)
    }

    /// Finds what is owed by the unit and the due time that a letter names, and by its mark of a drill.
    pub(super) fn find(
        &self,
        unit: usize,
        due: Timestamp,
        follow: Option<IncidentId>,
        drill: bool,
    ) -> Option<usize> {
        let is = |owed: &Owed| (owed.follow, owed.drill) == (follow, drill) && owed.was_due(due);
        let mut places = self.of_unit.get(&unit)?.iter().copied();
        places.find(|place| is(&self.owed[*place]))
    }

    /// Gives the round of follow-ups that is open now: opening, due time, closing, whether our incidents are asked.
    fn follow_ups(&self, now: Timestamp, zone: Tz) -> Option<(Timestamp, Timestamp, Timestamp, bool)> {
        let today = now.with_timezone(&zone).date_naive();
        let days = [today.pred_opt()?, today, today.succ_opt()?];
        let mut all: Vec<(Timestamp, bool)> = Vec::new();
        for day in days.into_iter().chain(today.checked_add_days(Days::new(2))) {
            all.extend(
                self.asking
                    .iter()
                    .map(|(at, ours)| (local(day, *at, zone), *ours)),
            );
        }
        let pairs = all.windows(2);
        let rounds = pairs.filter_map(|two| match two {
            [(due, ours), (next, _)] => Some((*due - LEAD, *due, *next - LEAD, *ours)),
            _ => None,
        });
        rounds
            .into_iter()
            .find(|(opens, _, closes, _)| *opens <= now && now < *closes)
    }

    /// Gives every opening of a round of follow-ups on a day.
    pub(super) fn follow_up_openings(&self, day: NaiveDate, zone: Tz) -> Vec<Timestamp> {
        let asking = self.asking.iter();
        asking.map(|(at, _)| local(day, *at, zone) - LEAD).collect()
    }

    /// Asks open incidents how they go on; gives the places of what is owed anew.
    fn ask_affairs(&mut self, roster: &Roster, now: Timestamp, zone: Tz) -> Vec<usize> {
        let Some((opens, due, closes, true)) = self.follow_ups(now, zone) else {
            return Vec::new();
        };
        let mut fresh = Vec::new();
        for affair in self.affairs.values_mut() {
            let there = roster.members.get(affair.unit).is_some_and(|m| m.is_there(now));
            let quiet = affair.opened < opens && affair.told < opens;
            if affair.closed.is_some() || !quiet || !there || !affair.asked.insert(opens) {
                continue;
            }
            fresh.push(self.owed.len());
            self.of_unit.entry(affair.unit).or_default().push(self.owed.len());
            self.owed.push(Owed {
                unit: affair.unit,
                roll_up: false,
                drill: affair.drill,
                follow: Some(affair.id),
                opens,
                scheduled: due,
                due,
                closes,
                grace: TimeDelta::zero(),
                serves: Vec::new(),
                first: None,
                claim: false,
                excused: false,
                turns: Vec::new(),
            });
        }
        fresh
    }

    /// Notes that a unit told of an incident, in answer to what it owed, if to anything.
    pub(super) fn told_of(
        &mut self,
        id: IncidentId,
        (unit, owed): (usize, Option<usize>),
        at: Timestamp,
    ) -> bool {
        let drill = owed.is_some_and(|place| self.owed[place].drill);
        let known = self.affairs.contains_key(&id);
        let affair = self.affairs.entry(id).or_insert_with(|| Affair {
            id,
            unit,
            drill,
            opened: at,
            told: at,
            closed: None,
            asked: BTreeSet::new(),
        });
        affair.told = affair.told.max(at);
        // Whoever corrects what is over opens it again; what is said twice was said before.
        affair.closed = affair.closed.filter(|closed| *closed >= at);
        !known
    }

    /// Notes that an incident is over: nothing that it still owes need come.
    pub(super) fn over(&mut self, id: IncidentId, at: Timestamp) {
        let Some(affair) = self.affairs.get_mut(&id).filter(|affair| affair.closed.is_none()) else {
            return;
        };
        affair.closed = Some(at);
        let places = self.of_unit.get(&affair.unit).into_iter().flatten().copied();
        for place in places {
            let owed = &mut self.owed[place];
            if owed.follow == Some(id) && owed.first.is_none() && !owed.excused && at < owed.closes {
                owed.excused = true;
                owed.turns.push((at, Turn::Excused));
            }
        }
    }
}

fn asks(instance: &Instance, unit: usize, roster: &Roster) -> bool {
    let Some(member) = roster.members.get(unit) else {
        return false;
    };
    let is_asked = |kind| matches!(kind, UnitKind::Village | UnitKind::Community);
    let there = member.is_there(instance.opens);
    match instance.roll_up {
        false => there && is_asked(member.kind),
        true => {
            let children = roster
                .members
                .iter()
                .filter(|m| m.above == Some(unit) && m.is_there(instance.opens));
            there && member.kind == UnitKind::Township && children.filter(|m| is_asked(m.kind)).count() > 0
        }
    }
}

/// Gives an instant of a day, so many hours after its midnight by the clock on the wall.
pub(super) fn local(day: NaiveDate, span: TimeDelta, zone: Tz) -> Timestamp {
    let days = u64::try_from(span.num_days()).unwrap_or_default();
    let rest = span - TimeDelta::days(span.num_days());
    let time = NaiveTime::from_hms_opt(0, 0, 0).unwrap_or_default() + rest;
    timestamp(day.checked_add_days(Days::new(days)).unwrap_or(day), time, zone)
}
