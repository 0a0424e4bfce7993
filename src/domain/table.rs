//! Knows what a table is before it means anything: numbered rows of text, and the row that holds the headings.

use super::screen::screen;
use super::unit::is_invisible;

/// How many rows that are not blank may stand at the top before the headings are given up.
const TOP: usize = 20;

/// A row of a table as it was read: its number in a spreadsheet, and its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// As a spreadsheet counts it; the first is 1.
    pub row: usize,
    pub cells: Vec<String>,
}

impl Record {
    /// Tells whether nothing stands in it.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// Why a file is no table at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the file is larger than {most} MiB")]
    TooLarge { most: usize },
    /// Small as a file, but not when it is unpacked.
    #[error("the workbook unpacks to more than {most} MiB")]
    TooMuch { most: usize },
    /// Neither UTF-8 nor UTF-16 nor GBK from this row on.
    #[error("row {row} is not text")]
    Encoding { row: usize },
    /// A workbook that a password locks.
    #[error("the workbook is locked by a password")]
    Locked,
    /// A workbook of another kind than XLSX: `.xls`, `.xlsb`, `.ods`.
    #[error("the workbook is not XLSX")]
    OtherWorkbook,
    /// Something else: a picture, a letter, a web page.
    #[error("the file is no table")]
    NoTable,
    /// XLSX that cannot be read to its end.
    #[error("the workbook is damaged")]
    Damaged,
}

/// Gives the rows from the headings on; blank rows are left out.
///
/// The headings are the row with the most words that are known, among the first twenty that are not blank, so a title
/// over the table does no harm. Where no word is known, every row is given, for the reader to say what is amiss.
pub fn headed(records: &[Record], knows: impl Fn(&str) -> bool) -> Vec<&Record> {
    let mut filled: Vec<&Record> = records.iter().filter(|record| !record.is_blank()).collect();
    let known = |record: &&Record| record.cells.iter().filter(|cell| knows(cell)).count();
    let mut best = (0, 0);
    for (place, record) in filled.iter().take(TOP).enumerate() {
        let count = known(record);
        if count > best.0 {
            best = (count, place);
        }
    }
    filled.split_off(best.1)
}

/// Gives the heading that a table has for one of its columns, as it stands there; `knows` tells headings at all,
/// `is_it` those of the column.
pub fn heading(
    records: &[Record],
    knows: impl Fn(&str) -> bool,
    is_it: impl Fn(&str) -> bool,
) -> Option<String> {
    let rows = headed(records, knows);
    let found = rows.first()?.cells.iter().find(|cell| is_it(cell))?;
    Some(shown(found.trim()))
}

/// Makes a value fit to be shown on one line; the number of an ID card is not repeated.
pub fn shown(value: &str) -> String {
    const MOST: usize = 60;
    let value = screen(value).text;
    let mut line: String = value
        .chars()
        .take(MOST)
        .map(|c| match c {
            '\n' | '\r' => '⏎',
            _ if is_invisible(c) => '\u{fffd}',
            _ => c,
        })
        .collect();
    if value.chars().nth(MOST).is_some() {
        line.push('…');
    }
    line
}

/// Leaves the letters and digits of a heading, so that capitals, blanks and signs between words do not count.
pub fn plain(heading: &str) -> String {
    heading
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .take(40)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(rows: &[&str]) -> Vec<Record> {
        let record = |(place, row): (usize, &&str)| Record {
            row: place + 1,
            cells: row.split('|').map(str::to_owned).collect(),
        };
        rows.iter().enumerate().map(record).collect()
    }

    fn first(rows: &[&str]) -> Option<usize> {
        let knows = |cell: &str| ["名称", "编码"].contains(&cell);
        headed(&records(rows), knows).first().map(|record| record.row)
    }

    #[test]
    fn a_title_a_note_and_blank_rows_over_the_headings_are_passed_over() {
        assert_eq!(
            first(&["鄱阳县单位名单|", "", "填表日期：|名称", "编码|名称", "36|甲"]),
            Some(4)
        );
        assert_eq!(first(&["编码|名称", "编码|名称"]), Some(1));
    }

    #[test]
    fn a_table_without_any_known_heading_is_given_as_it_is() {
        assert_eq!(first(&["", "甲|乙", "丙|丁"]), Some(2));
        assert_eq!(first(&["", " | "]), None);
    }

    #[test]
    fn headings_far_down_are_not_looked_for() {
        let mut rows = vec!["说明"; TOP];
        rows.push("编码|名称");
        assert_eq!(first(&rows), Some(1));
    }
}
