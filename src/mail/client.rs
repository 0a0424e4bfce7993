//! Knows how one letter is sent: on the kept session if that still lives, else on a new one.
//!
//! A client owns one session and there is no pool. Every stage has its limit, and a session is put back only
//! after an exchange that left no question open; a delivery that fails, panics or is cancelled takes its
//! session with it. So no reply is ever taken for the answer to another letter.

use lettre::Address;

use super::probe::{Said, Trace};
use super::relay::{Relay, RelayError, Trust};
use super::session::Session;
use crate::domain::delivery::{Class, Reply, SmtpOutcome, Stage};

/// Sends letters through one relay, one at a time.
///
/// A panic in a delivery (in lettre, or in what renders the letter) is the caller's to contain, with
/// [`super::contain()`]; the client itself stays good, for the session went with the panic.
pub struct Client {
    relay: Relay,
    trust: Option<Trust>,
    session: Option<Session>,
}

impl Client {
    /// Makes a client; nothing is connected before the first letter.
    pub fn new(relay: Relay) -> Result<Self, RelayError> {
        let trust = relay.trust()?;
        Ok(Self {
            relay,
            trust,
            session: None,
        })
    }

    /// Gives the settings in use.
    pub fn relay(&self) -> &Relay {
        &self.relay
    }

    /// Sends one message to one recipient, and tells what came of it.
    ///
    /// Ends within [`super::Limits::longest`]. A kept session that fails before MAIL FROM is accepted has gone
    /// stale, whatever it says, and the letter is sent once more on a new one.
    pub async fn send(&mut self, from: &str, to: &str, message: &[u8]) -> SmtpOutcome {
        self.send_traced(from, to, message, &mut Trace::none()).await
    }

    /// Ends the kept session, if there is one, politely.
    pub async fn close(&mut self) {
        if let Some(session) = self.session.take() {
            session.quit().await;
        }
    }

    pub(super) async fn send_traced(
        &mut self,
        from: &str,
        to: &str,
        message: &[u8],
        trace: &mut Trace,
    ) -> SmtpOutcome {
        let Some(from) = address(from) else {
            return unsendable(
                Class::Misconfigured,
                Stage::MailFrom,
                "the sender is not a mail address",
            );
        };
        let Some(to) = address(to) else {
            return unsendable(Class::RecipientPermanent, Stage::RcptTo, "not a mail address");
        };
        let mut session = match self.begin(&from, &to, !message.is_ascii(), trace).await {
            Ok(session) => session,
            Err(outcome) => return outcome,
        };
        match session.deliver(&to, message, trace).await {
            Ok(Said { code, words }) => {
                self.session = Some(session);
                SmtpOutcome::accepted(code.unwrap_or(250), words)
            }
            Err(outcome) => {
                if is_settled(&outcome) && session.is_in_step() {
                    self.session = Some(session);
                }
                outcome
            }
        }
    }

    /// Gives a session on which MAIL FROM has been accepted.
    async fn begin(
        &mut self,
        from: &Address,
        to: &Address,
        eight_bit: bool,
        trace: &mut Trace,
    ) -> Result<Session, SmtpOutcome> {
        if let Some(mut kept) = self.session.take().filter(Session::is_fresh)
            && kept.begin(from, to, eight_bit, trace).await.is_ok()
        {
            return Ok(kept);
        }
        let mut fresh = self.open(trace).await?;
        fresh.begin(from, to, eight_bit, trace).await?;
        Ok(fresh)
    }

    pub(super) async fn open(&self, trace: &mut Trace) -> Result<Session, SmtpOutcome> {
        Session::open(&self.relay, self.trust.as_ref(), trace).await
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("relay", &self.relay)
            .field("connected", &self.session.is_some())
            .finish_non_exhaustive()
    }
}

/// Whether the server has said a plain no, so that the session can go on with the next letter.
fn is_settled(outcome: &SmtpOutcome) -> bool {
    let blames_letter = !matches!(
        outcome.class,
        Class::RelayDown | Class::Misconfigured | Class::InDoubt
    );
    blames_letter && outcome.reply.code.is_some_and(|code| code >= 400)
}

fn address(text: &str) -> Option<Address> {
    text.parse().ok().filter(|_| text.is_ascii())
}

fn unsendable(class: Class, stage: Stage, words: &str) -> SmtpOutcome {
    SmtpOutcome {
        class,
        reply: Reply {
            stage,
            code: None,
            words: words.to_owned(),
        },
    }
}
