//! `allclear simulate`: what would be sent to whom and when, and whether the service keeps its promises meanwhile.
//!
//! The real service runs under a clock that is set by hand, in a world drawn by a seed.
//!
//! * `roster.rs`, `story.rs` — the world: units, and what people do
//! * `play.rs`, `deeds.rs`, `office.rs`, `life.rs` — time passes: people act, the service works, is killed and started again
//! * `relay.rs`, `post.rs` — the mail server, and what a reader sees in a mail
//! * `model.rs`, `log.rs` — what a plain person expects, and what happened
//! * `judge/` — whether the two agree
//! * `report.rs` — how it is told

mod deeds;
mod judge;
mod life;
mod log;
mod model;
mod office;
mod play;
mod post;
mod relay;
mod report;
mod roster;
mod story;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::TimeDelta;
use clap::ValueEnum;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

pub use judge::{Facts, Invariant};
pub use report::{Letters, Outcome};

use super::context::Context;
use super::fail::{Exit, Fail};
use super::{Done, out};
use crate::clock::Settable;
use crate::config::{Settings, Sources};
use crate::crash::Aim;
use crate::domain::access::Actor;
use crate::domain::calendar::moment;
use crate::domain::language::Lang;
use crate::domain::time::Timestamp;
use crate::domain::unit::UnitKind;
use crate::mail::{Mailbox, Sink};
use crate::service::import::records;
use crate::store::{NewAccount, Options, Store};
use life::Ground;
use play::Play;
use relay::Relay;
use roster::Roster;
use story::{Edit, Event, Words};

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
    /// Units that never report, by code.
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
    let units = std::fs::read(&args.units)
        .map_err(|error| Fail::Refused(lang.cli_file(args.units.display(), error)))?;
    let folder = Folder::new().map_err(|error| Fail::Refused(error.to_string()))?;
    let database = args.database.clone().unwrap_or_else(|| folder.url());
    let plan = Plan {
        units,
        days: args.days,
        seed: args.seed,
        database: database.clone(),
        relay_faults: args.relay_faults,
        restarts: args.restarts,
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
        Format::Text => out::write(report::text(&outcome, lang).as_bytes()),
        Format::Json => out::say(serde_json::to_string(&outcome).unwrap_or_default()),
    }
    if outcome.holds() {
        return Ok(Exit::Good);
    }
    out::warn(lang.simulate_seed(outcome.seed));
    Ok(Exit::Fault)
}

/// A folder that goes when this does.
struct Folder(PathBuf);

impl Folder {
    fn new() -> std::io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("allclear-simulate-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.0.join("simulated.db").display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Simulates. Not to be called from within a runtime.
///
/// # Errors
/// When it cannot begin, or the service cannot go on.
pub fn simulate(plan: &Plan) -> Result<Outcome, Refusal> {
    let began = tokio::time::Instant::now();
    let broken = |error: &dyn std::fmt::Display| Refusal::Broken(error.to_string());
    let folder = Folder::new().map_err(|error| broken(&error))?;
    let records = records(&plan.units).map_err(|fault| Refusal::Table(format!("{fault:?}")))?;
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
    let mut relay = Relay::new(clock.clone(), lang, zone, plan.seed, plan.relay_faults);
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

/// Refuses a database that holds anything.
fn refuse_full(runtime: &tokio::runtime::Runtime, url: &str) -> Result<(), Refusal> {
    let full = runtime.block_on(async {
        if let Some(file) = url.strip_prefix("sqlite:") {
            let file = std::path::Path::new(file.trim_start_matches("//"));
            return Ok(file.metadata().is_ok_and(|it| it.len() > 0));
        }
        let store = Store::open(
            url,
            Options {
                connections: 1,
                ..Options::default()
            },
        )
        .await?;
        let full = store.read().await?.has_tables().await;
        store.close().await;
        full
    });
    match full {
        Ok(false) => Ok(()),
        Ok(true) => Err(Refusal::NotEmpty),
        Err(error) => Err(Refusal::Broken(crate::store::Error::to_string(&error))),
    }
}

fn settings(plan: &Plan, folder: &Folder, port: u16) -> Result<Settings, Refusal> {
    let has = |settings: &Settings| !settings.duty.leaders.is_empty();
    let mut flags = plan.sources.flags.clone();
    let port = port.to_string();
    let folder = folder.0.display().to_string();
    let mut set = vec![
        ("database.url", plan.database.as_str()),
        ("database.url_file", ""),
        ("service.data_dir", &folder),
        ("service.zone", "Asia/Shanghai"),
        ("service.mark", ""),
        ("seal.key_file", "seal.key"),
        ("mail.host", "127.0.0.1"),
        ("mail.port", &port),
        ("mail.tls", "plain"),
        ("mail.login", ""),
        ("mail.password", ""),
        ("mail.password_file", ""),
        ("mail.from_address", "duty@county.example"),
        ("mail.connect_timeout", "2s"),
        ("mail.command_timeout", "400ms"),
        ("mail.data_timeout", "400ms"),
    ];
    let load = |flags: &Vec<(String, String)>| {
        let sources = Sources {
            flags: flags.clone(),
            ..plan.sources.clone()
        };
        Settings::load(&sources).map_err(|faults| Refusal::Broken(faults.to_string()))
    };
    flags.extend(
        set.drain(..)
            .map(|(key, value)| (key.to_owned(), value.to_owned())),
    );
    let settings = load(&flags)?;
    if has(&settings) {
        return Ok(settings);
    }
    flags.push(("duty.leaders".to_owned(), "leader@county.example".to_owned()));
    flags.push(("duty.officers".to_owned(), "officer@county.example".to_owned()));
    load(&flags)
}

/// Draws the weather, and which addresses die.
fn prepare_relay(
    relay: &mut Relay,
    plan: &Plan,
    roster: &Roster,
    settings: &Settings,
    begin: Timestamp,
    rng: &mut StdRng,
) {
    if plan.relay_faults {
        relay.weather = relay::forecast(rng, begin, plan.days);
    }
    relay.safe = settings
        .duty
        .leaders
        .iter()
        .map(|address| address.as_str().to_owned())
        .collect();
    for member in roster
        .members
        .iter()
        .filter(|m| matches!(m.kind, UnitKind::Village | UnitKind::Community))
    {
        for address in member.reporter.iter().chain(&member.backup).chain(&member.head) {
            if rng.random_range(0..100) < 4 {
                let died = begin + TimeDelta::minutes(rng.random_range(0..i64::from(plan.days) * 1440));
                relay.dead.insert(address.clone(), died);
            }
        }
    }
}

/// Makes the accounts and imports the units, as before any period.
fn settle_in(play: &mut Play, plan: &Plan) -> Result<(), Refusal> {
    for (place, login) in ["officer", "clerk"].into_iter().enumerate() {
        let made = play.act(|service| async move {
            let new = NewAccount {
                login: login.to_owned(),
                label: login.to_owned(),
                address: None,
                language: Lang::default(),
            };
            service.create_account(&Actor::console(), new, &[]).await
        })?;
        play.accounts[place] = made.map_err(|error| Refusal::Broken(error.to_string()))?;
    }
    play.import()?;
    for code in &plan.silent {
        let found = play.roster.members.iter().position(|m| m.code == *code);
        play.silent
            .insert(found.ok_or_else(|| Refusal::NoSuchUnit(code.clone()))?);
    }
    Ok(())
}

/// Puts down what will happen in any case.
fn story(play: &mut Play, plan: &Plan, begin: Timestamp, rng: &mut StdRng) -> Result<(), Refusal> {
    let lang = play.ground.settings.service.language;
    let words = Words {
        season: lang.simulate_season(),
        alarm: lang.simulate_alarm(),
        evening: lang.simulate_evening(),
        night: lang.simulate_night(),
        extra: lang.simulate_extra(),
        summary: lang.simulate_summary(),
    };
    play.planned = story::seasons(rng, begin, plan.days, words);
    play.declare(0)?;
    let noon = |day: i64, rng: &mut StdRng| {
        begin + TimeDelta::days(day) + TimeDelta::minutes(rng.random_range(690..830))
    };
    if plan.days > 1 {
        let starts = play.planned[1].starts;
        // Known only when it is declared.
        play.later(starts, Event::Declare(1));
        let villages: Vec<usize> = (0..play.roster.members.len())
            .filter(|place| {
                matches!(
                    play.roster.members[*place].kind,
                    UnitKind::Village | UnitKind::Community
                )
            })
            .collect();
        let pick = |rng: &mut StdRng| villages.get(rng.random_range(0..villages.len().max(1))).copied();
        for (day, edit) in [
            (1, Edit::Rename as fn(usize) -> Edit),
            (2, Edit::Close),
            (3, Edit::Sister),
        ] {
            let place = pick(rng);
            if let (Some(place), true) = (place, day < i64::from(plan.days)) {
                let at = noon(day, rng);
                play.later(at, Event::Edit(edit(place)));
            }
        }
    }
    if plan.restarts || plan.aim != Aim::Nowhere {
        let at = noon(0, rng) + TimeDelta::hours(5);
        play.later(at, Event::Restore);
    }
    Ok(())
}
