//! The real program, killed in the middle of a backup, a restore, a migration: what is left is the old or the new, and it
//! says which. And a key is changed only while nothing runs.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
#![expect(clippy::disallowed_methods, reason = "a real process takes its real time")]

mod support;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{ConnectOptions, Connection};
use support::office::{Office, Server, path, program};

/// Starts a command that is going to be killed.
fn begin(office: &Office, args: &[&str]) -> Child {
    let mut command = program(office.folder.path());
    for set in &office.set {
        command.args(["--set", set]);
    }
    quietly(command.args(args))
}

fn quietly(command: &mut Command) -> Child {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills a command as soon as something is so; gives whether it was in time.
fn kill_when(mut child: Child, mut is_so: impl FnMut() -> bool) -> bool {
    let limit = Instant::now() + Duration::from_secs(60);
    while Instant::now() < limit {
        if is_so() {
            break;
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::sleep(Duration::from_micros(200));
    }
    child.kill().unwrap();
    // Nothing was lost by it if it had just ended by itself.
    !child.wait().unwrap().success()
}

fn size(file: &Path) -> u64 {
    file.metadata().map_or(0, |it| it.len())
}

#[test]
fn a_backup_that_is_killed_leaves_no_half_copy_and_can_be_made_again() {
    let office = Office::new(&[]);
    office.with_villages(4000);
    let folder = office.folder.path();
    let at = |name: &str| folder.join(name);
    let mut killed = 0;
    for (turn, sign) in ["copy0.part", "copy1.part", "copy2.key", "copy3.key", "copy4"]
        .iter()
        .enumerate()
    {
        let name = format!("copy{turn}");
        let enough = if sign.ends_with("part") {
            20_000 * turn as u64
        } else {
            0
        };
        let child = begin(&office, &["backup", &name]);
        killed += u32::from(kill_when(child, || {
            at(sign).exists() && size(&at(sign)) >= enough
        }));
        let (copy, key) = (at(&name), at(&format!("{name}.key")));
        if copy.exists() {
            assert!(size(&key) > 0, "{name} came before its key");
        } else {
            office.run(&["backup", &name]).good();
        }
        assert!(
            !at(&format!("{name}.part")).exists(),
            "something was left of {name}"
        );
        let (_, dir) = path(folder, &format!("restored{turn}"));
        office.run(&["restore", &name, "--dir", &dir]).good();
    }
    assert!(killed > 0, "every backup was over before it could be killed");
    // A key that is another's is not written over.
    std::fs::write(at("other.key"), "something else").unwrap();
    let words = office.run(&["backup", "other"]).refused(1);
    assert!(words.contains("there already"), "{words}");
}

#[test]
fn a_restore_that_is_killed_leaves_nothing_that_a_server_would_use() {
    let office = Office::new(&[]);
    office.with_villages(4000);
    office.run(&["backup", "copy"]).good();
    let mut killed = 0;
    let signs = [
        "restoring",
        "restoring/allclear.db",
        "restoring/seal.key",
        "restoring/allclear.db-wal",
        "seal.key",
    ];
    for (turn, sign) in signs.iter().enumerate() {
        let (folder, dir) = path(office.folder.path(), &format!("half{turn}"));
        let child = begin(&office, &["restore", "copy", "--dir", &dir]);
        killed += u32::from(kill_when(child, || folder.join(sign).exists()));
        let there = |args: &[&str]| {
            let mut command = program(office.folder.path());
            command
                .args(["--set", &format!("service.data_dir={dir}")])
                .args(args);
            support::office::Said::from(command.output().unwrap())
        };
        if !folder.join("allclear.db").exists() {
            for args in [&["units", "list"][..], &["serve", "--listen", "127.0.0.1:0"]] {
                let words = there(args).refused(1);
                assert!(words.contains("broke off"), "{sign}: {words}");
            }
            office.run(&["restore", "copy", "--dir", &dir]).good();
        }
        assert!(
            there(&["check"]).good().contains("restored from a backup"),
            "{sign}"
        );
        assert!(!folder.join("restoring").join("allclear.db").exists());
    }
    assert!(killed > 0, "every restore was over before it could be killed");
}

/// How far the tables of a database have come.
async fn version(database: &Database) -> i64 {
    const SQL: &str = "SELECT COUNT(*) FROM _sqlx_migrations";
    let count = match database {
        Database::Sqlite(file) => {
            let options = sqlx::sqlite::SqliteConnectOptions::new()
                .filename(file)
                .read_only(true);
            let Ok(mut db) = options.connect().await else {
                return 0;
            };
            let count = sqlx::query_scalar(SQL).fetch_one(&mut db).await;
            let _ = db.close().await;
            count
        }
        Database::Postgres(url) => {
            let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
            let mut db = options.connect().await.unwrap();
            let count = sqlx::query_scalar(SQL).fetch_one(&mut db).await;
            let _ = db.close().await;
            count
        }
    };
    count.unwrap_or_default()
}

enum Database {
    Sqlite(std::path::PathBuf),
    Postgres(String),
}

/// Kills a first start again and again as its tables grow, and lets the last one through.
async fn grow_under_fire(folder: &Path, set: &str, database: &Database) {
    let steps = std::fs::read_dir("migrations/sqlite").unwrap().count() as i64;
    let serve = || {
        let mut command = program(folder);
        command.args(["--set", set, "serve", "--listen", "127.0.0.1:0"]);
        command
    };
    let (mut seen, mut kills) = (std::collections::BTreeSet::new(), 0);
    while version(database).await < steps && kills < 60 {
        let before = version(database).await;
        let mut child = quietly(&mut serve());
        loop {
            let now = version(database).await;
            if now > before || child.try_wait().unwrap().is_some() {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        seen.insert(version(database).await);
    }
    assert!(
        seen.iter().any(|seen| (1..steps).contains(seen)),
        "no start was killed half way: {seen:?}"
    );
    let mut server = Server::spawn(serve(), "Serving at ");
    assert_eq!(version(database).await, steps);
    assert_eq!(server.stop().0, Some(0));
}

#[tokio::test]
async fn a_migration_that_is_killed_goes_on_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::Sqlite(folder.path().join("allclear.db"));
    grow_under_fire(folder.path(), "service.data_dir=.", &database).await;
}

#[tokio::test]
async fn a_migration_that_is_killed_goes_on_at_the_next_start_on_postgresql() {
    let (folder, db) = (tempfile::tempdir().unwrap(), support::fresh_postgres().await);
    let set = format!("database.url={}", db.url());
    grow_under_fire(folder.path(), &set, &Database::Postgres(db.url().to_owned())).await;
    db.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_changed_only_while_no_instance_runs() {
    let db = support::fresh_postgres().await;
    for set in [
        "service.data_dir=.".to_owned(),
        format!("database.url={}", db.url()),
    ] {
        let office = Office::new(&[&set]);
        let mut server = office.start();
        let words = office.run(&["key", "rotate"]).refused(1);
        assert!(words.contains("Stop it first"), "{words}");
        server.kill();
        let rotated = || office.run(&["key", "rotate"]).code == Some(0);
        // PostgreSQL notices at once that the connection is gone, or nearly.
        assert!(support::office::within(Duration::from_secs(10), rotated), "{set}");
        assert_eq!(office.start().stop().0, Some(0));
    }
    db.remove().await;
}
