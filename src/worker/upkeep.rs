//! Says that the service lives, frees what instances that died had in hand, and keeps the write-ahead log short.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::task::rest;
use crate::service::Service;

/// How often the service says that it lives.
const BEAT: Duration = Duration::from_secs(10);

/// When what is past its time is taken away for the first time after a start, and how often from then on.
const FIRST: Duration = Duration::from_mins(10);
const DAILY: Duration = Duration::from_hours(24);

/// How often the write-ahead log is written back.
const CHECKPOINT: Duration = Duration::from_millis(250);

pub(super) async fn beat(service: Arc<Service>, instance: String, stop: CancellationToken) {
    let mut last: Option<Instant> = None;
    while !stop.is_cancelled() {
        let passed = last.and_then(|last| TimeDelta::from_std(last.elapsed()).ok());
        match service.beat(&instance, passed).await {
            Ok(()) => last = Some(Instant::now()),
            Err(error) => tracing::error!(%error, "the sign of life was not saved: {error}"),
        }
        if let Err(error) = service.free_letters(false).await {
            tracing::error!(%error, "letters in lost hands were not freed: {error}");
        }
        rest(BEAT, &stop).await;
    }
}

/// Writes SQLite's log back from a connection of its own, so that no commit of the writer has to.
pub async fn keep_log(service: Arc<Service>, stop: CancellationToken) {
    let mut keeper = None;
    while !stop.is_cancelled() {
        if keeper.is_none() {
            match service.store.log_keeper().await {
                Ok(open) => keeper = open,
                Err(error) => tracing::warn!(%error, "the write-ahead log cannot be kept short: {error}"),
            }
        }
        if let Some(open) = &mut keeper
            && let Err(error) = open.write_back().await
        {
            tracing::warn!(%error, "the write-ahead log was not written back: {error}");
            keeper = None;
        }
        rest(CHECKPOINT, &stop).await;
    }
}

/// Takes away what is past its time, once a day.
pub(super) async fn keep_house(service: Arc<Service>, stop: CancellationToken) {
    rest(FIRST, &stop).await;
    while !stop.is_cancelled() {
        match service.keep_house().await {
            Ok(gone) => {
                let gone: u64 = gone.iter().map(|old| old.count).sum();
                tracing::info!(gone, "{gone} things past their time were taken away");
            }
            Err(error) => tracing::error!(%error, "what is past its time was not taken away: {error}"),
        }
        rest(DAILY, &stop).await;
    }
}
