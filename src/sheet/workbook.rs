//! Knows how an XLSX workbook becomes rows: its first sheet that is seen and has cells, by value.

use std::io::Cursor;

use calamine::{Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::unpack::{Archive, inspect};
use super::{Record, Unreadable, cell};

/// The most columns that are looked at; a stray cell at the far end is passed over.
const COLUMNS: u32 = 256;

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

/// Reads the rows.
pub(super) fn records(bytes: &[u8]) -> Result<Vec<Record>, Unreadable> {
    match inspect(bytes)? {
        Archive::Xlsx => {}
        Archive::OtherWorkbook => return Err(Unreadable::OtherWorkbook),
        Archive::Other => return Err(Unreadable::NoTable),
    }
    let mut book: Book<'_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| fault(&error))?;
    let is_seen = |sheet: &&calamine::Sheet| {
        sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
    };
    let names: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(is_seen)
        .map(|sheet| sheet.name.clone())
        .collect();
    for name in names {
        let records = sheet(&mut book, &name).map_err(|error| fault(&error))?;
        if records.iter().any(|record| !record.is_blank()) {
            return Ok(records);
        }
    }
    Ok(Vec::new())
}

/// Reads one sheet, cell by cell: what lies between two cells that are far apart costs nothing.
fn sheet(book: &mut Book<'_>, name: &str) -> Result<Vec<Record>, XlsxError> {
    let mut cells = book.worksheet_cells_reader(name)?;
    let mut records: Vec<Record> = Vec::new();
    while let Some(next) = cells.next_cell()? {
        let (row, column) = next.get_position();
        let text = cell::value(next.get_value());
        if column >= COLUMNS || text.is_empty() {
            continue;
        }
        let (row, column) = (row as usize + 1, column as usize);
        match records.last_mut() {
            Some(last) if last.row == row => put(last, column, text),
            _ => {
                let mut record = Record { row, cells: vec![] };
                put(&mut record, column, text);
                records.push(record);
            }
        }
    }
    Ok(records)
}

fn put(record: &mut Record, column: usize, text: String) {
    if record.cells.len() <= column {
        record.cells.resize(column + 1, String::new());
    }
    record.cells[column] = text;
}

fn fault(error: &XlsxError) -> Unreadable {
    match error {
        XlsxError::Password => Unreadable::Locked,
        _ => Unreadable::Damaged,
    }
}

/// Tells a locked XLSX from an old workbook; both are compound files, and only the first names this part.
pub(super) fn compound(bytes: &[u8]) -> Unreadable {
    let part: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let is_locked = bytes.windows(part.len()).any(|window| window == part);
    if is_locked {
        Unreadable::Locked
    } else {
        Unreadable::OtherWorkbook
    }
}
