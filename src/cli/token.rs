//! `allclear token`: tokens with which other systems report.

use clap::Subcommand;

use super::context::Context;
use super::fail::{Exit, Fail};
use super::{Done, named, out};
use crate::config::{Setting, Span};
use crate::domain::access::Actor;
use crate::store::TokenScope;

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
        /// It only reads and reports nothing.
        #[arg(long)]
        read_only: bool,
    },
    /// List tokens that have not been ended. 列出。
    #[command(after_help = "Example:\n  allclear token list")]
    List,
    /// End a token. 吊销。
    #[command(after_help = "Example:\n  allclear token end 3")]
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
            read_only,
        } => {
            let span = Span::read(&good_for).ok_or_else(|| Fail::Usage(lang.cli_round_span(&good_for)))?;
            let scope = match read_only {
                true => TokenScope::Read,
                false => TokenScope::Report,
            };
            let service = context.service().await?;
            let tree = service.tree().await?;
            let unit = named::unit(&tree, &unit, lang)?.id;
            out::say(
                service
                    .issue_token(&me, &label, (unit, scope), span.delta())
                    .await?,
            );
            out::warn(lang.cli_token_once());
        }
        Command::List => list(context).await?,
        Command::End { id } => {
            context.service().await?.end_token(&me, id).await?;
            out::say(lang.cli_token_ended());
        }
    }
    Ok(Exit::Good)
}

async fn list(context: &Context) -> Result<(), Fail> {
    let lang = context.lang;
    let service = context.service().await?;
    let tree = service.tree().await?;
    for token in service.store.read().await?.api_tokens().await? {
        let unit = tree.label(token.unit).map(|label| label.to_string());
        let until = lang.cli_good_until(lang.moment(token.expires, context.zone()));
        let used = token.seen.map(|at| lang.moment(at, context.zone()));
        out::say(format!(
            "token:{}\t{}\t{}\t{}\t{until}\t{}",
            token.id,
            token.label,
            token.scope.code(),
            unit.unwrap_or_default(),
            used.unwrap_or_else(|| "-".to_owned())
        ));
    }
    Ok(())
}
