//! Knows the figures and their goals.

use clap::ValueEnum;
use serde::Serialize;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum Figure {
    /// A no-op JSON echo of the same server.
    Echo,
    /// Check-ins a second, each on disk before it is answered; with `echo`, their ratio.
    Durable,
    /// With `durable`: what saving many together gains over one transaction a request.
    OneByOne,
    /// Check-ins a second, and how long one takes, when each commit takes 5 ms more.
    SlowCommit,
    /// Urgent reports under load against those without.
    Urgent,
    /// A deadline passes over 620,000 units, and over 62,000 with as many missing.
    Pass,
    /// A round opens for 620,000 units.
    Open,
    /// The board of a county.
    Board,
    /// Letters a second.
    Letters,
    /// 40 letters through a relay that takes a second each.
    SlowRelay,
    /// Memory at idle.
    Idle,
    /// From the start to ready.
    Start,
}

/// What was found; the keys are those of the JSON answer.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Found {
    pub(super) database: &'static str,
    pub(super) echo_per_s: Option<f64>,
    pub(super) durable_per_s: Option<f64>,
    pub(super) ratio_echo: Option<f64>,
    pub(super) ratio_echo_cpu: Option<f64>,
    pub(super) ratio_one_by_one: Option<f64>,
    pub(super) slow_commit_per_s: Option<f64>,
    pub(super) slow_commit_p99_ms: Option<f64>,
    pub(super) urgent_ratio: Option<f64>,
    pub(super) pass_620k_ms: Option<f64>,
    pub(super) pass_ratio: Option<f64>,
    pub(super) open_ratio: Option<f64>,
    pub(super) board_cpu_ms: Option<f64>,
    pub(super) board_queries: Option<f64>,
    pub(super) letters_per_s: Option<f64>,
    pub(super) slow_relay_s: Option<f64>,
    pub(super) idle_mb: Option<f64>,
    pub(super) start_ms: Option<f64>,
    /// The urgent letter in between the 40 of the slow relay; told in the text alone.
    #[serde(skip)]
    pub(super) slow_relay_urgent_s: Option<f64>,
}

/// What a figure should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Goal {
    /// It is only told.
    None,
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    /// Gives by how much of the goal it is missed; nothing when it is met or there is none.
    pub(super) fn missed_by(self, found: f64) -> Option<f64> {
        let missed = match self {
            Self::None => return None,
            Self::AtLeast(goal) => (goal - found) / goal,
            Self::AtMost(goal) => (found - goal) / goal,
        };
        (missed > 0.0).then_some(missed)
    }
}

/// One line of the table: key, goal, what was found.
pub(super) type Line = (&'static str, Goal, Option<f64>);

impl Found {
    /// Begins with nothing.
    pub(super) fn on(database: &'static str) -> Self {
        Self {
            database,
            ..Self::default()
        }
    }

    /// Gives the lines of the table.
    pub(super) fn lines(&self) -> Vec<Line> {
        use Goal::{AtLeast, AtMost};
        let echo = if self.database == "sqlite" { 0.25 } else { 0.30 };
        vec![
            ("echo_per_s", Goal::None, self.echo_per_s),
            ("durable_per_s", Goal::None, self.durable_per_s),
            ("ratio_echo", AtLeast(echo), self.ratio_echo),
            ("ratio_echo_cpu", AtLeast(echo), self.ratio_echo_cpu),
            ("ratio_one_by_one", AtLeast(5.0), self.ratio_one_by_one),
            ("slow_commit_per_s", AtLeast(10_000.0), self.slow_commit_per_s),
            ("slow_commit_p99_ms", AtMost(100.0), self.slow_commit_p99_ms),
            ("urgent_ratio", AtMost(3.0), self.urgent_ratio),
            ("pass_620k_ms", AtMost(1000.0), self.pass_620k_ms),
            ("pass_ratio", AtMost(1.3), self.pass_ratio),
            ("open_ratio", AtMost(2.0), self.open_ratio),
            ("board_cpu_ms", AtMost(2.0), self.board_cpu_ms),
            ("board_queries", AtMost(6.0), self.board_queries),
            ("letters_per_s", AtLeast(3000.0), self.letters_per_s),
            ("slow_relay_s", AtMost(45.0), self.slow_relay_s),
            ("slow_relay_urgent_s", AtMost(3.0), self.slow_relay_urgent_s),
            ("idle_mb", AtMost(40.0), self.idle_mb),
            ("start_ms", AtMost(300.0), self.start_ms),
        ]
    }
}

/// Gives the middle of some numbers; of an even count, the mean of the two in the middle.
pub(super) fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.retain(|n| n.is_finite());
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    let upper = *numbers.get(middle)?;
    Some(match numbers.len() % 2 {
        0 => f64::midpoint(*numbers.get(middle - 1)?, upper),
        _ => upper,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_an_odd_and_of_an_even_count() {
        assert_eq!(median(vec![9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![4.0, 1.0, 2.0, 9.0]), Some(3.0));
        assert_eq!(median(vec![f64::NAN]), None);
    }

    #[test]
    fn a_goal_is_missed_by_a_part_of_itself() {
        assert_eq!(Goal::AtLeast(4.0).missed_by(3.0), Some(0.25));
        assert_eq!(Goal::AtMost(4.0).missed_by(5.0), Some(0.25));
        assert_eq!(Goal::AtMost(4.0).missed_by(4.0), None);
        assert_eq!(Goal::None.missed_by(0.0), None);
    }

    #[test]
    fn what_was_not_measured_is_null_and_every_key_is_there() {
        let json = serde_json::to_value(Found::on("sqlite")).unwrap();
        let keys = json.as_object().unwrap();
        assert_eq!(keys.len(), 18);
        assert!(keys["start_ms"].is_null() && keys["database"] == "sqlite");
    }
}
