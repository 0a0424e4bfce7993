//! Units on the command line: imported, and an import taken back.

use crate::support::office::Office;

const FIRST: &str =
    "code,name,kind,parent_code\n361128,Lake County,county,\n361128101,East Town,township,361128\n";
const SECOND: &str = "code,name,kind,parent_code\n361128101,East Lake Town,township,361128\n361128102,West Town,township,361128\n";

/// Writes a table and imports it.
fn import(office: &Office, table: &str, reason: &str) {
    std::fs::write(office.folder.path().join("units.csv"), table).unwrap();
    office
        .run(&["units", "import", "units.csv", "--reason", reason])
        .good();
}

#[test]
fn an_import_is_listed_taken_back_and_is_not_taken_back_twice() {
    let office = Office::new(&[]);
    let none = office.run(&["units", "undo"]).good();
    assert!(none.contains("No units were imported yet"), "{none}");
    import(&office, FIRST, "the first table");
    import(&office, SECOND, "a wrong table");
    let list = office.run(&["units", "undo"]).good();
    let lines: Vec<&str> = list.lines().collect();
    assert!(
        lines[0].starts_with("2\t") && lines[0].contains("a wrong table"),
        "{list}"
    );
    assert!(lines[0].contains("1 new, 1 changed, 0 closed"), "{list}");
    assert!(lines[0].ends_with("can be undone"), "{list}");
    assert!(
        lines[1].starts_with("1\t") && lines[1].contains("2 new"),
        "{list}"
    );
    let done = office.run(&["units", "undo", "2"]).good();
    assert!(done.contains("stand as they did before it"), "{done}");
    let units = office.run(&["units", "list"]).good();
    assert!(units.contains("East Town"), "{units}");
    assert!(
        !units.contains("East Lake Town") && !units.contains("West Town"),
        "{units}"
    );
    let again = office.run(&["units", "undo", "2"]).refused(1);
    assert!(again.contains("It was undone before"), "{again}");
    let list = office.run(&["units", "undo"]).good();
    assert!(list.lines().next().unwrap().contains("Undone at"), "{list}");
}

#[test]
fn an_import_whose_units_changed_since_or_that_never_was_is_left_alone_with_the_reason() {
    let office = Office::new(&[]);
    import(&office, FIRST, "the first table");
    import(&office, SECOND, "the second table");
    let first = office.run(&["units", "undo", "1"]).refused(1);
    assert!(first.contains("changed afterwards"), "{first}");
    let list = office.run(&["units", "undo"]).good();
    assert!(
        list.lines().nth(1).unwrap().contains("changed afterwards"),
        "{list}"
    );
    office.run(&["units", "undo", "7"]).refused(1);
    office.run(&["units", "undo", "two"]).refused(2);
    let units = office.run(&["units", "list"]).good();
    assert!(
        units.contains("East Lake Town") && units.contains("West Town"),
        "{units}"
    );
}
