//! Holds that nobody gets in, nothing is forgotten and nothing gets out: the chain of deeds, redaction, retention, keys,
//! TLS, connections.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod support;

#[path = "guard/bad.rs"]
mod bad;
#[path = "guard/chain.rs"]
mod chain;
#[path = "guard/key.rs"]
mod key;
#[path = "guard/redact.rs"]
mod redact;
#[path = "guard/retention.rs"]
mod retention;
#[path = "guard/screen.rs"]
mod screen;
#[path = "guard/silent.rs"]
mod silent;
#[path = "guard/throttle.rs"]
mod throttle;
#[path = "guard/tls.rs"]
mod tls;
#[path = "guard/watched.rs"]
mod watched;

use support::{Day, Fresh, House, Site, incident, on_both, urgent};
