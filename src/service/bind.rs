//! Binds workstations to their units by one-time slips.

use serde_json::json;

use super::audit::who;
use super::error::Fault;
use super::{Error, Result, Service, secret, token_hash};
use crate::domain::access::{Actor, Deed, Scope, permit};
use crate::domain::ids::{DeviceId, UnitId};
use crate::domain::screen::screen;
use crate::domain::text::clean_line;
use crate::domain::time::Timestamp;
use crate::store::{NewSlip, Way};

/// A slip as it is printed; its code is nowhere else.
#[derive(Debug, Clone)]
pub struct Slip {
    pub unit: UnitId,
    /// In groups: `7K2M-0QXT-9ZVB-4HEC`.
    pub code: String,
    /// The address behind its QR code.
    pub link: String,
    pub expires: Timestamp,
}

/// The most characters of a label.
pub(super) const LABEL: usize = 60;

/// Cleans a line and checks that it holds something and not too much.
pub(super) fn line(field: &'static str, typed: &str, most: usize) -> Result<String> {
    let text = screen(&clean_line(typed)).text;
    match text.chars().count() {
        0 => Err(Error::invalid(field, Fault::Empty)),
        n if n > most => Err(Error::invalid(field, Fault::TooLong(most))),
        _ => Ok(text),
    }
}

impl Service {
    /// Makes one slip for each of some units; what they have of older ones that nobody used is worth nothing then.
    ///
    /// # Errors
    /// When whoever asks may not manage the workstations of one of them, or a unit does not exist.
    pub async fn issue_slips(&self, actor: &Actor, units: &[UnitId]) -> Result<Vec<Slip>> {
        let scope = permit(actor, Deed::ManageDevices)?;
        let tree = self.tree().await?;
        let now = self.now();
        let expires = now + self.settings.session.slip.delta();
        let mut slips = Vec::with_capacity(units.len());
        let mut kept = Vec::with_capacity(units.len());
        for unit in units {
            let known = tree.get(*unit).filter(|u| scope.covers(&u.path));
            known.ok_or(Error::Missing("unit"))?;
            let code = secret::code();
            let letters = secret::read_code(&code).unwrap_or_default();
            kept.push(NewSlip {
                unit_id: unit.0,
                code_hash: token_hash(&letters),
            });
            slips.push(Slip {
                unit: *unit,
                link: format!("{}/slip?c={code}", self.settings.service.base_url),
                code,
                expires,
            });
        }
        let mut tx = self.store.begin().await?;
        tx.add_slips(&kept, Way::Paper, now, expires).await?;
        let detail = json!({ "units": units.iter().map(|u| u.0).collect::<Vec<_>>() });
        self.audit(&mut tx, &who(actor), "issue_slips", "slips", detail)
            .await?;
        tx.commit().await?;
        Ok(slips)
    }

    /// Gives the unit that a slip would bind to; looking changes nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn slip(&self, typed: &str) -> Result<Option<UnitId>> {
        let Some(letters) = secret::read_code(typed) else {
            return Ok(None);
        };
        let mut conn = self.store.read().await?;
        Ok(conn.slip(&token_hash(&letters), self.now()).await?)
    }

    /// Uses a slip up and binds a workstation. Gives its token; `None` when the code is wrong, used or expired.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn bind(&self, typed: &str, label: &str) -> Result<Option<String>> {
        let Some(letters) = secret::read_code(typed) else {
            return Ok(None);
        };
        let (token, now) = (secret::token(), self.now());
        let label: String = screen(&clean_line(label)).text.chars().take(LABEL).collect();
        let mut tx = self.store.begin().await?;
        let Some(unit) = tx.use_slip(&token_hash(&letters), now).await? else {
            tx.rollback().await?;
            return Ok(None);
        };
        let id = tx.add_device(unit, &label, &token_hash(&token), now).await?;
        let (actor, subject) = (format!("device:{id}"), format!("unit:{unit}"));
        self.audit(&mut tx, &actor, "bind", &subject, json!({})).await?;
        tx.commit().await?;
        Ok(Some(token))
    }

    /// Unbinds a workstation.
    ///
    /// # Errors
    /// When whoever asks may not, or there is no such workstation in his reach.
    pub async fn unbind(&self, actor: &Actor, device: DeviceId) -> Result<()> {
        let scope = permit(actor, Deed::ManageDevices)?;
        let tree = self.tree().await?;
        let mut tx = self.store.begin().await?;
        let unit = tx.end_device(device, self.now()).await?;
        // That of a unit that has ended is still somebody's.
        let reached = unit.is_some_and(|unit| match tree.get(unit) {
            Some(unit) => scope.covers(&unit.path),
            None => scope == Scope::Whole,
        });
        if !reached {
            tx.rollback().await?;
            return Err(Error::Missing("device"));
        }
        self.audit(
            &mut tx,
            &who(actor),
            "unbind",
            &format!("device:{device}"),
            json!({}),
        )
        .await?;
        tx.commit().await?;
        self.forget_visitors();
        Ok(())
    }
}
