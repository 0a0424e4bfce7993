//! Measures how many reports are taken a second: against an echo, one by one, and with slow commits.

use chrono::TimeDelta;

use super::Plan;
use super::child::{Child, Task, load};
use super::figure::{Figure, Found, median};
use super::place::Place;
use super::server::{Doors, ECHO};
use super::world::{Jobs, Window, World};
use crate::cli::fail::Fail;

/// The figures of [`compare`].
pub(super) const FIGURES: [Figure; 3] = [Figure::Echo, Figure::Durable, Figure::OneByOne];
/// Where reports are sent.
pub(super) const CHECK_INS: &str = "/api/v1/check-ins";
/// How many connections are kept.
pub(super) const CONNECTIONS: usize = 256;
/// How many turns compared things take.
pub(super) const TURNS: usize = 5;
/// More reports than are taken in a second, so that the day does not run out.
pub(super) const MOST: f64 = 40_000.0;
/// More than are taken one by one.
const MOST_SINGLE: f64 = 12_000.0;
/// The rate at which waiting is measured.
const STEADY: f64 = 2000.0;

/// A server under load: its world, its doors, how far the reports have come.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) place: Place,
    pub(super) jobs: Jobs,
    pub(super) server: Child,
    pub(super) doors: Doors,
    pub(super) next: usize,
}

impl Stage {
    /// Opens a round for so many villages and starts a server over it.
    pub(super) async fn set(
        plan: &Plan,
        villages: f64,
        relay: Option<u16>,
        flags: &[&str],
    ) -> Result<Self, Fail> {
        let place = Place::new(plan, relay).await?;
        let window = Window::due_in(TimeDelta::hours(4));
        let world = World::grow(&place, (villages as usize).max(1000), window).await?;
        world.declare(window, None).await?;
        world.tick_at(window.opens).await?;
        let jobs = world.jobs(CONNECTIONS).await?;
        world.end().await;
        let (server, doors) = Child::server(&place, flags).await?;
        Ok(Self {
            place,
            jobs,
            server,
            doors,
            next: 0,
        })
    }

    /// Sends reports for a while; gives them by wall time and by CPU time of the server.
    pub(super) async fn slice(&mut self, mut task: Task<'_>) -> Result<Slice, Fail> {
        task.from = self.next;
        let before = self.server.cpu()?;
        let load = load(&self.jobs, task).await?;
        let cpu = (self.server.cpu()? - before).as_secs_f64();
        if task.path == CHECK_INS {
            self.next = load.next;
        }
        Ok(Slice {
            per_s: load.rate()?,
            per_cpu_s: load.good as f64 / cpu,
            p99_ms: load.p99_ms,
        })
    }

    /// Gives what a load client is to do here.
    pub(super) fn task(&self, seconds: f64) -> Task<'static> {
        Task {
            address: self.doors.main,
            path: CHECK_INS,
            from: 0,
            connections: CONNECTIONS,
            seconds,
            rate: None,
        }
    }

    /// Ends the server and takes everything away.
    pub(super) async fn end(self) -> Result<(), Fail> {
        drop(self.server);
        self.place.end().await
    }
}

/// What one slice gave.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slice {
    per_s: f64,
    per_cpu_s: f64,
    p99_ms: f64,
}

/// Lets the echo, durable reports and reports one by one take turns.
pub(super) async fn compare(plan: &Plan, found: &mut Found) -> Result<(), Fail> {
    let slice = plan.seconds / TURNS as f64;
    let durable = plan.wants(Figure::Durable) || plan.wants(Figure::OneByOne);
    let single = plan.wants(Figure::OneByOne);
    let mut villages = 1000.0;
    if durable {
        villages += MOST * (plan.seconds + slice);
    }
    if single {
        villages += MOST_SINGLE * plan.seconds;
    }
    let mut stage = Stage::set(plan, villages, None, &[]).await?;
    let main = stage.task(slice);
    let echo = Task { path: ECHO, ..main };
    let one_by_one = Task {
        address: stage.doors.one_by_one,
        ..main
    };
    if durable {
        stage.slice(main).await?; // Caches and connections are warm after that.
    }
    let mut turns: [Vec<Slice>; 3] = Default::default();
    for _ in 0..TURNS {
        let wanted = [
            (plan.wants(Figure::Echo), echo),
            (durable, main),
            (single, one_by_one),
        ];
        for (turns, (wanted, task)) in turns.iter_mut().zip(wanted) {
            if wanted {
                turns.push(stage.slice(task).await?);
            }
        }
    }
    stage.end().await?;
    let [echoes, durables, singles] = turns;
    let wall = |slices: &[Slice]| median(slices.iter().map(|s| s.per_s).collect());
    found.echo_per_s = wall(&echoes);
    found.durable_per_s = wall(&durables);
    found.ratio_echo = ratio(&durables, &echoes, |s| s.per_s);
    found.ratio_echo_cpu = ratio(&durables, &echoes, |s| s.per_cpu_s);
    found.ratio_one_by_one = ratio(&durables, &singles, |s| s.per_s);
    Ok(())
}

fn ratio(above: &[Slice], below: &[Slice], of: fn(&Slice) -> f64) -> Option<f64> {
    median(above.iter().zip(below).map(|(a, b)| of(a) / of(b)).collect())
}

/// Measures with 5 ms added to each commit: the most a second, and how long one takes at a steady rate.
pub(super) async fn slow_commits(plan: &Plan, found: &mut Found) -> Result<(), Fail> {
    let slice = plan.seconds / TURNS as f64;
    let villages = 1000.0 + MOST * (plan.seconds + slice) + STEADY * plan.seconds;
    let mut stage = Stage::set(plan, villages, None, &["--commit-delay", "5"]).await?;
    let most = stage.task(slice);
    let steady = Task {
        rate: Some(STEADY),
        ..most
    };
    stage.slice(most).await?;
    let (mut rates, mut waits) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        rates.push(stage.slice(most).await?.per_s);
        waits.push(stage.slice(steady).await?.p99_ms);
    }
    stage.end().await?;
    found.slow_commit_per_s = median(rates);
    found.slow_commit_p99_ms = median(waits);
    Ok(())
}
