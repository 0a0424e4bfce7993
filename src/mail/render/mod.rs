//! Map of `render`: from the facts of a letter to its subject, its text and its HTML, in its reader's language.
//!
//! | file | knows |
//! |---|---|
//! | `page` | the parts that every letter has, and how they become plain text and HTML |
//! | `silence` | reminders, overdue and escalated letters |
//! | `urgent` | urgent reports |
//! | `incident` | what a later report changes, and what was found of how a unit reported |
//! | `bulletin` | the daily bulletin |
//! | `account` | reports that somebody else entered, sign-in links, and links that bind a workstation |

mod account;
mod bulletin;
mod incident;
mod page;
mod silence;
#[cfg(test)]
mod tests;
mod urgent;

use page::Page;

use super::message::Draft;
use crate::domain::letter::LetterKind;
use crate::domain::notice::{Matter, Notice};

/// Why a letter could not be put into words.
#[derive(Debug, thiserror::Error)]
#[error("the letter could not be written: {0}")]
pub struct RenderError(#[from] askama::Error);

/// Puts a letter into the words of its reader; `from` is the sender's display name and address.
///
/// # Errors
/// When the template fails; the letter is then tried again later, like one that was refused for now.
pub fn render(notice: &Notice, from: (&str, &str)) -> Result<Draft, RenderError> {
    let page = Page::of(notice);
    Ok(Draft {
        from_name: from.0.to_owned(),
        from_address: from.1.to_owned(),
        to: notice.to.clone(),
        text: page.text(),
        html: Some(page.html()?),
        subject: page.subject,
        message_id: notice.message_id.clone(),
        references_root: notice.thread.clone(),
        urgent: notice.kind == LetterKind::Urgent,
        date: notice.now,
        language: notice.language.tag().to_owned(),
    })
}

impl Page {
    fn of(notice: &Notice) -> Self {
        let page = match &notice.matter {
            Matter::Silence(silence) => silence::page(notice, silence),
            Matter::Urgent(urgent) => urgent::page(notice, urgent),
            Matter::Entered(entered) => account::entered(notice, entered),
            Matter::SignIn(sign_in) => account::sign_in(notice, sign_in),
            Matter::Slip(slip) => account::slip(notice, slip),
            Matter::FollowUp(told) => incident::follow_up(notice, told),
            Matter::Found(found) => incident::found(notice, found),
            Matter::Bulletin(the) => bulletin::page(notice, the),
            Matter::Test => account::test(notice),
        };
        page.marked(notice)
    }
}
