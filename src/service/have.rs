//! Takes "I have it" for an urgent report, a word that comes with it, and "escalate now".

use serde_json::json;

use super::acknowledge::{call_time, caller};
use super::audit::who;
use super::error::Fault;
use super::urgent::red;
use super::{Answer, Error, Result, Service};
use crate::domain::access::{Actor, Deed, Identity, permit};
use crate::domain::address::Address;
use crate::domain::alert::{Event, Said, advance};
use crate::domain::ids::{AccountId, AlertId, IncidentId};
use crate::domain::screen::screen;
use crate::domain::text::clean_line;
use crate::domain::time::Timestamp;
use crate::store::{self, ChaseLetterRow, Conn, NewAcknowledgement, StoredAlert, Tx};

/// The longest remark, in characters.
pub const REMARK: usize = 200;

/// What somebody says with "I have it", as typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Word<'a> {
    /// The post of the reader, if the letter was forwarded to him; empty: whom it was sent to.
    pub post: &'a str,
    /// What he lets the others know; may be empty.
    pub remark: &'a str,
    /// Who phoned, if it is one of those who were told.
    pub from: &'a str,
}

/// What came of "escalate now".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escalated {
    /// The next round of calls goes out.
    Now,
    /// It had gone on already, somebody has it, or nobody is left to be told.
    Already,
}

impl Service {
    /// Takes the acknowledgement of an urgent report by the token in a letter's link; whoever has the letter has leave.
    ///
    /// # Errors
    /// [`Error::Missing`] when no urgent letter has that token, [`Error::Invalid`] when post or remark is too long.
    pub async fn acknowledge_alert_by_link(&self, token: &str, word: &Word<'_>) -> Result<StoredAlert> {
        let mut tx = self.store.begin().await?;
        let (letter, alert) = urgent_letter(self, &mut tx, token).await?;
        let post = match word.post.trim() {
            "" => None,
            typed => Some(caller(typed)?),
        };
        let remark = remark(word.remark)?;
        let known = tx.post_of(&letter.address).await?;
        let given = Given {
            by: post.clone().or(known).unwrap_or_else(|| letter.address.clone()),
            // Somebody else than the letter was sent to has read it.
            from: Address::parse(&letter.address).ok().filter(|_| post.is_none()),
            actor: format!("letter:{}", letter.id),
            row: NewAcknowledgement {
                letter: Some(letter.id),
                alert: Some(alert.0),
                via: "link",
                by_address: Some(&letter.address),
                caller_post: post.as_deref(),
                remark: remark.as_deref(),
                ..NewAcknowledgement::default()
            },
        };
        self.end_alert(tx, alert, given).await
    }

    /// Takes the acknowledgement of an urgent report on a page, or by phone and entered by the officer.
    ///
    /// The first one that satisfies a step counts and stops further steps; later ones are kept too.
    ///
    /// # Errors
    /// [`Error::Denied`] and [`Error::Missing`] where the actor may not act for the unit, [`Error::Invalid`] when post,
    /// time of the call or remark will not do.
    pub async fn acknowledge_alert(
        &self,
        actor: &Actor,
        alert: AlertId,
        answer: &Answer,
        word: &Word<'_>,
    ) -> Result<StoredAlert> {
        let mut tx = self.store.begin().await?;
        permitted(&mut tx, actor, alert).await?;
        let account = account(actor);
        let remark = remark(word.remark)?;
        let mut row = NewAcknowledgement {
            alert: Some(alert.0),
            via: "page",
            by_account: account,
            remark: remark.as_deref(),
            ..NewAcknowledgement::default()
        };
        let (post, mut by) = (phone_post(answer)?, actor.label.clone());
        let mut from = own_address(&mut tx, account).await?;
        if let (Answer::Phone { called_at, .. }, Some(post)) = (answer, &post) {
            from = Address::parse(word.from).ok();
            (row.via, row.by_account, row.entered_by) = ("phone", None, account);
            row.caller_post = Some(post);
            row.called_at = Some(call_time(*called_at, self.now())?);
            by.clone_from(post);
        }
        let told = from.as_ref().map(|from| from.as_str().to_owned());
        row.by_address = told.as_deref().filter(|_| row.via == "phone");
        let actor = who(actor);
        let given = Given { by, from, actor, row };
        self.end_alert(tx, alert, given).await
    }

    async fn end_alert(&self, mut tx: Tx, id: AlertId, given: Given<'_>) -> Result<StoredAlert> {
        let now = self.now();
        let stored = tx.hold_alert(id).await?.ok_or(Error::Missing("alert"))?;
        let row = given.row;
        let said = Said {
            by: given.by,
            from: given.from,
            // Whoever phones talks to the officer.
            word: row.remark.is_some() || row.via == "phone",
        };
        let (alert, effects) = advance(&stored.alert, &stored.policy, Event::Acknowledged(said), now);
        tx.put_alert(id, &alert, red(&effects)).await?;
        self.carry_out(&mut tx, id, &effects, now).await?;
        tx.acknowledge_letter(&row, now).await?;
        let ended = alert.is_acknowledged() && !stored.alert.is_acknowledged();
        let detail = json!({
            "via": row.via, "first": ended, "letter": row.letter, "post": row.caller_post,
            "remark": row.remark.is_some(),
        });
        let subject = format!("alert:{id}");
        self.audit(&mut tx, &given.actor, "acknowledge_alert", &subject, detail)
            .await?;
        tx.commit().await?;
        self.changed.notify_one();
        Ok(StoredAlert { alert, ..stored })
    }

    /// Makes the next round of calls at once, for whoever reads a letter and does not want to wait. It goes on from the
    /// round of calls of that letter, so an old one changes nothing.
    ///
    /// # Errors
    /// [`Error::Missing`] when no urgent letter has that token.
    pub async fn escalate_alert_by_link(&self, token: &str) -> Result<Escalated> {
        let mut tx = self.store.begin().await?;
        let (letter, alert) = urgent_letter(self, &mut tx, token).await?;
        let read = call_of(&letter);
        self.escalate(tx, alert, read, &format!("letter:{}", letter.id))
            .await
    }

    /// Makes the next round of calls at once, on a page; `read` is the round of calls that the page showed, as pass and
    /// step, so a second press changes nothing.
    ///
    /// # Errors
    /// [`Error::Denied`] and [`Error::Missing`] where the actor may not act for the unit.
    pub async fn escalate_alert(
        &self,
        actor: &Actor,
        alert: AlertId,
        read: (u32, usize),
    ) -> Result<Escalated> {
        let mut tx = self.store.begin().await?;
        permitted(&mut tx, actor, alert).await?;
        self.escalate(tx, alert, read, &who(actor)).await
    }

    async fn escalate(
        &self,
        mut tx: Tx,
        id: AlertId,
        (pass, step): (u32, usize),
        actor: &str,
    ) -> Result<Escalated> {
        let now = self.now();
        let stored = tx.hold_alert(id).await?.ok_or(Error::Missing("alert"))?;
        let event = Event::Escalated { pass, step };
        let policy = self.people_now(&mut tx, &stored).await?;
        let (alert, effects) = advance(&stored.alert, &policy, event, now);
        if alert == stored.alert {
            tx.rollback().await?;
            return Ok(Escalated::Already);
        }
        tx.put_alert(id, &alert, red(&effects)).await?;
        self.carry_out(&mut tx, id, &effects, now).await?;
        let detail = json!({ "from": [pass, step], "to": [alert.pass, alert.step] });
        self.audit(&mut tx, actor, "escalate_alert", &format!("alert:{id}"), detail)
            .await?;
        tx.commit().await?;
        self.ring(&effects);
        self.changed.notify_one();
        Ok(Escalated::Now)
    }

    /// Ends the alerts of an incident that nobody needs to be told of any more, in the transaction of that decision.
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
            let (alert, effects) = advance(&stored.alert, &stored.policy, Event::Closed { by }, now);
            if alert == stored.alert {
                continue;
            }
            tx.put_alert(stored.id, &alert, None).await?;
            self.carry_out(tx, stored.id, &effects, now).await?;
            if effects.is_empty() {
                continue;
            }
            let row = NewAcknowledgement {
                alert: Some(stored.id.0),
                via: "page",
                by_account: account(officer),
                ..NewAcknowledgement::default()
            };
            tx.acknowledge_letter(&row, now).await?;
        }
        Ok(())
    }

    /// Takes news of an incident from the office as the word that was wanted with an acknowledgement, in the
    /// transaction that keeps the news.
    pub(super) async fn word_on(
        &self,
        tx: &mut Tx,
        incident: IncidentId,
        now: Timestamp,
    ) -> store::Result<()> {
        for stored in tx.alerts_of(incident).await? {
            if !stored.alert.is_acknowledged() || stored.alert.next_at().is_none() {
                continue;
            }
            let Some(stored) = tx.hold_alert(stored.id).await? else {
                continue;
            };
            let (alert, _) = advance(&stored.alert, &stored.policy, Event::Word, now);
            tx.put_alert(stored.id, &alert, None).await?;
        }
        Ok(())
    }
}

/// An acknowledgement on its way: how pages name who gave it, which address it is known to be, how the chain names
/// him, and its row.
struct Given<'a> {
    by: String,
    from: Option<Address>,
    actor: String,
    row: NewAcknowledgement<'a>,
}

async fn urgent_letter(service: &Service, tx: &mut Tx, token: &str) -> Result<(ChaseLetterRow, AlertId)> {
    let letter = service.letter_of_link(tx, token).await?;
    let letter = letter.ok_or(Error::Missing("letter"))?;
    let alert = letter.alert_id.map(AlertId).ok_or(Error::Missing("letter"))?;
    Ok((letter, alert))
}

/// Gives the round of calls that a letter is of.
pub(crate) fn call_of(letter: &ChaseLetterRow) -> (u32, usize) {
    let pass = letter.pass.and_then(|pass| u32::try_from(pass).ok());
    let step = letter.step.and_then(|step| usize::try_from(step).ok());
    (pass.unwrap_or(u32::MAX), step.unwrap_or(usize::MAX))
}

/// Checks that somebody may act for the unit of an alert.
async fn permitted(tx: &mut Tx, actor: &Actor, alert: AlertId) -> Result<()> {
    let scope = permit(actor, Deed::AcknowledgeAlert)?;
    let stored = tx.alert(alert).await?.ok_or(Error::Missing("alert"))?;
    let incident = tx.incident(stored.incident).await?;
    match incident.is_some_and(|incident| scope.covers(&incident.path)) {
        true => Ok(()),
        false => Err(Error::Missing("alert")),
    }
}

fn account(actor: &Actor) -> Option<i64> {
    match actor.identity {
        Identity::Account(id) => Some(id.0),
        _ => None,
    }
}

async fn own_address(conn: &mut Conn, account: Option<i64>) -> Result<Option<Address>> {
    let Some(id) = account else { return Ok(None) };
    let account = conn.account(AccountId(id)).await?;
    let address = account.and_then(|account| account.address);
    Ok(address.and_then(|address| Address::parse(&address).ok()))
}

fn phone_post(answer: &Answer) -> Result<Option<String>> {
    match answer {
        Answer::Phone { post, .. } => caller(post).map(Some),
        Answer::Link | Answer::Page => Ok(None),
    }
}

/// Cleans, screens and checks a remark.
fn remark(typed: &str) -> Result<Option<String>> {
    let remark = screen(&clean_line(typed)).text;
    match remark.chars().count() {
        0 => Ok(None),
        n if n > REMARK => Err(Error::invalid("remark", Fault::TooLong(REMARK))),
        _ => Ok(Some(remark)),
    }
}
