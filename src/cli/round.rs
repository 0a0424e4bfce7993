//! Knows how a round is written on a command line: `早报 08:00-10:00 grace 10m closes 12:00 days every`.

use chrono::{NaiveTime, TimeDelta, Timelike};

use super::fail::Fail;
use crate::config::{Setting, Span};
use crate::domain::calendar::DayKind;
use crate::domain::language::Lang;
use crate::domain::period::{Hours, LocalTime};
use crate::service::period::NewRule;

/// What a round is like when its text does not say.
const GRACE: TimeDelta = TimeDelta::minutes(10);
/// How long after the grace a round closes when its text does not say.
const OPEN_LATE: TimeDelta = TimeDelta::hours(2);

/// Reads `LABEL OPENS-DUE [grace SPAN] [closes TIME] [days every|workdays|holidays] [roll-up]`.
///
/// A time of the next day is `+1 06:30` or `06:30+1`.
pub(crate) fn rule(text: &str, lang: Lang) -> Result<NewRule, Fail> {
    let words = words(text);
    let shape = || Fail::Usage(lang.cli_round_shape(text));
    let hours = words
        .iter()
        .position(|word| span_of_times(word).is_some())
        .filter(|at| *at > 0)
        .ok_or_else(shape)?;
    let (opens, due) = span_of_times(&words[hours]).ok_or_else(shape)?;
    let (opens, due) = (time(opens, lang)?, time(due, lang)?);
    let mut said = Said::default();
    let mut rest = words[hours + 1..].iter();
    while let Some(word) = rest.next() {
        let mut value = || rest.next().map(String::as_str).ok_or_else(shape);
        match word.as_str() {
            "grace" | "宽限" => {
                let value = value()?;
                let span = Span::read(value).ok_or_else(|| Fail::Usage(lang.cli_round_span(value)))?;
                said.grace = Some(span.delta());
            }
            "closes" | "关闭" => said.closes = Some(time(value()?, lang)?),
            "days" | "日期" => said.days = Some(days(value()?, lang)?),
            "roll-up" | "汇总" => said.roll_up = true,
            other => return Err(Fail::Usage(lang.cli_round_word(other, text))),
        }
    }
    let grace = said.grace.unwrap_or(GRACE);
    let closes = match said.closes {
        Some(closes) => closes,
        None => later(due, grace + OPEN_LATE).ok_or_else(shape)?,
    };
    Ok(NewRule {
        label: words[..hours].join(" "),
        hours: Hours::new(opens, due, grace, closes)
            .map_err(|error| Fail::Usage(format!("{text}: {}", lang.hours_error(error))))?,
        days: said.days.unwrap_or(DayKind::EveryDay),
        roll_up: said.roll_up,
    })
}

#[derive(Default)]
struct Said {
    grace: Option<TimeDelta>,
    closes: Option<LocalTime>,
    days: Option<DayKind>,
    roll_up: bool,
}

/// Splits at blanks, and keeps a `+1` with the time that follows it.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let is_time = word.starts_with(|c: char| c.is_ascii_digit());
        match words.last_mut() {
            Some(before) if is_time && (before.ends_with("-+1") || before == "+1") => {
                before.push(' ');
                before.push_str(word);
            }
            _ => words.push(word.replace(['—', '–'], "-").replace('：', ":")),
        }
    }
    words
}

fn span_of_times(word: &str) -> Option<(&str, &str)> {
    let (opens, due) = word.split_once('-')?;
    let is_time =
        |text: &str| text.contains(':') && text.starts_with(|c: char| c.is_ascii_digit() || c == '+');
    (is_time(opens) && is_time(due)).then_some((opens, due))
}

fn time(text: &str, lang: Lang) -> Result<LocalTime, Fail> {
    let (day, clock) = match (text.strip_suffix("+1"), text.strip_prefix("+1")) {
        (Some(clock), _) | (_, Some(clock)) => ("+1 ", clock.trim()),
        _ => ("", text),
    };
    // People write 8:00.
    let zero = if clock.find(':') == Some(1) { "0" } else { "" };
    format!("{day}{zero}{clock}")
        .parse()
        .map_err(|error| Fail::Usage(format!("{text}: {}", lang.local_time_error(error))))
}

fn days(text: &str, lang: Lang) -> Result<DayKind, Fail> {
    match text {
        "every" | "每天" => Ok(DayKind::EveryDay),
        "workdays" | "工作日" => Ok(DayKind::Workdays),
        "holidays" | "节假日" => Ok(DayKind::Holidays),
        other => Err(Fail::Usage(lang.cli_round_days(other))),
    }
}

/// Gives the local time some span after another; `None` past the next day.
fn later(time: LocalTime, by: TimeDelta) -> Option<LocalTime> {
    let day = i64::from(time.is_next_day()) * 86_400;
    let seconds = day + i64::from(time.time().num_seconds_from_midnight()) + by.num_seconds();
    let clock = |seconds: i64| {
        let seconds = u32::try_from(seconds).ok()?;
        NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0)
    };
    match seconds / 86_400 {
        0 => clock(seconds).map(LocalTime::same_day),
        1 => clock(seconds - 86_400).map(LocalTime::next_day),
        // A round closes at the end of the next day at the latest.
        _ => clock(86_399).map(LocalTime::next_day),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        match rule(text, Lang::En) {
            Ok(rule) => {
                let h = rule.hours;
                let (grace, days) = (h.grace().num_minutes(), rule.days.code());
                let roll = if rule.roll_up { " roll-up" } else { "" };
                format!(
                    "{}|{}|{}|{grace}|{}|{days}{roll}",
                    rule.label,
                    h.opens(),
                    h.due(),
                    h.closes()
                )
            }
            Err(Fail::Usage(words)) => words,
            Err(other) => format!("{other:?}"),
        }
    }

    #[test]
    fn a_round_may_say_everything_or_little() {
        assert_eq!(
            said("早报 08:00-10:00 grace 10m closes 12:00 days every"),
            "早报|08:00|10:00|10|12:00|every_day"
        );
        assert_eq!(
            said("早报 8:00-9:30 closes 9:40"),
            "早报|08:00|09:30|10|09:40|every_day"
        );
        assert_eq!(said("晚报 16:00-18:00"), "晚报|16:00|18:00|10|20:10|every_day");
        assert_eq!(
            said("夜 报 20:00-23:00"),
            "夜 报|20:00|23:00|10|+1 01:10|every_day"
        );
        assert_eq!(
            said("早报 08:00-10:00 宽限 0m 关闭 10:00 日期 工作日 汇总"),
            "早报|08:00|10:00|0|10:00|workdays roll-up"
        );
    }

    #[test]
    fn a_night_round_ends_on_the_next_day() {
        for text in [
            "夜报 20:00-+1 06:30 closes +1 08:00",
            "夜报 20:00-06:30+1 closes 08:00+1",
            "夜报 20:00—06:30+1 closes +1 08:00",
        ] {
            assert_eq!(said(text), "夜报|20:00|+1 06:30|10|+1 08:00|every_day", "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_gets_a_sentence() {
        insta::assert_snapshot!(
            [
                "早报",
                "08:00-10:00",
                "早报 08:00-24:00",
                "早报 10:00-08:00",
                "早报 08:00-10:00 grace soon",
                "早报 08:00-10:00 days sunday",
                "早报 08:00-10:00 closes",
                "早报 08:00-10:00 please",
            ]
            .map(said)
            .join("\n"),
            @r#"
        "早报" should be LABEL OPENS-DUE, such as: 'morning 08:00-10:00 grace 10m closes 12:00 days every'.
        "08:00-10:00" should be LABEL OPENS-DUE, such as: 'morning 08:00-10:00 grace 10m closes 12:00 days every'.
        24:00: There is no 24:00; midnight at the end of a day is written +1 00:00.
        早报 10:00-08:00: A round must open before it is due; a time of the next day is written +1 06:30.
        "soon" is not a length of time; write 10m, 1h30m or 2d.
        "sunday" should be every, workdays or holidays.
        "早报 08:00-10:00 closes" should be LABEL OPENS-DUE, such as: 'morning 08:00-10:00 grace 10m closes 12:00 days every'.
        "please" in "早报 08:00-10:00 please" is not understood. There are grace, closes, days and roll-up.
        "#
        );
    }
}
