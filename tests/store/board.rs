//! What the duty board reads.

use allclear::domain::board::{Filter, Span};
use allclear::domain::ids::ObligationId;
use allclear::domain::progress::Progress;
use allclear::store::{Group, Listing, Met, NewContact, NewGap, Tx};

use super::ground::{Ground, NAME, at, chase_letter, ground, ladder, letter, ms, run};
use crate::support::on_both;

/// Folds each village under itself.
fn spans(g: &Ground) -> Vec<Span> {
    let of = |unit| {
        let (lo, hi) = g.path(unit).range();
        Span {
            fold: Some(unit),
            lo,
            hi,
        }
    };
    g.villages.map(of).to_vec()
}

async fn reported(tx: &mut Tx, id: ObligationId, minutes: i64) {
    let met = Met {
        id: id.0,
        received: ms(minutes),
        check_in: 1,
        via: "proxy",
        stands: "all_clear",
        own_time: None,
    };
    tx.meet(&[met]).await.unwrap();
}

on_both!(
    rounds_of_the_board_are_those_that_close_later_and_the_neighbours_of_one,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let old = g.round(&mut tx, "2026-06-01", 100).await;
        let near = g.round(&mut tx, "2026-06-02", 160).await;
        let far = g.round(&mut tx, "2026-06-03", 161).await;
        let now = g.round(&mut tx, "2026-06-04", 900).await;
        let ids =
            |all: Vec<allclear::store::BoardRound>| all.iter().map(|r| r.stored.round.id).collect::<Vec<_>>();
        assert_eq!(ids(tx.board_rounds(at(500), None, None).await.unwrap()), [now]);
        assert_eq!(
            ids(tx.board_rounds(at(500), Some(old), None).await.unwrap()),
            [old, near, now]
        );
        assert_eq!(
            ids(tx.board_rounds(at(0), None, None).await.unwrap()),
            [old, near, far, now]
        );
        assert!(
            tx.board_rounds(at(1020), None, None).await.unwrap().is_empty(),
            "it closes at that instant"
        );
        let first = &tx.board_rounds(at(500), None, None).await.unwrap()[0];
        assert_eq!(
            (first.period.as_str(), first.scope.subtrees.clone()),
            ("汛期𠮷", vec![g.county])
        );
    }
);

on_both!(counts_and_lists_of_the_board_agree, |db| async move {
    let (g, mut tx) = ground(db).await;
    let [x, y] = g.villages;
    let (round, [a, b]) = g.owed(&mut tx).await;
    let (spans, rounds) = (spans(&g), [round]);
    reported(&mut tx, a, 104).await;
    let counts = tx.board_counts(round, &rounds, &spans, at(105)).await.unwrap();
    assert_eq!(
        counts.iter().map(|c| c.fold).collect::<Vec<_>>(),
        [Some(x), Some(y)]
    );
    let (first, second) = (counts[0].tally, counts[1].tally);
    assert_eq!(
        (first.expected, first.on_time, first.all_clear, first.proxy),
        (1, 1, 1, 1)
    );
    assert_eq!((second.expected, second.overdue, second.on_time), (1, 1, 0));
    let before = tx.board_counts(round, &rounds, &spans, at(104)).await.unwrap();
    assert_eq!((before[1].tally.open, before[1].tally.overdue), (1, 0));
    let after = tx.board_counts(round, &rounds, &spans, at(220)).await.unwrap();
    assert_eq!(after[1].tally.missing, 1);
    assert!(
        tx.board_counts(round, &rounds, &[], at(105))
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        tx.board_counts(round, &[], &spans, at(105))
            .await
            .unwrap()
            .is_empty()
    );
    let list = |filter, offset, limit| Listing {
        kind: None,
        filter,
        offset,
        limit,
    };
    let all = tx
        .board_list(round, &rounds, &spans, list(Filter::All, 0, 9), at(105))
        .await
        .unwrap();
    let told: Vec<_> = all
        .iter()
        .map(|r| (r.id, r.standing.as_str(), r.name.as_str()))
        .collect();
    assert_eq!(
        told,
        [(b, "overdue", "柳村"), (a, "on_time", NAME)],
        "silent ones first"
    );
    assert_eq!(
        (all[1].unit, all[1].fold, all[1].received),
        (x, Some(x), Some(at(104)))
    );
    let page = tx
        .board_list(round, &rounds, &spans, list(Filter::All, 1, 9), at(105))
        .await
        .unwrap();
    assert_eq!(page.len(), 1);
    for (filter, expected) in [
        (Filter::Todo, vec![b]),
        (Filter::Reported, vec![a]),
        (Filter::AllClear, vec![a]),
        (Filter::Incident, vec![]),
        (Filter::Unmet, vec![b]),
        (Filter::Overdue, vec![b]),
        (Filter::Late, vec![]),
        (Filter::Excused, vec![]),
        (Filter::Proxy, vec![a]),
        (Filter::Outage, vec![]),
        (Filter::Gap, vec![]),
    ] {
        let rows = tx
            .board_list(round, &rounds, &spans, list(filter, 0, 9), at(105))
            .await
            .unwrap();
        assert_eq!(
            rows.iter().map(|r| r.id).collect::<Vec<_>>(),
            expected,
            "{filter:?}"
        );
    }
    assert_eq!(
        tx.board_unmet(round, &rounds, &spans, at(105), 9).await.unwrap(),
        [b]
    );
    assert!(
        tx.board_unmet(round, &rounds, &spans, at(105), 0)
            .await
            .unwrap()
            .is_empty()
    );
    let gap = NewGap {
        obligation_id: b.0,
        due_at: ms(100),
        step: 1,
        reason: "no_address",
    };
    tx.add_gaps(&[gap], at(101)).await.unwrap();
    let call = NewContact {
        obligation: b,
        result: "no_answer",
        note: None,
        by: g.officer,
    };
    tx.add_contact(&call, at(102)).await.unwrap();
    let rows = tx
        .board_list(round, &rounds, &spans, list(Filter::Gap, 0, 9), at(105))
        .await
        .unwrap();
    assert_eq!(rows[0].gap.as_deref(), Some("no_address"));
    assert_eq!(rows[0].contact, Some((at(102), "no_answer".to_owned())));
    // An outage over the whole window is nobody's silence.
    tx.add_outage(at(40), at(220), "stopped").await.unwrap();
    let counts = tx.board_counts(round, &rounds, &spans, at(105)).await.unwrap();
    assert_eq!((counts[1].tally.outage, counts[1].tally.overdue), (1, 0));
});

on_both!(the_board_shows_how_far_chases_have_come, |db| async move {
    let (g, mut tx) = ground(db).await;
    let round = g.round(&mut tx, "2026-06-01", 100).await;
    let other = g.round(&mut tx, "2026-06-02", 200).await;
    let group = |due: i64, resumption: i64| Group {
        round,
        due: at(due),
        resumption,
    };
    for (due, resumption) in [(150, 0), (100, 7), (100, 0)] {
        let group = group(due, resumption);
        tx.begin_chase(group, at(220), &Progress::default(), Some(at(70)))
            .await
            .unwrap();
    }
    let rounds = tx.board_rounds(at(0), None, None).await.unwrap();
    let ids: Vec<_> = rounds.iter().map(|r| r.stored.round.id).collect();
    assert_eq!(ids, [round, other]);
    let groups: Vec<_> = rounds[0].chases.iter().map(|chase| chase.group).collect();
    assert_eq!(groups, [group(100, 0), group(100, 7), group(150, 0)]);
    let first = &rounds[0].chases[0];
    assert_eq!((first.next, &first.ladder), (Some(at(70)), &ladder()));
    assert!(rounds[1].chases.is_empty());
});

on_both!(
    the_board_shows_open_incidents_the_gravest_first,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let everywhere = g.everywhere();
        let (one, two) = (g.incident(&mut tx, 5).await, g.incident(&mut tx, 6).await);
        run(
            &mut tx,
            "UPDATE incident SET severity = 'i' WHERE id = (SELECT MIN(id) FROM incident)",
        )
        .await;
        let ids = |all: Vec<allclear::store::BoardIncident>| all.iter().map(|i| i.id).collect::<Vec<_>>();
        assert_eq!(ids(tx.board_incidents(&everywhere, 9).await.unwrap()), [one, two]);
        assert_eq!(ids(tx.board_incidents(&everywhere, 1).await.unwrap()), [one]);
        assert!(tx.board_incidents(&[], 9).await.unwrap().is_empty());
        assert!(
            tx.board_incidents(&[g.path(g.villages[1]).range()], 9)
                .await
                .unwrap()
                .is_empty()
        );
        let first = &tx.board_incidents(&everywhere, 1).await.unwrap()[0];
        assert_eq!(
            (first.name.as_str(), first.opened, first.alert.is_none()),
            (NAME, at(5), true)
        );
        tx.close_incident(one, at(7)).await.unwrap();
        assert_eq!(ids(tx.board_incidents(&everywhere, 9).await.unwrap()), [two]);
        let open = tx
            .incidents_for(&everywhere, "leader@county.example", 9)
            .await
            .unwrap();
        assert!(open.iter().all(|(one, mine)| one.id == two && !mine) && open.len() == 1);
    }
);

on_both!(the_board_shows_what_delivery_could_not_do, |db| async move {
    let (g, mut tx) = ground(db).await;
    let everywhere = g.everywhere();
    let (round, [a, _]) = g.owed(&mut tx).await;
    let span = (at(40), at(220));
    let quiet = tx.board_delivery(&everywhere, true, span).await.unwrap();
    assert_eq!((quiet.failed, quiet.bad, quiet.held), (0, 0, 0));
    assert_eq!((quiet.urgent, quiet.outage), ((0, None), None));
    g.letter(&mut tx, &chase_letter("k", round, 100, 1), &[a]).await;
    g.letter(&mut tx, &letter("x", 1, "x@v.example"), &[]).await;
    run(&mut tx, "UPDATE letter SET state = 'dead'").await;
    g.letter(&mut tx, &letter("u", 0, "u@v.example"), &[]).await;
    tx.mark_bad("x@v.example", at(1), "550").await.unwrap();
    tx.add_outage(at(220), at(230), "stopped").await.unwrap();
    tx.pause_relay(at(9), "451 𠮷").await.unwrap();
    let all = tx.board_delivery(&everywhere, true, span).await.unwrap();
    assert_eq!((all.failed, all.bad, all.urgent), (2, 1, (1, Some(at(0)))));
    assert_eq!(all.outage, None, "it began when the round had closed");
    assert_eq!(
        (all.relay.failures, all.relay.words.as_deref()),
        (1, Some("451 𠮷"))
    );
    let part = tx
        .board_delivery(&everywhere, false, (at(40), at(221)))
        .await
        .unwrap();
    assert_eq!((part.failed, part.outage), (1, Some((at(220), at(230)))));
    assert_eq!(tx.board_delivery(&[], false, span).await.unwrap().failed, 0);
});
