//! Measures opening and chasing at the size of a nation; ignored, since it takes minutes.

mod support;

use std::time::Instant;

use allclear::domain::ids::UnitId;
use allclear::store::NewVersion;
use support::{Day, on_both};

/// Writes a tree of generated units: one root, townships of twenty villages each.
async fn grow(day: &Day, villages: usize) {
    let service = &day.house.service;
    let now = service.now();
    let townships = villages / 20;
    let mut tx = service.store.begin().await.unwrap();
    let ids = tx.add_units(1 + townships + villages, now).await.unwrap();
    let version = |id: UnitId, parent: Option<UnitId>, path: String, kind: &str| NewVersion {
        unit_id: id.0,
        parent_id: parent.map(|p| p.0),
        path,
        code: None,
        name: format!("单位{id}"),
        kind: kind.to_owned(),
    };
    let root = ids[0];
    let mut versions = vec![version(root, None, format!("/{root}/"), "county")];
    for (place, village) in ids[1 + townships..].iter().enumerate() {
        let township = ids[1 + place / 20];
        if place % 20 == 0 {
            versions.push(version(
                township,
                Some(root),
                format!("/{root}/{township}/"),
                "township",
            ));
        }
        versions.push(version(
            *village,
            Some(township),
            format!("/{root}/{township}/{village}/"),
            "village",
        ));
    }
    for chunk in versions.chunks(20_000) {
        tx.put_versions(chunk, now).await.unwrap();
    }
    let mut contacts = std::collections::HashMap::new();
    for village in &ids[1..] {
        let address = |what: &str| {
            vec![allclear::domain::address::Address::parse(&format!("{what}{village}@v.example")).unwrap()]
        };
        contacts.insert(
            *village,
            allclear::domain::unit::Contacts {
                reporter: address("r"),
                backup: address("b"),
                head: address("h"),
                ..Default::default()
            },
        );
        if contacts.len() == 20_000 {
            tx.put_contacts(&contacts).await.unwrap();
            contacts.clear();
        }
    }
    tx.put_contacts(&contacts).await.unwrap();
    tx.commit().await.unwrap();
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
async fn measure(db: &support::Fresh, villages: usize, missing: usize) {
    let day = Day::over(db, "2026-06-01 08:00").await;
    let started = Instant::now();
    grow(&day, villages).await;
    println!("grown {villages}: {:?}", started.elapsed());
    day.declare(
        "2026-06-01 08:00",
        "2026-06-30 22:00",
        &["晚报 08:30 16:00 20:00"],
    )
    .await;
    day.house.service.tree().await.unwrap();
    day.house.go_to("2026-06-01 08:30");
    let started = Instant::now();
    day.house.service.tick().await.unwrap();
    println!("opened: {:?}", started.elapsed());
    // All but the missing have reported.
    let mut tx = day.house.service.store.begin().await.unwrap();
    let (keep, at) = (
        i64::try_from(villages / missing).unwrap(),
        day.house.service.now().timestamp_millis(),
    );
    const SQL: &str = "UPDATE obligation SET first_received_at = $1 WHERE id % $2 <> 0";
    match &mut *tx {
        allclear::store::Conn::Sqlite(c) => {
            drop(
                sqlx::query(SQL)
                    .bind(at)
                    .bind(keep)
                    .execute(&mut **c)
                    .await
                    .unwrap(),
            );
        }
        allclear::store::Conn::Postgres(c) => {
            drop(
                sqlx::query(SQL)
                    .bind(at)
                    .bind(keep)
                    .execute(&mut **c)
                    .await
                    .unwrap(),
            );
        }
    }
    tx.commit().await.unwrap();
    for time in ["15:30", "16:00", "16:20", "16:40", "17:00"] {
        day.house.go_to(&format!("2026-06-01 {time}"));
        let started = Instant::now();
        day.house.service.tick().await.unwrap();
        println!("{time}: {:?}", started.elapsed());
    }
}

on_both!(
    #[ignore = "a measurement"]
    opening_and_chasing_at_the_size_of_a_province,
    |db| async move { measure(db, 62_000, 31_000).await }
);

on_both!(
    #[ignore = "a measurement"]
    opening_and_chasing_at_the_size_of_a_nation,
    |db| async move { measure(db, 620_000, 31_000).await }
);
