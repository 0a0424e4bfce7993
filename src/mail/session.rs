//! Knows one conversation with a mail server, stage by stage, so that what fails is known by where it failed.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Auth, Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use secrecy::ExposeSecret;
use tokio::time::Instant;

use super::probe::{Said, Trace};
use super::relay::{Limits, Login, Relay, Trust};
use super::wire::dial;
use crate::domain::delivery::{Class, SmtpOutcome, Stage};

/// A greeted and, if needed, authenticated session.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
    limits: Limits,
    /// The server takes commands before it has answered those before.
    pipelining: Arc<AtomicBool>,
    /// A transaction was begun and neither finished nor taken back.
    begun: bool,
    /// RCPT and DATA went with MAIL; their answers are still to be read.
    ahead: bool,
    /// What the server says next would not be the answer to what is asked next.
    out_of_step: bool,
    last_used: Instant,
}

impl Session {
    /// Opens a session, up to the login.
    pub(super) async fn open(
        relay: &Relay,
        trust: Option<&Trust>,
        trace: &mut Trace,
    ) -> Result<Self, SmtpOutcome> {
        let wire = dial(relay, trust, trace).await?;
        let pipelining = wire.pipelining();
        let hello = ClientId::Domain(relay.hello.clone());
        let greet = async {
            let connection = AsyncSmtpConnection::connect_with_transport(Box::new(wire), &hello)
                .await
                .map_err(said)?;
            let words = connection.server_info().to_string();
            Ok((connection, Said::replied(250, words)))
        };
        let (connection, _) = trace.stage(Stage::Ehlo, relay.limits.command, greet).await?;
        let mut session = Self {
            connection,
            limits: relay.limits,
            pipelining,
            begun: false,
            ahead: false,
            out_of_step: false,
            last_used: Instant::now(),
        };
        if let Some(login) = &relay.login {
            session.authenticate(login, trace).await?;
        }
        Ok(session)
    }

    /// Whether the server has not yet had time to forget us.
    pub(super) fn is_fresh(&self) -> bool {
        self.last_used.elapsed() <= self.limits.keep
    }

    async fn authenticate(&mut self, login: &Login, trace: &mut Trace) -> Result<(), SmtpOutcome> {
        let Some(mechanism) = self
            .connection
            .server_info()
            .get_auth_mechanism(DEFAULT_MECHANISMS)
        else {
            let said = Said::happened("the server offers no login that we know (PLAIN, LOGIN)");
            return Err(SmtpOutcome {
                class: Class::Misconfigured,
                ..trace.failed(Stage::Auth, said)
            });
        };
        let credentials = Credentials::new(login.name.clone(), login.password.expose_secret().to_owned());
        let connection = &mut self.connection;
        // lettre's own `auth` says QUIT after a refusal and waits for the answer, which can outlast the limit
        // and hide the refusal.
        let work = async {
            let first = Auth::new(mechanism, credentials.clone(), None).map_err(said)?;
            let mut response = connection.command(first).await.map_err(said)?;
            for _ in 0..3 {
                if !response.has_code(334) {
                    break;
                }
                let next =
                    Auth::new_from_response(mechanism, credentials.clone(), &response).map_err(said)?;
                response = connection.command(next).await.map_err(said)?;
            }
            in_step(&response, &[235])
        };
        // Three lines at most, and the limit is for each answer.
        trace
            .stage(Stage::Auth, self.limits.command * 3, work)
            .await
            .map(drop)
    }

    /// Whether the session can go on with the next letter after a plain no to this one.
    pub(super) fn is_in_step(&self) -> bool {
        !self.out_of_step
    }

    /// Begins a transaction, first taking back one that was left unfinished.
    ///
    /// RCPT and DATA go along where the server takes them before it has answered MAIL: over a long line a letter
    /// then takes two round trips and not four.
    pub(super) async fn begin(
        &mut self,
        from: &Address,
        to: &Address,
        eight_bit: bool,
        trace: &mut Trace,
    ) -> Result<(), SmtpOutcome> {
        if self.begun {
            self.command(Stage::MailFrom, Rset, &[250], trace).await?;
        }
        self.begun = true;
        let supported = self
            .connection
            .server_info()
            .supports_feature(Extension::EightBitMime);
        let body = MailParameter::Body(MailBodyParameter::EightBitMime);
        let parameters = if eight_bit && supported {
            vec![body]
        } else {
            Vec::new()
        };
        let mail = Mail::new(Some(from.clone()), parameters);
        self.ahead = self.pipelining.load(Ordering::Relaxed);
        if self.ahead {
            let all = format!("{mail}{}{Data}", recipient(to));
            self.command(Stage::MailFrom, all, &[250], trace).await
        } else {
            self.command(Stage::MailFrom, mail, &[250], trace).await
        }
    }

    /// Names the one recipient and hands the message over, up to the verdict.
    pub(super) async fn deliver(
        &mut self,
        to: &Address,
        message: &[u8],
        trace: &mut Trace,
    ) -> Result<Said, SmtpOutcome> {
        if std::mem::take(&mut self.ahead) {
            if let Err(refused) = self.answer(Stage::RcptTo, RECIPIENT_TAKEN, trace).await {
                self.expect_no().await;
                return Err(refused);
            }
            self.answer(Stage::Data, &[354], trace).await?;
        } else {
            self.command(Stage::RcptTo, recipient(to), RECIPIENT_TAKEN, trace)
                .await?;
            self.command(Stage::Data, Data, &[354], trace).await?;
        }
        let limit = self.limits.end_of_data;
        let work = async {
            let response = self.connection.message(message).await.map_err(said)?;
            in_step(&response, &[250])
        };
        let verdict = trace.stage(Stage::EndOfData, limit, work).await;
        self.last_used = Instant::now();
        self.begun = false;
        verdict.map(|((), said)| said)
    }

    /// Reads the answer to a DATA that went along with a recipient who was refused. After a no the session can go
    /// on; one that now waits for a message cannot.
    async fn expect_no(&mut self) {
        let answer = tokio::time::timeout(self.limits.command, self.connection.read_response()).await;
        self.out_of_step = !matches!(answer, Ok(Err(error)) if error.status().is_some());
        self.last_used = Instant::now();
    }

    /// Takes leave; whether the server answers does not matter.
    pub(super) async fn quit(mut self) {
        let _ = tokio::time::timeout(self.limits.command.min(QUIT), self.connection.command(Quit)).await;
    }

    async fn command(
        &mut self,
        stage: Stage,
        command: impl Display,
        expected: &[u16],
        trace: &mut Trace,
    ) -> Result<(), SmtpOutcome> {
        let work = async {
            let response = self.connection.command(command).await.map_err(said)?;
            in_step(&response, expected)
        };
        let done = trace.stage(stage, self.limits.command, work).await.map(drop);
        self.last_used = Instant::now();
        done
    }

    /// Reads the answer to what was asked ahead.
    async fn answer(&mut self, stage: Stage, expected: &[u16], trace: &mut Trace) -> Result<(), SmtpOutcome> {
        let work = async {
            let response = self.connection.read_response().await.map_err(said)?;
            in_step(&response, expected)
        };
        let done = trace.stage(stage, self.limits.command, work).await.map(drop);
        self.last_used = Instant::now();
        done
    }
}

/// The answers to RCPT that take the recipient.
const RECIPIENT_TAKEN: &[u16] = &[250, 251, 252];

fn recipient(to: &Address) -> Rcpt {
    Rcpt::new(to.clone(), Vec::new())
}

/// How long a farewell may take.
const QUIT: std::time::Duration = std::time::Duration::from_secs(2);

/// Takes only the replies that belong to what was asked.
///
/// lettre takes any 2xx or 3xx for a yes, so a late `354` would pass for the verdict on another letter.
fn in_step(response: &Response, expected: &[u16]) -> Result<((), Said), Said> {
    let words: Vec<&str> = response.message().collect();
    let said = Said::replied(response.code().into(), words.join(" "));
    if said.code.is_some_and(|code| expected.contains(&code)) {
        Ok(((), said))
    } else {
        Err(said)
    }
}

/// Reads the server's words, or what happened in their place, out of lettre's error.
fn said(error: Error) -> Said {
    let cause = std::error::Error::source(&error).map(ToString::to_string);
    match (error.status(), cause) {
        (Some(code), words) => Said::replied(code.into(), words.unwrap_or_default()),
        (None, Some(words)) if words == "incomplete response" => Said::closed(),
        (None, Some(words)) => Said::happened(words),
        (None, None) => Said::happened(error.to_string()),
    }
}
