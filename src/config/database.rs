//! Knows which database is meant, and where it is.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::read::{Broken, Reader};
use super::value::Span;
use crate::i18n::Lang;

/// `[database]`
#[derive(Debug, Clone)]
pub struct Database {
    pub engine: Engine,
    pub connections: u32,
    pub readers: u32,
    pub acquire_timeout: Span,
}

/// Which database it is, and where.
#[derive(Debug, Clone)]
pub enum Engine {
    /// A file of this machine.
    Sqlite { file: PathBuf },
    /// A server; the address may hold its password.
    Postgres { url: SecretString },
}

impl Engine {
    /// Gives the address, with the password: `sqlite:FILE` or `postgres://…`.
    pub fn url(&self) -> SecretString {
        match self {
            Self::Sqlite { file } => format!("sqlite:{}", file.display()).into(),
            Self::Postgres { url } => url.clone(),
        }
    }

    /// Reads an address; a relative file starts at `base`.
    fn read(url: &str, base: &Path) -> Result<Self, fn(Lang) -> &'static str> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres { url: url.into() });
        }
        let Some(file) = url.strip_prefix("sqlite:") else {
            return Err(Lang::config_database);
        };
        let file = file.strip_prefix("//").unwrap_or(file);
        if file.is_empty() || file.starts_with(':') || file.contains('?') {
            return Err(Lang::config_sqlite);
        }
        Ok(Self::Sqlite {
            file: base.join(file),
        })
    }
}

impl Database {
    pub(super) fn read(r: &Reader<'_>) -> Result<Self, Broken> {
        let url = r.secret("database.url")?.unwrap_or_default();
        let engine = Engine::read(url.expose_secret().trim(), &r.base).unwrap_or_else(|words| {
            r.fault("database.url", words);
            Engine::Postgres { url }
        });
        Ok(Self {
            engine,
            connections: r.within("database.connections", 1..=500)?,
            readers: r.within("database.readers", 1..=64)?,
            acquire_timeout: r.within("database.acquire_timeout", Span::millis(100)..=Span::minutes(1))?,
        })
    }
}
