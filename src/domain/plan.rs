//! Knows what a plan (应急预案) says when it matters: a short text and a checklist, for a class and a severity.
//!
//! It is typed as people write a note: lines of text, and a line for each step that begins with `-`. A step that has to
//! be done in time says so in front: `- [30m] …`, `- [2h] …`, `- [15d] …`, counted from the first report.

use std::fmt;

use chrono::TimeDelta;
use serde::Deserialize;

use super::incident::Severity;
use super::text::clean_lines;

/// The most characters of a plan.
pub const LONG: usize = 2000;
/// The most steps of a checklist.
pub const STEPS: usize = 20;
/// The most characters of a step.
pub const STEP: usize = 200;
/// The longest time that a step may have.
const LATEST: i64 = 366;

/// One step of a checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Until when it must be done, from the first report; none: there is no limit.
    pub within: Option<TimeDelta>,
    /// What to do.
    pub words: String,
}

/// What a plan says in one language.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// The short text, a paragraph a line.
    pub text: String,
    /// The checklist.
    pub steps: Vec<Step>,
}

/// Why a text is no plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// It is too long.
    #[error("a plan has {LONG} characters at most")]
    Long,
    /// It has too many steps.
    #[error("a checklist has {STEPS} steps at most")]
    Steps,
    /// A step is too long; which, counted from 1.
    #[error("step {0} has more than {STEP} characters")]
    Step(usize),
    /// The time of a step cannot be read; which, counted from 1.
    #[error("the time of step {0} is not written like [30m], [2h] or [15d]")]
    Within(usize),
    /// The two languages have not the same steps.
    #[error("both languages have the same steps, each with the same time")]
    Differ,
}

impl Plan {
    /// Reads a plan as it is typed. An empty text says nothing: then there is no plan.
    pub fn parse(typed: &str) -> Result<Self, PlanError> {
        let clean = clean_lines(typed);
        if clean.chars().count() > LONG {
            return Err(PlanError::Long);
        }
        let (mut text, mut steps) = (Vec::new(), Vec::new());
        for line in clean.lines().map(str::trim) {
            match line.strip_prefix(['-', '－', '*', '•', '·']) {
                Some(step) => steps.push(read_step(step.trim(), steps.len() + 1)?),
                None => text.push(line),
            }
        }
        if steps.len() > STEPS {
            return Err(PlanError::Steps);
        }
        let text = text.join("\n").trim().to_owned();
        Ok(Self { text, steps })
    }

    /// Tells whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.steps.is_empty()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        for (place, step) in self.steps.iter().enumerate() {
            let before = if place == 0 && self.text.is_empty() {
                ""
            } else {
                "\n"
            };
            match step.within {
                Some(within) => write!(f, "{before}- [{}] {}", time(within), step.words)?,
                None => write!(f, "{before}- {}", step.words)?,
            }
        }
        Ok(())
    }
}

/// Writes what [`read_time()`] reads.
fn time(within: TimeDelta) -> String {
    let minutes = within.num_minutes();
    match (minutes % 1440, minutes % 60) {
        (0, _) => format!("{}d", minutes / 1440),
        (_, 0) => format!("{}h", minutes / 60),
        _ => format!("{minutes}m"),
    }
}

fn read_step(line: &str, number: usize) -> Result<Step, PlanError> {
    let (within, words) = match line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((time, words)) => (
            Some(read_time(time.trim()).ok_or(PlanError::Within(number))?),
            words.trim(),
        ),
        None => (None, line),
    };
    if words.chars().count() > STEP || words.is_empty() {
        return Err(PlanError::Step(number));
    }
    Ok(Step {
        within,
        words: words.to_owned(),
    })
}

/// Reads `30m`, `2h`, `15d`.
fn read_time(text: &str) -> Option<TimeDelta> {
    let number = |unit: char| text.strip_suffix(unit)?.parse::<i64>().ok();
    let days = |n: i64| (1..=LATEST).contains(&n).then(|| TimeDelta::days(n));
    match (number('m'), number('h'), number('d')) {
        (Some(n), ..) if (1..=LATEST * 1440).contains(&n) => Some(TimeDelta::minutes(n)),
        (_, Some(n), _) if (1..=LATEST * 24).contains(&n) => Some(TimeDelta::hours(n)),
        (.., Some(n)) => days(n),
        _ => None,
    }
}

/// Reads a plan in both languages; the English may be left out, else both have the same steps.
pub fn both(zh: &str, en: &str) -> Result<(Plan, Plan), PlanError> {
    let (zh, en) = (Plan::parse(zh)?, Plan::parse(en)?);
    let times = |plan: &Plan| plan.steps.iter().map(|step| step.within).collect::<Vec<_>>();
    if !en.is_empty() && times(&zh) != times(&en) {
        return Err(PlanError::Differ);
    }
    Ok((zh, en))
}

/// For which incidents a plan is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct For {
    /// The class; none: every class.
    pub class: Option<String>,
    /// The code of the severity; none: every severity.
    pub severity: Option<&'static str>,
}

impl For {
    /// Reads both codes; an empty one is *every*.
    pub fn parse(class: &str, severity: &str) -> Option<Self> {
        let severity = match severity {
            "" => None,
            code => Some(Severity::parse(code)?.code()),
        };
        let class = Some(class.to_owned()).filter(|class| !class.is_empty());
        Some(Self { class, severity })
    }

    /// Gives how closely it fits an incident; the closest plan is the one that counts. None: it does not fit.
    pub fn fits(&self, class: &str, severity: Severity) -> Option<u8> {
        let same_class = self.class.as_deref().is_none_or(|own| own == class);
        let same_severity = self.severity.is_none_or(|own| own == severity.code());
        (same_class && same_severity)
            .then(|| 2 * u8::from(self.class.is_some()) + u8::from(self.severity.is_some()))
    }
}

/// A plan that comes with the program.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shipped {
    /// For which class.
    pub class: String,
    /// For which severity.
    #[serde(default)]
    pub severity: String,
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_as_people_write_a_note() {
        let plan = Plan::parse("先人后物。\n\n- [30m] 转移低洼处住户\n－封路\n• [15d] 答复\n").unwrap();
        assert_eq!(plan.text, "先人后物。");
        let steps: Vec<_> = plan.steps.iter().map(|s| (s.within, s.words.as_str())).collect();
        assert_eq!(
            steps,
            [
                (Some(TimeDelta::minutes(30)), "转移低洼处住户"),
                (None, "封路"),
                (Some(TimeDelta::days(15)), "答复")
            ]
        );
        assert!(Plan::parse(" \n ").unwrap().is_empty());
        assert_eq!(
            plan.to_string(),
            "先人后物。\n- [30m] 转移低洼处住户\n- 封路\n- [15d] 答复"
        );
        for typed in [
            plan.to_string(),
            "- [90m] a".into(),
            "- [24h] a".into(),
            "words".into(),
        ] {
            let read = Plan::parse(&typed).unwrap();
            assert_eq!(Plan::parse(&read.to_string()), Ok(read));
        }
    }

    #[test]
    fn what_cannot_be_read_says_where() {
        assert_eq!(Plan::parse("- a\n- [soon] b"), Err(PlanError::Within(2)));
        for time in ["0m", "-5m", "367d", "99999999999999999999h", "", "m", "2 h"] {
            assert_eq!(
                Plan::parse(&format!("- [{time}] b")),
                Err(PlanError::Within(1)),
                "{time}"
            );
        }
        assert_eq!(Plan::parse("-"), Err(PlanError::Step(1)));
        assert_eq!(
            Plan::parse(&format!("- {}", "长".repeat(STEP + 1))),
            Err(PlanError::Step(1))
        );
        assert_eq!(Plan::parse(&"- a\n".repeat(STEPS + 1)), Err(PlanError::Steps));
        assert_eq!(Plan::parse(&"长".repeat(LONG + 1)), Err(PlanError::Long));
        assert_eq!(both("- [1h] 甲", "- [2h] one"), Err(PlanError::Differ));
        assert_eq!(both("- 甲", "- one\n- two"), Err(PlanError::Differ));
        assert!(both("- 甲", "").is_ok());
    }

    #[test]
    fn the_closest_plan_counts() {
        let fits = |class, severity| For::parse(class, severity).unwrap().fits("flood", Severity::II);
        assert_eq!(
            [
                fits("flood", "ii"),
                fits("flood", ""),
                fits("", "ii"),
                fits("", "")
            ],
            [Some(3), Some(2), Some(1), Some(0)]
        );
        assert_eq!(
            (fits("fire", ""), fits("flood", "iv"), fits("fire", "ii")),
            (None, None, None)
        );
        assert_eq!(For::parse("flood", "x"), None);
    }
}
