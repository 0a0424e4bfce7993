//! Fills the duty roster, names who stands in, swaps shifts, and opens calendars.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::audit::who;
use super::error::Fault;
use super::excuse::reason_of;
use super::incident::account;
use super::secret::token;
use super::{Error, Result, Service, token_hash};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::address::Address;
use crate::domain::ids::UnitId;
use crate::domain::roster::{
    DayChange, Duty, Filled, GapDay, Now, Post, Shift, StandIn, Swap, SwapError, compare, duty_day, gaps,
    read,
};
use crate::domain::screen::screen;
use crate::domain::table::Record;
use crate::domain::text::clean_line;
use crate::domain::time::{BusinessDate, Timestamp};
use crate::domain::unit::Unit;
use crate::store::{self, Conn, Tx};

/// The most characters of a post or a phone.
const LONGEST: usize = 60;

/// A post as somebody typed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TypedPost<'a> {
    /// What it is called; its address where nothing is typed.
    pub name: &'a str,
    /// Its work e-mail.
    pub address: &'a str,
    /// Its work phone.
    pub phone: &'a str,
}

impl TypedPost<'_> {
    /// Tells whether nothing was typed.
    pub fn is_blank(&self) -> bool {
        [self.name, self.address, self.phone]
            .iter()
            .all(|text| text.trim().is_empty())
    }

    fn read(&self) -> Result<Post> {
        let address = Address::parse(self.address).map_err(|_| match self.address.trim() {
            "" => Error::invalid("address", Fault::Empty),
            _ => Error::invalid("address", Fault::Unreadable),
        })?;
        let (name, phone) = (line("name", self.name)?, line("phone", self.phone)?);
        Ok(Post {
            name: match name.is_empty() {
                true => address.as_str().to_owned(),
                false => name,
            },
            address,
            phone: (!phone.is_empty()).then_some(phone),
        })
    }
}

fn line(field: &'static str, text: &str) -> Result<String> {
    let text = screen(&clean_line(text)).text;
    match text.chars().count() > LONGEST {
        true => Err(Error::invalid(field, Fault::TooLong(LONGEST))),
        false => Ok(text),
    }
}

impl Service {
    /// Gives the running duty day.
    pub fn duty_day(&self) -> BusinessDate {
        let settings = &self.settings;
        duty_day(self.now(), settings.roster.changes_at, settings.service.zone)
    }

    /// Gives what the rosters of some units, and the settings, say of this instant.
    pub(super) async fn duty_now(&self, conn: &mut Conn, units: &[UnitId]) -> store::Result<Now> {
        let day = self.duty_day();
        let stand_ins = conn.stand_ins(units, self.now()).await?.into_iter();
        Ok(Now {
            shifts: conn.shifts(units, day, day).await?,
            stand_ins: stand_ins.map(|one| one.what).collect(),
            leaders: self.settings.duty.leaders.clone(),
            officers: self.settings.duty.officers.clone(),
        })
    }

    /// Gives the days, today and tomorrow, on which a duty of some units has nobody. A unit that keeps no roster is
    /// held to the settings.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn duty_gaps(&self, conn: &mut Conn, units: &[UnitId]) -> Result<Vec<GapDay>> {
        let today = self.duty_day();
        let tomorrow = today.succ_opt().unwrap_or(today);
        let shifts = conn.shifts_and_one(units, today, tomorrow).await?;
        let mut lacking: BTreeMap<BusinessDate, BTreeSet<Duty>> = BTreeMap::new();
        for unit in units {
            let own = shifts.get(unit).map_or(&[][..], |own| own);
            for gap in gaps(own, today, 2) {
                let lacks = gap.lacks.into_iter();
                let lacks = lacks.filter(|duty| !own.is_empty() || self.is_unset(*duty));
                lacking.entry(gap.day).or_default().extend(lacks);
            }
        }
        let days = lacking.into_iter().filter(|(_, lacks)| !lacks.is_empty());
        let gap = |(day, lacks): (BusinessDate, BTreeSet<Duty>)| GapDay {
            day,
            lacks: lacks.into_iter().collect(),
        };
        Ok(days.map(gap).collect())
    }

    fn is_unset(&self, duty: Duty) -> bool {
        let settings = &self.settings.duty;
        match duty {
            Duty::Leader => settings.leaders.is_empty(),
            Duty::Officer => settings.officers.is_empty(),
        }
    }

    /// Makes a day of a roster what was typed.
    ///
    /// # Errors
    /// [`Error::Denied`] and [`Error::Missing`] where the actor keeps no roster, [`Error::Invalid`] for a post that
    /// cannot be reached, or a day that is over.
    pub async fn put_duty_day(
        &self,
        actor: &Actor,
        unit: UnitId,
        day: BusinessDate,
        typed: &[(Duty, TypedPost<'_>)],
    ) -> Result<()> {
        if day < self.duty_day() {
            return Err(Error::invalid("day", Fault::TooEarly));
        }
        let filled = typed.iter().filter(|(_, post)| !post.is_blank());
        let shifts: BTreeSet<Shift> = filled
            .map(|(duty, typed)| {
                let post = typed.read()?;
                Ok(Shift {
                    day,
                    duty: *duty,
                    post,
                })
            })
            .collect::<Result<_>>()?;
        let mut tx = self.store.begin().await?;
        self.kept_unit(&mut tx, actor, unit).await?;
        let before = tx
            .shifts(&[unit], day, day)
            .await?
            .remove(&unit)
            .unwrap_or_default();
        let changes = compare(&Filled::from([(day, shifts)]), &before);
        if changes.is_empty() {
            return Ok(tx.rollback().await?);
        }
        self.put_changes(&mut tx, actor, unit, &changes, "edit_roster")
            .await?;
        tx.commit().await?;
        self.changed.notify_one();
        Ok(())
    }

    /// Tells what a table would change in a roster, and changes nothing.
    ///
    /// # Errors
    /// As [`Service::import_roster`].
    pub async fn preview_roster(
        &self,
        actor: &Actor,
        unit: UnitId,
        table: &[Record],
    ) -> Result<Vec<DayChange>> {
        let mut conn = self.store.read().await?;
        self.kept_unit(&mut conn, actor, unit).await?;
        self.roster_changes(&mut conn, unit, table).await
    }

    /// Takes a table into a roster: the days that it names become what it says, the others stay. Gives what changed.
    ///
    /// # Errors
    /// [`Error::Roster`] with every fault; then nothing is taken. [`Error::Denied`] and [`Error::Missing`] where the actor
    /// keeps no roster.
    pub async fn import_roster(
        &self,
        actor: &Actor,
        unit: UnitId,
        table: &[Record],
    ) -> Result<Vec<DayChange>> {
        let mut tx = self.store.begin().await?;
        self.kept_unit(&mut tx, actor, unit).await?;
        let changes = self.roster_changes(&mut tx, unit, table).await?;
        if changes.is_empty() {
            tx.rollback().await?;
            return Ok(changes);
        }
        self.put_changes(&mut tx, actor, unit, &changes, "import_roster")
            .await?;
        tx.commit().await?;
        self.changed.notify_one();
        Ok(changes)
    }

    async fn roster_changes(
        &self,
        conn: &mut Conn,
        unit: UnitId,
        table: &[Record],
    ) -> Result<Vec<DayChange>> {
        let filled = read(table, self.duty_day()).map_err(Error::Roster)?;
        let ends = filled.keys().next().zip(filled.keys().next_back());
        let Some((first, last)) = ends else {
            return Ok(Vec::new());
        };
        let before = conn.shifts(&[unit], *first, *last).await?.remove(&unit);
        Ok(compare(&filled, &before.unwrap_or_default()))
    }

    async fn put_changes(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        unit: UnitId,
        changes: &[DayChange],
        deed: &str,
    ) -> Result<()> {
        for change in changes {
            tx.put_day(unit, change.day, &change.after).await?;
        }
        let days: Vec<_> = changes
            .iter()
            .map(|one| json!({ "day": one.day, "before": posts(&one.before), "after": posts(&one.after) }))
            .collect();
        let detail = json!({ "days": days });
        self.audit(tx, &who(actor), deed, &format!("unit:{unit}"), detail)
            .await
    }

    /// Lets one post stand in for another from one instant to another.
    ///
    /// # Errors
    /// As [`Service::put_duty_day`].
    pub async fn stand_in(
        &self,
        actor: &Actor,
        unit: UnitId,
        absent: &str,
        by: TypedPost<'_>,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<i64> {
        let absent = Address::parse(absent).map_err(|_| Error::invalid("absent", Fault::Unreadable))?;
        let (by, now) = (by.read()?, self.now());
        if by.address == absent {
            return Err(Error::invalid("address", Fault::Unknown));
        }
        if until <= from || until <= now {
            return Err(Error::invalid("until", Fault::TooEarly));
        }
        let what = StandIn {
            absent,
            by,
            from,
            until,
        };
        let mut tx = self.store.begin().await?;
        self.kept_unit(&mut tx, actor, unit).await?;
        let id = tx.add_stand_in(unit, &what, account(actor)?, now).await?;
        let detail = json!({ "stand_in": id, "absent": what.absent.masked(), "by": what.by.name, "from": from,
            "until": until });
        self.audit(&mut tx, &who(actor), "stand_in", &format!("unit:{unit}"), detail)
            .await?;
        tx.commit().await?;
        self.changed.notify_one();
        Ok(id)
    }

    /// Takes a substitution back.
    ///
    /// # Errors
    /// As [`Service::put_duty_day`]; [`Error::Already`] when it is over.
    pub async fn end_stand_in(&self, actor: &Actor, unit: UnitId, id: i64) -> Result<()> {
        let mut tx = self.store.begin().await?;
        self.kept_unit(&mut tx, actor, unit).await?;
        if !tx.end_stand_in(unit, id, self.now()).await? {
            return Err(Error::Already("ended"));
        }
        let detail = json!({ "stand_in": id });
        self.audit(
            &mut tx,
            &who(actor),
            "end_stand_in",
            &format!("unit:{unit}"),
            detail,
        )
        .await?;
        tx.commit().await?;
        self.changed.notify_one();
        Ok(())
    }

    /// Asks that two shifts change hands; somebody else decides.
    ///
    /// # Errors
    /// As [`Service::put_duty_day`]; [`Error::Swap`] when it cannot be done.
    pub async fn ask_swap(&self, actor: &Actor, unit: UnitId, swap: &Swap, reason: &str) -> Result<i64> {
        let (by, reason) = (account(actor)?, reason_of(reason)?);
        let mut tx = self.store.begin().await?;
        self.kept_unit(&mut tx, actor, unit).await?;
        self.swapped(&mut tx, unit, swap).await?;
        let id = tx.add_swap(unit, swap, &reason, by, self.now()).await?;
        let detail = json!({ "swap": id, "days": [swap.day, swap.other_day], "duty": swap.duty });
        self.audit(&mut tx, &who(actor), "ask_swap", &format!("unit:{unit}"), detail)
            .await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Says yes or no to a swap that another person asked for.
    ///
    /// # Errors
    /// [`Error::Denied`] for whoever asked, [`Error::Missing`] where the actor may not decide, [`Error::Already`] when it
    /// is decided, [`Error::Swap`] when the roster has changed meanwhile.
    pub async fn decide_swap(&self, actor: &Actor, id: i64, is_approved: bool) -> Result<()> {
        let scope = permit(actor, Deed::ApproveSwap)?;
        let by = account(actor)?;
        let mut tx = self.store.begin().await?;
        let swap = tx.swap(id).await?.ok_or(Error::Missing("swap"))?;
        let unit = tx.unit(swap.unit).await?.ok_or(Error::Missing("unit"))?;
        if !scope.covers(&unit.path) {
            return Err(Error::Missing("swap"));
        }
        if swap.asked_by == by {
            return Err(crate::domain::access::Denied(Deed::ApproveSwap).into());
        }
        if !tx.decide_swap(id, is_approved, by, self.now()).await? {
            return Err(Error::Already("decided"));
        }
        if is_approved {
            let after = self.swapped(&mut tx, swap.unit, &swap.what).await?;
            for day in [swap.what.day, swap.what.other_day] {
                tx.put_day(swap.unit, day, &after).await?;
            }
        }
        let detail =
            json!({ "swap": id, "approved": is_approved, "days": [swap.what.day, swap.what.other_day] });
        self.audit(
            &mut tx,
            &who(actor),
            "decide_swap",
            &format!("unit:{}", swap.unit),
            detail,
        )
        .await?;
        tx.commit().await?;
        self.changed.notify_one();
        Ok(())
    }

    async fn swapped(&self, tx: &mut Tx, unit: UnitId, swap: &Swap) -> Result<Vec<Shift>> {
        let (first, last) = (swap.day.min(swap.other_day), swap.day.max(swap.other_day));
        let shifts = tx.shifts(&[unit], first, last).await?.remove(&unit);
        Ok(swap.over(&shifts.unwrap_or_default(), self.duty_day())?)
    }

    /// Opens a calendar of a post's shifts; gives the secret of its address, which is shown once. One that it had before is
    /// closed.
    ///
    /// # Errors
    /// As [`Service::put_duty_day`].
    pub async fn open_feed(&self, actor: &Actor, unit: UnitId, address: &str) -> Result<String> {
        let address = Address::parse(address).map_err(|_| Error::invalid("address", Fault::Unreadable))?;
        let secret = token();
        let mut tx = self.store.begin().await?;
        self.kept_unit(&mut tx, actor, unit).await?;
        tx.add_feed(unit, &address, &token_hash(&secret), account(actor)?, self.now())
            .await?;
        let detail = json!({ "address": address.masked() });
        self.audit(&mut tx, &who(actor), "open_feed", &format!("unit:{unit}"), detail)
            .await?;
        tx.commit().await?;
        Ok(secret)
    }

    /// Closes a calendar: its address opens nothing any more.
    ///
    /// # Errors
    /// As [`Service::put_duty_day`]; [`Error::Already`] when it is closed.
    pub async fn close_feed(&self, actor: &Actor, unit: UnitId, id: i64) -> Result<()> {
        let mut tx = self.store.begin().await?;
        self.kept_unit(&mut tx, actor, unit).await?;
        if !tx.end_feed(unit, id, self.now()).await? {
            return Err(Error::Already("closed"));
        }
        let detail = json!({ "feed": id });
        self.audit(
            &mut tx,
            &who(actor),
            "close_feed",
            &format!("unit:{unit}"),
            detail,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives a unit whose roster the actor keeps.
    pub(super) async fn kept_unit(&self, conn: &mut Conn, actor: &Actor, unit: UnitId) -> Result<Unit> {
        let scope = permit(actor, Deed::KeepRoster)?;
        let unit = conn.unit(unit).await?.filter(|unit| scope.covers(&unit.path));
        unit.ok_or(Error::Missing("unit"))
    }
}

/// Gives who is on duty as the audit log has it: posts, and no addresses.
fn posts(shifts: &[Shift]) -> Vec<String> {
    let post = |shift: &Shift| format!("{}: {}", shift.duty.code(), shift.post.name);
    shifts.iter().map(post).collect()
}

impl From<SwapError> for Error {
    fn from(error: SwapError) -> Self {
        Self::Swap(error)
    }
}
