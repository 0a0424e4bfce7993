//! `allclear init`: writes a commented configuration, makes the database and prints the first sign-in links.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use toml::Value;

use super::context::{self, Context, FILE};
use super::fail::{Exit, Fail};
use super::{Done, out};
use crate::config::{DEFAULTS, Settings, Sources};
use crate::domain::access::{Actor, Role};
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
    let at = |error: std::io::Error| Fail::Refused(lang.cli_file(file.display(), error));
    if file.exists() {
        return Err(Fail::Refused(lang.cli_init_there(file.display())));
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
    out::say(lang.cli_init_written(file.display()));
    first_accounts(&written, &service).await?;
    out::say(lang.cli_init_next(file.display()));
    Ok(Exit::Good)
}

async fn first_accounts(context: &Context, service: &Arc<Service>) -> Result<(), Fail> {
    let lang = context.lang;
    let me = Actor::console();
    if !service.store.read().await?.accounts().await?.is_empty() {
        out::say(lang.cli_init_accounts());
        return Ok(());
    }
    let language = service.settings.service.language;
    for (login, role) in FIRST {
        let new = NewAccount {
            login: login.to_owned(),
            label: language.role(role).to_owned(),
            address: None,
            language,
        };
        let granted = Granted { role, unit: None };
        let id = service.create_account(&me, new, &[granted]).await?;
        let (link, expires) = service.issue_link(&me, id).await?;
        let until = lang.moment(expires, context.zone());
        out::say(lang.cli_init_link(lang.role(role), login, until));
        out::say(format!("  {link}"));
    }
    Ok(())
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
        assert_eq!(load(&commented(&BTreeMap::new())).show(), load("").show());
    }
}
