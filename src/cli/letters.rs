//! `allclear letters`: those that are held back in a restored copy.

use clap::Subcommand;

use super::context::Context;
use super::fail::Exit;
use super::{Done, out};
use crate::domain::access::Actor;

/// `allclear letters …`
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Hold every letter that waits, and mark the data as restored; `restore` does it by itself. 暂停待发邮件。
    #[command(
        after_help = "For a PostgreSQL database that was restored with pg_restore: before `allclear serve`.\n\nExample:\n  allclear letters hold"
    )]
    Hold,
    /// Let the letters go that were held. 放行。
    #[command(after_help = "Example:\n  allclear letters release")]
    Release,
}

/// Runs it.
pub(crate) async fn run(context: &Context, command: Command) -> Done {
    let service = context.service().await?;
    let me = Actor::console();
    match command {
        Command::Hold => out::say(context.lang.cli_letters_held(service.hold_letters(&me).await?)),
        Command::Release => {
            out::say(
                context
                    .lang
                    .cli_letters_released(service.release_letters(&me).await?),
            );
        }
    }
    Ok(Exit::Good)
}
