//! Finds for which unit somebody reports, what it owes now and what it sent today.

use std::collections::HashMap;

use chrono::{Datelike as _, Days, NaiveDate, NaiveTime, Offset as _, TimeDelta};

use super::Head;
use crate::domain::access::{Actor, Deed, Scope, permit};
use crate::domain::ids::{CheckInId, ObligationId, RoundId, UnitId};
use crate::domain::obligation::Schedule;
use crate::domain::time::{Timestamp, local_day, timestamp};
use crate::domain::unit::UnitTree;
use crate::i18n::Lang;
use crate::store::{IncidentLine, RoundName, StoredCheckIn, StoredFinding, StoredObligation};
use crate::web::{App, Failure, Visit};

/// For how long the page shows what was found.
const FOUND: TimeDelta = TimeDelta::days(30);
/// How far ahead the next round is looked for.
const AHEAD: TimeDelta = TimeDelta::days(3);

/// A unit at its desk.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) unit: UnitId,
    name: String,
    above: Option<String>,
    others: Vec<(UnitId, String)>,
    pub(super) now: Timestamp,
    pub(super) today: NaiveDate,
    /// What it owes or owed today, the earliest due first.
    pub(super) owed: Vec<StoredObligation>,
    names: HashMap<RoundId, RoundName>,
    kept: HashMap<CheckInId, StoredCheckIn>,
    /// How many reports it was asked for this month.
    pub(super) asked: i64,
    /// Its incidents that are open, and what was found of its reports lately.
    pub(super) incidents: Vec<IncidentLine>,
    /// Its urgent reports that nobody has yet, and since when.
    pub(super) unanswered: Vec<(CheckInId, Timestamp)>,
    pub(super) findings: Vec<StoredFinding>,
}

impl Place {
    /// Finds the unit that is asked for, or the only one that the visitor reports for.
    pub(super) async fn find(app: &App, visit: &Visit, wanted: Option<UnitId>) -> Result<Self, Failure> {
        let tree = app.tree().await?;
        let mine = mine(visit.actor()?, &tree);
        let unit = match wanted {
            Some(wanted) => mine.iter().copied().find(|unit| *unit == wanted),
            // Of several, none is taken for the one that is meant.
            None => mine.first().copied().filter(|_| mine.len() == 1),
        };
        let unit = unit.ok_or(Failure::NotTheirs)?;
        let (now, zone) = (app.now(), app.settings.service.zone);
        let today = local_day(now, zone);
        let midnight = timestamp(today, NaiveTime::MIN, zone);
        let mut conn = app.store.read().await?;
        let owed = conn.obligations_of_unit(unit, now, midnight).await?;
        let rounds: Vec<RoundId> = owed.iter().filter_map(|o| o.obligation.round).collect();
        let latest: Vec<CheckInId> = owed.iter().filter_map(|o| o.latest).collect();
        let names = conn.round_names(&rounds).await?;
        let kept = conn.check_ins(&latest).await?;
        let first = timestamp(today.with_day(1).unwrap_or(today), NaiveTime::MIN, zone);
        let asked = conn.asked(unit, first, now + TimeDelta::milliseconds(1)).await?;
        let incidents = conn.open_incidents_of(unit, now).await?;
        let unanswered = conn.unanswered_of(unit).await?;
        let findings = conn.findings_of(unit, now - FOUND).await?;
        let label = |id: &UnitId| tree.label(*id).map(|l| l.to_string()).unwrap_or_default();
        Ok(Self {
            unit,
            name: tree.get(unit).map(|u| u.name.to_string()).unwrap_or_default(),
            above: tree.parent(unit).map(|u| u.name.to_string()),
            others: mine
                .iter()
                .filter(|id| **id != unit)
                .map(|id| (*id, label(id)))
                .collect(),
            now,
            today,
            owed,
            names: names.into_iter().map(|n| (n.round, n)).collect(),
            kept: kept.into_iter().map(|k| (k.check_in.id, k)).collect(),
            asked,
            incidents,
            unanswered,
            findings,
        })
    }

    /// Takes in an obligation of an earlier day, which a report that waited for its connection still names.
    pub(super) async fn recall(&mut self, app: &App, id: Option<i64>) -> Result<(), Failure> {
        let known = |id: ObligationId| self.owed.iter().any(|owed| owed.obligation.id == id);
        let Some(id) = id.map(ObligationId).filter(|id| !known(*id)) else {
            return Ok(());
        };
        let mut conn = app.store.read().await?;
        let found = conn.obligation(id).await?;
        let Some(owed) = found.filter(|owed| owed.obligation.unit == self.unit) else {
            return Ok(());
        };
        let rounds: Vec<RoundId> = owed.obligation.round.into_iter().collect();
        let names = conn.round_names(&rounds).await?;
        self.names
            .extend(names.into_iter().map(|name| (name.round, name)));
        let latest: Vec<CheckInId> = owed.latest.into_iter().collect();
        let kept = conn.check_ins(&latest).await?;
        self.kept
            .extend(kept.into_iter().map(|kept| (kept.check_in.id, kept)));
        self.owed.push(owed);
        Ok(())
    }

    /// Gives the round that an obligation follows.
    pub(super) fn round(&self, owed: &StoredObligation) -> Option<&RoundName> {
        owed.obligation.round.and_then(|round| self.names.get(&round))
    }

    /// Names what an obligation is for.
    pub(super) fn label(&self, owed: &StoredObligation, l: Lang) -> String {
        let round = self.round(owed).map(|round| round.label.clone());
        round.unwrap_or_else(|| l.letter_follow_up().to_owned())
    }

    /// Gives the report that an obligation has.
    pub(super) fn report(&self, owed: &StoredObligation) -> Option<&StoredCheckIn> {
        owed.latest.and_then(|latest| self.kept.get(&latest))
    }

    /// Writes an instant as today's readers see it: 16:00; 昨天… with its day where it is not today.
    pub(super) fn time(&self, app: &App, l: Lang, at: Timestamp) -> String {
        l.time_for(at, app.settings.service.zone, self.today)
    }

    /// Tells whether a day is the one before.
    pub(super) fn is_yesterday(&self, day: NaiveDate) -> bool {
        day.checked_add_days(Days::new(1)) == Some(self.today)
    }

    /// Gives what stands above the page.
    pub(super) fn head(&self, app: &App, l: Lang) -> Head {
        let zone = app.settings.service.zone;
        Head {
            unit: self.unit.0,
            name: self.name.clone(),
            above: self.above.clone(),
            date: l.date(self.today),
            time: l.time_exact(self.now, zone),
            now: self.now.timestamp_millis(),
            ahead: self.now.with_timezone(&zone).offset().fix().local_minus_utc(),
            others: self
                .others
                .iter()
                .map(|(id, name)| (id.0, name.clone()))
                .collect(),
        }
    }

    /// Says when the unit is asked next.
    pub(super) async fn next(&self, app: &App, l: Lang) -> Result<String, Failure> {
        let tree = app.tree().await?;
        let periods = app.store.read().await?.periods_ending_after(self.now).await?;
        let schedule = Schedule {
            periods: &periods,
            calendar: &app.calendar,
            zone: app.settings.service.zone,
        };
        let unit = tree.get(self.unit);
        let next = unit.and_then(|unit| {
            let upcoming = schedule.upcoming(unit, &tree, &[], self.now, AHEAD);
            upcoming.into_iter().next()
        });
        Ok(next.map_or_else(
            || l.desk_next_none().to_owned(),
            |next| {
                let (opens, due) = (next.window.opens(), next.window.due());
                l.desk_next(next.label, self.time(app, l, opens), self.time(app, l, due))
            },
        ))
    }
}

/// Gives the units that an actor reports for.
pub(super) fn mine(actor: &Actor, tree: &UnitTree) -> Vec<UnitId> {
    match permit(actor, Deed::Report) {
        Ok(Scope::Units { subtrees, single }) => {
            let paths = single.iter().chain(&subtrees);
            let ids = paths.filter_map(|path| path.id());
            ids.filter(|id| tree.get(*id).is_some()).collect()
        }
        _ => Vec::new(),
    }
}
