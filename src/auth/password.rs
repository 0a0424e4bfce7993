//! Knows passwords: argon2id with 19 MiB, two passes, one lane, and only a few at a time.

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::domain::access::Actor;
use crate::domain::ids::AccountId;
use crate::service::{Entry, Error, Result, Service};

/// How many passwords are hashed at a time: each takes 19 MiB and a core.
static GATE: Semaphore = Semaphore::const_new(2);

/// A hash that no password fits, so that an unknown name takes as long as a known one.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash("").unwrap_or_default());

/// Why a new password will not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// Fewer characters than this.
    #[error("a password has at least {0} characters")]
    Short(usize),
    /// More bytes than this.
    #[error("a password has at most {0} bytes")]
    Long(usize),
    /// One that is tried first by everybody, or the login itself.
    #[error("this password is tried first by everybody who guesses")]
    Common,
}

const SHORTEST: usize = 10;
const LONGEST: usize = 500;

/// Passwords that meet the length and are guessed first.
const COMMON: [&str; 16] = [
    "1234567890",
    "0123456789",
    "12345678910",
    "123456789a",
    "a123456789",
    "qwertyuiop",
    "1q2w3e4r5t",
    "password12",
    "password123",
    "passw0rd123",
    "administrator",
    "admin12345",
    "admin123456",
    "1111111111",
    "0000000000",
    "8888888888",
];

/// Signs in with a login and a password. Gives the session's token.
///
/// A wrong password, an unknown name, an account without a password and a locked one all give `None` after the same
/// time.
///
/// # Errors
/// When the account or the address has to wait, or the database does not answer.
pub async fn sign_in(
    service: &Service,
    login: &str,
    password: &str,
    address: &str,
) -> Result<Option<String>> {
    let login = crate::service::normal_login(login);
    let entry = Entry {
        door: "password",
        address: address.to_owned(),
        account: Some(login.clone()),
    };
    service.knock(&entry).await?;
    let account = service.account_by_login(&login).await?;
    let kept = account.as_ref().and_then(|a| a.password.clone());
    let right = verify(password.to_owned(), kept).await;
    let account = account.filter(|a| right && a.locked.is_none());
    let Some(account) = account else {
        tracing::info!(address, "sign-in refused");
        return Ok(None);
    };
    service.let_in(&entry).await?;
    service.begin_session(account.id, "password").await.map(Some)
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
    if let Err(fault) = check(login, password) {
        return Ok(Err(fault));
    }
    let password = password.to_owned();
    let made = at_the_gate(move || hash(&password)).await.flatten();
    let made = made.ok_or_else(|| Error::broken("a password could not be hashed"))?;
    service.set_password(actor, account, Some(&made)).await?;
    Ok(Ok(()))
}

fn check(login: &str, password: &str) -> std::result::Result<(), PasswordFault> {
    let lower = password.to_lowercase();
    if password.chars().count() < SHORTEST {
        return Err(PasswordFault::Short(SHORTEST));
    }
    if password.len() > LONGEST {
        return Err(PasswordFault::Long(LONGEST));
    }
    let one_letter = lower.chars().all(|c| lower.starts_with(c));
    if one_letter || COMMON.contains(&lower.as_str()) || lower == crate::service::normal_login(login) {
        return Err(PasswordFault::Common);
    }
    Ok(())
}

/// Tells whether a password fits a hash; without a hash it takes as long and never fits.
async fn verify(password: String, kept: Option<String>) -> bool {
    if password.len() > LONGEST {
        return false;
    }
    let fits = at_the_gate(move || {
        let known = kept.is_some();
        let text = kept.unwrap_or_else(|| NOBODY.clone());
        let fits = PasswordHash::new(&text)
            .is_ok_and(|hash| argon().verify_password(password.as_bytes(), &hash).is_ok());
        known && fits
    });
    fits.await.unwrap_or(false)
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

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let kept = hash("汛期值班-2026").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(verify("汛期值班-2026".to_owned(), Some(kept.clone())).await);
        assert!(!verify("汛期值班-2025".to_owned(), Some(kept)).await);
        assert!(!verify(String::new(), None).await);
    }

    #[test]
    fn what_everybody_guesses_first_is_refused() {
        assert_eq!(check("duty", "short"), Err(PasswordFault::Short(10)));
        assert_eq!(check("duty", &"x".repeat(501)), Err(PasswordFault::Long(500)));
        assert_eq!(check("duty", "Password123"), Err(PasswordFault::Common));
        assert_eq!(check("duty", "aaaaaaaaaaaa"), Err(PasswordFault::Common));
        assert_eq!(
            check("duty-office-1", "Duty-Office-1"),
            Err(PasswordFault::Common)
        );
        assert_eq!(check("duty", "四面环水的村子里值夜班"), Ok(()));
    }
}
