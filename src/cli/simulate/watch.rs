//! Knows, in the plainest way, who is on duty when: the yardstick for whom an urgent report and the last step of a chase
//! must find. It shares no rule with the service and looks into none of its tables.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::roster::Roster;
use crate::domain::roster::Duty;
use crate::domain::time::Timestamp;

/// What the roster of a unit says of a day, from when it was written on.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) written: Timestamp,
    pub(super) unit: usize,
    pub(super) day: NaiveDate,
    pub(super) on: BTreeSet<(Duty, String)>,
}

/// Somebody answers for somebody else.
#[derive(Debug, Clone)]
pub(super) struct Instead {
    /// By what number the service knows it.
    pub(super) number: i64,
    pub(super) unit: usize,
    pub(super) absent: String,
    pub(super) by: String,
    /// Half-open; it was not known before `known`.
    pub(super) known: Timestamp,
    pub(super) from: Timestamp,
    pub(super) until: Timestamp,
}

/// Who is on duty, all the time.
#[derive(Debug, Default)]
pub(super) struct Watch {
    pub(super) pages: Vec<Page>,
    pub(super) insteads: Vec<Instead>,
    /// When one shift hands over to the next, since midnight.
    pub(super) hour: TimeDelta,
    pub(super) zone: Tz,
    /// Who has a duty that no roster fills.
    pub(super) spare: BTreeMap<Duty, Vec<String>>,
}

impl Watch {
    /// Gives the duty day of an instant.
    pub(super) fn day(&self, at: Timestamp) -> NaiveDate {
        (at - self.hour).with_timezone(&self.zone).date_naive()
    }

    /// Gives what the roster of a unit said of a day at an instant.
    pub(super) fn page(&self, unit: usize, day: NaiveDate, at: Timestamp) -> Option<&Page> {
        let mut pages = self.pages.iter().rev();
        pages.find(|page| (page.unit, page.day) == (unit, day) && page.written <= at)
    }

    /// Gives who answers for an address, as the desks of some units know it.
    fn instead(&self, units: &[usize], address: &str, at: Timestamp) -> String {
        let mut found = address;
        let mut seen = BTreeSet::from([address]);
        while let Some(one) = self.insteads.iter().find(|one| {
            units.contains(&one.unit)
                && one.absent == found
                && one.known.max(one.from) <= at
                && at < one.until
        }) {
            if !seen.insert(&one.by) {
                break;
            }
            found = &one.by;
        }
        found.to_owned()
    }

    fn at_desk(&self, unit: usize, duty: Duty, near: &[usize], at: Timestamp) -> Vec<String> {
        let page = self.page(unit, self.day(at), at);
        let on = page.iter().flat_map(|page| &page.on);
        on.filter(|(its, _)| *its == duty)
            .map(|(_, address)| self.instead(near, address, at))
            .collect()
    }

    fn spare(&self, duty: Duty, near: &[usize], at: Timestamp) -> Vec<String> {
        let named = self.spare.get(&duty).into_iter().flatten();
        named.map(|address| self.instead(near, address, at)).collect()
    }

    /// Gives whom an urgent report of a unit must find at an instant.
    pub(super) fn urgent(&self, roster: &Roster, unit: usize, at: Timestamp) -> BTreeSet<String> {
        let desks = roster.above(unit);
        let near: Vec<usize> = desks.iter().copied().chain([unit]).collect();
        let mut told = BTreeSet::new();
        for duty in Duty::ALL {
            let mut on: Vec<String> = desks
                .iter()
                .flat_map(|desk| self.at_desk(*desk, duty, &near, at))
                .collect();
            if on.is_empty() {
                on = self.spare(duty, &near, at);
            }
            told.extend(on);
        }
        told
    }

    /// Gives whom it may find besides, because the mail server refuses whoever is on duty: those whom the settings name.
    pub(super) fn urgent_besides(&self, roster: &Roster, unit: usize, at: Timestamp) -> BTreeSet<String> {
        let near: Vec<usize> = roster.above(unit).into_iter().chain([unit]).collect();
        let all = Duty::ALL.into_iter();
        all.flat_map(|duty| self.spare(duty, &near, at)).collect()
    }

    /// Gives whom the last step of a chase names at an instant: the leader of the office at the top.
    pub(super) fn chiefs(&self, roster: &Roster, unit: usize, at: Timestamp) -> BTreeSet<String> {
        let Some(top) = roster.above(unit).last().copied() else {
            return BTreeSet::new();
        };
        let ways = [
            self.at_desk(top, Duty::Leader, &[top], at),
            self.spare(Duty::Leader, &[top], at),
            self.at_desk(top, Duty::Officer, &[top], at),
            self.spare(Duty::Officer, &[top], at),
        ];
        let mut filled = ways.into_iter().filter(|way| !way.is_empty());
        filled.next().unwrap_or_default().into_iter().collect()
    }

    /// Gives the instants from one to another, both included, at which somebody else may have come on duty.
    pub(super) fn changes(&self, from: Timestamp, until: Timestamp) -> Vec<Timestamp> {
        let first = from.with_timezone(&self.zone).date_naive();
        let days = first
            .iter_days()
            .take((until - from).num_days().unsigned_abs() as usize + 2);
        let hours = days.map(|day| super::model::local(day, self.hour, self.zone));
        let pages = self.pages.iter().map(|page| page.written);
        let insteads = self
            .insteads
            .iter()
            .flat_map(|one| [one.known, one.from, one.until]);
        let within = |at: &Timestamp| from < *at && *at < until;
        let mut all = vec![from, until];
        all.extend(hours.chain(pages).chain(insteads).filter(within));
        all
    }
}
