//! Clients that hold connections and say nothing, or say it slowly: nobody else waits for them.
#![expect(clippy::disallowed_methods, reason = "sockets wait in real time")]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;
use uuid::Uuid;

use crate::support::office::Office;
use crate::support::{House, Site, fresh_sqlite};

/// More than there are places.
const SILENT: usize = 2100;

/// Lets this process hold as many connections as it may.
fn many_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wide = Rlimit {
        current: limit.maximum,
        ..limit
    };
    setrlimit(Resource::Nofile, wide).unwrap();
}

/// Waits until the other end has closed a connection, or the time is over; tells which.
fn is_closed(stream: &mut TcpStream, until: Instant) -> bool {
    let left = until.saturating_duration_since(Instant::now());
    stream
        .set_read_timeout(Some(left.max(Duration::from_millis(1))))
        .unwrap();
    let mut bytes = [0; 1024];
    loop {
        match stream.read(&mut bytes) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => {
                return !matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                );
            }
        }
    }
}

#[test]
fn two_thousand_silent_connections_keep_no_village_from_reporting() {
    many_files();
    let office = Office::new(&[]);
    let token = office.with_villages(5);
    let server = office.start();
    let begun = [
        "",
        "POST /api/v1/check-ins HTTP/1.1\r\n",
        "GET / HTTP/1.1\r\nhost: a\r\nx: ",
    ];
    let mut silent: Vec<TcpStream> = (0..SILENT)
        .map(|n| {
            let mut stream = TcpStream::connect(server.address).unwrap();
            let _ = stream.write_all(begun[n % begun.len()].as_bytes());
            stream
        })
        .collect();
    let began = Instant::now();
    for village in 3..8 {
        let owed = server
            .owed(&token, village)
            .expect("the village is told what it owes");
        let body = json!({ "id": Uuid::new_v4(), "unit": village, "obligation": owed, "kind": "all_clear" });
        let answer = server.report(&token, &body).expect("the village is answered");
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
    assert_eq!(server.get("/signin", "").unwrap().status, 200);
    let until = began + Duration::from_secs(60);
    let held = silent
        .iter_mut()
        .filter_map(|stream| (!is_closed(stream, until)).then_some(()));
    assert_eq!(held.count(), 0, "silent connections are still held");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_speaks_a_letter_at_a_time_is_let_go() {
    let db = fresh_sqlite();
    let flags = [("web.header_timeout", "500ms"), ("web.request_timeout", "900ms")];
    let house = House::at(&db, "2026-06-01 08:00", &flags).await;
    let site = Site::open(house).await;
    let at = site.at;
    let head = "POST /api/v1/check-ins HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n\
        authorization: Bearer nothing\r\ncontent-length: 1000\r\n\r\n";
    for before in ["", "GET / HTTP/1.1\r\nhost: a\r\nx: ", head] {
        let ended = tokio::task::spawn_blocking(move || {
            let mut slow = TcpStream::connect(at).unwrap();
            slow.write_all(before.as_bytes()).unwrap();
            slow.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
            let (began, mut bytes) = (Instant::now(), [0; 512]);
            while began.elapsed() < Duration::from_secs(30) {
                match slow.read(&mut bytes) {
                    Ok(0) => return true,
                    Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return true,
                    _ => {}
                }
                if slow.write_all(b"a").is_err() {
                    return true;
                }
            }
            false
        });
        assert!(ended.await.unwrap(), "{before:?}");
    }
}

#[tokio::test]
async fn an_endless_body_is_cut_at_its_limit() {
    let db = fresh_sqlite();
    let house = House::at(&db, "2026-06-01 08:00", &[]).await;
    let site = Site::open(house).await;
    let at = site.at;
    for (path, kind, more) in [
        (
            "/signin",
            "application/x-www-form-urlencoded",
            "sec-fetch-site: same-origin\r\n",
        ),
        ("/api/v1/check-ins", "application/json", ""),
    ] {
        // Ten gigabytes are announced, or their end is not said at all.
        for length in ["content-length: 10737418240", "transfer-encoding: chunked"] {
            let ended = tokio::task::spawn_blocking(move || {
                let mut stream = TcpStream::connect(at).unwrap();
                stream.set_write_timeout(Some(Duration::from_secs(5))).unwrap();
                let head = format!(
                    "POST {path} HTTP/1.1\r\nhost: a\r\ncontent-type: {kind}\r\n{more}{length}\r\n\r\n"
                );
                stream.write_all(head.as_bytes()).unwrap();
                let part = format!("10000\r\n{}\r\n", "a".repeat(0x10000));
                let sent = (0..1000).take_while(|_| stream.write_all(part.as_bytes()).is_ok());
                sent.count()
            });
            let sent = ended.await.unwrap();
            assert!(sent < 200, "{path} {length}: {sent} times 64 KiB were taken");
        }
    }
    site.browser().get("/healthz").await.must_be(200);
}
