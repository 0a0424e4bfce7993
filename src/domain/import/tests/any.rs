//! Knows that no table, however odd, breaks the tree or changes anything twice.

use proptest::prelude::*;

use super::super::{Plan, Record};
use super::{World, table};

/// Units that rows speak of: some the world begins with, some new.
const POOL: [(&str, &str, &str); 9] = [
    ("361128", "", "鄱阳县"),
    ("361128101", "361128", "谢家滩镇"),
    ("361128102", "361128", "石门街镇"),
    ("361128101201", "361128101", "朱家村"),
    ("361128102201", "361128102", "朱家村"),
    ("", "361128", "县水利局"),
    ("361128103", "361128", "四十里街镇"),
    ("361128103201", "361128103", "朱家村"),
    ("", "361128103", "李家村"),
];

/// Rows of the pool, each at most once, most of them true; some renamed, moved, recoded, closed.
fn any_table() -> impl Strategy<Value = Vec<Record>> {
    let parent = prop_oneof![
        Just("361128"),
        Just("361128101"),
        Just("361128103"),
        Just("县水利局"),
        Just("")
    ];
    let name = prop_oneof![Just("朱家村"), Just("李家村"), Just("新村"), Just("县水利局")];
    let odd =
        |strategy: BoxedStrategy<&'static str>| prop_oneof![6 => Just(None), 1 => strategy.prop_map(Some)];
    let until = prop_oneof![12 => Just(""), 2 => Just("2026-05-01"), 1 => Just("2026-07-01")];
    let mail = prop_oneof![Just(""), Just("a@example.cn"), Just("a@example.cn;b@example.cn")];
    let code = odd(prop_oneof![Just(""), Just("361128888")].boxed());
    let row = (code, odd(parent.boxed()), odd(name.boxed()), until, mail);
    let rows = proptest::collection::vec(row, POOL.len());
    let which = proptest::sample::subsequence((0..POOL.len()).collect::<Vec<_>>(), 0..7).prop_shuffle();
    (rows, which).prop_map(|(rows, which)| {
        let line = |place: usize| {
            let ((code, parent, name), (c, p, n, until, mail)) = (POOL[place], rows[place]);
            let (code, parent, name) = (c.unwrap_or(code), p.unwrap_or(parent), n.unwrap_or(name));
            format!("{code}|{parent}|{name}|{until}|{mail}|村\n")
        };
        table(&format!(
            "编码|上级编码|名称|停用日期|报送邮箱|类别\n{}",
            which.into_iter().map(line).collect::<String>()
        ))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_imported_is_imported_once_and_leaves_a_tree(tables in proptest::collection::vec(any_table(), 1..5)) {
        let mut world = World::of(super::COUNTY);
        for table in tables {
            let before = world.clone();
            let Ok(plan) = world.import(&table) else {
                prop_assert_eq!(world.names(), before.names());
                continue;
            };
            let spoken = plan.changed.len() + plan.unchanged.len() + plan.closed.len();
            prop_assert_eq!(spoken + plan.absent.len(), before.tree.len());
            prop_assert_eq!(world.tree.len(), before.tree.len() + plan.added.len() - plan.closed.len());
            let again = world.plan(&table);
            prop_assert!(again.as_ref().is_ok_and(Plan::is_empty), "{again:?}");
            prop_assert!(world.tree.roots().count() <= 1);
        }
    }
    #[test]
    fn whatever_is_imported_can_be_undone(first in any_table(), second in any_table()) {
        let mut world = World::of(super::COUNTY);
        let _ = world.import(&first);
        let before = world.seen();
        if let Some(done) = world.keeping(&second) {
            world.undo(&done, chrono::TimeDelta::hours(1), &[]).unwrap();
            prop_assert_eq!(world.seen(), before);
        }
    }
}
