//! Knows which encoding a text has: what its mark says, else the first of UTF-8, UTF-16 and GBK that fits.

use std::borrow::Cow;

use encoding_rs::{Encoding, GBK, UTF_8, UTF_16BE, UTF_16LE};

use super::Unreadable;

/// Turns bytes into text.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Unreadable> {
    if let Some((marked, mark)) = Encoding::for_bom(bytes) {
        return strict(marked, bytes.get(mark..).unwrap_or_default());
    }
    if let Some(encoding) = wide(bytes) {
        return strict(encoding, bytes);
    }
    if bytes.contains(&0) {
        return Err(Unreadable::NoTable);
    }
    let encoding = if std::str::from_utf8(bytes).is_ok() {
        UTF_8
    } else {
        GBK
    };
    strict(encoding, bytes)
}

/// Recognises UTF-16 without a mark by the zeros that commas, digits and line ends leave on one side of their pairs.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let zeros = |odd: usize| {
        let half = bytes.iter().skip(odd).step_by(2);
        half.filter(|byte| **byte == 0).count()
    };
    match (bytes.len() % 2, zeros(0), zeros(1)) {
        (0, 0, 1..) => Some(UTF_16LE),
        (0, 1.., 0) => Some(UTF_16BE),
        _ => None,
    }
}

fn strict<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Result<Cow<'a, str>, Unreadable> {
    let wrong = || Unreadable::Encoding {
        row: first_wrong_row(encoding, bytes),
    };
    let text = encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .ok_or_else(wrong)?;
    // A picture may well be valid UTF-16, but no table has such characters.
    if text
        .chars()
        .any(|c| matches!(c, '\0'..='\u{8}' | '\u{e}'..='\u{1a}'))
    {
        return Err(Unreadable::NoTable);
    }
    Ok(text)
}

/// Gives the line of the first byte that is not of the encoding.
fn first_wrong_row(encoding: &'static Encoding, bytes: &[u8]) -> usize {
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let before = text.split('\u{fffd}').next().unwrap_or_default();
    before.matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "编码,名称\r\n361128101201,谢家滩镇𠮷村\r\n";

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    fn with(mark: &[u8], bytes: Vec<u8>) -> Vec<u8> {
        [mark.to_vec(), bytes].concat()
    }

    #[test]
    fn the_same_text_comes_out_of_every_encoding_with_and_without_a_mark() {
        let little = utf16(TEXT, u16::to_le_bytes);
        let big = utf16(TEXT, u16::to_be_bytes);
        let files = [
            TEXT.as_bytes().to_vec(),
            with(b"\xef\xbb\xbf", TEXT.as_bytes().to_vec()),
            little.clone(),
            with(b"\xff\xfe", little),
            big.clone(),
            with(b"\xfe\xff", big),
            encoding_rs::GB18030.encode(TEXT).0.into_owned(),
        ];
        for (place, file) in files.iter().enumerate() {
            assert_eq!(decode(file).as_deref(), Ok(TEXT), "file {place}");
        }
    }

    #[test]
    fn bytes_of_no_encoding_are_refused_with_their_row() {
        assert_eq!(
            decode(b"a,b\nc\n\xff\xff\xff,d\n"),
            Err(Unreadable::Encoding { row: 3 })
        );
    }

    #[test]
    fn a_picture_is_no_table() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0";
        assert_eq!(decode(png), Err(Unreadable::NoTable));
        assert_eq!(decode(b"a\0\0\0b"), Err(Unreadable::NoTable));
        assert_eq!(decode(b"").as_deref(), Ok(""));
    }
}
