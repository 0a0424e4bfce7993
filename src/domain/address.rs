//! Knows which mail addresses the service writes to, and how one is shown in a log.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A mail address in lower case: ASCII local part, a domain with a dot, at most 254 characters.
///
/// Two spellings of one address are equal. `Debug` hides it, so that no log shows it by accident.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(String);

/// Why a text is not an [`Address`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing but blanks.
    #[error("the address is empty")]
    Empty,
    /// More than 254 characters, or more than 64 before the `@`.
    #[error("the address is too long")]
    TooLong,
    /// A line break or another control character.
    #[error("the address has a line break or a control character")]
    Control,
    /// No `@`, or more than one.
    #[error("the address needs exactly one @")]
    At,
    /// The part before the `@` is empty or has characters that mail servers refuse.
    #[error("the part before the @ may have only ASCII letters, digits and signs such as . - _ +")]
    Local,
    /// The part after the `@` has no dot.
    #[error("the part after the @ needs a dot, as in example.cn")]
    NoDot,
    /// The part after the `@` is not the name of a host.
    #[error("the part after the @ is not a domain")]
    Domain,
}

impl Address {
    /// The most characters that an address may have (RFC 5321).
    pub const LONGEST: usize = 254;

    /// Reads an address; blanks around it, capitals and full-width letters do not count.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim_matches([' ', '\t', '\u{3000}', '\u{a0}']);
        let plain: String = text
            .chars()
            .map(half_width)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        if plain.is_empty() {
            return Err(AddressError::Empty);
        }
        if plain.chars().any(super::unit::is_invisible) {
            return Err(AddressError::Control);
        }
        let (local, domain) = plain.split_once('@').ok_or(AddressError::At)?;
        if domain.contains('@') {
            return Err(AddressError::At);
        }
        if plain.len() > Self::LONGEST || local.len() > 64 {
            return Err(AddressError::TooLong);
        }
        if !local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.bytes().all(is_atom))
        {
            return Err(AddressError::Local);
        }
        check_domain(domain)?;
        Ok(Self(plain))
    }

    /// Gives the address as mail wants it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives what follows the `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }

    /// Gives a form for logs that names no one: `z***@example.cn`.
    pub fn masked(&self) -> String {
        let first: String = self.0.chars().take(1).collect();
        format!("{first}***@{}", self.domain())
    }
}

fn check_domain(domain: &str) -> Result<(), AddressError> {
    if domain.is_empty() || !domain.split('.').all(is_label) {
        return Err(AddressError::Domain);
    }
    let (_, top) = domain.rsplit_once('.').ok_or(AddressError::NoDot)?;
    // A top label of digits would be an IP address.
    if top.bytes().all(|b| b.is_ascii_digit()) {
        Err(AddressError::Domain)
    } else {
        Ok(())
    }
}

/// Tells the characters that RFC 5322 calls `atext`.
fn is_atom(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b)
}

fn is_label(label: &str) -> bool {
    let hyphen = label.starts_with('-') || label.ends_with('-');
    (1..=63).contains(&label.len())
        && !hyphen
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Turns the full-width letters and signs of a Chinese keyboard into ASCII.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.masked())
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;
    fn try_from(text: String) -> Result<Self, AddressError> {
        Self::parse(&text)
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_is_read_in_lower_case() {
        for text in [
            "Duty@Example.CN",
            "  duty@example.cn\u{3000}",
            "ｄｕｔｙ＠ｅｘａｍｐｌｅ．ｃｎ",
        ] {
            assert_eq!(
                Address::parse(text).unwrap().as_str(),
                "duty@example.cn",
                "{text}"
            );
        }
        for text in ["a.b+c_d@x-1.example", "o'neil@a.b.c.example", "1@qq.com"] {
            assert_eq!(Address::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn an_address_that_no_server_would_take_says_what_is_wrong() {
        let cases = [
            ("", AddressError::Empty),
            ("duty.example.cn", AddressError::At),
            ("a@b@example.cn", AddressError::At),
            ("a@b", AddressError::NoDot),
            ("@example.cn", AddressError::Local),
            ("值班@example.cn", AddressError::Local),
            ("a..b@example.cn", AddressError::Local),
            (".a@example.cn", AddressError::Local),
            ("a b@example.cn", AddressError::Local),
            ("\"a\"@example.cn", AddressError::Local),
            ("值班室 <a@example.cn>", AddressError::Local),
            ("a@", AddressError::Domain),
            ("a@.cn", AddressError::Domain),
            ("a@example.", AddressError::Domain),
            ("a@-x.cn", AddressError::Domain),
            ("a@例子.cn", AddressError::Domain),
            ("a@10.0.0.1", AddressError::Domain),
            ("a@[10.0.0.1]", AddressError::Domain),
            ("a@example.cn\r\nBcc: b@example.cn", AddressError::Control),
            ("a\0@example.cn", AddressError::Control),
        ];
        for (text, why) in cases {
            assert_eq!(Address::parse(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn two_hundred_and_fifty_four_characters_are_the_most() {
        let domain = format!("{0}.{0}.{0}", "a".repeat(61));
        let full = format!("{}@{domain}.cn", "x".repeat(64));
        assert!(full.len() <= 254 && Address::parse(&full).is_ok());
        assert_eq!(
            Address::parse(&format!("{}@example.cn", "x".repeat(65))),
            Err(AddressError::TooLong)
        );
        assert_eq!(
            Address::parse(&format!("{full}{}", ".cn".repeat(2))),
            Err(AddressError::TooLong)
        );
    }

    #[test]
    fn a_log_shows_only_the_first_letter() {
        let address = Address::parse("zhiban@example.cn").unwrap();
        assert_eq!(address.masked(), "z***@example.cn");
        assert_eq!(format!("{address:?}"), "Address(z***@example.cn)");
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_plain_and_stays_itself(text in "\\PC{0,40}|[a-zA-Z.@+\\- \r\n]{0,40}|[a-z.]{1,9}@[a-z.]{1,9}") {
            if let Ok(address) = Address::parse(&text) {
                prop_assert!(address.as_str().is_ascii() && !address.as_str().contains(char::is_whitespace));
                prop_assert!(address.domain().contains('.'));
                prop_assert_eq!(Address::parse(address.as_str()), Ok(address));
            }
        }
    }
}
