//! Knows the alarm clock: it wakes the engine now and then, and nothing depends on it.
//!
//! tokio-cron-scheduler stops repeating a job after a stall and reads the wall clock. So it only ever wakes a loop
//! that would wake by itself within a minute, and reads what is due from the database.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;

/// At each tenth second, in UTC.
const WHEN: &str = "*/10 * * * * *";

pub(super) async fn run(bell: Arc<Notify>, stop: CancellationToken) {
    let set = set(bell).await;
    if let Err(error) = &set {
        tracing::warn!(%error, "the alarm clock cannot be set; the engine wakes by itself");
    }
    stop.cancelled().await;
    if let Ok(mut clock) = set {
        let _ = clock.shutdown().await;
    }
}

async fn set(bell: Arc<Notify>) -> Result<JobScheduler, JobSchedulerError> {
    let clock = JobScheduler::new().await?;
    let ring = move |_, _| -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        let bell = bell.clone();
        Box::pin(async move { bell.notify_one() })
    };
    clock.add(Job::new_async(WHEN, ring)?).await?;
    clock.start().await?;
    Ok(clock)
}
