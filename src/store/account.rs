//! Knows accounts and what they are granted.

use super::obligation::instant;
use super::{Conn, Error, Result, Tx, on};
use crate::domain::access::Role;
use crate::domain::ids::{AccountId, UnitId};
use crate::domain::language::Lang;
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitPath;

/// A person's account, named by the post that it stands for.
#[derive(Debug, Clone)]
pub struct Account {
    pub id: AccountId,
    /// What is typed to sign in; normalised.
    pub login: String,
    /// The post.
    pub label: String,
    /// Where letters about the account go.
    pub address: Option<String>,
    pub language: Lang,
    /// An argon2id hash in PHC format; `None`: signs in by link only.
    pub password: Option<String>,
    /// Grows when a password, role or lock changes: whatever began under an earlier one has ended.
    pub epoch: i64,
    pub locked: Option<Timestamp>,
    /// When the password was set.
    pub password_at: Option<Timestamp>,
    /// From then on it opens nothing.
    pub expires: Option<Timestamp>,
    /// The last sign-in.
    pub signed_in: Option<Timestamp>,
    pub created: Timestamp,
}

impl Account {
    /// Tells whether it opens anything at an instant: neither locked nor expired.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.locked.is_none() && self.expires.is_none_or(|end| now < end)
    }

    /// Tells since when nobody has signed in; since it was made, if nobody ever has.
    pub fn idle_since(&self) -> Timestamp {
        self.signed_in.unwrap_or(self.created)
    }
}

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub login: String,
    pub label: String,
    pub address: Option<String>,
    pub language: Lang,
}

/// One role of an account, over a unit or for the whole service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    pub role: Role,
    pub unit: Option<UnitId>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    login: String,
    label: String,
    address: Option<String>,
    language: String,
    password: Option<String>,
    epoch: i64,
    locked_at: Option<i64>,
    password_at: Option<i64>,
    expires_at: Option<i64>,
    signed_in_at: Option<i64>,
    created_at: i64,
}

impl TryFrom<Row> for Account {
    type Error = Error;
    fn try_from(row: Row) -> Result<Self> {
        let maybe = |column, ms: Option<i64>| ms.map(|ms| instant("account", column, row.id, ms)).transpose();
        Ok(Self {
            locked: maybe("locked_at", row.locked_at)?,
            password_at: maybe("password_at", row.password_at)?,
            expires: maybe("expires_at", row.expires_at)?,
            signed_in: maybe("signed_in_at", row.signed_in_at)?,
            created: instant("account", "created_at", row.id, row.created_at)?,
            id: AccountId(row.id),
            language: row
                .language
                .parse()
                .map_err(|_| Error::broken("account", "language", row.id, &row.language))?,
            login: row.login,
            label: row.label,
            address: row.address,
            password: row.password,
            epoch: row.epoch,
        })
    }
}

macro_rules! columns {
    ($rest:literal) => {
        concat!(
            "SELECT id, login, label, address, language, password, epoch, locked_at, password_at, expires_at,
                signed_in_at, created_at FROM account ",
            $rest
        )
    };
}

impl Conn {
    /// Gives the post of the account that letters to an address belong to.
    pub async fn post_of(&mut self, address: &str) -> Result<Option<String>> {
        const SQL: &str = "SELECT label FROM account WHERE address = $1 ORDER BY id LIMIT 1";
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(address).fetch_optional(c).await)?)
    }

    /// Gives the addresses of the leaders and duty officers over a unit, by where it stands.
    pub async fn responsible_for(&mut self, path: &UnitPath) -> Result<Vec<String>> {
        const SQL: &str = "SELECT DISTINCT a.address FROM account a JOIN role_grant g ON g.account_id = a.id
            WHERE a.address IS NOT NULL AND a.locked_at IS NULL AND g.role IN ('leader', 'duty_officer')
              AND $1 LIKE '%/' || g.unit_id || '/%' ORDER BY a.address";
        let path = path.as_str();
        Ok(on!(self, c => sqlx::query_scalar(SQL).bind(path).fetch_all(c).await)?)
    }

    /// Gives an account.
    pub async fn account(&mut self, id: AccountId) -> Result<Option<Account>> {
        const SQL: &str = columns!("WHERE id = $1");
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(id.0).fetch_optional(c).await)?;
        row.map(Account::try_from).transpose()
    }

    /// Finds an account by its normalised login.
    pub async fn account_by_login(&mut self, login: &str) -> Result<Option<Account>> {
        const SQL: &str = columns!("WHERE login = $1");
        let row: Option<Row> = on!(self, c => sqlx::query_as(SQL).bind(login).fetch_optional(c).await)?;
        row.map(Account::try_from).transpose()
    }

    /// Gives all accounts, ordered by login.
    pub async fn accounts(&mut self) -> Result<Vec<Account>> {
        const SQL: &str = columns!("ORDER BY login");
        let rows: Vec<Row> = on!(self, c => sqlx::query_as(SQL).fetch_all(c).await)?;
        rows.into_iter().map(Account::try_from).collect()
    }

    /// Gives the roles of all accounts, in the order in which they were granted.
    pub async fn all_grants(&mut self) -> Result<Vec<(AccountId, Granted)>> {
        const SQL: &str = "SELECT id, account_id, role, unit_id FROM role_grant ORDER BY id";
        let rows: Vec<(i64, i64, String, Option<i64>)> =
            on!(self, c => sqlx::query_as(SQL).fetch_all(c).await)?;
        rows.into_iter()
            .map(|(id, account, role, unit)| Ok((AccountId(account), granted(id, &role, unit)?)))
            .collect()
    }

    /// Gives the roles of an account.
    pub async fn grants(&mut self, account: AccountId) -> Result<Vec<Granted>> {
        const SQL: &str = "SELECT id, role, unit_id FROM role_grant WHERE account_id = $1 ORDER BY id";
        let rows: Vec<(i64, String, Option<i64>)> =
            on!(self, c => sqlx::query_as(SQL).bind(account.0).fetch_all(c).await)?;
        rows.into_iter()
            .map(|(id, role, unit)| granted(id, &role, unit))
            .collect()
    }
}

fn granted(id: i64, role: &str, unit: Option<i64>) -> Result<Granted> {
    let known = role.parse();
    Ok(Granted {
        role: known.map_err(|_| Error::broken("role_grant", "role", id, role))?,
        unit: unit.map(UnitId),
    })
}

impl Tx {
    /// Makes an account without a password and without roles.
    ///
    /// A login that is taken is refused by the constraint `account_login`.
    pub async fn add_account(&mut self, new: &NewAccount, now: Timestamp) -> Result<AccountId> {
        const SQL: &str = "INSERT INTO account (login, label, address, language, epoch, created_at)
            VALUES ($1, $2, $3, $4, 1, $5) RETURNING id";
        let id: i64 = on!(self, c => sqlx::query_scalar(SQL).bind(&new.login).bind(&new.label)
            .bind(&new.address).bind(new.language.tag()).bind(now.timestamp_millis()).fetch_one(c).await)?;
        Ok(AccountId(id))
    }

    /// Grants a role, once.
    pub async fn grant(&mut self, account: AccountId, granted: Granted, now: Timestamp) -> Result<()> {
        const SQL: &str = "INSERT INTO role_grant (account_id, role, unit_id, granted_at)
            SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT 1 FROM role_grant
                WHERE account_id = $1 AND role = $2 AND COALESCE(unit_id, 0) = COALESCE($3, 0))";
        let (role, unit) = (granted.role.code(), granted.unit.map(|u| u.0));
        on!(self, c => sqlx::query(SQL).bind(account.0).bind(role).bind(unit).bind(now.timestamp_millis())
            .execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Takes a role away. Gives whether it was there.
    pub async fn revoke(&mut self, account: AccountId, granted: Granted) -> Result<bool> {
        const SQL: &str = "DELETE FROM role_grant
            WHERE account_id = $1 AND role = $2 AND COALESCE(unit_id, 0) = COALESCE($3, 0)";
        let (role, unit) = (granted.role.code(), granted.unit.map(|u| u.0));
        let gone = on!(self, c => sqlx::query(SQL).bind(account.0).bind(role).bind(unit)
            .execute(c).await.map(|d| d.rows_affected()))?;
        Ok(gone > 0)
    }

    /// Sets the password's hash, or takes it away.
    pub async fn set_password(
        &mut self,
        account: AccountId,
        hash: Option<&str>,
        now: Timestamp,
    ) -> Result<()> {
        const SQL: &str = "UPDATE account SET password = $2, password_at = $3 WHERE id = $1";
        let at = hash.map(|_| now.timestamp_millis());
        on!(self, c => sqlx::query(SQL).bind(account.0).bind(hash).bind(at).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Sets when an account expires, or that it does not.
    pub async fn set_expiry(&mut self, account: AccountId, expires: Option<Timestamp>) -> Result<()> {
        const SQL: &str = "UPDATE account SET expires_at = $2 WHERE id = $1";
        let at = expires.map(|t| t.timestamp_millis());
        on!(self, c => sqlx::query(SQL).bind(account.0).bind(at).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Sets where letters about an account go, and in which language.
    pub async fn set_address(
        &mut self,
        account: AccountId,
        address: Option<&str>,
        language: Lang,
    ) -> Result<()> {
        const SQL: &str = "UPDATE account SET address = $2, language = $3 WHERE id = $1";
        on!(self, c => sqlx::query(SQL).bind(account.0).bind(address).bind(language.tag())
            .execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Locks an account, or unlocks it.
    pub async fn set_lock(&mut self, account: AccountId, locked: Option<Timestamp>) -> Result<()> {
        const SQL: &str = "UPDATE account SET locked_at = $2 WHERE id = $1";
        let at = locked.map(|t| t.timestamp_millis());
        on!(self, c => sqlx::query(SQL).bind(account.0).bind(at).execute(c).await.map(|_| ()))?;
        Ok(())
    }

    /// Ends whatever began under the present epoch of an account: its sessions and its unused links.
    pub async fn end_epoch(&mut self, account: AccountId, now: Timestamp) -> Result<()> {
        const EPOCH: &str = "UPDATE account SET epoch = epoch + 1 WHERE id = $1";
        const LINKS: &str = "UPDATE sign_in_link SET used_at = $2 WHERE account_id = $1 AND used_at IS NULL";
        let at = now.timestamp_millis();
        on!(self, c => sqlx::query(EPOCH).bind(account.0).execute(c).await.map(|_| ()))?;
        on!(self, c => sqlx::query(LINKS).bind(account.0).bind(at).execute(c).await.map(|_| ()))?;
        Ok(())
    }
}
