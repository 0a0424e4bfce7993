//! Holds the machine against a plain model: random policies, answers, failures, silence and outages.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

const WAIT: i64 = 5 * MINUTE;
const WORD: i64 = 12 * MINUTE;

/// What the rules say, told as a list of calls: call `n` is step `n` until the top, then the top again.
#[derive(Debug, Clone)]
struct Plain {
    steps: Vec<(bool, Vec<usize>)>,
    calls: usize,
    wants_word: bool,
    call: usize,
    since: i64,
    answered: Vec<usize>,
    /// Since when somebody has it, and whether a word is still wanted.
    has: Option<(i64, bool)>,
    over: bool,
}

/// Something that happens; persons are numbers, 9 is nobody whom a step names.
#[derive(Debug, Clone, Copy)]
enum Happens {
    Time,
    Answer { who: usize, word: bool },
    Word,
    Closed,
    Failed,
    Pressed { old: bool },
}

impl Plain {
    fn top(&self) -> usize {
        self.steps.len() - 1
    }

    fn told(&self, call: usize) -> Vec<usize> {
        let reached = self.steps.iter().take(call.min(self.top()) + 1);
        let mut told: Vec<usize> = reached.flat_map(|(_, who)| who.clone()).collect();
        told.retain(|who| !self.answered.contains(who));
        told.sort_unstable();
        told.dedup();
        told
    }

    /// Makes a call: gives the one that went out, if it reached anybody.
    fn make(&mut self, mut call: usize, now: i64) -> Option<(usize, Vec<usize>)> {
        if call >= self.calls {
            self.over = true;
            return None;
        }
        while self.told(call).is_empty() && call < self.top() {
            call += 1;
        }
        (self.call, self.since) = (call, now);
        let told = self.told(call);
        (!told.is_empty()).then_some((call, told))
    }

    fn is_enough(&self, who: usize) -> bool {
        let reached = &self.steps[..=self.call.min(self.top())];
        let named = self.steps.iter().any(|(_, to)| to.contains(&who));
        self.over
            || reached.iter().any(|(all, to)| match all {
                true => !to.is_empty() && to.iter().all(|one| self.answered.contains(one)),
                false => !named || to.contains(&who),
            })
    }

    fn live(&mut self, what: Happens, now: i64) -> Option<(usize, Vec<usize>)> {
        match (self.has, what) {
            (Some((since, true)), Happens::Time) if now - since >= WORD => {
                self.has = None;
                return self.make(self.call + 1, now);
            }
            (Some((since, true)), Happens::Word | Happens::Closed | Happens::Answer { word: true, .. }) => {
                self.has = Some((since, false));
            }
            (Some(_), _) => {}
            (None, Happens::Answer { who, word }) => {
                if who < 9 {
                    self.answered.push(who);
                }
                if self.is_enough(who) {
                    self.answered.clear();
                    self.has = Some((now, self.wants_word && !word));
                    // Only silence makes it go on.
                    self.over = false;
                }
            }
            (None, Happens::Closed) => {
                self.answered.clear();
                (self.has, self.over) = (Some((now, false)), false);
            }
            (None, _) if self.over => {}
            (None, Happens::Time) if now - self.since >= WAIT => {
                let missed = usize::try_from((now - self.since) / WAIT).unwrap();
                let next = match self.call < self.top() {
                    true => (self.call + missed).min(self.top()),
                    false => self.call + 1,
                };
                return self.make(next, now);
            }
            (None, Happens::Failed) if self.call < self.top() => return self.make(self.call + 1, now),
            (None, Happens::Pressed { old: false }) if self.call + 1 < self.calls => {
                return self.make(self.call + 1, now);
            }
            (None, _) => {}
        }
        None
    }
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        8 => Just(Happens::Time),
        2 => (prop_oneof![0usize..4, Just(9)], any::<bool>()).prop_map(|(who, word)| Happens::Answer { who, word }),
        1 => Just(Happens::Word),
        1 => Just(Happens::Closed),
        1 => Just(Happens::Failed),
        1 => any::<bool>().prop_map(|old| Happens::Pressed { old }),
    ]
}

fn steps() -> impl Strategy<Value = Vec<(bool, Vec<usize>)>> {
    let who = prop::collection::btree_set(0usize..4, 0..3);
    prop::collection::vec(
        (any::<bool>(), who.prop_map(|who| who.into_iter().collect())),
        1..5,
    )
}

fn event(what: Happens, alert: &Alert) -> Event {
    let (pass, step) = (alert.pass, alert.step);
    match what {
        Happens::Time => Event::Tick,
        Happens::Word => Event::Word,
        Happens::Closed => Event::Closed {
            by: "board".to_owned(),
        },
        Happens::Failed => Event::StepFailed { pass, step },
        Happens::Pressed { old: false } => Event::Escalated { pass, step },
        Happens::Pressed { old: true } => Event::Escalated {
            pass: pass.wrapping_sub(1),
            step,
        },
        Happens::Answer { who, word } => Event::Acknowledged(Said {
            by: who.to_string(),
            from: (who < 9).then(|| address(&format!("p{who}"))),
            word,
        }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn it_does_what_the_plain_model_does(
        steps in steps(), passes in 1u32..4, wants_word in any::<bool>(),
        events in prop::collection::vec((0i64..9 * MINUTE, happens()), 0..40),
    ) {
        let named = |(all, who): &(bool, Vec<usize>)| {
            let to = who.iter().map(|n| address(&format!("p{n}"))).collect();
            if *all { Step::all(to) } else { Step::any(to) }
        };
        let policy = Policy::new(steps.iter().map(named).collect(), TimeDelta::milliseconds(WAIT), passes).unwrap();
        let policy = policy.wanting_word(wants_word.then(|| TimeDelta::milliseconds(WORD))).unwrap();
        let calls = steps.len() + passes as usize - 1;
        let mut plain = Plain {
            steps, calls, wants_word, call: 0, since: 0, answered: vec![], has: None, over: false,
        };
        let first = plain.make(0, 0);
        let (mut alert, effects) = Alert::raise(&policy, at(0));
        let mut sent = BTreeMap::new();
        check(&effects, first, &plain, &mut sent)?;
        let mut now = 0;
        // In the end nobody does anything any more.
        let silence = (0..40).map(|_| (WORD, Happens::Time));
        for (gap, what) in events.into_iter().chain(silence) {
            now += gap;
            let had = alert.is_acknowledged();
            let expected = plain.live(what, now);
            let (after, effects) = advance(&alert, &policy, event(what, &alert), at(now));
            check(&effects, expected, &plain, &mut sent)?;
            prop_assert_eq!(after.is_acknowledged(), plain.has.is_some());
            prop_assert_eq!(after.is_exhausted(), plain.over && plain.has.is_none());
            // Once somebody has it nothing is claimed, but for silence.
            prop_assert!(!had || effects.is_empty() || matches!(effects[0], Effect::Red(Red::Silent)));
            if matches!(what, Happens::Time) {
                prop_assert_eq!(advance(&after, &policy, Event::Tick, at(now)).1, vec![], "fired twice");
            }
            alert = after;
        }
        // It always ends: somebody has it, or it is red, and only a person can change that.
        prop_assert!(alert.next_at().is_none());
        prop_assert!(alert.is_acknowledged() || alert.is_exhausted());
    }
}

/// Holds what goes out against the model's call; no call goes out twice.
fn check(
    effects: &[Effect],
    expected: Option<(usize, Vec<usize>)>,
    plain: &Plain,
    sent: &mut BTreeMap<(u32, usize), ()>,
) -> Result<(), TestCaseError> {
    let calls: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Letters {
                pass,
                step,
                recipients,
            } => Some((*pass, *step, recipients.clone())),
            Effect::Red(_) | Effect::Withdraw => None,
        })
        .collect();
    let named = |(call, who): (usize, Vec<usize>)| {
        let step = call.min(plain.top());
        let who: Vec<_> = who.iter().map(|n| address(&format!("p{n}"))).collect();
        (u32::try_from(call - step).unwrap_or(u32::MAX), step, who)
    };
    prop_assert_eq!(&calls, &expected.map(named).into_iter().collect::<Vec<_>>());
    for (pass, step, _) in &calls {
        prop_assert!(
            sent.insert((*pass, *step), ()).is_none(),
            "{}.{} twice",
            pass,
            step
        );
    }
    Ok(())
}
