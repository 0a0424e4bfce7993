//! Writes tables: as text for the form that confirms one, as files to fill in.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::Failure;
use crate::domain::table::Record;
use crate::service::Error;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Writes a table with tabs, for the form that confirms it; each row keeps its number, so an empty one stays.
pub(super) fn as_text(table: &[Record]) -> String {
    let cell = |text: &String| text.replace(['\t', '\r', '\n', '"'], " ");
    let mut text = String::new();
    let mut line = 1;
    for record in table {
        while line < record.row {
            text.push('\n');
            line += 1;
        }
        let cells: Vec<String> = record.cells.iter().map(cell).collect();
        text.push_str(&cells.join("\t"));
    }
    text
}

/// Gives a workbook whose cells are all text, so that nothing in them runs as a formula or loses its zeros.
///
/// # Errors
/// When it cannot be written.
pub(super) fn xlsx<R: AsRef<[String]>>(title: &str, file: &str, rows: &[R]) -> Result<Response, Failure> {
    let bytes = workbook(title, rows).map_err(Error::broken)?;
    Ok(download(XLSX, file, bytes))
}

/// Gives a CSV file in UTF-8, with the mark by which spreadsheets know it.
pub(super) fn csv<R: AsRef<[String]>>(file: &str, rows: &[R]) -> Response {
    let mut text = String::from('\u{feff}');
    for row in rows {
        let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let cells: Vec<String> = row.as_ref().iter().map(quoted).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    download("text/csv; charset=utf-8", file, text.into_bytes())
}

fn workbook<R: AsRef<[String]>>(title: &str, rows: &[R]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(title)?;
    let text = Format::new().set_num_format("@");
    for (row, cells) in (0u32..).zip(rows) {
        for (column, cell) in (0u16..).zip(cells.as_ref()) {
            sheet.write_string_with_format(row, column, cell, &text)?;
            sheet.set_column_width(column, 22)?;
        }
    }
    book.save_to_buffer()
}

fn download(kind: &'static str, file: &str, bytes: Vec<u8>) -> Response {
    let named = format!("attachment; filename=\"{file}\"");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, named),
    ];
    (headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet;

    #[test]
    fn a_table_is_read_again_as_it_was_with_the_numbers_of_its_rows() {
        let bytes = "名单,,\n\n编码,名称,\"报送\n邮箱\"\n,,\n36,甲\t乙,\"a@v.example\nb@v.example\"\n";
        let table = sheet::read(bytes.as_bytes()).unwrap();
        let again = sheet::read(as_text(&table).as_bytes()).unwrap();
        let rows = |table: &[Record]| table.iter().map(|r| r.row).collect::<Vec<_>>();
        assert_eq!(rows(&again), rows(&table));
        assert_eq!(
            again.last().unwrap().cells,
            ["36", "甲 乙", "a@v.example b@v.example"]
        );
    }
}
