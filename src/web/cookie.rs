//! Knows the cookies: a session's, a workstation's, a guest's (for forms before sign-in), the language, and what is said once.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::config::Settings;

/// A cookie of this service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// An account's session; ends with the browser.
    Session,
    /// A bound workstation; long-lived.
    Device,
    /// Nobody in particular; only ties forms to a browser.
    Guest,
    /// The mark of a browser in which an account has signed in.
    Browser,
    /// The language that the reader chose.
    Language,
    /// That this workstation has just been bound: its desk says so once.
    Bound,
}

impl Cookie {
    /// Gives its name; `__Host-` keeps other hosts and plain HTTP from setting it.
    fn name(self, settings: &Settings) -> String {
        let name = match self {
            Self::Session => "allclear",
            Self::Device => "allclear-unit",
            Self::Guest => "allclear-guest",
            Self::Browser => "allclear-browser",
            Self::Language => "allclear-language",
            Self::Bound => "allclear-bound",
        };
        match settings.web.plain_http {
            true => name.to_owned(),
            false => format!("__Host-{name}"),
        }
    }

    /// Reads it from a request.
    pub(super) fn read(self, headers: &HeaderMap, settings: &Settings) -> Option<String> {
        let name = self.name(settings);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.to_owned())
            .filter(|value| !value.is_empty() && value.len() <= 200)
    }

    /// Writes it for an answer.
    pub fn write(self, value: &str, settings: &Settings) -> Option<HeaderValue> {
        let name = self.name(settings);
        let secure = if settings.web.plain_http { "" } else { "; Secure" };
        let age = match self {
            Self::Session | Self::Guest => String::new(),
            Self::Device => format!("; Max-Age={}", settings.session.device.delta().num_seconds()),
            Self::Browser | Self::Language => "; Max-Age=31536000".to_owned(),
            Self::Bound => "; Max-Age=600".to_owned(),
        };
        HeaderValue::from_str(&format!(
            "{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}"
        ))
        .ok()
    }

    /// Takes it back.
    pub(super) fn clear(self, settings: &Settings) -> Option<HeaderValue> {
        let name = self.name(settings);
        let secure = if settings.web.plain_http { "" } else { "; Secure" };
        HeaderValue::from_str(&format!(
            "{name}=; Path=/; HttpOnly; SameSite=Lax{secure}; Max-Age=0"
        ))
        .ok()
    }
}
