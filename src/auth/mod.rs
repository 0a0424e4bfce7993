//! Knows how somebody proves who he is: passwords, one-time links, slips, and the tokens that follow from them.
//!
//! * `password.rs` — argon2id behind a gate, and signing in with it
//! * `browser.rs` — the mark of a browser in which somebody has signed in before
//! * `code.rs` — codes of second factors, counted like passwords
//! * `once.rs` — one-time links and slips, counted like passwords
//! * here — who stands behind the token of another system

mod browser;
mod code;
mod once;
mod password;

use std::net::IpAddr;

pub use browser::mark;
pub use code::prove;
pub use once::{bind, bind_also, follow, recover};
pub use password::{Change, change_password, set_password, sign_in};

/// The network address of whoever sends a request, behind the proxies that are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// Where somebody signs in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place<'a> {
    /// The network address.
    pub address: &'a str,
    /// Which browser it is, such as `Chrome, Windows`.
    pub browser: &'a str,
    /// What the browser says of a former sign-in; see [`mark()`].
    pub mark: Option<&'a str>,
}

use crate::domain::access::Actor;
use crate::service::{Pass, Result, Service};

/// Tells which system shows a token, such as `ac_…`; `None` when it opens nothing or no longer does.
///
/// # Errors
/// When the database does not answer.
pub async fn token(service: &Service, text: &str) -> Result<Option<Actor>> {
    let visitor = service.visitor(Pass::Token, text.trim()).await?;
    Ok(visitor.map(|v| v.actor.clone()))
}

/// Tells which workstation shows the cookie of a bound one; `None` when it is not, or no longer, bound.
///
/// # Errors
/// When the database does not answer.
pub async fn device(service: &Service, text: &str) -> Result<Option<Actor>> {
    let visitor = service.visitor(Pass::Device, text.trim()).await?;
    Ok(visitor.map(|v| v.actor.clone()))
}
