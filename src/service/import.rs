//! Knows how the bytes of a CSV file become the rows of a table, numbered as a spreadsheet numbers them.

use crate::domain::import::{Record, Unreadable};

/// The most bytes of a table; a county's has a tenth of a megabyte, the nation's sixty.
pub const LARGEST: usize = 128 << 20;

/// Reads a CSV file in UTF-8, with or without a byte order mark.
///
/// Rows may differ in length. Rows that are quite empty are left out, and still count.
///
/// # Errors
/// When the file is too large, a workbook, or not UTF-8.
pub fn records(bytes: &[u8]) -> Result<Vec<Record>, Unreadable> {
    if bytes.len() > LARGEST {
        return Err(Unreadable::TooLarge { most: LARGEST >> 20 });
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(Unreadable::Workbook);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes);
    let mut records = Vec::new();
    let mut next = csv::ByteRecord::new();
    let (mut row, mut end) = (0, 0);
    // Reading from memory cannot fail, and rows may have any length.
    while let Ok(true) = reader.read_byte_record(&mut next) {
        row += 1 + blank_rows(bytes, end);
        end = usize::try_from(reader.position().byte()).unwrap_or(bytes.len());
        let cells: Result<Vec<_>, _> = next
            .iter()
            .map(|cell| std::str::from_utf8(cell).map(str::to_owned))
            .collect();
        let cells = cells.map_err(|_| Unreadable::Encoding { row })?;
        records.push(Record { row, cells });
    }
    Ok(records)
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
    use std::collections::{HashMap, HashSet};

    use chrono::NaiveDate;

    use super::*;
    use crate::domain::ids::UnitId;
    use crate::domain::import::{self, Plan, plan};
    use crate::domain::time::from_millis;
    use crate::domain::unit::{Contacts, UnitKind, UnitTree};

    fn read(text: &str) -> Vec<(usize, Vec<String>)> {
        records(text.as_bytes())
            .unwrap()
            .into_iter()
            .map(|record| (record.row, record.cells))
            .collect()
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
    fn a_byte_order_mark_quotes_and_short_rows_are_understood() {
        let expected = [
            (1, vec!["编码".to_owned(), "名, 称".to_owned()]),
            (2, vec!["36".to_owned()]),
        ];
        assert_eq!(read("\u{feff}编码,\"名, 称\"\r\n36\r\n"), expected);
        assert_eq!(read("\"a \"\"b\"\"\"\n"), [(1, vec!["a \"b\"".to_owned()])]);
    }

    #[test]
    fn what_is_not_a_text_in_utf_8_says_so_and_where() {
        assert_eq!(
            records(b"a\n\n\xb4\xe5,b\n"),
            Err(Unreadable::Encoding { row: 3 })
        );
        assert_eq!(records(b"\xff\xfea\0"), Err(Unreadable::Encoding { row: 1 }));
        assert_eq!(records(b"PK\x03\x04rest"), Err(Unreadable::Workbook));
    }

    #[test]
    fn an_open_quote_swallows_the_rest_and_breaks_nothing() {
        assert_eq!(
            read("a\n\"b\nc\n"),
            [(1, vec!["a".to_owned()]), (2, vec!["b\nc\n".to_owned()])]
        );
    }

    const POYANG: &[u8] = include_bytes!("../../config/units/poyang.csv");
    const TEMPLATE: &[u8] = include_bytes!("../../config/units/template.csv");

    /// Imports a file into nothing and gives the tree, the contacts, and the plan of the same file again.
    fn import(bytes: &[u8]) -> (UnitTree, HashMap<UnitId, Contacts>, Plan) {
        let today = NaiveDate::from_ymd_opt(2026, 5, 31).unwrap();
        let rows = import::read(&records(bytes).unwrap()).unwrap();
        let first = plan(&rows, &UnitTree::default(), &HashMap::new(), today).unwrap();
        let ids: Vec<_> = (1..).map(UnitId).take(first.added.len()).collect();
        let change = first
            .change(&UnitTree::default(), &ids, from_millis(1).unwrap(), "导入")
            .unwrap();
        let (tree, contacts) = (change.apply(&UnitTree::default()).unwrap(), first.contacts(&ids));
        let again = plan(&rows, &tree, &contacts, today).unwrap();
        (tree, contacts, again)
    }

    #[test]
    fn the_real_county_has_its_townships_villages_and_offices() {
        let (tree, contacts, again) = import(POYANG);
        let count = |kinds: &[UnitKind]| tree.iter().filter(|unit| kinds.contains(&unit.kind)).count();
        assert_eq!(
            (count(&[UnitKind::County]), count(&[UnitKind::Township])),
            (1, 31)
        );
        assert_eq!(count(&[UnitKind::Village, UnitKind::Community]), 577);
        assert_eq!(count(&[UnitKind::Department, UnitKind::Enterprise]), 12);
        assert!(again.is_empty() && again.absent.is_empty());
        assert_eq!(again.unchanged.len(), 621);
        assert!(
            contacts
                .values()
                .all(|one| one.reporter[0].domain() == "poyang.example" && one.phone.is_some())
        );
    }

    #[test]
    fn eight_villages_of_the_real_county_are_told_apart_only_by_their_township() {
        let (tree, ..) = import(POYANG);
        let mut of_name: HashMap<&str, HashSet<String>> = HashMap::new();
        for unit in tree
            .iter()
            .filter(|unit| matches!(unit.kind, UnitKind::Village | UnitKind::Community))
        {
            of_name
                .entry(unit.name.as_str())
                .or_default()
                .insert(tree.label(unit.id).unwrap().to_string());
        }
        assert_eq!(of_name.values().filter(|labels| labels.len() > 1).count(), 8);
        assert_eq!(of_name.values().map(HashSet::len).sum::<usize>(), 577);
    }

    #[test]
    fn the_template_can_be_imported_as_it_is() {
        let (tree, contacts, again) = import(TEMPLATE);
        assert_eq!((tree.len(), contacts.len(), again.past.len()), (5, 5, 1));
        assert!(again.is_empty());
    }
}
