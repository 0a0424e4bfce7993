//! `allclear slip`: prints the codes that bind workstations to their units.

use clap::Subcommand;

use super::context::Context;
use super::fail::Exit;
use super::{Done, named, out};
use crate::domain::access::Actor;
use crate::domain::ids::UnitId;

/// `allclear slip …`
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a one-time code for each unit; typed or opened on the workstation, it binds it. 开通单。
    #[command(
        after_help = "Examples:\n  allclear slip issue 361128101201 谢家滩镇/朱家村\n  allclear slip issue --under 361128101"
    )]
    Issue {
        /// Units by code, name, parent/name or #id.
        #[arg(value_name = "UNIT", required_unless_present = "under")]
        units: Vec<String>,
        /// Every unit below this one.
        #[arg(long, value_name = "UNIT")]
        under: Option<String>,
    },
}

/// Runs it.
pub(crate) async fn run(context: &Context, command: Command) -> Done {
    let lang = context.lang;
    let Command::Issue { units, under } = command;
    let service = context.service().await?;
    let tree = service.tree().await?;
    let mut ids = named::units(&tree, &units, lang)?;
    if let Some(under) = under {
        let top = named::unit(&tree, &under, lang)?.id;
        let below = tree.subtree(top).iter().map(|unit| unit.id);
        ids.extend(below.filter(|id| *id != top).collect::<Vec<UnitId>>());
    }
    for slip in service.issue_slips(&Actor::console(), &ids).await? {
        let label = tree.label(slip.unit);
        let label = label.map(|label| label.to_string()).unwrap_or_default();
        let until = lang.moment(slip.expires, context.zone());
        out::say(format!(
            "{label}\t{}\t{}\t{}",
            slip.code,
            slip.link,
            lang.cli_good_until(until)
        ));
    }
    Ok(Exit::Good)
}
