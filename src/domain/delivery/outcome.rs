//! Knows what an answer of a mail server means, by the stage at which it came.

use serde::{Deserialize, Serialize};

coded! {
    /// A stage of an SMTP session, in the order in which they come.
    Stage {
        /// Name look-up and TCP.
        Connect = "connect",
        /// The TLS handshake, or STARTTLS up to it.
        Tls = "tls",
        /// The server's first line.
        Greeting = "greeting",
        /// EHLO.
        Ehlo = "ehlo",
        /// AUTH with the login of the relay.
        Auth = "auth",
        /// MAIL FROM.
        MailFrom = "mail_from",
        /// RCPT TO.
        RcptTo = "rcpt_to",
        /// DATA, up to the go-ahead.
        Data = "data",
        /// The message and its dot, up to the verdict.
        EndOfData = "end_of_data",
    }
}

coded! {
    /// The kind of an outcome, as kept with every attempt.
    Class {
        /// The mail server took the message. Not a proof that anybody reads it.
        Accepted = "accepted",
        /// The relay cannot be reached or will not talk now; the message is not to blame.
        RelayDown = "relay_down",
        /// The relay refuses our login or sender; only an operator can mend that.
        Misconfigured = "misconfigured",
        /// The recipient may be accepted later.
        RecipientTemporary = "recipient_temporary",
        /// The recipient is refused for good.
        RecipientPermanent = "recipient_permanent",
        /// The message may be accepted later.
        MessageTemporary = "message_temporary",
        /// The message is refused for good.
        MessagePermanent = "message_permanent",
        /// All was sent and no verdict came: it may have been accepted, or not.
        InDoubt = "in_doubt",
    }
}

/// What the server said, and when in the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// The stage that the words belong to.
    pub stage: Stage,
    /// The reply code; none if no reply came (timeout, end of connection, failed handshake).
    pub code: Option<u16>,
    /// The server's own words, or what happened instead of them.
    pub words: String,
}

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmtpOutcome {
    /// What it means.
    pub class: Class,
    /// What was said.
    pub reply: Reply,
}

impl SmtpOutcome {
    /// Judges a reply that is not the one hoped for, or the lack of one, by the stage at which it came.
    ///
    /// | stage | reply | outcome |
    /// |---|---|---|
    /// | connect, TLS, greeting, EHLO; 421 anywhere | any | relay down |
    /// | AUTH, MAIL FROM | 5xx | misconfigured; 4xx or none: relay down |
    /// | RCPT | 5xx (530 is about us) | recipient permanent; 4xx or none: temporary |
    /// | DATA | 5xx | message permanent; 4xx or none: temporary |
    /// | end of data | 5xx / 4xx / none | message permanent / temporary / in doubt |
    ///
    /// Silence at RCPT or DATA is held against the letter and not against the relay, which has just
    /// accepted MAIL FROM: otherwise one letter on which a server chokes would stop all others for ever.
    pub fn failed(reply: Reply) -> Self {
        Self {
            class: class(&reply),
            reply,
        }
    }

    /// Records that the server took the message.
    pub fn accepted(code: u16, words: impl Into<String>) -> Self {
        let reply = Reply {
            stage: Stage::EndOfData,
            code: Some(code),
            words: words.into(),
        };
        Self {
            class: Class::Accepted,
            reply,
        }
    }
}

fn class(reply: &Reply) -> Class {
    let refused = |permanent, temporary| match reply.code {
        Some(500..) => permanent,
        _ => temporary,
    };
    match reply.stage {
        _ if reply.code == Some(421) => Class::RelayDown,
        Stage::Connect | Stage::Tls | Stage::Greeting | Stage::Ehlo => Class::RelayDown,
        Stage::Auth | Stage::MailFrom => refused(Class::Misconfigured, Class::RelayDown),
        // "Authentication required" is never about the recipient (RFC 4954).
        Stage::RcptTo if reply.code == Some(530) => Class::Misconfigured,
        Stage::RcptTo => refused(Class::RecipientPermanent, Class::RecipientTemporary),
        Stage::Data => refused(Class::MessagePermanent, Class::MessageTemporary),
        Stage::EndOfData => match reply.code {
            Some(400..500) => Class::MessageTemporary,
            Some(500..) => Class::MessagePermanent,
            _ => Class::InDoubt,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_the_outcome_table_is_judged_by_its_stage() {
        let judged = |stage, code| {
            SmtpOutcome::failed(Reply {
                stage,
                code,
                words: String::new(),
            })
            .class
        };
        for early in [Stage::Connect, Stage::Tls, Stage::Greeting, Stage::Ehlo] {
            for code in [None, Some(421), Some(450), Some(554)] {
                assert_eq!(judged(early, code), Class::RelayDown, "{early:?} {code:?}");
            }
        }
        for own in [Stage::Auth, Stage::MailFrom] {
            assert_eq!(judged(own, Some(535)), Class::Misconfigured);
            assert_eq!(judged(own, Some(454)), Class::RelayDown);
            assert_eq!(judged(own, None), Class::RelayDown);
        }
        assert_eq!(judged(Stage::RcptTo, Some(451)), Class::RecipientTemporary);
        assert_eq!(judged(Stage::RcptTo, None), Class::RecipientTemporary);
        assert_eq!(judged(Stage::RcptTo, Some(550)), Class::RecipientPermanent);
        assert_eq!(judged(Stage::RcptTo, Some(530)), Class::Misconfigured);
        for late in [Stage::Data, Stage::EndOfData] {
            assert_eq!(judged(late, Some(451)), Class::MessageTemporary);
            assert_eq!(judged(late, Some(554)), Class::MessagePermanent);
        }
        assert_eq!(judged(Stage::Data, None), Class::MessageTemporary);
        assert_eq!(judged(Stage::EndOfData, None), Class::InDoubt);
        for stage in Stage::ALL {
            assert_eq!(judged(*stage, Some(421)), Class::RelayDown, "421 at {stage:?}");
        }
    }
}
