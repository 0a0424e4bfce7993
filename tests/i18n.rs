//! Holds that every word of the pages is there in both languages, well written, and used.

#[cfg(test)]
mod source;

#[cfg(test)]
mod words {
    use std::collections::BTreeSet;

    use crate::source::{File, files_under, sources};

    /// One message as it is defined.
    struct Message {
        file: String,
        name: String,
        parameters: BTreeSet<String>,
        zh: String,
        en: Vec<String>,
    }

    /// Gives every message of `src/i18n/`.
    fn messages() -> Vec<Message> {
        let files = sources().into_iter().filter(|f| f.module() == "i18n");
        let messages: Vec<Message> = files.flat_map(|f| defined_in(&f)).collect();
        assert!(messages.len() > 100, "the messages were not found");
        messages
    }

    /// Reads the `messages! { … }` of a file.
    fn defined_in(file: &File) -> Vec<Message> {
        let mut found = Vec::new();
        for block in file.spoken.split("\nmessages! {").skip(1) {
            let block = block.split("\n}").next().unwrap();
            let mut rest = block.trim_start();
            while !rest.is_empty() {
                let (message, tail) = one(file, rest);
                found.push(message);
                rest = tail.trim_start();
            }
        }
        found
    }

    /// Reads one message: `name(a, b): "zh", "en" | "many";`.
    fn one<'a>(file: &File, text: &'a str) -> (Message, &'a str) {
        let ends = [": \"", ":\n"].into_iter().filter_map(|end| text.find(end));
        let head = &text[..ends.min().unwrap()];
        let mut rest = &text[head.len()..];
        let mut texts = Vec::new();
        while !rest.starts_with(';') {
            let start = rest.find('"').unwrap();
            let (said, tail) = quoted(&rest[start + 1..]);
            texts.push(said);
            rest = tail.trim_start();
        }
        let (name, parameters) = head.split_once('(').unwrap_or((head, ""));
        let parameters = parameters
            .trim_end_matches(')')
            .split(',')
            .map(|p| p.trim().to_owned());
        let message = Message {
            file: file.path.clone(),
            name: name.trim().to_owned(),
            parameters: parameters.filter(|p| !p.is_empty()).collect(),
            zh: texts.remove(0),
            en: texts,
        };
        (message, &rest[1..])
    }

    /// Reads a text whose first quote has been read, and gives what follows its last.
    fn quoted(text: &str) -> (String, &str) {
        let mut said = String::new();
        let mut chars = text.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => return (said, &text[at + 1..]),
                '\\' => said.extend(chars.next().map(|(_, c)| c)),
                _ => said.push(c),
            }
        }
        panic!("a text has no end: {text}");
    }

    /// Gives the names in braces.
    fn placeholders(text: &str) -> BTreeSet<String> {
        let names = text
            .split('{')
            .skip(1)
            .map(|t| t.split(['}', ':']).next().unwrap().to_owned());
        names.collect()
    }

    fn none(wrong: &[String]) {
        assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    }

    fn is_han(c: char) -> bool {
        matches!(c, '\u{3400}'..='\u{9fff}')
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let mut wrong = Vec::new();
        for m in messages() {
            for text in m.en.iter().chain([&m.zh]) {
                // In the singular, English may say "one" in words.
                let singular = m.en.len() == 2 && *text == m.en[0];
                let missing: Vec<_> = m.parameters.difference(&placeholders(text)).cloned().collect();
                if !missing.is_empty() && !singular {
                    wrong.push(format!("{}: {} leaves out {missing:?}: {text}", m.file, m.name));
                }
            }
        }
        none(&wrong);
    }

    #[test]
    fn chinese_is_written_with_full_width_punctuation() {
        let mut wrong = Vec::new();
        for m in messages() {
            let chars: Vec<char> = m.zh.chars().collect();
            if chars
                .windows(2)
                .any(|w| is_han(w[0]) && ",;:?!.()".contains(w[1]))
            {
                wrong.push(format!("{}: {}: {}", m.file, m.name, m.zh));
            }
        }
        none(&wrong);
    }

    #[test]
    fn english_is_written_in_english() {
        let foreign = |c: char| {
            is_han(c) || ('\u{3000}'..='\u{303f}').contains(&c) || ('\u{ff00}'..='\u{ff60}').contains(&c)
        };
        let wrong: Vec<String> = messages()
            .iter()
            .filter(|m| m.en.iter().any(|t| t.is_empty() || t.chars().any(foreign)))
            .map(|m| format!("{}: {}: {:?}", m.file, m.name, m.en))
            .collect();
        none(&wrong);
    }

    #[test]
    fn nobody_is_scolded_or_given_a_code() {
        let harsh = [
            "非法",
            "无效",
            "错误码",
            "不合法",
            "invalid",
            "Invalid",
            "illegal",
            "Error ",
            "error code",
        ];
        let mut wrong = Vec::new();
        for m in messages() {
            for word in harsh
                .iter()
                .filter(|w| m.zh.contains(*w) || m.en.iter().any(|t| t.contains(*w)))
            {
                wrong.push(format!("{}: {} says \"{word}\"; say what to do", m.file, m.name));
            }
        }
        none(&wrong);
    }

    #[test]
    fn every_message_is_used() {
        let code = sources().into_iter().map(|f| f.code);
        let pages = files_under("templates").into_iter().map(|f| f.text);
        let all = code.chain(pages).collect::<Vec<_>>().join("\n");
        // A caller writes it as a method of a language or as a path.
        let used = |name: &str| {
            [format!(".{name}("), format!("::{name}")]
                .iter()
                .any(|call| all.contains(call))
        };
        let unused = messages().into_iter().filter(|m| !used(&m.name));
        none(
            &unused
                .map(|m| format!("{}: {} is used nowhere", m.file, m.name))
                .collect::<Vec<_>>(),
        );
    }
}
