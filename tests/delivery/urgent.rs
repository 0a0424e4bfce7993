//! Urgent letters: at once, before all others, and not after somebody has it.

use std::sync::Arc;
use std::time::Duration;

use allclear::worker;
use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use crate::support::post::settings;
use crate::support::smtp::{Act, At, Server, Setup};
use crate::support::{Day, Post, local, on_both, urgent};

const LIU: &str = "东湖镇 · 柳村";

async fn alarm(day: &Day, what: &str) {
    let report = day.unowed(LIU, urgent(what)).await;
    day.send(LIU, report).await.unwrap();
}

on_both!(
    an_urgent_report_is_accepted_before_any_further_one_of_five_thousand_waiting_letters,
    |db| async move {
        let post = Post::begin(db).await;
        // Each verdict takes a while, so that the order is seen.
        post.server.on(At::End, Act::late(5, "250 taken"));
        let many: Vec<String> = (0..5000).map(|n| format!("n{n}@v.example")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        post.letters(&many).await;
        let stop = CancellationToken::new();
        let work = tokio::spawn(worker::run(post.service().clone(), stop.clone()));
        post.server.wait_for(40).await;
        for round in 1..=3 {
            alarm(&post.day, &format!("管涌{round}")).await;
            let before = post.server.accepted().len();
            let urgent = |mail: &crate::support::smtp::Mail| mail.to == ["leader@county.example"];
            let place = loop {
                let mails = post.server.accepted();
                let places: Vec<usize> = (0..mails.len()).filter(|n| urgent(&mails[*n])).collect();
                if places.len() == round {
                    break places[round - 1];
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            };
            assert!(
                place <= before + 1,
                "urgent was number {place}, and {before} had been taken; one was on its way"
            );
        }
        let mails = post.server.wait_for(60).await;
        assert!(mails.len() < 4000, "the others were still waiting");
        stop.cancel();
        tokio::time::timeout(Duration::from_secs(8), work)
            .await
            .unwrap()
            .unwrap();
        let held = post
            .day
            .count("SELECT COUNT(*) FROM letter WHERE lease IS NOT NULL AND state = 'waiting'")
            .await;
        assert_eq!(held, 0, "a stop leaves nothing in hand");
        let (taken, noted) = (
            post.server.accepted().len(),
            post.day
                .count("SELECT COUNT(*) FROM letter WHERE state = 'accepted'")
                .await,
        );
        assert_eq!(i64::try_from(taken).unwrap(), noted, "and every result on record");
    }
);

on_both!(
    an_acknowledged_or_repeated_call_takes_back_what_was_not_sent,
    |db| async move {
        let mut post = Post::begin(db).await;
        post.server
            .to("leader@county.example", At::Rcpt, Act::say("451 greylisted"));
        alarm(&post.day, "管涌").await;
        post.deliver().await;
        assert_eq!(post.state("leader@county.example").await, "waiting 1");
        // Five minutes later the same is said again; the letter before it is not sent beside it.
        post.until(local("2026-06-01 08:06")).await;
        let waiting = "SELECT COUNT(*) FROM letter WHERE kind = 'urgent' AND state = 'waiting'";
        assert_eq!(post.day.count(waiting).await, 1);
        post.server.behave();
        let leader = post.day.leader().await;
        let alert = allclear::domain::ids::AlertId(post.day.count("SELECT MAX(id) FROM alert").await);
        post.service()
            .acknowledge_alert(
                &leader,
                alert,
                &allclear::service::Answer::Page,
                &allclear::service::Word::default(),
            )
            .await
            .unwrap();
        post.deliver_after(TimeDelta::minutes(2)).await;
        assert_eq!(post.took(), Vec::<String>::new());
        assert_eq!(post.day.count(waiting).await, 0);
    }
);

on_both!(
    an_urgent_letter_says_everything_and_how_often_it_was_said_before,
    |db| async move {
        let mut post = Post::begin(db).await;
        alarm(&post.day, "圩堤管涌一处。").await;
        post.deliver().await;
        post.until(local("2026-06-01 08:06")).await;
        let mails = post.server.accepted();
        assert_eq!(mails.len(), 2);
        assert_eq!(
            mails[0].subject(),
            "【紧急】东湖镇 柳村 洪水漫溢 06-01 08:00（待签收）"
        );
        let text = mails[0].text();
        assert!(
            text.contains("情况：圩堤管涌一处。") && text.contains("地点：圩堤"),
            "{text}"
        );
        assert!(mails[1].text().contains("此前已通知 1 次"), "{}", mails[1].text());
        assert_eq!(mails[0].header("Importance").as_deref(), Some("high"));
        assert_eq!(mails[0].header("References"), mails[1].header("References"));
    }
);

on_both!(
    when_no_letter_of_a_call_can_arrive_the_next_step_is_called_at_once,
    |db| async move {
        let mut post = Post::begin_with(db, &[("urgent.steps", "deputy@county.example")]).await;
        post.server
            .to("leader@county.example", At::Rcpt, Act::say("550 no such user"));
        alarm(&post.day, "管涌").await;
        post.deliver().await;
        assert_eq!(
            post.state("leader@county.example").await,
            "dead 1 recipient_refused"
        );
        post.service().tick().await.unwrap();
        post.deliver().await;
        assert_eq!(post.took(), ["deputy@county.example"]);
        // The call before reached nobody, so it is not counted as one.
        assert!(!post.server.accepted()[0].text().contains("此前已通知"));
    }
);

on_both!(
    two_services_on_one_database_send_each_letter_once,
    |db| async move {
        if !db.is_postgres() {
            return; // An SQLite database has one server.
        }
        let server = Server::start(Setup::plain().offering("PLAIN")).await;
        let port = server.port().to_string();
        let post = Post::begin(db).await;
        let one = Day::over_with(db, "2026-06-01 08:00", &settings(&port)).await;
        let two = Day::over_with(db, "2026-06-01 08:00", &settings(&port)).await;
        let many: Vec<String> = (0..300).map(|n| format!("n{n}@v.example")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        post.letters(&many).await;
        let stop = CancellationToken::new();
        let run = |day: &Day| tokio::spawn(worker::run(Arc::clone(&day.house.service), stop.clone()));
        let work = [run(&one), run(&two)];
        let mails = server.wait_for(300).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        stop.cancel();
        for work in work {
            work.await.unwrap();
        }
        let mut to: Vec<String> = mails.into_iter().map(|mail| mail.to.join(",")).collect();
        to.sort();
        to.dedup();
        assert_eq!((to.len(), server.accepted().len()), (300, 300));
    }
);
