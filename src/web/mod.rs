//! The pages: complete HTML from the server; one small script improves them, none of them needs it.
//!
//! How a request travels: `server.rs` accepts it and runs it in a task of its own → `visit.rs` learns who comes, in
//! which language → `gate.rs` asks the route's door and whether the request comes from a page of ours → a page.
//!
//! * `router.rs` — the one table of routes, each with its door
//! * `server.rs`, `seats.rs`, `deadline.rs`, `peer.rs` — connections, their limits, the address behind proxies
//! * `certificate.rs` — TLS without a proxy
//! * `visit.rs`, `cookie.rs`, `gate.rs`, `origin.rs`, `kept.rs` — who comes, may he, and what he typed meanwhile
//! * `page.rs`, `failure.rs`, `headers.rs`, `assets.rs`, `form.rs`, `upload.rs` — what every page is made of
//! * `board.rs`, `unit.rs`, `outbox.rs`, `letters.rs` — the duty office
//! * `bulletin.rs` — the daily bulletins
//! * `township.rs` — the units of a parent, and the report that it owes after them
//! * `wall.rs` — the page for a large screen, opened by a link; `walls.rs` — where such links are made and revoked
//! * `alert/`, `acknowledge.rs` — leaders, and whoever has a letter
//! * `desk/` — the desk of a village: its one button, its form, its receipt
//! * `incident/` — open incidents, the story of each, and later reports on it
//! * `roster/`, `handover.rs` — who is on duty, and the change of shift
//! * `plan/` — what to do when something happens
//! * `admin/` — administration: the first steps, accounts, tokens
//! * `me.rs` — what everybody with an account does for himself
//! * `home.rs`, `signin.rs`, `halfway.rs`, `browser.rs`, `link.rs`, `slip.rs`, `language.rs`, `health.rs`, `metrics.rs` — the doors themselves
//!
//! A new page: a file here, a template under `templates/`, its words under `i18n/`, a line in `router.rs`.

mod acknowledge;
mod admin;
mod alert;
mod assets;
mod audit;
mod board;
mod browser;
mod bulletin;
mod certificate;
mod cookie;
mod deadline;
mod desk;
mod failure;
mod form;
mod gate;
mod halfway;
mod handover;
mod headers;
mod health;
mod home;
mod incident;
mod kept;
mod language;
mod leaf;
mod letters;
mod link;
mod me;
mod metrics;
mod origin;
mod outbox;
mod page;
mod peer;
mod plan;
mod redact;
mod reference;
mod roster;
mod router;
mod seats;
mod server;
mod signin;
mod slip;
mod table;
mod township;
mod unit;
mod upload;
mod visit;
mod wall;
mod walls;

use std::sync::Arc;

pub use certificate::{Certificate, Doubt, Unusable};
pub use cookie::Cookie;
pub use failure::Failure;
pub use form::Fields;
pub use page::{Page, Way, dial, html, html_with, is_local, see};
pub use router::{Route, router, table};
pub use server::serve;
pub use visit::Visit;

use crate::service::Service;

/// What every page has at hand.
pub type App = Arc<Service>;
