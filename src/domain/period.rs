//! Knows period.

mod local_time;

pub use local_time::{LocalTime, LocalTimeError};
