//! Knows second factors: one-time codes by RFC 6238, each taken once, and recovery codes for the day the phone is lost.

use chrono::TimeDelta;
use serde_json::json;
use totp_rs::{Builder, Secret, Totp};

use super::signin::Begun;
use super::{Error, Result, Service, secret, token_hash};
use crate::domain::access::Stage;
use crate::domain::ids::AccountId;
use crate::store::{Session, Tx};

/// How long the setting up may take.
const PATIENCE: TimeDelta = TimeDelta::hours(1);
/// How many recovery codes there are.
const CODES: usize = 10;
/// Bytes of a secret, as RFC 4226 recommends.
const SECRET: usize = 20;

/// A second factor that is being set up.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The secret as people type it.
    pub secret: String,
    /// What a QR code carries.
    pub address: String,
}

/// What a right code gives.
#[derive(Debug, Clone)]
pub struct Proven {
    /// The session in place of the one that awaited it; `None` when it was whole before.
    pub begun: Option<Begun>,
    /// The recovery codes, after the first right code: they are shown once.
    pub recovery: Vec<String>,
}

impl Service {
    /// Gives the second factor that an account is setting up; looking begins nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn enrolment(&self, account: AccountId) -> Result<Option<Enrolment>> {
        let mut conn = self.store.read().await?;
        let Some(known) = conn.account(account).await? else {
            return Ok(None);
        };
        let factor = conn.factor(account).await?;
        let Some(factor) = factor.filter(|f| !f.is_confirmed && self.now() - f.begun < PATIENCE) else {
            return Ok(None);
        };
        let bytes = self.keys.open(&place(account), &factor.secret)?;
        let secret = Secret::from(bytes).to_base32();
        let issuer = encode(&self.settings.service.name);
        let address = format!(
            "otpauth://totp/{issuer}:{}?secret={secret}&issuer={issuer}",
            encode(&known.login)
        );
        Ok(Some(Enrolment { secret, address }))
    }

    /// Begins to set up a second factor; one that is confirmed has to be given up first.
    ///
    /// # Errors
    /// When there is one, or the database does not answer.
    pub async fn begin_factor(&self, account: AccountId) -> Result<()> {
        let bytes: [u8; SECRET] = rand::random();
        let sealed = self.keys.seal(&place(account), &bytes)?;
        let mut tx = self.store.begin().await?;
        if tx
            .factor(account)
            .await?
            .is_some_and(|factor| factor.is_confirmed)
        {
            return Err(Error::Already("set up"));
        }
        tx.begin_factor(account, &sealed, self.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Tests a code: of the factor, or while it stands in for it, a recovery code. `None` when it is wrong or was used.
    ///
    /// The first right code of a factor confirms it and gives recovery codes. A session that awaited it goes on.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn prove_code(&self, session: &str, typed: &str) -> Result<Option<Proven>> {
        let mut tx = self.store.begin().await?;
        let Some(session) = tx.session(session).await? else {
            return Ok(None);
        };
        let account = session.account;
        let Some(factor) = tx.factor(account).await? else {
            return Ok(None);
        };
        let by = self
            .code_is_right(&mut tx, &session, &factor.secret, factor.is_confirmed, typed)
            .await?;
        let Some(by) = by else {
            tx.rollback().await?;
            return Ok(None);
        };
        let mut recovery = Vec::new();
        if !factor.is_confirmed {
            recovery = new_codes(&mut tx, account).await?;
        }
        let done = session.awaits.unwrap_or(Stage::Code);
        let begun = match session.awaits {
            Some(Stage::Code | Stage::Enrol) => self.next_session(&mut tx, &session, done).await?,
            _ => None,
        };
        let deed = if factor.is_confirmed {
            "prove_code"
        } else {
            "set_up_factor"
        };
        let actor = format!("account:{account}");
        self.audit(&mut tx, &actor, deed, &actor, json!({ "by": by }))
            .await?;
        tx.commit().await?;
        Ok(Some(Proven { begun, recovery }))
    }

    async fn code_is_right(
        &self,
        tx: &mut Tx,
        session: &Session,
        sealed: &str,
        is_confirmed: bool,
        typed: &str,
    ) -> Result<Option<&'static str>> {
        let account = session.account;
        let bytes = self.keys.open(&place(account), sealed)?;
        let digits: String = typed.chars().filter(char::is_ascii_digit).take(12).collect();
        let seconds = u64::try_from(self.now().timestamp()).unwrap_or_default();
        if let Some(step) = totp(bytes)?.check(&digits, seconds) {
            let step = i64::try_from(step).unwrap_or(i64::MAX);
            let is_fresh = tx.take_step(account, step, self.now()).await?;
            return Ok(is_fresh.then_some("code"));
        }
        let Some(letters) = secret::read_code(typed).filter(|_| is_confirmed) else {
            return Ok(None);
        };
        let used = tx
            .use_recovery_code(account, &token_hash(&letters), self.now())
            .await?;
        Ok(used.then_some("recovery code"))
    }

    /// Makes new recovery codes in place of those that are left.
    ///
    /// # Errors
    /// When the account has no second factor, or the database does not answer.
    pub async fn renew_recovery_codes(&self, account: AccountId) -> Result<Vec<String>> {
        let mut tx = self.store.begin().await?;
        if !tx
            .factor(account)
            .await?
            .is_some_and(|factor| factor.is_confirmed)
        {
            return Err(Error::Missing("factor"));
        }
        let codes = new_codes(&mut tx, account).await?;
        let actor = format!("account:{account}");
        self.audit(&mut tx, &actor, "renew_recovery_codes", &actor, json!({}))
            .await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// Gives up an account's own second factor.
    ///
    /// # Errors
    /// When one of its roles asks for one, or the database does not answer.
    pub async fn give_up_factor(&self, account: AccountId) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let grants = tx.grants(account).await?;
        let mut roles = grants.iter().map(|granted| granted.role);
        if self.settings.access.asks_factor(&mut roles) {
            return Err(Error::Already("required"));
        }
        tx.drop_factor(account).await?;
        let actor = format!("account:{account}");
        self.audit(&mut tx, &actor, "give_up_factor", &actor, json!({}))
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Makes recovery codes and keeps their hashes.
async fn new_codes(tx: &mut Tx, account: AccountId) -> Result<Vec<String>> {
    let codes: Vec<String> = (0..CODES).map(|_| secret::code()).collect();
    let hash = |code: &String| token_hash(&secret::read_code(code).unwrap_or_default());
    let hashes: Vec<String> = codes.iter().map(hash).collect();
    tx.put_recovery_codes(account, &hashes).await?;
    Ok(codes)
}

fn totp(secret: Vec<u8>) -> Result<Totp> {
    let built = Builder::new().with_secret(secret).build();
    built.map_err(|error| Error::broken(format!("a secret of one-time codes: {error:?}")))
}

/// Gives the place for which the secret of an account is sealed.
pub(super) fn place(account: AccountId) -> String {
    format!("factor {account}")
}

/// Writes a text for an address, as RFC 3986 has it.
fn encode(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let byte = |b: u8| match plain(b) {
        true => char::from(b).to_string(),
        false => format!("%{b:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // The secret of its appendix B; the last six of its eight digits.
        let known = totp(b"12345678901234567890".to_vec()).unwrap();
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (2_000_000_000, "279037"),
        ] {
            assert_eq!(known.check(code, seconds), Some(seconds / 30));
            assert_eq!(
                known.check(code, seconds + 30),
                Some(seconds / 30),
                "a clock may be slow"
            );
            assert_eq!(known.check(code, seconds + 90), None);
        }
        assert_eq!(known.check("", 59), None);
    }

    #[test]
    fn an_address_holds_no_sign_of_its_own() {
        assert_eq!(encode("duty-1 县&?"), "duty-1%20%E5%8E%BF%26%3F");
    }
}
