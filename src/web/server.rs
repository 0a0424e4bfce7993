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
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::certificate::Certificate;
use super::deadline::Deadline;
use super::seats::{Seat, Seats};
use super::{App, Failure, headers, peer, visit};
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
/// When the certificate cannot be used.
pub async fn serve(
    app: App,
    router: Router,
    listener: TcpListener,
    stop: CancellationToken,
) -> io::Result<()> {
    let tls = protect(&app, &stop)?;
    let seats = Seats::new(&app.settings.web);
    let house = Arc::new(House {
        app,
        router,
        tls,
        stop: stop.clone(),
    });
    let under_way = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = house.accept(&listener, &seats) => accepted,
        };
        match accepted {
            Ok(Some(guest)) => {
                tokio::spawn(house.clone().attend(guest, under_way.watcher()));
            }
            Ok(None) => {}
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

/// Takes the service's own certificate, if it has one, and looks at its files from now on.
fn protect(app: &App, stop: &CancellationToken) -> io::Result<Option<TlsAcceptor>> {
    let Some(files) = &app.settings.web.tls else {
        return Ok(None);
    };
    let certificate = Certificate::read(files).map_err(|error| io::Error::other(error.words(Lang::En)))?;
    let certificate = Arc::new(certificate);
    tokio::spawn(certificate.clone().watch(stop.clone()));
    let config = certificate.config().map_err(io::Error::other)?;
    Ok(Some(TlsAcceptor::from(config)))
}

/// What every connection shares.
struct House {
    app: App,
    router: Router,
    tls: Option<TlsAcceptor>,
    stop: CancellationToken,
}

/// A connection that was accepted.
struct Guest {
    stream: TcpStream,
    from: SocketAddr,
    seat: Seat,
}

impl House {
    /// Accepts a connection and waits for a place. `None`: there is none for this address.
    async fn accept(&self, listener: &TcpListener, seats: &Arc<Seats>) -> io::Result<Option<Guest>> {
        let (stream, from) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let is_proxy = peer::is_proxy(from.ip(), &self.app.settings.web.trusted_proxies);
        let Some(seat) = seats.take(from.ip(), is_proxy).await else {
            tracing::warn!(address = %from.ip(), "too many connections of one address");
            return Ok(None);
        };
        Ok(Some(Guest { stream, from, seat }))
    }

    /// Serves one connection to its end, or until it has to give way.
    async fn attend(self: Arc<Self>, guest: Guest, watcher: Watcher) {
        let Guest { stream, from, seat } = guest;
        let gives_way = seat.gives_way.clone();
        let served = async {
            match self.tls.clone() {
                None => self.converse(stream, from, seat, watcher).await,
                Some(tls) => {
                    if let Some(stream) = self.shake_hands(&tls, stream).await {
                        self.converse(stream, from, seat, watcher).await;
                    }
                }
            }
        };
        if gives_way.run_until_cancelled(served).await.is_none() {
            tracing::debug!(address = %from.ip(), "a silent connection gave way to another");
        }
    }

    /// Agrees on the protection of a connection, in the time that a client has to say what it wants.
    async fn shake_hands(&self, tls: &TlsAcceptor, mut stream: TcpStream) -> Option<TlsStream<TcpStream>> {
        let patience = self.app.settings.web.header_timeout.duration();
        let shaken = async {
            let mut first = [0];
            stream.peek(&mut first).await?;
            match first[0].is_ascii_uppercase() {
                // Somebody typed http:// or nothing before the name.
                true => self.send_on(&mut stream).await.map(|()| None),
                false => tls.accept(stream).await.map(Some),
            }
        };
        let shaken = tokio::time::timeout(patience, shaken);
        match self.stop.run_until_cancelled(shaken).await?.ok()? {
            Ok(stream) => stream,
            Err(error) => {
                tracing::debug!(%error, "a connection was not protected");
                None
            }
        }
    }

    /// Sends a browser that came unprotected to the address that readers type, wherever it wanted to go.
    async fn send_on(&self, stream: &mut TcpStream) -> io::Result<()> {
        let to = &self.app.settings.service.base_url;
        let words = format!(
            "HTTP/1.1 307 Temporary Redirect\r\nlocation: {to}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        // What was sent is read, or closing would cut the answer off.
        let _ = stream.read(&mut [0; 4096]).await?;
        stream.write_all(words.as_bytes()).await?;
        stream.shutdown().await
    }

    /// Takes requests from a connection.
    async fn converse<S>(self: Arc<Self>, stream: S, from: SocketAddr, seat: Seat, watcher: Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let web = &self.app.settings.web;
        let patience = (web.header_timeout.duration(), web.request_timeout.duration());
        let seat = Arc::new(seat);
        let handler = tower::service_fn(move |request: hyper::Request<Incoming>| {
            seat.talks();
            let house = self.clone();
            let request = request.map(|body| Body::new(Deadline::new(body, patience.1)));
            async move { Ok::<_, Infallible>(house.answer(request, from).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience.0)
            .max_buf_size(HEAD)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(handler));
        if let Err(error) = watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended early");
        }
    }

    /// Answers one request, and asks whoever came protected to come so again.
    async fn answer(self: Arc<Self>, request: Request, from: SocketAddr) -> Response {
        let proxies = &self.app.settings.web.trusted_proxies;
        let is_protected = self.tls.is_some() || peer::was_protected(from.ip(), request.headers(), proxies);
        let mut response = self.clone().respond(request, from).await;
        if is_protected {
            headers::stay_protected(response.headers_mut());
        }
        response
    }

    /// Answers one request in a task of its own: a client that goes away cancels nothing, a panic ends nothing else.
    async fn respond(self: Arc<Self>, mut request: Request, from: SocketAddr) -> Response {
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
