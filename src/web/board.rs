//! The duty board: which round, how long left, the counts as links, and what needs action first.
//!
//! * `address.rs` — what the address bar holds
//! * `load.rs` — everything that one page reads
//! * `coming.rs` — what comes while no round is under way
//! * `view.rs`, `rows.rs`, `red.rs` — how it is said
//! * `glance.rs` — today in a few lines, for a leader
//! * `acts.rs`, `form.rs`, `enter.rs` — the forms behind the buttons; `notice.rs` — the sentence after an act;
//!   `spot.rs` — spot checks; `awaiting.rs` — what waits for the office

pub(super) mod acts;
mod address;
pub(super) mod awaiting;
mod coming;
pub(super) mod enter;
mod folds;
pub(super) mod form;
pub(super) mod glance;
pub(super) mod load;
pub(super) mod notice;
mod red;
mod rows;
pub(super) mod spot;
mod view;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

pub(super) use address::{Address, Asked};
pub(super) use notice::{UndoView, notice, undo, with_notice};
pub(super) use red::{IncidentView, Strip, class_name, colour, stands};
pub(super) use rows::{StandingView, rests, when};

use super::page::html;
use super::visit::Visit;
use super::{App, Failure};
use crate::service::token_hash;

/// Tells a poll that found nothing new as of when that is.
const AS_OF: HeaderName = HeaderName::from_static("x-as-of");

/// Shows the board. A poll that finds nothing new is answered in a few bytes.
pub(super) async fn page(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let address = Address::of(&asked);
    let loaded = load::load(&app, visit.actor()?, &address).await?;
    let view = view::view(&app, &visit, &loaded, &address, &asked)?;
    let text = view.render().map_err(|error| {
        tracing::error!(%error, "a template failed");
        Failure::status(StatusCode::INTERNAL_SERVER_ERROR)
    })?;
    // What the clock alone changes is nothing new.
    let tag = format!("\"{}\"", &token_hash(&text.replace(&view.as_of, ""))[..24]);
    let known = headers.get(header::IF_NONE_MATCH);
    let mut response = match known.is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => html(&view)?,
    };
    let as_of = view.l.data_as_of(&view.as_of);
    let as_of: String = form_urlencoded::byte_serialize(as_of.as_bytes()).collect();
    for (name, said) in [(header::ETAG, tag), (AS_OF, as_of.replace('+', "%20"))] {
        let value = HeaderValue::from_str(&said).ok();
        response.headers_mut().extend(value.map(|value| (name, value)));
    }
    Ok(response)
}
