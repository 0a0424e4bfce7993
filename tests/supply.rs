//! Holds what comes into the program to `deny.toml`, without a network: sources, licences, duplicates, banned crates.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use toml::Table;

fn read(name: &str) -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

/// Gives a list of `deny.toml`: texts, or the names of crates.
fn list(section: &str, key: &str) -> BTreeSet<String> {
    let deny = read("deny.toml");
    let entries = deny[section][key].as_array().unwrap().clone();
    let name = |entry: &toml::Value| match entry {
        toml::Value::String(text) => text.clone(),
        other => other["crate"].as_str().unwrap().to_owned(),
    };
    entries.iter().map(name).collect()
}

/// Every package of `Cargo.lock`: its name, version, source and checksum.
fn locked() -> Vec<(String, String, Option<String>, bool)> {
    let lock = read("Cargo.lock");
    let packages = lock["package"].as_array().unwrap();
    let text = |package: &toml::Value, key: &str| Some(package.get(key)?.as_str()?.to_owned());
    packages
        .iter()
        .map(|package| {
            (
                text(package, "name").unwrap(),
                text(package, "version").unwrap(),
                text(package, "source"),
                package.get("checksum").is_some(),
            )
        })
        .collect()
}

#[test]
fn everything_comes_from_a_permitted_registry_and_is_pinned_by_its_hash() {
    let allowed = list("sources", "allow-registry");
    for (name, version, source, has_hash) in locked() {
        match source {
            None => assert_eq!(name, "allclear", "{name} {version} comes from a folder"),
            Some(source) => {
                let registry = source.strip_prefix("registry+").unwrap_or(&source);
                assert!(allowed.contains(registry), "{name} {version} comes from {source}");
                assert!(has_hash, "{name} {version} has no hash");
            }
        }
    }
}

#[test]
fn nothing_is_there_twice_but_what_is_listed_and_nothing_banned_at_all() {
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, version, ..) in locked() {
        versions.entry(name).or_default().insert(version);
    }
    let twice: BTreeSet<String> = versions
        .iter()
        .filter(|(_, versions)| versions.len() > 1)
        .map(|(name, _)| name.clone())
        .collect();
    let listed = list("bans", "skip");
    let new: Vec<_> = twice
        .difference(&listed)
        .map(|name| (name, &versions[name]))
        .collect();
    assert!(
        new.is_empty(),
        "in several versions, and not in bans.skip of deny.toml: {new:?}"
    );
    let gone: Vec<_> = listed.difference(&twice).collect();
    assert!(
        gone.is_empty(),
        "in bans.skip of deny.toml, and no longer there twice: {gone:?}"
    );
    for banned in list("bans", "deny") {
        assert!(!versions.contains_key(&banned), "{banned} is banned");
    }
}

#[test]
fn every_licence_is_permitted() {
    let allowed = list("licenses", "allow");
    let packages = metadata()["packages"].as_array().unwrap().clone();
    assert!(packages.len() > 100, "the packages were not found");
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or_default();
        assert!(is_permitted(licence, &allowed), "{name} comes under {licence:?}");
    }
}

/// Asks cargo for the packages of this machine; the crates themselves are here already, or this would not run.
fn metadata() -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let said = Command::new(&cargo)
        .args(["metadata", "--locked", "--offline", "--format-version", "1"])
        .args(["--filter-platform", &host()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    serde_json::from_slice(&said.stdout).unwrap()
}

fn host() -> String {
    let said = Command::new("rustc").arg("-vV").output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    let line = said.lines().find_map(|line| line.strip_prefix("host: "));
    line.unwrap().to_owned()
}

/// Tells whether an expression of SPDX is met by what is allowed; an old `/` means `OR`.
fn is_permitted(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let met = any(&mut words, allowed);
    met && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut met = all(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        met |= all(words, allowed);
    }
    met
}

fn all(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    let mut met = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed);
    }
    met
}

fn one(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let met = any(words, allowed);
        return words.next_if_eq(&")").is_some() && met;
    }
    let name = words.next().unwrap_or_default();
    match words.next_if_eq(&"WITH").and_then(|_| words.next()) {
        Some(exception) => allowed.contains(&format!("{name} WITH {exception}")),
        None => allowed.contains(name),
    }
}

#[test]
fn an_expression_of_licences_is_read_as_it_is_meant() {
    let allowed: BTreeSet<String> = ["MIT", "Apache-2.0 WITH LLVM-exception", "ISC"]
        .map(str::to_owned)
        .into();
    for good in [
        "MIT",
        "GPL-3.0/MIT",
        "MIT AND ISC",
        "(GPL-3.0 OR MIT) AND ISC",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(is_permitted(good, &allowed), "{good}");
    }
    for bad in [
        "",
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "(MIT",
        "MIT ISC",
        "Apache-2.0",
        "MIT AND (GPL-3.0 OR X)",
    ] {
        assert!(!is_permitted(bad, &allowed), "{bad}");
    }
}
