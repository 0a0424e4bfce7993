//! Knows the two clocks of an incident: learned → first report, and first report → first acknowledgement.

use chrono::TimeDelta;

use super::Severity;
use crate::domain::time::Timestamp;

/// How long a clock may run, by severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits([TimeDelta; Severity::ALL.len()]);

impl Limits {
    /// Takes the limit of each severity; one that is not named has the first of `rest`.
    pub fn new(named: &[(Severity, TimeDelta)], rest: TimeDelta) -> Self {
        let of = |severity| {
            let named = named.iter().find(|(one, _)| *one == severity);
            named.map_or(rest, |(_, limit)| *limit)
        };
        Self(Severity::ALL.map(of))
    }

    /// Gives the limit of a severity.
    pub fn of(&self, severity: Severity) -> TimeDelta {
        let place = Severity::ALL.iter().position(|one| *one == severity);
        place
            .and_then(|place| self.0.get(place))
            .copied()
            .unwrap_or_default()
    }
}

/// One clock: how long it ran or has been running, and how long it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// How long.
    pub taken: TimeDelta,
    /// How long it may.
    pub limit: TimeDelta,
    /// Whether it still runs.
    pub runs: bool,
}

impl Clock {
    /// Starts a clock that has been stopped, or has not.
    pub fn new(began: Timestamp, stopped: Option<Timestamp>, limit: TimeDelta, now: Timestamp) -> Self {
        Self {
            taken: (stopped.unwrap_or(now) - began).max(TimeDelta::zero()),
            limit,
            runs: stopped.is_none(),
        }
    }

    /// Tells whether it took longer than it may; exactly the limit is in time.
    pub fn is_late(&self) -> bool {
        self.taken > self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_millis;

    #[test]
    fn a_clock_is_late_one_millisecond_after_its_limit() {
        let at = |ms| from_millis(ms).unwrap();
        let limit = TimeDelta::milliseconds(100);
        for (stopped, late) in [(199, false), (200, false), (201, true)] {
            assert_eq!(
                Clock::new(at(100), Some(at(stopped)), limit, at(9_000)).is_late(),
                late,
                "{stopped}"
            );
            assert_eq!(
                Clock::new(at(100), None, limit, at(stopped)).is_late(),
                late,
                "{stopped}"
            );
        }
        // A report that came before its unit says that it learned of it took no time.
        assert_eq!(
            Clock::new(at(100), Some(at(90)), limit, at(90)).taken,
            TimeDelta::zero()
        );
    }

    #[test]
    fn a_severity_that_is_not_named_has_the_limit_of_the_rest() {
        let limits = Limits::new(&[(Severity::III, TimeDelta::minutes(30))], TimeDelta::minutes(60));
        assert_eq!(limits.of(Severity::III), TimeDelta::minutes(30));
        assert_eq!(limits.of(Severity::NotGraded), TimeDelta::minutes(60));
    }
}
