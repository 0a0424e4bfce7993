//! Measures letters: how many leave a second, how long 40 take through a slow relay, and urgent ones under load.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::child::{Child, begin_load, first_line, ready};
use super::figure::{Found, median};
use super::load::Load;
use super::place::{LEADER, Place};
use super::rates::{CHECK_INS, MOST, Stage, TURNS};
use super::wire::{Wire, head, request};
use super::world::{Window, World};
use super::{Plan, broken};
use crate::cli::context::clock;
use crate::cli::fail::Fail;
use crate::domain::ladder::{Audience, Ladder, Step};
use crate::mail::manner::{Answer, Manner, Moment};
use crate::mail::{Mailbox, Sink};

/// More letters than leave in a second.
const MOST_LETTERS: f64 = 4000.0;
/// How many letters the slow relay gets, and how long it takes for one.
const SLOW: (usize, Duration) = (40, Duration::from_secs(1));
/// How many urgent reports a turn has.
const URGENT: usize = 5;
/// How long a letter may take to come.
const PATIENCE: Duration = Duration::from_secs(120);

/// A mail server that takes so long for a letter, and tells when it said 250.
#[derive(Debug)]
struct Taker {
    takes: Duration,
    taken: mpsc::UnboundedSender<(String, Instant)>,
}

impl Manner for Taker {
    fn answer(&self, moment: Moment<'_>) -> Answer {
        let Moment::Letter(to, _) = moment else {
            return Answer::Usual;
        };
        let (to, at) = (
            to.first().cloned().unwrap_or_default(),
            Instant::now() + self.takes,
        );
        // Whoever measured may have gone.
        let _ = self.taken.send((to, at));
        Answer::After(self.takes, "250 received".to_owned())
    }
}

/// The mail server, and the letters as it took them.
struct Relay {
    sink: Sink,
    taken: mpsc::UnboundedReceiver<(String, Instant)>,
}

impl Relay {
    async fn start(takes: Duration) -> Result<Self, Fail> {
        let (sender, taken) = mpsc::unbounded_channel();
        let manner = Arc::new(Taker { takes, taken: sender });
        let sink = Sink::start_with(0, Mailbox::new(1), manner)
            .await
            .map_err(broken)?;
        Ok(Self { sink, taken })
    }

    fn port(&self) -> u16 {
        self.sink.address().port()
    }

    /// Waits for the next letter.
    async fn next(&mut self) -> Result<(String, Instant), Fail> {
        let next = tokio::time::timeout(PATIENCE, self.taken.recv()).await;
        next.ok().flatten().ok_or_else(|| broken("a letter did not come"))
    }

    /// Waits for the next letter to the leader.
    async fn next_to_leader(&mut self) -> Result<Instant, Fail> {
        loop {
            let (to, at) = self.next().await?;
            if to == LEADER {
                return Ok(at);
            }
        }
    }
}

/// Sends urgent reports on a connection of its own.
struct Caller {
    wire: Wire,
    head: String,
    unit: i64,
}

impl Caller {
    /// Reports something urgent; gives when it was sent.
    async fn call(&mut self) -> Result<Instant, Fail> {
        let (mut bytes, unit) = (Vec::new(), self.unit);
        self.unit -= 1;
        let body = format!(
            "{{\"unit\":{unit},\"kind\":\"incident\",\"incident\":{{\"class\":\"landslide\",\"place\":\"Gauge {unit}\",\
             \"what\":\"The slope above the road moves.\",\"measures\":\"The road is closed.\",\"urgent\":true}}}}"
        );
        request(&mut bytes, &self.head, &body);
        let sent = Instant::now();
        let answer = self.wire.ask(&bytes).await.map_err(broken)?;
        match answer.status {
            201 => Ok(sent),
            status => {
                let words = String::from_utf8_lossy(self.wire.body(&answer)).into_owned();
                Err(broken(format!("{status} {words}")))
            }
        }
    }
}

/// Sets the time from request to 250 under load against that without.
pub(super) async fn urgent(plan: &Plan, found: &mut Found) -> Result<(), Fail> {
    let mut relay = Relay::start(Duration::ZERO).await?;
    let slice = (plan.seconds / TURNS as f64).max(0.5);
    let villages = 2000.0 + MOST * (slice + 1.0) * TURNS as f64;
    let mut stage = Stage::set(plan, villages, Some(relay.port()), &[]).await?;
    ready(stage.doors.main).await?;
    let mut caller = Caller {
        wire: Wire::connect(stage.doors.main).await.map_err(broken)?,
        head: head(CHECK_INS, &stage.jobs.token),
        // The last villages: the load does not come so far.
        unit: stage.last_unit()?,
    };
    calls(&mut caller, &mut relay, Duration::from_millis(20)).await?; // Warm after that.
    let pause = Duration::from_secs_f64(slice / (URGENT + 1) as f64);
    let mut ratios = Vec::new();
    for _ in 0..TURNS {
        let without = calls(&mut caller, &mut relay, pause).await?;
        let mut task = stage.task(slice + 0.5);
        task.from = stage.next;
        let mut load = begin_load(&stage.jobs, task)?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let under = calls(&mut caller, &mut relay, pause).await?;
        let load: Load = first_line(&mut load).await?;
        load.rate()?;
        stage.next = load.next;
        ratios.push(under / without);
    }
    stage.end().await?;
    found.urgent_ratio = median(ratios);
    Ok(())
}

/// Makes some urgent reports one after the other; gives the median of their seconds.
async fn calls(caller: &mut Caller, relay: &mut Relay, pause: Duration) -> Result<f64, Fail> {
    let mut took = Vec::with_capacity(URGENT);
    for _ in 0..URGENT {
        tokio::time::sleep(pause).await;
        let sent = caller.call().await?;
        took.push((relay.next_to_leader().await? - sent).as_secs_f64());
    }
    median(took).ok_or_else(|| broken("nothing was measured"))
}

/// A ladder with one step: at the deadline, to one post of each village.
fn one_step() -> Result<Ladder, Fail> {
    let step = Step {
        offset: TimeDelta::zero(),
        audience: Audience::Backup,
    };
    Ladder::new(vec![step]).map_err(broken)
}

/// Measures how many letters of a deadline leave a second, by one connection to a mail server on this machine.
pub(super) async fn letters(plan: &Plan, found: &mut Found) -> Result<(), Fail> {
    let mut relay = Relay::start(Duration::ZERO).await?;
    let place = Place::new(plan, Some(relay.port())).await?;
    let window = Window::due_in(TimeDelta::minutes(-1));
    let count = ((MOST_LETTERS * plan.seconds) as usize).max(200);
    let world = World::grow(&place, count, window).await?;
    world.declare(window, Some(one_step()?)).await?;
    world.tick_at(window.opens).await?;
    world.tick_at(window.due).await?;
    world.end().await;
    let (server, _) = Child::server(&place, &[]).await?;
    // The first tenth is for warming up.
    let cold = count / 10;
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        times.push(relay.next().await?.1);
    }
    drop(server);
    place.end().await?;
    if let (Some(begin), Some(end)) = (times.get(cold), times.last()) {
        let rate = (count - cold - 1) as f64 / (*end - *begin).as_secs_f64();
        found.letters_per_s = Some(rate).filter(|rate| rate.is_finite());
    }
    Ok(())
}

/// Measures how long the letters of a deadline take through a relay that takes a second each, and an urgent one
/// in between.
pub(super) async fn slow_relay(plan: &Plan, found: &mut Found) -> Result<(), Fail> {
    let mut relay = Relay::start(SLOW.1).await?;
    let place = Place::new(plan, Some(relay.port())).await?;
    let window = Window::due_in(TimeDelta::seconds(8));
    let world = World::grow(&place, SLOW.0, window).await?;
    world.declare(window, Some(one_step()?)).await?;
    world.tick_at(window.opens).await?;
    let unit = world.villages.last().map_or(0, |id| id.0);
    let jobs = world.jobs(1).await?;
    world.end().await;
    let (server, doors) = Child::server(&place, &[]).await?;
    ready(doors.main).await?;
    let until_due = (window.due - clock().now()).to_std();
    let due = Instant::now() + until_due.map_err(|_| broken("the machine is too slow to prepare in time"))?;
    tokio::time::sleep_until(due + SLOW.1 * 10).await;
    let mut caller = Caller {
        wire: Wire::connect(doors.main).await.map_err(broken)?,
        head: head(CHECK_INS, &jobs.token),
        unit,
    };
    let sent = caller.call().await?;
    let (mut last, mut urgent) = (due, None);
    for _ in 0..=SLOW.0 {
        match relay.next().await? {
            (to, at) if to == LEADER => urgent = Some((at - sent).as_secs_f64()),
            (_, at) => last = last.max(at),
        }
    }
    drop(server);
    place.end().await?;
    found.slow_relay_s = Some((last - due).as_secs_f64());
    found.slow_relay_urgent_s = urgent;
    Ok(())
}

impl Stage {
    /// Gives the last village that owes a report.
    fn last_unit(&self) -> Result<i64, Fail> {
        let owed = std::fs::read_to_string(self.jobs.owed()).map_err(broken)?;
        let last = owed.lines().last().and_then(|line| line.split_once(' '));
        let unit = last.and_then(|(unit, _)| unit.parse().ok());
        unit.ok_or_else(|| broken("nothing is owed"))
    }
}
