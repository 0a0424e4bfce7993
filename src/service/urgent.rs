//! Sends an urgent report to leaders until somebody has it.

use serde_json::json;

use super::acknowledge::{call_time, caller};
use super::audit::who;
use super::{Answer, Error, Result, Service, token_hash};
use crate::config::Settings;
use crate::crash::Point;
use crate::domain::access::{Actor, Deed, Identity, permit};
use crate::domain::alert::{Alert, Effect, Event, Policy, Red, State, advance};
use crate::domain::ids::{AlertId, IncidentId, ReportId};
use crate::domain::letter::{Details, LetterKind, urgent_key};
use crate::domain::time::Timestamp;
use crate::store::{self, ChaseLetterRow, NewAcknowledgement, NewAlert, StoredAlert, Tx};

/// How long an alert that could not be worked on is left alone, so that it does not starve the others.
const PUSHED: chrono::TimeDelta = chrono::TimeDelta::seconds(60);

/// Gives who is told of an urgent report: first those on duty, leaders and officers together.
pub(super) fn policy(settings: &Settings) -> Result<Policy> {
    let on_duty = settings.duty.leaders.iter().chain(&settings.duty.officers);
    let mut steps = vec![on_duty.cloned().collect()];
    steps.extend(settings.urgent.steps.iter().cloned());
    Policy::new(
        steps,
        settings.urgent.repeat_after.delta(),
        settings.urgent.passes,
    )
    .map_err(Error::setting)
}

impl Service {
    /// Raises the alert of a report, with the letters of its first step, in the transaction that keeps the report.
    pub(super) async fn raise_alert(
        &self,
        tx: &mut Tx,
        report: ReportId,
        incident: IncidentId,
    ) -> store::Result<AlertId> {
        let now = self.now();
        let (alert, effects) = Alert::raise(&self.policy, now);
        let new = NewAlert {
            report,
            incident,
            policy: &self.policy,
            alert: &alert,
            red: red(&effects),
        };
        let id = tx.add_alert(new, now).await?;
        self.carry_out(tx, id, &effects, now).await?;
        Ok(id)
    }

    /// Writes and takes back letters.
    async fn carry_out(
        &self,
        tx: &mut Tx,
        id: AlertId,
        effects: &[Effect],
        now: Timestamp,
    ) -> store::Result<()> {
        for effect in effects {
            match effect {
                Effect::Letters {
                    pass,
                    step,
                    recipients,
                } => {
                    tx.withdraw_letters(id, Some((*pass, *step)), now).await?;
                    let languages = self.languages(tx).await?;
                    let letter = |address| {
                        let key = urgent_key(id, *pass, *step, address);
                        store::NewLetter {
                            alert_id: Some(id.0),
                            pass: Some(i64::from(*pass)),
                            step: i64::try_from(*step).ok(),
                            ..self.letter(LetterKind::Urgent, key, address, &languages, &Details::None)
                        }
                    };
                    let letters: Vec<_> = recipients.iter().map(letter).collect();
                    tx.add_letters(&letters, now).await?;
                }
                Effect::Red(reason) => {
                    tracing::error!(alert = %id, ?reason, "alert {id} is red: {reason:?}");
                }
                Effect::Withdraw => {
                    tx.withdraw_letters(id, None, now).await?;
                }
            }
        }
        Ok(())
    }

    /// Advances the alerts whose time has come, passes on what failed, and gives when the next one comes.
    ///
    /// # Errors
    /// When the database cannot answer. An alert that cannot be worked on holds up no other.
    pub async fn alert_tick(&self, now: Timestamp) -> Result<Option<Timestamp>> {
        for (alert, pass, step) in self.store.read().await?.calls_to_pass_on().await? {
            self.alert_failed(alert, pass, step).await?;
        }
        for id in self.store.read().await?.alerts_due(now).await? {
            match self.advance_alert(id, Event::Tick, now).await {
                Ok(_) => {}
                Err(busy @ Error::Busy { .. }) => return Err(busy),
                Err(error) => {
                    tracing::error!(%error, alert = %id, "alert {id} could not be advanced: {error}");
                    let mut tx = self.store.begin().await?;
                    tx.postpone_alert(id, now + PUSHED).await?;
                    tx.commit().await?;
                }
            }
        }
        Ok(self.store.read().await?.next_alert_at().await?)
    }

    /// Goes on at once when every letter of a round of calls failed for good. Saying it twice changes nothing.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn alert_failed(&self, alert: AlertId, pass: u32, step: usize) -> Result<()> {
        let now = self.now();
        self.advance_alert(alert, Event::StepFailed { pass, step }, now)
            .await
    }

    async fn advance_alert(&self, id: AlertId, event: Event, now: Timestamp) -> Result<()> {
        let mut tx = self.store.begin().await?;
        let Some(stored) = tx.hold_alert(id).await? else {
            return Ok(tx.rollback().await?);
        };
        if let Event::StepFailed { pass, step } = event {
            tx.pass_call_on(id, pass, step, now).await?;
        }
        let (alert, effects) = advance(&stored.alert, &stored.policy, event, now);
        tx.put_alert(id, &alert, red(&effects)).await?;
        self.carry_out(&mut tx, id, &effects, now).await?;
        self.crash.pass(Point::TickCall).await;
        tx.commit().await?;
        if effects.iter().any(|e| matches!(e, Effect::Letters { .. })) {
            self.outgoing.notify_one();
        }
        Ok(())
    }

    /// Takes the acknowledgement of an urgent report by the token in a letter's link; whoever has the letter has leave.
    ///
    /// # Errors
    /// [`Error::Missing`] when no urgent letter has that token.
    pub async fn acknowledge_alert_by_link(&self, token: &str) -> Result<StoredAlert> {
        let mut tx = self.store.begin().await?;
        let letter = tx.letter_by_token(&token_hash(token)).await?;
        let letter = letter.ok_or(Error::Missing("letter"))?;
        let alert = letter.alert_id.map(AlertId).ok_or(Error::Missing("letter"))?;
        let given = Given {
            by: letter.address.clone(),
            actor: format!("letter:{}", letter.id),
            row: link(&letter, alert),
        };
        self.end_alert(tx, alert, given).await
    }

    /// Takes the acknowledgement of an urgent report on a page, or by phone and entered by the officer.
    ///
    /// The first one counts and stops further steps; later ones are kept too.
    ///
    /// # Errors
    /// [`Error::Denied`] and [`Error::Missing`] where the actor may not act for the unit, [`Error::Invalid`] when post
    /// or time of the call will not do.
    pub async fn acknowledge_alert(
        &self,
        actor: &Actor,
        alert: AlertId,
        answer: &Answer,
    ) -> Result<StoredAlert> {
        let scope = permit(actor, Deed::AcknowledgeAlert)?;
        let mut tx = self.store.begin().await?;
        let stored = tx.alert(alert).await?.ok_or(Error::Missing("alert"))?;
        let incident = tx.incident(stored.incident).await?;
        if !incident.is_some_and(|incident| scope.covers(&incident.path)) {
            return Err(Error::Missing("alert"));
        }
        let account = match actor.identity {
            Identity::Account(id) => Some(id.0),
            _ => None,
        };
        let mut row = NewAcknowledgement {
            alert: Some(alert.0),
            via: "page",
            by_account: account,
            ..NewAcknowledgement::default()
        };
        let (post, mut by) = (phone_post(answer)?, actor.label.clone());
        if let (Answer::Phone { called_at, .. }, Some(post)) = (answer, &post) {
            (row.via, row.by_account, row.entered_by) = ("phone", None, account);
            row.caller_post = Some(post);
            row.called_at = Some(call_time(*called_at, self.now())?);
            by.clone_from(post);
        }
        let actor = who(actor);
        self.end_alert(tx, alert, Given { by, actor, row }).await
    }

    async fn end_alert(&self, mut tx: Tx, id: AlertId, given: Given<'_>) -> Result<StoredAlert> {
        let now = self.now();
        let stored = tx.hold_alert(id).await?.ok_or(Error::Missing("alert"))?;
        let event = Event::Acknowledged { by: given.by };
        let (alert, effects) = advance(&stored.alert, &stored.policy, event, now);
        tx.put_alert(id, &alert, None).await?;
        self.carry_out(&mut tx, id, &effects, now).await?;
        tx.acknowledge_letter(&given.row, now).await?;
        let first = !matches!(stored.alert.state, State::Acknowledged { .. });
        let detail = json!({ "via": given.row.via, "first": first, "letter": given.row.letter });
        let subject = format!("alert:{id}");
        self.audit(&mut tx, &given.actor, "acknowledge_alert", &subject, detail)
            .await?;
        tx.commit().await?;
        self.changed.notify_one();
        Ok(StoredAlert { alert, ..stored })
    }

    /// Ends the alerts of an incident that the duty office found to be none, in the transaction of that decision.
    pub(super) async fn end_alerts_of(
        &self,
        tx: &mut Tx,
        incident: IncidentId,
        officer: &Actor,
        now: Timestamp,
    ) -> Result<()> {
        for stored in tx.alerts_of(incident).await? {
            let Some(stored) = tx.hold_alert(stored.id).await? else {
                continue;
            };
            let by = officer.label.clone();
            let (alert, effects) = advance(&stored.alert, &stored.policy, Event::Acknowledged { by }, now);
            if effects.is_empty() {
                continue;
            }
            tx.put_alert(stored.id, &alert, None).await?;
            self.carry_out(tx, stored.id, &effects, now).await?;
            let by_account = match officer.identity {
                Identity::Account(id) => Some(id.0),
                _ => None,
            };
            let row = NewAcknowledgement {
                alert: Some(stored.id.0),
                via: "page",
                by_account,
                ..NewAcknowledgement::default()
            };
            tx.acknowledge_letter(&row, now).await?;
        }
        Ok(())
    }
}

/// An acknowledgement on its way: how pages name who gave it, how the chain does, and its row.
struct Given<'a> {
    by: String,
    actor: String,
    row: NewAcknowledgement<'a>,
}

fn link(letter: &ChaseLetterRow, alert: AlertId) -> NewAcknowledgement<'_> {
    NewAcknowledgement {
        letter: Some(letter.id),
        alert: Some(alert.0),
        via: "link",
        by_address: Some(&letter.address),
        ..NewAcknowledgement::default()
    }
}

fn phone_post(answer: &Answer) -> Result<Option<String>> {
    match answer {
        Answer::Phone { post, .. } => caller(post).map(Some),
        Answer::Link | Answer::Page => Ok(None),
    }
}

/// Gives the last reason to be red among some effects.
fn red(effects: &[Effect]) -> Option<Red> {
    let red = |effect: &Effect| match effect {
        Effect::Red(red) => Some(*red),
        _ => None,
    };
    effects.iter().rev().find_map(red)
}
