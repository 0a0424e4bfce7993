//! Knows who may use a database: the one server of an SQLite file, the instances of a PostgreSQL database, or nobody but
//! whoever changes what they must not find changed.

use std::fs::File;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, PgPool};
use tokio::task::JoinHandle;

use super::{Error, Result, Store};

/// By what number PostgreSQL knows the lock, in each database; it spells "allclear".
const NUMBER: i64 = 0x616c_6c63_6c65_6172;

/// How often an instance looks whether PostgreSQL still knows of it.
const LOOK: Duration = Duration::from_secs(20);

/// Held while a database is used; let go by the operating system, or by PostgreSQL, when the process ends.
#[derive(Debug)]
#[expect(dead_code, reason = "held, never read")]
pub struct Lock(Held);

#[derive(Debug)]
#[expect(dead_code, reason = "held, never read")]
enum Held {
    File(File),
    Session(Box<PgConnection>),
    Kept(Keeper),
}

/// A task that ends with this.
#[derive(Debug)]
struct Keeper(JoinHandle<()>);

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Lock {
    /// Takes a database into use as a server: an SQLite file has one, a PostgreSQL database as many as there are.
    ///
    /// # Errors
    /// [`Error::Locked`] when somebody must be alone with it.
    pub async fn serve(store: &Store) -> Result<Self> {
        let Store::Postgres(pool) = store else {
            return Self::alone(store).await;
        };
        let options = options(pool);
        let held = shared(&options).await?;
        let held = held.ok_or_else(|| Error::Locked("PostgreSQL".to_owned()))?;
        Ok(Self(Held::Kept(Keeper(tokio::spawn(keep(options, held))))))
    }

    /// Takes a database for this process alone.
    ///
    /// # Errors
    /// [`Error::Locked`] when a server uses it.
    pub async fn alone(store: &Store) -> Result<Self> {
        let file = match store {
            Store::Sqlite { file, .. } => file,
            Store::Postgres(pool) => {
                let mut session = options(pool).connect().await?;
                let is_free: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
                    .bind(NUMBER)
                    .fetch_one(&mut session)
                    .await?;
                return match is_free {
                    true => Ok(Self(Held::Session(Box::new(session)))),
                    false => Err(Error::Locked("PostgreSQL".to_owned())),
                };
            }
        };
        let path = file.with_extension("lock");
        let place = path.display().to_string();
        let lock = File::create(&path).map_err(|error| Error::Address(format!("{place}: {error}")))?;
        lock.try_lock().map_err(|_| Error::Locked(place))?;
        Ok(Self(Held::File(lock)))
    }
}

fn options(pool: &PgPool) -> PgConnectOptions {
    pool.connect_options().as_ref().clone()
}

/// Takes the lock that instances share; none: somebody is alone with the database.
async fn shared(options: &PgConnectOptions) -> Result<Option<PgConnection>> {
    let mut session = options.connect().await?;
    let is_free: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock_shared($1)")
        .bind(NUMBER)
        .fetch_one(&mut session)
        .await?;
    Ok(is_free.then_some(session))
}

/// Keeps the lock when PostgreSQL is started anew or the connection breaks.
async fn keep(options: PgConnectOptions, held: PgConnection) {
    let mut held = Some(held);
    loop {
        tokio::time::sleep(LOOK).await;
        held = match held {
            Some(mut session) => session.ping().await.is_ok().then_some(session),
            None => shared(&options).await.ok().flatten(),
        };
    }
}
