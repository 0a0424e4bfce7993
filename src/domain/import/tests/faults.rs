//! Knows that each fault is told with its row, its column and its value, and all at once.

use super::super::{Column, Fault, MOST_FAULTS, named, read};
use super::{COUNTY, World, table};
use crate::domain::address::AddressError;
use crate::domain::unit::UnitKind;

#[test]
fn a_fault_calls_its_column_as_the_table_does() {
    let records = table(
        "乡镇单位一览|
        单位名称|单位类别|区划代码|邮箱
        甲村|村|3611|a@b",
    );
    let faults = read(&records).unwrap_err();
    let called: Vec<_> = named(faults, &records).into_iter().map(|f| f.heading).collect();
    assert_eq!(called, [Some("邮箱".to_owned())]);
    // What the table lacks it cannot call anything.
    let records = table("code|kind\n361128|county");
    let faults = read(&records).unwrap_err();
    assert_eq!(named(faults, &records)[0].heading, None);
}

#[test]
fn every_faulty_cell_is_named_with_its_row() {
    let faults = World::default().faults(
        "编码|上级编码|名称|类别|停用日期|报送邮箱
        361128||鄱阳县|县||
        3.61128E+11|361128|甲村|村||
        36112810|361128||村||
        361128101201|361128|乙\\n村|hamlet|2026-02-30|a@b; ok@example.cn 值班室
        361128101202|361128|丙村|村|2026-05-01 24:00|
        361128101202|361128|丁村|村|24:00|
        361128101204|3.61128E+11|戊村|村|2026-13-01|",
    );
    let at = |row, column, fault| (row, Some(column), fault);
    assert_eq!(
        faults,
        [
            at(3, Column::Code, Fault::CodeRounded),
            at(4, Column::Code, Fault::CodeShape),
            at(4, Column::Name, Fault::Missing),
            at(5, Column::Name, Fault::Control),
            at(5, Column::Kind, Fault::UnknownKind),
            at(5, Column::Until, Fault::BadDate),
            at(5, Column::Reporter, Fault::BadAddress(AddressError::NoDot)),
            at(5, Column::Reporter, Fault::BadAddress(AddressError::At)),
            at(6, Column::Until, Fault::BadDate),
            at(7, Column::Code, Fault::DuplicateCode { first: 6 }),
            at(7, Column::Until, Fault::BadDate),
            at(8, Column::Parent, Fault::CodeRounded),
            at(8, Column::Until, Fault::BadDate),
        ]
    );
}

#[test]
fn a_fault_shows_its_value_on_one_short_line() {
    let long = format!("编码|名称\n361128|{}\\n", "村".repeat(10_000));
    let fault = World::default()
        .plan(&table(&long.replace("\\n", "")))
        .unwrap_err()
        .remove(0);
    assert_eq!(
        (fault.fault, fault.value.chars().count()),
        (Fault::TooLong { most: 60 }, 61)
    );
    let fault = World::default()
        .plan(&table("编码|名称\n361128|甲\\n乙"))
        .unwrap_err()
        .remove(0);
    assert_eq!(fault.value, "甲⏎乙");
}

#[test]
fn an_id_number_in_a_table_is_refused_and_not_repeated() {
    let faults = World::default()
        .plan(&table(
            "编码|名称|值班岗位|值班电话
            361128|甲村 11010519491231002X|值班岗 1101051949 1231002x|11010519491231002X",
        ))
        .unwrap_err();
    let columns: Vec<_> = faults
        .iter()
        .map(|fault| (fault.column, fault.fault.clone()))
        .collect();
    let at = |column| (Some(column), Fault::IdNumber);
    assert_eq!(
        columns,
        [at(Column::Name), at(Column::DutyPost), at(Column::Phone)]
    );
    assert!(
        faults.iter().all(|fault| !fault.value.contains("0519491231")),
        "{faults:?}"
    );
}

#[test]
fn headings_that_are_unknown_double_or_lacking_stop_the_table() {
    let faults = |text| World::default().faults(text);
    let unknown = Fault::UnknownHeading {
        nearest: Some(Column::Parent),
    };
    assert_eq!(
        faults("编码|parent_cod|名称|名称"),
        [(1, None, unknown), (1, None, Fault::DoubleHeading)]
    );
    assert_eq!(faults("编码|类别"), [(1, Some(Column::Name), Fault::NoColumn)]);
    assert_eq!(faults(" | "), [(1, None, Fault::NoTable)]);
    assert_eq!(
        faults("编码|名称\n361128|鄱阳县|多"),
        [(2, None, Fault::NoHeading)]
    );
}

#[test]
fn parents_that_are_missing_circular_or_closed_are_named() {
    let head = "编码|上级编码|名称|类别\n";
    let world = World::of(COUNTY);
    let faults = |rows: &str| world.faults(&format!("{head}{rows}"));
    let parent = |row, fault| (row, Some(Column::Parent), fault);
    assert_eq!(
        faults("361128104|361129|油墩街镇|乡镇"),
        [parent(2, Fault::UnknownParent)]
    );
    assert_eq!(
        faults("361128104|361128104|油墩街镇|乡镇"),
        [parent(2, Fault::ParentCycle)]
    );
    let three = "361128104|361128105|油墩街镇|乡镇\n361128105|361128104|田畈街镇|乡镇\n361128104201|361128104|甲村|村";
    assert_eq!(
        faults(three),
        [parent(2, Fault::ParentCycle), parent(3, Fault::ParentCycle)]
    );
    // The township's village is not in the table; the circle runs through the tree.
    assert_eq!(
        faults("361128101|361128101201|谢家滩镇|乡镇"),
        [parent(2, Fault::ParentCycle)]
    );
    let second = Fault::SecondRoot {
        first: "鄱阳县".into(),
    };
    assert_eq!(faults("361129||万年县|县"), [parent(2, second)]);
}

#[test]
fn two_brothers_of_one_name_are_refused() {
    let world = World::of(COUNTY);
    let name = |row, fault| (row, Some(Column::Name), fault);
    let twice = "上级编码|名称|类别\n361128101|张家村|村\n361128101|张家村|村";
    assert_eq!(world.faults(twice), [name(3, Fault::DuplicateName { first: 2 })]);
    let taken = "编码|名称\n361128102|谢家滩镇";
    assert_eq!(world.faults(taken), [name(2, Fault::NameTaken)]);
}

#[test]
fn a_new_unit_needs_a_kind_and_a_place() {
    let faults = World::of(COUNTY).faults("编码|名称\n361128101299|甲村");
    let missing = |column| (2, Some(column), Fault::Missing);
    assert_eq!(faults, [missing(Column::Parent), missing(Column::Kind)]);
    assert_eq!(
        World::of("编码|上级编码|名称\n361128||鄱阳县")
            .tree
            .iter()
            .next()
            .unwrap()
            .kind,
        UnitKind::County
    );
}

#[test]
fn no_more_faults_are_told_than_anyone_reads() {
    let rows: String = (0..500).map(|_| "x||甲村|村\n").collect();
    assert_eq!(
        World::default()
            .faults(&format!("编码|上级编码|名称|类别\n{rows}"))
            .len(),
        MOST_FAULTS
    );
}
