//! Knows whether a request that changes something comes from a page of this service.

use axum::http::{HeaderMap, header};

/// What the headers of a request tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It comes from a page of ours.
    Ours,
    /// It comes from elsewhere.
    Foreign,
    /// An old browser on plain HTTP says nothing: the form itself must prove it.
    Silent,
}

/// Judges by `Sec-Fetch-Site`, else by `Origin`.
pub(super) fn judge(headers: &HeaderMap, base_url: &str) -> Origin {
    if let Some(site) = headers.get("sec-fetch-site") {
        return match site.as_bytes() {
            b"same-origin" | b"none" => Origin::Ours,
            _ => Origin::Foreign,
        };
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Origin::Silent;
    };
    let origin = origin.to_str().unwrap_or_default().to_ascii_lowercase();
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    let ours = host.is_some_and(|host| authority(&origin) == Some(&host.to_ascii_lowercase()));
    match ours || origin == origin_of(base_url) {
        true => Origin::Ours,
        false => Origin::Foreign,
    }
}

fn authority(origin: &str) -> Option<&str> {
    let rest = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"))?;
    (!rest.contains('/')).then_some(rest)
}

/// Gives scheme, host and port of an address.
fn origin_of(url: &str) -> String {
    let scheme = url.find("://").map_or(0, |at| at + 3);
    let end = url[scheme..].find('/').map_or(url.len(), |at| scheme + at);
    url[..end].to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(headers: &[(&'static str, &str)]) -> Origin {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        judge(&map, "https://duty.county.example/zero")
    }

    #[test]
    fn a_browser_that_says_where_a_request_comes_from_is_believed() {
        assert_eq!(judged(&[("sec-fetch-site", "same-origin")]), Origin::Ours);
        assert_eq!(judged(&[("sec-fetch-site", "none")]), Origin::Ours);
        for site in ["cross-site", "same-site", "", "nonsense"] {
            let headers = [
                ("sec-fetch-site", site),
                ("origin", "https://duty.county.example"),
            ];
            assert_eq!(judged(&headers), Origin::Foreign, "{site}");
        }
    }

    #[test]
    fn else_the_origin_must_be_the_host_that_was_asked_or_the_configured_one() {
        assert_eq!(judged(&[("origin", "https://duty.county.example")]), Origin::Ours);
        assert_eq!(
            judged(&[("origin", "http://10.1.1.1:8080"), ("host", "10.1.1.1:8080")]),
            Origin::Ours
        );
        for origin in [
            "null",
            "https://evil.example",
            "https://duty.county.example.evil.example",
            "10.1.1.1:8080",
        ] {
            let headers = [("origin", origin), ("host", "10.1.1.1:8080")];
            assert_eq!(judged(&headers), Origin::Foreign, "{origin}");
        }
    }

    #[test]
    fn silence_is_left_to_the_form() {
        assert_eq!(judged(&[("host", "duty.county.example")]), Origin::Silent);
    }
}
