//! `allclear mail`: sends one letter and shows each stage with the server's own words.

use clap::Subcommand;
use uuid::Uuid;

use super::context::{Context, clock};
use super::fail::{Exit, Fail};
use super::{Done, out};
use crate::domain::address::Address;
use crate::domain::delivery::{Class, Stage};
use crate::domain::language::Lang;
use crate::mail::{Client, Draft, Relay, Step, build};

/// `allclear mail …`
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Send one letter to an address and show what the mail server says at each stage. 测试发信。
    #[command(
        after_help = "Examples:\n  allclear mail test --to duty@county.example\n  allclear --set mail.preset=qq-exmail mail test --to duty@county.example"
    )]
    Test {
        /// Whom to send it to.
        #[arg(long, value_name = "ADDRESS")]
        to: String,
    },
}

/// Runs it.
pub(crate) async fn run(context: &Context, command: Command) -> Done {
    let Command::Test { to } = command;
    let (lang, settings) = (context.lang, context.settings()?);
    let to =
        Address::parse(&to).map_err(|why| Fail::Usage(lang.cli_address(&to, lang.address_error(why))))?;
    let (Some(relay), Some(from)) = (Relay::of(&settings.mail), &settings.mail.from_address) else {
        return Err(Fail::Refused(lang.cli_mail_none().to_owned()));
    };
    let draft = Draft {
        from_name: settings.mail.from_name.clone(),
        from_address: from.as_str().to_owned(),
        to: to.as_str().to_owned(),
        subject: lang.cli_mail_subject().to_owned(),
        text: lang.cli_mail_text(&settings.service.name),
        html: None,
        message_id: format!("test.{}@{}", Uuid::new_v4(), from.domain()),
        references_root: None,
        urgent: false,
        date: clock().now(),
        language: lang.tag().to_owned(),
    };
    let message = build(&draft).map_err(|error| Fail::Refused(error.to_string()))?;
    out::say(lang.cli_mail_relay(&relay.host, relay.port));
    let mut client = Client::new(relay).map_err(|error| Fail::Refused(error.to_string()))?;
    let probe = client.probe(from.as_str(), to.as_str(), &message).await;
    client.close().await;
    for step in &probe.steps {
        out::say(stage(step, lang));
    }
    Ok(match probe.outcome.class {
        Class::Accepted => {
            out::say(lang.cli_mail_accepted());
            Exit::Good
        }
        _ => {
            out::warn(lang.cli_mail_refused(stage_name(probe.outcome.reply.stage, lang)));
            Exit::Fault
        }
    })
}

/// Says one stage on one line.
pub(super) fn stage(step: &Step, lang: Lang) -> String {
    let mark = if step.good { "✔" } else { "■" };
    let code = step.reply.code.map(|code| format!("{code} ")).unwrap_or_default();
    let (name, took) = (stage_name(step.reply.stage, lang), step.took.as_millis());
    format!("{mark} {name}\t{code}{}\t{took} ms", step.reply.words)
}

/// Names a stage.
pub(super) fn stage_name(stage: Stage, lang: Lang) -> &'static str {
    match stage {
        Stage::Connect => lang.cli_stage_connect(),
        Stage::Tls => lang.cli_stage_tls(),
        Stage::Greeting => lang.cli_stage_greeting(),
        Stage::Ehlo => lang.cli_stage_ehlo(),
        Stage::Auth => lang.cli_stage_auth(),
        Stage::MailFrom => lang.cli_stage_from(),
        Stage::RcptTo => lang.cli_stage_to(),
        Stage::Data => lang.cli_stage_data(),
        Stage::EndOfData => lang.cli_stage_end(),
    }
}
