//! Lets time pass: plays what happens, lets the service work, kills it and starts it again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::TimeDelta;
use chrono_tz::Tz;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::life::{End, Ground, Life};
use super::log::Log;
use super::model::Model;
use super::relay::Relay;
use super::roster::Roster;
use super::story::{Event, Script, clerk, follower, mistaken, office, reader};
use super::summary::summarist;
use super::watch::Watch;
use crate::clock::Clock;
use crate::crash::{Aim, Point};
use crate::domain::ids::{AccountId, IncidentId, ObligationId};
use crate::domain::time::Timestamp;

/// The most deaths of one day: beyond, the service does not get anywhere.
pub(super) const MOST_DEATHS: usize = 100;

/// A run on its way.
#[derive(Debug)]
pub(super) struct Play {
    pub(super) ground: Ground,
    pub(super) relay: Arc<Relay>,
    pub(super) roster: Roster,
    pub(super) model: Model,
    pub(super) log: Log,
    pub(super) rng: StdRng,
    /// Who is on duty, and what is drawn of it.
    pub(super) watch: Watch,
    pub(super) duty_rng: StdRng,
    pub(super) zone: Tz,
    pub(super) accounts: [AccountId; 2],
    /// What is owed, by the service's own number.
    pub(super) numbers: BTreeMap<usize, ObligationId>,
    /// The last content of each report that is owed, and how it came.
    pub(super) said: BTreeMap<usize, (super::story::Said, super::story::By)>,
    /// Periods that are not declared yet.
    pub(super) planned: Vec<super::model::Season>,
    /// Who never reports.
    pub(super) silent: BTreeSet<usize>,
    life: Option<Life>,
    /// A second process on the same database.
    pub(super) twin: Option<Life>,
    queue: BTreeMap<(Timestamp, u64), Event>,
    next_place: u64,
    wake: Option<Timestamp>,
    read: usize,
    pub(super) restarts: Option<StdRng>,
    pub(super) lives: u32,
}

/// Why a run cannot go on.
pub(super) type Broken = String;

impl Play {
    /// Starts the first process.
    pub(super) fn begin(
        ground: Ground,
        relay: Arc<Relay>,
        roster: Roster,
        zone: Tz,
        seed: u64,
        (aim, restarts): (Aim, bool),
    ) -> Result<Self, Broken> {
        let mut play = Self {
            ground,
            relay,
            roster,
            model: Model::default(),
            log: Log::default(),
            rng: StdRng::seed_from_u64(seed),
            watch: Watch::default(),
            duty_rng: StdRng::seed_from_u64(seed ^ 0xd017),
            zone,
            accounts: [AccountId(0); 2],
            numbers: BTreeMap::new(),
            said: BTreeMap::new(),
            planned: Vec::new(),
            silent: BTreeSet::new(),
            life: None,
            twin: None,
            queue: BTreeMap::new(),
            next_place: 0,
            wake: None,
            read: 0,
            restarts: restarts.then(|| StdRng::seed_from_u64(seed ^ 0xdead)),
            lives: 0,
        };
        let aim = match aim {
            Aim::Nowhere => play.draw_aim(),
            aim => aim,
        };
        play.start(aim)?;
        Ok(play)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.ground.clock.now()
    }

    /// Puts something on the list of what will happen.
    pub(super) fn later(&mut self, at: Timestamp, event: Event) {
        self.next_place += 1;
        self.queue.insert((at, self.next_place), event);
    }

    pub(super) fn all_later(&mut self, script: Script) {
        for (at, event) in script {
            self.later(at, event);
        }
    }

    /// Lets time pass until nothing happens any more, or until an instant.
    pub(super) fn run(&mut self, until: Timestamp) -> Result<(), Broken> {
        self.work()?;
        loop {
            let event = self.queue.first_key_value().map(|((at, _), _)| *at);
            let Some(next) = [event, self.wake]
                .into_iter()
                .flatten()
                .min()
                .filter(|at| *at <= until)
            else {
                return Ok(());
            };
            if next > self.now() {
                self.ground.clock.set(next);
            }
            let mut happened = Vec::new();
            while let Some(((at, place), event)) = self.queue.pop_first() {
                if at > self.now() {
                    self.queue.insert((at, place), event);
                    break;
                }
                happened.push((at, event));
            }
            for (at, event) in happened {
                self.happen(at, event)?;
            }
            self.work()?;
        }
    }

    /// Opens, by the yardstick, the rounds that open now, and draws what people do about them.
    pub(super) fn open(&mut self) {
        let now = self.now();
        let fresh = self.model.open(&self.roster, now, self.zone);
        for place in fresh {
            let Some(owed) = self.model.owed.get(place).cloned() else {
                continue;
            };
            let silent = self.silent.contains(&owed.unit);
            let mut script = match owed.follow {
                None if owed.roll_up && self.rng.random_bool(0.7) => {
                    summarist(&mut self.rng, place, &owed, silent)
                }
                None => clerk(&mut self.rng, place, &owed, silent),
                Some(_) => follower(&mut self.rng, place, &owed, silent),
            };
            if !silent {
                script.extend(office(&mut self.rng, place, &owed));
                script.extend(mistaken(place, &owed));
            }
            // What is owed closes: there is something to be sealed soon after.
            script.push((owed.closes + TimeDelta::seconds(11), Event::Round));
            self.all_later(script);
        }
    }

    /// Lets the process do something; if it is killed meanwhile, another one is started and `None` is given.
    pub(super) fn attempt<T, F: Future<Output = T>>(
        &mut self,
        work: impl FnOnce(Arc<crate::service::Service>) -> F,
    ) -> Result<Option<T>, Broken> {
        let Some(life) = &mut self.life else {
            return Err("no process runs".to_owned());
        };
        match life.act(work) {
            Ok(done) => Ok(Some(done)),
            Err(End::Died(point)) => self.restart(point).map(|()| None),
            Err(End::Broken(words)) => Err(words),
        }
    }

    /// Lets the process do something that can be done again, until it is done.
    pub(super) fn act<T, F: Future<Output = T>>(
        &mut self,
        mut work: impl FnMut(Arc<crate::service::Service>) -> F,
    ) -> Result<T, Broken> {
        loop {
            if let Some(done) = self.attempt(&mut work)? {
                return Ok(done);
            }
        }
    }

    /// Lets the service work until it is quiet, and readers read.
    pub(super) fn work(&mut self) -> Result<(), Broken> {
        loop {
            let Some(life) = &mut self.life else {
                return Err("no process runs".to_owned());
            };
            // Both at the very same time, on threads of their own: neither knows of the other.
            let twin = &mut self.twin;
            let (first, second) = std::thread::scope(|scope| {
                let second = twin.as_mut().map(|twin| scope.spawn(|| twin.work()));
                (life.work(), second.map(std::thread::ScopedJoinHandle::join))
            });
            let second = match second {
                None => Ok(None),
                Some(Ok(worked)) => worked,
                Some(Err(_)) => return Err("the second process panicked".to_owned()),
            };
            match (first, second) {
                (Ok(wake), Ok(other)) => {
                    self.wake = [wake, other].into_iter().flatten().min();
                    break;
                }
                (Err(End::Broken(words)), _) | (_, Err(End::Broken(words))) => return Err(words),
                (first, second) => {
                    if let Err(End::Died(point)) = second {
                        self.rise_twin(point)?;
                    }
                    if let Err(End::Died(point)) = first {
                        self.rise(point)?;
                    }
                }
            }
        }
        self.look_for_red()?;
        self.read_letters();
        Ok(())
    }

    /// Whoever is refused by the mail server says so in red, at once.
    fn look_for_red(&mut self) -> Result<(), Broken> {
        let now = self.now();
        if self.relay.book().refused_us != Some(now) || self.twin.is_some() {
            return Ok(());
        }
        let state = self.attempt(|service| async move { service.store.read().await?.relay().await })?;
        let state = state.transpose().map_err(|error| error.to_string())?;
        if state.is_some_and(|state| state.stopped.is_none()) {
            self.surprise("the mail server refuses us, and it is not red".to_owned());
        }
        Ok(())
    }

    fn read_letters(&mut self) {
        let fresh: Vec<_> = self.relay.book().seen.iter().skip(self.read).cloned().collect();
        self.read += fresh.len();
        let silent: Vec<usize> = self.silent.iter().copied().collect();
        for seen in fresh.iter().filter(|seen| seen.verdict.arrived()) {
            let named = self.named(&seen.mail);
            let now = self.now();
            let script = reader(&mut self.rng, &seen.mail, &named, now, &silent);
            self.all_later(script);
        }
    }

    /// Gives what is owed by the units that a mail names, with the units.
    pub(super) fn named(&self, mail: &super::post::Mail) -> Vec<(usize, usize)> {
        let Some(due) = mail.due else { return Vec::new() };
        let of = |one: &super::post::Named| {
            let unit = self.roster.find(&one.above, &one.name)?;
            Some((
                self.model
                    .find(unit, due, one.incident.map(IncidentId), mail.drill)?,
                unit,
            ))
        };
        mail.named.iter().filter_map(of).collect()
    }

    /// Starts a process again and lets it work before anything else happens.
    fn restart(&mut self, point: Point) -> Result<(), Broken> {
        self.rise(point)?;
        self.work()
    }

    /// Starts a process again, after a while.
    fn rise(&mut self, point: Point) -> Result<(), Broken> {
        let died = self.now();
        self.bury(point);
        let pause = match &mut self.restarts {
            None => TimeDelta::seconds(20),
            Some(rng) => match rng.random_range(0..10) {
                0..6 => TimeDelta::seconds(rng.random_range(0..30)),
                6..9 => TimeDelta::minutes(rng.random_range(1..20)),
                _ => TimeDelta::minutes(rng.random_range(20..180)),
            },
        };
        self.ground.clock.set(died + pause);
        let aim = self.draw_aim();
        self.start(aim)?;
        self.log.down.push((died, self.now()));
        // What opened meanwhile opens now, before anybody reports.
        self.open();
        Ok(())
    }

    /// Draws where the next process stops.
    pub(super) fn draw_aim(&mut self) -> Aim {
        let drawn = self
            .restarts
            .as_mut()
            .map(|rng| Aim::Any(rng.random_range(1..1500)));
        drawn.unwrap_or(Aim::Nowhere)
    }

    fn start(&mut self, mut aim: Aim) -> Result<(), Broken> {
        loop {
            self.lives += 1;
            self.relay.book().life = self.lives;
            let instance = format!("life-{}", self.lives);
            match Life::begin(&self.ground, aim, instance) {
                Ok(life) => {
                    self.life = Some(life);
                    return Ok(());
                }
                Err(End::Died(point)) => {
                    self.bury(point);
                    self.ground.clock.advance(TimeDelta::seconds(5));
                    aim = self.draw_aim();
                }
                Err(End::Broken(words)) => return Err(words),
            }
            if self.deaths_of_a_day() > MOST_DEATHS {
                return Err("it dies again and again".to_owned());
            }
        }
    }

    fn bury(&mut self, point: Point) {
        self.count_passes();
        self.life = None;
        self.log.deaths.push((self.now(), point));
    }

    pub(super) fn deaths_of_a_day(&self) -> usize {
        let since = self.now() - TimeDelta::days(1);
        let deaths = self.log.deaths.iter().rev();
        deaths.take_while(|(at, _)| *at > since).count()
    }

    pub(super) fn count_passes(&mut self) {
        for (point, passes) in self.life.iter().flat_map(Life::passes) {
            *self.log.passes.entry(point).or_default() += passes;
        }
    }

    /// Stops the last process in good order.
    pub(super) fn end(&mut self) {
        self.count_passes();
        for life in self.life.take().into_iter().chain(self.twin.take()) {
            life.end();
        }
    }
}
