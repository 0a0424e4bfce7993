//! Uses one-time links and slips; a wrong one counts against the address it comes from.

use std::sync::Arc;

use super::Place;
use crate::domain::ids::DeviceId;
use crate::service::{Begun, Entry, Result, Service};

/// Signs in by a one-time link. Gives the session; `None` when the link is used up, expired or wrong.
///
/// # Errors
/// When the address has to wait, or the database does not answer.
pub async fn follow(service: &Service, token: &str, place: Place<'_>) -> Result<Option<Begun>> {
    let entry = entry("link", place.address);
    service.knock(&entry).await?;
    let session = service.use_link(token, place.browser).await?;
    if session.is_some() {
        service.let_in(&entry).await?;
    }
    Ok(session)
}

/// Sends whoever forgot his password a link to set a new one. The answer comes before it is known whether there is such
/// an account; every try counts, so that nobody's mailbox is filled.
///
/// # Errors
/// When the account or the address has to wait, or the database does not answer.
pub async fn recover(service: &Arc<Service>, login: &str, address: &str) -> Result<()> {
    let login = crate::service::normal_login(login);
    service
        .knock(&Entry {
            door: "recover",
            address: address.to_owned(),
            account: Some(login.clone()),
            browser: None,
        })
        .await?;
    let service = service.clone();
    tokio::spawn(async move {
        if let Err(error) = service.recover(&login).await {
            tracing::error!(%error, "a link to set a password could not be sent");
        }
    });
    Ok(())
}

/// Binds a workstation by the code of a slip, in place of what it was before if it was bound. Gives its token; `None`
/// when the code is wrong, used up or expired.
///
/// # Errors
/// When the address has to wait, or the database does not answer.
pub async fn bind(
    service: &Service,
    code: &str,
    label: &str,
    before: Option<DeviceId>,
    address: &str,
) -> Result<Option<String>> {
    let entry = entry("slip", address);
    service.knock(&entry).await?;
    let token = service.bind(code, label, before).await?;
    if token.is_some() {
        service.let_in(&entry).await?;
    }
    Ok(token)
}

/// Binds a workstation by the code of a slip to one more unit. Tells whether the code was good.
///
/// # Errors
/// As [`bind`].
pub async fn bind_also(service: &Service, code: &str, device: DeviceId, address: &str) -> Result<bool> {
    let entry = entry("slip", address);
    service.knock(&entry).await?;
    let is_good = service.bind_also(code, device).await?;
    if is_good {
        service.let_in(&entry).await?;
    }
    Ok(is_good)
}

fn entry(door: &'static str, address: &str) -> Entry {
    Entry {
        door,
        address: address.to_owned(),
        account: None,
        browser: None,
    }
}
