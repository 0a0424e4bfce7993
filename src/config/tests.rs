//! Tests of the settings as an administrator writes them.

use std::path::PathBuf;

use secrecy::ExposeSecret;
use toml::Table;

mod outside;
mod words;

use super::faults::Faults;
use super::layers::Layers;
use super::read::Reader;
use super::*;
use crate::domain::alert::Ask;
use crate::i18n::Lang;

/// A folder with a configuration file.
struct Office {
    folder: tempfile::TempDir,
    sources: Sources,
}

fn office(text: &str) -> Office {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("allclear.toml");
    std::fs::write(&file, text).unwrap();
    let sources = Sources {
        file: Some(file),
        ..Sources::default()
    };
    Office { folder, sources }
}

impl Office {
    fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.sources.environment.push((name.into(), value.into()));
        self
    }

    fn with_flag(mut self, key: &str, value: &str) -> Self {
        self.sources.flags.push((key.into(), value.into()));
        self
    }

    fn with_file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.folder.path().join(name), text).unwrap();
        self
    }

    fn settings(&self) -> Settings {
        Settings::load(&self.sources).unwrap_or_else(|faults| panic!("{faults}"))
    }

    /// Gives what is wrong, without the name of the temporary folder.
    fn faults(&self) -> Vec<String> {
        self.faults_in(Lang::En)
    }

    fn faults_in(&self, lang: Lang) -> Vec<String> {
        let faults = Settings::load(&self.sources).expect_err("this configuration has faults");
        let folder = format!("{}/", self.folder.path().display());
        faults
            .sentences(lang)
            .iter()
            .map(|s| s.replace(&folder, ""))
            .collect()
    }
}

const MAIL: &str = "[mail]\nhost = \"mail.county.example\"\nfrom_address = \"duty@county.example\"\n";

fn defaults() -> Settings {
    Settings::load(&Sources::default()).unwrap()
}

#[test]
fn the_defaults_alone_are_a_configuration() {
    let s = defaults();
    assert_eq!(s.service.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(s.service.zone, chrono_tz::Asia::Shanghai);
    assert_eq!(s.chase.ladder, crate::domain::ladder::default_ladder());
    assert_eq!(s.mail.helo, "127.0.0.1");
    assert!(matches!(&s.database.engine, Engine::Sqlite { file } if file.ends_with("allclear.db")));
}

#[test]
fn every_setting_is_explained_in_english_and_in_chinese() {
    let lines: Vec<&str> = DEFAULTS.lines().collect();
    for (i, line) in lines.iter().enumerate() {
        if !line.contains(" = ") || line.starts_with('#') {
            continue;
        }
        let above = lines[..i]
            .iter()
            .rev()
            .take_while(|l| l.starts_with("# "))
            .copied();
        let words: String = above.collect();
        assert!(
            words.chars().any(|c| c.is_ascii_alphabetic()),
            "no English above: {line}"
        );
        assert!(
            words.chars().any(|c| ('\u{4e00}'..'\u{9fff}').contains(&c)),
            "no Chinese above: {line}"
        );
    }
}

#[test]
fn every_setting_is_read_and_nothing_else() {
    let mut faults = Faults::default();
    let layers = Layers::gather(&Sources::default(), &mut faults);
    let mut reader = Reader::new(&layers, faults);
    Settings::read(&mut reader, None).unwrap();
    let known: Vec<String> = layers.defaults.keys().cloned().collect();
    assert_eq!(reader.taken().into_iter().collect::<Vec<_>>(), known);
}

#[test]
fn the_command_line_wins_over_the_environment_over_the_file_over_the_defaults() {
    let office = office("[service]\nname = \"甲\"\nmark = \"文件\"\n[intake]\nqueue = 300\nbatch = 30\n")
        .with_variable("ALLCLEAR__SERVICE__MARK", "环境")
        .with_variable("ALLCLEAR__INTAKE__QUEUE", "400")
        .with_flag("intake.queue", "500");
    let s = office.settings();
    assert_eq!((s.service.name.as_str(), s.service.mark.as_str()), ("甲", "环境"));
    assert_eq!((s.intake.queue, s.intake.batch), (500, 30));
    assert_eq!(s.database.connections, 16);
    assert_eq!(s.origin("intake.queue"), Some(&Origin::Flag));
    assert_eq!(s.origin("database.connections"), Some(&Origin::Default));
}

#[test]
fn a_misspelt_setting_is_answered_with_the_nearest_one() {
    let office = office("[mail]\nhsot = \"mail.county.example\"\n[sevice]\nname = \"甲\"\n")
        .with_variable("ALLCLEAR__MAIL__HSOT", "x")
        .with_variable("ALLCLEAR__MAIL__LISTEN", "x")
        .with_variable("ALLCLEAR_TEST_POSTGRES", "is another matter")
        .with_flag("intake.que", "5");
    assert_eq!(
        office.faults(),
        [
            "allclear.toml: mail.hsot: no such setting; did you mean mail.host?",
            "allclear.toml: sevice.name: no such setting; did you mean service.name?",
            "ALLCLEAR__MAIL__HSOT: no such setting; did you mean ALLCLEAR__MAIL__HOST?",
            "ALLCLEAR__MAIL__LISTEN: no such setting; did you mean ALLCLEAR__SERVICE__LISTEN?",
            "intake.que: no such setting; did you mean intake.queue?",
        ]
    );
}

#[test]
fn a_setting_like_no_other_is_answered_with_those_of_its_section() {
    let office = office("colour = \"red\"\n[seal]\nsomething_else = 1\n[seal.deeper.still]\nx = 1\n");
    assert_eq!(
        office.faults(),
        [
            "allclear.toml: colour: no such setting; `allclear config defaults` lists them all",
            "allclear.toml: seal.deeper.still.x: no such setting; [seal] has key_file",
            "allclear.toml: seal.something_else: no such setting; [seal] has key_file",
        ]
    );
}

#[test]
fn a_value_in_the_place_of_a_section_and_a_section_in_the_place_of_a_value_get_a_sentence() {
    let faults = office("holidays = 5\n[service.zone]\nname = \"x\"\n").faults();
    assert_eq!(
        faults,
        [
            "allclear.toml: holidays: this is a section; its settings are file",
            "service.zone: this is a single value, not a list or a section (from allclear.toml)",
        ]
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let office = office(
        "[service]\nzone = \"Asia/Shanghia\"\nlisten = \"8080\"\nlanguage = \"fr\"\nbase_url = \"duty.example\"\n\
         [mail]\nport = 70000\ntls = \"ssl\"\nfrom_name = \"一二三四五六七八九十一二三\"\nfrom_address = \"a@b\"\n\
         [duty]\nleaders = [\"zhang@county.example\", 5]\n[urgent]\npasses = 0\nsteps = [[]]\n\
         [chase]\npause = \"30\"\nsteps = [\"-30m reporters\"]\n[session]\nidle = \"2d\"\n[intake]\nbatch = 0\n\
         [web]\ntrusted_proxies = [\"10.0.0.0/33\"]\n[log]\nlevel = \"=loud=\"\n[seal]\nkey_file = \"\"\n",
    );
    let faults = office.faults();
    let begins = [
        "service.zone: there is no such time zone; did you mean Asia/Shanghai? (from allclear.toml)",
        "service.listen: \"8080\" is not an address with a port like 127.0.0.1:8080 (from allclear.toml)",
        "service.language: \"fr\" is not one of zh-CN, en (from allclear.toml)",
        "service.base_url: this is a web address like https://duty.county.example (from allclear.toml)",
        "mail.port: \"70000\" is not a port number, 1 to 65535 (from allclear.toml)",
        "mail.tls: \"ssl\" is not one of implicit, starttls, plain (from allclear.toml)",
        "mail.from_name: this has at most 12 characters (from allclear.toml)",
        "mail.from_address: \"a@b\" is not an e-mail address like duty@county.example (from allclear.toml)",
        "duty.leaders: \"5\" is not an e-mail address like duty@county.example (from allclear.toml)",
        "urgent.passes: 0 is out of range; it is at least 1 and at most 20 (from allclear.toml)",
        "urgent.steps: \"\" is not a step like deputy@county.example or all head parent (from allclear.toml)",
        "chase.pause: \"30\" is not a duration like 30m, 5s or 1h30m (from allclear.toml)",
        "chase.steps: At least one step must come at or after the deadline",
        "session.idle: this is no longer than session.absolute (from allclear.toml)",
        "intake.batch: 0 is out of range; it is at least 1 and at most 10000 (from allclear.toml)",
        "web.trusted_proxies: \"10.0.0.0/33\" is not a network like 10.0.0.0/8 or fd00::/8 (from allclear.toml)",
        "log.level: the filter cannot be read; write info, or info,allclear=debug (from allclear.toml)",
        "seal.key_file: this names a file; without it receipts cannot be proved (from allclear.toml)",
    ];
    for begin in begins {
        assert!(
            faults.iter().any(|f| f.starts_with(begin)),
            "{begin}\nis not in\n{}",
            faults.join("\n")
        );
    }
    assert_eq!(faults.len(), begins.len(), "{}", faults.join("\n"));
}

#[test]
fn a_file_that_is_not_toml_gets_its_line() {
    let faults = office("[mail\nhost = 1\n").faults();
    assert!(faults[0].starts_with("allclear.toml: line 1: "), "{}", faults[0]);
    let broken = office("[mail]\npassword = \"s3cret\nhost = 1\n").faults();
    assert!(
        broken[0].starts_with("allclear.toml: line 2: ") && !broken[0].contains("s3cret"),
        "{broken:?}"
    );
    let sources = Sources {
        file: Some(PathBuf::from("nowhere/allclear.toml")),
        ..Sources::default()
    };
    let words = Settings::load(&sources).unwrap_err().to_string();
    assert!(
        words.starts_with("nowhere/allclear.toml cannot be read: "),
        "{words}"
    );
}

#[test]
fn a_file_from_a_windows_editor_is_read() {
    assert_eq!(
        office("\u{feff}[service]\r\nname = \"甲\"\r\n")
            .settings()
            .service
            .name,
        "甲"
    );
}

#[test]
fn a_secret_can_stand_in_a_file() {
    let text = format!("{MAIL}login = \"duty\"\npassword_file = \"code\"\n[database]\nurl_file = \"db\"\n");
    let office = office(&text)
        .with_file("code", " s3cret \r\n")
        .with_file("db", "postgres://duty:pw@db.county.example/allclear\n");
    let s = office.settings();
    assert_eq!(s.mail.password.unwrap().expose_secret(), " s3cret ");
    let Engine::Postgres { url } = s.database.engine else {
        panic!("url_file names PostgreSQL")
    };
    assert_eq!(
        url.expose_secret(),
        "postgres://duty:pw@db.county.example/allclear"
    );
}

#[test]
fn of_a_secret_and_its_file_the_later_layer_wins() {
    let text = format!("{MAIL}login = \"duty\"\npassword = \"old\"\n");
    let from_file = office(&text)
        .with_file("code", "new\n")
        .with_variable("ALLCLEAR__MAIL__PASSWORD_FILE", "code");
    assert_eq!(from_file.settings().mail.password.unwrap().expose_secret(), "new");
    let direct = office(&format!("{MAIL}login = \"duty\"\npassword_file = \"code\"\n"))
        .with_variable("ALLCLEAR__MAIL__PASSWORD", "newest");
    assert_eq!(direct.settings().mail.password.unwrap().expose_secret(), "newest");
}

#[test]
fn a_secret_that_is_set_twice_or_whose_file_is_missing_or_empty_gets_a_sentence() {
    let both = format!("{MAIL}login = \"duty\"\npassword = \"a\"\npassword_file = \"code\"\n");
    let faults = office(&both).with_file("code", "b").faults();
    assert_eq!(
        faults[0],
        "mail.password: mail.password_file is set too; keep one of them (from allclear.toml)"
    );
    let text = format!("{MAIL}login = \"duty\"\npassword_file = \"code\"\n");
    let faults = office(&text).faults();
    assert!(
        faults[0].starts_with("mail.password_file: code cannot be read: "),
        "{faults:?}"
    );
    let faults = office(&text).with_file("code", "\n").faults();
    assert_eq!(
        faults[0],
        "mail.password_file: code is empty (from allclear.toml)"
    );
}

#[test]
fn no_secret_is_shown() {
    let text = format!(
        "{MAIL}login = \"duty\"\npassword = \"s3cret\"\n[database]\nurl = \"postgres://duty:s3@cret@db/a?password=s3cret\"\n"
    );
    let s = office(&text).settings();
    let shown = s.show(Lang::En);
    assert!(!shown.contains("s3"), "{shown}");
    assert!(
        shown.contains("url = \"postgres://duty:(hidden)@db/a?(hidden)\"  # "),
        "{shown}"
    );
    assert!(shown.contains("password = \"(hidden)\"  # "), "{shown}");
}

#[test]
fn no_secret_is_in_a_log_that_prints_the_settings() {
    let text = format!(
        "{MAIL}login = \"duty\"\npassword = \"s3cret\"\n[database]\nurl = \"postgres://duty:s3cret@db/a\"\n"
    );
    let printed = format!("{:?}", office(&text).settings());
    assert!(!printed.contains("s3cret"), "{printed}");
}

#[test]
fn what_is_shown_is_a_configuration_with_the_layer_of_each_setting() {
    let office = office("[service]\nname = \"甲\"\n").with_flag("service.listen", "127.0.0.1:9");
    let shown = office.settings().show(Lang::En);
    let table: Table = shown.parse().unwrap();
    let sections = super::DEFAULTS.lines().filter(|line| line.starts_with('['));
    assert_eq!(table.len(), sections.count());
    assert!(
        shown.contains("listen = \"127.0.0.1:9\"  # command line\n"),
        "{shown}"
    );
    assert!(shown.contains("zone = \"Asia/Shanghai\"\n"), "{shown}");
    assert!(shown.contains("allclear.toml\n"), "{shown}");
}

#[test]
fn lists_can_come_from_the_environment() {
    let office = office("")
        .with_variable("ALLCLEAR__DUTY__LEADERS", "a@county.example, b@county.example")
        .with_variable("ALLCLEAR__DUTY__OFFICERS", "[\"c@county.example\"]")
        .with_variable(
            "ALLCLEAR__URGENT__STEPS",
            "[[\"d@county.example\"], [\"e@county.example\", \"f@county.example\"]]",
        );
    let s = office.settings();
    assert_eq!((s.duty.leaders.len(), s.duty.officers.len()), (2, 1));
    let named: Vec<_> = s.urgent.steps.iter().map(|step| step.to.len()).collect();
    assert_eq!(named, [1, 2]);
    let broken = office_with_leaders("[\"a@county.example\"");
    assert!(broken.faults()[0].starts_with("duty.leaders: the list in brackets cannot be read"));
}

#[test]
fn the_steps_of_an_urgent_report_are_texts_or_sections() {
    let office = office(
        "[urgent]\nask = \"all\"\nword_within = \"30m\"\n[[urgent.steps]]\nask = \"all\"\n\
         to = [\"a@county.example\", \"parent\"]\n[[urgent.steps]]\nto = \"head\"\n",
    );
    let urgent = office.settings().urgent;
    assert_eq!(urgent.ask, Ask::All);
    let steps: Vec<_> = urgent
        .steps
        .iter()
        .map(|step| (step.ask, step.to.len()))
        .collect();
    assert_eq!(steps, [(Ask::All, 2), (Ask::Any, 1)]);
    assert_eq!(
        urgent.word_within.map(|span| span.to_string()),
        Some("30m".to_owned())
    );
    let texts = office_with(
        "ALLCLEAR__URGENT__STEPS",
        "deputy@county.example, all head parent",
    );
    let steps: Vec<_> = texts
        .settings()
        .urgent
        .steps
        .iter()
        .map(|s| (s.ask, s.to.len()))
        .collect();
    assert_eq!(steps, [(Ask::Any, 1), (Ask::All, 2)]);
    let odd = office_with("ALLCLEAR__URGENT__STEPS", "[{ to = \"head\", when = \"soon\" }]");
    assert!(odd.faults()[0].starts_with("urgent.steps: a step has ask and to, and no when"));
}

fn office_with(name: &str, text: &str) -> Office {
    office("").with_variable(name, text)
}

fn office_with_leaders(text: &str) -> Office {
    office("").with_variable("ALLCLEAR__DUTY__LEADERS", text)
}

#[test]
fn paths_start_at_the_data_folder_and_that_at_the_folder_of_the_file() {
    let office = office(
        "[service]\ndata_dir = \"data\"\n[holidays]\nfile = \"cal.json\"\n[seal]\nkey_file = \"/k\"\n",
    );
    let s = office.settings();
    let data = office.folder.path().join("data");
    assert_eq!(s.service.data_dir, data);
    assert_eq!(s.holidays.file, Some(data.join("cal.json")));
    assert_eq!(s.seal.key_file, PathBuf::from("/k"));
    assert_eq!(
        s.database.engine.url().expose_secret(),
        format!("sqlite:{}/allclear.db", data.display())
    );
}

#[test]
fn a_database_address_is_sqlite_or_postgres() {
    for url in [
        "mysql://x",
        "sqlite:",
        "sqlite::memory:",
        "sqlite:a.db?mode=ro",
        "",
    ] {
        let faults = office(&format!("[database]\nurl = \"{url}\"\n")).faults();
        assert!(faults[0].starts_with("database.url: "), "{url}: {faults:?}");
    }
    let s = office("[database]\nurl = \"sqlite:///var/lib/allclear/a.db\"\n").settings();
    assert_eq!(
        s.database.engine.url().expose_secret(),
        "sqlite:/var/lib/allclear/a.db"
    );
}

#[test]
fn plain_http_beyond_this_machine_has_to_be_asked_for() {
    let text = "[service]\nbase_url = \"http://10.1.2.3:8080/\"\n";
    assert!(office(text).faults()[0].starts_with("service.base_url: without TLS nobody can stay signed in"));
    let s = office(&format!("{text}[web]\nplain_http = true\n")).settings();
    assert_eq!(s.service.base_url, "http://10.1.2.3:8080");
    assert!(
        s.warnings(Lang::En)
            .iter()
            .any(|w| w.starts_with("web.plain_http is true"))
    );
    let s = office("[service]\nbase_url = \"https://[2001:db8::1]:8443/duty/\"\n").settings();
    assert_eq!(
        (s.mail.helo.as_str(), s.service.base_url.as_str()),
        ("2001:db8::1", "https://[2001:db8::1]:8443/duty")
    );
}

#[test]
fn mail_settings_that_a_server_would_refuse_are_refused_first() {
    let first = |text: &str| office(text).faults().remove(0);
    assert!(
        first("[mail]\nhost = \"mail.county.example\"\n").starts_with("mail.from_address: mail.host is set")
    );
    assert!(first(&format!("{MAIL}login = \"x\"\n")).starts_with("mail.password: mail.login is set"));
    assert!(first(&format!("{MAIL}password = \"x\"\n")).starts_with("mail.login: mail.password is set"));
    assert!(
        first("[mail]\nhost = \"smtp.x.example:465\"\n").starts_with("mail.host: this is the name of a host")
    );
    let qq = "[mail]\nhost = \"smtp.qq.com\"\nlogin = \"12345@qq.com\"\npassword = \"x\"\nfrom_address = \"duty@county.example\"\n";
    assert_eq!(
        first(qq),
        "mail.from_address: qq.com accepts letters only from the account itself; set it to 12345@qq.com (from allclear.toml)"
    );
}

#[test]
fn what_nobody_would_be_told_is_a_warning() {
    let warnings = defaults().warnings(Lang::En).join("\n");
    for key in [
        "mail.host is not set",
        "duty.phone is not set",
        "duty.leaders and duty.officers are empty",
    ] {
        assert!(warnings.contains(key), "{warnings}");
    }
}

#[test]
fn the_lists_of_the_program_can_be_replaced_and_a_bad_one_gets_a_sentence() {
    assert!(defaults().calendar().unwrap().known(2026));
    let office = office("[holidays]\nfile = \"cal.json\"\n");
    assert!(
        office
            .settings()
            .calendar()
            .unwrap_err()
            .to_string()
            .contains("cal.json cannot be read: ")
    );
    let office = office.with_file("cal.json", "{");
    assert!(
        office
            .settings()
            .calendar()
            .unwrap_err()
            .to_string()
            .contains("cal.json: the calendar cannot be read")
    );
    let office = office.with_file("cal.json", "{}");
    assert!(!office.settings().calendar().unwrap().known(2026));
}
