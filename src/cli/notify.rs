//! Tells systemd how the service is, where it asks: ready, alive, stopping. Without `NOTIFY_SOCKET` nothing is said.

use std::io;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// Says that the service is ready, then that it lives as often as it is asked to, and at last that it stops.
pub(super) async fn tell(stop: CancellationToken) {
    let Some(socket) = socket() else { return };
    say(&socket, "READY=1");
    match interval(|name| std::env::var(name).ok()) {
        None => stop.cancelled().await,
        Some(every) => {
            while stop
                .run_until_cancelled(tokio::time::sleep(every))
                .await
                .is_some()
            {
                say(&socket, "WATCHDOG=1");
            }
        }
    }
    say(&socket, "STOPPING=1");
}

fn socket() -> Option<String> {
    std::env::var("NOTIFY_SOCKET")
        .ok()
        .filter(|name| !name.is_empty())
}

/// Gives half of the time after which a silent service is started anew, if this process is the one that is watched.
fn interval(variable: impl Fn(&str) -> Option<String>) -> Option<Duration> {
    let own = variable("WATCHDOG_PID").is_none_or(|pid| pid == std::process::id().to_string());
    let microseconds: u64 = variable("WATCHDOG_USEC")?.parse().ok()?;
    (own && microseconds > 0).then(|| Duration::from_micros(microseconds) / 2)
}

fn say(socket: &str, words: &str) {
    if let Err(error) = send(socket, words) {
        tracing::warn!(%error, words, "systemd was not told");
    }
}

/// A name that begins with `@` is of the kernel's own name space.
#[cfg(target_os = "linux")]
fn send(socket: &str, words: &str) -> io::Result<()> {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net::{SocketAddr, UnixDatagram};
    let address = match socket.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(socket)?,
    };
    UnixDatagram::unbound()?.send_to_addr(words.as_bytes(), &address)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn send(_: &str, _: &str) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watchdog_is_told_twice_as_often_as_it_looks_and_only_by_whom_it_watches() {
        let every = |pid: &str, time: &str| {
            interval(|name| match name {
                "WATCHDOG_PID" if !pid.is_empty() => Some(pid.to_owned()),
                "WATCHDOG_USEC" if !time.is_empty() => Some(time.to_owned()),
                _ => None,
            })
        };
        let own = std::process::id().to_string();
        assert_eq!(every("", "30000000"), Some(Duration::from_secs(15)));
        assert_eq!(every(&own, "2000"), Some(Duration::from_millis(1)));
        for (pid, time) in [("1", "2000"), ("", ""), ("", "x"), (&own, "0")] {
            assert_eq!(every(pid, time), None);
        }
    }
}
