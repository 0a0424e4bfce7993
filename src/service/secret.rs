//! Knows how tokens, the codes of slips and the tokens of other systems are made, and how people's typing is read.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand::Rng as _;
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization;

/// The letters of a slip's code: digits and capitals without those that look like others. 32 of them, 5 bits each.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// The letters of a slip's code: 80 bits.
const CODE: usize = 16;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// What an API token begins with, so that a leaked one is recognised.
const PREFIX: &str = "ac_";
const BODY: usize = 32;
const CHECK: usize = 6;

/// Makes an opaque token of 256 bits.
pub(super) fn token() -> String {
    let bytes: [u8; 32] = rand::rng().random();
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Makes the code of a slip, in groups of four: `7K2M-0QXT-9ZVB-4HEC`.
pub(super) fn code() -> String {
    let mut rng = rand::rng();
    let letters: Vec<u8> = (0..CODE).map(|_| LETTERS[rng.random_range(0..32)]).collect();
    grouped(&letters)
}

/// Gives the code that a token makes, in groups of four: always the same.
pub(super) fn code_of(token: &str) -> String {
    let digest = Sha256::digest(format!("allclear slip 1 {token}"));
    let letters: Vec<u8> = digest
        .iter()
        .take(CODE)
        .map(|byte| LETTERS[usize::from(*byte) % 32])
        .collect();
    grouped(&letters)
}

fn grouped(letters: &[u8]) -> String {
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|g| String::from_utf8_lossy(g).into_owned())
        .collect();
    groups.join("-")
}

/// Reads a slip's code as people type it: full width, small, without or with any dashes, O for 0, I and L for 1.
///
/// Gives the 16 letters, or `None` when it cannot be a code.
pub(super) fn read_code(typed: &str) -> Option<String> {
    let letters: String = typed
        .chars()
        .take(100)
        .nfkc()
        .flat_map(char::to_uppercase)
        .filter(|c| c.is_alphanumeric())
        .map(|c| match c {
            'O' => '0',
            'I' | 'L' => '1',
            'U' => 'V',
            c => c,
        })
        .collect();
    let known = letters.bytes().all(|b| LETTERS.contains(&b));
    (known && letters.len() == CODE).then_some(letters)
}

/// Makes the token of another system: `ac_`, 32 letters and digits, and six more that tell a slip.
pub(super) fn api_token() -> String {
    let mut rng = rand::rng();
    let body: String = (0..BODY)
        .map(|_| char::from(BASE62[rng.random_range(0..62)]))
        .collect();
    let check = checksum(&body);
    format!("{PREFIX}{body}{check}")
}

/// Tells whether a text has the form of an API token, its checksum included; no need to look it up otherwise.
pub(super) fn is_api_token(text: &str) -> bool {
    let inner = text.strip_prefix(PREFIX).filter(|t| t.is_ascii());
    inner
        .and_then(|t| t.split_at_checked(BODY))
        .is_some_and(|(body, check)| check == checksum(body))
}

fn checksum(body: &str) -> String {
    let digest = Sha256::digest(format!("allclear token 1 {body}"));
    digest
        .iter()
        .take(CHECK)
        .map(|byte| char::from(BASE62[usize::from(*byte) % 62]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for typed in [
            "7K2M-0QXT-9ZVB-4HE1",
            "7k2m oqxt 9zub 4hel",
            "７Ｋ２Ｍ０ＱＸＴ９ＺＶＢ４ＨＥＩ",
            " 7K2M–0QXT—9ZVB.4HE1\n",
        ] {
            assert_eq!(read_code(typed).as_deref(), Some("7K2M0QXT9ZVB4HE1"), "{typed}");
        }
        for typed in [
            "",
            "7K2M",
            "7K2M-0QXT-9ZVB-4HE1-7",
            "村",
            &"A".repeat(10_000),
            "\0",
        ] {
            assert_eq!(read_code(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_printed_code_reads_back() {
        for _ in 0..200 {
            let code = code();
            assert_eq!(code.len(), 19);
            assert_eq!(read_code(&code), Some(code.replace('-', "")));
        }
        let code = code_of("a token");
        assert_eq!(read_code(&code), Some(code.replace('-', "")));
        assert!(code == code_of("a token") && code != code_of("another"));
    }

    #[test]
    fn a_slip_in_an_api_token_is_told_without_a_look_at_the_table() {
        let token = api_token();
        assert_eq!(token.len(), 3 + 32 + 6);
        assert!(is_api_token(&token));
        let mut wrong = token.clone().into_bytes();
        wrong[10] = if wrong[10] == b'A' { b'B' } else { b'A' };
        assert!(!is_api_token(&String::from_utf8(wrong).unwrap()));
        for other in ["", "ac_", "ac_村村村村村村村村村村村", &token[3..], &token[..40]] {
            assert!(!is_api_token(other));
        }
    }

    #[test]
    fn two_tokens_are_never_alike() {
        assert_ne!(token(), token());
        assert_eq!(token().len(), 43);
    }
}
