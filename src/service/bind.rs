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
use crate::store::{NewSlip, Tx, Way};

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

    /// Uses a slip up and binds a workstation, in place of what it was before if it was bound: that reports for nobody
    /// from now on. Gives its token; `None` when the code is wrong, used or expired.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn bind(&self, typed: &str, label: &str, before: Option<DeviceId>) -> Result<Option<String>> {
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
        if let Some(before) = before {
            let units = tx.units_of_device(before).await?;
            self.end_device(&mut tx, &format!("device:{before}"), before, &units)
                .await?;
        }
        let id = tx.add_device(unit, &label, &token_hash(&token), now).await?;
        self.audit_bound(&mut tx, id, unit).await?;
        tx.commit().await?;
        if before.is_some() {
            self.forget_visitors();
        }
        Ok(Some(token))
    }

    /// Uses a slip up and binds a workstation to its unit beside those that it reports for. Its token stays, so an answer
    /// that is lost on the way locks nobody out. Tells whether the code was good.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn bind_also(&self, typed: &str, device: DeviceId) -> Result<bool> {
        let Some(letters) = secret::read_code(typed) else {
            return Ok(false);
        };
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let bound = tx.units_of_device(device).await?;
        let unit = match bound.is_empty() {
            // It was unbound a moment ago: the slip is good for another.
            true => None,
            false => tx.use_slip(&token_hash(&letters), now).await?,
        };
        let Some(unit) = unit else {
            tx.rollback().await?;
            return Ok(false);
        };
        tx.add_device_unit(device, unit, now).await?;
        self.audit_bound(&mut tx, device, unit).await?;
        tx.commit().await?;
        self.forget_visitors();
        Ok(true)
    }

    async fn audit_bound(&self, tx: &mut Tx, device: DeviceId, unit: UnitId) -> Result<()> {
        let (actor, subject) = (format!("device:{device}"), format!("unit:{unit}"));
        self.audit(tx, &actor, "bind", &subject, json!({})).await
    }

    /// Unbinds a workstation from some of its units, in the name of whoever does it.
    async fn end_device(&self, tx: &mut Tx, actor: &str, device: DeviceId, units: &[UnitId]) -> Result<()> {
        let now = self.now();
        for unit in units {
            tx.end_device_unit(device, *unit, now).await?;
        }
        let detail = json!({ "units": units.iter().map(|unit| unit.0).collect::<Vec<_>>() });
        self.audit(tx, actor, "unbind", &format!("device:{device}"), detail)
            .await
    }

    /// Unbinds a workstation from one unit, or from all of its units that whoever asks may manage.
    ///
    /// # Errors
    /// When whoever asks may not, or it is bound to no such unit in his reach.
    pub async fn unbind(&self, actor: &Actor, device: DeviceId, only: Option<UnitId>) -> Result<()> {
        let scope = permit(actor, Deed::ManageDevices)?;
        let tree = self.tree().await?;
        let mut tx = self.store.begin().await?;
        let mut units = tx.units_of_device(device).await?;
        units.retain(|unit| only.is_none_or(|only| only == *unit));
        // That of a unit that has ended is still somebody's.
        units.retain(|unit| match tree.get(*unit) {
            Some(unit) => scope.covers(&unit.path),
            None => scope == Scope::Whole,
        });
        if units.is_empty() {
            tx.rollback().await?;
            return Err(Error::Missing("device"));
        }
        self.end_device(&mut tx, &who(actor), device, &units).await?;
        tx.commit().await?;
        self.forget_visitors();
        Ok(())
    }
}
