//! Knows what must hold between settings, and what an administrator should know before the service starts.

use std::net::IpAddr;

use chrono_tz::{TZ_VARIANTS, Tz};

use super::read::{Broken, Reader};
use super::settings::{Mail, Settings};
use super::value::{Setting, Tls};
use crate::domain::alert::Policy;
use crate::i18n::Lang;

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
            r.fault("service.zone", |l| l.config_zone(near));
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
        r.fault("service.name", Lang::config_name);
    }
    base_url(s, r);
    tls(s, r);
    mail(&s.mail, r);
    if s.intake.batch > s.intake.queue {
        r.fault("intake.batch", |l| l.config_no_more_than("intake.queue"));
    }
    if s.urgent.steps.len() >= Policy::MOST_STEPS {
        let most = Policy::MOST_STEPS - 1;
        r.fault("urgent.steps", |l| l.config_most_steps(most));
    }
    if s.session.idle > s.session.absolute {
        r.fault("session.idle", |l| l.config_no_longer_than("session.absolute"));
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
        r.fault("service.base_url", |l| {
            l.config_url("https://duty.county.example")
        });
    } else if url.starts_with("http://") && !s.web.plain_http && !is_this_machine(host) {
        r.fault("service.base_url", Lang::config_no_tls);
    }
}

/// Notes what does not fit to a certificate of one's own.
fn tls(s: &Settings, r: &Reader<'_>) {
    if s.web.tls.is_none() {
        return;
    }
    if s.web.plain_http {
        r.fault("web.plain_http", Lang::config_tls_plain);
    }
    if s.service.base_url.starts_with("http://") {
        r.fault("service.base_url", Lang::config_tls_url);
    }
}

/// Notes what is wrong with the mail server.
fn mail(m: &Mail, r: &Reader<'_>) {
    let Some(host) = &m.host else { return };
    if host.contains([':', '/', '@', ' ']) {
        r.fault("mail.host", Lang::config_mail_host);
    }
    let Some(from) = &m.from_address else {
        return r.fault("mail.from_address", Lang::config_mail_from);
    };
    match (&m.login, &m.password) {
        (Some(_), None) => r.fault("mail.password", Lang::config_mail_password),
        (None, Some(_)) => r.fault("mail.login", Lang::config_mail_login),
        _ => {}
    }
    let picky = |domain: &&&str| host == **domain || host.ends_with(&format!(".{domain}"));
    if let (Some(login), Some(domain)) = (&m.login, OWN_ADDRESS_ONLY.iter().find(picky))
        && !login.eq_ignore_ascii_case(from.as_str())
    {
        r.fault("mail.from_address", |l| l.config_mail_own(domain, login));
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
    pub fn warnings(&self, l: Lang) -> Vec<String> {
        let (mail, duty) = (&self.mail, &self.duty);
        let beyond = mail.host.as_deref().is_some_and(|host| !is_this_machine(host));
        let port = |port, is_wrong| mail.port == port && mail.host.is_some() && is_wrong;
        let says = [
            (mail.host.is_none(), l.config_warn_no_mail().to_owned()),
            (
                mail.tls == Tls::Plain && beyond,
                l.config_warn_plain_mail().to_owned(),
            ),
            (
                port(465, mail.tls != Tls::Implicit),
                l.config_warn_port(465, "implicit"),
            ),
            (
                port(587, mail.tls == Tls::Implicit),
                l.config_warn_port(587, "starttls"),
            ),
            (self.is_in_the_clear(), l.config_warn_clear().to_owned()),
            (self.web.plain_http, l.config_warn_plain().to_owned()),
            (duty.phone.is_empty(), l.config_warn_phone().to_owned()),
            (
                duty.leaders.is_empty() && duty.officers.is_empty(),
                l.config_warn_nobody().to_owned(),
            ),
            (duty.leaders.is_empty(), l.config_warn_leaders().to_owned()),
        ];
        let holding = says.into_iter().filter(|(holds, _)| *holds);
        holding.map(|(_, say)| say).collect()
    }
}
