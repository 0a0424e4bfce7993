//! `allclear key`: changes the key of receipts, links and sealed texts.

use clap::Subcommand;

use super::context::Context;
use super::fail::Exit;
use super::{Done, out};
use crate::domain::access::Actor;
use crate::store::Lock;

/// `allclear key …`
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a new key to the key file; the old ones stay, for receipts and links that are out. 更换密钥。
    #[command(
        after_help = "Stop every instance before (one that runs is noticed), give all of them the new key file, start them after; keep a copy of the file.\n\nExample:\n  allclear key rotate"
    )]
    Rotate,
}

/// Runs it.
pub(crate) async fn run(context: &Context, command: Command) -> Done {
    let service = context.service().await?;
    match command {
        Command::Rotate => {
            let _held = Lock::alone(&service.store).await?;
            let done = service.rotate_key(&Actor::console()).await?;
            let lang = context.lang;
            let file = service.settings.seal.key_file.display();
            out::say(lang.cli_key_rotated(file, done.factors, done.letters));
        }
    }
    Ok(Exit::Good)
}
