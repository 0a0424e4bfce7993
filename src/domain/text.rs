//! Knows how typed text is cleaned before anything else looks at it.

use unicode_normalization::UnicodeNormalization;

/// Cleans a text of one line: as [`clean_lines`], and every line break is a space.
pub fn clean_line(text: &str) -> String {
    clean_lines(text).replace('\n', " ")
}

/// Cleans a text of several lines.
///
/// NUL, other control characters and what turns the direction of writing are removed, a tab is a space, line
/// breaks of all kinds are `\n`, the rest is composed (NFC) and trimmed. A text without a visible character is empty.
pub fn clean_lines(text: &str) -> String {
    let unified = text.replace("\r\n", "\n");
    let kept: String = unified.chars().filter_map(kept).nfc().collect();
    if kept.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
        return String::new();
    }
    kept.trim().to_owned()
}

fn kept(c: char) -> Option<char> {
    match c {
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\t' => Some(' '),
        _ if c.is_control() || is_direction(c) || c == '\u{FEFF}' => None,
        _ => Some(c),
    }
}

/// Tells whether a character turns the direction of writing: marks, embeddings, overrides, isolates.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Tells whether a character shows nothing and takes no room.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nul_and_direction_overrides_are_removed() {
        assert_eq!(clean_line("a\0b\u{202E}c\u{2067}d\u{7}"), "abcd");
    }

    #[test]
    fn only_spaces_of_any_kind_are_empty() {
        assert_eq!(clean_lines(" \u{3000}\t\r\n\u{200B}\u{A0}\u{FEFF}"), "");
    }

    #[test]
    fn rare_han_of_four_bytes_is_kept() {
        assert_eq!(clean_line(" 𠮷塬村 "), "𠮷塬村");
    }

    #[test]
    fn line_breaks_are_kept_in_lines_and_are_spaces_in_a_line() {
        assert_eq!(clean_lines("一\r\n二\r三\u{2028}四"), "一\n二\n三\n四");
        assert_eq!(clean_line("一\r\n二"), "一 二");
    }

    #[test]
    fn decomposed_letters_are_composed() {
        assert_eq!(clean_line("e\u{301}"), "\u{e9}");
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing_more(text in any::<String>()) {
            let once = clean_lines(&text);
            prop_assert_eq!(clean_lines(&once), once.clone());
            prop_assert!(!once.chars().any(|c| c.is_control() && c != '\n'));
        }
    }
}
