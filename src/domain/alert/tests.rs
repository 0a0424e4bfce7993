//! Knows what a leader and an officer expect of an urgent report.

mod model;

use chrono::TimeDelta;

use super::*;
use crate::domain::time::from_millis;

const MINUTE: i64 = 60_000;

fn at(ms: i64) -> Timestamp {
    from_millis(1_782_892_800_000 + ms).unwrap()
}

fn address(name: &str) -> Address {
    Address::parse(&format!("{name}@county.example")).unwrap()
}

fn policy(steps: &[&[&str]], passes: u32) -> Policy {
    let step = |names: &&[&str]| match names.split_first() {
        Some((&"all", names)) => Step::all(names.iter().map(|n| address(n)).collect()),
        _ => Step::any(names.iter().map(|n| address(n)).collect()),
    };
    Policy::new(steps.iter().map(step).collect(), TimeDelta::minutes(5), passes).unwrap()
}

fn said(by: &str) -> Event {
    Event::Acknowledged(Said {
        by: by.into(),
        from: Some(address(by)),
        word: false,
    })
}

fn with_word(by: &str) -> Event {
    Event::Acknowledged(Said {
        by: by.into(),
        from: Some(address(by)),
        word: true,
    })
}

/// Somebody whom no step names: the officer at the board.
fn outsider() -> Event {
    Event::Acknowledged(Said {
        by: "board".into(),
        ..Said::default()
    })
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
        Effect::Red(Red::Silent) => "no word".to_owned(),
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

    fn escalated(&mut self, pass: u32, step: usize, ms: i64) -> Vec<String> {
        self.event(Event::Escalated { pass, step }, ms)
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
    assert!(story.1.wants(0, 0, None));
    assert_eq!(story.event(said("officer"), MINUTE), ["withdraw"]);
    assert!(
        !story.1.wants(0, 0, None),
        "a satisfied step claims no further attempt"
    );
    assert_eq!(story.event(said("leader"), 2 * MINUTE), NOTHING);
    assert_eq!(story.tick(5 * MINUTE), NOTHING);
    assert_eq!(story.failed(0, 0, 6 * MINUTE), NOTHING);
    assert_eq!(
        story.1.state,
        State::Acknowledged {
            by: "officer".into(),
            at: at(MINUTE),
            word_until: None
        }
    );
    assert_eq!(story.1.next_at(), None);
}

#[test]
fn an_exhausted_alert_still_takes_an_acknowledgement() {
    let (mut story, _) = Story::raised(policy(&[&["leader"]], 1));
    assert_eq!(story.tick(5 * MINUTE), ["exhausted"]);
    assert!(
        story.1.wants(0, 0, None),
        "a letter that is still being retried is not given up"
    );
    assert_eq!(story.event(said("leader"), 90 * MINUTE), ["withdraw"]);
    assert!(!story.1.is_exhausted());
}

#[test]
fn letters_of_an_earlier_round_of_calls_need_not_leave_any_more() {
    let (mut story, _) = Story::raised(usual());
    story.tick(5 * MINUTE);
    assert!(story.1.wants(0, 1, None) && !story.1.wants(0, 0, None));
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
    let many = vec![Step::default(); 17];
    assert_eq!(Policy::new(many, five, 3), Err(PolicyError::Steps));
    let one = || vec![Step::default()];
    assert_eq!(
        Policy::new(one(), TimeDelta::zero(), 3),
        Err(PolicyError::RepeatAfter)
    );
    assert_eq!(Policy::new(one(), five, 0), Err(PolicyError::Passes));
    let never = policy(&[&["leader"]], 3).wanting_word(Some(TimeDelta::zero()));
    assert_eq!(never, Err(PolicyError::WordWithin));
    let json = serde_json::to_string(&policy(&[&["leader"]], 3)).unwrap();
    assert_eq!(
        json,
        r#"{"steps":[{"ask":"any","to":["leader@county.example"]}],"repeat_after_ms":300000,"passes":3}"#
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
    for event in [Event::Tick, said("leader")] {
        let json = serde_json::to_string(&story.1).unwrap();
        assert_eq!(serde_json::from_str::<Alert>(&json).unwrap(), story.1);
        story.event(event, 5 * MINUTE);
    }
    let json = serde_json::to_string(&story.1).unwrap();
    assert_eq!(serde_json::from_str::<Alert>(&json).unwrap(), story.1);
}

#[test]
fn where_all_are_asked_each_of_them_has_to_answer_and_is_not_told_again() {
    let (mut story, first) = Story::raised(policy(&[&["all", "leader", "officer"], &["deputy"]], 2));
    assert_eq!(first, ["0.0 leader officer"]);
    assert_eq!(story.event(said("leader"), MINUTE), NOTHING);
    assert_eq!(story.1.missing(&story.0), [address("officer")]);
    assert!(!story.1.wants(0, 0, Some(&address("leader"))) && story.1.wants(0, 0, Some(&address("officer"))));
    assert_eq!(
        story.event(outsider(), MINUTE),
        NOTHING,
        "the board cannot answer for the officer"
    );
    assert_eq!(story.tick(5 * MINUTE), ["0.1 deputy officer"]);
    assert_eq!(story.event(said("officer"), 6 * MINUTE), ["withdraw"]);
    assert!(story.1.is_acknowledged() && story.1.had.is_empty());
}

#[test]
fn one_answer_of_a_step_that_asks_for_one_is_enough_also_while_all_of_another_are_asked() {
    let steps: &[&[&str]] = &[&["leader"], &["all", "deputy", "chief"]];
    let (mut story, _) = Story::raised(policy(steps, 2));
    story.tick(5 * MINUTE);
    assert_eq!(story.event(said("deputy"), 6 * MINUTE), NOTHING);
    assert_eq!(story.event(said("leader"), 7 * MINUTE), ["withdraw"]);
}

#[test]
fn once_all_passes_are_over_any_person_ends_it() {
    let (mut story, _) = Story::raised(policy(&[&["all", "leader", "officer"]], 1));
    assert_eq!(story.tick(5 * MINUTE), ["exhausted"]);
    assert_eq!(story.event(outsider(), 6 * MINUTE), ["withdraw"]);
    assert!(story.1.is_acknowledged());
}

fn wanting_word() -> Policy {
    let policy = policy(&[&["leader"], &["deputy"]], 2);
    policy.wanting_word(Some(TimeDelta::minutes(30))).unwrap()
}

#[test]
fn an_acknowledgement_without_a_word_opens_the_step_again() {
    let (mut story, _) = Story::raised(wanting_word());
    story.event(said("leader"), MINUTE);
    assert_eq!(story.1.next_at(), Some(at(31 * MINUTE)));
    assert_eq!(story.tick(31 * MINUTE - 1), NOTHING);
    assert_eq!(story.tick(31 * MINUTE), ["no word", "0.1 deputy leader"]);
    assert_eq!(story.1.reopened.as_ref().unwrap().by, "leader");
    // The same again; the end of the passes is red.
    story.event(said("deputy"), 32 * MINUTE);
    assert_eq!(story.tick(62 * MINUTE), ["no word", "1.1 deputy leader"]);
    story.event(said("deputy"), 63 * MINUTE);
    assert_eq!(story.tick(93 * MINUTE), ["no word", "exhausted"]);
    assert!(story.1.is_exhausted());
}

#[test]
fn a_word_with_the_acknowledgement_or_after_it_keeps_the_step_closed() {
    let (mut story, _) = Story::raised(wanting_word());
    story.event(with_word("leader"), MINUTE);
    assert_eq!(story.1.next_at(), None);
    let (mut story, _) = Story::raised(wanting_word());
    story.event(said("leader"), MINUTE);
    assert_eq!(story.event(Event::Word, 20 * MINUTE), NOTHING);
    assert_eq!(story.1.next_at(), None);
    assert_eq!(story.tick(60 * MINUTE), NOTHING);
    let (mut story, _) = Story::raised(wanting_word());
    assert_eq!(
        story.event(Event::Word, MINUTE),
        NOTHING,
        "a word is not an answer"
    );
    assert!(!story.1.is_acknowledged());
}

#[test]
fn escalating_goes_on_from_the_call_that_was_read_and_from_no_older_one() {
    let (mut story, _) = Story::raised(usual());
    assert_eq!(story.escalated(0, 0, MINUTE), ["0.1 deputy leader officer"]);
    assert_eq!(story.escalated(0, 0, MINUTE + 1), NOTHING, "a second press");
    assert_eq!(story.tick(6 * MINUTE), ["0.2 chief deputy leader officer"]);
    assert_eq!(story.escalated(0, 1, 7 * MINUTE), NOTHING, "an old letter");
    assert_eq!(
        story.escalated(0, 2, 7 * MINUTE),
        ["1.2 chief deputy leader officer"]
    );
    assert_eq!(
        story.escalated(1, 2, 8 * MINUTE),
        ["2.2 chief deputy leader officer"]
    );
    assert!(!story.1.can_escalate(&story.0));
    assert_eq!(
        story.escalated(2, 2, 9 * MINUTE),
        NOTHING,
        "nobody is left to be told"
    );
    assert_eq!(story.event(said("chief"), 10 * MINUTE), ["withdraw"]);
    assert_eq!(story.escalated(2, 2, 11 * MINUTE), NOTHING);
}

#[test]
fn it_keeps_which_calls_reached_nobody_and_why() {
    let (mut story, _) = Story::raised(policy(&[&[], &["deputy"], &["chief"]], 1));
    story.failed(0, 1, MINUTE);
    let lost: Vec<_> = story.1.lost.iter().map(|l| (l.pass, l.step, l.failed)).collect();
    assert_eq!(lost, [(0, 0, false), (0, 1, true)]);
    let json = serde_json::to_string(&story.1).unwrap();
    assert_eq!(serde_json::from_str::<Alert>(&json).unwrap(), story.1);
}

#[test]
fn a_step_reads_as_it_is_written() {
    let step: Plan = "all deputy@county.example parent on_duty".parse().unwrap();
    assert_eq!((step.ask, step.to.len()), (Ask::All, 3));
    let step: Plan = "head".parse().unwrap();
    assert_eq!(step.ask, Ask::Any);
    for wrong in ["", "all", "any nobody", "a@b", "some head"] {
        assert!(wrong.parse::<Plan>().is_err(), "{wrong}");
    }
}

#[test]
fn what_comes_next_is_more_people_the_same_people_or_the_end() {
    let coming = |alert: &Alert, policy: &Policy| alert.coming(policy).map(|(_, coming)| coming);
    let policy = policy(&[&["leader"], &["deputy"]], 2);
    let (mut alert, _) = Alert::raise(&policy, at(0));
    let mut told = Vec::new();
    while let Some((next_at, next)) = alert.coming(&policy) {
        told.push(next);
        (alert, _) = advance(&alert, &policy, Event::Tick, next_at);
    }
    assert_eq!(told, [Coming::Wider, Coming::Again, Coming::Ends]);
    // Where nobody is added, nothing widens.
    let alone = super::tests::policy(&[&["leader"], &[], &["leader"]], 2);
    let (alert, _) = Alert::raise(&alone, at(0));
    assert_eq!(coming(&alert, &alone), Some(Coming::Again));
    let (alert, _) = advance(&alert, &alone, said("leader"), at(1));
    assert_eq!(coming(&alert, &alone), None);
}
