//! Reports on their way in, through the whole service, on both databases.

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
