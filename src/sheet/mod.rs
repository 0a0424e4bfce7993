//! Knows how the bytes of a file become the rows of a table, whatever program wrote them.
//!
//! - `workbook`: XLSX
//! - `unpack`: how large a workbook may become
//! - `letters`: which encoding a text has
//! - `text`: rows and cells of a text with delimiters
//! - `cell`: numbers, dates and codes as people wrote them
//!
//! What a file is called decides nothing, for many are called `.xls` that are not. Reading takes time that grows with the
//! file: a door that serves others does it off the async threads.

mod cell;
mod letters;
mod text;
mod unpack;
mod workbook;

#[cfg(test)]
mod tests;

pub use crate::domain::table::{Record, Unreadable};

/// The most bytes of a text; a county's table has a tenth of a megabyte, the nation's sixty.
pub const LARGEST: usize = 128 << 20;

/// What XLSX and every other archive begins with.
const ARCHIVE: &[u8] = b"PK\x03\x04";
/// What `.xls` and a locked XLSX begin with.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0";

/// Reads a table: XLSX, or text with commas, semicolons or tabs in UTF-8, UTF-16 or GBK.
///
/// Rows may differ in length. Rows that are quite empty are left out, and still count.
///
/// # Errors
/// When the file is too large or no table; the door says it in words.
pub fn read(bytes: &[u8]) -> Result<Vec<Record>, Unreadable> {
    if bytes.len() > LARGEST {
        return Err(Unreadable::TooLarge { most: LARGEST >> 20 });
    }
    if bytes.starts_with(ARCHIVE) {
        return workbook::records(bytes);
    }
    if bytes.starts_with(COMPOUND) {
        return Err(workbook::compound(bytes));
    }
    let text = letters::decode(bytes)?;
    if is_page(&text) {
        return Err(Unreadable::NoTable);
    }
    Ok(text::records(&text))
}

/// Tells a web page, which some systems save under the name of a spreadsheet, and other marked-up text.
fn is_page(text: &str) -> bool {
    text.trim_start().starts_with(['<', '{']) || text.starts_with("%PDF")
}
