//! Knows what must hold between settings, and what an administrator should know before the service starts.

use std::net::IpAddr;

use chrono_tz::{TZ_VARIANTS, Tz};

use super::read::{Broken, Reader};
use super::settings::{Mail, Settings};
use super::value::{Setting, Tls};
use crate::domain::alert::Policy;

/// Mail providers that accept a letter only from the address that signed in.
const OWN_ADDRESS_ONLY: [&str; 5] = ["qq.com", "163.com", "126.com", "yeah.net", "sina.com"];

/// Takes the zone; a wrong name is answered with the nearest right one.
pub(super) fn zone(r: &Reader<'_>) -> Result<Tz, Broken> {
    let text = r.text("service.zone")?;
    if let Some(zone) = Tz::read(text.trim()) {
        return Ok(zone);
    }
    let lower = text.trim().to_ascii_lowercase();
    let distance = |z: &Tz| strsim::damerau_levenshtein(&lower, &z.name().to_ascii_lowercase());
    match TZ_VARIANTS.into_iter().min_by_key(distance) {
        Some(near) if distance(&near) <= 3 => {
            r.fault(
                "service.zone",
                &format!("there is no such time zone; did you mean {near}?"),
            );
            Ok(near)
        }
        _ => r.get("service.zone"),
    }
}

/// Gives the host of a web address, without its port.
pub(super) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.strip_prefix('[').and_then(|v6| v6.split_once(']')) {
        Some((v6, _)) => v6,
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// Tells whether a host is this machine.
fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|a| a.is_loopback())
}

/// Notes what does not fit together.
pub(super) fn settings(s: &Settings, r: &Reader<'_>) {
    if s.service.name.is_empty() {
        r.fault(
            "service.name",
            "please give the name of the office; every page and letter shows it",
        );
    }
    base_url(s, r);
    tls(s, r);
    mail(&s.mail, r);
    if s.intake.batch > s.intake.queue {
        r.fault("intake.batch", "this is no more than intake.queue");
    }
    if s.urgent.steps.len() >= Policy::MOST_STEPS {
        let most = Policy::MOST_STEPS - 1;
        r.fault("urgent.steps", &format!("there are at most {most} steps"));
    }
    if s.session.idle > s.session.absolute {
        r.fault("session.idle", "this is no longer than session.absolute");
    }
}

/// Notes what is wrong with the address that readers type.
fn base_url(s: &Settings, r: &Reader<'_>) {
    let url = &s.service.base_url;
    let host = host(url);
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    if rest.is_none_or(|rest| rest.contains(['?', '#', '@', ' '])) || host.is_empty() {
        r.fault(
            "service.base_url",
            "this is a web address like https://duty.county.example",
        );
    } else if url.starts_with("http://") && !s.web.plain_http && !is_this_machine(host) {
        let words = "without TLS nobody can stay signed in: put a proxy with TLS in front and write https://, \
                     or set web.plain_http = true on a closed network";
        r.fault("service.base_url", words);
    }
}

/// Notes what does not fit to a certificate of one's own.
fn tls(s: &Settings, r: &Reader<'_>) {
    if s.web.tls.is_none() {
        return;
    }
    if s.web.plain_http {
        let words = "web.tls_certificate is set, so nothing comes unprotected; leave this out";
        r.fault("web.plain_http", words);
    }
    if s.service.base_url.starts_with("http://") {
        let words = "web.tls_certificate is set, so the address that readers type begins with https://";
        r.fault("service.base_url", words);
    }
}

/// Notes what is wrong with the mail server.
fn mail(m: &Mail, r: &Reader<'_>) {
    let Some(host) = &m.host else { return };
    if host.contains([':', '/', '@', ' ']) {
        r.fault(
            "mail.host",
            "this is the name of a host alone; the port is mail.port",
        );
    }
    let Some(from) = &m.from_address else {
        return r.fault(
            "mail.from_address",
            "mail.host is set, so letters need a sender's address",
        );
    };
    match (&m.login, &m.password) {
        (Some(_), None) => r.fault(
            "mail.password",
            "mail.login is set; give its password, or mail.password_file",
        ),
        (None, Some(_)) => r.fault(
            "mail.login",
            "mail.password is set; give the account that it belongs to",
        ),
        _ => {}
    }
    let picky = |domain: &&&str| host == **domain || host.ends_with(&format!(".{domain}"));
    if let (Some(login), Some(domain)) = (&m.login, OWN_ADDRESS_ONLY.iter().find(picky))
        && !login.eq_ignore_ascii_case(from.as_str())
    {
        let words = format!("{domain} accepts letters only from the account itself; set it to {login}");
        r.fault("mail.from_address", &words);
    }
}

impl Settings {
    /// Gives the host in the address that readers type.
    pub fn host(&self) -> &str {
        host(&self.service.base_url)
    }

    /// Tells whether pages promise TLS, and nothing here shows who provides it.
    fn is_in_the_clear(&self) -> bool {
        let web = &self.web;
        let says_tls = self.service.base_url.starts_with("https://");
        says_tls && web.tls.is_none() && web.trusted_proxies.is_empty() && !web.plain_http
    }

    /// Says what is allowed but ought to be known; the service starts all the same.
    pub fn warnings(&self) -> Vec<String> {
        let mail = &self.mail;
        let says = [
            (
                mail.host.is_none(),
                "mail.host is not set: letters wait in the outbox and nobody is told",
            ),
            (
                mail.tls == Tls::Plain && mail.host.as_deref().is_some_and(|h| !is_this_machine(h)),
                "mail.tls is plain: letters and the password cross the network unprotected",
            ),
            (
                mail.port == 465 && mail.host.is_some() && mail.tls != Tls::Implicit,
                "mail.port is 465, where servers expect mail.tls = \"implicit\"",
            ),
            (
                mail.port == 587 && mail.host.is_some() && mail.tls == Tls::Implicit,
                "mail.port is 587, where servers expect mail.tls = \"starttls\"",
            ),
            (
                self.is_in_the_clear(),
                "service.base_url says https://, but neither web.tls_certificate nor web.trusted_proxies is set: \
                 behind a proxy all clients look like one address, and without one nobody can stay signed in",
            ),
            (
                self.web.plain_http,
                "web.plain_http is true: passwords cross the network unprotected",
            ),
            (
                self.duty.phone.is_empty(),
                "duty.phone is not set: no page can say whom to phone",
            ),
            (
                self.duty.leaders.is_empty() && self.duty.officers.is_empty(),
                "duty.leaders and duty.officers are empty: an urgent report has nobody to go to",
            ),
            (
                self.duty.leaders.is_empty(),
                "duty.leaders is empty: the on_duty step of a chase has nobody to go to",
            ),
        ];
        says.into_iter()
            .filter(|(holds, _)| *holds)
            .map(|(_, say)| say.to_owned())
            .collect()
    }
}
