//! Knows what becomes of a letter after an attempt to send it.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::letter::Priority;
use super::time::Timestamp;

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// Every one of them, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Gives the text that is stored.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            /// Reads the stored text.
            pub fn parse(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

mod outcome;

pub use outcome::{Class, Reply, SmtpOutcome, Stage};

/// How often a letter whose fate the server left open is sent again.
pub const RESENDS_IN_DOUBT: u32 = 2;

/// How often a relay that refuses its settings is tried again while nobody has mended them.
const PROBE_MISCONFIGURED: TimeDelta = TimeDelta::minutes(3);

coded! {
    /// Why a letter is given up. Recorded and red, never silent.
    Reason {
        /// The recipient was refused for good: the address is bad.
        RecipientRefused = "recipient_refused",
        /// The message was refused for good.
        MessageRefused = "message_refused",
        /// Sent three times, and the server never told whether it took it.
        InDoubt = "in_doubt",
        /// Refused for the time being once too often.
        TriedOut = "tried_out",
    }
}

coded! {
    /// How fast a letter is tried again.
    Pace {
        /// Urgent reports: seconds, at most a minute.
        Urgent = "urgent",
        /// All other letters: minutes.
        Routine = "routine",
    }
}

impl From<Priority> for Pace {
    fn from(priority: Priority) -> Self {
        match priority {
            Priority::Urgent => Self::Urgent,
            Priority::Account | Priority::FollowUp | Priority::Chase | Priority::Bulletin => Self::Routine,
        }
    }
}

/// What was tried before the attempt that is being judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tried {
    /// Attempts at this letter that count against it: all but those that ended in relay down or misconfigured.
    pub attempts: u32,
    /// How many of those ended in doubt.
    pub in_doubt: u32,
    /// Relay failures in a row, of any letter, since the relay last answered beyond MAIL FROM.
    pub relay_failures: u32,
}

impl Tried {
    /// Counts the attempt that was just judged.
    #[must_use]
    pub fn counting(self, class: Class) -> Self {
        let (letter, relay) = match class {
            Class::RelayDown | Class::Misconfigured => (0, self.relay_failures.saturating_add(1)),
            _ => (1, 0),
        };
        Self {
            attempts: self.attempts.saturating_add(letter),
            in_doubt: self.in_doubt.saturating_add(u32::from(class == Class::InDoubt)),
            relay_failures: relay,
        }
    }
}

/// What becomes of a letter after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Accepted by the mail server; nothing more to do.
    Sent,
    /// To be tried again, with the same bytes and the same Message-ID.
    RetryAt(Timestamp),
    /// Given up: to be recorded and shown in red; the next step is due at once.
    Dead {
        /// Why.
        reason: Reason,
    },
    /// Nothing is sent before `until`; the letter waits, with no attempt counted.
    PauseRelay {
        /// When the relay is tried again, by whatever letter is first then.
        until: Timestamp,
        /// When this letter is tried again: later than `until` if the relay gave up on this very letter, so that
        /// others get their turn.
        letter: Timestamp,
    },
    /// The relay is stopped and an alarm raised; all letters wait, with no attempt counted.
    StopRelay {
        /// When the relay is probed again, unless new settings come first.
        probe: Timestamp,
    },
}

/// Decides what becomes of a letter after one more attempt.
pub fn fate(tried: Tried, outcome: &SmtpOutcome, pace: Pace, now: Timestamp) -> Fate {
    match outcome.class {
        Class::Accepted => Fate::Sent,
        Class::RelayDown => {
            let until = now + relay_pause(tried.relay_failures);
            let to_blame = outcome.reply.stage > Stage::MailFrom;
            let letter = if to_blame {
                until + backoff(pace, tried.attempts)
            } else {
                until
            };
            Fate::PauseRelay { until, letter }
        }
        Class::Misconfigured => Fate::StopRelay {
            probe: now + PROBE_MISCONFIGURED,
        },
        Class::RecipientPermanent => Fate::Dead {
            reason: Reason::RecipientRefused,
        },
        Class::MessagePermanent => Fate::Dead {
            reason: Reason::MessageRefused,
        },
        Class::InDoubt if tried.in_doubt >= RESENDS_IN_DOUBT => Fate::Dead {
            reason: Reason::InDoubt,
        },
        Class::InDoubt | Class::RecipientTemporary | Class::MessageTemporary => {
            if tried.attempts + 1 >= most_attempts(pace) {
                Fate::Dead {
                    reason: Reason::TriedOut,
                }
            } else {
                Fate::RetryAt(now + backoff(pace, tried.attempts))
            }
        }
    }
}

/// Gives the wait after the attempt that followed `before` others.
pub fn backoff(pace: Pace, before: u32) -> TimeDelta {
    let seconds: &[i64] = match pace {
        Pace::Urgent => &[5, 10, 20, 30, 45, 60],
        Pace::Routine => &[30, 60, 120, 300, 600, 1800],
    };
    TimeDelta::seconds(at_or_last(seconds, before))
}

/// Gives the pause of the relay after `before` failures in a row; short, for an urgent letter may be waiting.
pub fn relay_pause(before: u32) -> TimeDelta {
    TimeDelta::seconds(at_or_last(&[5, 10, 20, 40, 60], before))
}

/// Gives how often a letter is tried: about two hours if urgent, about a day otherwise.
pub fn most_attempts(pace: Pace) -> u32 {
    match pace {
        Pace::Urgent => 125,
        Pace::Routine => 52,
    }
}

fn at_or_last(steps: &[i64], index: u32) -> i64 {
    let index = usize::try_from(index).unwrap_or(usize::MAX);
    steps.get(index).or(steps.last()).copied().unwrap_or(60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_millis;
    use proptest::prelude::*;

    fn now() -> Timestamp {
        from_millis(1_800_000_000_000).unwrap()
    }

    fn failed(stage: Stage, code: impl Into<Option<u16>>) -> SmtpOutcome {
        SmtpOutcome::failed(Reply {
            stage,
            code: code.into(),
            words: String::new(),
        })
    }

    fn after(attempts: u32, in_doubt: u32) -> Tried {
        Tried {
            attempts,
            in_doubt,
            relay_failures: 0,
        }
    }

    #[test]
    fn an_expired_mail_code_stops_the_relay_and_kills_no_letter() {
        let fate = fate(after(0, 0), &failed(Stage::Auth, 535), Pace::Urgent, now());
        assert_eq!(
            fate,
            Fate::StopRelay {
                probe: now() + TimeDelta::minutes(3)
            }
        );
    }

    #[test]
    fn a_letter_in_doubt_is_sent_again_twice_and_then_given_up_in_words() {
        let doubt = failed(Stage::EndOfData, None);
        let mut tried = Tried::default();
        for _ in 0..2 {
            assert!(matches!(
                fate(tried, &doubt, Pace::Urgent, now()),
                Fate::RetryAt(_)
            ));
            tried = tried.counting(doubt.class);
        }
        assert_eq!(
            fate(tried, &doubt, Pace::Urgent, now()),
            Fate::Dead {
                reason: Reason::InDoubt
            }
        );
    }

    #[test]
    fn a_letter_that_the_relay_gives_up_on_lets_others_go_first() {
        let Fate::PauseRelay { until, letter } =
            fate(after(0, 0), &failed(Stage::RcptTo, 421), Pace::Routine, now())
        else {
            panic!("the relay is paused");
        };
        assert_eq!((until - now()).num_seconds(), 5);
        assert_eq!((letter - until).num_seconds(), 30);
    }

    #[test]
    fn stored_texts_read_back() {
        assert!(Stage::ALL.iter().all(|s| Stage::parse(s.code()) == Some(*s)));
        assert!(Class::ALL.iter().all(|s| Class::parse(s.code()) == Some(*s)));
        assert!(Reason::ALL.iter().all(|s| Reason::parse(s.code()) == Some(*s)));
        assert_eq!(Pace::parse("leisurely"), None);
    }

    fn any_failure() -> impl Strategy<Value = SmtpOutcome> {
        let stage = prop::sample::select(Stage::ALL);
        let code = prop::option::of(prop_oneof![400u16..600, Just(421)]);
        (stage, code).prop_map(|(stage, code)| failed(stage, code))
    }

    fn pace() -> impl Strategy<Value = Pace> {
        prop::sample::select(Pace::ALL)
    }

    proptest! {
        #[test]
        fn whatever_is_not_accepted_waits_or_is_given_up_aloud(
            attempts in any::<u16>(), in_doubt in 0u32..5, relay_failures in any::<u16>(),
            outcome in any_failure(), pace in pace(),
        ) {
            let tried = Tried { attempts: attempts.into(), in_doubt, relay_failures: relay_failures.into() };
            match fate(tried, &outcome, pace, now()) {
                Fate::Sent => prop_assert!(false, "{:?} is not a success", outcome),
                Fate::RetryAt(t) => prop_assert!(t > now()),
                Fate::PauseRelay { until, letter } => {
                    prop_assert!(until > now() && until <= now() + TimeDelta::minutes(1) && letter >= until);
                }
                Fate::StopRelay { probe } => prop_assert!(probe > now()),
                Fate::Dead { .. } => {
                    prop_assert!(!matches!(outcome.class, Class::RelayDown | Class::Misconfigured));
                }
            }
        }

        #[test]
        fn waits_never_shrink_and_an_urgent_one_is_at_most_a_minute(pace in pace(), n in 0u32..10_000) {
            prop_assert!(backoff(pace, n) <= backoff(pace, n + 1));
            prop_assert!(backoff(Pace::Urgent, n) <= TimeDelta::minutes(1));
            prop_assert!(relay_pause(n) <= relay_pause(n + 1));
        }

        #[test]
        fn a_letter_ends_whatever_the_server_answers(
            pace in pace(), outcomes in prop::collection::vec(any_failure(), 400),
        ) {
            let mut tried = Tried::default();
            let mut doubts = 0;
            for outcome in outcomes {
                let blamed = !matches!(outcome.class, Class::RelayDown | Class::Misconfigured);
                doubts += u32::from(outcome.class == Class::InDoubt);
                prop_assert!(doubts <= 1 + RESENDS_IN_DOUBT);
                let fate = fate(tried, &outcome, pace, now());
                let next = tried.counting(outcome.class);
                prop_assert_eq!(next.attempts - tried.attempts, u32::from(blamed));
                tried = next;
                if matches!(fate, Fate::Dead { .. }) {
                    break;
                }
            }
            prop_assert!(tried.attempts <= most_attempts(pace));
        }
    }
}
