//! Receives a body: of bounded size, and of JSON.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, header};
use http_body_util::LengthLimitError;

use super::json::{self, Object};
use super::{App, Problem};
use crate::domain::time::Timestamp;
use crate::i18n::Lang;

/// Reads a body to its end. Gives the object in it, and when it had been read completely.
pub(super) async fn receive(
    app: &App,
    headers: &HeaderMap,
    body: Body,
    l: Lang,
) -> Result<(Object, Timestamp), Problem> {
    if !is_json(headers) {
        return Err(Problem::media(l));
    }
    let limit = app.settings.web.json_limit;
    let bytes = to_bytes(body, limit.bytes()).await;
    let received = app.now();
    let bytes = bytes.map_err(|error| match is_too_large(&error) {
        true => Problem::too_large(l, limit),
        false => Problem::cut(l),
    })?;
    let object = json::object(&bytes).ok_or_else(|| Problem::unreadable(l))?;
    Ok((object, received))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("application/json")
}

fn is_too_large(error: &axum::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}
