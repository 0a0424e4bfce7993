//! Sessions that are kept, go stale, or end in doubt.

use std::time::Duration;

use allclear::domain::delivery::{Class, Stage};
use allclear::mail::{Client, Limits, Relay, contain};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::support::smtp::{Act, At, Server, Setup};
use crate::{FROM, TO, assert_outcome, client, hasty, letter, relay, send};

/// The trap: a delivery was cancelled in mid-reply, its connection used again, and the late `354` taken for the
/// verdict on the next mail, which the server had refused.
#[tokio::test]
async fn a_late_answer_is_never_the_verdict_on_the_next_letter() {
    for late in ["354 go on", "250 taken"] {
        let server = Server::start(Setup::plain()).await;
        server.once(At::Data, Act::late(1200, late));
        server.on(At::End, Act::say("554 refused"));
        let mut client = hasty(&server);
        let first = send(&mut client).await;
        assert_outcome(&first, Class::MessageTemporary, Stage::Data, None);
        tokio::time::sleep(Duration::from_millis(400)).await;
        let second = send(&mut client).await;
        assert_outcome(&second, Class::MessagePermanent, Stage::EndOfData, 554);
        assert_eq!(server.accepted().len(), 0);
    }
}

#[tokio::test]
async fn a_delivery_that_its_caller_cancels_takes_its_session_along() {
    let server = Server::start(Setup::plain()).await;
    let mut client = client(&server);
    assert_eq!(send(&mut client).await.class, Class::Accepted);
    server.once(At::Data, Act::late(300, "354 go on"));
    server.on(At::End, Act::say("554 refused"));
    let cancelled = tokio::time::timeout(Duration::from_millis(150), send(&mut client)).await;
    assert!(cancelled.is_err());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_outcome(
        &send(&mut client).await,
        Class::MessagePermanent,
        Stage::EndOfData,
        554,
    );
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn letters_follow_each_other_on_one_connection_without_delay() {
    let server = Server::start(Setup::plain()).await;
    let mut client = client(&server);
    let start = tokio::time::Instant::now();
    for _ in 0..200 {
        assert_eq!(send(&mut client).await.class, Class::Accepted);
    }
    // With Nagle's delay 200 letters take 8.8 s at least.
    assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn each_transaction_has_one_recipient_and_the_bytes_arrive_unchanged() {
    let server = Server::start(Setup::plain()).await;
    let mut client = client(&server);
    for to in [TO, "head@village.example"] {
        assert_eq!(client.send(FROM, to, &letter()).await.class, Class::Accepted);
    }
    let accepted = server.accepted();
    assert!(
        accepted
            .iter()
            .all(|mail| mail.to.len() == 1 && mail.from == FROM)
    );
    assert_eq!(accepted[1].to, ["head@village.example"]);
    let commands = server.commands();
    assert_eq!(commands.iter().filter(|c| c.starts_with("MAIL")).count(), 2);
    assert_eq!(accepted[0].text(), "请立即报告。\r\n.\r\n..两点\r\n");
    assert_eq!(accepted[0].subject(), "逾期未报");
    assert_eq!(
        accepted[0].header("Message-ID").as_deref(),
        Some("<c.1.2@county.example>")
    );
}

#[tokio::test]
async fn dots_at_the_start_of_lines_survive() {
    let server = Server::start(Setup::plain()).await;
    let message = b"Subject: dots\r\n\r\n.\r\n..\r\n.x\r\nend\r\n";
    assert_eq!(
        client(&server).send(FROM, TO, message).await.class,
        Class::Accepted
    );
    assert!(server.accepted()[0].bytes.starts_with(message));
}

#[tokio::test]
async fn a_refused_recipient_does_not_cost_the_connection() {
    for setup in [Setup::plain(), Setup::plain().pipelining()] {
        let server = Server::start(setup).await;
        server.to("gone@village.example", At::Rcpt, Act::say("550 unknown"));
        let mut client = client(&server);
        let refused = client.send(FROM, "gone@village.example", &letter()).await;
        assert_outcome(&refused, Class::RecipientPermanent, Stage::RcptTo, 550);
        assert_eq!(send(&mut client).await.class, Class::Accepted);
        assert_eq!(server.connections(), 1);
    }
}

/// Commands that were sent ahead: a server that wants a message for nobody would take the next letter for it.
#[tokio::test]
async fn a_go_ahead_after_a_refused_recipient_costs_the_connection_and_no_letter() {
    let server = Server::start(Setup::plain().pipelining()).await;
    server.to("gone@village.example", At::Rcpt, Act::say("550 unknown"));
    let mut client = client(&server);
    server.once(At::Data, Act::say("354 go on"));
    let refused = client.send(FROM, "gone@village.example", &letter()).await;
    assert_outcome(&refused, Class::RecipientPermanent, Stage::RcptTo, 550);
    assert_eq!(send(&mut client).await.class, Class::Accepted);
    assert_eq!(server.connections(), 2);
    let accepted = server.accepted();
    assert_eq!(accepted.len(), 1);
    assert_eq!(accepted[0].to, [TO]);
}

#[tokio::test]
async fn where_the_server_takes_it_recipient_and_data_go_along_with_the_sender() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 mx\r\n").await.unwrap();
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        stream
            .write_all(b"250-mx\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
            .await
            .unwrap();
        // Nothing is answered before all three are here.
        let mut lines = Vec::new();
        for _ in 0..3 {
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            lines.push(line.split([' ', ':']).next().unwrap().trim_end().to_owned());
        }
        stream
            .write_all(b"250 ok\r\n250 ok\r\n354 go on\r\n")
            .await
            .unwrap();
        while !line.ends_with("\r\n.\r\n") {
            stream.read_line(&mut line).await.unwrap();
        }
        stream.write_all(b"250 taken\r\n").await.unwrap();
        lines
    });
    let mut client = Client::new(relay(port)).unwrap();
    assert_eq!(send(&mut client).await.class, Class::Accepted);
    assert_eq!(server.await.unwrap(), ["MAIL", "RCPT", "DATA"]);
}

#[tokio::test]
async fn a_kept_connection_that_has_died_costs_no_letter() {
    let mut server = Server::start(Setup::plain()).await;
    let mut client = client(&server);
    assert_eq!(send(&mut client).await.class, Class::Accepted);
    server.stop().await;
    server.restart().await;
    assert_eq!(send(&mut client).await.class, Class::Accepted);
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_kept_connection_that_the_server_no_longer_wants_is_replaced() {
    let server = Server::start(Setup::plain()).await;
    let mut client = hasty(&server);
    for tired in [
        Act::say("421 idle too long"),
        Act::say("452 too many mails"),
        Act::Close,
        Act::Stall,
    ] {
        assert_eq!(send(&mut client).await.class, Class::Accepted);
        server.once(At::Mail, tired);
        assert_eq!(send(&mut client).await.class, Class::Accepted);
    }
    assert_eq!(server.accepted().len(), 8);
}

#[tokio::test]
async fn a_server_that_answers_421_on_a_new_connection_too_is_down() {
    let server = Server::start(Setup::plain()).await;
    let mut client = client(&server);
    assert_eq!(send(&mut client).await.class, Class::Accepted);
    server.on(At::Mail, Act::say("421 closing"));
    assert_outcome(&send(&mut client).await, Class::RelayDown, Stage::MailFrom, 421);
}

#[tokio::test]
async fn an_idle_connection_is_not_kept_for_ever() {
    let server = Server::start(Setup::plain()).await;
    let limits = Limits {
        keep: Duration::from_millis(50),
        ..Limits::default()
    };
    let mut client = Client::new(Relay {
        limits,
        ..relay(server.port())
    })
    .unwrap();
    send(&mut client).await;
    tokio::time::sleep(Duration::from_millis(120)).await;
    send(&mut client).await;
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn what_is_no_address_never_reaches_the_wire() {
    let server = Server::start(Setup::plain()).await;
    let mut client = client(&server);
    for bad in [
        "",
        "a",
        "a@b.example>\r\nRCPT TO:<c@d.example",
        "值班@village.example",
    ] {
        let outcome = client.send(FROM, bad, &letter()).await;
        assert_outcome(&outcome, Class::RecipientPermanent, Stage::RcptTo, None);
    }
    let outcome = client.send("nobody", TO, &letter()).await;
    assert_outcome(&outcome, Class::Misconfigured, Stage::MailFrom, None);
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_panic_in_one_delivery_stops_no_other() {
    let server = Server::start(Setup::plain()).await;
    let mut client = client(&server);
    let broken = contain(async {
        let _ = send(&mut client).await;
        panic!("rendering failed");
    });
    assert!(broken.await.is_err());
    assert_eq!(send(&mut client).await.class, Class::Accepted);
}

#[tokio::test]
async fn a_mail_taken_without_a_verdict_comes_again_with_the_same_id() {
    for act in [Act::TakeAndClose, Act::TakeAndStall] {
        let server = Server::start(Setup::plain()).await;
        server.once(At::End, act);
        let mut client = hasty(&server);
        assert_eq!(send(&mut client).await.class, Class::InDoubt);
        assert_eq!(send(&mut client).await.class, Class::Accepted);
        let ids: Vec<_> = server
            .accepted()
            .iter()
            .map(|mail| mail.header("Message-ID"))
            .collect();
        assert_eq!(ids.len(), 2);
        assert_eq!(ids[0], ids[1]);
    }
}
