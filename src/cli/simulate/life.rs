//! Knows one life of the process: a runtime of its own, which ends in the middle of whatever it does when it is killed.

use std::sync::Arc;

use chrono::TimeDelta;
use tokio::runtime::{Builder, Runtime};

use crate::clock::{Clock, Settable};
use crate::config::Settings;
use crate::crash::{Aim, CrashPlan, Point};
use crate::domain::time::Timestamp;
use crate::service::Service;
use crate::store::{Engine, Lane, Options, Store};
use crate::worker::{Courier, Look, Precedence};

/// What a process is started with.
#[derive(Debug, Clone)]
pub(super) struct Ground {
    pub(super) settings: Arc<Settings>,
    pub(super) url: String,
    pub(super) clock: Arc<Settable>,
}

/// Why something was not done.
#[derive(Debug)]
pub(super) enum End {
    /// The process was killed there.
    Died(Point),
    /// It could not be done at all.
    Broken(String),
}

/// A process.
pub(super) struct Life {
    crash: CrashPlan,
    instance: String,
    /// What runs, until it is killed.
    body: Option<Body>,
}

/// What a process holds while it runs.
struct Body {
    // Dropped in this order: what lives in the runtime before the runtime.
    urgent: Courier,
    routine: Courier,
    service: Arc<Service>,
    precedence: Arc<Precedence>,
    clock: Arc<Settable>,
    beat: Option<Timestamp>,
    runtime: Runtime,
}

impl std::fmt::Debug for Life {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Life")
            .field("instance", &self.instance)
            .finish_non_exhaustive()
    }
}

impl Life {
    /// Starts the process and takes over from the one before.
    pub(super) fn begin(ground: &Ground, aim: Aim, instance: String) -> Result<Self, End> {
        let broken = |error: &dyn std::fmt::Display| End::Broken(error.to_string());
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| broken(&error))?;
        let crash = CrashPlan::new(aim);
        let precedence = Arc::new(Precedence::default());
        let started = run(&runtime, &crash, async {
            let options = Options {
                readers: 2,
                connections: 6,
                ..Options::default()
            };
            let store = Store::connect_until(&ground.url, options, &crash).await?;
            let (settings, clock) = (ground.settings.clone(), ground.clock.clone());
            let service = Service::open_until(settings, store, clock, crash.clone()).await?;
            let alone = service.store.engine() == Engine::Sqlite;
            service.beat(&instance, None).await?;
            service.free_letters(alone).await?;
            service.retry_relay().await?;
            Ok::<_, crate::service::Error>(service)
        });
        let service = started?.map_err(|error| broken(&error))?;
        let courier = |lane| {
            let _inside = runtime.enter();
            let made = Courier::new(service.clone(), lane, &instance, precedence.clone());
            let made = made.map_err(|error| End::Broken(error.to_string()))?;
            made.ok_or_else(|| End::Broken("no mail server is set".to_owned()))
        };
        let body = Body {
            urgent: courier(Lane::Urgent)?,
            routine: courier(Lane::Routine)?,
            beat: Some(ground.clock.now()),
            clock: ground.clock.clone(),
            service,
            precedence,
            runtime,
        };
        Ok(Self {
            crash,
            instance,
            body: Some(body),
        })
    }

    /// Lets the process do something, unless it is killed meanwhile.
    pub(super) fn act<T, F: Future<Output = T>>(
        &mut self,
        work: impl FnOnce(Arc<Service>) -> F,
    ) -> Result<T, End> {
        let body = self.body.as_ref().ok_or_else(gone)?;
        let acted = run(&body.runtime, &self.crash, work(body.service.clone()));
        self.falls(acted)
    }

    /// Gives how often each point was passed.
    pub(super) fn passes(&self) -> std::collections::BTreeMap<Point, u32> {
        self.crash.passes()
    }

    /// Says that it lives, does what is due, delivers what can be delivered; gives when to come back.
    pub(super) fn work(&mut self) -> Result<Option<Timestamp>, End> {
        let body = self.body.as_mut().ok_or_else(gone)?;
        let worked = body.work(&self.crash, &self.instance);
        self.falls(worked)
    }

    /// Lets go of everything if it was killed, its connections first of all: a process beside it must not wait for what a
    /// dead one held.
    fn falls<T>(&mut self, done: Result<T, End>) -> Result<T, End> {
        if let Err(End::Died(_)) = &done {
            self.body = None;
        }
        done
    }

    /// Stops in good order.
    pub(super) fn end(self) {
        if let Some(body) = self.body {
            body.runtime.block_on(body.service.store.close());
        }
    }
}

fn gone() -> End {
    End::Broken("a process that was killed was asked for something".to_owned())
}

impl Body {
    fn work(&mut self, crash: &CrashPlan, instance: &str) -> Result<Option<Timestamp>, End> {
        let (service, clock) = (&self.service, &self.clock);
        let (urgent, routine, precedence) = (&mut self.urgent, &mut self.routine, &self.precedence);
        let beat = &mut self.beat;
        let worked = run(&self.runtime, crash, async {
            let now = clock.now();
            let passed = beat.map(|beat| now - beat);
            if passed.is_none_or(|passed| passed >= TimeDelta::seconds(10)) {
                service.beat(instance, passed).await?;
                service.free_letters(false).await?;
                *beat = Some(now);
            }
            loop {
                let (changed, outgoing) = (service.changed.rings(), service.outgoing.rings());
                let next = service.do_what_is_due(now).await?;
                let first = deliver(urgent).await?;
                precedence.rest(service.outgoing.rings());
                let second = deliver(routine).await?;
                let quiet = changed == service.changed.rings() && outgoing == service.outgoing.rings();
                if quiet && next.is_none_or(|next| next > now) {
                    let soonest = now + TimeDelta::milliseconds(1);
                    let wake = [next, first, second].into_iter().flatten().min();
                    return Ok::<_, crate::service::Error>(wake.map(|wake| wake.max(soonest)));
                }
            }
        });
        worked?.map_err(|error| End::Broken(error.to_string()))
    }
}

/// Sends what can be sent; gives when there is more.
async fn deliver(courier: &mut Courier) -> crate::service::Result<Option<Timestamp>> {
    loop {
        if let Look::Nothing(next) = courier.pass().await? {
            return Ok(next);
        }
    }
}

/// Runs some work to its end, or until the process is killed; then nothing of it goes on.
fn run<T>(runtime: &Runtime, crash: &CrashPlan, work: impl Future<Output = T>) -> Result<T, End> {
    runtime.block_on(async {
        tokio::select! {
            biased;
            point = crash.struck() => Err(End::Died(point)),
            done = work => Ok(done),
        }
    })
}
