//! Hands one shift over to the next: notes, what lies on the desk, and who took it.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::audit::who;
use super::error::Fault;
use super::incident::account;
use super::{Error, Result, Service};
use crate::domain::access::Actor;
use crate::domain::ids::UnitId;
use crate::domain::screen::screen;
use crate::domain::text::clean_lines;
use crate::domain::unit::Unit;
use crate::store::{Conn, OpenDesk};

/// The most characters of a note.
pub const NOTE: usize = 500;

/// What lay on the desk when a shift was taken over, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Desk {
    /// The numbers of the incidents that were open.
    pub incidents: Vec<i64>,
    /// The units whose reports were overdue or missing in the last day.
    pub unmet: Vec<i64>,
    /// How many letters had failed.
    pub failed: i64,
    /// The notes: who wrote them, and what they say.
    pub notes: Vec<(String, String)>,
}

impl Service {
    /// Leaves a note for the next shift; it is screened first.
    ///
    /// # Errors
    /// [`Error::Denied`] and [`Error::Missing`] where the actor keeps no roster, [`Error::Invalid`] for an empty note.
    pub async fn note_for_next(&self, actor: &Actor, unit: UnitId, text: &str) -> Result<()> {
        let text = screen(&clean_lines(text)).text;
        if text.is_empty() {
            return Err(Error::invalid("note", Fault::Empty));
        }
        if text.chars().count() > NOTE {
            return Err(Error::invalid("note", Fault::TooLong(NOTE)));
        }
        let mut tx = self.store.begin().await?;
        self.kept_unit(&mut tx, actor, unit).await?;
        tx.add_duty_note(unit, &text, account(actor)?, self.now()).await?;
        self.audit(
            &mut tx,
            &who(actor),
            "duty_note",
            &format!("unit:{unit}"),
            json!({}),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes the shift over: what lies on the desk now is kept with the name of whoever took it.
    ///
    /// # Errors
    /// As [`Service::note_for_next`].
    pub async fn take_over(&self, actor: &Actor, unit: UnitId) -> Result<i64> {
        let mut tx = self.store.begin().await?;
        let unit = self.kept_unit(&mut tx, actor, unit).await?;
        let desk = self.desk_now(&mut tx, &unit).await?;
        let text = serde_json::to_string(&desk).map_err(Error::broken)?;
        let id = tx
            .add_handover(unit.id, &text, account(actor)?, self.now())
            .await?;
        let detail = json!({ "handover": id, "incidents": desk.incidents, "unmet": desk.unmet.len(),
            "failed": desk.failed, "notes": desk.notes.len() });
        self.audit(
            &mut tx,
            &who(actor),
            "take_over",
            &format!("unit:{}", unit.id),
            detail,
        )
        .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Gives what lies on the desk of a unit now.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn desk_now(&self, conn: &mut Conn, unit: &Unit) -> Result<Desk> {
        let OpenDesk {
            incidents,
            unmet,
            failed,
        } = conn.open_desk(&unit.path, self.now()).await?;
        let last = conn.handovers(unit.id).await?.into_iter().next();
        let notes = conn.duty_notes(unit.id, last.map(|last| last.at)).await?;
        Ok(Desk {
            incidents,
            unmet,
            failed,
            notes: notes.into_iter().map(|note| (note.by, note.text)).collect(),
        })
    }
}
