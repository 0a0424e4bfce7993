//! Plays what the office, readers of letters and the administrator do through the deeds of the service.

use std::sync::Arc;

use chrono::TimeDelta;

use super::log::Hold;
use super::model::{Season, Turn};
use super::play::{Broken, Play};
use super::story::{Edit, Event, is_unheard};
use crate::domain::access::Actor;
use crate::domain::calendar::DayKind;
use crate::domain::ids::{AlertId, CheckInId, ObligationId};
use crate::domain::period::{Hours, Level, LocalTime, Scope};
use crate::domain::receipt::Number;
use crate::domain::unit::{UnitKind, UnitName, UnitTree};
use crate::service::period::{Declaration, NewRule};
use crate::service::{Answer, Error, Service, Word};
use crate::service::{Into, Succession};

pub(super) const REASON: &str = "simulated";

impl Play {
    pub(super) fn officer(&self) -> Actor {
        self.roster.officer(self.accounts[0])
    }

    pub(super) fn review(&mut self, check_in: CheckInId, confirm: bool) -> Result<(), Broken> {
        let officer = self.officer();
        let done = self.act(|service| {
            let officer = officer.clone();
            async move {
                let done = service.review(&officer, check_in, confirm).await;
                let mut conn = service.store.read().await?;
                let mut ended = Vec::new();
                if let (Ok(()), Some(kept)) = (&done, conn.check_in(check_in).await?)
                    && let Some(incident) = kept.check_in.incident
                {
                    ended.extend(conn.alerts_of(incident).await?.into_iter().map(|alert| alert.id));
                }
                done.map(|()| ended)
            }
        })?;
        match done {
            Ok(ended) if confirm => {
                let now = self.now();
                self.withdrawn(Number(check_in), now);
                let mut latest = self.log.latest.iter();
                if let Some((place, _)) = latest.find(|(_, number)| number.0 == check_in) {
                    self.model.owed[*place]
                        .turns
                        .push((now, Turn::Said { grave: false }));
                }
                for raised in self
                    .log
                    .raised
                    .iter_mut()
                    .filter(|raised| ended.contains(&raised.id))
                {
                    // Only if nothing came after; then the alert went on, and is looked at no more.
                    raised.ended.get_or_insert(now);
                }
            }
            Ok(_) | Err(Error::Already(_)) => {}
            Err(error) => self.surprise(format!("a review was refused: {error}")),
        }
        Ok(())
    }

    pub(super) fn decide_claim(&mut self, place: usize, accept: bool) -> Result<(), Broken> {
        let Some(number) = self.number(place)? else {
            return Ok(());
        };
        let officer = self.officer();
        let done = self.act(|service| {
            let officer = officer.clone();
            async move { service.decide_claim(&officer, number, accept).await }
        })?;
        match done {
            Ok(()) => {
                let now = self.now();
                let owed = &mut self.model.owed[place];
                owed.claim = accept;
                owed.turns.extend(accept.then_some((now, Turn::Believed)));
            }
            // Two reports with a claim, and both were looked at together.
            Err(Error::Already(_)) => {}
            Err(error) => self.surprise(format!("a claim could not be decided: {error}")),
        }
        Ok(())
    }

    pub(super) fn excuse(&mut self, place: usize) -> Result<(), Broken> {
        let wanted = self.model.owed[place].first.is_none() && !self.model.owed[place].excused;
        let done = self.with_number(place, |service, officer, number| async move {
            service.excuse(&officer, &[number], REASON).await.map(drop)
        })?;
        let now = self.now();
        match done {
            Some(Ok(())) => {
                let owed = &mut self.model.owed[place];
                owed.excused = true;
                owed.turns.push((now, Turn::Excused));
            }
            Some(Err(error)) if wanted => self.surprise(format!("an excusal was refused: {error}")),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn unexcuse(&mut self, place: usize) -> Result<(), Broken> {
        let done = self.with_number(place, |service, officer, number| async move {
            service.undo_excusal(&officer, number).await
        })?;
        let now = self.now();
        if let Some(Ok(())) = done {
            let owed = &mut self.model.owed[place];
            owed.excused = false;
            owed.turns.push((now, Turn::Unexcused));
        }
        Ok(())
    }

    pub(super) fn extend(&mut self, place: usize, by: TimeDelta) -> Result<(), Broken> {
        let now = self.now();
        let owed = &self.model.owed[place];
        let due = owed.due.max(now) + by;
        // To the minute, as people do; letters name no seconds.
        let due = due - TimeDelta::milliseconds(due.timestamp_millis().rem_euclid(60_000));
        let possible = owed.first.is_none() && now < owed.closes && due > owed.due && due > now;
        let done = self.with_number(place, |service, officer, number| async move {
            service.extend(&officer, &[number], due, REASON).await.map(drop)
        })?;
        match done {
            Some(Ok(())) => {
                let owed = &mut self.model.owed[place];
                owed.due = due;
                owed.closes = owed.closes.max(due + owed.grace);
                owed.turns.push((now, Turn::Due(due)));
                let closed = owed.closes + TimeDelta::seconds(11);
                self.later(closed, Event::Round);
            }
            Some(Err(error)) if possible => self.surprise(format!("an extension was refused: {error}")),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn phoned(&mut self, place: usize) -> Result<(), Broken> {
        let done = self.with_number(place, |service, officer, number| async move {
            service
                .contacted(&officer, &[number], crate::service::Call::Reached, "")
                .await
                .map(drop)
        })?;
        if let Some(Err(error)) = done {
            self.surprise(format!("a call could not be noted: {error}"));
        }
        Ok(())
    }

    /// Lets the officer decide about something owed.
    fn with_number<F: Future<Output = Result<(), Error>>>(
        &mut self,
        place: usize,
        deed: impl Fn(Arc<Service>, Actor, ObligationId) -> F,
    ) -> Result<Option<Result<(), Error>>, Broken> {
        let Some(number) = self.number(place)? else {
            return Ok(None);
        };
        let officer = self.officer();
        self.act(|service| deed(service, officer.clone(), number))
            .map(Some)
    }

    /// Takes a chase in hand by the link of a letter.
    pub(super) fn hold(&mut self, token: &str, named: &[usize]) -> Result<(), Broken> {
        let now = self.now();
        let held = self.act(|service| {
            let token = token.to_owned();
            async move { service.acknowledge_by_link(&token).await }
        })?;
        match held {
            Ok(held) => {
                let wanted: Vec<usize> = named
                    .iter()
                    .copied()
                    .filter(|place| self.model.owed[*place].is_wanted(now))
                    .collect();
                // The answer says for how many units; where it is for all, it is for these.
                if held.units > 0 {
                    for place in &wanted {
                        self.model.owed[*place].turns.push((now, Turn::Acknowledged));
                    }
                }
                if held.units == wanted.len() && held.units > 0 {
                    self.log.holds.push(Hold {
                        at: now,
                        owed: wanted,
                    });
                }
            }
            Err(error) => self.surprise(format!("an acknowledgement was refused: {error}")),
        }
        Ok(())
    }

    /// Says of an urgent report "I have it", by the link of a letter.
    pub(super) fn have(&mut self, token: &str, receipt: Option<&str>) -> Result<(), Broken> {
        let mut raised = self.log.raised.iter();
        if raised.any(|one| Some(one.receipt.as_str()) == receipt && is_unheard(one.unit)) {
            return Ok(());
        }
        let now = self.now();
        let had = self.act(|service| {
            let token = token.to_owned();
            async move { service.acknowledge_alert_by_link(&token, &Word::default()).await }
        })?;
        match had {
            Ok(alert) => {
                // By the paper in the reader's hand.
                for raised in &mut self.log.raised {
                    if Some(raised.receipt.as_str()) == receipt && raised.id == alert.id {
                        raised.ended.get_or_insert(now);
                    }
                }
            }
            Err(error) => self.surprise(format!("an urgent report could not be acknowledged: {error}")),
        }
        Ok(())
    }

    pub(super) fn leader_phones(&mut self, alert: AlertId) -> Result<(), Broken> {
        let mut raised = self.log.raised.iter();
        if raised.any(|one| one.id == alert && is_unheard(one.unit)) {
            return Ok(());
        }
        let (officer, now) = (self.officer(), self.now());
        let answer = Answer::Phone {
            post: "leader".to_owned(),
            called_at: now,
        };
        let had = self.act(|service| {
            let (officer, answer) = (officer.clone(), answer.clone());
            async move {
                service
                    .acknowledge_alert(&officer, alert, &answer, &Word::default())
                    .await
            }
        })?;
        match had {
            Ok(_) => {
                for raised in self.log.raised.iter_mut().filter(|raised| raised.id == alert) {
                    raised.ended.get_or_insert(now);
                }
            }
            Err(error) => self.surprise(format!("a leader's call could not be entered: {error}")),
        }
        Ok(())
    }

    /// Declares a period.
    pub(super) fn declare(&mut self, season: usize) -> Result<(), Broken> {
        let Some(mut said) = self.planned.get(season).cloned() else {
            return Ok(());
        };
        said.starts = said.starts.max(self.now());
        let wanted = self.declaration(&said)?;
        let declared = self.act(|service| {
            let wanted = wanted.clone();
            async move { service.declare_period(&Actor::console(), &wanted).await }
        })?;
        let declared = declared.map_err(|error| format!("a period could not be declared: {error}"))?;
        self.model.seasons.push(said);
        self.log.rules.resize(season + 1, Vec::new());
        self.log.rules[season] = declared.period.rules.iter().map(|rule| rule.id).collect();
        for instance in self.model.instances(season, self.zone) {
            self.later(instance.opens, Event::Round);
        }
        Ok(())
    }

    fn declaration(&self, said: &Season) -> Result<Declaration, Broken> {
        let time = |span: TimeDelta| {
            let (days, minutes) = (span.num_days(), span.num_minutes() % 1440);
            let next = if days > 0 { "+1 " } else { "" };
            format!("{next}{:02}:{:02}", minutes / 60, minutes % 60)
                .parse::<LocalTime>()
                .map_err(|e| e.to_string())
        };
        let mut rounds = Vec::new();
        for rule in &said.rules {
            let hours = Hours::new(time(rule.opens)?, time(rule.due)?, rule.grace, time(rule.closes)?);
            rounds.push(NewRule {
                label: rule.label.clone(),
                hours: hours.map_err(|error| error.to_string())?,
                days: DayKind::EveryDay,
                roll_up: rule.roll_up,
            });
        }
        let roots = self.roster.members.iter().filter(|m| m.above.is_none());
        Ok(Declaration {
            name: said.name.clone(),
            basis: REASON.to_owned(),
            level: Level::ALL[said.level],
            scope: Scope {
                subtrees: roots.map(|m| m.id).collect(),
                kinds: vec![UnitKind::Village, UnitKind::Community],
                except: Vec::new(),
            },
            starts: said.starts,
            ends: said.ends,
            drill: said.drill,
            rounds,
            ladder: None,
        })
    }

    /// Changes the table of units and imports it again.
    pub(super) fn edit(&mut self, edit: Edit) -> Result<(), Broken> {
        let now = self.now();
        let day = now.with_timezone(&self.zone).date_naive().to_string();
        match edit {
            Edit::Rename(place) => {
                let name = format!(
                    "{}X",
                    self.roster.members[place]
                        .names
                        .last()
                        .cloned()
                        .unwrap_or_default()
                );
                self.roster.rename(place, &name);
            }
            Edit::Close(place) => drop(self.roster.close(place, &day)),
            Edit::Merge(place) => return self.merge(place, true),
            Edit::Join(place) => return self.merge(place, false),
            Edit::Sister(place) => {
                let code = format!("{}", 999_000_000_000_u64 + place as u64);
                self.roster.add_sister(place, &code);
            }
        }
        self.import()
    }

    /// Lets a village and the one after it under the same township become one, a new one or the other.
    fn merge(&mut self, place: usize, founds: bool) -> Result<(), Broken> {
        let now = self.now();
        let Some(other) = self.roster.sister(place, now) else {
            return Ok(());
        };
        let id = |place: usize| self.roster.members[place].id;
        let name = format!("M{place}");
        let wanted = match founds {
            true => Succession::Merge {
                units: vec![id(place), id(other)],
                into: Into::New(UnitName::parse(&name).map_err(|error| error.to_string())?),
            },
            false => Succession::Merge {
                units: vec![id(place)],
                into: Into::Existing(id(other)),
            },
        };
        let tree = self.act(|service| {
            let wanted = wanted.clone();
            async move {
                // Who died between the deed and the answer looks first whether it was done.
                let ended = |tree: &UnitTree| matches!(&wanted, Succession::Merge { units, .. } if tree.get(units[0]).is_none());
                if !ended(&*service.tree().await?) {
                    service.succeed_units(&Actor::console(), &wanted, REASON).await?;
                }
                service.tree().await
            }
        })?;
        let tree = tree.map_err(|error| error.to_string())?;
        self.roster.end(place, now);
        if founds {
            self.roster.end(other, now);
            self.roster.found(&name, (place, other), now);
        }
        self.roster.learn(&tree);
        Ok(())
    }

    /// Imports the table of units.
    pub(super) fn import(&mut self) -> Result<(), Broken> {
        let (now, table) = (self.now(), self.roster.records.clone());
        self.roster.take_in(now)?;
        let tree = self.act(|service| {
            let table = table.clone();
            async move {
                service.import_units(&Actor::console(), &table, REASON).await?;
                service.tree().await
            }
        })?;
        let tree = tree.map_err(|error| match error {
            Error::Rows(faults) => format!("{faults:?}"),
            other => other.to_string(),
        })?;
        self.roster.learn(&tree);
        Ok(())
    }

    /// Holds every letter, as in a restored copy, and releases them.
    pub(super) fn restore(&mut self) -> Result<(), Broken> {
        let held =
            self.act(|service| async move { service.hold_letters(&Actor::console()).await.map(drop) })?;
        held.map_err(|error| error.to_string())?;
        let freed =
            self.act(|service| async move { service.release_letters(&Actor::console()).await.map(drop) })?;
        freed.map_err(|error| error.to_string())
    }
}
