//! Says whom an urgent report reached, to whoever sent it: each letter, each acknowledgement, and when to phone.

use chrono::TimeDelta;

use crate::domain::address::Address;
use crate::domain::time::{Timestamp, from_millis};
use crate::i18n::Lang;
use crate::service::Error;
use crate::store::{Acknowledgement, Conn, Posted, RelayState, StoredAlert, StoredCheckIn, Tray};
use crate::web::alert::stands;
use crate::web::board::when;
use crate::web::{App, Failure};

/// How long a letter may take until the page says to phone.
const PATIENCE: TimeDelta = TimeDelta::seconds(60);

/// How far an urgent report has come.
#[derive(Debug)]
pub(super) struct Reach {
    /// Who has it, in words; empty while nobody does.
    pub(super) acknowledged: Vec<String>,
    /// Whether nobody more is asked.
    pub(super) is_done: bool,
    /// What comes next if nobody answers.
    pub(super) next: Option<String>,
    /// To which addresses a letter is on its way or was accepted.
    pub(super) told: Vec<Told>,
    /// Why to phone now, in large letters.
    pub(super) phone: Option<&'static str>,
}

/// One letter.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) address: String,
    pub(super) post: String,
    pub(super) colour: &'static str,
    pub(super) stands: String,
}

/// Gives how far an urgent report has come; `None` for any other.
pub(super) async fn reach(app: &App, l: Lang, kept: &StoredCheckIn) -> Result<Option<Reach>, Failure> {
    let mut conn = app.store.read().await?;
    let alert = match kept.check_in.incident {
        Some(_) => conn.alert_by(kept.check_in.id).await?,
        None => None,
    };
    let Some(alert) = alert else {
        return Ok(None);
    };
    let stored = conn.alert(alert).await?.ok_or(Error::Missing("alert"))?;
    let letters = conn.posted_for(alert).await?;
    let answers = conn.acknowledgements_of_alert(alert).await?;
    let relay = conn.relay().await?;
    let (now, zone) = (app.now(), app.settings.service.zone);
    let mut told = Vec::new();
    for letter in &letters {
        let (colour, words) = stands(letter, l, zone);
        told.push(Told {
            address: masked(&letter.address),
            post: conn.post_of(&letter.address).await?.unwrap_or_default(),
            colour,
            stands: words,
        });
    }
    let mut acknowledged = Vec::new();
    for answer in &answers {
        let who = who(&mut conn, l, answer).await?;
        let at = from_millis(answer.at).map(|at| l.time_exact(at, zone));
        acknowledged.push(match &answer.remark {
            Some(remark) => l.reach_remark(who, at.unwrap_or_default(), remark),
            None => l.reach_acknowledged(who, at.unwrap_or_default()),
        });
    }
    drop(conn);
    let sends = app.settings.mail.host.is_some();
    Ok(Some(Reach {
        is_done: stored.alert.is_acknowledged(),
        next: stored
            .coming()
            .map(|(at, coming)| l.alert_next(coming, when(l, at, now, zone))),
        phone: phone(l, &stored, &letters, (&relay, sends), now),
        acknowledged,
        told,
    }))
}

/// Gives why to phone, if nobody has it and nobody may have heard of it.
fn phone(
    l: Lang,
    stored: &StoredAlert,
    letters: &[Posted],
    (relay, sends): (&RelayState, bool),
    now: Timestamp,
) -> Option<&'static str> {
    if stored.alert.is_acknowledged() {
        return None;
    }
    let is_accepted = letters.iter().any(|letter| letter.tray == Tray::Accepted);
    let is_paused = !sends || relay.stopped.is_some() || relay.paused_until.is_some_and(|until| until > now);
    match stored.red.as_deref() {
        Some("nobody") if letters.is_empty() => Some(l.reach_nobody()),
        Some("exhausted") => Some(l.reach_unanswered()),
        Some("failed") if !is_accepted => Some(l.reach_failed()),
        _ if is_accepted => None,
        _ if is_paused || now - stored.raised >= PATIENCE => Some(l.reach_failed()),
        _ => None,
    }
}

/// Names who has it, without telling an address to a village's screen.
async fn who(conn: &mut Conn, l: Lang, answer: &Acknowledgement) -> Result<String, Failure> {
    if let Some(post) = &answer.caller_post {
        return Ok(post.clone());
    }
    let account = match answer.by_account {
        Some(id) => conn.account(crate::domain::ids::AccountId(id)).await?,
        None => None,
    };
    if let Some(account) = account {
        return Ok(account.label);
    }
    let Some(address) = &answer.by_address else {
        return Ok(l.reach_office().to_owned());
    };
    Ok(match conn.post_of(address).await? {
        Some(post) => post,
        None => masked(address),
    })
}

/// Shows an address without telling all of it to a village's screen.
fn masked(address: &str) -> String {
    Address::parse(address).map_or_else(|_| String::new(), |address| address.masked())
}
