//! Knows how large a workbook may become when it is unpacked, before anything reads it.

use std::io::{Cursor, Read, copy, sink};

use zip::ZipArchive;

use super::Unreadable;

/// The most bytes of all its parts; a county's workbook has a few hundred thousand.
const MOST: u64 = 64 << 20;
/// The most parts; a workbook of a hundred sheets has a few hundred.
const PARTS: usize = 2_000;

/// What an archive is, by its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Archive {
    Xlsx,
    OtherWorkbook,
    Other,
}

/// Unpacks an archive into nothing, counting, and tells what it is.
///
/// The sizes that an archive states are not believed: the bytes that come out are counted.
pub(super) fn inspect(bytes: &[u8]) -> Result<Archive, Unreadable> {
    let damaged = |_| Unreadable::Damaged;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let too_much = Unreadable::TooMuch {
        most: usize::try_from(MOST >> 20).unwrap_or(usize::MAX),
    };
    if archive.len() > PARTS {
        return Err(too_much);
    }
    let mut kind = Archive::Other;
    let mut left = MOST;
    for place in 0..archive.len() {
        let part = archive.by_index(place).map_err(damaged)?;
        match part.name().map_err(damaged)?.as_ref() {
            "xl/workbook.xml" => kind = Archive::Xlsx,
            "xl/workbook.bin" | "mimetype" => kind = Archive::OtherWorkbook,
            _ => {}
        }
        let out = copy(&mut part.take(left + 1), &mut sink()).map_err(|_| Unreadable::Damaged)?;
        left = left.checked_sub(out).ok_or(too_much)?;
    }
    Ok(kind)
}
