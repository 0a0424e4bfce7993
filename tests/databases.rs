//! Holds that both databases of the tests are there, so that nothing passes on one of them alone.

mod support;

use sqlx::{Connection, Row};
use support::on_both;

on_both!(every_test_has_a_database_of_its_own, |db| async move {
    assert!(!db.url().is_empty());
    if db.is_postgres() {
        let mut connection = sqlx::PgConnection::connect(db.url()).await.unwrap();
        let tables: i64 = sqlx::query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            .fetch_one(&mut connection)
            .await
            .unwrap()
            .get(0);
        assert_eq!(tables, 0);
    } else {
        let path = db.url().strip_prefix("sqlite:").unwrap();
        assert!(!std::path::Path::new(path).exists());
    }
});
