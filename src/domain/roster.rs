//! Knows who is on duty (值班) for a unit at an instant, who stands in for whom, and where the roster has gaps.
//!
//! - here: days, shifts, substitution, the office that answers for a unit, gaps
//! - `swap`: two shifts that change hands
//! - `table`: what the rows of an imported roster mean
//!
//! A duty day begins at the hour of change and is half-open: at 09:00:00.000 the new shift has it. A roster names posts
//! with their work addresses, and nothing else of anybody.

mod swap;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveTime};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::address::Address;
use super::ids::UnitId;
use super::time::{BusinessDate, Timestamp, local_day, timestamp};
use super::unit::UnitPath;

pub use swap::{Swap, SwapError};
pub use table::{Column, DayChange, Fault, Filled, MOST_DAYS, RowError, compare, read};

/// What somebody on duty does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// 带班领导.
    Leader,
    /// 值班员.
    Officer,
}

impl Duty {
    pub const ALL: [Self; 2] = [Self::Leader, Self::Officer];

    /// Gives the text by which it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Leader => "leader",
            Self::Officer => "officer",
        }
    }

    /// Reads it.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|duty| duty.code() == text)
    }
}

/// A post that can be on duty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Post {
    pub name: String,
    pub address: Address,
    /// The phone at which the post is reached while it is on duty.
    pub phone: Option<String>,
}

/// A post on duty on one day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shift {
    pub day: BusinessDate,
    pub duty: Duty,
    pub post: Post,
}

/// One post stands in for another between two instants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    pub absent: Address,
    pub by: Post,
    pub from: Timestamp,
    pub until: Timestamp,
}

impl StandIn {
    /// Tells whether it holds at an instant.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }
}

/// Gives the duty day of an instant: the last one that has begun.
pub fn duty_day(now: Timestamp, changes_at: NaiveTime, zone: Tz) -> BusinessDate {
    let today = local_day(now, zone);
    match now < timestamp(today, changes_at, zone) {
        true => today.pred_opt().unwrap_or(today),
        false => today,
    }
}

/// Gives when a duty day begins and when the next one does.
pub fn span(day: BusinessDate, changes_at: NaiveTime, zone: Tz) -> (Timestamp, Timestamp) {
    let next = day.succ_opt().unwrap_or(day);
    (
        timestamp(day, changes_at, zone),
        timestamp(next, changes_at, zone),
    )
}

/// Gives who answers at an instant instead of an address; himself where nobody stands in.
///
/// Somebody who stands in may himself be absent; a circle ends at the first who comes twice.
pub fn relieved<'a>(address: &Address, stand_ins: &'a [StandIn], now: Timestamp) -> Option<&'a Post> {
    let mut seen = BTreeSet::from([address]);
    let mut last: Option<&'a Post> = None;
    loop {
        let absent = last.map_or(address, |post| &post.address);
        let next = stand_ins
            .iter()
            .find(|one| one.holds(now) && one.absent == *absent)
            .map(|one| &one.by);
        match next {
            Some(post) if seen.insert(&post.address) => last = Some(post),
            _ => return last,
        }
    }
}

/// What is known of duty at one instant.
#[derive(Debug, Clone, Default)]
pub struct Now {
    /// The shifts of the running duty day, by unit.
    pub shifts: BTreeMap<UnitId, Vec<Shift>>,
    pub stand_ins: Vec<StandIn>,
    /// Who has a duty where no roster names anybody: the settings.
    pub leaders: Vec<Address>,
    pub officers: Vec<Address>,
}

impl Now {
    /// Gives who has a duty at a unit itself by its roster, with substitutes in place.
    pub fn at(&self, unit: UnitId, duty: Duty, now: Timestamp) -> Vec<Post> {
        let shifts = self.shifts.get(&unit).into_iter().flatten();
        let named = shifts.filter(|shift| shift.duty == duty);
        let post = |shift: &Shift| {
            let other = relieved(&shift.post.address, &self.stand_ins, now);
            other.unwrap_or(&shift.post).clone()
        };
        let mut posts: Vec<Post> = named.map(post).collect();
        posts.sort();
        posts.dedup_by(|a, b| a.address == b.address);
        posts
    }

    /// Gives whom an urgent report of a unit reaches first: the leader and the officer on duty at each desk above it, up
    /// to the first duty office (`offices`: a county or higher, and the unit at the top) that has anybody. The unit at the
    /// top answers for itself.
    ///
    /// A duty that no desk fills falls to the settings, so a hole in the roster never silences anybody; nor do addresses
    /// that a mail server refused for good (`refused`): they are tried again, and whoever the settings name is told too.
    pub fn urgent(
        &self,
        path: &UnitPath,
        offices: &BTreeSet<UnitId>,
        refused: &BTreeSet<Address>,
        now: Timestamp,
    ) -> Vec<Address> {
        let mut told = BTreeSet::new();
        for duty in Duty::ALL {
            let on = self.on_duty(path, offices, duty, now);
            if on.is_subset(refused) {
                told.extend(self.spare(duty, now));
            }
            told.extend(on);
        }
        told.into_iter().collect()
    }

    fn on_duty(
        &self,
        path: &UnitPath,
        offices: &BTreeSet<UnitId>,
        duty: Duty,
        now: Timestamp,
    ) -> BTreeSet<Address> {
        let mut on = BTreeSet::new();
        for unit in desks(path) {
            let posts = self.at(unit, duty, now);
            let is_there = !posts.is_empty();
            on.extend(posts.into_iter().map(|post| post.address));
            if is_there && offices.contains(&unit) {
                break;
            }
        }
        on
    }

    /// Gives whom the last step of a chase names, by the duty office that answers: its leader on duty, else the leader of
    /// the settings, else its officer.
    pub fn offices(&self, offices: &BTreeSet<UnitId>, now: Timestamp) -> BTreeMap<UnitId, Vec<Address>> {
        let filled = offices.iter().filter(|unit| self.shifts.contains_key(unit));
        let addresses = |unit: UnitId, duty: Duty| -> Vec<Address> {
            let posts = self.at(unit, duty, now).into_iter();
            posts.map(|post| post.address).collect()
        };
        let named = filled.map(|unit| {
            let ways = [
                addresses(*unit, Duty::Leader),
                self.spare(Duty::Leader, now),
                addresses(*unit, Duty::Officer),
            ];
            (*unit, first_filled(ways))
        });
        named.collect()
    }

    /// Gives whom the last step of a chase names where no duty office has anybody.
    pub fn without_office(&self, now: Timestamp) -> Vec<Address> {
        first_filled(Duty::ALL.map(|duty| self.spare(duty, now)))
    }

    /// Gives an address, or who stands in for it.
    pub fn instead(&self, address: &Address, now: Timestamp) -> Address {
        let other = relieved(address, &self.stand_ins, now);
        other.map_or_else(|| address.clone(), |post| post.address.clone())
    }

    fn spare(&self, duty: Duty, now: Timestamp) -> Vec<Address> {
        let named = match duty {
            Duty::Leader => &self.leaders,
            Duty::Officer => &self.officers,
        };
        named.iter().map(|address| self.instead(address, now)).collect()
    }
}

/// Gives the units whose desks answer for a unit, the nearest first: those above it, or itself at the top.
fn desks(path: &UnitPath) -> impl Iterator<Item = UnitId> + '_ {
    let mut above: Vec<UnitId> = path.ancestors().collect();
    if above.is_empty() {
        above.extend(path.id());
    }
    above.into_iter()
}

fn first_filled<const N: usize>(lists: [Vec<Address>; N]) -> Vec<Address> {
    let mut filled = lists.into_iter().filter(|list| !list.is_empty());
    filled.next().unwrap_or_default()
}

/// A day on which somebody is lacking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapDay {
    pub day: BusinessDate,
    pub lacks: Vec<Duty>,
}

/// Gives the days of a week, from one on, on which a leader or an officer is lacking.
pub fn gaps(shifts: &[Shift], from: BusinessDate, days: u64) -> Vec<GapDay> {
    let days = (0..days).filter_map(|later| from.checked_add_days(Days::new(later)));
    days.filter_map(|day| {
        let has = |duty: Duty| shifts.iter().any(|one| one.day == day && one.duty == duty);
        let lacks: Vec<Duty> = Duty::ALL.into_iter().filter(|duty| !has(*duty)).collect();
        (!lacks.is_empty()).then_some(GapDay { day, lacks })
    })
    .collect()
}

#[cfg(test)]
mod tests;
