//! Calls the tick when something is due, when a deed changed what is due, and when the alarm rings.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::task::rest;
use crate::service::{LONGEST_SLEEP, Service};

/// How long to wait after a tick that failed.
const AGAIN: Duration = Duration::from_secs(1);

/// How often the tick is recorded, however often it is called.
const RECORD: Duration = Duration::from_secs(5);

pub(super) async fn run(
    service: Arc<Service>,
    instance: String,
    alarm: Arc<Notify>,
    stop: CancellationToken,
) {
    let mut recorded: Option<Instant> = None;
    while !stop.is_cancelled() {
        let rings = service.changed.rings();
        match service.tick().await {
            Ok(next) => {
                record(&service, &instance, &mut recorded).await;
                let span = (next - service.now()).min(LONGEST_SLEEP);
                tokio::select! {
                    () = rest(span.to_std().unwrap_or_default(), &stop) => {}
                    () = service.changed.rung(rings) => {}
                    () = alarm.notified() => {}
                }
            }
            Err(error) => {
                tracing::error!(%error, "the tick failed: {error}");
                rest(AGAIN, &stop).await;
            }
        }
    }
}

async fn record(service: &Service, instance: &str, recorded: &mut Option<Instant>) {
    if recorded.is_some_and(|at| at.elapsed() <= RECORD) {
        return;
    }
    match service.ticked(instance).await {
        Ok(()) => *recorded = Some(Instant::now()),
        Err(error) => tracing::warn!(%error, "the tick was not recorded: {error}"),
    }
}
