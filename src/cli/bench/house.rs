//! Measures the house itself: the board of a county, its memory at idle, and how soon it is ready.

use std::time::Duration;

use chrono::TimeDelta;

use super::child::{Child, ready};
use super::figure::{Figure, Found, median};
use super::place::Place;
use super::server::STATEMENTS;
use super::wire::Wire;
use super::world::{Window, World};
use super::{Plan, broken};
use crate::cli::fail::Fail;

/// The figures of [`start`].
pub(super) const FIGURES: [Figure; 2] = [Figure::Idle, Figure::Start];
/// How many villages a county has.
const COUNTY: usize = 700;
/// How many of them do not report: one in so many.
const MISSING: i64 = 20;
/// How often the service is started.
const STARTS: usize = 5;
/// How long it is left alone before its memory is looked at.
const IDLE: Duration = Duration::from_secs(5);
/// Longer than caches of counts are kept, shorter than those of visitors.
const STALE: Duration = Duration::from_millis(2500);

/// Prepares a county a minute after its deadline; gives the cookie of its officer.
async fn county(place: &Place) -> Result<String, Fail> {
    let window = Window::due_in(TimeDelta::minutes(-1));
    let world = World::grow(place, COUNTY, window).await?;
    world.declare(window, None).await?;
    world.tick_at(window.opens).await?;
    world.meet_all_but_one_in(MISSING).await?;
    world.tick_at(window.due).await?;
    let (_, cookie) = world.officer().await?;
    world.end().await;
    Ok(cookie)
}

/// Measures the CPU time of a page of the board, and counts its queries.
pub(super) async fn board(plan: &Plan, found: &mut Found) -> Result<(), Fail> {
    let place = Place::new(plan, None).await?;
    let cookie = format!("cookie: {}\r\n", county(&place).await?);
    let (server, doors) = Child::server(&place, &["--quiet"]).await?;
    let mut wire = Wire::connect(doors.main).await.map_err(broken)?;
    page(&mut wire, &cookie).await?;
    tokio::time::sleep(STALE).await;
    let before = statements(&mut wire).await?;
    page(&mut wire, &cookie).await?;
    found.board_queries = Some((statements(&mut wire).await? - before) as f64);
    let (mut pages, before) = (0_u32, server.cpu()?);
    let end = tokio::time::Instant::now() + Duration::from_secs_f64(plan.seconds);
    while tokio::time::Instant::now() < end {
        page(&mut wire, &cookie).await?;
        pages += 1;
    }
    let cpu = (server.cpu()? - before).as_secs_f64();
    found.board_cpu_ms = Some(cpu * 1000.0 / f64::from(pages.max(1)));
    drop(server);
    place.end().await
}

async fn page(wire: &mut Wire, cookie: &str) -> Result<(), Fail> {
    let answer = wire.get("/board", cookie).await.map_err(broken)?;
    match (answer.status, wire.body(&answer).len()) {
        (200, 1000..) => Ok(()),
        (status, _) => Err(broken(format!("the board answered {status}"))),
    }
}

async fn statements(wire: &mut Wire) -> Result<u64, Fail> {
    let answer = wire.get(STATEMENTS, "").await.map_err(broken)?;
    let text = std::str::from_utf8(wire.body(&answer)).map_err(broken)?;
    text.parse().map_err(broken)
}

/// Measures how soon `serve` is ready, and what it holds at idle.
pub(super) async fn start(plan: &Plan, found: &mut Found) -> Result<(), Fail> {
    let place = Place::new(plan, None).await?;
    county(&place).await?;
    let mut took = Vec::with_capacity(STARTS);
    for turn in 0..STARTS {
        let (server, address) = Child::serve(&place)?;
        took.push(ready(address).await?.as_secs_f64() * 1000.0);
        if turn == 0 && plan.wants(Figure::Idle) {
            tokio::time::sleep(IDLE).await;
            found.idle_mb = Some(server.resident_mb()?);
        }
    }
    if plan.wants(Figure::Start) {
        found.start_ms = median(took);
    }
    place.end().await
}
