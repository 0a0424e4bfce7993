//! Measures a deadline and an opening at the size of a nation, by the service's own deeds.

use chrono::TimeDelta;
use tokio::time::Instant;

use super::figure::{Figure, Found, median};
use super::place::Place;
use super::world::{Window, World};
use super::{Plan, broken};
use crate::cli::fail::Fail;
use crate::domain::ids::RoundId;

/// The figures of [`measure`].
pub(super) const FIGURES: [Figure; 2] = [Figure::Pass, Figure::Open];

/// How many units there are in a nation and in a province, and how many of them do not report.
const NATION: usize = 620_000;
const PROVINCE: usize = 62_000;
const MISSING: usize = 31_000;

/// When the steps of the default ladder fire, in minutes from the due time.
const STEPS: [i64; 5] = [-30, 0, 20, 40, 60];

/// Measures both.
pub(super) async fn measure(plan: &Plan, found: &mut Found) -> Result<(), Fail> {
    // All of it is in the past or the future of the machine; only the clock that is set by hand counts.
    let window = Window::due_in(TimeDelta::hours(2));
    let (nation, opened) = opened(plan, NATION, window).await?;
    if plan.wants(Figure::Open) {
        found.open_ratio = Some(opened / bulk(&nation.1, window).await?);
    }
    if plan.wants(Figure::Pass) {
        let (province, _) = self::opened(plan, PROVINCE, window).await?;
        let (large, small) = passes(&nation.1, &province.1, window).await?;
        let at_due = STEPS.iter().position(|step| *step == 0).unwrap_or_default();
        found.pass_620k_ms = large.get(at_due).map(|seconds| seconds * 1000.0);
        found.pass_ratio = median(large.iter().zip(&small).map(|(l, s)| l / s).collect());
        province.1.end().await;
        province.0.end().await?;
    }
    nation.1.end().await;
    nation.0.end().await
}

/// Grows units and opens a round for them; gives the seconds that the opening took.
async fn opened(plan: &Plan, units: usize, window: Window) -> Result<((Place, World), f64), Fail> {
    let place = Place::new(plan, None).await?;
    let world = World::grow(&place, units / plan.shrink, window).await?;
    world.declare(window, None).await?;
    world.service.tree().await?;
    let began = Instant::now();
    world.tick_at(window.opens).await?;
    let took = began.elapsed().as_secs_f64();
    Ok(((place, world), took))
}

/// Writes the same rows by plain statements in one transaction, and gives the seconds; they are taken back after it.
async fn bulk(world: &World, window: Window) -> Result<f64, Fail> {
    let mut tx = world.service.store.begin().await?;
    let began = Instant::now();
    let written = tx.copy_round(RoundId(1), window.due).await?;
    tx.commit().await?;
    let took = began.elapsed().as_secs_f64();
    if usize::try_from(written).unwrap_or_default() != world.villages.len() {
        return Err(broken("the rows of the round were not written once more"));
    }
    let mut tx = world.service.store.begin().await?;
    tx.remove_copy(RoundId(1), window.due).await?;
    tx.commit().await?;
    Ok(took)
}

/// Lets every step of the ladder fire in both, in turns; gives the seconds of each.
async fn passes(nation: &World, province: &World, window: Window) -> Result<(Vec<f64>, Vec<f64>), Fail> {
    let (mut large, mut small) = (Vec::new(), Vec::new());
    for (world, units) in [(nation, NATION), (province, PROVINCE)] {
        let one_in = i64::try_from(units / MISSING).map_err(broken)?;
        world.meet_all_but_one_in(one_in).await?;
    }
    for step in STEPS {
        for (world, took) in [(nation, &mut large), (province, &mut small)] {
            let began = Instant::now();
            world.tick_at(window.due + TimeDelta::minutes(step)).await?;
            took.push(began.elapsed().as_secs_f64());
        }
    }
    Ok((large, small))
}
