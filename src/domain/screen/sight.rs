//! Knows how numbers are seen in typed text: digit by digit, through separators, and where each one stands.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::domain::check::check_value_of;
use crate::domain::text::is_invisible;

/// The longest number that is looked for in groups.
const LONGEST: usize = 19;

/// How a digit follows the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Joint {
    /// Directly, or with nothing visible between.
    Adjacent,
    /// With spaces and dashes between: it may be one number in groups.
    Grouped,
    /// With other separators between, such as full stops, through which only a checked number is seen.
    Separated,
    /// With anything else between, or it is the first.
    Apart,
}

/// One digit, or an X, which may stand for the tenth check value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sign {
    /// 0 to 9, or 10 for X.
    pub(super) value: u8,
    /// How it follows the sign before it.
    pub(super) joint: Joint,
    /// Where the typed character begins, in bytes.
    pub(super) start: usize,
    /// Where the typed character ends, in bytes.
    pub(super) end: usize,
}

/// Sees the digits of a text in order.
pub(super) fn signs(text: &str) -> Vec<Sign> {
    let mut signs = Vec::new();
    let mut joint = Joint::Apart;
    for (start, typed) in text.char_indices() {
        let end = start + typed.len_utf8();
        for c in std::iter::once(typed).nfkc() {
            if let Some(value) = check_value_of(c) {
                signs.push(Sign {
                    value,
                    joint,
                    start,
                    end,
                });
                joint = Joint::Adjacent;
            } else {
                joint = joint.max(between(c));
            }
        }
    }
    signs
}

fn between(c: char) -> Joint {
    match c {
        '\n' | '\r' | '.' | '·' | '•' | '・' | '/' | '\\' | '_' | '*' | '~' => Joint::Separated,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' => Joint::Grouped,
        _ if is_invisible(c) || is_combining_mark(c) => Joint::Adjacent,
        _ if c.is_whitespace() => Joint::Grouped,
        _ if c.is_control() => Joint::Adjacent,
        _ => Joint::Apart,
    }
}

/// Gives every number that begins and ends where a run of digits does, over up to [`LONGEST`] digits that are
/// grouped by spaces and dashes. Part of a longer run is no number of its own.
pub(super) fn numbers(signs: &[Sign]) -> Vec<Vec<u8>> {
    let runs: Vec<&[Sign]> = signs
        .chunk_by(|before, after| after.joint == Joint::Adjacent && (before.value < 10) == (after.value < 10))
        .collect();
    let mut numbers = Vec::new();
    for first in 0..runs.len() {
        let mut number = Vec::new();
        for (place, run) in runs[first..].iter().enumerate() {
            let joins = place == 0 || run[0].joint == Joint::Grouped;
            if !joins || run[0].value == 10 || number.len() + run.len() > LONGEST {
                break;
            }
            number.extend(run.iter().map(|s| s.value));
            numbers.push(number.clone());
        }
    }
    numbers
}
