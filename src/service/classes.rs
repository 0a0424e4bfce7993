//! Keeps the list of incident classes: in the tables, every version, and in memory, at most a few seconds stale across
//! instances and at once within one.

use std::sync::{Arc, PoisonError, RwLock};

use serde_json::json;

use super::audit::who;
use super::{Error, Result, Service};
use crate::config::Settings;
use crate::domain::access::{Actor, Deed, Denied, Identity, permit};
use crate::domain::incident::{ClassEdit, Classes};
use crate::domain::time::Timestamp;
use crate::store::{Conn, Tx};

/// The list as it was read last, and which version that was.
#[derive(Debug)]
pub(super) struct Cache(RwLock<(i64, Arc<Classes>)>);

impl Cache {
    pub(super) fn new((version, classes): (i64, Classes)) -> Self {
        Self(RwLock::new((version, Arc::new(classes))))
    }

    fn kept(&self) -> (i64, Arc<Classes>) {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, version: i64, classes: Classes) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if kept.0 < version {
            *kept = (version, Arc::new(classes));
        }
    }
}

impl Service {
    /// Gives the list that counts now.
    pub fn classes(&self) -> Arc<Classes> {
        self.classes.kept().1
    }

    /// Looks whether another instance has changed the list.
    pub(super) async fn refresh_classes(&self, conn: &mut Conn) -> Result<()> {
        if conn.class_version().await? == self.classes.kept().0 {
            return Ok(());
        }
        if let Some(last) = conn.class_list().await? {
            self.classes.keep(last.version, last.classes);
        }
        Ok(())
    }

    /// Changes the list.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::Class`] for a change that cannot be, [`Error::Already`] when somebody else has changed
    /// it since version `seen` was read.
    pub async fn edit_classes(&self, actor: &Actor, seen: i64, edit: ClassEdit) -> Result<()> {
        permit(actor, Deed::ChangeSettings)?;
        let Identity::Account(account) = actor.identity else {
            return Err(Denied(Deed::ChangeSettings).into());
        };
        let last = self.store.read().await?.class_list().await?;
        let last = last.ok_or(Error::Missing("classes"))?;
        if last.version != seen {
            return Err(Error::Already("changed"));
        }
        let (classes, done) = last.classes.edited(edit)?;
        if classes == last.classes {
            return Ok(());
        }
        let version = seen + 1;
        // Whoever else changes it now writes the same version, and one of the two is refused.
        let mut tx = self.store.begin().await?;
        if !tx
            .add_class_list(version, &classes, Some(account), self.now())
            .await?
        {
            tx.rollback().await?;
            return Err(Error::Already("changed"));
        }
        let (what, code) = done.words();
        let class = classes.get(code);
        let detail = json!({
            "version": version,
            "what": what,
            "zh": class.map(|class| &class.zh),
            "en": class.map(|class| &class.en),
            "urgent": class.map(|class| class.urgent),
            "severities": match &done {
                ClassEdit::Grave(all) => Some(all.iter().map(|one| one.code()).collect::<Vec<_>>()),
                _ => None,
            },
        });
        self.audit(
            &mut tx,
            &who(actor),
            "edit_classes",
            &format!("class:{code}"),
            detail,
        )
        .await?;
        tx.commit().await?;
        self.classes.keep(version, classes);
        Ok(())
    }
}

/// Gives the list that counts, and which version it is; the first is what the configuration names.
pub(super) async fn seed(tx: &mut Tx, settings: &Settings, now: Timestamp) -> Result<(i64, Classes)> {
    if let Some(last) = tx.class_list().await? {
        return Ok((last.version, last.classes));
    }
    let first = settings.incident_classes().map_err(Error::Setting)?;
    tx.add_class_list(1, &first, None, now).await?;
    let last = tx.class_list().await?;
    Ok(last.map_or((1, first), |last| (last.version, last.classes)))
}
