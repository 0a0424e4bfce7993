//! How many letters a second leave, to a mail server on this machine. Run by hand, in release:
//! `cargo test --release --test delivery speed -- --ignored --nocapture`.

use allclear::mail::{Mailbox, Sink};
use allclear::worker;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::support::post::settings;
use crate::support::{Day, on_both, post};

const LETTERS: usize = 10_000;

on_both!(
    #[ignore = "a measurement"]
    letters_a_second_to_a_mail_server_on_this_machine,
    |db| async move {
        let sink = Sink::start(0, Mailbox::new(10)).await.unwrap();
        let port = sink.address().port().to_string();
        let mut flags = settings(&port);
        flags.retain(|(key, _)| !["mail.login", "mail.password"].contains(key));
        let day = Day::begin_with(db, &flags).await;
        let many: Vec<String> = (0..LETTERS).map(|n| format!("n{n}@v.example")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let expires = day.house.service.now() + chrono::TimeDelta::days(1);
        post::letters(&day, &many, expires).await;
        let (stop, began) = (CancellationToken::new(), Instant::now());
        let work = tokio::spawn(worker::run(day.house.service.clone(), stop.clone()));
        let mut arrivals = sink.mailbox().subscribe();
        while *arrivals.borrow_and_update() < LETTERS as u64 {
            arrivals.changed().await.unwrap();
        }
        let took = began.elapsed();
        stop.cancel();
        work.await.unwrap();
        assert_eq!(
            day.count("SELECT COUNT(*) FROM letter WHERE state = 'accepted'")
                .await,
            i64::try_from(LETTERS).unwrap()
        );
        assert_eq!(sink.mailbox().arrived(), LETTERS as u64);
        #[expect(clippy::print_stderr, reason = "the result of a measurement")]
        {
            let rate = LETTERS as f64 / took.as_secs_f64();
            let engine = if db.is_postgres() { "PostgreSQL" } else { "SQLite" };
            eprintln!("{engine}: {LETTERS} letters in {took:?}, {rate:.0} a second");
        }
    }
);
