//! Knows what is to be done with a letter now, from the present state and not from that of its writing.

use std::collections::HashMap;

use super::chase::Chases;
use super::{Hand, Held};
use crate::domain::ids::{AlertId, LetterId, RoundId};
use crate::domain::language::Lang;
use crate::domain::letter::{Details, LetterKind, incident_thread, round_thread};
use crate::domain::notice::{Matter, Notice};
use crate::service::{Error, Result, Service};
use crate::store::{Claimed, Conn};

/// What is to be done with a letter now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    /// Put this into words and send it.
    Write(Box<Notice>),
    /// Send the bytes of the first attempt again.
    Resend(Vec<u8>),
    /// Nothing: nobody needs it any more.
    Obsolete,
    /// It cannot be written; why, for the log and the outbox page.
    Unwritten(String),
}

impl Service {
    /// Gives what is to be done with each letter in hand; one that cannot be read spoils no other.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn errands(&self, hand: &Hand) -> Result<Vec<(i64, Errand)>> {
        let mut conn = self.store.read().await?;
        let letters: Vec<&Claimed> = hand.letters.iter().map(|Held { letter, .. }| letter).collect();
        match self.errands_of(&mut conn, &letters).await {
            Err(error) if matches!(error, Error::Busy { .. }) => return Err(error),
            Err(error) if letters.len() == 1 => {
                return Ok(letters
                    .iter()
                    .map(|l| (l.id, Errand::Unwritten(error.to_string())))
                    .collect());
            }
            Err(_) => {}
            Ok(errands) => return Ok(errands),
        }
        let mut errands = Vec::with_capacity(letters.len());
        for letter in letters {
            match self.errands_of(&mut conn, &[letter]).await {
                Ok(mut one) => errands.append(&mut one),
                Err(error) if matches!(error, Error::Busy { .. }) => return Err(error),
                Err(error) => errands.push((letter.id, Errand::Unwritten(error.to_string()))),
            }
        }
        Ok(errands)
    }

    async fn errands_of(&self, conn: &mut Conn, letters: &[&Claimed]) -> Result<Vec<(i64, Errand)>> {
        let chases: Vec<&Claimed> = letters
            .iter()
            .filter(|l| l.round_id.is_some() && l.doubts == 0)
            .copied()
            .collect();
        let mut chases = self.chases(conn, &chases).await?;
        let mut reports = HashMap::new();
        let mut errands = Vec::with_capacity(letters.len());
        for letter in letters {
            // What may have arrived is sent again as it was, and never becomes obsolete.
            let matter = match (letter.doubts, letter.round_id, letter.alert_id) {
                (1.., ..) => Wanted::Kept,
                (_, Some(_), _) => {
                    self.silence_letter(&mut chases, letter, letter.language.parse().unwrap_or_default())
                }
                (_, None, Some(alert)) => self.urgent(conn, &mut reports, AlertId(alert), letter).await?,
                (_, None, None) => self.account_letter(conn, letter).await?,
            };
            errands.push((letter.id, self.errand(letter, matter)));
        }
        Ok(errands)
    }

    fn errand(&self, letter: &Claimed, wanted: Wanted) -> Errand {
        let say = match (wanted, &letter.frozen) {
            (Wanted::No, _) => return Errand::Obsolete,
            (_, Some(frozen)) => {
                return match self.keys.open(&super::place(letter.id), frozen) {
                    Ok(bytes) => Errand::Resend(bytes),
                    Err(error) => Errand::Unwritten(error.to_string()),
                };
            }
            (Wanted::Kept, None) => return Errand::Unwritten("the kept bytes are gone".to_owned()),
            (Wanted::Yes(say), None) => *say,
        };
        let (Ok(kind), Ok(language)) = (letter.kind.parse(), letter.language.parse()) else {
            return Errand::Unwritten("its kind or its language is not known".to_owned());
        };
        let settings = &self.settings.service;
        Errand::Write(Box::new(Notice {
            kind,
            language,
            to: letter.address.clone(),
            office: settings.name.clone(),
            phone: self.settings.duty.phone.clone(),
            zone: settings.zone,
            mark: settings.mark.clone(),
            drill: say.drill,
            link: self.link_of(letter, say.link),
            message_id: letter.message_id.clone(),
            thread: self.thread_of(letter, say.thread),
            now: self.now(),
            matter: say.matter,
        }))
    }

    fn silence_letter(&self, chases: &mut Chases, letter: &Claimed, lang: Lang) -> Wanted {
        let passed_on = matches!(
            Details::parse(&letter.details),
            Some(Details::Chase { passed_on: true })
        );
        let reminder = letter.kind == LetterKind::Reminder.code();
        let Some((mut silence, round, drill)) = chases.silence(LetterId(letter.id), passed_on) else {
            return Wanted::No;
        };
        // Once the time is over there is nothing to remind of.
        if reminder && chases.now >= silence.due {
            return Wanted::No;
        }
        let units = silence.places.iter_mut().flat_map(|place| &mut place.units);
        for (_, class) in units.filter_map(|unit| unit.incident.as_mut()) {
            *class = self.class_name(class, lang);
        }
        Wanted::Yes(Box::new(Say {
            matter: Matter::Silence(silence),
            drill,
            thread: Thread::Round(round),
            link: if reminder { Link::Start } else { Link::Acknowledge },
        }))
    }

    fn link_of(&self, letter: &Claimed, link: Link) -> String {
        let base = &self.settings.service.base_url;
        let token = || self.keys.token_of_letter(letter.id, &letter.dedup_key);
        match link {
            Link::Start => format!("{base}/"),
            Link::Acknowledge => {
                format!("{base}/a/{}", self.keys.link_token(letter.id, &letter.dedup_key))
            }
            Link::SignIn => format!("{base}/link/{}", token()),
            Link::Slip => format!("{base}/slip?c={}", crate::service::secret::code_of(&token())),
            Link::Incident(id) => format!("{base}/incident/{id}"),
            Link::Bulletin(id) => format!("{base}/bulletin/{id}"),
        }
    }

    fn thread_of(&self, letter: &Claimed, thread: Thread) -> Option<String> {
        let address = crate::domain::address::Address::parse(&letter.address).ok()?;
        match thread {
            Thread::None => None,
            Thread::Round(round) => Some(round_thread(&self.deployment, round, &address)),
            Thread::Incident(incident) => Some(incident_thread(&self.deployment, incident)),
        }
    }
}

/// Whether a letter is still wanted, and what it then says.
pub(super) enum Wanted {
    Yes(Box<Say>),
    /// It may have arrived: the bytes that were kept.
    Kept,
    No,
}

/// What a letter says.
pub(super) struct Say {
    pub(super) matter: Matter,
    pub(super) drill: bool,
    pub(super) thread: Thread,
    pub(super) link: Link,
}

/// What a letter belongs to.
pub(super) enum Thread {
    None,
    Round(RoundId),
    Incident(crate::domain::ids::IncidentId),
}

/// Where the one link of a letter leads.
pub(super) enum Link {
    Start,
    Acknowledge,
    SignIn,
    Slip,
    Incident(crate::domain::ids::IncidentId),
    Bulletin(i64),
}
