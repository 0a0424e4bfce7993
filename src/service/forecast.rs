//! Tells what a period will ask for and whom silence would reach, before it is declared and while it runs.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::period::{Declaration, RuleChange};
use super::{Error, Result, Service};
use crate::domain::access::Actor;
use crate::domain::forecast::{Asked, Coming, Rung, coming, silence};
use crate::domain::ids::{LadderId, UnitId};
use crate::domain::ladder::Ladder;
use crate::domain::period::Period;
use crate::domain::time::{BusinessDate, Timestamp};
use crate::domain::unit::{UnitPath, UnitTree};

/// How far ahead rounds are named.
pub const AHEAD: TimeDelta = TimeDelta::days(4);
/// The most rounds that are named.
const MOST_ROUNDS: usize = 12;
/// The most units whose contacts are looked through; above it only the times of the steps are told.
const MOST_UNITS: usize = 70_000;

/// What a period will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// The period as it would be in force.
    pub period: Period,
    /// How many units owe reports of their own, and how many roll up.
    pub asked: (usize, usize),
    /// The rounds of the next days.
    pub coming: Vec<Coming>,
    /// What happens when nobody reports, for the next round of each rule.
    pub silences: Vec<Silence>,
    /// The years whose holidays are not known though a rule asks for them.
    pub unknown_years: Vec<i32>,
    /// Other periods that ask some of the same units during that time.
    pub others: Vec<String>,
}

/// The ladder of one round that nobody answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// The round.
    pub round: Coming,
    /// Its steps, with no numbers where there are too many units to count.
    pub rungs: Vec<Rung>,
    /// Whether the steps have numbers.
    pub is_counted: bool,
}

impl Service {
    /// Tells what a declaration would do; nothing is written.
    ///
    /// # Errors
    /// As [`Service::declare_period`].
    pub async fn forecast(&self, actor: &Actor, wanted: &Declaration) -> Result<Forecast> {
        let tree = self.may_ask(actor, &wanted.scope).await?;
        let mut period = self.drafted(wanted, LadderId(0), self.now())?;
        // Rules that have no number yet are told apart by their place.
        for (rule, place) in period.rules.iter_mut().zip(1..) {
            rule.id.0 = -place;
        }
        let ladder = wanted.ladder.as_ref().unwrap_or(&self.settings.chase.ladder);
        self.forecast_with(period, &tree, |_| Some(ladder.clone())).await
    }

    /// Tells what a declared period would do after a change of its rounds; nothing is written.
    ///
    /// # Errors
    /// When it cannot change so, or the database does not answer.
    pub async fn forecast_change(
        &self,
        before: &Period,
        change: RuleChange<'_>,
        from: BusinessDate,
    ) -> Result<Forecast> {
        let at = (self.now(), self.settings.service.zone);
        self.forecast_of(change.of(before, from, at)?).await
    }

    /// Tells what a declared period will do from now on.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forecast_of(&self, period: Period) -> Result<Forecast> {
        let tree = self.tree().await?;
        let mut conn = self.store.read().await?;
        let mut ladders = Vec::new();
        for id in period
            .rules
            .iter()
            .map(|rule| rule.ladder)
            .collect::<BTreeSet<_>>()
        {
            let ladder = conn.ladder(id).await?.ok_or(Error::Missing("ladder"))?;
            ladders.push((id, ladder));
        }
        drop(conn);
        let of = |id: LadderId| ladders.iter().find(|(one, _)| *one == id).map(|(_, l)| l.clone());
        self.forecast_with(period, &tree, of).await
    }

    async fn forecast_with(
        &self,
        period: Period,
        tree: &UnitTree,
        ladder_of: impl Fn(LadderId) -> Option<Ladder>,
    ) -> Result<Forecast> {
        let (now, zone) = (self.now(), self.settings.service.zone);
        let asked = Asked::of(&period.scope, tree);
        let calendar = (&self.calendar, zone);
        let rounds = coming(&period, &asked, calendar, (now, AHEAD), MOST_ROUNDS);
        let mut seen = BTreeSet::new();
        let mut silences = Vec::new();
        for round in rounds.iter().filter(|round| seen.insert(round.rule)) {
            let rule = period.rules.iter().find(|rule| rule.id == round.rule);
            let Some(ladder) = rule.and_then(|rule| ladder_of(rule.ladder)) else {
                continue;
            };
            silences.push(
                self.silence_of(round, asked.by(round.roll_up), &ladder, tree)
                    .await?,
            );
        }
        Ok(Forecast {
            asked: (asked.own.len(), asked.roll_up.len()),
            unknown_years: period.unknown_years(&self.calendar, zone),
            others: self.others(&period, &asked, tree, now).await?,
            coming: rounds,
            silences,
            period,
        })
    }

    async fn silence_of(
        &self,
        round: &Coming,
        units: &[UnitId],
        ladder: &Ladder,
        tree: &UnitTree,
    ) -> Result<Silence> {
        let is_counted = units.len() <= MOST_UNITS;
        let units = if is_counted { units } else { &[] };
        let paths = units
            .iter()
            .filter_map(|id| tree.get(*id))
            .map(|unit| unit.path.clone());
        let paths: Vec<UnitPath> = paths.collect();
        let ids: BTreeSet<UnitId> = paths.iter().flat_map(UnitPath::ids).collect();
        let ids: Vec<UnitId> = ids.into_iter().collect();
        let mut conn = self.store.read().await?;
        let directory = self.directory_of(&mut conn, &ids, ladder).await?;
        drop(conn);
        Ok(Silence {
            round: round.clone(),
            rungs: silence(ladder, &paths, &directory),
            is_counted,
        })
    }

    /// Names the other periods that ask some of the same units, both in earnest or both drills.
    async fn others(
        &self,
        period: &Period,
        asked: &Asked,
        tree: &UnitTree,
        now: Timestamp,
    ) -> Result<Vec<String>> {
        let all = self.store.read().await?.periods_ending_after(now).await?;
        let meets = |other: &&Period| {
            let apart = other.id == period.id || other.drill != period.drill;
            // A period without a span only holds the follow-ups of incidents.
            let spans =
                other.starts < other.ends && other.starts < period.end() && period.starts < other.end();
            let area = other.scope.area();
            let mut units = asked.own.iter().filter_map(|id| tree.get(*id));
            !apart && spans && units.any(|unit| area.contains(unit))
        };
        Ok(all.iter().filter(meets).map(|other| other.name.clone()).collect())
    }
}
