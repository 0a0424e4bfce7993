//! Knows who is on duty in the demonstration: a week that is filled but for one officer, and a note for the next shift.

use chrono::Days;

use super::stage::{DEPUTY, LEADER, OFFICER};
use crate::cli::fail::Fail;
use crate::domain::access::{Actor, Grant, Identity, Role};
use crate::domain::ids::AccountId;
use crate::domain::roster::Column;
use crate::domain::table::Record;
use crate::domain::unit::Unit;
use crate::service::Service;

/// How many days are filled.
const DAYS: u64 = 8;
/// The day that has no officer, so that the roster has something to show.
const GAP: u64 = 4;

/// Fills the roster of the county, as its officer would.
pub(super) async fn fill(service: &Service, county: &Unit, officer: AccountId) -> Result<(), Fail> {
    let lang = service.settings.service.language;
    let today = service.duty_day();
    let mut rows = vec![Column::ALL.map(|column| lang.roster_column(column).to_owned())];
    for later in 0..DAYS {
        let day = today.checked_add_days(Days::new(later)).unwrap_or(today);
        // The first two days are those who take part, also when the shift changes in the middle of the play.
        let (leader, clerk) = match later {
            0 | 1 => (LEADER.to_owned(), OFFICER.to_owned()),
            GAP => (DEPUTY.to_owned(), String::new()),
            _ if later % 2 == 0 => (DEPUTY.to_owned(), format!("officer{later}@poyang.example")),
            _ => (LEADER.to_owned(), format!("officer{later}@poyang.example")),
        };
        let office = |address: &str, name: String| if address.is_empty() { String::new() } else { name };
        rows.push([
            day.to_string(),
            lang.demo_leader(1 + usize::from(leader == DEPUTY)),
            leader,
            "0793-0000002".to_owned(),
            office(&clerk, lang.demo_officer(1 + later % 3)),
            clerk.clone(),
            office(&clerk, "0793-0000001".to_owned()),
        ]);
    }
    let table: Vec<Record> = (1..)
        .zip(rows)
        .map(|(row, cells)| Record {
            row,
            cells: cells.to_vec(),
        })
        .collect();
    let actor = Actor {
        identity: Identity::Account(officer),
        grants: Grant::new(Role::DutyOfficer, Some(county.path.clone()))
            .into_iter()
            .collect(),
        label: lang.role(Role::DutyOfficer).to_owned(),
    };
    service.import_roster(&actor, county.id, &table).await?;
    service.note_for_next(&actor, county.id, lang.demo_note()).await?;
    Ok(())
}
