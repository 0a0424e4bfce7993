//! `allclear period`: declares, stops, extends and lists.

use chrono::Days;
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};

use super::context::{Context, clock};
use super::fail::{Exit, Fail};
use super::{Done, named, out, round};
use crate::config::{Setting, Span};
use crate::domain::access::Actor;
use crate::domain::calendar::{DayError, day, moment};
use crate::domain::ids::PeriodId;
use crate::domain::ladder::{Ladder, Step};
use crate::domain::period::{Level, Period, Scope};
use crate::domain::time::{BusinessDate, Timestamp, timestamp};
use crate::domain::unit::{UnitKind, UnitTree};
use crate::service::period::{Declaration, NewRule};

const DECLARE_HELP: &str = "\
A round is written LABEL OPENS-DUE, and then what differs from the usual:
  grace SPAN     how long after the due time a report is still on time      (usual: 10m)
  closes TIME    when reports are no longer taken                           (usual: 2 h after the grace)
  days every|workdays|holidays                                              (usual: every)
  roll-up        townships report on their villages, instead of each for itself
A time of the next day is +1 06:30. A day without a time begins a period at 00:00 and ends it at midnight;
+30d or +2h counts from now.
A unit is its code, its name, parent/name, or #id.

Examples:
  allclear period declare --name 汛期 --basis '鄱汛〔2026〕1号' --level III \\
      --starts 2026-06-01 --ends 2026-08-31 --scope 361128 --kinds village,community \\
      --round '早报 08:00-10:00 grace 10m closes 12:00' --round '晚报 16:00-18:00'
  allclear period declare --name 国庆 --basis '值班通知 12号' --starts 2026-10-01 --ends 2026-10-07 \\
      --scope 鄱阳县 --except 鄱阳县/县供电公司 --round '夜报 20:00-+1 06:30 closes +1 08:00 days holidays'";

/// `allclear period …`
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Declare a period; its rounds open and end by themselves. 设立专项期。
    #[command(after_help = DECLARE_HELP)]
    Declare(Box<Declare>),
    /// Stop a period now; what has opened stays owed. 提前结束。
    #[command(after_help = "Example:\n  allclear period stop 1 --reason '鄱汛〔2026〕7号'")]
    Stop {
        /// Its number, as `period list` shows it.
        id: PeriodId,
        /// By which decision.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Let a period last longer. 延长。
    #[command(
        after_help = "Examples:\n  allclear period extend 1 --ends 2026-09-15 --reason '鄱汛〔2026〕9号'\n  allclear period extend 1 --ends '2026-09-15 18:00' --reason '值班通知 12号'"
    )]
    Extend {
        /// Its number, as `period list` shows it.
        id: PeriodId,
        /// The new end, such as 2026-09-15 or '2026-09-15 18:00'.
        #[arg(long, value_name = "WHEN")]
        ends: String,
        /// By which decision.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// List periods and their rounds. 列出专项期。
    #[command(after_help = "Examples:\n  allclear period list\n  allclear period list --all")]
    List {
        /// Also those that are over.
        #[arg(long)]
        all: bool,
    },
}

/// `allclear period declare …`
#[derive(Debug, Args)]
pub(crate) struct Declare {
    /// What people call it. 名称。
    #[arg(long, value_name = "TEXT")]
    name: String,
    /// The number of the document that declares it. 依据文号。
    #[arg(long, value_name = "TEXT")]
    basis: String,
    /// How grave it is, I the highest. 级别。
    #[arg(long, default_value = "IV", value_parser = PossibleValuesParser::new(["I", "II", "III", "IV"]))]
    level: String,
    /// When it starts; now if left out. 开始。
    #[arg(long, value_name = "WHEN")]
    starts: Option<String>,
    /// When it ends by itself. 结束。
    #[arg(long, value_name = "WHEN")]
    ends: String,
    /// A unit that is asked with all below it; may be repeated. 范围。
    #[arg(long, value_name = "UNIT", required = true)]
    scope: Vec<String>,
    /// Only units of these kinds: village, community, township, department, enterprise, county. 类别。
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    kinds: Vec<String>,
    /// A unit that is left out with all below it; may be repeated. 除外。
    #[arg(long, value_name = "UNIT")]
    except: Vec<String>,
    /// A deadline in the days of the period; may be repeated. 报送时段。
    #[arg(long, value_name = "ROUND", required = true)]
    round: Vec<String>,
    /// A step of its own ladder, such as '+20m head'; may be repeated. 催报级别。
    #[arg(long, value_name = "STEP", allow_hyphen_values = true)]
    step: Vec<String>,
    /// A drill, whose data never count. 演练。
    #[arg(long)]
    drill: bool,
}

/// Runs it.
pub(crate) async fn run(context: &Context, command: Command) -> Done {
    let me = Actor::console();
    match command {
        Command::Declare(wanted) => declare(context, &wanted).await,
        Command::Stop { id, reason } => {
            let service = context.service().await?;
            let period = service.stop_period(&me, id, &reason).await?;
            out::say(context.lang.cli_period_stopped(period.name));
            Ok(Exit::Good)
        }
        Command::Extend { id, ends, reason } => {
            let ends = end(context, &ends)?;
            let service = context.service().await?;
            let period = service.extend_period(&me, id, ends, &reason).await?;
            let until = context.lang.moment_exact(period.ends, context.zone());
            out::say(context.lang.cli_period_extended(period.name, until));
            Ok(Exit::Good)
        }
        Command::List { all } => list(context, all).await,
    }
}

async fn declare(context: &Context, wanted: &Declare) -> Done {
    let lang = context.lang;
    let rounds = wanted.round.iter().map(|text| round::rule(text, lang));
    let rounds = rounds.collect::<Result<Vec<NewRule>, Fail>>()?;
    let kinds = wanted.kinds.iter().map(|text| kind(context, text));
    let kinds = kinds.collect::<Result<Vec<UnitKind>, Fail>>()?;
    let ends = end(context, &wanted.ends)?;
    let starts = wanted
        .starts
        .as_deref()
        .map(|text| start(context, text))
        .transpose()?;
    let ladder = ladder(&wanted.step)?;
    let service = context.service().await?;
    let tree = service.tree().await?;
    let declaration = Declaration {
        name: wanted.name.clone(),
        basis: wanted.basis.clone(),
        level: Level::parse(&wanted.level).unwrap_or(Level::IV),
        scope: Scope {
            subtrees: named::units(&tree, &wanted.scope, lang)?,
            kinds,
            except: named::units(&tree, &wanted.except, lang)?,
        },
        starts: starts.unwrap_or_else(|| service.now()),
        ends,
        drill: wanted.drill,
        rounds,
        ladder,
    };
    let declared = service.declare_period(&Actor::console(), &declaration).await?;
    show(context, &declared.period, &tree);
    out::say(lang.cli_period_asked(declared.asked));
    out::say(lang.cli_period_soon());
    if declared.asked == 0 {
        out::warn(lang.cli_period_nobody());
    }
    for year in declared.unknown_years {
        out::warn(lang.cli_period_holidays(year));
    }
    Ok(Exit::Good)
}

fn ladder(steps: &[String]) -> Result<Option<Ladder>, Fail> {
    if steps.is_empty() {
        return Ok(None);
    }
    let steps = steps.iter().map(|text| text.parse::<Step>());
    let steps = steps.collect::<Result<Vec<_>, _>>();
    let ladder = steps.map_err(|error| Fail::Usage(error.to_string()))?;
    Ladder::new(ladder)
        .map(Some)
        .map_err(|error| Fail::Usage(error.to_string()))
}

fn kind(context: &Context, text: &str) -> Result<UnitKind, Fail> {
    UnitKind::parse(text.trim()).ok_or_else(|| Fail::Usage(context.lang.cli_kind(text)))
}

/// Reads when a period starts; a day alone starts at 00:00.
fn start(context: &Context, text: &str) -> Result<Timestamp, Fail> {
    at(context, text, Some)
}

/// Reads when a period or an account ends; a day alone belongs to it.
pub(super) fn end(context: &Context, text: &str) -> Result<Timestamp, Fail> {
    at(context, text, |day| day.checked_add_days(Days::new(1)))
}

fn at(
    context: &Context,
    text: &str,
    midnight_of: impl Fn(BusinessDate) -> Option<BusinessDate>,
) -> Result<Timestamp, Fail> {
    let zone = context.zone();
    if let Some(span) = text.trim().strip_prefix('+').and_then(Span::read) {
        return Ok(clock().now() + span.delta());
    }
    let read = match text.trim().contains([' ', 'T']) {
        true => moment(text, zone),
        false => day(text).and_then(|day| {
            let day = midnight_of(day).ok_or(DayError::NoSuchDay)?;
            Ok(timestamp(day, chrono::NaiveTime::MIN, zone))
        }),
    };
    read.map_err(|error| Fail::Usage(format!("{text}: {}", context.lang.day_error(error))))
}

async fn list(context: &Context, all: bool) -> Done {
    let service = context.service().await?;
    let tree = service.tree().await?;
    let since = if all { Timestamp::UNIX_EPOCH } else { service.now() };
    let periods = service.store.read().await?.periods_ending_after(since).await?;
    if periods.is_empty() {
        out::say(context.lang.cli_no_periods());
    }
    for period in periods {
        show(context, &period, &tree);
    }
    Ok(Exit::Good)
}

fn show(context: &Context, period: &Period, tree: &UnitTree) {
    let (lang, zone) = (context.lang, context.zone());
    let drill = if period.drill { lang.drill_mark() } else { "" };
    out::say(format!(
        "{}\t{} {drill}\t{}\t{}",
        period.id,
        period.name,
        period.basis,
        lang.level(period.level)
    ));
    let (starts, ends) = (
        lang.moment_exact(period.starts, zone),
        lang.moment_exact(period.end(), zone),
    );
    out::say(format!("\t{starts} — {ends}"));
    let label = |id: &crate::domain::ids::UnitId| {
        tree.label(*id)
            .map_or_else(|| format!("#{id}"), |label| label.to_string())
    };
    let kinds: Vec<&str> = period
        .scope
        .kinds
        .iter()
        .map(|kind| lang.unit_kind(*kind))
        .collect();
    let scope: Vec<String> = period.scope.subtrees.iter().map(label).collect();
    let except: Vec<String> = period
        .scope
        .except
        .iter()
        .map(|id| format!("− {}", label(id)))
        .collect();
    out::say(format!(
        "\t{} {} {}",
        scope.join(", "),
        kinds.join(", "),
        except.join(", ")
    ));
    for rule in period.rules.iter().filter(|rule| rule.until.is_none()) {
        let h = rule.hours;
        let closes = lang.cli_round_closes(h.closes());
        let (grace, days) = (lang.span(h.grace()), lang.day_kind(rule.days));
        out::say(format!(
            "\t{} {}–{} (+{grace}) {closes} {days}",
            rule.label,
            h.opens(),
            h.due()
        ));
    }
}
