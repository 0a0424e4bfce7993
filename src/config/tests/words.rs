//! Tests that every fault is told in both languages.

use std::io::{Error, ErrorKind};
use std::path::Path;

use super::super::faults::Faults;
use super::{Lang, MAIL, Office, Settings, Sources, defaults, office};

/// Broken configurations: between them they have every fault that there is, each on its own.
const BROKEN: &[&str] = &[
    "holidays = 5\ncolour = 1\n[mail]\nhsot = \"x\"\n[seal]\nsomething_else = 1\n[service.zone]\nname = \"x\"\n",
    "[service]\nzone = \"Asia/Shanghia\"\nlisten = \"8080\"\nlanguage = \"fr\"\nbase_url = \"duty.example\"\nname = \"\"\n\
     [mail]\nport = 70000\ntls = \"ssl\"\nfrom_name = \"一二三四五六七八九十一二三\"\nfrom_address = \"a@b\"\npreset = \"x\"\n\
     [duty]\nleaders = 5\nphone = \"1\\n2\"\n[urgent]\npasses = 0\nsteps = [[]]\nask = \"x\"\nword_within = \"2d\"\n\
     [chase]\npause = \"30\"\nsteps = [\"-30m reporters\"]\n[session]\nidle = \"2d\"\n[intake]\nbatch = 30000\nqueue = \"x\"\n\
     [web]\ntrusted_proxies = [\"10.0.0.0/33\"]\nplain_http = \"x\"\nform_limit = \"x\"\ntls_key = \"x\"\n[seal]\nkey_file = \"\"\n\
     [log]\nlevel = \"=loud=\"\nformat = \"x\"\n[incident]\nreport_within = [\"x\"]\nfollow_up = [\"x\"]\n\
     [access]\nseparation = \"x\"\npasswords = \"x\"\nsecond_factor = [\"x\"]\n[roster]\nchanges_at = \"x\"\n\
     [retention]\ntexts = \"1d\"\n[metrics]\ntoken = \"short\"\n[heartbeat]\nurl = \"x\"\n[database]\nurl = \"x\"\n",
    "[service]\nzone = \"the moon\"\nbase_url = \"http://10.1.2.3/\"\n[database]\nurl = \"sqlite:\"\nconnections = \"x\"\n\
     [intake]\nqueue = 10\nbatch = 20\n[urgent]\nsteps = [{ to = \"head\", when = \"soon\" }]\n[chase]\nsteps = [\"x\"]\n\
     [heartbeat]\nurl = \"http://10.0.0.5/p\"\n[incident]\nfollow_up = [\"i 08:00\", \"i 17:00\"]\n[mail]\nhost = \"a:1\"\n",
    "[service]\nbase_url = \"http://a.example\"\n[web]\ntls_certificate = \"x\"\ntls_key = \"y\"\nplain_http = true\n\
     [urgent]\nsteps = 5\n[incident]\nfollow_up = [\"i 01:00\"]\n[mail]\nhost = \"a.example\"\n",
    "[incident]\nfollow_up = [\"i 08:00 09:00\"]\n[urgent]\nsteps = [\"head\", \"head\", \"head\", \"head\", \"head\", \"head\", \"head\", \
     \"head\", \"head\", \"head\", \"head\", \"head\", \"head\", \"head\", \"head\", \"head\", \"head\", \"head\", \"head\", \"head\"]\n",
    "[mail]\npassword_file = \"nowhere\"\n[database]\nurl = \"sqlite:a\"\nurl_file = \"b\"\n[metrics]\ntoken_file = \"empty\"\n\
     [heartbeat]\nurl_file = \"large\"\n",
    "[mail]\nhost = \"smtp.qq.com\"\nfrom_address = \"a@x.example\"\nlogin = \"b@qq.com\"\n",
    "[mail]\npreset = \"qq\"\nlogin = \"a@b\"\n",
    "[mail]\nhost = \"a.example\"\nfrom_address = \"a@x.example\"\npassword = \"x\"\n",
    // What is not TOML at all.
    "[mail]\nhost = \"a\"\nhost = \"b\"\n",
    "[service]\nname = 值班室\n",
    "[service]\nname = “值班室”\n",
    "[service]\nname = \"值班室\n",
    "[service]\ndata_dir = \"C:\\duty\"\n",
    "[mail\nhost = \"a\"\n",
    "[duty]\nleaders = [\"a@x.example\" \"b@x.example\"]\n",
    "[service]\nname\n",
    "[service]\nname = \"a\" b\n",
];

/// What only a broken program, or a machine without random numbers, would say.
const UNHEARD: [&str; 4] = [
    "config_no_default",
    "config_own_list",
    "config_no_random",
    "config_default",
];

/// Gives every message of the faults: its name and its Chinese.
fn messages() -> Vec<(String, String)> {
    let files = [
        include_str!("../../i18n/config.rs"),
        include_str!("../../i18n/files.rs"),
    ];
    let lines = files.iter().flat_map(|text| text.lines()).map(str::trim);
    let lines = lines.filter(|line| line.starts_with("config_") || line.starts_with("file_"));
    let messages = lines.filter_map(|line| {
        let (name, rest) = line.split_once(": \"")?;
        let zh = rest.replace("\\\"", "\0");
        let zh = zh.split('"').next()?.replace('\0', "\"").replace("\\\\", "\\");
        Some((name.split('(').next()?.to_owned(), zh))
    });
    messages.collect()
}

/// Says everything that can be wrong, in a language.
fn everything(lang: Lang) -> Vec<String> {
    let mut all = Vec::new();
    for text in BROKEN {
        let office = office(text).with_file("b", "sqlite:b").with_file("empty", "\n");
        let office = office.with_file("large", &"x".repeat(65 * 1024));
        all.extend(office.faults_in(lang));
    }
    let set = office("")
        .with_flag("duty.leaders", "[\"a")
        .with_flag("mail.preset", "x")
        .with_variable("ALLCLEAR__MAIL__HSOT", "x");
    all.extend(set.faults_in(lang));
    let mut say = |faults: Faults| all.extend(faults.sentences(lang).iter().map(|one| (*one).to_owned()));
    for kind in [
        ErrorKind::NotFound,
        ErrorKind::PermissionDenied,
        ErrorKind::IsADirectory,
        ErrorKind::InvalidData,
        ErrorKind::StorageFull,
        ErrorKind::ResourceBusy,
        ErrorKind::AlreadyExists,
        ErrorKind::AddrNotAvailable,
        ErrorKind::TimedOut,
    ] {
        say(Faults::unwritable(Path::new("file"), &Error::from(kind)));
    }
    say(Faults::unwritable(
        Path::new("file"),
        &Error::from_raw_os_error(5),
    ));
    lists(&mut say);
    keys(&mut say);
    all.extend(warnings(lang));
    all
}

/// Says what can be wrong with the lists of an administrator.
fn lists(say: &mut impl FnMut(Faults)) {
    let class = |code: &str, name: &str| {
        format!(
            "[[class]]\ncode = \"{code}\"\nzh = \"{name}\"\nen = \"{name}\"\ngroup = \"accident\"\nurgent = true\n"
        )
    };
    for text in [
        "[[class]\n".to_owned(),
        "[[class]]\ncode = 1\n".to_owned(),
        "class = []\n".to_owned(),
        class("A b", "a"),
        class("a", "a") + &class("a", "a"),
        class("a", ""),
        format!("urgent_severities = [\"v\"]\n{}", class("a", "a")),
    ] {
        let office = office("[classes]\nfile = \"list\"\n").with_file("list", &text);
        say(office.settings().incident_classes().unwrap_err());
    }
    let day = r#"{"date":"2026-01-01","name":"元旦","isOffDay":true}"#;
    for text in [
        "{".to_owned(),
        r#"{"2025":{"year":2026,"days":[]}}"#.to_owned(),
        format!(r#"{{"2026":{{"year":2026,"days":[{day},{day}]}}}}"#),
    ] {
        let office = office("[holidays]\nfile = \"list\"\n").with_file("list", &text);
        say(office.settings().calendar().unwrap_err());
    }
}

/// Says what can be wrong with a file of keys.
fn keys(say: &mut impl FnMut(Faults)) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("damaged"), "abc").unwrap();
    for name in ["damaged", ".", "no/folder"] {
        say(super::super::keys(&folder.path().join(name)).unwrap_err());
    }
}

fn warnings(lang: Lang) -> Vec<String> {
    let clear = "[service]\nbase_url = \"https://a.example\"\n";
    let plain = format!("{MAIL}port = 587\n[web]\nplain_http = true\n{clear}");
    let wrong = format!("{MAIL}port = 465\ntls = \"plain\"\n{clear}");
    let all = [plain, wrong].into_iter().map(|text| office(&text).settings());
    let all = all.chain([defaults()]).map(|settings| settings.warnings(lang));
    all.flatten().collect()
}

/// Tells whether some words stand in an order as only English has them.
fn has_english(text: &str) -> bool {
    let mut text = text.to_owned();
    for typed in [
        "allclear config defaults",
        "all head parent",
        "config/holidays",
        "config/incident",
    ] {
        text = text.replace(typed, "");
    }
    let words: Vec<&str> = text.split(' ').collect();
    let is_word = |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic());
    words.windows(3).any(|three| three.iter().all(is_word))
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

#[test]
fn every_fault_and_warning_is_told_in_chinese() {
    let said = everything(Lang::Zh);
    for one in &said {
        assert!(one.chars().any(is_han) && !has_english(one), "{one}");
    }
    let all = said.join("\n");
    let messages = messages();
    assert!(messages.len() > 90, "{}", messages.len());
    let is_said = |zh: &str| zh.split(['{', '}']).step_by(2).all(|part| all.contains(part));
    let unsaid: Vec<_> = messages
        .into_iter()
        .filter(|(name, zh)| !is_said(zh) && !UNHEARD.contains(&name.as_str()))
        .collect();
    assert!(unsaid.is_empty(), "{unsaid:#?}");
}

#[test]
fn every_fault_is_told_in_english_too() {
    for one in everything(Lang::En) {
        let values = ["一二三四五六七八九十一二三", "元旦"];
        let rest = values
            .iter()
            .fold(one.clone(), |text, value| text.replace(value, ""));
        assert!(!rest.chars().any(is_han), "{one}");
    }
}

#[test]
fn the_language_is_that_of_what_can_be_read() {
    let of = |office: &Office| Settings::language(&office.sources);
    assert_eq!(
        of(&office("[service]\nlanguage = \"en\"\nport = 1\n")),
        Some(Lang::En)
    );
    assert_eq!(of(&office("[service\n")), Some(Lang::Zh));
    assert_eq!(
        of(&office("[service\n").with_flag("service.language", "en")),
        Some(Lang::En)
    );
    assert_eq!(of(&office("[service]\nlanguage = \"fr\"\n")), None);
    assert_eq!(Settings::language(&Sources::default()), Some(Lang::Zh));
}
