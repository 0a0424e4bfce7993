//! Knows that nobody may take a drill for earnest, nor what is in earnest for a drill.

use std::collections::BTreeMap;

use super::letters::is_chase;
use super::{Case, Finding};
use crate::cli::simulate::post::{About, Mail};
use crate::domain::ids::IncidentId;

/// Every letter that belongs to a drill says so, and no other does.
pub(super) fn marked(case: &Case<'_>) -> Finding {
    let mut finding = Finding::default();
    let (log, model) = (&case.play.log, &case.play.model);
    let raised: BTreeMap<&str, bool> = log
        .raised
        .iter()
        .map(|one| (one.receipt.as_str(), one.drill))
        .collect();
    let followed: BTreeMap<&str, IncidentId> = log
        .followed
        .iter()
        .map(|one| (one.receipt.as_str(), one.incident))
        .collect();
    for letter in &case.letters {
        let mail = &letter.first().mail;
        let receipt = mail.receipt.as_deref();
        let drill = match mail.about {
            About::Urgent => receipt.and_then(|receipt| raised.get(receipt).copied()),
            About::FollowUp => receipt
                .and_then(|receipt| model.affairs.get(followed.get(receipt)?))
                .map(|affair| affair.drill),
            // It leaves drills out.
            About::Bulletin => Some(false),
            about if is_chase(about) => Some(mail.drill ^ (letter.named.is_empty() && is_other(case, mail))),
            _ => None,
        };
        let Some(drill) = drill else { continue };
        finding.look();
        if drill != mail.drill {
            let first = letter.first();
            finding.wrong(format!(
                "{:?} to {} at {}",
                mail.subject,
                first.to,
                case.at(first.at)
            ));
        }
    }
    finding
}

/// Tells whether the units of a letter owe what it names, by the other mark.
fn is_other(case: &Case<'_>, mail: &Mail) -> bool {
    let turned = Mail {
        drill: !mail.drill,
        ..mail.clone()
    };
    !case.play.named(&turned).is_empty()
}
