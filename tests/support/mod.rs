//! What the tests share: databases of their own, servers to talk to and people to act as.

#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    unreachable_pub,
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "every test binary compiles this folder and uses its own part of it; a test ends by panicking"
)]

pub mod day;
pub mod house;
pub mod kinds;
pub mod load;
pub mod office;
pub mod outline;
pub mod post;
pub mod postgres;
pub mod reports;
pub mod site;
pub mod smtp;

pub use day::{Day, SMALL};
pub use house::{House, local, table};
pub use kinds::kind_of;
pub use outline::outline;
pub use post::Post;
pub use postgres::{Fresh, fresh_postgres, fresh_sqlite};
pub use reports::{caller, incident, ms, urgent};
pub use site::{Answer, Browser, Site};

/// Defines one test for each database: `name::sqlite` and `name::postgres`.
///
/// The body is a closure of a [`Fresh`] database that gives a future; the database goes when the test ends.
///
/// ```ignore
/// on_both!(a_report_is_kept, |db| async move {
///     let store = open(db.url()).await;
/// });
/// ```
macro_rules! on_both {
    ($(#[$meta:meta])* $name:ident, $test:expr) => {
        mod $name {
            #[allow(unused_imports, clippy::allow_attributes, reason = "a test may need no names from outside")]
            use super::*;

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                $crate::support::on($crate::support::fresh_sqlite(), $test).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                $crate::support::on($crate::support::fresh_postgres().await, $test).await;
            }
        }
    };
}

pub(crate) use on_both;

/// Runs a test on a database that is kept until the test has ended.
pub async fn on<F, T>(db: Fresh, test: F)
where
    F: FnOnce(&'static Fresh) -> T,
    T: Future<Output = ()> + Send + 'static,
{
    // Leaked, so that a test may spawn tasks that hold the database; a test process is short.
    let db: &'static Fresh = Box::leak(Box::new(db));
    // In a task of its own, so that a test that panics still ends here.
    let ended = tokio::spawn(test(db)).await;
    db.remove().await;
    if let Err(e) = ended {
        std::panic::resume_unwind(e.into_panic());
    }
}
