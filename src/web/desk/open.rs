//! Says what is open at a unit: each incident, where it is, and whether a leader has it.

use std::collections::HashMap;

use uuid::Uuid;

use super::place::Place;
use super::{OpenView, UnansweredView};
use crate::domain::ids::{CheckInId, IncidentId};
use crate::domain::receipt::Number;
use crate::domain::time::Timestamp;
use crate::i18n::Lang;
use crate::store::{BoardAlert, Conn, IncidentLine, StoredAlert};
use crate::web::board::{class_name, colour, stands};
use crate::web::{App, Failure};

/// Names the urgent reports of a unit that nobody has yet, whatever became of their incidents.
pub(super) fn unanswered(app: &App, l: Lang, place: &Place) -> Vec<UnansweredView> {
    let view = |(report, since): &(CheckInId, Timestamp)| {
        let number = Number(*report).to_string();
        UnansweredView {
            words: l.desk_unanswered(&number, place.time(app, l, *since)),
            number,
        }
    };
    place.unanswered.iter().map(view).collect()
}

/// Gives the open incidents of a unit, as its desk lists them, each with those of its reports that nobody has yet.
pub(super) async fn views(
    app: &App,
    l: Lang,
    place: &Place,
    unanswered: &mut Vec<UnansweredView>,
) -> Result<Vec<OpenView>, Failure> {
    if place.incidents.is_empty() {
        return Ok(Vec::new());
    }
    let mut conn = app.store.read().await?;
    let places = places(&mut conn, &place.incidents).await?;
    let mut views = Vec::new();
    for line in &place.incidents {
        let alerts = conn.alerts_of(line.incident.id).await?;
        let mut view = view(app, l, place, line);
        view.place = places.get(&line.incident.id).cloned().unwrap_or_default();
        let numbers: Vec<String> = alerts
            .iter()
            .map(|one| Number(one.check_in).to_string())
            .collect();
        let is_its = |one: &mut UnansweredView| numbers.contains(&one.number);
        view.cries = unanswered.extract_if(.., is_its).collect();
        if let Some(alert) = shown(alerts) {
            let is_answered = alert.alert.is_acknowledged();
            // A report that nobody has leads there itself.
            view.told_by = view.cries.is_empty().then(|| Number(alert.check_in).to_string());
            let time = |at| place.time(app, l, at);
            view.alerted = Some((is_answered, stands(l, &BoardAlert::from(alert), &time)));
        }
        views.push(view);
    }
    Ok(views)
}

/// Names the urgent reports whose incidents are open, for whoever is about to report all clear.
pub(super) fn urgent(app: &App, l: Lang, place: &Place) -> Vec<String> {
    let lines = place
        .incidents
        .iter()
        .filter(|line| line.alerted && !line.incident.drill);
    let said = |line: &IncidentLine| {
        let class = class_name(&app.classes(), &line.incident.class, l);
        l.desk_still_urgent(place.time(app, l, line.incident.opened), class)
    };
    lines.map(said).collect()
}

/// Gives the alert that matters to whoever reports: one that nobody has, else the last.
fn shown(mut alerts: Vec<StoredAlert>) -> Option<StoredAlert> {
    let open = alerts.iter().rposition(|one| !one.alert.is_acknowledged());
    match open {
        Some(at) => Some(alerts.swap_remove(at)),
        None => alerts.pop(),
    }
}

/// Gives where each incident is, as last reported.
async fn places(conn: &mut Conn, lines: &[IncidentLine]) -> Result<HashMap<IncidentId, String>, Failure> {
    let ids: Vec<IncidentId> = lines.iter().map(|line| line.incident.id).collect();
    let latest = conn.latest_reports(&ids).await?;
    let reports: Vec<_> = latest.iter().map(|(_, report)| *report).collect();
    let kept = conn.check_ins(&reports).await?;
    let place = |(incident, report): &(IncidentId, _)| {
        let kept = kept.iter().find(|kept| kept.check_in.id == *report)?;
        Some((*incident, kept.check_in.content.incident()?.place.clone()))
    };
    Ok(latest.iter().filter_map(place).collect())
}

fn view(app: &App, l: Lang, place: &Place, line: &IncidentLine) -> OpenView {
    let one = &line.incident;
    OpenView {
        id: one.id.0,
        uuid: Uuid::new_v4().to_string(),
        class: class_name(&app.classes(), &one.class, l),
        severity: l.severity(one.severity),
        colour: colour(one.severity),
        place: String::new(),
        reports: l.incident_reports_n(line.reports, place.time(app, l, line.told)),
        alerted: None,
        told_by: None,
        cries: Vec::new(),
        due: line.owes.map(|at| l.follow_due(place.time(app, l, at))),
        is_overdue: line.owes.is_some_and(|at| at <= place.now),
    }
}
