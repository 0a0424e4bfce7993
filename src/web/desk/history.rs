//! Knows how a unit has reported on the last thirty days, in words and shapes, and how often it was asked.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate, NaiveTime, TimeDelta};

use super::card::tone;
use crate::domain::ids::UnitId;
use crate::domain::standing::{Standing, Timeliness, standing};
use crate::domain::time::{local_day, timestamp};
use crate::i18n::{Lang, terms};
use crate::store::StoredObligation;
use crate::web::{App, Failure};

/// How far back it looks.
const SPAN: TimeDelta = TimeDelta::days(30);

/// The strip, with its sum in words.
#[derive(Debug)]
pub(super) struct History {
    pub(super) days: Vec<DayView>,
    pub(super) sum: String,
    pub(super) asked: String,
}

/// A day on which something was owed.
#[derive(Debug)]
pub(super) struct DayView {
    pub(super) day: u32,
    /// The date and how it went, for whoever does not see shapes.
    pub(super) words: String,
    pub(super) shape: &'static str,
    pub(super) tone: &'static str,
}

/// Looks back on a unit's days; what was a drill does not count.
pub(super) async fn history(app: &App, l: Lang, unit: UnitId) -> Result<History, Failure> {
    let (now, zone) = (app.now(), app.settings.service.zone);
    let today = local_day(now, zone);
    let first = timestamp(today.with_day(1).unwrap_or(today), NaiveTime::MIN, zone);
    let mut conn = app.store.read().await?;
    let owed = conn.obligations_of_unit(unit, now, now - SPAN).await?;
    let asked = conn.asked(unit, first, now + TimeDelta::milliseconds(1)).await?;
    drop(conn);
    let counts = |owed: &&StoredObligation| owed.obligation.kind.incident().is_none() && !owed.drill;
    let mut days: BTreeMap<NaiveDate, (Standing, bool)> = BTreeMap::new();
    let (mut on_time, mut late, mut missing, mut all) = (0, 0, 0, 0);
    for owed in owed.iter().filter(counts) {
        let stands = standing(&owed.obligation, now);
        all += 1;
        match stands {
            Standing::Received(Timeliness::OnTime) => on_time += 1,
            Standing::Received(Timeliness::Late) => late += 1,
            Standing::Missing => missing += 1,
            _ => {}
        }
        let day = days.entry(owed.obligation.day).or_insert((stands, false));
        day.1 |= owed.incident;
        if weight(stands) > weight(day.0) {
            day.0 = stands;
        }
    }
    let view = |(day, (stands, incident)): (NaiveDate, (Standing, bool))| view(l, day, stands, incident);
    Ok(History {
        days: days.into_iter().map(view).collect(),
        sum: l.history_sum(all, on_time, late, missing),
        asked: l.desk_asked(asked),
    })
}

fn view(l: Lang, day: NaiveDate, stands: Standing, incident: bool) -> DayView {
    let shows_incident = incident && matches!(stands, Standing::Received(_));
    let words = match shows_incident {
        true => format!("{} {}", l.standing(stands), l.term_incident()),
        false => l.standing(stands).to_owned(),
    };
    DayView {
        day: day.day(),
        words: format!("{} {words}", l.short_date(day)),
        shape: match shows_incident {
            true => terms::INCIDENT,
            false => terms::shape(stands),
        },
        tone: tone(stands, incident),
    }
}

/// Orders standings, so that a day with several rounds shows what went worst.
fn weight(stands: Standing) -> u8 {
    match stands {
        Standing::Missing => 6,
        Standing::Overdue => 5,
        Standing::Received(Timeliness::Late) => 4,
        Standing::Open => 3,
        Standing::Received(Timeliness::OnTime) => 2,
        Standing::Excused => 1,
        Standing::Upcoming => 0,
    }
}
