//! Tells a monitor figures, as Prometheus reads them; to whoever knows the token of the settings, and to nobody else.
//!
//! No figure bears the name of a place or of a post.

use std::fmt::{Display, Write as _};
use std::sync::atomic::Ordering;

use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use secrecy::ExposeSecret as _;
use subtle::ConstantTimeEq as _;

use super::App;
use crate::auth::Peer;
use crate::domain::time::Timestamp;
use crate::service::{Error, Vitals, disk};
use crate::store::LaneCount;

/// How the text is called.
const KIND: [(header::HeaderName, &str); 2] = [
    (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
    (header::CACHE_CONTROL, "no-store"),
];

/// Gives the figures.
pub(super) async fn page(
    State(app): State<App>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
) -> Response {
    let Some(token) = &app.settings.metrics.token else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if !knows(&headers, token.expose_secret()) {
        let address = peer.map(|peer| peer.0.0.to_string()).unwrap_or_default();
        return match app.stumble("metrics", &address).await {
            Err(Error::Wait { .. }) => StatusCode::TOO_MANY_REQUESTS.into_response(),
            _ => (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")]).into_response(),
        };
    }
    match app.vitals().await {
        Ok(vitals) => (KIND, text(&app, &vitals)).into_response(),
        Err(error) => {
            tracing::warn!(%error, "there are no figures: {error}");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

fn knows(headers: &HeaderMap, token: &str) -> bool {
    let said = headers
        .get(header::AUTHORIZATION)
        .and_then(|said| said.to_str().ok());
    let bearer = said
        .and_then(|said| said.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    bearer.is_some_and(|(_, said)| said.trim().as_bytes().ct_eq(token.as_bytes()).into())
}

/// The text so far.
#[derive(Default)]
struct Sheet(String);

impl Sheet {
    /// Writes one figure with its explanation; what is not known has no value.
    fn figure(&mut self, name: &str, kind: &str, help: &str, values: &[(&str, Option<&dyn Display>)]) {
        let _ = writeln!(
            self.0,
            "# HELP allclear_{name} {help}\n# TYPE allclear_{name} {kind}"
        );
        for (labels, value) in values {
            if let Some(value) = value {
                let _ = writeln!(self.0, "allclear_{name}{labels} {value}");
            }
        }
    }

    fn gauge(&mut self, name: &str, help: &str, value: Option<&dyn Display>) {
        self.figure(name, "gauge", help, &[("", value)]);
    }

    /// Writes one figure of both lanes.
    fn lanes(&mut self, name: &str, help: &str, of: &Vitals, value: impl Fn(&LaneCount) -> Option<f64>) {
        let (urgent, routine) = (value(&of.urgent), value(&of.routine));
        let some = |value: &'_ Option<f64>| value.map(|value| value.to_string());
        let (urgent, routine) = (some(&urgent), some(&routine));
        let values = [
            ("{lane=\"urgent\"}", urgent.as_ref().map(|v| v as &dyn Display)),
            ("{lane=\"routine\"}", routine.as_ref().map(|v| v as &dyn Display)),
        ];
        self.figure(name, "gauge", help, &values);
    }
}

/// Gives how long something has been so, in seconds.
fn age(now: Timestamp, since: Option<i64>) -> Option<f64> {
    let millis = now.timestamp_millis().saturating_sub(since?).max(0);
    Some(millis as f64 / 1000.0)
}

fn text(app: &App, of: &Vitals) -> String {
    let mut sheet = Sheet::default();
    let version = concat!("{version=\"", env!("CARGO_PKG_VERSION"), "\"}");
    sheet.figure(
        "build_info",
        "gauge",
        "Which program this is.",
        &[(version, Some(&1))],
    );
    let taken = app.reports_taken.load(Ordering::Relaxed);
    let help = "Reports taken in by this process since it started.";
    sheet.figure("check_ins_total", "counter", help, &[("", Some(&taken))]);
    letters(&mut sheet, of);
    sheet.gauge(
        "obligations_overdue",
        "Obligations past their grace in rounds that are open.",
        Some(&of.overdue),
    );
    sheet.gauge(
        "alerts_unanswered",
        "Urgent reports that nobody has acknowledged.",
        Some(&of.unanswered.0),
    );
    let oldest = age(of.at, of.unanswered.1).unwrap_or_default();
    sheet.gauge(
        "alert_unanswered_oldest_age_seconds",
        "Age of the oldest of them; 0: there is none.",
        Some(&oldest),
    );
    ages(&mut sheet, of);
    sheet.gauge(
        "database_size_bytes",
        "How large the database is.",
        Some(&of.size),
    );
    let free = disk::free(&app.settings.service.data_dir).ok();
    sheet.gauge(
        "data_dir_free_bytes",
        "Room left where the data are.",
        free.as_ref().map(|v| v as &dyn Display),
    );
    sheet.0
}

fn letters(sheet: &mut Sheet, of: &Vitals) {
    let count = |n: i64| Some(n as f64);
    sheet.lanes(
        "letters_waiting",
        "Letters that no mail server has accepted yet.",
        of,
        |lane| count(lane.waiting),
    );
    sheet.lanes(
        "letters_failed",
        "Letters given up that nobody has seen to.",
        of,
        |lane| count(lane.failed),
    );
    let help = "Age of the oldest letter that is due; 0: none is.";
    sheet.lanes("letter_oldest_due_age_seconds", help, of, |lane| {
        Some(age(of.at, lane.oldest).unwrap_or_default())
    });
    let relay = &of.relay;
    let works = u8::from(relay.stopped.is_none() && relay.failures == 0);
    sheet.gauge(
        "relay_up",
        "1: the mail server answered when it was last asked; 0: it did not, or refuses us.",
        Some(&works),
    );
    let refuses = u8::from(relay.stopped.is_some());
    sheet.gauge(
        "relay_refuses_settings",
        "1: it refuses sender or sign-in; an administrator must act.",
        Some(&refuses),
    );
    sheet.gauge(
        "relay_failures",
        "Failures in a row since it last answered.",
        Some(&relay.failures),
    );
}

fn ages(sheet: &mut Sheet, of: &Vitals) {
    let accepted = of.relay.accepted.map(|at| at.timestamp_millis());
    for (name, help, since) in [
        (
            "last_letter_accepted_age_seconds",
            "Since a mail server last accepted a letter.",
            accepted,
        ),
        (
            "last_tick_age_seconds",
            "Since what is due was last looked at.",
            of.ticked,
        ),
        (
            "last_beat_age_seconds",
            "Since an instance last showed a sign of life.",
            of.beat,
        ),
    ] {
        let age = age(of.at, since);
        sheet.gauge(name, help, age.as_ref().map(|v| v as &dyn Display));
    }
}
