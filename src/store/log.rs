//! Knows how SQLite's write-ahead log is written back by a connection of its own.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};

use super::{Error, Result, Store};

/// A connection that does nothing but write the log back.
#[derive(Debug)]
pub struct LogKeeper(SqliteConnection);

impl Store {
    /// Opens a keeper of the log, and tells the writer to leave the log to it; none on PostgreSQL, which has its own.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub async fn log_keeper(&self) -> Result<Option<LogKeeper>> {
        let Self::Sqlite { writer, file, .. } = self else {
            return Ok(None);
        };
        let settings = SqliteConnectOptions::new()
            .filename(file)
            .busy_timeout(std::time::Duration::from_secs(3));
        let keeper = settings.connect().await.map_err(Error::from)?;
        let mut conn = writer.acquire().await?;
        // A writer that is opened anew after an error goes back to writing back by itself, which is only slower.
        sqlx::query("PRAGMA wal_autocheckpoint = 0")
            .execute(&mut *conn)
            .await?;
        Ok(Some(LogKeeper(keeper)))
    }
}

impl LogKeeper {
    /// Writes back what no reader needs any more, without holding anybody up. Gives how many pages are left.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn write_back(&mut self) -> Result<i64> {
        let (_, logged, done): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(PASSIVE)")
            .fetch_one(&mut self.0)
            .await?;
        Ok(logged - done)
    }

    /// Writes everything back and makes the log empty, so that nothing lies in it any more that was taken out.
    ///
    /// # Errors
    /// When the file cannot be written, or a reader holds on for too long.
    pub async fn empty(&mut self) -> Result<()> {
        let (busy, _, _): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(&mut self.0)
            .await?;
        match busy {
            0 => Ok(()),
            _ => Err(Error::Unavailable(
                "a reader holds the write-ahead log".to_owned(),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Options;

    #[tokio::test]
    async fn the_log_is_written_back_by_its_keeper_and_by_no_commit() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("a.db").display());
        let store = Store::connect(&url, Options::default()).await.unwrap();
        let mut keeper = store.log_keeper().await.unwrap().unwrap();
        keeper.write_back().await.unwrap();
        for n in 0..1200 {
            let mut tx = store.begin().await.unwrap();
            tx.mark_bad(&format!("n{n}@v.example"), Default::default(), &"x".repeat(4000))
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        let Store::Sqlite { file, .. } = &store else {
            return;
        };
        let log = file.with_extension("db-wal");
        let long = std::fs::metadata(&log).unwrap().len();
        assert!(long > 1200 * 4096, "no commit wrote it back: {long}");
        assert_eq!(keeper.write_back().await.unwrap(), 0);
    }
}
