//! Knows the mails that the loopback server received, as their readers see them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use mail_parser::{HeaderName, MessageParser};
use tokio::sync::watch;

use crate::domain::time::{Timestamp, from_millis};

/// A mail as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Received {
    /// Its number in this mailbox, from 1, in order of arrival.
    pub id: u64,
    /// The sender of the envelope.
    pub envelope_from: String,
    /// The recipients of the envelope.
    pub envelope_to: Vec<String>,
    /// Display name of the sender, or else the address.
    pub from: String,
    /// The subject.
    pub subject: String,
    /// The letter as plain text, if it has such a part.
    pub text: Option<String>,
    /// The letter as HTML, if it has such a part.
    pub html: Option<String>,
    /// The id, without angle brackets.
    pub message_id: Option<String>,
    /// The date that the mail bears.
    pub date: Option<Timestamp>,
    /// Whether it asks to be seen at once.
    pub urgent: bool,
    /// All headers as they came, unfolded.
    pub headers: Vec<(String, String)>,
    /// The mail as it came.
    pub raw: Arc<[u8]>,
}

/// Keeps the last mails in memory; clones share one box.
#[derive(Debug, Clone)]
pub struct Mailbox {
    most: usize,
    kept: Arc<Mutex<Kept>>,
    arrivals: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    mails: VecDeque<Arc<Received>>,
    arrived: u64,
}

impl Received {
    /// Reads a mail; one that cannot be read is shown as it came.
    pub fn parse(raw: Vec<u8>) -> Self {
        read(raw)
    }
}

impl Mailbox {
    /// Makes an empty box that forgets its oldest mail when it would hold more than `most`.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            kept: Arc::default(),
            arrivals: watch::Sender::new(0),
        }
    }

    /// Gives the mails, the newest first.
    pub fn list(&self) -> Vec<Arc<Received>> {
        self.kept().mails.iter().rev().cloned().collect()
    }

    /// Gives the mails to one address, the newest first.
    pub fn to(&self, address: &str) -> Vec<Arc<Received>> {
        let is_for = |mail: &Received| mail.envelope_to.iter().any(|to| to.eq_ignore_ascii_case(address));
        self.kept()
            .mails
            .iter()
            .rev()
            .filter(|mail| is_for(mail))
            .cloned()
            .collect()
    }

    /// Gives one mail, if it came and is not forgotten.
    pub fn get(&self, id: u64) -> Option<Arc<Received>> {
        let kept = self.kept();
        let at = kept.mails.binary_search_by_key(&id, |mail| mail.id).ok()?;
        kept.mails.get(at).cloned()
    }

    /// Gives how many mails ever came.
    pub fn arrived(&self) -> u64 {
        self.kept().arrived
    }

    /// Gives the count of arrivals, to be waited on.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.arrivals.subscribe()
    }

    /// Takes a mail in.
    pub fn put(&self, envelope_from: String, envelope_to: Vec<String>, raw: Vec<u8>) {
        let mail = Received {
            envelope_from,
            envelope_to,
            ..read(raw)
        };
        let mut kept = self.kept();
        kept.arrived += 1;
        let id = kept.arrived;
        kept.mails.push_back(Arc::new(Received { id, ..mail }));
        while kept.mails.len() > self.most {
            kept.mails.pop_front();
        }
        drop(kept);
        self.arrivals.send_replace(id);
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        // A panic elsewhere leaves nothing half done in a list of whole mails.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a mail; one that cannot be read is shown as it came.
fn read(raw: Vec<u8>) -> Received {
    let Some(mail) = MessageParser::default().parse(&raw) else {
        let text = Some(String::from_utf8_lossy(&raw).into_owned());
        return Received {
            text,
            raw: raw.into(),
            ..Received::default()
        };
    };
    let headers: Vec<(String, String)> = mail
        .headers_raw()
        .map(|(n, v)| (n.to_owned(), unfold(v)))
        .collect();
    let has = |name: &str, value: &str| {
        headers
            .iter()
            .any(|(n, v)| n.eq_ignore_ascii_case(name) && v == value)
    };
    let sender = mail.from().and_then(|from| from.first());
    let from = sender
        .and_then(|from| from.name().or(from.address()))
        .unwrap_or_default()
        .to_owned();
    let urgent = has("Importance", "high") || has("X-Priority", "1");
    let is_html = |id: &u32| {
        mail.part(*id)
            .is_some_and(|part| matches!(part.body, mail_parser::PartType::Html(_)))
    };
    let text = mail.text_body.iter().position(|id| !is_html(id));
    let html = mail.html_body.iter().position(is_html);
    Received {
        id: 0,
        envelope_from: String::new(),
        envelope_to: Vec::new(),
        from,
        subject: mail.subject().unwrap_or_default().to_owned(),
        text: text.and_then(|at| mail.body_text(at)).map(|t| t.into_owned()),
        html: html.and_then(|at| mail.body_html(at)).map(|t| t.into_owned()),
        message_id: mail.message_id().map(str::to_owned),
        date: mail
            .header(HeaderName::Date)
            .and(mail.date())
            .and_then(|d| from_millis(d.to_timestamp() * 1000)),
        urgent,
        headers,
        raw: raw.clone().into(),
    }
}

fn unfold(value: &str) -> String {
    value
        .split(['\r', '\n'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(to: &str, subject: &str) -> (String, Vec<String>, Vec<u8>) {
        let raw = format!("From: Duty <duty@county.example>\r\nSubject: {subject}\r\n\r\nhello\r\n");
        ("duty@county.example".into(), vec![to.into()], raw.into_bytes())
    }

    #[test]
    fn the_newest_mail_is_first_and_the_oldest_is_forgotten() {
        let mailbox = Mailbox::new(2);
        for n in 1..=3 {
            let (from, to, raw) = mail(&format!("{n}@village.example"), &format!("no {n}"));
            mailbox.put(from, to, raw);
        }
        let subjects: Vec<_> = mailbox.list().iter().map(|m| m.subject.clone()).collect();
        assert_eq!(subjects, ["no 3", "no 2"]);
        assert!(mailbox.get(1).is_none());
        assert_eq!(mailbox.get(3).unwrap().text.as_deref(), Some("hello\r\n"));
        assert_eq!(mailbox.get(3).unwrap().html, None);
        assert_eq!(mailbox.get(3).unwrap().from, "Duty");
        assert_eq!(mailbox.to("2@VILLAGE.example").len(), 1);
        assert_eq!(*mailbox.subscribe().borrow(), 3);
    }

    #[test]
    fn what_is_no_mail_is_shown_as_it_came() {
        let mailbox = Mailbox::new(2);
        mailbox.put("a@b.example".into(), Vec::new(), vec![0xff, 0x00, b'x']);
        assert_eq!(mailbox.arrived(), 1);
        assert!(mailbox.get(1).is_some());
    }
}
