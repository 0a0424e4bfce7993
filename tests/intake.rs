//! Reports on their way in, through the whole service, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

#[path = "intake/alerts.rs"]
mod alerts;
#[path = "intake/amendments.rs"]
mod amendments;
#[path = "intake/crowd.rs"]
mod crowd;
#[path = "intake/deadlines.rs"]
mod deadlines;
#[path = "intake/others.rs"]
mod others;
#[path = "intake/proofs.rs"]
mod proofs;
