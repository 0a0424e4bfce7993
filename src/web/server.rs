//! Accepts connections: a limit of them, a limit to how long a client may take, and an orderly end.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::deadline::Deadline;
use super::{App, Failure, peer, visit};
use crate::i18n::Lang;

/// The longest that accepting waits after a fault such as too many open files.
const BREATH: Duration = Duration::from_millis(100);
/// How much longer than its request an answer may take.
const GRACE: Duration = Duration::from_secs(10);
/// The largest head of a request.
const HEAD: usize = 32 * 1024;

/// Serves a router until `stop` is cancelled; then ends what is under way within the configured time.
///
/// The router is [`super::router()`], merged with that of the API.
///
/// # Errors
/// When the listener is unusable from the start.
pub async fn serve(
    app: App,
    router: Router,
    listener: TcpListener,
    stop: CancellationToken,
) -> io::Result<()> {
    let places = Arc::new(Semaphore::new(app.settings.web.connections));
    let house = Arc::new(House { app, router });
    let under_way = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        match accepted {
            Ok((stream, peer, place)) => house.clone().attend(stream, peer, place, &under_way),
            Err(error) => {
                tracing::warn!(%error, "could not accept a connection");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    let patience = house.app.settings.web.stop_timeout.duration();
    if tokio::time::timeout(patience, under_way.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests were still under way when the time to stop was over");
    }
    Ok(())
}

/// Waits for a free place first, so that what cannot be served waits in the system's own queue.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer, place))
}

/// What every connection shares.
#[derive(Debug)]
struct House {
    app: App,
    router: Router,
}

impl House {
    /// Serves one connection in a task of its own.
    fn attend(
        self: Arc<Self>,
        stream: TcpStream,
        from: SocketAddr,
        place: OwnedSemaphorePermit,
        under_way: &GracefulShutdown,
    ) {
        let web = &self.app.settings.web;
        let patience = (web.header_timeout.duration(), web.request_timeout.duration());
        let handler = tower::service_fn(move |request: hyper::Request<Incoming>| {
            let house = self.clone();
            let request = request.map(|body| Body::new(Deadline::new(body, patience.1)));
            async move { Ok::<_, Infallible>(house.answer(request, from).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience.0)
            .max_buf_size(HEAD)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(handler));
        let connection = under_way.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }

    /// Answers one request in a task of its own: a client that goes away cancels nothing, a panic ends nothing else.
    async fn answer(self: Arc<Self>, mut request: Request, from: SocketAddr) -> Response {
        let settings = &self.app.settings.web;
        let client = peer::client(from.ip(), request.headers(), &settings.trusted_proxies);
        request.extensions_mut().insert(client);
        // A body that is late ends by itself, and its handler says so; this is for what hangs after that.
        let patience = settings.request_timeout.duration() + GRACE;
        let (headers, path) = (request.headers().clone(), request.uri().path().to_owned());
        let method = request.method().clone();
        let answer = tokio::spawn(self.router.clone().oneshot(request));
        let failed = match tokio::time::timeout(patience, answer).await {
            Ok(Ok(Ok(response))) => {
                tracing::debug!(%method, path, status = response.status().as_u16(), "answered");
                return response;
            }
            Ok(Ok(Err(never))) => match never {},
            Ok(Err(error)) => {
                tracing::error!(%error, %method, path, "a request panicked");
                StatusCode::INTERNAL_SERVER_ERROR
            }
            Err(_) => {
                tracing::warn!(%method, path, "a request took too long");
                StatusCode::REQUEST_TIMEOUT
            }
        };
        self.fail(&headers, &path, failed)
    }

    /// Says that an answer failed, as a page or, to another system, as a problem.
    fn fail(&self, headers: &HeaderMap, path: &str, status: StatusCode) -> Response {
        let mut response = if path.starts_with("/api/") {
            problem(visit::language(headers, &self.app), status)
        } else {
            visit::say_to(&self.app, headers, &Failure::status(status))
        };
        // What the client was still sending has not been read.
        let close = axum::http::HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
        response
    }
}

/// Says to another system that an answer failed, as RFC 9457 has it.
fn problem(l: Lang, status: StatusCode) -> Response {
    let (kind, title) = match status {
        StatusCode::REQUEST_TIMEOUT => ("timeout", l.error_title_408()),
        _ => ("internal", l.error_title_500()),
    };
    let problem = serde_json::json!({
        "type": format!("urn:allclear:problem:{kind}"),
        "title": title,
        "status": status.as_u16(),
        "detail": l.api_ours(),
    });
    let kind = [
        (header::CONTENT_TYPE, "application/problem+json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, kind, problem.to_string()).into_response()
}
