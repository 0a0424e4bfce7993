//! Counts tries at doors that test a secret, and begins and ends sessions.

use serde_json::json;

use super::{Error, Result, Service, secret, token_hash};
use crate::domain::access::{Lacks, Stage};
use crate::domain::ids::AccountId;
use crate::domain::throttle::Patience;
use crate::store::{Account, NewSession, Session, Tx};

/// A door that tests a secret, and whoever tries it.
#[derive(Debug, Clone)]
pub struct Entry {
    /// `password`, `link`, `slip`.
    pub door: &'static str,
    /// The network address that the try comes from.
    pub address: String,
    /// The login that is tried, for doors that ask for one.
    pub account: Option<String>,
    /// The mark of a browser in which that account has signed in before: it is counted apart, so that a stranger who
    /// tries the name elsewhere does not shut the door for whoever it belongs to.
    pub browser: Option<String>,
}

/// How whoever comes by a link to set his password proved who he is.
pub(super) const INVITATION: &str = "invitation";

/// How somebody proved who he is.
#[derive(Debug, Clone, Copy)]
pub struct FirstProof<'a> {
    /// `password`, `link`, `invitation`.
    pub how: &'a str,
    /// Which browser it is, such as `Chrome, Windows`.
    pub browser: &'a str,
}

/// A session that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    pub token: String,
    /// What it waits for before it opens anything.
    pub awaits: Option<Stage>,
}

impl Entry {
    /// Gives what is counted: a name is kept as a hash, so that a mistyped password in its place is not.
    fn subjects(&self) -> Vec<(String, Patience)> {
        let browser = self.browser.as_deref().unwrap_or_default();
        let named = |login: &String| format!("account:{}", &token_hash(&format!("{login} {browser}"))[..24]);
        let account = self
            .account
            .as_ref()
            .map(|login| (named(login), Patience::ACCOUNT));
        let address = (format!("address:{}", self.address), Patience::ADDRESS);
        account.into_iter().chain([address]).collect()
    }
}

impl Service {
    /// Counts a try at a door as a failure, before the secret is tested; see [`Self::let_in`].
    ///
    /// # Errors
    /// [`Error::Wait`] when the door is shut for the account or the address.
    pub async fn knock(&self, entry: &Entry) -> Result<()> {
        let now = self.now();
        let mut tx = self.store.begin().await?;
        for (subject, patience) in entry.subjects() {
            let known = tx.hold_throttle(entry.door, &subject).await?;
            match patience.count(known, now) {
                Ok(record) => tx.put_throttle(entry.door, &subject, record).await?,
                Err(wait) => {
                    tx.rollback().await?;
                    let seconds = u32::try_from(wait.num_seconds() + 1).unwrap_or(u32::MAX);
                    return Err(Error::Wait { seconds });
                }
            }
        }
        tx.drop_old_throttles(now - Patience::ACCOUNT.memory).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Counts a failure that has happened, at a door where whoever has the right secret is never kept waiting.
    ///
    /// # Errors
    /// [`Error::Wait`] when there were too many from this address.
    pub async fn stumble(&self, door: &'static str, address: &str) -> Result<()> {
        self.knock(&Entry {
            door,
            address: address.to_owned(),
            account: None,
            browser: None,
        })
        .await
    }

    /// Takes back the count of a try that turned out to be right.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn let_in(&self, entry: &Entry) -> Result<()> {
        let mut tx = self.store.begin().await?;
        for (subject, _) in entry.subjects() {
            if subject.starts_with("account:") {
                tx.drop_throttle(entry.door, &subject).await?;
            } else if let Some(mut record) = tx.hold_throttle(entry.door, &subject).await? {
                // Others behind the same address keep their failures.
                record.failures = record.failures.saturating_sub(1);
                record.until = record.until.min(self.now());
                tx.put_throttle(entry.door, &subject, record).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Records that a sign-in was refused. Of an unknown name nothing is kept: a password may have been typed in its place.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn refuse_sign_in(&self, account: Option<AccountId>, by: &str, address: &str) -> Result<()> {
        let subject = account.map_or("account:unknown".to_owned(), |id| format!("account:{id}"));
        let mut tx = self.store.begin().await?;
        let detail = json!({ "by": by, "address": address });
        self.audit(&mut tx, "service", "refuse_sign_in", &subject, detail)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Begins a whole session of an account, asking for nothing more. Gives its token.
    ///
    /// # Errors
    /// When the account is locked or expired, or the database does not answer.
    pub async fn begin_session(&self, account: AccountId, how: &str) -> Result<String> {
        let mut tx = self.store.begin().await?;
        let proof = FirstProof { how, browser: "" };
        let begun = self.add_session(&mut tx, account, proof, None).await?;
        tx.commit().await?;
        begun.map(|begun| begun.token).ok_or(Error::Missing("account"))
    }

    /// Begins the session of an account whose first secret was right; it may await more. `None` when the account is
    /// locked or expired.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn begin_by(&self, account: AccountId, proof: FirstProof<'_>) -> Result<Option<Begun>> {
        let mut tx = self.store.begin().await?;
        let begun = self.first_session(&mut tx, account, proof).await?;
        tx.commit().await?;
        Ok(begun)
    }

    /// Begins a session after the first proof, in a transaction of the caller.
    pub(super) async fn first_session(
        &self,
        tx: &mut Tx,
        account: AccountId,
        proof: FirstProof<'_>,
    ) -> Result<Option<Begun>> {
        let Some(known) = tx.account(account).await? else {
            return Ok(None);
        };
        let lacks = self.lacks(tx, &known, proof).await?;
        self.add_session(tx, account, proof, Stage::next(lacks)).await
    }

    /// Goes on after what a session awaited was done: it ends, and one that awaits what comes next begins in its place.
    pub(super) async fn next_session(
        &self,
        tx: &mut Tx,
        before: &Session,
        done: Stage,
    ) -> Result<Option<Begun>> {
        let Some(known) = tx.account(before.account).await? else {
            return Ok(None);
        };
        let proof = FirstProof {
            how: &before.how,
            browser: &before.browser,
        };
        let mut lacks = self.lacks(tx, &known, proof).await?;
        // A password comes last: whoever sets one has proved what he can.
        lacks.proved_factor = true;
        lacks.needs_password &= done != Stage::Password;
        tx.end_session(&before.hash, self.now()).await?;
        self.forget_visitor(&before.hash);
        self.add_session(tx, before.account, proof, Stage::next(lacks))
            .await
    }

    async fn lacks(&self, tx: &mut Tx, account: &Account, proof: FirstProof<'_>) -> Result<Lacks> {
        let access = &self.settings.access;
        let factor = tx.factor(account.id).await?;
        let grants = tx.grants(account.id).await?;
        let over = || access.passwords.is_over(account.password_at, self.now());
        Ok(Lacks {
            has_factor: factor.is_some_and(|factor| factor.is_confirmed),
            needs_factor: access.asks_factor(grants.iter().map(|g| g.role)),
            proved_factor: false,
            needs_password: proof.how == INVITATION || (proof.how == "password" && over()),
        })
    }

    /// Adds a session. Only one that awaits nothing is a sign-in.
    async fn add_session(
        &self,
        tx: &mut Tx,
        account: AccountId,
        proof: FirstProof<'_>,
        awaits: Option<Stage>,
    ) -> Result<Option<Begun>> {
        let token = secret::token();
        let hash = token_hash(&token);
        let new = NewSession {
            hash: &hash,
            how: proof.how,
            browser: proof.browser,
            awaits,
        };
        if !tx.add_session(account, new, self.now()).await? {
            return Ok(None);
        }
        if awaits.is_none() {
            let actor = format!("account:{account}");
            self.audit(tx, &actor, "sign_in", &actor, json!({ "by": proof.how }))
                .await?;
        }
        Ok(Some(Begun { token, awaits }))
    }

    /// Ends a session by its token's hash.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end_session(&self, hash: &str) -> Result<()> {
        let mut tx = self.store.begin().await?;
        if let Some(account) = tx.end_session(hash, self.now()).await? {
            let actor = format!("account:{account}");
            self.audit(&mut tx, &actor, "sign_out", &actor, json!({})).await?;
        }
        tx.commit().await?;
        self.forget_visitor(hash);
        Ok(())
    }
}
