//! Who may use a database: an SQLite file has one user, a PostgreSQL database many servers or one who is alone.

use std::time::Duration;

use allclear::store::{Error, Lock, Options, Store};

use super::ground::{at, ground};
use crate::support::{fresh_postgres, on_both};

fn is_refused(taken: Result<Lock, Error>) -> bool {
    matches!(taken, Err(Error::Locked(_)))
}

/// Takes a database alone, once what held it is gone; a server of PostgreSQL learns of that a moment later.
async fn alone_at_last(store: &Store) -> Lock {
    for _ in 0..500 {
        match Lock::alone(store).await {
            Err(Error::Locked(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
            taken => return taken.unwrap(),
        }
    }
    Lock::alone(store).await.unwrap()
}

on_both!(a_database_in_use_is_nobodys_alone, |db| async move {
    let (g, _) = ground(db).await;
    let served = Lock::serve(&g.store).await.unwrap();
    assert!(is_refused(Lock::alone(&g.store).await));
    let second = Lock::serve(&g.store).await;
    assert_eq!(second.is_ok(), db.is_postgres(), "a file has one server");
    drop(served);
    if let Ok(second) = second {
        assert!(is_refused(Lock::alone(&g.store).await), "the other still serves");
        drop(second);
    }
    let alone = alone_at_last(&g.store).await;
    assert!(is_refused(Lock::serve(&g.store).await));
    assert!(is_refused(Lock::alone(&g.store).await));
    drop(alone);
    drop(alone_at_last(&g.store).await);
});

/// An instance whose machine vanished says nothing any more, and its server of PostgreSQL is not told that it is gone.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_vanished_instance_had_locked_is_free_again() {
    let db = fresh_postgres().await;
    let (g, _) = ground(&db).await;
    let brief = Options {
        silence: Duration::from_secs(1),
        ..Options::default()
    };
    let vanished = Store::connect(db.url(), brief).await.unwrap();
    let mut held = vanished.begin().await.unwrap();
    held.pause_relay(at(9), "421").await.unwrap();
    let mut tx = g.store.begin().await.unwrap();
    let free = tokio::time::timeout(Duration::from_secs(60), tx.pause_relay(at(5), "450"));
    free.await
        .expect("the lock of the vanished is still held")
        .unwrap();
    tx.commit().await.unwrap();
    assert!(
        held.commit().await.is_err(),
        "it took over although it had vanished"
    );
    let state = g.store.read().await.unwrap().relay().await.unwrap();
    assert_eq!(
        (state.paused_until, state.words.as_deref()),
        (Some(at(5)), Some("450"))
    );
    db.remove().await;
}
