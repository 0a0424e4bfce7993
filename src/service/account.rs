//! Makes accounts, grants and takes roles, sets passwords, locks; each ends what began before it.

use serde_json::json;

use super::audit::who;
use super::bind::line;
use super::error::Fault;
use super::{Error, Result, Service};
use crate::domain::access::{Actor, Deed, Denied, Grant, Identity, permit};
use crate::domain::address::Address;
use crate::domain::ids::AccountId;
use crate::domain::language::Lang;
use crate::domain::text::clean_line;
use crate::domain::time::Timestamp;
use crate::store::{Account, Granted, NewAccount, Tx};
use unicode_normalization::UnicodeNormalization;

/// The most characters of a login or a label.
const LONGEST: usize = 60;

/// Gives a login as it is stored and compared: one line, composed, small letters.
pub(crate) fn normal_login(typed: &str) -> String {
    clean_line(typed).nfkc().collect::<String>().to_lowercase()
}

impl Service {
    /// Makes an account, without a password: a link signs it in for the first time.
    ///
    /// # Errors
    /// When whoever asks may not manage accounts, the login is taken, or a field is empty or too long.
    pub async fn create_account(
        &self,
        actor: &Actor,
        new: NewAccount,
        grants: &[Granted],
    ) -> Result<AccountId> {
        permit(actor, Deed::ManageAccounts)?;
        let new = NewAccount {
            login: line("login", &normal_login(&new.login), LONGEST)?,
            label: line("label", &new.label, LONGEST)?,
            ..new
        };
        self.check_grants(grants).await?;
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let id = tx.add_account(&new, now).await.map_err(|error| {
            if error.is_constraint("account_login", "account.login") {
                return Error::Already("taken");
            }
            error.into()
        })?;
        for granted in grants {
            tx.grant(id, *granted, now).await?;
        }
        let detail = json!({ "login": new.login, "roles": roles(grants) });
        self.audit(
            &mut tx,
            &who(actor),
            "create_account",
            &format!("account:{id}"),
            detail,
        )
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Grants a role.
    ///
    /// # Errors
    /// When whoever asks may not, or the account may not hold it beside its others.
    pub async fn grant_role(&self, actor: &Actor, account: AccountId, granted: Granted) -> Result<()> {
        let mut tx = self.hold_account(actor, account).await?;
        let mut all = tx.grants(account).await?;
        all.push(granted);
        self.check_grants(&all).await?;
        tx.grant(account, granted, self.now()).await?;
        let detail = json!({ "roles": roles(&[granted]) });
        self.end_epoch(tx, actor, "grant_role", account, detail).await
    }

    /// Takes a role away.
    ///
    /// # Errors
    /// When whoever asks may not, or the account does not hold it.
    pub async fn revoke_role(&self, actor: &Actor, account: AccountId, granted: Granted) -> Result<()> {
        let mut tx = self.hold_account(actor, account).await?;
        if !tx.revoke(account, granted).await? {
            return Err(Error::Missing("role"));
        }
        let detail = json!({ "roles": roles(&[granted]) });
        self.end_epoch(tx, actor, "revoke_role", account, detail).await
    }

    /// Keeps the hash of a new password; `auth::password` makes it.
    ///
    /// # Errors
    /// When whoever asks may not, or there is no such account.
    pub async fn set_password(&self, actor: &Actor, account: AccountId, hash: Option<&str>) -> Result<()> {
        let mut tx = self.hold_account(actor, account).await?;
        self.keep_password(&mut tx, account, hash).await?;
        self.end_epoch(tx, actor, "set_password", account, json!({}))
            .await
    }

    /// Keeps the hash of a password; that of the one before is kept as long as it must not come again.
    pub(super) async fn keep_password(
        &self,
        tx: &mut Tx,
        account: AccountId,
        hash: Option<&str>,
    ) -> Result<()> {
        let now = self.now();
        let kept = i64::try_from(self.settings.access.passwords.kept()).unwrap_or_default();
        let before = tx.account(account).await?.and_then(|account| account.password);
        if let (Some(before), true) = (before, kept > 0) {
            // The present one is one of the last too.
            tx.add_former_password(account, &before, kept - 1, now).await?;
        }
        Ok(tx.set_password(account, hash, now).await?)
    }

    /// Sets until when an account is good, or that it is for good.
    ///
    /// # Errors
    /// When whoever asks may not, it is his own account, or there is no such account.
    pub async fn set_expiry(
        &self,
        actor: &Actor,
        account: AccountId,
        expires: Option<Timestamp>,
    ) -> Result<()> {
        let mut tx = self.hold_account(actor, account).await?;
        tx.set_expiry(account, expires).await?;
        let detail = json!({ "expires": expires.map(|at| at.to_rfc3339()) });
        self.end_epoch(tx, actor, "set_expiry", account, detail).await
    }

    /// Sets where letters about an account go, and in which language.
    ///
    /// # Errors
    /// When whoever asks may not, it is his own account, or there is no such account.
    pub async fn set_address(
        &self,
        actor: &Actor,
        account: AccountId,
        address: Option<&Address>,
        language: Lang,
    ) -> Result<()> {
        let mut tx = self.hold_account(actor, account).await?;
        tx.set_address(account, address.map(Address::as_str), language)
            .await?;
        self.end_epoch(tx, actor, "set_address", account, json!({})).await
    }

    /// Ends all sessions of an account.
    ///
    /// # Errors
    /// When whoever asks may not, or there is no such account.
    pub async fn end_sessions_of(&self, actor: &Actor, account: AccountId) -> Result<()> {
        let tx = self.hold_account(actor, account).await?;
        self.end_epoch(tx, actor, "end_sessions", account, json!({}))
            .await
    }

    /// Takes the second factor from an account whose holder lost it; his sessions end.
    ///
    /// # Errors
    /// When whoever asks may not, it is his own account, or there is no such account.
    pub async fn forget_factor_of(&self, actor: &Actor, account: AccountId) -> Result<()> {
        let mut tx = self.hold_account(actor, account).await?;
        tx.drop_factor(account).await?;
        self.end_epoch(tx, actor, "forget_factor", account, json!({}))
            .await
    }

    /// Locks an account, or unlocks it.
    ///
    /// # Errors
    /// When whoever asks may not, or there is no such account.
    pub async fn set_lock(&self, actor: &Actor, account: AccountId, locked: bool) -> Result<()> {
        let mut tx = self.hold_account(actor, account).await?;
        tx.set_lock(account, locked.then(|| self.now())).await?;
        let deed = if locked { "lock_account" } else { "unlock_account" };
        self.end_epoch(tx, actor, deed, account, json!({})).await
    }

    /// Finds an account by its login, as typed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn account_by_login(&self, typed: &str) -> Result<Option<Account>> {
        let mut conn = self.store.read().await?;
        Ok(conn.account_by_login(&normal_login(typed)).await?)
    }

    /// Begins a transaction about an account; nobody manages his own.
    pub(super) async fn hold_account(&self, actor: &Actor, account: AccountId) -> Result<Tx> {
        permit(actor, Deed::ManageAccounts)?;
        if actor.identity == Identity::Account(account) {
            return Err(Error::Denied(Denied(Deed::ManageAccounts)));
        }
        let mut tx = self.store.begin().await?;
        match tx.account(account).await? {
            Some(_) => Ok(tx),
            None => Err(Error::Missing("account")),
        }
    }

    async fn end_epoch(
        &self,
        mut tx: Tx,
        actor: &Actor,
        deed: &str,
        account: AccountId,
        detail: serde_json::Value,
    ) -> Result<()> {
        tx.end_epoch(account, self.now()).await?;
        self.audit(&mut tx, &who(actor), deed, &format!("account:{account}"), detail)
            .await?;
        tx.commit().await?;
        self.forget_visitors();
        Ok(())
    }

    /// Checks that roles over units name units that there are, and that one account may hold them together.
    async fn check_grants(&self, grants: &[Granted]) -> Result<()> {
        let tree = self.tree().await?;
        for granted in grants {
            let over = match granted.unit {
                Some(id) => Some(tree.get(id).ok_or(Error::Missing("unit"))?.path.clone()),
                None => None,
            };
            Grant::new(granted.role, over).map_err(|_| Error::invalid("unit", Fault::Unreadable))?;
        }
        self.settings
            .access
            .separation
            .check(grants.iter().map(|g| g.role))
            .map_err(|_| Error::invalid("role", Fault::Apart))
    }
}

fn roles(grants: &[Granted]) -> Vec<String> {
    let over = |g: &Granted| g.unit.map_or_else(String::new, |u| format!(" over unit:{u}"));
    grants.iter().map(|g| format!("{}{}", g.role, over(g))).collect()
}
