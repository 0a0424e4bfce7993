//! Knows what a duty officer expects of a ladder, to the millisecond.

use super::*;
use crate::domain::ladder::default_ladder;
use proptest::prelude::*;

const MINUTE: i64 = 60_000;
/// 2026-07-01 08:00 UTC, sixteen o'clock in Shanghai.
const DUE: i64 = 1_782_892_800_000;

fn at(ms_after_due: i64) -> Timestamp {
    from_millis(DUE + ms_after_due).unwrap()
}

fn done(place: usize) -> Progress {
    Progress {
        done: Some(place),
        ..Progress::default()
    }
}

/// Looks at the default ladder of a round that closes three hours after its due time.
fn look(progress: &Progress, ms_after_due: i64) -> Due {
    due_steps(
        &default_ladder(),
        at(0),
        at(180 * MINUTE),
        progress,
        at(ms_after_due),
    )
}

#[test]
fn each_step_fires_at_its_millisecond_and_not_one_before() {
    for (place, minutes) in [-30, 0, 20, 40, 60].into_iter().enumerate() {
        let before = place.checked_sub(1).map_or_else(Progress::default, done);
        let early = look(&before, minutes * MINUTE - 1);
        assert_eq!(
            (early.fire.as_slice(), early.next),
            (&[][..], Some(at(minutes * MINUTE)))
        );
        for late in [0, 1, IN_TIME.num_milliseconds()] {
            let now = look(&before, minutes * MINUTE + late);
            assert_eq!(
                (now.fire, now.progress),
                (vec![place], done(place)),
                "{minutes} {late}"
            );
        }
    }
    assert_eq!(look(&done(4), 61 * MINUTE).next, None);
}

#[test]
fn a_single_step_that_is_more_than_a_minute_late_moves_the_later_ones() {
    let late = look(&done(1), 20 * MINUTE + 60_001);
    assert_eq!(late.fire, [2]);
    assert_eq!(late.next, Some(at(40 * MINUTE + 60_001)));
}

#[test]
fn two_steps_at_once_move_the_later_ones_even_if_the_second_is_in_time() {
    let back = look(&done(0), 20 * MINUTE + 1_000);
    assert_eq!(
        (back.fire, back.next),
        (vec![1, 2], Some(at(40 * MINUTE + 1_000)))
    );
}

#[test]
fn missed_steps_fire_together_and_the_later_ones_keep_their_distance() {
    let back = look(&Progress::default(), 50 * MINUTE);
    assert_eq!((back.fire, back.lapsed), (vec![1, 2, 3], vec![0]));
    assert_eq!(
        back.next,
        Some(at(70 * MINUTE)),
        "twenty minutes after the parent unit was told"
    );
    let next = look(&back.progress, 70 * MINUTE);
    assert_eq!((next.fire, next.next), (vec![4], None));
}

#[test]
fn a_reminder_lapses_at_the_due_time_and_not_one_millisecond_before() {
    let before = look(&Progress::default(), -1);
    assert_eq!((before.fire, before.next), (vec![0], Some(at(0))));
    let after = look(&Progress::default(), 0);
    assert_eq!((after.fire, after.lapsed), (vec![1], vec![0]));
}

#[test]
fn a_late_reminder_does_not_delay_the_due_time() {
    assert_eq!(look(&Progress::default(), -MINUTE).progress, done(0));
}

#[test]
fn down_past_closing_every_missed_step_still_fires_once() {
    let back = look(&Progress::default(), 3_000 * MINUTE);
    assert_eq!((back.fire, back.next), (vec![1, 2, 3, 4], None));
    assert_eq!(look(&back.progress, 3_001 * MINUTE).fire, [] as [usize; 0]);
}

#[test]
fn a_step_at_closing_never_fires_and_one_a_millisecond_before_does() {
    let closing = |ms| due_steps(&default_ladder(), at(0), at(ms), &done(3), at(600 * MINUTE)).fire;
    assert_eq!(closing(60 * MINUTE), [] as [usize; 0]);
    assert_eq!(closing(60 * MINUTE + 1), [4]);
    assert_eq!(
        due_steps(&default_ladder(), at(0), at(60 * MINUTE), &done(3), at(0)).next,
        None
    );
}

#[test]
fn an_outage_does_not_push_the_last_step_past_closing() {
    let closes = at(65 * MINUTE);
    let back = due_steps(&default_ladder(), at(0), closes, &done(1), at(50 * MINUTE));
    assert_eq!((back.fire, back.next), (vec![2, 3], Some(at(65 * MINUTE - 1))));
}

#[test]
fn a_round_that_closes_when_it_is_due_still_tells_somebody() {
    let due = due_steps(&default_ladder(), at(0), at(0), &done(0), at(0));
    assert_eq!((due.fire, due.next), (vec![1], None));
}

#[test]
fn a_pause_ends_on_a_sixth_of_itself_and_never_after_closing() {
    let end = |ack: i64, closes: i64| {
        (pause_until(at(ack), TimeDelta::minutes(30), at(closes)) - at(0)).num_milliseconds()
    };
    assert_eq!(end(0, 180 * MINUTE), 30 * MINUTE);
    assert_eq!(end(1, 180 * MINUTE), 35 * MINUTE);
    assert_eq!(end(5 * MINUTE - 1, 180 * MINUTE), 35 * MINUTE);
    assert_eq!(end(5 * MINUTE, 180 * MINUTE), 35 * MINUTE);
    assert_eq!(end(5 * MINUTE + 1, 180 * MINUTE), 40 * MINUTE);
    assert_eq!(end(5 * MINUTE + 1, 40 * MINUTE - 1), 40 * MINUTE - 1);
    assert_eq!(end(200 * MINUTE, 180 * MINUTE), 180 * MINUTE);
    assert_eq!(pause_until(at(7), TimeDelta::zero(), at(9)), at(7));
}

#[test]
fn after_a_pause_the_highest_step_that_came_due_fires_and_distance_is_kept() {
    let paused = done(1).paused(at(55 * MINUTE));
    let waiting = look(&paused, 55 * MINUTE - 1);
    assert_eq!(
        (waiting.fire.len(), waiting.next, waiting.progress),
        (0, Some(at(55 * MINUTE)), paused)
    );
    let resumed = look(&paused, 55 * MINUTE);
    assert_eq!((resumed.fire, resumed.lapsed), (vec![3], vec![2]));
    assert_eq!(resumed.next, Some(at(75 * MINUTE)));
}

#[test]
fn a_pause_in_which_nothing_came_due_ends_with_the_same_step_again() {
    let resumed = look(&done(4).paused(at(95 * MINUTE)), 95 * MINUTE);
    assert_eq!((resumed.fire, resumed.next), (vec![4], None));
    let early = look(&done(2).paused(at(35 * MINUTE)), 35 * MINUTE);
    assert_eq!((early.fire, early.next), (vec![2], Some(at(55 * MINUTE))));
}

#[test]
fn a_pause_up_to_closing_ends_the_chase() {
    let paused = done(4).paused(at(180 * MINUTE));
    for now in [179, 180, 181] {
        let due = look(&paused, now * MINUTE);
        assert_eq!((due.fire.len(), due.next), (0, None));
    }
    let before = done(4).paused(at(180 * MINUTE - 1));
    assert_eq!(look(&before, 600 * MINUTE).fire, [4]);
}

#[test]
fn an_acknowledged_reminder_does_not_silence_the_round_for_good() {
    let closes = at(20 * MINUTE);
    let due = due_steps(
        &default_ladder(),
        at(0),
        closes,
        &done(0).paused(closes),
        at(20 * MINUTE),
    );
    assert_eq!((due.fire, due.next), (vec![1], None));
}

#[test]
fn down_over_a_resumption_fires_it_with_what_was_missed_after_it() {
    let back = look(&done(2).paused(at(35 * MINUTE)), 80 * MINUTE);
    assert_eq!((back.fire, back.next), (vec![2, 3, 4], None));
    let late = look(&done(2).paused(at(35 * MINUTE)), 50 * MINUTE);
    assert_eq!((late.fire, late.next), (vec![2], Some(at(70 * MINUTE))));
}

#[test]
fn groups_that_meet_before_they_resume_go_on_from_the_higher_step() {
    let a = Progress {
        shift: TimeDelta::minutes(9),
        ..done(2)
    }
    .paused(at(1));
    let joined = a.join(done(3).paused(at(1)));
    assert_eq!(joined, done(3).paused(at(1)));
}

#[test]
fn progress_is_kept_as_json() {
    let p = Progress {
        shift: TimeDelta::minutes(9),
        ..done(2)
    }
    .paused(at(0));
    let json = r#"{"done":2,"shift_ms":540000,"paused_until":"2026-07-01T08:00:00Z"}"#;
    assert_eq!(serde_json::to_string(&p).unwrap(), json);
    assert_eq!(serde_json::from_str::<Progress>(json).unwrap(), p);
}

#[test]
fn a_unit_that_is_silent_again_is_told_of_with_the_steps_it_missed_and_no_other() {
    let missed = |progress: &Progress, step: Option<usize>, resumed: bool, minutes: i64| {
        let told = Told { step, resumed };
        super::missed(&default_ladder(), at(0), progress, told, at(minutes * MINUTE))
    };
    assert_eq!(missed(&done(4), None, true, 120), [1, 2, 3, 4]);
    assert_eq!(missed(&done(4), Some(1), true, 120), [2, 3, 4]);
    assert_eq!(missed(&done(4), Some(4), true, 120), [] as [usize; 0]);
    assert_eq!(missed(&done(1), Some(2), true, 120), [] as [usize; 0]);
    assert_eq!(missed(&Progress::default(), None, true, 0), [] as [usize; 0]);
    // A reminder, until the due time.
    assert_eq!(missed(&done(0), None, true, -1), [0]);
    assert_eq!(missed(&done(0), None, true, 0), [] as [usize; 0]);
    // A resumption is a step of its own; in a pause nothing is missed.
    assert_eq!(missed(&done(4), Some(4), false, 120), [4]);
    assert_eq!(missed(&done(4), Some(2), false, 120), [3, 4]);
    assert_eq!(missed(&done(4).paused(at(0)), None, false, 120), [] as [usize; 0]);
}

fn ladders() -> impl Strategy<Value = Ladder> {
    let offsets = prop::collection::btree_set(-40i64..120, 1..7);
    offsets.prop_filter_map("needs a step after due", |offsets| {
        let steps: Vec<String> = offsets.iter().map(|m| format!("{m}m head")).collect();
        steps.join(",").parse().ok()
    })
}

proptest! {
    /// Whenever anyone looks, and whatever is paused in between.
    #[test]
    fn a_step_fires_once_a_resumption_never_early_and_is_never_lost(
        ladder in ladders(),
        closes in 0i64..150,
        looks in prop::collection::vec((0i64..30, any::<bool>()), 1..20),
        pause in 1i64..50,
    ) {
        let (closes, pause) = (at(closes * MINUTE), TimeDelta::minutes(pause));
        let (mut progress, mut resumption, mut now) = (Progress::default(), None, at(-60 * MINUTE));
        let (mut fired, mut ended, mut silenced) = (Vec::new(), Vec::new(), false);
        for (gap, acknowledge) in looks.into_iter().chain([(1_000, false), (9_000, false)]) {
            now += TimeDelta::minutes(gap);
            let due = due_steps(&ladder, at(0), closes, &progress, now);
            prop_assert!(due.next.is_none_or(|t| t > now));
            for &place in &due.fire {
                let step = &ladder.steps()[place];
                prop_assert!(at(0) + step.offset <= now, "early");
                prop_assert!(!step.is_reminder() || now < at(0), "a lapsed reminder");
                prop_assert!(at(0) + step.offset < closes || place == ladder.first_overdue(), "past closing");
                prop_assert!(!fired.contains(&(place, resumption)), "twice");
                fired.push((place, resumption));
            }
            prop_assert!(due.fire.is_sorted_by(|a, b| a < b));
            prop_assert!(due.progress.shift >= progress.shift);
            let twice = due_steps(&ladder, at(0), closes, &due.progress, now);
            prop_assert_eq!((twice.fire.len(), twice.lapsed.len(), twice.next), (0, 0, due.next));
            ended.extend(due.fire.iter().chain(&due.lapsed).copied());
            progress = due.progress;
            if acknowledge && !due.fire.is_empty() && now < closes {
                let until = pause_until(now, pause, closes);
                silenced |= until >= closes && progress.done >= Some(ladder.first_overdue());
                (progress, resumption) = (progress.paused(until), Some(until));
            }
        }
        for (place, step) in ladder.steps().iter().enumerate() {
            let owed = at(0) + step.offset < closes || place == ladder.first_overdue();
            prop_assert!(!owed || silenced || ended.contains(&place), "step {} was lost", place);
        }
    }

    #[test]
    fn one_late_look_fires_what_many_looks_in_time_would(ladder in ladders(), closes in 0i64..150, late in 0i64..200) {
        let (closes, now) = (at(closes * MINUTE), at(late * MINUTE));
        let once = due_steps(&ladder, at(0), closes, &Progress::default(), now);
        let (mut progress, mut many, mut t) = (Progress::default(), Vec::new(), at(-60 * MINUTE));
        while t <= now {
            let due = due_steps(&ladder, at(0), closes, &progress, t);
            many.extend(due.fire);
            progress = due.progress;
            t += TimeDelta::minutes(1);
        }
        many.retain(|p| !ladder.steps()[*p].is_reminder());
        prop_assert_eq!(once.fire, many);
    }

    /// However often it is excused and that is taken back, before or after a look of the same instant.
    #[test]
    fn a_unit_is_named_once_by_every_step_that_fired_when_it_is_silent_in_the_end(
        ladder in ladders(),
        closes in 0i64..150,
        looks in prop::collection::vec((0i64..30, any::<bool>(), any::<bool>()), 1..30),
    ) {
        let closes = at(closes * MINUTE);
        let (mut progress, mut now, mut away) = (Progress::default(), at(-60 * MINUTE), false);
        let (mut fired, mut named): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
        let last = [(9_000, false, false), (0, true, true), (0, true, true)];
        for (gap, turns, looks) in looks.into_iter().chain(last) {
            now += TimeDelta::minutes(gap);
            if looks {
                let due = due_steps(&ladder, at(0), closes, &progress, now);
                progress = due.progress;
                fired.extend(&due.fire);
                named.extend(due.fire.iter().filter(|_| !away));
            }
            if turns {
                away = !away;
            }
            if turns && !away {
                let missed = |named: &[usize]| {
                    let told = Told { step: named.iter().max().copied(), resumed: true };
                    missed(&ladder, at(0), &progress, told, now)
                };
                let late = missed(&named);
                prop_assert!(late.iter().all(|p| now < at(0) || !ladder.steps()[*p].is_reminder()));
                named.extend(late);
                prop_assert_eq!(missed(&named), Vec::<usize>::new());
            }
        }
        prop_assert!(named.is_sorted_by(|a, b| a < b), "twice: {:?}", named);
        prop_assert!(named.iter().all(|place| fired.contains(place)), "{:?} of {:?}", named, fired);
        if !away {
            let notices = fired.iter().filter(|place| **place >= ladder.first_overdue());
            prop_assert!(notices.clone().all(|place| named.contains(place)), "{:?} of {:?}", named, fired);
        }
    }
}
