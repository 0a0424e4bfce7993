//! What was typed for one round of a period, and how it is read.

use chrono::TimeDelta;

use super::typed::Wrong;
use crate::domain::calendar::DayKind;
use crate::domain::period::{Hours, HoursError, LocalTime, LocalTimeError, Period, PeriodError, RoundRule};
use crate::i18n::Lang;
use crate::service::period::NewRule;
use crate::web::admin::typed;
use crate::web::form::Fields;

/// One local time: the clock, and whether it falls on the next day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TypedTime {
    pub(super) clock: String,
    pub(super) is_next_day: bool,
}

/// What was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct TypedRound {
    pub(super) label: String,
    pub(super) opens: TypedTime,
    pub(super) due: TypedTime,
    pub(super) grace: String,
    pub(super) closes: TypedTime,
    pub(super) days: String,
    pub(super) roll_up: bool,
}

impl TypedTime {
    fn read(fields: &Fields, name: &str) -> Self {
        Self {
            clock: typed(fields.get(name)),
            is_next_day: fields.get(&format!("{name}_day")) == "1",
        }
    }

    fn of(time: LocalTime) -> Self {
        Self {
            clock: time.time().format("%H:%M").to_string(),
            is_next_day: time.is_next_day(),
        }
    }

    fn same_day(clock: &str) -> Self {
        Self {
            clock: clock.to_owned(),
            is_next_day: false,
        }
    }

    fn time(&self) -> Result<LocalTime, LocalTimeError> {
        let clock = self.clock.replace('：', ":");
        // People write 8:00.
        let zero = if clock.find(':') == Some(1) { "0" } else { "" };
        let day = if self.is_next_day { "+1 " } else { "" };
        format!("{day}{zero}{clock}").parse()
    }
}

impl TypedRound {
    /// Gives the round that a new form begins with.
    pub(super) fn usual(l: Lang) -> Self {
        Self {
            label: l.period_usual_label().to_owned(),
            opens: TypedTime::same_day("14:00"),
            due: TypedTime::same_day("16:00"),
            grace: "10".to_owned(),
            closes: TypedTime::same_day("20:00"),
            ..Self::default()
        }
    }

    /// Gives what a rule in force says.
    pub(super) fn of(rule: &RoundRule) -> Self {
        Self {
            label: rule.label.clone(),
            opens: TypedTime::of(rule.hours.opens()),
            due: TypedTime::of(rule.hours.due()),
            grace: rule.hours.grace().num_minutes().to_string(),
            closes: TypedTime::of(rule.hours.closes()),
            days: rule.days.code().to_owned(),
            roll_up: rule.roll_up,
        }
    }

    /// Takes what was typed into the fields of one place.
    pub(super) fn read(fields: &Fields, n: usize) -> Self {
        let name = |field: &str| format!("r{n}_{field}");
        let text = |field: &str| typed(fields.get(&name(field)));
        Self {
            label: text("label"),
            opens: TypedTime::read(fields, &name("opens")),
            due: TypedTime::read(fields, &name("due")),
            grace: text("grace"),
            closes: TypedTime::read(fields, &name("closes")),
            days: text("days"),
            roll_up: text("roll_up") == "1",
        }
    }

    /// Gives its times, each with the end of the name of its field and its word.
    pub(super) fn times(&self, l: Lang) -> [(&'static str, &'static str, TypedTime); 3] {
        [
            ("opens", l.period_opens(), self.opens.clone()),
            ("due", l.period_due(), self.due.clone()),
            ("closes", l.period_closes(), self.closes.clone()),
        ]
    }

    /// Tells whether nothing was typed.
    pub(super) fn is_blank(&self) -> bool {
        [
            &self.label,
            &self.opens.clock,
            &self.due.clock,
            &self.closes.clock,
        ]
        .iter()
        .all(|text| text.is_empty())
    }

    /// Gives the rule, or what is wrong with its fields.
    pub(super) fn rule(&self, n: usize, l: Lang) -> Result<NewRule, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let name = |field: &str| format!("r{n}_{field}");
        if self.label.is_empty() || self.label.chars().count() > Period::LONGEST_TEXT {
            wrong.push(Wrong::new(name("label"), l.period_error(PeriodError::Label)));
        }
        let mut time = |field: &str, typed: &TypedTime| match typed.time() {
            Ok(time) => Some(time),
            Err(_) => {
                wrong.push(Wrong::new(name(field), l.period_time_wrong()));
                None
            }
        };
        let times = (
            time("opens", &self.opens),
            time("due", &self.due),
            time("closes", &self.closes),
        );
        let grace = match self.grace.as_str() {
            "" => Some(0),
            text => text.parse::<u32>().ok().filter(|minutes| *minutes <= 24 * 60),
        };
        let Some(grace) = grace else {
            wrong.push(Wrong::new(name("grace"), l.period_grace_wrong()));
            return Err(wrong);
        };
        let (Some(opens), Some(due), Some(closes)) = times else {
            return Err(wrong);
        };
        let hours = match Hours::new(opens, due, TimeDelta::minutes(grace.into()), closes) {
            Ok(hours) if wrong.is_empty() => hours,
            Ok(_) => return Err(wrong),
            Err(error) => {
                let (field, words) = match error {
                    HoursError::DueNotAfterOpening => ("due", l.period_due_wrong()),
                    HoursError::NegativeGrace => ("grace", l.period_grace_wrong()),
                    HoursError::ClosesWithinGrace => ("closes", l.period_closes_wrong()),
                };
                wrong.push(Wrong::new(name(field), words));
                return Err(wrong);
            }
        };
        Ok(NewRule {
            label: self.label.clone(),
            hours,
            days: DayKind::parse(&self.days).unwrap_or(DayKind::EveryDay),
            roll_up: self.roll_up,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> TypedRound {
        TypedRound::usual(Lang::En)
    }

    fn wrong(round: &TypedRound) -> Vec<String> {
        let faults = round.rule(2, Lang::En).unwrap_err();
        faults.into_iter().map(|wrong| wrong.field).collect()
    }

    #[test]
    fn a_round_is_read_as_people_write_it() {
        let mut round = typed();
        round.opens.clock = "8：00".into();
        round.closes = TypedTime {
            clock: "6:30".into(),
            is_next_day: true,
        };
        let rule = round.rule(0, Lang::En).unwrap();
        assert_eq!(rule.hours.opens().to_string(), "08:00");
        assert_eq!(rule.hours.closes().to_string(), "+1 06:30");
        assert_eq!(rule.days, DayKind::EveryDay);
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once_and_at_its_field() {
        let mut round = typed();
        round.label.clear();
        round.opens.clock = "25:00".into();
        round.due.clock.clear();
        assert_eq!(wrong(&round), ["r2_label", "r2_opens", "r2_due"]);
        let mut round = typed();
        round.closes.clock = "16:09".into();
        assert_eq!(wrong(&round), ["r2_closes"]);
        round.closes.clock = "20:00".into();
        round.opens.clock = "16:00".into();
        assert_eq!(wrong(&round), ["r2_due"]);
        round.grace = "soon".into();
        assert_eq!(wrong(&round), ["r2_grace"]);
    }
}
