//! Knows the words of letters about an incident's life: what a later report changes, and findings.

use super::page::{CALM, Page, WARNING};
use crate::domain::incident::ReportKind;
use crate::domain::notice::{FollowUp, Found, Notice};

pub(super) fn follow_up(notice: &Notice, told: &FollowUp) -> Page {
    let l = notice.language;
    let local = told.received.with_timezone(&notice.zone);
    let kind = l.report_kind(told.kind);
    let mut page = Page::new(notice, WARNING);
    page.subject = l.mail_follow_up_subject(kind, &told.unit, &told.class, local.format("%m-%d %H:%M"));
    page.lead = match told.changes.is_empty() {
        true => l.mail_follow_up_same(&told.unit, &told.class, kind, told.number),
        false => l.mail_follow_up_lead(&told.unit, &told.class, kind, told.number),
    };
    if told.kind == ReportKind::Final {
        page.notes.push(l.mail_follow_up_over().to_owned());
    }
    for change in &told.changes {
        let said = |value| l.value(value, notice.zone);
        page.facts.push((
            l.field(change.field),
            l.mail_changed(said(&change.before), said(&change.after)),
        ));
    }
    page.facts
        .push((l.mail_received(), l.moment(told.received, notice.zone)));
    page.facts.push((l.mail_receipt(), told.receipt.clone()));
    page.link = (l.mail_link_follow_up(), notice.link.clone());
    page
}

pub(super) fn found(notice: &Notice, found: &Found) -> Page {
    let l = notice.language;
    let kind = l.finding_kind(found.kind);
    let mut page = Page::new(notice, CALM);
    page.subject = l.mail_found_subject(&found.unit, kind);
    page.lead = l.mail_found_lead(&found.unit, kind);
    page.facts = vec![
        (l.mail_found_about(), found.about.clone()),
        (l.mail_found_note(), found.note.clone()),
        (
            l.mail_found_by(),
            format!("{} {}", found.by, l.moment(found.at, notice.zone)),
        ),
    ];
    page.to_do = vec![l.mail_found_reply().to_owned()];
    page.link = (l.mail_page(), notice.link.clone());
    page
}
