//! Tells an outside monitor whether the service lives, and whether it can do its work.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::App;
use crate::service::disk;

/// Says that the process answers.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// Says whether it can save, tick and send, and what of it fails.
pub(super) async fn ready(State(app): State<App>) -> Response {
    let now = app.now();
    let mut checks = serde_json::Map::new();
    let mut note = |name: &str, good: bool, detail: Value| {
        checks.insert(name.to_owned(), json!({ "ok": good, "detail": detail }));
        good
    };
    let mut good = true;
    match app.health().await {
        Ok(health) => {
            good &= note("database", true, json!("writes"));
            good &= note("schema", health.schema, json!(null));
            let age = health.ticked.map(|at| now - at);
            good &= note(
                "tick",
                health.is_ticking(now),
                json!({ "age_seconds": age.map(|a| a.num_seconds()) }),
            );
            let waits = health.urgent.map(|w| w.num_seconds());
            good &= note(
                "urgent",
                health.is_sending(),
                json!({ "oldest_waits_seconds": waits }),
            );
        }
        Err(error) => {
            tracing::warn!(%error, "not ready");
            good &= note("database", false, json!("does not write"));
        }
    }
    let free = disk::free(&app.settings.service.data_dir).ok();
    let room = free.is_some_and(|free| free >= disk::TOO_LITTLE);
    good &= note("disk", room, json!({ "free_bytes": free }));
    let status = match good {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, Json(json!({ "ready": good, "checks": checks }))).into_response()
}
