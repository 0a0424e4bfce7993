//! Map of `worker`: what the service does without being asked. It wakes deeds; what is due stands in the database.
//!
//! | file | knows |
//! |---|---|
//! | `task` | how work survives a panic and ends in time |
//! | `engine` | calling the tick when something is due |
//! | `alarm` | the alarm clock, which only wakes the engine |
//! | `courier` | carrying one lane's letters to the mail server |
//! | `pace` | how many letters are taken in hand at a time |
//! | `precedence` | that no letter goes before an urgent one |
//! | `sign` | the sign of life that an outside monitor is sent |
//! | `upkeep` | the sign of life, what is past its time, letters of instances that died, the write-ahead log |

mod alarm;
mod courier;
mod engine;
mod pace;
mod precedence;
mod sign;
mod task;
mod upkeep;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

pub use courier::{Courier, Look};
pub use precedence::Precedence;
pub use upkeep::keep_log;

use crate::service::Service;
use crate::store::{Engine, Lane};
use task::Tasks;

/// Works until it is told to stop, and then as long as `web.stop_timeout` allows.
///
/// Every part survives a panic in it: that is logged, and the part begins again.
pub async fn run(service: Arc<Service>, stop: CancellationToken) {
    let instance = uuid::Uuid::new_v4().to_string();
    if let Err(error) = begin(&service, &instance).await {
        tracing::warn!(%error, "the database did not answer at the start");
    }
    let mut tasks = Tasks::new(stop.clone());
    let bell = Arc::new(tokio::sync::Notify::new());
    {
        let (service, instance, bell) = (service.clone(), instance.clone(), bell.clone());
        tasks.keep("engine", move |stop| {
            engine::run(service.clone(), instance.clone(), bell.clone(), stop)
        });
    }
    tasks.keep("alarm", move |stop| alarm::run(bell.clone(), stop));
    {
        let (service, instance) = (service.clone(), instance.clone());
        tasks.keep("heartbeat", move |stop| {
            upkeep::beat(service.clone(), instance.clone(), stop)
        });
    }
    {
        let service = service.clone();
        tasks.keep("upkeep", move |stop| upkeep::keep_house(service.clone(), stop));
    }
    if service.settings.heartbeat.url.is_some() {
        let service = service.clone();
        tasks.keep("outside monitor", move |stop| sign::run(service.clone(), stop));
    }
    if service.store.engine() == Engine::Sqlite {
        let service = service.clone();
        tasks.keep("checkpoint", move |stop| keep_log(service.clone(), stop));
    }
    deliver(&service, &instance, &mut tasks);
    stop.cancelled().await;
    tasks.end(service.settings.web.stop_timeout.duration()).await;
}

/// Says that this instance lives, which also finds outages, and takes over from one that died.
async fn begin(service: &Service, instance: &str) -> crate::service::Result<()> {
    service.beat(instance, None).await?;
    // One server alone holds an SQLite database, so whoever had letters in hand is gone.
    service
        .free_letters(service.store.engine() == Engine::Sqlite)
        .await?;
    service.retry_relay().await
}

fn deliver(service: &Arc<Service>, instance: &str, tasks: &mut Tasks) {
    let precedence = Arc::new(Precedence::default());
    for lane in [Lane::Urgent, Lane::Routine] {
        match Courier::new(service.clone(), lane, instance, precedence.clone()) {
            Ok(Some(_)) => {}
            Ok(None) => {
                tracing::warn!("mail.host is not set: letters stay in the outbox");
                return;
            }
            Err(error) => {
                tracing::error!(%error, "letters stay in the outbox: {error}");
                return;
            }
        }
        let name = match lane {
            Lane::Urgent => "urgent delivery",
            Lane::Routine => "routine delivery",
        };
        let (service, instance, precedence) = (service.clone(), instance.to_owned(), precedence.clone());
        tasks.keep(name, move |stop| {
            courier::run(service.clone(), lane, instance.clone(), precedence.clone(), stop)
        });
    }
}
