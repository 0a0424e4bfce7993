//! Knows when a report can be given and when it counts as on time: half-open spans on the server clock.

use chrono::TimeDelta;

use super::time::{Timestamp, to_millisecond};

/// The span of one round or obligation: `opens < due <= due + grace <= closes`, in whole milliseconds.
///
/// Every span is half-open: a report is possible from `opens` on, on time before `due + grace`, late from then
/// until before `closes`, and afterwards a supplement that needs the duty office.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    opens: Timestamp,
    due: Timestamp,
    closes: Timestamp,
    grace: TimeDelta,
}

/// Why four instants are not a window, or a window cannot be extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// There would be no time in which to report.
    #[error("it must open before it is due")]
    DueNotAfterOpening,
    /// Grace is time added, never taken away.
    #[error("the grace cannot be negative")]
    NegativeGrace,
    /// A report within the grace would be on time and too late at once.
    #[error("it must not close before the grace has passed")]
    ClosesWithinGrace,
    /// An extension gives more time, never less.
    #[error("the new due time must be later than the present one")]
    NotLater,
    /// An extension cannot be granted into the past.
    #[error("the new due time must be later than now")]
    Past,
    /// What has closed is missing or received, and is not reopened by moving its due time.
    #[error("it has already closed")]
    Closed,
}

/// Where an instant lies in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Before it opens.
    Before,
    /// A report is on time.
    OnTime,
    /// A report is late.
    Late,
    /// A report is a supplement.
    Closed,
}

impl Window {
    /// Makes a window of instants cut to the millisecond.
    pub fn new(
        opens: Timestamp,
        due: Timestamp,
        grace: TimeDelta,
        closes: Timestamp,
    ) -> Result<Self, WindowError> {
        let (opens, due, closes) = (to_millisecond(opens), to_millisecond(due), to_millisecond(closes));
        let grace = TimeDelta::milliseconds(grace.num_milliseconds());
        if due <= opens {
            return Err(WindowError::DueNotAfterOpening);
        }
        if grace < TimeDelta::zero() {
            return Err(WindowError::NegativeGrace);
        }
        match due.checked_add_signed(grace) {
            Some(end) if end <= closes => Ok(Self {
                opens,
                due,
                closes,
                grace,
            }),
            _ => Err(WindowError::ClosesWithinGrace),
        }
    }

    /// Gives the instant from which a report is possible.
    pub fn opens(&self) -> Timestamp {
        self.opens
    }

    /// Gives the instant that people are told, and from which the ladder counts.
    pub fn due(&self) -> Timestamp {
        self.due
    }

    /// Gives the first instant at which a report needs the duty office.
    pub fn closes(&self) -> Timestamp {
        self.closes
    }

    /// Gives the tolerance after the due time.
    pub fn grace(&self) -> TimeDelta {
        self.grace
    }

    /// Gives the first instant at which a report is late: due + grace.
    pub fn on_time_until(&self) -> Timestamp {
        self.due + self.grace
    }

    /// Tells where an instant lies.
    pub fn phase(&self, at: Timestamp) -> Phase {
        if at < self.opens {
            Phase::Before
        } else if at < self.on_time_until() {
            Phase::OnTime
        } else if at < self.closes {
            Phase::Late
        } else {
            Phase::Closed
        }
    }

    /// Gives the window with a later due time, for an extension decided at `now`.
    ///
    /// The opening and the grace stay; the closing moves only when the new grace would pass it. What has closed
    /// cannot be extended.
    pub fn extended(&self, new_due: Timestamp, now: Timestamp) -> Result<Self, WindowError> {
        let new_due = to_millisecond(new_due);
        if now >= self.closes {
            return Err(WindowError::Closed);
        }
        if new_due <= self.due {
            return Err(WindowError::NotLater);
        }
        if new_due <= now {
            return Err(WindowError::Past);
        }
        let end = new_due.checked_add_signed(self.grace);
        let closes = end.map_or(self.closes, |end| self.closes.max(end));
        Self::new(self.opens, new_due, self.grace, closes)
    }

    /// Makes a window of local times on a day whose clocks may have changed.
    ///
    /// `long` is the nominal span from opening to due, above zero; it is used where the change swallowed the real
    /// one. The closing is put off where the change left less than the grace.
    pub(super) fn of_local(
        opens: Timestamp,
        due: Timestamp,
        long: TimeDelta,
        grace: TimeDelta,
        closes: Timestamp,
    ) -> Self {
        let due = if opens < due { due } else { opens + long };
        let closes = closes.max(due + grace);
        Self {
            opens,
            due,
            closes,
            grace,
        }
    }

    /// Gives the same window opening later, for a round that has begun when its period starts.
    pub(super) fn opening_no_earlier_than(&self, at: Timestamp) -> Result<Self, WindowError> {
        Self::new(self.opens.max(at), self.due, self.grace, self.closes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_millis;
    use proptest::prelude::*;

    fn at(ms: i64) -> Timestamp {
        from_millis(ms).unwrap()
    }

    fn window(opens: i64, due: i64, grace: i64, closes: i64) -> Result<Window, WindowError> {
        Window::new(at(opens), at(due), TimeDelta::milliseconds(grace), at(closes))
    }

    #[test]
    fn the_order_of_its_instants_is_kept() {
        assert!(window(0, 1, 0, 1).is_ok());
        assert!(window(0, 100, 50, 150).is_ok());
        assert_eq!(window(100, 100, 0, 200), Err(WindowError::DueNotAfterOpening));
        assert_eq!(window(0, 100, -1, 200), Err(WindowError::NegativeGrace));
        assert_eq!(window(0, 100, 50, 149), Err(WindowError::ClosesWithinGrace));
        assert_eq!(window(0, 100, i64::MAX, 200), Err(WindowError::ClosesWithinGrace));
    }

    #[test]
    fn every_boundary_belongs_to_what_begins_there() {
        let w = window(100, 200, 50, 300).unwrap();
        let cases = [
            (99, Phase::Before),
            (100, Phase::OnTime),
            (101, Phase::OnTime),
            (199, Phase::OnTime),
            (200, Phase::OnTime),
            (201, Phase::OnTime),
            (249, Phase::OnTime),
            (250, Phase::Late),
            (251, Phase::Late),
            (299, Phase::Late),
            (300, Phase::Closed),
            (301, Phase::Closed),
        ];
        for (ms, phase) in cases {
            assert_eq!(w.phase(at(ms)), phase, "{ms}");
        }
    }

    #[test]
    fn a_window_without_grace_is_late_at_the_due_time_itself() {
        let w = window(100, 200, 0, 300).unwrap();
        assert_eq!((w.phase(at(199)), w.phase(at(200))), (Phase::OnTime, Phase::Late));
    }

    #[test]
    fn a_part_of_a_millisecond_does_not_count() {
        let ns = TimeDelta::nanoseconds(999_999);
        let w = Window::new(at(0) + ns, at(10) + ns, ns, at(10)).unwrap();
        assert_eq!(w, window(0, 10, 0, 10).unwrap());
    }

    #[test]
    fn an_extension_moves_the_due_time_and_the_closing_only_when_needed() {
        let w = window(0, 100, 20, 200).unwrap();
        assert_eq!(w.extended(at(150), at(90)), window(0, 150, 20, 200));
        assert_eq!(w.extended(at(190), at(110)), window(0, 190, 20, 210));
    }

    #[test]
    fn an_extension_is_later_than_the_due_time_and_than_now() {
        let w = window(0, 100, 20, 200).unwrap();
        assert_eq!(w.extended(at(100), at(50)), Err(WindowError::NotLater));
        assert!(w.extended(at(101), at(50)).is_ok());
        assert_eq!(w.extended(at(150), at(150)), Err(WindowError::Past));
        assert!(w.extended(at(151), at(150)).is_ok());
    }

    #[test]
    fn what_has_closed_is_not_extended() {
        let w = window(0, 100, 20, 200).unwrap();
        assert!(w.extended(at(300), at(199)).is_ok());
        assert_eq!(w.extended(at(300), at(200)), Err(WindowError::Closed));
    }

    proptest! {
        #[test]
        fn an_extended_window_is_a_window(
            opens in 0i64..1000, long in 1i64..1000, grace in 0i64..500, more in 0i64..500,
            new_due in 0i64..4000, now in 0i64..4000,
        ) {
            let due = opens + long;
            let w = window(opens, due, grace, due + grace + more).unwrap();
            match w.extended(at(new_due), at(now)) {
                Ok(x) => {
                    prop_assert!(x.opens() < x.due() && x.due() <= x.on_time_until());
                    prop_assert!(x.on_time_until() <= x.closes() && x.closes() >= w.closes());
                    prop_assert!(x.due() > w.due() && x.due() > at(now));
                }
                Err(_) => prop_assert!(new_due <= due || new_due <= now || at(now) >= w.closes()),
            }
        }

        #[test]
        fn phases_never_go_back(
            opens in 0i64..1000, long in 1i64..1000, grace in 0i64..500, more in 0i64..500,
            a in -10i64..4000, b in -10i64..4000,
        ) {
            let w = window(opens, opens + long, grace, opens + long + grace + more).unwrap();
            prop_assert!(w.phase(at(a.min(b))) <= w.phase(at(a.max(b))));
        }
    }
}
