//! The JSON API of other systems: `/api/v1`, with a token for a unit and all below it, or a workstation's own.
//!
//! * `router.rs` — the one table of addresses
//! * `caller.rs` — whose token it is, and in which language he reads
//! * `body.rs`, `json.rs`, `fields.rs` — a body of bounded size, read strictly: every fault is named at once
//! * `query.rs` — what stands behind the `?`
//! * `problem.rs` — why not, as RFC 9457 has it
//! * `view.rs` — the shapes of answers
//! * `check_in.rs`, `roll_up.rs`, `incident.rs`, `receipt.rs`, `obligation.rs`, `round.rs`, `bulletin.rs` — the addresses

mod body;
mod bulletin;
mod caller;
mod check_in;
mod fields;
mod incident;
mod json;
mod obligation;
mod problem;
mod query;
mod receipt;
mod roll_up;
mod round;
mod router;
mod view;

use std::sync::Arc;

pub use problem::Problem;
pub use router::router;

use crate::service::Service;

/// What every address has at hand.
type App = Arc<Service>;
