//! Knows how periods behave at their edges, past midnight, and when they are changed.

use super::*;
use crate::domain::calendar::day;
use crate::domain::ids::{RuleId, UnitId};
use crate::domain::obligation::samples::{ZONE, june, rule, t};
use proptest::prelude::*;

fn rounds(period: &Period, from: &str, until: &str) -> Vec<String> {
    let rounds = period.rounds(&Calendar::default(), ZONE, t(from), t(until));
    rounds
        .iter()
        .map(|round| format!("{} {}", round.day.format("%m-%d"), round.label))
        .collect()
}

fn evening() -> RoundRule {
    rule(1, "08:00", "16:00", "20:00")
}

fn night() -> RoundRule {
    rule(2, "20:00", "+1 06:30", "+1 08:00")
}

fn d(text: &str) -> BusinessDate {
    day(text).unwrap()
}

fn declared(period: Period, now: &str) -> Result<Period, PeriodError> {
    period.declared(t(now), &Calendar::default(), ZONE)
}

#[test]
fn a_round_is_found_when_some_part_of_it_lies_in_the_span() {
    let p = june(1, vec![evening()]);
    assert_eq!(rounds(&p, "2026-06-02 00:00", "2026-06-02 08:00"), [""; 0]);
    assert_eq!(
        rounds(&p, "2026-06-02 00:00", "2026-06-02 08:00:01"),
        ["06-02 报1"]
    );
    assert_eq!(
        rounds(&p, "2026-06-02 19:59:59", "2026-06-03 00:00"),
        ["06-02 报1"]
    );
    assert_eq!(rounds(&p, "2026-06-02 20:00", "2026-06-03 00:00"), [""; 0]);
}

#[test]
fn a_night_round_is_of_its_own_day_and_belongs_to_the_period_in_which_it_is_due() {
    let mut p = june(1, vec![night()]);
    p.rules[0].from = d("2026-05-01");
    assert_eq!(rounds(&p, "2026-05-31 00:00", "2026-06-01 20:00"), ["05-31 报2"]);
    assert_eq!(rounds(&p, "2026-06-29 20:00", "2026-08-01 00:00"), ["06-29 报2"]);
}

#[test]
fn the_last_instant_of_a_period_may_be_a_due_time_and_the_first_may_not() {
    let mut p = june(1, vec![evening()]);
    (p.starts, p.ends) = (t("2026-06-02 16:00"), t("2026-06-04 16:00"));
    assert_eq!(
        rounds(&p, "2026-06-01 00:00", "2026-07-01 00:00"),
        ["06-03 报1", "06-04 报1"]
    );
    p.ends -= TimeDelta::milliseconds(1);
    assert_eq!(rounds(&p, "2026-06-01 00:00", "2026-07-01 00:00"), ["06-03 报1"]);
    p.starts -= TimeDelta::milliseconds(1);
    assert_eq!(
        rounds(&p, "2026-06-01 00:00", "2026-07-01 00:00"),
        ["06-02 报1", "06-03 报1"]
    );
}

#[test]
fn a_round_that_has_begun_opens_with_its_period() {
    let mut p = june(1, vec![evening()]);
    p.starts = t("2026-06-02 12:00");
    let first = p.rounds(&Calendar::default(), ZONE, p.starts, p.ends).remove(0);
    assert_eq!(first.window.opens(), t("2026-06-02 12:00"));
    assert_eq!(first.window.due(), t("2026-06-02 16:00"));
}

#[test]
fn a_period_of_five_minutes_has_its_round_also_across_midnight() {
    let mut p = june(1, vec![rule(1, "23:57:30", "+1 00:00:10", "+1 00:02")]);
    (p.starts, p.ends) = (t("2026-06-02 23:57:30"), t("2026-06-03 00:02:30"));
    assert_eq!(rounds(&p, "2026-06-01 00:00", "2026-07-01 00:00"), ["06-02 报1"]);
}

#[test]
fn a_stopped_period_opens_nothing_that_is_due_later() {
    let p = june(1, vec![evening(), night()])
        .stopped_at(t("2026-06-02 12:00"))
        .unwrap();
    assert_eq!(
        rounds(&p, "2026-06-01 00:00", "2026-07-01 00:00"),
        ["06-01 报1", "06-01 报2"]
    );
    assert!(p.is_running(t("2026-06-02 11:59:59")) && !p.is_running(t("2026-06-02 12:00")));
    assert_eq!(p.stopped_at(t("2026-06-03 12:00")), Err(PeriodError::Over));
    assert_eq!(
        p.extended(t("2026-08-01 00:00"), t("2026-06-03 12:00")),
        Err(PeriodError::Over)
    );
}

#[test]
fn a_period_is_extended_before_it_ends_and_only_forward() {
    let p = june(1, vec![evening()]);
    let now = t("2026-06-30 23:59:59");
    let longer = p.extended(t("2026-07-02 00:00"), now).unwrap();
    assert_eq!(
        rounds(&longer, "2026-06-30 21:00", "2026-08-01 00:00"),
        ["07-01 报1"]
    );
    assert_eq!(p.extended(p.ends, now), Err(PeriodError::NotLater));
    assert_eq!(p.extended(t("2026-07-02 00:00"), p.ends), Err(PeriodError::Over));
    assert_eq!(p.extended(t("2036-07-02 00:00"), now), Err(PeriodError::TooLong));
}

#[test]
fn a_declared_period_starts_no_earlier_than_it_is_declared() {
    let p = declared(june(1, vec![evening()]), "2026-06-02 17:00").unwrap();
    assert_eq!(p.starts, t("2026-06-02 17:00"));
    assert_eq!(rounds(&p, "2026-06-01 00:00", "2026-06-04 00:00"), ["06-03 报1"]);
    let early = declared(june(1, vec![evening()]), "2026-05-02 17:00").unwrap();
    assert_eq!(early.starts, t("2026-06-01 00:00"));
}

#[test]
fn a_period_that_would_ask_nobody_or_nothing_is_not_declared() {
    let now = "2026-05-20 08:00";
    let with = |change: fn(&mut Period)| {
        let mut p = june(1, vec![evening()]);
        change(&mut p);
        declared(p, now).map(|p| p.id)
    };
    assert_eq!(with(|p| p.name = " ".into()), Err(PeriodError::Name));
    assert_eq!(with(|p| p.basis = "a\nb".into()), Err(PeriodError::Basis));
    assert_eq!(
        with(|p| p.rules[0].label = "长".repeat(121)),
        Err(PeriodError::Label)
    );
    assert_eq!(
        with(|p| p.scope.subtrees = Vec::new()),
        Err(PeriodError::NobodyAsked)
    );
    assert_eq!(with(|p| p.ends = p.starts), Err(PeriodError::EndsBeforeStart));
    assert_eq!(
        with(|p| p.ends = t("2030-06-01 00:00")),
        Err(PeriodError::TooLong)
    );
    assert_eq!(with(|p| p.rules = Vec::new()), Err(PeriodError::NoRound));
    assert_eq!(
        with(|p| p.ends = t("2026-06-01 15:59:59")),
        Err(PeriodError::NoRound)
    );
    assert_eq!(with(|p| p.ends = t("2026-06-01 16:00")), Ok(PeriodId(1)));
    assert_eq!(
        declared(june(1, vec![evening()]), "2026-07-01 00:00"),
        Err(PeriodError::EndsBeforeStart)
    );
}

#[test]
fn a_new_version_of_a_rule_takes_over_on_a_day_that_has_not_opened() {
    let p = june(1, vec![evening()]);
    let mut earlier = rule(5, "08:00", "15:00", "20:00");
    earlier.from = d("2026-06-03");
    let now = t("2026-06-02 09:00");
    let revised = p.revised(RuleId(1), earlier.clone(), now, ZONE).unwrap();
    assert_eq!(
        rounds(&revised, "2026-06-02 00:00", "2026-06-04 00:00"),
        ["06-02 报1", "06-03 报5"]
    );
    earlier.from = d("2026-06-02");
    assert_eq!(
        p.revised(RuleId(1), earlier.clone(), now, ZONE),
        Err(PeriodError::TooEarly {
            first: d("2026-06-03")
        })
    );
    assert!(
        p.revised(RuleId(1), earlier.clone(), t("2026-06-02 07:59:59"), ZONE)
            .is_ok()
    );
    earlier.from = d("2026-06-04");
    assert_eq!(
        revised.revised(RuleId(1), earlier, now, ZONE),
        Err(PeriodError::NoSuchRule)
    );
}

#[test]
fn a_rule_added_in_the_afternoon_asks_for_nothing_that_was_due_at_noon() {
    let p = june(1, vec![evening()]);
    let mut noon = rule(5, "08:00", "12:00", "18:00");
    noon.from = d("2026-06-02");
    assert!(p.with_rule(noon.clone(), t("2026-06-02 11:59:59"), ZONE).is_ok());
    assert_eq!(
        p.with_rule(noon, t("2026-06-02 12:00"), ZONE),
        Err(PeriodError::TooEarly {
            first: d("2026-06-03")
        })
    );
}

#[test]
fn an_unknown_year_is_warned_of_only_when_a_rule_looks_at_the_calendar() {
    let mut p = june(1, vec![evening()]);
    assert_eq!(p.unknown_years(&Calendar::default(), ZONE), [0; 0]);
    p.rules[0].days = DayKind::Workdays;
    assert_eq!(p.unknown_years(&Calendar::default(), ZONE), [2026]);
}

#[test]
fn the_highest_level_comes_first() {
    assert!(Level::I < Level::IV);
    for level in Level::ALL {
        assert_eq!(Level::parse(level.code()), Some(level));
    }
    assert_eq!(Level::parse("V"), None);
}

proptest! {
    #[test]
    fn cutting_a_span_in_two_loses_no_round_and_finds_only_running_ones_twice(
        starts in 0i64..5_000, long in 1i64..10_000, cut in -2_000i64..12_000,
    ) {
        let minutes = |m: i64| t("2026-06-01 00:00") + TimeDelta::minutes(m);
        let mut p = june(1, vec![evening(), night(), rule(3, "00:00", "00:00:01", "+1 23:59:59")]);
        (p.starts, p.ends) = (minutes(starts), minutes(starts + long));
        p.scope.subtrees = vec![UnitId(1)];
        let calendar = Calendar::default();
        let span = |from, until| p.rounds(&calendar, ZONE, from, until);
        let (all, at) = (span(minutes(-10_000), minutes(50_000)), minutes(cut));
        let (before, after) = (span(minutes(-10_000), at), span(at, minutes(50_000)));
        for round in &all {
            let w = round.window;
            prop_assert!(p.starts < w.due() && w.due() <= p.ends && p.starts <= w.opens());
            prop_assert_eq!(before.contains(round), w.opens() < at);
            prop_assert_eq!(after.contains(round), at < w.closes());
        }
        prop_assert!(before.iter().chain(&after).all(|round| all.contains(round)));
    }
}
