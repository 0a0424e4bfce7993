//! Knows the headers that keep a page from being framed, sniffed, stored, or made to load anything foreign.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// What a page may load and where its forms may go: nothing but this service.
const POLICY: &str = "default-src 'none'; object-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Adds the headers that every answer has; what a page set itself stays.
pub(super) fn harden(headers: &mut HeaderMap) {
    let always = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in always {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// Asks the browser to come protected only, for a year; said where it did come so.
pub(super) fn stay_protected(headers: &mut HeaderMap) {
    let year = HeaderValue::from_static("max-age=31536000");
    headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(year);
}
