//! What is past its time: counted first, then taken away in bits, and only what is old.

use allclear::domain::privacy::Class;
use allclear::store::NewSession;

use super::ground::{at, ground};
use crate::support::on_both;

on_both!(what_is_old_is_counted_and_goes_in_bits, |db| async move {
    let (g, mut tx) = ground(db).await;
    for n in 0..5_i64 {
        let hash = format!("hash {n}");
        let session = NewSession {
            hash: &hash,
            how: "password",
            browser: "Chrome, Windows",
            awaits: None,
        };
        tx.add_session(g.officer, session, at(n)).await.unwrap();
    }
    assert_eq!(tx.count_old(Class::Access, at(3)).await.unwrap(), 3);
    assert_eq!(tx.drop_old(Class::Access, at(3), 2).await.unwrap(), 2);
    assert_eq!(tx.drop_old(Class::Access, at(3), 2).await.unwrap(), 1);
    assert_eq!(tx.drop_old(Class::Access, at(3), 2).await.unwrap(), 0);
    assert_eq!(tx.count_old(Class::Access, at(9)).await.unwrap(), 2);
    for class in Class::ALL {
        assert_eq!(tx.count_old(class, at(-1)).await.unwrap(), 0, "{class:?}");
        assert_eq!(tx.drop_old(class, at(-1), 9).await.unwrap(), 0, "{class:?}");
    }
});

on_both!(
    the_tables_and_what_they_hold_of_persons_are_told,
    |db| async move {
        let (_, mut tx) = ground(db).await;
        let columns = tx.text_columns().await.unwrap();
        let has = |table: &str, column: Option<&str>| {
            columns.iter().any(|(t, c)| t == table && c.as_deref() == column)
        };
        assert!(has("unit", None) && has("account", Some("login")) && has("check_in", Some("narrative")));
        assert!(!has("account", Some("id")) && !has("_sqlx_migrations", None));
        assert_eq!(tx.personal_counts().await.unwrap(), [1, 0, 0, 0, 0]);
    }
);
