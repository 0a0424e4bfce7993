//! Knows connections and transactions, and expands one SQL text for both engines.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Sqlite};

use super::{Engine, Result, measure};

/// A connection of either engine. Reads are methods of it.
#[derive(Debug)]
pub enum Conn {
    /// Of the embedded database.
    Sqlite(PoolConnection<Sqlite>),
    /// Of a PostgreSQL server.
    Postgres(PoolConnection<Postgres>),
}

impl Conn {
    /// Gives itself for one statement, also from behind a transaction.
    pub(crate) fn both(&mut self) -> &mut Self {
        measure::count();
        self
    }

    /// Tells which engine it is of.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

/// Expands a body once for each engine, with the connection under the given name.
///
/// `on!(self, c => sqlx::query("…").bind(1_i64).execute(c).await)`
macro_rules! on {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn.both() {
            $crate::store::Conn::Sqlite(pooled) => {
                let $c = &mut **pooled;
                $body
            }
            $crate::store::Conn::Postgres(pooled) => {
                let $c = &mut **pooled;
                $body
            }
        }
    };
}
pub(crate) use on;

/// A transaction; writes are methods of it, and so are the reads of [`Conn`].
///
/// What is not committed is undone. A transaction that is dropped in the middle (an error, a cancelled task)
/// closes its connection, since a connection in doubt must not go back to the pool.
#[derive(Debug)]
pub struct Tx {
    conn: Conn,
    open: bool,
}

impl Tx {
    pub(super) async fn begin(conn: Conn) -> Result<Self> {
        // Marked open before BEGIN is sent: a cancelled BEGIN closes the connection too.
        let mut tx = Self { conn, open: true };
        match &mut tx.conn {
            // IMMEDIATE: a deferred transaction that reads and then writes fails whatever the busy timeout.
            Conn::Sqlite(c) => sqlx::query("BEGIN IMMEDIATE").execute(&mut **c).await.map(|_| ()),
            Conn::Postgres(c) => sqlx::query("BEGIN").execute(&mut **c).await.map(|_| ()),
        }?;
        Ok(tx)
    }

    /// Makes everything durable.
    ///
    /// # Errors
    /// When the database does not confirm; then nothing may be said to be stored.
    pub async fn commit(mut self) -> Result<()> {
        measure::hold().await;
        on!(self.conn, c => sqlx::query("COMMIT").execute(c).await.map(|_| ()))?;
        self.open = false;
        Ok(())
    }

    /// Undoes everything and keeps the connection.
    ///
    /// # Errors
    /// When the database does not answer; the connection is closed then.
    pub async fn rollback(mut self) -> Result<()> {
        on!(self.conn, c => sqlx::query("ROLLBACK").execute(c).await.map(|_| ()))?;
        self.open = false;
        Ok(())
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if self.open {
            match &mut self.conn {
                Conn::Sqlite(c) => c.close_on_drop(),
                Conn::Postgres(c) => c.close_on_drop(),
            }
        }
    }
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}
