//! Ends the body of a request that does not arrive in time, so that whoever reads it does not wait for ever.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::Sleep;

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// A body that fails once its time is over.
#[derive(Debug)]
pub(super) struct Deadline {
    body: Incoming,
    over: Pin<Box<Sleep>>,
}

impl Deadline {
    /// Gives a body so much time from now.
    pub(super) fn new(body: Incoming, patience: Duration) -> Self {
        let over = Box::pin(tokio::time::sleep(patience));
        Self { body, over }
    }
}

impl Body for Deadline {
    type Data = Bytes;
    type Error = Fault;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Fault>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            return Poll::Ready(frame.map(|frame| frame.map_err(Fault::from)));
        }
        match this.over.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Some(Err("the body did not arrive in time".into()))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
