//! Knows how a test gets a database of its own, and how it goes again.

use std::path::PathBuf;

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

/// The variable that names the PostgreSQL server of the tests.
const SERVER: &str = "ALLCLEAR_TEST_POSTGRES";

/// A database that nobody else uses.
#[derive(Debug)]
pub enum Fresh {
    /// A file in a folder of its own.
    Sqlite { folder: PathBuf, url: String },
    /// A database of the server of the tests.
    Postgres {
        name: String,
        server: String,
        url: String,
    },
}

impl Fresh {
    /// Gives its address, as `database.url` has it.
    pub fn url(&self) -> &str {
        match self {
            Self::Sqlite { url, .. } | Self::Postgres { url, .. } => url,
        }
    }

    /// Gives a folder for what lies beside the database, such as its key; the same after a restart.
    pub fn folder(&self) -> PathBuf {
        match self {
            Self::Sqlite { folder, .. } => folder.clone(),
            Self::Postgres { name, .. } => {
                let folder = std::env::temp_dir().join(name);
                std::fs::create_dir_all(&folder).unwrap();
                folder
            }
        }
    }

    /// Tells whether it is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres { .. })
    }

    /// Removes it, with all connections to it; one that cannot be removed goes with its server or its folder.
    pub async fn remove(&self) {
        match self {
            Self::Sqlite { folder, .. } => {
                let _ = std::fs::remove_dir_all(folder);
            }
            Self::Postgres { name, server, .. } => {
                let _ = std::fs::remove_dir_all(self.folder());
                let _ = run(server, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            }
        }
    }
}

/// Makes a folder with the address of an SQLite database that is not there yet.
pub fn fresh_sqlite() -> Fresh {
    let folder = tempfile::Builder::new()
        .prefix("allclear-test-")
        .tempdir()
        .unwrap()
        .keep();
    let url = format!("sqlite:{}/allclear.db", folder.display());
    Fresh::Sqlite { folder, url }
}

/// Makes an empty database on the server of the tests.
///
/// # Panics
///
/// When there is no server: a test that was not run on PostgreSQL has not passed on it.
pub async fn fresh_postgres() -> Fresh {
    let server = std::env::var(SERVER).unwrap_or_else(|_| {
        panic!(
            "{SERVER} is not set, so nothing was tested on PostgreSQL: run tests/run, which starts a server"
        )
    });
    let name = format!("allclear_test_{}", Uuid::new_v4().simple());
    run(&server, format!("CREATE DATABASE {name}"))
        .await
        .unwrap_or_else(|e| panic!("the server that {SERVER} names gave no database: {e}"));
    let (before, query) = server.split_once('?').unwrap_or((&server, ""));
    let (host, _) = before
        .rsplit_once('/')
        .expect("the address ends with the name of a database");
    let query = if query.is_empty() {
        String::new()
    } else {
        format!("?{query}")
    };
    let url = format!("{host}/{name}{query}");
    Fresh::Postgres { name, server, url }
}

/// Runs one statement on the server, outside every test's own database.
async fn run(server: &str, statement: String) -> sqlx::Result<()> {
    let mut connection = PgConnection::connect(server).await?;
    #[expect(
        clippy::disallowed_methods,
        reason = "the name of a database cannot be a parameter; it is made above"
    )]
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .execute(&mut connection)
        .await?;
    connection.close().await
}
