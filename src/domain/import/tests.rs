//! Knows that a table is read to the letter, planned whole or not at all, and planned once.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::*;
use crate::domain::ids::UnitId;
use crate::domain::time::{Timestamp, from_millis};
use crate::domain::unit::{Contacts, LineageKind, UnitTree};

mod any;
mod faults;
mod undo;

/// What the service knows: the units, and how they are reached.
#[derive(Debug, Clone, Default)]
struct World {
    tree: UnitTree,
    contacts: HashMap<UnitId, Contacts>,
    next: i64,
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, 31).unwrap()
}

fn at(ms: i64) -> Timestamp {
    from_millis(ms).unwrap()
}

/// Writes a table as people see it: a line a row, `|` between cells.
fn table(text: &str) -> Vec<Record> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let cells = |line: &str| {
        line.split('|')
            .map(|cell| cell.trim().replace("\\n", "\n"))
            .collect()
    };
    lines
        .enumerate()
        .map(|(place, line)| Record {
            row: place + 1,
            cells: cells(line),
        })
        .collect()
}

impl World {
    fn plan(&self, records: &[Record]) -> Result<Plan, Vec<RowError>> {
        plan(&read(records)?, &self.tree, &self.contacts, today())
    }

    fn import(&mut self, records: &[Record]) -> Result<Plan, Vec<RowError>> {
        let plan = self.plan(records)?;
        let ids: Vec<UnitId> = plan.added.iter().map(|_| self.id()).collect();
        let change = plan.change(&self.tree, &ids, at(self.next), "导入").unwrap();
        self.tree = change.apply(&self.tree).unwrap();
        self.contacts.extend(plan.contacts(&ids));
        Ok(plan)
    }

    fn id(&mut self) -> UnitId {
        self.next += 1;
        UnitId(self.next)
    }

    fn of(text: &str) -> Self {
        let mut world = Self::default();
        world.import(&table(text)).unwrap();
        world
    }

    fn faults(&self, text: &str) -> Vec<(usize, Option<Column>, Fault)> {
        let faults = self.plan(&table(text)).unwrap_err();
        faults
            .into_iter()
            .map(|error| (error.row, error.column, error.fault))
            .collect()
    }

    fn names(&self) -> Vec<String> {
        self.tree
            .iter()
            .map(|unit| self.tree.label(unit.id).unwrap().to_string())
            .collect()
    }
}

const COUNTY: &str = "
    编码         | 上级编码  | 名称     | 类别
    361128101201 | 361128101 | 朱家村   | 村
    361128101    | 361128    | 谢家滩镇 | 乡镇
    361128       |           | 鄱阳县   | 县
    361128102    | 361128    | 石门街镇 | township
    361128102201 | 361128102 | 朱家村   | Village
                 | 361128    | 县水利局 | 部门
";

#[test]
fn a_table_in_any_order_becomes_a_tree_with_parents_first() {
    let mut world = World::default();
    let plan = world.import(&table(COUNTY)).unwrap();
    assert_eq!(
        plan.added.iter().map(|one| one.row).collect::<Vec<_>>(),
        [4, 3, 2, 5, 6, 7]
    );
    assert_eq!(
        world.names(),
        [
            "鄱阳县",
            "鄱阳县 · 谢家滩镇",
            "谢家滩镇 · 朱家村",
            "鄱阳县 · 石门街镇",
            "石门街镇 · 朱家村",
            "鄱阳县 · 县水利局"
        ]
    );
}

#[test]
fn the_same_table_again_changes_nothing() {
    let world = World::of(COUNTY);
    let again = world.plan(&table(COUNTY)).unwrap();
    assert!(again.is_empty());
    assert_eq!((again.unchanged.len(), again.absent.len()), (6, 0));
}

#[test]
fn english_headings_in_another_order_mean_the_same() {
    let english = "
        kind     | name   | Parent Code | code
        county   | 鄱阳县 |             | 361128
        township | 双港镇 | 361128      | 361128111
    ";
    assert_eq!(World::of(english).names(), ["鄱阳县", "鄱阳县 · 双港镇"]);
}

#[test]
fn a_change_names_the_fields_before_and_after() {
    let mut world = World::of(COUNTY);
    let plan = world
        .import(&table(
            "编码         | 上级编码  | 名称     | 类别 | 报送邮箱
             361128101201 | 361128102 | 新朱家村 | 社区 | V1@Example.cn；v2@example.cn、v1@example.cn",
        ))
        .unwrap();
    let told: Vec<_> = plan.changed[0]
        .fields
        .iter()
        .map(|field| (field.column, field.before.as_str(), field.after.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Column::Parent, "鄱阳县 · 谢家滩镇", "鄱阳县 · 石门街镇"),
            (Column::Name, "朱家村", "新朱家村"),
            (Column::Kind, "village", "community"),
            (Column::Reporter, "", "v1@example.cn; v2@example.cn"),
        ]
    );
    assert_eq!(
        plan.absent.len(),
        5,
        "what the table leaves out is reported and stays"
    );
    assert_eq!(world.tree.len(), 6);
    assert!(world.names().contains(&"石门街镇 · 新朱家村".to_owned()));
}

#[test]
fn a_new_name_leaves_a_row_of_lineage_and_new_contacts_leave_no_version() {
    let world = World::of(COUNTY);
    let renamed = world.plan(&table("编码 | 名称\n 361128102 | 石门镇")).unwrap();
    let change = renamed.change(&world.tree, &[], at(99), "导入").unwrap();
    assert_eq!(
        (change.lineage[0].kind, change.begun.len()),
        (LineageKind::Rename, 1)
    );

    let reached = world
        .plan(&table(
            "编码 | 名称 | 值班电话\n 361128102 | 石门街镇 | 0793-000-0001",
        ))
        .unwrap();
    assert!(
        reached
            .change(&world.tree, &[], at(99), "导入")
            .unwrap()
            .is_empty()
    );
    assert_eq!(reached.contacts(&[]).len(), 1);
}

#[test]
fn a_column_that_is_left_out_leaves_things_as_they_are_and_an_empty_cell_clears_them() {
    let mut world = World::of("编码|上级编码|名称|值班电话|值班岗位\n 361128||鄱阳县|0793-000-0001|值班室");
    assert!(
        world
            .plan(&table("编码|名称\n 361128|鄱阳县"))
            .unwrap()
            .is_empty()
    );
    let plan = world
        .import(&table("编码|名称|值班电话\n 361128|鄱阳县|"))
        .unwrap();
    assert_eq!(plan.changed[0].fields[0].column, Column::Phone);
    let contacts = &world.contacts[&UnitId(1)];
    assert_eq!(
        (contacts.phone.as_deref(), contacts.duty_post.as_deref()),
        (None, Some("值班室"))
    );
}

#[test]
fn a_row_without_a_code_is_the_unit_of_its_name_under_its_parent() {
    let mut world = World::of(COUNTY);
    let plan = world
        .plan(&table(
            "上级编码|名称|类别\n 361128101|朱家村|村\n 361128|县水利局|部门",
        ))
        .unwrap();
    assert_eq!((plan.unchanged.len(), plan.is_empty()), (2, true));
    let coded = world
        .import(&table("编码|上级编码|名称\n 361128999|361128|县水利局"))
        .unwrap();
    assert_eq!(
        (coded.added.len(), coded.changed[0].fields[0].column),
        (0, Column::Code)
    );
}

#[test]
fn units_without_codes_find_their_parent_by_name() {
    let text = "上级|名称|类别\n 县水利局|水文站|部门\n |鄱阳县|县\n 鄱阳县|县水利局|部门";
    let world = World::of(text);
    assert_eq!(
        world.names(),
        ["鄱阳县", "鄱阳县 · 县水利局", "县水利局 · 水文站"]
    );
    assert!(world.plan(&table(text)).unwrap().is_empty());
    let faults = World::of(COUNTY).faults("上级|名称|类别\n 朱家村|三组|村\n 某村|四组|村");
    let parent = Some(Column::Parent);
    assert_eq!(
        faults,
        [
            (2, parent, Fault::AmbiguousParent),
            (3, parent, Fault::UnknownParent)
        ]
    );
}

#[test]
fn two_villages_can_swap_their_names() {
    let mut world = World::of(&format!("{COUNTY}\n361128101202|361128101|李家村|村"));
    let swap = "编码|上级编码|名称|类别\n361128101201|361128101|李家村|村\n361128101202|361128101|朱家村|村";
    assert_eq!(world.import(&table(swap)).unwrap().changed.len(), 2);
    assert!(world.plan(&table(swap)).unwrap().is_empty());
}

#[test]
fn a_unit_is_closed_on_its_day_and_not_before() {
    let mut world = World::of(COUNTY);
    let text = "编码|上级编码|名称|类别|停用日期
        361128101201|361128101|朱家村|村|2026/5/31
        361128102201|361128102|朱家村|村|2026年6月1日
        361128102299|361128102|老村|村|2020-01-01";
    let plan = world.import(&table(text)).unwrap();
    let (closed, later) = (&plan.closed[..], &plan.later[..]);
    assert_eq!(
        (closed.len(), closed[0].row, later.len(), later[0].row),
        (1, 2, 1, 3)
    );
    assert_eq!((plan.past, plan.added.len(), world.tree.len()), (vec![4], 0, 5));
    let again = world.plan(&table(text)).unwrap();
    assert_eq!((again.is_empty(), again.past), (true, vec![2, 4]));
}

#[test]
fn a_row_of_an_ended_unit_never_closes_one_that_has_its_code_or_name_today() {
    let world = World::of(COUNTY);
    let old_code = "编码|上级编码|名称|停用日期\n361128101299|361128101|朱家村|2020-01-01";
    assert_eq!(world.plan(&table(old_code)).unwrap().past, [2]);
    let old_parent = "编码|上级编码|名称|停用日期\n361128777201|361128777|朱家村|2020-01-01";
    assert_eq!(world.plan(&table(old_parent)).unwrap().past, [2]);
    let both = "上级编码|名称|停用日期\n361128101|朱家村|2020-01-01\n361128101|朱家村|";
    let plan = world.plan(&table(both)).unwrap();
    assert_eq!((plan.past, plan.unchanged.len()), (vec![2], 1));
}

#[test]
fn a_parent_that_gets_a_new_code_is_called_by_the_new_one() {
    let world = World::of(COUNTY);
    let head = "编码|上级编码|名称|类别\n361128888|361128|石门街镇|乡镇";
    let old = format!("{head}\n361128102201|361128102|朱家村|村");
    assert_eq!(
        world.faults(&old),
        [(3, Some(Column::Parent), Fault::UnknownParent)]
    );
    let new = format!("{head}\n361128102201|361128888|朱家村|村");
    assert_eq!(world.plan(&table(&new)).unwrap().changed.len(), 1);
}

#[test]
fn a_township_is_not_closed_over_the_head_of_its_villages() {
    let world = World::of(COUNTY);
    let shut = "编码|上级编码|名称|类别|停用日期\n361128101|361128|谢家滩镇|乡镇|2026-05-01";
    let living = Fault::LivingChild {
        child: "朱家村".into(),
    };
    assert_eq!(world.faults(shut), [(2, Some(Column::Until), living)]);
    let both = format!("{shut}\n361128101201|361128101|朱家村|村|2026-05-01");
    assert_eq!(world.plan(&table(&both)).unwrap().closed.len(), 2);
    let moved = format!("{shut}\n361128101201|361128102|朱家二村|村|");
    assert_eq!(world.plan(&table(&moved)).unwrap().closed.len(), 1);
}

#[test]
fn the_nation_has_no_code_and_is_the_parent_zero() {
    let world = World::of("编码|上级编码|名称|类别\n36|0|江西省|省\n0||全国|nation");
    assert_eq!(world.names(), ["全国", "全国 · 江西省"]);
}

#[test]
fn a_plan_for_other_units_is_not_carried_out() {
    let world = World::of(COUNTY);
    let plan = world.plan(&table("编码|名称\n361128102|石门镇")).unwrap();
    assert_eq!(plan.change(&UnitTree::default(), &[], at(1), "导入"), Err(Stale));
    assert_eq!(plan.change(&world.tree, &[UnitId(9)], at(1), "导入"), Err(Stale));
}
