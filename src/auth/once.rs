//! Uses one-time links and slips; a wrong one counts against the address it comes from.

use crate::service::{Entry, Result, Service};

/// Signs in by a one-time link. Gives the session's token; `None` when the link is used up, expired or wrong.
///
/// # Errors
/// When the address has to wait, or the database does not answer.
pub async fn follow(service: &Service, token: &str, address: &str) -> Result<Option<String>> {
    let entry = entry("link", address);
    service.knock(&entry).await?;
    let session = service.use_link(token).await?;
    if session.is_some() {
        service.let_in(&entry).await?;
    }
    Ok(session)
}

/// Binds a workstation by the code of a slip. Gives its token; `None` when the code is wrong, used up or expired.
///
/// # Errors
/// When the address has to wait, or the database does not answer.
pub async fn bind(service: &Service, code: &str, label: &str, address: &str) -> Result<Option<String>> {
    let entry = entry("slip", address);
    service.knock(&entry).await?;
    let token = service.bind(code, label).await?;
    if token.is_some() {
        service.let_in(&entry).await?;
    }
    Ok(token)
}

fn entry(door: &'static str, address: &str) -> Entry {
    Entry {
        door,
        address: address.to_owned(),
        account: None,
    }
}
