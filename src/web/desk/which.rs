//! Asks for which unit somebody reports, when there are several: none is chosen beforehand.

use askama::Template;
use chrono::NaiveTime;

use super::card::tone;
use super::place::mine;
use crate::domain::ids::UnitId;
use crate::domain::standing::{Standing, standing};
use crate::domain::time::{local_day, timestamp};
use crate::i18n::{Lang, terms};
use crate::store::StoredObligation;
use crate::web::{App, Failure, Page, Visit};

/// The question.
#[derive(Template)]
#[template(path = "desk_which.html")]
pub(super) struct WhichPage {
    l: Lang,
    page: Page,
    units: Vec<UnitView>,
    /// Whether this workstation has just been bound.
    is_new: bool,
}

/// A unit that can be chosen, and how it stands now.
#[derive(Debug)]
struct UnitView {
    id: i64,
    name: String,
    stands: Vec<StandView>,
}

#[derive(Debug)]
struct StandView {
    label: String,
    shape: &'static str,
    words: &'static str,
    tone: &'static str,
}

/// Gives the question, if the visitor reports for several units.
pub(super) async fn choice(app: &App, visit: &Visit, is_new: bool) -> Result<Option<WhichPage>, Failure> {
    let tree = app.tree().await?;
    let mine = mine(visit.actor()?, &tree);
    if mine.len() < 2 {
        return Ok(None);
    }
    let mut units = Vec::with_capacity(mine.len());
    for unit in mine {
        units.push(UnitView {
            id: unit.0,
            name: tree
                .label(unit)
                .map(|label| label.to_string())
                .unwrap_or_default(),
            stands: stands(app, visit.l, unit).await?,
        });
    }
    Ok(Some(WhichPage {
        l: visit.l,
        page: visit.page.clone(),
        units,
        is_new,
    }))
}

/// Says how a unit stands in its rounds of today.
async fn stands(app: &App, l: Lang, unit: UnitId) -> Result<Vec<StandView>, Failure> {
    let (now, zone) = (app.now(), app.settings.service.zone);
    let midnight = timestamp(local_day(now, zone), NaiveTime::MIN, zone);
    let mut conn = app.store.read().await?;
    let owed = conn.obligations_of_unit(unit, now, midnight).await?;
    let rounds: Vec<_> = owed.iter().filter_map(|owed| owed.obligation.round).collect();
    let names = conn.round_names(&rounds).await?;
    let view = |owed: &StoredObligation| {
        let name = names
            .iter()
            .find(|name| Some(name.round) == owed.obligation.round)?;
        let stands = standing(&owed.obligation, now);
        let is_incident = owed.incident && matches!(stands, Standing::Received(_));
        Some(StandView {
            label: name.label.clone(),
            shape: if is_incident {
                terms::INCIDENT
            } else {
                terms::shape(stands)
            },
            words: if is_incident {
                l.term_incident()
            } else {
                l.standing(stands)
            },
            tone: tone(stands, owed.incident),
        })
    };
    Ok(owed.iter().filter_map(view).collect())
}
