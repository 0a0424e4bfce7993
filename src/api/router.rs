//! Knows every address of the API. All of them ask for a token.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{any, get, post};
use axum::{Router, http::HeaderMap};

use super::caller::language;
use super::{App, Problem, bulletin, check_in, incident, obligation, receipt, roll_up, round};

/// Builds the API over a service; it is merged with the pages.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/api/v1/check-ins", post(check_in::take))
        .route("/api/v1/roll-ups", post(roll_up::send))
        .route("/api/v1/incidents", get(incident::list).post(incident::open))
        .route("/api/v1/incidents/{id}", get(incident::one))
        .route("/api/v1/incidents/{id}/reports", post(incident::follow))
        .route("/api/v1/bulletins", get(bulletin::list))
        .route("/api/v1/bulletins/{id}", get(bulletin::one))
        .route("/api/v1/receipts/{number}", get(receipt::by_number))
        .route("/api/v1/units/{unit}/obligations", get(obligation::of_unit))
        .route("/api/v1/rounds", get(round::latest))
        .route("/api/v1/rounds/{round}/missing", get(round::missing))
        .route("/api", any(nothing))
        .route("/api/", any(nothing))
        .route("/api/{*rest}", any(nothing))
        .method_not_allowed_fallback(method)
        .layer(from_fn(harden))
        .with_state(app)
}

async fn nothing(State(app): State<App>, headers: HeaderMap) -> Problem {
    Problem::not_found(language(&headers, &app))
}

async fn method(State(app): State<App>, headers: HeaderMap) -> Problem {
    Problem::method(language(&headers, &app))
}

/// Adds the headers that keep an answer from being stored, sniffed or shown as a page.
async fn harden(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let always = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ];
    for (name, value) in always {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
