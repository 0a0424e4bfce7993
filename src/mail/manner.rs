//! Knows how the loopback mail server may be made to behave: for each moment of a conversation, what it answers.

use std::fmt::Debug;
use std::time::Duration;

use tokio_rustls::TlsAcceptor;

/// A moment at which the server is to answer.
#[derive(Debug, Clone, Copy)]
pub enum Moment<'a> {
    /// Somebody has connected.
    Greeting,
    /// EHLO or HELO.
    Hello,
    /// STARTTLS.
    StartTls,
    /// AUTH.
    Login,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient(&'a str),
    /// DATA, by the recipients so far.
    Data(&'a [String]),
    /// The dot after the mail: recipients, and the mail without its dot-stuffing.
    Letter(&'a [String], &'a [u8]),
}

/// What the server does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// What it always does; a mail is put into the mailbox.
    Usual,
    /// These words, and nothing more: a mail is not put into the mailbox.
    Words(String),
    /// These words, after so long.
    After(Duration, String),
    /// These words, and then the connection ends.
    LastWords(String),
    /// Nothing, until the client goes.
    Silence,
    /// The connection ends.
    Close,
}

/// Decides what the server answers.
pub trait Manner: Debug + Send + Sync + 'static {
    /// Gives the answer for a moment.
    fn answer(&self, moment: Moment<'_>) -> Answer;

    /// Gives what it shows under TLS; without it STARTTLS is not offered.
    fn certificate(&self) -> Option<TlsAcceptor> {
        None
    }

    /// Tells whether it offers a login, and takes any.
    fn has_login(&self) -> bool {
        false
    }
}

/// Takes every mail.
#[derive(Debug, Clone, Copy, Default)]
pub struct Friendly;

impl Manner for Friendly {
    fn answer(&self, _: Moment<'_>) -> Answer {
        Answer::Usual
    }
}
