//! Knows from which address a request really comes, and whether it came protected.

use std::net::IpAddr;

use axum::http::HeaderMap;

use crate::auth::Peer;
use crate::config::Network;

/// Walks `X-Forwarded-For` from right to left, past every trusted proxy, to the first address that is none.
///
/// What stands further left was written by the client and counts for nothing.
pub(super) fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> Peer {
    let is_trusted = |address: &IpAddr| is_proxy(*address, trusted);
    let lines: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let mut hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
    let mut at = peer;
    while is_trusted(&at) {
        match hops.next().and_then(|hop| hop.trim().parse().ok()) {
            Some(next) => at = next,
            None => break,
        }
    }
    Peer(at.to_canonical())
}

/// Tells whether an address is that of a trusted proxy.
pub(super) fn is_proxy(address: IpAddr, trusted: &[Network]) -> bool {
    let address = address.to_canonical();
    trusted.iter().any(|network| network.contains(address))
}

/// Tells whether a trusted proxy says that the client spoke TLS; what the proxy itself wrote stands last.
pub(super) fn was_protected(peer: IpAddr, headers: &HeaderMap, trusted: &[Network]) -> bool {
    let said = headers.get_all("x-forwarded-proto").iter().next_back();
    let said = said.and_then(|value| value.to_str().ok()?.rsplit(',').next());
    is_proxy(peer, trusted) && said.is_some_and(|said| said.trim().eq_ignore_ascii_case("https"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Setting as _;

    #[test]
    fn only_a_trusted_proxy_can_say_that_a_client_spoke_tls() {
        let trusted = [Network::read("10.0.0.0/8").unwrap()];
        let says = |peer: &str, lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append("x-forwarded-proto", line.parse().unwrap());
            }
            was_protected(peer.parse().unwrap(), &headers, &trusted)
        };
        assert!(says("10.0.0.5", &["https"]) && says("::ffff:10.0.0.5", &["http", "http, HTTPS"]));
        assert!(!says("192.0.2.7", &["https"]) && !says("10.0.0.5", &[]));
        assert!(!says("10.0.0.5", &["https, http"]) && !says("10.0.0.5", &["https", "http"]));
    }

    fn seen(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "::1"].map(|n| Network::read(n).unwrap());
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        client(peer.parse().unwrap(), &headers, &trusted).0.to_string()
    }

    #[test]
    fn without_a_trusted_proxy_the_header_counts_for_nothing() {
        assert_eq!(seen("192.0.2.7", &["203.0.113.9"]), "192.0.2.7");
        assert_eq!(seen("::ffff:192.0.2.7", &[]), "192.0.2.7");
    }

    #[test]
    fn the_first_address_from_the_right_that_is_no_proxy_is_the_client() {
        assert_eq!(
            seen("10.0.0.5", &["1.1.1.1, 203.0.113.9, 10.0.0.6"]),
            "203.0.113.9"
        );
        assert_eq!(
            seen("10.0.0.5", &["1.1.1.1", "203.0.113.9,10.0.0.6"]),
            "203.0.113.9"
        );
        assert_eq!(seen("::1", &["203.0.113.9"]), "203.0.113.9");
    }

    #[test]
    fn a_header_that_cannot_be_read_ends_the_walk() {
        assert_eq!(seen("10.0.0.5", &["203.0.113.9, unknown"]), "10.0.0.5");
        assert_eq!(seen("10.0.0.5", &[]), "10.0.0.5");
        assert_eq!(seen("10.0.0.5", &["10.0.0.7"]), "10.0.0.7");
    }
}
