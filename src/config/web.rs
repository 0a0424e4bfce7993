//! Knows `[web]`: how much, how long, and under which protection clients may talk.

use std::path::PathBuf;

use super::read::{Broken, Reader};
use super::value::{Network, Size, Span};

/// `[web]`
#[derive(Debug, Clone)]
pub struct Web {
    pub form_limit: Size,
    pub json_limit: Size,
    pub import_limit: Size,
    pub connections: usize,
    pub connections_per_address: usize,
    pub header_timeout: Span,
    pub request_timeout: Span,
    pub stop_timeout: Span,
    pub trusted_proxies: Vec<Network>,
    /// `None`: a proxy provides TLS, or nobody does.
    pub tls: Option<TlsFiles>,
    pub plain_http: bool,
}

/// Where the service's own certificate lies, as PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate and its chain.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Web {
    pub(super) fn read(r: &Reader<'_>) -> Result<Self, Broken> {
        let size = |key: &str| r.within(key, Size::kib(4)..=Size::kib(1 << 20));
        let patience = || Span::millis(100)..=Span::minutes(10);
        Ok(Self {
            form_limit: size("web.form_limit")?,
            json_limit: size("web.json_limit")?,
            import_limit: size("web.import_limit")?,
            connections: r.within("web.connections", 8..=100_000)?,
            connections_per_address: r.within("web.connections_per_address", 8..=100_000)?,
            header_timeout: r.within("web.header_timeout", patience())?,
            request_timeout: r.within("web.request_timeout", patience())?,
            stop_timeout: r.within("web.stop_timeout", patience())?,
            trusted_proxies: r.list("web.trusted_proxies")?,
            tls: tls(r)?,
            plain_http: r.get("web.plain_http")?,
        })
    }
}

/// Takes both files, or none.
fn tls(r: &Reader<'_>) -> Result<Option<TlsFiles>, Broken> {
    let lacks = |key, other| r.fault(key, |l| l.config_tls_pair(other));
    match (r.path("web.tls_certificate")?, r.path("web.tls_key")?) {
        (Some(certificate), Some(key)) => return Ok(Some(TlsFiles { certificate, key })),
        (Some(_), None) => lacks("web.tls_key", "web.tls_certificate"),
        (None, Some(_)) => lacks("web.tls_certificate", "web.tls_key"),
        (None, None) => {}
    }
    Ok(None)
}
