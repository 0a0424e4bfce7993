//! Holds the house in shape: who may import whom, and what stands in no file.

#[cfg(test)]
mod source;

#[cfg(test)]
mod house {
    use std::collections::{BTreeMap, BTreeSet};

    use crate::source::{File, files_under, sources};

    /// What each module may import of ours; `*` is everything. The arrows point to `domain`.
    const MAY_IMPORT: &[(&str, &[&str])] = &[
        ("domain", &[]),
        ("clock", &["domain"]),
        ("crash", &[]),
        ("config", &["domain", "i18n"]),
        ("i18n", &["domain"]),
        ("store", &["domain", "crash"]),
        ("sheet", &["domain"]),
        ("service", &["domain", "store", "clock", "config", "crash"]),
        ("mail", &["domain", "i18n", "config"]),
        ("auth", &["domain", "store", "service", "clock", "config"]),
        (
            "web",
            &[
                "domain", "store", "sheet", "service", "auth", "i18n", "clock", "config",
            ],
        ),
        (
            "api",
            &["domain", "store", "service", "auth", "i18n", "clock", "config"],
        ),
        (
            "worker",
            &["domain", "store", "service", "mail", "clock", "config", "crash"],
        ),
        ("cli", &["*"]),
        ("lib", &["*"]),
        ("main", &["*"]),
    ];

    /// The crates that rules may be written with: nothing that waits, reads or writes.
    const PURE: &[&str] = &[
        "chrono",
        "chrono_tz",
        "hmac",
        "pinyin",
        "serde",
        "serde_json",
        "sha2",
        "subtle",
        "thiserror",
        "unicode_normalization",
        "uuid",
    ];

    /// The most lines of a file; beyond [`LONG`] it is time to look for the missing noun.
    const LONGEST: usize = 600;
    const LONG: usize = 400;

    /// Fails with a list of what is wrong, if anything is.
    fn none(wrong: &[String]) {
        assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    }

    #[test]
    fn modules_import_only_what_the_table_allows() {
        let table: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
        let mut wrong = Vec::new();
        for file in sources() {
            let module = file.module();
            let Some(allowed) = table.get(module) else {
                wrong.push(format!(
                    "{}: `{module}` is not in the table of modules",
                    file.path
                ));
                continue;
            };
            for import in file.imports() {
                let fine = import == module || allowed.contains(&"*") || allowed.contains(&import.as_str());
                if !fine && table.contains_key(import.as_str()) {
                    wrong.push(format!("{}: `{module}` may not import `{import}`", file.path));
                }
            }
        }
        none(&wrong);
    }

    #[test]
    fn rules_are_written_with_pure_crates_only() {
        let manifest: toml::Table = include_str!("../Cargo.toml").parse().unwrap();
        let all = manifest["dependencies"].as_table().unwrap().keys();
        let impure: BTreeSet<String> = all
            .map(|name| name.replace('-', "_"))
            .filter(|name| !PURE.contains(&name.as_str()))
            .collect();
        let mut wrong = Vec::new();
        for file in sources().iter().filter(|f| f.module() == "domain") {
            let used = file.roots();
            wrong.extend(
                used.intersection(&impure)
                    .map(|name| format!("{}: uses `{name}`", file.path)),
            );
            for word in [
                "async fn",
                ".await",
                "std::fs",
                "std::net",
                "std::env",
                "std::thread",
                "tokio",
            ] {
                if file.code.contains(word) {
                    wrong.push(format!("{}: a rule has no `{word}`", file.path));
                }
            }
        }
        none(&wrong);
    }

    #[test]
    fn only_the_clock_knows_what_time_it_is() {
        let mut wrong = Vec::new();
        for file in sources().iter().filter(|f| f.path != "src/clock.rs") {
            for word in ["Utc::now", "Local::now", "SystemTime::now", "std::time::Instant"] {
                if file.code.contains(word) {
                    wrong.push(format!(
                        "{}: `{word}`; take the time from clock::Clock",
                        file.path
                    ));
                }
            }
        }
        none(&wrong);
    }

    #[test]
    fn no_sql_is_put_together_from_parts() {
        let spliced = sources().into_iter().filter(|f| f.code.contains("AssertSqlSafe"));
        none(
            &spliced
                .map(|f| format!("{}: `AssertSqlSafe`", f.path))
                .collect::<Vec<_>>(),
        );
    }

    #[test]
    fn sql_stands_in_the_store_alone() {
        let mut wrong = Vec::new();
        for file in sources().iter().filter(|f| f.module() != "store") {
            for word in ["sqlx::query", "query_as(", "query_scalar(", "raw_sql("] {
                if file.code.contains(word) {
                    wrong.push(format!("{}: `{word}` belongs to the store", file.path));
                }
            }
        }
        none(&wrong);
    }

    /// A unit that is silent again after steps had fired must be told of.
    #[test]
    fn a_report_that_came_stays_and_who_makes_a_unit_silent_again_tells_of_it() {
        let mut wrong = Vec::new();
        for file in sources() {
            let spoken = file.spoken.split_whitespace().collect::<Vec<_>>().join(" ");
            if spoken.contains("first_received_at = NULL") {
                wrong.push(format!("{} takes a report away", file.path));
            }
            if spoken.contains("excused_at = NULL") && file.path != "src/store/obligation.rs" {
                wrong.push(format!("{} takes an excusal back", file.path));
            }
            let back = ["tx.undo_excusal(", "tx.undo_extension(", "tx.extend("];
            if back.iter().any(|deed| spoken.contains(deed)) && !spoken.contains("tell_again(") {
                wrong.push(format!("{} tells of nobody", file.path));
            }
        }
        none(&wrong);
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "a hint that is no failure")]
    fn every_file_says_first_what_it_knows_and_is_short_enough_to_read() {
        let mut wrong = Vec::new();
        for file in files_under("src").iter().filter(|f| f.path.ends_with(".rs")) {
            let lines = file.text.lines().count();
            // What a file of tests knows is what its folder is called.
            if !file.text.starts_with("//! ") && !file.path.ends_with("/tests.rs") {
                wrong.push(format!("{}: the first line is `//! …`", file.path));
            }
            if lines > LONGEST {
                wrong.push(format!(
                    "{}: {lines} lines, and {LONGEST} are the most",
                    file.path
                ));
            } else if lines > LONG {
                eprintln!("{}: {lines} lines; look for the missing noun", file.path);
            }
        }
        none(&wrong);
    }

    #[test]
    fn no_file_names_a_folder_of_somebodys_machine() {
        // Put together here, so that this file does not name them either.
        let private = ["work", "root", "home"].map(|folder| format!("/{folder}/"));
        let mut wrong = Vec::new();
        for folder in [
            "src",
            "tests",
            "config",
            "migrations",
            "templates",
            "assets",
            "docs",
            ".ci",
            ".",
        ] {
            for file in files_under(folder) {
                for name in private.iter().filter(|name| file.names_folder(name)) {
                    wrong.push(format!("{}: names {name}", file.path));
                }
            }
        }
        none(&wrong);
    }

    /// A document that names a test which is gone proves nothing.
    #[test]
    fn documents_name_only_files_that_are_there() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut wrong = Vec::new();
        let mut named = 0;
        for file in files_under("docs").into_iter().chain(files_under(".")) {
            let is_document = file.path.ends_with(".md");
            let quoted = file.text.split('`').skip(1).step_by(2);
            for name in quoted.filter(|_| is_document) {
                let Some((folder, _)) = name.split_once('/') else {
                    continue;
                };
                let is_plain = |c: char| c.is_ascii_alphanumeric() || "/_.-".contains(c);
                let is_ours = !folder.is_empty()
                    && name.chars().all(is_plain)
                    && (root.join(folder).is_dir() || root.join("src").join(folder).is_dir());
                let there = [
                    name.to_owned(),
                    format!("{name}.rs"),
                    format!("src/{name}"),
                    format!("src/{name}.rs"),
                ];
                named += usize::from(is_ours);
                if is_ours && !there.iter().any(|path| root.join(path).exists()) {
                    wrong.push(format!("{}: names {name}", file.path));
                }
            }
        }
        assert!(named > 100, "only {named} names were found");
        none(&wrong);
    }

    #[test]
    fn connections_are_opened_to_the_mail_relay_and_the_outside_monitor_alone() {
        // The demonstration and the measurement talk to their own process; the database's driver is sqlx.
        const OPENERS: [&str; 4] = [
            "src/mail/wire.rs",
            "src/worker/sign.rs",
            "src/cli/demo/",
            "src/cli/bench/",
        ];
        const SIGNS: [&str; 5] = [
            "TcpStream::connect",
            "TcpSocket",
            "UdpSocket",
            "HttpConnector",
            "reqwest",
        ];
        let mut wrong = Vec::new();
        for file in sources() {
            let opens = SIGNS.into_iter().find(|sign| file.code.contains(sign));
            if let Some(sign) = opens
                && !OPENERS.iter().any(|opener| file.path.starts_with(opener))
            {
                wrong.push(format!(
                    "{}: opens connections by {sign}; see docs/security.md",
                    file.path
                ));
            }
        }
        none(&wrong);
    }

    #[test]
    fn words_for_readers_stand_in_i18n_and_not_in_pages() {
        let mut wrong = Vec::new();
        let pages = files_under("templates").into_iter().map(|f| (f.path, f.text));
        let doors = sources()
            .into_iter()
            .filter(|f| ["web", "api"].contains(&f.module()));
        for (path, text) in pages.chain(doors.map(|f| (f.path, f.spoken))) {
            if let Some(line) = text.lines().find(|l| l.chars().any(is_han)) {
                wrong.push(format!("{path}: belongs to src/i18n: {}", line.trim()));
            }
        }
        none(&wrong);
    }

    fn is_han(c: char) -> bool {
        matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
    }

    #[test]
    fn the_reader_of_sources_sees_imports_in_every_form() {
        let file = File::read(
            "src/web/board.rs",
            r##"
            //! crate::none_of_comments
            use crate::{domain::{ids::UnitId, time}, store as s, service::{self}};
            pub(crate) use crate::i18n;
            fn f<'a>(x: &'a str) -> char { crate::clock::now("crate::in_a_text", r#"crate::raw "x" "#, '"'); 'c' }
            /* crate::block /* crate::nested */ */
            macro_rules! m { () => { $crate::config::x() } }
            fn g() { super::super::auth::check(); super::page() }
            #[cfg(test)]
            use crate::mail::{a, b};
            #[cfg(test)]
            mod tests { use crate::worker::x; fn f() { if true { crate::cli::y() } } }
            fn after() { crate::api::z() }
            "##,
        );
        let seen: Vec<String> = file.imports().into_iter().collect();
        assert_eq!(
            seen,
            [
                "api", "auth", "clock", "config", "domain", "i18n", "service", "store"
            ]
        );
        assert_eq!(File::read("src/lib.rs", "pub mod x;").module(), "lib");
    }
}
