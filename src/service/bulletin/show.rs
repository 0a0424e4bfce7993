//! Reads bulletins and proves them, says what the next one would say now, and tells which are not there.

use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;

use crate::domain::access::{Actor, Deed, Scope, permit};
use crate::domain::bulletin::{Bulletin, Due, DutyLine, PATIENCE, digest, duty_digest};
use crate::domain::digest::{Digest, Salt};
use crate::domain::ids::UnitId;
use crate::domain::time::{BusinessDate, Timestamp};
use crate::domain::unit::{Unit, UnitPath};
use crate::service::{Error, Result, Service};
use crate::store::{Conn, StoredBulletin};

/// A bulletin to be shown.
#[derive(Debug, Clone)]
pub struct ShownBulletin {
    /// Its row.
    pub id: i64,
    /// Where the office stood.
    pub path: UnitPath,
    /// What it says.
    pub bulletin: Bulletin,
    /// Who was to be on duty the next day; none once that is past its time.
    pub duty: Option<Vec<DutyLine>>,
    /// How many persons it was sent to.
    pub letters: i64,
    /// The frozen text.
    pub content: String,
    /// The hash that was kept with it.
    pub digest: String,
    /// Whether it is as it was made.
    pub is_whole: bool,
}

/// A bulletin that should be there, or that somebody should read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LacksBulletin {
    pub office: String,
    pub day: BusinessDate,
}

impl Service {
    /// Gives a bulletin.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is none, or not for whoever asks.
    pub async fn bulletin(&self, actor: &Actor, id: i64) -> Result<ShownBulletin> {
        let scope = permit(actor, Deed::SeeBulletin)?;
        let kept = self.store.read().await?.bulletin(id).await?;
        let kept = kept.filter(|kept| scope.covers(&kept.path));
        shown(kept.ok_or(Error::Missing("bulletin"))?)
    }

    /// Gives the bulletins that an actor may read, the latest first: before a row if one is given, `limit` at most.
    ///
    /// # Errors
    /// When whoever asks may not, or the database does not answer.
    pub async fn bulletins(
        &self,
        actor: &Actor,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<ShownBulletin>> {
        let ranges = permit(actor, Deed::SeeBulletin)?.ranges();
        let rows = self.store.read().await?.bulletins(&ranges, before, limit).await?;
        rows.into_iter().map(shown).collect()
    }

    /// Gives what the next bulletin of an office would say now. Nothing is kept, and it bears no number.
    ///
    /// # Errors
    /// [`Error::Missing`] when the unit keeps no duty office, or not for whoever asks.
    pub async fn bulletin_now(&self, actor: &Actor, office: UnitId) -> Result<(Bulletin, Vec<DutyLine>)> {
        let scope = permit(actor, Deed::SeeUrgent)?;
        let now = self.now();
        let hour = self.bulletin_hour().ok_or(Error::Missing("bulletin"))?;
        let tree = self.tree().await?;
        let unit = crate::domain::bulletin::offices(&tree).find(|unit| unit.id == office);
        let unit = unit.filter(|unit| scope.covers(&unit.path));
        let unit = unit.ok_or(Error::Missing("unit"))?;
        let mut conn = self.store.read().await?;
        let last = conn.last_bulletins(&[office]).await?;
        let day = hour.next_day(now);
        let from = last.into_iter().map(|(_, previous)| previous.until).next();
        let due = Due {
            day,
            first: day,
            from: from.unwrap_or_default().max(hour.on(hour.last_day(now))).min(now),
            until: now,
        };
        let gathered = self.gather(&mut conn, unit, due, now).await?;
        let duty = serde_json::from_str(&gathered.duty).map_err(Error::broken)?;
        Ok((gathered.bulletin, duty))
    }

    /// Gives the offices in a scope whose last bulletin nobody was sent; that there is none is believed for a minute.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn unread_bulletins(&self, conn: &mut Conn, scope: &Scope) -> Result<Vec<LacksBulletin>> {
        let now: Timestamp = self.now();
        let Some(hour) = self.bulletin_hour().filter(|_| !self.read.holds(now)) else {
            return Ok(Vec::new());
        };
        let day = hour.last_day(now);
        let unread = conn.unread_bulletins(&Scope::Whole.ranges(), day).await?;
        if unread.is_empty() {
            self.read.keep(now, (now + GOOD).min(hour.next(now)));
        }
        let tree = self.tree().await?;
        let covered = unread.iter().filter_map(|id| tree.get(*id));
        let covered = covered.filter(|unit| scope.covers(&unit.path));
        let lacks = |unit: &Unit| LacksBulletin {
            office: unit.name.to_string(),
            day,
        };
        Ok(covered.map(lacks).collect())
    }

    /// Gives the offices in a scope whose bulletin should be there and is not. That none is lacking is believed for a
    /// minute, and not beyond the instant at which the next one can be.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lacking_bulletins(&self, conn: &mut Conn, scope: &Scope) -> Result<Vec<LacksBulletin>> {
        let now: Timestamp = self.now();
        let Some(hour) = self.bulletin_hour() else {
            return Ok(Vec::new());
        };
        if self.whole.holds(now) {
            return Ok(Vec::new());
        }
        let mut lacking = self.bulletins_due(conn, hour, now).await?;
        lacking.retain(|(_, due)| due.is_missing(now));
        if lacking.is_empty() {
            self.whole
                .keep(now, (now + GOOD).min(hour.next(now - PATIENCE) + PATIENCE));
        }
        lacking.retain(|(office, _)| scope.covers(&office.path));
        let named = lacking.into_iter().map(|(office, due)| LacksBulletin {
            office: office.name.to_string(),
            day: due.day,
        });
        Ok(named.collect())
    }
}

/// For how long it is believed that no bulletin is lacking or unread.
const GOOD: TimeDelta = TimeDelta::seconds(60);

/// When nothing was amiss with bulletins anywhere, and until when that holds.
#[derive(Debug, Default)]
pub(in crate::service) struct Whole(Mutex<Option<(Timestamp, Timestamp)>>);

impl Whole {
    fn holds(&self, now: Timestamp) -> bool {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.is_some_and(|(since, until)| since <= now && now < until)
    }

    fn keep(&self, since: Timestamp, until: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((since, until));
    }
}

/// Reads a bulletin, and proves it.
pub(in crate::service) fn shown(kept: StoredBulletin) -> Result<ShownBulletin> {
    let bulletin: Bulletin = serde_json::from_str(&kept.content).map_err(Error::broken)?;
    let duty = kept.duty.as_deref().zip(kept.salt.as_deref());
    let duty_holds = duty.is_none_or(|(duty, salt)| {
        salt.parse::<Salt>()
            .is_ok_and(|salt| duty_digest(&salt, duty) == bulletin.duty)
    });
    let is_same = (bulletin.unit, bulletin.day, bulletin.number) == (kept.unit, kept.day, kept.number);
    let digest: Digest = digest(&kept.content);
    Ok(ShownBulletin {
        id: kept.id,
        path: kept.path,
        duty: duty
            .map(|(duty, _)| serde_json::from_str(duty))
            .transpose()
            .map_err(Error::broken)?,
        letters: kept.letters,
        is_whole: duty_holds && is_same && digest.to_string() == kept.digest,
        digest: kept.digest,
        content: kept.content,
        bulletin,
    })
}
