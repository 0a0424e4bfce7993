//! Map of `mail`: one staged SMTP client, what it sends, and a mail server for the demo.
//!
//! | file | knows |
//! |---|---|
//! | `relay` | the settings of a mail relay and its time limits |
//! | `wire` | the stream under a session: TCP, TLS, STARTTLS, the greeting |
//! | `session` | one conversation, stage by stage |
//! | `client` | sending one letter, on a kept or a new session |
//! | `probe` | trying a relay and telling what it says at each stage |
//! | `render` | the words of every letter, from its facts |
//! | `message` | turning a draft into the bytes of a mail |
//! | `contain` | keeping a panic to the delivery in which it happens |
//! | `sink`, `mailbox`, `manner` | the loopback mail server of the demo and of simulations, what it received, how it behaves |
//!
//! lettre supplies the conversation (commands, replies, AUTH, dot-stuffing) and the MIME builder; its pool, its
//! connect and its STARTTLS are not used, see `client` and `wire` for why.

pub mod client;
pub mod contain;
pub mod mailbox;
pub mod manner;
pub mod message;
pub mod probe;
pub mod relay;
pub mod render;
mod session;
pub mod sink;
mod wire;

pub use client::Client;
pub use contain::{Panicked, contain};
pub use mailbox::{Mailbox, Received};
pub use manner::{Friendly, Manner};
pub use message::{BuildError, Draft, build};
pub use probe::{Probe, Step};
pub use relay::{Limits, Login, Relay, RelayError, Tls, authorities};
pub use render::{RenderError, render};
pub use sink::Sink;
