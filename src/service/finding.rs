//! Records what a person found of how something was reported, tells the unit, and takes its reply; both stand.

use serde_json::json;

use super::audit::who;
use super::excuse::reason_of;
use super::incident::account;
use super::{Error, Result, Service};
use crate::domain::access::{Actor, Deed, Denied, Identity, permit};
use crate::domain::checkin::Author;
use crate::domain::ids::{IncidentId, ObligationId, UnitId};
use crate::domain::incident::FindingKind;
use crate::domain::letter::{Details, LetterKind, account_key};
use crate::domain::unit::UnitPath;
use crate::store::{NewFinding, Tx};

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// How an incident was reported.
    Incident(IncidentId),
    /// A report that was owed.
    Obligation(ObligationId),
}

impl Service {
    /// Records a finding about a unit, and writes to the unit.
    ///
    /// # Errors
    /// [`Error::Denied`] and [`Error::Missing`] where the actor may not judge, [`Error::Invalid`] without a note.
    pub async fn find(&self, actor: &Actor, about: About, kind: FindingKind, note: &str) -> Result<i64> {
        let scope = permit(actor, Deed::Judge)?;
        let (by, note, now) = (account(actor)?, reason_of(note)?, self.now());
        let mut tx = self.store.begin().await?;
        let (unit, path) = concerned(&mut tx, about)
            .await?
            .filter(|(_, path)| scope.covers(path))
            .ok_or(Error::Missing("report"))?;
        let (incident, obligation) = match about {
            About::Incident(id) => (Some(id), None),
            About::Obligation(id) => (None, Some(id)),
        };
        let new = NewFinding {
            kind,
            unit,
            path: &path,
            incident,
            obligation,
            note: &note,
            by,
        };
        let id = tx.add_finding(new, now).await?;
        let contacts = tx.contacts(Some(&[unit])).await?;
        let languages = self.languages(&mut tx).await?;
        let details = Details::Finding { finding: id };
        let addresses = contacts
            .get(&unit)
            .into_iter()
            .flat_map(|all| all.reporter.iter().chain(&all.head));
        let letters: Vec<_> = addresses
            .map(|address| {
                let key = account_key(&format!("finding/{id}"), address);
                self.letter(LetterKind::Account, key, address, &languages, &details)
            })
            .collect();
        tx.add_letters(&letters, now).await?;
        let detail =
            json!({ "kind": kind.code(), "unit": unit, "incident": incident, "obligation": obligation });
        self.audit(&mut tx, &who(actor), "find", &format!("finding:{id}"), detail)
            .await?;
        tx.commit().await?;
        self.outgoing.notify_one();
        Ok(id)
    }

    /// Takes what the unit says to a finding, once.
    ///
    /// # Errors
    /// [`Error::Denied`] and [`Error::Missing`] where the actor may not speak for the unit, [`Error::Invalid`] without
    /// words, [`Error::Already`] when it has replied.
    pub async fn reply(&self, actor: &Actor, finding: i64, words: &str) -> Result<()> {
        let scope = permit(actor, Deed::Report)?;
        let author = match actor.identity {
            Identity::Account(id) => Author::Account(id),
            Identity::Device(id) => Author::Device(id),
            Identity::Token(id) => Author::Token(id),
            Identity::Console => return Err(Denied(Deed::Report).into()),
        };
        let words = reason_of(words)?;
        let mut tx = self.store.begin().await?;
        let known = tx
            .finding(finding)
            .await?
            .filter(|known| scope.covers(&known.path));
        known.ok_or(Error::Missing("finding"))?;
        if !tx.reply_to_finding(finding, &words, author, self.now()).await? {
            return Err(Error::Already("replied"));
        }
        let subject = format!("finding:{finding}");
        self.audit(&mut tx, &who(actor), "reply_to_finding", &subject, json!({}))
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Gives the unit that something is about, and where it stood.
async fn concerned(tx: &mut Tx, about: About) -> Result<Option<(UnitId, UnitPath)>> {
    Ok(match about {
        About::Incident(id) => tx.incident(id).await?.map(|one| (one.unit, one.path)),
        About::Obligation(id) => tx
            .obligation(id)
            .await?
            .map(|owed| (owed.obligation.unit, owed.path)),
    })
}
