//! A small HTTP client: the simulated clerks and leaders speak through it as other systems do.

use std::time::Duration;

use axum::body::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Method, Request, StatusCode, header};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The largest answer that is read.
const LARGEST: usize = 1 << 20;

/// Speaks to one service.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pool: Pool<HttpConnector, Full<Bytes>>,
    base: String,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

impl Client {
    /// Makes a client of the service at an address.
    pub(super) fn new(base: &str) -> Self {
        Self {
            pool: Pool::builder(TokioExecutor::new()).build_http(),
            base: base.to_owned(),
        }
    }

    /// Sends JSON as another system, with its token; the key makes a repeated report count once.
    pub(super) async fn report(
        &self,
        path: &str,
        token: &str,
        key: &str,
        body: &serde_json::Value,
    ) -> Option<Answer> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{}{path}", self.base))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", key)
            .body(Full::new(Bytes::from(body.to_string())))
            .ok()?;
        self.send(request).await
    }

    /// Asks as another system, with its token.
    pub(super) async fn ask(&self, path: &str, token: &str) -> Option<Answer> {
        let request = Request::builder()
            .uri(format!("{}{path}", self.base))
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .body(Full::default())
            .ok()?;
        self.send(request).await
    }

    /// Presses the one button of a page that a letter leads to.
    pub(super) async fn press(&self, link: &str) -> Option<Answer> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(link)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::default())
            .ok()?;
        self.send(request).await
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Option<Answer> {
        let exchange = async {
            let answer = self.pool.request(request).await.ok()?;
            let status = answer.status();
            let body = Limited::new(answer.into_body(), LARGEST);
            let body = body.collect().await.ok()?.to_bytes();
            Some(Answer { status, body })
        };
        tokio::time::timeout(PATIENCE, exchange).await.ok()?
    }
}
