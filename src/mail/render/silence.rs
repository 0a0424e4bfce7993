//! Knows the words about units that have not reported: to themselves, and to those above them.

use super::page::{ALARM, CALM, Entry, Group, Page, WARNING};
use crate::domain::language::Lang;
use crate::domain::letter::LetterKind;
use crate::domain::notice::{Notice, Place, Silence, Silent};
use crate::domain::time::{Timestamp, local_day};

pub(super) fn page(notice: &Notice, silence: &Silence) -> Page {
    let l = notice.language;
    let (colour, count) = match notice.kind {
        LetterKind::Reminder => (CALM, l.mail_count_reminder(silence.count())),
        LetterKind::Escalated => (ALARM, l.mail_count_overdue(silence.count())),
        _ => (WARNING, l.mail_count_overdue(silence.count())),
    };
    let mut page = Page::new(notice, colour);
    page.subject = subject(notice, silence);
    page.lead = count;
    page.notes
        .push(l.mail_round(&silence.period, &silence.round, l.date(silence.day)));
    if silence.passed_on {
        page.notes.push(l.mail_passed_on().to_owned());
    }
    for (from, until) in &silence.outages {
        let (from, until) = (l.moment(*from, notice.zone), l.moment(*until, notice.zone));
        page.notes.push(l.mail_outage(from, until));
    }
    page.facts = times(notice, silence);
    page.groups = silence.places.iter().map(|place| group(notice, place)).collect();
    page.to_do = to_do(notice, silence);
    let words = match notice.kind {
        LetterKind::Reminder => l.mail_page(),
        _ => l.mail_link_acknowledge(),
    };
    page.link = (words, notice.link.clone());
    page
}

/// Names the unit if it is one, else gives their number; always the round and its due time.
fn subject(notice: &Notice, silence: &Silence) -> String {
    let l = notice.language;
    let local = silence.due.with_timezone(&notice.zone);
    let due = l.mail_subject_due(&silence.round, local.format("%m-%d"), local.format("%H:%M"));
    let n = silence.count();
    let one = silence.only().map(|(place, unit)| full_name(l, place, unit));
    match (notice.kind, one) {
        (LetterKind::Reminder, Some(unit)) => l.mail_reminder_one(unit, due),
        (LetterKind::Reminder, None) => l.mail_reminder_many(n, due),
        (LetterKind::Escalated, Some(unit)) => l.mail_escalated_one(unit, due),
        (LetterKind::Escalated, None) => l.mail_escalated_many(n, due),
        (_, Some(unit)) => l.mail_overdue_one(unit, due),
        (_, None) => l.mail_overdue_many(n, due),
    }
}

fn full_name(l: Lang, place: &Place, unit: &Silent) -> String {
    if place.name.is_empty() {
        return unit.name.clone();
    }
    l.mail_unit_in(&unit.name, &place.name)
}

fn times(notice: &Notice, silence: &Silence) -> Vec<(&'static str, String)> {
    let l = notice.language;
    let say = |at: Timestamp| l.moment(at, notice.zone);
    let mut due = say(silence.due);
    if silence.due != silence.scheduled {
        due = l.mail_due_moved(due, say(silence.scheduled));
    }
    due += &l.mail_in_brackets(l.until(silence.due, notice.now));
    vec![
        (l.mail_due(), due.trim_end().to_owned()),
        (l.mail_closes(), say(silence.closes)),
    ]
}

fn group(notice: &Notice, place: &Place) -> Group {
    let l = notice.language;
    let count = l.mail_in_brackets(l.mail_place_count(place.units.len()));
    let name = if place.name.is_empty() {
        l.term_unit()
    } else {
        &place.name
    };
    Group {
        title: format!("{name}{count}"),
        entries: place.units.iter().map(|unit| entry(notice, unit)).collect(),
    }
}

fn entry(notice: &Notice, unit: &Silent) -> Entry {
    let l = notice.language;
    let phone = unit.phone.as_deref().unwrap_or(l.mail_no_phone());
    let reach = match &unit.post {
        Some(post) => format!("{post} {phone}"),
        None => phone.to_owned(),
    };
    let about = unit.incident.as_ref();
    let about = about.map(|(id, class)| l.mail_about_incident(id, class));
    let mut known = vec![reported(notice, unit)];
    known.extend(unit.last_call.map(|(at, reached)| match reached {
        true => l.mail_call_reached(when(notice, at)),
        false => l.mail_call_failed(when(notice, at)),
    }));
    Entry {
        name: unit.name.clone(),
        lines: about.into_iter().chain([reach]).chain(known).collect(),
    }
}

/// Says when the unit last reported: in an earlier round, or of an incident since.
fn reported(notice: &Notice, unit: &Silent) -> String {
    let l = notice.language;
    let since = |(at, _): &(Timestamp, bool)| unit.last_report.is_none_or(|last| last < *at);
    match (unit.last_told.filter(since), unit.last_report) {
        (Some((at, true)), _) => l.mail_last_urgent(when(notice, at)),
        (Some((at, false)), _) => l.mail_last_told(when(notice, at)),
        (None, Some(at)) => l.mail_last_report(when(notice, at)),
        (None, None) => l.mail_no_report().to_owned(),
    }
}

/// Says when, without the day if that is today.
fn when(notice: &Notice, at: Timestamp) -> String {
    let l = notice.language;
    if local_day(at, notice.zone) == local_day(notice.now, notice.zone) {
        l.time(at, notice.zone)
    } else {
        l.moment(at, notice.zone)
    }
}

fn to_do(notice: &Notice, silence: &Silence) -> Vec<String> {
    let l = notice.language;
    if notice.now >= silence.closes {
        return vec![l.mail_do_closed().to_owned()];
    }
    match notice.kind {
        // It may have come to another unit than the one that is silent, which has a page of its own.
        LetterKind::Overdue if silence.passed_on => vec![
            l.mail_do_find_out().to_owned(),
            l.mail_do_phone_in().to_owned(),
            l.mail_do_acknowledge(l.span(silence.pause)),
        ],
        LetterKind::Reminder => vec![l.mail_do_report().to_owned(), l.mail_do_phone_in().to_owned()],
        LetterKind::Escalated => vec![
            l.mail_do_find_out().to_owned(),
            l.mail_do_acknowledge(l.span(silence.pause)),
        ],
        _ => vec![
            l.mail_do_step_in().to_owned(),
            l.mail_do_phone_in().to_owned(),
            l.mail_do_acknowledge(l.span(silence.pause)),
        ],
    }
}
