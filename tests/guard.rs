//! Holds that nothing is forgotten and nothing gets out: the chain of deeds, redaction, retention, keys.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod support;

#[path = "guard/chain.rs"]
mod chain;
#[path = "guard/key.rs"]
mod key;
#[path = "guard/redact.rs"]
mod redact;
#[path = "guard/retention.rs"]
mod retention;

use support::{Day, Fresh, House, Site, incident, on_both, urgent};
