//! Knows how many letters are taken in hand at a time: few from a slow relay, many from a fast one.

use std::time::Duration;

use crate::store::Lane;

/// How long the letters of one hand should take.
const AIM: Duration = Duration::from_millis(500);

/// Grows while hands are done quickly, and shrinks as soon as one takes long.
#[derive(Debug)]
pub(super) struct Pace {
    most: usize,
    size: usize,
}

impl Pace {
    pub(super) fn of(lane: Lane) -> Self {
        let most = match lane {
            // Few, so that a crash leaves few in doubt.
            Lane::Urgent => 16,
            // Not more, so that no transaction with their bytes holds SQLite's one writer for long.
            Lane::Routine => 128,
        };
        Self { most, size: 8 }
    }

    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Learns how long a hand took.
    pub(super) fn learn(&mut self, letters: usize, took: Duration) {
        let millis = took.as_millis().max(1);
        let fitting = (letters as u128).saturating_mul(AIM.as_millis()) / millis;
        let fitting = usize::try_from(fitting).unwrap_or(usize::MAX);
        self.size = fitting.clamp(1, self.size.saturating_mul(4).min(self.most));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_relay_gets_one_letter_at_a_time_and_a_fast_one_many() {
        let mut pace = Pace::of(Lane::Routine);
        pace.learn(8, Duration::from_secs(60));
        assert_eq!(pace.size(), 1);
        for expected in [4, 16, 64, 128, 128, 128] {
            pace.learn(pace.size(), Duration::from_millis(2));
            assert_eq!(pace.size(), expected);
        }
        pace.learn(0, Duration::ZERO);
        assert_eq!(pace.size(), 1);
    }
}
