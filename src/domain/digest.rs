//! Knows the hashes by which what was received can be proved, also after its texts were redacted.
//!
//! A check-in has two levels: its texts are hashed with a salt of their own, and the digest covers that hash
//! with everything else. A redaction removes texts and salt and keeps the hash, so nothing can be guessed back
//! from a short text, and digest, receipt and seal still verify.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::checkin::{Content, IncidentContent};
use super::time::Timestamp;

/// A SHA-256 hash, written as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Digest(pub [u8; 32]);

/// A text that is not the hexadecimal digits it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not {0} hexadecimal digits")]
pub struct HexError(usize);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl FromStr for Digest {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        from_hex(text).map(Self)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = HexError;

    fn try_from(text: String) -> Result<Self, HexError> {
        text.parse()
    }
}

/// The random bytes that keep a short text from being guessed by its hash; they go when the text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 16]);

impl fmt::Display for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl FromStr for Salt {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        from_hex(text).map(Self)
    }
}

/// Hashes the texts of a report with their salt.
pub fn text_digest(content: &Content, salt: &Salt) -> Digest {
    let mut canon = Canon::new("allclear text 1");
    canon.bytes(&salt.0);
    if let Some(IncidentContent {
        place,
        what,
        measures,
        source,
        cause,
        trend,
        requested,
        call_back,
        ..
    }) = content.incident()
    {
        for text in [place, what, measures, source, cause, trend, requested, call_back] {
            canon.text(text);
        }
    }
    canon.finish()
}

/// Hashes a report: its kind, class, severity, counts and times, and the hash of its texts.
pub fn digest_over(content: &Content, texts: &Digest) -> Digest {
    let mut canon = Canon::new("allclear check-in 1");
    canon.text(content.code());
    if let Some(i) = content.incident() {
        canon.text(&i.class).text(i.severity.code()).flag(i.urgent);
        for count in [i.dead, i.injured, i.missing, i.evacuated, i.houses, i.loss] {
            canon.maybe(count.map(i64::from));
        }
        for time in [i.occurred, i.learned] {
            canon.maybe(time.map(|t| t.timestamp_millis()));
        }
    }
    if let Some(counts) = content.roll_up() {
        for count in [
            counts.expected,
            counts.all_clear,
            counts.incidents,
            counts.late,
            counts.excused,
        ] {
            canon.number(i64::from(count));
        }
        for unit in &counts.missing {
            canon.number(unit.0);
        }
    }
    canon.bytes(&texts.0);
    canon.finish()
}

/// Hashes a report that still has its texts; short for both levels.
pub fn digest(content: &Content, salt: &Salt) -> Digest {
    digest_over(content, &text_digest(content, salt))
}

/// A hash over fields, each written with its length, so that no two lists of fields read the same.
#[derive(Debug, Clone)]
pub(crate) struct Canon(Sha256);

impl Canon {
    /// Begins with the name and version of what is written.
    pub(crate) fn new(name: &str) -> Self {
        let mut canon = Self(Sha256::new());
        canon.text(name);
        canon
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
        self
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    pub(crate) fn number(&mut self, number: i64) -> &mut Self {
        self.bytes(&number.to_be_bytes())
    }

    pub(crate) fn time(&mut self, at: Timestamp) -> &mut Self {
        self.number(at.timestamp_millis())
    }

    fn maybe(&mut self, number: Option<i64>) -> &mut Self {
        match number {
            Some(number) => self.number(number),
            None => self.bytes(&[]),
        }
    }

    fn flag(&mut self, flag: bool) -> &mut Self {
        self.bytes(&[u8::from(flag)])
    }

    pub(crate) fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

/// Writes bytes as lower-case hexadecimal digits.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            for nibble in [byte >> 4, byte & 15] {
                text.extend(char::from_digit(u32::from(nibble), 16));
            }
            text
        })
}

/// Reads exactly `N` bytes of hexadecimal digits, of either case.
pub(crate) fn from_hex<const N: usize>(text: &str) -> Result<[u8; N], HexError> {
    let nibbles: Option<Vec<u8>> = text.chars().map(|c| c.to_digit(16).map(|d| d as u8)).collect();
    let nibbles = nibbles.filter(|n| n.len() == 2 * N).ok_or(HexError(2 * N))?;
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(nibbles.chunks_exact(2)) {
        *byte = pair.iter().fold(0, |value, nibble| value << 4 | nibble);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::incident::Severity;
    use proptest::prelude::*;

    const SALT: Salt = Salt([7; 16]);

    fn incident() -> IncidentContent {
        IncidentContent {
            class: "flood".into(),
            severity: Severity::III,
            place: "圩堤".into(),
            what: "管涌".into(),
            ..IncidentContent::default()
        }
    }

    #[test]
    fn the_digest_still_verifies_when_texts_and_salt_are_gone() {
        let full = Content::Incident(incident());
        let texts = text_digest(&full, &SALT);
        let redacted = Content::Incident(IncidentContent {
            place: String::new(),
            what: String::new(),
            ..incident()
        });
        assert_eq!(digest(&full, &SALT), digest_over(&redacted, &texts));
    }

    #[test]
    fn another_salt_gives_another_digest() {
        assert_ne!(
            digest(&Content::AllClear, &SALT),
            digest(&Content::AllClear, &Salt([8; 16]))
        );
    }

    #[test]
    fn every_field_changes_the_digest() {
        let time = crate::domain::time::from_millis(1);
        let others = [
            Content::AllClear,
            Content::Incident(IncidentContent {
                class: "fire".into(),
                ..incident()
            }),
            Content::Incident(IncidentContent {
                severity: Severity::NotGraded,
                ..incident()
            }),
            Content::Incident(IncidentContent {
                place: "圩".into(),
                what: "堤管涌".into(),
                ..incident()
            }),
            Content::Incident(IncidentContent {
                measures: "转移".into(),
                ..incident()
            }),
            Content::Incident(IncidentContent {
                occurred: time,
                ..incident()
            }),
            Content::Incident(IncidentContent {
                learned: time,
                ..incident()
            }),
            Content::Incident(IncidentContent {
                urgent: true,
                ..incident()
            }),
            Content::Incident(IncidentContent {
                trend: "转移".into(),
                ..incident()
            }),
        ];
        all_differ(&others);
    }

    #[test]
    fn every_figure_changes_the_digest() {
        all_differ(&[
            Content::Incident(IncidentContent {
                dead: Some(0),
                ..incident()
            }),
            Content::Incident(IncidentContent {
                injured: Some(0),
                ..incident()
            }),
            Content::Incident(IncidentContent {
                missing: Some(0),
                ..incident()
            }),
            Content::Incident(IncidentContent {
                evacuated: Some(0),
                ..incident()
            }),
            Content::Incident(IncidentContent {
                loss: Some(0),
                ..incident()
            }),
        ]);
    }

    /// Holds that these and the plain incident have digests of their own.
    fn all_differ(others: &[Content]) {
        let base = digest(&Content::Incident(incident()), &SALT);
        let mut all: Vec<_> = others.iter().map(|c| digest(c, &SALT)).collect();
        all.push(base);
        all.sort_by_key(|d| d.0);
        all.dedup();
        assert_eq!(all.len(), others.len() + 1);
    }

    #[test]
    fn hexadecimal_text_of_another_length_or_with_other_letters_is_refused() {
        assert!("".parse::<Digest>().is_err());
        assert!("0".repeat(63).parse::<Digest>().is_err());
        assert!("é".repeat(32).parse::<Digest>().is_err());
        assert!("g".repeat(64).parse::<Digest>().is_err());
    }

    proptest! {
        #[test]
        fn a_digest_reads_back_what_it_wrote(bytes in any::<[u8; 32]>()) {
            let digest = Digest(bytes);
            prop_assert_eq!(digest.to_string().parse::<Digest>(), Ok(digest));
            prop_assert_eq!(digest.to_string().to_uppercase().parse::<Digest>(), Ok(digest));
        }
    }
}
