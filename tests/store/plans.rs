//! Plans of incidents: versions, and what was ticked.

use allclear::domain::checkin::Author;
use allclear::domain::ids::DeviceId;
use allclear::domain::plan::For;
use allclear::store::NewPlan;

use super::ground::{at, ground};
use crate::support::on_both;

on_both!(
    the_last_version_of_a_plan_counts_and_all_are_kept,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let of = For::parse("flood", "ii").unwrap();
        let new = |version, zh| NewPlan {
            of: &of,
            version,
            zh,
            en: "",
            by: (version > 1).then_some(g.officer),
        };
        assert!(tx.add_plan(new(1, "- 撤"), at(0)).await.unwrap());
        assert!(tx.add_plan(new(2, "- 撤\n- 封路"), at(1)).await.unwrap());
        assert!(!tx.add_plan(new(2, "- 别的"), at(2)).await.unwrap());
        let general = For::default();
        let other = NewPlan {
            of: &general,
            ..new(1, "先报")
        };
        assert!(tx.add_plan(other, at(3)).await.unwrap());
        let plans = tx.plans().await.unwrap();
        let told: Vec<_> = plans.iter().map(|p| (&p.of, p.version, p.zh.as_str())).collect();
        assert_eq!(told, [(&general, 1, "先报"), (&of, 2, "- 撤\n- 封路")]);
        let versions = tx.plan_versions(&of).await.unwrap();
        let told: Vec<_> = versions
            .iter()
            .map(|p| (p.version, p.by.is_some(), p.at))
            .collect();
        assert_eq!(told, [(2, true, at(1)), (1, false, at(0))]);
        assert_eq!(tx.plan(versions[1].id).await.unwrap().unwrap(), versions[1]);
        assert_eq!(tx.plan(99).await.unwrap(), None);
    }
);

on_both!(what_was_ticked_is_kept_in_order, |db| async move {
    let (g, mut tx) = ground(db).await;
    let incident = g.incident(&mut tx, 5).await;
    let of = For::default();
    let new = NewPlan {
        of: &of,
        version: 1,
        zh: "- a",
        en: "",
        by: None,
    };
    tx.add_plan(new, at(0)).await.unwrap();
    let plan = tx.plans().await.unwrap()[0].id;
    let (device, officer) = (Author::Device(DeviceId(7)), Author::Account(g.officer));
    tx.add_plan_tick(incident, (plan, 0), true, device, at(6))
        .await
        .unwrap();
    tx.add_plan_tick(incident, (plan, 0), false, officer, at(7))
        .await
        .unwrap();
    let ticks = tx.plan_ticks(incident).await.unwrap();
    let told: Vec<_> = ticks
        .iter()
        .map(|t| (t.plan, t.step, t.done, t.author, t.at))
        .collect();
    assert_eq!(
        told,
        [(plan, 0, true, device, at(6)), (plan, 0, false, officer, at(7))]
    );
});
