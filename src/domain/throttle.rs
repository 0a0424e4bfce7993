//! Knows how long a door that tests a secret stays shut after failures.

use chrono::TimeDelta;

use super::time::Timestamp;

/// Failures that were counted, and until when no further try is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    pub failures: u32,
    pub until: Timestamp,
}

/// How patient a door is with one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Failures without a delay.
    pub free: u32,
    /// The delay never grows beyond this, so that a stranger's tries lock nobody out for long.
    pub longest: TimeDelta,
    /// After so long without a failure all is forgotten.
    pub memory: TimeDelta,
}

impl Patience {
    /// With one account: strict.
    pub const ACCOUNT: Self = Self {
        free: 4,
        longest: TimeDelta::minutes(5),
        memory: TimeDelta::days(1),
    };
    /// With one network address, behind which a whole county may sit: generous.
    pub const ADDRESS: Self = Self {
        free: 60,
        longest: TimeDelta::seconds(64),
        memory: TimeDelta::hours(1),
    };

    /// Counts a try at `now` as a failure until it is known to be right, so that many at once gain nothing.
    ///
    /// Gives how long to wait when the door is shut; such a try is not counted.
    pub fn count(self, known: Option<Record>, now: Timestamp) -> Result<Record, TimeDelta> {
        let failures = match known {
            Some(record) if now < record.until => return Err(record.until - now),
            Some(record) if now - record.until < self.memory => record.failures.saturating_add(1),
            _ => 1,
        };
        Ok(Record {
            failures,
            until: now + self.delay(failures),
        })
    }

    /// Gives the delay after so many failures: none, then 2 s, doubled each time.
    fn delay(self, failures: u32) -> TimeDelta {
        match failures.saturating_sub(self.free) {
            0 => TimeDelta::zero(),
            over => TimeDelta::seconds(1 << over.min(20)).min(self.longest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_millis;

    fn at(seconds: i64) -> Timestamp {
        from_millis(1_790_000_000_000 + seconds * 1000).unwrap()
    }

    #[test]
    fn the_first_failures_cost_nothing_and_then_the_delay_doubles_up_to_a_limit() {
        let (mut record, mut now, mut waits) = (None, at(0), Vec::new());
        for _ in 0..16 {
            let next = Patience::ACCOUNT.count(record, now).unwrap();
            waits.push((next.until - now).num_seconds());
            (record, now) = (Some(next), next.until);
        }
        assert_eq!(
            waits,
            [0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]
        );
    }

    #[test]
    fn a_try_during_the_delay_is_told_how_long_to_wait_and_is_not_counted() {
        let shut = Record {
            failures: 9,
            until: at(30),
        };
        assert_eq!(
            Patience::ACCOUNT.count(Some(shut), at(10)),
            Err(TimeDelta::seconds(20))
        );
        assert_eq!(Patience::ACCOUNT.count(Some(shut), at(30)).unwrap().failures, 10);
    }

    #[test]
    fn a_quiet_day_is_forgiven() {
        let old = Record {
            failures: 50,
            until: at(0),
        };
        assert_eq!(
            Patience::ACCOUNT.count(Some(old), at(86_400)).unwrap().failures,
            1
        );
    }
}
