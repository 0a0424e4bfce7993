//! Knows the parts that every letter has, in the order in which a hurried reader needs them.

use askama::Template;

use crate::domain::language::Lang;
use crate::domain::notice::Notice;

/// A letter in words.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) lang: &'static str,
    pub(super) colour: &'static str,
    pub(super) subject: String,
    /// The words of the mark and what it means; one for the deployment, one for a drill.
    pub(super) marks: Vec<(String, String)>,
    /// The conclusion.
    pub(super) lead: String,
    /// What else must be known before the facts.
    pub(super) notes: Vec<String>,
    /// Name and value.
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) groups: Vec<Group>,
    pub(super) to_do_title: &'static str,
    pub(super) to_do: Vec<String>,
    /// The words on the button, and its address.
    pub(super) link: (&'static str, String),
    pub(super) foot: Vec<String>,
}

/// Units beneath one unit.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) title: String,
    pub(super) entries: Vec<Entry>,
}

/// A unit, and lines about it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) lines: Vec<String>,
}

/// Red, with words beside it that say the same.
pub(super) const ALARM: &str = "#b3261e";
/// Amber.
pub(super) const WARNING: &str = "#8a5300";
/// Blue.
pub(super) const CALM: &str = "#0b57a4";

impl Page {
    /// Begins a page with what every letter has.
    pub(super) fn new(notice: &Notice, colour: &'static str) -> Self {
        let l = notice.language;
        let mut foot = vec![l.mail_signed(&notice.office)];
        if !notice.phone.is_empty() {
            foot.push(l.mail_phone(&notice.phone));
        }
        foot.push(l.mail_automatic().to_owned());
        Self {
            lang: l.tag(),
            colour,
            to_do_title: l.mail_to_do(),
            foot,
            ..Self::default()
        }
    }

    /// Marks what is no everyday letter, in the subject and on top.
    pub(super) fn marked(mut self, notice: &Notice) -> Self {
        let l = notice.language;
        let mut words = Vec::new();
        if !notice.mark.is_empty() {
            words.push(mark(l, &notice.mark));
        }
        if notice.drill {
            words.push(l.drill_mark().to_owned());
        }
        let subject: String = words.iter().map(|word| l.mail_bracket(word)).collect();
        self.subject = format!("{subject}{}", self.subject);
        self.marks = words
            .into_iter()
            .map(|word| (l.mail_bracket(&word), l.mail_marked(word)))
            .collect();
        self
    }

    /// Gives the letter as plain text, complete without its HTML.
    pub(super) fn text(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(
            self.marks
                .iter()
                .map(|(word, meaning)| format!("{word}{meaning}")),
        );
        parts.push(self.lead.clone());
        parts.extend(self.notes.iter().cloned());
        let colon = if self.lang == Lang::Zh.tag() { "：" } else { ": " };
        let facts: Vec<String> = self
            .facts
            .iter()
            .map(|(name, value)| format!("{name}{colon}{value}"))
            .collect();
        parts.push(facts.join("\n"));
        parts.extend(self.groups.iter().map(Group::text));
        if !self.to_do.is_empty() {
            let lines: Vec<String> = self.to_do.iter().map(|line| format!("- {line}")).collect();
            parts.push(format!(
                "{}{}\n{}",
                self.to_do_title,
                colon.trim_end(),
                lines.join("\n")
            ));
        }
        if !self.link.1.is_empty() {
            parts.push(format!("{}{}\n{}", self.link.0, colon.trim_end(), self.link.1));
        }
        parts.push(self.foot.join("\n"));
        parts.retain(|part| !part.is_empty());
        parts.join("\n\n") + "\n"
    }

    /// Gives the letter as HTML that loads nothing.
    pub(super) fn html(&self) -> Result<String, askama::Error> {
        Html { page: self }.render()
    }
}

impl Group {
    fn text(&self) -> String {
        let mut lines = vec![format!("■ {}", self.title)];
        for entry in &self.entries {
            lines.push(format!("  {}", entry.name));
            lines.extend(entry.lines.iter().map(|line| format!("    {line}")));
        }
        lines.join("\n")
    }
}

/// Gives the mark of the deployment; one of the words that this program knows is said in the reader's language.
fn mark(l: Lang, set: &str) -> String {
    let same = |known: fn(Lang) -> &'static str| {
        Lang::ALL
            .iter()
            .any(|other| known(*other).eq_ignore_ascii_case(set))
    };
    for known in [Lang::demo_mark, Lang::drill_mark] {
        if same(known) {
            return known(l).to_owned();
        }
    }
    set.to_owned()
}

#[derive(Template)]
#[template(path = "mail/letter.html", whitespace = "suppress")]
struct Html<'a> {
    page: &'a Page,
}
