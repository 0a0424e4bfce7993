//! Knows when a form that was rendered before midnight has to ask for which day it is.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::place::Place;
use super::send;
use crate::domain::ids::ObligationId;
use crate::domain::standing::{Standing, standing};
use crate::domain::time::local_day;
use crate::i18n::Lang;
use crate::store::StoredObligation;
use crate::web::Fields;

/// A button of the question.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) obligation: i64,
    pub(super) words: String,
    pub(super) drill: bool,
    /// The day on which it was asked, so that the answer is not asked again.
    pub(super) today: String,
}

/// The question.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) lead: String,
    pub(super) choices: Vec<Choice>,
    pub(super) closed: Option<String>,
    /// Whether nothing of it is real.
    pub(super) drill: bool,
}

/// Asks for the day, if the page was rendered before midnight and its obligation is no longer the only sensible one.
///
/// What was written without a connection on the very day of its page is for that day, whenever it comes.
pub(super) fn question(l: Lang, place: &Place, fields: &Fields, zone: Tz) -> Option<Asked> {
    let rendered: NaiveDate = fields.read("day")?;
    if send::claimed(fields).is_some_and(|at| local_day(at, zone) <= rendered) {
        return None;
    }
    let id = fields.read("obligation").map(ObligationId)?;
    let meant = place.owed.iter().find(|owed| owed.obligation.id == id);
    if rendered >= place.today || meant.is_some_and(|owed| is_plain(place, owed)) {
        return None;
    }
    let today = open_today(place);
    let choice = |owed: &StoredObligation, words: String| Choice {
        obligation: owed.obligation.id.0,
        words,
        drill: owed.drill,
        today: place.today.to_string(),
    };
    let mut choices = Vec::new();
    let day = |owed: &StoredObligation| l.short_date(owed.obligation.day);
    let late = meant.filter(|owed| is_open(place, owed));
    choices.extend(late.map(|owed| choice(owed, l.day_yesterday(place.label(owed, l), day(owed)))));
    choices.extend(
        today
            .iter()
            .map(|owed| choice(owed, l.day_today(place.label(owed, l), day(owed)))),
    );
    let closed = match (late, meant) {
        (Some(_), _) => None,
        (None, Some(owed)) => Some(l.day_closed(place.label(owed, l))),
        (None, None) => Some(l.day_closed("")),
    };
    let closed = match (closed, today.is_empty()) {
        (Some(closed), true) => Some(format!("{closed} {}", l.day_none_today())),
        (closed, _) => closed,
    };
    // What is real is never covered by the watermark of a drill beside it.
    let mut all = meant.into_iter().chain(today.iter().copied()).peekable();
    let drill = all.peek().is_some() && all.all(|owed| owed.drill);
    Some(Asked {
        drill,
        lead: l.day_lead(l.short_date(rendered), l.short_date(place.today)),
        choices,
        closed,
    })
}

/// Tells whether nothing has to be asked: it is for today, or a night round that is still in time and alone.
fn is_plain(place: &Place, owed: &StoredObligation) -> bool {
    let o = &owed.obligation;
    let in_time = standing(o, place.now) == Standing::Open;
    o.is_met() || o.day >= place.today || (in_time && open_today(place).is_empty())
}

fn is_open(place: &Place, owed: &StoredObligation) -> bool {
    matches!(
        standing(&owed.obligation, place.now),
        Standing::Open | Standing::Overdue
    )
}

fn open_today(place: &Place) -> Vec<&StoredObligation> {
    let owed = place.owed.iter();
    owed.filter(|owed| owed.obligation.day == place.today && is_open(place, owed))
        .collect()
}
