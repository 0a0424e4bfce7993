//! Knows why a page could not be given, and turns it into a status and a sentence that says what to do.

use std::sync::Arc;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use chrono_tz::Tz;

use crate::config::Size;
use crate::domain::access::Denied;
use crate::i18n::Lang;
use crate::service::{Error, Fault};

/// Why a page could not be given. `visit.rs` makes the page that says so.
#[derive(Debug, Clone)]
pub enum Failure {
    /// Something about the request itself.
    Status(StatusCode),
    /// Nobody is signed in.
    SignIn,
    /// It was not sent from a page of ours.
    Foreign,
    /// The form does not prove that it is ours.
    Stale,
    /// A field came twice.
    Repeated(String),
    /// The form is larger than this.
    TooLarge(Size),
    /// The workstation or the account does not report for that unit, or no longer.
    NotTheirs,
    /// A deed was not done.
    Deed(Arc<Error>),
}

impl Failure {
    /// Makes the failure of a status.
    pub fn status(status: StatusCode) -> Self {
        Self::Status(status)
    }

    /// There is no such page, or none that whoever asks may see.
    pub const NOT_FOUND: Self = Self::Status(StatusCode::NOT_FOUND);

    /// Gives the status of the answer.
    pub fn code(&self) -> StatusCode {
        match self {
            Self::Status(code) => *code,
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::NotTheirs => StatusCode::NOT_FOUND,
            Self::Foreign | Self::Stale => StatusCode::FORBIDDEN,
            Self::Repeated(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Deed(error) => match error.as_ref() {
                Error::Denied(_) => StatusCode::FORBIDDEN,
                Error::Missing(_) => StatusCode::NOT_FOUND,
                Error::Refused(_)
                | Error::Invalid { .. }
                | Error::Form(_)
                | Error::Plan(_)
                | Error::Class(_)
                | Error::Period(_)
                | Error::Rows(_)
                | Error::Units(_)
                | Error::Roster(_) => StatusCode::UNPROCESSABLE_ENTITY,
                Error::Already(_) | Error::Life(_) | Error::Swap(_) | Error::Undo(_) => StatusCode::CONFLICT,
                Error::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
                Error::Wait { .. } => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }

    /// Gives the heading of the page.
    pub(super) fn title(&self, l: Lang) -> &'static str {
        match self.code().as_u16() {
            401 => l.error_title_401(),
            403 => l.error_title_403(),
            404 => l.error_title_404(),
            405 => l.error_title_405(),
            408 => l.error_title_408(),
            413 => l.error_title_413(),
            429 => l.error_title_429(),
            500 => l.error_title_500(),
            503 => l.error_title_503(),
            _ => l.problem_title(),
        }
    }

    /// Says what to do.
    pub(super) fn words(&self, l: Lang, zone: Tz) -> String {
        match self {
            Self::Status(code) => of_status(*code, l).to_owned(),
            Self::SignIn => l.problem_sign_in().to_owned(),
            Self::NotTheirs => l.problem_not_theirs().to_owned(),
            Self::Foreign => l.problem_other_site().to_owned(),
            Self::Stale => l.problem_stale_form().to_owned(),
            Self::Repeated(field) => l.problem_repeated(field),
            Self::TooLarge(limit) => l.problem_too_large(limit),
            Self::Deed(error) => of_deed(error, l, zone),
        }
    }

    /// Gives after how many seconds to come again.
    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Deed(error) => match error.as_ref() {
                Error::Busy { retry_after } => Some(*retry_after),
                Error::Wait { seconds } => Some(*seconds),
                _ => None,
            },
            Self::Status(StatusCode::SERVICE_UNAVAILABLE) => Some(5),
            _ => None,
        }
    }

    /// Adds what its answer says in headers.
    pub(super) fn mark(&self, response: &mut Response) {
        *response.status_mut() = self.code();
        if let Some(seconds) = self.retry_after() {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
}

fn of_status(code: StatusCode, l: Lang) -> &'static str {
    match code.as_u16() {
        403 => l.problem_denied(),
        404 => l.problem_not_found(),
        405 => l.problem_method(),
        408 => l.problem_too_slow(),
        503 => l.problem_busy(),
        500..=599 => l.problem_ours(),
        _ => l.problem_unreadable(),
    }
}

fn of_deed(error: &Error, l: Lang, zone: Tz) -> String {
    match error {
        Error::Denied(_) => l.problem_denied().to_owned(),
        Error::Missing(_) => l.problem_not_found().to_owned(),
        Error::Refused(refusal) => l.refusal(*refusal, zone),
        Error::Invalid { fault, .. } => of_fault(*fault, l),
        Error::Form(faults) => faults
            .iter()
            .map(|fault| l.fault(*fault))
            .collect::<Vec<_>>()
            .join(" "),
        Error::Already(_) => l.error_already().to_owned(),
        Error::Life(error) => l.life_error(*error).to_owned(),
        Error::Plan(error) => l.plan_error(*error),
        Error::Class(error) => l.class_error(error),
        Error::Units(error) => l.lineage_error(error),
        Error::Undo(why) => l.no_undo(*why).to_owned(),
        Error::Swap(error) => l.swap_error(*error).to_owned(),
        Error::Roster(faults) => faults
            .first()
            .map_or_else(String::new, |fault| l.roster_fault(fault)),
        Error::Busy { .. } => l.problem_busy().to_owned(),
        Error::Wait { seconds } => l.problem_wait(l.span(TimeDelta::seconds(i64::from(*seconds)))),
        _ => l.problem_ours().to_owned(),
    }
}

/// Says what is wrong with a field of a deed.
pub(super) fn of_fault(fault: Fault, l: Lang) -> String {
    match fault {
        Fault::Empty => l.error_field_empty().to_owned(),
        Fault::TooLong(most) => l.error_field_too_long(most),
        Fault::Unknown => l.error_field_unknown().to_owned(),
        Fault::Apart => l.error_roles_apart().to_owned(),
        Fault::TooEarly => l.error_field_too_early().to_owned(),
        Fault::TooLate => l.error_field_too_late().to_owned(),
        Fault::Unreadable => l.error_field_unreadable().to_owned(),
    }
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        Error::from(denied).into()
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if matches!(error, Error::Setting(_) | Error::Broken(_)) {
            tracing::error!(%error, "a request failed");
        }
        Self::Deed(Arc::new(error))
    }
}

impl From<crate::store::Error> for Failure {
    fn from(error: crate::store::Error) -> Self {
        Error::from(error).into()
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = Response::default();
        self.mark(&mut response);
        response.extensions_mut().insert(self);
        response
    }
}
