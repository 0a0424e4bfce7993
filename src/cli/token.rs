//! `allclear token`: tokens with which other systems report.

use clap::Subcommand;

use super::context::Context;
use super::fail::{Exit, Fail};
use super::{Done, named, out};
use crate::config::{Setting, Span};
use crate::domain::access::Actor;

/// `allclear token …`
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a token that reports for a unit and all below it; it is shown once. 签发接口令牌。
    #[command(
        after_help = "Example:\n  allclear token issue --unit 361128101 --label 镇网格系统 --good-for 400d"
    )]
    Issue {
        /// The unit: code, name, parent/name or #id.
        #[arg(long, value_name = "UNIT")]
        unit: String,
        /// Which system it is for.
        #[arg(long, value_name = "TEXT")]
        label: String,
        /// How long it is good.
        #[arg(long, value_name = "SPAN", default_value = "400d")]
        good_for: String,
    },
    /// End a token. 吊销。
    End {
        /// Its number, as the audit chain names it: token:NUMBER.
        id: i64,
    },
}

/// Runs it.
pub(crate) async fn run(context: &Context, command: Command) -> Done {
    let lang = context.lang;
    let me = Actor::console();
    match command {
        Command::Issue {
            unit,
            label,
            good_for,
        } => {
            let span = Span::read(&good_for).ok_or_else(|| Fail::Usage(lang.cli_round_span(&good_for)))?;
            let service = context.service().await?;
            let tree = service.tree().await?;
            let unit = named::unit(&tree, &unit, lang)?.id;
            out::say(service.issue_token(&me, &label, unit, span.delta()).await?);
            out::warn(lang.cli_token_once());
        }
        Command::End { id } => {
            context.service().await?.end_token(&me, id).await?;
            out::say(lang.cli_token_ended());
        }
    }
    Ok(Exit::Good)
}
