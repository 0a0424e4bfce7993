//! Knows what holds for any periods whose rounds are due close together.

use super::*;
use crate::domain::obligation::samples;
use proptest::prelude::*;

/// Periods with rules due in the same two hours, opening at two times.
fn any_periods() -> impl Strategy<Value = Vec<Period>> {
    let rule = (0u32..120, 0u32..40, any::<bool>(), any::<bool>());
    let period = (proptest::collection::vec(rule, 1..4), 0usize..4, any::<bool>());
    proptest::collection::vec(period, 1..5).prop_map(|periods| {
        let mut number = 0;
        let clock = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        (1..)
            .zip(periods)
            .map(|(id, (rules, level, drill))| {
                let rules = rules.into_iter().map(|(due, more, early, roll_up)| {
                    number += 1;
                    let due = 15 * 60 + due;
                    let opens = if early { "08:00" } else { "14:00" };
                    let mut rule = samples::rule(number, opens, &clock(due), &clock(due + more));
                    rule.roll_up = roll_up;
                    rule
                });
                let mut period = june(id, rules.collect());
                period.level = Level::ALL[level];
                period.drill = drill;
                period
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn every_round_is_served_exactly_once_and_doing_it_twice_does_nothing(periods in any_periods()) {
        let rounds = open(&periods, "2026-06-02 14:00");
        let owed = ask(&periods, &rounds, &county(), &[]);
        prop_assert!(owed.attached.is_empty());
        for (unit, roll_up) in [(101, false), (10, true)] {
            let mut served: Vec<RoundId> = of(&owed, unit)
                .iter()
                .flat_map(|new| new.sources.iter().map(|source| source.round))
                .collect();
            served.sort_unstable();
            let mut asked: Vec<RoundId> =
                rounds.iter().filter(|round| round.roll_up == roll_up).map(|round| round.id).collect();
            asked.sort_unstable();
            prop_assert_eq!(served, asked);
        }
        prop_assert_eq!(ask(&periods, &rounds, &county(), &held(&owed)), Expected::default());
    }

    #[test]
    fn a_merged_obligation_is_the_earliest_due_at_the_highest_level(periods in any_periods()) {
        let rounds = open(&periods, "2026-06-02 14:00");
        let owed = ask(&periods, &rounds, &county(), &[]);
        for new in &owed.new {
            let merged: Vec<&Round> = rounds
                .iter()
                .filter(|round| new.sources.iter().any(|source| source.round == round.id))
                .collect();
            let dues = || merged.iter().map(|round| round.window.due());
            prop_assert_eq!(dues().min(), Some(new.window.due()));
            prop_assert!(dues().max().unwrap() - new.window.due() <= NEAR);
            prop_assert_eq!(merged.iter().map(|round| round.level).min(), Some(new.level));
            prop_assert!(merged.iter().all(|round| round.drill == new.drill));
        }
        for unit in [10, 101] {
            let mut keys: Vec<_> = of(&owed, unit).iter().map(|new| (new.kind, new.drill, new.window.due())).collect();
            let count = keys.len();
            keys.sort_unstable();
            keys.dedup();
            prop_assert_eq!(keys.len(), count, "no two obligations of a unit share kind, drill and due time");
        }
    }

    #[test]
    fn what_opens_later_either_attaches_or_is_owed_anew_and_all_is_served(periods in any_periods()) {
        let early = open(&periods, "2026-06-02 08:00");
        let first = ask(&periods, &early, &county(), &[]);
        let all = open(&periods, "2026-06-02 14:00");
        let then = ask(&periods, &all, &county(), &held(&first));
        let served = |unit: i64| {
            let new = of(&first, unit).len() + of(&then, unit).len();
            let sources: usize = of(&first, unit).iter().chain(&of(&then, unit)).map(|new| new.sources.len()).sum();
            (new, sources)
        };
        let mine = held(&first);
        let attached = then.attached.iter().filter(|a| mine.iter().any(|row| row.obligation == a.obligation && row.unit == UnitId(101)));
        let asked = all.iter().filter(|round| !round.roll_up).count();
        prop_assert_eq!(served(101).1 + attached.count(), asked);
        prop_assert!(served(101).0 <= asked);
    }

    #[test]
    fn units_in_chunks_owe_the_same_as_all_at_once(periods in any_periods(), size in 1usize..8) {
        let rounds = open(&periods, "2026-06-02 14:00");
        let tree = county();
        let scope = |round: &Round| &periods.iter().find(|period| period.id == round.period).unwrap().scope;
        let openings: Vec<Opening> = rounds.iter().map(|round| Opening { round, scope: scope(round) }).collect();
        let members: Vec<Member> = tree.iter().map(|unit| Member { unit, since: unit.since }).collect();
        let chunks = members.chunks(size).flat_map(|chunk| expected(&openings, &tree, chunk.iter().copied(), &[]).new);
        prop_assert_eq!(chunks.collect::<Vec<_>>(), ask(&periods, &rounds, &tree, &[]).new);
    }
}
