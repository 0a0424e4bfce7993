//! Knows what can go wrong in the database, in this service's own terms.

/// What a store method answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot answer now (stopped, busy, disk full, no connection free); the same call may work later.
    #[error("the database cannot answer now: {0}")]
    Unavailable(String),
    /// A rule of the tables refused a row: PostgreSQL's name of the constraint, or SQLite's `table.column`.
    #[error("the database refused the row: {0}")]
    Constraint(String),
    /// A stored value is not what it must be.
    #[error("{table}.{column} of row {row} holds {value:?}, which cannot be read")]
    Broken {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: i64,
        /// What it holds.
        value: String,
    },
    /// The tables are of a newer version of the service.
    #[error(
        "the database was written by a newer version of allclear; start that version, or restore an older backup"
    )]
    NewerSchema,
    /// The address of the database cannot be understood or opened.
    #[error("{0}")]
    Address(String),
    /// Another server holds this database.
    #[error("another allclear already serves this database ({0}); stop it first")]
    Locked(String),
    /// Anything else; for the log, never for a page.
    #[error("the database failed: {0}")]
    Other(String),
}

impl Error {
    /// Tells whether the same call may work later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Tells whether a named constraint refused the row; `column` is how SQLite names it.
    pub fn is_constraint(&self, name: &str, column: &str) -> bool {
        matches!(self, Self::Constraint(found) if found == name || found.contains(column))
    }

    /// Makes the error of a stored value that cannot be read.
    pub fn broken(table: &'static str, column: &'static str, row: i64, value: impl ToString) -> Self {
        Self::Broken {
            table,
            column,
            row,
            value: value.to_string(),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Io(_)
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Tls(_) => Self::Unavailable(error.to_string()),
            sqlx::Error::Database(refused) => of_engine(refused.as_ref()),
            _ => Self::Other(error.to_string()),
        }
    }
}

fn of_engine(refused: &dyn sqlx::error::DatabaseError) -> Error {
    let words = refused.message().to_owned();
    if refused.is_unique_violation() || refused.is_foreign_key_violation() || refused.is_check_violation() {
        return Error::Constraint(refused.constraint().map_or(words, str::to_owned));
    }
    let code = refused.code().map(|c| c.into_owned()).unwrap_or_default();
    if passes(&code) {
        Error::Unavailable(words)
    } else {
        Error::Other(format!("{code} {words}"))
    }
}

/// Tells whether an engine's code stands for a state that passes.
///
/// SQLite (result code, extended in the upper bytes): 5 busy, 6 locked, 8 read-only, 10 I/O, 13 full, 14 cannot open.
/// PostgreSQL (class): 08 connection, 25006 read-only, 40 conflict, 53 resources, 55P03 lock, 57 operator, 58 system.
fn passes(code: &str) -> bool {
    if code.len() == 5 {
        return ["08", "40", "53", "57", "58"]
            .iter()
            .any(|class| code.starts_with(class))
            || code == "55P03"
            || code == "25006";
    }
    code.parse::<i64>()
        .is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14))
}

#[cfg(test)]
mod tests {
    use super::passes;

    #[test]
    fn a_full_disk_a_busy_database_and_a_stopped_server_pass() {
        for code in [
            "5", "517", "10", "778", "1034", "13", "08006", "57P01", "40001", "53300",
        ] {
            assert!(passes(code), "{code}");
        }
    }

    #[test]
    fn a_wrong_statement_does_not_pass() {
        for code in ["1", "42601", "42P01", "22P02", ""] {
            assert!(!passes(code), "{code}");
        }
    }
}
