//! `allclear init`: writes a commented configuration, makes the database and says what comes next, in order.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use toml::Value;

use super::context::{self, Context, FILE, full};
use super::fail::{Exit, Fail};
use super::{Done, out};
use crate::config::{DEFAULTS, Origin, Settings, Sources};
use crate::domain::access::{Actor, Role};
use crate::domain::language::Lang;
use crate::domain::time::Timestamp;
use crate::service::Service;
use crate::store::{Granted, NewAccount};

/// The first accounts: settings and accounts are two persons' business.
const FIRST: [(&str, Role); 2] = [
    ("admin", Role::SystemAdministrator),
    ("security", Role::SecurityAdministrator),
];

/// Begins a deployment in a folder.
pub(crate) async fn run(context: &Context, dir: &Path) -> Done {
    let lang = context.lang;
    let file = dir.join(FILE);
    let at = |error: std::io::Error| Fail::Refused(lang.file_error(&full(&file), &error));
    if file.exists() {
        return Err(Fail::Refused(lang.cli_init_there(full(&file).display())));
    }
    let said: BTreeMap<&str, &str> = context
        .sources
        .flags
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    // What was asked for is looked at before anything is written.
    Settings::load(&context.sources)?;
    std::fs::create_dir_all(dir).map_err(at)?;
    write_new(&file, &commented(&said)).map_err(at)?;
    let written = Context::of(
        Sources {
            file: Some(file.clone()),
            ..context.sources.clone()
        },
        Some(lang),
    );
    let settings = written.settings()?;
    std::fs::create_dir_all(&settings.service.data_dir).map_err(at)?;
    let store = context::connect(&settings).await?;
    let service = Service::open(settings, store, context::clock()).await?;
    let links = first_accounts(&service, said_address(&service.settings)).await?;
    next(lang, &file, &service.settings, links);
    Ok(Exit::Good)
}

/// What whoever installs has to fill in before anybody can be reached.
const NEEDED: [&str; 6] = [
    "service.base_url",
    "mail.host",
    "mail.from_address",
    "duty.phone",
    "duty.leaders",
    "duty.officers",
];

/// Tells whether it was said how readers reach the service: links lead nowhere before.
fn said_address(settings: &Settings) -> bool {
    is_said(settings, "service.base_url")
}

fn is_said(settings: &Settings, key: &str) -> bool {
    settings.origin(key) != Some(&Origin::Default)
}

/// How the first administrators get in.
enum Ways {
    /// There were accounts before.
    Known,
    /// By links that are made once it is known where they lead.
    Later,
    /// By these links: the role, the login, until when, the link.
    Links(Vec<(Role, &'static str, Timestamp, String)>),
}

/// Makes the first accounts, and their links if these lead anywhere.
async fn first_accounts(service: &Arc<Service>, linked: bool) -> Result<Ways, Fail> {
    let me = Actor::console();
    if !service.store.read().await?.accounts().await?.is_empty() {
        return Ok(Ways::Known);
    }
    let language = service.settings.service.language;
    let mut links = Vec::new();
    for (login, role) in FIRST {
        let new = NewAccount {
            login: login.to_owned(),
            label: language.role(role).to_owned(),
            address: None,
            language,
        };
        let granted = Granted { role, unit: None };
        let id = service.create_account(&me, new, &[granted]).await?;
        if linked {
            let (link, expires) = service.issue_link(&me, id).await?;
            links.push((role, login, expires, link));
        }
    }
    Ok(if linked { Ways::Links(links) } else { Ways::Later })
}

/// Says what comes next, in order: what to fill in where, and which command follows.
fn next(lang: Lang, file: &Path, settings: &Settings, ways: Ways) {
    let file = full(file);
    let allclear = format!("allclear --config {}", file.display());
    let lacks: Vec<&str> = NEEDED.into_iter().filter(|key| !is_said(settings, key)).collect();
    let mut lines = vec![match lacks.as_slice() {
        [] => lang.cli_init_look(file.display()),
        lacks => lang.cli_init_fill(file.display(), lacks.join(lang.list_joint())),
    }];
    lines.push(format!("{}\n     {allclear} check", lang.cli_init_check()));
    lines.push(format!("{}\n     {allclear} serve", lang.cli_init_serve()));
    lines.push(match ways {
        Ways::Known => format!("{}\n     {allclear} account link LOGIN", lang.cli_init_accounts()),
        Ways::Later => FIRST
            .iter()
            .fold(lang.cli_init_later().to_owned(), |said, (login, _)| {
                format!("{said}\n     {allclear} account link {login}")
            }),
        Ways::Links(links) => links.iter().fold(lang.cli_init_links().to_owned(), |said, one| {
            let (role, login, until, link) = one;
            let until = lang.moment(*until, settings.service.zone);
            format!(
                "{said}\n     {}\n     {link}",
                lang.cli_init_link(lang.role(*role), login, until)
            )
        }),
    });
    lines.push(format!(
        "{}\n     {allclear} units import UNITS.csv --dry-run",
        lang.cli_init_units()
    ));
    out::say(lang.cli_init_written(file.display()));
    for (n, line) in lines.iter().enumerate() {
        out::say(format!("  {}. {line}", n + 1));
    }
}

fn write_new(file: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    // It may come to hold a password.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    std::io::Write::write_all(&mut options.open(file)?, text.as_bytes())
}

/// Gives `default.toml` with every setting behind a `#`, but those that were said.
fn commented(said: &BTreeMap<&str, &str>) -> String {
    let mut text = String::new();
    let mut section = "";
    for line in DEFAULTS.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
        }
        let setting = line.split_once(" = ").filter(|_| !line.starts_with(['#', '[']));
        let written = match setting {
            None => line.to_owned(),
            Some((name, default)) => match said.get(format!("{section}.{name}").as_str()) {
                Some(value) => format!("{name} = {}", of_kind(default, value)),
                None => format!("#{line}"),
            },
        };
        let _ = writeln!(text, "{written}");
    }
    text
}

/// Writes a value as TOML, of the kind that the default is.
fn of_kind(default: &str, value: &str) -> String {
    let text = |text: &str| Value::String(text.to_owned()).to_string();
    if default.starts_with('"') {
        return text(value);
    }
    if default.starts_with('[') && !value.trim_start().starts_with('[') {
        let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty());
        return format!("[{}]", parts.map(text).collect::<Vec<_>>().join(", "));
    }
    value.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Settings {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        std::fs::write(&file, text).unwrap();
        let sources = Sources {
            file: Some(file),
            ..Sources::default()
        };
        Settings::load(&sources).unwrap()
    }

    #[test]
    fn a_new_configuration_says_nothing_but_what_was_asked_for() {
        let said = BTreeMap::from([
            ("service.name", "鄱阳县\"值班室\""),
            ("duty.leaders", "a@x.example, b@x.example"),
            ("web.plain_http", "true"),
            ("urgent.steps", r#"[["c@x.example"]]"#),
        ]);
        let text = commented(&said);
        let settings = load(&text);
        assert_eq!(settings.service.name, "鄱阳县\"值班室\"");
        assert_eq!(settings.duty.leaders.len(), 2);
        assert_eq!(settings.urgent.steps.len(), 1);
        let set = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with(['#', '[']));
        assert_eq!(set.count(), 4);
        assert!(text.contains("#listen = \"127.0.0.1:8080\""));
    }

    #[test]
    fn a_configuration_with_nothing_said_is_the_defaults() {
        assert_eq!(
            load(&commented(&BTreeMap::new())).show(Lang::En),
            load("").show(Lang::En)
        );
    }
}
