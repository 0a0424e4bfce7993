//! Takes words out of a report that was kept: from the report itself, from the notes and remarks about it, and from every
//! mail that may quote it.

use serde_json::json;

use super::audit::who;
use super::excuse::reason_of;
use super::incident::account;
use super::{Error, Fault, Result, Service};
use crate::domain::access::{Actor, Deed, Scope, permit};
use crate::domain::form::Field;
use crate::domain::ids::CheckInId;
use crate::domain::redaction::{HIDDEN, Texts};
use crate::store::{Conn, NotesOf, StoredCheckIn, Tx};

/// The most words that are hidden at once.
const MOST: usize = 50;

impl Service {
    /// Gives a report that the actor may redact.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is none, or none of the actor's.
    pub async fn to_redact(&self, actor: &Actor, id: CheckInId) -> Result<StoredCheckIn> {
        let scope = permit(actor, Deed::Redact)?;
        self.report_within(&mut *self.store.begin().await?, &scope, id)
            .await
    }

    /// Hides whole texts of a report, and single words wherever they stand in it, in what was noted about its obligation
    /// and its incident, and in what the desks above have noted since. The audit says that it was done,
    /// not what was hidden. Gives which texts are not as they were.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no such report of the actor's, [`Error::Invalid`] without a reason or when
    /// nothing would be hidden.
    pub async fn redact(
        &self,
        actor: &Actor,
        id: CheckInId,
        whole: &[Field],
        words: &[&str],
        reason: &str,
    ) -> Result<Vec<Field>> {
        let scope = permit(actor, Deed::Redact)?;
        let (by, reason, now) = (account(actor)?, reason_of(reason)?, self.now());
        let words: Vec<&str> = words.iter().map(|word| word.trim()).take(MOST).collect();
        let mut tx = self.store.begin().await?;
        tx.hold_check_in(id).await?;
        let kept = self.report_within(&mut tx, &scope, id).await?;
        let mut texts = texts(&kept);
        let changed = texts.hide(whole, &words);
        let notes = self.hide_in_notes(&mut tx, &kept, &words).await?;
        if changed.is_empty() && notes == 0 {
            return Err(Error::invalid("words", Fault::Unknown));
        }
        // A reason that says what was hidden would keep it.
        let mut said = texts.clone();
        said.reason = Some(reason.clone());
        said.hide(&[], &words);
        let reason = said.reason.unwrap_or_default();
        if !changed.is_empty() {
            let (reason, caller) = (texts.reason.as_deref(), texts.caller.as_deref());
            tx.put_redacted(id, &texts.content, reason, caller).await?;
        }
        tx.thaw_letters_since(kept.check_in.received).await?;
        tx.add_redaction(id, by, &reason, now).await?;
        let parts: Vec<&str> = changed.iter().map(|part| part.code()).collect();
        let detail = json!({ "texts": parts, "notes": notes, "incident": kept.check_in.incident });
        self.audit(&mut tx, &who(actor), "redact", &format!("check_in:{id}"), detail)
            .await?;
        tx.commit().await?;
        // The write-ahead log still holds the old page; the next one who writes it back would do it too.
        if let Ok(Some(mut keeper)) = self.store.log_keeper().await
            && let Err(error) = keeper.empty().await
        {
            tracing::warn!(%error, "the write-ahead log was not emptied after a redaction");
        }
        self.outgoing.notify_one();
        Ok(changed)
    }

    /// Hides words in the notes about a report; the longest first, so that no word is left of which another is a part.
    async fn hide_in_notes(&self, tx: &mut Tx, kept: &StoredCheckIn, words: &[&str]) -> Result<u64> {
        let tree = self.tree().await?;
        let owed = match kept.check_in.obligation {
            Some(id) => tx.obligation(id).await?,
            None => None,
        };
        let path = tree.get(kept.check_in.unit).map(|unit| unit.path.clone());
        let Some(path) = path.or(owed.map(|owed| owed.path)) else {
            return Ok(0);
        };
        let of = NotesOf {
            obligation: kept.check_in.obligation,
            incident: kept.check_in.incident,
            path: &path,
            since: kept.check_in.received,
        };
        let mut words: Vec<&str> = words.iter().copied().filter(|word| !word.is_empty()).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let mut hidden = 0;
        for word in words {
            hidden += tx.hide_in_notes(of, word, HIDDEN).await?;
        }
        Ok(hidden)
    }

    async fn report_within(&self, conn: &mut Conn, scope: &Scope, id: CheckInId) -> Result<StoredCheckIn> {
        let kept = conn.check_in(id).await?.ok_or(Error::Missing("report"))?;
        let tree = self.tree().await?;
        let now = tree
            .get(kept.check_in.unit)
            .is_some_and(|unit| scope.covers(&unit.path));
        if now || *scope == Scope::Whole {
            return Ok(kept);
        }
        // A unit that has left stays where it was.
        let owed = match kept.check_in.obligation {
            Some(id) => conn.obligation(id).await?,
            None => None,
        };
        match owed.is_some_and(|owed| scope.covers(&owed.path)) {
            true => Ok(kept),
            false => Err(Error::Missing("report")),
        }
    }
}

/// Gives the texts of a report.
pub fn texts(kept: &StoredCheckIn) -> Texts {
    Texts {
        content: kept.check_in.content.clone(),
        reason: kept.reason.clone(),
        caller: kept.caller.as_ref().map(|caller| caller.post.clone()),
    }
}
