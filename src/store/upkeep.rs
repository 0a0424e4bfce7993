//! Knows the state of a database as a whole: its tables, its soundness, its clock, and how a copy is made.

use std::collections::BTreeSet;
use std::path::Path;

use super::connect::migrator;
use super::{Conn, Engine, Error, Result, Store, on};

/// How far the tables have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// As this version of the service wants them.
    Current,
    /// So many steps are to be taken, at the next start.
    Behind(usize),
    /// Of a newer version of the service.
    Newer,
}

impl Conn {
    /// Tells how far the tables have come.
    pub async fn schema(&mut self) -> Result<Schema> {
        const SQLITE: &str = "SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'";
        const POSTGRES: &str = "SELECT COUNT(*) FROM information_schema.tables
            WHERE table_name = '_sqlx_migrations' AND table_schema = current_schema()";
        const DONE: &str = "SELECT version FROM _sqlx_migrations ORDER BY version";
        let engine = self.engine();
        let sql = match engine {
            Engine::Sqlite => SQLITE,
            Engine::Postgres => POSTGRES,
        };
        let tables: i64 = on!(self, c => sqlx::query_scalar(sql).fetch_one(c).await)?;
        let done: Vec<i64> = match tables {
            0 => Vec::new(),
            _ => on!(self, c => sqlx::query_scalar(DONE).fetch_all(c).await)?,
        };
        let known: BTreeSet<i64> = migrator(engine).iter().map(|step| step.version).collect();
        Ok(if done.iter().any(|version| !known.contains(version)) {
            Schema::Newer
        } else {
            match known.len() - done.len() {
                0 => Schema::Current,
                steps => Schema::Behind(steps),
            }
        })
    }

    /// Tells whether the database holds any table.
    pub async fn has_tables(&mut self) -> Result<bool> {
        const SQLITE: &str = "SELECT COUNT(*) FROM sqlite_master";
        const POSTGRES: &str =
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema()";
        let sql = match self.engine() {
            Engine::Sqlite => SQLITE,
            Engine::Postgres => POSTGRES,
        };
        let tables: i64 = on!(self, c => sqlx::query_scalar(sql).fetch_one(c).await)?;
        Ok(tables > 0)
    }

    /// Gives what the database server's clock says, in Unix milliseconds; an SQLite file has none.
    pub async fn clock(&mut self) -> Result<Option<i64>> {
        const SQL: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
        match self.engine() {
            Engine::Sqlite => Ok(None),
            Engine::Postgres => Ok(Some(on!(self, c => sqlx::query_scalar(SQL).fetch_one(c).await)?)),
        }
    }

    /// Reads an SQLite file through and gives what is wrong with it; PostgreSQL looks after itself.
    pub async fn unsound(&mut self) -> Result<Vec<String>> {
        let Self::Sqlite(c) = self else {
            return Ok(Vec::new());
        };
        let pages: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(20)")
            .fetch_all(&mut **c)
            .await?;
        let mut wrong: Vec<String> = pages.into_iter().filter(|line| line != "ok").collect();
        let orphans: Vec<(String, Option<i64>, String, i64)> = sqlx::query_as("PRAGMA foreign_key_check")
            .fetch_all(&mut **c)
            .await?;
        wrong.extend(orphans.into_iter().take(20).map(|(table, row, parent, _)| {
            let row = row.map_or_else(String::new, |row| format!(" {row}"));
            format!("{table}{row} names a row of {parent} that is not there")
        }));
        Ok(wrong)
    }
}

impl Store {
    /// Writes a copy of an SQLite database, as it stands at one moment, to a file that is not there yet; writers
    /// go on meanwhile.
    ///
    /// # Errors
    /// When the file is there or cannot be written, or the database is not SQLite.
    pub async fn copy_to(&self, file: &Path) -> Result<()> {
        let Conn::Sqlite(mut c) = self.read().await? else {
            return Err(Error::Address("PostgreSQL is copied with pg_dump".to_owned()));
        };
        let place = file.to_string_lossy().into_owned();
        sqlx::query("VACUUM INTO $1").bind(place).execute(&mut *c).await?;
        Ok(())
    }
}
