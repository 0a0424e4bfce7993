//! Units: versions, contacts, refused addresses, lineage.

use std::collections::HashMap;

use allclear::domain::address::Address;
use allclear::domain::ids::UnitId;
use allclear::domain::unit::{Contacts, UnitKind};

use super::ground::{NAME, at, ground, ms, number, version};
use crate::support::on_both;

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

on_both!(a_unit_reads_back_in_the_version_in_force, |db| async move {
    let (g, mut tx) = ground(db).await;
    let [a, b] = g.villages;
    let unit = tx.unit(a).await.unwrap().unwrap();
    assert_eq!(
        (unit.name.to_string().as_str(), unit.kind),
        (NAME, UnitKind::Village)
    );
    assert_eq!(
        (unit.parent, unit.path, unit.since),
        (Some(g.county), g.path(a), at(0))
    );
    assert!(unit.code.is_none());
    let before = tx.units_state().await.unwrap();
    let renamed = version(a, Some(g.county), &g.path(a), "东𠮷村", UnitKind::Community);
    tx.put_versions(&[renamed], at(5)).await.unwrap();
    let unit = tx.unit(a).await.unwrap().unwrap();
    assert_eq!((unit.name.to_string().as_str(), unit.since), ("东𠮷村", at(5)));
    let after = tx.units_state().await.unwrap();
    assert!(after.0 > before.0 && after.1 == ms(5), "{before:?} {after:?}");
    let history = number(&mut tx, "SELECT COUNT(*) FROM unit_version").await;
    assert_eq!(history, 4, "the old version is kept");
    tx.end_versions(&[b], at(6)).await.unwrap();
    assert!(tx.unit(b).await.unwrap().is_none());
    assert_eq!(tx.units_state().await.unwrap(), (after.0, ms(6)));
    let ids: Vec<UnitId> = tx.units().await.unwrap().iter().map(|u| u.id).collect();
    assert_eq!(ids, [g.county, a]);
    // When it came to be is known also of one that has left.
    let moment = chrono::TimeDelta::milliseconds(1);
    let made = tx.units_made_after(at(0) - moment).await.unwrap();
    assert_eq!((made.get(&a), made.get(&b)), (Some(&at(0)), Some(&at(0))));
    assert!(tx.units_made_after(at(0)).await.unwrap().is_empty());
});

on_both!(no_units_and_a_thousand_units_are_written_alike, |db| async move {
    let (g, mut tx) = ground(db).await;
    assert!(tx.add_units(0, at(1)).await.unwrap().is_empty());
    tx.put_versions(&[], at(1)).await.unwrap();
    tx.end_versions(&[], at(1)).await.unwrap();
    assert_eq!(tx.units().await.unwrap().len(), 3);
    let ids = tx.add_units(1000, at(1)).await.unwrap();
    assert!(ids.len() == 1000 && ids.is_sorted() && ids[0] > g.villages[1]);
    let versions: Vec<_> = ids
        .iter()
        .map(|id| {
            version(
                *id,
                Some(g.county),
                &g.path(*id),
                &format!("𠮷{id}"),
                UnitKind::Village,
            )
        })
        .collect();
    tx.put_versions(&versions, at(1)).await.unwrap();
    assert_eq!(tx.units().await.unwrap().len(), 1003);
    tx.end_versions(&ids, at(2)).await.unwrap();
    assert_eq!(tx.units().await.unwrap().len(), 3);
});

on_both!(
    contacts_are_replaced_as_a_whole_and_keep_their_order,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let [a, b] = g.villages;
        let full = Contacts {
            duty_post: Some("𠮷值班室".to_owned()),
            phone: Some("0793-0000000".to_owned()),
            reporter: vec![address("z@v.example"), address("a@v.example")],
            backup: vec![address("z@v.example")],
            head: vec![address("h@v.example")],
        };
        let other = Contacts {
            head: vec![address("o@v.example")],
            ..Contacts::default()
        };
        tx.put_contacts(&HashMap::new()).await.unwrap();
        assert!(tx.contacts(None).await.unwrap().is_empty());
        let both = HashMap::from([(a, full.clone()), (b, other.clone())]);
        tx.put_contacts(&both).await.unwrap();
        assert_eq!(tx.contacts(None).await.unwrap(), both);
        assert_eq!(
            tx.contacts(Some(&[a, g.county])).await.unwrap(),
            HashMap::from([(a, full.clone())])
        );
        assert!(tx.contacts(Some(&[])).await.unwrap().is_empty());
        let alone = Contacts {
            duty_post: Contacts::default().duty_post,
            phone: Contacts::default().phone,
            ..full
        };
        assert_eq!(
            tx.addresses(&[a, g.county]).await.unwrap(),
            HashMap::from([(a, alone)])
        );
        tx.put_contacts(&HashMap::from([(a, Contacts::default())]))
            .await
            .unwrap();
        let now = tx.contacts(None).await.unwrap();
        assert_eq!(now.get(&a).cloned().unwrap_or_default(), Contacts::default());
        assert_eq!(now[&b], other, "another unit's stay");
        let ids = tx.add_units(1000, at(1)).await.unwrap();
        let many: HashMap<_, _> = ids.into_iter().map(|id| (id, other.clone())).collect();
        tx.put_contacts(&many).await.unwrap();
        assert_eq!(tx.contacts(None).await.unwrap().len(), 1002);
    }
);

on_both!(an_address_is_refused_once_and_mended, |db| async move {
    let (g, mut tx) = ground(db).await;
    let [a, b] = g.villages;
    let contacts = |address| Contacts {
        reporter: vec![address],
        ..Contacts::default()
    };
    let bad = address("bad@v.example");
    tx.put_contacts(&HashMap::from([(a, contacts(bad.clone())), (b, contacts(bad))]))
        .await
        .unwrap();
    assert_eq!(tx.units_with_contacts().await.unwrap(), 2);
    tx.mark_bad("bad@v.example", at(1), "550 𠮷 no such user")
        .await
        .unwrap();
    tx.mark_bad("bad@v.example", at(9), "551").await.unwrap();
    for (address, minutes) in [("y@v.example", 2), ("x-y@v.example", 3), ("xz@v.example", 3)] {
        tx.mark_bad(address, at(minutes), "550").await.unwrap();
    }
    let all = tx.bad_addresses().await.unwrap();
    let listed: Vec<_> = all.iter().map(|b| (b.address.as_str(), b.since)).collect();
    let expected = [
        ("x-y@v.example", ms(3)),
        ("xz@v.example", ms(3)),
        ("y@v.example", ms(2)),
        ("bad@v.example", ms(1)),
    ];
    assert_eq!(listed, expected, "the last first, then in the order of bytes");
    assert_eq!(all[3].words, "550 𠮷 no such user");
    tx.end_versions(&[a], at(5)).await.unwrap();
    assert_eq!(
        tx.units_with_contacts().await.unwrap(),
        1,
        "who has left is not counted"
    );
    let found = tx.bad_contacts(Some("bad@v.example")).await.unwrap();
    let units: Vec<_> = found.iter().map(|c| (c.unit_id, c.path.clone())).collect();
    let standing = (Some(b.0), Some(g.path(b).as_str().to_owned()));
    assert_eq!(units, [standing, (None, None)], "who has left comes last");
    assert_eq!(found[0].name.as_deref(), Some("柳村"));
    assert_eq!(tx.bad_contacts(None).await.unwrap().len(), 5);
    assert!(tx.bad_contacts(Some("ok@v.example")).await.unwrap().is_empty());
    tx.clear_bad("bad@v.example").await.unwrap();
    tx.clear_bad("bad@v.example").await.unwrap();
    assert_eq!(tx.bad_addresses().await.unwrap().len(), 3);
});

on_both!(lineage_is_kept_with_and_without_a_successor, |db| async move {
    let (g, mut tx) = ground(db).await;
    let [a, b] = g.villages;
    tx.add_lineage("merge", a, Some(b), at(1), "撤并𠮷")
        .await
        .unwrap();
    tx.add_lineage("abolish", b, None, at(1), "撤销").await.unwrap();
    let kept = number(
        &mut tx,
        "SELECT COUNT(*) FROM lineage WHERE reason = '撤并𠮷' AND successor_id > 0",
    )
    .await;
    assert_eq!(kept, 1);
    let without = number(&mut tx, "SELECT COUNT(*) FROM lineage WHERE successor_id IS NULL").await;
    assert_eq!(without, 1);
});
