//! Knows every setting: where it comes from, what it may be, and how it is shown.
//!
//! - `settings`: the settings themselves, one struct a section; `database`: which one it is
//! - `layers`: defaults < file < environment < command line; names that are no settings
//! - `read`: takes one setting out of the layers; `value`: durations, sizes, networks
//! - `web`: how much, how long, and under which protection clients may talk
//! - `watch`: how an outside monitor watches; `preset`: what providers of mail ask for
//! - `access`: who may hold which roles, what passwords must be
//! - `retention`: how long what people wrote is kept
//! - `check`: what must hold between settings, and what an administrator should know
//! - `show`: the settings in force, without their secrets
//! - `key`: the keys of receipts and links; `data`: lists that come with the program
//!
//! All that is wrong with a configuration is said at once, in [`Faults`], whose words are in `i18n/config`.

mod access;
mod check;
mod data;
mod database;
mod faults;
mod key;
mod layers;
mod preset;
mod read;
mod retention;
mod settings;
mod show;
mod value;
mod watch;
mod web;

pub use access::Access;
pub use database::{Database, Engine};
pub use faults::Faults;
pub use key::{MasterKey, add_key, keys};
pub use layers::{DEFAULTS, Origin, Sources};
pub use retention::Retention;
pub use settings::{
    Chase, Classes, Duty, Holidays, Intake, Log, Mail, Seal, Service, Session, Settings, Urgent,
};
pub use value::{Like, LogFormat, Network, Setting, Size, Span, Tls};
pub use watch::{Heartbeat, Metrics};
pub use web::{TlsFiles, Web};

#[cfg(test)]
mod tests;
