//! Holds that a table of units is imported whole or not at all, on both databases.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use allclear::domain::access::Actor;
use allclear::domain::ids::UnitId;
use allclear::domain::import::Column;
use allclear::domain::unit::UnitTree;
use allclear::service::{Error, Into, Succession};
use support::{House, on_both, table};

const COUNTY: &str = "
    编码 | 上级编码 | 名称 | 类别 | 报送邮箱 | 值班电话
    361128 | | 鄱阳县 | 县 | duty@county.example | 0793-1000
    361128101 | 361128 | 谢家滩镇 | 乡镇 | town@xie.example | 0793-1001
    361128102 | 361128 | 石门街镇 | 乡镇 | town@shi.example | 0793-1002
    361128101201 | 361128101 | 朱家村 | 村 | zhu@xie.example |
    361128102201 | 361128102 | 朱家村 | 村 | zhu@shi.example |
";

async fn tree(house: &House) -> UnitTree {
    UnitTree::new(house.service.store.read().await.unwrap().units().await.unwrap()).unwrap()
}

async fn deeds(house: &House) -> Vec<(String, String)> {
    let mut conn = house.service.store.read().await.unwrap();
    let rows = conn.audit_after(0, 100).await.unwrap();
    rows.into_iter().map(|row| (row.actor, row.deed)).collect()
}

fn id_of(tree: &UnitTree, code: &str) -> UnitId {
    let has = |unit: &&allclear::domain::unit::Unit| unit.code.as_ref().is_some_and(|c| c.as_str() == code);
    tree.iter().find(has).unwrap().id
}

on_both!(the_same_table_again_changes_nothing, |db| async move {
    let house = House::at(db, "2026-06-01 08:00", &[]).await;
    house.import(COUNTY).await;
    let first = tree(&house).await;
    assert_eq!(first.len(), 5);
    let again = house
        .service
        .import_units(&Actor::console(), &table(COUNTY), "again")
        .await
        .unwrap();
    assert!(again.plan.is_empty());
    assert_eq!(again.plan.unchanged.len(), 5);
    assert_eq!(deeds(&house).await, [("console".into(), "import_units".into())]);
    let mut conn = house.service.store.read().await.unwrap();
    let contacts = conn.contacts(None).await.unwrap();
    let village = &contacts[&id_of(&first, "361128102201")];
    assert_eq!(village.reporter[0].as_str(), "zhu@shi.example");
    assert_eq!(village.phone, None);
});

on_both!(
    a_preview_tells_what_would_change_and_changes_nothing,
    |db| async move {
        let house = House::at(db, "2026-06-01 08:00", &[]).await;
        let would = house
            .service
            .preview_units(&Actor::console(), &table(COUNTY))
            .await
            .unwrap();
        assert_eq!(would.plan.added.len(), 5);
        assert!(tree(&house).await.is_empty());
        assert!(deeds(&house).await.is_empty());
    }
);

on_both!(one_fault_and_nothing_is_imported, |db| async move {
    let house = House::at(db, "2026-06-01 08:00", &[]).await;
    let broken = format!("{COUNTY} 12345 | 361128 | 坏编码村 | 村 | not-an-address |");
    let refused = house
        .service
        .import_units(&Actor::console(), &table(&broken), "test")
        .await;
    let Err(Error::Rows(faults)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(
        faults.iter().map(|f| (f.row, f.column)).collect::<Vec<_>>(),
        [(7, Some(Column::Code)), (7, Some(Column::Reporter))]
    );
    assert!(tree(&house).await.is_empty());
});

on_both!(a_township_that_moves_takes_its_villages_along, |db| async move {
    let house = House::at(db, "2026-06-01 08:00", &[]).await;
    house
        .import(&format!("{COUNTY} | 361128 | 湖区管委会 | 乡镇 | |"))
        .await;
    let before = tree(&house).await;
    house.go_to("2026-07-01 08:00");
    house
        .import(
            "编码 | 上级编码 | 名称 | 停用日期
             361128101 | 湖区管委会 | 谢家滩新镇 |
             361128102201 | 361128102 | 朱家村 | 2026-06-30",
        )
        .await;
    let after = tree(&house).await;
    let township = after.get(id_of(&after, "361128101")).unwrap();
    assert_eq!(township.id, id_of(&before, "361128101"));
    assert_eq!(township.name.as_str(), "谢家滩新镇");
    let village = after.get(id_of(&after, "361128101201")).unwrap();
    assert!(township.path.contains(&village.path));
    assert_eq!(village.path.depth(), 3);
    assert_eq!(before.gone(&after), [id_of(&before, "361128102201")]);
    // The service hands out the new tree at once, not seconds later.
    assert_eq!(house.service.tree().await.unwrap().len(), after.len());
    let mut conn = house.service.store.read().await.unwrap();
    assert_eq!(conn.units().await.unwrap().len(), 5);
});

on_both!(codes_and_names_can_be_exchanged_in_one_table, |db| async move {
    let house = House::at(db, "2026-06-01 08:00", &[]).await;
    house.import(COUNTY).await;
    let before = tree(&house).await;
    house
        .import(
            "code | name
             361128101 | 石门街镇
             361128102 | 谢家滩镇",
        )
        .await;
    let after = tree(&house).await;
    let name = |tree: &UnitTree, code: &str| tree.get(id_of(tree, code)).unwrap().name.to_string();
    assert_eq!(name(&before, "361128101"), name(&after, "361128102"));
});

on_both!(
    units_are_renamed_merged_split_and_abolished_and_the_past_stays,
    |db| async move {
        let house = House::at(db, "2026-06-01 08:00", &[]).await;
        house.import(COUNTY).await;
        let before = tree(&house).await;
        let (zhu, other) = (id_of(&before, "361128101201"), id_of(&before, "361128102201"));
        let name = |text: &str| allclear::domain::unit::UnitName::parse(text).unwrap();
        let change = |wanted: Succession| {
            let service = house.service.clone();
            async move {
                service
                    .succeed_units(&Actor::console(), &wanted, "2026 年区划调整")
                    .await
            }
        };
        change(Succession::Rename {
            unit: zhu,
            name: name("东朱村"),
        })
        .await
        .unwrap();
        change(Succession::Merge {
            units: vec![zhu, other],
            into: Into::New(name("朱家新村")),
        })
        .await
        .unwrap();
        let merged = tree(&house).await;
        let heir = merged
            .iter()
            .find(|unit| unit.name.as_str() == "朱家新村")
            .unwrap();
        assert!(merged.get(zhu).is_none() && merged.get(other).is_none());
        assert_eq!(heir.parent, Some(id_of(&before, "361128101")));
        let contacts = house
            .service
            .store
            .read()
            .await
            .unwrap()
            .contacts(Some(&[heir.id]))
            .await
            .unwrap();
        let reporters: Vec<&str> = contacts[&heir.id].reporter.iter().map(|a| a.as_str()).collect();
        assert_eq!(
            reporters,
            ["zhu@xie.example", "zhu@shi.example"],
            "a silence finds somebody"
        );
        let parts = vec![(name("上朱村"), Vec::new())];
        change(Succession::Split {
            unit: heir.id,
            parts,
            survives: true,
        })
        .await
        .unwrap();
        change(Succession::Abolish { unit: heir.id }).await.unwrap();
        let after = tree(&house).await;
        assert!(after.iter().any(|unit| unit.name.as_str() == "上朱村"));
        assert_eq!(after.len(), 4);
        // A township with villages beneath does not end, and nothing happens without a reason.
        let refused = change(Succession::Abolish {
            unit: id_of(&after, "361128101"),
        })
        .await;
        assert!(matches!(refused, Err(Error::Units(_))), "{refused:?}");
        let unfounded = house
            .service
            .succeed_units(&Actor::console(), &Succession::Abolish { unit: heir.id }, " ")
            .await;
        assert!(unfounded.is_err());
        assert_eq!(deeds(&house).await.len(), 5);
    }
);
