//! Knows the folder and the database of one measurement: made for it, gone after it.

use std::path::PathBuf;

use super::{Plan, broken};
use crate::cli::fail::Fail;
use crate::config::{Settings, Sources};
use crate::store::{Options, Store};

/// The leader who is told of urgent reports.
pub(super) const LEADER: &str = "leader@bench.example";

/// A folder and a database.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) folder: PathBuf,
    url: String,
    /// PostgreSQL: how to reach the server as the owner of the schema.
    owner: Option<String>,
    /// The port of the mail server; none: letters stay in the outbox.
    relay: Option<u16>,
}

impl Place {
    /// Makes a new one.
    pub(super) async fn new(plan: &Plan, relay: Option<u16>) -> Result<Self, Fail> {
        let name = format!("allclear_bench_{}", uuid::Uuid::new_v4().simple());
        let folder = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&folder).map_err(broken)?;
        let (url, owner) = match &plan.postgres {
            None => (format!("sqlite:{}", folder.join("allclear.db").display()), None),
            Some(server) => {
                let with = |option: &str| {
                    let sign = if server.contains('?') { '&' } else { '?' };
                    format!("{server}{sign}options=-c%20{option}%3D{name}")
                };
                (with("search_path"), Some(with("allclear.bench")))
            }
        };
        let place = Self {
            folder,
            url,
            owner,
            relay,
        };
        if let Some(store) = place.as_owner().await? {
            store.read().await?.make_own_schema().await?;
            store.close().await;
        }
        Ok(place)
    }

    async fn as_owner(&self) -> Result<Option<Store>, Fail> {
        let options = Options {
            connections: 1,
            ..Options::default()
        };
        Ok(match &self.owner {
            Some(url) => Some(Store::open(url, options).await?),
            None => None,
        })
    }

    /// Drops the schema; the folder goes by itself.
    pub(super) async fn end(self) -> Result<(), Fail> {
        if let Some(store) = self.as_owner().await? {
            store.read().await?.drop_own_schema().await?;
            store.close().await;
        }
        Ok(())
    }

    /// Gives the settings: everything that is made up or on this machine.
    fn flags(&self) -> Vec<(&'static str, String)> {
        let mut flags = vec![
            ("database.url", self.url.clone()),
            ("service.data_dir", self.folder.display().to_string()),
            ("service.listen", "127.0.0.1:0".to_owned()),
            ("duty.leaders", LEADER.to_owned()),
            ("urgent.repeat_after", "1h".to_owned()),
            ("web.plain_http", "true".to_owned()),
            ("log.level", "error".to_owned()),
        ];
        if let Some(port) = self.relay {
            flags.extend([
                ("mail.host", "127.0.0.1".to_owned()),
                ("mail.port", port.to_string()),
                ("mail.tls", "plain".to_owned()),
                ("mail.from_address", "duty@bench.example".to_owned()),
            ]);
        }
        flags
    }

    /// Gives the settings as a process of its own reads them: in its environment, where no other user sees them.
    pub(super) fn environment(&self) -> Vec<(String, String)> {
        let name = |key: &str| format!("ALLCLEAR__{}", key.replace('.', "__").to_uppercase());
        let flags = self.flags();
        flags.into_iter().map(|(key, value)| (name(key), value)).collect()
    }

    /// Gives the settings as this process uses them to prepare.
    pub(super) fn settings(&self) -> Result<Settings, Fail> {
        let flags = self.flags();
        Ok(Settings::load(&Sources {
            flags: flags
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
            ..Sources::default()
        })?)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
