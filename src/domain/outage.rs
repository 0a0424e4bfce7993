//! Knows the spans in which the service itself could not receive.

use super::time::Timestamp;
use super::window::Window;

/// A span of the service's own silence, half-open; without an end it still lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Outage {
    pub from: Timestamp,
    pub until: Option<Timestamp>,
}

impl Outage {
    /// Tells whether the whole window, from opening to closing, fell into outages: nobody could have reported.
    ///
    /// Outages that touch or overlap count as one; they may come in any order.
    pub fn covers(outages: &[Self], window: &Window) -> bool {
        let mut sorted: Vec<&Self> = outages.iter().collect();
        sorted.sort_by_key(|outage| outage.from);
        let mut covered = window.opens();
        for outage in sorted {
            if outage.from > covered {
                return false;
            }
            match outage.until {
                None => return true,
                Some(until) => covered = covered.max(until),
            }
            if covered >= window.closes() {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::obligation::sample;
    use crate::domain::time::from_millis;

    fn outage(from: i64, until: i64) -> Outage {
        Outage {
            from: from_millis(from).unwrap(),
            until: from_millis(until),
        }
    }

    fn covers(outages: &[Outage]) -> bool {
        Outage::covers(outages, &sample(100, 200, 50, 300).window)
    }

    #[test]
    fn only_the_whole_window_counts() {
        assert!(covers(&[outage(100, 300)]) && covers(&[outage(0, 1000)]));
        assert!(!covers(&[outage(101, 300)]) && !covers(&[outage(100, 299)]) && !covers(&[]));
    }

    #[test]
    fn outages_that_touch_are_one_and_a_gap_of_a_millisecond_is_a_chance_to_report() {
        assert!(covers(&[outage(200, 310), outage(50, 200)]));
        assert!(!covers(&[outage(201, 310), outage(50, 200)]));
    }

    #[test]
    fn an_outage_that_still_lasts_covers_all_that_opened_in_it() {
        let open_ended = |from| Outage {
            from: from_millis(from).unwrap(),
            until: None,
        };
        assert!(covers(&[open_ended(100)]) && !covers(&[open_ended(101)]));
    }
}
