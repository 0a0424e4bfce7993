//! What a bulletin is made of: what fell due in a span beneath an office, without drills.

use allclear::domain::bulletin::{Counts, UnitLine};
use allclear::domain::checkin::Content;
use allclear::domain::ids::{LetterId, ObligationId, UnitId};
use allclear::domain::incident::Severity;
use allclear::store::{Met, NewGap, NewIncident, NewObligationRow, ReportKind, Tail, Tx};

use super::ground::{Ground, NAME, at, chase_letter, flood, ground, letter, ms, run, said};
use crate::support::on_both;

/// Asks, as of 110 minutes, what fell due from a minute to before another.
fn tail(g: &Ground, office: UnitId, from: i64, until: i64) -> Tail {
    Tail {
        office: g.path(office),
        as_of: at(110),
        from: at(from),
        until: at(until),
    }
}

async fn reported(tx: &mut Tx, id: ObligationId, minutes: i64, via: &'static str, stands: &'static str) {
    let met = Met {
        id: id.0,
        received: ms(minutes),
        check_in: 1,
        via,
        stands,
        own_time: None,
    };
    tx.meet(&[met]).await.unwrap();
}

fn ids(lines: &[UnitLine]) -> Vec<ObligationId> {
    lines.iter().map(|line| line.obligation).collect()
}

on_both!(
    a_span_counts_what_fell_due_in_it_with_its_grace,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (round, [a, b]) = g.owed(&mut tx).await;
        let exercise = NewObligationRow {
            drill: 1,
            ..g.owes(g.villages[0], round, 100)
        };
        tx.add_obligations(&[exercise]).await.unwrap();
        for (from, until, count) in [(105, 106, 1), (106, 200, 0), (0, 105, 0)] {
            let rounds = tx.tail_rounds(&tail(&g, g.county, from, until)).await.unwrap();
            assert_eq!(rounds.len(), count, "{from} to {until}");
        }
        reported(&mut tx, a, 105, "phone", "incident").await;
        let span = tail(&g, g.county, 105, 106);
        let found = tx.tail_rounds(&span).await.unwrap().remove(0);
        assert_eq!(
            (found.round, found.due, found.kind.as_str()),
            (round, at(100), "routine")
        );
        assert_eq!(
            (found.label.as_str(), found.period.as_str(), found.day),
            ("晚报𠮷", "汛期𠮷", "2026-06-01".parse().unwrap())
        );
        let counts = Counts {
            expected: 2,
            received: 1,
            incidents: 1,
            late: 1,
            unmet: 1,
            phone: 1,
            ..Counts::default()
        };
        assert_eq!(found.counts, counts, "the drill is left out");
        let below = tx.tail_rounds(&tail(&g, g.villages[1], 105, 106)).await.unwrap();
        assert_eq!((below[0].counts.expected, below[0].counts.unmet), (1, 1));
        assert!(tx.excuse(b, g.officer, "停电", at(106)).await.unwrap());
        let counts = tx.tail_rounds(&span).await.unwrap()[0].counts;
        assert_eq!((counts.unmet, counts.excused), (0, 1));
        assert!(tx.undo_excusal(b, at(107)).await.unwrap());
        tx.add_outage(at(40), at(220), "stop").await.unwrap();
        let counts = tx.tail_rounds(&span).await.unwrap()[0].counts;
        assert_eq!((counts.unmet, counts.outage, counts.late), (0, 1, 1));
    }
);

on_both!(
    an_extension_moves_a_unit_into_the_span_of_its_new_due_time,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (round, [a, b]) = g.owed(&mut tx).await;
        let before = tx.obligation(a).await.unwrap().unwrap().obligation;
        let after = before.extended(at(150), at(90)).unwrap();
        tx.extend(&before, &after, g.officer, "路断", at(90))
            .await
            .unwrap();
        for (from, until, id) in [(105, 106, b), (155, 156, a)] {
            let span = tail(&g, g.county, from, until);
            let rounds = tx.tail_rounds(&span).await.unwrap();
            assert_eq!((rounds[0].round, rounds[0].counts.expected), (round, 1));
            assert_eq!(ids(&tx.tail_lines(&span, 9).await.unwrap().0), [id]);
        }
        let between = tail(&g, g.county, 106, 155);
        assert!(tx.tail_rounds(&between).await.unwrap().is_empty());
    }
);

on_both!(those_who_are_silent_and_late_are_named, |db| async move {
    let (g, mut tx) = ground(db).await;
    let (_, [a, b]) = g.owed(&mut tx).await;
    let span = tail(&g, g.county, 105, 106);
    let (unmet, late) = tx.tail_lines(&span, 9).await.unwrap();
    assert_eq!((ids(&unmet), late.len()), (vec![a, b], 0));
    let expected = UnitLine {
        obligation: a,
        name: NAME.to_owned(),
        above: String::new(),
        day: "2026-06-01".parse().unwrap(),
        round: "晚报𠮷".to_owned(),
        due: at(100),
        received: None,
        incident: None,
    };
    assert_eq!(unmet[0], expected);
    assert_eq!(ids(&tx.tail_lines(&span, 1).await.unwrap().0), [a]);
    let own = tail(&g, g.villages[1], 105, 106);
    let (unmet, _) = tx.tail_lines(&own, 9).await.unwrap();
    assert_eq!((ids(&unmet), unmet[0].above.as_str()), (vec![b], "清河县"));
    reported(&mut tx, a, 104, "own", "all_clear").await;
    reported(&mut tx, b, 105, "proxy", "all_clear").await;
    let (unmet, late) = tx.tail_lines(&span, 9).await.unwrap();
    assert_eq!((unmet.len(), ids(&late)), (0, vec![b]));
    assert_eq!(late[0].received, Some(at(105)));
    let met = tx.met_among(&[b, ObligationId(99_999)]).await.unwrap();
    assert_eq!(met, [(b, at(105))]);
    assert!(tx.met_among(&[]).await.unwrap().is_empty());
});

on_both!(seals_are_those_of_rounds_that_closed_in_a_span, |db| async move {
    let (g, mut tx) = ground(db).await;
    let (round, _) = g.owed(&mut tx).await;
    let (county, from, until) = (g.path(g.county), at(220), at(221));
    assert!(
        tx.seals_between(&county, from, until).await.unwrap().is_empty(),
        "it never opened"
    );
    tx.advance_round(round, 1, Some(at(40))).await.unwrap();
    let of_nobody = g.round(&mut tx, "2026-06-02", 100).await;
    tx.advance_round(of_nobody, 1, Some(at(40))).await.unwrap();
    let line = |seal: Option<&str>| {
        let day = "2026-06-01".parse().unwrap();
        (day, "晚报𠮷".to_owned(), seal.map(str::to_owned))
    };
    assert_eq!(
        tx.seals_between(&county, from, until).await.unwrap(),
        [line(None)]
    );
    assert!(tx.seals_between(&county, at(0), from).await.unwrap().is_empty());
    assert!(tx.seal_round(round, "seal", at(300)).await.unwrap());
    assert!(tx.seals_between(&county, from, until).await.unwrap().is_empty());
    let sealed = tx.seals_between(&county, at(300), at(301)).await.unwrap();
    assert_eq!(sealed, [line(Some("seal"))], "it counts when it was sealed");
    run(&mut tx, "UPDATE round SET drill = 1").await;
    assert!(
        tx.seals_between(&county, at(0), at(999))
            .await
            .unwrap()
            .is_empty()
    );
});

on_both!(what_reached_nobody_counts_until_it_is_seen_to, |db| async move {
    let (g, mut tx) = ground(db).await;
    let (round, [a, b]) = g.owed(&mut tx).await;
    let chased = chase_letter("chase", round, 100, 1);
    let chased = g.letter(&mut tx, &chased, &[a]).await;
    g.letter(&mut tx, &letter("account", 1, "a@v.example"), &[]).await;
    let county = g.path(g.county);
    assert_eq!(tx.undelivered_since(&county, true, at(0)).await.unwrap(), (0, 0));
    run(
        &mut tx,
        "UPDATE letter SET state = 'dead', ended_at = 1780001200000",
    )
    .await;
    let gap = |id: ObligationId, step| NewGap {
        obligation_id: id.0,
        due_at: ms(100),
        step,
        reason: "no_address",
    };
    tx.add_gaps(&[gap(a, 0), gap(a, 1), gap(b, 0)], at(20))
        .await
        .unwrap();
    let [x, y] = g.villages.map(|unit| g.path(unit));
    for (office, whole, since, expected) in [
        (&county, true, 20, (2, 2)),
        (&county, true, 21, (0, 0)),
        (&county, false, 20, (1, 2)),
        (&x, false, 20, (1, 1)),
        (&y, false, 20, (0, 1)),
    ] {
        let found = tx.undelivered_since(office, whole, at(since)).await.unwrap();
        assert_eq!(found, expected, "{office:?} {whole} {since}");
    }
    assert!(tx.handle_letter(LetterId(chased), at(21)).await.unwrap());
    assert_eq!(
        tx.undelivered_since(&county, false, at(20)).await.unwrap(),
        (0, 2)
    );
    run(&mut tx, "UPDATE letter SET handled_at = NULL").await;
    run(&mut tx, "UPDATE round SET drill = 1").await;
    run(&mut tx, "UPDATE obligation SET drill = 1").await;
    assert_eq!(tx.undelivered_since(&county, true, at(20)).await.unwrap(), (1, 0));
});

on_both!(
    incidents_of_a_span_are_open_or_were_closed_in_it,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let ungraded = g.incident(&mut tx, 5).await;
        let path = g.path(g.villages[1]);
        let grave = allclear::domain::checkin::IncidentContent {
            severity: Severity::I,
            ..flood()
        };
        let new = NewIncident {
            unit: g.villages[1],
            path: &path,
            drill: false,
            content: &grave,
            urgent: true,
            opened: at(6),
        };
        let drill = NewIncident { drill: true, ..new };
        tx.open_incident(drill).await.unwrap();
        let grave = tx
            .open_incident(NewIncident { drill: false, ..new })
            .await
            .unwrap();
        tx.close_incident(ungraded, at(30)).await.unwrap();
        let all = g.everywhere();
        for (since, limit, expected) in [
            (30, 9, vec![grave, ungraded]),
            (31, 9, vec![grave]),
            (30, 1, vec![grave]),
        ] {
            let found = tx.incidents_since(&all, at(since), at(40), limit).await.unwrap();
            let found: Vec<_> = found.iter().map(|line| line.incident.id).collect();
            assert_eq!(found, expected, "since {since}");
        }
        let own = [g.path(g.villages[0]).range()];
        assert_eq!(
            tx.incidents_since(&own, at(30), at(40), 9).await.unwrap().len(),
            1
        );
        assert!(
            tx.incidents_since(&[], at(0), at(40), 9)
                .await
                .unwrap()
                .is_empty()
        );
        let sent = tx.reserve_check_ins(2).await.unwrap();
        for (check_in, kind) in sent.iter().zip([ReportKind::First, ReportKind::FollowUp]) {
            let kept = said(*check_in, g.villages[0], None, Content::Incident(flood()));
            tx.add_check_ins(&[kept]).await.unwrap();
            tx.add_report(ungraded, kind, *check_in, at(7)).await.unwrap();
        }
        let last = tx.last_reports_on(&[ungraded, grave]).await.unwrap();
        assert_eq!(last, [(ungraded, sent[1])], "none on the other");
        assert!(tx.last_reports_on(&[]).await.unwrap().is_empty());
        let told = tx.last_told(&[g.villages[0], g.villages[1]]).await.unwrap();
        let of_first: Vec<_> = told.iter().filter(|(unit, ..)| *unit == g.villages[0]).collect();
        assert_eq!(
            of_first.last(),
            Some(&&(g.villages[0], Some(at(7)), false)),
            "no leader was told"
        );
        assert!(tx.last_told(&[]).await.unwrap().is_empty());
    }
);
