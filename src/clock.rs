//! Knows what time it is: the only place that reads a clock, with a twin that is set by hand.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;

use crate::domain::time::{Timestamp, from_millis, to_millisecond};

/// Tells the time, in whole milliseconds.
pub trait Clock: Debug + Send + Sync + 'static {
    /// Gives the present instant.
    fn now(&self) -> Timestamp;
}

/// A clock that is handed around.
pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

impl Clock for System {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the wall clock is read"
    )]
    fn now(&self) -> Timestamp {
        to_millisecond(chrono::Utc::now())
    }
}

/// A clock that stands still until somebody moves it.
#[derive(Debug)]
pub struct Settable(AtomicI64);

impl Settable {
    /// Makes a clock that stands at an instant.
    pub fn at(now: Timestamp) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(now.timestamp_millis())))
    }

    /// Sets the clock.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.timestamp_millis(), Ordering::SeqCst);
    }

    /// Moves the clock.
    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }
}

impl Clock for Settable {
    fn now(&self) -> Timestamp {
        from_millis(self.0.load(Ordering::SeqCst)).unwrap_or_default()
    }
}
