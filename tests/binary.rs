//! The real program: started, used, killed, stopped, backed up and restored; what it acknowledged is never lost.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

mod support;

#[path = "binary/config.rs"]
mod config;
#[path = "binary/install.rs"]
mod install;
#[path = "binary/monitor.rs"]
mod monitor;
#[path = "binary/units.rs"]
mod units;

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use serde_json::json;
use support::load::{Kept, Load};
use support::office::{Office, Server, path, program, within};
use uuid::Uuid;

/// How many villages there are to report for.
const VILLAGES: usize = 4000;
/// How many clients report at once.
const CLIENTS: usize = 4;

/// Sends every acknowledged report again: each must be known, under its number.
fn lost(server: &Server, token: &str, kept: &[Kept]) -> Vec<String> {
    let again = |kept: &&Kept| {
        let answer = server.report(token, &kept.body).unwrap();
        let json = answer.json();
        answer.status != 200 || json["status"] != "same" || json["receipt"]["number"] != kept.number.as_str()
    };
    kept.iter()
        .filter(again)
        .map(|kept| kept.number.clone())
        .collect()
}

/// Waits until the round has opened for the last village.
fn opened(server: &Server, token: &str) {
    let took = || server.owed(token, VILLAGES + 2).is_some();
    assert!(within(Duration::from_secs(60), took), "the round does not open");
}

#[test]
fn what_was_acknowledged_survives_kill_9_and_an_orderly_stop_under_load() {
    let office = Office::new(&[]);
    let token = office.with_villages(VILLAGES);
    let (next, mut kept) = (Arc::new(AtomicUsize::new(0)), Vec::new());
    for _ in 0..4 {
        let mut server = office.start();
        opened(&server, &token);
        let load = Load::begin(&server, &token, &next, CLIENTS);
        std::thread::sleep(Duration::from_millis(600));
        server.kill();
        kept.extend(load.end());
    }
    let mut server = office.start();
    assert_eq!(lost(&server, &token, &kept), [""; 0]);
    let before = kept.len();
    let load = Load::begin(&server, &token, &next, CLIENTS);
    std::thread::sleep(Duration::from_millis(600));
    let (code, tenths) = server.stop();
    assert_eq!(code, Some(0));
    assert!(tenths <= 80, "it took {tenths} tenths of a second to stop");
    let last = load.end();
    assert!(before > 0 && !last.is_empty(), "nothing was acknowledged at all");
    let server = office.start();
    assert_eq!(lost(&server, &token, &last), [""; 0]);
}

#[test]
fn a_second_server_of_the_same_database_refuses_in_words() {
    let office = Office::new(&[]);
    let mut server = office.start();
    let words = office.run(&["serve", "--listen", "127.0.0.1:0"]).refused(1);
    assert!(
        words.contains("Another allclear already serves this database"),
        "{words}"
    );
    assert!(office.run(&["check"]).good().contains("is running"));
    // What holds the lock is the process, so nothing is left behind when it dies.
    server.kill();
    assert!(office.run(&["check"]).good().contains("is not running"));
    office.start();
}

#[tokio::test]
async fn an_old_program_refuses_tables_of_a_newer_one() {
    use sqlx::{ConnectOptions, Connection};
    let office = Office::new(&[]);
    let file = office.folder.path().join("allclear.db");
    let mut db = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&file)
        .connect()
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
         VALUES (9999, 'of tomorrow', CURRENT_TIMESTAMP, 1, x'00', 0)",
    )
    .execute(&mut db)
    .await
    .unwrap();
    db.close().await.unwrap();
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["units", "list"]] {
        let words = office.run(command).refused(1);
        assert!(words.contains("newer version of allclear"), "{words}");
    }
    let check = office.run(&["check"]);
    assert_eq!(check.code, Some(1));
    assert!(check.out.contains("newer version of allclear"), "{}", check.out);
}

#[test]
fn a_backup_while_reports_come_in_is_whole_and_a_restored_copy_holds_its_letters() {
    let office = Office::new(&["duty.leaders=leader@county.example"]);
    let token = office.with_villages(VILLAGES);
    let server = office.start();
    opened(&server, &token);
    let urgent = json!({
        "id": Uuid::new_v4(), "unit": VILLAGES + 1, "kind": "incident",
        "incident": { "class": "flood", "place": "the dike", "what": "seepage", "urgent": true },
    });
    let first = server.report(&token, &urgent).unwrap();
    assert_eq!(first.status, 201, "{}", first.body);
    let first = Kept::of(&first, urgent);
    let load = Load::begin(&server, &token, &Arc::new(AtomicUsize::new(0)), CLIENTS);
    std::thread::sleep(Duration::from_millis(300));
    let said = office.run(&["backup", "copy.db"]).good();
    assert!(said.contains("copy.db.key"), "{said}");
    assert!(!load.end().is_empty());
    let again = office.run(&["backup", "copy.db"]).refused(1);
    assert!(again.contains("there already"), "{again}");
    drop(server);

    let elsewhere = tempfile::tempdir().unwrap();
    let (folder, dir) = path(elsewhere.path(), "restored");
    let said = office.run(&["restore", "copy.db", "--dir", &dir]).good();
    assert!(
        said.contains("the data are whole") && said.contains("1 waiting letter is held"),
        "{said}"
    );
    let again = office.run(&["restore", "copy.db", "--dir", &dir]).refused(1);
    assert!(again.contains("is not empty"), "{again}");

    let copy = |args: &[&str]| {
        let mut command = program(&folder);
        command.args(["--set", &format!("service.data_dir={dir}")]);
        said_by(command.args(args))
    };
    assert!(
        copy(&["receipt", "verify", &first.number, "--mac", &first.mac])
            .good()
            .contains("Genuine")
    );
    let forged = copy(&["receipt", "verify", &first.number, "--mac", &"0".repeat(32)]).refused(1);
    assert!(forged.contains("no such receipt"), "{forged}");
    copy(&["audit", "verify"]).good();
    assert!(copy(&["check"]).good().contains("restored from a backup"));
    assert!(copy(&["letters", "release"]).good().contains("1 letter may go"));
}

fn said_by(command: &mut std::process::Command) -> support::office::Said {
    command.output().unwrap().into()
}

#[test]
fn faults_of_settings_and_of_the_command_line_get_sentences_and_exit_codes() {
    let office = Office::new(&[]);
    let unknown = office.run(&["--set", "mail.hots=x", "check"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.out.contains("did you mean mail.host"), "{}", unknown.out);
    let unknown = office.run(&["--set", "mail.hots=x", "serve"]).refused(1);
    assert!(unknown.contains("did you mean mail.host"), "{unknown}");
    assert!(
        office
            .run(&["--set", "mail.host", "check"])
            .refused(2)
            .contains("KEY=VALUE")
    );
    office.run(&["fly"]).refused(2);
    office.run(&["serve", "--listen", "somewhere"]).refused(2);
    let round = [
        "period",
        "declare",
        "--name",
        "x",
        "--basis",
        "y",
        "--ends",
        "2099-01-01",
        "--scope",
        "1",
    ];
    let round = office
        .run(&[&round[..], &["--round", "morning 10:00-08:00"]].concat())
        .refused(2);
    assert!(round.contains("must open before it is due"), "{round}");
    let postgres = office.run(&["--set", "database.url=postgres://u@127.0.0.1:1/x", "backup", "b"]);
    assert!(postgres.refused(2).contains("pg_dump"));
    assert!(office.run(&["init"]).refused(1).contains("is there already"));
    let nowhere = tempfile::tempdir().unwrap();
    let words = said_by(program(nowhere.path()).args(["units", "list"])).refused(1);
    assert!(words.contains("allclear init"), "{words}");
    assert_eq!(
        std::fs::read_dir(nowhere.path()).unwrap().count(),
        0,
        "nothing is made by looking"
    );
    let listen = office.start();
    let taken = Office::new(&[])
        .run(&["serve", "--listen", &listen.address.to_string()])
        .refused(1);
    assert!(taken.contains("Please choose another address"), "{taken}");
}

#[test]
fn the_demonstration_wants_a_folder_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("something"), "").unwrap();
    let full = said_by(program(folder.path()).args(["demo", "--listen", "127.0.0.1:0", "--dir", "."]));
    assert!(full.refused(1).contains("is not empty"));
    let fast = said_by(program(folder.path()).args(["demo", "--speed", "100"]));
    assert!(fast.refused(2).contains("The speed is"));
}

/// Gives the paths of the links that the demonstration has printed.
fn links(demo: &Server) -> Vec<String> {
    let lines = demo.lines.lock().unwrap();
    let links = lines.iter().filter_map(|line| line.split("http://").nth(1));
    links
        .map(|rest| rest[rest.find('/').unwrap()..].to_owned())
        .collect()
}

#[test]
fn the_demonstration_plays_and_its_links_open_pages() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path());
    command.args([
        "demo",
        "--listen",
        "127.0.0.1:0",
        "--dir",
        "played",
        "--speed",
        "4",
    ]);
    let mut demo = Server::spawn(command, "http://");
    let links = links(&demo);
    for (word, page) in [
        ("/board", "/board"),
        ("/village", "/desk"),
        ("/leader", "/alerts"),
    ] {
        let link = links.iter().find(|link| link.ends_with(word)).unwrap();
        let answer = demo.get(link, "").unwrap();
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, Some(page)),
            "{word}"
        );
        let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap();
        let opened = demo.get(page, cookie).unwrap();
        assert_eq!(opened.status, 200, "{word}: {}", opened.body);
        assert!(opened.body.contains("Demo"), "{word} is not marked");
    }
    // The urgent report and its letter come by themselves.
    let mailbox = || demo.get("/mailbox", "").unwrap().body;
    assert!(within(Duration::from_secs(60), || mailbox()
        .contains("leader@poyang.example")));
    let list = mailbox();
    let number = list.split("/mailbox/").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(demo.get(&format!("/mailbox/{number}"), "").unwrap().status, 200);
    let html = demo.get(&format!("/mailbox/{number}/html"), "").unwrap();
    assert!(
        html.header("content-security-policy")
            .unwrap()
            .contains("sandbox")
    );
    assert_eq!(demo.stop().0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_letter_shows_each_stage_in_the_words_of_the_mail_server() {
    let sink = allclear::mail::Sink::start(0, allclear::mail::Mailbox::new(10))
        .await
        .unwrap();
    let port = format!("mail.port={}", sink.address().port());
    let relay = [
        "mail.host=127.0.0.1",
        "mail.tls=plain",
        "mail.from_address=duty@county.example",
        &port,
    ];
    let office = Office::new(&relay);
    let said = office
        .run(&["mail", "test", "--to", "clerk@village.example"])
        .good();
    for stage in [
        "connect",
        "greeting",
        "EHLO",
        "sender",
        "recipient",
        "data",
        "end of data",
    ] {
        assert!(said.contains(&format!("✔ {stage}\t")), "{stage}: {said}");
    }
    assert!(
        said.contains("220 allclear demo mail server") && said.contains("The mail server took it"),
        "{said}"
    );
    assert_eq!(sink.mailbox().to("clerk@village.example").len(), 1);
    assert!(office.run(&["check"]).good().contains("ok\trelay"));
    drop(sink);
    let refused = office.run(&["mail", "test", "--to", "clerk@village.example"]);
    assert!(refused.out.contains("■ connect"), "{}", refused.out);
    assert!(refused.refused(1).contains("it ended at: connect"));
    assert_eq!(office.run(&["check"]).code, Some(1));
}

#[test]
fn accounts_are_invited_locked_changed_and_expire_by_command() {
    let office = Office::new(&[]);
    let account = |args: &[&str]| office.run(&[&["account"], args].concat());
    let add = [
        "add", "shenji", "--post", "Auditor", "--role", "auditor", "--until", "+30d",
    ];
    assert!(account(&add).good().contains("/link/"));
    account(&add).refused(1);
    let line = |more: &[&str]| {
        let list = account(&[&["list"], more].concat()).good();
        let found = list.lines().find(|line| line.starts_with("shenji\t"));
        found.unwrap_or_default().to_owned()
    };
    assert!(line(&[]).contains("good until"), "{}", line(&[]));
    assert_eq!(line(&["--unused"]), "");
    assert!(account(&["invite", "SHENJI "]).good().contains("/link/"));
    assert!(
        account(&["address", "shenji", "audit@county.example"])
            .good()
            .contains("audit@county.example")
    );
    assert!(
        account(&["reset", "shenji"])
            .good()
            .contains("on its way to audit@county.example")
    );
    account(&["lock", "shenji"]).good();
    assert!(line(&[]).ends_with("locked"));
    for act in ["unlock", "sign-out", "forget-factor", "expire"] {
        account(&[act, "shenji"]).good();
    }
    assert!(line(&[]).ends_with('\t'), "neither locked nor expiring");
    account(&["expire", "shenji", "--until", "2020-01-01"]).good();
    assert!(line(&[]).ends_with("expired"));
    let strict = account(&["roles", "shenji", "--grant", "system_administrator"]);
    strict.refused(1);
    let both = [
        "roles",
        "shenji",
        "--revoke",
        "auditor",
        "--grant",
        "system_administrator",
    ];
    assert_eq!(account(&both).good().trim(), "system_administrator");
    account(&["roles", "shenji", "--revoke", "auditor"]).refused(1);
    assert!(account(&["lock", "nobody"]).refused(1).contains("no account"));
}
