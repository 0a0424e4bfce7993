//! A crash between any two steps: the letter goes at least once, always with the same Message-ID.

use allclear::domain::delivery::Class;
use allclear::mail::{Client, Relay, build, render};
use allclear::service::deliver::{Errand, Hand, Taken};
use allclear::store::Lane;
use chrono::TimeDelta;

use crate::support::{Post, on_both};

const TO: &str = "only@v.example";

/// Takes the one letter in hand, like a process that is about to die.
async fn take(post: &Post) -> Hand {
    let lease = TimeDelta::minutes(10);
    match post
        .service()
        .take_letters(Lane::Routine, "dead.routine.1", 8, lease)
        .await
        .unwrap()
    {
        Taken::Hand(hand) => hand,
        Taken::Nothing(next) => panic!("nothing to take until {next:?}"),
    }
}

async fn begin(post: &Post, hand: &mut Hand) -> Vec<u8> {
    let (id, errand) = post.service().errands(hand).await.unwrap().remove(0);
    let bytes = match errand {
        Errand::Write(notice) => {
            build(&render(&notice, ("总值班室", "duty@county.example")).unwrap()).unwrap()
        }
        Errand::Resend(bytes) => bytes,
        other => panic!("{other:?}"),
    };
    let begun = post
        .service()
        .begin_letters(hand, &[(id, bytes.clone())], &[], &[])
        .await
        .unwrap();
    assert_eq!(begun, [id]);
    bytes
}

async fn send(post: &Post, bytes: &[u8]) {
    let relay = Relay::of(&post.service().settings.mail).unwrap();
    let outcome = Client::new(relay)
        .unwrap()
        .send("duty@county.example", TO, bytes)
        .await;
    assert_eq!(outcome.class, Class::Accepted);
}

async fn restart(post: &mut Post) {
    post.service().free_letters(true).await.unwrap();
    post.deliver_after(TimeDelta::minutes(1)).await;
}

on_both!(a_crash_after_taking_sends_once, |db| async move {
    let mut post = Post::begin(db).await;
    post.letters(&[TO]).await;
    drop(take(&post).await);
    post.deliver().await;
    assert_eq!(post.took(), Vec::<String>::new(), "somebody has it in hand");
    restart(&mut post).await;
    assert_eq!(post.took(), [TO]);
    assert_eq!(post.state(TO).await, "accepted 1");
});

on_both!(
    a_crash_after_beginning_sends_the_kept_bytes_and_records_the_doubt,
    |db| async move {
        let mut post = Post::begin(db).await;
        post.letters(&[TO]).await;
        let mut hand = take(&post).await;
        let bytes = begin(&post, &mut hand).await;
        drop(hand);
        restart(&mut post).await;
        let mails = post.server.accepted();
        assert_eq!(mails.len(), 1);
        assert!(mails[0].bytes.starts_with(&bytes), "the kept bytes");
        assert_eq!(post.state(TO).await, "accepted 2");
        let kept = post.attempts(TO).await;
        assert!(kept[0].starts_with("end_of_data in_doubt 0"), "{kept:?}");
        assert!(kept[1].starts_with("end_of_data accepted 250"), "{kept:?}");
    }
);

on_both!(
    a_crash_after_sending_sends_twice_with_the_same_message_id,
    |db| async move {
        let mut post = Post::begin(db).await;
        post.letters(&[TO]).await;
        let mut hand = take(&post).await;
        let bytes = begin(&post, &mut hand).await;
        send(&post, &bytes).await;
        drop(hand);
        restart(&mut post).await;
        let mails = post.server.accepted();
        assert_eq!(mails.len(), 2);
        assert!(mails[0].bytes == mails[1].bytes, "the same bytes");
        assert_eq!(post.state(TO).await, "accepted 2");
    }
);

on_both!(a_result_that_comes_too_late_changes_nothing, |db| async move {
    let mut post = Post::begin(db).await;
    post.letters(&[TO]).await;
    let mut slow = take(&post).await;
    begin(&post, &mut slow).await;
    restart(&mut post).await;
    assert_eq!(post.state(TO).await, "accepted 2");
    post.service().settle_letters(&mut slow, &[], true).await.unwrap();
    assert_eq!(
        post.state(TO).await,
        "accepted 2",
        "the letter is not put back by the one that lost it"
    );
});

on_both!(
    a_letter_in_lost_hands_is_freed_when_its_instance_is_silent_or_its_lease_ends,
    |db| async move {
        let mut post = Post::begin(db).await;
        post.service().beat("dead", None).await.unwrap();
        post.letters(&[TO]).await;
        let mut hand = take(&post).await;
        post.service().free_letters(false).await.unwrap();
        begin(&post, &mut hand).await; // It still is in its hand.
        post.day.house.clock.advance(TimeDelta::seconds(46));
        post.service().free_letters(false).await.unwrap();
        let late = post
            .service()
            .begin_letters(&mut hand, &[], &[], &[])
            .await
            .unwrap();
        assert_eq!(late, Vec::<i64>::new());
        post.deliver().await;
        assert_eq!(post.took(), [TO]);
    }
);
