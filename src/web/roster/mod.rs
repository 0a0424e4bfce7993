//! The duty roster: a week of a unit, who is on duty now, gaps, and what is done about them.
//!
//! * here — the week
//! * `acts.rs` — a day, who stands in, swaps, calendars
//! * `import.rs` — a table: preview, then import
//! * `calendar.rs` — the calendar that a person subscribes to

mod acts;
mod calendar;
mod import;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono::{Datelike as _, Days};
use chrono_tz::Tz;

pub(super) use acts::{day, day_form, feed, kept, stand_in, swap, swap_decide};
pub(super) use calendar::feed as calendar;
pub(super) use import::{form as import_form, take as import_take, template};

use super::board::{Asked, notice, when};
use super::page::{Page, dial, html};
use super::visit::Visit;
use super::{App, Failure};
use crate::domain::access::{Actor, Deed, permit};
use crate::domain::ids::UnitId;
use crate::domain::roster::{Duty, Post, Shift, StandIn, gaps, relieved};
use crate::domain::time::{BusinessDate, Timestamp};
use crate::domain::unit::Unit;
use crate::i18n::Lang;
use crate::store::{Feed, StoredStandIn, StoredSwap};

/// How many days are looked at for gaps.
const AHEAD: u64 = 7;
/// How many days ahead shifts can be swapped.
const SWAPS: u64 = 31;

#[derive(Template)]
#[template(path = "roster.html")]
struct RosterPage {
    l: Lang,
    page: Page,
    notice: Option<String>,
    problem: Option<String>,
    unit: i64,
    name: String,
    /// Other units that keep a roster.
    units: Vec<(i64, String)>,
    changes_at: String,
    week: String,
    before: String,
    after: String,
    days: Vec<DayView>,
    is_empty: bool,
    now: Vec<(&'static str, Vec<PostView>)>,
    gaps: Vec<String>,
    stand_ins: Vec<(i64, String)>,
    swaps: Vec<SwapView>,
    shifts: Vec<(String, String)>,
    feeds: Vec<(i64, String)>,
    addresses: Vec<(String, String)>,
    fresh: Option<String>,
    may_keep: bool,
    may_decide: bool,
}

struct DayView {
    date: String,
    name: String,
    is_today: bool,
    cells: Vec<(&'static str, Vec<PostView>)>,
    may_edit: bool,
}

struct PostView {
    name: String,
    address: String,
    phone: String,
    dial: String,
}

struct SwapView {
    id: i64,
    line: String,
    asked: String,
    decided: Option<String>,
}

/// Shows the week.
pub(super) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let unit = unit_of(&app, visit.actor()?, asked.number("unit")).await?;
    let week = asked.get("week").parse().ok();
    html(
        &Sheet::new(&app, &visit, unit, week)
            .page(notice(visit.l, &asked), None)
            .await?,
    )
}

/// Gives the unit whose roster is asked for: one that the reader may see, else the one of his first role.
async fn unit_of(app: &App, actor: &Actor, asked: Option<i64>) -> Result<Unit, Failure> {
    let scope = permit(actor, Deed::SeeRoster)?;
    let tree = app.tree().await?;
    let of_role = || {
        let grant = actor.grants.iter().find_map(|grant| grant.over())?;
        grant.id()
    };
    let id = asked.map(UnitId).or_else(of_role);
    let unit = id
        .and_then(|id| tree.get(id))
        .filter(|unit| scope.covers(&unit.path));
    unit.cloned().ok_or(Failure::NOT_FOUND)
}

/// The roster of a unit in one week, while it is put on a page.
struct Sheet<'a> {
    app: &'a App,
    visit: &'a Visit,
    l: Lang,
    zone: Tz,
    now: Timestamp,
    unit: Unit,
    today: BusinessDate,
    monday: BusinessDate,
    fresh: Option<String>,
}

impl<'a> Sheet<'a> {
    fn new(app: &'a App, visit: &'a Visit, unit: Unit, week: Option<BusinessDate>) -> Self {
        let today = app.duty_day();
        let day = week.unwrap_or(today);
        let back = Days::new(u64::from(day.weekday().num_days_from_monday()));
        Self {
            app,
            visit,
            l: visit.l,
            zone: app.settings.service.zone,
            now: app.now(),
            unit,
            today,
            monday: day.checked_sub_days(back).unwrap_or(day),
            fresh: None,
        }
    }

    async fn page(self, notice: Option<String>, problem: Option<String>) -> Result<RosterPage, Failure> {
        let (l, id) = (self.l, self.unit.id);
        let actor = self.visit.actor()?;
        let sunday = plus(self.monday, 6);
        let Stored {
            shifts,
            stand_ins,
            swaps,
            feeds,
            rostered,
        } = self.stored().await?;
        let may_keep = covers(actor, Deed::KeepRoster, &self.unit);
        let missing = gaps(&shifts, self.today, AHEAD);
        Ok(RosterPage {
            l,
            notice,
            problem,
            unit: id.0,
            name: self.unit.name.as_str().to_owned(),
            units: self.others(actor, &rostered).await?,
            changes_at: self.app.settings.roster.changes_at.format("%H:%M").to_string(),
            week: l.roster_week(l.short_date(self.monday), l.short_date(sunday)),
            before: minus(self.monday, 7).to_string(),
            after: plus(self.monday, 7).to_string(),
            days: (0..7)
                .map(|n| self.day(plus(self.monday, n), &shifts, may_keep))
                .collect(),
            is_empty: !rostered.contains(&id),
            now: self.on_duty(&shifts, &stand_ins),
            gaps: missing
                .iter()
                .map(|gap| l.roster_gap(self.day_name(gap.day), l.duties(&gap.lacks)))
                .collect(),
            stand_ins: stand_ins
                .iter()
                .map(|one| (one.id, self.stand_in(one, &shifts)))
                .collect(),
            swaps: swaps.iter().map(|one| self.swap(one, &shifts)).collect(),
            shifts: self.choices(&shifts),
            feeds: feeds.iter().map(|one| (one.id, self.feed(one))).collect(),
            addresses: addresses(&shifts),
            fresh: self.fresh,
            may_keep,
            may_decide: covers(actor, Deed::ApproveSwap, &self.unit),
            page: self.visit.page.clone(),
        })
    }

    async fn stored(&self) -> Result<Stored, Failure> {
        let id = self.unit.id;
        let (sunday, ahead) = (plus(self.monday, 6), plus(self.today, SWAPS));
        let (from, to) = (self.monday.min(self.today), sunday.max(ahead));
        let mut conn = self.app.store.read().await?;
        Ok(Stored {
            shifts: conn
                .shifts(&[id], from, to)
                .await?
                .remove(&id)
                .unwrap_or_default(),
            stand_ins: conn.stand_ins(&[id], self.now).await?,
            swaps: conn.swaps(id).await?,
            feeds: conn.feeds(id).await?,
            rostered: conn.rostered().await?,
        })
    }

    /// Gives who is on duty now, with those who stand in.
    fn on_duty(&self, shifts: &[Shift], stand_ins: &[StoredStandIn]) -> Vec<(&'static str, Vec<PostView>)> {
        let relief: Vec<StandIn> = stand_ins.iter().map(|one| one.what.clone()).collect();
        let on = |duty: Duty| {
            let now = shifts
                .iter()
                .filter(|one| one.day == self.today && one.duty == duty);
            let posts = now.map(|one| relieved(&one.post.address, &relief, self.now).unwrap_or(&one.post));
            (self.l.duty(duty), posts.map(post_view).collect::<Vec<_>>())
        };
        let all = Duty::ALL.map(on).into_iter();
        all.filter(|(_, posts)| !posts.is_empty()).collect()
    }

    async fn others(&self, actor: &Actor, rostered: &[UnitId]) -> Result<Vec<(i64, String)>, Failure> {
        let scope = permit(actor, Deed::SeeRoster)?;
        let tree = self.app.tree().await?;
        let seen = rostered.iter().filter_map(|id| tree.get(*id));
        let seen = seen.filter(|unit| scope.covers(&unit.path) && unit.id != self.unit.id);
        Ok(seen
            .map(|unit| (unit.id.0, unit.name.as_str().to_owned()))
            .collect())
    }

    fn day_name(&self, day: BusinessDate) -> String {
        self.l.day_of_week(day)
    }

    fn day(&self, day: BusinessDate, shifts: &[Shift], may_keep: bool) -> DayView {
        let cell = |duty: Duty| {
            let on = shifts.iter().filter(|one| one.day == day && one.duty == duty);
            (self.l.duty(duty), on.map(|one| post_view(&one.post)).collect())
        };
        DayView {
            date: day.to_string(),
            name: self.day_name(day),
            is_today: day == self.today,
            cells: Duty::ALL.map(cell).into_iter().collect(),
            may_edit: may_keep && day >= self.today,
        }
    }

    fn when(&self, at: Timestamp) -> String {
        when(self.l, at, self.now, self.zone)
    }

    fn stand_in(&self, one: &StoredStandIn, shifts: &[Shift]) -> String {
        let what = &one.what;
        let absent = called(what.absent.as_str(), shifts);
        self.l
            .stand_in_line(&what.by.name, absent, self.when(what.from), self.when(what.until))
    }

    fn swap(&self, one: &StoredSwap, shifts: &[Shift]) -> SwapView {
        let (l, what) = (self.l, &one.what);
        let decided = one.decided.as_ref().map(|(by, at, yes)| match yes {
            true => l.swap_approved(by, self.when(*at)),
            false => l.swap_refused(by, self.when(*at)),
        });
        SwapView {
            id: one.id,
            line: l.swap_line(
                l.duty(what.duty),
                called(what.address.as_str(), shifts),
                l.short_date(what.day),
                called(what.other_address.as_str(), shifts),
                l.short_date(what.other_day),
            ),
            asked: l.swap_asked(&one.asked.0, self.when(one.asked.1), &one.reason),
            decided,
        }
    }

    fn feed(&self, one: &Feed) -> String {
        self.l.feed_line(one.address.as_str(), self.when(one.at))
    }

    /// Gives the shifts that can still be swapped: a key for the form, and words.
    fn choices(&self, shifts: &[Shift]) -> Vec<(String, String)> {
        let later = shifts.iter().filter(|one| one.day > self.today);
        let choice = |one: &Shift| {
            let key = format!("{} {} {}", one.duty.code(), one.day, one.post.address.as_str());
            let words = format!(
                "{} · {} · {}",
                self.day_name(one.day),
                self.l.duty(one.duty),
                one.post.name
            );
            (key, words)
        };
        later.map(choice).collect()
    }
}

/// What a page reads.
struct Stored {
    shifts: Vec<Shift>,
    stand_ins: Vec<StoredStandIn>,
    swaps: Vec<StoredSwap>,
    feeds: Vec<Feed>,
    rostered: Vec<UnitId>,
}

fn covers(actor: &Actor, deed: Deed, unit: &Unit) -> bool {
    permit(actor, deed).is_ok_and(|scope| scope.covers(&unit.path))
}

fn plus(day: BusinessDate, days: u64) -> BusinessDate {
    day.checked_add_days(Days::new(days)).unwrap_or(day)
}

fn minus(day: BusinessDate, days: u64) -> BusinessDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

fn post_view(post: &Post) -> PostView {
    let phone = post.phone.clone().unwrap_or_default();
    PostView {
        name: post.name.clone(),
        address: post.address.as_str().to_owned(),
        dial: dial(&phone),
        phone,
    }
}

/// Gives what an address is called in the roster.
fn called(address: &str, shifts: &[Shift]) -> String {
    let known = shifts.iter().find(|one| one.post.address.as_str() == address);
    known.map_or_else(|| address.to_owned(), |one| one.post.name.clone())
}

/// Gives the addresses of a roster with the names of their posts, each once.
fn addresses(shifts: &[Shift]) -> Vec<(String, String)> {
    let mut all: Vec<_> = shifts
        .iter()
        .map(|one| (one.post.address.as_str().to_owned(), one.post.name.clone()))
        .collect();
    all.sort();
    all.dedup_by(|a, b| a.0 == b.0);
    all
}
