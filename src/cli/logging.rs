//! Knows how a running service writes its log: text or JSON, to the standard error; a panic is a line of it.

use std::str::FromStr;

use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Begins the log. A second call changes nothing.
pub(crate) fn start(log: &Log) {
    // The filter was read with the settings, so it can be read again. The alarm clock and the
    // database client have little to say.
    let filter = EnvFilter::from_str(&format!("tokio_cron_scheduler=warn,sqlx=warn,{}", log.level))
        .unwrap_or_default();
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false);
    let _ = match log.format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        // The words of a panic of ours hold no data of users: they are literals.
        let words = panic.payload_as_str().unwrap_or("no words");
        tracing::error!(place, words, "panic: this task ends, the service goes on");
    }));
}
