//! Knows a share of obligations and how it is printed.

use std::fmt;

/// A share, always shown as `n/N`; never above one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    n: u64,
    of: u64,
}

impl Rate {
    pub(super) fn new(n: u64, of: u64) -> Self {
        Self { n: n.min(of), of }
    }

    /// Gives how many did.
    pub fn n(self) -> u64 {
        self.n
    }

    /// Gives how many should have.
    pub fn of(self) -> u64 {
        self.of
    }

    /// Gives tenths of a percent, rounded down so that only all are 1000; `None` when nothing counts yet.
    pub fn per_mille(self) -> Option<u64> {
        let share = u128::from(self.n) * 1000;
        share
            .checked_div(u128::from(self.of))
            .and_then(|tenths| u64::try_from(tenths).ok())
    }

    /// Gives the percentage as it is printed, such as `99.8 %`; `None` when nothing counts yet.
    pub fn percent(self) -> Option<String> {
        self.per_mille()
            .map(|tenths| format!("{}.{} %", tenths / 10, tenths % 10))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.n, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_missing_unit_of_many_is_never_rounded_up_to_all() {
        let rate = Rate::new(619_999, 620_000);
        assert_eq!(rate.percent(), Some("99.9 %".into()));
        assert_eq!(Rate::new(5, 4).to_string(), "4/4");
    }
}
