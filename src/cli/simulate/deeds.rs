//! Plays what people do through the deeds of the service, and compares each answer with what a plain person expects.

use std::sync::Arc;

use chrono::TimeDelta;
use rand::Rng;

use super::log::{Hold, Raised, Told};
use super::model::{Season, Turn};
use super::play::{Broken, Play};
use super::story::{By, Edit, Event, Said, Sheet};
use crate::domain::access::Actor;
use crate::domain::calendar::DayKind;
use crate::domain::checkin::{
    Author, Caller, Claim, Content, Door, IncidentContent, Provenance, Review, Submission,
};
use crate::domain::ids::{AlertId, CheckInId, DeviceId, ObligationId};
use crate::domain::incident::Severity;
use crate::domain::obligation::Kind;
use crate::domain::period::{Hours, Level, LocalTime, Scope};
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitKind;
use crate::service::period::{Declaration, NewRule};
use crate::service::{Answer, Error, Outcome, Service, Status};

const REASON: &str = "simulated";

impl Play {
    /// Lets something happen that was planned for an instant, now or a while ago.
    pub(super) fn happen(&mut self, planned: Timestamp, event: Event) -> Result<(), Broken> {
        match event {
            Event::Round => {
                self.open();
                Ok(())
            }
            Event::Sheet(sheet) => self.send(planned, sheet),
            Event::Review(check_in, confirm) => self.review(check_in, confirm),
            Event::Claim(owed, accept) => self.decide_claim(owed, accept),
            Event::Excuse(owed) => self.excuse(owed),
            Event::Unexcuse(owed) => self.unexcuse(owed),
            Event::Extend(owed, by) => self.extend(owed, by),
            Event::Phoned(owed) => self.phoned(owed),
            Event::Link {
                token,
                urgent: false,
                named,
                ..
            } => self.hold(&token, &named),
            Event::Link { token, receipt, .. } => self.have(&token, receipt.as_deref()),
            Event::LeaderPhones(alert) => self.leader_phones(alert),
            Event::Declare(season) => self.declare(season),
            Event::Edit(edit) => self.edit(edit),
            Event::Restore => self.restore(),
        }
    }

    /// Sends a report; one whose answer was lost with the process is sent again, as a workstation does.
    fn send(&mut self, planned: Timestamp, mut sheet: Sheet) -> Result<(), Broken> {
        // Whoever met no service queues the report, with the time at which it was written.
        if sheet.by == By::Own && self.now() - planned > TimeDelta::minutes(2) && self.rng.random_bool(0.5) {
            sheet.by = By::Offline(planned);
        }
        for _ in 0..50 {
            let number = match sheet.owed {
                Some(owed) => match self.number(owed)? {
                    Some(number) => Some(number),
                    None => return Ok(()), // Told of as a surprise.
                },
                None => None,
            };
            let now = self.now();
            let (actor, submission) = self.fill_in(sheet, number, now);
            let answer = self.attempt(|service| async move { service.submit(&actor, submission).await })?;
            match answer {
                None | Some(Err(Error::Busy { .. })) => {
                    self.ground.clock.advance(TimeDelta::milliseconds(500));
                }
                Some(answer) => return self.answered(sheet, now, answer),
            }
        }
        Err("a report found no service fifty times".to_owned())
    }

    fn fill_in(&self, sheet: Sheet, number: Option<ObligationId>, now: Timestamp) -> (Actor, Submission) {
        let member = &self.roster.members[sheet.unit];
        let [officer, clerk] = self.accounts;
        let above = member.above.and_then(|place| self.roster.clerk(place, clerk));
        let (actor, provenance) = match sheet.by {
            By::Own => (member.device(), Provenance::Own),
            By::Offline(_) => (member.device(), Provenance::Offline),
            By::Proxy => (
                above.unwrap_or_else(|| self.roster.officer(officer)),
                Provenance::Proxy,
            ),
            By::Phone => (self.roster.officer(officer), Provenance::Phone),
        };
        let incident = |urgent| {
            Content::Incident(IncidentContent {
                class: "flood".to_owned(),
                severity: Severity::III,
                place: "dike".to_owned(),
                what: format!("water {}", sheet.uuid),
                urgent,
                ..IncidentContent::default()
            })
        };
        let caller = Caller {
            post: "post".to_owned(),
            called_at: now,
        };
        let submission = Submission {
            uuid: sheet.uuid,
            unit: member.id,
            obligation: number,
            content: match sheet.said {
                Said::Clear => Content::AllClear,
                Said::Quiet => incident(false),
                Said::Urgent => incident(true),
            },
            provenance,
            author: Author::Device(DeviceId(0)),
            received: now,
            claimed: match sheet.by {
                By::Offline(at) => Some(at),
                _ => None,
            },
            reason: Some(REASON.to_owned()),
            caller: (sheet.by == By::Phone).then_some(caller),
            via: Door::Page,
        };
        (actor, submission)
    }

    /// Finds the service's number of what is owed; that there is none is a surprise.
    fn number(&mut self, place: usize) -> Result<Option<ObligationId>, Broken> {
        if let Some(number) = self.numbers.get(&place) {
            return Ok(Some(*number));
        }
        let owed = self.model.owed[place].clone();
        let unit = self.roster.members[owed.unit].id;
        let now = self.now();
        let rows = self.act(|service| async move {
            let mut conn = service.store.read().await?;
            conn.obligations_of_unit(unit, now, owed.opens).await
        })?;
        let rows = rows.map_err(|error| error.to_string())?;
        let found = rows.iter().find(|row| {
            let o = &row.obligation;
            o.scheduled_due == owed.scheduled && (o.kind == Kind::RollUp) == owed.roll_up
        });
        match found.map(|row| row.obligation.id) {
            Some(number) => {
                self.numbers.insert(place, number);
                Ok(Some(number))
            }
            None => {
                let label = self.roster.label(owed.unit);
                self.surprise(format!(
                    "{label} finds nothing to report, though it owes one due {}",
                    owed.scheduled
                ));
                Ok(None)
            }
        }
    }

    pub(super) fn surprise(&mut self, words: String) {
        let now = self.now().with_timezone(&self.zone).format("%m-%d %H:%M:%S%.3f");
        self.log.surprises.push(format!("{now} {words}"));
    }

    fn answered(
        &mut self,
        sheet: Sheet,
        received: Timestamp,
        answer: Result<Outcome, Error>,
    ) -> Result<(), Broken> {
        let expected = self.is_taken(sheet, received);
        let label = self.roster.label(sheet.unit);
        let outcome = match answer {
            Ok(outcome) if expected => outcome,
            Ok(outcome) => {
                self.surprise(format!("{label}: {sheet:?} was taken, and should not have been"));
                outcome
            }
            Err(error) => {
                if expected {
                    self.surprise(format!("{label}: {sheet:?} was refused: {error}"));
                }
                return Ok(());
            }
        };
        self.log.receipts.push(Told {
            number: outcome.receipt.number,
            mac: outcome.receipt.mac,
            unit: sheet.unit,
            received: outcome.receipt.received,
        });
        if let (Some(place), Some(_)) = (sheet.owed, outcome.obligation) {
            let at = outcome.receipt.received;
            let owed = &mut self.model.owed[place];
            if owed.first.is_none_or(|first| at < first) {
                owed.first = Some(at);
                owed.turns.push((at, Turn::Reported));
            }
        }
        self.aftermath(sheet, &outcome);
        Ok(())
    }

    /// Tells whether a report must be taken.
    fn is_taken(&self, sheet: Sheet, received: Timestamp) -> bool {
        let Some(owed) = sheet.owed.and_then(|place| self.model.owed.get(place)) else {
            return sheet.said != Said::Clear;
        };
        let written_in_time = match sheet.by {
            By::Offline(at) => owed.opens <= at && at < owed.due + owed.grace,
            _ => false,
        };
        let last = sheet.owed.and_then(|place| self.said.get(&place));
        let again = last.is_some_and(|(said, by)| *said == sheet.said && by.is_like(sheet.by));
        let open = owed.opens <= received && (received < owed.closes || written_in_time);
        // The office may supplement; an incident is never turned away; what was said before is said again.
        open || sheet.by == By::Phone || sheet.said != Said::Clear || again
    }

    fn aftermath(&mut self, sheet: Sheet, outcome: &Outcome) {
        let now = self.now();
        let fresh = matches!(outcome.status, Status::Recorded | Status::Amended);
        let before = sheet.owed.and_then(|place| self.said.get(&place).copied());
        if sheet.said == Said::Urgent
            && fresh
            && before.is_none_or(|(said, _)| said == Said::Clear)
            && outcome.alert.is_none()
        {
            let label = self.roster.label(sheet.unit);
            self.surprise(format!("{label}: an urgent report raised no alert"));
        }
        if let (Some(place), Some(_), true) = (sheet.owed, outcome.obligation, outcome.review == Review::None)
        {
            self.said.insert(place, (sheet.said, sheet.by));
        }
        if let Some(id) = outcome.alert
            && !self.log.raised.iter().any(|raised| raised.id == id)
        {
            let after = self.relay.book().seen.len();
            self.log.raised.push(Raised {
                after,
                id,
                receipt: outcome.receipt.number.to_string(),
                at: now,
                ended: None,
            });
            if self.rng.random_range(0..100) < 15 {
                let at = now + TimeDelta::seconds(self.rng.random_range(30..900));
                self.later(at, Event::LeaderPhones(id));
            }
        }
        if outcome.review == Review::Awaiting && fresh {
            let (at, confirm) = (
                now + TimeDelta::minutes(self.rng.random_range(1..30)),
                self.rng.random_bool(0.5),
            );
            self.later(at, Event::Review(outcome.receipt.number.0, confirm));
        }
        if let (Some(place), Some(Claim::Pending), true) = (sheet.owed, outcome.claim, fresh)
            && self.rng.random_bool(0.8)
        {
            let (at, accept) = (
                now + TimeDelta::minutes(self.rng.random_range(1..90)),
                self.rng.random_bool(0.6),
            );
            self.later(at, Event::Claim(place, accept));
        }
    }

    fn officer(&self) -> Actor {
        self.roster.officer(self.accounts[0])
    }

    fn review(&mut self, check_in: CheckInId, confirm: bool) -> Result<(), Broken> {
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

    fn decide_claim(&mut self, place: usize, accept: bool) -> Result<(), Broken> {
        let Some(number) = self.number(place)? else {
            return Ok(());
        };
        let officer = self.officer();
        let done = self.act(|service| {
            let officer = officer.clone();
            async move { service.decide_claim(&officer, number, accept).await }
        })?;
        match done {
            Ok(()) => self.model.owed[place].claim = accept,
            // Two reports with a claim, and both were looked at together.
            Err(Error::Already(_)) => {}
            Err(error) => self.surprise(format!("a claim could not be decided: {error}")),
        }
        Ok(())
    }

    fn excuse(&mut self, place: usize) -> Result<(), Broken> {
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

    fn unexcuse(&mut self, place: usize) -> Result<(), Broken> {
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

    fn extend(&mut self, place: usize, by: TimeDelta) -> Result<(), Broken> {
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

    fn phoned(&mut self, place: usize) -> Result<(), Broken> {
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
    fn hold(&mut self, token: &str, named: &[usize]) -> Result<(), Broken> {
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
                    let until = held.until.unwrap_or(now + TimeDelta::days(30));
                    self.log.holds.push(Hold {
                        at: now,
                        until,
                        owed: wanted,
                    });
                }
            }
            Err(error) => self.surprise(format!("an acknowledgement was refused: {error}")),
        }
        Ok(())
    }

    /// Says of an urgent report "I have it", by the link of a letter.
    fn have(&mut self, token: &str, receipt: Option<&str>) -> Result<(), Broken> {
        let now = self.now();
        let had = self.act(|service| {
            let token = token.to_owned();
            async move { service.acknowledge_alert_by_link(&token).await }
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

    fn leader_phones(&mut self, alert: AlertId) -> Result<(), Broken> {
        let (officer, now) = (self.officer(), self.now());
        let answer = Answer::Phone {
            post: "leader".to_owned(),
            called_at: now,
        };
        let had = self.act(|service| {
            let (officer, answer) = (officer.clone(), answer.clone());
            async move { service.acknowledge_alert(&officer, alert, &answer).await }
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
            drill: false,
            rounds,
            ladder: None,
        })
    }

    /// Changes the table of units and imports it again.
    fn edit(&mut self, edit: Edit) -> Result<(), Broken> {
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
            Edit::Sister(place) => {
                let code = format!("{}", 999_000_000_000_u64 + place as u64);
                self.roster.add_sister(place, &code);
            }
        }
        self.import()
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
    fn restore(&mut self) -> Result<(), Broken> {
        let held =
            self.act(|service| async move { service.hold_letters(&Actor::console()).await.map(drop) })?;
        held.map_err(|error| error.to_string())?;
        let freed =
            self.act(|service| async move { service.release_letters(&Actor::console()).await.map(drop) })?;
        freed.map_err(|error| error.to_string())
    }
}
