//! Keeps the tree of units in memory, at most a few seconds stale across instances and at once within one.

use std::sync::{Arc, RwLock};

use chrono::TimeDelta;

use super::{Error, Result, Service};
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitTree;

/// The tree, and when and at which state of the tables it was read.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: RwLock<Option<Kept>>,
    /// Held by the one that reads the tables while others wait for what it finds.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Debug, Clone)]
struct Kept {
    tree: Arc<UnitTree>,
    state: (i64, i64),
    looked: Timestamp,
}

/// How long the tree is taken as it is before the tables are asked whether they changed.
const STALE: TimeDelta = TimeDelta::seconds(5);

impl Service {
    /// Gives the tree of all units in force.
    ///
    /// # Errors
    /// When the database does not answer or holds units that are no tree.
    pub async fn tree(&self) -> Result<Arc<UnitTree>> {
        if let Some(tree) = self.fresh_tree() {
            return Ok(tree);
        }
        // One reads for all: hundreds that come at once would each read every unit, and wait for the others to do so.
        let _reading = self.units.reading.lock().await;
        match self.fresh_tree() {
            Some(tree) => Ok(tree),
            None => self.tree_now().await,
        }
    }

    fn fresh_tree(&self) -> Option<Arc<UnitTree>> {
        let (now, kept) = (self.now(), self.units.kept()?);
        ((now - kept.looked).abs() < STALE).then_some(kept.tree)
    }

    /// Gives the tree of all units in force, as the tables have it at this moment.
    pub(crate) async fn tree_now(&self) -> Result<Arc<UnitTree>> {
        let (now, kept) = (self.now(), self.units.kept());
        let mut conn = self.store.read().await?;
        let state = conn.units_state().await?;
        self.refresh_classes(&mut conn).await?;
        let tree = match kept {
            Some(kept) if kept.state == state => kept.tree,
            _ => Arc::new(UnitTree::new(conn.units().await?).map_err(Error::broken)?),
        };
        self.units.keep(Some(Kept {
            tree: tree.clone(),
            state,
            looked: now,
        }));
        Ok(tree)
    }

    /// Forgets the tree, after a deed that changed it.
    pub(crate) fn forget_tree(&self) {
        self.units.keep(None);
    }
}

impl Cache {
    fn kept(&self) -> Option<Kept> {
        self.kept
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    fn keep(&self, kept: Option<Kept>) {
        *self
            .kept
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = kept;
    }
}
