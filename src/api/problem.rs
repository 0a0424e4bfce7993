//! Knows why a request was not done, as RFC 9457 has it, in the language of whoever asked.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use serde::Serialize;

use super::fields::FieldError;
use crate::config::Size;
use crate::domain::form::{self, Field};
use crate::domain::intake::Refusal;
use crate::i18n::Lang;
use crate::service::{Error, Service};

/// A problem.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// Says which problem it is to a program; never changes.
    #[serde(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    #[serde(skip)]
    retry_after: Option<u32>,
}

impl Problem {
    fn new(status: StatusCode, kind: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:allclear:problem:{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// The body is no JSON object.
    pub(super) fn unreadable(l: Lang) -> Self {
        let title = l.api_title_unreadable();
        Self::new(StatusCode::BAD_REQUEST, "unreadable", title, l.api_unreadable())
    }

    /// The body ended before its time.
    pub(super) fn cut(l: Lang) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "cut-off",
            l.api_title_unreadable(),
            l.api_cut(),
        )
    }

    /// The body is too large.
    pub(super) fn too_large(l: Lang, limit: Size) -> Self {
        let (title, detail) = (l.error_title_413(), l.problem_too_large(limit));
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", title, detail)
    }

    /// The body is no JSON by its own account.
    pub(super) fn media(l: Lang) -> Self {
        let detail = l.problem_media("application/json");
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "media-type",
            l.api_title_media(),
            detail,
        )
    }

    /// Nobody stands behind the token.
    pub(super) fn token(l: Lang) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "token",
            l.api_title_token(),
            l.api_token(),
        )
    }

    /// There is no such address or thing.
    pub(super) fn not_found(l: Lang) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            l.error_title_404(),
            l.api_not_found(),
        )
    }

    /// The address does not take that method.
    pub(super) fn method(l: Lang) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method",
            l.problem_title(),
            l.api_method(),
        )
    }

    /// Fields are wrong; all of them are named.
    pub(super) fn invalid(l: Lang, errors: Vec<FieldError>) -> Self {
        let (title, detail) = (l.api_title_invalid(), l.api_mend());
        Self {
            errors,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", title, detail)
        }
    }

    /// Puts why a deed was not done into words.
    pub(super) fn of(error: Error, l: Lang, service: &Service) -> Self {
        match error {
            Error::Denied(_) => Self::new(
                StatusCode::FORBIDDEN,
                "denied",
                l.error_title_403(),
                l.api_denied(),
            ),
            Error::Missing(_) => Self::not_found(l),
            Error::Refused(refusal) => refused(refusal, l, service),
            Error::Form(faults) => {
                let error = |fault: &form::Fault| FieldError {
                    pointer: pointer(fault.field),
                    detail: l.fault(*fault),
                };
                Self::invalid(l, faults.iter().map(error).collect())
            }
            Error::Busy { retry_after } => Self {
                retry_after: Some(retry_after),
                ..Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "busy",
                    l.error_title_503(),
                    l.api_busy(),
                )
            },
            Error::Wait { seconds } => {
                let detail = l.problem_wait(l.span(TimeDelta::seconds(i64::from(seconds))));
                Self {
                    retry_after: Some(seconds),
                    ..Self::new(StatusCode::TOO_MANY_REQUESTS, "wait", l.error_title_429(), detail)
                }
            }
            other => {
                tracing::error!(error = %other, "a request of the API failed: {other}");
                Self::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    l.error_title_500(),
                    l.api_ours(),
                )
            }
        }
    }
}

fn refused(refusal: Refusal, l: Lang, service: &Service) -> Problem {
    let (status, kind) = match refusal {
        Refusal::NotOpenYet { .. } => (StatusCode::CONFLICT, "not-open-yet"),
        Refusal::Closed { .. } => (StatusCode::CONFLICT, "closed"),
        Refusal::OtherContent => (StatusCode::UNPROCESSABLE_ENTITY, "uuid-used"),
        Refusal::ReasonNeeded => (StatusCode::UNPROCESSABLE_ENTITY, "reason-needed"),
        Refusal::CallerNeeded => (StatusCode::UNPROCESSABLE_ENTITY, "caller-needed"),
        Refusal::UnknownObligation => (StatusCode::UNPROCESSABLE_ENTITY, "unknown-obligation"),
        Refusal::OtherUnit => (StatusCode::UNPROCESSABLE_ENTITY, "other-unit"),
        Refusal::NothingOwed => (StatusCode::UNPROCESSABLE_ENTITY, "nothing-owed"),
        Refusal::IncidentClosed => (StatusCode::CONFLICT, "incident-closed"),
        Refusal::UnknownIncident => (StatusCode::NOT_FOUND, "unknown-incident"),
    };
    let words = l.refusal(refusal, service.settings.service.zone);
    Problem::new(status, kind, l.api_title_refused(), words)
}

/// Gives where a field of the form stands in the body.
fn pointer(field: Field) -> String {
    match field {
        Field::Reason | Field::Claimed => format!("/{}", field.code()),
        _ => format!("/incident/{}", field.code()),
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_string(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
