//! Each line of the outcome table: what becomes of the letter, of the others, and of the relay.

use chrono::TimeDelta;

use crate::support::smtp::{Act, At};
use crate::support::{Post, on_both};

/// What the server does at a moment, and what is to be seen after the first delivery.
struct Case {
    at: At,
    act: Act,
    /// Of the letter that it happens to.
    letter: &'static str,
    /// Of the letter behind it.
    other: &'static str,
    relay: &'static str,
    /// How the attempt is kept.
    kept: &'static str,
}

fn case(at: At, act: Act, [letter, other, relay, kept]: [&'static str; 4]) -> Case {
    Case {
        at,
        act,
        letter,
        other,
        relay,
        kept,
    }
}

const PAUSED: &str = "paused 1";

fn relay_is_down() -> Vec<Case> {
    let waits = |kept| ["waiting 0", "waiting 0", PAUSED, kept];
    vec![
        case(
            At::Greeting,
            Act::say("421 busy"),
            waits("greeting relay_down 421 busy"),
        ),
        case(
            At::Greeting,
            Act::say("554 go away"),
            waits("greeting relay_down 554 go away"),
        ),
        case(
            At::Greeting,
            Act::Stall,
            waits("greeting relay_down 0 no answer within 700ms"),
        ),
        case(
            At::Greeting,
            Act::Close,
            waits("greeting relay_down 0 the server closed the connection"),
        ),
        case(At::Ehlo, Act::say("550 who?"), waits("ehlo relay_down 550 who?")),
        case(
            At::Auth,
            Act::say("454 later"),
            waits("auth relay_down 454 later"),
        ),
        case(
            At::Mail,
            Act::say("451 later"),
            waits("mail_from relay_down 451 later"),
        ),
        case(
            At::Rcpt,
            Act::say("421 closing"),
            waits("rcpt_to relay_down 421 closing"),
        ),
        case(
            At::End,
            Act::say("421 closing"),
            waits("end_of_data relay_down 421 closing"),
        ),
    ]
}

fn relay_is_misconfigured() -> Vec<Case> {
    let stops = |kept| ["waiting 0", "waiting 0", "stopped 1", kept];
    vec![
        case(
            At::Auth,
            Act::say("535 login fail"),
            stops("auth misconfigured 535 login fail"),
        ),
        case(
            At::Mail,
            Act::say("553 not yours"),
            stops("mail_from misconfigured 553 not yours"),
        ),
    ]
}

fn letter_is_to_blame() -> Vec<Case> {
    let dead = |letter, kept| [letter, "accepted 1", "good", kept];
    let later = |kept| ["waiting 1", "accepted 1", "good", kept];
    vec![
        case(
            At::Rcpt,
            Act::say("451 greylisted"),
            later("rcpt_to recipient_temporary 451 greylisted"),
        ),
        case(
            At::Rcpt,
            Act::Stall,
            later("rcpt_to recipient_temporary 0 no answer within 700ms"),
        ),
        case(
            At::Rcpt,
            Act::say("550 no such user"),
            dead(
                "dead 1 recipient_refused",
                "rcpt_to recipient_permanent 550 no such user",
            ),
        ),
        case(
            At::Data,
            Act::say("451 later"),
            later("data message_temporary 451 later"),
        ),
        case(
            At::Data,
            Act::say("554 no"),
            dead("dead 1 message_refused", "data message_permanent 554 no"),
        ),
        case(
            At::End,
            Act::say("451 later"),
            later("end_of_data message_temporary 451 later"),
        ),
        case(
            At::End,
            Act::say("554 spam"),
            dead("dead 1 message_refused", "end_of_data message_permanent 554 spam"),
        ),
        case(
            At::End,
            Act::TakeAndClose,
            later("end_of_data in_doubt 0 the server closed the connection"),
        ),
        case(
            At::End,
            Act::TakeAndStall,
            later("end_of_data in_doubt 0 no answer within 700ms"),
        ),
    ]
}

async fn see(post: &mut Post, number: usize, case: Case) {
    let (victim, other) = (
        format!("victim{number}@v.example"),
        format!("other{number}@v.example"),
    );
    let about = format!("{:?} at {:?}", case.act, case.at);
    match case.at {
        At::Rcpt | At::Data | At::End => post.server.to(&victim, case.at, case.act),
        at => post.server.on(at, case.act),
    }
    post.letters(&[&victim, &other]).await;
    post.deliver().await;
    assert_eq!(post.state(&victim).await, case.letter, "{about}");
    assert_eq!(post.state(&other).await, case.other, "{about}");
    assert_eq!(post.relay().await, case.relay, "{about}");
    assert_eq!(post.attempts(&victim).await, [case.kept], "{about}");
    see_later(post, &victim, &other, (case.letter, case.kept), &about).await;
    // A new connection for the next case.
    post.server.stop().await;
    post.server.restart().await;
}

/// Nothing that waits is lost, and what is dead stays dead.
async fn see_later(post: &mut Post, victim: &str, other: &str, (letter, kept): (&str, &str), about: &str) {
    post.server.behave();
    post.deliver_after(TimeDelta::minutes(10)).await;
    let ends = post.state(victim).await;
    match letter.starts_with("dead") {
        true => assert_eq!(ends, letter, "{about}"),
        false => assert!(ends.starts_with("accepted"), "{about}: {ends}"),
    }
    assert!(post.state(other).await.starts_with("accepted"), "{about}");
    assert_eq!(post.relay().await, "good", "{about}");
    assert_eq!(
        post.attempts(victim).await.first().map(String::as_str),
        Some(kept),
        "{about}"
    );
    assert!(!post.took().is_empty());
}

on_both!(
    each_line_of_the_outcome_table_ends_as_it_should,
    |db| async move {
        let mut post = Post::begin(db).await;
        let cases = relay_is_down()
            .into_iter()
            .chain(relay_is_misconfigured())
            .chain(letter_is_to_blame());
        for (number, case) in cases.enumerate() {
            see(&mut post, number, case).await;
        }
        let conn = &mut post.service().store.read().await.unwrap();
        let bad: Vec<String> = conn
            .bad_addresses()
            .await
            .unwrap()
            .into_iter()
            .map(|bad| format!("{}: {}", bad.address, bad.words))
            .collect();
        assert_eq!(bad.len(), 1, "only the refused recipient is bad: {bad:?}");
        assert!(bad[0].ends_with(": no such user"), "{bad:?}");
    }
);

on_both!(
    a_letter_in_doubt_is_sent_twice_more_with_the_same_bytes_and_then_given_up,
    |db| async move {
        let mut post = Post::begin(db).await;
        post.server.on(At::End, Act::TakeAndClose);
        post.letters(&["doubt@v.example"]).await;
        for attempt in 1..=3 {
            post.deliver_after(TimeDelta::minutes(10)).await;
            assert_eq!(post.server.accepted().len(), attempt);
        }
        assert_eq!(post.state("doubt@v.example").await, "dead 3 in_doubt");
        let copies = post.server.accepted();
        assert!(copies.iter().all(|mail| mail.bytes == copies[0].bytes));
        assert!(copies[0].header("Message-ID").is_some());
    }
);

on_both!(
    a_relay_that_is_down_is_tried_with_one_letter_at_a_time,
    |db| async move {
        let mut post = Post::begin(db).await;
        post.server.stop().await;
        let many: Vec<String> = (0..20).map(|n| format!("n{n}@v.example")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        post.letters(&many).await;
        for failures in 1..=5 {
            post.deliver_after(TimeDelta::minutes(1)).await;
            assert_eq!(post.relay().await, format!("paused {failures}"));
        }
        let attempts: i64 = post.day.count("SELECT COUNT(*) FROM letter_attempt").await;
        assert_eq!(attempts, 5);
        post.server.restart().await;
        post.deliver_after(TimeDelta::minutes(1)).await;
        assert_eq!(post.took().len(), 20);
        assert_eq!(post.relay().await, "good");
    }
);

on_both!(
    a_relay_that_refuses_the_login_is_probed_and_new_settings_are_tried_at_once,
    |db| async move {
        let mut post = Post::begin(db).await;
        post.server.on(At::Auth, Act::say("535 expired"));
        post.letters(&["a@v.example"]).await;
        post.deliver().await;
        assert_eq!(post.relay().await, "stopped 1");
        post.deliver_after(TimeDelta::minutes(2)).await;
        assert_eq!(post.attempts("a@v.example").await.len(), 1);
        post.deliver_after(TimeDelta::minutes(2)).await;
        assert_eq!(post.attempts("a@v.example").await.len(), 2);
        post.server.behave();
        post.service().retry_relay().await.unwrap();
        post.deliver().await;
        assert_eq!(post.state("a@v.example").await, "accepted 1");
        assert_eq!(post.relay().await, "good");
    }
);

on_both!(
    a_letter_that_cannot_be_written_is_a_failed_attempt_and_stops_no_other,
    |db| async move {
        let mut post = Post::begin(db).await;
        post.letters(&["before@v.example"]).await;
        // An instant that cannot be said in local time: putting it into words panics.
        post.letters_until(&["panic@v.example"], chrono::DateTime::<chrono::Utc>::MAX_UTC)
            .await;
        post.letters(&["unread@v.example", "after@v.example"]).await;
        post.day
            .meddle(
                "UPDATE letter SET details = '{\"about\":\"weather\"}' WHERE address = 'unread@v.example'",
            )
            .await;
        post.deliver().await;
        assert_eq!(post.took(), ["before@v.example", "after@v.example"]);
        for broken in ["panic@v.example", "unread@v.example"] {
            assert_eq!(post.state(broken).await, "waiting 1");
            assert_eq!(post.attempts(broken).await.len(), 1);
        }
        assert!(post.attempts("panic@v.example").await[0].contains("panicked"));
        assert_eq!(post.relay().await, "good");
    }
);
