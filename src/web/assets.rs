//! Knows the style sheet, the script and the icon: part of the program, named by their content.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::Failure;
use crate::service::token_hash;

/// One file that pages load.
#[derive(Debug)]
struct Asset {
    stem: &'static str,
    ending: &'static str,
    kind: &'static str,
    content: &'static str,
}

const STYLE: Asset = Asset {
    stem: "allclear",
    ending: "css",
    kind: "text/css; charset=utf-8",
    content: concat!(
        include_str!("../../assets/base.css"),
        include_str!("../../assets/form.css"),
        include_str!("../../assets/desk.css"),
        include_str!("../../assets/board.css"),
        include_str!("../../assets/audit.css"),
        include_str!("../../assets/admin.css"),
    ),
};
const SCRIPT: Asset = Asset {
    stem: "allclear",
    ending: "js",
    kind: "text/javascript; charset=utf-8",
    content: concat!(
        include_str!("../../assets/allclear.js"),
        include_str!("../../assets/board.js"),
    ),
};
const ICON: Asset = Asset {
    stem: "icon",
    ending: "svg",
    kind: "image/svg+xml",
    content: include_str!("../../assets/icon.svg"),
};

/// Where pages find the files.
#[derive(Debug)]
pub(super) struct Addresses {
    pub(super) style: String,
    pub(super) script: String,
    pub(super) icon: String,
}

/// The addresses change when the content does, so browsers may keep what they have for ever.
pub(super) static ADDRESSES: LazyLock<Addresses> = LazyLock::new(|| Addresses {
    style: format!("/assets/{}", STYLE.name()),
    script: format!("/assets/{}", SCRIPT.name()),
    icon: format!("/assets/{}", ICON.name()),
});

impl Asset {
    fn name(&self) -> String {
        let hash = token_hash(self.content);
        format!("{}.{}.{}", self.stem, &hash[..12], self.ending)
    }
}

/// Gives a file; one with an old name is gone.
pub(super) async fn get(Path(name): Path<String>) -> Result<Response, Failure> {
    let named = |address: &str| address.strip_prefix("/assets/") == Some(name.as_str());
    let asset = match () {
        () if named(&ADDRESSES.style) => STYLE,
        () if named(&ADDRESSES.script) => SCRIPT,
        () if named(&ADDRESSES.icon) => ICON,
        () => return Err(Failure::status(StatusCode::NOT_FOUND)),
    };
    let mut response = asset.content.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    let ever = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(header::CACHE_CONTROL, ever);
    Ok(response)
}
