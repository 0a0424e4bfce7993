//! Keeps the language that a reader chose.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;

use super::cookie::Cookie;
use super::form::Fields;
use super::page::see;
use super::{App, Failure};
use crate::i18n::Lang;

/// Sets the language and goes back to the page that was read.
pub(super) async fn choose(State(app): State<App>, fields: Fields) -> Result<Response, Failure> {
    let lang = fields.read::<Lang>("language");
    let lang = lang.ok_or(Failure::status(StatusCode::BAD_REQUEST))?;
    let mut response = see(fields.get("back"));
    let cookie = Cookie::Language.write(lang.tag(), &app.settings);
    response
        .headers_mut()
        .extend(cookie.map(|c| (header::SET_COOKIE, c)));
    Ok(response)
}
