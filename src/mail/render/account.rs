//! Knows the words of letters about an account or about what was done in a unit's name.

use super::page::{CALM, Page};
use crate::domain::notice::{Entered, Notice, SignIn, Slip};

pub(super) fn entered(notice: &Notice, entered: &Entered) -> Page {
    let l = notice.language;
    let say = |at| l.moment(at, notice.zone);
    let way = l.provenance(entered.provenance);
    let mut page = Page::new(notice, CALM);
    page.subject = l.mail_entered_subject(&entered.unit, way);
    page.lead = l.mail_entered_lead(&entered.unit, say(entered.received));
    if let Some((day, label)) = &entered.round {
        let round = format!("{label} · {}", l.date(*day));
        page.facts.push((l.mail_entered_round(), round));
    }
    let content = match &entered.incident {
        Some(class) => format!("{}{}{class}", l.term_incident(), l.mail_colon()),
        None if entered.roll_up => l.receipt_roll_up().to_owned(),
        None => l.term_all_clear().to_owned(),
    };
    page.facts.push((l.mail_entered_content(), content));
    page.facts.push((l.mail_way(), way.to_owned()));
    if let Some((post, at)) = &entered.caller {
        page.facts
            .push((l.mail_entered_caller(), format!("{post} {}", say(*at))));
    }
    if let Some(reason) = &entered.reason {
        page.facts.push((l.mail_entered_reason(), reason.clone()));
    }
    page.facts.push((l.mail_receipt(), entered.receipt.clone()));
    page.to_do = vec![l.mail_entered_check().to_owned()];
    page.link = (l.mail_page(), notice.link.clone());
    page
}

pub(super) fn slip(notice: &Notice, slip: &Slip) -> Page {
    let l = notice.language;
    let mut page = Page::new(notice, CALM);
    page.subject = l.mail_slip_subject(&slip.unit);
    page.lead = l.mail_slip_lead(&slip.unit);
    page.notes = vec![
        l.mail_sign_in_expires(l.moment(slip.expires, notice.zone)),
        l.mail_slip_where().to_owned(),
    ];
    page.link = (l.mail_link_slip(), notice.link.clone());
    page
}

pub(super) fn sign_in(notice: &Notice, sign_in: &SignIn) -> Page {
    let l = notice.language;
    let mut page = Page::new(notice, CALM);
    page.subject = l.mail_sign_in_subject(&notice.office);
    page.lead = l.mail_sign_in_lead(&sign_in.login, &sign_in.post);
    page.notes = vec![
        l.mail_sign_in_expires(l.moment(sign_in.expires, notice.zone)),
        l.mail_sign_in_ignore().to_owned(),
    ];
    page.link = (l.mail_link_sign_in(), notice.link.clone());
    page
}

pub(super) fn test(notice: &Notice) -> Page {
    let l = notice.language;
    let mut page = Page::new(notice, CALM);
    page.subject = l.mail_test_subject(&notice.office);
    page.lead = l.mail_test_lead().to_owned();
    page.notes = vec![l.mail_test_ignore().to_owned()];
    page.link = (l.mail_page(), notice.link.clone());
    page
}
