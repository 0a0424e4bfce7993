//! Knows how somebody proves who he is: passwords, one-time links, slips, and the tokens that follow from them.
//!
//! * `password.rs` — argon2id behind a gate, and signing in with it
//! * `once.rs` — one-time links and slips, counted like passwords
//! * here — who stands behind the token of another system

mod once;
mod password;

pub use once::{bind, follow};
pub use password::{PasswordFault, set_password, sign_in};

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
