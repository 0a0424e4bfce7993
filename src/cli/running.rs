//! Knows how the parts of a running service start together and end in time.

use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::notify;
use crate::service::Service;
use crate::{web, worker};

/// The files that are open beside connections: databases, mail, logs.
#[cfg(unix)]
const SPARE: u64 = 200;

/// Serves until `stop` is cancelled, and then as long as `web.stop_timeout` allows.
///
/// Whatever was acknowledged is on disk, so nothing is lost when the time is over.
///
/// # Errors
/// When connections cannot be accepted.
pub(super) async fn run(
    service: Arc<Service>,
    router: Router,
    listener: TcpListener,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let address = listener.local_addr()?;
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "serving");
    tokio::spawn(notify::tell(stop.clone()));
    let worker = tokio::spawn(worker::run(service.clone(), stop.clone()));
    let mut pages = tokio::spawn(web::serve(service.clone(), router, listener, stop.clone()));
    let ended = tokio::select! {
        () = stop.cancelled() => None,
        ended = &mut pages => Some(ended),
    };
    stop.cancel();
    let rest = async {
        let ended = match ended {
            Some(ended) => ended,
            None => pages.await,
        };
        // A panic in a part was logged where it happened.
        let _ = worker.await;
        service.store.close().await;
        ended
    };
    let patience = service.settings.web.stop_timeout.duration();
    let ended = match tokio::time::timeout(patience, rest).await {
        Ok(Ok(served)) => served,
        Ok(Err(panic)) => Err(std::io::Error::other(panic)),
        Err(_) => Ok(()),
    };
    tracing::info!("stopped");
    ended
}

/// Lets the process hold as many open files as the system permits, since each connection is one.
#[cfg(unix)]
pub(super) fn open_many_files(connections: usize) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wide = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if limit.current != limit.maximum
        && let Err(error) = setrlimit(Resource::Nofile, wide)
    {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
    let needed = u64::try_from(connections)
        .unwrap_or(u64::MAX)
        .saturating_add(SPARE);
    if let Some(most) = limit.maximum.filter(|most| *most < needed) {
        tracing::warn!(
            most,
            needed,
            "the system permits fewer open files than web.connections may need"
        );
    }
}

#[cfg(not(unix))]
pub(super) fn open_many_files(_: usize) {}

/// Cancels `stop` when the process is told to end; the second time, it ends at once.
///
/// # Errors
/// When the signals cannot be listened for.
pub(super) fn end_on_signal(stop: CancellationToken) -> std::io::Result<()> {
    let mut signals = Signals::new()?;
    tokio::spawn(async move {
        signals.next().await;
        stop.cancel();
        signals.next().await;
        std::process::exit(1);
    });
    Ok(())
}

#[cfg(unix)]
struct Signals(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self(
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
        ))
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
