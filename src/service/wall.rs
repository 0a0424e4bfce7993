//! Makes and revokes the links that open the wall.

use serde_json::json;

use super::audit::who;
use super::bind::{LABEL, line};
use super::{Error, Result, Service, secret, token_hash};
use crate::domain::access::{Actor, Deed, Denied, Identity, permit};
use crate::domain::ids::UnitId;
use crate::store::{NewWallLink, WallLink};

impl Service {
    /// Makes a link that opens the wall of a unit. Its key is shown once and stored as a hash; `texts`: the wall shows
    /// where something happened and what.
    ///
    /// # Errors
    /// [`Error::Denied`] and [`Error::Missing`] where the actor may not, [`Error::Invalid`] for a label that is empty or
    /// too long.
    pub async fn make_wall(&self, actor: &Actor, label: &str, unit: UnitId, texts: bool) -> Result<String> {
        let scope = permit(actor, Deed::ShareWall)?;
        let Identity::Account(by) = actor.identity else {
            return Err(Error::Denied(Denied(Deed::ShareWall)));
        };
        let label = line("label", label, LABEL)?;
        let tree = self.tree().await?;
        let known = tree.get(unit).filter(|unit| scope.covers(&unit.path));
        known.ok_or(Error::Missing("unit"))?;
        let key = secret::token();
        let mut tx = self.store.begin().await?;
        let new = NewWallLink {
            label: &label,
            unit,
            hash: &token_hash(&key),
            texts,
            by,
        };
        let id = tx.add_wall_link(&new, self.now()).await?;
        let detail = json!({ "unit": unit, "label": label, "texts": texts });
        self.audit(&mut tx, &who(actor), "make_wall", &format!("wall:{id}"), detail)
            .await?;
        tx.commit().await?;
        Ok(key)
    }

    /// Revokes a link: a wall that shows it goes dark with its next look.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::Missing`] for a link of a unit that the actor may not share, [`Error::Already`] when it
    /// was revoked before.
    pub async fn revoke_wall(&self, actor: &Actor, id: i64) -> Result<()> {
        let scope = permit(actor, Deed::ShareWall)?;
        let tree = self.tree().await?;
        let mut tx = self.store.begin().await?;
        let links = tx.wall_links().await?;
        let link = links.iter().find(|link| link.id == id);
        let link = link.ok_or(Error::Already("revoked"))?;
        // The link of a unit that has left is anybody's to revoke who may share walls at all.
        let covers = tree.get(link.unit).is_none_or(|unit| scope.covers(&unit.path));
        if !covers {
            return Err(Error::Missing("wall"));
        }
        if !tx.revoke_wall_link(id, self.now()).await? {
            return Err(Error::Already("revoked"));
        }
        self.audit(
            &mut tx,
            &who(actor),
            "revoke_wall",
            &format!("wall:{id}"),
            json!({}),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Finds the link of a key; none when there is no such key, or it was revoked.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn wall(&self, key: &str) -> Result<Option<WallLink>> {
        if key.is_empty() || key.len() > 100 {
            return Ok(None);
        }
        Ok(self.store.read().await?.wall_link(&token_hash(key)).await?)
    }
}
