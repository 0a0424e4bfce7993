use std::collections::{HashMap, HashSet};
use std::io::Write;

use chrono::NaiveDate;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use super::*;
use crate::domain::ids::UnitId;
use crate::domain::import::{self, Plan, plan};
use crate::domain::time::from_millis;
use crate::domain::unit::{Contacts, UnitKind, UnitTree};

const POYANG: &[u8] = include_bytes!("../../config/units/poyang.csv");
const TEMPLATE: &[u8] = include_bytes!("../../config/units/template.csv");

/// Imports a file into nothing and gives the tree, the contacts, and the plan of the same file again.
fn import(bytes: &[u8]) -> (UnitTree, HashMap<UnitId, Contacts>, Plan) {
    let today = NaiveDate::from_ymd_opt(2026, 5, 31).unwrap();
    let rows = import::read(&read(bytes).unwrap()).unwrap();
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

/// Gives the rows of a workbook that was written so.
fn rows_of(workbook: &mut Workbook) -> Vec<(usize, Vec<String>)> {
    let rows = read(&workbook.save_to_buffer().unwrap()).unwrap();
    rows.into_iter().map(|one| (one.row, one.cells)).collect()
}

#[test]
fn a_workbook_with_title_formula_date_and_codes_as_numbers_reads_as_it_looks() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let day = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    let hour = Format::new().set_num_format("hh:mm");
    let both = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    sheet
        .merge_range(0, 0, 0, 3, "鄱阳县单位名单", &Format::new())
        .unwrap();
    for (place, heading) in ["编码", "名称", "停用日期", "值班电话"].iter().enumerate() {
        sheet.write(2, u16::try_from(place).unwrap(), *heading).unwrap();
    }
    sheet.write(3, 0, 361_128_101_201.0).unwrap();
    sheet
        .write(3, 1, Formula::new("=\"朱家\"&\"村\"").set_result("朱家村"))
        .unwrap();
    let at = |text: &str| ExcelDateTime::parse_from_str(text).unwrap();
    sheet.write_with_format(3, 2, at("2026-05-31"), &day).unwrap();
    sheet.write(5, 0, "361128101202").unwrap();
    sheet.write(5, 1, true).unwrap();
    sheet
        .write_with_format(5, 2, at("2026-05-31 09:30"), &both)
        .unwrap();
    sheet.write_with_format(5, 3, at("09:30"), &hour).unwrap();
    let cells = |row: &[&str]| row.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        rows_of(&mut book),
        [
            (1, cells(&["鄱阳县单位名单"])),
            (3, cells(&["编码", "名称", "停用日期", "值班电话"])),
            (4, cells(&["361128101201", "朱家村", "2026-05-31"])),
            (6, cells(&["361128101202", "true", "2026-05-31 09:30", "09:30"])),
        ]
    );
}

#[test]
fn the_first_sheet_that_is_seen_and_has_cells_is_the_table() {
    let mut book = Workbook::new();
    book.add_worksheet();
    book.add_worksheet()
        .set_hidden(true)
        .write(0, 0, "hidden")
        .unwrap();
    book.add_worksheet().set_active(true).write(1, 1, "seen").unwrap();
    assert_eq!(rows_of(&mut book), [(2, vec![String::new(), "seen".into()])]);
    assert!(rows_of(&mut Workbook::new()).is_empty());
}

#[test]
fn the_real_county_is_the_same_out_of_a_workbook() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for record in read(POYANG).unwrap() {
        for (place, cell) in record.cells.iter().enumerate() {
            let row = u32::try_from(record.row).unwrap() - 1;
            sheet.write(row, u16::try_from(place).unwrap(), cell).unwrap();
        }
    }
    let (tree, contacts, again) = import(&book.save_to_buffer().unwrap());
    assert_eq!((tree.len(), again.unchanged.len()), (621, 621));
    assert_eq!(contacts, import(POYANG).1);
}

#[test]
fn a_cell_at_the_far_end_of_the_sheet_costs_no_memory() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "name").unwrap();
    sheet.write(1_048_575, 16_383, "x").unwrap();
    assert_eq!(rows_of(&mut book), [(1, vec!["name".to_owned()])]);
}

/// Packs parts into an archive.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_level(Some(1));
    for (name, bytes) in parts {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_bomb_is_refused_before_it_is_read() {
    let zeros = vec![0; 1 << 20];
    let many: Vec<(String, &[u8])> = (0..80)
        .map(|i| (format!("xl/worksheets/sheet{i}.xml"), zeros.as_slice()))
        .collect();
    let parts: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let bomb = archive(&parts);
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    assert_eq!(read(&bomb), Err(Unreadable::TooMuch { most: 64 }));
    // Sizes that the archive tells too small are not believed.
    let mut lying = archive(&[("xl/workbook.xml", &vec![0; 70 << 20])]);
    let size = u32::try_from(70 << 20).unwrap().to_le_bytes();
    let places: Vec<usize> = lying
        .windows(4)
        .enumerate()
        .filter(|(_, four)| *four == size)
        .map(|(place, _)| place)
        .collect();
    for place in places {
        lying[place..place + 4].copy_from_slice(&[16, 0, 0, 0]);
    }
    assert!(matches!(
        read(&lying),
        Err(Unreadable::TooMuch { .. } | Unreadable::Damaged)
    ));
    let crowd: Vec<String> = (0..3000).map(|i| format!("xl/{i}.xml")).collect();
    let crowd: Vec<(&str, &[u8])> = crowd
        .iter()
        .map(|name| (name.as_str(), b"x".as_slice()))
        .collect();
    assert_eq!(read(&archive(&crowd)), Err(Unreadable::TooMuch { most: 64 }));
}

#[test]
fn what_is_no_xlsx_is_told_apart() {
    let locked: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let locked = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &locked].concat();
    let ods = archive(&[(
        "mimetype",
        b"application/vnd.oasis.opendocument.spreadsheet".as_slice(),
    )]);
    let whole = {
        let mut book = Workbook::new();
        book.add_worksheet().write(0, 0, "name").unwrap();
        book.save_to_buffer().unwrap()
    };
    let cases: [(&[u8], Unreadable); 9] = [
        (&locked, Unreadable::Locked),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 BIFF",
            Unreadable::OtherWorkbook,
        ),
        (&ods, Unreadable::OtherWorkbook),
        (
            &archive(&[("xl/workbook.bin", b"x".as_slice())]),
            Unreadable::OtherWorkbook,
        ),
        (
            &archive(&[("word/document.xml", b"x".as_slice())]),
            Unreadable::NoTable,
        ),
        (
            &archive(&[("xl/workbook.xml", b"<workbook><she".as_slice())]),
            Unreadable::Damaged,
        ),
        (b"PK\x03\x04rest", Unreadable::Damaged),
        (&whole[..whole.len() / 2], Unreadable::Damaged),
        (b"<html><table><tr><td>name", Unreadable::NoTable),
    ];
    for (place, (bytes, why)) in cases.iter().enumerate() {
        assert_eq!(read(bytes), Err(*why), "case {place}");
    }
}
