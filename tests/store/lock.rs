//! Who may use a database: an SQLite file has one user, a PostgreSQL database many servers or one who is alone.

use std::time::Duration;

use allclear::store::{Error, Lock, Store};

use super::ground::ground;
use crate::support::on_both;

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
