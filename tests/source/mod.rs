//! Reads the project's own sources: their code without comments, texts and tests, and what it imports.

#![allow(
    dead_code,
    clippy::allow_attributes,
    reason = "each test binary uses its own part"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// One source file.
pub(crate) struct File {
    /// From the root of the project, with slashes.
    pub(crate) path: String,
    /// As it is written.
    pub(crate) text: String,
    /// Without comments, texts and tests.
    pub(crate) code: String,
    /// Without comments and tests, texts kept.
    pub(crate) spoken: String,
}

/// Gives the Rust files of `src/` that are part of the program, so without files of tests.
pub(crate) fn sources() -> Vec<File> {
    let files: Vec<File> = files_under("src")
        .into_iter()
        .filter(|f| f.path.ends_with(".rs"))
        .collect();
    assert!(files.len() > 20, "src/ was not found");
    let tests: BTreeSet<String> = files.iter().flat_map(File::test_files).collect();
    let is_test = |path: &str| {
        tests
            .iter()
            .any(|t| path == format!("{t}.rs") || path.starts_with(&format!("{t}/")))
    };
    files.into_iter().filter(|f| !is_test(&f.path)).collect()
}

/// Gives the text files of a folder and of the folders in it; of `.` only those that lie there themselves.
pub(crate) fn files_under(folder: &str) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(next) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else {
            continue;
        };
        let mut paths: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                if folder != "." {
                    folders.push(path);
                }
            } else if path.file_name().is_some_and(|name| name == ".git") {
                // In a linked work tree it is a file that names where the repository lies.
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let name = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .replace('\\', "/");
                found.push(File::read(name.trim_start_matches("./"), &text));
            }
        }
    }
    found
}

impl File {
    /// Takes a file apart; one that is not Rust has no code.
    pub(crate) fn read(path: &str, text: &str) -> Self {
        let is_rust = path.ends_with(".rs");
        let part = |keep_texts| {
            if is_rust {
                without_tests(&bare(text, keep_texts))
            } else {
                String::new()
            }
        };
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code: part(false),
            spoken: part(true),
        }
    }

    /// Names the module at the top of the crate that the file belongs to.
    pub(crate) fn module(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        inside
            .split('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".rs")
    }

    /// Counts the modules from the root of the crate down to this file.
    fn depth(&self) -> usize {
        let inside = self
            .path
            .strip_prefix("src/")
            .unwrap_or(&self.path)
            .trim_end_matches(".rs");
        inside
            .split('/')
            .filter(|m| !["mod", "lib", "main"].contains(m))
            .count()
    }

    /// Gives the modules of the crate's root that the code names, in whatever form.
    pub(crate) fn imports(&self) -> BTreeSet<String> {
        let up = "super::".repeat(self.depth().max(1));
        ["crate::", "allclear::", &up]
            .iter()
            .flat_map(|prefix| names_after(&self.code, prefix))
            .collect()
    }

    /// Gives the first names of all paths in the code.
    pub(crate) fn roots(&self) -> BTreeSet<String> {
        let mut roots = BTreeSet::new();
        for (at, _) in self.code.match_indices("::") {
            let before = &self.code[..at];
            let start = before.rfind(|c: char| !is_word(c)).map_or(0, |i| i + 1);
            if !before[..start].ends_with("::") {
                roots.insert(before[start..].to_owned());
            }
        }
        roots
    }

    /// Gives the paths, without `.rs`, of the files that are compiled for tests alone.
    fn test_files(&self) -> Vec<String> {
        let code = bare(&self.text, false);
        let here = match self.path.strip_suffix("/mod.rs") {
            Some(folder) => folder.to_owned(),
            None if self.module() == "lib" => "src".to_owned(),
            None => self.path.trim_end_matches(".rs").to_owned(),
        };
        let after = code.split("#[cfg(test)]").skip(1);
        let names = after.filter_map(|rest| {
            let item = rest
                .trim_start()
                .trim_start_matches("pub(crate) ")
                .trim_start_matches("pub(super) ");
            let name = item.strip_prefix("mod ")?.split_once(';')?.0;
            name.chars().all(is_word).then(|| format!("{here}/{name}"))
        });
        names.collect()
    }

    /// Tells whether the text names a folder that begins so, at the beginning of a path.
    pub(crate) fn names_folder(&self, folder: &str) -> bool {
        let starts = |at: usize| {
            let before = self.text[..at].chars().next_back().unwrap_or(' ');
            !is_word(before) && !['.', '/', '-', '}', ')', '~'].contains(&before)
        };
        self.text.match_indices(folder).any(|(at, _)| starts(at))
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Gives the names that follow a prefix: one, or those of a group in braces.
fn names_after(code: &str, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let joined = code[..at]
            .chars()
            .next_back()
            .is_some_and(|c| is_word(c) || c == ':');
        if joined {
            continue;
        }
        let rest = code[at + prefix.len()..].trim_start();
        match rest.strip_prefix('{') {
            Some(group) => names.extend(first_names(group)),
            None => names.push(rest.chars().take_while(|c| is_word(*c)).collect()),
        }
    }
    names
}

/// Gives the first name of each member of a group whose opening brace has been read.
fn first_names(group: &str) -> Vec<String> {
    let (mut names, mut member, mut depth) = (Vec::new(), String::new(), 0);
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(std::mem::take(&mut member)),
            _ if depth == 0 => member.push(c),
            _ => {}
        }
    }
    names.push(member);
    let first = |m: String| m.trim().chars().take_while(|c| is_word(*c)).collect::<String>();
    names.into_iter().map(first).filter(|n| !n.is_empty()).collect()
}

/// Drops what is compiled for tests alone.
fn without_tests(code: &str) -> String {
    let mut kept = String::new();
    let mut rest = code;
    while let Some((before, after)) = rest.split_once("#[cfg(test)]") {
        kept.push_str(before);
        rest = after_item(after);
    }
    kept + rest
}

/// Gives what follows the first item: to its semicolon, or to the end of its braces.
fn after_item(code: &str) -> &str {
    let is_use = code
        .trim_start()
        .trim_start_matches("pub(crate) ")
        .starts_with("use ");
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        match c {
            ';' if depth == 0 => return &code[at + 1..],
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 && !is_use {
                    return &code[at + 1..];
                }
            }
            _ => {}
        }
    }
    ""
}

/// Drops comments, and texts too unless they are kept.
fn bare(text: &str, keep_texts: bool) -> String {
    let mut bare = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let joined = bare.chars().next_back().is_some_and(is_word);
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            block_comment(rest)
        } else if let Some(length) = literal(rest, joined) {
            if keep_texts {
                bare.push_str(&rest[..length]);
            } else {
                bare.push_str("\"\"");
            }
            length
        } else {
            bare.push(c);
            c.len_utf8()
        };
        rest = &rest[skipped..];
    }
    bare
}

/// Measures a block comment, with those inside it.
fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Measures the text or character that begins here; a lifetime is neither.
fn literal(text: &str, joined: bool) -> Option<usize> {
    let (prefix, body) = match text.find(|c| !matches!(c, 'b' | 'c' | 'r')) {
        Some(n) if n <= 2 && !joined => text.split_at(n),
        _ => ("", text),
    };
    if prefix.contains('r') {
        let marks = body.chars().take_while(|c| *c == '#').count();
        let inside = body[marks..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(marks));
        return Some(prefix.len() + marks + 1 + inside.find(&end)? + end.len());
    }
    if body.starts_with('"') {
        return Some(prefix.len() + quoted(body, '"'));
    }
    let inside = body.strip_prefix('\'')?;
    let first = inside.chars().next()?;
    let is_char = first == '\\' || inside[first.len_utf8()..].starts_with('\'');
    is_char.then(|| prefix.len() + quoted(body, '\''))
}

/// Measures what stands between two quotes, which a backslash can escape.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}
