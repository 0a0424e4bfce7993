//! Undoes an import of units within a day, as long as nothing has happened to them since.

use std::collections::HashSet;

use serde_json::json;

use super::audit::who;
use super::import_units::save;
use super::{Error, Result, Service};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::ids::UnitId;
use crate::domain::import::{NoUndo, Past, UNDO, undo};
use crate::domain::unit::UnitTree;
use crate::store::{Conn, UnitImport};

impl Service {
    /// Tells of an import whether it could be undone now.
    ///
    /// # Errors
    /// When the database does not answer; within, why it could not.
    pub async fn may_undo(&self, import: &UnitImport) -> Result<Result<(), NoUndo>> {
        if self.now() - import.at >= UNDO {
            return Ok(Err(NoUndo::TooLate));
        }
        let mut conn = self.store.read().await?;
        let tree = UnitTree::new(conn.units().await?).map_err(Error::broken)?;
        let contacts = conn.contacts(None).await?;
        let in_use = in_use(&mut conn, import).await?;
        let past = past(import, &in_use);
        Ok(undo(past, &tree, &contacts, self.now(), "").map(|_| ()))
    }

    /// Undoes an import: its new units end, and what it changed or closed begins anew as it was.
    ///
    /// # Errors
    /// When whoever asks may not, there is no such import, or it cannot be undone any more.
    pub async fn undo_import(&self, actor: &Actor, id: i64, reason: &str) -> Result<()> {
        permit(actor, Deed::ImportUnits)?;
        let now = self.now();
        let mut tx = self.store.begin().await?;
        // One change of units at a time, each over what the last left.
        tx.hold_audit_head().await?;
        let import = tx.unit_import(id).await?.ok_or(Error::Missing("import"))?;
        let before = UnitTree::new(tx.units().await?).map_err(Error::broken)?;
        let contacts = tx.contacts(None).await?;
        let in_use = in_use(&mut tx, &import).await?;
        let (change, contacts) = undo(past(&import, &in_use), &before, &contacts, now, reason)?;
        save(&mut tx, &before, &change).await?;
        tx.put_contacts(&contacts).await?;
        tx.mark_import_undone(id, now).await?;
        let subject = format!("import:{id}");
        let detail = json!({ "ended": change.ended.len(), "begun": change.begun.len() });
        self.audit(&mut tx, &who(actor), "undo_import", &subject, detail)
            .await?;
        tx.commit().await?;
        self.forget_tree();
        self.changed.notify_one();
        Ok(())
    }
}

fn past<'a>(import: &'a UnitImport, in_use: &'a HashSet<UnitId>) -> Past<'a> {
    Past {
        at: import.at,
        is_undone: import.undone.is_some(),
        trail: &import.trail,
        in_use,
    }
}

async fn in_use(conn: &mut Conn, import: &UnitImport) -> Result<HashSet<UnitId>> {
    let added = import.trail.added();
    Ok(conn.units_in_use(&added).await?.into_iter().collect())
}
