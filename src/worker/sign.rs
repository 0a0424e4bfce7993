//! Sends an outside monitor a sign of life while the service saves, ticks and sends. When it stands still nothing is sent, and
//! the monitor calls.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::{Request, Uri, header};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

use super::task::rest;
use crate::config::Heartbeat;
use crate::domain::time::{Timestamp, from_millis};
use crate::mail::authorities;
use crate::service::{Service, Vitals};

/// How long the monitor may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long after its start the service waits for its first tick before it looks whether all is well.
const FIRST: Duration = Duration::from_secs(1);

/// For how long no letter of those that are due may go before the outbox stands still.
const STILL: TimeDelta = TimeDelta::minutes(15);

pub(super) async fn run(service: Arc<Service>, stop: CancellationToken) {
    let heartbeat = &service.settings.heartbeat;
    let Some(url) = heartbeat.target() else {
        return stop.cancelled().await;
    };
    rest(FIRST, &stop).await;
    while !stop.is_cancelled() {
        match unwell(&service).await {
            Some(why) => tracing::warn!("no sign of life is sent to the outside monitor: {why}"),
            None => {
                let sent = tokio::time::timeout(PATIENCE, send(heartbeat, &url)).await;
                let sent = sent.unwrap_or_else(|_| Err(io::Error::other("it does not answer in time")));
                if let Err(error) = sent {
                    tracing::warn!(%error, "the outside monitor did not take the sign of life: {error}");
                }
            }
        }
        rest(heartbeat.every.duration(), &stop).await;
    }
}

/// Gives why the service does not do its work, if it does not.
async fn unwell(service: &Service) -> Option<String> {
    let now = service.now();
    let health = match service.health().await {
        Ok(health) => health,
        Err(error) => return Some(error.to_string()),
    };
    let vitals = match service.vitals().await {
        Ok(vitals) => vitals,
        Err(error) => return Some(error.to_string()),
    };
    let says = [
        (!health.schema, "the tables are of another version"),
        (!health.is_ticking(now), "the tick stands still"),
        (!health.is_sending(), "an urgent letter waits"),
        (is_stuck(&vitals, now), "letters are due, and none is accepted"),
    ];
    let found = says.into_iter().find(|(holds, _)| *holds);
    found.map(|(_, why)| why.to_owned())
}

/// Tells whether letters are due and none has gone for long.
fn is_stuck(vitals: &Vitals, now: Timestamp) -> bool {
    let is_old = |at: Timestamp| now - at > STILL;
    let waits = vitals.routine.oldest.and_then(from_millis);
    waits.is_some_and(is_old) && vitals.relay.accepted.is_none_or(is_old)
}

/// Fetches the address once, follows nothing, and reads no more than whether it was taken.
async fn send(heartbeat: &Heartbeat, url: &Uri) -> io::Result<()> {
    let wrong = |words: &str| io::Error::other(words.to_owned());
    let host = url.host().ok_or_else(|| wrong("the address names no host"))?;
    let host = host.trim_matches(['[', ']']);
    let is_protected = url.scheme_str() == Some("https");
    let port = url.port_u16().unwrap_or(if is_protected { 443 } else { 80 });
    let stream = connect(heartbeat, host, port).await?;
    if !is_protected {
        return fetch(stream, url).await;
    }
    let config = authorities(heartbeat.ca_file.as_deref()).map_err(io::Error::other)?;
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let stream = TlsConnector::from(config).connect(name, stream).await?;
    fetch(stream, url).await
}

/// Connects to the first address of a host that may be reached and answers: the address that was looked at is the one used.
async fn connect(heartbeat: &Heartbeat, host: &str, port: u16) -> io::Result<TcpStream> {
    let found = tokio::net::lookup_host((host, port)).await?;
    let may: Vec<SocketAddr> = found.filter(|at| heartbeat.may_reach(at.ip())).collect();
    if may.is_empty() {
        return Err(io::Error::other(
            "its address is in a private network that heartbeat.allow does not list",
        ));
    }
    TcpStream::connect(may.as_slice()).await
}

async fn fetch<S>(stream: S, url: &Uri) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let authority = url.authority().map(ToString::to_string).unwrap_or_default();
    let request = Request::get(path)
        .header(header::HOST, authority)
        .header(
            header::USER_AGENT,
            concat!("allclear/", env!("CARGO_PKG_VERSION")),
        )
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(io::Error::other)?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    // Dropped at the end, and the connection with it: what else the monitor says is not read.
    let mut at_work = JoinSet::new();
    at_work.spawn(connection);
    let answer = sender.send_request(request).await.map_err(io::Error::other)?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        status => Err(io::Error::other(format!("it answers {status}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{LaneCount, RelayState};

    #[test]
    fn the_outbox_stands_still_when_letters_are_due_and_none_has_gone_for_long() {
        let now = from_millis(1_800_000_000_000).unwrap();
        let ago = |minutes: i64| now - TimeDelta::minutes(minutes);
        let vitals = |oldest: Option<i64>, accepted: Option<i64>| Vitals {
            at: now,
            urgent: LaneCount::default(),
            routine: LaneCount {
                oldest: oldest.map(|minutes| ago(minutes).timestamp_millis()),
                ..LaneCount::default()
            },
            overdue: 0,
            unanswered: (0, None),
            ticked: None,
            beat: None,
            relay: RelayState {
                accepted: accepted.map(ago),
                ..RelayState::default()
            },
            size: 0,
        };
        for (oldest, accepted, stuck) in [
            (None, None, false),
            (None, Some(900), false),
            (Some(10), Some(900), false),
            (Some(20), Some(1), false),
            (Some(20), Some(20), true),
            (Some(20), None, true),
        ] {
            assert_eq!(
                is_stuck(&vitals(oldest, accepted), now),
                stuck,
                "{oldest:?} {accepted:?}"
            );
        }
    }
}
