//! Asks open incidents how they go on, and tells those who were told of them what has changed.

use chrono::TimeDelta;

use super::{Error, Result, Service};
use crate::crash::Point;
use crate::domain::address::Address;
use crate::domain::calendar::DayKind;
use crate::domain::ids::{AlertId, IncidentId, ObligationId, PeriodId, ReportId, RuleId};
use crate::domain::incident::{Asking, Change, ReportKind, changes};
use crate::domain::letter::{Details, LetterKind, follow_up_key};
use crate::domain::obligation::{Kind, NewRound, Round};
use crate::domain::period::{Level, Period, RoundRule, Scope};
use crate::domain::progress::{Progress, due_steps};
use crate::domain::time::{Timestamp, from_millis};
use crate::store::{self, Group, NewObligationRow, StoredIncident, Tx};

impl Service {
    /// Writes the follow-ups that open incidents owe now, and gives when the next ones open.
    ///
    /// They hang on a round like any other report, so the same engine chases them and the same board shows them.
    pub(super) async fn ask_incidents(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        let (table, zone) = (&self.settings.incident.follow_up, self.settings.service.zone);
        let next = table.next_opening(now, zone);
        let Some(asking) = table.current(now, zone) else {
            return Ok(next);
        };
        let opens = asking.hours.window(asking.day, zone).opens();
        let mut conn = self.store.read().await?;
        let open = conn.incidents_to_ask(opens).await?;
        drop(conn);
        // A unit that is no more cannot be asked; its incident stays with the office until somebody closes it.
        let tree = self.tree().await?;
        for drill in [false, true] {
            let asked: Vec<&StoredIncident> = open
                .iter()
                .filter(|one| one.drill == drill && table.asks(one.severity, asking.time))
                .filter(|one| tree.get(one.unit).is_some())
                .collect();
            if !asked.is_empty() {
                self.ask(&asking, &asked, drill, now).await?;
            }
        }
        Ok(next)
    }

    async fn ask(
        &self,
        asking: &Asking,
        asked: &[&StoredIncident],
        drill: bool,
        now: Timestamp,
    ) -> Result<()> {
        let tree = self.tree().await?;
        let zone = self.settings.service.zone;
        let window = asking.hours.window(asking.day, zone);
        let mut tx = self.store.begin().await?;
        let round = self.follow_up_round(&mut tx, asking, drill, now).await?;
        let row = |one: &&StoredIncident| NewObligationRow {
            unit_id: one.unit.0,
            path: tree
                .get(one.unit)
                .map_or(&one.path, |unit| &unit.path)
                .as_str()
                .to_owned(),
            kind: Kind::FollowUp(one.id).code(),
            subject: one.id.to_string(),
            round_id: Some(round.id.0),
            business_date: asking.day.to_string(),
            opens_at: window.opens().timestamp_millis(),
            due_at: window.due().timestamp_millis(),
            grace_ms: window.grace().num_milliseconds(),
            closes_at: window.closes().timestamp_millis(),
            drill: i64::from(drill),
        };
        let rows: Vec<NewObligationRow> = asked.iter().map(row).collect();
        let added = tx.add_obligations(&rows).await?;
        let served: Vec<_> = added.iter().map(|one| (ObligationId(one.id), round.id)).collect();
        tx.add_sources(&served).await?;
        let group = Group {
            round: round.id,
            due: window.due(),
            resumption: 0,
        };
        let ladder = tx.ladder(round.ladder).await?.ok_or(Error::Missing("ladder"))?;
        let first = due_steps(&ladder, window.due(), window.closes(), &Progress::default(), now);
        let next = if first.fire.is_empty() {
            first.next
        } else {
            Some(now)
        };
        tx.begin_chase(group, window.closes(), &Progress::default(), next)
            .await?;
        self.crash.pass(Point::TickOpen).await;
        tx.commit().await?;
        Ok(())
    }

    /// Gives the round of an asking. Its rule belongs to a period without a span, so the schedule never opens it.
    async fn follow_up_round(
        &self,
        tx: &mut Tx,
        asking: &Asking,
        drill: bool,
        now: Timestamp,
    ) -> Result<Round> {
        let ladder = tx
            .pin_ladder("follow_up", &self.settings.chase.ladder, now)
            .await?;
        let tree = self.tree().await?;
        let label = self.settings.incident.label.clone();
        let beginning = from_millis(0).unwrap_or(now);
        let rule = RoundRule {
            id: RuleId(0),
            label: label.clone(),
            hours: asking.hours,
            days: DayKind::EveryDay,
            roll_up: false,
            from: asking.day,
            until: None,
            ladder,
        };
        let period = Period {
            id: PeriodId(0),
            name: label,
            basis: self.settings.incident.basis.clone(),
            level: Level::III,
            scope: Scope {
                subtrees: tree.roots().map(|unit| unit.id).collect(),
                ..Scope::default()
            },
            starts: beginning,
            ends: beginning,
            stopped: None,
            drill,
            rules: vec![rule.clone()],
        };
        let (rule_id, period_id) = match tx.follow_up_rule(&period).await? {
            Some(known) => known,
            None => {
                let id = tx.add_period(&period, now).await?;
                (tx.add_rule(id, &rule).await?, id)
            }
        };
        let round = NewRound {
            id: (),
            rule: rule_id,
            period: period_id,
            day: asking.day,
            label: rule.label,
            level: period.level,
            window: asking.hours.window(asking.day, self.settings.service.zone),
            ladder,
            drill,
            roll_up: false,
        };
        let id = tx.begin_round(&round).await?;
        tx.advance_round(id, 0, Some(now)).await?;
        let stored = tx.round(id).await?.ok_or(Error::Missing("round"))?;
        Ok(stored.round)
    }

    /// Writes to those who were told of an incident what a later report says otherwise; gives whether anybody is told. Whom
    /// an alert that it raised tells of everything needs no letter about the change.
    pub(super) async fn tell_changes(
        &self,
        tx: &mut Tx,
        report: ReportId,
        incident: IncidentId,
        (kind, raised): (ReportKind, Option<AlertId>),
    ) -> store::Result<bool> {
        let head = tx.incident(incident).await?.and_then(|one| one.joined);
        let mut told = tx.told_of(incident).await?;
        if let Some(head) = head {
            told.extend(tx.told_of(head).await?);
            told.sort_unstable();
            told.dedup();
        }
        if let Some(raised) = raised {
            let called = tx.posted_for(raised).await?;
            told.retain(|address| !called.iter().any(|letter| letter.address == *address));
        }
        if told.is_empty() {
            return Ok(false);
        }
        if kind == ReportKind::FollowUp && self.changes_of(tx, report).await?.is_empty() {
            return Ok(false);
        }
        let languages = self.languages(tx).await?;
        let details = Details::FollowUp { report };
        let letter = |address: &Address| {
            let key = follow_up_key(report, address);
            self.letter(LetterKind::FollowUp, key, address, &languages, &details)
        };
        let letters: Vec<_> = told
            .iter()
            .filter_map(|a| Address::parse(a).ok())
            .map(|a| letter(&a))
            .collect();
        tx.add_letters(&letters, self.now()).await?;
        Ok(!letters.is_empty())
    }

    /// Gives what a report says otherwise than the one before it on the same incident.
    pub(super) async fn changes_of(
        &self,
        conn: &mut store::Conn,
        report: ReportId,
    ) -> store::Result<Vec<Change>> {
        let Some(this) = conn.report(report).await? else {
            return Ok(Vec::new());
        };
        let reports = conn.reports_on(this.incident).await?;
        let before = reports.iter().rev().find(|one| one.number < this.number);
        let Some(before) = before else {
            return Ok(Vec::new());
        };
        let kept = conn.check_ins(&[before.check_in, this.check_in]).await?;
        let said = |id| {
            let kept = kept.iter().find(|kept| kept.check_in.id == id);
            kept.and_then(|kept| kept.check_in.content.incident())
        };
        Ok(match (said(before.check_in), said(this.check_in)) {
            (Some(before), Some(this)) => changes(before, this),
            _ => Vec::new(),
        })
    }
}

/// When an all clear is of the time of an event: a day before it became known, and a day after.
pub const AROUND: TimeDelta = TimeDelta::days(1);
