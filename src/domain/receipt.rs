//! Knows the proof that a check-in was received: a number that can be read out by phone, and a seal that can be
//! checked by itself.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use unicode_normalization::UnicodeNormalization;

use super::check::{check_char, check_value, check_value_of, digit};
use super::digest::{Digest, HexError, from_hex, to_hex};
use super::ids::{CheckInId, UnitId};
use super::text::is_invisible;
use super::time::Timestamp;

/// The number on a receipt, written `1234-567-X`: the check-in's own number in groups, and a check character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Number(pub CheckInId);

/// Why a typed number is not a receipt's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// It is not made of digits and one check character.
    #[error("not a receipt number")]
    Shape,
    /// Its check character does not fit: a digit is wrong, or two have changed places.
    #[error("a digit of the receipt number is wrong or two have changed places")]
    Slip,
}

/// The least number of digits, so that numbers look alike from the first day.
const DIGITS: usize = 7;

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:0DIGITS$}", self.0.0.unsigned_abs());
        let mut rest = digits.as_str();
        for groups in (1..=digits.len().div_ceil(4)).rev() {
            let (group, after) = rest.split_at(rest.len().div_ceil(groups));
            write!(f, "{group}-")?;
            rest = after;
        }
        write!(f, "{}", check_char(check_value(digits.chars().filter_map(digit))))
    }
}

impl FromStr for Number {
    type Err = NumberError;

    /// Reads a number as people type it: full-width digits, a small x, any spaces and dashes, or none.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let typed: Vec<char> = text
            .nfkc()
            .filter(|&c| !c.is_whitespace() && !is_dash(c) && !is_invisible(c))
            .take(32)
            .collect();
        let (&last, body) = typed.split_last().ok_or(NumberError::Shape)?;
        let check = check_value_of(last).ok_or(NumberError::Shape)?;
        let digits: Option<Vec<u8>> = body.iter().map(|&c| digit(c)).collect();
        let digits = digits.filter(|d| !d.is_empty()).ok_or(NumberError::Shape)?;
        let value = digits
            .iter()
            .try_fold(0i64, |value, &d| value.checked_mul(10)?.checked_add(i64::from(d)))
            .ok_or(NumberError::Shape)?;
        if check_value(digits) != check {
            return Err(NumberError::Slip);
        }
        (value > 0)
            .then_some(Self(CheckInId(value)))
            .ok_or(NumberError::Shape)
    }
}

impl From<Number> for String {
    fn from(number: Number) -> Self {
        number.to_string()
    }
}

impl TryFrom<String> for Number {
    type Error = NumberError;

    fn try_from(text: String) -> Result<Self, NumberError> {
        text.parse()
    }
}

fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30FC}' | '一'
    )
}

/// The deployment's key for receipts. It is never printed.
#[derive(Clone)]
pub struct ReceiptKey([u8; 64]);

impl ReceiptKey {
    /// Takes 32 secret bytes.
    pub fn new(secret: &[u8; 32]) -> Self {
        // HMAC fills a short key with zeros up to its block; done here, it cannot fail later.
        let mut block = [0; 64];
        block[..32].copy_from_slice(secret);
        Self(block)
    }
}

impl fmt::Debug for ReceiptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReceiptKey(…)")
    }
}

/// The first half of an HMAC-SHA256, written as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ReceiptMac([u8; 16]);

impl fmt::Display for ReceiptMac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl FromStr for ReceiptMac {
    type Err = HexError;

    fn from_str(text: &str) -> Result<Self, HexError> {
        from_hex(text).map(Self)
    }
}

impl From<ReceiptMac> for String {
    fn from(mac: ReceiptMac) -> Self {
        mac.to_string()
    }
}

impl TryFrom<String> for ReceiptMac {
    type Error = HexError;

    fn try_from(text: String) -> Result<Self, HexError> {
        text.parse()
    }
}

/// The proof that one check-in was received. It says that the report is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Its number.
    pub number: Number,
    /// From which unit.
    pub unit: UnitId,
    /// When, by the server's clock.
    pub received: Timestamp,
    /// What: the check-in's digest.
    pub digest: Digest,
    /// Binds the four together under the deployment's key.
    pub mac: ReceiptMac,
}

impl Receipt {
    /// Issues the receipt of a check-in; the same facts always give the same receipt.
    pub fn issue(key: &ReceiptKey, id: CheckInId, unit: UnitId, received: Timestamp, digest: Digest) -> Self {
        let mac = mac(key, id, unit, received, &digest);
        Self {
            number: Number(id),
            unit,
            received,
            digest,
            mac,
        }
    }

    /// Tells whether this deployment issued it, in a time that says nothing about the key.
    pub fn is_genuine(&self, key: &ReceiptKey) -> bool {
        let expected = mac(key, self.number.0, self.unit, self.received, &self.digest);
        expected.0.ct_eq(&self.mac.0).into()
    }
}

fn mac(key: &ReceiptKey, id: CheckInId, unit: UnitId, received: Timestamp, digest: &Digest) -> ReceiptMac {
    let mut hmac = Hmac::<Sha256>::new(&key.0.into());
    hmac.update(b"allclear receipt 1\0");
    for number in [id.0, unit.0, received.timestamp_millis()] {
        hmac.update(&number.to_be_bytes());
    }
    hmac.update(&digest.0);
    let full: [u8; 32] = hmac.finalize().into_bytes().into();
    let mut half = [0; 16];
    half.copy_from_slice(&full[..16]);
    ReceiptMac(half)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::from_millis;
    use proptest::prelude::*;

    fn number(n: i64) -> Number {
        Number(CheckInId(n))
    }

    #[test]
    fn numbers_are_written_in_even_groups() {
        assert_eq!(number(1).to_string(), "0000-001-X");
        assert_eq!(number(1_234_567).to_string(), "1234-567-2");
        assert_eq!(number(12_345_678).to_string(), "1234-5678-9");
        assert_eq!(number(123_456_789).to_string(), "123-456-789-X");
        assert_eq!(number(1_234_567_890).to_string(), "1234-567-890-8");
    }

    #[test]
    fn a_number_is_read_as_people_type_it() {
        for typed in [
            "0000-001-X",
            " 0000001x ",
            "００００－００１－Ｘ",
            "0000 001 x",
            "1—X",
            "0000\u{200B}001X",
        ] {
            assert_eq!(typed.parse(), Ok(number(1)), "{typed}");
        }
    }

    #[test]
    fn what_is_no_number_is_told_from_a_slip() {
        for typed in [
            "",
            "X",
            "5",
            "12X4-5",
            "0000-000-1",
            "abc",
            "99999999999999999999-1",
            &"1".repeat(500),
        ] {
            assert_eq!(typed.parse::<Number>(), Err(NumberError::Shape), "{typed}");
        }
        assert_eq!("0000-002-X".parse::<Number>(), Err(NumberError::Slip));
    }

    fn receipt() -> (ReceiptKey, Receipt) {
        let key = ReceiptKey::new(&[3; 32]);
        let at = from_millis(1_790_000_000_123).unwrap();
        let receipt = Receipt::issue(&key, CheckInId(42), UnitId(7), at, Digest([9; 32]));
        (key, receipt)
    }

    #[test]
    fn a_receipt_is_genuine_under_its_own_key_only() {
        let (key, receipt) = receipt();
        assert!(receipt.is_genuine(&key));
        assert!(!receipt.is_genuine(&ReceiptKey::new(&[4; 32])));
        assert_eq!(receipt.mac.to_string().parse(), Ok(receipt.mac));
    }

    #[test]
    fn any_changed_fact_makes_a_receipt_false() {
        let (key, r) = receipt();
        let changed = [
            Receipt {
                number: number(43),
                ..r.clone()
            },
            Receipt {
                unit: UnitId(8),
                ..r.clone()
            },
            Receipt {
                received: from_millis(1_790_000_000_124).unwrap(),
                ..r.clone()
            },
            Receipt {
                digest: Digest([8; 32]),
                ..r.clone()
            },
            Receipt {
                mac: ReceiptMac([0; 16]),
                ..r
            },
        ];
        assert!(changed.iter().all(|r| !r.is_genuine(&key)));
    }

    #[test]
    fn the_key_is_not_printed() {
        assert_eq!(format!("{:?}", ReceiptKey::new(&[3; 32])), "ReceiptKey(…)");
    }

    proptest! {
        #[test]
        fn a_number_reads_back_what_it_wrote(n in 1..=i64::MAX) {
            prop_assert_eq!(number(n).to_string().parse(), Ok(number(n)));
        }

        #[test]
        fn one_wrong_digit_is_always_told(n in 1..=i64::MAX, place in any::<prop::sample::Index>(), by in 1u8..10) {
            let mut typed: Vec<u8> = number(n).to_string().bytes().filter(|b| *b != b'-').collect();
            let place = place.index(typed.len());
            if typed[place].is_ascii_digit() {
                typed[place] = b'0' + (typed[place] - b'0' + by) % 10;
                prop_assert!(String::from_utf8(typed).unwrap().parse::<Number>().is_err());
            }
        }

        #[test]
        fn two_neighbours_exchanged_are_always_told(n in 1..=i64::MAX, place in any::<prop::sample::Index>()) {
            let mut typed: Vec<u8> = number(n).to_string().bytes().filter(|b| *b != b'-').collect();
            let place = place.index(typed.len() - 1);
            if typed[place] != typed[place + 1] {
                typed.swap(place, place + 1);
                prop_assert!(String::from_utf8(typed).unwrap().parse::<Number>().is_err());
            }
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in any::<String>()) {
            let _ = text.parse::<Number>();
        }
    }
}
