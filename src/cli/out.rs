//! Knows how a command writes: answers to the standard output, what went wrong to the standard error.

use std::fmt::Display;
use std::io::Write;

/// Writes a line of an answer.
///
/// A reader that has gone away (`allclear units list | head`) is no fault.
pub(crate) fn say(line: impl Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Writes a line about what went wrong.
pub(crate) fn warn(line: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Writes a text as it is.
pub(crate) fn write(text: &[u8]) {
    let _ = std::io::stdout().lock().write_all(text);
}
