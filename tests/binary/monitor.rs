//! An outside monitor: the figures that it fetches, the sign of life that it waits for.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use allclear::clock::{Clock as _, System};
use serde_json::json;
use uuid::Uuid;

use crate::support::office::{Answer, Office, Server, within};

const TOKEN: &str = "figures-0793-lake-county";

fn figures(server: &Server, token: &str) -> Answer {
    let bearer = format!("Authorization: Bearer {token}\r\n");
    let request = format!("GET /metrics HTTP/1.1\r\nHost: x\r\n{bearer}Connection: close\r\n\r\n");
    server.raw(request.as_bytes()).unwrap()
}

fn value(page: &str, name: &str) -> f64 {
    let line = page.lines().find_map(|line| line.strip_prefix(name));
    let line = line.unwrap_or_else(|| panic!("{name} is not in\n{page}"));
    line.trim().parse().unwrap()
}

#[test]
fn figures_are_given_to_whoever_knows_the_token_and_move_with_what_happens() {
    let mut office = Office::new(&[]);
    std::fs::write(office.folder.path().join("figures.token"), format!("{TOKEN}\n")).unwrap();
    office.set.push("metrics.token_file=figures.token".to_owned());
    let token = office.with_villages(1);
    let server = office.start();
    assert_eq!(server.get("/metrics", "").unwrap().status, 401);
    assert_eq!(figures(&server, "figures-0793-lake-countz").status, 401);
    assert_eq!(figures(&server, &token).status, 401);
    let owed = || server.owed(&token, 3).is_some();
    assert!(within(Duration::from_secs(60), owed), "the round does not open");
    let id = server.owed(&token, 3).unwrap();
    let body = json!({ "id": Uuid::new_v4(), "unit": 3, "obligation": id, "kind": "all_clear" });
    let answer = server.report(&token, &body).unwrap();
    assert!(answer.status < 300, "{}", answer.body);
    let page = figures(&server, TOKEN);
    assert_eq!(page.status, 200);
    assert_eq!(
        page.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    let page = page.body;
    for (name, least, most) in [
        (
            concat!("allclear_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"}"),
            1.0,
            1.0,
        ),
        ("allclear_check_ins_total ", 1.0, 1.0),
        ("allclear_obligations_overdue ", 0.0, 0.0),
        ("allclear_alerts_unanswered ", 0.0, 0.0),
        ("allclear_letters_waiting{lane=\"urgent\"}", 0.0, 0.0),
        ("allclear_letters_failed{lane=\"routine\"}", 0.0, 0.0),
        ("allclear_relay_up ", 1.0, 1.0),
        ("allclear_last_tick_age_seconds ", 0.0, 60.0),
        ("allclear_last_beat_age_seconds ", 0.0, 60.0),
        ("allclear_database_size_bytes ", 4096.0, 1e9),
    ] {
        assert!((least..=most).contains(&value(&page, name)), "{name}\n{page}");
    }
    assert!(
        !page.contains("Lake County") && !page.contains("Village"),
        "{page}"
    );
    for line in page.lines().filter(|line| !line.starts_with('#')) {
        assert!(
            line.starts_with("allclear_") && line.split(' ').count() == 2,
            "{line}"
        );
    }
}

#[test]
fn without_a_token_in_the_settings_there_are_no_figures() {
    let office = Office::new(&[]);
    let server = office.start();
    assert_eq!(figures(&server, "").status, 404);
    assert_eq!(figures(&server, TOKEN).status, 404);
}

/// A monitor: what it was asked, and what it answers.
fn monitor(answer: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = asked.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut bytes = [0; 4096];
            let length = stream.read(&mut bytes).unwrap_or_default();
            kept.lock()
                .unwrap()
                .push(String::from_utf8_lossy(&bytes[..length]).into_owned());
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    (address, asked)
}

const TAKEN: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

#[test]
fn a_sign_of_life_goes_out_while_letters_go_and_none_while_an_urgent_one_is_stuck() {
    let (address, asked) = monitor(TAKEN);
    let url = format!("heartbeat.url=http://{address}/ping/0793?lake");
    let office = Office::new(&[&url, "heartbeat.allow=127.0.0.0/8", "heartbeat.every=1s"]);
    let mut server = office.start();
    let count = || asked.lock().unwrap().len();
    assert!(
        within(Duration::from_secs(30), || count() >= 3),
        "no sign of life"
    );
    let first = asked.lock().unwrap()[0].clone();
    assert!(first.starts_with("GET /ping/0793?lake HTTP/1.1\r\n"), "{first}");
    assert!(
        first.to_lowercase().contains(&format!("host: {address}\r\n")),
        "{first}"
    );
    server.kill();
    let before = count();
    std::thread::sleep(Duration::from_millis(2500));
    assert!(
        count() <= before + 1,
        "a service that is dead gives no sign of life"
    );
    stick(&office);
    let _server = office.start_unready();
    let before = count();
    std::thread::sleep(Duration::from_millis(5000));
    assert_eq!(
        count(),
        before,
        "an urgent letter waits, and the monitor is to call"
    );
}

/// Leaves an urgent letter in the outbox that has waited for an hour.
fn stick(office: &Office) {
    let file = office.folder.path().join("allclear.db");
    let sql = "INSERT INTO letter (dedup_key, kind, priority, address, language, details, message_id, created_at, ready,
        not_before, state, attempts, doubts)
        VALUES ('u/stuck', 'urgent', 0, 'a@v.example', 'en', '{}', 'm', $1, 1, $1, 'waiting', 0, 0)";
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let url = format!("sqlite:{}", file.display());
        let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
        let hour_ago = System.now().timestamp_millis() - 3_600_000;
        sqlx::query(sql).bind(hour_ago).execute(&pool).await.unwrap();
        pool.close().await;
    });
}

#[test]
fn a_sign_of_life_reaches_no_private_network_that_is_not_listed_and_follows_nothing() {
    let (elsewhere, never) = monitor(TAKEN);
    let answer = format!("HTTP/1.1 302 Found\r\nLocation: http://{elsewhere}/\r\nContent-Length: 0\r\n\r\n");
    let (address, asked) = monitor(Box::leak(answer.into_boxed_str()));
    let port = address.rsplit(':').next().unwrap();
    let direct = format!("heartbeat.url=http://{address}/");
    let office = Office::new(&[]);
    let said = office.run(&["--set", &direct, "check"]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.out.contains("127.0.0.1 is in a private network"),
        "{}",
        said.out
    );
    let named = format!("heartbeat.url=http://localhost:{port}/");
    let mut office = Office::new(&[&named, "heartbeat.every=1s"]);
    let server = office.start();
    std::thread::sleep(Duration::from_millis(3000));
    assert!(
        asked.lock().unwrap().is_empty(),
        "an address of this machine was not listed"
    );
    drop(server);
    office.set.push("heartbeat.allow=127.0.0.0/8,::1/128".to_owned());
    let _server = office.start();
    let is_asked = || asked.lock().unwrap().len() >= 2;
    assert!(
        within(Duration::from_secs(30), is_asked),
        "a listed address is reached"
    );
    assert!(never.lock().unwrap().is_empty(), "nothing is followed");
}
