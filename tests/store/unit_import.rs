//! Imports that can be undone, what a unit was before, and how far each has come.

use allclear::domain::access::Role;
use allclear::domain::ids::UnitId;
use allclear::domain::import::{Reached, Trail};
use allclear::domain::unit::{Contacts, LineageKind, UnitKind, UnitVersion};
use allclear::store::{Granted, NewImport, NewSession, NewSlip, Way};

use super::ground::{NAME, at, ground, version};
use crate::support::on_both;

on_both!(
    an_import_is_kept_with_its_trail_until_it_is_undone,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let [a, b] = g.villages;
        let unit = tx.unit(a).await.unwrap().unwrap();
        let trail = Trail {
            ended: vec![UnitVersion::from(&unit)],
            begun: vec![a, b],
            reached: vec![Reached {
                unit: a,
                before: Contacts::default(),
                after: Contacts {
                    phone: Some("0793-0000001".to_owned()),
                    ..Contacts::default()
                },
            }],
        };
        let new = |reason| NewImport {
            by: "值班员𠮷",
            counts: [1, 2, 3],
            reason,
            trail: &trail,
        };
        let first = tx.add_unit_import(new("区划调整"), at(1)).await.unwrap();
        let second = tx.add_unit_import(new("再次"), at(2)).await.unwrap();
        let kept = tx.unit_import(first).await.unwrap().unwrap();
        assert_eq!(
            (kept.at, kept.by.as_str(), kept.counts),
            (at(1), "值班员𠮷", [1, 2, 3])
        );
        assert_eq!(
            (kept.trail, kept.undone, kept.reason.as_str()),
            (trail, None, "区划调整")
        );
        tx.mark_import_undone(first, at(5)).await.unwrap();
        let all = tx.unit_imports(9).await.unwrap();
        let listed: Vec<_> = all.iter().map(|one| (one.id, one.undone)).collect();
        assert_eq!(listed, [(second, None), (first, Some(at(5)))]);
        assert_eq!(all[1].trail, Trail::default());
        assert_eq!(tx.unit_imports(1).await.unwrap().len(), 1);
        assert!(tx.unit_import(99_999).await.unwrap().is_none());
    }
);

on_both!(a_unit_is_in_use_once_somebody_works_for_it, |db| async move {
    let (g, mut tx) = ground(db).await;
    let [a, b] = g.villages;
    let ids = [a, b, UnitId(99_999)];
    assert!(tx.units_in_use(&ids).await.unwrap().is_empty());
    assert!(tx.units_in_use(&[]).await.unwrap().is_empty());
    let device = tx.add_device(b, "值班电脑", "hash", at(1)).await.unwrap();
    tx.end_device_unit(device, b, at(2)).await.unwrap();
    assert_eq!(tx.units_in_use(&ids).await.unwrap(), [b]);
    assert_eq!(
        tx.units_in_use(&[g.county]).await.unwrap(),
        [g.county],
        "an officer is of it"
    );
});

on_both!(a_unit_tells_what_it_was_and_what_became_of_it, |db| async move {
    let (g, mut tx) = ground(db).await;
    let [a, b] = g.villages;
    let renamed = version(a, Some(g.county), &g.path(a), "东𠮷村", UnitKind::Community);
    tx.put_versions(&[renamed], at(5)).await.unwrap();
    tx.add_lineage("rename", a, Some(a), at(5), "更名").await.unwrap();
    tx.end_versions(&[b], at(6)).await.unwrap();
    tx.add_lineage("abolish", b, None, at(6), "撤销").await.unwrap();
    let past = tx.unit_versions(a).await.unwrap();
    let told: Vec<_> = past
        .iter()
        .map(|one| (one.version.name.as_str(), one.version.from, one.version.until))
        .collect();
    assert_eq!(told, [("东𠮷村", at(5), None), (NAME, at(0), Some(at(5)))]);
    assert_eq!(
        (past[0].above.as_deref(), &past[0].path),
        (Some("清河县"), &g.path(a))
    );
    assert_eq!(past[0].version.kind, UnitKind::Community);
    assert!(tx.unit_versions(UnitId(99_999)).await.unwrap().is_empty());
    assert!(tx.unit_versions(g.county).await.unwrap()[0].above.is_none());
    let of_a = tx.descent_of(a).await.unwrap();
    assert_eq!(
        (of_a[0].kind, of_a[0].at, of_a[0].reason.as_str()),
        (LineageKind::Rename, at(5), "更名")
    );
    assert_eq!(of_a[0].predecessor, (a, "东𠮷村".to_owned()));
    assert_eq!(of_a[0].successor, Some((a, "东𠮷村".to_owned())));
    let of_b = tx.descent_of(b).await.unwrap();
    assert_eq!(
        (of_b[0].kind, of_b[0].successor.is_none()),
        (LineageKind::Abolish, true)
    );
    assert!(tx.descent_of(g.county).await.unwrap().is_empty());
    let speakers = tx.speakers_of(g.county).await.unwrap();
    assert_eq!(
        (speakers.len(), speakers[0].account, speakers[0].role),
        (1, g.officer, Role::DutyOfficer)
    );
    assert_eq!((speakers[0].signed_in, speakers[0].is_locked), (None, false));
    assert!(tx.speakers_of(a).await.unwrap().is_empty());
});

on_both!(a_slip_that_is_made_anew_leaves_one_way_in, |db| async move {
    let (g, mut tx) = ground(db).await;
    let [a, b] = g.villages;
    let slip = |unit: UnitId, hash: &str| NewSlip {
        unit_id: unit.0,
        code_hash: hash.to_owned(),
    };
    tx.add_slips(
        &[slip(a, "a1"), slip(a, "a2"), slip(b, "b1")],
        Way::Paper,
        at(0),
        at(60),
    )
    .await
    .unwrap();
    assert_eq!(tx.slip("a2", at(1)).await.unwrap(), Some(a));
    tx.add_slips(&[slip(a, "a3")], Way::Mail, at(2), at(60))
        .await
        .unwrap();
    for (hash, unit) in [("a1", None), ("a2", None), ("a3", Some(a)), ("b1", Some(b))] {
        assert_eq!(tx.slip(hash, at(3)).await.unwrap(), unit, "{hash}");
    }
    tx.add_slips(&[], Way::Mail, at(2), at(60)).await.unwrap();
    let all = tx.activations(at(3)).await.unwrap();
    assert!(all[&a].paper.is_none() && !all[&a].is_active());
    let mail = all[&a].mail.unwrap();
    assert_eq!((mail.issued, mail.expires), (at(2), at(60)));
    assert_eq!(all[&b].paper.unwrap().issued, at(0));
    assert!(tx.activations(at(60)).await.unwrap().is_empty(), "they expired");
    tx.add_device(b, "值班电脑", "hash", at(4)).await.unwrap();
    let reporter = Granted {
        role: Role::Reporter,
        unit: Some(a),
    };
    tx.grant(g.officer, reporter, at(0)).await.unwrap();
    let all = tx.activations(at(5)).await.unwrap();
    assert!(all[&b].is_active() && all[&b].device == Some(at(4)) && !all[&a].is_active());
    let session = NewSession {
        hash: "session",
        how: "password",
        browser: "Chrome, Windows",
        awaits: None,
    };
    tx.add_session(g.officer, session, at(5)).await.unwrap();
    assert_eq!(tx.activations(at(6)).await.unwrap()[&a].account, Some(at(5)));
    tx.set_lock(g.officer, Some(at(7))).await.unwrap();
    assert!(tx.activations(at(8)).await.unwrap()[&a].account.is_none());
});
