//! Plays what people do through the deeds of the service, and compares each answer with what a plain person expects.

use chrono::TimeDelta;
use rand::Rng;

use super::log::{Raised, Told};
use super::model::Turn;
use super::play::{Broken, Play};
use super::story::{By, Event, Said, Sheet};
use crate::domain::access::Actor;
use crate::domain::checkin::{
    Author, Caller, Claim, Content, Door, Follows, IncidentContent, Provenance, Review, Submission,
};
use crate::domain::ids::{DeviceId, ObligationId};
use crate::domain::incident::{ReportKind, Severity};
use crate::domain::obligation::Kind;
use crate::domain::time::Timestamp;
use crate::service::{Error, Outcome, Status};

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
            Event::CloseIncident(id) => self.close_incident(id),
            Event::Declare(season) => self.declare(season),
            Event::Edit(edit) => self.edit(edit),
            Event::Shuffle(shuffle) => self.shuffle(shuffle),
            Event::Restore => self.restore(),
            Event::Look => self.look(),
        }
    }

    /// Sends a report; one whose answer was lost with the process is sent again, as a workstation does.
    fn send(&mut self, planned: Timestamp, mut sheet: Sheet) -> Result<(), Broken> {
        // Whoever met no service queues the report, with the time at which it was written.
        // Each time it is sent it says the same of itself.
        if sheet.by == By::Own
            && sheet.said != Said::Sum
            && self.now() - planned > TimeDelta::minutes(2)
            && sheet.uuid.as_u128().is_multiple_of(2)
        {
            sheet.by = By::Offline(planned);
        }
        // Whoever is reminded of a follow-up writes one.
        if let (Said::Clear, Some(id)) = (
            sheet.said,
            sheet.owed.and_then(|place| self.model.owed[place].follow),
        ) {
            sheet.said = Said::Follow(id);
        }
        // A township that is reminded sums up its villages, or is known to a system that says no more than "all clear".
        let is_sum = sheet.owed.is_some_and(|place| self.model.owed[place].roll_up);
        if is_sum && (sheet.said, sheet.by) == (Said::Clear, By::Own) && sheet.uuid.as_u128() & 2 == 0 {
            sheet.said = Said::Sum;
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
            let answer = match (sheet.said, number) {
                (Said::Sum, Some(number)) => self.sum_up(sheet, number, now)?,
                _ => {
                    let (actor, submission) = self.fill_in(sheet, number, now);
                    self.attempt(|service| async move { service.submit(&actor, submission).await })?
                }
            };
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
            follows: sheet.said.follows().map(|incident| Follows {
                incident,
                kind: match sheet.said {
                    Said::Final(_) => ReportKind::Final,
                    _ => ReportKind::FollowUp,
                },
            }),
            content: match sheet.said {
                Said::Clear | Said::Sum => Content::AllClear,
                Said::Quiet | Said::Follow(_) | Said::Final(_) => incident(false),
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
    pub(super) fn number(&mut self, place: usize) -> Result<Option<ObligationId>, Broken> {
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
            let kind = (o.kind == Kind::RollUp, row.drill, o.kind.incident());
            o.scheduled_due == owed.scheduled && kind == (owed.roll_up, owed.drill, owed.follow)
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
        let repeated = self.log.known.contains(&sheet.uuid);
        let expected = repeated || self.is_taken(sheet, received);
        let label = self.roster.label(sheet.unit);
        let outcome = match answer {
            // Who died before the answer left had taken it, and says again when.
            Ok(outcome) if expected || self.is_taken(sheet, outcome.receipt.received) => outcome,
            // Nothing was stored: the same sum was there before.
            Ok(outcome) if sheet.said == Said::Sum && matches!(outcome.status, Status::Already { .. }) => {
                outcome
            }
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
        self.log.known.insert(sheet.uuid);
        self.aftermath(sheet, &outcome, repeated);
        Ok(())
    }

    /// Tells whether a report must be taken.
    fn is_taken(&self, sheet: Sheet, received: Timestamp) -> bool {
        if let Some(id) = sheet.said.follows() {
            // It meets what is owed or not: it is turned away only when the incident is over.
            let affair = self.model.affairs.get(&id);
            return affair.is_some_and(|it| it.closed.is_none_or(|closed| received < closed));
        }
        let Some(owed) = sheet.owed.and_then(|place| self.model.owed.get(place)) else {
            let there = self
                .roster
                .members
                .get(sheet.unit)
                .is_some_and(|m| m.is_there(received));
            return sheet.said != Said::Clear && there;
        };
        let written_in_time = match sheet.by {
            By::Offline(at) => owed.opens <= at && at < owed.due + owed.grace,
            _ => false,
        };
        let last = sheet.owed.and_then(|place| self.said.get(&place));
        // A sum that is drawn up again may say something else.
        let again = sheet.said != Said::Sum
            && last.is_some_and(|(said, by)| *said == sheet.said && by.is_like(sheet.by));
        let open = owed.opens <= received && (received < owed.closes || written_in_time);
        // The office may supplement; an incident is never turned away; what was said before is said again.
        open || sheet.by == By::Phone || !matches!(sheet.said, Said::Clear | Said::Sum) || again
    }

    /// Notes an alert that was raised, and draws whether the leader phones.
    fn note_alert(&mut self, sheet: Sheet, outcome: &Outcome) {
        let now = self.now();
        if let Some(id) = outcome.alert
            && !self.log.raised.iter().any(|raised| raised.id == id)
        {
            let after = self.relay.book().seen.len();
            let affair = outcome.incident.and_then(|id| self.model.affairs.get(&id));
            let drill = affair.is_some_and(|affair| affair.drill);
            self.log.raised.push(Raised {
                after,
                id,
                unit: sheet.unit,
                received: outcome.receipt.received,
                receipt: outcome.receipt.number.to_string(),
                at: now,
                ended: None,
                incident: outcome.incident,
                drill,
            });
            if self.rng.random_range(0..100) < 15 {
                let at = now + TimeDelta::seconds(self.rng.random_range(30..900));
                self.later(at, Event::LeaderPhones(id));
            }
        }
    }

    fn aftermath(&mut self, sheet: Sheet, outcome: &Outcome, repeated: bool) {
        let now = self.now();
        let fresh = matches!(outcome.status, Status::Recorded | Status::Amended);
        // Kept by a process that died before it could say so.
        let kept = fresh || (outcome.status == Status::Same && !repeated);
        let before = sheet.owed.and_then(|place| self.said.get(&place).copied());
        self.note_incident(sheet, outcome);
        if let (Said::Sum, Some(place)) = (sheet.said, sheet.owed) {
            let receipt = &outcome.receipt;
            self.log.sums.push((receipt.number, place, receipt.received));
        }
        if let (Some(place), Some(_), true) = (sheet.owed, outcome.obligation, kept) {
            self.log.latest.insert(place, outcome.receipt.number);
        }
        if sheet.said == Said::Urgent
            && fresh
            && before.is_none_or(|(said, _)| said == Said::Clear)
            && outcome.alert.is_none()
        {
            let label = self.roster.label(sheet.unit);
            self.surprise(format!("{label}: an urgent report raised no alert"));
        }
        if let (Some(place), Some(_), true) = (
            sheet.owed,
            outcome.obligation,
            kept && outcome.review == Review::None,
        ) {
            self.said.insert(place, (sheet.said, sheet.by));
            let grave = !matches!(sheet.said, Said::Clear | Said::Sum);
            let said = (outcome.receipt.received, Turn::Said { grave });
            self.model.owed[place].turns.push(said);
        }
        self.note_alert(sheet, outcome);
        if outcome.review == Review::Awaiting && fresh {
            self.log
                .withdrawals
                .extend(outcome.incident.map(|id| (outcome.receipt.number, id)));
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
}
