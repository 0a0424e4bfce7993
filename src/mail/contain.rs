//! Knows how to keep a panic to the work in which it happens.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// Tells that the work panicked, and with what words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("panicked: {0}")]
pub struct Panicked(pub String);

/// Runs work and turns a panic in it into an error; the work is gone, and nothing else is touched.
///
/// What the work borrowed mutably must be good after a panic at any of its awaits; a [`super::Client`] is.
pub async fn contain<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut work = pin!(work);
    poll_fn(
        |cx| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
            Ok(polled) => polled.map(Ok),
            Err(payload) => Poll::Ready(Err(Panicked(words(payload.as_ref())))),
        },
    )
    .await
}

fn words(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    text.or(owned).unwrap_or("no words").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_to_its_caller_only() {
        assert_eq!(contain(async { 1 }).await, Ok(1));
        let broken = contain(async {
            tokio::task::yield_now().await;
            panic!("a line break in a name");
        });
        assert_eq!(
            broken.await,
            Err::<(), _>(Panicked("a line break in a name".to_owned()))
        );
    }
}
