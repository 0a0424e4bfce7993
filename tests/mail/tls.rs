//! Who may be trusted, and what is never said in the clear.

use allclear::domain::delivery::{Class, Stage};
use allclear::mail::{Client, Login, Relay, Tls};

use crate::support::smtp::{Act, At, Authority, Server, Setup};
use crate::{FROM, SHORT, TO, assert_outcome, letter, relay, send};

fn trusting(authority: &Authority, folder: &tempfile::TempDir, tls: Tls, server: &Server) -> Relay {
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, authority.pem()).unwrap();
    Relay {
        host: "localhost".into(),
        tls,
        ca_file: Some(ca),
        limits: SHORT,
        ..relay(server.port())
    }
}

#[tokio::test]
async fn implicit_tls_and_starttls_reach_a_server_whose_authority_is_trusted() {
    let (authority, folder) = (Authority::new(), tempfile::tempdir().unwrap());
    let tls = authority.server("localhost");
    let implicit = Server::start(Setup::implicit(tls.clone()).offering("LOGIN")).await;
    let starttls = Server::start(Setup::starttls(tls).offering("LOGIN PLAIN")).await;
    for (server, tls) in [(implicit, Tls::Implicit), (starttls, Tls::StartTls)] {
        let login = Some(Login {
            name: FROM.into(),
            password: "code".into(),
        });
        let relay = Relay {
            login,
            ..trusting(&authority, &folder, tls, &server)
        };
        let mut client = Client::new(relay).unwrap();
        assert_outcome(&send(&mut client).await, Class::Accepted, Stage::EndOfData, 250);
        assert!(server.commands().contains(&"AUTH".to_owned()));
        assert_eq!(send(&mut client).await.class, Class::Accepted);
        assert_eq!(server.connections(), 1);
    }
}

#[tokio::test]
async fn a_certificate_of_another_name_or_authority_means_relay_down() {
    let (authority, folder) = (Authority::new(), tempfile::tempdir().unwrap());
    let certificates = [
        authority.server("elsewhere.example"),
        Authority::new().server("localhost"),
    ];
    for certificate in certificates {
        let implicit = Server::start(Setup::implicit(certificate.clone())).await;
        let starttls = Server::start(Setup::starttls(certificate)).await;
        for (server, tls) in [(implicit, Tls::Implicit), (starttls, Tls::StartTls)] {
            let mut client = Client::new(trusting(&authority, &folder, tls, &server)).unwrap();
            let outcome = send(&mut client).await;
            assert_outcome(&outcome, Class::RelayDown, Stage::Tls, None);
            assert!(outcome.reply.words.contains("certificate"), "{outcome:?}");
            assert!(server.accepted().is_empty());
        }
    }
}

#[tokio::test]
async fn nothing_is_sent_in_the_clear_where_starttls_is_required() {
    let (authority, folder) = (Authority::new(), tempfile::tempdir().unwrap());
    let plain = Server::start(Setup::plain().offering("PLAIN")).await;
    let login = Some(Login {
        name: FROM.into(),
        password: "code".into(),
    });
    let relay = Relay {
        login,
        ..trusting(&authority, &folder, Tls::StartTls, &plain)
    };
    let outcome = send(&mut Client::new(relay).unwrap()).await;
    assert_outcome(&outcome, Class::RelayDown, Stage::Tls, None);
    assert_eq!(plain.commands(), ["EHLO county.example"]);

    let refusing = Server::start(Setup::starttls(authority.server("localhost"))).await;
    refusing.on(At::StartTls, Act::say("454 not now"));
    let relay = trusting(&authority, &folder, Tls::StartTls, &refusing);
    let outcome = send(&mut Client::new(relay).unwrap()).await;
    assert_outcome(&outcome, Class::RelayDown, Stage::Tls, 454);
}

/// The trap: lettre keeps what came in the clear behind the answer to STARTTLS and takes it for the answer to the
/// EHLO under TLS, so that every later answer is taken for the one before.
#[tokio::test]
async fn words_slipped_in_behind_starttls_end_the_session() {
    let (authority, folder) = (Authority::new(), tempfile::tempdir().unwrap());
    let setup = Setup::starttls(authority.server("localhost")).injecting("250 injected");
    let server = Server::start(setup).await;
    let mut client = Client::new(trusting(&authority, &folder, Tls::StartTls, &server)).unwrap();
    assert_outcome(&send(&mut client).await, Class::RelayDown, Stage::Tls, None);
}

#[tokio::test]
async fn a_silent_tls_port_is_given_up_in_time() {
    let (authority, folder) = (Authority::new(), tempfile::tempdir().unwrap());
    let server = Server::start(Setup::plain()).await;
    server.on(At::Greeting, Act::Stall);
    let mut client = Client::new(trusting(&authority, &folder, Tls::Implicit, &server)).unwrap();
    assert_outcome(&send(&mut client).await, Class::RelayDown, Stage::Tls, None);
}

#[tokio::test]
async fn a_probe_tells_each_stage_and_the_server_s_words() {
    let (authority, folder) = (Authority::new(), tempfile::tempdir().unwrap());
    let server = Server::start(Setup::starttls(authority.server("localhost")).offering("PLAIN")).await;
    server.on(At::Rcpt, Act::say("550 no such user here"));
    let login = Some(Login {
        name: FROM.into(),
        password: "code".into(),
    });
    let relay = Relay {
        login,
        ..trusting(&authority, &folder, Tls::StartTls, &server)
    };
    let probe = Client::new(relay).unwrap().probe(FROM, TO, &letter()).await;
    let stages: Vec<_> = probe
        .steps
        .iter()
        .map(|s| (s.reply.stage.code(), s.reply.code, s.good))
        .collect();
    assert_eq!(
        stages,
        [
            ("connect", None, true),
            ("greeting", Some(220), true),
            ("ehlo", Some(250), true),
            ("tls", Some(220), true),
            ("tls", None, true),
            ("ehlo", Some(250), true),
            ("auth", Some(235), true),
            ("mail_from", Some(250), true),
            ("rcpt_to", Some(550), false),
        ]
    );
    assert_eq!(probe.steps[1].reply.words, "scripted");
    assert_eq!(probe.outcome.reply.words, "no such user here");
}
