//! `allclear bench`: how fast the service is on this machine, as figures with goals.
//!
//! Server and load client are processes of their own: the command starts itself. Compared things take turns in short
//! slices of one run, and ratios are medians over the turns, since machines are noisy.
//!
//! * `figure.rs`, `report.rs` — the figures, their goals, how they are told
//! * `place.rs`, `world.rs` — a folder and database of its own; units, rounds and tokens in it
//! * `child.rs` — the processes, their CPU time and memory
//! * `server.rs`, `load.rs`, `wire.rs` — what runs in them: the service with an echo beside it, and a lean client
//! * `rates.rs`, `post.rs`, `nation.rs`, `house.rs` — the measurements

mod child;
mod figure;
mod house;
mod load;
mod nation;
mod place;
mod post;
mod rates;
mod report;
mod server;
mod wire;
mod world;

use std::fmt::Display;

use clap::{Subcommand, ValueEnum};

use super::context::Context;
use super::fail::{Exit, Fail};
use super::{Done, out};
use figure::{Figure, Found};

pub(crate) const HELP: &str = "\
Examples:
  allclear bench
  allclear bench --database postgres://bench@127.0.0.1/bench --format json
  allclear bench --only echo,durable --seconds 3

Build with --release; a slow machine or a busy one makes slow figures. The database of a URL gets schemas of its own,
which go when it is over.";

/// `allclear bench …`
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    /// A PostgreSQL server, as postgres://…; left out, SQLite in a folder that goes when it is over. 数据库。
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Only these figures. 只测这些。
    #[arg(long, value_name = "FIGURE", value_delimiter = ',')]
    only: Vec<Figure>,
    /// How long each thing is under load. 每项负载的秒数。
    #[arg(long, value_name = "N", default_value_t = 5.0, value_parser = seconds)]
    seconds: f64,
    /// Divides the sizes of a nation, to try the measurement itself.
    #[arg(long, hide = true, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    shrink: u32,
    /// How it is told.
    #[arg(long, default_value = "text")]
    format: Format,
    #[command(subcommand)]
    part: Option<Part>,
}

/// The processes that the command starts.
#[derive(Debug, Subcommand)]
enum Part {
    /// The service as it is, with an echo beside it.
    #[command(hide = true)]
    Server(server::Args),
    /// The load client.
    #[command(hide = true)]
    Load(load::Args),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// What every measurement needs to know.
#[derive(Debug)]
struct Plan {
    /// The PostgreSQL server, if it is not SQLite.
    postgres: Option<String>,
    only: Vec<Figure>,
    seconds: f64,
    /// Divides the sizes of a nation.
    shrink: usize,
}

impl Plan {
    /// Tells whether a figure is asked for.
    fn wants(&self, figure: Figure) -> bool {
        self.only.is_empty() || self.only.contains(&figure)
    }

    fn wants_any(&self, figures: &[Figure]) -> bool {
        figures.iter().any(|figure| self.wants(*figure))
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    match (0.05..=600.0).contains(&seconds) {
        true => Ok(seconds),
        false => Err("0.05 to 600".to_owned()),
    }
}

/// Says in words that something of the measurement itself did not work.
fn broken(error: impl Display) -> Fail {
    Fail::Refused(error.to_string())
}

/// Measures, or is one of the processes of a measurement.
pub(crate) async fn run(context: &Context, args: Args) -> Done {
    match args.part {
        Some(Part::Server(args)) => return server::run(context, &args).await,
        Some(Part::Load(args)) => return load::run(&args).await,
        None => {}
    }
    let postgres = args.database.filter(|url| !url.starts_with("sqlite:"));
    if postgres.as_ref().is_some_and(|url| !url.starts_with("postgres")) {
        return Err(Fail::Usage(context.lang.bench_database().to_owned()));
    }
    let plan = Plan {
        postgres,
        only: args.only,
        seconds: args.seconds,
        shrink: args.shrink as usize,
    };
    let found = measure(&plan, context).await?;
    match args.format {
        Format::Json => out::say(serde_json::to_string(&found).unwrap_or_default()),
        Format::Text => out::write(report::text(&found, context.lang).as_bytes()),
    }
    Ok(Exit::Good)
}

async fn measure(plan: &Plan, context: &Context) -> Result<Found, Fail> {
    let mut found = Found::on(if plan.postgres.is_some() {
        "postgres"
    } else {
        "sqlite"
    });
    let lang = context.lang;
    if cfg!(debug_assertions) {
        out::warn(lang.bench_debug());
    }
    if plan.wants_any(&rates::FIGURES) {
        out::warn(lang.bench_now("echo, durable, one_by_one"));
        rates::compare(plan, &mut found).await?;
    }
    if plan.wants(Figure::SlowCommit) {
        out::warn(lang.bench_now("slow_commit"));
        rates::slow_commits(plan, &mut found).await?;
    }
    if plan.wants(Figure::Urgent) {
        out::warn(lang.bench_now("urgent"));
        post::urgent(plan, &mut found).await?;
    }
    if plan.wants_any(&nation::FIGURES) {
        out::warn(lang.bench_now("pass, open"));
        nation::measure(plan, &mut found).await?;
    }
    if plan.wants(Figure::Board) {
        out::warn(lang.bench_now("board"));
        house::board(plan, &mut found).await?;
    }
    if plan.wants(Figure::Letters) {
        out::warn(lang.bench_now("letters"));
        post::letters(plan, &mut found).await?;
    }
    if plan.wants(Figure::SlowRelay) {
        out::warn(lang.bench_now("slow_relay"));
        post::slow_relay(plan, &mut found).await?;
    }
    if plan.wants_any(&house::FIGURES) {
        out::warn(lang.bench_now("idle, start"));
        house::start(plan, &mut found).await?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measurement_is_neither_nothing_nor_a_day() {
        assert_eq!(seconds("0.2"), Ok(0.2));
        for bad in ["0", "-1", "86400", "NaN", "x"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
