//! Knows how a test gets the whole service over a database of its own, with a clock that is set by hand.

use std::sync::Arc;

use allclear::clock::Settable;
use allclear::config::{Settings, Sources};
use allclear::domain::access::Actor;
use allclear::domain::calendar::moment;
use allclear::domain::import::Record;
use allclear::domain::time::Timestamp;
use allclear::service::Service;
use allclear::store::{Options, Store};

use super::Fresh;

/// The service and its clock.
#[derive(Debug, Clone)]
pub struct House {
    pub service: Arc<Service>,
    pub clock: Arc<Settable>,
}

impl House {
    /// Opens the service at a local instant such as `2026-06-01 08:00`, with some settings.
    pub async fn at(db: &Fresh, now: &str, flags: &[(&str, &str)]) -> Self {
        let clock = Settable::at(local(now));
        let folder = db.folder();
        let mut all = vec![
            ("database.url".to_owned(), db.url().to_owned()),
            ("service.data_dir".to_owned(), folder.display().to_string()),
            ("database.connections".to_owned(), "6".to_owned()),
        ];
        all.extend(flags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
        let settings = Settings::load(&Sources {
            flags: all,
            ..Sources::default()
        })
        .unwrap_or_else(|faults| panic!("{faults}"));
        let options = Options {
            connections: 6,
            ..Options::default()
        };
        let store = Store::connect(db.url(), options).await.unwrap();
        let service = Service::open(Arc::new(settings), store, clock.clone())
            .await
            .unwrap();
        Self { service, clock }
    }

    /// Moves the clock to a local instant.
    pub fn go_to(&self, now: &str) {
        self.clock.set(local(now));
    }

    /// Imports a table of units, written with `|` between the cells.
    pub async fn import(&self, text: &str) {
        let table = table(text);
        self.service
            .import_units(&Actor::console(), &table, "test")
            .await
            .unwrap();
    }
}

/// Reads a local instant of Shanghai.
pub fn local(text: &str) -> Timestamp {
    moment(text, chrono_tz::Asia::Shanghai).unwrap()
}

/// Reads a table: a line a row, `|` between cells.
pub fn table(text: &str) -> Vec<Record> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect();
    lines
        .enumerate()
        .map(|(place, line)| Record {
            row: place + 1,
            cells: cells(line),
        })
        .collect()
}
