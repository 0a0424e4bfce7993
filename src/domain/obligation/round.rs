//! Knows the dated instance of a rule.

use crate::domain::ids::{LadderId, PeriodId, RoundId, RuleId};
use crate::domain::period::Level;
use crate::domain::time::BusinessDate;
use crate::domain::window::Window;

/// A rule on one business date, with its instants. At most one exists for a rule and a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round<Id = RoundId> {
    pub id: Id,
    pub rule: RuleId,
    pub period: PeriodId,
    pub day: BusinessDate,
    pub label: String,
    pub level: Level,
    pub window: Window,
    pub ladder: LadderId,
    pub drill: bool,
    pub roll_up: bool,
}

/// A round that the database has not numbered yet.
pub type NewRound = Round<()>;

impl NewRound {
    /// Gives the round its number.
    pub fn numbered(self, id: RoundId) -> Round {
        Round {
            id,
            rule: self.rule,
            period: self.period,
            day: self.day,
            label: self.label,
            level: self.level,
            window: self.window,
            ladder: self.ladder,
            drill: self.drill,
            roll_up: self.roll_up,
        }
    }
}
