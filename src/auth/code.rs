//! Tests codes of second factors, counted like passwords.

use crate::domain::ids::AccountId;
use crate::service::{Entry, Proven, Result, Service};

/// Tests a code in a session; `None` when it is wrong or was used before.
///
/// # Errors
/// When the account or the address has to wait, or the database does not answer.
pub async fn prove(
    service: &Service,
    account: AccountId,
    session: &str,
    typed: &str,
    address: &str,
) -> Result<Option<Proven>> {
    let entry = Entry {
        door: "code",
        address: address.to_owned(),
        account: Some(account.to_string()),
        browser: None,
    };
    service.knock(&entry).await?;
    let proven = service.prove_code(session, typed).await?;
    match proven {
        Some(_) => service.let_in(&entry).await?,
        None => service.refuse_sign_in(Some(account), "code", address).await?,
    }
    Ok(proven)
}
