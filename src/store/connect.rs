//! Knows how a database is opened: its address, its settings, its migrations.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, SqlitePool};

use super::{Conn, Error, Result, Tx};
use crate::crash::{CrashPlan, Point};

/// Which engine holds the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The embedded default.
    Sqlite,
    /// For more than one machine.
    Postgres,
}

/// How many connections to keep.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// SQLite: read-only connections. The writer is always one.
    pub readers: u32,
    /// PostgreSQL: connections in all.
    pub connections: u32,
    /// How long a call waits for a free connection before it is told to come again.
    pub wait: Duration,
    /// PostgreSQL: how long a transaction may be silent before the server ends it, so that what an instance had locked
    /// when its machine vanished stops no other instance.
    pub silence: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 4,
            connections: 16,
            wait: Duration::from_secs(3),
            silence: Duration::from_secs(30),
        }
    }
}

/// The database.
#[derive(Debug, Clone)]
pub enum Store {
    /// The embedded default: one writer, a few read-only readers.
    Sqlite {
        /// The one connection that writes.
        writer: SqlitePool,
        /// Read-only connections.
        readers: SqlitePool,
        /// The file.
        file: PathBuf,
    },
    /// A PostgreSQL server.
    Postgres(PgPool),
}

static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// Gives the steps that bring the tables of an engine up to date.
pub(super) fn migrator(engine: Engine) -> &'static sqlx::migrate::Migrator {
    match engine {
        Engine::Sqlite => &SQLITE,
        Engine::Postgres => &POSTGRES,
    }
}

impl Store {
    /// Opens a database and brings its tables up to date; makes an SQLite file that is not there.
    ///
    /// `url` is `sqlite:FILE` or `postgres://…`.
    ///
    /// # Errors
    /// When the address cannot be understood or opened, or the tables are of a newer version.
    pub async fn connect(url: &str, options: Options) -> Result<Self> {
        Self::connect_until(url, options, &CrashPlan::default()).await
    }

    /// Does what [`Store::connect`] does, and stops where a plan says so.
    ///
    /// # Errors
    /// As [`Store::connect`].
    pub async fn connect_until(url: &str, options: Options, crash: &CrashPlan) -> Result<Self> {
        let store = Self::open(url, options).await?;
        crash.pass(Point::Migrate).await;
        store.migrate().await?;
        crash.pass(Point::Migrated).await;
        Ok(store)
    }

    /// Opens a database and leaves its tables as they are.
    ///
    /// # Errors
    /// When the address cannot be understood or opened.
    pub async fn open(url: &str, options: Options) -> Result<Self> {
        if let Some(file) = url.strip_prefix("sqlite:") {
            return open_sqlite(Path::new(file.trim_start_matches("//")), options).await;
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return open_postgres(url, options).await;
        }
        Err(Error::Address(
            "database.url must begin with sqlite: or postgres://".to_owned(),
        ))
    }

    /// Brings the tables up to date, each step in a transaction of its own.
    ///
    /// # Errors
    /// When a step fails, or the tables are of a newer version.
    pub async fn migrate(&self) -> Result<()> {
        let done = match self {
            Self::Sqlite { writer, .. } => SQLITE.run(writer).await,
            Self::Postgres(pool) => POSTGRES.run(pool).await,
        };
        done.map_err(|error| match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => Error::NewerSchema,
            MigrateError::Execute(error) => error.into(),
            other => Error::Other(other.to_string()),
        })
    }

    /// Tells whether the tables are of this program's version.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_current(&self, conn: &mut Conn) -> Result<bool> {
        let newest = match self {
            Self::Sqlite { .. } => &SQLITE,
            Self::Postgres(_) => &POSTGRES,
        };
        let newest = newest.iter().map(|step| step.version).max();
        Ok(conn.schema_version().await? == newest)
    }

    /// Gives a connection to read from.
    ///
    /// # Errors
    /// When none becomes free in time.
    pub async fn read(&self) -> Result<Conn> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Conn::Sqlite(readers.acquire().await?),
            Self::Postgres(pool) => Conn::Postgres(pool.acquire().await?),
        })
    }

    /// Begins a transaction to write in.
    ///
    /// # Errors
    /// When no connection becomes free in time, or another process holds the database.
    pub async fn begin(&self) -> Result<Tx> {
        let conn = match self {
            Self::Sqlite { writer, .. } => Conn::Sqlite(writer.acquire().await?),
            Self::Postgres(pool) => Conn::Postgres(pool.acquire().await?),
        };
        Tx::begin(conn).await
    }

    /// Tells which engine it is.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Closes all connections.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// The pages that SQLite keeps in memory, in KiB when negative; taken only as they are used. Its own 2 MiB are less
/// than a county's day, and what is not kept is read and checked again for every page of the board.
const WRITER_CACHE: &str = "-65536";
const READER_CACHE: &str = "-16384";

/// The rows that the thread of a connection reads ahead, so that it and its reader wake each other seldom.
const ROWS: usize = 1024;

/// Makes the file of a new database one that its owner alone can read: it holds telephones, addresses and reports. SQLite
/// gives the files beside it the same rights. One that is there stays as it is; what is wrong with the place is said when
/// it is opened.
fn begin_private(file: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(file);
}

async fn open_sqlite(file: &Path, options: Options) -> Result<Store> {
    begin_private(file);
    let settings = SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL would lose acknowledged reports at power loss.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(options.wait)
        .foreign_keys(true)
        .pragma("secure_delete", "ON")
        .row_buffer_size(ROWS)
        .statement_cache_capacity(200);
    let opened = |error: sqlx::Error| {
        Error::Address(format!(
            "the database file {} cannot be opened: {error}",
            file.display()
        ))
    };
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(options.wait)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(
            settings
                .clone()
                .pragma("cache_size", WRITER_CACHE)
                .create_if_missing(true),
        )
        .await
        .map_err(opened)?;
    let readers = SqlitePoolOptions::new()
        .max_connections(options.readers)
        .acquire_timeout(options.wait)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(settings.pragma("cache_size", READER_CACHE).read_only(true))
        .await
        .map_err(opened)?;
    Ok(Store::Sqlite {
        writer,
        readers,
        file: file.to_owned(),
    })
}

async fn open_postgres(url: &str, options: Options) -> Result<Store> {
    let settings = PgConnectOptions::from_str(url)
        .map_err(|_| Error::Address("database.url is not a PostgreSQL address".to_owned()))?
        .application_name("allclear")
        .options([("synchronous_commit", "on"), ("timezone", "UTC")])
        // Compiling a query costs a tenth of a second, and every query here is short.
        .options([("jit", "off")])
        // A server that knows nothing of a client's end keeps its locks; by default it asks after two hours.
        .options([
            ("tcp_keepalives_idle", "30"),
            ("tcp_keepalives_interval", "10"),
            ("tcp_keepalives_count", "3"),
        ])
        .options([(
            "idle_in_transaction_session_timeout",
            options.silence.as_millis().to_string(),
        )]);
    let pool = PgPoolOptions::new()
        .max_connections(options.connections)
        .acquire_timeout(options.wait)
        .connect_with(settings)
        .await
        .map_err(|error| Error::Unavailable(format!("PostgreSQL does not answer: {error}")))?;
    Ok(Store::Postgres(pool))
}
