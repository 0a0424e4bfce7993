//! Holds that no method of the store is without its contract.

use std::collections::BTreeSet;
use std::path::Path;

/// Reads every Rust file of a folder and below.
fn texts(folder: &Path, into: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            into.push(std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// Gives the names of the public asynchronous methods of a text.
fn methods(text: &str) -> impl Iterator<Item = &str> {
    text.split("pub async fn ").skip(1).filter_map(|rest| {
        rest.split(|c: char| c != '_' && !c.is_ascii_alphanumeric())
            .next()
    })
}

#[test]
fn every_public_method_of_the_store_has_its_contract() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut source, mut tests) = (Vec::new(), Vec::new());
    texts(&root.join("src/store"), &mut source);
    texts(&root.join("tests/store"), &mut tests);
    let known: BTreeSet<&str> = source.iter().flat_map(|text| methods(text)).collect();
    assert!(known.len() > 150, "the methods were not found: {known:?}");
    let called = |name: &str| {
        let [method, function] = [format!(".{name}("), format!("::{name}(")];
        tests
            .iter()
            .any(|text| text.contains(&method) || text.contains(&function))
    };
    let bare: Vec<&str> = known.into_iter().filter(|name| !called(name)).collect();
    assert!(bare.is_empty(), "no test in tests/store calls {bare:?}");
}
