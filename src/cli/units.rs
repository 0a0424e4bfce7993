//! `allclear units`: imports a table, lists the tree.

use std::path::PathBuf;

use clap::{Subcommand, ValueHint};

use super::context::Context;
use super::fail::{Exit, Fail};
use super::{Done, named, out};
use crate::domain::access::Actor;
use crate::domain::import::Plan;
use crate::domain::unit::{UnitName, UnitTree};
use crate::service::{Imported, Into, Succession};
use crate::sheet;

const IMPORT_HELP: &str = "\
Columns, in Chinese or English, in any order; only the name must be there:
  编码 code, 上级编码 parent_code, 名称 name, 类别 kind, 停用日期 active_until, 值班岗位 duty_post,
  报送邮箱 reporter_email, 备岗邮箱 backup_email, 负责人邮箱 head_email, 值班电话 phone

A title above the headings is passed over. One fault anywhere, and nothing is imported. The same file again changes nothing. Units that the table leaves
out stay as they are.

Examples:
  allclear units import county.xlsx --dry-run
  allclear units import county.csv --reason '2026 年区划调整'";

/// `allclear units …`
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Import a table of units and their duty contacts. 导入单位。
    #[command(after_help = IMPORT_HELP)]
    Import {
        /// The table: XLSX, or CSV in UTF-8, UTF-16 or GBK.
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
        file: PathBuf,
        /// Say what would change, and change nothing.
        #[arg(long)]
        dry_run: bool,
        /// By which decision, for the history of the units.
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Undo an import of the last day, while nothing has happened to its units since; without a number, list the last ones.
    /// 撤销导入。
    #[command(after_help = "Examples:\n  allclear units undo\n  allclear units undo 7 --reason '表格有误'")]
    Undo {
        /// The number of the import.
        #[arg(value_name = "NUMBER")]
        import: Option<i64>,
        /// By which decision, for the history of the units.
        #[arg(long, value_name = "TEXT", requires = "import")]
        reason: Option<String>,
    },
    /// Give a unit another name; its past keeps the old one. 更名。
    #[command(
        after_help = "Example:\n  allclear units rename 361128101201 新朱家村 --reason '鄱民字〔2026〕3号'"
    )]
    Rename {
        /// Its code, name, parent/name or #id.
        #[arg(value_name = "UNIT")]
        unit: String,
        /// Its name from now on.
        #[arg(value_name = "NAME")]
        name: String,
        /// By which decision.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Merge units into one that exists, or into a new one. 合并。
    #[command(
        after_help = "Examples:\n  allclear units merge 361128101201 --into 361128101202 --reason '鄱民字〔2026〕3号'\n  allclear units merge 朱家村 大塘村 --into-new 朱塘村 --reason '鄱民字〔2026〕3号'"
    )]
    Merge {
        /// The units that end.
        #[arg(value_name = "UNIT", required = true)]
        units: Vec<String>,
        /// The unit that takes over.
        #[arg(long, value_name = "UNIT", required_unless_present = "into_new")]
        into: Option<String>,
        /// The name of a new unit that takes over, beside the first.
        #[arg(long, value_name = "NAME", conflicts_with = "into")]
        into_new: Option<String>,
        /// By which decision.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Split new units off one: `--off NAME` or `--off NAME=CHILD,CHILD`. 拆分。
    #[command(
        after_help = "Example:\n  allclear units split 361128101 --off '谢家滩新镇=朱家村,大塘村' --reason '鄱民字〔2026〕3号'"
    )]
    Split {
        /// The unit.
        #[arg(value_name = "UNIT")]
        unit: String,
        /// A new unit, and the units beneath that go with it.
        #[arg(long, value_name = "NAME[=CHILD,…]", required = true)]
        off: Vec<String>,
        /// The unit itself ends.
        #[arg(long)]
        ends: bool,
        /// By which decision.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// End a unit that has nothing beneath it. 撤销。
    #[command(after_help = "Example:\n  allclear units abolish 361128101201 --reason '鄱民字〔2026〕3号'")]
    Abolish {
        /// The unit.
        #[arg(value_name = "UNIT")]
        unit: String,
        /// By which decision.
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// List the units: id, code, name with the unit above. 列出单位。
    #[command(after_help = "Examples:\n  allclear units list\n  allclear units list --under 361128101")]
    List {
        /// Only this unit and those below it: its code, name, parent/name or #id.
        #[arg(long, value_name = "UNIT")]
        under: Option<String>,
    },
}

/// Runs it.
pub(crate) async fn run(context: &Context, command: Command) -> Done {
    match command {
        Command::Import {
            file,
            dry_run,
            reason,
        } => {
            let bytes = std::fs::read(&file)
                .map_err(|error| Fail::Refused(context.lang.file_error(&file, &error)))?;
            import(context, &bytes, dry_run, reason.as_deref()).await
        }
        Command::Undo { import, reason } => match import {
            Some(id) => undo(context, id, reason.as_deref()).await,
            None => imports(context).await,
        },
        Command::List { under } => list(context, under.as_deref()).await,
        other => succeed(context, &other).await,
    }
}

/// Renames, merges, splits or abolishes units.
async fn succeed(context: &Context, command: &Command) -> Done {
    let lang = context.lang;
    let service = context.service().await?;
    let tree = service.tree().await?;
    let one = |text: &str| named::unit(&tree, text, lang).map(|unit| unit.id);
    let called = |text: &str| UnitName::parse(text).map_err(|_| Fail::Usage(lang.cli_unit_name(text)));
    let (wanted, reason) = match command {
        Command::Rename { unit, name, reason } => (
            Succession::Rename {
                unit: one(unit)?,
                name: called(name)?,
            },
            reason,
        ),
        Command::Merge {
            units,
            into,
            into_new,
            reason,
        } => {
            let into = match (into, into_new) {
                (Some(into), _) => Into::Existing(one(into)?),
                (None, name) => Into::New(called(name.as_deref().unwrap_or_default())?),
            };
            (
                Succession::Merge {
                    units: named::units(&tree, units, lang)?,
                    into,
                },
                reason,
            )
        }
        Command::Split {
            unit,
            off,
            ends,
            reason,
        } => {
            let part = |text: &String| -> Result<_, Fail> {
                let (name, takes) = text.split_once('=').unwrap_or((text, ""));
                let takes = takes.split(',').filter(|t| !t.trim().is_empty()).map(one);
                Ok((called(name)?, takes.collect::<Result<Vec<_>, Fail>>()?))
            };
            let parts = off.iter().map(part).collect::<Result<Vec<_>, Fail>>()?;
            (
                Succession::Split {
                    unit: one(unit)?,
                    parts,
                    survives: !ends,
                },
                reason,
            )
        }
        Command::Abolish { unit, reason } => (Succession::Abolish { unit: one(unit)? }, reason),
        Command::Import { .. } | Command::Undo { .. } | Command::List { .. } => return Ok(Exit::Good),
    };
    service.succeed_units(&Actor::console(), &wanted, reason).await?;
    out::say(lang.lineage_done());
    Ok(Exit::Good)
}

async fn import(context: &Context, bytes: &[u8], dry_run: bool, reason: Option<&str>) -> Done {
    let lang = context.lang;
    let table = sheet::read(bytes).map_err(|why| Fail::Refused(lang.unreadable(&why)))?;
    let service = context.service().await?;
    let me = Actor::console();
    let imported = if dry_run {
        service.preview_units(&me, &table).await?
    } else {
        let reason = reason.unwrap_or(lang.import_title());
        service.import_units(&me, &table, reason).await?
    };
    show(context, &imported);
    if dry_run {
        out::say(lang.import_dry_run());
    }
    Ok(Exit::Good)
}

/// Shows a difference: new units by township would fill screens, so they are counted; changes are named.
fn show(context: &Context, imported: &Imported) {
    let lang = context.lang;
    let Imported { plan, before } = imported;
    for one in &plan.changed {
        let fields: Vec<String> = one.fields.iter().map(|f| lang.field_change(f)).collect();
        out::say(format!("~ {}  {}", label(before, one.unit), fields.join("; ")));
    }
    for one in &plan.closed {
        out::say(format!("- {}  {}", label(before, one.unit), one.until));
    }
    few(plan, before);
    for later in &plan.later {
        out::say(lang.import_later(later.row, later.until));
    }
    if !plan.past.is_empty() {
        out::say(lang.import_past(plan.past.len()));
    }
    if plan.is_empty() {
        out::say(lang.import_nothing());
    }
    out::say(lang.plan_counts(plan));
}

/// How many new units, or absent ones, are named.
const FEW: usize = 20;

fn few(plan: &Plan, before: &UnitTree) {
    for one in plan.added.iter().take(FEW) {
        let code = one.code.as_ref().map_or("-", |code| code.as_str());
        out::say(format!("+ {code} {}", one.name));
    }
    if plan.added.len() > FEW {
        out::say(format!("+ … {}", plan.added.len() - FEW));
    }
    for unit in plan.absent.iter().take(FEW) {
        out::say(format!("? {}", label(before, *unit)));
    }
    if plan.absent.len() > FEW {
        out::say(format!("? … {}", plan.absent.len() - FEW));
    }
}

fn label(tree: &UnitTree, unit: crate::domain::ids::UnitId) -> String {
    tree.label(unit)
        .map(|label| label.to_string())
        .unwrap_or_default()
}

/// How many imports are listed.
const REMEMBERED: i64 = 20;

/// Lists the last imports, and what of each can be undone.
async fn imports(context: &Context) -> Done {
    let (lang, service) = (context.lang, context.service().await?);
    let zone = service.settings.service.zone;
    let all = service.store.read().await?.unit_imports(REMEMBERED).await?;
    if all.is_empty() {
        out::say(lang.cli_no_imports());
    }
    for import in all {
        let [added, changed, closed] = import.counts;
        let undo = match import.undone {
            Some(at) => lang.import_undone_at(lang.moment(at, zone)),
            None => match service.may_undo(&import).await? {
                Ok(()) => lang.cli_can_undo().to_owned(),
                Err(why) => lang.no_undo(why).to_owned(),
            },
        };
        let (at, did) = (
            lang.moment(import.at, zone),
            lang.import_did(added, changed, closed),
        );
        out::say(format!("{}\t{at}\t{did}\t{}\t{undo}", import.id, import.reason));
    }
    Ok(Exit::Good)
}

async fn undo(context: &Context, id: i64, reason: Option<&str>) -> Done {
    let (lang, service) = (context.lang, context.service().await?);
    let reason = reason.unwrap_or(lang.import_undo_reason());
    service.undo_import(&Actor::console(), id, reason).await?;
    out::say(lang.import_undone());
    Ok(Exit::Good)
}

async fn list(context: &Context, under: Option<&str>) -> Done {
    let service = context.service().await?;
    let tree = service.tree().await?;
    if tree.is_empty() {
        out::say(context.lang.cli_no_units());
        return Ok(Exit::Good);
    }
    let top = under
        .map(|text| named::unit(&tree, text, context.lang))
        .transpose()?;
    for unit in &*tree {
        if top.is_none_or(|top| top.path.contains(&unit.path)) {
            let kind = context.lang.unit_kind(unit.kind);
            out::say(format!("{}\t{kind}", named::line(&tree, unit)));
        }
    }
    Ok(Exit::Good)
}
