//! Reads a script as words: which of its words are its own, and which a browser has to know.

use std::collections::BTreeSet;

/// Words of the language itself, all older than any browser that counts.
const LANGUAGE: &str = "var let const function return if else for while do switch case break continue new delete typeof \
    instanceof in of this null true false undefined try catch finally throw void arguments";

/// Gives what a browser has to know: `.name` for members, `name` for globals, signs of newer syntax as they are.
pub(crate) fn needs(text: &str) -> BTreeSet<String> {
    let words = read(text);
    let own = own(&words);
    let mut needs = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |at| words[at].as_str());
        let after = words.get(at + 1).map_or("", String::as_str);
        let is_name = word.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '$');
        let is_key = after == ":" && matches!(before, "{" | ",");
        match () {
            () if !is_name => {
                // Old signs are single; `?.`, `??`, `**`, `...`, `#x`, `` ` `` and flags of patterns are newer.
                if word.chars().count() > 1 || word == "`" {
                    needs.insert(word.clone());
                }
            }
            () if before == "." || before == "?." || is_key => drop(needs.insert(format!(".{word}"))),
            () if LANGUAGE.split_whitespace().any(|known| known == word) || own.contains(word) => {}
            () => drop(needs.insert(word.clone())),
        }
    }
    needs
}

/// Gives the names that a script declares: variables, functions and what they are given.
fn own(words: &[String]) -> BTreeSet<String> {
    let mut own = BTreeSet::new();
    let (mut declares, mut depth, mut given) = (false, 0_usize, None);
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |at| words[at].as_str());
        match word.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        match word.as_str() {
            "var" | "let" | "const" => declares = true,
            ";" | "of" | "in" => declares = false,
            "function" | "catch" => given = Some(depth),
            ")" if given == Some(depth) => given = None,
            name if matches!(before, "var" | "let" | "const" | "function")
                || (declares && before == "," && given.is_none())
                || (given.is_some() && matches!(before, "(" | ",")) =>
            {
                own.insert(name.to_owned());
            }
            _ => {}
        }
    }
    own
}

/// Cuts a script into names, numbers and signs; texts, patterns and remarks are left out, flags of patterns kept.
fn read(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let (c, next) = (chars[at], chars.get(at + 1).copied().unwrap_or(' '));
        match c {
            '/' if next == '/' => at = end(&chars, at, |c, _| c == '\n'),
            '/' if next == '*' => at = end(&chars, at + 2, |c, next| c == '*' && next == '/') + 1,
            '/' if begins_pattern(words.last()) => {
                at = quoted(&chars, at);
                let flags: String = chars[at..].iter().take_while(|c| c.is_alphabetic()).collect();
                at += flags.len();
                words.extend(
                    flags
                        .chars()
                        .filter(|c| !"gimsuy".contains(*c))
                        .map(|c| format!("/{c}")),
                );
                words.push("0".to_owned());
            }
            '"' | '\'' => {
                at = quoted(&chars, at);
                words.push("0".to_owned());
            }
            c if c.is_whitespace() => at += 1,
            c if c.is_alphanumeric() || matches!(c, '_' | '$' | '#') => {
                let word: String = chars[at..]
                    .iter()
                    .take_while(|c| c.is_alphanumeric() || matches!(**c, '_' | '$' | '#'))
                    .collect();
                at += word.chars().count();
                words.push(if word.starts_with(|c: char| c.is_ascii_digit()) {
                    "0".to_owned()
                } else {
                    word
                });
            }
            _ => {
                let here: String = chars[at..].iter().take(3).collect();
                let sign = ["...", "??=", "||=", "&&=", "**", "??", "?.", "=>"]
                    .into_iter()
                    .find(|sign| here.starts_with(sign));
                let sign = sign.map_or_else(|| c.to_string(), str::to_owned);
                at += sign.chars().count();
                words.push(sign);
            }
        }
    }
    words
}

fn end(chars: &[char], from: usize, stops: impl Fn(char, char) -> bool) -> usize {
    let mut at = from;
    while at < chars.len() && !stops(chars[at], chars.get(at + 1).copied().unwrap_or(' ')) {
        at += 1;
    }
    at + 1
}

/// Gives where a text or a pattern ends; a slash in a class of a pattern does not end it.
fn quoted(chars: &[char], from: usize) -> usize {
    let (mark, mut at, mut class) = (chars[from], from + 1, false);
    while at < chars.len() && (chars[at] != mark || class) {
        match chars[at] {
            '\\' => at += 1,
            '[' if mark == '/' => class = true,
            ']' => class = false,
            _ => {}
        }
        at += 1;
    }
    at + 1
}

fn begins_pattern(before: Option<&String>) -> bool {
    let opens = |word: &String| {
        word == "return" || word.ends_with(['(', ',', '=', ':', '[', '!', '&', '|', '?', '{', '}', ';'])
    };
    before.is_none_or(opens)
}
