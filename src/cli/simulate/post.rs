//! Knows what a reader sees in a mail: what it is about, which units it names, its due time, its link.

use chrono::{Datelike, NaiveDate, NaiveTime};
use chrono_tz::Tz;

use crate::domain::incident::ReportKind;
use crate::domain::language::Lang;
use crate::domain::time::{Timestamp, timestamp};
use crate::mail::Received;

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum About {
    Reminder,
    Overdue,
    Escalated,
    Urgent,
    /// What a later report on an incident says otherwise.
    FollowUp,
    /// The daily bulletin.
    Bulletin,
    Other,
}

/// A unit that a mail names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// The unit above it.
    pub(super) above: String,
    pub(super) name: String,
    /// The number of the incident that it owes a follow-up on.
    pub(super) incident: Option<i64>,
}

/// A mail as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mail {
    pub(super) id: String,
    pub(super) subject: String,
    pub(super) about: About,
    /// Whether it says that it belongs to a drill.
    pub(super) drill: bool,
    /// The due time that the subject names.
    pub(super) due: Option<Timestamp>,
    /// The units that it names.
    pub(super) named: Vec<Named>,
    /// The number of the receipt that it names.
    pub(super) receipt: Option<String>,
    /// What the link ends with.
    pub(super) token: Option<String>,
}

/// Reads a mail. `now` tells the year.
pub(super) fn read(raw: &[u8], lang: Lang, zone: Tz, now: Timestamp) -> Mail {
    let mail = Received::parse(raw.to_vec());
    let text = mail.text.unwrap_or_default();
    let about = about(&mail.subject, lang);
    let label = lang.mail_receipt();
    let receipt = text.lines().find_map(|line| line.strip_prefix(label));
    let token = text.lines().find_map(|line| line.trim_end().rsplit_once("/a/"));
    Mail {
        id: mail.message_id.unwrap_or_default(),
        due: due(&mail.subject, zone, now),
        about,
        drill: mail.subject.contains(&lang.mail_bracket(lang.drill_mark())),
        named: named(&text, lang),
        receipt: receipt.map(|rest| rest.trim_start_matches([':', '\u{ff1a}', ' ']).trim().to_owned()),
        token: token.map(|(_, token)| token.to_owned()),
        subject: mail.subject,
    }
}

fn about(subject: &str, lang: Lang) -> About {
    let bracket = |text: String| {
        let end = text.find([']', '\u{3011}']).unwrap_or_default();
        text.chars()
            .take(text.get(..end).map_or(0, |head| head.chars().count()) + 1)
            .collect::<String>()
    };
    let follow_up = |kind| bracket(lang.mail_follow_up_subject(lang.report_kind(kind), "", "", ""));
    let known = [
        (bracket(lang.mail_reminder_many(2, "")), About::Reminder),
        (bracket(lang.mail_overdue_many(2, "")), About::Overdue),
        (bracket(lang.mail_escalated_many(2, "")), About::Escalated),
        (bracket(lang.mail_urgent_subject("", "", "")), About::Urgent),
        (follow_up(ReportKind::FollowUp), About::FollowUp),
        (follow_up(ReportKind::Final), About::FollowUp),
        (bracket(lang.bulletin_subject("", "", "", "")), About::Bulletin),
    ];
    let found = known.iter().find(|(mark, _)| subject.contains(mark.as_str()));
    found.map_or(About::Other, |(_, about)| *about)
}

/// Finds `MM-DD HH:MM`.
fn due(subject: &str, zone: Tz, now: Timestamp) -> Option<Timestamp> {
    let text: Vec<char> = subject.chars().collect();
    let found = text.windows(11).rev().find_map(|window| {
        let text: String = window.iter().collect();
        let (day, time) = text.split_once(' ')?;
        let (month, day) = day.split_once('-')?;
        let time = NaiveTime::parse_from_str(time, "%H:%M").ok()?;
        Some((month.parse::<u32>().ok()?, day.parse::<u32>().ok()?, time))
    });
    let (month, day, time) = found?;
    let year = now.with_timezone(&zone).year();
    Some(timestamp(NaiveDate::from_ymd_opt(year, month, day)?, time, zone))
}

fn named(text: &str, lang: Lang) -> Vec<Named> {
    let about = lang.mail_about_incident("\0", "");
    let about = about.split('\0').next().unwrap_or_default();
    let mut above = String::new();
    let mut named: Vec<Named> = Vec::new();
    for line in text.lines() {
        let line = line.trim_end();
        if let Some(title) = line.strip_prefix("\u{25a0} ") {
            let end = title.find('\u{ff08}').or_else(|| title.rfind(" ("));
            title
                .get(..end.unwrap_or(title.len()))
                .unwrap_or_default()
                .clone_into(&mut above);
        } else if let Some(name) = line.strip_prefix("  ").filter(|name| !name.starts_with(' ')) {
            named.push(Named {
                above: above.clone(),
                name: name.to_owned(),
                incident: None,
            });
        } else if let (Some(one), Some(rest)) = (named.last_mut(), line.trim_start().strip_prefix(about)) {
            let number = rest.split(|c: char| !c.is_ascii_digit()).next();
            one.incident = number.and_then(|number| number.parse().ok());
        }
    }
    named
}
