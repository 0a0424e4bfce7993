//! What was typed for the steps of a ladder, and how it is read.

use chrono::TimeDelta;

use super::typed::Wrong;
use crate::domain::ladder::{Audience, Ladder, LadderError, Step};
use crate::i18n::Lang;
use crate::web::admin::typed;
use crate::web::form::Fields;

/// What was typed for one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypedStep {
    /// Minutes; seconds are written `30s`.
    pub(super) minutes: String,
    pub(super) is_before: bool,
    /// The text form of the audience; `user` for a named address.
    pub(super) whom: String,
    pub(super) address: String,
}

impl Default for TypedStep {
    fn default() -> Self {
        Self {
            minutes: String::new(),
            is_before: false,
            whom: Audience::Head.to_string(),
            address: String::new(),
        }
    }
}

impl TypedStep {
    /// Gives whom a step may tell, as a form offers it.
    pub(super) fn choices(l: Lang) -> Vec<(String, String)> {
        let known = [
            Audience::Reporters,
            Audience::Backup,
            Audience::Head,
            Audience::Ancestor { levels: 1 },
            Audience::Ancestor { levels: 2 },
            Audience::OnDuty,
        ];
        let choice = |audience: &Audience| (audience.to_string(), l.audience(audience));
        let named = ("user".to_owned(), l.period_named().to_owned());
        known.iter().map(choice).chain([named]).collect()
    }

    /// Gives the steps of a ladder as they would have been typed.
    pub(super) fn of(ladder: &Ladder) -> Vec<Self> {
        let step = |step: &Step| {
            let span = step.offset.abs();
            let (whom, address) = match &step.audience {
                Audience::User(address) => ("user".to_owned(), address.as_str().to_owned()),
                other => (other.to_string(), String::new()),
            };
            Self {
                minutes: match span.num_seconds() % 60 {
                    0 => span.num_minutes().to_string(),
                    _ => format!("{}s", span.num_seconds()),
                },
                is_before: step.is_reminder(),
                whom,
                address,
            }
        };
        ladder.steps().iter().map(step).collect()
    }

    /// Takes what was typed; lines without minutes do not count.
    pub(super) fn read(fields: &Fields) -> Vec<Self> {
        let step = |n: usize| {
            let text = |field: &str| typed(fields.get(&format!("s{n}_{field}")));
            Self {
                minutes: text("minutes"),
                is_before: text("when") == "before",
                whom: text("whom"),
                address: text("address"),
            }
        };
        let steps = (0..=Ladder::MOST).map(step);
        steps.filter(|step| !step.minutes.is_empty()).collect()
    }

    /// Gives the ladder of some steps, or what is wrong with one.
    pub(super) fn ladder(steps: &[Self], l: Lang) -> Result<Ladder, Wrong> {
        let at =
            |step: usize, error: &LadderError| Wrong::new(format!("s{step}_minutes"), l.ladder_error(error));
        let mut read = Vec::new();
        for (n, step) in steps.iter().enumerate() {
            match step.step() {
                Some(step) => read.push(step),
                None => return Err(Wrong::new(format!("s{n}_minutes"), l.ladder_step())),
            }
        }
        Ladder::new(read).map_err(|error| match error {
            LadderError::NotAscending(step) | LadderError::TooFar(step) => at(step.saturating_sub(1), &error),
            _ => at(0, &error),
        })
    }

    fn step(&self) -> Option<Step> {
        let span = match self.minutes.strip_suffix('s') {
            Some(seconds) => TimeDelta::seconds(seconds.parse::<u32>().ok()?.into()),
            None => TimeDelta::minutes(self.minutes.parse::<u32>().ok()?.into()),
        };
        let whom = match self.whom.as_str() {
            "user" => format!("user:{}", self.address),
            whom => whom.to_owned(),
        };
        Some(Step {
            offset: if self.is_before { -span } else { span },
            audience: whom.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ladder::default_ladder;

    #[test]
    fn a_ladder_is_read_back_from_its_own_lines() {
        let more: Ladder = "-45s reporters, 0 backup, +50m ancestor:2, +2h user:post@county.example"
            .parse()
            .unwrap();
        for ladder in [default_ladder(), more] {
            assert_eq!(TypedStep::ladder(&TypedStep::of(&ladder), Lang::En), Ok(ladder));
        }
    }

    #[test]
    fn the_step_that_is_wrong_is_named() {
        let field = |change: fn(&mut Vec<TypedStep>)| {
            let mut steps = TypedStep::of(&default_ladder());
            change(&mut steps);
            TypedStep::ladder(&steps, Lang::En).unwrap_err().field
        };
        assert_eq!(field(|steps| steps[2].minutes = "soon".into()), "s2_minutes");
        assert_eq!(field(|steps| steps[3].minutes = "5".into()), "s3_minutes");
        assert_eq!(field(|steps| steps[4].whom = "user".into()), "s4_minutes");
        assert_eq!(field(Vec::clear), "s0_minutes");
    }
}
