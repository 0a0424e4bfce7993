//! Reads a form whatever it holds: each field once, no more of it than is allowed, stamped when it is complete.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};

use super::{App, Failure};
use crate::domain::time::Timestamp;

/// The most fields that a form can have.
const MOST: usize = 300;
/// The field that proves that an old browser's form is ours.
pub(super) const TOKEN: &str = "form_token";

/// The fields of a form, as typed.
#[derive(Debug, Clone)]
pub struct Fields {
    pairs: Vec<(String, String)>,
    /// When the form had been read completely.
    pub received: Timestamp,
}

impl Fields {
    /// Reads a body; a field that comes twice is refused, unless its name ends in `[]`.
    pub(super) fn parse(body: &[u8], received: Timestamp) -> Result<Self, Failure> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(body)
            .take(MOST + 1)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        if pairs.len() > MOST {
            return Err(Failure::status(StatusCode::BAD_REQUEST));
        }
        for (at, (name, _)) in pairs.iter().enumerate() {
            if !name.ends_with("[]") && pairs[..at].iter().any(|(earlier, _)| earlier == name) {
                return Err(Failure::Repeated(name.chars().take(40).collect()));
            }
        }
        Ok(Self { pairs, received })
    }

    /// Gives a field as typed; empty when it is not there.
    pub fn get(&self, name: &str) -> &str {
        let found = self.pairs.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    /// Tells whether a box is ticked or a button pressed.
    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(key, _)| key == name)
    }

    /// Gives all values of a field whose name ends in `[]`.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.pairs.iter().filter(move |(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }

    /// Gives everything that was typed, but for what only proves the form.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let typed = self.pairs.iter().filter(|(name, _)| name != TOKEN);
        typed.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Reads a field as a number or another thing that is written as text.
    pub fn read<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name).trim().parse().ok()
    }
}

impl FromRequest<App> for Fields {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &App) -> Result<Self, Failure> {
        if !is_form(&request) {
            return Err(Failure::status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let body = read(request.into_body(), app).await?;
        Self::parse(&body, app.now())
    }
}

/// Tells whether a request carries a form.
pub(super) fn is_form(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.trim_start()
        .to_ascii_lowercase()
        .starts_with("application/x-www-form-urlencoded")
}

/// Reads a body up to the limit of forms.
pub(super) async fn read(body: Body, app: &App) -> Result<Bytes, Failure> {
    let limit = app.settings.web.form_limit;
    to_bytes(body, limit.bytes()).await.map_err(|error| {
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = cause {
            if error.is::<http_body_util::LengthLimitError>() {
                return Failure::TooLarge(limit);
            }
            cause = error.source();
        }
        Failure::status(StatusCode::REQUEST_TIMEOUT)
    })
}

/// Gives the token that proves a form, if its body has one.
pub(super) fn token(body: &[u8]) -> Option<String> {
    form_urlencoded::parse(body)
        .take(MOST)
        .find(|(name, _)| name == TOKEN)
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Result<Fields, Failure> {
        Fields::parse(body.as_bytes(), Timestamp::default())
    }

    #[test]
    fn a_field_is_read_as_typed_and_an_absent_one_is_empty() {
        let form = parse("place=%F0%A0%AE%B7%E6%9D%91+3&urgent=&n=7").unwrap();
        assert_eq!((form.get("place"), form.get("what")), ("𠮷村 3", ""));
        assert!(form.has("urgent") && !form.has("what"));
        assert_eq!(form.read::<i64>("n"), Some(7));
    }

    #[test]
    fn a_field_that_comes_twice_is_refused_unless_it_is_a_list() {
        assert!(matches!(parse("a=1&b=2&a=1"), Err(Failure::Repeated(name)) if name == "a"));
        assert_eq!(
            parse("u[]=1&u[]=2").unwrap().all("u[]").collect::<Vec<_>>(),
            ["1", "2"]
        );
    }

    #[test]
    fn bytes_that_are_no_text_do_not_fail() {
        assert_eq!(parse("a=%ff%00%zz").unwrap().get("a"), "\u{fffd}\0%zz");
        assert!(parse(&"a&".repeat(400)).is_err());
    }
}
