//! Knows passwords: argon2id with 19 MiB, two passes, one lane, and only a few at a time.

use std::sync::atomic::Ordering;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::{Place, browser};
use crate::domain::access::Actor;
use crate::domain::ids::AccountId;
use crate::domain::password::{LONGEST, PasswordFault};
use crate::service::{Begun, Entry, Error, FirstProof, Result, Service};
use crate::store::Account;

/// How many passwords are hashed at a time: each takes 19 MiB and a core.
static GATE: Semaphore = Semaphore::const_new(2);

/// A hash that no password fits, so that an unknown name takes as long as a known one.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGlzIGhlcmU$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Signs in with a login and a password. Gives the session, which may await more.
///
/// A wrong password, an unknown name, an account without a password and one that is locked or expired all give `None`
/// after the same time.
///
/// # Errors
/// When the account or the address has to wait, or the database does not answer.
pub async fn sign_in(
    service: &Service,
    login: &str,
    password: &str,
    place: Place<'_>,
) -> Result<Option<Begun>> {
    let login = crate::service::normal_login(login);
    let entry = Entry {
        door: "password",
        address: place.address.to_owned(),
        browser: browser::known(service, &login, place.mark),
        account: Some(login.clone()),
    };
    service.knock(&entry).await?;
    let account = service.account_by_login(&login).await?;
    let kept = account.as_ref().and_then(|a| a.password.clone());
    let right = verify(service, password.to_owned(), kept).await;
    let known = account.as_ref().map(|a| a.id);
    let account = account.filter(|a| right && a.is_open(service.now()));
    let Some(account) = account else {
        tracing::info!(address = place.address, "sign-in refused");
        service.refuse_sign_in(known, "password", place.address).await?;
        return Ok(None);
    };
    service.let_in(&entry).await?;
    let proof = FirstProof {
        how: "password",
        browser: place.browser,
    };
    service.begin_by(account.id, proof).await
}

/// Checks a new password and keeps its hash; the account's sessions end.
///
/// # Errors
/// When whoever asks may not, or the database does not answer; the inner error when the password will not do.
pub async fn set_password(
    service: &Service,
    actor: &Actor,
    account: AccountId,
    login: &str,
    password: &str,
) -> Result<Result<(), PasswordFault>> {
    match make(service, account, login, password).await? {
        Ok(made) => Ok(Ok(service.set_password(actor, account, Some(&made)).await?)),
        Err(fault) => Ok(Err(fault)),
    }
}

/// What an account holder says to change his password.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The hash of the session in which he does.
    pub session: &'a str,
    /// Asked for unless the session awaits a new password or there is none yet.
    pub present: Option<&'a str>,
    pub new: &'a str,
    /// The network address.
    pub address: &'a str,
}

/// Changes an account holder's own password. Gives the session in place of his others; `None` when the present one is
/// wrong.
///
/// # Errors
/// When the account or the address has to wait, or the database does not answer; the inner error when the new password
/// will not do.
pub async fn change_password(
    service: &Service,
    account: &Account,
    change: Change<'_>,
) -> Result<Result<Option<Begun>, PasswordFault>> {
    if let Some(present) = change.present {
        let entry = Entry {
            door: "change",
            address: change.address.to_owned(),
            account: Some(account.login.clone()),
            browser: None,
        };
        service.knock(&entry).await?;
        if !verify(service, present.to_owned(), account.password.clone()).await {
            return Ok(Ok(None));
        }
        service.let_in(&entry).await?;
    }
    match make(service, account.id, &account.login, change.new).await? {
        Ok(made) => Ok(Ok(Some(service.set_own_password(change.session, &made).await?))),
        Err(fault) => Ok(Err(fault)),
    }
}

/// Checks a new password and makes its hash.
async fn make(
    service: &Service,
    account: AccountId,
    login: &str,
    password: &str,
) -> Result<Result<String, PasswordFault>> {
    let profile = service.settings.access.passwords;
    if let Err(fault) = profile.check(login, password) {
        return Ok(Err(fault));
    }
    for kept in service.kept_passwords(account).await? {
        if verify(service, password.to_owned(), Some(kept)).await {
            return Ok(Err(PasswordFault::Former(profile.kept())));
        }
    }
    let password = password.to_owned();
    let made = at_the_gate(move || hash(&password)).await.flatten();
    let made = made.ok_or_else(|| Error::broken("a password could not be hashed"))?;
    Ok(Ok(made))
}

/// Tells whether a password fits a hash; without a hash it takes as long and never fits.
async fn verify(service: &Service, password: String, kept: Option<String>) -> bool {
    if password.len() > LONGEST {
        return false;
    }
    service.passwords_tested.fetch_add(1, Ordering::Relaxed);
    let tested = at_the_gate(move || fits(&password, kept.as_deref()));
    tested.await.unwrap_or(false)
}

fn fits(password: &str, kept: Option<&str>) -> bool {
    let fits = PasswordHash::new(kept.unwrap_or(NOBODY))
        .is_ok_and(|hash| argon().verify_password(password.as_bytes(), &hash).is_ok());
    kept.is_some() && fits
}

async fn at_the_gate<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let _held = GATE.acquire().await.ok()?;
    tokio::task::spawn_blocking(work).await.ok()
}

fn hash(password: &str) -> Option<String> {
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).ok()?;
    let hash = argon().hash_password(password.as_bytes(), &salt).ok()?;
    Some(hash.to_string())
}

fn argon() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_its_own_hash_only() {
        let kept = hash("汛期值班-2026").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(fits("汛期值班-2026", Some(&kept)));
        assert!(!fits("汛期值班-2025", Some(&kept)));
        assert!(!fits("", None));
    }

    #[test]
    fn an_unknown_name_costs_what_a_known_one_does() {
        let (nobody, kept) = (PasswordHash::new(NOBODY).unwrap(), hash("x").unwrap());
        let known = PasswordHash::new(&kept).unwrap();
        assert_eq!(
            (nobody.algorithm, &nobody.params),
            (known.algorithm, &known.params)
        );
        let length = |hash: &PasswordHash<'_>| hash.hash.unwrap().len();
        assert_eq!(length(&nobody), length(&known));
    }
}
