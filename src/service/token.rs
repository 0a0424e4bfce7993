//! Gives other systems their tokens, and ends them.

use chrono::TimeDelta;
use serde_json::json;

use super::audit::who;
use super::bind::{LABEL, line};
use super::{Error, Result, Service, secret, token_hash};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::ids::UnitId;
use crate::store::{NewToken, TokenScope};

/// The longest that a token of another system is good.
const LONGEST: TimeDelta = TimeDelta::days(3660);

impl Service {
    /// Makes the token of another system, which reports for a unit and all below it, or only reads. It is shown once.
    ///
    /// # Errors
    /// When whoever asks may not manage accounts, or the unit does not exist.
    pub async fn issue_token(
        &self,
        actor: &Actor,
        label: &str,
        (unit, scope): (UnitId, TokenScope),
        good_for: TimeDelta,
    ) -> Result<String> {
        permit(actor, Deed::ManageAccounts)?;
        let label = line("label", label, LABEL)?;
        self.tree().await?.get(unit).ok_or(Error::Missing("unit"))?;
        let (token, now) = (secret::api_token(), self.now());
        let mut tx = self.store.begin().await?;
        let new = NewToken {
            hash: &token_hash(&token),
            label: &label,
            unit,
            scope,
            expires: now + good_for.min(LONGEST),
        };
        let id = tx.add_api_token(new, now).await?;
        let detail = json!({ "unit": unit.0, "label": label, "scope": scope.code() });
        let subject = format!("token:{id}");
        self.audit(&mut tx, &who(actor), "issue_token", &subject, detail)
            .await?;
        tx.commit().await?;
        Ok(token)
    }

    /// Ends the token of another system.
    ///
    /// # Errors
    /// When whoever asks may not, or it has ended before.
    pub async fn end_token(&self, actor: &Actor, id: i64) -> Result<()> {
        permit(actor, Deed::ManageAccounts)?;
        let mut tx = self.store.begin().await?;
        if !tx.end_api_token(id, self.now()).await? {
            return Err(Error::Missing("token"));
        }
        self.audit(
            &mut tx,
            &who(actor),
            "end_token",
            &format!("token:{id}"),
            json!({}),
        )
        .await?;
        tx.commit().await?;
        self.forget_visitors();
        Ok(())
    }
}
