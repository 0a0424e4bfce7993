//! Letters from the outbox to a mail server on a real socket, on both databases: whatever the server answers and
//! wherever the service stops, none is lost and none holds up another.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

#[path = "delivery/crashes.rs"]
mod crashes;
#[path = "delivery/outcomes.rs"]
mod outcomes;
#[path = "delivery/present.rs"]
mod present;
#[path = "delivery/speed.rs"]
mod speed;
mod support;
#[path = "delivery/urgent.rs"]
mod urgent;
