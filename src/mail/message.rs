//! Knows how a draft becomes the bytes of a mail; what the letter says is decided elsewhere.

use std::time::SystemTime;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MessageBuilder, MultiPart, SinglePart};

use crate::domain::time::Timestamp;

/// The longest display name, in bytes: 12 Chinese characters. From 16 on the header is folded, which some
/// servers refuse.
const LONGEST_NAME: usize = 36;

/// The longest subject, in characters.
const LONGEST_SUBJECT: usize = 150;

/// What a mail is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Display name of the sender; cut to 12 Chinese characters.
    pub from_name: String,
    /// Address of the sender.
    pub from_address: String,
    /// Address of the one recipient.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// The letter as plain text.
    pub text: String,
    /// The letter as HTML.
    pub html: Option<String>,
    /// The stable id of this letter, with or without angle brackets.
    pub message_id: String,
    /// The id of the thread that it belongs to; no mail bears it.
    pub references_root: Option<String>,
    /// Whether it asks to be seen at once.
    pub urgent: bool,
    /// The date that it bears.
    pub date: Timestamp,
    /// The language of it, as in `zh-CN`.
    pub language: String,
}

/// Tells why a draft cannot become a mail.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// An address is none; it is not repeated here, for this text goes to logs.
    #[error("the {0} is not a mail address")]
    Address(&'static str),
    /// An id is not of the form `left@right` in plain ASCII.
    #[error("the {0} is not of the form left@right")]
    Id(&'static str),
    /// lettre refuses it.
    #[error("the mail cannot be built: {0}")]
    Mail(#[from] lettre::error::Error),
}

/// Builds the bytes of a mail: pure ASCII, whatever the letter says.
pub fn build(draft: &Draft) -> Result<Vec<u8>, BuildError> {
    let from = mailbox(&draft.from_name, &draft.from_address, "sender")?;
    let to = mailbox("", &draft.to, "recipient")?;
    let mut builder = Message::builder()
        .from(from)
        .to(to)
        .date(SystemTime::from(draft.date))
        .subject(cut(&line(&draft.subject), |s| {
            s.chars().count() <= LONGEST_SUBJECT
        }))
        .message_id(Some(id(&draft.message_id, "message id")?));
    if let Some(root) = &draft.references_root {
        let root = id(root, "thread id")?;
        builder = builder.in_reply_to(root.clone()).references(root);
    }
    builder = raw(
        builder,
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated",
    );
    let language: String = draft
        .language
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect();
    builder = raw(
        builder,
        HeaderName::new_from_ascii_str("Content-Language"),
        &language,
    );
    if draft.urgent {
        builder = raw(builder, HeaderName::new_from_ascii_str("Importance"), "high");
        builder = raw(builder, HeaderName::new_from_ascii_str("X-Priority"), "1");
    }
    let text = SinglePart::builder()
        .header(ContentType::TEXT_PLAIN)
        .body(lines(&draft.text));
    let message = match &draft.html {
        Some(html) => {
            let html = SinglePart::builder()
                .header(ContentType::TEXT_HTML)
                .body(lines(html));
            builder.multipart(MultiPart::alternative().singlepart(text).singlepart(html))?
        }
        None => builder.singlepart(text)?,
    };
    Ok(message.formatted())
}

fn raw(builder: MessageBuilder, name: HeaderName, value: &str) -> MessageBuilder {
    builder.raw_header(HeaderValue::new(name, value.to_owned()))
}

fn mailbox(name: &str, address: &str, whose: &'static str) -> Result<Mailbox, BuildError> {
    let wrong = |()| BuildError::Address(whose);
    if !address.is_ascii() {
        return Err(wrong(()));
    }
    let address = address.parse().map_err(|_| wrong(()))?;
    let name = cut(&line(name), |s| s.len() <= LONGEST_NAME);
    Ok(Mailbox::new(Some(name).filter(|n| !n.is_empty()), address))
}

/// Puts an id in angle brackets.
fn id(text: &str, what: &'static str) -> Result<String, BuildError> {
    let bare = text.trim_start_matches('<').trim_end_matches('>');
    let plain = bare
        .chars()
        .all(|c| c.is_ascii_graphic() && !"<>\"(),:;\\[]".contains(c));
    match bare.split_once('@') {
        Some((left, right)) if plain && !left.is_empty() && !right.is_empty() => Ok(format!("<{bare}>")),
        _ => Err(BuildError::Id(what)),
    }
}

/// Makes one line of a text: no control characters, no marks that turn the direction of writing.
///
/// A line break in a display name would make lettre panic; one in a subject could start a header.
fn line(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let spaced: String = text
        .chars()
        .filter(|c| !turns(*c))
        .map(|c| {
            if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
                ' '
            } else {
                c
            }
        })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Keeps the line breaks and tabs of a text and no other control characters.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .filter(|c| matches!(c, '\n' | '\t') || !c.is_control())
        .collect()
}

/// Takes characters off the end until the text fits.
fn cut(text: &str, fits: impl Fn(&str) -> bool) -> String {
    let mut cut = text.to_owned();
    while !fits(&cut) {
        cut.pop();
    }
    cut.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_millis;
    use mail_parser::{MessageParser, MimeHeaders};
    use proptest::prelude::*;

    fn draft() -> Draft {
        Draft {
            from_name: "每日零报告".into(),
            from_address: "duty@county.example".into(),
            to: "clerk@village.example".into(),
            subject: "逾期未报：𠮷安村".into(),
            text: "𠮷安村 16:00 未报。\n.\n请立即报告。\n".into(),
            html: Some("<p>𠮷安村 16:00 <b>未报</b>。</p>".into()),
            message_id: "c.1.2@county.example".into(),
            references_root: Some("<round.1@county.example>".into()),
            urgent: false,
            date: from_millis(1_800_000_000_000).unwrap(),
            language: "zh-CN".into(),
        }
    }

    fn header(bytes: &[u8], name: &str) -> Option<String> {
        let mail = MessageParser::default().parse(bytes).unwrap();
        mail.header_raw(name.to_owned()).map(|v| v.trim().to_owned())
    }

    #[test]
    fn a_letter_reads_back_as_it_was_written() {
        let bytes = build(&draft()).unwrap();
        assert!(bytes.is_ascii());
        let mail = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(mail.subject(), Some("逾期未报：𠮷安村"));
        assert_eq!(mail.from().unwrap().first().unwrap().name(), Some("每日零报告"));
        assert_eq!(
            mail.body_text(0).unwrap(),
            "𠮷安村 16:00 未报。\r\n.\r\n请立即报告。\r\n"
        );
        assert_eq!(mail.body_html(0).unwrap(), "<p>𠮷安村 16:00 <b>未报</b>。</p>");
        assert_eq!(mail.message_id(), Some("c.1.2@county.example"));
        assert_eq!(
            mail.root_part().content_type().unwrap().subtype(),
            Some("alternative")
        );
        assert_eq!(mail.date().unwrap().to_timestamp(), 1_800_000_000);
        let is = |name, value: &str| assert_eq!(header(&bytes, name).as_deref(), Some(value), "{name}");
        is("In-Reply-To", "<round.1@county.example>");
        is("References", "<round.1@county.example>");
        is("Auto-Submitted", "auto-generated");
        is("Content-Language", "zh-CN");
        assert_eq!(header(&bytes, "Importance"), None);
    }

    #[test]
    fn an_urgent_letter_says_so_in_its_headers() {
        let bytes = build(&Draft {
            urgent: true,
            html: None,
            references_root: None,
            ..draft()
        })
        .unwrap();
        assert_eq!(header(&bytes, "Importance").as_deref(), Some("high"));
        assert_eq!(header(&bytes, "X-Priority").as_deref(), Some("1"));
        assert_eq!(header(&bytes, "References"), None);
    }

    #[test]
    fn a_sender_of_twelve_characters_stands_on_one_line() {
        let name = "鄱阳县防汛抗旱指挥部值班室夜班组长";
        let bytes = build(&Draft {
            from_name: name.into(),
            ..draft()
        })
        .unwrap();
        let text = String::from_utf8(bytes.clone()).unwrap();
        let from = text.lines().position(|l| l.starts_with("From:")).unwrap();
        let next = text.lines().nth(from + 1).unwrap();
        assert!(
            !next.starts_with(' ') || next.starts_with(" <"),
            "the name is not folded: {next}"
        );
        let mail = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(
            mail.from().unwrap().first().unwrap().name(),
            Some("鄱阳县防汛抗旱指挥部值班")
        );
    }

    #[test]
    fn a_line_break_in_a_name_neither_panics_nor_starts_a_header() {
        let evil = "值班\r\nBcc: all@county.example\u{0}\u{202e}";
        let bytes = build(&Draft {
            from_name: evil.into(),
            subject: evil.into(),
            ..draft()
        })
        .unwrap();
        assert_eq!(header(&bytes, "Bcc"), None);
        let mail = MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(mail.subject(), Some("值班 Bcc: all@county.example"));
    }

    #[test]
    fn an_id_that_could_start_a_header_is_refused() {
        for bad in ["", "<>", "a", "a@", "a b@c", "a@b\r\nBcc: x@y.example", "甲@乙"] {
            assert!(
                build(&Draft {
                    message_id: bad.into(),
                    ..draft()
                })
                .is_err(),
                "{bad:?}"
            );
        }
        assert!(
            build(&Draft {
                to: "值班@county.example".into(),
                ..draft()
            })
            .is_err()
        );
        assert!(
            build(&Draft {
                to: "a@b.example\r\nBcc: c@d.example".into(),
                ..draft()
            })
            .is_err()
        );
    }

    #[test]
    fn the_same_draft_has_the_same_headers_again() {
        let heads = |bytes: Vec<u8>| header(&bytes, "Message-ID");
        assert_eq!(heads(build(&draft()).unwrap()), heads(build(&draft()).unwrap()));
    }

    proptest! {
        #[test]
        fn any_text_becomes_ascii_with_the_headers_it_should_have(
            from_name in any::<String>(), subject in any::<String>(), text in any::<String>(),
            html in prop::option::of(any::<String>()),
        ) {
            let bytes = build(&Draft { from_name, subject, text, html, ..draft() }).unwrap();
            prop_assert!(bytes.is_ascii());
            let text = String::from_utf8(bytes).unwrap();
            let (head, _) = text.split_once("\r\n\r\n").unwrap();
            let known = ["From", "To", "Date", "Subject", "Message-ID", "In-Reply-To", "References",
                "Auto-Submitted", "Content-Language", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];
            for line in head.split("\r\n").filter(|l| !l.starts_with([' ', '\t'])) {
                let name = line.split_once(':').map_or(line, |(name, _)| name);
                prop_assert!(known.contains(&name), "{line:?}");
            }
            prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
        }
    }
}
