//! Changes how a unit is reached.

use std::collections::HashMap;

use serde_json::json;

use super::audit::who;
use super::{Error, Result, Service};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::ids::UnitId;
use crate::domain::import::{Column, Record, read};
use crate::domain::unit::{Contacts, Unit};

impl Service {
    /// Puts the post, phone and addresses of a unit in place of what they were: several addresses with a comma, a blank
    /// or a line between them. The same again changes nothing.
    ///
    /// # Errors
    /// When whoever asks may not, there is no such unit, or [`Error::Rows`] says which cells are no contacts.
    pub async fn keep_contacts(&self, actor: &Actor, id: UnitId, cells: &[(Column, String)]) -> Result<()> {
        let scope = permit(actor, Deed::KeepContacts)?;
        let tree = self.tree().await?;
        let unit = tree.get(id).filter(|unit| scope.covers(&unit.path));
        let after = contacts_of(unit.ok_or(Error::Missing("unit"))?, cells)?;
        let mut tx = self.store.begin().await?;
        // Who changes a unit goes after whoever imports or undoes.
        tx.hold_audit_head().await?;
        let before = tx.contacts(Some(&[id])).await?.remove(&id).unwrap_or_default();
        let changed = changed(&before, &after);
        if changed.is_empty() {
            tx.rollback().await?;
            return Ok(());
        }
        tx.put_contacts(&HashMap::from([(id, after)])).await?;
        let (subject, detail) = (format!("unit:{id}"), json!({ "changed": changed }));
        self.audit(&mut tx, &who(actor), "keep_contacts", &subject, detail)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Reads cells as an import would.
fn contacts_of(unit: &Unit, cells: &[(Column, String)]) -> Result<Contacts> {
    let mut head = vec![Column::Name.en().to_owned()];
    let mut row = vec![unit.name.to_string()];
    for (column, cell) in cells.iter().filter(|(column, _)| column.is_contact()) {
        head.push(column.en().to_owned());
        row.push(cell.clone());
    }
    let table = [Record { row: 1, cells: head }, Record { row: 2, cells: row }];
    let rows = read(&table)?;
    let none = Contacts::default();
    Ok(rows.first().map_or(none.clone(), |row| row.reach.over(&none)))
}

/// Names what is different; never what it was, for nothing can be taken out of the log.
fn changed(before: &Contacts, after: &Contacts) -> Vec<&'static str> {
    let all = [
        (Column::DutyPost, before.duty_post != after.duty_post),
        (Column::Phone, before.phone != after.phone),
        (Column::Reporter, before.reporter != after.reporter),
        (Column::Backup, before.backup != after.backup),
        (Column::Head, before.head != after.head),
    ];
    let different = all.into_iter().filter(|(_, differs)| *differs);
    different.map(|(column, _)| column.en()).collect()
}
