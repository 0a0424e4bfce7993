//! Knows why a command did not do what it was asked, how that is said, and with which exit code it ends.

use std::process::ExitCode;

use chrono_tz::Tz;

use crate::config::Faults;
use crate::domain::access::Denied;
use crate::domain::language::Lang;
use crate::service::{self, Fault};
use crate::store;

/// How a command that ran ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well: 0.
    Good,
    /// A fault was found, or what was asked was refused: 1.
    Fault,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Good => Self::SUCCESS,
            Exit::Fault => Self::from(1),
        }
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Fail {
    /// The command line cannot be understood: 2. The sentence is in the reader's language.
    Usage(String),
    /// It was refused: 1. The sentence is in the reader's language.
    Refused(String),
    /// The configuration has faults: 1.
    Settings(Faults),
    /// A deed was not done: 1.
    Service(service::Error),
    /// The database did not do what it was asked: 1.
    Store(store::Error),
}

impl Fail {
    /// Gives the exit code.
    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(if matches!(self, Self::Usage(_)) { 2 } else { 1 })
    }

    /// Says it, a sentence a line.
    pub(crate) fn sentences(&self, lang: Lang, zone: Tz) -> Vec<String> {
        match self {
            Self::Usage(words) | Self::Refused(words) => vec![words.clone()],
            Self::Settings(faults) => {
                let all = faults.sentences(lang);
                let list = all.iter().map(|one| format!("  {one}"));
                std::iter::once(lang.cli_settings(all.len()))
                    .chain(list)
                    .collect()
            }
            Self::Service(error) => of_service(error, lang, zone),
            Self::Store(error) => vec![of_store(error, lang)],
        }
    }
}

fn of_service(error: &service::Error, lang: Lang, zone: Tz) -> Vec<String> {
    use service::Error;
    let one = match error {
        Error::Rows(faults) => {
            let head = lang.import_refused(faults.len());
            let list = faults.iter().map(|fault| lang.row_error(fault));
            return std::iter::once(head).chain(list).collect();
        }
        Error::Denied(Denied(_)) => lang.problem_denied().to_owned(),
        Error::Missing(what) => lang.cli_missing(what),
        Error::Refused(refusal) => lang.refusal(*refusal, zone),
        Error::Period(error) => lang.period_error(*error),
        Error::Units(error) => lang.lineage_error(error),
        Error::Invalid { field, fault } => of_field(field, *fault, lang),
        Error::Already(what) => lang.cli_already(what),
        Error::Plan(error) => lang.plan_error(*error),
        Error::Undo(why) => lang.no_undo(*why).to_owned(),
        Error::Class(error) => lang.class_error(error),
        Error::Life(error) => lang.life_error(*error).to_owned(),
        Error::Busy { .. } => lang.cli_busy().to_owned(),
        Error::Wait { seconds } => lang.cli_wait(seconds),
        Error::Setting(faults) => faults.sentences(lang).join("\n"),
        // The rest belongs to doors that take reports.
        other => lang.cli_broken(other),
    };
    vec![one]
}

fn of_field(field: &str, fault: Fault, lang: Lang) -> String {
    match fault {
        Fault::Empty => lang.cli_field_empty(field),
        Fault::TooLong(most) => lang.cli_field_long(field, most),
        Fault::Unreadable => lang.cli_field_unreadable(field),
        Fault::Unknown => lang.cli_field_unknown(field),
        Fault::TooEarly => lang.cli_field_early(field),
        Fault::TooLate => lang.cli_field_late(field),
        Fault::Apart => lang.error_roles_apart().to_owned(),
    }
}

fn of_store(error: &store::Error, lang: Lang) -> String {
    match error {
        store::Error::Unavailable(words) => lang.cli_unavailable(words),
        store::Error::NewerSchema => lang.cli_newer().to_owned(),
        store::Error::Locked(place) => lang.cli_locked(place),
        store::Error::Address(words) => words.clone(),
        other => lang.cli_broken(other),
    }
}

impl From<Faults> for Fail {
    fn from(faults: Faults) -> Self {
        Self::Settings(faults)
    }
}

impl From<service::Error> for Fail {
    fn from(error: service::Error) -> Self {
        Self::Service(error)
    }
}

impl From<store::Error> for Fail {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}
