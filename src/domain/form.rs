//! Knows what a report may hold: how each field is cleaned, screened and limited before anything is decided.

use chrono::TimeDelta;
use unicode_normalization::UnicodeNormalization;

use super::checkin::{Caller, Content, IncidentContent, Provenance, Submission};
use super::incident::Classes;
use super::screen::{Notice, screen};
use super::text::{clean_line, clean_lines};
use super::time::{Timestamp, to_millisecond};

/// The most characters of a description, and of measures.
pub const STORY: usize = 500;
/// The most characters of a place.
pub const PLACE: usize = 100;
/// The most characters of a reason.
pub const REASON: usize = 200;
/// The most characters of a caller's post.
pub const POST: usize = 60;
/// The most people that one count can hold.
pub const COUNT: u32 = 100_000;
/// The most of what is no casualty: people brought to safety, houses, ten thousands of yuan.
pub const MANY: u32 = 10_000_000;
/// The most characters of what a report says beside its story.
pub const SHORT: usize = 200;
/// How far a clock may run ahead of the server's.
const AHEAD: TimeDelta = TimeDelta::minutes(10);
/// How long ago an event may lie.
const AGO: TimeDelta = TimeDelta::days(3660);

/// A field of the form, so that a door can name it in words and put the sentence beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Class,
    Severity,
    Place,
    What,
    Measures,
    Source,
    Cause,
    Trend,
    Requested,
    CallBack,
    Dead,
    Injured,
    Missing,
    Evacuated,
    Houses,
    Loss,
    Urgent,
    Occurred,
    Learned,
    Claimed,
    Reason,
    CallerPost,
    CalledAt,
}

impl Field {
    /// Gives its name in forms and in JSON.
    pub fn code(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::Severity => "severity",
            Self::Place => "place",
            Self::What => "what",
            Self::Measures => "measures",
            Self::Source => "source",
            Self::Cause => "cause",
            Self::Trend => "trend",
            Self::Requested => "requested",
            Self::CallBack => "call_back",
            Self::Dead => "dead",
            Self::Injured => "injured",
            Self::Missing => "missing",
            Self::Evacuated => "evacuated",
            Self::Houses => "houses",
            Self::Loss => "loss",
            Self::Urgent => "urgent",
            Self::Occurred => "occurred",
            Self::Learned => "learned",
            Self::Claimed => "claimed",
            Self::Reason => "reason",
            Self::CallerPost => "caller_post",
            Self::CalledAt => "called_at",
        }
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// It is needed and holds nothing visible.
    Empty,
    /// It holds more characters than `most`.
    TooLong { has: usize, most: usize },
    /// It is more than `most`.
    TooMany { most: u32 },
    /// It is not a whole number.
    NotANumber,
    /// It is none of the values that there are.
    Unknown,
    /// It lies in the future.
    Future,
    /// It lies too far in the past to be meant.
    TooLongAgo,
    /// It was learned of before it happened.
    BeforeItHappened,
}

/// One wrong field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    pub field: Field,
    pub flaw: Flaw,
}

/// Reads a count as people type it: empty is *not known yet*, which is not zero.
pub fn count(typed: &str) -> Result<Option<u32>, Flaw> {
    number(typed, COUNT)
}

/// Reads a number as [`count()`] does, up to a most.
pub fn number(typed: &str, most: u32) -> Result<Option<u32>, Flaw> {
    let digits: String = typed.nfkc().filter(|c| !c.is_whitespace()).collect();
    match digits.as_str() {
        "" => Ok(None),
        d if !d.bytes().all(|b| b.is_ascii_digit()) => Err(Flaw::NotANumber),
        d => match d.parse() {
            Ok(n) if n <= most => Ok(Some(n)),
            _ => Err(Flaw::TooMany { most }),
        },
    }
}

/// Cleans, screens and checks a whole submission; every door sends everything through here before it is stored.
///
/// Gives the submission as it may be stored and what the clerk is told, or all that is wrong at once.
pub fn admit(mut s: Submission, classes: &Classes) -> Result<(Submission, Notice), Vec<Fault>> {
    let mut desk = Desk {
        now: s.received,
        faults: Vec::new(),
        notice: Notice::default(),
    };
    s.received = to_millisecond(s.received);
    s.claimed = match s.provenance {
        Provenance::Offline => desk.needed(Field::Claimed, s.claimed.map(to_millisecond)),
        _ => None,
    };
    s.reason = s
        .reason
        .map(|r| desk.line(Field::Reason, &r, REASON))
        .filter(|r| !r.is_empty());
    s.caller = s.caller.map(|c| desk.caller(&c));
    s.content = match s.content {
        Content::AllClear => Content::AllClear,
        Content::RollUp(counts) => Content::RollUp(counts),
        Content::Incident(incident) => Content::Incident(desk.incident(incident, classes)),
    };
    if desk.faults.is_empty() {
        Ok((s, desk.notice))
    } else {
        Err(desk.faults)
    }
}

/// What one submission is checked with.
struct Desk {
    now: Timestamp,
    faults: Vec<Fault>,
    notice: Notice,
}

impl Desk {
    fn fault(&mut self, field: Field, flaw: Flaw) {
        self.faults.push(Fault { field, flaw });
    }

    fn needed<T>(&mut self, field: Field, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.fault(field, Flaw::Empty);
        }
        value
    }

    fn line(&mut self, field: Field, typed: &str, most: usize) -> String {
        self.text(field, clean_line(typed), most)
    }

    /// Limits a text as typed, then screens it: a masked text is never longer than what was typed.
    fn text(&mut self, field: Field, clean: String, most: usize) -> String {
        let has = clean.chars().count();
        if has > most {
            self.fault(field, Flaw::TooLong { has, most });
            return clean;
        }
        let screened = screen(&clean);
        self.notice = self.notice.and(screened.notice);
        screened.text
    }

    fn caller(&mut self, caller: &Caller) -> Caller {
        let post = self.line(Field::CallerPost, &caller.post, POST);
        if post.is_empty() {
            self.fault(Field::CallerPost, Flaw::Empty);
        }
        let called_at = to_millisecond(caller.called_at);
        self.past(Field::CalledAt, Some(called_at));
        Caller { post, called_at }
    }

    fn incident(&mut self, typed: IncidentContent, classes: &Classes) -> IncidentContent {
        let class = typed.class.trim();
        match (class, classes.get(class)) {
            ("", _) => self.fault(Field::Class, Flaw::Empty),
            (_, None) => self.fault(Field::Class, Flaw::Unknown),
            (_, Some(_)) => {}
        }
        // A class and a place are enough to send: the rest can follow.
        let place = self.line(Field::Place, &typed.place, PLACE);
        if place.is_empty() {
            self.fault(Field::Place, Flaw::Empty);
        }
        let what = self.text(Field::What, clean_lines(&typed.what), STORY);
        let measures = self.text(Field::Measures, clean_lines(&typed.measures), STORY);
        self.numbers(&typed);
        let (occurred, learned) = (
            typed.occurred.map(to_millisecond),
            typed.learned.map(to_millisecond),
        );
        self.times(occurred, learned);
        IncidentContent {
            class: class.to_owned(),
            place,
            what,
            measures,
            source: self.line(Field::Source, &typed.source, PLACE),
            cause: self.text(Field::Cause, clean_lines(&typed.cause), SHORT),
            trend: self.text(Field::Trend, clean_lines(&typed.trend), SHORT),
            requested: self.text(Field::Requested, clean_lines(&typed.requested), SHORT),
            call_back: self.line(Field::CallBack, &typed.call_back, POST),
            occurred,
            learned,
            ..typed
        }
    }

    fn numbers(&mut self, typed: &IncidentContent) {
        let numbers = [
            (Field::Dead, typed.dead, COUNT),
            (Field::Injured, typed.injured, COUNT),
            (Field::Missing, typed.missing, COUNT),
            (Field::Evacuated, typed.evacuated, MANY),
            (Field::Houses, typed.houses, MANY),
            (Field::Loss, typed.loss, MANY),
        ];
        for (field, number, most) in numbers {
            if number.is_some_and(|n| n > most) {
                self.fault(field, Flaw::TooMany { most });
            }
        }
    }

    fn times(&mut self, occurred: Option<Timestamp>, learned: Option<Timestamp>) {
        let past = self.past(Field::Occurred, occurred) && self.past(Field::Learned, learned);
        let backwards = occurred
            .zip(learned)
            .is_some_and(|(occurred, learned)| learned < occurred);
        if past && backwards {
            self.fault(Field::Learned, Flaw::BeforeItHappened);
        }
    }

    fn past(&mut self, field: Field, at: Option<Timestamp>) -> bool {
        // Differences, not sums: they cannot leave the years that a timestamp can hold.
        let flaw = match at.map(|at| at - self.now) {
            Some(ahead) if ahead > AHEAD => Flaw::Future,
            Some(ahead) if -ahead > AGO => Flaw::TooLongAgo,
            _ => return true,
        };
        self.fault(field, flaw);
        false
    }
}

#[cfg(test)]
mod tests;
