//! Knows the style sheets, the scripts and the icon: part of the program, named by their content.
//!
//! Pages of a village load what a browser of 2020 (Chromium 86) understands, and no more than they need; pages of the
//! office load further files beside.

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
    ),
};
const OFFICE_STYLE: Asset = Asset {
    stem: "office",
    ending: "css",
    kind: STYLE.kind,
    content: concat!(
        include_str!("../../assets/board.css"),
        include_str!("../../assets/audit.css"),
        include_str!("../../assets/admin.css"),
        include_str!("../../assets/units.css"),
    ),
};
const SCRIPT: Asset = Asset {
    stem: "allclear",
    ending: "js",
    kind: "text/javascript; charset=utf-8",
    content: concat!(
        include_str!("../../assets/queue.js"),
        include_str!("../../assets/allclear.js"),
    ),
};
/// Opens the desk without a connection; its address never changes, since the browser asks for it by that.
const WORKER: &str = include_str!("../../assets/worker.js");
const OFFICE_SCRIPT: Asset = Asset {
    stem: "office",
    ending: "js",
    kind: SCRIPT.kind,
    content: include_str!("../../assets/board.js"),
};
const WALL_STYLE: Asset = Asset {
    stem: "wall",
    ending: "css",
    kind: "text/css; charset=utf-8",
    content: include_str!("../../assets/wall.css"),
};
const WALL_SCRIPT: Asset = Asset {
    stem: "wall",
    ending: "js",
    kind: "text/javascript; charset=utf-8",
    content: include_str!("../../assets/wall.js"),
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
    pub(super) office_style: String,
    pub(super) office_script: String,
    pub(super) icon: String,
    pub(super) wall_style: String,
    pub(super) wall_script: String,
}

/// The addresses change when the content does, so browsers may keep what they have for ever.
pub(super) static ADDRESSES: LazyLock<Addresses> = LazyLock::new(|| Addresses {
    style: format!("/assets/{}", STYLE.name()),
    script: format!("/assets/{}", SCRIPT.name()),
    office_style: format!("/assets/{}", OFFICE_STYLE.name()),
    office_script: format!("/assets/{}", OFFICE_SCRIPT.name()),
    icon: format!("/assets/{}", ICON.name()),
    wall_style: format!("/assets/{}", WALL_STYLE.name()),
    wall_script: format!("/assets/{}", WALL_SCRIPT.name()),
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
        () if named(&ADDRESSES.office_style) => OFFICE_STYLE,
        () if named(&ADDRESSES.office_script) => OFFICE_SCRIPT,
        () if named(&ADDRESSES.icon) => ICON,
        () if named(&ADDRESSES.wall_style) => WALL_STYLE,
        () if named(&ADDRESSES.wall_script) => WALL_SCRIPT,
        () => return Err(Failure::status(StatusCode::NOT_FOUND)),
    };
    let mut response = asset.content.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    let ever = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(header::CACHE_CONTROL, ever);
    Ok(response)
}

/// Gives the script that works beside the pages of the desk.
pub(super) async fn worker() -> Response {
    let mut response = WORKER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(SCRIPT.kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
