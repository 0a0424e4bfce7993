//! Declares, stops and extends periods, and puts new versions of their rules in force.

use std::sync::Arc;

use chrono_tz::Tz;
use serde_json::json;

use super::audit::who;
use super::error::Fault;
use super::excuse::reason_within;
use super::{Error, Result, Service};
use crate::domain::access::{Actor, Deed, Scope as Leave, permit};
use crate::domain::calendar::DayKind;
use crate::domain::ids::{LadderId, PeriodId, RuleId, UnitId};
use crate::domain::ladder::Ladder;
use crate::domain::period::{Hours, Level, Period, RoundRule, Scope};
use crate::domain::time::{BusinessDate, Timestamp, local_day};
use crate::domain::unit::UnitTree;
use crate::store::Tx;

/// The name under which the ladder of the settings is pinned.
const DEFAULT_LADDER: &str = "default";
/// The name under which ladders are pinned that a declaration brings along.
const OWN_LADDER: &str = "own";

/// A period as it is asked for.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// What people call it.
    pub name: String,
    /// The number of the document that declares it.
    pub basis: String,
    /// How grave it is.
    pub level: Level,
    /// Whom it asks.
    pub scope: Scope,
    /// No earlier than now; what is earlier counts as now.
    pub starts: Timestamp,
    /// When it ends by itself.
    pub ends: Timestamp,
    /// Whether it is a drill, whose data never count.
    pub drill: bool,
    /// At least one.
    pub rounds: Vec<NewRule>,
    /// `None`: the ladder of the settings.
    pub ladder: Option<Ladder>,
}

/// One deadline in the days of a period, as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRule {
    /// What people call it.
    pub label: String,
    /// Its local times.
    pub hours: Hours,
    /// On which days it holds.
    pub days: DayKind,
    /// Whether parents report on their units, instead of every unit for itself.
    pub roll_up: bool,
}

impl NewRule {
    fn in_force_from(&self, from: BusinessDate, ladder: LadderId) -> RoundRule {
        RoundRule {
            // Given by the database when it is written.
            id: RuleId(0),
            label: self.label.trim().to_owned(),
            hours: self.hours,
            days: self.days,
            roll_up: self.roll_up,
            from,
            until: None,
            ladder,
        }
    }
}

/// One change of the rounds of a period.
#[derive(Debug, Clone, Copy)]
pub enum RuleChange<'a> {
    /// One more.
    Add(&'a NewRule),
    /// A new version of one.
    Revise(RuleId, &'a NewRule),
    /// The end of one.
    End(RuleId),
}

impl RuleChange<'_> {
    /// Gives the period as it would be; a new rule has no number yet.
    pub(super) fn of(
        self,
        before: &Period,
        from: BusinessDate,
        (now, zone): (Timestamp, Tz),
    ) -> Result<Period> {
        let ladder = |rule: Option<&RoundRule>| rule.map(|rule| rule.ladder).ok_or(Error::Missing("rule"));
        Ok(match self {
            Self::Add(new) => {
                let ladder = ladder(before.rules.last())?;
                before.with_rule(new.in_force_from(from, ladder), now, zone)?
            }
            Self::Revise(old, new) => {
                let ladder = ladder(before.rules.iter().find(|rule| rule.id == old))?;
                before.revised(old, new.in_force_from(from, ladder), now, zone)?
            }
            Self::End(rule) => before.without_rule(rule, from, now, zone)?,
        })
    }
}

/// What came of a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The period as it is in force.
    pub period: Period,
    /// How many units owe a report of their own, as the tree stands now.
    pub asked: usize,
    /// The years whose holidays are not known though a rule asks for them.
    pub unknown_years: Vec<i32>,
}

impl Service {
    /// Declares a period; its rounds open by themselves.
    ///
    /// # Errors
    /// When whoever asks may not, or a rule of periods is not kept.
    pub async fn declare_period(&self, actor: &Actor, wanted: &Declaration) -> Result<Declared> {
        let tree = self.may_ask(actor, &wanted.scope).await?;
        let now = self.now();
        let mut tx = self.store.begin().await?;
        let ladder = self.pin(&mut tx, wanted.ladder.as_ref(), now).await?;
        let mut period = self.drafted(wanted, ladder, now)?;
        period.id = tx.add_period(&period, now).await?;
        for rule in &mut period.rules {
            rule.id = tx.add_rule(period.id, rule).await?;
        }
        let detail = json!({
            "name": period.name, "basis": period.basis, "level": period.level.code(), "scope": period.scope,
            "starts": period.starts.timestamp_millis(), "ends": period.ends.timestamp_millis(),
            "drill": period.drill, "rules": period.rules.iter().map(|rule| rule.id.0).collect::<Vec<_>>(),
        });
        self.audit(
            &mut tx,
            &who(actor),
            "declare_period",
            &subject(period.id),
            detail,
        )
        .await?;
        tx.commit().await?;
        self.changed.notify_one();
        let area = period.scope.area();
        Ok(Declared {
            asked: tree.iter().filter(|unit| area.contains(unit)).count(),
            unknown_years: period.unknown_years(&self.calendar, self.settings.service.zone),
            period,
        })
    }

    /// Checks that somebody may ask the units of a scope; gives the tree that it was looked up in.
    pub(super) async fn may_ask(&self, actor: &Actor, scope: &Scope) -> Result<Arc<UnitTree>> {
        let leave = permit(actor, Deed::DeclarePeriod)?;
        let tree = self.tree().await?;
        check_scope(scope, &tree, &leave)?;
        Ok(tree)
    }

    /// Makes the period that is asked for, as it would be in force, without numbers.
    pub(super) fn drafted(&self, wanted: &Declaration, ladder: LadderId, now: Timestamp) -> Result<Period> {
        let zone = self.settings.service.zone;
        let from = local_day(wanted.starts.max(now), zone);
        let rules = wanted.rounds.iter();
        let period = Period {
            id: PeriodId(0),
            name: wanted.name.trim().to_owned(),
            basis: wanted.basis.trim().to_owned(),
            level: wanted.level,
            scope: wanted.scope.clone(),
            starts: wanted.starts,
            ends: wanted.ends,
            stopped: None,
            drill: wanted.drill,
            rules: rules.map(|rule| rule.in_force_from(from, ladder)).collect(),
        };
        Ok(period.declared(now, &self.calendar, zone)?)
    }

    /// Stops a period now. What has opened stays owed.
    ///
    /// # Errors
    /// When whoever asks may not, there is no such period, or it is over.
    pub async fn stop_period(&self, actor: &Actor, id: PeriodId, reason: &str) -> Result<Period> {
        let leave = permit(actor, Deed::StopPeriod)?;
        let reason = reason_within(reason, LONGEST_REASON)?;
        let (mut tx, period) = self.hold_period(id, &leave).await?;
        let period = period.stopped_at(self.now())?;
        tx.set_period_end(&period).await?;
        let detail = json!({ "reason": reason });
        self.end_deed(tx, actor, "stop_period", id, detail).await?;
        Ok(period)
    }

    /// Lets a period last longer.
    ///
    /// # Errors
    /// When whoever asks may not, there is no such period, or the new end is no later.
    pub async fn extend_period(
        &self,
        actor: &Actor,
        id: PeriodId,
        ends: Timestamp,
        reason: &str,
    ) -> Result<Period> {
        let leave = permit(actor, Deed::ExtendPeriod)?;
        let reason = reason_within(reason, LONGEST_REASON)?;
        let (mut tx, before) = self.hold_period(id, &leave).await?;
        let period = before.extended(ends, self.now())?;
        tx.set_period_end(&period).await?;
        let (old, new) = (before.ends.timestamp_millis(), ends.timestamp_millis());
        let detail = json!({ "reason": reason, "before": old, "after": new });
        self.end_deed(tx, actor, "extend_period", id, detail).await?;
        Ok(period)
    }

    /// Replaces a rule by a new version from a day on; rounds that have opened stay as they are.
    ///
    /// # Errors
    /// When whoever asks may not, there is no such rule in force, or the rounds of that day have begun.
    pub async fn revise_rule(
        &self,
        actor: &Actor,
        id: PeriodId,
        old: RuleId,
        new: &NewRule,
        from: BusinessDate,
    ) -> Result<Period> {
        let leave = permit(actor, Deed::DeclarePeriod)?;
        let (mut tx, before) = self.hold_period(id, &leave).await?;
        let at = (self.now(), self.settings.service.zone);
        let mut period = RuleChange::Revise(old, new).of(&before, from, at)?;
        let until = period.rules.iter().find(|rule| rule.id == old);
        tx.end_rule(old, until.and_then(|rule| rule.until).unwrap_or(from))
            .await?;
        if let Some(rule) = period.rules.last_mut() {
            rule.id = tx.add_rule(id, rule).await?;
        }
        let new = period.rules.last().map(|rule| rule.id.0);
        let detail = json!({ "old": old.0, "new": new, "from": from.to_string() });
        self.end_deed(tx, actor, "revise_rule", id, detail).await?;
        Ok(period)
    }

    /// Adds a rule from a day on.
    ///
    /// # Errors
    /// When whoever asks may not, the period is over, or the round of that day can no longer be asked for.
    pub async fn add_rule(
        &self,
        actor: &Actor,
        id: PeriodId,
        new: &NewRule,
        from: BusinessDate,
    ) -> Result<Period> {
        let leave = permit(actor, Deed::DeclarePeriod)?;
        let (mut tx, before) = self.hold_period(id, &leave).await?;
        let (now, zone) = (self.now(), self.settings.service.zone);
        let ladder = match before.rules.last() {
            Some(rule) => rule.ladder,
            None => self.pin(&mut tx, None, now).await?,
        };
        let mut period = before.with_rule(new.in_force_from(from, ladder), now, zone)?;
        if let Some(rule) = period.rules.last_mut() {
            rule.id = tx.add_rule(id, rule).await?;
        }
        let new = period.rules.last().map(|rule| rule.id.0);
        let detail = json!({ "new": new, "from": from.to_string() });
        self.end_deed(tx, actor, "add_rule", id, detail).await?;
        Ok(period)
    }

    /// Ends a rule before a day; rounds that have opened stay as they are.
    ///
    /// # Errors
    /// When whoever asks may not, there is no such rule in force, or the round of that day has opened.
    pub async fn end_rule(
        &self,
        actor: &Actor,
        id: PeriodId,
        rule: RuleId,
        until: BusinessDate,
    ) -> Result<Period> {
        let leave = permit(actor, Deed::DeclarePeriod)?;
        let (mut tx, before) = self.hold_period(id, &leave).await?;
        let at = (self.now(), self.settings.service.zone);
        let period = RuleChange::End(rule).of(&before, until, at)?;
        let ended = period.rules.iter().find(|one| one.id == rule);
        tx.end_rule(rule, ended.and_then(|rule| rule.until).unwrap_or(until))
            .await?;
        let detail = json!({ "old": rule.0, "until": until.to_string() });
        self.end_deed(tx, actor, "end_rule", id, detail).await?;
        Ok(period)
    }

    /// Begins a deed on a period that whoever asks may touch; deeds go one by one.
    async fn hold_period(&self, id: PeriodId, leave: &Leave) -> Result<(Tx, Period)> {
        let tree = self.tree().await?;
        let mut tx = self.store.begin().await?;
        tx.hold_audit_head().await?;
        let period = tx.period(id).await?.ok_or(Error::Missing("period"))?;
        // A unit that has ended meanwhile is nobody's any more, so it does not bar the way.
        let mut units = period.scope.subtrees.iter().filter_map(|&unit| tree.get(unit));
        match units.all(|unit| leave.covers(&unit.path)) {
            true => Ok((tx, period)),
            false => Err(Error::Missing("period")),
        }
    }

    async fn end_deed(
        &self,
        mut tx: Tx,
        actor: &Actor,
        deed: &str,
        id: PeriodId,
        detail: serde_json::Value,
    ) -> Result<()> {
        self.audit(&mut tx, &who(actor), deed, &subject(id), detail)
            .await?;
        tx.commit().await?;
        self.changed.notify_one();
        Ok(())
    }

    async fn pin(&self, tx: &mut Tx, own: Option<&Ladder>, now: Timestamp) -> Result<LadderId> {
        let settings = &self.settings.chase.ladder;
        Ok(match own {
            Some(own) if own != settings => tx.pin_ladder(OWN_LADDER, own, now).await?,
            _ => tx.pin_ladder(DEFAULT_LADDER, settings, now).await?,
        })
    }
}

fn subject(id: PeriodId) -> String {
    format!("period:{id}")
}

/// Checks that every unit of a scope is there and may be asked.
fn check_scope(scope: &Scope, tree: &UnitTree, leave: &Leave) -> Result<()> {
    let unknown = |_: &UnitId| Error::invalid("scope", Fault::Unknown);
    for id in &scope.subtrees {
        let unit = tree.get(*id).ok_or_else(|| unknown(id))?;
        if !leave.covers(&unit.path) {
            return Err(unknown(id));
        }
    }
    match scope.except.iter().find(|id| tree.get(**id).is_none()) {
        Some(id) => Err(unknown(id)),
        None => Ok(()),
    }
}

/// The most characters of a reason.
const LONGEST_REASON: usize = 500;
