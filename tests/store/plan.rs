//! Periods, rules, ladders and rounds.

use allclear::domain::ids::{LadderId, PeriodId, RoundId};
use allclear::domain::ladder::Ladder;
use allclear::domain::period::{Level, Period};

use super::ground::{at, ground, ladder, ms, number, period, rule};
use crate::support::on_both;

on_both!(a_period_reads_back_with_its_rules, |db| async move {
    let (g, mut tx) = ground(db).await;
    let found = tx.period(g.period).await.unwrap().unwrap();
    let mut known = rule(g.ladder);
    known.id = g.rule;
    let expected = Period {
        id: g.period,
        rules: vec![known.clone()],
        ..period(g.county)
    };
    assert_eq!(found, expected);
    assert!(tx.period(PeriodId(99_999)).await.unwrap().is_none());
    let drill = Period {
        drill: true,
        level: Level::I,
        ends: at(50),
        ..period(g.county)
    };
    let drill = tx.add_period(&drill, at(0)).await.unwrap();
    let second = tx.add_rule(g.period, &rule(g.ladder)).await.unwrap();
    tx.end_rule(g.rule, "2026-06-05".parse().unwrap()).await.unwrap();
    let both = tx.periods_ending_after(at(49)).await.unwrap();
    let ids: Vec<_> = both.iter().map(|p| p.id).collect();
    assert_eq!(ids, [g.period, drill]);
    assert_eq!(
        (both[1].drill, both[1].level, both[1].rules.len()),
        (true, Level::I, 0)
    );
    let rules: Vec<_> = both[0].rules.iter().map(|r| (r.id, r.until)).collect();
    let ended = Some("2026-06-05".parse().unwrap());
    assert_eq!(
        rules,
        [(g.rule, ended), (second, None)],
        "only the one rule ended"
    );
    assert_eq!(
        tx.periods_ending_after(at(50)).await.unwrap().len(),
        1,
        "half open"
    );
    let stopped = Period {
        stopped: Some(at(20)),
        ends: at(20_000),
        ..expected
    };
    tx.set_period_end(&stopped).await.unwrap();
    let now = tx.period(g.period).await.unwrap().unwrap();
    assert_eq!((now.stopped, now.ends), (Some(at(20)), at(20_000)));
    let left = tx.periods_ending_after(at(20)).await.unwrap();
    assert_eq!(left.iter().map(|p| p.id).collect::<Vec<_>>(), [drill]);
});

on_both!(
    a_ladder_is_pinned_under_a_new_version_only_when_it_changes,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let other: Ladder = serde_json::from_str(r#"["0 backup"]"#).unwrap();
        assert_eq!(
            tx.pin_ladder("standard", &ladder(), at(1)).await.unwrap(),
            g.ladder
        );
        let second = tx.pin_ladder("standard", &other, at(1)).await.unwrap();
        assert_ne!(second, g.ladder);
        let third = tx.pin_ladder("standard", &ladder(), at(1)).await.unwrap();
        assert!(
            third != g.ladder && third != second,
            "a ladder that comes back is a new version"
        );
        let named = tx.pin_ladder("𠮷", &other, at(1)).await.unwrap();
        assert_ne!(named, second);
        assert_eq!(tx.ladder(second).await.unwrap(), Some(other));
        assert_eq!(tx.ladder(g.ladder).await.unwrap(), Some(ladder()));
        assert_eq!(tx.ladder(LadderId(99_999)).await.unwrap(), None);
        let versions = number(&mut tx, "SELECT MAX(version) FROM ladder WHERE name = 'standard'").await;
        assert_eq!(versions, 3);
    }
);

on_both!(a_round_is_begun_once_a_day, |db| async move {
    let (g, mut tx) = ground(db).await;
    let id = g.round(&mut tx, "2026-06-01", 100).await;
    let again = g.round(&mut tx, "2026-06-01", 500).await;
    assert_eq!(again, id);
    let found = tx.round(id).await.unwrap().unwrap();
    assert_eq!(
        found.round,
        g.new_round("2026-06-01", 100).numbered(id),
        "it stays as it is"
    );
    assert_eq!((found.cursor, found.opened, found.seal), (0, None, None));
    assert!(tx.round(RoundId(99_999)).await.unwrap().is_none());
    tx.advance_round(id, 7, None).await.unwrap();
    assert_eq!(tx.round(id).await.unwrap().unwrap().opened, None);
    tx.advance_round(id, 9, Some(at(41))).await.unwrap();
    tx.advance_round(id, 11, Some(at(42))).await.unwrap();
    let found = tx.round(id).await.unwrap().unwrap();
    assert_eq!((found.cursor, found.opened), (11, Some(at(41))), "it opens once");
});

on_both!(
    rounds_are_listed_by_when_they_open_close_and_are_due,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let later = g.round(&mut tx, "2026-06-02", 200).await;
        let sooner = g.round(&mut tx, "2026-06-01", 100).await;
        let ids = |all: Vec<allclear::store::StoredRound>| all.iter().map(|r| r.round.id).collect::<Vec<_>>();
        assert_eq!(
            ids(tx.rounds_closing_after(at(219)).await.unwrap()),
            [sooner, later]
        );
        assert_eq!(ids(tx.rounds_closing_after(at(220)).await.unwrap()), [later]);
        assert!(tx.rounds_closing_after(at(320)).await.unwrap().is_empty());
        assert_eq!(ids(tx.latest_rounds(10).await.unwrap()), [later, sooner]);
        assert_eq!(ids(tx.latest_rounds(1).await.unwrap()), [later]);
        assert!(tx.latest_rounds(0).await.unwrap().is_empty());
        let names = tx.round_names(&[later, RoundId(99_999)]).await.unwrap();
        assert_eq!(names.len(), 1);
        assert_eq!((names[0].round, names[0].label.as_str()), (later, "晚报𠮷"));
        assert_eq!(
            (names[0].period.as_str(), names[0].basis.as_str()),
            ("汛期𠮷", "清防汛〔2026〕1号")
        );
        assert!(tx.round_names(&[]).await.unwrap().is_empty());
    }
);

on_both!(
    a_round_is_sealed_once_when_all_that_it_asked_for_has_closed,
    |db| async move {
        let (g, mut tx) = ground(db).await;
        let (round, [a, _]) = g.owed(&mut tx).await;
        let other = g.round(&mut tx, "2026-06-02", 50).await;
        assert!(
            tx.rounds_to_seal(at(999)).await.unwrap().is_empty(),
            "neither has opened"
        );
        for id in [round, other] {
            tx.advance_round(id, 1, Some(at(40))).await.unwrap();
        }
        assert_eq!(tx.rounds_to_seal(at(169)).await.unwrap(), []);
        assert_eq!(
            tx.rounds_to_seal(at(170)).await.unwrap(),
            [(other, at(170))],
            "no obligation"
        );
        let before = tx.obligation(a).await.unwrap().unwrap().obligation;
        let after = before.extended(at(300), at(90)).unwrap();
        tx.extend(&before, &after, g.officer, "停电", at(90))
            .await
            .unwrap();
        let to_seal = tx.rounds_to_seal(at(220)).await.unwrap();
        assert_eq!(to_seal, [(other, at(170)), (round, after.window.closes())]);
        assert_eq!(tx.round_seal(round).await.unwrap(), None);
        assert!(tx.seal_round(round, "aa", at(400)).await.unwrap());
        assert!(!tx.seal_round(round, "bb", at(500)).await.unwrap());
        assert_eq!(
            tx.round_seal(round).await.unwrap(),
            Some((at(400), "aa".to_owned()))
        );
        assert_eq!(
            tx.round(round).await.unwrap().unwrap().seal.as_deref(),
            Some("aa")
        );
        assert_eq!(tx.rounds_to_seal(at(999)).await.unwrap(), [(other, at(170))]);
        assert_eq!(tx.round_seal(RoundId(99_999)).await.unwrap(), None);
        assert!(after.window.closes() >= at(300) && ms(400) > ms(300));
    }
);
