//! The JSON API against the real server on a loopback socket, on both databases.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod support;

#[path = "api/bad.rs"]
mod bad;
#[path = "api/document.rs"]
mod document;
#[path = "api/incident.rs"]
mod incident;
#[path = "api/reading.rs"]
mod reading;
#[path = "api/reporting.rs"]
mod reporting;
#[path = "api/roll_up.rs"]
mod roll_up;
#[path = "api/sweep.rs"]
mod sweep;
#[path = "api/system.rs"]
mod system;
