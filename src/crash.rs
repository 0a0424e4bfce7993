//! Knows the named points at which a simulated process stops as if it had been killed; a real one passes them all.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

/// Gives the points their names.
macro_rules! points {
    ($($(#[$doc:meta])* $point:ident = $name:literal),+ $(,)?) => {
        /// A place between two effects, where stopping leaves the first without the second.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Point { $($(#[$doc])* $point),+ }

        impl Point {
            /// Every point.
            pub const ALL: &'static [Self] = &[$(Self::$point),+];

            /// Gives its name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$point => $name),+ }
            }
        }
    };
}

points! {
    /// Before the tables are brought up to date.
    Migrate = "migrate",
    /// After that, before anything else.
    Migrated = "migrated",
    /// Reports are written, not committed.
    Intake = "intake",
    /// Reports are on disk, and nobody has been told.
    Kept = "kept",
    /// What is owed is written, not committed.
    TickOpen = "tick-open",
    /// It is on disk, and the round is not marked as opened.
    TickOpened = "tick-opened",
    /// The letters of a step are written, not committed.
    TickStep = "tick-step",
    /// They are on disk.
    TickStepped = "tick-stepped",
    /// The letters that pass on what failed are written, not committed.
    TickPass = "tick-pass",
    /// A further call of an urgent report is written, not committed.
    TickCall = "tick-call",
    /// Letters are taken in hand, not committed.
    Claim = "claim",
    /// They are in hand.
    Claimed = "claimed",
    /// The attempt is noted with the bytes of the mail, not committed.
    Begin = "begin",
    /// The mail is about to go.
    Send = "send",
    /// The mail server has answered, and nothing of it is written.
    Sent = "sent",
    /// The answer is written, not committed.
    Mark = "mark",
    /// It is on disk.
    Marked = "marked",
    /// The seal of a round is written, not committed.
    Seal = "seal",
    /// It is on disk.
    Sealed = "sealed",
    /// A bulletin is written with its letters, not committed.
    Bulletin = "bulletin",
    /// It is on disk.
    Published = "published",
    /// The letters of a restored copy are held, not committed.
    Restore = "restore",
    /// That is on disk.
    Restored = "restored",
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Point {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.iter().find(|point| point.name() == text);
        known
            .copied()
            .ok_or_else(|| format!("`{text}` is no point at which a process stops"))
    }
}

/// At which pass a process stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// Never; passes are only counted.
    Nowhere,
    /// At the pass of this number, counted from 1, of one point.
    At(Point, u32),
    /// At the pass of this number of any point.
    Any(u32),
}

/// Whether and where this process stops. By default nowhere, which costs nothing.
#[derive(Debug, Clone, Default)]
pub struct CrashPlan(Option<Arc<Plan>>);

#[derive(Debug)]
struct Plan {
    aim: Aim,
    passes: Mutex<BTreeMap<Point, u32>>,
    struck: watch::Sender<Option<Point>>,
}

impl CrashPlan {
    /// Makes a plan.
    pub fn new(aim: Aim) -> Self {
        Self(Some(Arc::new(Plan {
            aim,
            passes: Mutex::default(),
            struck: watch::Sender::new(None),
        })))
    }

    /// Passes a point, or stops there for ever: whoever runs the process then ends it.
    pub async fn pass(&self, point: Point) {
        if let Some(plan) = &self.0
            && plan.strikes(point)
        {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until the process has stopped, and gives where.
    pub async fn struck(&self) -> Point {
        let Some(plan) = &self.0 else {
            return std::future::pending().await;
        };
        let mut struck = plan.struck.subscribe();
        loop {
            if let Some(point) = *struck.borrow_and_update() {
                return point;
            }
            // The sender lives as long as the plan.
            let _ = struck.changed().await;
        }
    }

    /// Gives how often each point was passed, the last and fatal pass too.
    pub fn passes(&self) -> BTreeMap<Point, u32> {
        self.0
            .as_ref()
            .map_or_else(BTreeMap::new, |plan| plan.counted().clone())
    }
}

impl Plan {
    fn strikes(&self, point: Point) -> bool {
        if self.struck.borrow().is_some() {
            return true; // The dead do nothing more.
        }
        let mut counted = self.counted();
        let passes = counted.entry(point).or_default();
        *passes += 1;
        let passes = *passes;
        let strikes = match self.aim {
            Aim::Nowhere => false,
            Aim::At(aimed, number) => (aimed, number) == (point, passes),
            Aim::Any(number) => counted.values().sum::<u32>() == number,
        };
        drop(counted);
        if strikes {
            self.struck.send_replace(Some(point));
        }
        strikes
    }

    fn counted(&self) -> std::sync::MutexGuard<'_, BTreeMap<Point, u32>> {
        self.passes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_process_stops_at_the_pass_that_was_aimed_at_and_does_nothing_more() {
        let plan = CrashPlan::new(Aim::At(Point::Send, 2));
        plan.pass(Point::Send).await;
        plan.pass(Point::Mark).await;
        let second = async {
            plan.pass(Point::Send).await;
            unreachable!("it has stopped")
        };
        let struck = tokio::select! { point = plan.struck() => point, () = second => unreachable!() };
        assert_eq!(struck, Point::Send);
        let after = plan.pass(Point::Mark);
        assert!(
            tokio::time::timeout(std::time::Duration::from_millis(5), after)
                .await
                .is_err()
        );
        assert_eq!(plan.passes()[&Point::Send], 2);
    }

    #[tokio::test]
    async fn without_a_plan_every_point_is_passed() {
        for point in Point::ALL {
            CrashPlan::default().pass(*point).await;
            assert_eq!(point.name().parse::<Point>().as_ref(), Ok(point));
        }
    }
}
