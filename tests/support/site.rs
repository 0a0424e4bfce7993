//! Knows how a test runs the real server on a loopback socket, and how it browses there without a browser.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use allclear::web;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::House;

/// The running server; it stops when this is dropped.
#[derive(Debug)]
pub struct Site {
    pub house: House,
    pub at: SocketAddr,
    stop: CancellationToken,
}

impl Site {
    /// Serves a house.
    pub async fn open(house: House) -> Self {
        Self::with(house, Vec::new()).await
    }

    /// Serves a house with further pages.
    pub async fn with(house: House, further: Vec<web::Route>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let router = web::router(&house.service, further).merge(allclear::api::router(house.service.clone()));
        tokio::spawn(web::serve(house.service.clone(), router, listener, stop.clone()));
        Self { house, at, stop }
    }

    /// Gives somebody with a browser of his own, who reads Chinese.
    pub fn browser(&self) -> Browser {
        Browser {
            at: self.at,
            cookies: BTreeMap::new(),
            headers: vec![
                ("accept-language".to_owned(), "zh-CN".to_owned()),
                ("sec-fetch-site".to_owned(), "same-origin".to_owned()),
            ],
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Somebody with a browser: keeps cookies, follows nothing.
#[derive(Debug, Clone)]
pub struct Browser {
    at: SocketAddr,
    pub cookies: BTreeMap<String, String>,
    headers: Vec<(String, String)>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    /// How many bytes the body had on the wire.
    pub bytes: usize,
}

impl Browser {
    /// Says something else, or nothing for an empty value, in a header from now on.
    pub fn says(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        if !value.is_empty() {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, Bytes::new()).await
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.post_raw(path, form.into()).await
    }

    /// Sends the bytes of a form as they are.
    pub async fn post_raw(&mut self, path: &str, body: Bytes) -> Answer {
        let kind = Some("application/x-www-form-urlencoded");
        self.send(Method::POST, path, kind, body).await
    }

    /// Sends anything.
    pub async fn send(&mut self, method: Method, path: &str, kind: Option<&str>, body: Bytes) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        let mut hosted = false;
        for (name, value) in &self.headers {
            hosted |= name == "host";
            request = request.header(name, value);
        }
        if !hosted {
            request = request.header("host", self.at.to_string());
        }
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        let jar: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
        if !jar.is_empty() {
            request = request.header("cookie", jar.join("; "));
        }
        let stream = TcpStream::connect(self.at).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        tokio::spawn(connection);
        let response = sender
            .send_request(request.body(Full::new(body)).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        self.keep(&parts.headers);
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: bytes.len(),
            text: String::from_utf8(bytes.to_vec()).unwrap_or_default(),
        }
    }

    fn keep(&mut self, headers: &HeaderMap) {
        for line in headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

impl Answer {
    /// Gives where it sends on to.
    pub fn goes_to(&self) -> &str {
        let place = self.headers.get("location").map(|v| v.to_str().unwrap());
        place.unwrap_or_else(|| panic!("{} does not send on:\n{}", self.status, self.text))
    }

    /// Gives a header; empty when there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    /// Tells whether the page says something.
    pub fn says(&self, words: &str) -> bool {
        self.text.contains(words)
    }

    /// Holds that the page says something.
    pub fn must_say(&self, words: &str) -> &Self {
        assert!(
            self.says(words),
            "{} does not say {words:?}:\n{}",
            self.status,
            self.text
        );
        self
    }

    /// Holds that the page does not say something.
    pub fn must_not_say(&self, words: &str) -> &Self {
        assert!(!self.says(words), "it says {words:?}:\n{}", self.text);
        self
    }

    /// Holds the status.
    pub fn must_be(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "\n{}", self.text);
        self
    }

    /// Gives the value of a field of a form.
    pub fn field(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let rest = self.text.split_once(&mark).map(|(_, rest)| rest);
        let rest = rest.unwrap_or_else(|| panic!("no field {name:?}:\n{}", self.text));
        rest.split('"').next().unwrap().to_owned()
    }
}
