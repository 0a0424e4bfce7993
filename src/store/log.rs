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
}
