//! Knows what personal numbers look like in free text: an ID number is masked before anything is stored, others
//! are warned of.
//!
//! Matching sees through full-width digits, separators and invisible characters; what is not masked stays as it
//! was typed. Work and memory grow with the length of the text alone.

mod sight;

use serde::{Deserialize, Serialize};

use super::check::check_value;
use sight::{Joint, Sign};

/// What stands in the place of a national ID number.
pub const MASK: &str = "[身份证号已隐去]";

/// What the clerk is told; the report is accepted all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Notice {
    /// How many ID numbers were masked.
    pub masked: u32,
    /// A mobile number was left in.
    pub mobile: bool,
    /// What looks like an ID number of the old kind, without a check character, was left in.
    pub old_id: bool,
    /// What looks like the number of a bank card was left in.
    pub card: bool,
}

impl Notice {
    /// Joins the notices of two texts.
    pub fn and(self, other: Self) -> Self {
        Self {
            masked: self.masked.saturating_add(other.masked),
            mobile: self.mobile || other.mobile,
            old_id: self.old_id || other.old_id,
            card: self.card || other.card,
        }
    }

    /// Tells whether there is nothing to say.
    pub fn is_silent(self) -> bool {
        self == Self::default()
    }
}

/// A text that may be stored, and what the clerk is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screened {
    /// The text, with ID numbers masked.
    pub text: String,
    /// What was found.
    pub notice: Notice,
}

/// Masks every national ID number of 18 places whose check character fits, and looks for numbers to warn of.
pub fn screen(text: &str) -> Screened {
    let (text, masked) = mask(text);
    let signs = sight::signs(&text);
    let mut notice = Notice {
        masked,
        ..Notice::default()
    };
    for number in sight::numbers(&signs) {
        notice.mobile |= is_mobile(&number);
        notice.old_id |= is_old_id(&number);
        notice.card |= is_card(&number);
    }
    Screened { text, notice }
}

fn mask(text: &str) -> (String, u32) {
    let signs = sight::signs(text);
    let (mut out, mut masked, mut copied, mut at) = (String::with_capacity(text.len()), 0, 0, 0);
    // Every window is tried, wherever it begins, so that a second look can find nothing that the first did not.
    while let Some(window) = signs.get(at..at + 18) {
        if !is_id(window) {
            at += 1;
            continue;
        }
        let (start, end) = (window[0].start, window[17].end);
        // Two windows can share one character only where it stands for several digits, as ⑩ does.
        out.push_str(text.get(copied..start).unwrap_or_default());
        out.push_str(MASK);
        masked += 1;
        copied = end;
        at += 18;
        while signs.get(at).is_some_and(|s| s.start < end) {
            at += 1;
        }
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    (out, masked)
}

fn is_id(window: &[Sign]) -> bool {
    let joined = window[1..].iter().all(|s| s.joint != Joint::Apart);
    let mut digits = [0; 18];
    for (digit, sign) in digits.iter_mut().zip(window) {
        *digit = sign.value;
    }
    let (body, check) = digits.split_at(17);
    joined
        && body.iter().all(|&d| d < 10)
        && is_region(body)
        && is_birthday(&body[6..14])
        && check_value(body.iter().copied()) == check[0]
        && !is_date_after_code(window)
}

/// Tells a division code before a recent date, `361128 2026-07-01 0830`, from an ID number typed in groups.
fn is_date_after_code(window: &[Sign]) -> bool {
    let broken = |at: usize| window[at].joint != Joint::Adjacent;
    let year = window[6..10]
        .iter()
        .fold(0u32, |year, s| year * 10 + u32::from(s.value));
    year >= 2020 && broken(10) && broken(12) && ![7, 8, 9, 11, 13].into_iter().any(broken)
}

/// Tells whether digits begin with the code of a province, which the first two places of an ID number are.
fn is_region(digits: &[u8]) -> bool {
    let two = digits[..2].iter().fold(0, |n, d| n * 10 + d);
    matches!(two, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83)
}

/// Tells whether eight digits are a day on which somebody may have been born.
fn is_birthday(digits: &[u8]) -> bool {
    let number = |from: usize, to: usize| digits[from..to].iter().fold(0u32, |n, &d| n * 10 + u32::from(d));
    let (year, month, day) = (number(0, 4), number(4, 6), number(6, 8));
    let date = chrono::NaiveDate::from_ymd_opt(i32::try_from(year).unwrap_or(0), month, day);
    (1900..2100).contains(&year) && date.is_some()
}

/// Tells a mobile number, with or without the country's prefix.
fn is_mobile(digits: &[u8]) -> bool {
    let bare = [&[8, 6][..], &[0, 0, 8, 6]]
        .into_iter()
        .find_map(|prefix| digits.strip_prefix(prefix));
    let bare = bare.filter(|d| d.len() == 11).unwrap_or(digits);
    bare.len() == 11 && bare[0] == 1 && bare[1] >= 3
}

/// Tells an ID number as it was until 1999: region, birthday without its century, three more places.
fn is_old_id(digits: &[u8]) -> bool {
    let born = || [&[1, 9], &digits[6..12]].concat();
    digits.len() == 15 && is_region(digits) && is_birthday(&born())
}

/// Tells the number of a bank card: the length and beginning of an issuer's, and a fitting check digit (Luhn).
fn is_card(digits: &[u8]) -> bool {
    let issued = matches!(
        (digits.len(), digits),
        (16..=19, [6, 2, ..] | [9, 5, 5, ..]) | (16, [4, ..] | [5, 1..=5, ..] | [3, 5, ..])
    );
    let luhn = || {
        digits.iter().rev().enumerate().fold(0u32, |sum, (place, &d)| {
            let doubled = u32::from(d) * if place % 2 == 1 { 2 } else { 1 };
            sum + doubled / 10 + doubled % 10
        })
    };
    issued && luhn() % 10 == 0
}

#[cfg(test)]
mod tests;
