//! The command line: one file a command, and what they share.
//!
//! * `args.rs` — commands, flags, examples; `main` picks the command
//! * `context.rs` — language, settings and the service, as a command needs them
//! * `fail.rs` — why a command did not do it, in words, and the exit code; `out.rs` — how a command writes
//! * `named.rs` — units by code, name or id; `round.rs` — how a round is written on a command line
//! * `logging.rs`, `running.rs` — the log of a running service, its parts, and how they end in time
//! * `simulate/` — what would be sent to whom, and whether every promise is kept meanwhile
//! * `bench/` — how fast it is, as figures
//! * `demo/` — a county's day in five minutes

mod account;
mod args;
mod audit;
mod backup;
mod bench;
mod check;
mod context;
mod demo;
mod fail;
mod init;
mod key;
mod letters;
mod logging;
mod mail;
mod named;
mod notify;
mod out;
mod period;
mod privacy;
mod receipt;
mod retention;
mod round;
mod running;
mod serve;
pub mod simulate;
mod slip;
mod token;
mod units;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Args, AuditCommand, Command, ConfigCommand, PrivacyCommand, ReceiptCommand};
use context::Context;
use fail::{Exit, Fail};

/// What a command answers.
type Done = Result<Exit, Fail>;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let context = match Context::new(&args) {
        Ok(context) => context,
        Err(fail) => return end(&fail, args.lang.unwrap_or_default(), chrono_tz::UTC),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            out::warn(error);
            return ExitCode::FAILURE;
        }
    };
    let (lang, zone) = (context.lang, context.zone());
    match runtime.block_on(run(&context, args.command)) {
        Ok(exit) => exit.into(),
        Err(fail) => end(&fail, lang, zone),
    }
}

fn end(fail: &Fail, lang: crate::domain::language::Lang, zone: chrono_tz::Tz) -> ExitCode {
    for sentence in fail.sentences(lang, zone) {
        out::warn(sentence);
    }
    fail.code()
}

async fn run(context: &Context, command: Command) -> Done {
    match command {
        Command::Serve { listen } => serve::run(context, listen).await,
        Command::Demo(options) => demo::run(context, options).await,
        Command::Init { dir } => init::run(context, &dir).await,
        Command::Units(command) => units::run(context, command).await,
        Command::Period(command) => period::run(context, command).await,
        Command::Account(command) => account::run(context, command).await,
        Command::Slip(command) => slip::run(context, command).await,
        Command::Token(command) => token::run(context, command).await,
        Command::Mail(command) => mail::run(context, command).await,
        Command::Letters(command) => letters::run(context, command).await,
        Command::Simulate(args) => simulate::run(context, *args).await,
        Command::Bench(args) => bench::run(context, *args).await,
        Command::Check => check::run(context).await,
        Command::Config(ConfigCommand::Show) => {
            out::write(context.settings()?.show(context.lang).as_bytes());
            Ok(Exit::Good)
        }
        Command::Config(ConfigCommand::Defaults) => {
            out::write(crate::config::DEFAULTS.as_bytes());
            Ok(Exit::Good)
        }
        Command::Backup { file } => backup::backup(context, &file).await,
        Command::Restore { file, dir } => backup::restore(context, &file, &dir).await,
        Command::Receipt(ReceiptCommand::Verify { number, mac }) => {
            receipt::verify(context, &number, &mac).await
        }
        Command::Audit(AuditCommand::Head) => audit::end(context).await,
        Command::Audit(AuditCommand::Verify { head }) => audit::verify(context, head.as_deref()).await,
        Command::Key(command) => key::run(context, command).await,
        Command::Retention { dry_run } => retention::run(context, dry_run).await,
        Command::Privacy(PrivacyCommand::Report) => privacy::report(context).await,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Args::command(), "allclear", &mut script);
            out::write(&script);
            Ok(Exit::Good)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives every command that is shown, with the words that call it.
    fn commands(of: &clap::Command, path: &[String]) -> Vec<(Vec<String>, clap::Command)> {
        let shown = of.get_subcommands().filter(|one| !one.is_hide_set());
        let beneath = shown.flat_map(|one| commands(one, &[path, &[one.get_name().to_owned()]].concat()));
        std::iter::once((path.to_vec(), of.clone()))
            .chain(beneath)
            .collect()
    }

    /// Gives the examples in a help text; one that goes on in the next line is one.
    fn examples(help: &str) -> Vec<String> {
        let joined = help.replace("\\\n", " ");
        let lines = joined.lines().filter(|line| line.starts_with("  allclear "));
        lines
            .map(|line| line.split("  # ").next().unwrap_or(line).trim().to_owned())
            .collect()
    }

    /// Takes a line apart as a shell does, as far as examples need it.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut quoted, mut begun) = (vec![String::new()], false, false);
        for c in line.chars() {
            match c {
                '\'' => (quoted, begun) = (!quoted, true),
                ' ' if !quoted => {
                    if begun {
                        words.push(String::new());
                    }
                    begun = false;
                }
                c => {
                    words.last_mut().unwrap().push(c);
                    begun = true;
                }
            }
        }
        words
    }

    /// Gives the words that call a command, without options of the top level before them.
    fn called(matches: &clap::ArgMatches) -> Vec<String> {
        match matches.subcommand() {
            Some((name, beneath)) => [vec![name.to_owned()], called(beneath)].concat(),
            None => Vec::new(),
        }
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_help_of_every_command_ends_with_examples_that_can_be_typed() {
        let all = commands(&Args::command(), &[]);
        assert!(all.len() > 40, "{}", all.len());
        for (path, command) in all {
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            let examples = examples(&help);
            assert!((1..=4).contains(&examples.len()), "{path:?}: {help}");
            for example in examples {
                let matches = Args::command()
                    .try_get_matches_from(words(&example))
                    .unwrap_or_else(|error| panic!("{example}: {error}"));
                assert!(called(&matches).starts_with(&path), "{path:?}: {example}");
            }
        }
    }
}
