//! What is past its time goes; what is counted and what is proved stays. Every column is classified.

use allclear::domain::access::Actor;
use allclear::domain::privacy::{Class, unclassified};
use allclear::store::Conn;

use crate::{Day, House, incident, on_both};

on_both!(every_table_and_column_is_classified, |db| async move {
    let house = House::at(db, "2026-06-01 08:00", &[]).await;
    let columns = house
        .service
        .store
        .read()
        .await
        .unwrap()
        .text_columns()
        .await
        .unwrap();
    let found = columns
        .iter()
        .map(|(table, column)| (table.as_str(), column.as_deref()));
    let (new, gone) = unclassified(found);
    assert!(
        new.is_empty() && gone.is_empty(),
        "say in src/domain/privacy.rs what these hold: {new:?}; these are not there any more: {gone:?}"
    );
});

/// Gives every number of every row of the obligations, which all counts are made of.
async fn counted(day: &Day) -> Vec<(i64, Option<i64>, Option<String>, Option<String>)> {
    const SQL: &str = "SELECT id, first_received_at, provenance, content FROM obligation ORDER BY id";
    match day.house.service.store.read().await.unwrap() {
        Conn::Sqlite(mut c) => sqlx::query_as(SQL).fetch_all(&mut *c).await.unwrap(),
        Conn::Postgres(mut c) => sqlx::query_as(SQL).fetch_all(&mut *c).await.unwrap(),
    }
}

on_both!(
    old_texts_go_while_counts_receipts_and_seals_stay,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("09:00").await;
        let said = "堤脚管涌，已派人值守";
        let report = day.report("东湖镇 · 柳村", incident(said)).await;
        let sent = day.send("东湖镇 · 柳村", report).await.unwrap();
        day.until("16:00").await;
        let service = day.house.service.clone();
        let (console, before) = (Actor::console(), counted(&day).await);
        let texts =
            |old: &[allclear::service::Old]| old.iter().find(|old| old.class == Class::Texts).unwrap().count;
        assert_eq!(texts(&service.old(&console).await.unwrap()), 0, "it is of today");

        // Three years later, but the incident is open still.
        day.house.go_to("2029-07-01 08:00");
        assert_eq!(
            texts(&service.old(&console).await.unwrap()),
            0,
            "an open incident keeps its texts"
        );
        const CLOSE: &str = "UPDATE incident SET closed_at = opened_at";
        let mut tx = service.store.begin().await.unwrap();
        match &mut *tx {
            Conn::Sqlite(c) => drop(sqlx::query(CLOSE).execute(&mut **c).await.unwrap()),
            Conn::Postgres(c) => drop(sqlx::query(CLOSE).execute(&mut **c).await.unwrap()),
        }
        tx.commit().await.unwrap();
        assert_eq!(texts(&service.old(&console).await.unwrap()), 1);
        assert_eq!(
            texts(&service.old(&console).await.unwrap()),
            1,
            "a dry run changes nothing"
        );
        assert_eq!(texts(&service.drop_old(&console).await.unwrap()), 1);
        assert_eq!(texts(&service.drop_old(&console).await.unwrap()), 0, "it is done");

        let kept = service
            .store
            .read()
            .await
            .unwrap()
            .check_in(sent.receipt.number.0)
            .await
            .unwrap()
            .unwrap();
        let content = kept.check_in.content.incident().unwrap();
        assert!(content.what.is_empty() && content.place.is_empty() && kept.salt.is_none());
        assert_eq!(content.class, "flood", "what it was stays");
        assert_eq!(counted(&day).await, before, "counts stay");
        let proof = service
            .verify_receipt(sent.receipt.number, sent.receipt.mac)
            .await
            .unwrap();
        assert!(matches!(proof, allclear::service::Proof::Genuine(_)), "{proof:?}");
        assert!(service.verify_chain(&console, None).await.unwrap().is_ok());
    }
);

on_both!(
    old_letters_keep_that_they_were_sent_but_not_to_whom,
    |db| async move {
        let day = Day::begin(db).await;
        day.until("16:00").await;
        let service = day.house.service.clone();
        const SENT: &str =
            "UPDATE letter SET state = 'accepted', ended_at = created_at, frozen = 'sealed1.x'";
        let mut tx = service.store.begin().await.unwrap();
        match &mut *tx {
            Conn::Sqlite(c) => drop(sqlx::query(SENT).execute(&mut **c).await.unwrap()),
            Conn::Postgres(c) => drop(sqlx::query(SENT).execute(&mut **c).await.unwrap()),
        }
        tx.commit().await.unwrap();
        let [.., letters] = service
            .store
            .read()
            .await
            .unwrap()
            .personal_counts()
            .await
            .unwrap();
        assert!(letters > 0);
        day.house.go_to("2026-07-15 08:00");
        let gone = service.keep_house().await.unwrap();
        let count = |class: Class| gone.iter().find(|old| old.class == class).unwrap().count;
        assert_eq!((count(Class::Mails), count(Class::Letters)), (letters as u64, 0));
        day.house.go_to("2027-12-01 08:00");
        let gone = service.keep_house().await.unwrap();
        let count = |class: Class| gone.iter().find(|old| old.class == class).unwrap().count;
        assert_eq!(count(Class::Letters), letters as u64);
        let [.., left] = service
            .store
            .read()
            .await
            .unwrap()
            .personal_counts()
            .await
            .unwrap();
        assert_eq!(left, 0);
    }
);
