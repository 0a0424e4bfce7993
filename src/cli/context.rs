//! Knows what a command needs: the reader's language, the settings, the database, the service.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono_tz::Tz;
use secrecy::ExposeSecret;

use super::args::Args;
use super::fail::Fail;
use crate::clock::{SharedClock, System};
use crate::config::{Engine, Faults, Settings, Sources};
use crate::domain::language::Lang;
use crate::service::Service;
use crate::store::{Lock, Options, Schema, Store};

/// What a command needs.
#[derive(Debug)]
pub(crate) struct Context {
    /// The language of the answers.
    pub(crate) lang: Lang,
    /// Where settings come from.
    pub(crate) sources: Sources,
    settings: Result<Arc<Settings>, Faults>,
}

/// The configuration file that is taken when none is named.
pub(crate) const FILE: &str = "allclear.toml";

impl Context {
    /// Reads the command line; faults of the settings are told to the command that wants them.
    pub(crate) fn new(args: &Args) -> Result<Self, Fail> {
        let file = args.config.clone().or_else(usual_file);
        let mut flags = Vec::new();
        for text in &args.set {
            match text.split_once('=') {
                Some((key, value)) => flags.push((key.trim().to_owned(), value.to_owned())),
                None => {
                    let lang = args.lang.or_else(of_environment).unwrap_or_default();
                    return Err(Fail::Usage(lang.cli_set(text)));
                }
            }
        }
        Ok(Self::of(Sources::of_process(file, flags), args.lang))
    }

    /// Reads the settings of some sources.
    pub(crate) fn of(sources: Sources, lang: Option<Lang>) -> Self {
        let settings = Settings::load(&sources).map(Arc::new);
        let of_settings = || Settings::language(&sources);
        let lang = lang.or_else(of_environment).or_else(of_settings);
        Self {
            lang: lang.unwrap_or_default(),
            sources,
            settings,
        }
    }

    /// Gives the settings.
    pub(crate) fn settings(&self) -> Result<Arc<Settings>, Fail> {
        self.settings.clone().map_err(Fail::Settings)
    }

    /// Gives the zone in which local times are read and written.
    pub(crate) fn zone(&self) -> Tz {
        self.settings
            .as_ref()
            .map_or(chrono_tz::Asia::Shanghai, |settings| settings.service.zone)
    }

    /// Opens the database that is there and puts the service over it; makes none.
    pub(crate) async fn service(&self) -> Result<Arc<Service>, Fail> {
        let settings = self.settings()?;
        if let Engine::Sqlite { file } = &settings.database.engine
            && !file.exists()
        {
            let words = match super::backup::is_half_restored(file) {
                true => self.lang.cli_restore_broken_off().to_owned(),
                false => self.lang.cli_no_database(full(file).display()),
            };
            return Err(Fail::Refused(words));
        }
        let url = settings.database.engine.url();
        let store = Store::open(url.expose_secret(), options(&settings)).await?;
        let schema = store.read().await?.schema().await?;
        if schema != Schema::Current {
            // An older server may be using the tables; it must not find them changed under its hands.
            let _held = Lock::alone(&store).await?;
            store.migrate().await?;
        }
        Ok(Service::open(settings, store, clock()).await?)
    }
}

/// Opens the database of some settings, makes it if it is not there, and brings its tables up to date.
pub(crate) async fn connect(settings: &Settings) -> Result<Store, Fail> {
    let url = settings.database.engine.url();
    Ok(Store::connect(url.expose_secret(), options(settings)).await?)
}

/// Gives how many connections to keep.
pub(crate) fn options(settings: &Settings) -> Options {
    Options {
        readers: settings.database.readers,
        connections: settings.database.connections,
        wait: settings.database.acquire_timeout.duration(),
        ..Options::default()
    }
}

/// Gives the machine's clock.
pub(crate) fn clock() -> SharedClock {
    Arc::new(System)
}

/// Gives a path as it is found from everywhere.
pub(crate) fn full(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn usual_file() -> Option<PathBuf> {
    let named = std::env::var_os("ALLCLEAR_CONFIG").map(PathBuf::from);
    let here = || Some(PathBuf::from(FILE)).filter(|file| file.exists());
    named.filter(|file| !file.as_os_str().is_empty()).or_else(here)
}

/// Gives the language that the environment asks for; `C` and `POSIX` ask for none.
fn of_environment() -> Option<Lang> {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .and_then(|value| value.parse().ok())
}
