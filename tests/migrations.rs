//! Compares the two schemas table by table, and brings databases with data up to date.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use std::collections::BTreeMap;

use allclear::store::{Conn, Error, Options, Store};
use sqlx::Row;
use support::{Day, Fresh, fresh_postgres, fresh_sqlite, on_both};

/// The columns of a table: name, type, whether it must have a value.
type Columns = Vec<(String, String, bool)>;

async fn store(db: &Fresh) -> Store {
    Store::connect(db.url(), Options::default()).await.unwrap()
}

/// Gives every table with its columns in order, types in one spelling.
async fn tables(store: &Store) -> BTreeMap<String, Columns> {
    const SQLITE: &str = "SELECT m.name AS tab, c.name AS col, c.type AS kind,
            CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN 1 ELSE 0 END AS needed
        FROM sqlite_master m JOIN pragma_table_info(m.name) c
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, c.cid";
    const POSTGRES: &str =
        "SELECT table_name::text AS tab, column_name::text AS col, data_type::text AS kind,
            CASE WHEN is_nullable = 'NO' THEN 1::bigint ELSE 0::bigint END AS needed
        FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position";
    let rows: Vec<(String, String, String, i64)> = match store.read().await.unwrap() {
        Conn::Sqlite(mut c) => sqlx::query_as(SQLITE).fetch_all(&mut *c).await.unwrap(),
        Conn::Postgres(mut c) => sqlx::query_as(POSTGRES).fetch_all(&mut *c).await.unwrap(),
    };
    let mut tables: BTreeMap<String, Columns> = BTreeMap::new();
    for (table, column, kind, needed) in rows {
        let kind = match kind.to_uppercase().as_str() {
            "INTEGER" => "BIGINT".to_owned(),
            other => other.to_owned(),
        };
        tables.entry(table).or_default().push((column, kind, needed != 0));
    }
    tables.remove("_sqlx_migrations");
    tables
}

/// Gives every index that has a name of ours, with its table and whether it is unique or partial.
async fn indexes(store: &Store) -> BTreeMap<String, (String, bool, bool)> {
    const SQLITE: &str = "SELECT m.name, m.tbl_name, i.\"unique\", i.partial
        FROM sqlite_master m JOIN pragma_index_list(m.tbl_name) i ON i.name = m.name
        WHERE m.type = 'index' AND m.sql IS NOT NULL";
    const POSTGRES: &str = "SELECT c.relname::text, t.relname::text,
            CASE WHEN i.indisunique THEN 1::bigint ELSE 0 END,
            CASE WHEN i.indpred IS NULL THEN 0::bigint ELSE 1 END
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = t.relnamespace
        LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid
        WHERE n.nspname = 'public' AND k.oid IS NULL";
    let rows: Vec<(String, String, i64, i64)> = match store.read().await.unwrap() {
        Conn::Sqlite(mut c) => sqlx::query_as(SQLITE).fetch_all(&mut *c).await.unwrap(),
        Conn::Postgres(mut c) => sqlx::query_as(POSTGRES).fetch_all(&mut *c).await.unwrap(),
    };
    rows.into_iter()
        .map(|(name, table, unique, partial)| (name, (table, unique != 0, partial != 0)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_have_the_same_tables_and_indexes() {
    let (sqlite, postgres) = (fresh_sqlite(), fresh_postgres().await);
    let (one, two) = (store(&sqlite).await, store(&postgres).await);
    let (ours, theirs) = (tables(&one).await, tables(&two).await);
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    for (table, columns) in &ours {
        assert_eq!(columns, &theirs[table], "{table}");
        for (column, kind, _) in columns {
            assert!(
                ["BIGINT", "TEXT"].contains(&kind.as_str()),
                "{table}.{column} is {kind}"
            );
        }
    }
    assert!(ours.len() > 30, "{}", ours.len());
    assert_eq!(indexes(&one).await, indexes(&two).await);
    two.close().await;
    sqlite.remove().await;
    postgres.remove().await;
}

#[test]
fn every_migration_has_a_twin_of_the_same_name() {
    let names = |engine: &str| {
        let folder = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

on_both!(
    a_database_with_data_is_brought_up_to_date_and_loses_nothing,
    |db| async move {
        let mut day = Day::begin(db).await;
        day.until("16:00").await;
        let told = day.letters().await;
        let again = store(db).await;
        again.migrate().await.unwrap();
        let mut later = Day::over(db, "2026-06-01 16:00").await;
        assert_eq!(later.letters().await, told);
    }
);

on_both!(
    a_database_of_a_newer_version_is_refused_in_words,
    |db| async move {
        const NEWER: &str = "INSERT INTO _sqlx_migrations
        (version, description, installed_on, success, checksum, execution_time)
        VALUES (9999, 'later', CURRENT_TIMESTAMP, true, $1, 0)";
        let first = store(db).await;
        let mut tx = first.begin().await.unwrap();
        match &mut *tx {
            Conn::Sqlite(c) => drop(
                sqlx::query(NEWER)
                    .bind(vec![0_u8])
                    .execute(&mut **c)
                    .await
                    .unwrap(),
            ),
            Conn::Postgres(c) => drop(
                sqlx::query(NEWER)
                    .bind(vec![0_u8])
                    .execute(&mut **c)
                    .await
                    .unwrap(),
            ),
        }
        tx.commit().await.unwrap();
        let refused = Store::connect(db.url(), Options::default()).await;
        assert!(matches!(refused, Err(Error::NewerSchema)), "{refused:?}");
    }
);

on_both!(
    a_transaction_that_is_dropped_in_the_middle_leaves_nothing_and_blocks_nobody,
    |db| async move {
        let store = store(db).await;
        let mut tx = store.begin().await.unwrap();
        tx.begin_deployment("one", 1).await.unwrap();
        drop(tx);
        let mut tx = store.begin().await.unwrap();
        assert!(tx.deployment().await.unwrap().is_none());
        tx.begin_deployment("two", 2).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            store
                .read()
                .await
                .unwrap()
                .deployment()
                .await
                .unwrap()
                .unwrap()
                .uuid,
            "two"
        );
    }
);

on_both!(
    a_reader_cannot_write_where_the_engine_can_hold_that,
    |db| async move {
        if db.is_postgres() {
            return;
        }
        let store = store(db).await;
        let Conn::Sqlite(mut c) = store.read().await.unwrap() else {
            panic!("SQLite")
        };
        assert!(sqlx::query("DELETE FROM unit").execute(&mut *c).await.is_err());
        let sync: i64 = sqlx::query("PRAGMA synchronous")
            .fetch_one(&mut *c)
            .await
            .unwrap()
            .get(0);
        assert_eq!(sync, 2, "an acknowledged report must survive a loss of power");
    }
);

#[cfg(unix)]
#[tokio::test]
async fn a_new_database_can_be_read_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let db = support::fresh_sqlite();
    let _open = store(&db).await;
    let file = db.url().strip_prefix("sqlite:").unwrap();
    for beside in ["", "-wal", "-shm"] {
        let mode = std::fs::metadata(format!("{file}{beside}"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{beside}");
    }
}
