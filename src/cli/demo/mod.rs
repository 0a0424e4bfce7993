//! `allclear demo`: a county's day of zero reporting in five minutes, on made-up reports, in a folder of its own.
//!
//! * `stage.rs` — settings, county, accounts, the round that is due in two minutes; `duty.rs` — who is on duty
//! * `script.rs` — who does what when; `cast.rs` — the clerks and the leader who do it, over `client.rs`
//! * `entrance.rs` — links that sign the browser in; `mailbox.rs` — every letter as its reader sees it
//!
//! Everything else is the service as it runs for real: the same pages, engine, outbox and mail client. Times are
//! scaled, the clock never is.

mod cast;
mod client;
mod duty;
mod entrance;
mod mailbox;
mod script;
mod stage;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::context::Context;
use super::fail::{Exit, Fail};
use super::{Done, backup, logging, out, running, serve};
use crate::mail::{Mailbox, Sink};
use crate::{api, web};
use cast::Cast;
use entrance::Entrance;
use script::{CLOSES, DUE, Pace};
use stage::Stage;

/// How many letters the mailbox keeps.
const LETTERS: usize = 5000;

/// `allclear demo …`
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where to accept connections. 监听地址。
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// A new folder for its data; allclear-demo in this folder if left out. 数据目录。
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    dir: Option<PathBuf>,
    /// How much faster than five minutes: 2 takes half the time, 0.5 twice. 速度。
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    speed: f64,
}

/// Plays until it is told to stop.
pub(crate) async fn run(context: &Context, options: Options) -> Done {
    let lang = context.lang;
    let pace = Pace::new(options.speed).ok_or_else(|| Fail::Usage(lang.demo_speed().to_owned()))?;
    let listener = serve::listen(lang, options.listen).await?;
    let failed = |error: std::io::Error| Fail::Refused(error.to_string());
    let listen = listener.local_addr().map_err(failed)?;
    let dir = folder(context, options.dir)?;
    let sink = Sink::start(0, Mailbox::new(LETTERS)).await.map_err(failed)?;
    let settings = stage::settings(context, &dir, listen, sink.address(), pace)?;
    logging::start(&settings.log);
    out::say(lang.demo_setting_up());
    let stage = stage::set(settings, pace).await?;
    let script = script::write(&stage.tree).ok_or_else(|| Fail::Refused(lang.demo_speed().to_owned()))?;
    let entrance = Entrance {
        secret: Uuid::new_v4().simple().to_string(),
        officer: stage.officer,
        leader: stage.leader,
        head: stage.head,
        device: entrance::bind(&stage.service, script.yours, lang.demo_workstation()).await?,
    };
    let stop = CancellationToken::new();
    running::end_on_signal(stop.clone()).map_err(failed)?;
    programme(context, &stage, &entrance, &dir, pace, script.yours);
    let mut further = mailbox::routes(sink.mailbox());
    further.push(entrance.route());
    let service = stage.service.clone();
    let router = web::router(&service, further).merge(api::router(service.clone()));
    let cast = Cast::of(&stage, sink.mailbox().clone(), pace);
    let playing = tokio::spawn(cast.play(script, stop.clone()));
    let served = running::run(service, router, listener, stop).await;
    playing.abort();
    drop(stage.lock);
    served.map_err(failed)?;
    out::say(lang.demo_ended(dir.display()));
    Ok(Exit::Good)
}

/// Makes the folder that was named, which must be new; or the first that is free.
fn folder(context: &Context, named: Option<PathBuf>) -> Result<PathBuf, Fail> {
    let lang = context.lang;
    let make = |dir: &Path| match backup::new_folder(dir) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(Fail::Refused(lang.file_error(dir, &error))),
    };
    if let Some(dir) = named {
        return match make(&dir)? {
            true => Ok(dir),
            false => Err(Fail::Refused(lang.cli_folder_full(dir.display()))),
        };
    }
    for n in 1..1000 {
        let dir = match n {
            1 => PathBuf::from("allclear-demo"),
            n => PathBuf::from(format!("allclear-demo-{n}")),
        };
        if make(&dir)? {
            return Ok(dir);
        }
    }
    Err(Fail::Refused(lang.cli_folder_full("allclear-demo")))
}

/// Prints where to look and what will happen when.
fn programme(
    context: &Context,
    stage: &Stage,
    entrance: &Entrance,
    dir: &Path,
    pace: Pace,
    yours: crate::domain::ids::UnitId,
) {
    let (lang, zone) = (context.lang, stage.service.settings.service.zone);
    let base = &stage.service.settings.service.base_url;
    let village = stage.tree.label(yours);
    let village = village.map(|label| label.to_string()).unwrap_or_default();
    let at = |seconds: f64| lang.time_exact(stage.opens + pace.seconds(seconds), zone);
    let due = lang.time_exact(stage.due, zone);
    out::say(lang.demo_ready(dir.display()));
    out::say("");
    out::say(lang.demo_link_board(entrance.link(base, "board")));
    out::say(lang.demo_link_village(entrance.link(base, "village"), village));
    out::say(lang.demo_link_township(entrance.link(base, "township"), &stage.township));
    out::say(lang.demo_link_leader(entrance.link(base, "leader")));
    out::say(lang.demo_link_wall(format!("{base}/wall#{}", stage.wall)));
    out::say(lang.demo_link_mailbox(format!("{base}/mailbox")));
    out::say("");
    out::say(lang.demo_plan_urgent(at(40.0)));
    out::say(lang.demo_plan_reminder(at(DUE - 30.0)));
    out::say(lang.demo_plan_due(due));
    out::say(lang.demo_plan_ladder(at(DUE + 25.0), at(DUE + 50.0), at(DUE + 75.0)));
    if let Some(time) = stage.service.settings.bulletin.time {
        out::say(lang.demo_plan_bulletin(time));
    }
    out::say(lang.demo_plan_closes(at(DUE + CLOSES)));
    out::say("");
    out::say(lang.demo_stop());
}
