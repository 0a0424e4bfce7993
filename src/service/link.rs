//! One-time links: for a sign-in, an invitation, a reset, a recovery; by letter or to whoever asks on the console.

use serde_json::json;

use super::audit::who;
use super::signin::{Begun, FirstProof, INVITATION};
use super::{Error, Result, Service, secret, token_hash};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::address::Address;
use crate::domain::ids::AccountId;
use crate::domain::letter::{Details, LetterKind};
use crate::domain::time::Timestamp;
use crate::store::{Account, Purpose, Tx};

/// A link that was made.
#[derive(Debug, Clone)]
pub enum Link {
    /// It is on its way to this address.
    Mailed(String),
    /// It is nowhere else.
    Shown { link: String, expires: Timestamp },
}

impl Service {
    /// Makes a one-time link that signs an account in. Gives its address and when it expires.
    ///
    /// # Errors
    /// When whoever asks may not manage accounts, or there is no such account.
    pub async fn issue_link(&self, actor: &Actor, account: AccountId) -> Result<(String, Timestamp)> {
        permit(actor, Deed::ManageAccounts)?;
        let (token, now) = (secret::token(), self.now());
        let expires = now + self.settings.session.link.delta();
        let mut tx = self.store.begin().await?;
        if tx.account(account).await?.is_none() {
            return Err(Error::Missing("account"));
        }
        tx.add_link(account, &token_hash(&token), Purpose::Enter, now, expires)
            .await?;
        let subject = format!("account:{account}");
        self.audit(&mut tx, &who(actor), "issue_link", &subject, json!({}))
            .await?;
        tx.commit().await?;
        Ok((self.link_address(&token), expires))
    }

    /// Invites the holder of an account to set his password: by letter if it has an address, else by a link to hand on.
    ///
    /// # Errors
    /// When whoever asks may not manage accounts, or there is no such account.
    pub async fn invite(&self, actor: &Actor, account: AccountId) -> Result<Link> {
        permit(actor, Deed::ManageAccounts)?;
        let mut tx = self.store.begin().await?;
        let known = tx.account(account).await?.ok_or(Error::Missing("account"))?;
        let link = self.password_link(&mut tx, &known).await?;
        let subject = format!("account:{account}");
        self.audit(&mut tx, &who(actor), "invite", &subject, json!({}))
            .await?;
        tx.commit().await?;
        self.outgoing.notify_one();
        Ok(link)
    }

    /// Takes password, second factor and sessions from an account and invites its holder anew.
    ///
    /// # Errors
    /// When whoever asks may not, it is his own account, or there is no such account.
    pub async fn reset(&self, actor: &Actor, account: AccountId) -> Result<Link> {
        let mut tx = self.hold_account(actor, account).await?;
        let known = tx.account(account).await?.ok_or(Error::Missing("account"))?;
        tx.set_password(account, None, self.now()).await?;
        tx.drop_factor(account).await?;
        tx.end_epoch(account, self.now()).await?;
        let link = self.password_link(&mut tx, &known).await?;
        let subject = format!("account:{account}");
        self.audit(&mut tx, &who(actor), "reset_account", &subject, json!({}))
            .await?;
        tx.commit().await?;
        self.forget_visitors();
        self.outgoing.notify_one();
        Ok(link)
    }

    /// Sends whoever forgot his password a link to set a new one, if the account is open and has an address. Whoever
    /// asks learns nothing; the old password holds until the link is used.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn recover(&self, typed: &str) -> Result<()> {
        let Some(account) = self.account_by_login(typed).await? else {
            return Ok(());
        };
        if !account.is_open(self.now()) || account.address.is_none() {
            return Ok(());
        }
        let mut tx = self.store.begin().await?;
        self.password_link(&mut tx, &account).await?;
        let subject = format!("account:{}", account.id);
        self.audit(&mut tx, "service", "recover", &subject, json!({}))
            .await?;
        tx.commit().await?;
        self.outgoing.notify_one();
        Ok(())
    }

    /// Makes a link to set a password: in a letter, whose token its key and the key file tell, or in the open.
    async fn password_link(&self, tx: &mut Tx, account: &Account) -> Result<Link> {
        let now = self.now();
        let expires = now + self.settings.session.link.delta();
        let address = account
            .address
            .as_deref()
            .and_then(|text| Address::parse(text).ok());
        let Some(address) = address else {
            let token = secret::token();
            tx.add_link(account.id, &token_hash(&token), Purpose::Password, now, expires)
                .await?;
            let link = self.link_address(&token);
            return Ok(Link::Shown { link, expires });
        };
        let key = format!("s/{}/{}", account.id, uuid::Uuid::new_v4().simple());
        let hash = token_hash(&self.keys.letter_token(&key));
        tx.add_link(account.id, &hash, Purpose::Password, now, expires)
            .await?;
        let details = Details::SignIn {
            account: account.id,
            expires,
        };
        let languages = [(address.as_str().to_owned(), account.language)].into();
        let letter = self.letter(LetterKind::Account, key, &address, &languages, &details);
        tx.add_letters(&[letter], now).await?;
        Ok(Link::Mailed(address.as_str().to_owned()))
    }

    fn link_address(&self, token: &str) -> String {
        format!("{}/link/{token}", self.settings.service.base_url)
    }

    /// Gives the account that a link would sign in; looking changes nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn link(&self, token: &str) -> Result<Option<Account>> {
        let mut conn = self.store.read().await?;
        match conn.link(&token_hash(token), self.now()).await? {
            Some(id) => Ok(conn.account(id).await?.filter(|a| a.is_open(self.now()))),
            None => Ok(None),
        }
    }

    /// Uses a one-time link. Gives the session that it begins; `None` when it is used up or expired.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn use_link(&self, token: &str, browser: &str) -> Result<Option<Begun>> {
        let mut tx = self.store.begin().await?;
        let Some((account, purpose)) = tx.use_link(&token_hash(token), self.now()).await? else {
            tx.rollback().await?;
            return Ok(None);
        };
        let how = match purpose {
            Purpose::Enter => "link",
            Purpose::Password => INVITATION,
        };
        let proof = FirstProof { how, browser };
        let begun = self.first_session(&mut tx, account, proof).await?;
        match begun {
            Some(begun) => {
                tx.commit().await?;
                Ok(Some(begun))
            }
            None => {
                tx.rollback().await?;
                Ok(None)
            }
        }
    }
}
