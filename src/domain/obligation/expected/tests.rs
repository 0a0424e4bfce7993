//! Knows whom rounds ask when they open, and which of them become one.

mod properties;

use super::*;
use crate::domain::calendar::Calendar;
use crate::domain::obligation::samples::{ZONE, county, june, rule, t, unit};
use crate::domain::obligation::{NewRound, Schedule};
use crate::domain::period::Period;
use crate::domain::unit::UnitKind;

/// Opens all rounds of the periods that opened by `now`, numbered by their rules.
fn open(periods: &[Period], now: &str) -> Vec<Round> {
    let schedule = Schedule {
        periods,
        calendar: &Calendar::default(),
        zone: ZONE,
    };
    let number = |round: NewRound| {
        let id = RoundId(round.rule.0);
        round.numbered(id)
    };
    let rounds = schedule.rounds_due(t(now), t("2026-06-02 00:00"));
    rounds.into_iter().map(number).collect()
}

fn ask(periods: &[Period], rounds: &[Round], tree: &UnitTree, held: &[Held]) -> Expected {
    let scope = |round: &Round| {
        &periods
            .iter()
            .find(|period| period.id == round.period)
            .unwrap()
            .scope
    };
    let openings: Vec<Opening> = rounds
        .iter()
        .map(|round| Opening {
            round,
            scope: scope(round),
        })
        .collect();
    let members = tree.iter().map(|unit| Member {
        unit,
        since: unit.since,
    });
    expected(&openings, tree, members, held)
}

fn owed_at(periods: &[Period], now: &str) -> Expected {
    ask(periods, &open(periods, now), &county(), &[])
}

/// Writes what is owed and gives it back as the database would.
fn held(expected: &Expected) -> Vec<Held> {
    let rows = |(number, new): (i64, &NewObligation)| {
        let row = |source: &Source| Held {
            obligation: ObligationId(number),
            unit: new.unit,
            kind: new.kind,
            drill: new.drill,
            scheduled_due: new.window.due(),
            closes: new.window.closes(),
            period: source.period,
            round: source.round,
        };
        new.sources.iter().map(row).collect::<Vec<_>>()
    };
    (1..).zip(&expected.new).flat_map(rows).collect()
}

fn of(expected: &Expected, unit: i64) -> Vec<&NewObligation> {
    expected
        .new
        .iter()
        .filter(|new| new.unit == UnitId(unit))
        .collect()
}

fn sources(new: &NewObligation) -> Vec<i64> {
    new.sources.iter().map(|source| source.rule.0).collect()
}

#[test]
fn every_unit_in_scope_owes_one_report_when_a_round_opens() {
    let owed = owed_at(
        &[june(1, vec![rule(1, "08:00", "16:00", "20:00")])],
        "2026-06-02 08:00",
    );
    let units: Vec<i64> = owed.new.iter().map(|new| new.unit.0).collect();
    assert_eq!(units, [101, 102, 111]);
    let first = &owed.new[0];
    assert_eq!(
        (first.kind, first.round, first.day.to_string()),
        (Kind::Routine, RoundId(1), "2026-06-02".into())
    );
    assert_eq!(
        (first.window.opens(), first.window.due()),
        (t("2026-06-02 08:00"), t("2026-06-02 16:00"))
    );
}

#[test]
fn rounds_of_two_periods_within_thirty_minutes_are_one_obligation_at_the_highest_level() {
    let mut grave = june(2, vec![rule(2, "08:00", "16:30", "21:00")]);
    grave.level = Level::I;
    let owed = owed_at(
        &[june(1, vec![rule(1, "08:00", "16:00", "20:00")]), grave],
        "2026-06-02 08:00",
    );
    let [one] = of(&owed, 101)[..] else {
        panic!("{owed:?}")
    };
    assert_eq!(
        (one.round, one.level, one.ladder),
        (RoundId(2), Level::I, LadderId(2))
    );
    assert_eq!(
        (one.window.due(), one.window.closes()),
        (t("2026-06-02 16:00"), t("2026-06-02 20:00"))
    );
    assert_eq!(sources(one), [1, 2]);
}

#[test]
fn a_second_more_than_thirty_minutes_apart_they_stay_two() {
    let other = june(2, vec![rule(2, "08:00", "16:30:01", "21:00")]);
    let owed = owed_at(
        &[june(1, vec![rule(1, "08:00", "16:00", "20:00")]), other],
        "2026-06-02 08:00",
    );
    assert_eq!(of(&owed, 101).len(), 2);
}

#[test]
fn merging_is_greedy_from_the_earliest_and_does_not_chain() {
    let at = |id, due| june(id, vec![rule(id, "08:00", due, "20:00")]);
    let periods = [at(1, "16:00"), at(2, "16:20"), at(3, "16:40"), at(4, "17:00")];
    let owed = owed_at(&periods, "2026-06-02 08:00");
    let groups: Vec<Vec<i64>> = of(&owed, 101).into_iter().map(sources).collect();
    assert_eq!(groups, [vec![1, 2], vec![3, 4]]);
}

#[test]
fn of_equal_levels_the_round_due_first_leads() {
    let periods = [
        june(1, vec![rule(1, "08:00", "16:10", "20:00")]),
        june(2, vec![rule(2, "08:00", "16:00", "20:00")]),
    ];
    assert_eq!(
        of(&owed_at(&periods, "2026-06-02 08:00"), 101)[0].round,
        RoundId(2)
    );
}

#[test]
fn two_rounds_of_one_period_stay_two_however_close() {
    let drill = june(
        1,
        vec![
            rule(1, "08:00", "08:02", "08:03"),
            rule(2, "08:00", "08:04", "08:05"),
        ],
    );
    assert_eq!(of(&owed_at(&[drill], "2026-06-02 08:00"), 101).len(), 2);
}

#[test]
fn two_rounds_of_one_period_due_at_the_same_instant_are_one() {
    let twice = june(
        1,
        vec![
            rule(1, "08:00", "16:00", "20:00"),
            rule(2, "09:00", "16:00", "21:00"),
        ],
    );
    let owed = owed_at(&[twice], "2026-06-02 09:00");
    assert_eq!(sources(of(&owed, 101)[0]), [1, 2]);
    assert_eq!(of(&owed, 101).len(), 1);
}

#[test]
fn a_drill_is_never_merged_with_what_is_in_earnest() {
    let mut drill = june(2, vec![rule(2, "08:00", "16:00", "20:00")]);
    drill.drill = true;
    let owed = owed_at(
        &[june(1, vec![rule(1, "08:00", "16:00", "20:00")]), drill],
        "2026-06-02 08:00",
    );
    let drills: Vec<bool> = of(&owed, 101).iter().map(|new| new.drill).collect();
    assert_eq!(drills, [false, true]);
}

#[test]
fn rounds_of_which_one_closes_before_the_other_opens_stay_two_after_downtime() {
    let periods = [
        june(1, vec![rule(1, "08:00", "16:00", "16:10")]),
        june(2, vec![rule(2, "16:10", "16:20", "20:00")]),
    ];
    assert_eq!(of(&owed_at(&periods, "2026-06-02 18:00"), 101).len(), 2);
}

#[test]
fn a_later_rule_attaches_to_the_nearest_obligation_and_moves_nothing() {
    let early = [
        june(1, vec![rule(1, "08:00", "16:00", "20:00")]),
        june(2, vec![rule(2, "08:00", "16:40", "20:00")]),
    ];
    let before = owed_at(&early, "2026-06-02 08:00");
    let mut grave = june(3, vec![rule(3, "14:00", "16:25", "20:00")]);
    grave.level = Level::I;
    let late = [grave];
    let owed = ask(&late, &open(&late, "2026-06-02 14:00"), &county(), &held(&before));
    assert_eq!(owed.new, []);
    let hosts: Vec<ObligationId> = owed.attached.iter().map(|a| a.obligation).collect();
    let nearest: Vec<ObligationId> = (1..)
        .zip(&before.new)
        .filter(|(_, new)| new.round == RoundId(2))
        .map(|(number, _)| ObligationId(number))
        .collect();
    assert_eq!(hosts, nearest);
}

#[test]
fn a_later_rule_attaches_up_to_thirty_minutes_on_either_side() {
    let before = owed_at(
        &[june(1, vec![rule(1, "08:00", "16:00", "20:00")])],
        "2026-06-02 08:00",
    );
    for (due, new) in [("15:29:59", 3), ("15:30", 0), ("16:30", 0), ("16:30:01", 3)] {
        let late = [june(2, vec![rule(2, "14:00", due, "20:00")])];
        let owed = ask(&late, &open(&late, "2026-06-02 14:00"), &county(), &held(&before));
        assert_eq!((owed.new.len(), owed.attached.len()), (new, 3 - new), "{due}");
    }
}

#[test]
fn a_later_rule_does_not_attach_to_what_closed_before_it_opens() {
    let before = owed_at(
        &[june(1, vec![rule(1, "08:00", "16:00", "16:05")])],
        "2026-06-02 08:00",
    );
    let late = [june(2, vec![rule(2, "16:05", "16:20", "20:00")])];
    let owed = ask(&late, &open(&late, "2026-06-02 16:05"), &county(), &held(&before));
    assert_eq!((owed.new.len(), owed.attached.len()), (3, 0));
}

#[test]
fn a_unit_added_after_opening_owes_from_the_next_round_and_one_that_left_owes_nothing_new() {
    let periods = [june(1, vec![rule(1, "08:00", "16:00", "20:00")])];
    let mut units: Vec<Unit> = county().iter().filter(|unit| unit.id.0 != 102).cloned().collect();
    for unit in &mut units {
        match unit.id.0 {
            101 => unit.since = t("2026-06-02 08:00"),
            111 => unit.since = t("2026-06-02 08:00:01"),
            _ => {}
        }
    }
    let tree = UnitTree::new(units).unwrap();
    let owed = ask(&periods, &open(&periods, "2026-06-02 09:00"), &tree, &[]);
    assert_eq!(owed.new.iter().map(|new| new.unit.0).collect::<Vec<_>>(), [101]);
}

#[test]
fn a_township_owes_a_roll_up_after_its_villages_and_it_is_not_merged_with_theirs() {
    let mut roll_up = rule(2, "08:00", "16:20", "20:00");
    roll_up.roll_up = true;
    let mut period = june(1, vec![rule(1, "08:00", "16:00", "20:00"), roll_up]);
    let owed = owed_at(&[period.clone()], "2026-06-02 08:00");
    let parents: Vec<(i64, Kind)> = owed
        .new
        .iter()
        .filter(|new| new.kind != Kind::Routine)
        .map(|new| (new.unit.0, new.kind))
        .collect();
    assert_eq!(parents, [(10, Kind::RollUp), (11, Kind::RollUp)]);
    period.scope.kinds.push(UnitKind::Township);
    let owed = owed_at(&[period], "2026-06-02 08:00");
    let kinds: Vec<Kind> = of(&owed, 10).iter().map(|new| new.kind).collect();
    assert_eq!(kinds, [Kind::Routine, Kind::RollUp]);
}

#[test]
fn only_obligations_within_reach_matter() {
    let periods = [june(
        1,
        vec![
            rule(1, "08:00", "16:00", "20:00"),
            rule(2, "08:00", "18:00", "20:00"),
        ],
    )];
    let rounds = open(&periods, "2026-06-02 08:00");
    let openings: Vec<Opening> = rounds
        .iter()
        .map(|round| Opening {
            round,
            scope: &periods[0].scope,
        })
        .collect();
    assert_eq!(
        reach(&openings),
        Some((t("2026-06-02 15:30"), t("2026-06-02 18:30")))
    );
    assert_eq!(reach(&[]), None);
}

/// A province of 41,000 townships and 579,000 villages.
fn province() -> UnitTree {
    let mut units = vec![unit(1, None, UnitKind::Province)];
    for town in 0..41_000 {
        units.push(unit(2 + town, Some(1), UnitKind::Township));
    }
    for village in 0..579_000 {
        units.push(unit(
            100_000 + village,
            Some(2 + village % 41_000),
            UnitKind::Village,
        ));
    }
    UnitTree::new(units).unwrap()
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test of speed measures time")]
fn all_villages_of_the_country_are_asked_in_seconds_even_without_optimisation() {
    let tree = province();
    let mut roll_up = rule(3, "08:00", "17:00", "20:00");
    roll_up.roll_up = true;
    let periods = [
        june(1, vec![rule(1, "08:00", "16:00", "20:00"), roll_up]),
        june(2, vec![rule(2, "08:00", "16:20", "20:00")]),
    ];
    let rounds = open(&periods, "2026-06-02 08:00");
    let begun = std::time::Instant::now();
    let owed = ask(&periods, &rounds, &tree, &[]);
    let took = begun.elapsed();
    assert_eq!(owed.new.len(), 620_000);
    assert!(took.as_secs() < 20, "{took:?}");
}
