//! Knows the words of an urgent report: complete without pictures and without the page behind the link.

use super::page::{ALARM, Page};
use crate::domain::language::Lang;
use crate::domain::notice::{Notice, Urgent};

pub(super) fn page(notice: &Notice, urgent: &Urgent) -> Page {
    let l = notice.language;
    let local = urgent.received.with_timezone(&notice.zone);
    let mut page = Page::new(notice, ALARM);
    page.subject = l.mail_urgent_subject(&urgent.unit, &urgent.class, local.format("%m-%d %H:%M"));
    // At the end, so that one incident is one thread for readers that go by the subject.
    match urgent.call {
        (0, 0) => {}
        (0, step) => page.subject += &l.mail_urgent_step(step + 1),
        (pass, step) => page.subject += &l.mail_urgent_pass(step + 1, pass + 1),
    }
    page.lead = l.mail_urgent_lead(&urgent.unit, &urgent.class);
    if let Some(by) = &urgent.silent {
        page.notes.push(l.mail_urgent_silent(by));
    } else if urgent.calls_before > 0 {
        page.notes.push(l.mail_urgent_again(urgent.calls_before));
    }
    page.facts = facts(notice, urgent);
    page.to_do = vec![
        l.mail_do_urgent().to_owned(),
        l.mail_do_urgent_repeat().to_owned(),
    ];
    page.link = (l.mail_link_urgent(), notice.link.clone());
    page
}

fn facts(notice: &Notice, urgent: &Urgent) -> Vec<(&'static str, String)> {
    let l = notice.language;
    let mut facts = vec![
        (l.mail_severity(), l.severity(urgent.severity).to_owned()),
        (l.mail_place(), urgent.place.clone()),
        (l.mail_what(), urgent.what.clone()),
        (l.mail_casualties(), casualties(l, urgent)),
        (l.mail_measures(), urgent.measures.clone()),
    ];
    let times = [
        (l.mail_occurred(), urgent.occurred),
        (l.mail_learned(), urgent.learned),
        (l.mail_received(), Some(urgent.received)),
    ];
    facts.extend(
        times
            .into_iter()
            .filter_map(|(name, at)| at.map(|at| (name, l.moment(at, notice.zone)))),
    );
    let contact: Vec<&str> = [&urgent.post, &urgent.unit_phone]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    facts.push((l.mail_unit_contact(), contact.join(" ")));
    facts.push((l.mail_way(), l.provenance(urgent.provenance).to_owned()));
    facts.push((l.mail_receipt(), urgent.receipt.clone()));
    for (_, value) in &mut facts {
        if value.trim().is_empty() {
            l.mail_not_given().clone_into(value);
        }
    }
    facts
}

/// Gives the counts; one that is not known is said so, for it is not zero.
fn casualties(l: Lang, urgent: &Urgent) -> String {
    let say = |count: Option<u32>| count.map_or_else(|| l.mail_not_known().to_owned(), |n| n.to_string());
    l.mail_counts(say(urgent.dead), say(urgent.injured), say(urgent.missing))
}
