//! Sends an urgent report to leaders until somebody has it.

use super::{Error, Result, Service};
use crate::crash::Point;
use crate::domain::alert::{Alert, Effect, Event, Policy, Red, advance};
use crate::domain::ids::{AlertId, IncidentId, ReportId};
use crate::domain::letter::{Details, LetterKind, urgent_key};
use crate::domain::time::Timestamp;
use crate::store::{self, NewAlert, StoredAlert, Tx};

/// How long an alert that could not be worked on is left alone, so that it does not starve the others.
const PUSHED: chrono::TimeDelta = chrono::TimeDelta::seconds(60);

impl Service {
    /// Raises the alert of a report, with the letters of its first step, in the transaction that keeps the report.
    pub(super) async fn raise_alert(
        &self,
        tx: &mut Tx,
        report: ReportId,
        incident: IncidentId,
    ) -> store::Result<AlertId> {
        let now = self.now();
        let unknown = || store::Error::Other(format!("there is no incident {incident}"));
        let path = tx.incident(incident).await?.ok_or_else(unknown)?.path;
        let policy = self.policy(tx, &path).await?;
        let (alert, effects) = Alert::raise(&policy, now);
        let new = NewAlert {
            report,
            incident,
            policy: &policy,
            alert: &alert,
            red: red(&effects),
        };
        let id = tx.add_alert(new, now).await?;
        self.carry_out(tx, id, &effects, now).await?;
        Ok(id)
    }

    /// Writes and takes back letters.
    pub(super) async fn carry_out(
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
        let policy = self.people_now(&mut tx, &stored).await?;
        let (alert, effects) = advance(&stored.alert, &policy, event, now);
        tx.put_alert(id, &alert, red(&effects)).await?;
        self.carry_out(&mut tx, id, &effects, now).await?;
        self.crash.pass(Point::TickCall).await;
        tx.commit().await?;
        self.ring(&effects);
        Ok(())
    }

    /// Gives the policy of an alert before its next round of calls, and keeps it: whoever is on duty by now is told.
    pub(super) async fn people_now(&self, tx: &mut Tx, stored: &StoredAlert) -> store::Result<Policy> {
        let policy = self.policy_now(tx, stored).await?;
        if policy != stored.policy {
            tx.put_policy(stored.id, &policy).await?;
        }
        Ok(policy)
    }

    /// Wakes delivery if there are letters to send.
    pub(super) fn ring(&self, effects: &[Effect]) {
        if effects.iter().any(|e| matches!(e, Effect::Letters { .. })) {
            self.outgoing.notify_one();
        }
    }
}

/// Gives the last reason to be red among some effects.
pub(super) fn red(effects: &[Effect]) -> Option<Red> {
    let red = |effect: &Effect| match effect {
        Effect::Red(red) => Some(*red),
        _ => None,
    };
    effects.iter().rev().find_map(red)
}
