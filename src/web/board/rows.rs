//! Says one obligation on the board: how it stands, whom to phone, how far the chase has come.

use chrono_tz::Tz;

use super::load::Loaded;
use crate::domain::checkin::Provenance;
use crate::domain::ladder::Ladder;
use crate::domain::standing::Standing;
use crate::domain::time::{Timestamp, from_millis, local_day};
use crate::i18n::Lang;
use crate::i18n::terms::{INCIDENT, shape};
use crate::store::{BoardChase, BoardRow};
use crate::web::page::dial;

/// One row of the list.
#[derive(Debug)]
pub(in crate::web) struct RowView {
    pub(super) id: i64,
    pub(super) unit: i64,
    pub(super) name: String,
    /// The unit above it, where the fold does not say it.
    pub(super) above: Option<String>,
    pub(super) roll_up: bool,
    pub(super) standing: StandingView,
    /// Beside the standing: when it was received, or to when it was extended.
    pub(super) notes: Vec<String>,
    pub(super) post: Option<String>,
    pub(super) phone: Option<String>,
    pub(super) dial: String,
    pub(super) contact: Option<String>,
    /// That its reporters were reminded by hand, and when.
    pub(super) reminded: Option<String>,
    pub(super) step: String,
    pub(super) next: Option<String>,
    pub(super) gap: Option<&'static str>,
    /// Whether a report is still owed.
    pub(super) is_unmet: bool,
    /// Whether only the office can still enter a report: nobody is reminded any more.
    pub(super) is_closed: bool,
}

/// How something stands: colour, shape and word.
#[derive(Debug, Clone)]
pub(in crate::web) struct StandingView {
    pub(in crate::web) class: String,
    pub(in crate::web) shape: &'static str,
    pub(in crate::web) word: &'static str,
    /// The word of a report that something happened.
    pub(in crate::web) incident: Option<&'static str>,
}

/// Who says rows, and when.
pub(in crate::web) struct Teller<'a> {
    pub(in crate::web) l: Lang,
    pub(in crate::web) zone: Tz,
    pub(in crate::web) now: Timestamp,
    pub(in crate::web) loaded: &'a Loaded,
}

/// Writes an instant: the time alone if it is today.
pub(in crate::web) fn when(l: Lang, at: Timestamp, now: Timestamp, zone: Tz) -> String {
    match local_day(at, zone) == local_day(now, zone) {
        true => l.time(at, zone),
        false => l.moment(at, zone),
    }
}

/// Says until when the chase of an unmet obligation rests; it never goes on past closing.
pub(in crate::web) fn rests(l: Lang, until: Timestamp, closes: Timestamp, time: String) -> String {
    match until < closes {
        true => l.row_paused(time),
        false => l.row_rests().to_owned(),
    }
}

impl StandingView {
    /// Says a standing by its code; `outage` is one too.
    pub(in crate::web) fn of(l: Lang, code: &str, incident: bool) -> Self {
        let known = Standing::parse(code);
        Self {
            class: format!("st {code}"),
            shape: known.map_or("□", shape),
            word: known.map_or(l.filter_outage(), |standing| l.standing(standing)),
            incident: incident.then(|| l.term_incident()),
        }
    }

    /// The sign of a report that something happened.
    pub(in crate::web) fn dot(&self) -> &'static str {
        INCIDENT
    }
}

impl Teller<'_> {
    fn when(&self, at: Timestamp) -> String {
        when(self.l, at, self.now, self.zone)
    }

    /// Says one row.
    pub(super) fn row(&self, row: &BoardRow) -> RowView {
        let l = self.l;
        let chase = self.chase(row);
        let is_unmet = row.received.is_none() && row.standing != Standing::Excused.code();
        let parent = row.path.ancestors().next();
        let above = parent
            .filter(|id| Some(*id) != row.fold)
            .and_then(|id| self.loaded.tree.get(id))
            .map(|unit| unit.name.as_str().to_owned());
        RowView {
            id: row.id.0,
            unit: row.unit.0,
            name: row.name.clone(),
            above,
            roll_up: row.is_roll_up,
            standing: StandingView::of(l, &row.standing, row.received.is_some() && row.incident),
            notes: self.notes(row),
            post: row.post.clone(),
            dial: dial(row.phone.as_deref().unwrap_or_default()),
            phone: row.phone.clone(),
            contact: row.contact.as_ref().map(|(at, result)| match result.as_str() {
                "reached" => l.row_reached(self.when(*at)),
                _ => l.row_no_answer(self.when(*at)),
            }),
            reminded: row.reminded.map(|at| l.row_reminded(self.when(at))),
            step: chase.map_or_else(|| l.row_step_none().to_owned(), |chase| self.step(chase, row)),
            next: chase.and_then(|chase| self.next(chase, row)),
            gap: row
                .gap
                .as_deref()
                .filter(|_| is_unmet)
                .map(|reason| match reason {
                    "all_failed" => l.row_gap_failed(),
                    _ => l.row_gap_address(),
                }),
            is_unmet,
            is_closed: self.now >= row.closes,
        }
    }

    fn notes(&self, row: &BoardRow) -> Vec<String> {
        let l = self.l;
        let mut notes = Vec::new();
        if let Some(at) = row.received {
            notes.push(l.row_received(self.when(at)));
        } else if row.due != row.scheduled_due {
            notes.push(l.row_extended(self.when(row.due)));
        }
        match row.provenance {
            Some(way @ (Provenance::Proxy | Provenance::Phone | Provenance::Offline)) => {
                notes.push(l.provenance(way).to_owned());
            }
            Some(Provenance::Own) | None => {}
        }
        notes
    }

    fn chase(&self, row: &BoardRow) -> Option<&BoardChase> {
        if row.received.is_some() {
            return None;
        }
        self.loaded.chases().find(|chase| {
            let group = chase.group;
            Some(group.round) == row.round && group.due == row.due && group.resumption == row.resumption
        })
    }

    /// Gives until when a chase rests, if it does.
    fn resting(&self, chase: &BoardChase) -> Option<Timestamp> {
        let resumes = from_millis(chase.group.resumption).filter(|at| *at > self.now);
        resumes.filter(|_| chase.group.resumption > 0)
    }

    fn step(&self, chase: &BoardChase, row: &BoardRow) -> String {
        let l = self.l;
        if let Some(at) = self.resting(chase) {
            return rests(l, at, row.closes, self.when(at));
        }
        match chase.progress.done {
            Some(done) => l.row_step(
                done + 1,
                chase.ladder.steps().len(),
                self.audience(&chase.ladder, done),
            ),
            None => l.row_step_none().to_owned(),
        }
    }

    fn next(&self, chase: &BoardChase, row: &BoardRow) -> Option<String> {
        if self.resting(chase).is_some_and(|at| at >= row.closes) {
            return None;
        }
        let place = chase.progress.done.map_or(0, |done| done + 1);
        match (chase.next, chase.ladder.step(place)) {
            (Some(at), Some(_)) => Some(
                self.l
                    .row_next(self.when(at), self.audience(&chase.ladder, place)),
            ),
            (Some(at), None) => Some(self.l.row_paused(self.when(at))),
            (None, _) => chase.progress.done.map(|_| self.l.row_ended().to_owned()),
        }
    }

    fn audience(&self, ladder: &Ladder, place: usize) -> String {
        ladder
            .step(place)
            .map_or_else(String::new, |step| self.l.audience(&step.audience))
    }
}
