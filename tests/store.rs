//! The contract of the store: what callers rely on, method by method, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

#[path = "store/access.rs"]
mod access;
#[path = "store/alert.rs"]
mod alert;
#[path = "store/board.rs"]
mod board;
#[path = "store/broken.rs"]
mod broken;
#[path = "store/bulletin.rs"]
mod bulletin;
#[path = "store/chase.rs"]
mod chase;
#[path = "store/checkin.rs"]
mod checkin;
#[path = "store/class.rs"]
mod class;
#[path = "store/complete.rs"]
mod complete;
#[path = "store/ground.rs"]
mod ground;
#[path = "store/incident.rs"]
mod incident;
#[path = "store/letter.rs"]
mod letter;
#[path = "store/lock.rs"]
mod lock;
#[path = "store/measure.rs"]
mod measure;
#[path = "store/obligation.rs"]
mod obligation;
#[path = "store/outbox.rs"]
mod outbox;
#[path = "store/pages.rs"]
mod pages;
#[path = "store/plan.rs"]
mod plan;
#[path = "store/plans.rs"]
mod plans;
#[path = "store/post.rs"]
mod post;
#[path = "store/retention.rs"]
mod retention;
#[path = "store/roster.rs"]
mod roster;
#[path = "store/tail.rs"]
mod tail;
#[path = "store/unit.rs"]
mod unit;
#[path = "store/unit_import.rs"]
mod unit_import;
#[path = "store/vitals.rs"]
mod vitals;
#[path = "store/whole.rs"]
mod whole;
