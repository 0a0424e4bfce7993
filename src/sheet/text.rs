//! Knows rows and cells of a text with commas, semicolons or tabs, numbered as a spreadsheet numbers them.

use super::{Record, cell};

/// What may stand between cells; the first wins where nothing tells them apart.
const DELIMITERS: [u8; 3] = *b",\t;";
/// How many rows tell the delimiter.
const TOP: usize = 20;

/// Reads the rows.
pub(super) fn records(text: &str) -> Vec<Record> {
    let bytes = text.as_bytes();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(bytes);
    let mut records = Vec::new();
    let mut next = csv::StringRecord::new();
    let (mut row, mut end) = (0, 0);
    // Reading text from memory cannot fail, and rows may have any length.
    while let Ok(true) = reader.read_record(&mut next) {
        row += 1 + blank_rows(bytes, end);
        end = usize::try_from(reader.position().byte()).unwrap_or(bytes.len());
        let own = |text: &str| cell::restored(text).unwrap_or_else(|| text.to_owned());
        records.push(Record {
            row,
            cells: next.iter().map(own).collect(),
        });
    }
    records
}

/// Gives the delimiter: the one that stands in the most of the first rows, then in the earliest.
///
/// Rows are counted, not signs: three addresses in one cell have as many semicolons as the row has commas.
fn delimiter(text: &str) -> u8 {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let lines: Vec<Vec<u8>> = lines.take(TOP).map(unquoted).collect();
    let score = |sign: u8| {
        let has = |line: &Vec<u8>| line.contains(&sign);
        let first = lines.iter().position(has).unwrap_or(TOP);
        (lines.iter().filter(|line| has(line)).count(), TOP - first)
    };
    let best = DELIMITERS.into_iter().rev().max_by_key(|sign| score(*sign));
    best.unwrap_or(b',')
}

/// Gives what stands outside quotation marks.
fn unquoted(line: &str) -> Vec<u8> {
    let mut quoted = false;
    line.bytes()
        .filter(|byte| {
            quoted ^= *byte == b'"';
            !quoted
        })
        .collect()
}

/// Counts the rows of no cells after the end of a row, which the reader skips.
fn blank_rows(bytes: &[u8], end: usize) -> usize {
    let after = bytes.get(end..).unwrap_or_default();
    // The reader stops between CR and LF.
    let after = match end.checked_sub(1).and_then(|last| bytes.get(last)) {
        Some(b'\r') => after.strip_prefix(b"\n").unwrap_or(after),
        _ => after,
    };
    let breaks = after.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    let mut last = 0;
    breaks
        .filter(|&&byte| std::mem::replace(&mut last, byte) != b'\r' || byte != b'\n')
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(usize, Vec<String>)> {
        let records = records(text).into_iter();
        records.map(|record| (record.row, record.cells)).collect()
    }

    fn rows(text: &str) -> Vec<usize> {
        read(text).into_iter().map(|(row, _)| row).collect()
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_numbers_them() {
        assert_eq!(rows("a,b\n\n\nc,\"d\nx\"\n\ne\n"), [1, 4, 6]);
        assert_eq!(rows("a,b\r\n\r\n\r\nc,\"d\r\nx\"\r\n\r\ne"), [1, 4, 6]);
        assert_eq!(rows("\n\na\n,\nb"), [3, 4, 5]);
        assert_eq!(rows("\r\n\r\na\rb\r\rc"), [3, 4, 6]);
        assert!(rows("").is_empty() && rows("\r\n\n").is_empty());
    }

    #[test]
    fn quotes_and_short_rows_are_understood() {
        let expected = [
            (1, vec!["编码".to_owned(), "名, 称".to_owned()]),
            (2, vec!["36".to_owned()]),
        ];
        assert_eq!(read("编码,\"名, 称\"\r\n36\r\n"), expected);
        assert_eq!(read("\"a \"\"b\"\"\"\n"), [(1, vec!["a \"b\"".to_owned()])]);
    }

    #[test]
    fn an_open_quote_swallows_the_rest_and_breaks_nothing() {
        assert_eq!(
            read("a\n\"b\nc\n"),
            [(1, vec!["a".to_owned()]), (2, vec!["b\nc\n".to_owned()])]
        );
    }

    #[test]
    fn the_delimiter_is_the_one_that_stands_in_the_most_rows() {
        assert_eq!(delimiter("name;phone\n甲;1,2\n"), b';');
        assert_eq!(delimiter("name\tphone\n甲\t1,2;3\n"), b'\t');
        assert_eq!(delimiter("name,mail\n甲,a@x;b@x;c@x\n"), b',');
        assert_eq!(delimiter("\"a;b;c\",d\n"), b',');
        assert_eq!(delimiter("name\n甲\n"), b',');
        assert_eq!(delimiter(""), b',');
        assert_eq!(read("a;b\n361128101201.0;c\n")[1].1, ["361128101201", "c"]);
    }
}
