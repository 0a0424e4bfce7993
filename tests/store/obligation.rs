//! Obligations: opened once, met once, decided upon; and who has not reported.

use allclear::domain::checkin::{Claim, Content, Provenance};
use allclear::domain::ids::{CheckInId, ObligationId, RoundId, UnitId};
use allclear::domain::obligation::Kind;
use allclear::store::{Met, NewContact, NewObligationRow};

use super::ground::{at, ground, ms, number};
use crate::support::on_both;

fn met(id: ObligationId, minutes: i64, check_in: i64) -> Met {
    Met {
        id: id.0,
        received: ms(minutes),
        check_in,
        via: "own",
        stands: "all_clear",
        own_time: None,
    }
}

on_both!(an_obligation_is_written_once_and_reads_back, |db| async move {
    let (g, mut tx) = ground(db).await;
    let (round, [a, b]) = g.owed(&mut tx).await;
    assert!(tx.add_obligations(&[]).await.unwrap().is_empty());
    let row = g.owes(g.villages[0], round, 100);
    assert!(
        tx.add_obligations(std::slice::from_ref(&row))
            .await
            .unwrap()
            .is_empty()
    );
    let drill = NewObligationRow { drill: 1, ..row };
    let added = tx
        .add_obligations(&[drill, g.owes(g.villages[0], round, 100)])
        .await
        .unwrap();
    assert_eq!(added.len(), 1, "only the new one is given");
    assert_eq!((added[0].drill, added[0].scheduled_due), (1, ms(100)));
    assert_eq!((added[0].unit_id, added[0].kind), (g.villages[0].0, "routine"));
    let found = tx.obligation(a).await.unwrap().unwrap();
    let o = &found.obligation;
    assert_eq!(
        (o.unit, o.kind, o.round),
        (g.villages[0], Kind::Routine, Some(round))
    );
    assert_eq!(
        (o.window.opens(), o.window.due(), o.window.closes()),
        (at(40), at(100), at(220))
    );
    assert_eq!(
        (o.scheduled_due, o.first_received, o.excused, o.resumption),
        (at(100), None, None, None)
    );
    assert_eq!(
        (o.paused_step, o.provenance, o.claim_accepted),
        (None, None, false)
    );
    assert_eq!(found.path, g.path(g.villages[0]));
    assert_eq!(
        (found.drill, found.latest, found.incident, found.claim),
        (false, None, false, None)
    );
    assert!(tx.obligation(ObligationId(99_999)).await.unwrap().is_none());
    let wanted = [b, ObligationId(99_999), a];
    let ids =
        |all: Vec<allclear::store::StoredObligation>| all.iter().map(|s| s.obligation.id).collect::<Vec<_>>();
    assert_eq!(ids(tx.obligations(&wanted).await.unwrap()), [a, b]);
    assert_eq!(ids(tx.hold_obligations(&wanted).await.unwrap()), [a, b]);
    assert!(tx.obligations(&[]).await.unwrap().is_empty());
    assert!(tx.hold_obligations(&[]).await.unwrap().is_empty());
});

on_both!(a_thousand_obligations_are_written_held_and_met, |db| async move {
    let (g, mut tx) = ground(db).await;
    let round = g.round(&mut tx, "2026-06-01", 100).await;
    let ids = g.crowd(&mut tx, round, 100, 1000).await;
    assert_eq!(ids.len(), 1000);
    let sources: Vec<_> = ids.iter().map(|id| (*id, round)).collect();
    tx.add_sources(&sources).await.unwrap();
    tx.add_sources(&sources).await.unwrap();
    tx.add_sources(&[]).await.unwrap();
    assert_eq!(
        number(&mut tx, "SELECT COUNT(*) FROM obligation_source").await,
        1000
    );
    assert_eq!(tx.hold_obligations(&ids).await.unwrap().len(), 1000);
    let all: Vec<Met> = ids[..999].iter().map(|id| met(*id, 90, 1)).collect();
    tx.meet(&all).await.unwrap();
    tx.meet(&[]).await.unwrap();
    let left = tx.unmet(round, at(100), 0, 0, 10).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].id, ids[999]);
});

on_both!(
    the_first_receipt_decides_for_ever_and_the_last_report_stands,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (_, [a, b]) = g.owed(&mut tx).await;
        let offline = Met {
            via: "offline",
            stands: "incident",
            own_time: Some("pending"),
            ..met(a, 106, 5)
        };
        tx.meet(&[offline]).await.unwrap();
        tx.meet(&[met(a, 107, 6)]).await.unwrap();
        let found = tx.obligation(a).await.unwrap().unwrap();
        assert_eq!(found.obligation.first_received, Some(at(106)));
        assert_eq!(found.obligation.provenance, Some(Provenance::Own));
        assert_eq!((found.latest, found.incident), (Some(CheckInId(6)), false));
        assert_eq!(
            found.claim,
            Some(Claim::Pending),
            "a later report leaves the claim"
        );
        let everywhere = g.path(g.county).range();
        let pending = tx.pending_claims(&everywhere).await.unwrap();
        assert_eq!(pending.iter().map(|o| o.obligation.id).collect::<Vec<_>>(), [a]);
        tx.put_claim(a, Claim::Accepted).await.unwrap();
        assert!(tx.pending_claims(&everywhere).await.unwrap().is_empty());
        tx.put_standing_content(a, &Content::Incident(Default::default()))
            .await
            .unwrap();
        let found = tx.obligation(a).await.unwrap().unwrap();
        assert_eq!((found.incident, found.claim), (true, Some(Claim::Accepted)));
        assert!(found.obligation.claim_accepted);
        let other = tx.obligation(b).await.unwrap().unwrap();
        assert_eq!((other.obligation.first_received, other.claim), (None, None));
    }
);

on_both!(
    an_excusal_holds_only_for_what_is_unmet_and_is_undone,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (round, [a, b]) = g.owed(&mut tx).await;
        tx.meet(&[met(b, 90, 1)]).await.unwrap();
        assert!(!tx.excuse(b, g.officer, "已报", at(91)).await.unwrap());
        assert!(tx.excuse(a, g.officer, "停电𠮷", at(91)).await.unwrap());
        assert!(!tx.excuse(a, g.officer, "again", at(92)).await.unwrap());
        assert_eq!(
            tx.obligation(a).await.unwrap().unwrap().obligation.excused,
            Some(at(91))
        );
        assert!(tx.unmet(round, at(100), 0, 0, 10).await.unwrap().is_empty());
        assert!(tx.undo_excusal(a, at(93)).await.unwrap());
        assert!(!tx.undo_excusal(a, at(94)).await.unwrap());
        assert_eq!(tx.obligation(a).await.unwrap().unwrap().obligation.excused, None);
        assert!(tx.excuse(a, g.officer, "又停电", at(95)).await.unwrap());
        let since = at(0);
        let all = tx.decisions(g.villages[0], since, 10).await.unwrap();
        let told: Vec<_> = all.iter().map(|d| (d.kind.as_str(), d.at, d.until)).collect();
        assert_eq!(
            told,
            [("excusal", ms(95), None), ("excusal", ms(91), Some(ms(93)))]
        );
        assert_eq!(all[1].words.as_deref(), Some("停电𠮷"));
    }
);

on_both!(
    decisions_are_told_newest_first_with_who_took_them,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (_, [a, b]) = g.owed(&mut tx).await;
        let call = NewContact {
            obligation: a,
            result: "reached",
            note: Some("马上报𠮷"),
            by: g.officer,
        };
        tx.add_contact(&call, at(101)).await.unwrap();
        let silent = NewContact {
            result: "no_answer",
            note: None,
            ..call
        };
        tx.add_contact(&silent, at(102)).await.unwrap();
        tx.add_contact(
            &NewContact {
                obligation: b,
                ..call
            },
            at(103),
        )
        .await
        .unwrap();
        let before = tx.obligation(a).await.unwrap().unwrap().obligation;
        let after = before.extended(at(150), at(90)).unwrap();
        tx.pause(a, at(130), 2).await.unwrap();
        let paused = tx.obligation(a).await.unwrap().unwrap().obligation;
        assert_eq!((paused.resumption, paused.paused_step), (Some(at(130)), Some(2)));
        tx.extend(&before, &after, g.officer, "路断", at(104))
            .await
            .unwrap();
        let now = tx.obligation(a).await.unwrap().unwrap().obligation;
        assert_eq!((now.window.due(), now.scheduled_due), (at(150), at(100)));
        assert_eq!(
            (now.window.closes(), now.resumption),
            (after.window.closes(), None)
        );
        assert_eq!(now.paused_step, None, "the pause ends with the old chase");
        let other = tx.obligation(b).await.unwrap().unwrap().obligation;
        assert_eq!(other.window.due(), at(100));
        let all = tx.decisions(g.villages[0], at(0), 10).await.unwrap();
        let told: Vec<_> = all
            .iter()
            .map(|d| (d.kind.as_str(), d.result.as_str(), d.at))
            .collect();
        let expected = [
            ("extension", "", ms(104)),
            ("contact", "no_answer", ms(102)),
            ("contact", "reached", ms(101)),
        ];
        assert_eq!(told, expected);
        assert_eq!((all[0].due_before, all[0].until), (Some(ms(100)), Some(ms(150))));
        assert!(
            all.iter()
                .all(|d| d.by_label.as_deref() == Some("值班员𠮷") && d.obligation_id == a.0)
        );
        assert_eq!(tx.decisions(g.villages[0], at(0), 1).await.unwrap().len(), 1);
        let closes = after.window.closes();
        assert_eq!(tx.decisions(g.villages[0], closes, 10).await.unwrap().len(), 3);
        assert!(
            tx.decisions(g.villages[0], at(9_999), 10)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(tx.decisions(g.county, at(0), 10).await.unwrap().is_empty());
        let mut calls = tx.last_calls(&[a.0, b.0]).await.unwrap();
        assert_eq!(calls.pop(), Some((b, Some(at(103)), true)));
        assert_eq!(
            calls.pop(),
            Some((a, Some(at(102)), false)),
            "the last of each comes last"
        );
        assert!(tx.last_calls(&[]).await.unwrap().is_empty());
    }
);

on_both!(what_a_unit_owes_is_listed_within_bounds, |db| async move {
    let (g, mut tx) = ground(db).await;
    let [unit, other] = g.villages;
    let (round, [first, _]) = g.owed(&mut tx).await;
    let next = g.round(&mut tx, "2026-06-02", 200).await;
    let [second, _] = g.owed_in(&mut tx, next, 200).await;
    let ids =
        |all: Vec<allclear::store::StoredObligation>| all.iter().map(|s| s.obligation.id).collect::<Vec<_>>();
    let list = tx.obligations_of_unit(unit, at(140), at(219)).await.unwrap();
    assert_eq!(ids(list), [first, second]);
    assert_eq!(
        ids(tx.obligations_of_unit(unit, at(139), at(0)).await.unwrap()),
        [first]
    );
    assert_eq!(
        ids(tx.obligations_of_unit(unit, at(140), at(220)).await.unwrap()),
        [second]
    );
    assert!(
        tx.obligations_of_unit(g.county, at(999), at(0))
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(tx.asked(unit, at(40), at(140)).await.unwrap(), 1, "half open");
    assert_eq!(tx.asked(unit, at(40), at(141)).await.unwrap(), 2);
    assert_eq!(tx.times_asked(unit, at(40)).await.unwrap(), 2);
    assert_eq!(tx.times_asked(unit, at(41)).await.unwrap(), 1);
    assert_eq!(tx.times_asked(g.county, at(0)).await.unwrap(), 0);
    let held = tx
        .held(&[unit, other, UnitId(99_999)], at(100), at(200))
        .await
        .unwrap();
    assert_eq!(held.len(), 4, "both ends included");
    assert_eq!(
        (held[0].obligation, held[0].round, held[0].period),
        (first, round, g.period)
    );
    assert_eq!(
        (held[0].kind, held[0].scheduled_due, held[0].closes),
        (Kind::Routine, at(100), at(220))
    );
    tx.add_sources(&[(first, next)]).await.unwrap();
    let both = tx.held(&[unit], at(100), at(199)).await.unwrap();
    assert!(
        both.len() == 2 && both.iter().all(|h| h.obligation == first),
        "one a source"
    );
    assert!(tx.held(&[], at(0), at(999)).await.unwrap().is_empty());
});

on_both!(
    who_has_not_reported_is_paged_by_row_within_ranges,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (round, [a, b]) = g.owed(&mut tx).await;
        let everywhere = g.everywhere();
        assert_eq!(tx.missing(round, &everywhere, 0, 10).await.unwrap(), [a, b]);
        assert_eq!(tx.missing(round, &everywhere, 0, 1).await.unwrap(), [a]);
        assert_eq!(tx.missing(round, &everywhere, a.0, 10).await.unwrap(), [b]);
        let only = [g.path(g.villages[1]).range()];
        assert_eq!(tx.missing(round, &only, 0, 10).await.unwrap(), [b]);
        assert!(tx.missing(round, &[], 0, 10).await.unwrap().is_empty());
        assert!(
            tx.missing(RoundId(99_999), &everywhere, 0, 10)
                .await
                .unwrap()
                .is_empty()
        );
        tx.meet(&[met(a, 90, 1)]).await.unwrap();
        assert_eq!(tx.missing(round, &everywhere, 0, 10).await.unwrap(), [b]);
        let below = g.path(g.county);
        let listed = tx.obligations_of_round(round, &below, 10).await.unwrap();
        let ids: Vec<_> = listed.iter().map(|s| s.obligation.id).collect();
        assert_eq!(ids, [b, a], "unmet ones first");
        assert_eq!(tx.obligations_of_round(round, &below, 1).await.unwrap().len(), 1);
        assert!(tx.excuse(b, g.officer, "停电", at(91)).await.unwrap());
        assert!(tx.missing(round, &everywhere, 0, 10).await.unwrap().is_empty());
        tx.undo_excusal(b, at(92)).await.unwrap();
        tx.pause(b, at(130), 1).await.unwrap();
        assert!(
            tx.unmet(round, at(100), 0, 0, 10).await.unwrap().is_empty(),
            "another group"
        );
        let paused = tx.unmet(round, at(100), ms(130), 0, 10).await.unwrap();
        assert_eq!(paused[0].id, b);
        assert!(
            tx.unmet(round, at(100), ms(130), b.0, 10)
                .await
                .unwrap()
                .is_empty()
        );
        assert!(tx.unmet(round, at(101), ms(130), 0, 10).await.unwrap().is_empty());
    }
);
