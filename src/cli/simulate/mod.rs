//! `allclear simulate`: what would be sent to whom and when, and whether the service keeps its promises meanwhile.
//!
//! The real service runs under a clock that is set by hand, in a world drawn by a seed.
//!
//! * `world.rs`, `roster.rs`, `story.rs` — the world: how it is set up, units, and what people do
//! * `play.rs`, `deeds.rs`, `office.rs`, `incidents.rs`, `life.rs`, `pair.rs` — time passes: people act, the service works, is killed and started again
//! * `summary.rs` — how townships sum up their villages
//! * `eye.rs` — what the duty officer sees on the board
//! * `watch.rs`, `shifts.rs` — who is on duty, as a plain person knows it; how rosters change
//! * `relay.rs`, `identity.rs`, `post.rs` — the mail server, and what a reader sees in a mail
//! * `model.rs`, `log.rs` — what a plain person expects, and what happened
//! * `judge/` — whether the two agree
//! * `report.rs`, `timeline.rs` — how it is told

mod deeds;
mod eye;
mod identity;
mod incidents;
mod judge;
mod life;
mod log;
mod model;
mod office;
mod pair;
mod play;
mod post;
mod relay;
mod report;
mod roster;
mod shifts;
mod story;
mod summary;
mod timeline;
mod watch;
mod world;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::TimeDelta;
use clap::ValueEnum;
use rand::SeedableRng;
use rand::rngs::StdRng;

pub use judge::{Facts, Invariant};
pub use report::{Letters, Outcome};

use super::context::Context;
use super::fail::{Exit, Fail};
use super::{Done, out};
use crate::clock::Settable;
use crate::config::Sources;
use crate::crash::Aim;
use crate::domain::calendar::moment;
use crate::domain::language::Lang;
use crate::mail::{Mailbox, Sink};
use crate::sheet;
use identity::Identity;
use life::Ground;
use play::Play;
use relay::Relay;
use roster::Roster;
use world::{Folder, prepare_relay, refuse_full, settings, settle_in, story};

/// When every simulation begins.
const BEGIN: &str = "2026-06-01 00:00";

pub(crate) const HELP: &str = "\
Examples:
  allclear simulate --units config/units/poyang.csv --days 3 --silent 361128101201,361128101202
  allclear simulate --units units.csv --days 30 --seed 1 --relay-faults --restarts --format json";

/// `allclear simulate …`
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The table of units, a CSV file as `units import` takes it.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    units: PathBuf,
    /// How many days.
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=366))]
    days: u32,
    /// Draws the world; the same seed tells the same story.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// An empty database: sqlite:FILE, or postgres://…; left out, a file that goes when it is over.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Let the mail server fail in every way it can.
    #[arg(long)]
    relay_faults: bool,
    /// Kill the process now and then, and start it again.
    #[arg(long)]
    restarts: bool,
    /// Fill duty rosters, with holes, and change them on the way.
    #[arg(long)]
    rosters: bool,
    /// Let a drill of two days take place besides.
    #[arg(long)]
    drills: bool,
    /// Units that never report, by code; what is told is then about these alone.
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    silent: Vec<String>,
    /// How it is told.
    #[arg(long, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// What is to be simulated.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The table of units.
    pub units: Vec<u8>,
    /// How many days.
    pub days: u32,
    /// Draws the world.
    pub seed: u64,
    /// An empty database.
    pub database: String,
    /// Whether the mail server fails in every way it can.
    pub relay_faults: bool,
    /// Whether the process is killed now and then.
    pub restarts: bool,
    /// Whether duty rosters are filled, with holes, and changed on the way.
    pub rosters: bool,
    /// Whether a drill takes place besides.
    pub drills: bool,
    /// Whether a second process works on the same database.
    pub twin: bool,
    /// Units that never report, by code.
    pub silent: Vec<String>,
    /// Where the first process stops.
    pub aim: Aim,
    /// Whose settings, where they do not matter to the simulation itself.
    pub sources: Sources,
    /// In which language it is told.
    pub lang: Lang,
}

/// Why nothing was simulated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The database holds something.
    NotEmpty,
    /// The table of units cannot be used.
    Table(String),
    /// There is no unit with that code.
    NoSuchUnit(String),
    /// Anything else.
    Broken(String),
}

impl From<String> for Refusal {
    fn from(words: String) -> Self {
        Self::Broken(words)
    }
}

/// Runs it.
pub(crate) async fn run(context: &Context, args: Args) -> Done {
    let lang = context.lang;
    let units =
        std::fs::read(&args.units).map_err(|error| Fail::Refused(lang.file_error(&args.units, &error)))?;
    let folder = Folder::new().map_err(|error| Fail::Refused(error.to_string()))?;
    let database = args.database.clone().unwrap_or_else(|| folder.url());
    let plan = Plan {
        units,
        days: args.days,
        seed: args.seed,
        database: database.clone(),
        relay_faults: args.relay_faults,
        restarts: args.restarts,
        rosters: args.rosters,
        drills: args.drills,
        twin: false,
        silent: args.silent.clone(),
        aim: Aim::Nowhere,
        sources: context.sources.clone(),
        lang,
    };
    // A process lives in a runtime of its own, which cannot begin inside another one.
    let simulated = tokio::task::spawn_blocking(move || simulate(&plan)).await;
    let simulated = simulated.map_err(|error| Fail::Refused(error.to_string()))?;
    drop(folder);
    let outcome = simulated.map_err(|refusal| {
        Fail::Refused(match refusal {
            Refusal::NotEmpty => lang.simulate_full(database),
            Refusal::Table(words) => lang.simulate_table(words),
            Refusal::NoSuchUnit(code) => lang.simulate_silent(code),
            Refusal::Broken(words) => lang.cli_broken(words),
        })
    })?;
    match args.format {
        Format::Text => out::write(timeline::text(&outcome, lang).as_bytes()),
        Format::Json => out::say(serde_json::to_string(&outcome).unwrap_or_default()),
    }
    if outcome.holds() {
        return Ok(Exit::Good);
    }
    out::warn(lang.simulate_seed(outcome.seed));
    Ok(Exit::Fault)
}

/// Simulates. Not to be called from within a runtime.
///
/// # Errors
/// When it cannot begin, or the service cannot go on.
pub fn simulate(plan: &Plan) -> Result<Outcome, Refusal> {
    let began = tokio::time::Instant::now();
    let broken = |error: &dyn std::fmt::Display| Refusal::Broken(error.to_string());
    let folder = Folder::new().map_err(|error| broken(&error))?;
    let records = sheet::read(&plan.units).map_err(|fault| Refusal::Table(format!("{fault:?}")))?;
    let outside = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let outside = outside.map_err(|error| broken(&error))?;
    refuse_full(&outside, &plan.database)?;
    let zone = chrono_tz::Asia::Shanghai;
    let begin = moment(BEGIN, zone).unwrap_or_default();
    let roster = Roster::read(records, begin).map_err(Refusal::Table)?;
    let clock = Settable::at(begin - TimeDelta::minutes(10));

    let mut rng = StdRng::seed_from_u64(plan.seed ^ 0x0077);
    let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).map_err(|e| broken(&e))?;
    let port = listener.local_addr().map_err(|e| broken(&e))?.port();
    drop(listener);
    let settings = settings(plan, &folder, port)?;
    let lang = settings.service.language;
    let identity = Identity::new(&folder.authority()).map_err(|error| broken(&error))?;
    let mut relay = Relay::new(
        clock.clone(),
        (lang, zone),
        plan.seed,
        plan.relay_faults,
        identity,
    );
    prepare_relay(&mut relay, plan, &roster, &settings, begin, &mut rng);
    let relay = Arc::new(relay);
    let sink = outside.block_on(Sink::start_with(port, Mailbox::new(1), relay.clone()));
    let _sink = sink.map_err(|error| broken(&error))?;

    let ground = Ground {
        settings: Arc::new(settings),
        url: plan.database.clone(),
        clock,
    };
    let mut play = Play::begin(ground, relay, roster, zone, plan.seed, (plan.aim, plan.restarts))?;
    if plan.twin {
        play.add_twin()?;
    }
    settle_in(&mut play, plan)?;
    story(&mut play, plan, begin, &mut rng)?;
    // Long enough for the last letter to be tried for the last time.
    play.run(begin + TimeDelta::days(i64::from(plan.days) + 3))?;
    let (invariants, facts) = judge::judge(&mut play)?;
    let mut outcome = Outcome::of(&play, invariants, &facts, plan.lang);
    play.end();
    outcome.passes = play.log.passes.clone();
    (outcome.seed, outcome.days) = (plan.seed, plan.days);
    outcome.wall_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    outside.shutdown_background();
    Ok(outcome)
}
