//! Lets a second process work on the same database, die and come back.

use chrono::TimeDelta;
use rand::Rng;

use super::life::{End, Life};
use super::play::{Broken, MOST_DEATHS, Play};
use crate::crash::Point;

impl Play {
    /// Starts a second process that works beside the first.
    pub(super) fn add_twin(&mut self) -> Result<(), Broken> {
        while self.deaths_of_a_day() <= MOST_DEATHS {
            self.lives += 1;
            let aim = self.draw_aim();
            match Life::begin(&self.ground, aim, format!("twin-{}", self.lives)) {
                Ok(twin) => {
                    self.twin = Some(twin);
                    return Ok(());
                }
                Err(End::Died(point)) => self.log.deaths.push((self.now(), point)),
                Err(End::Broken(words)) => return Err(words),
            }
        }
        Err("the second process dies again and again".to_owned())
    }

    /// Tells whether two processes work.
    pub(super) fn has_twin(&self) -> bool {
        self.twin.is_some()
    }

    /// Starts the second process again, soon.
    pub(super) fn rise_twin(&mut self, point: Point) -> Result<(), Broken> {
        let died = self.now();
        self.twin = None;
        self.log.deaths.push((died, point));
        let pause = self.restarts.as_mut().map_or(0, |rng| rng.random_range(0..30));
        self.ground.clock.set(died + TimeDelta::seconds(pause));
        self.add_twin()?;
        // What it knew of its letters died with it: the other may have to send them again.
        self.relay.book().life = self.lives;
        self.log.down.push((died, self.now()));
        self.open();
        Ok(())
    }
}
