//! Knows why a deed was not done, in terms that a door can put into words.

use crate::config::Faults;
use crate::domain::access::Denied;
use crate::domain::form;
use crate::domain::import::{NoUndo, RowError};
use crate::domain::incident::{ClassError, LifeError};
use crate::domain::intake::Refusal;
use crate::domain::period::PeriodError;
use crate::domain::plan::PlanError;
use crate::domain::roster;
use crate::domain::unit::LineageError;
use crate::store;

/// What a deed answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a deed was not done. Nothing of it is stored then.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Whoever asks may not do that.
    #[error("not allowed")]
    Denied(Denied),
    /// There is no such thing, or none that whoever asks may see.
    #[error("no such {0}")]
    Missing(&'static str),
    /// A report was refused by a rule.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// Fields of a report do not hold what they must: all that is wrong at once.
    #[error("{} faults in the report", .0.len())]
    Form(Vec<form::Fault>),
    /// A period cannot be declared or changed like that.
    #[error("{0}")]
    Period(PeriodError),
    /// Units cannot change so.
    #[error("{0}")]
    Units(LineageError),
    /// An incident cannot become that.
    #[error("{0}")]
    Life(LifeError),
    /// A text is no plan.
    #[error("{0}")]
    Plan(PlanError),
    /// The list of incident classes cannot become that.
    #[error("{0}")]
    Class(ClassError),
    /// A table of units has faults; nothing of it was imported.
    #[error("{} faults in the table", .0.len())]
    Rows(Vec<RowError>),
    /// An import cannot be undone any more.
    #[error("{0}")]
    Undo(NoUndo),
    /// A table of a roster has faults; nothing of it was taken.
    #[error("{} faults in the roster", .0.len())]
    Roster(Vec<roster::RowError>),
    /// Two shifts cannot change hands.
    #[error("{0}")]
    Swap(roster::SwapError),
    /// A field does not hold what it must.
    #[error("{field}: {fault:?}")]
    Invalid {
        /// The field, by its name in forms and in the API.
        field: &'static str,
        /// What is wrong with it.
        fault: Fault,
    },
    /// The state has changed meanwhile, or already is what was asked for.
    #[error("already {0}")]
    Already(&'static str),
    /// The service cannot answer now; come again in so many seconds.
    #[error("busy, come again in {retry_after} s")]
    Busy {
        /// Seconds.
        retry_after: u32,
    },
    /// Too many wrong secrets; the door opens again in so many seconds.
    #[error("too many tries, wait {seconds} s")]
    Wait {
        /// Seconds.
        seconds: u32,
    },
    /// A setting, or a file that it names, cannot be used.
    #[error(transparent)]
    Setting(Faults),
    /// Anything else; for the log, never for a page.
    #[error("{0}")]
    Broken(String),
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is empty and must not be.
    Empty,
    /// It has more characters than this.
    TooLong(usize),
    /// It cannot be read as what it must be.
    Unreadable,
    /// It is not one of the values that there are.
    Unknown,
    /// It must be later than something else.
    TooEarly,
    /// It must be earlier than something else.
    TooLate,
    /// Two values that one account may not hold together.
    Apart,
}

impl Error {
    /// Says that a stored thing cannot be used; for the log.
    pub fn broken(error: impl std::fmt::Display) -> Self {
        Self::Broken(error.to_string())
    }

    /// Says what is wrong with a field.
    pub fn invalid(field: &'static str, fault: Fault) -> Self {
        Self::Invalid { field, fault }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        if error.is_passing() {
            tracing::warn!(%error, "database cannot answer");
            return Self::Busy { retry_after: 2 };
        }
        Self::Broken(error.to_string())
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<PeriodError> for Error {
    fn from(error: PeriodError) -> Self {
        Self::Period(error)
    }
}

impl From<PlanError> for Error {
    fn from(error: PlanError) -> Self {
        Self::Plan(error)
    }
}

impl From<ClassError> for Error {
    fn from(error: ClassError) -> Self {
        Self::Class(error)
    }
}

impl From<LifeError> for Error {
    fn from(error: LifeError) -> Self {
        Self::Life(error)
    }
}

impl From<LineageError> for Error {
    fn from(error: LineageError) -> Self {
        Self::Units(error)
    }
}

impl From<NoUndo> for Error {
    fn from(error: NoUndo) -> Self {
        Self::Undo(error)
    }
}

impl From<Vec<RowError>> for Error {
    fn from(faults: Vec<RowError>) -> Self {
        Self::Rows(faults)
    }
}
