//! Knows how two shifts change hands (调班).

use super::{Duty, Shift};
use crate::domain::address::Address;
use crate::domain::time::BusinessDate;

/// Two shifts of one duty that are to change hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swap {
    pub duty: Duty,
    pub day: BusinessDate,
    pub address: Address,
    pub other_day: BusinessDate,
    pub other_address: Address,
}

/// Why two shifts cannot change hands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SwapError {
    #[error("nobody has that shift any more")]
    Gone,
    #[error("the shift has begun")]
    Begun,
    #[error("both would be on duty twice on one day")]
    Twice,
    #[error("it is the same shift")]
    Same,
}

impl Swap {
    /// Gives the shifts of both days after the change; `today` is the running duty day, whose shift has begun.
    pub fn over(&self, shifts: &[Shift], today: BusinessDate) -> Result<Vec<Shift>, SwapError> {
        if self.address == self.other_address || self.day == self.other_day {
            return Err(SwapError::Same);
        }
        if self.day <= today || self.other_day <= today {
            return Err(SwapError::Begun);
        }
        let find = |day: BusinessDate, address: &Address| {
            let is = |one: &&Shift| one.day == day && one.duty == self.duty && one.post.address == *address;
            shifts.iter().find(is)
        };
        let one = find(self.day, &self.address).ok_or(SwapError::Gone)?;
        let other = find(self.other_day, &self.other_address).ok_or(SwapError::Gone)?;
        let is_there_already = find(self.day, &self.other_address).is_some();
        if is_there_already || find(self.other_day, &self.address).is_some() {
            return Err(SwapError::Twice);
        }
        let both = shifts
            .iter()
            .filter(|shift| [self.day, self.other_day].contains(&shift.day));
        let changed = both.map(|shift| match shift {
            shift if shift == one => Shift {
                post: other.post.clone(),
                ..shift.clone()
            },
            shift if shift == other => Shift {
                post: one.post.clone(),
                ..shift.clone()
            },
            shift => shift.clone(),
        });
        Ok(changed.collect())
    }
}
