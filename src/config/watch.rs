//! Knows how an outside monitor watches: figures that it fetches, and a sign of life that is sent to it.

use std::net::IpAddr;
use std::path::PathBuf;

use hyper::Uri;
use secrecy::{ExposeSecret, SecretString};

use super::read::{Broken, Reader};
use super::value::{Network, Setting, Span};

/// The least characters of a token.
const TOKEN: usize = 16;

/// Networks of houses, machines and groups: an address in them is reached only where the administrator lists it.
const PRIVATE: [&str; 17] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/127",
    "64:ff9b::/96",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

/// `[metrics]`
#[derive(Debug, Clone)]
pub struct Metrics {
    /// What a monitor says to be given figures; `None`: nobody is.
    pub token: Option<SecretString>,
}

/// `[heartbeat]`
#[derive(Debug, Clone)]
pub struct Heartbeat {
    /// Where the sign of life goes; `None`: nowhere. Whoever knows it could send one too.
    pub url: Option<SecretString>,
    pub every: Span,
    /// Private networks in which the monitor may be.
    pub allow: Vec<Network>,
    pub ca_file: Option<PathBuf>,
}

impl Metrics {
    pub(super) fn read(r: &Reader<'_>) -> Result<Self, Broken> {
        let token = r.secret("metrics.token")?;
        if token
            .as_ref()
            .is_some_and(|token| token.expose_secret().len() < TOKEN)
        {
            r.fault("metrics.token", |l| l.config_token(TOKEN));
        }
        Ok(Self { token })
    }
}

impl Heartbeat {
    pub(super) fn read(r: &Reader<'_>) -> Result<Self, Broken> {
        let heartbeat = Self {
            url: r.secret("heartbeat.url")?,
            every: r.within("heartbeat.every", Span::millis(1000)..=Span::days(1))?,
            allow: r.list("heartbeat.allow")?,
            ca_file: r.path("heartbeat.ca_file")?,
        };
        if let Some(url) = &heartbeat.url {
            match target(url.expose_secret()) {
                None => r.fault("heartbeat.url", |l| {
                    l.config_url("https://monitor.county.example/ping/1234")
                }),
                Some(url) => {
                    if let Some(address) = address_of(&url).filter(|address| !heartbeat.may_reach(*address)) {
                        r.fault("heartbeat.url", |l| l.config_private(address));
                    }
                }
            }
        }
        Ok(heartbeat)
    }

    /// Gives where the sign of life goes.
    pub fn target(&self) -> Option<Uri> {
        target(self.url.as_ref()?.expose_secret())
    }

    /// Tells whether the sign of life may be sent to an address.
    pub fn may_reach(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let mut private = PRIVATE.iter().filter_map(|text| Network::read(text));
        !private.any(|network| network.contains(address))
            || self.allow.iter().any(|network| network.contains(address))
    }
}

/// Reads a web address; one with a name and password in it is none.
fn target(text: &str) -> Option<Uri> {
    let url: Uri = text.trim().parse().ok()?;
    let is_web = matches!(url.scheme_str(), Some("http" | "https"));
    let plain = url.authority().is_some_and(|a| !a.as_str().contains('@')) && !url.host()?.is_empty();
    (is_web && plain).then_some(url)
}

/// Gives the address that stands in the place of a host's name.
fn address_of(url: &Uri) -> Option<IpAddr> {
    url.host()?.trim_matches(['[', ']']).parse().ok()
}
