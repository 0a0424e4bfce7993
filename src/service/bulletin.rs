//! Makes the daily bulletins of duty offices: once a day each, numbered without holes, with their letters.
//!
//! * here — which are due, and the one transaction that keeps one
//! * `gather.rs` — what one says
//! * `show.rs` — reading one, and what the next would say now

mod gather;
mod show;

pub use show::{LacksBulletin, ShownBulletin};
pub(super) use show::{Whole, shown};

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{Error, Result, Service};
use crate::crash::Point;
use crate::domain::address::Address;
use crate::domain::bulletin::{Due, Hour, covering, digest, offices};
use crate::domain::ids::UnitId;
use crate::domain::letter::{Details, LetterKind, bulletin_key};
use crate::domain::roster::Duty;
use crate::domain::time::Timestamp;
use crate::domain::unit::Unit;
use crate::store::{Conn, NewBulletin, Tx};

use gather::Gathered;

/// How many are made in one go, so that a large service chases and opens between them.
const AT_ONCE: usize = 20;

impl Service {
    /// Gives when bulletins are made; none: never.
    fn bulletin_hour(&self) -> Option<Hour> {
        let zone = self.settings.service.zone;
        let hour = |time| Hour { time, zone };
        self.settings.bulletin.time.map(hour)
    }

    /// Makes the bulletins that are due, and gives when the next ones can be.
    pub(super) async fn make_bulletins(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let Some(hour) = self.bulletin_hour() else {
            return Ok(None);
        };
        let mut conn = self.store.read().await?;
        let due = self.bulletins_due(&mut conn, hour, now).await?;
        drop(conn);
        let more = due.len() > AT_ONCE;
        let mut failed = None;
        for (office, due) in due.into_iter().take(AT_ONCE) {
            self.urgent_first().await?;
            if let Err(error) = self.make_bulletin(&office, due, now).await {
                tracing::error!(office = %office.id, day = %due.day, %error,
                    "the bulletin of unit {} for {} could not be made: {error}", office.id, due.day);
                failed = Some(error);
            }
        }
        match failed {
            Some(error) => Err(error),
            None if more => Ok(Some(now)),
            None => Ok(Some(hour.next(now))),
        }
    }

    /// Gives the offices whose bulletin is due, the highest first.
    async fn bulletins_due(&self, conn: &mut Conn, hour: Hour, now: Timestamp) -> Result<Vec<(Unit, Due)>> {
        let periods = conn.periods_ending_after(hour.horizon(now)).await?;
        if periods.is_empty() {
            return Ok(Vec::new());
        }
        let tree = self.tree().await?;
        let mut asked = Vec::new();
        for office in offices(&tree) {
            let covered = covering(&periods, &tree, &office.path);
            if !covered.is_empty() {
                asked.push((office, covered));
            }
        }
        let ids: Vec<UnitId> = asked.iter().map(|(office, _)| office.id).collect();
        let last: BTreeMap<_, _> = conn.last_bulletins(&ids).await?.into_iter().collect();
        let due = |(office, covered): (&Unit, Vec<_>)| {
            let due = hour.due(&covered, last.get(&office.id).copied(), now)?;
            Some((office.clone(), due))
        };
        Ok(asked.into_iter().filter_map(due).collect())
    }

    /// Makes one; does nothing where another instance was faster.
    async fn make_bulletin(&self, office: &Unit, due: Due, now: Timestamp) -> Result<()> {
        // Counted before the transaction, which would else hold up every writer.
        let mut conn = self.store.read().await?;
        let gathered = self.gather(&mut conn, office, due, now).await?;
        drop(conn);
        let mut tx = self.store.begin().await?;
        let Some(id) = self.publish(&mut tx, office, gathered, now).await? else {
            return Ok(tx.rollback().await?);
        };
        self.crash.pass(Point::Bulletin).await;
        tx.commit().await?;
        self.crash.pass(Point::Published).await;
        tracing::info!(bulletin = id, office = %office.id, day = %due.day,
            "the bulletin of unit {} for {} is made", office.id, due.day);
        self.outgoing.notify_one();
        Ok(())
    }

    /// Gives who reads the bulletin of an office: its leaders and duty officers by their accounts, whoever is on duty there
    /// now, and at the top those whom the settings name.
    async fn readers(&self, tx: &mut Tx, office: &Unit) -> Result<BTreeSet<Address>> {
        let now = self.now();
        let held = tx.readers_of(office.id, now).await?;
        let mut readers: BTreeSet<Address> = held
            .iter()
            .filter_map(|address| Address::parse(address).ok())
            .collect();
        let duty = self.duty_now(tx, &[office.id]).await?;
        let posts = Duty::ALL
            .into_iter()
            .flat_map(|kind| duty.at(office.id, kind, now));
        readers.extend(posts.map(|post| post.address));
        if office.parent.is_none() {
            let named = duty.leaders.iter().chain(&duty.officers);
            readers.extend(named.map(|address| duty.instead(address, now)));
        }
        if readers.is_empty() {
            tracing::error!(office = %office.id, "nobody of unit {} can be sent its bulletin", office.id);
        }
        Ok(readers)
    }

    /// Numbers a bulletin, freezes it, writes its letters, and adds its digest to the chain of deeds.
    async fn publish(
        &self,
        tx: &mut Tx,
        office: &Unit,
        gathered: Gathered,
        now: Timestamp,
    ) -> Result<Option<i64>> {
        let Gathered {
            mut bulletin,
            duty,
            salt,
        } = gathered;
        // Held from here on, so that two instances number one after the other.
        bulletin.audit = self.hold_chain(tx).await?;
        bulletin.number = tx.last_bulletin_number(office.id, bulletin.year()).await? + 1;
        let content = serde_json::to_string(&bulletin).map_err(Error::broken)?;
        let digest = digest(&content);
        let readers = self.readers(tx, office).await?;
        let new = NewBulletin {
            unit: office.id,
            path: &office.path,
            day: bulletin.day,
            year: bulletin.year(),
            number: bulletin.number,
            until: bulletin.until,
            made: now,
            letters: i64::try_from(readers.len()).unwrap_or(i64::MAX),
            content: &content,
            digest,
            duty: &duty,
            salt: &salt.to_string(),
        };
        let Some(id) = tx.add_bulletin(&new).await? else {
            return Ok(None);
        };
        let languages = self.languages(tx).await?;
        let details = Details::Bulletin { bulletin: id };
        let letter = |address: &Address| {
            let key = bulletin_key(id, address);
            self.letter(LetterKind::Bulletin, key, address, &languages, &details)
        };
        let letters: Vec<_> = readers.iter().map(letter).collect();
        tx.add_letters(&letters, now).await?;
        let detail = json!({ "unit": office.id, "day": bulletin.day, "number": bulletin.number,
            "digest": digest.to_string() });
        self.audit(tx, "service", "bulletin", &format!("bulletin:{id}"), detail)
            .await?;
        Ok(Some(id))
    }
}
