//! What is past its time: counted first, then taken away in bits, and only what is old.

use allclear::domain::checkin::Content;
use allclear::domain::ids::CheckInId;
use allclear::domain::privacy::Class;
use allclear::store::NewSession;

use super::ground::{at, flood, ground, said};
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

on_both!(
    a_redacted_report_keeps_its_hash_and_loses_its_salt,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let sent = said(CheckInId(1), g.villages[0], None, Content::Incident(flood()));
        let id = sent.check_in.id;
        tx.add_check_ins(std::slice::from_ref(&sent)).await.unwrap();
        tx.hold_check_in(id).await.unwrap();
        let left = sent.check_in.content.without_texts();
        tx.put_redacted(id, &left, None, None).await.unwrap();
        let path = allclear::domain::unit::UnitPath::parse("/1/").unwrap();
        let notes = allclear::store::NotesOf {
            obligation: None,
            incident: None,
            path: &path,
            since: at(0),
        };
        assert_eq!(tx.hide_in_notes(notes, "a child", "...").await.unwrap(), 0);
        tx.add_redaction(id, g.officer, "named a child", at(2))
            .await
            .unwrap();
        let kept = tx.check_in(id).await.unwrap().unwrap();
        assert_eq!((kept.salt, kept.digest), (None, sent.digest));
        assert_eq!(kept.check_in.content, left);
        let done = tx.redactions(id).await.unwrap();
        assert_eq!((done.len(), done[0].reason.as_str()), (1, "named a child"));
        assert_eq!(
            tx.thaw_letters_since(at(0)).await.unwrap(),
            0,
            "no letter quotes it"
        );
        tx.commit().await.unwrap();
        if let Some(mut keeper) = g.store.log_keeper().await.unwrap() {
            keeper.empty().await.unwrap();
        }
    }
);
