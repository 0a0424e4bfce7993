//! Records an unannounced call to the duty phone of a unit, and picks one by lot.

use serde_json::json;

use super::audit::who;
use super::error::Fault;
use super::{Error, NOTE, Result, Service};
use crate::domain::access::{Actor, Deed, Denied, Identity, permit};
use crate::domain::ids::UnitId;
use crate::domain::screen::screen;
use crate::domain::text::clean_line;
use crate::domain::unit::Unit;

/// What came of a spot check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpotResult {
    /// Whoever is on duty answered.
    OnDuty,
    /// Somebody else did.
    SomebodyElse,
    /// Nobody did.
    NoAnswer,
}

impl SpotResult {
    /// Every result.
    pub const ALL: [Self; 3] = [Self::OnDuty, Self::SomebodyElse, Self::NoAnswer];

    /// Gives the text by which it is stored and sent.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OnDuty => "on_duty",
            Self::SomebodyElse => "somebody_else",
            Self::NoAnswer => "no_answer",
        }
    }

    /// Reads what [`Self::code`] gives.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|result| result.code() == code)
    }
}

impl Service {
    /// Records a spot check of a unit.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::Missing`] for a unit that the actor may not check, [`Error::Invalid`] for a note that
    /// is too long.
    pub async fn spot_check(
        &self,
        actor: &Actor,
        unit: UnitId,
        result: SpotResult,
        note: &str,
    ) -> Result<()> {
        let scope = permit(actor, Deed::Judge)?;
        let Identity::Account(by) = actor.identity else {
            return Err(Error::Denied(Denied(Deed::Judge)));
        };
        let tree = self.tree().await?;
        let known = tree.get(unit).filter(|unit| scope.covers(&unit.path));
        known.ok_or(Error::Missing("unit"))?;
        let note = screen(&clean_line(note)).text;
        if note.chars().count() > NOTE {
            return Err(Error::invalid("note", Fault::TooLong(NOTE)));
        }
        let note = (!note.is_empty()).then_some(note.as_str());
        let mut tx = self.store.begin().await?;
        tx.add_spot_check(unit, result.code(), note, by, self.now())
            .await?;
        let detail = json!({ "result": result.code() });
        let subject = format!("unit:{unit}");
        self.audit(&mut tx, &who(actor), "spot_check", &subject, detail)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Draws by lot a unit without units below it that the actor may check, another than the one drawn before.
    ///
    /// # Errors
    /// [`Error::Denied`]; [`Error::Missing`] when there is none.
    pub async fn draw(&self, actor: &Actor, not: Option<UnitId>) -> Result<UnitId> {
        let scope = permit(actor, Deed::Judge)?;
        let tree = self.tree().await?;
        let fits = |unit: &&Unit| {
            scope.covers(&unit.path) && tree.children(unit.id).next().is_none() && Some(unit.id) != not
        };
        let units: Vec<UnitId> = tree.iter().filter(fits).map(|unit| unit.id).collect();
        let drawn = (!units.is_empty()).then(|| rand::random_range(0..units.len()));
        drawn
            .and_then(|place| units.get(place).copied())
            .ok_or(Error::Missing("unit"))
    }
}
