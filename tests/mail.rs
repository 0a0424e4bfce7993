//! The mail client against a real socket: each line of the outcome table, and each trap that once lost a letter.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "mail/session.rs"]
mod session;
mod support;
#[path = "mail/tls.rs"]
mod tls;

use std::time::Duration;

use allclear::domain::delivery::{Class, SmtpOutcome, Stage};
use allclear::mail::{Client, Draft, Limits, Login, Mailbox, Relay, RelayError, Sink, Tls, build};
use support::smtp::{Act, At, Server, Setup, closed_port};

const FROM: &str = "duty@county.example";
const TO: &str = "clerk@village.example";

/// Limits short enough to wait for, long enough for a busy machine.
const SHORT: Limits = Limits {
    connect: Duration::from_secs(2),
    command: Duration::from_secs(1),
    end_of_data: Duration::from_secs(1),
    keep: Duration::from_secs(20),
};

fn relay(port: u16) -> Relay {
    Relay {
        host: "127.0.0.1".into(),
        port,
        tls: Tls::Plain,
        login: None,
        hello: "county.example".into(),
        ca_file: None,
        limits: Limits::default(),
    }
}

fn client(server: &Server) -> Client {
    Client::new(relay(server.port())).unwrap()
}

fn hasty(server: &Server) -> Client {
    Client::new(Relay {
        limits: SHORT,
        ..relay(server.port())
    })
    .unwrap()
}

fn draft() -> Draft {
    Draft {
        from_name: "每日零报告".into(),
        from_address: FROM.into(),
        to: TO.into(),
        subject: "逾期未报".into(),
        text: "请立即报告。\n.\n..两点\n".into(),
        html: Some("<p>请立即报告。</p>".into()),
        message_id: "c.1.2@county.example".into(),
        references_root: Some("round.1@county.example".into()),
        urgent: false,
        date: Default::default(),
        language: "zh-CN".into(),
    }
}

fn letter() -> Vec<u8> {
    build(&draft()).unwrap()
}

async fn send(client: &mut Client) -> SmtpOutcome {
    client.send(FROM, TO, &letter()).await
}

fn assert_outcome(outcome: &SmtpOutcome, class: Class, stage: Stage, code: impl Into<Option<u16>>) {
    let got = (outcome.class, outcome.reply.stage, outcome.reply.code);
    assert_eq!(got, (class, stage, code.into()), "{outcome:?}");
}

/// Sends one letter to a server that does one thing at one moment, then a second one to the same server behaving
/// again: whatever came of the first, the second is accepted.
///
/// All of it twice: a server that takes RCPT and DATA along with MAIL makes no difference to what comes of a letter.
async fn first_then_second(at: At, act: Act, class: Class, stage: Stage, code: Option<u16>) {
    for setup in [Setup::plain(), Setup::plain().pipelining()] {
        first_then_second_with(setup, at, act.clone(), class, stage, code).await;
    }
}

async fn first_then_second_with(
    setup: Setup,
    at: At,
    act: Act,
    class: Class,
    stage: Stage,
    code: Option<u16>,
) {
    let server = Server::start(setup.offering("PLAIN")).await;
    server.on(at, act);
    let login = Login {
        name: FROM.into(),
        password: "code".into(),
    };
    let mut client = Client::new(Relay {
        limits: SHORT,
        login: Some(login),
        ..relay(server.port())
    })
    .unwrap();
    let outcome = send(&mut client).await;
    assert_outcome(&outcome, class, stage, code);
    server.behave();
    assert_eq!(
        send(&mut client).await.class,
        Class::Accepted,
        "after {outcome:?}"
    );
    assert_eq!(server.accepted().len(), 1);
}

macro_rules! outcomes {
    ($($name:ident: $at:ident $act:expr => $class:ident at $stage:ident, $code:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            first_then_second(At::$at, $act, Class::$class, Stage::$stage, $code.into()).await;
        }
    )*};
}

outcomes! {
    a_greeting_of_421_means_relay_down: Greeting Act::say("421 busy") => RelayDown at Greeting, 421;
    a_greeting_of_554_means_relay_down: Greeting Act::say("554 go away") => RelayDown at Greeting, 554;
    silence_at_the_greeting_means_relay_down: Greeting Act::Stall => RelayDown at Greeting, None;
    a_close_at_the_greeting_means_relay_down: Greeting Act::Close => RelayDown at Greeting, None;
    another_protocol_means_relay_down: Greeting Act::say("SSH-2.0-OpenSSH") => RelayDown at Greeting, None;
    a_refused_ehlo_means_relay_down: Ehlo Act::say("550 who?") => RelayDown at Ehlo, 550;
    silence_at_ehlo_means_relay_down: Ehlo Act::Stall => RelayDown at Ehlo, None;
    an_expired_mail_code_means_misconfigured: Auth Act::say("535 login fail") => Misconfigured at Auth, 535;
    a_login_that_fails_for_now_means_relay_down: Auth Act::say("454 later") => RelayDown at Auth, 454;
    silence_at_the_login_means_relay_down: Auth Act::Stall => RelayDown at Auth, None;
    a_refused_sender_means_misconfigured: Mail Act::say("553 not yours") => Misconfigured at MailFrom, 553;
    a_sender_refused_for_now_means_relay_down: Mail Act::say("451 later") => RelayDown at MailFrom, 451;
    silence_at_the_sender_means_relay_down: Mail Act::Stall => RelayDown at MailFrom, None;
    a_recipient_greylisted_is_temporary: Rcpt Act::say("451 later") => RecipientTemporary at RcptTo, 451;
    a_recipient_unknown_is_permanent: Rcpt Act::say("550 unknown") => RecipientPermanent at RcptTo, 550;
    silence_at_the_recipient_is_temporary: Rcpt Act::Stall => RecipientTemporary at RcptTo, None;
    a_421_at_the_recipient_means_relay_down: Rcpt Act::say("421 closing") => RelayDown at RcptTo, 421;
    data_refused_is_permanent: Data Act::say("554 no") => MessagePermanent at Data, 554;
    data_refused_for_now_is_temporary: Data Act::say("451 later") => MessageTemporary at Data, 451;
    silence_after_data_is_temporary: Data Act::Stall => MessageTemporary at Data, None;
    a_yes_to_data_that_is_no_go_ahead_sends_nothing: Data Act::say("250 ok") => MessageTemporary at Data, 250;
    a_message_refused_is_permanent: End Act::say("554 spam") => MessagePermanent at EndOfData, 554;
    a_message_refused_for_now_is_temporary: End Act::say("451 later") => MessageTemporary at EndOfData, 451;
    silence_after_the_dot_leaves_doubt: End Act::Stall => InDoubt at EndOfData, None;
    a_close_after_the_dot_leaves_doubt: End Act::Close => InDoubt at EndOfData, None;
    a_go_ahead_after_the_dot_leaves_doubt: End Act::say("354 go on") => InDoubt at EndOfData, 354;
    a_421_after_the_dot_means_relay_down: End Act::say("421 closing") => RelayDown at EndOfData, 421;
}

#[tokio::test]
async fn a_refused_connection_means_relay_down() {
    let mut client = Client::new(relay(closed_port().await)).unwrap();
    assert_outcome(&send(&mut client).await, Class::RelayDown, Stage::Connect, None);
}

#[tokio::test]
async fn an_unknown_host_means_relay_down() {
    let mut client = Client::new(Relay {
        host: "relay.invalid".into(),
        ..relay(25)
    })
    .unwrap();
    assert_outcome(&send(&mut client).await, Class::RelayDown, Stage::Connect, None);
}

#[tokio::test]
async fn the_server_s_own_words_are_kept() {
    let server = Server::start(Setup::plain()).await;
    server.on(
        At::Rcpt,
        Act::say("550-5.1.1 用户不存在\r\n550 5.1.1 see the help page"),
    );
    let outcome = send(&mut client(&server)).await;
    assert_eq!(outcome.reply.words, "5.1.1 用户不存在 see the help page");
}

#[tokio::test]
async fn words_in_another_encoding_do_not_hide_the_code() {
    let server = Server::start(Setup::plain()).await;
    server.once(At::Rcpt, Act::Raw(b"550 \xd3\xc3\xbb\xa7\r\n".to_vec()));
    server.once(At::End, Act::Raw(b"250 \xca\xd5\xb5\xbd\r\n".to_vec()));
    let mut client = client(&server);
    assert_outcome(
        &send(&mut client).await,
        Class::RecipientPermanent,
        Stage::RcptTo,
        550,
    );
    assert_outcome(&send(&mut client).await, Class::Accepted, Stage::EndOfData, 250);
}

#[tokio::test]
async fn a_login_that_the_server_does_not_offer_means_misconfigured() {
    let server = Server::start(Setup::plain()).await;
    let login = Some(Login {
        name: FROM.into(),
        password: "code".into(),
    });
    let mut client = Client::new(Relay {
        login,
        ..relay(server.port())
    })
    .unwrap();
    assert_outcome(&send(&mut client).await, Class::Misconfigured, Stage::Auth, None);
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused_before_anything_is_sent() {
    let missing = Relay {
        tls: Tls::Implicit,
        ca_file: Some("/nonexistent/ca.pem".into()),
        ..relay(465)
    };
    assert!(matches!(
        Client::new(missing),
        Err(RelayError::Authorities { .. })
    ));
    let hello = Relay {
        hello: "county\r\nMAIL".into(),
        ..relay(25)
    };
    assert!(matches!(Client::new(hello), Err(RelayError::Hello(_))));
    let host = Relay {
        tls: Tls::Implicit,
        host: "a host".into(),
        ..relay(465)
    };
    assert!(matches!(Client::new(host), Err(RelayError::Host(_))));
}

#[tokio::test]
async fn a_password_shows_in_no_debug_output() {
    let login = Some(Login {
        name: FROM.into(),
        password: "s3cret".into(),
    });
    let client = Client::new(Relay { login, ..relay(25) }).unwrap();
    assert!(!format!("{client:?}").contains("s3cret"));
}

#[tokio::test]
async fn the_demo_s_mailbox_shows_a_letter_as_its_reader_sees_it() {
    let sink = Sink::start(0, Mailbox::new(100)).await.unwrap();
    let mut arrivals = sink.mailbox().subscribe();
    let mut client = Client::new(relay(sink.address().port())).unwrap();
    let urgent = Draft {
        urgent: true,
        ..draft()
    };
    assert_eq!(
        client.send(FROM, TO, &build(&urgent).unwrap()).await.class,
        Class::Accepted
    );
    arrivals.changed().await.unwrap();
    let mail = sink.mailbox().get(1).unwrap();
    assert_eq!(
        (mail.from.as_str(), mail.subject.as_str()),
        ("每日零报告", "逾期未报")
    );
    assert_eq!(mail.envelope_to, [TO]);
    assert_eq!(mail.text.as_deref(), Some("请立即报告。\r\n.\r\n..两点\r\n"));
    assert_eq!(mail.html.as_deref(), Some("<p>请立即报告。</p>"));
    assert_eq!(mail.message_id.as_deref(), Some("c.1.2@county.example"));
    assert_eq!(mail.date.map(|d| d.timestamp()), Some(0));
    assert!(mail.urgent);
    assert!(
        mail.headers
            .iter()
            .any(|(n, v)| n == "Auto-Submitted" && v == "auto-generated")
    );
    assert_eq!(send(&mut client).await.class, Class::Accepted);
    assert_eq!(sink.mailbox().list().len(), 2);
    client.close().await;
}
