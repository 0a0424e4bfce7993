//! Knows the ladder: how long before or after the due time whom to tell of a unit that has not reported.
//!
//! When its steps fire is in [`progress`](super::progress), who then gets which letter in
//! [`letter`](super::letter).

use std::fmt;
use std::str::FromStr;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::address::Address;

/// Whom a step tells, seen from the unit that has not reported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Those who report for the unit.
    Reporters,
    /// Those who step in for them.
    Backup,
    /// The head of the unit.
    Head,
    /// The duty contacts of the unit that many levels up; 1 is the parent.
    Ancestor { levels: u8 },
    /// The leader on duty for the whole deployment.
    OnDuty,
    /// One address, named in the ladder.
    User(Address),
}

/// One rung: when, counted from the due time, and whom to tell.
///
/// Its text form is the offset and the audience: `-30m reporters`, `0 backup`, `+20m head`, `+40m parent`,
/// `+50m ancestor:2`, `+60m on_duty`, `+2h user:post@county.example`. Units are `ms`, `s`, `m` and `h`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Step {
    /// Counted from the effective due time; before it (negative) the step is a reminder.
    pub offset: TimeDelta,
    pub audience: Audience,
}

/// An ordered list of steps, at least one of them at or after the due time.
///
/// In JSON and in the configuration it is the list of its steps' text forms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Step>", into = "Vec<Step>")]
pub struct Ladder(Vec<Step>);

/// Why steps are not a ladder; steps are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LadderError {
    #[error("a ladder needs at least one step")]
    Empty,
    #[error("a ladder has at most {} steps", Ladder::MOST)]
    TooMany,
    #[error("step {0} does not come later than the step before it")]
    NotAscending(usize),
    #[error("step {0} is more than three days away from the due time")]
    TooFar(usize),
    #[error("a ladder needs a step at or after the due time, or nobody is told that a report is missing")]
    NothingAfterDue,
    #[error("a ladder is scaled by a number above zero")]
    Factor,
    #[error(transparent)]
    Step(#[from] StepError),
}

/// Says that a text is not a step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a step; write when and whom, such as `+20m head`")]
pub struct StepError(String);

impl Step {
    /// Tells whether the step comes before the due time, when nobody has missed anything yet.
    pub fn is_reminder(&self) -> bool {
        self.offset < TimeDelta::zero()
    }
}

impl Ladder {
    /// The most steps that a ladder may have.
    pub const MOST: usize = 16;
    const FARTHEST: TimeDelta = TimeDelta::days(3);

    /// Checks that the steps ascend, keep within three days of the due time and do not end before it.
    pub fn new(steps: Vec<Step>) -> Result<Self, LadderError> {
        if steps.is_empty() {
            return Err(LadderError::Empty);
        }
        if steps.len() > Self::MOST {
            return Err(LadderError::TooMany);
        }
        if let Some(far) = steps.iter().position(|s| s.offset.abs() > Self::FARTHEST) {
            return Err(LadderError::TooFar(far + 1));
        }
        if let Some(i) = steps.windows(2).position(|w| w[0].offset >= w[1].offset) {
            return Err(LadderError::NotAscending(i + 2));
        }
        if steps.iter().all(Step::is_reminder) {
            return Err(LadderError::NothingAfterDue);
        }
        Ok(Self(steps))
    }

    /// Gives the steps, earliest first.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Gives a step by its place, counted from 0.
    pub fn step(&self, place: usize) -> Option<&Step> {
        self.0.get(place)
    }

    /// Gives the place of the first step that tells of a missing report, not of one that is about to be due.
    pub fn first_overdue(&self) -> usize {
        self.0.iter().take_while(|s| s.is_reminder()).count()
    }

    /// Gives the ladder with all its times multiplied, for demonstrations and drills.
    pub fn scaled(&self, by: f64) -> Result<Self, LadderError> {
        let scale = |step: &Step| {
            let offset = scaled(step.offset, by).ok_or(LadderError::Factor)?;
            Ok(Step {
                offset,
                audience: step.audience.clone(),
            })
        };
        Self::new(self.0.iter().map(scale).collect::<Result<_, LadderError>>()?)
    }
}

/// Gives the ladder of rule 9: reporters, backup, head, parent unit, leader on duty.
pub fn default_ladder() -> Ladder {
    let step = |minutes, audience| Step {
        offset: TimeDelta::minutes(minutes),
        audience,
    };
    Ladder(vec![
        step(-30, Audience::Reporters),
        step(0, Audience::Backup),
        step(20, Audience::Head),
        step(40, Audience::Ancestor { levels: 1 }),
        step(60, Audience::OnDuty),
    ])
}

/// Multiplies a span to the nearest millisecond; `None` when the factor is not a number above zero.
pub fn scaled(span: TimeDelta, by: f64) -> Option<TimeDelta> {
    if !(by.is_finite() && by > 0.0) {
        return None;
    }
    // The cast saturates; a span that no longer fits is refused by the line below or by the ladder's limits.
    TimeDelta::try_milliseconds((span.num_milliseconds() as f64 * by).round() as i64)
}

impl TryFrom<Vec<Step>> for Ladder {
    type Error = LadderError;
    fn try_from(steps: Vec<Step>) -> Result<Self, LadderError> {
        Self::new(steps)
    }
}

impl From<Ladder> for Vec<Step> {
    fn from(ladder: Ladder) -> Self {
        ladder.0
    }
}

/// Reads steps that stand on lines of their own or between commas.
impl FromStr for Ladder {
    type Err = LadderError;
    fn from_str(text: &str) -> Result<Self, LadderError> {
        let steps = text.split([',', '\n']).map(str::trim).filter(|s| !s.is_empty());
        Self::new(steps.map(str::parse).collect::<Result<_, StepError>>()?)
    }
}

impl fmt::Display for Ladder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps: Vec<String> = self.0.iter().map(Step::to_string).collect();
        f.write_str(&steps.join(", "))
    }
}

impl FromStr for Step {
    type Err = StepError;
    fn from_str(text: &str) -> Result<Self, StepError> {
        let error = || StepError(text.chars().take(80).collect());
        let (offset, audience) = text.trim().split_once(char::is_whitespace).ok_or_else(error)?;
        Ok(Self {
            offset: parse_offset(offset).ok_or_else(error)?,
            audience: audience.trim_start().parse().map_err(|_| error())?,
        })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset.num_milliseconds() {
            0 => write!(f, "0 "),
            ms if ms % 60_000 == 0 => write!(f, "{:+}m ", ms / 60_000),
            ms if ms % 1_000 == 0 => write!(f, "{:+}s ", ms / 1_000),
            ms => write!(f, "{ms:+}ms "),
        }?;
        self.audience.fmt(f)
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reporters => f.write_str("reporters"),
            Self::Backup => f.write_str("backup"),
            Self::Head => f.write_str("head"),
            Self::Ancestor { levels: 1 } => f.write_str("parent"),
            Self::Ancestor { levels } => write!(f, "ancestor:{levels}"),
            Self::OnDuty => f.write_str("on_duty"),
            Self::User(address) => write!(f, "user:{}", address.as_str()),
        }
    }
}

fn parse_offset(text: &str) -> Option<TimeDelta> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = rest.split_at_checked(digits)?;
    let number: i64 = number.parse().ok()?;
    let factor = match unit {
        "" if number == 0 => 1,
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    TimeDelta::try_milliseconds(number.checked_mul(factor)?.checked_mul(sign)?)
}

impl FromStr for Audience {
    type Err = StepError;
    fn from_str(text: &str) -> Result<Self, StepError> {
        let audience = match text.split_once(':') {
            None => match text {
                "reporters" => Some(Self::Reporters),
                "backup" => Some(Self::Backup),
                "head" => Some(Self::Head),
                "parent" => Some(Self::Ancestor { levels: 1 }),
                "on_duty" => Some(Self::OnDuty),
                _ => None,
            },
            Some(("ancestor", levels)) => match levels.parse() {
                Ok(levels) if levels > 0 => Some(Self::Ancestor { levels }),
                _ => None,
            },
            Some(("user", address)) => Address::parse(address).ok().map(Self::User),
            Some(_) => None,
        };
        audience.ok_or_else(|| StepError(text.chars().take(80).collect()))
    }
}

impl TryFrom<String> for Step {
    type Error = StepError;
    fn try_from(text: String) -> Result<Self, StepError> {
        text.parse()
    }
}

impl From<Step> for String {
    fn from(step: Step) -> Self {
        step.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_default_ladder_is_the_one_of_the_rules_and_passes_its_own_check() {
        let ladder = default_ladder();
        assert_eq!(
            ladder.to_string(),
            "-30m reporters, 0 backup, +20m head, +40m parent, +60m on_duty"
        );
        assert_eq!(Ladder::new(ladder.steps().to_vec()), Ok(ladder.clone()));
        assert_eq!(ladder.first_overdue(), 1);
    }

    #[test]
    fn a_ladder_is_kept_as_the_list_of_its_steps() {
        let json = serde_json::to_string(&default_ladder()).unwrap();
        assert_eq!(
            json,
            r#"["-30m reporters","0 backup","+20m head","+40m parent","+60m on_duty"]"#
        );
        assert_eq!(serde_json::from_str::<Ladder>(&json).unwrap(), default_ladder());
    }

    #[test]
    fn what_is_read_from_json_is_checked_like_anything_else() {
        for bad in ["[]", r#"["-1m head"]"#, r#"["0 head","0 backup"]"#, r#"["0"]"#] {
            assert!(serde_json::from_str::<Ladder>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_ladder_that_could_tell_nobody_is_refused() {
        let read = |s: &str| s.parse::<Ladder>();
        assert_eq!(read(""), Err(LadderError::Empty));
        assert_eq!(
            read("0 head, 20m backup, 20m parent"),
            Err(LadderError::NotAscending(3))
        );
        assert_eq!(read("+20m head, 0 backup"), Err(LadderError::NotAscending(2)));
        assert_eq!(
            read("-30m reporters, -1ms head"),
            Err(LadderError::NothingAfterDue)
        );
        assert_eq!(read("0 head, 73h parent"), Err(LadderError::TooFar(2)));
        assert_eq!(
            read(&(0..17).map(|i| format!("{i}m head,")).collect::<String>()),
            Err(LadderError::TooMany)
        );
    }

    #[test]
    fn a_slip_in_a_step_is_answered_with_an_example() {
        for bad in [
            "head",
            "20 head",
            "+20m",
            "+20m mayor",
            "+x head",
            "--1m head",
            "+1m ancestor:0",
            "1m user:a@b",
        ] {
            let error = bad.parse::<Step>().unwrap_err();
            assert!(error.to_string().contains("+20m head"), "{bad}");
        }
        assert!("9223372036854775807h head".parse::<Step>().is_err());
    }

    #[test]
    fn a_step_may_be_written_in_several_ways() {
        let read = |s: &str| s.parse::<Step>().unwrap().to_string();
        assert_eq!(read(" 20m   head "), "+20m head");
        assert_eq!(read("+2h ancestor:1"), "+120m parent");
        assert_eq!(read("-0m on_duty"), "0 on_duty");
        assert_eq!(
            read("1500ms user:Post@County.example"),
            "+1500ms user:post@county.example"
        );
    }

    #[test]
    fn a_scaled_ladder_keeps_its_proportions() {
        let fast = default_ladder().scaled(1.0 / 60.0).unwrap();
        assert_eq!(
            fast.to_string(),
            "-30s reporters, 0 backup, +20s head, +40s parent, +60s on_duty".replace("+60s", "+1m")
        );
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(default_ladder().scaled(bad), Err(LadderError::Factor));
        }
        assert!(default_ladder().scaled(1e-9).is_err(), "steps that fall together");
        assert!(default_ladder().scaled(1e12).is_err(), "steps that run away");
    }

    proptest! {
        #[test]
        fn a_step_reads_back_what_it_writes(ms in -259_200_000i64..=259_200_000, who in 0usize..6, levels in 1u8..) {
            let audience = [
                Audience::Reporters, Audience::Backup, Audience::Head, Audience::Ancestor { levels },
                Audience::OnDuty, Audience::User(Address::parse("post@county.example").unwrap()),
            ][who].clone();
            let step = Step { offset: TimeDelta::milliseconds(ms), audience };
            prop_assert_eq!(step.to_string().parse::<Step>().unwrap(), step);
        }

        #[test]
        fn no_text_makes_the_reader_fall_over(text in "\\PC{0,40}") {
            let _ = text.parse::<Ladder>();
        }
    }
}
