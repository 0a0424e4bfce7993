//! Holds that the oldest browsers understand what pages load: Chromium 86 at a village's desk, 109 elsewhere.
//!
//! `tests/floor/known.txt` says since which version Chromium knows a word. A word that is not there fails: look it up
//! (its page at MDN, "Browser compatibility") and add it, or do without it.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "floor/script.rs"]
mod script;
#[path = "floor/sheet.rs"]
mod sheet;

use std::collections::{BTreeMap, BTreeSet};

const VILLAGE: u32 = 86;
const OFFICE: u32 = 109;
/// What a browser that does not know it leaves out without harm: the numbers of printed pages.
const LEFT_OUT: [&str; 1] = ["@bottom-right"];
const KNOWN: &str = include_str!("floor/known.txt");

/// Since when Chromium knows each word.
fn known() -> BTreeMap<&'static str, u32> {
    let lines = KNOWN
        .lines()
        .filter(|line| !line.starts_with("//") && !line.trim().is_empty());
    let words = lines.flat_map(|line| {
        let (since, words) = line.split_once(' ').unwrap();
        words
            .split_whitespace()
            .map(move |word| (word, since.parse().unwrap()))
    });
    words.collect()
}

/// Gives the words that a browser does not know, or of which nobody has looked up whether it does.
fn unknown(needs: &BTreeSet<String>, floor: u32) -> Vec<String> {
    let known = known();
    let judged = needs.iter().filter_map(|word| match known.get(word.as_str()) {
        Some(since) if *since <= floor => None,
        Some(since) => Some(format!("{word} is known since Chromium {since} only")),
        None => Some(format!("{word} is not in tests/floor/known.txt")),
    });
    judged.collect()
}

/// Gives the files of the assets by what loads them: the villages' page, and the others.
fn files() -> Vec<(String, String, u32)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = std::fs::read_to_string(root.join("src/web/assets.rs")).unwrap();
    let (village, office) = source.split_once("const OFFICE_STYLE").unwrap();
    let (office_style, rest) = office.split_once("const SCRIPT").unwrap();
    let (village_script, office_script) = rest.split_once("const OFFICE_SCRIPT").unwrap();
    let parts = [
        (village, VILLAGE),
        (office_style, OFFICE),
        (village_script, VILLAGE),
        (office_script, OFFICE),
    ];
    let mut files = Vec::new();
    for (part, floor) in parts {
        for piece in part.split("assets/").skip(1) {
            let Some((name, _)) = piece.split_once('"') else {
                continue;
            };
            if name.ends_with(".css") || name.ends_with(".js") {
                let text = std::fs::read_to_string(root.join("assets").join(name)).unwrap();
                files.push((name.to_owned(), text, floor));
            }
        }
    }
    files
}

#[test]
fn every_file_keeps_to_the_floor_of_who_loads_it() {
    let files = files();
    let named: Vec<&str> = files.iter().map(|(name, ..)| name.as_str()).collect();
    for name in [
        "base.css",
        "desk.css",
        "board.css",
        "queue.js",
        "allclear.js",
        "board.js",
        "worker.js",
    ] {
        assert!(named.contains(&name), "{name} is not looked at: {named:?}");
    }
    let mut found = Vec::new();
    for (name, text, floor) in files {
        let needs = match name.ends_with(".js") {
            true => script::needs(&text),
            false => sheet::needs(&text),
        };
        let needs: BTreeSet<String> = needs
            .into_iter()
            .filter(|word| !LEFT_OUT.contains(&word.as_str()))
            .collect();
        let bad = unknown(&needs, floor);
        found.extend(bad.into_iter().map(|word| format!("{name}: {word}")));
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_class_is_described_by_one_file() {
    // What two files say of one class counts on every page that loads both: the one spoils the pages of the other.
    let together = [".hint"];
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    // The wall loads nothing beside its own.
    let together_loaded = |name: &str| name.ends_with(".css") && name != "wall.css";
    for (name, text, _) in files().into_iter().filter(|(name, ..)| together_loaded(name)) {
        for class in sheet::classes(&text) {
            owners.entry(class).or_default().insert(name.clone());
        }
    }
    assert!(owners.len() > 50, "{owners:?}");
    owners.retain(|class, files| files.len() > 1 && !together.contains(&class.as_str()));
    assert!(owners.is_empty(), "{owners:#?}");
}

#[test]
fn what_is_too_new_is_found() {
    let needs = script::needs(
        "function go(list) { var last = list.at(-1) ?? structuredClone(list); last ||= /x/d; }",
    );
    for word in [".at", "??", "structuredClone", "||=", "/d"] {
        assert!(needs.contains(word), "{word} in {needs:?}");
    }
    assert!(!needs.contains("list") && !needs.contains("last"), "{needs:?}");
    let needs = sheet::needs(
        "a:has(b) { accent-color: red; width: clamp(1px, 2px, 3px); } @container (width > 1px) { c { inset: 0 } }",
    );
    for word in [
        ":has",
        "accent-color:",
        "clamp()",
        "@container",
        "@width",
        "inset:",
    ] {
        assert!(needs.contains(word), "{word} in {needs:?}");
    }
    assert_eq!(unknown(&["accent-color:".to_owned()].into(), VILLAGE).len(), 1);
    assert!(unknown(&["accent-color:".to_owned()].into(), OFFICE).is_empty());
}
