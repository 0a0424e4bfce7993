//! What the wall, a township and the undo of the board rest on.

use allclear::domain::board::Filter;
use allclear::domain::checkin::Content;
use allclear::domain::ids::{CheckInId, ObligationId};
use allclear::domain::incident::ReportKind;
use allclear::domain::standing::{Standing, Timeliness};
use allclear::domain::unit::UnitKind;
use allclear::store::{Beneath, Listing, Met, NewContact, NewWallLink};

use super::ground::{at, flood, ground, ms, rule, said};
use crate::support::on_both;

on_both!(
    a_wall_link_is_found_by_its_hash_until_it_is_revoked,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let new = NewWallLink {
            label: "东墙𠮷",
            unit: g.county,
            hash: "one",
            texts: true,
            by: g.officer,
        };
        let one = tx.add_wall_link(&new, at(5)).await.unwrap();
        let other = NewWallLink {
            hash: "two",
            texts: false,
            ..new
        };
        let two = tx.add_wall_link(&other, at(6)).await.unwrap();
        let found = tx.wall_link("one").await.unwrap().unwrap();
        assert_eq!(
            (
                found.id,
                found.label.as_str(),
                found.unit,
                found.texts,
                found.made
            ),
            (one, "东墙𠮷", g.county, true, at(5))
        );
        assert_eq!(found.by, "值班员𠮷");
        let ids: Vec<i64> = tx.wall_links().await.unwrap().iter().map(|l| l.id).collect();
        assert_eq!(ids, [two, one]);
        assert!(tx.revoke_wall_link(one, at(7)).await.unwrap());
        assert!(!tx.revoke_wall_link(one, at(8)).await.unwrap());
        assert_eq!(tx.wall_link("one").await.unwrap(), None);
        assert_eq!(tx.wall_link("none").await.unwrap(), None);
        assert_eq!(tx.wall_links().await.unwrap().len(), 1);
    }
);

on_both!(the_last_report_on_each_incident_is_found, |db| async move {
    let (g, mut tx) = ground(db).await;
    let incident = g.incident(&mut tx, 10).await;
    let silent = g.incident(&mut tx, 11).await;
    let ids = tx.reserve_check_ins(2).await.unwrap();
    for id in &ids {
        let kept = said(*id, g.villages[0], None, Content::Incident(flood()));
        tx.add_check_ins(&[kept]).await.unwrap();
        tx.add_report(incident, ReportKind::FollowUp, *id, at(12))
            .await
            .unwrap();
    }
    let latest = tx.latest_reports(&[incident, silent]).await.unwrap();
    assert_eq!(latest, [(incident, ids[1])]);
    assert!(tx.latest_reports(&[]).await.unwrap().is_empty());
});

on_both!(
    beneath_a_parent_each_unit_counts_with_its_last_round_before_an_instant,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let early = g.round(&mut tx, "2026-06-01", 60).await;
        g.owed_in(&mut tx, early, 60).await;
        let mut evening = g.new_round("2026-06-01", 100);
        evening.rule = tx.add_rule(g.period, &rule(g.ladder)).await.unwrap();
        let evening = tx.begin_round(&evening).await.unwrap();
        let [a, b] = g.owed_in(&mut tx, evening, 100).await;
        let met = Met {
            id: a.0,
            received: ms(104),
            check_in: 1,
            via: "own",
            stands: "incident",
            own_time: None,
        };
        tx.meet(&[met]).await.unwrap();
        let call = NewContact {
            obligation: b,
            result: "reached",
            note: None,
            by: g.officer,
        };
        tx.add_contact(&call, at(104)).await.unwrap();
        let path = g.path(g.county);
        let asked = Beneath {
            path: &path,
            day: "2026-06-01".parse().unwrap(),
            until: at(100),
            drill: false,
        };
        let rows = tx.beneath(&asked, at(106)).await.unwrap();
        let told: Vec<_> = rows.iter().map(|r| (r.id, r.line.standing)).collect();
        assert_eq!(
            told,
            [
                (a, Standing::Received(Timeliness::OnTime)),
                (b, Standing::Overdue)
            ]
        );
        assert!(rows[0].line.incident && rows[0].line.latest == Some(CheckInId(1)));
        assert_eq!(rows[1].contact, Some((at(104), "reached".to_owned())));
        // Before the evening's due time, the early round counts.
        let earlier = Beneath {
            until: at(99),
            ..asked
        };
        let rows = tx.beneath(&earlier, at(106)).await.unwrap();
        assert!(rows.len() == 2 && rows.iter().all(|row| row.id != a && row.id != b));
        let nothing = [
            Beneath { drill: true, ..asked },
            Beneath {
                day: "2026-06-02".parse().unwrap(),
                ..asked
            },
        ];
        for other in nothing {
            assert!(tx.beneath(&other, at(106)).await.unwrap().is_empty());
        }
        let village = g.path(g.villages[0]);
        let own = Beneath {
            path: &village,
            ..asked
        };
        let mine = tx.beneath(&own, at(106)).await.unwrap();
        assert!(mine.is_empty(), "its own is not beneath it");
        let listing = |kind| Listing {
            filter: Filter::All,
            kind,
            offset: 0,
            limit: 9,
        };
        let (lo, hi) = path.range();
        let spans = [allclear::domain::board::Span { fold: None, lo, hi }];
        for (kind, n) in [
            (None, 2),
            (Some(UnitKind::Village), 2),
            (Some(UnitKind::Community), 0),
        ] {
            let listed = tx
                .board_list(evening, &[evening], &spans, listing(kind), at(106))
                .await;
            assert_eq!(listed.unwrap().len(), n);
        }
    }
);

on_both!(an_act_is_found_by_who_did_it_and_when, |db| async move {
    let (g, mut tx) = ground(db).await;
    let (_, [a, b]) = g.owed(&mut tx).await;
    let none: [ObligationId; 0] = [];
    for id in [a, b] {
        let call = NewContact {
            obligation: id,
            result: "reached",
            note: None,
            by: g.officer,
        };
        tx.add_contact(&call, at(90)).await.unwrap();
        assert!(tx.excuse(id, g.officer, "停电", at(91)).await.unwrap());
    }
    let mut undone = tx.undo_contacts(g.officer, at(90), at(95)).await.unwrap();
    undone.sort();
    assert_eq!(undone, [a, b]);
    assert_eq!(tx.undo_contacts(g.officer, at(90), at(95)).await.unwrap(), none);
    assert_eq!(tx.excusals_by(g.officer, at(91)).await.unwrap(), [a, b]);
    assert_eq!(tx.excusals_by(g.officer, at(90)).await.unwrap(), none);
    assert!(tx.undo_excusal(a, at(95)).await.unwrap());
    assert_eq!(tx.excusals_by(g.officer, at(91)).await.unwrap(), [b]);
    assert!(tx.undo_excusal(b, at(95)).await.unwrap());
    let before = tx.obligation(a).await.unwrap().unwrap().obligation;
    let later = before.extended(at(300), at(92)).unwrap();
    tx.extend(&before, &later, g.officer, "路断", at(92))
        .await
        .unwrap();
    assert_eq!(tx.extensions_by(g.officer, at(92)).await.unwrap(), [a]);
    // Once the round would be closed without it, it stays.
    assert!(
        !tx.undo_extension(a, g.officer, at(92), before.window.closes())
            .await
            .unwrap()
    );
    assert!(tx.undo_extension(a, g.officer, at(92), at(95)).await.unwrap());
    let now = tx.obligation(a).await.unwrap().unwrap().obligation;
    assert_eq!(now.window, before.window);
    assert!(!tx.undo_extension(a, g.officer, at(92), at(95)).await.unwrap());
    assert_eq!(tx.extensions_by(g.officer, at(92)).await.unwrap(), none);
    let told = tx.decisions(g.villages[0], at(0), 9).await.unwrap();
    assert_eq!(told.len(), 1, "the excusal that was taken back stays on record");
});

on_both!(spot_checks_of_a_unit_are_told_newest_first, |db| async move {
    let (g, mut tx) = ground(db).await;
    let [a, b] = g.villages;
    tx.add_spot_check(a, "on_duty", Some("在岗𠮷"), g.officer, at(1))
        .await
        .unwrap();
    tx.add_spot_check(a, "no_answer", None, g.officer, at(2))
        .await
        .unwrap();
    tx.add_spot_check(b, "on_duty", None, g.officer, at(3))
        .await
        .unwrap();
    let told = tx.spot_checks(a, at(0)).await.unwrap();
    let told: Vec<_> = told
        .iter()
        .map(|s| (s.at, s.result.as_str(), s.note.as_deref(), s.by_label.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (ms(2), "no_answer", None, "值班员𠮷"),
            (ms(1), "on_duty", Some("在岗𠮷"), "值班员𠮷")
        ]
    );
    assert_eq!(tx.spot_checks(a, at(2)).await.unwrap().len(), 1);
});
