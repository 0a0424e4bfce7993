//! Plays how duty rosters are filled and changed: shifts with holes, swaps, and who stands in.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate, TimeDelta};
use rand::Rng;

use super::model::local;
use super::office::REASON;
use super::play::{Broken, Play};
use super::story::{By, Event, Said, Sheet};
use super::watch::{Instead, Page};
use crate::domain::access::Actor;
use crate::domain::address::Address;
use crate::domain::roster::{Duty, Swap};
use crate::domain::table::Record;
use crate::domain::unit::UnitKind;
use crate::service::TypedPost;

/// A change of a roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shuffle {
    /// A day is written anew.
    Write(usize),
    /// Two shifts change hands.
    Swap(usize),
    /// Somebody stands in for somebody else.
    Instead(usize),
    /// Whoever was absent is back early.
    Back,
}

type On = BTreeSet<(Duty, String)>;

impl Play {
    /// Fills the rosters of the county and of a township, and puts down how they will change.
    pub(super) fn fill_rosters(&mut self, days: u32) -> Result<(), Broken> {
        let members = self.roster.members.iter();
        let top = members.clone().position(|m| m.above.is_none());
        let township = members.clone().position(|m| m.kind == UnitKind::Township);
        let (Some(top), Some(township)) = (top, township) else {
            return Ok(());
        };
        let first = self.watch.day(self.now());
        for unit in [top, township] {
            let days = first.iter_days().take(days as usize + 5);
            let pages: Vec<(NaiveDate, On)> = days.map(|day| (day, self.draw_on(unit))).collect();
            self.import_pages(unit, &pages)?;
        }
        let begin = self.now();
        for day in 0..i64::from(days) {
            for _ in 0..self.duty_rng.random_range(2..5) {
                let unit = if self.duty_rng.random_bool(0.7) {
                    top
                } else {
                    township
                };
                let shuffle = match self.duty_rng.random_range(0..10) {
                    0..3 => Shuffle::Write(unit),
                    3..5 => Shuffle::Swap(unit),
                    5..9 => Shuffle::Instead(unit),
                    _ => Shuffle::Back,
                };
                let later = TimeDelta::milliseconds(self.duty_rng.random_range(0..86_400_000));
                self.later(begin + TimeDelta::days(day) + later, Event::Shuffle(shuffle));
            }
            self.around_the_change(day);
        }
        Ok(())
    }

    /// Draws urgent reports at the very hour of change and around it, some of which are called again then.
    fn around_the_change(&mut self, day: i64) {
        let villages: Vec<usize> = super::world::villages(&self.roster).collect();
        let Some(unit) = villages.get(self.duty_rng.random_range(0..villages.len().max(1))) else {
            return;
        };
        let date = self.watch.day(self.now()) + TimeDelta::days(day + 1);
        let hour = local(date, self.watch.hour, self.zone);
        let before = match self.duty_rng.random_range(0..4) {
            0 => 0,
            1 => 1,
            // The second call comes at the hour.
            2 => 300_000,
            _ => self.duty_rng.random_range(0..900_000),
        };
        let sheet = Sheet {
            unit: *unit,
            owed: None,
            by: By::Own,
            said: Said::Urgent,
            uuid: uuid::Uuid::from_u128(self.duty_rng.random()),
        };
        self.later(hour - TimeDelta::milliseconds(before), Event::Sheet(sheet));
    }

    /// Draws who is on duty on a day; now and then nobody.
    fn draw_on(&mut self, unit: usize) -> On {
        let rng = &mut self.duty_rng;
        let mut on = On::new();
        // A township has an officer, and seldom a leader.
        let chances = if self.roster.members[unit].above.is_none() {
            [85, 85]
        } else {
            [20, 60]
        };
        for (duty, chance) in Duty::ALL.into_iter().zip(chances) {
            for _ in 0..if rng.random_range(0..10) < 2 { 2 } else { 1 } {
                if rng.random_range(0..100) < chance {
                    on.insert((duty, address(unit, duty, rng.random_range(0..4))));
                }
            }
        }
        on
    }

    fn import_pages(&mut self, unit: usize, pages: &[(NaiveDate, On)]) -> Result<(), Broken> {
        let headings = ["day", "leader", "leader_email", "officer", "officer_email"];
        let mut rows: Vec<Vec<String>> = vec![headings.map(str::to_owned).to_vec()];
        for (day, on) in pages {
            let row = |(duty, address): &(Duty, String)| {
                let (mut cells, at) = (
                    vec![String::new(); 5],
                    1 + 2 * usize::from(*duty == Duty::Officer),
                );
                cells[0] = day.to_string();
                (cells[at], cells[at + 1]) = ("post".to_owned(), address.clone());
                cells
            };
            rows.extend(on.iter().map(row));
        }
        let table: Vec<Record> = (1..)
            .zip(rows)
            .map(|(row, cells)| Record { row, cells })
            .collect();
        let (officer, id) = (self.officer(), self.roster.members[unit].id);
        let taken = self.act(|service| {
            let (officer, table) = (officer.clone(), table.clone());
            async move { service.import_roster(&officer, id, &table).await }
        })?;
        taken.map_err(|error| format!("a roster was refused: {error}"))?;
        for (day, on) in pages {
            self.note_page(unit, *day, on.clone());
        }
        Ok(())
    }

    fn note_page(&mut self, unit: usize, day: NaiveDate, on: On) {
        let written = self.now();
        self.watch.pages.push(Page {
            written,
            unit,
            day,
            on,
        });
    }

    /// Changes a roster.
    pub(super) fn shuffle(&mut self, shuffle: Shuffle) -> Result<(), Broken> {
        match shuffle {
            Shuffle::Write(unit) => self.write_day(unit),
            Shuffle::Swap(unit) => self.swap(unit),
            Shuffle::Instead(unit) => self.stand_in(unit),
            Shuffle::Back => self.come_back(),
        }
    }

    fn write_day(&mut self, unit: usize) -> Result<(), Broken> {
        let later = self.duty_rng.random_range(0..2);
        let day = self.watch.day(self.now()) + Days::new(later);
        let on = self.draw_on(unit);
        let (officer, id, wanted) = (self.officer(), self.roster.members[unit].id, on.clone());
        let put = self.act(|service| {
            let (officer, wanted) = (officer.clone(), wanted.clone());
            async move {
                let typed: Vec<_> = wanted
                    .iter()
                    .map(|(duty, address)| (*duty, post(address)))
                    .collect();
                service.put_duty_day(&officer, id, day, &typed).await
            }
        })?;
        match put {
            Ok(()) => self.note_page(unit, day, on),
            Err(error) => self.surprise(format!("a day of a roster was refused: {error}")),
        }
        Ok(())
    }

    /// Finds two shifts of one duty that can change hands.
    fn draw_swap(&mut self, unit: usize) -> Option<(NaiveDate, NaiveDate, Duty, String, String)> {
        let now = self.now();
        // A shift that has begun stays.
        let day = self.watch.day(now) + Days::new(1);
        let other_day = day + Days::new(self.duty_rng.random_range(1..3));
        let duty = Duty::ALL[self.duty_rng.random_range(0..2)];
        let on = |day| {
            let page = self.watch.page(unit, day, now);
            let on = page.into_iter().flat_map(|page| page.on.iter());
            on.filter(|(its, _)| *its == duty)
                .map(|(_, who)| who.clone())
                .collect::<Vec<_>>()
        };
        let (here, there) = (on(day), on(other_day));
        let one = here.iter().find(|one| !there.contains(one))?;
        let other = there.iter().find(|other| !here.contains(other))?;
        Some((day, other_day, duty, one.clone(), other.clone()))
    }

    fn swap(&mut self, unit: usize) -> Result<(), Broken> {
        let Some((day, other_day, duty, one, other)) = self.draw_swap(unit) else {
            return Ok(());
        };
        let address = |text: &str| Address::parse(text).map_err(|error| format!("{text}: {error:?}"));
        let swap = Swap {
            day,
            duty,
            address: address(&one)?,
            other_day,
            other_address: address(&other)?,
        };
        let yes = self.duty_rng.random_bool(0.8);
        let (officer, id) = (self.officer(), self.roster.members[unit].id);
        let deputy: Actor = self.roster.officer(self.accounts[1]);
        let swapped = self.act(|service| {
            let (officer, deputy, swap) = (officer.clone(), deputy.clone(), swap.clone());
            async move {
                let asked = service.ask_swap(&officer, id, &swap, REASON).await?;
                service.decide_swap(&deputy, asked, yes).await
            }
        })?;
        if let Err(error) = swapped {
            self.surprise(format!("a swap was refused: {error}"));
        } else if yes {
            for (day, goes, comes) in [(day, &one, &other), (other_day, &other, &one)] {
                let page = self.watch.page(unit, day, self.now());
                let mut on = page.map(|page| page.on.clone()).unwrap_or_default();
                on.remove(&(duty, goes.clone()));
                on.insert((duty, comes.clone()));
                self.note_page(unit, day, on);
            }
        }
        Ok(())
    }

    fn stand_in(&mut self, unit: usize) -> Result<(), Broken> {
        let now = self.now();
        let day = self.watch.day(now);
        let on = self
            .watch
            .page(unit, day, now)
            .map(|page| page.on.clone())
            .unwrap_or_default();
        let away = |address: &String| {
            let mut insteads = self.watch.insteads.iter();
            insteads.any(|one| one.absent == *address && now < one.until)
        };
        let Some((duty, absent)) = on.into_iter().find(|(_, address)| !away(address)) else {
            return Ok(());
        };
        let by = address(unit, duty, self.duty_rng.random_range(0..6));
        let from = now + TimeDelta::minutes(self.duty_rng.random_range(-30..300));
        let until = from.max(now) + TimeDelta::minutes(self.duty_rng.random_range(1..1200));
        if by == absent {
            return Ok(());
        }
        let (officer, id) = (self.officer(), self.roster.members[unit].id);
        let (their, own) = (absent.clone(), by.clone());
        let named = self.act(|service| {
            let (officer, their, own) = (officer.clone(), their.clone(), own.clone());
            async move {
                service
                    .stand_in(&officer, id, &their, post(&own), (from, until))
                    .await
            }
        })?;
        match named {
            Ok(number) => self.watch.insteads.push(Instead {
                number,
                unit,
                absent,
                by,
                known: now,
                from,
                until,
            }),
            Err(error) => self.surprise(format!("a substitution was refused: {error}")),
        }
        Ok(())
    }

    fn come_back(&mut self) -> Result<(), Broken> {
        let now = self.now();
        let running = self.watch.insteads.iter().position(|one| now < one.until);
        let Some(place) = running else { return Ok(()) };
        let one = &self.watch.insteads[place];
        let (officer, id, number) = (self.officer(), self.roster.members[one.unit].id, one.number);
        let ended = self.act(|service| {
            let officer = officer.clone();
            async move { service.end_stand_in(&officer, id, number).await }
        })?;
        match ended {
            Ok(()) => self.watch.insteads[place].until = now,
            Err(error) => self.surprise(format!("a substitution could not be ended: {error}")),
        }
        Ok(())
    }
}

/// Gives an address of a pool: a few people share a duty.
fn address(unit: usize, duty: Duty, place: u32) -> String {
    format!("{}{place}@desk{unit}.example", duty.code())
}

fn post(address: &str) -> TypedPost<'_> {
    TypedPost {
        address,
        ..TypedPost::default()
    }
}
