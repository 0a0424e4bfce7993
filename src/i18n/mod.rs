//! Knows every word that a person reads, in Chinese and in English; one file a page or area.
//!
//! A message is a method of [`Lang`], so a page says `{{ l.board_title() }}` and a word that is missing in one
//! language does not compile.
//!
//! - `account`: codes, passwords and sessions of an account holder
//! - `admin`: administration
//! - `alert`, `board`, `outbox`: a leader's pages, the duty board and its acts, letters
//! - `audit`: the auditor's page, and every kind of deed
//! - `api`: what the API tells those who write programs against it
//! - `bench`: the figures of a measurement
//! - `bulletin`: the daily bulletin, and in which order it says things
//! - `cli`: the command line
//! - `config`: what is wrong with the configuration
//! - `common`: the terms of the field: standings, severities, kinds of units, roles
//! - `date`: days, times and durations as a reader writes them
//! - `desk`: the desk of a village, its form and its receipt
//! - `errors`: the headings of pages that say why something did not work
//! - `demo`: the demonstration and its mailbox
//! - `files`: why a file cannot be read or written
//! - `incident`: the life of an incident: its reports, clocks, families and findings
//! - `import`: what is wrong with a table of units, and what it would change
//! - `mail`: the words of every letter
//! - `period`: why a period, its hours or a date are not as they must be
//! - `periods`: the pages of periods
//! - `plan`: what to do when something happens
//! - `privacy`: what is held of persons, and what is past its time
//! - `problems`: what to do when something was not accepted
//! - `redact`: taking personal data out of a report
//! - `relay`: the page of the mail relay, and its test letter
//! - `roster`: who is on duty, the import of rosters, the change of shifts
//! - `signin`: the layout, and the ways in
//! - `terms`: the words and shapes for values of the domain: `l.standing(s)`, `l.refusal(r, zone)`
//! - `units`: the administration of units: import, tree, one unit, slips

pub mod account;
pub mod admin;
mod alert;
pub mod api;
pub mod audit;
pub mod bench;
pub mod board;
pub mod bulletin;
pub mod cli;
pub mod common;
mod config;
pub mod date;
pub mod demo;
pub mod desk;
pub mod errors;
mod files;
pub mod import;
pub mod incident;
pub mod mail;
pub mod outbox;
pub mod period;
mod periods;
mod plan;
mod privacy;
pub mod problems;
mod redact;
mod relay;
mod roster;
pub mod signin;
pub mod simulate;
pub mod terms;
mod township;
mod units;
mod wall;

pub use crate::domain::language::{Lang, UnknownLang};

/// Defines messages as methods of [`Lang`]: a name, the Chinese, the English.
///
/// ```ignore
/// messages! {
///     board_title: "值班看板", "Duty board";
///     due_at(time): "截止 {time}", "Due {time}";
///     missing(n): "{n} 个单位未报", "{n} unit has not reported" | "{n} units have not reported";
/// }
/// ```
///
/// A plain message is a `&'static str`. One with parameters is a `String`; each parameter is anything that
/// displays. With `one | many` the first parameter is a count, and 1 takes the first English text.
macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident $(($($arg:ident),+))? : $zh:literal, $en:literal $(| $many:literal)?;)*) => {
        impl $crate::domain::language::Lang {
            $($crate::i18n::message! {
                $(#[$doc])* $name [$($($arg),+)?] $zh, $en $(| $many)?
            })*
        }
    };
}

/// Defines one message; see [`messages!`].
macro_rules! message {
    ($(#[$doc:meta])* $name:ident [] $zh:literal, $en:literal) => {
        #[doc = $zh]
        $(#[$doc])*
        pub fn $name(self) -> &'static str {
            match self {
                Self::Zh => $zh,
                Self::En => $en,
            }
        }
    };
    ($(#[$doc:meta])* $name:ident [$($arg:ident),+] $zh:literal, $en:literal) => {
        #[doc = $zh]
        $(#[$doc])*
        pub fn $name(self, $($arg: impl std::fmt::Display),+) -> String {
            match self {
                Self::Zh => format!($zh),
                Self::En => format!($en),
            }
        }
    };
    ($(#[$doc:meta])* $name:ident [$count:ident $(, $arg:ident)*] $zh:literal, $en:literal | $many:literal) => {
        #[doc = $zh]
        $(#[$doc])*
        pub fn $name(self, $count: impl $crate::i18n::Count $(, $arg: impl std::fmt::Display)*) -> String {
            match self {
                Self::Zh => format!($zh),
                Self::En if $count.is_one() => format!($en),
                Self::En => format!($many),
            }
        }
    };
}

pub(crate) use {message, messages};

/// A number of things, of which English has one or many.
pub trait Count: std::fmt::Display {
    /// Tells whether it is exactly one.
    fn is_one(&self) -> bool;
}

macro_rules! counts {
    ($($int:ty),*) => {$(impl Count for $int {
        fn is_one(&self) -> bool {
            *self == 1
        }
    })*};
}

counts!(u8, u16, u32, u64, usize, i32, i64);

impl<T: Count> Count for &T {
    fn is_one(&self) -> bool {
        (**self).is_one()
    }
}

#[cfg(test)]
mod tests {
    use super::Lang;

    messages! {
        sample_plain: "值班看板", "Duty board";
        sample_due(time): "截止 {time}", "Due {time}";
        sample_missing(n, place): "{place}有 {n} 个单位未报",
            "{n} unit of {place} has not reported" | "{n} units of {place} have not reported";
    }

    #[test]
    fn a_message_is_said_in_the_language_of_its_reader() {
        assert_eq!(Lang::Zh.sample_plain(), "值班看板");
        assert_eq!(Lang::En.sample_due("16:00"), "Due 16:00");
    }

    #[test]
    fn english_counts_one_unit_and_many_units() {
        assert_eq!(
            Lang::En.sample_missing(1, "Longquan"),
            "1 unit of Longquan has not reported"
        );
        assert_eq!(
            Lang::En.sample_missing(0usize, "Longquan"),
            "0 units of Longquan have not reported"
        );
        assert_eq!(Lang::Zh.sample_missing(1, "龙泉"), "龙泉有 1 个单位未报");
    }
}
