//! Knows how the daily bulletin is put into a letter: complete, also without the page behind the link.

use super::page::{CALM, Entry, Group, Page, WARNING};
use crate::domain::notice::{Notice, TheBulletin};

pub(super) fn page(notice: &Notice, the: &TheBulletin) -> Page {
    let (l, told) = (notice.language, &the.bulletin);
    let sections = l.bulletin_sections(told, the.duty.as_deref(), notice.zone);
    let colour = match sections.iter().any(|section| section.is_bad) {
        true => WARNING,
        false => CALM,
    };
    let mut page = Page::new(notice, colour);
    let counts = &told.reports;
    let said = l.bulletin_subject_counts(counts.expected, counts.received, counts.incidents, counts.unmet);
    page.subject = l.bulletin_subject(&told.office, told.day.format("%m-%d"), told.number, said);
    page.lead = format!("{}{}", l.bulletin_headline(counts), l.bulletin_stop());
    page.notes = [l.bulletin_name(told)]
        .into_iter()
        .chain(l.bulletin_notes(told, notice.zone))
        .collect();
    page.groups = sections
        .into_iter()
        .map(|section| Group {
            title: section.title,
            entries: section
                .entries
                .into_iter()
                .map(|entry| Entry {
                    name: entry.name,
                    lines: entry.lines,
                })
                .collect(),
        })
        .collect();
    page.link = (l.bulletin_link(), notice.link.clone());
    page
}
