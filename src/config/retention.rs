//! Knows `[retention]`: how long what people wrote, mails and traces of access are kept.

use super::read::{Broken, Reader};
use super::value::Span;
use crate::domain::privacy::Class;

/// `[retention]`; `None`: for ever.
#[derive(Debug, Clone)]
pub struct Retention {
    pub texts: Option<Span>,
    pub mails: Option<Span>,
    pub letters: Option<Span>,
    pub access: Option<Span>,
}

/// Records of access and of what was sent are kept for half a year at least.
const HALF_A_YEAR: u64 = 183;

impl Retention {
    pub(super) fn read(r: &Reader<'_>) -> Result<Self, Broken> {
        let span = |key: &str, least: u64| -> Result<Option<Span>, Broken> {
            let span: Option<Span> = r.optional(key)?;
            if span.is_some_and(|span| span < Span::days(least)) {
                r.fault(key, |l| l.config_least_or_empty(Span::days(least)));
            }
            Ok(span)
        };
        Ok(Self {
            texts: span("retention.texts", 30)?,
            mails: span("retention.mails", 1)?,
            letters: span("retention.letters", HALF_A_YEAR)?,
            access: span("retention.access", HALF_A_YEAR)?,
        })
    }

    /// Gives how long a class is kept.
    pub fn span(&self, class: Class) -> Option<Span> {
        match class {
            Class::Texts => self.texts,
            Class::Mails => self.mails,
            Class::Letters => self.letters,
            Class::Access => self.access,
        }
    }
}
