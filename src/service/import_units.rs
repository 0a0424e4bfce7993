//! Imports a table of units: all or nothing, and the same table again changes nothing.

use serde_json::json;

use super::audit::who;
use super::{Error, Result, Service};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::ids::UnitId;
use crate::domain::import::{Plan, Record, Trail, named, plan, read};
use crate::domain::screen::screen;
use crate::domain::text::clean_line;
use crate::domain::time::local_day;
use crate::domain::unit::{Change, Unit, UnitTree};
use crate::store::{NewImport, NewVersion, Tx};

/// What an import does, or would do.
#[derive(Debug, Clone)]
pub struct Imported {
    /// What is added, changed, closed and left.
    pub plan: Plan,
    /// The units before it, to name those that the plan speaks of.
    pub before: UnitTree,
}

impl Service {
    /// Tells what importing a table would change, and changes nothing.
    ///
    /// # Errors
    /// When whoever asks may not, or the table has faults.
    pub async fn preview_units(&self, actor: &Actor, table: &[Record]) -> Result<Imported> {
        permit(actor, Deed::ImportUnits)?;
        let rows = read(table).map_err(|faults| named(faults, table))?;
        let today = local_day(self.now(), self.settings.service.zone);
        let mut conn = self.store.read().await?;
        let before = UnitTree::new(conn.units().await?).map_err(Error::broken)?;
        let contacts = conn.contacts(None).await?;
        let plan = plan(&rows, &before, &contacts, today).map_err(|faults| named(faults, table))?;
        Ok(Imported { plan, before })
    }

    /// Imports a table. One fault anywhere, and nothing changes.
    ///
    /// # Errors
    /// When whoever asks may not, or the table has faults.
    pub async fn import_units(&self, actor: &Actor, table: &[Record], reason: &str) -> Result<Imported> {
        let reason = &screen(&clean_line(reason)).text;
        permit(actor, Deed::ImportUnits)?;
        let rows = read(table).map_err(|faults| named(faults, table))?;
        let now = self.now();
        let mut tx = self.store.begin().await?;
        // Two imports at once go one after the other, the second over what the first left.
        tx.hold_audit_head().await?;
        let before = UnitTree::new(tx.units().await?).map_err(Error::broken)?;
        let contacts = tx.contacts(None).await?;
        let today = local_day(now, self.settings.service.zone);
        let plan = plan(&rows, &before, &contacts, today).map_err(|faults| named(faults, table))?;
        if plan.is_empty() {
            tx.rollback().await?;
            return Ok(Imported { plan, before });
        }
        let ids = tx.add_units(plan.added.len(), now).await?;
        let change = plan.change(&before, &ids, now, reason).map_err(Error::broken)?;
        save(&mut tx, &before, &change).await?;
        let reached = plan.contacts(&ids);
        tx.put_contacts(&reached).await?;
        let import = NewImport {
            by: &actor.label,
            counts: [plan.added.len(), plan.changed.len(), plan.closed.len()],
            reason,
            trail: &Trail::new(&change, &contacts, &reached),
        };
        tx.add_unit_import(import, now).await?;
        let detail = json!({
            "added": plan.added.len(), "changed": plan.changed.len(), "closed": plan.closed.len(),
            "unchanged": plan.unchanged.len(), "absent": plan.absent.len(), "reason": reason,
        });
        self.audit(&mut tx, &who(actor), "import_units", "units", detail)
            .await?;
        tx.commit().await?;
        self.forget_tree();
        self.changed.notify_one();
        Ok(Imported { plan, before })
    }
}

/// Writes a change of units: who ends, who begins or stands otherwise, who came from whom.
pub(super) async fn save(tx: &mut Tx, before: &UnitTree, change: &Change) -> Result<()> {
    let after = change.apply(before).map_err(Error::broken)?;
    let gone: Vec<UnitId> = before.gone(&after);
    if !gone.is_empty() {
        tx.end_versions(&gone, change.at).await?;
    }
    let versions: Vec<NewVersion> = before.altered(&after).into_iter().map(version).collect();
    if !versions.is_empty() {
        tx.put_versions(&versions, change.at).await?;
    }
    for row in &change.lineage {
        let (from, to) = (row.predecessor, row.successor);
        tx.add_lineage(row.kind.code(), from, to, row.at, &row.reason)
            .await?;
    }
    Ok(())
}

fn version(unit: &Unit) -> NewVersion {
    NewVersion {
        unit_id: unit.id.0,
        parent_id: unit.parent.map(|parent| parent.0),
        path: unit.path.as_str().to_owned(),
        code: unit.code.as_ref().map(|code| code.as_str().to_owned()),
        name: unit.name.to_string(),
        kind: unit.kind.code().to_owned(),
    }
}
