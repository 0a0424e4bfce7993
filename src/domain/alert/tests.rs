//! Knows what a leader and an officer expect of an urgent report.

use super::*;
use crate::domain::time::from_millis;
use proptest::prelude::*;

const MINUTE: i64 = 60_000;

fn at(ms: i64) -> Timestamp {
    from_millis(1_782_892_800_000 + ms).unwrap()
}

fn address(name: &str) -> Address {
    Address::parse(&format!("{name}@county.example")).unwrap()
}

fn policy(steps: &[&[&str]], passes: u32) -> Policy {
    let steps = steps
        .iter()
        .map(|s| s.iter().map(|n| address(n)).collect())
        .collect();
    Policy::new(steps, TimeDelta::minutes(5), passes).unwrap()
}

fn usual() -> Policy {
    policy(&[&["leader", "officer"], &["deputy"], &["chief"]], 3)
}

/// Tells effects as `pass.step names` or the reason for red.
fn told(effects: &[Effect]) -> Vec<String> {
    let name = |a: &Address| a.as_str().split('@').next().unwrap_or_default().to_owned();
    let line = |e: &Effect| match e {
        Effect::Letters {
            pass,
            step,
            recipients,
        } => {
            format!(
                "{pass}.{step} {}",
                recipients.iter().map(name).collect::<Vec<_>>().join(" ")
            )
        }
        Effect::Red(Red::Nobody { step }) => format!("nobody at {step}"),
        Effect::Red(Red::Failed { step }) => format!("failed at {step}"),
        Effect::Red(Red::Exhausted) => "exhausted".to_owned(),
        Effect::Withdraw => "withdraw".to_owned(),
    };
    effects.iter().map(line).collect()
}

/// An alert and its policy, told what happens in minutes.
struct Story(Policy, Alert);

impl Story {
    fn raised(policy: Policy) -> (Self, Vec<String>) {
        let (alert, effects) = Alert::raise(&policy, at(0));
        (Self(policy, alert), told(&effects))
    }

    fn event(&mut self, event: Event, ms: i64) -> Vec<String> {
        let (alert, effects) = advance(&self.1, &self.0, event, at(ms));
        self.1 = alert;
        told(&effects)
    }

    fn tick(&mut self, ms: i64) -> Vec<String> {
        self.event(Event::Tick, ms)
    }

    fn failed(&mut self, pass: u32, step: usize, ms: i64) -> Vec<String> {
        self.event(Event::StepFailed { pass, step }, ms)
    }
}

const NOTHING: [&str; 0] = [];

#[test]
fn unanswered_it_widens_every_five_minutes_then_repeats_and_stays_red() {
    let (mut story, first) = Story::raised(usual());
    assert_eq!(first, ["0.0 leader officer"]);
    assert_eq!(story.tick(5 * MINUTE - 1), NOTHING);
    assert_eq!(story.tick(5 * MINUTE), ["0.1 deputy leader officer"]);
    assert_eq!(story.tick(5 * MINUTE + 1), NOTHING);
    assert_eq!(story.tick(10 * MINUTE), ["0.2 chief deputy leader officer"]);
    assert_eq!(story.tick(15 * MINUTE), ["1.2 chief deputy leader officer"]);
    assert_eq!(story.tick(20 * MINUTE), ["2.2 chief deputy leader officer"]);
    assert_eq!(story.tick(25 * MINUTE - 1), NOTHING);
    assert!(!story.1.is_exhausted());
    assert_eq!(story.tick(25 * MINUTE), ["exhausted"]);
    assert!(story.1.is_exhausted() && story.1.next_at().is_none());
    assert_eq!(story.tick(600 * MINUTE), NOTHING);
}

#[test]
fn a_single_step_is_sent_as_often_as_there_are_passes() {
    let (mut story, first) = Story::raised(policy(&[&["leader"]], 3));
    let all = [
        first,
        story.tick(5 * MINUTE),
        story.tick(10 * MINUTE),
        story.tick(15 * MINUTE),
    ]
    .concat();
    assert_eq!(all, ["0.0 leader", "1.0 leader", "2.0 leader", "exhausted"]);
}

#[test]
fn an_acknowledgement_stops_everything_and_the_first_one_counts() {
    let (mut story, _) = Story::raised(usual());
    assert!(story.1.wants(0, 0));
    assert_eq!(
        story.event(Event::Acknowledged { by: "officer".into() }, MINUTE),
        ["withdraw"]
    );
    assert!(!story.1.wants(0, 0), "a satisfied step claims no further attempt");
    assert_eq!(
        story.event(Event::Acknowledged { by: "leader".into() }, 2 * MINUTE),
        NOTHING
    );
    assert_eq!(story.tick(5 * MINUTE), NOTHING);
    assert_eq!(story.failed(0, 0, 6 * MINUTE), NOTHING);
    assert_eq!(
        story.1.state,
        State::Acknowledged {
            by: "officer".into(),
            at: at(MINUTE)
        }
    );
    assert_eq!(story.1.next_at(), None);
}

#[test]
fn an_exhausted_alert_still_takes_an_acknowledgement() {
    let (mut story, _) = Story::raised(policy(&[&["leader"]], 1));
    assert_eq!(story.tick(5 * MINUTE), ["exhausted"]);
    assert!(
        story.1.wants(0, 0),
        "a letter that is still being retried is not given up"
    );
    assert_eq!(
        story.event(Event::Acknowledged { by: "leader".into() }, 90 * MINUTE),
        ["withdraw"]
    );
    assert!(!story.1.is_exhausted());
}

#[test]
fn letters_of_an_earlier_round_of_calls_need_not_leave_any_more() {
    let (mut story, _) = Story::raised(usual());
    story.tick(5 * MINUTE);
    assert!(story.1.wants(0, 1) && !story.1.wants(0, 0));
}

#[test]
fn a_step_whose_letters_all_failed_passes_on_at_once() {
    let (mut story, _) = Story::raised(usual());
    assert_eq!(
        story.failed(0, 0, 1_000),
        ["failed at 0", "0.1 deputy leader officer"]
    );
    assert_eq!(story.failed(0, 0, 2_000), NOTHING, "told twice");
    assert_eq!(
        story.tick(5 * MINUTE),
        NOTHING,
        "five minutes count from the step that was sent"
    );
    assert_eq!(
        story.tick(5 * MINUTE + 1_000),
        ["0.2 chief deputy leader officer"]
    );
}

#[test]
fn when_the_top_step_fails_it_is_red_and_tries_again_in_its_time() {
    let (mut story, _) = Story::raised(policy(&[&["leader"]], 2));
    assert_eq!(story.failed(0, 0, 1_000), ["failed at 0"]);
    assert_eq!(story.tick(5 * MINUTE), ["1.0 leader"]);
    assert_eq!(story.failed(1, 0, 6 * MINUTE), ["failed at 0"]);
    assert_eq!(story.tick(10 * MINUTE), ["exhausted"]);
    assert_eq!(story.failed(1, 0, 11 * MINUTE), NOTHING);
}

#[test]
fn a_step_without_anybody_passes_on_at_once() {
    let (story, first) = Story::raised(policy(&[&[], &["deputy"]], 3));
    assert_eq!(first, ["nobody at 0", "0.1 deputy"]);
    assert_eq!((story.1.pass, story.1.step), (0, 1));
}

#[test]
fn without_anybody_at_all_it_is_red_at_once_and_ends_red() {
    let (mut story, first) = Story::raised(policy(&[&[], &[]], 2));
    assert_eq!(first, ["nobody at 0", "nobody at 1"]);
    assert_eq!(story.tick(5 * MINUTE), ["nobody at 1"]);
    assert_eq!(story.tick(10 * MINUTE), ["exhausted"]);
}

#[test]
fn after_downtime_one_round_of_calls_goes_out_for_the_highest_step_that_came_due() {
    let (mut story, _) = Story::raised(usual());
    assert_eq!(story.tick(10 * MINUTE - 1), ["0.1 deputy leader officer"]);
    let (mut story, _) = Story::raised(usual());
    assert_eq!(story.tick(10 * MINUTE), ["0.2 chief deputy leader officer"]);
    assert_eq!(story.tick(15 * MINUTE - 1), NOTHING, "distance is kept");
    assert_eq!(
        story.tick(600 * MINUTE),
        ["1.2 chief deputy leader officer"],
        "an outage spends one pass"
    );
}

#[test]
fn a_person_of_two_steps_is_told_once() {
    let policy = policy(&[&["leader", "leader"], &["leader", "chief"]], 1);
    assert_eq!(policy.recipients(1), [address("chief"), address("leader")]);
    assert_eq!(policy.recipients(usize::MAX).len(), 2);
}

#[test]
fn a_policy_out_of_limits_is_refused_also_when_it_is_read_back() {
    let five = TimeDelta::minutes(5);
    assert_eq!(Policy::new(vec![], five, 3), Err(PolicyError::Steps));
    assert_eq!(Policy::new(vec![vec![]; 17], five, 3), Err(PolicyError::Steps));
    assert_eq!(
        Policy::new(vec![vec![]], TimeDelta::zero(), 3),
        Err(PolicyError::RepeatAfter)
    );
    assert_eq!(Policy::new(vec![vec![]], five, 0), Err(PolicyError::Passes));
    let json = serde_json::to_string(&policy(&[&["leader"]], 3)).unwrap();
    assert_eq!(
        json,
        r#"{"steps":[["leader@county.example"]],"repeat_after_ms":300000,"passes":3}"#
    );
    assert_eq!(
        serde_json::from_str::<Policy>(&json).unwrap(),
        policy(&[&["leader"]], 3)
    );
    assert!(serde_json::from_str::<Policy>(&json.replace("300000", "0")).is_err());
}

#[test]
fn an_alert_reads_back_what_it_was() {
    let (mut story, _) = Story::raised(usual());
    for event in [Event::Tick, Event::Acknowledged { by: "leader".into() }] {
        let json = serde_json::to_string(&story.1).unwrap();
        assert_eq!(serde_json::from_str::<Alert>(&json).unwrap(), story.1);
        story.event(event, 5 * MINUTE);
    }
    let json = serde_json::to_string(&story.1).unwrap();
    assert_eq!(serde_json::from_str::<Alert>(&json).unwrap(), story.1);
}

/// What the rule says, counted by hand: rounds of calls are numbered 0, 1, 2, …
struct Naive {
    steps: i64,
    passes: i64,
    call: i64,
    sent_at: i64,
    over: bool,
}

impl Naive {
    fn look(&mut self, now: i64) -> Option<i64> {
        let waits = (now - self.sent_at) / (5 * MINUTE);
        if self.over || waits == 0 {
            return None;
        }
        let top = self.steps - 1;
        // Time alone carries it up to the top step, and from there one call at a time.
        let next = if self.call < top {
            (self.call + waits).min(top)
        } else {
            self.call + 1
        };
        if next >= self.steps + self.passes - 1 {
            self.over = true;
            return None;
        }
        (self.call, self.sent_at) = (next, now);
        Some(next)
    }
}

proptest! {
    #[test]
    fn it_does_what_a_count_by_hand_does_and_nothing_twice(
        steps in 1usize..5, passes in 1u32..5, gaps in prop::collection::vec(0i64..20 * MINUTE, 1..40),
    ) {
        let names: Vec<Vec<Address>> = (0..steps).map(|s| vec![address(&format!("p{s}"))]).collect();
        let policy = Policy::new(names, TimeDelta::minutes(5), passes).unwrap();
        let mut naive = Naive { steps: steps as i64, passes: passes.into(), call: 0, sent_at: 0, over: false };
        let (mut alert, _) = Alert::raise(&policy, at(0));
        let mut now = 0;
        let mut sent = BTreeSet::from([(0, 0)]);
        for gap in gaps {
            now += gap;
            let (after, effects) = advance(&alert, &policy, Event::Tick, at(now));
            let expected = naive.look(now).map(|call| {
                let step = call.min(naive.steps - 1);
                (u32::try_from(call - step).unwrap(), usize::try_from(step).unwrap())
            });
            let calls: Vec<_> = effects.iter().filter_map(|e| match e {
                Effect::Letters { pass, step, recipients } => Some((*pass, *step, recipients.len())),
                Effect::Red(_) | Effect::Withdraw => None,
            }).collect();
            prop_assert_eq!(&calls, &expected.map(|(p, s)| (p, s, s + 1)).into_iter().collect::<Vec<_>>());
            prop_assert!(calls.iter().all(|(p, s, _)| sent.insert((*p, *s))));
            prop_assert_eq!(after.is_exhausted(), naive.over);
            prop_assert_eq!(advance(&after, &policy, Event::Tick, at(now)), (after.clone(), vec![]));
            alert = after;
        }
    }

    #[test]
    fn it_ends_whatever_happens_and_an_acknowledgement_is_the_last_word(
        empty in prop::collection::vec(any::<bool>(), 1..5), passes in 1u32..4,
        events in prop::collection::vec((0i64..9 * MINUTE, 0u8..8), 0..40),
    ) {
        let names = empty.iter().enumerate().map(|(s, e)| if *e { vec![] } else { vec![address(&format!("p{s}"))] });
        let policy = Policy::new(names.collect(), TimeDelta::minutes(5), passes).unwrap();
        let (mut alert, _) = Alert::raise(&policy, at(0));
        let (mut now, mut acknowledged) = (0, false);
        let ticks = (0..20).map(|_| (5 * MINUTE, 7));
        for (gap, what) in events.into_iter().chain(ticks) {
            now += gap;
            let event = match what {
                0 => Event::Acknowledged { by: "officer".into() },
                1 | 2 => Event::StepFailed { pass: alert.pass, step: alert.step },
                3 => Event::StepFailed { pass: 0, step: 0 },
                _ => Event::Tick,
            };
            let (after, effects) = advance(&alert, &policy, event, at(now));
            prop_assert!(!acknowledged || (effects.is_empty() && after == alert));
            prop_assert!((after.pass, after.step) >= (alert.pass, alert.step));
            acknowledged |= what == 0;
            alert = after;
        }
        prop_assert_eq!(alert.is_exhausted(), !acknowledged);
        prop_assert_eq!(alert.next_at(), None);
    }
}
