//! Knows the initials by which a Chinese name is typed on a keyboard: 谢家滩镇 is `xjtz`.

use pinyin::ToPinyinMulti as _;

/// The longest text that is taken for initials, in letters.
const LONGEST: usize = 20;

/// Reads a text as initials: small Latin letters and digits, at least one letter; `None` for any other text.
pub fn initials(text: &str) -> Option<Vec<char>> {
    let letters: Vec<char> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let fits = letters.len() <= LONGEST
        && letters.iter().all(char::is_ascii_alphanumeric)
        && letters.iter().any(char::is_ascii_alphabetic);
    fits.then_some(letters)
}

/// Tells whether the characters of a name, somewhere in a row, begin with these letters; a character that is read in
/// several ways fits with any of them.
pub fn matches(name: &str, letters: &[char]) -> bool {
    let chars: Vec<char> = name.chars().collect();
    chars
        .windows(letters.len().max(1))
        .any(|window| window.iter().zip(letters).all(|(c, letter)| begins(*c, *letter)))
}

fn begins(c: char, letter: char) -> bool {
    if c.is_ascii() {
        return c.to_ascii_lowercase() == letter;
    }
    let readings = c.to_pinyin_multi();
    readings
        .into_iter()
        .flatten()
        .any(|reading| reading.first_letter().starts_with(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, typed: &str) -> bool {
        initials(typed).is_some_and(|letters| matches(name, &letters))
    }

    #[test]
    fn a_name_is_found_by_initials_in_a_row() {
        for typed in ["xjtz", "XJTZ", "jt", "x j t"] {
            assert!(found("谢家滩镇", typed), "{typed}");
        }
        for typed in ["xtz", "xjtzz", "", "谢", "1234", "x%", "xjtzxjtzxjtzxjtzxjtzx"] {
            assert!(!found("谢家滩镇", typed), "{typed}");
        }
    }

    #[test]
    fn a_character_with_two_readings_is_found_by_both() {
        assert!(found("长乐村", "zlc") && found("长乐村", "clc") && found("长乐村", "cyc"));
        assert!(found("第3组", "d3z"));
        assert!(!found("𠮷村", "zz"));
    }
}
